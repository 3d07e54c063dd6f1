//! Visits of states: which events belong to which, and how each visit went.

use std::collections::HashMap;

use asl::{StateId, StateType, TransitionKind};
use engine::{Details, EventId, EventType, Failure, FrameId, HistoryEvent, Instant, RunId};
use json::Str;

use crate::status::{Parents, StateStatus, waits_from};

/// A visit of a state, numbered in the order in which visits begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VisitId(pub u32);

/// One visit of a state, from its entry to its exit.
#[derive(Clone, Debug)]
pub struct Visit {
    pub run: RunId,
    pub frame: FrameId,
    /// None in a history that was read without its definition.
    pub state: Option<StateId>,
    pub name: Str,
    pub state_type: StateType,
    /// The position of the entry among all events, from 1.
    pub entered: u32,
    pub exited: Option<u32>,
    /// The position of the last event of the visit so far.
    pub last: u32,
    pub entered_event: EventId,
    pub entered_at: Instant,
    pub ended_at: Option<Instant>,
    /// The visit before this one in the same frame.
    pub previous: Option<VisitId>,
    /// The visit of the Parallel or Map state that this one happens in.
    pub parent: Option<VisitId>,
    /// How many visits of states of this name came before.
    pub number: u32,
    pub attempts: Vec<Attempt>,
    pub status: StateStatus,
    /// The failure that the visit met last, caught or not.
    pub failure: Option<Failure>,
    has_failed: bool,
}

impl Visit {
    /// Milliseconds of virtual time, up to now where the visit lasts.
    pub fn millis(&self, now: Instant) -> i64 {
        self.ended_at.unwrap_or(now) - self.entered_at
    }

    pub fn is_open(&self) -> bool {
        self.ended_at.is_none()
    }

    /// How the visit fares at a position, which may be before its end.
    pub fn status_at(&self, position: u32) -> StateStatus {
        if position >= self.last {
            return self.status;
        }
        if self.state_type == StateType::Wait {
            return StateStatus::Waiting;
        }
        match self.attempts.iter().rev().find(|attempt| attempt.begun <= position) {
            Some(attempt) if attempt.has_failed && attempt.ended.is_some_and(|ended| ended <= position) => {
                StateStatus::Retrying
            }
            Some(attempt) if attempt.waits_at(position) => StateStatus::Waiting,
            _ => StateStatus::Running,
        }
    }

    /// How many attempts followed a failed one.
    pub fn retries(&self) -> usize {
        self.attempts.len().saturating_sub(1)
    }
}

/// One attempt of a Task, Parallel or Map state.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The position of the event that began it.
    pub begun: u32,
    pub ended: Option<u32>,
    pub from: Instant,
    pub to: Option<Instant>,
    pub failure: Option<Failure>,
    pub has_failed: bool,
    /// Whether it was ended from outside: another branch failed, or the run was stopped.
    pub was_aborted: bool,
    /// The positions from which and until which it waited for a token or a worker.
    waits: Option<(u32, Option<u32>)>,
}

impl Attempt {
    fn waits_at(&self, position: u32) -> bool {
        self.waits.is_some_and(|(from, until)| from <= position && until.is_none_or(|until| position < until))
    }

    pub fn status(&self) -> StateStatus {
        match self.to {
            _ if self.has_failed => StateStatus::Failed,
            _ if self.was_aborted => StateStatus::Aborted,
            Some(_) => StateStatus::Succeeded,
            None => StateStatus::Running,
        }
    }
}

/// The visits of a run, brought up to date event by event.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    visits: Vec<Visit>,
    of_event: Vec<Option<VisitId>>,
    open: HashMap<(RunId, FrameId), VisitId>,
    latest: HashMap<(RunId, FrameId), VisitId>,
    counts: HashMap<Str, u32>,
    /// The first visit that has begun or changed since that was asked last.
    changed: Option<VisitId>,
}

impl Visits {
    pub fn len(&self) -> usize {
        self.visits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.visits.is_empty()
    }

