//! Running and stepping, forwards and backwards: loops around single events.

use asl::StateId;
use engine::{Budget, EventType, FrameId, HistoryEvent, Instant, RunId, Status, TaskHost, TaskRequest};

use super::world::Happened;
use super::{Cursor, Session};
use crate::breakpoints::{BreakpointId, Recorded};
use crate::state_key::StateKey;

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub enum Run {
    Continue,
    /// To the next event, or the next stage of the current one.
    Into,
    /// To the exit of the current state; from there to the next state of the frame.
    Over,
    /// To the end of the frame: iteration, branch, execution.
    Out,
    To(Target),
    /// The opposite of [`Run::Into`].
    Back,
    /// To the entry of the current state; from there to what the frame did before.
    BackOver,
    /// To before the frame began.
    BackOut,
    BackToBreakpoint,
}

/// Where to run to.
#[derive(Clone, Debug, PartialEq)]
pub enum Target {
    /// The event at a position, from 1. Ahead of the cursor, breakpoints on the way hold; behind it, nothing does.
    Position(u32),
    /// The next entry of a state.
    State(StateKey),
    /// The next event of a type.
    Event(EventType),
    /// The first event at or after a virtual time.
    Time(Instant),
}

/// Why a run stopped.
#[derive(Clone, Debug)]
pub enum Stop {
    /// `problem`: the condition could not be evaluated.
    Breakpoint {
        id: BreakpointId,
        problem: Option<String>,
    },
    Stepped,
    /// A task has no answer; going on lets other branches go on.
    NeedsTask(Box<TaskRequest>),
    /// Nothing happens without an answer, or, where time is held, before a time.
    Waiting {
        until: Option<Instant>,
    },
    /// The run has failed or timed out.
    Error,
    /// The run has succeeded or was stopped.
    Finished,
    /// The budget is used up: [`Session::go_on`] continues with the same command.
    Budget,
    /// The cursor is before the first event.
    Start,
}

impl Stop {
    /// The word for people.
    pub fn name(&self) -> &'static str {
        match self {
            Stop::Breakpoint { .. } => "Breakpoint",
            Stop::Stepped => "Stepped",
            Stop::NeedsTask(_) => "Task needs an answer",
            Stop::Waiting { .. } => "Waiting",
            Stop::Error => "Failed",
            Stop::Finished => "Finished",
            Stop::Budget => "Running",
            Stop::Start => "Start",
        }
    }
}

/// What a command waits for, kept for when its budget is used up.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Goal {
    /// Only breakpoints and the end stop.
    End,
    BackToBreakpoint,
    Next {
        within: Option<FrameId>,
    },
    Over {
        run: RunId,
        frame: FrameId,
        around: Vec<FrameId>,
        in_visit: bool,
        in_iteration: bool,
    },
    Out {
        run: RunId,
        around: Vec<FrameId>,
    },
    Position(u32),
    State(Option<StateId>),
    Event(EventType),
    Time(Instant),
}

impl<H: TaskHost + Clone> Session<H> {
    /// Does a command, as far as the budget goes; one step of the budget is about one event.
    pub fn run(&mut self, command: Run, budget: Budget) -> Stop {
        self.goal = None;
        let goal = match command {
            Run::Back => return self.back(),
            Run::BackOver => return self.back_to(is_before_over),
            Run::BackOut => return self.back_to(is_outside),
            Run::BackToBreakpoint => Goal::BackToBreakpoint,
            Run::Continue => Goal::End,
            Run::Into => {
                if self.steps_into_stages && self.cursor.stage + 1 < self.stage_count() {
                    self.cursor.stage += 1;
                    return Stop::Stepped;
                }
                Goal::Next { within: self.follow }
            }
            Run::Over => self.over(),
            Run::Out => self.out(),
            Run::To(Target::Position(position)) if position <= self.cursor.position => {
                return self.seek(position);
            }
            Run::To(Target::Position(position)) => Goal::Position(position),
            Run::To(Target::State(key)) => Goal::State(self.breakpoints.keys().find(&key)),
            Run::To(Target::Event(event_type)) => Goal::Event(event_type),
            Run::To(Target::Time(time)) => Goal::Time(time),
        };
        self.goal = Some(goal);
        self.go_on(budget)
    }

