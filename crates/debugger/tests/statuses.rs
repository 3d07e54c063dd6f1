//! How states fare while a run goes on: what works is told from what waits.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Run, Session, StateStatus, Target};
use engine::{Budget, Failure, Machine, MockHost, Options};

const WAITING: &str = r#"{
  "StartAt": "Pause",
  "States": {
    "Pause": { "Type": "Wait", "Seconds": 5, "Next": "Approve" },
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": { "QueueUrl": "https://sqs.us-east-1.amazonaws.com/123456789012/approvals", "MessageBody": { "token.$": "$$.Task.Token" } },
      "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 2 }],
      "Next": "Run job"
    },
    "Run job": {
      "Type": "Task",
      "Resource": "arn:aws:states:::batch:submitJob.sync",
      "Parameters": { "JobName": "j", "JobQueue": "q", "JobDefinition": "d" },
      "Next": "Work"
    },
    "Work": { "Type": "Task", "Resource": "arn:aws:states:us-east-1:123456789012:activity:work", "End": true }
  }
}"#;

const ANSWERS: &str = r#"{
  "Approve": [
    { "Throw": { "Error": "Refused", "Cause": "not today" }, "callback": true },
    { "Return": {}, "callback": true }
  ],
  "Run job": [{ "Return": {} }],
  "Work": [{ "Return": {} }]
}"#;

fn session(definition: &str, answers: &str, input: &str) -> Session<MockHost> {
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let host = MockHost::from_json(&json::parse(answers).unwrap()).unwrap();
    Session::start(machine, json::parse(input).unwrap(), Options::default(), host)
}

/// The event at each position, with the status that the visit's state and the visit itself have there.
fn told(definition: &str, answers: &str) -> Vec<(String, StateStatus)> {
    let mut session = session(definition, answers, "{}");
    let mut told = Vec::new();
    loop {
        let before = session.len();
        session.run(Run::To(Target::Position(before + 1)), Budget { steps: 100 });
        if session.len() == before {
            return told;
        }
        let event_type = session.event().unwrap().event_type;
        let Some((_, visit)) = session.visit() else { continue };
        let (state, status, name) = (visit.state.unwrap(), visit.status, visit.name.clone());
        assert_eq!(session.board().status(state), status, "{name} at {}", event_type.name());
        told.push((format!("{name}: {}", event_type.name()), status));
    }
}

#[test]
fn what_waits_is_told_from_what_works() {
    use StateStatus::{Retrying, Running, Succeeded, Waiting};
    let told = told(WAITING, ANSWERS);
    let told: Vec<(&str, StateStatus)> = told.iter().map(|(event, status)| (&**event, *status)).collect();
    // A job that is waited for works: only a token leaves nothing to do.
    assert_eq!(
        told,
        [
            ("Pause: WaitStateEntered", Waiting),
            ("Pause: WaitStateExited", Succeeded),
            ("Approve: TaskStateEntered", Running),
            ("Approve: TaskScheduled", Running),
            ("Approve: TaskStarted", Running),
            ("Approve: TaskSubmitted", Waiting),
            ("Approve: TaskFailed", Retrying),
            ("Approve: TaskScheduled", Running),
            ("Approve: TaskStarted", Running),
            ("Approve: TaskSubmitted", Waiting),
            ("Approve: TaskSucceeded", Running),
            ("Approve: TaskStateExited", Succeeded),
            ("Run job: TaskStateEntered", Running),
            ("Run job: TaskScheduled", Running),
            ("Run job: TaskStarted", Running),
            ("Run job: TaskSubmitted", Running),
            ("Run job: TaskSucceeded", Running),
            ("Run job: TaskStateExited", Succeeded),
            ("Work: TaskStateEntered", Running),
            ("Work: ActivityScheduled", Waiting),
            ("Work: ActivityStarted", Running),
            ("Work: ActivitySucceeded", Running),
            ("Work: TaskStateExited", Succeeded),
        ]
    );
}

/// A visit tells at each of its positions what it told when the run was there.
#[test]
fn a_visit_tells_how_it_fared_before_its_end() {
    let expected = told(WAITING, ANSWERS);
    let mut session = session(WAITING, ANSWERS, "{}");
    session.run(Run::Continue, Budget { steps: 1_000 });
    let mut found = Vec::new();
    for position in 1..=session.len() {
        session.seek(position);
        let event_type = session.event().unwrap().event_type;
        let Some((_, visit)) = session.visit() else { continue };
        found.push((format!("{}: {}", visit.name, event_type.name()), visit.status_at(position)));
    }
    assert_eq!(found, expected);
}

#[test]
fn a_stopped_wait_is_aborted_and_a_state_waits_while_all_of_its_open_visits_do() {
    let definition = r#"{
      "StartAt": "Each",
      "States": { "Each": { "Type": "Map", "ItemsPath": "$", "End": true, "ItemProcessor": {
        "StartAt": "Rest", "States": {
          "Rest": { "Type": "Wait", "SecondsPath": "$", "Next": "Ask" },
          "Ask": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "Parameters": { "FunctionName": "f", "Payload": { "t.$": "$$.Task.Token" } }, "End": true } } } } }
    }"#;
    let mut session = session(definition, r#"{"Ask": [{"never": true}]}"#, "[1, 2]");
    let machine = session.recorded().machine().unwrap().clone();
    session.run(Run::Continue, Budget { steps: 1_000 });
    let status = |session: &mut Session<MockHost>, name: &str| {
        let state = machine.states().find(|state| &*state.name == name).unwrap().id;
        session.board().status(state)
    };
    assert_eq!(status(&mut session, "Each"), StateStatus::Running);
    assert_eq!(status(&mut session, "Ask"), StateStatus::Waiting);
    let entries: Vec<u32> = session
        .visits()
        .iter()
        .filter(|(_, visit)| &*visit.name == "Rest")
        .map(|(_, visit)| visit.entered)
        .collect();
    session.seek(entries[1]);
    assert_eq!(status(&mut session, "Rest"), StateStatus::Waiting);
    session.stop(Failure::default()).unwrap();
    session.run(Run::Continue, Budget { steps: 1_000 });
    let end = session.len();
    session.seek(end);
    assert_eq!(status(&mut session, "Rest"), StateStatus::Aborted);
}
