//! Stepping: what the commands of the debugger do, and what stands in their way.

use std::sync::Arc;

use debugger::{Breakpoints, Place, Run, StateKey, Target};
use engine::{EventType, Machine};
use json::{Str, Value};
use leptos::prelude::*;

use crate::command::Command;
use crate::state::run::{RunKey, RunPhase, title_of};
use crate::state::shell::Mode;
use crate::state::studio::Studio;

impl Studio {
    /// Starts a run that stops at its first state.
    pub fn debug(self) {
        // The first event is the start of the execution itself.
        const FIRST_STATE: u32 = 2;
        self.run(Run::To(Target::Position(FIRST_STATE)));
    }

    /// Why a command of the debugger can't be carried out now; none if it can.
    pub fn obstacle_of_step(self, command: Command) -> Option<&'static str> {
        let runs = self.runs;
        let phase = runs.phase();
        let cursor = runs.cursor.get();
        let is_at_start = cursor.position == 0;
        match command {
            Command::Pause => (phase != RunPhase::Running).then_some("No run is going on"),
            _ if phase == RunPhase::Running => Some("The run is going on: pause it first"),
            Command::Continue | Command::StepInto | Command::StepOver if phase == RunPhase::None => {
                self.workspace.is_empty().then_some("There is no workflow yet")
            }
            Command::RunToSelected if self.workspace.selected_key().is_none() => Some("No state is selected"),
            Command::RunToSelected if phase == RunPhase::None => {
                self.workspace.is_empty().then_some("There is no workflow yet")
            }
            _ if phase == RunPhase::None => Some("Nothing has been run yet"),
            Command::StepBack
            | Command::StepBackOver
            | Command::StepBackOut
            | Command::BackToBreakpoint
            | Command::GoToStart => is_at_start.then_some("This is the start of the run"),
            Command::ForkRun => None,
            _ => {
                let is_at_end = cursor.position as usize >= runs.event_count();
                match (is_at_end, command) {
                    (true, Command::GoToEnd) => Some("This is the end of what is recorded"),
                    (true, _) if phase.is_over() => {
                        Some("The run has come to its end: step back, or run again")
                    }
                    _ => None,
                }
            }
        }
    }

    /// Carries a command of the debugger out. Without a run, those that go forward start one.
    pub fn step(self, command: Command) {
        let runs = self.runs;
        self.shell.mode.set(Mode::Run);
        let run = match command {
            Command::Continue => Run::Continue,
            Command::StepInto => Run::Into,
            Command::StepOver => Run::Over,
            Command::StepOut => Run::Out,
            Command::StepBack => Run::Back,
            Command::StepBackOver => Run::BackOver,
            Command::StepBackOut => Run::BackOut,
            Command::BackToBreakpoint => Run::BackToBreakpoint,
            Command::GoToStart => return runs.seek(0),
            Command::GoToEnd => return runs.seek(u32::MAX),
            Command::RunToSelected => match self.workspace.selected.get_untracked() {
                Some(key) => Run::To(Target::State(self.key_in_run(StateKey(key)))),
                None => return,
            },
            _ => return,
        };
        match (runs.phase(), command) {
            (RunPhase::None, Command::Continue | Command::RunToSelected) => {
                self.run(run);
            }
            (RunPhase::None, _) => self.debug(),
            _ => runs.command(run),
        }
    }

    fn key_in_run(self, key: StateKey) -> StateKey {
        self.runs.with_run_untracked(|run| run.key_in_run(&key)).unwrap_or(key)
    }

    /// The expressions that are watched.
    pub fn watches(self) -> Vec<String> {
        let kept = self.workspace.watches.with(|text| json::parse(text).unwrap_or_default());
        let texts = kept.as_array().unwrap_or_default().iter();
        texts.filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub fn add_watch(self, text: &str) {
        let mut watches = untrack(|| self.watches());
        if !watches.iter().any(|known| known == text) {
            watches.push(text.to_owned());
            self.set_watches(watches);
        }
    }

    pub fn remove_watch(self, text: &str) {
        let mut watches = untrack(|| self.watches());
        watches.retain(|known| known != text);
        self.set_watches(watches);
    }

    fn set_watches(self, watches: Vec<String>) {
        let texts = watches.into_iter().map(|text| Value::from(text.as_str())).collect();
        self.workspace.watches.set(Value::array(texts).to_text().into());
    }

    /// Sets a breakpoint at the entry of the selected state, or takes it away.
    pub fn toggle_breakpoint(self) {
        if let Some(key) = self.workspace.selected.get_untracked() {
            self.toggle_breakpoint_at(Place::Enter(StateKey(key)));
        }
    }

    /// The same where the selected state is left.
    pub fn toggle_exit_breakpoint(self) {
        if let Some(key) = self.workspace.selected.get_untracked() {
            self.toggle_breakpoint_at(Place::Exit(StateKey(key)));
        }
    }

    /// Goes to the next visit of the selected state, or the one before the cursor.
    pub fn go_to_visit(self, is_forward: bool) {
        let Some(key) = self.workspace.selected.get_untracked() else { return };
        let found = self.runs.with_run_untracked(|run| {
            let state = run.nodes.state(&key)?;
            let now = run.session.cursor().position;
            let own = |visit: &debugger::Visit| visit.state == Some(state) && run.is_of_picture(visit.run);
            let mut visits = run.session.visits().iter().filter(|(_, visit)| own(visit));
            let found = match is_forward {
                true => visits.find(|(_, visit)| visit.entered > now),
                false => visits.rev().find(|(_, visit)| visit.entered < now),
            };
            found.map(|(_, visit)| visit.entered)
        });
        match found.flatten() {
            Some(position) => {
                self.shell.mode.set(Mode::Run);
                self.runs.seek(position);
            }
            None if is_forward => self.shell.say("There is no later visit of this state."),
            None => self.shell.say("There is no earlier visit of this state."),
        }
    }

    /// Where the visit ended of the state that is selected in the graph, while the cursor is at the end of the execution
    /// that the graph shows: all that happened is in the picture then, and who selects a state asks what it did. None
    /// anywhere else: while a run is stepped through, the panels are about where it stands. Follows both.
    pub fn looked_at(self) -> Option<u32> {
        let (_, position) = self.visit_of_selected()?;
        let is_same_execution = self.runs.with_run_untracked(|run| {
            let session = &run.session;
            let here = run.event_ref(session.cursor().position)?;
            let is_end = session.event()?.event_type.is_terminal();
            Some(is_end && run.event_ref(position)?.run == here.run)
        });
        is_same_execution.flatten().unwrap_or(false).then_some(position)
    }

    /// The name of the state that is selected in the graph, where the run has come to its end without a visit of it.
    /// Follows both.
    pub fn unvisited_selection(self) -> Option<Str> {
        let key = self.workspace.selected.get()?;
        self.runs.with_picture(|run| {
            let is_end = run.session.event()?.event_type.is_terminal();
            let state = run.nodes.state(&key)?;
            let is_visited = run.session.visits().iter().any(|(_, visit)| visit.state == Some(state));
            let document = run.document()?;
            let name = document.state(state)?.name();
            (is_end && !is_visited).then(|| Str::from(&*name))
        })?
    }

    /// The visit of the selected state that is next to the cursor, where the cursor is elsewhere: the name of the state,
    /// and where the visit ended. Follows both.
    pub fn visit_of_selected(self) -> Option<(Str, u32)> {
        let key = self.workspace.selected.get()?;
        if self.runs.is_running() || self.runs.here.get().as_ref() == Some(&key) {
            return None;
        }
        let found = self.runs.with_picture(|run| {
            let state = run.nodes.state(&key)?;
            let now = run.session.cursor().position;
            let own = |visit: &debugger::Visit| visit.state == Some(state) && run.is_of_picture(visit.run);
            let visits = run.session.visits();
            let mut before = visits.iter().rev().filter(|(_, visit)| own(visit) && visit.entered <= now);
            let found = before.next().or_else(|| visits.iter().find(|(_, visit)| own(visit)));
            found.map(|(_, visit)| (visit.name.clone(), visit.exited.unwrap_or(visit.last)))
        });
        found.flatten()
    }

    pub fn toggle_breakpoint_at(self, place: Place) {
        let title = title_of(&place);
        match self.runs.toggle_breakpoint(place) {
            true => self.shell.announce(format!("Breakpoint set: {title}")),
            false => self.shell.announce(format!("Breakpoint removed: {title}")),
        }
    }

    /// Keeps breakpoints with the draft, with the states that they are at, and true to the definition.
    pub(super) fn follow_breakpoints(self) {
        let (workspace, runs) = (self.workspace, self.runs);
        Effect::new(move |_| {
            workspace.opened.track();
            runs.load_breakpoints(&workspace.breakpoints.get_untracked());
        });
        // What a breakpoint is about is looked for anew a while after the definition has changed.
        let is_due = StoredValue::new(false);
        Effect::new(move |_| {
            workspace.document.track();
            if is_due.get_value() || runs.breakpoints.with(Breakpoints::is_empty) {
                return;
            }
            is_due.set_value(true);
            const SOON_MS: u32 = 400;
            gloo::timers::callback::Timeout::new(SOON_MS, move || {
                is_due.set_value(false);
                let machine = workspace.document.with_untracked(|document| Machine::compile(document));
                if let Ok(machine) = machine {
                    let machine = Arc::new(machine);
                    runs.breakpoints.update_untracked(|breakpoints| breakpoints.resolve(machine));
                    runs.breakpoints_verified.update(|count| *count += 1);
                }
            })
            .forget();
        });
        Effect::new(move |before: Option<()>| {
            runs.breakpoints.track();
            if before.is_some() {
                workspace.breakpoints.set(runs.breakpoints_text().into());
            }
        });
    }

    /// Keeps the run as it is and goes on with a copy of it.
    pub fn fork_run(self) {
        if self.runs.fork().is_some() {
            self.shell.say("This is a copy of the run, which goes its own way from here. Both are kept.");
        }
    }

    /// Says where the run stands, soon after it came there.
    pub(super) fn tell_where_it_stands(self) {
        let is_due = StoredValue::new(false);
        Effect::new(move |before: Option<()>| {
            self.runs.picture.track();
            if before.is_none() || is_due.get_value() {
                return;
            }
            is_due.set_value(true);
            const SOON_MS: u32 = 250;
            let tell = move || {
                is_due.set_value(false);
                if let Some(text) = self.runs.with_run_untracked(|run| run.session.announcement())
                    && self.runs.phase.get_untracked() != RunPhase::Running
                {
                    self.shell.announce(format!("{}. {text}", self.runs.phase.get_untracked().title()));
                }
            };
            gloo::timers::callback::Timeout::new(SOON_MS, tell).forget();
        });
    }

    /// Where a run fails, the state that failed is selected: its data and its error are what is asked for next.
    pub(super) fn follow_failures(self) {
        let runs = self.runs;
        Effect::new(move |before: Option<Option<(RunKey, u32)>>| {
            runs.version.track();
            let current = runs.current.get();
            if !matches!(runs.phase(), RunPhase::Failed | RunPhase::TimedOut) {
                return None;
            }
            let end = runs.with_run_untracked(|run| run.session.len()).unwrap_or(0);
            let now = current.map(|run| (run, end));
            let is_at_end = runs.cursor.get_untracked().position == end;
            let is_run_mode = self.shell.mode.get_untracked() == Mode::Run;
            if before.flatten() == now || !is_at_end || !is_run_mode {
                return now;
            }
            let failed = runs.with_run_untracked(|run| {
                let (_, visit) = run.session.failed_visit(end)?;
                run.nodes.key(visit.state.filter(|_| run.is_of_picture(visit.run))?).cloned()
            });
            if let Some(key) = failed.flatten() {
                self.workspace.selected.set(Some(key));
                if let Some(rect) = self.workspace.selected_rect() {
                    self.view.reveal(rect);
                }
            }
            now
        });
    }

    /// Brings the node that the cursor is in onto the screen, and selects it.
    pub(super) fn follow_cursor(self) {
        Effect::new(move |_| {
            let Some(key) = self.runs.here.get() else { return };
            if self.shell.mode.get_untracked() != Mode::Run {
                return;
            }
            let workspace = self.workspace;
            if workspace.selected.with_untracked(|selected| selected.as_ref() != Some(&key)) {
                workspace.selected.set(Some(key));
            }
            if let Some(rect) = workspace.selected_rect() {
                self.view.reveal(rect);
            }
        });
    }
}

/// What an event says for people: `Task scheduled`.
pub fn event_words(event_type: EventType) -> String {
    let mut words = String::new();
    for letter in event_type.name().chars() {
        match letter.is_ascii_uppercase() && !words.is_empty() {
            true => {
                words.push(' ');
                words.push(letter.to_ascii_lowercase());
            }
            false => words.push(letter),
        }
    }
    words
}