    /// Whether a command ran out of budget and waits to go on.
    pub fn is_going(&self) -> bool {
        self.goal.is_some()
    }

    /// Gives up the command that ran out of budget: Pause.
    pub fn pause(&mut self) {
        self.goal = None;
    }

    /// Goes on with the command that ran out of budget.
    pub fn go_on(&mut self, budget: Budget) -> Stop {
        let Some(goal) = self.goal.take() else { return Stop::Stepped };
        if goal == Goal::BackToBreakpoint {
            return self.back_to_breakpoint(budget);
        }
        let mut left = budget.steps;
        while left > 0 {
            left -= 1;
            if self.is_at_end() {
                if goal == Goal::End && self.breakpoints.is_empty() {
                    let (events, happened) = self.record_many(left + 1);
                    left = left.saturating_sub(events.saturating_sub(1));
                    match self.stop_after(happened) {
                        Some(stop) => return stop,
                        None => continue,
                    }
                }
                // A single step goes where it goes.
                let checks_timers = !matches!(goal, Goal::Next { .. }) && self.breakpoints.has_timers();
                let happened = match self.record_up_to_timers(checks_timers) {
                    Ok(happened) => happened,
                    Err(stop) => return stop,
                };
                let is_event = matches!(happened, Happened::Event(_));
                match self.stop_after(happened) {
                    Some(stop) => return stop,
                    None if is_event => {}
                    None => continue,
                }
            } else {
                self.cursor = Cursor { position: self.cursor.position + 1, stage: 0 };
            }
            let position = self.cursor.position;
            if let Some(stop) = self.breakpoint_at(position) {
                return stop;
            }
            if self.reaches(&goal, position) {
                return Stop::Stepped;
            }
        }
        self.goal = Some(goal);
        Stop::Budget
    }

    /// Why nothing goes on after what happened, where that is so.
    fn stop_after(&mut self, happened: Happened) -> Option<Stop> {
        match happened {
            Happened::Event(_) | Happened::Quiet => None,
            Happened::NeedsTask(request) => Some(Stop::NeedsTask(request)),
            Happened::Waiting { until } => {
                let mut waiting = self.head.open_for_person();
                if waiting.is_empty() && !self.holds_time {
                    waiting = self.head.execution.open_tasks();
                }
                Some(match waiting.into_iter().next() {
                    Some(request) => Stop::NeedsTask(Box::new(request)),
                    None => Stop::Waiting { until },
                })
            }
            Happened::Done(outcome) => Some(match outcome.status {
                Status::Failed | Status::TimedOut => Stop::Error,
                _ => Stop::Finished,
            }),
        }
    }

    fn reaches(&self, goal: &Goal, position: u32) -> bool {
        let recorded = self.as_recorded();
        let Some((event_ref, event)) = recorded.event(position) else { return false };
        match goal {
            Goal::End | Goal::BackToBreakpoint => false,
            Goal::Next { within } => within.is_none_or(|frame| {
                recorded.is_inside(event.frame, frame) || recorded.is_inside(frame, event.frame)
            }),
            Goal::Position(wanted) => position >= *wanted,
            Goal::State(state) => {
                event.event_type.is_state_entered() && state.is_some() && event.state == *state
            }
            Goal::Event(event_type) => event.event_type == *event_type,
            Goal::Time(time) => event.timestamp >= *time,
            Goal::Over { run, frame, around, in_visit, in_iteration } => {
                if event_ref.run == *run && event.event_type.is_terminal() {
                    return true;
                }
                if event.frame == *frame {
                    return !in_visit
                        || event.event_type.is_state_exited()
                        || event.event_type.is_state_entered()
                        || event.details.index().is_some();
                }
                if *in_iteration && event.event_type == EventType::MapIterationStarted {
                    return recorded.parent(event.frame) == recorded.parent(*frame);
                }
                around.contains(&event.frame)
            }
            Goal::Out { run, around } => {
                around.contains(&event.frame) || (event_ref.run == *run && event.event_type.is_terminal())
            }
        }
    }

