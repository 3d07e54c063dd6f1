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

/// Answers nothing: each task stops the run.
fn nobody() -> MockHost {
    let mut host = MockHost::default();
    host.unmocked = engine::Unmocked::Stop;
    host
}

/// A task of one branch waits while the other branch has yet to begin, and then rests.
const BESIDE: &str = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "Approve", "States": {"Approve": {"Type": "Task", "HeartbeatSeconds": 600, "TimeoutSeconds": 1500,
        "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
        "Parameters": {"QueueUrl": "q", "MessageBody.$": "$$.Task.Token"},
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Late"}], "End": true},
        "Late": {"Type": "Pass", "End": true}}},
    {"StartAt": "Rest", "States": {"Rest": {"Type": "Wait", "Seconds": 60, "Next": "Rested"},
        "Rested": {"Type": "Pass", "End": true}}}]}}}"#;

/// Milliseconds at which the session's run has an event of a type and a name.
fn time_of(session: &Session<MockHost>, at: EventType, name: &str) -> Option<i64> {
    let first = session.event_at(1)?.timestamp;
    let events = (1..=session.len()).filter_map(|position| session.event_at(position));
    let mut found = events.filter(|event| event.event_type == at);
    found
        .find(|event| event.details.name().is_none_or(|own| &**own == name))
        .map(|event| event.timestamp - first)
}

#[test]
fn a_task_is_let_time_out_while_other_branches_go_on() {
    for (heartbeats, timed_out) in [(0, 600), (1, 1_100), (2, 1_500)] {
        let machine = Arc::new(Machine::compile(&Document::parse(BESIDE)).expect("it compiles"));
        let mut session = Session::start(machine, Value::Null, Options::default(), nobody());
        let stop = session.run(Run::Continue, Budget::default());
        let Stop::NeedsTask(request) = stop else { panic!("{stop:?}") };
        assert!(session.advance(None).is_err(), "the other branch has yet to begin");
        for _ in 0..heartbeats {
            let until = session.now() + 500_000;
            while session.now() < until {
                if session.advance(Some(until)).is_err() {
                    session.run(Run::Into, Budget::default());
                }
            }
            session.answer(request.id, TaskAnswer::Heartbeat).expect("the task waits");
        }
        session.let_time_out(request.id).expect("it has a limit");
        run_to_end(&mut session);
        assert_eq!(
            time_of(&session, EventType::TaskTimedOut, "Approve"),
            Some(timed_out * 1000),
            "{heartbeats}"
        );
        assert_eq!(time_of(&session, EventType::PassStateEntered, "Rested"), Some(60_000), "{heartbeats}");
        assert!(time_of(&session, EventType::ExecutionSucceeded, "").is_some());
        assert!(session.let_time_out(request.id).is_err(), "it is not open any more");
    }
}

#[test]
fn a_task_without_a_limit_is_not_let_time_out() {
    let definition = ASKING.replace("\"TimeoutSeconds\": 60, ", "");
    let machine = Arc::new(Machine::compile(&Document::parse(&definition)).expect("it compiles"));
    let mut session = Session::start(machine, Value::Null, Options::default(), nobody());
    let Stop::NeedsTask(request) = session.run(Run::Continue, Budget::default()) else { panic!("no task") };
    let before = session.len();
    assert_eq!(session.let_time_out(request.id), Err(debugger::ChangeError::NoLimit));
    assert_eq!(session.len(), before);
}
