use std::collections::HashMap;

use asl::{StateId, TransitionKind};
use engine::{EventType, FrameId, HistoryEvent};

/// How a state fares in a run, over all its visits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StateStatus {
    /// Not visited.
    #[default]
    Idle,
    Succeeded,
    /// An error occurred and a catcher took over.
    Caught,
    /// Another branch failed, or the run was stopped.
    Aborted,
    TimedOut,
    Failed,
    /// An error occurred; the next attempt is to come.
    Retrying,
    /// In a Wait state, for a task's token, or for a worker that takes up an activity.
    Waiting,
    Running,
}

impl StateStatus {
    /// The word for people.
    pub fn name(self) -> &'static str {
        match self {
            StateStatus::Idle => "Not visited",
            StateStatus::Succeeded => "Succeeded",
            StateStatus::Caught => "Caught error",
            StateStatus::Aborted => "Aborted",
            StateStatus::TimedOut => "Timed out",
            StateStatus::Failed => "Failed",
            StateStatus::Retrying => "Retrying",
            StateStatus::Waiting => "Waiting",
            StateStatus::Running => "Running",
        }
    }

    pub const ALL: [StateStatus; 9] = [
        StateStatus::Idle,
        StateStatus::Succeeded,
        StateStatus::Caught,
        StateStatus::Aborted,
        StateStatus::TimedOut,
        StateStatus::Failed,
        StateStatus::Retrying,
        StateStatus::Waiting,
        StateStatus::Running,
    ];

    /// The word for addresses and style sheets.
    pub fn slug(self) -> &'static str {
        match self {
            StateStatus::Idle => "idle",
            StateStatus::Succeeded => "succeeded",
            StateStatus::Caught => "caught",
            StateStatus::Aborted => "aborted",
            StateStatus::TimedOut => "timed-out",
            StateStatus::Failed => "failed",
            StateStatus::Retrying => "retrying",
            StateStatus::Waiting => "waiting",
            StateStatus::Running => "running",
        }
    }

    pub fn from_slug(slug: &str) -> Option<StateStatus> {
        StateStatus::ALL.into_iter().find(|status| status.slug() == slug)
    }
}

/// Whether an open visit begins to wait with an event, or waits no longer; none where the event tells nothing of that.
pub fn waits_from(event: &HistoryEvent) -> Option<bool> {
    match event.event_type {
        EventType::WaitStateEntered | EventType::ActivityScheduled => Some(true),
        EventType::TaskSubmitted => {
            event.details.resource().map(|resource| resource.action.ends_with(".waitForTaskToken"))
        }
        event_type if event_type.begins_attempt() || event_type.is_failure() => Some(false),
        EventType::ActivityStarted | EventType::ActivitySucceeded | EventType::TaskSucceeded => Some(false),
        _ => None,
    }
}

/// A way that a run has taken: from a state, or the start of a scope, to a state, or its end.
pub type Taken = (Option<StateId>, Option<StateId>);

/// The frame that a frame was opened from.
pub type Parents<'a> = &'a dyn Fn(FrameId) -> Option<FrameId>;

/// A frame of one of the executions that belong to a run: 0 is the execution itself.
type Place = (u32, FrameId);

#[derive(Clone, Debug)]
struct Visit {
    state: StateId,
    has_failed: bool,
    is_waiting: bool,
    /// How many attempts were begun.
    attempts: u32,
    /// Visits are numbered in the order in which they begin.
    number: u64,
}

#[derive(Clone, Debug, Default)]
struct Tally {
    visits: u32,
    open: u32,
    failing: u32,
    waiting: u32,
    retries: u32,
    /// How many visits have ended so, by the status.
    ended: [u32; StateStatus::ALL.len()],
}

impl Tally {
    fn worst(&self) -> StateStatus {
        let ended = StateStatus::ALL.into_iter().zip(self.ended);
        ended.filter(|(_, count)| *count > 0).map(|(status, _)| status).max().unwrap_or_default()
    }
}

/// By which of its ways a state was left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leaving {
    By(TransitionKind),
    /// By some catcher.
    Caught,
    /// Not known, and nothing tells of an error.
    Somehow,
}

/// How a run has gone from one place to another.
#[derive(Clone, Debug, Default)]
struct Leavings(Vec<Leaving>);

/// The statuses of all states, brought up to date event by event.
#[derive(Clone, Debug, Default)]
pub struct StatusBoard {
    tallies: HashMap<StateId, Tally>,
    open: HashMap<Place, Visit>,
    /// The visits that did not end well, each the last one of its frame.
    broken: HashMap<Place, (Visit, StateStatus)>,
    /// Those of them that a redriven execution may take up.
    redriven: HashMap<Place, (Visit, StateStatus)>,
    /// The state that was left last in a frame that still runs, and how.
    left: HashMap<Place, (StateId, Leaving)>,
    taken: HashMap<Taken, Leavings>,
    visits: u64,
}

