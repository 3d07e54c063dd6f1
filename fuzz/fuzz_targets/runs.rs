//! Any definition on any input with any answers ends in one terminal event, the same each time, and its history comes
//! back from AWS's form. The input is a definition, an input and answers of tasks.
#![no_main]

use std::sync::Arc;

use asl::Document;
use engine::history::ImportedHistory;
use engine::mock::run_to_end;
use engine::{
    Budget, Execution, ExecutionType, Machine, MockHost, Options, Order, Progress, Quotas, TimestampStyle,
};
use json::Value;

libfuzzer_sys::fuzz_target!(|input: &str| {
    let [definition, input, answers] = fuzz::parts(input);
    let Ok(machine) = Machine::compile(&Document::parse(definition)) else { return };
    let machine = Arc::new(machine);
    let input = json::parse(input).unwrap_or_default();
    let host =
        json::parse(answers).ok().and_then(|answers| MockHost::from_json(&answers).ok()).unwrap_or_default();
    let seed = definition.len() as u64;
    let options = Options {
        execution_type: [ExecutionType::Standard, ExecutionType::Express][definition.len() % 2],
        order: [Order::RoundRobin, Order::DepthFirst, Order::Seeded][definition.len() % 3],
        seed,
        quotas: Quotas {
            history_events: 2_000,
            express_events: 2_000,
            map_items: 1_000,
            ..Quotas::default()
        },
        ..Options::default()
    };
    let run = |cut: u64| {
        let mut execution = Execution::start(machine.clone(), input.clone(), options.clone());
        let mut host = host.clone();
        if let Progress::Budget = run_to_end(&mut execution, &mut host, Budget { steps: cut }) {
            // A checkpoint goes on as the execution would have.
            execution = execution.clone();
        }
        let progress = run_to_end(&mut execution, &mut host, Budget { steps: 20_000 });
        (execution, matches!(progress, Progress::Done(_)))
    };
    let (execution, is_done) = run(0);
    check(&execution, is_done);
    let history = execution.history().to_aws_json(TimestampStyle::Iso);
    let (again, _) = run(seed % 50);
    if is_done {
        assert_eq!(again.history().to_aws_json(TimestampStyle::Iso).to_text(), history.to_text());
    }
    let imported = ImportedHistory::from_json(&history, Some(&machine)).expect("our own history");
    assert_eq!(imported.history.to_aws_json(TimestampStyle::Iso).to_text(), history.to_text());
});

fn check(execution: &Execution, is_done: bool) {
    let terminal = |value: &Value| {
        let name = value.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        name.starts_with("Execution") && !matches!(name.as_str(), "ExecutionStarted" | "ExecutionRedriven")
    };
    for run in execution.runs() {
        for (position, event) in run.history.iter().enumerate() {
            assert_eq!(event.id.0 as usize, position + 1);
            assert!(event.previous_event_id.0 < event.id.0);
        }
    }
    let events = execution.history().to_aws_json(TimestampStyle::Iso);
    let events = events.get("events").and_then(Value::as_array).unwrap_or_default();
    let ends = events.iter().filter(|event| terminal(event)).count();
    assert_eq!(ends, usize::from(is_done));
    assert!(!is_done || events.last().is_some_and(terminal));
}
