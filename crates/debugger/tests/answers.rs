//! Other answers than those of the mocks, in the past of a run.

use std::sync::Arc;

use asl::Document;
use debugger::{Run, Session, Stop};
use engine::{Budget, EventType, Machine, MockHost, Options, TaskAnswer};
use json::Value;

const ASKING: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"},
        "Output": "{% $states.result.Payload %}", "TimeoutSeconds": 60, "Next": "Rest"},
    "Rest": {"Type": "Pass", "End": true}}}"#;

fn run_with(mocks: &str) -> Session<MockHost> {
    let machine = Arc::new(Machine::compile(&Document::parse(ASKING)).expect("it compiles"));
    let host = MockHost::from_json(&json::parse(mocks).expect("JSON")).expect("mocks");
    let mut session = Session::start(machine, Value::Null, Options::default(), host);
    run_to_end(&mut session);
    assert_eq!(output(&session), "\"prepared\"");
    session
}

fn run_to_end(session: &mut Session<MockHost>) {
    assert!(matches!(session.run(Run::Continue, Budget::default()), Stop::Finished));
}

fn output(session: &Session<MockHost>) -> String {
    let last = session.event_at(session.len()).expect("an event");
    last.details.output().map_or_else(String::new, |output| output.without_text().to_text())
}

/// Goes to the event of a type, answers the open task there, and goes on.
fn answer_at(session: &mut Session<MockHost>, at: EventType, milliseconds: i64) {
    let is_there = |position: &u32| session.event_at(*position).is_some_and(|event| event.event_type == at);
    let position = (1..=session.len()).find(is_there).expect("such an event");
    session.seek(position);
    let task = session.at_cursor().open_tasks().first().expect("an open task").id;
    let answer = json::parse(r#"{"Payload": "another"}"#).expect("JSON");
    match milliseconds {
        0 => session.answer(task, TaskAnswer::Succeeded(answer)),
        _ => session.answer_after(milliseconds, task, TaskAnswer::Succeeded(answer)),
    }
    .expect("the task is open");
    run_to_end(session);
}

#[test]
fn an_answer_counts_more_than_the_prepared_one_wherever_the_task_is_open() {
    for mocks in [
        r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#,
        r#"{"Ask": [{"Return": {"Payload": "prepared"}, "delayMs": 180}]}"#,
    ] {
        for at in [EventType::TaskScheduled, EventType::TaskStarted] {
            for milliseconds in [0, 100, 5_000] {
                let mut session = run_with(mocks);
                answer_at(&mut session, at, milliseconds);
                assert_eq!(output(&session), "\"another\"", "{mocks} {at:?} {milliseconds}");
                let times: Vec<i64> = [1, session.len()]
                    .iter()
                    .filter_map(|position| Some(session.event_at(*position)?.timestamp.0))
                    .collect();
                assert_eq!(times[1] - times[0], milliseconds, "{mocks} {at:?}");
                // What is kept of it makes the same run again.
                let kept = session.to_json().expect("it can be kept");
                let again = Session::from_json(&kept, session.machine.clone()).expect("it can be made again");
                assert_eq!(output(&again), "\"another\"");
            }
        }
    }
}

#[test]
fn an_answer_after_the_timeout_comes_too_late() {
    let mut session = run_with(r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#);
    session.seek(3);
    let task = session.at_cursor().open_tasks().first().expect("an open task").id;
    assert!(session.answer_after(61_000, task, TaskAnswer::Succeeded(Value::Null)).is_err());
}