impl StatusBoard {
    pub fn status(&self, state: StateId) -> StateStatus {
        match self.tallies.get(&state) {
            None => StateStatus::Idle,
            Some(tally) if tally.open > tally.failing + tally.waiting => StateStatus::Running,
            Some(tally) if tally.waiting > 0 => StateStatus::Waiting,
            Some(tally) if tally.open > 0 => StateStatus::Retrying,
            Some(tally) => tally.worst(),
        }
    }

    /// How often the state was entered.
    pub fn visits(&self, state: StateId) -> u32 {
        self.tallies.get(&state).map_or(0, |tally| tally.visits)
    }

    /// How many attempts followed a failed one.
    pub fn retries(&self, state: StateId) -> u32 {
        self.tallies.get(&state).map_or(0, |tally| tally.retries)
    }

    /// Whether the run has gone this way.
    pub fn is_taken(&self, way: Taken) -> bool {
        self.taken.contains_key(&way)
    }

    /// Whether the run has gone this way by this transition, or may have: a recorded history without its definition
    /// tells no more than whether an error was caught.
    pub fn is_taken_by(&self, way: Taken, kind: TransitionKind) -> bool {
        let is_catcher = matches!(kind, TransitionKind::Catch(_));
        self.taken.get(&way).is_some_and(|leavings| {
            leavings.0.iter().any(|leaving| match leaving {
                Leaving::By(known) => *known == kind,
                Leaving::Caught => is_catcher,
                Leaving::Somehow => !is_catcher,
            })
        })
    }

    fn take(&mut self, way: Taken, leaving: Leaving) {
        let Leavings(known) = self.taken.entry(way).or_default();
        if !known.contains(&leaving) {
            known.push(leaving);
        }
    }

    pub fn states(&self) -> impl Iterator<Item = StateId> {
        self.tallies.keys().copied()
    }

    /// Takes an event of an execution into account: of the run itself (0) or of a child execution.
    pub fn apply(&mut self, execution: u32, event: &HistoryEvent, parents: Parents<'_>) {
        let place = (execution, event.frame);
        if !self.redriven.is_empty() {
            self.go_on_after_redrive(place, event.event_type, parents);
        }
        match event.event_type {
            event_type if event_type.is_state_entered() => {
                let Some(state) = event.state else { return };
                self.enter(place, state);
                if event_type == EventType::FailStateEntered {
                    self.close(place, StateStatus::Failed);
                }
            }
            event_type if event_type.is_state_exited() => self.exit(place, event.state, event.details.way()),
            EventType::TaskScheduled | EventType::LambdaFunctionScheduled | EventType::ActivityScheduled => {
                self.begin_attempt(place)
            }
            EventType::MapStateStarted | EventType::ParallelStateStarted => {
                self.close_inside(place, parents);
                self.begin_attempt(place);
            }
            EventType::MapStateFailed | EventType::ParallelStateFailed => {
                self.fail(place);
                self.close_inside(place, parents);
            }
            EventType::MapStateAborted
            | EventType::ParallelStateAborted
            | EventType::TaskStateAborted
            | EventType::WaitStateAborted => {
                let failed = self.open.get(&place).is_some_and(|visit| visit.has_failed);
                self.close(place, if failed { StateStatus::Failed } else { StateStatus::Aborted });
            }
            EventType::MapIterationSucceeded
            | EventType::ParallelStateSucceeded
            | EventType::MapStateSucceeded => {}
            EventType::ExecutionSucceeded => {
                let ends: Vec<Place> = self.left.keys().copied().filter(|left| left.0 == execution).collect();
                for place in ends {
                    self.end(place);
                }
            }
            EventType::ExecutionFailed => self.fail_execution(execution, parents),
            EventType::ExecutionTimedOut => self.close_all(execution, StateStatus::TimedOut),
            EventType::ExecutionAborted => self.close_all(execution, StateStatus::Aborted),
            EventType::ExecutionRedriven => {
                let own = self.broken.extract_if(|place, _| place.0 == execution);
                self.redriven.extend(own);
            }
            event_type if event_type.is_failure() => self.fail(place),
            _ => {}
        }
        if let Some(waits) = waits_from(event) {
            self.wait(place, waits);
        }
    }

    /// A redriven execution goes on in the visits that had not ended well, and in the containers around them.
    fn go_on_after_redrive(&mut self, place: Place, event_type: EventType, parents: Parents<'_>) {
        if event_type.is_state_exited() || event_type.begins_attempt() {
            self.take_up(place);
        } else if event_type.is_state_entered() {
            self.redriven.remove(&place);
        } else {
            return;
        }
        for frame in std::iter::successors(parents(place.1), |frame| parents(*frame)) {
            self.take_up((place.0, frame));
        }
    }

    /// Counts a visit as open again.
    fn take_up(&mut self, place: Place) {
        if self.open.contains_key(&place) {
            return;
        }
        let Some((visit, status)) = self.redriven.remove(&place) else { return };
        let tally = self.tallies.entry(visit.state).or_default();
        if let Some(count) = tally.ended.get_mut(status as usize) {
            *count = count.saturating_sub(1);
        }
        tally.open += 1;
        self.open.insert(place, Visit { has_failed: false, is_waiting: false, ..visit });
    }

