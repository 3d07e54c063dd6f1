//! Scripts: a definition, its mocks, commands of a debugger, and what they stop at.
//!
//! `UPDATE_EXPECT=1` writes what is said into the files under `tests/scripts`.

#![allow(clippy::unwrap_used)]

use std::fmt::Write;
use std::path::Path;
use std::sync::Arc;

use debugger::diff::diff;
use debugger::{
    Breakpoint, Cursor, HitCount, IterationGrid, Place, Query, Run, Session, StateKey, Stop, Target,
    VariableChange, timeline,
};
use engine::mock::Unmocked;
use engine::{Budget, EventType, Failure, Machine, MockHost, Options, TaskAnswer};
use json::Value;

struct Script {
    session: Session,
    definition: String,
    kept: Option<Session>,
}

const BUDGET: Budget = Budget { steps: 100_000 };

#[test]
fn scripts_say_what_they_said() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = Vec::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let said = run_file(&text);
        if said != text {
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                std::fs::write(path, &said).unwrap();
            } else {
                wrong.push(format!("{}:\n{said}", path.display()));
            }
        }
    }
    assert!(!paths.is_empty());
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 takes this over:\n{}", wrong.join("\n"));
}

fn run_file(text: &str) -> String {
    let (head, commands) = text.split_once("== script\n").expect("a script");
    let section = |name: &str| {
        let (_, rest) = head.split_once(&format!("== {name}\n"))?;
        Some(rest.split("\n== ").next().unwrap_or_default().to_owned())
    };
    let definition = section("definition").expect("a definition");
    let input = section("input").unwrap_or_else(|| "{}".to_owned());
    let mocks = section("mocks").unwrap_or_else(|| "{}".to_owned());
    let mut host = MockHost::from_json(&json::parse(&mocks).unwrap()).unwrap();
    host.unmocked = Unmocked::Stop;
    let session =
        Session::start(compile(&definition), json::parse(&input).unwrap(), Options::default(), host);
    let mut script = Script { session, definition, kept: None };
    let mut out = format!("{head}== script\n");
    for line in commands.lines() {
        if let Some(command) = line.strip_prefix("> ") {
            writeln!(out, "> {command}").unwrap();
            let said = script.command(command);
            if !said.is_empty() {
                writeln!(out, "{}", said.trim_end()).unwrap();
            }
        } else if line.starts_with("// ") || line.is_empty() {
            writeln!(out, "{line}").unwrap();
        }
    }
    out
}

fn compile(definition: &str) -> Arc<Machine> {
    Arc::new(Machine::compile(&asl::Document::parse(definition)).unwrap())
}

impl Script {
    fn command(&mut self, command: &str) -> String {
        let (word, rest) = command.split_once(' ').unwrap_or((command, ""));
        let run = match (word, rest) {
            ("continue", "") => Run::Continue,
            ("into", "") => Run::Into,
            ("over", "") => Run::Over,
            ("out", "") => Run::Out,
            ("back", "") => Run::Back,
            ("back", "over") => Run::BackOver,
            ("back", "out") => Run::BackOut,
            ("back", "breakpoint") => Run::BackToBreakpoint,
            ("to", target) => Run::To(target_of(target)),
            _ => return self.other(word, rest),
        };
        let stop = self.session.run(run, BUDGET);
        self.stop(&stop)
    }

