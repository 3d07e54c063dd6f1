//! Breakpoints before timers fire: while a run is recorded, and when it is gone through again.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use debugger::{Breakpoint, HitCount, Place, Run, Session, StateKey, Stop, Timers};
use engine::{Budget, EventType, Machine, MockHost, Options};

const BUDGET: Budget = Budget { steps: 10_000 };
const NONE: Timers = Timers { wait: false, backoff: false, timeout: false, heartbeat: false };
const DEFINITION: &str = r#"{"StartAt":"Rest","States":{
    "Rest":{"Type":"Wait","Seconds":60,"Next":"Call"},
    "Call":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","TimeoutSeconds":30,
        "Retry":[{"ErrorEquals":["E"],"IntervalSeconds":5}],
        "Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Again"}],"Next":"Again"},
    "Again":{"Type":"Wait","Seconds":10,"End":true}}}"#;
/// Fails once, and does not answer the second time.
const MOCKS: &str = r#"{"Call":[{"Throw":{"Error":"E"},"delayMs":1000},{"never":true}]}"#;

fn session(place: Place, hits: Option<HitCount>) -> Session {
    let machine = Arc::new(Machine::compile(&Document::parse(DEFINITION)).unwrap());
    let host = MockHost::from_json(&json::parse(MOCKS).unwrap()).unwrap();
    let mut session = Session::start(machine, json::parse("{}").unwrap(), Options::default(), host);
    session.breakpoints.add(Breakpoint { hits, ..Breakpoint::new(place) });
    session
}

/// The types of the events before which a run stops, and its virtual seconds then.
fn stops(session: &mut Session) -> Vec<(EventType, i64)> {
    let mut found = Vec::new();
    for _ in 0..20 {
        let Stop::Breakpoint { problem: None, .. } = session.run(Run::Continue, BUDGET) else { break };
        let position = session.cursor().position;
        let start = session.event_at(1).unwrap().timestamp;
        found.push((position, (session.now() - start) / 1000));
    }
    let next = |position: u32| session.event_at(position + 1).unwrap().event_type;
    found.into_iter().map(|(position, seconds)| (next(position), seconds)).collect()
}

fn check(kinds: Timers, state: Option<&str>, hits: Option<HitCount>, expected: &[(EventType, i64)]) {
    let place = Place::Timer { kinds, state: state.map(|state| StateKey(state.into())) };
    let mut session = session(place.clone(), hits);
    assert_eq!(stops(&mut session), expected, "recorded, {place:?}");
    let places = session.breakpoint_positions();
    assert_eq!(places.len(), expected.len(), "on the track, {place:?}");
    session.seek(0);
    assert_eq!(stops(&mut session), expected, "gone through again, {place:?}");
}

#[test]
fn time_stops_before_each_kind_of_timer() {
    use EventType::{TaskScheduled, TaskTimedOut, WaitStateExited};
    check(Timers { wait: true, ..NONE }, None, None, &[(WaitStateExited, 0), (WaitStateExited, 96)]);
    check(Timers { backoff: true, ..NONE }, None, None, &[(TaskScheduled, 61)]);
    check(Timers { timeout: true, ..NONE }, None, None, &[(TaskTimedOut, 66)]);
    check(Timers { heartbeat: true, ..NONE }, None, None, &[]);
    check(
        Timers::ALL,
        None,
        None,
        &[(WaitStateExited, 0), (TaskScheduled, 61), (TaskTimedOut, 66), (WaitStateExited, 96)],
    );
}

#[test]
fn a_timer_of_a_state_or_a_hit_is_waited_for_alone() {
    use EventType::{TaskTimedOut, WaitStateExited};
    check(Timers { wait: true, ..NONE }, Some("/States/Again"), None, &[(WaitStateExited, 96)]);
    check(Timers { timeout: true, ..NONE }, Some("/States/Call"), None, &[(TaskTimedOut, 66)]);
    check(Timers::ALL, None, Some(HitCount::Exactly(3)), &[(TaskTimedOut, 66)]);
}

#[test]
fn timers_are_kept_with_a_draft() {
    let place =
        Place::Timer { kinds: Timers { wait: true, ..NONE }, state: Some(StateKey("/States/A".into())) };
    let breakpoint = Breakpoint::new(place);
    assert_eq!(Breakpoint::from_json(&breakpoint.to_json()), Some(breakpoint));
}
