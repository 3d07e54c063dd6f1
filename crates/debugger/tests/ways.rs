//! Which ways a run has taken.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::{Document, StateId, TransitionKind};
use debugger::{Coverage, Run, Session, StateStatus, Unreached, read_recordings};
use engine::{Budget, Machine, MockHost, Options, TimestampStyle};

const CALL: &str = r#"{"StartAt":"Call","States":{
    "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Parameters":{"FunctionName":"f"},
        "Catch":[{"ErrorEquals":["Rare"],"Next":"Done"},{"ErrorEquals":["States.ALL"],"Next":"Done"}],"Next":"Done"},
    "Done":{"Type":"Pass","End":true}}}"#;

/// Two rules and the default lead to the same state.
const CHOOSE: &str = r#"{"StartAt":"Choose","States":{
    "Choose":{"Type":"Choice","Choices":[
        {"Variable":"$.n","NumericGreaterThan":100,"Next":"Done"},
        {"Variable":"$.n","NumericGreaterThan":10,"Next":"Done"}],"Default":"Done"},
    "Done":{"Type":"Pass","End":true}}}"#;

fn machine(definition: &str) -> Arc<Machine> {
    Arc::new(Machine::compile(&Document::parse(definition)).unwrap())
}

fn state(machine: &Machine, name: &str) -> Option<StateId> {
    machine.states().find(|state| &*state.name == name).map(|state| state.id)
}

fn run(definition: &str, input: &str, answers: &str) -> Session<MockHost> {
    let host = MockHost::from_json(&json::parse(answers).unwrap()).unwrap();
    let input = json::parse(input).unwrap();
    let mut session = Session::start(machine(definition), input, Options::default(), host);
    session.run(Run::Continue, Budget { steps: 1_000 });
    session
}

/// The transitions between two states that are told to be taken.
fn taken(session: &mut Session<MockHost>, from: &str, to: &str) -> Vec<TransitionKind> {
    let machine = session.recorded().machine().unwrap().clone();
    let way = (state(&machine, from), state(&machine, to));
    let all = [TransitionKind::Next, TransitionKind::Default].into_iter();
    let all = all.chain((0..3).map(TransitionKind::Choice)).chain((0..3).map(TransitionKind::Catch));
    let board = session.board();
    assert!(board.is_taken(way), "{from} → {to}");
    all.filter(|kind| board.is_taken_by(way, *kind)).collect()
}

#[test]
fn a_catcher_is_told_from_what_leads_to_the_same_state() {
    for (answer, expected) in [
        (r#"{"Call":[{"Return":{}}]}"#, TransitionKind::Next),
        (r#"{"Call":[{"Throw":{"Error":"Rare","Cause":"c"}}]}"#, TransitionKind::Catch(0)),
        (r#"{"Call":[{"Throw":{"Error":"E","Cause":"c"}}]}"#, TransitionKind::Catch(1)),
    ] {
        let mut session = run(CALL, "{}", answer);
        assert_eq!(taken(&mut session, "Call", "Done"), [expected]);
        let machine = machine(CALL);
        assert!(session.board().is_taken((None, state(&machine, "Call"))));
        assert!(session.board().is_taken((state(&machine, "Done"), None)));
    }
}

#[test]
fn the_rule_that_matched_is_told_from_others_to_the_same_state() {
    for (input, expected) in [
        (r#"{"n":200}"#, TransitionKind::Choice(0)),
        (r#"{"n":20}"#, TransitionKind::Choice(1)),
        (r#"{"n":2}"#, TransitionKind::Default),
    ] {
        let mut session = run(CHOOSE, input, "{}");
        assert_eq!(taken(&mut session, "Choose", "Done"), [expected]);

        let document = Document::parse(CHOOSE);
        let mut coverage = Coverage::default();
        coverage.add(session.recorded(), &document);
        let unreached: Vec<TransitionKind> = coverage
            .unreached(&document)
            .into_iter()
            .map(|unreached| match unreached {
                Unreached::Transition { kind, .. } => kind,
                Unreached::State(state) => panic!("{state:?} was reached"),
            })
            .collect();
        let all = [TransitionKind::Choice(0), TransitionKind::Choice(1), TransitionKind::Default];
        let others: Vec<TransitionKind> = all.into_iter().filter(|kind| *kind != expected).collect();
        assert_eq!(unreached, others);

        // A history from elsewhere says only where the state went, and its data the rest.
        let history = session.recorded().history().to_aws_json(TimestampStyle::Iso).to_text();
        let recording = read_recordings(&history).unwrap().remove(0);
        let mut replay = Session::of_recording(recording, machine(CHOOSE), MockHost::default()).unwrap();
        assert_eq!(taken(&mut replay, "Choose", "Done"), [expected]);
    }
}

/// An error of the state's own fields leaves no event: where the state went tells of it.
#[test]
fn an_error_that_is_caught_without_an_event_shows() {
    let definition = r#"{"StartAt":"Join","States":{
        "Join":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke",
            "Parameters":{"FunctionName":"f","Payload.$":"States.MathAdd($.text, 1)"},
            "Catch":[{"ErrorEquals":["States.ALL"],"Next":"Done"}],"Next":"Done"},
        "Done":{"Type":"Pass","End":true}}}"#;
    let mut session = run(definition, r#"{"text":"a"}"#, "{}");
    assert!(!session.recorded().history().iter().any(|event| event.event_type.is_failure()));
    assert_eq!(taken(&mut session, "Join", "Done"), [TransitionKind::Catch(0)]);
    let join = state(&machine(definition), "Join").unwrap();
    assert_eq!(session.board().status(join), StateStatus::Caught);
    let mut statuses = session.visits().iter().map(|(_, visit)| visit.status);
    assert_eq!(statuses.next(), Some(StateStatus::Caught));
}

/// Positions mean other rules once some have come or gone.
#[test]
fn what_was_taken_is_not_told_of_rules_that_were_changed() {
    let mut session = run(CHOOSE, r#"{"n":20}"#, "{}");
    let more =
        CHOOSE.replace(r#""Choices":["#, r#""Choices":[{"Variable":"$.n","NumericEquals":7,"Next":"Done"},"#);
    let mut execution = session.recorded().clone();
    let way = |execution: &engine::Execution| {
        let exited = execution.history().iter().find(|event| event.event_type.is_state_exited());
        exited.and_then(|exited| exited.details.way())
    };
    execution.replace_machine(machine(CHOOSE)).unwrap();
    assert_eq!(way(&execution), Some(TransitionKind::Choice(1)));
    execution.replace_machine(machine(&more)).unwrap();
    assert_eq!(way(&execution), None);
    assert_eq!(taken(&mut session, "Choose", "Done"), [TransitionKind::Choice(1)]);
}