    fn over(&self) -> Goal {
        let recorded = self.as_recorded();
        let Some((event_ref, event)) = recorded.event(self.cursor.position) else {
            return Goal::Next { within: None };
        };
        if event.event_type.is_terminal() {
            return Goal::Next { within: None };
        }
        let around = self.around(event.frame);
        // What belongs to an iteration's start and end happens outside of the iteration's states.
        let in_visit = event.state.is_some()
            && event.details.index().is_none()
            && !event.event_type.is_state_exited()
            && event.event_type != EventType::FailStateEntered;
        let in_iteration =
            event.event_type != EventType::MapIterationStarted && event.details.index().is_some();
        Goal::Over { run: event_ref.run, frame: event.frame, around, in_visit, in_iteration }
    }

    fn out(&self) -> Goal {
        match self.as_recorded().event(self.cursor.position) {
            Some((event, told)) => Goal::Out { run: event.run, around: self.around(told.frame) },
            None => Goal::End,
        }
    }

    fn around(&self, frame: FrameId) -> Vec<FrameId> {
        let recorded = self.as_recorded();
        std::iter::successors(recorded.parent(frame), |frame| recorded.parent(*frame)).collect()
    }

    fn back(&mut self) -> Stop {
        if self.steps_into_stages && self.cursor.stage > 0 {
            self.cursor.stage -= 1;
            return Stop::Stepped;
        }
        let stop = match self.follow {
            None => self.seek(self.cursor.position.saturating_sub(1)),
            Some(frame) => self.back_to(|recorded, _, at| {
                recorded.is_inside(at.frame, frame) || recorded.is_inside(frame, at.frame)
            }),
        };
        if self.steps_into_stages {
            self.cursor.stage = self.stage_count() - 1;
        }
        stop
    }

    fn back_to(&mut self, is_there: impl Fn(Recorded<'_>, &HistoryEvent, &HistoryEvent) -> bool) -> Stop {
        let recorded = self.as_recorded();
        let mut position = self.cursor.position;
        let found = match recorded.event(position) {
            None => 0,
            Some((_, from)) => loop {
                position = position.saturating_sub(1);
                match recorded.event(position) {
                    None => break 0,
                    Some((_, at)) if is_there(recorded, from, at) => break position,
                    Some(_) => {}
                }
            },
        };
        self.seek(found)
    }

    fn back_to_breakpoint(&mut self, budget: Budget) -> Stop {
        for _ in 0..budget.steps {
            let position = self.cursor.position.saturating_sub(1);
            self.cursor = Cursor { position, stage: 0 };
            if position == 0 {
                return Stop::Start;
            }
            if let Some(stop) = self.breakpoint_at(position) {
                return stop;
            }
        }
        self.goal = Some(Goal::BackToBreakpoint);
        Stop::Budget
    }
}

/// Whether stepping back over a state stops at an event.
fn is_before_over(recorded: Recorded<'_>, from: &HistoryEvent, at: &HistoryEvent) -> bool {
    let in_visit =
        from.state.is_some() && from.details.index().is_none() && !from.event_type.is_state_entered();
    if at.frame == from.frame {
        return !in_visit || at.event_type.is_state_entered() || at.details.index().is_some();
    }
    at.frame != from.frame && recorded.is_inside(from.frame, at.frame)
}

/// Whether an event is in a frame around that of another one.
fn is_outside(recorded: Recorded<'_>, from: &HistoryEvent, at: &HistoryEvent) -> bool {
    at.frame != from.frame && recorded.is_inside(from.frame, at.frame)
}
