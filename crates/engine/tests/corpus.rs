//! Real workflows and recorded definitions: they run to an end, and runs keep their promises.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use asl::Document;
use engine::history::ImportedHistory;
use engine::mock::run_to_end;
use engine::{
    Budget, EventRef, EventType, Execution, FrameRole, Machine, MockHost, Options, Order, Progress, Step,
    TaskHost, TimestampStyle,
};
use json::Value;

const STEPS: u64 = 300_000;

fn shared(path: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if !folder.is_dir() {
        println!("skipped: {} is not there", folder.display());
        return None;
    }
    Some(folder)
}

fn texts(folder: &Path) -> Vec<(String, String)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().filter(|path| path.is_file()).map(read).collect()
}

fn machines() -> Vec<(String, Arc<Machine>)> {
    let mut found = Vec::new();
    let mut add = |name: String, text: &str| {
        if let Ok(machine) = Machine::compile(&Document::parse(text)) {
            found.push((name, Arc::new(machine)));
        }
    };
    if let Some(folder) = shared("corpus/definitions") {
        for (name, text) in texts(&folder) {
            add(name, &text);
        }
    }
    if let Some(folder) = shared("conformance/cases") {
        for (name, text) in texts(&folder) {
            let case = json::parse(&text).unwrap();
            if case.get("kind").and_then(Value::as_str) == Some("execution") {
                add(name, &case.get("definition").unwrap().to_text());
            }
        }
    }
    found
}

fn start(machine: &Arc<Machine>, order: Order) -> Execution {
    let input = json::parse(r#"{"items": [1, 2, 3], "value": "x"}"#).unwrap();
    Execution::start(machine.clone(), input, Options { order, seed: 7, ..Options::default() })
}

fn history(execution: &Execution) -> String {
    let histories = execution.runs().map(|run| run.history.to_aws_json(TimestampStyle::Iso));
    Value::array(histories.collect()).to_text()
}

/// Ids are dense, links point backwards, and the last event alone is terminal.
fn check_history(name: &str, execution: &Execution) {
    for run in execution.runs() {
        let last = run.history.len();
        for (position, event) in run.history.iter().enumerate() {
            assert_eq!(event.id.0 as usize, position + 1, "{name}");
            assert!(event.previous_event_id < event.id, "{name}");
            assert_eq!(event.event_type.is_terminal(), position + 1 == last, "{name} {:?}", run.id);
        }
        assert_eq!(run.history.get(0).unwrap().event_type, EventType::ExecutionStarted);
    }
}

#[test]
fn the_corpus_runs_to_its_ends() {
    let Some(folder) = shared("corpus/definitions") else { return };
    let mut count = 0;
    let mut succeeded = 0;
    for (name, text) in texts(&folder) {
        let machine = Machine::compile(&Document::parse(&text))
            .unwrap_or_else(|problems| panic!("{name} does not compile: {problems:?}"));
        let mut execution = start(&Arc::new(machine), Order::RoundRobin);
        match run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: STEPS }) {
            Progress::Done(outcome) => {
                succeeded += usize::from(outcome.status == engine::Status::Succeeded);
            }
            // A loop that waits for a job's status never sees the one that it waits for in made-up
            // answers; it ends when its history is full.
            other => panic!("{name} does not end: {other:?}"),
        }
        check_history(&name, &execution);
        count += 1;
    }
    println!("{succeeded} of {count} succeed with made-up answers");
}

/// What inspection works out of the history is what the run did.
#[test]
fn inspection_agrees_with_the_history() {
    let mut visits = 0;
    for (name, machine) in machines() {
        let mut execution = start(&machine, Order::RoundRobin);
        run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: 3_000 });
        for run in execution.runs() {
            for event in run.history.iter().filter(|event| event.event_type.is_state_exited()) {
                let inspection = execution.inspect(EventRef { run: run.id, event: event.id }).unwrap();
                assert_eq!(inspection.exited, Some(event.id), "{name}");
                let entered = run.history.event(inspection.entered).unwrap();
                assert_eq!(inspection.data.input.as_ref(), entered.details.input(), "{name}");
                if inspection.failure.is_none() {
                    let last = [&inspection.data.after_result_path, &inspection.data.result];
                    assert!(
                        inspection.recomputed.is_none() || inspection.recomputed == inspection.output,
                        "{name} {:?}: {:?}, {last:?}",
                        event,
                        inspection.recomputed
                    );
                }
                visits += 1;
            }
        }
    }
    println!("{visits} visits");
}

