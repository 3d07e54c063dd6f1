//! Map Runs as their page shows them.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::map_run::{ChildFilter, MapRunView, map_runs};
use debugger::{Run, Session};
use engine::{Budget, Machine, MapRunStatus, MockHost, Options, Status};

const DEFINITION: &str = r#"{"StartAt":"Each","States":{"Each":{"Type":"Map","Label":"Orders","MaxConcurrency":2,
    "ToleratedFailureCount":0,
    "ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED","ExecutionType":"STANDARD"},"StartAt":"Call","States":{
        "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}},"End":true}}}"#;

fn session(mocks: &str) -> Session {
    let machine = Arc::new(Machine::compile(&Document::parse(DEFINITION)).unwrap());
    let host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let mut session = Session::start(machine, json::parse("[1,2,3]").unwrap(), Options::default(), host);
    session.run(Run::Continue, Budget { steps: 10_000 });
    session
}

fn only(session: &Session) -> MapRunView {
    let mut found = map_runs(session.recorded(), session.events(), session.visits());
    assert_eq!(found.len(), 1);
    found.remove(0)
}

#[test]
fn a_map_run_that_succeeded_tells_its_children() {
    let view = only(&session(r#"{"Call":[{"Return":{"ok":true}}]}"#));
    assert_eq!((view.status, &*view.label, &*view.state_name), (MapRunStatus::Succeeded, "Orders", "Each"));
    assert!(view.arn.contains(":mapRun:"), "{}", view.arn);
    assert_eq!(view.input.unwrap().to_text(), "[1,2,3]");
    assert_eq!(view.output.unwrap().as_array().map(<[_]>::len), Some(3));
    let counted = view.counted.unwrap();
    assert_eq!((counted.child_type, counted.max_concurrency), ("STANDARD", 2));
    assert_eq!((counted.items.total, counted.items.succeeded, counted.executions.succeeded), (3, 3, 3));
    let names: Vec<&str> = counted.children.iter().map(|child| &*child.name).collect();
    assert_eq!(names.len(), 3);
    let all = ChildFilter::default();
    assert_eq!(all.of(&counted.children), [0, 1, 2]);
    let exact = ChildFilter { name: names[1].to_owned(), is_exact: true, ..ChildFilter::default() };
    assert_eq!(exact.of(&counted.children), [1]);
    let cut = names[1].get(..names[1].len() - 1).unwrap();
    let cut_exact = ChildFilter { name: cut.to_owned(), is_exact: true, ..ChildFilter::default() };
    assert!(cut_exact.of(&counted.children).is_empty());
    let prefix = ChildFilter { name: cut.to_owned(), ..ChildFilter::default() };
    assert!(prefix.of(&counted.children).contains(&1));
    let failed = ChildFilter { status: Some(Status::Failed), ..ChildFilter::default() };
    assert!(failed.of(&counted.children).is_empty());
}

#[test]
fn a_map_run_that_failed_says_why_and_a_redrive_counts() {
    let mut session = session(
        r#"{"Call":[{"Return":1},{"Throw":{"Error":"Down","Cause":"c"}},{"Return":3},{"Return":4},{"Return":5}]}"#,
    );
    let view = only(&session);
    assert_eq!(view.status, MapRunStatus::Failed);
    assert_eq!(view.failure.unwrap().error.as_deref(), Some("States.ExceedToleratedFailureThreshold"));
    assert_eq!(view.output, None);
    let counted = view.counted.unwrap();
    assert_eq!(counted.executions.failed, 1);
    let failed = ChildFilter { status: Some(Status::Failed), ..ChildFilter::default() };
    assert_eq!(failed.of(&counted.children).len(), 1);
    session.redrive(None).unwrap();
    session.run(Run::Continue, Budget { steps: 10_000 });
    let view = only(&session);
    assert_eq!((view.status, view.redrive_count), (MapRunStatus::Succeeded, 1));
    assert_eq!(view.failure, None);
    assert_eq!(view.counted.unwrap().executions.failed, 0);
}
