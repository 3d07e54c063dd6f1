//! How the states of a redriven execution fare: in the picture and in the table of steps, told alike.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Run, Session, StateStatus};
use engine::{Budget, Machine, MockHost, Options};

/// Each state's name with how it fares: over all visits in the picture, and in its last visit.
type Fared = Vec<(String, StateStatus, StateStatus)>;

fn machine(definition: &str) -> Arc<Machine> {
    Arc::new(Machine::compile(&Document::parse(definition)).unwrap())
}

fn fared(session: &mut Session, machine: &Machine) -> Fared {
    session.seek(session.len());
    let visits: Vec<(String, Option<asl::StateId>, StateStatus)> = session
        .visits()
        .iter()
        .map(|(_, visit)| (visit.name.to_string(), visit.state, visit.status))
        .collect();
    let mut all: Fared = Vec::new();
    for (name, state, status) in visits {
        let state = state.unwrap();
        assert_eq!(machine.state(state).map(|state| state.name.to_string()), Some(name.clone()));
        let picture = session.board().status(state);
        all.retain(|(known, ..)| *known != name);
        all.push((name, picture, status));
    }
    all
}

fn failed_then_redriven(before: &str, after: &str, mocks: &str) -> (Fared, Fared) {
    let host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let (old, new) = (machine(before), machine(after));
    let input = json::parse(r#"{"amount":3}"#).unwrap();
    let mut session = Session::start(old.clone(), input, Options::default(), host);
    session.run(Run::Continue, Budget { steps: 10_000 });
    let failed = fared(&mut session, &old);
    session.redrive((before != after).then(|| new.clone())).unwrap();
    // Picture and table tell the same after each event; each state is visited once.
    for _ in 0..100 {
        session.run(Run::Into, Budget { steps: 10 });
        for (name, picture, last) in fared(&mut session, &new) {
            assert_eq!(picture, last, "{name} after event {}", session.len());
        }
    }
    session.run(Run::Continue, Budget { steps: 10_000 });
    (failed, fared(&mut session, &new))
}

fn told(fared: &Fared) -> Vec<(&str, StateStatus, StateStatus)> {
    fared.iter().map(|(name, picture, last)| (&**name, *picture, *last)).collect()
}

#[test]
fn a_choice_that_had_failed_has_succeeded_after_the_redrive() {
    let before = r#"{"StartAt":"Check","States":{
        "Check":{"Type":"Choice","Choices":[{"Variable":"$.total","NumericGreaterThan":1,"Next":"Last"}]},
        "Last":{"Type":"Pass","End":true}}}"#;
    let (failed, redriven) = failed_then_redriven(before, &before.replace("$.total", "$.amount"), "{}");
    use StateStatus::{Failed, Succeeded};
    assert_eq!(told(&failed), [("Check", Failed, Failed)]);
    assert_eq!(told(&redriven), [("Check", Succeeded, Succeeded), ("Last", Succeeded, Succeeded)]);
}

#[test]
fn tasks_and_the_branches_around_them_are_taken_up() {
    let definition = r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"Good","States":{"Good":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}},
        {"StartAt":"Bad","States":{"Bad":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}]}}}"#;
    let mocks = r#"{"Good":[{"Return":1}],"Bad":[{"Throw":{"Error":"Down","Cause":"c"}},{"Return":2}]}"#;
    let (failed, redriven) = failed_then_redriven(definition, definition, mocks);
    use StateStatus::{Failed, Succeeded};
    let of = |fared: &Fared, name: &str| {
        fared.iter().find(|(known, ..)| known == name).map(|(_, picture, last)| (*picture, *last)).unwrap()
    };
    assert_eq!(of(&failed, "Both"), (Failed, Failed));
    assert_eq!(of(&failed, "Bad"), (Failed, Failed));
    for name in ["Both", "Good", "Bad"] {
        assert_eq!(of(&redriven, name), (Succeeded, Succeeded), "{name}");
    }
}

#[test]
fn a_redrive_that_fails_again_stays_failed() {
    let definition = r#"{"StartAt":"Bad","States":{
        "Bad":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}"#;
    let mocks = r#"{"Bad":[{"Throw":{"Error":"Down","Cause":"c"}}]}"#;
    let (failed, redriven) = failed_then_redriven(definition, definition, mocks);
    use StateStatus::Failed;
    assert_eq!(told(&failed), [("Bad", Failed, Failed)]);
    assert_eq!(told(&redriven), [("Bad", Failed, Failed)]);
}

#[test]
fn an_attempt_that_another_branch_put_an_end_to_was_aborted() {
    let definition = r#"{"StartAt":"Both","States":{"Both":{"Type":"Parallel","End":true,"Branches":[
        {"StartAt":"Slow","States":{"Slow":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}},
        {"StartAt":"Bad","States":{"Bad":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","End":true}}}]}}}"#;
    let mocks = r#"{"Slow":[{"Return":1,"delayMs":60000}],"Bad":[{"Throw":{"Error":"Down"}},{"Return":2}]}"#;
    let host = MockHost::from_json(&json::parse(mocks).unwrap()).unwrap();
    let input = json::parse("{}").unwrap();
    let mut session = Session::start(machine(definition), input, Options::default(), host);
    session.run(Run::Continue, Budget { steps: 10_000 });
    session.redrive(None).unwrap();
    session.run(Run::Continue, Budget { steps: 10_000 });
    let attempts = |name: &str| -> Vec<StateStatus> {
        let visit = session.visits().iter().find(|(_, visit)| &*visit.name == name).unwrap().1;
        visit.attempts.iter().map(|attempt| attempt.status()).collect()
    };
    use StateStatus::{Aborted, Failed, Succeeded};
    assert_eq!(attempts("Slow"), [Aborted, Succeeded]);
    assert_eq!(attempts("Bad"), [Failed, Succeeded]);
    // The table and its bars say so, too.
    let model = debugger::HistoryModel::of_run(session.recorded(), engine::RunId(0)).unwrap();
    let row = model.rows().iter().find(|row| &*row.name == "Slow").unwrap();
    let now = model.history().last().unwrap().timestamp;
    let bars = debugger::gantt::bars_of(&model, row, now);
    assert_eq!(bars.first().map(|bar| bar.outcome), Some(Aborted));
}