/// A history that was written reads back, and its events find their frames and states.
#[test]
fn histories_read_back() {
    for (name, machine) in machines() {
        let mut execution = start(&machine, Order::DepthFirst);
        run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: 3_000 });
        let written = execution.history().to_aws_json(TimestampStyle::Iso);
        let read = ImportedHistory::from_json(&written, Some(&machine)).unwrap();
        assert_eq!(read.to_json().to_text(), written.to_text(), "{name}");
        assert_eq!(read.history.to_aws_json(TimestampStyle::Iso).to_text(), written.to_text(), "{name}");
        let kinds = |role: FrameRole| match role {
            FrameRole::Execution => (0, 0),
            FrameRole::Branch(index) => (1, u64::from(index)),
            FrameRole::Iteration(index) => (2, index),
        };
        for (made, imported) in execution.history().iter().zip(read.history.iter()) {
            assert_eq!(made.state, imported.state, "{name} {made:?}");
            let role = execution.frame(made.frame).unwrap().role;
            let imported_role = read.frames[imported.frame.0 as usize].role;
            assert_eq!(kinds(role), kinds(imported_role), "{name} {made:?}");
        }
    }
}

/// Histories recorded on AWS open, and their states are those of the definition.
#[test]
fn recorded_histories_open() {
    let Some(folder) = shared("conformance/cases") else { return };
    for (name, text) in texts(&folder) {
        let case = json::parse(&text).unwrap();
        let expect = case.get("expect");
        let events = expect.and_then(|expect| expect.get("events"));
        let Some(events) = events.filter(|_| expect.unwrap().get("unordered").is_none()) else { continue };
        let machine = Machine::compile(&Document::parse(&case.get("definition").unwrap().to_text())).ok();
        let read = ImportedHistory::from_json(events, machine.as_ref())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        for event in read.history.iter() {
            let named = event.details.name().filter(|_| event.event_type.is_state_entered());
            if let (Some(state_name), Some(machine)) = (named, &machine) {
                let state = machine.state(event.state.unwrap()).unwrap();
                assert_eq!(&state.name, state_name, "{name}");
            }
        }
    }
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    for (name, machine) in machines() {
        for order in [Order::RoundRobin, Order::DepthFirst, Order::Seeded] {
            let run = || {
                let mut execution = start(&machine, order);
                run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: 3_000 });
                history(&execution)
            };
            assert_eq!(run(), run(), "{name}");
        }
    }
}

#[test]
fn a_clone_at_any_step_goes_on_to_the_same_end() {
    const MOST_STEPS: usize = 400;
    for (name, machine) in machines() {
        let mut execution = start(&machine, Order::RoundRobin);
        let mut host = MockHost::default();
        let mut checkpoints = Vec::new();
        for step in 0..MOST_STEPS {
            if step % 17 == 0 {
                checkpoints.push((execution.clone(), host.clone()));
            }
            if one_step(&mut execution, &mut host) {
                break;
            }
        }
        let end = history(&execution);
        let steps_done = |execution: &Execution| execution.runs().map(|run| run.history.len()).sum::<usize>();
        let goal = steps_done(&execution);
        for (mut clone, mut host) in checkpoints {
            for _ in 0..MOST_STEPS * 2 {
                if steps_done(&clone) >= goal || one_step(&mut clone, &mut host) {
                    break;
                }
            }
            if execution.outcome().is_some() {
                assert_eq!(history(&clone), end, "{name}");
            }
        }
    }
}

#[test]
fn many_steps_at_once_end_as_single_ones_do() {
    const FEW_STEPS: usize = 4000;
    for (name, machine) in machines() {
        for order in [Order::RoundRobin, Order::DepthFirst, Order::Seeded] {
            let options = Options { seed: 3, order, ..Options::default() };
            let mut single = Execution::start(machine.clone(), Value::object(json::Map::new()), options);
            let mut many = single.clone();
            let (mut host, mut other) = (MockHost::default(), MockHost::default());
            let ended = (0..FEW_STEPS).any(|_| one_step(&mut single, &mut host));
            let also = (0..FEW_STEPS).any(|_| many_steps(&mut many, &mut other));
            if ended && also {
                assert_eq!(history(&many), history(&single), "{name} {order:?}");
            }
        }
    }
}

/// One thing of a run with its host; true at the end.
fn one_step(execution: &mut Execution, host: &mut MockHost) -> bool {
    let step = execution.step();
    done(step, execution, host)
}

fn many_steps(execution: &mut Execution, host: &mut MockHost) -> bool {
    let (_, step) = execution.steps(50);
    step.is_some_and(|step| done(step, execution, host))
}

fn done(step: Step, execution: &mut Execution, host: &mut MockHost) -> bool {
    match step {
        Step::Event(_) => {}
        Step::Task(request) => {
            host.request(&request, execution.now());
        }
        Step::Idle { wake_at } => {
            let next = match (wake_at, host.next_due()) {
                (Some(timer), Some(reply)) => timer.min(reply),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => return true,
            };
            execution.advance_to(next);
            while let Some((task, answer)) = host.pop_due(execution.now()) {
                execution.answer(task, answer);
            }
        }
        Step::Done(_) => return true,
    }
    false
}
