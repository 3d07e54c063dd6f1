//! Branches beside each other: which there are to choose from, and that the chosen one goes first.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Run, Session, StateStatus, Target};
use engine::{Budget, EventType, FrameRole, Machine, MockHost, Options};

const THREE: &str = r#"{"StartAt": "All", "States": {"All": {"Type": "Parallel", "End": true, "Branches": [
    {"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "A2"}, "A2": {"Type": "Pass", "End": true}}},
    {"StartAt": "B", "States": {"B": {"Type": "Pass", "Next": "B2"}, "B2": {"Type": "Pass", "End": true}}},
    {"StartAt": "C", "States": {"C": {"Type": "Pass", "Next": "C2"}, "C2": {"Type": "Pass", "End": true}}}]}}}"#;

fn started() -> Session {
    let machine = Arc::new(Machine::compile(&Document::parse(THREE)).unwrap());
    let input = json::parse("{}").unwrap();
    let mut session = Session::start(machine, input, Options::default(), MockHost::default());
    session.run(Run::To(Target::Event(EventType::ParallelStateStarted)), Budget::default());
    session
}

fn lanes(session: &mut Session) -> Vec<(FrameRole, StateStatus)> {
    let frame = session.event().unwrap().frame;
    session.lanes(frame, 40).iter().map(|lane| (lane.role, lane.status)).collect()
}

#[test]
fn branches_that_have_yet_to_begin_can_be_chosen_by_hand() {
    for chosen in 0..3u32 {
        let mut session = started();
        assert_eq!(
            lanes(&mut session),
            [0, 1, 2].map(|number| (FrameRole::Branch(number), StateStatus::Idle)),
        );
        let frame = session.event().unwrap().frame;
        let lane = session.lanes(frame, 40)[chosen as usize].frame;
        session.prefer(lane).unwrap();
        session.run(Run::Into, Budget::default());
        let name = session.event().unwrap().details.name().unwrap().to_string();
        assert_eq!(name, ["A", "B", "C"][chosen as usize]);
        // From inside of a branch the others are there as well, each once.
        let mut beside = lanes(&mut session);
        assert_eq!(beside[0], (FrameRole::Branch(chosen), StateStatus::Running));
        beside.sort_by_key(|(role, _)| format!("{role:?}"));
        beside.dedup();
        assert_eq!(beside.len(), 3);
    }
}

#[test]
fn no_more_lanes_are_listed_than_asked_for() {
    let mut session = started();
    let frame = session.event().unwrap().frame;
    assert_eq!(session.lanes(frame, 2).len(), 2);
}
