//! Changing a run and going on: answers, data, variables, time, the definition.

use std::sync::Arc;

use debugger::{ChangeError, Cursor, Run};
use engine::{FrameId, Instant, Machine, TaskAnswer, TaskId};
use json::{Map, Str, Value};
use leptos::prelude::*;

use crate::state::run::{KeptRun, Nodes, RunPhase};
use crate::state::shell::{Mode, SideTab};
use crate::state::studio::Studio;

/// Moves of the clock on the way to one answer.
const MOST_MOVES: usize = 1_000;

impl Studio {
    /// Changes the current run where the cursor stands. What was recorded after it stays, in a run of its own.
    fn change_here(
        self,
        change: impl FnOnce(&mut KeptRun) -> Result<(), ChangeError>,
        done: impl Into<String>,
        is_seen: bool,
    ) -> bool {
        let runs = self.runs;
        runs.pause();
        let is_past = runs.with_run_untracked(|run| !run.session.is_at_end()).unwrap_or(false);
        let before = runs.current.get_untracked();
        if is_past {
            runs.fork();
        }
        match runs.change(change) {
            Some(Ok(())) => {
                // What shows in the graph is said to the ear only; that there are two runs now is said to all.
                match is_past {
                    true => self.shell.say(format!("{} The run as it was is kept, too.", done.into())),
                    false if is_seen => self.shell.announce(done),
                    false => self.shell.say(done),
                }
                true
            }
            other => {
                if is_past
                    && let (Some(copy), Some(before)) = (runs.current.get_untracked(), before)
                    && copy != before
                {
                    let cursor = runs.cursor.get_untracked();
                    runs.remove_run(copy);
                    runs.choose(before);
                    runs.seek_to(cursor);
                }
                match other {
                    Some(Err(error)) => self.shell.fail(error.to_string()),
                    _ => self.shell.say("Nothing has been run yet"),
                }
                false
            }
        }
    }

    /// Gives a variable another value for the state that is entered at the cursor, and what follows it.
    pub fn set_variable(self, name: &str, value: Value) {
        self.change_here(
            |run| run.session.set_variable(name, value),
            format!("${name} has another value from here on."),
            true,
        );
    }

    /// Gives the state that is entered at the cursor another input.
    pub fn replace_input(self, input: Value) {
        self.change_here(|run| run.session.replace_input(input), "The state has another input.", true);
    }

    /// Answers a task that waits at the cursor, after some seconds of virtual time, and goes on.
    pub fn answer_task(self, task: TaskId, answer: TaskAnswer, delay_seconds: f64) {
        let is_last =
            matches!(answer, TaskAnswer::Succeeded(_) | TaskAnswer::Failed(_) | TaskAnswer::TimedOut(_));
        let changed = self.change_here(
            |run| {
                let milliseconds = (delay_seconds * 1000.0) as i64;
                if is_last {
                    return match milliseconds {
                        0 => run.session.answer(task, answer),
                        _ => run.session.answer_after(milliseconds, task, answer),
                    };
                }
                let_time_pass(run, milliseconds);
                let request = run.session.open_task(task).ok_or(ChangeError::NoTask)?;
                match &request.token {
                    Some(token) => run.session.answer_token(&token.clone(), answer),
                    None => run.session.answer(task, answer),
                }
            },
            if is_last { "The task is answered." } else { "The heartbeat is told." },
            is_last,
        );
        if changed && is_last {
            self.runs.command(Run::Continue);
        }
    }

    /// Lets virtual time go on until a task that waits at the cursor has timed out or missed its heartbeat, and goes on.
    pub fn let_time_out(self, task: TaskId) {
        if self.change_here(
            |run| run.session.let_time_out(task),
            "Time went on until the task timed out.",
            true,
        ) {
            self.runs.command(Run::Continue);
        }
    }

    /// Makes a lane go first, and steps it.
    pub fn step_lane(self, frame: FrameId) {
        let prefer = |run: &mut KeptRun| {
            run.session.prefer(frame)?;
            // What is left of the stages here is not what the step is to be about.
            let position = run.session.cursor().position;
            run.session.seek_to(Cursor { position, stage: u32::MAX });
            Ok(())
        };
        if self.change_here(prefer, "This lane goes first.", true) {
            self.runs.command(Run::Into);
        }
    }

    /// Whether the definition is another one than that of the current run.
    pub fn is_run_outdated(self) -> bool {
        let text = self.workspace.definition.get();
        self.runs.with_run(|run| run.definition != text).unwrap_or(false)
    }

    /// The machine of the definition as it is now; none, and why, where it can't be run.
    fn machine_now(self) -> Option<Arc<Machine>> {
        let compiled = self.workspace.document.with_untracked(|document| Machine::compile(document));
        match compiled {
            Ok(machine) => Some(Arc::new(machine)),
            Err(problems) => {
                let first = problems.first().map_or(String::new(), |problem| problem.message.clone());
                self.shell.fail(format!("The definition can't be run: {first}"));
                None
            }
        }
    }