    fn enter(&mut self, place: Place, state: StateId) {
        self.close(place, StateStatus::Aborted);
        self.visits += 1;
        let number = self.visits;
        self.open.insert(place, Visit { state, has_failed: false, is_waiting: false, attempts: 0, number });
        let tally = self.tallies.entry(state).or_default();
        tally.visits += 1;
        tally.open += 1;
        let (from, leaving) = self.left.remove(&place).unzip();
        self.take((from, Some(state)), leaving.unwrap_or(Leaving::Somehow));
    }

    fn exit(&mut self, place: Place, state: Option<StateId>, way: Option<TransitionKind>) {
        // Not every error that is caught leaves an event of its own.
        let caught = matches!(way, Some(TransitionKind::Catch(_)))
            || self.open.get(&place).is_some_and(|visit| visit.has_failed);
        self.close(place, if caught { StateStatus::Caught } else { StateStatus::Succeeded });
        // What went on inside of a container that is left has come to its end.
        if let Some(state) = state {
            let untold = if caught { Leaving::Caught } else { Leaving::Somehow };
            self.left.insert(place, (state, way.map_or(untold, Leaving::By)));
        }
    }

    fn begin_attempt(&mut self, place: Place) {
        let Some(visit) = self.open.get_mut(&place) else { return };
        visit.attempts += 1;
        let Some(tally) = self.tallies.get_mut(&visit.state) else { return };
        tally.retries += u32::from(visit.attempts > 1);
        if visit.has_failed {
            visit.has_failed = false;
            tally.failing = tally.failing.saturating_sub(1);
        }
    }

    fn wait(&mut self, place: Place, waits: bool) {
        let Some(visit) = self.open.get_mut(&place) else { return };
        let Some(tally) = self.tallies.get_mut(&visit.state) else { return };
        tally.waiting = tally.waiting.saturating_sub(u32::from(visit.is_waiting)) + u32::from(waits);
        visit.is_waiting = waits;
    }

    fn fail(&mut self, place: Place) {
        let Some(visit) = self.open.get_mut(&place) else { return };
        if !visit.has_failed {
            visit.has_failed = true;
            if let Some(tally) = self.tallies.get_mut(&visit.state) {
                tally.failing += 1;
            }
        }
    }

    fn close(&mut self, place: Place, result: StateStatus) {
        let Some(visit) = self.open.remove(&place) else { return };
        let tally = self.tallies.entry(visit.state).or_default();
        tally.open = tally.open.saturating_sub(1);
        tally.failing = tally.failing.saturating_sub(u32::from(visit.has_failed));
        tally.waiting = tally.waiting.saturating_sub(u32::from(visit.is_waiting));
        if let Some(count) = tally.ended.get_mut(result as usize) {
            *count += 1;
        }
        match result {
            StateStatus::Succeeded | StateStatus::Caught => self.broken.remove(&place),
            _ => self.broken.insert(place, (visit, result)),
        };
    }

    fn end(&mut self, place: Place) {
        if let Some((state, leaving)) = self.left.remove(&place) {
            self.take((Some(state), None), leaving);
        }
    }

    /// Closes what is still open inside of the container that a frame is in.
    fn close_inside(&mut self, place: Place, parents: Parents<'_>) {
        let inside: Vec<Place> = self
            .open
            .keys()
            .copied()
            .filter(|open| open.0 == place.0 && is_inside(open.1, place.1, parents))
            .collect();
        for open in inside {
            let failed = self.open.get(&open).is_some_and(|visit| visit.has_failed);
            self.close(open, if failed { StateStatus::Failed } else { StateStatus::Aborted });
        }
    }

    /// The state that failed, and the containers around it, have failed; all else was aborted.
    fn fail_execution(&mut self, execution: u32, parents: Parents<'_>) {
        let open: Vec<(Place, bool, u64)> = self
            .open
            .iter()
            .filter(|(place, _)| place.0 == execution)
            .map(|(place, visit)| (*place, visit.has_failed, visit.number))
            .collect();
        // Errors of evaluation leave no event of their own: the last state that was entered has failed then.
        let last = open.iter().map(|(_, _, number)| *number).max();
        let any_failed = open.iter().any(|(_, failed, _)| *failed);
        let culprits: Vec<FrameId> = open
            .iter()
            .filter(|(_, failed, number)| if any_failed { *failed } else { Some(*number) == last })
            .map(|(place, _, _)| place.1)
            .collect();
        for (place, _, _) in open {
            let failed =
                culprits.iter().any(|culprit| *culprit == place.1 || is_inside(*culprit, place.1, parents));
            self.close(place, if failed { StateStatus::Failed } else { StateStatus::Aborted });
        }
    }

    fn close_all(&mut self, execution: u32, result: StateStatus) {
        let open: Vec<Place> = self.open.keys().copied().filter(|place| place.0 == execution).collect();
        for place in open {
            self.close(place, result);
        }
    }
}

fn is_inside(frame: FrameId, container: FrameId, parents: Parents<'_>) -> bool {
    let mut current = frame;
    while let Some(parent) = parents(current) {
        if parent == container {
            return true;
        }
        current = parent;
    }
    false
}