    fn other(&mut self, word: &str, rest: &str) -> String {
        let session = &mut self.session;
        match word {
            "seek" => {
                let stop = session.seek(rest.parse().unwrap());
                self.stop(&stop)
            }
            "break" => {
                let id = session.breakpoints.add(breakpoint_of(rest));
                match session.breakpoints.verify(id) {
                    Ok(()) => format!("breakpoint {}", id.0),
                    Err(problem) => format!("breakpoint {}: {problem}", id.0),
                }
            }
            "clear" => {
                session.breakpoints.clear();
                String::new()
            }
            "breakpoints" => session.breakpoints.to_json().to_text(),
            "rename" => {
                let (old, new) = rest.split_once(" -> ").unwrap();
                session.breakpoints.rename(&StateKey(old.into()), new);
                String::new()
            }
            "answer" | "fail" => {
                let task = session.at_cursor().open_tasks().first().map(|task| task.id);
                let Some(task) = task else { return "no open task".to_owned() };
                let answer = match word {
                    "answer" => TaskAnswer::Succeeded(json::parse(rest).unwrap()),
                    _ => TaskAnswer::Failed(Failure::new(rest, "made to fail")),
                };
                session
                    .answer(task, answer)
                    .map_or_else(|error| error.to_string(), |()| "answered".to_owned())
            }
            "redrive" => {
                let (old, new) = rest.split_once(" -> ").unwrap_or(("", ""));
                assert!(self.definition.contains(old));
                self.definition = self.definition.replace(old, new);
                let changed = (!rest.is_empty()).then(|| compile(&self.definition));
                session.redrive(changed).map_or_else(|error| error.to_string(), |()| String::new())
            }
            "stop" => {
                session.stop(Failure::default()).map_or_else(|error| error.to_string(), |()| String::new())
            }
            "advance" => session.advance(None).map_or_else(|error| error.to_string(), |()| String::new()),
            "hold" => {
                session.holds_time = true;
                String::new()
            }
            "events-only" => {
                session.steps_into_stages = false;
                String::new()
            }
            "follow" => {
                let frame = session.event().map(|event| event.frame);
                session.follow = frame;
                String::new()
            }
            "input" => session
                .replace_input(json::parse(rest).unwrap())
                .map_or_else(|error| error.to_string(), |()| self.place()),
            "variable" => {
                let (name, value) = rest.split_once(' ').unwrap();
                session
                    .set_variable(name, json::parse(value).unwrap())
                    .map_or_else(|error| error.to_string(), |()| self.place())
            }
            "fork" => {
                self.kept = Some(session.fork());
                String::new()
            }
            "compare" => self.compare(),
            "swap" => {
                if let Some((old, new)) = rest.split_once(" -> ") {
                    assert!(self.definition.contains(old));
                    self.definition = self.definition.replace(old, new);
                }
                format!("{:?}", session.swap_machine(compile(&self.definition)))
            }
            "watch" => match Query::compile(rest, session.language()) {
                Ok(query) => {
                    let mut said = format!("now {}\n", shown(&session.evaluate(&query)));
                    for sample in session.watch_history(&query, session.cursor().position, 100) {
                        writeln!(said, "#{} {}", sample.position, shown(&sample.value)).unwrap();
                    }
                    said
                }
                Err(problem) => problem,
            },
            "origins" => {
                let origins = session.origins(session.cursor().position, rest);
                let told = origins.iter().map(|origin| {
                    let sure = if origin.is_certain { "" } else { " likely" };
                    let place = place_at(session, Cursor { position: origin.position, stage: 0 });
                    format!("{:?}{sure} {} {place}\n", origin.kind, origin.pointer)
                });
                told.collect()
            }
            "say" => session.announcement(),
            "stages" => self.stages(),
            "variables" => self.variables(),
            "context" => session.data().map_or_else(String::new, |data| data.context.to_text()),
            "log" => session.log().map(|line| format!("#{} {}\n", line.position, line.text)).collect(),
            "stack" => {
                let Some(frame) = session.event().map(|event| event.frame) else { return String::new() };
                let stack = session.call_stack(frame).into_iter().map(|frame| {
                    format!(
                        "{:?} {} {}\n",
                        frame.role,
                        frame.state.as_deref().unwrap_or("-"),
                        frame.status.name()
                    )
                });
                let siblings = session.siblings(frame, 10).len();
                stack.chain([format!("{siblings} siblings")]).collect()
            }
            "events" => {
                let events = (1..=session.len()).map(|position| {
                    let at = if position == session.cursor().position { "*" } else { "" };
                    format!("{at}{}\n", place_at(session, Cursor { position, stage: 0 }))
                });
                events.collect()
            }
            "timeline" => self.timeline(),
            "grid" => {
                let (id, _) = session.visits().iter().find(|(_, visit)| &*visit.name == rest).unwrap();
                let to = session.cursor().position;
                let grid =
                    IterationGrid::of_visit(session.recorded(), session.events(), session.visits(), id, to);
                grid.cells
                    .iter()
                    .map(|cell| format!("{} {}\n", cell.status.name(), cell.state.as_deref().unwrap_or("-")))
                    .collect()
            }
            _ => panic!("no such command: {word} {rest}"),
        }
    }

    fn stop(&self, stop: &Stop) -> String {
        let what = match stop {
            Stop::Breakpoint { id, problem: None } => format!("breakpoint {}", id.0),
            Stop::Breakpoint { id, problem: Some(problem) } => format!("breakpoint {} ({problem})", id.0),
            Stop::NeedsTask(request) => format!("needs {}", request.state_name),
            Stop::Waiting { until: Some(until) } => format!("waiting until {until}"),
            other => other.name().to_lowercase(),
        };
        format!("{what} at {}", self.place())
    }

    fn place(&self) -> String {
        let session = &self.session;
        let mut said = place_at(session, session.cursor());
        let stages = session.stages();
        if let Some(stage) = stages.get(session.cursor().stage as usize) {
            let value: String = stage.value.to_text().chars().take(120).collect();
            write!(said, " [{}] {value}", stage.stage.name()).unwrap();
        }
        said
    }

    fn stages(&self) -> String {
        let Some(data) = self.session.data() else { return String::new() };
        let mut said = String::new();
        for (position, stage) in data.stages.iter().enumerate() {
            let at = if position == data.current { "*" } else { "" };
            write!(said, "{at}{} {}", stage.stage.name(), stage.value).unwrap();
            for change in data.change(position, 5).into_iter().flat_map(|diff| diff.changes) {
                write!(said, "; {} {}", change.kind.name(), change.pointer).unwrap();
            }
            said.push('\n');
        }
        said
    }