    fn take_definition(self, run: &mut KeptRun, machine: &Arc<Machine>) {
        let document = self.workspace.document.get_untracked();
        run.definition = self.workspace.definition.get_untracked();
        run.nodes = Nodes::of(&document);
        run.documents.retain(|(known, _)| !Arc::ptr_eq(known, &run.session.machine));
        run.documents.insert(0, (machine.clone(), Arc::new((*document).clone())));
    }

    /// Puts the changed definition under a copy of the current run: what happened is done again with it, up to here.
    pub fn go_on_with_definition(self) {
        let Some(machine) = self.machine_now() else { return };
        self.runs.fork();
        let report = self.runs.change(|run| {
            self.take_definition(run, &machine);
            run.stop = None;
            run.session.swap_machine(machine.clone())
        });
        self.runs.give_breakpoints();
        let Some(report) = report else { return };
        let mut told = match report.diverged_at {
            None => format!("The changed definition does the same for all {} events.", report.kept),
            Some(at) => format!(
                "The changed definition does the same for {} of {} events, and another thing at event {at}.",
                report.kept, report.before
            ),
        };
        if report.carried > 0 {
            told.push_str(&format!(" {} of your answers wait for their task.", report.carried));
        }
        if report.dropped > 0 {
            told.push_str(&format!(" {} changes did not fit any more.", report.dropped));
        }
        told.push_str(" The run as it was is kept.");
        self.shell.say(told);
    }

    /// Why the current run can't be redriven; none if it can.
    pub fn obstacle_of_redrive(self) -> Option<&'static str> {
        let is_recording = || self.runs.with_run(|run| run.session.recording.is_some()).unwrap_or(false);
        match self.runs.phase() {
            RunPhase::Failed | RunPhase::TimedOut | RunPhase::Aborted if is_recording() => Some(
                "This run was recorded elsewhere: take its answers as task answers, and run the definition",
            ),
            RunPhase::Failed | RunPhase::TimedOut | RunPhase::Aborted => {
                let refused = self.runs.with_run(|run| run.session.recorded().redrivable().err());
                refused.flatten().map(engine::RedriveError::reason)
            }
            RunPhase::Succeeded => Some("The run has succeeded"),
            RunPhase::None => Some("Nothing has been run yet"),
            _ => Some("The run has not come to its end"),
        }
    }

    /// Shows a tab of the side panel that belongs to a run.
    pub fn show_of_run(self, tab: SideTab) {
        self.shell.mode.set(Mode::Run);
        self.shell.go_to_side(tab);
    }

    /// Redrives the current run, with the definition as it is now.
    pub fn redrive(self) {
        let is_outdated = untrack(|| self.is_run_outdated());
        let machine = match is_outdated {
            true => match self.machine_now() {
                Some(machine) => Some(machine),
                None => return,
            },
            false => None,
        };
        self.runs.fork();
        let redriven = self.runs.change(|run| {
            run.session.redrive(machine.clone())?;
            if let Some(machine) = &machine {
                self.take_definition(run, machine);
            }
            run.stop = None;
            Ok::<(), ChangeError>(())
        });
        match redriven {
            Some(Ok(())) => {
                self.shell.say("Redriven in a copy of the run: states that succeeded stay so.");
                self.runs.command(Run::Continue);
            }
            Some(Err(error)) => {
                if let Some(copy) = self.runs.current.get_untracked() {
                    self.runs.remove_run(copy);
                }
                self.shell.fail(error.to_string());
            }
            None => {}
        }
    }

    /// Adds an answer to what is prepared for a state. Texts in another form than the short one are left alone.
    pub fn remember_answer(self, state: &str, entry: Value) {
        let text = self.workspace.answers.get_untracked();
        let Ok(answers) = json::parse(&text) else { return };
        let Some(members) = answers.as_object().filter(|members| !members.contains_key("MockedResponses"))
        else {
            return;
        };
        let mut members: Map = members.clone();
        let mut entries =
            members.get(state).and_then(Value::as_array).map(<[Value]>::to_vec).unwrap_or_default();
        entries.push(entry);
        members.insert(Str::from(state), Value::array(entries));
        self.workspace.answers.set(Value::object(members).to_pretty().into());
    }
}

/// Lets virtual time pass at the end of a run, with all that happens meanwhile.
fn let_time_pass(run: &mut KeptRun, milliseconds: i64) {
    let until: Instant = run.session.now() + milliseconds;
    for _ in 0..MOST_MOVES {
        if run.session.now() >= until || run.session.advance(Some(until)).is_err() {
            break;
        }
    }
}