    pub fn get(&self, visit: VisitId) -> Option<&Visit> {
        self.visits.get(visit.0 as usize)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (VisitId, &Visit)> {
        self.visits.iter().enumerate().map(|(number, visit)| (VisitId(number as u32), visit))
    }

    /// The visit that the event at a position (from 1) belongs to. Events of iterations belong to the
    /// visit of their Map state.
    pub fn at(&self, position: u32) -> Option<VisitId> {
        self.of_event.get((position as usize).checked_sub(1)?).copied().flatten()
    }

    /// How many events are known.
    pub fn event_count(&self) -> usize {
        self.of_event.len()
    }

    /// The first of the visits that have begun or changed since this was asked last.
    pub(crate) fn take_changed(&mut self) -> Option<VisitId> {
        self.changed.take()
    }

    /// A visit that is going to be changed.
    fn change(&mut self, visit: VisitId) -> Option<&mut Visit> {
        self.changed = Some(self.changed.map_or(visit, |first| first.min(visit)));
        self.visits.get_mut(visit.0 as usize)
    }

    /// Takes the next event into account.
    pub fn apply(&mut self, run: RunId, event: &HistoryEvent, parents: Parents<'_>) {
        let position = u32::try_from(self.of_event.len() + 1).unwrap_or(u32::MAX);
        let place = (run, event.frame);
        let is_iteration = matches!(event.details, Details::MapIteration { .. });
        let visit = if event.event_type.is_state_entered() {
            Some(self.enter(place, event, position, parents))
        } else if is_iteration {
            self.end_iteration(place, event);
            parents(event.frame).and_then(|parent| self.latest.get(&(run, parent)).copied())
        } else if event.event_type.is_terminal() {
            self.end_run(run, event, parents);
            None
        } else if event.event_type.name().starts_with("Execution") {
            None
        } else {
            self.open.get(&place).or_else(|| self.latest.get(&place)).copied()
        };
        self.of_event.push(visit);
        let Some(visit) = visit else { return };
        if let Some(known) = self.change(visit) {
            known.last = known.last.max(position);
        }
        if is_iteration || event.event_type.is_state_entered() {
            return;
        }
        let is_container = matches!(
            event.event_type,
            EventType::MapStateStarted
                | EventType::ParallelStateStarted
                | EventType::MapStateFailed
                | EventType::ParallelStateFailed
        );
        if is_container || event.event_type.is_state_exited() {
            let ended = self.end_failed_attempt(visit, event, position);
            self.close_inside(place, visit, ended);
        }
        self.go_on(place, visit, event, position);
    }

    /// A Parallel or Map state that tries again has no event for the failure: its attempt ended with
    /// the state inside that failed. Answers when.
    fn end_failed_attempt(&mut self, id: VisitId, event: &HistoryEvent, position: u32) -> Instant {
        let Some(visit) = self.get(id) else { return event.timestamp };
        let open = visit.attempts.last().filter(|attempt| attempt.to.is_none());
        let (true, Some(attempt)) = (begins_attempt(event.event_type), open) else { return event.timestamp };
        let begun = attempt.begun;
        let failed = self
            .visits
            .iter()
            .rev()
            .take_while(|inner| inner.entered > begun)
            .filter(|inner| inner.has_failed)
            .filter_map(|inner| Some((inner.ended_at?, inner.failure.clone())))
            .max_by_key(|(ended, _)| *ended);
        let (ended, failure) = failed.unwrap_or((event.timestamp, None));
        if let Some(visit) = self.change(id) {
            end_attempt(visit, ended, position.saturating_sub(1), Some(failure));
        }
        ended
    }

    /// What still seems to go on inside of a container that has failed, starts again or is left has
    /// come to its end without an event.
    fn close_inside(&mut self, place: (RunId, FrameId), container: VisitId, at: Instant) {
        let is_container = self
            .get(container)
            .is_some_and(|visit| matches!(visit.state_type, StateType::Map | StateType::Parallel));
        if !is_container {
            return;
        }
        let inside: Vec<(RunId, FrameId)> = self
            .open
            .iter()
            .filter(|(open, _)| open.0 == place.0 && open.1 != place.1)
            .filter(|(_, id)| {
                let around = std::iter::successors(Some(**id), |id| self.get(*id)?.parent);
                around.skip(1).any(|outer| outer == container)
            })
            .map(|(open, _)| *open)
            .collect();
        for open in inside {
            let visit = self.open.get(&open).and_then(|id| self.get(*id));
            let failed = visit.is_some_and(|visit| visit.has_failed);
            self.close(open, at, if failed { StateStatus::Failed } else { StateStatus::Aborted });
        }
    }

    fn enter(
        &mut self,
        place: (RunId, FrameId),
        event: &HistoryEvent,
        position: u32,
        parents: Parents<'_>,
    ) -> VisitId {
        self.close(place, event.timestamp, StateStatus::Aborted);
        let name = event.details.name().cloned().unwrap_or_else(|| Str::from(""));
        let count = self.counts.entry(name.clone()).or_default();
        let number = *count;
        *count += 1;
        let id = VisitId(u32::try_from(self.visits.len()).unwrap_or(u32::MAX));
        let is_fail = event.event_type == EventType::FailStateEntered;
        let parent = parents(event.frame).and_then(|frame| {
            self.open.get(&(place.0, frame)).or_else(|| self.latest.get(&(place.0, frame))).copied()
        });
        self.take_up(parent);
        self.changed = self.changed.or(Some(id));
        self.visits.push(Visit {
            run: place.0,
            frame: place.1,
            state: event.state,
            name,
            state_type: state_type_of(event.event_type),
            entered: position,
            exited: None,
            last: position,
            entered_event: event.id,
            entered_at: event.timestamp,
            ended_at: is_fail.then_some(event.timestamp),
            previous: self.latest.get(&place).copied(),
            parent,
            number,
            attempts: Vec::new(),
            status: match event.event_type {
                EventType::FailStateEntered => StateStatus::Failed,
                EventType::WaitStateEntered => StateStatus::Waiting,
                _ => StateStatus::Running,
            },
            failure: None,
            has_failed: is_fail,
        });
        if !is_fail {
            self.open.insert(place, id);
        }
        self.latest.insert(place, id);
        id
    }

    /// A redriven execution takes up the states that had failed, and with one the containers around it.
    fn take_up(&mut self, visit: Option<VisitId>) {
        let around = std::iter::successors(visit, |id| self.get(*id)?.parent);
        let ended: Vec<VisitId> =
            around.filter(|id| self.get(*id).is_some_and(|visit| visit.ended_at.is_some())).collect();
        for id in ended {
            let Some(visit) = self.change(id) else { continue };
            visit.ended_at = None;
            visit.has_failed = false;
            visit.status = StateStatus::Running;
            let place = (visit.run, visit.frame);
            self.open.insert(place, id);
        }
    }

    fn go_on(&mut self, place: (RunId, FrameId), id: VisitId, event: &HistoryEvent, position: u32) {
        if event.event_type.is_state_exited() || begins_attempt(event.event_type) {
            self.take_up(Some(id));
        }
        let Some(visit) = self.change(id) else { return };
        if event.event_type.is_state_exited() {
            visit.exited = Some(position);
            // Not every error that is caught leaves an event of its own.
            let is_caught = visit.has_failed || matches!(event.details.way(), Some(TransitionKind::Catch(_)));
            let status = if is_caught { StateStatus::Caught } else { StateStatus::Succeeded };
            self.close(place, event.timestamp, status);
        } else if begins_attempt(event.event_type) {
            visit.has_failed = false;
            visit.status = StateStatus::Running;
            visit.attempts.push(Attempt {
                begun: position,
                ended: None,
                from: event.timestamp,
                to: None,
                failure: None,
                has_failed: false,
                was_aborted: false,
                waits: None,
            });
        } else if ends_attempt(event.event_type) {
            visit.has_failed = false;
            end_attempt(visit, event.timestamp, position, None);
        } else if event.event_type.name().ends_with("StateAborted") {
            let status = if visit.has_failed { StateStatus::Failed } else { StateStatus::Aborted };
            self.close(place, event.timestamp, status);
        } else if event.event_type.is_failure() {
            visit.has_failed = true;
            visit.status = StateStatus::Retrying;
            let failure = event.details.failure().cloned();
            if failure.is_some() {
                visit.failure = failure.clone();
            }
            end_attempt(visit, event.timestamp, position, Some(failure));
        }
        if let Some(waits) = waits_from(event)
            && let Some(visit) = self.visits.get_mut(id.0 as usize).filter(|visit| visit.is_open())
        {
            visit.status = match (visit.status, waits) {
                (StateStatus::Running, true) => StateStatus::Waiting,
                (StateStatus::Waiting, false) => StateStatus::Running,
                (status, _) => status,
            };
            if let Some(attempt) = visit.attempts.last_mut() {
                attempt.waits = match (attempt.waits, waits) {
                    (None, true) => Some((position, None)),
                    (Some((from, None)), false) => Some((from, Some(position))),
                    (known, _) => known,
                };
            }
        }
    }

    fn end_iteration(&mut self, place: (RunId, FrameId), event: &HistoryEvent) {
        match event.event_type {
            EventType::MapIterationFailed => self.close(place, event.timestamp, StateStatus::Failed),
            EventType::MapIterationAborted => self.close(place, event.timestamp, StateStatus::Aborted),
            _ => {}
        }
    }

    fn close(&mut self, place: (RunId, FrameId), at: Instant, status: StateStatus) {
        let Some(id) = self.open.remove(&place) else { return };
        let Some(visit) = self.change(id) else { return };
        visit.status = status;
        visit.ended_at = Some(at);
        if let Some(attempt) = visit.attempts.last_mut().filter(|attempt| attempt.to.is_none()) {
            attempt.to = Some(at);
            attempt.was_aborted = status == StateStatus::Aborted;
        }
    }

    /// The state that failed and the containers around it have failed; all else was aborted.
    fn end_run(&mut self, run: RunId, event: &HistoryEvent, parents: Parents<'_>) {
        let open: Vec<((RunId, FrameId), VisitId)> =
            self.open.iter().filter(|(place, _)| place.0 == run).map(|(place, id)| (*place, *id)).collect();
        let has_failed =
            |id: VisitId| self.visits.get(id.0 as usize).is_some_and(|visit: &Visit| visit.has_failed);
        // Errors of evaluation leave no event of their own: the last state that was entered has failed then.
        let any = open.iter().any(|(_, id)| has_failed(*id));
        let last = open.iter().map(|(_, id)| *id).max();
        let culprits: Vec<FrameId> = open
            .iter()
            .filter(|(_, id)| if any { has_failed(*id) } else { Some(*id) == last })
            .map(|(place, _)| place.1)
            .collect();
        let is_around = |frame: FrameId, inner: FrameId| {
            std::iter::successors(Some(inner), |frame| parents(*frame)).any(|outer| outer == frame)
        };
        for (place, id) in open {
            let status = match event.event_type {
                EventType::ExecutionSucceeded => StateStatus::Succeeded,
                EventType::ExecutionTimedOut => StateStatus::TimedOut,
                EventType::ExecutionFailed if culprits.iter().any(|frame| is_around(place.1, *frame)) => {
                    StateStatus::Failed
                }
                _ => StateStatus::Aborted,
            };
            if status == StateStatus::Failed
                && let Some(visit) = self.change(id)
            {
                visit.failure = visit.failure.take().or_else(|| event.details.failure().cloned());
            }
            self.close(place, event.timestamp, status);
        }
    }
}

pub(crate) fn begins_attempt(event_type: EventType) -> bool {
    event_type.begins_attempt()
}

/// Whether an event brings the result of an attempt.
pub(crate) fn ends_attempt(event_type: EventType) -> bool {
    matches!(
        event_type,
        EventType::TaskSucceeded
            | EventType::LambdaFunctionSucceeded
            | EventType::ActivitySucceeded
            | EventType::MapStateSucceeded
            | EventType::ParallelStateSucceeded
    )
}

fn end_attempt(visit: &mut Visit, at: Instant, position: u32, failure: Option<Option<Failure>>) {
    let Some(attempt) = visit.attempts.last_mut() else { return };
    attempt.to = Some(at);
    attempt.ended = Some(position);
    if let Some(failure) = failure {
        attempt.has_failed = true;
        attempt.failure = failure.or(attempt.failure.take());
    }
}

/// The type of the state that an event is the entry of.
pub(crate) fn state_type_of(entered: EventType) -> StateType {
    let name = entered.name().strip_suffix("StateEntered").unwrap_or_default();
    StateType::from_name(name).unwrap_or(StateType::Pass)
}