    fn variables(&self) -> String {
        let mut said = String::new();
        for scope in self.session.scopes(self.session.cursor().position) {
            writeln!(said, "{:?}", scope.role.unwrap()).unwrap();
            for variable in scope.variables {
                let change = match variable.change {
                    VariableChange::Same => String::new(),
                    VariableChange::New => " (new)".to_owned(),
                    VariableChange::Changed { from } => format!(" (was {from})"),
                };
                writeln!(said, "  {} = {}{change}", variable.name, variable.value).unwrap();
            }
        }
        said
    }

    fn timeline(&self) -> String {
        let session = &self.session;
        let start = session.options.start_time;
        let mut said = String::new();
        for lane in timeline(session.recorded(), session.visits(), session.now(), 100) {
            writeln!(said, "{}lane {}", "  ".repeat(usize::from(lane.depth)), lane.frame.0).unwrap();
            for span in lane.spans {
                let indent = "  ".repeat(usize::from(lane.depth) + 1);
                let (from, to) = (span.from - start, span.to - start);
                writeln!(said, "{indent}{} {:?} {from}..{to} {}", span.name, span.kind, span.outcome.name())
                    .unwrap();
            }
        }
        said
    }

    fn compare(&self) -> String {
        let kept = self.kept.as_ref().expect("a fork");
        let found = debugger::compare_executions(kept.recorded(), self.session.recorded()).unwrap();
        let mut said = String::new();
        for (position, pair) in found.pairs.iter().enumerate() {
            let mark = if found.first_divergence == Some(position) { "*" } else { "" };
            let what = match (pair.left, pair.right, pair.difference.is_none()) {
                (Some(_), None, _) => "only left".to_owned(),
                (None, _, _) => "only right".to_owned(),
                (_, _, true) => "same".to_owned(),
                _ => format!("{:?}", pair.difference),
            };
            writeln!(said, "{mark}{} {what}", pair.name).unwrap();
        }
        for change in &found.output.changes {
            writeln!(said, "output {} {}", change.kind.name(), change.pointer).unwrap();
        }
        said
    }
}

fn place_at(session: &Session, cursor: Cursor) -> String {
    let stage = if cursor.stage > 0 { format!(".{}", cursor.stage) } else { String::new() };
    let Some(event) = session.event_at(cursor.position) else { return "#0".to_owned() };
    let state = session.visits().at(cursor.position).and_then(|visit| session.visits().get(visit));
    let name = state.map_or(String::new(), |visit| format!(" {}", visit.name));
    let index = event.details.index().map_or(String::new(), |index| format!("/{index}"));
    format!("#{}{stage} {}{name}{index}", cursor.position, event.event_type.name())
}

fn shown(value: &Result<Option<Value>, String>) -> String {
    match value {
        Ok(Some(value)) => value.to_text(),
        Ok(None) => "undefined".to_owned(),
        Err(problem) => format!("<{problem}>"),
    }
}

fn target_of(text: &str) -> Target {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    match word {
        "state" => Target::State(StateKey(rest.into())),
        "event" => Target::Event(EventType::from_name(rest).unwrap()),
        "time" => Target::Time(engine::Instant::from_iso(rest).unwrap()),
        number => Target::Position(number.parse().unwrap()),
    }
}

/// `enter Name`, `exit Name`, `move A -> B`, `event Type`, `error caught|uncaught|any Name`, `retry`,
/// `any`, then `if condition`, `hits count`, `log message`.
fn breakpoint_of(text: &str) -> Breakpoint {
    let (text, log) = text.split_once(" log ").map_or((text, None), |(text, log)| (text, Some(log)));
    let (text, hits) = text.split_once(" hits ").map_or((text, None), |(text, hits)| (text, Some(hits)));
    let (text, condition) =
        text.split_once(" if ").map_or((text, None), |(text, condition)| (text, Some(condition)));
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let key = |name: &str| StateKey(name.into());
    let place = match word {
        "enter" => Place::Enter(key(rest)),
        "exit" => Place::Exit(key(rest)),
        "move" => {
            let (from, to) = rest.split_once(" -> ").unwrap();
            Place::Transition { from: key(from), to: key(to) }
        }
        "event" => Place::Event(EventType::from_name(rest).unwrap()),
        "error" => {
            let (which, name) =
                rest.split_once(' ').map_or((rest, None), |(which, name)| (which, Some(name)));
            Place::Error {
                caught: which != "uncaught",
                uncaught: which != "caught",
                name: name.map(Into::into),
            }
        }
        "retry" => Place::Retry((!rest.is_empty()).then(|| key(rest))),
        "any" => Place::AnyState,
        other => panic!("no such breakpoint: {other}"),
    };
    let breakpoint = Breakpoint {
        condition: condition.map(Into::into),
        hits: hits.map(|hits| HitCount::parse(hits).unwrap()),
        log: log.map(Into::into),
        ..Breakpoint::new(place)
    };
    let again = Breakpoint::from_json(&breakpoint.to_json());
    assert_eq!(again.as_ref(), Some(&breakpoint), "a breakpoint survives being saved");
    assert!(diff(&breakpoint.to_json(), &again.unwrap().to_json(), 1).changes.is_empty());
    breakpoint
}
