//! Which state a run failed in, and what there is to see of it from the end of the run.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Cursor, Run, Session, Stop};
use engine::{Budget, Machine, MockHost, Options};

fn ended(definition: &str, input: &str) -> Session {
    let machine = Arc::new(Machine::compile(&Document::parse(definition)).unwrap());
    let input = json::parse(input).unwrap();
    let mut session = Session::start(machine, input, Options::default(), MockHost::default());
    let stop = session.run(Run::Continue, Budget { steps: 10_000 });
    assert!(matches!(stop, Stop::Finished | Stop::Error), "{stop:?}");
    assert!(session.event().unwrap().event_type.is_terminal());
    session
}

/// A Map within a Parallel state, one of whose items can't be doubled.
const NESTED: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Begin", "States": {
    "Begin": {"Type": "Pass", "Next": "Both"},
    "Both": {"Type": "Parallel", "End": true, "Branches": [
        {"StartAt": "Quiet", "States": {"Quiet": {"Type": "Pass", "End": true}}},
        {"StartAt": "Each", "States": {"Each": {"Type": "Map", "End": true, "ItemProcessor": {
            "StartAt": "Read", "States": {
                "Read": {"Type": "Pass", "Next": "Double"},
                "Double": {"Type": "Pass", "Output": "{% $number($states.input) * 2 %}", "End": true}}}}}}]}}}"#;

#[test]
fn a_run_failed_in_the_innermost_state() {
    let session = ended(NESTED, r#"[1, "two", 3]"#);
    let (_, visit) = session.failed_visit(session.len()).unwrap();
    assert_eq!(&*visit.name, "Double");
    assert_eq!(visit.failure.as_ref().unwrap().name(), "States.QueryEvaluationError");
    let input = session.recorded().inspect(session.events()[visit.entered as usize - 1]).unwrap();
    assert_eq!(input.data.input.unwrap().to_text(), "\"two\"", "the iteration that failed");
}

#[test]
fn a_run_that_succeeded_failed_nowhere() {
    let session = ended(NESTED, "[1, 2]");
    assert!(session.failed_visit(session.len()).is_none());
    // The end itself belongs to no state; the one before it is the Parallel state.
    assert!(session.visit().is_none());
    let (_, visit) = session.latest_visit(session.len()).unwrap();
    assert_eq!(&*visit.name, "Both");
}

#[test]
fn an_error_that_was_caught_is_no_failure_of_the_run() {
    let definition = r#"{"StartAt": "Try", "States": {
        "Try": {"Type": "Parallel", "Next": "Stop",
            "Branches": [{"StartAt": "Break", "States": {"Break": {"Type": "Fail", "Error": "E"}}}],
            "Catch": [{"ErrorEquals": ["E"], "Next": "Stop"}]},
        "Stop": {"Type": "Fail", "Error": "Other"}}}"#;
    let session = ended(definition, "{}");
    let (_, visit) = session.failed_visit(session.len()).unwrap();
    assert_eq!(&*visit.name, "Stop");
}

#[test]
fn the_data_of_a_visit_is_the_same_from_the_end_as_at_its_exit() {
    let mut session = ended(NESTED, "[1, 2]");
    let visits: Vec<u32> = session.visits().iter().filter_map(|(_, visit)| visit.exited).collect();
    assert!(visits.len() > 5);
    for position in visits {
        session.seek(session.len());
        let from_the_end = session.data_at(Cursor { position, stage: u32::MAX }).unwrap();
        assert_eq!(session.cursor().position, session.len(), "the cursor stays");
        let stage = session.stages_of(position).len() as u32 - 1;
        session.seek_to(Cursor { position, stage });
        let there = session.data().unwrap();
        assert_eq!(format!("{from_the_end:?}"), format!("{there:?}"));
        assert!(there.is_complete);
    }
}
