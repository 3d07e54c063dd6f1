//! What becomes of a failure: Retry, Catch, or the failure of what is around it.

use std::sync::Arc;

use asl::StateType;
use json::Str;

use crate::execution::timer::Timer;
use crate::execution::turn::{DATA_LIMIT_EXCEEDED, Exit, assigned_by};
use crate::execution::{Execution, FrameRole, Phase, Slot, Status};
use crate::history::{Details, EvaluationFailed, EventId, EventType, Failure};
use crate::machine::{Catcher, Retrier, StateDef};
use crate::query::{Fault, QUERY_EVALUATION_ERROR, RUNTIME};
use jsonata::Random;

/// Where a failure comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// The evaluation of the state's own fields.
    State,
    /// The task, which has its event already.
    Task,
    /// A task that sent no heartbeat: recorded as States.Timeout, but caught by its own name as well.
    Heartbeat,
    /// A branch, an iteration, a Map Run.
    Children,
}

impl Execution {
    /// The evaluation of a state failed.
    pub(super) fn fault(&mut self, slot: Slot, state: &StateDef, fault: Fault) {
        let Some(frame) = self.frame_at(slot) else { return };
        let (cursor, before, entered) = (frame.cursor, frame.before, frame.entered);
        let is_limit = fault.name() == DATA_LIMIT_EXCEEDED;
        let cause = match is_limit {
            true => fault.cause().to_owned(),
            false => explained(&state.name, entered, fault.cause()),
        };
        let failure = Failure::new(fault.name(), cause);
        if let Fault::Query { location, .. } = &fault {
            let previous =
                if cursor == entered && state.state_type != StateType::Wait { before } else { cursor };
            let details = EvaluationFailed {
                failure: failure.clone(),
                location: location.as_deref().map(Str::from),
                state: state.name.clone(),
            };
            let event = self.emit_from(
                slot,
                EventType::EvaluationFailed,
                previous,
                Details::EvaluationFailed(Arc::new(details)),
            );
            if let Some(frame) = self.frame_mut(slot) {
                frame.cursor = event;
            }
        }
        self.fail_state(slot, state, failure, Origin::State);
    }

    /// A state failed; its events are there as far as it has some of its own.
    pub(super) fn fail_state(&mut self, slot: Slot, state: &StateDef, failure: Failure, origin: Origin) {
        self.clear_timers(slot);
        if origin != Origin::Children {
            self.fallen.clear();
        }
        let is_fatal = failure.name() == RUNTIME;
        if !is_fatal && self.retry(slot, state, &failure, origin) {
            self.fallen.clear();
            return;
        }
        let catcher = match is_fatal {
            true => None,
            false => state.catch.iter().find(|catcher| {
                catcher.errors.iter().any(|name| matches(name, &failure, state.state_type, origin))
            }),
        };
        let failed_event = match state.state_type {
            StateType::Map => Some(EventType::MapStateFailed),
            StateType::Parallel => Some(EventType::ParallelStateFailed),
            _ => None,
        };
        let is_silent = origin == Origin::State && failure.name() != QUERY_EVALUATION_ERROR;
        if let Some(event_type) = failed_event.filter(|_| !is_silent) {
            self.emit_next(slot, event_type, Details::None);
        }
        match catcher {
            Some(catcher) => {
                self.fallen.clear();
                self.catch(slot, state, catcher, &failure);
            }
            None => self.propagate(slot, failure, origin),
        }
    }

    /// Schedules another attempt, if a retrier of the state has one left.
    fn retry(&mut self, slot: Slot, state: &StateDef, failure: &Failure, origin: Origin) -> bool {
        let Some(position) = state.retry.iter().position(|retrier| {
            retrier.errors.iter().any(|name| matches(name, failure, state.state_type, origin))
        }) else {
            return false;
        };
        let Some(retrier) = state.retry.get(position) else { return false };
        let seed = self.options.seed;
        let now = self.now;
        let Some(frame) = self.frame_mut(slot) else { return false };
        frame.retrier_attempts.resize(state.retry.len(), 0);
        let Some(attempts) = frame.retrier_attempts.get_mut(position) else { return false };
        if *attempts >= retrier.max_attempts {
            return false;
        }
        let exponent = *attempts;
        *attempts += 1;
        frame.retry_count += 1;
        let numbers = [3, u64::from(frame.run.0), u64::from(frame.entered.0), u64::from(frame.retry_count)];
        let draw = || Random::for_purpose(seed, &numbers).next_f64();
        let delay = delay_millis(retrier, exponent, draw);
        frame.phase = Phase::Retry;
        frame.children = None;
        frame.result = None;
        let until = now + delay;
        frame.until = Some(until);
        self.close_task(slot);
        self.set_timer(slot, until, Timer::Wake(slot));
        self.transitions += 1;
        true
    }

    fn catch(&mut self, slot: Slot, state: &StateDef, catcher: &Catcher, failure: &Failure) {
        let Some(frame) = self.frame_at(slot) else { return };
        let Some(shared) = self.run(frame.run).map(|run| run.shared.clone()) else { return };
        let error = failure.to_output();
        let evaluated = (|| -> Result<Exit, Fault> {
            let mut host = self.host(frame, &shared, state);
            host.error_output = Some(&error);
            let output = match &catcher.output {
                Some(output) => output.evaluate(&catcher.output_field, &error, &host)?,
                None => catcher.result_path.apply(&frame.input, error.clone())?,
            };
            let assigned = assigned_by(catcher.assign.as_ref(), &error, &host)?;
            Ok(Exit { output, assigned, way: catcher.way })
        })();
        self.close_task(slot);
        let result = evaluated.and_then(|exit| self.exit(slot, state, exit, &catcher.next));
        if let Err(fault) = result {
            // A catcher that fails cannot be caught by its own state again.
            let failure = Failure::new(fault.name(), self.explain(slot, state, &fault));
            self.propagate(slot, failure, Origin::State);
        }
    }

    fn explain(&self, slot: Slot, state: &StateDef, fault: &Fault) -> String {
        let entered = self.frame_at(slot).map_or(EventId::NONE, |frame| frame.entered);
        explained(&state.name, entered, fault.cause())
    }

    /// A state failed and nobody in it handles that: what is around it fails.
    fn propagate(&mut self, slot: Slot, failure: Failure, origin: Origin) {
        let Some(frame) = self.frame_at(slot) else { return };
        let (run, cursor, role, parent) = (frame.run, frame.cursor, frame.role, frame.parent);
        let parent = match (role, parent) {
            (FrameRole::Execution, _) | (_, None) => {
                self.end_run_after(run, Status::Failed, EventType::ExecutionFailed, failure, cursor);
                return;
            }
            (_, Some(parent)) => parent,
        };
        if let FrameRole::Iteration(index) = role
            && let Some(name) = self.owner_name(parent)
        {
            self.emit_from_owner(
                slot,
                parent,
                EventType::MapIterationFailed,
                cursor,
                Details::MapIteration { name, index },
            );
        }
        if matches!(origin, Origin::Task | Origin::Heartbeat) {
            self.emit_from(slot, EventType::TaskStateAborted, cursor, Details::None);
        }
        if let Some(frame) = self.remove_frame(slot) {
            self.fallen.keep_frame(slot, frame);
        }
        self.abort_children(parent, cursor);
        let Some(frame) = self.frame_mut(parent) else { return };
        frame.cursor = cursor;
        let owner = frame.state;
        let Some(machine) = self.run(run).map(|run| run.shared.machine.clone()) else { return };
        if let Some(owner) = machine.state(owner) {
            self.fail_state(parent, owner, failure, Origin::Children);
        }
    }

    /// Ends what still runs inside of a Parallel or Map state, because of an event.
    pub(super) fn abort_children(&mut self, parent: Slot, because: EventId) {
        let Some(children) = self.frame_mut(parent).and_then(|frame| frame.children.take()) else { return };
        self.fallen.keep_children(parent, &children);
        for slot in children.live {
            self.abort_frame(slot, parent, because);
        }
    }

    fn abort_frame(&mut self, slot: Slot, parent: Slot, because: EventId) {
        let Some(frame) = self.frame_at(slot).filter(|frame| frame.parent == Some(parent)) else { return };
        let (role, phase, state, run) = (frame.role, frame.phase, frame.state, frame.run);
        if let FrameRole::Iteration(index) = role
            && let Some(name) = self.owner_name(parent)
        {
            self.emit_from_owner(
                slot,
                parent,
                EventType::MapIterationAborted,
                because,
                Details::MapIteration { name, index },
            );
        }
        let Some(machine) = self.run(run).map(|run| run.shared.machine.clone()) else { return };
        let state_type = machine.state(state).map(|state| state.state_type);
        if phase != Phase::Enter {
            self.abort_runs_of(slot);
            self.abort_children(slot, because);
            let event_type = match state_type {
                Some(StateType::Task) => Some(EventType::TaskStateAborted),
                Some(StateType::Wait) => Some(EventType::WaitStateAborted),
                Some(StateType::Parallel) => Some(EventType::ParallelStateAborted),
                Some(StateType::Map) => Some(EventType::MapStateAborted),
                _ => None,
            };
            if let Some(event_type) = event_type {
                self.emit_from(slot, event_type, because, Details::None);
            }
        }
        if let Some(frame) = self.remove_frame(slot) {
            self.fallen.keep_frame(slot, frame);
        }
    }

    /// An event about an iteration belongs to the iteration's frame and to the Map state.
    pub(super) fn emit_from_owner(
        &mut self,
        slot: Slot,
        owner: Slot,
        event_type: EventType,
        previous: EventId,
        details: Details,
    ) -> EventId {
        let Some(frame) = self.frame_at(slot) else { return EventId::NONE };
        let (run, id) = (frame.run, frame.id);
        let state = self.frame_at(owner).map(|owner| owner.state);
        self.emit(run, id, state, event_type, previous, details)
    }

    pub(super) fn owner_name(&self, owner: Slot) -> Option<Str> {
        let frame = self.frame_at(owner)?;
        Some(self.run(frame.run)?.shared.machine.state(frame.state)?.name.clone())
    }

    pub(super) fn close_task(&mut self, slot: Slot) {
        if let Some(task) = self.frame_mut(slot).and_then(|frame| frame.task.take()) {
            self.forget_task(&task);
        }
    }
}

/// AWS's words around the cause of a failure that the service itself reports.
pub(crate) fn explained(state: &str, entered: EventId, cause: &str) -> String {
    format!(
        "An error occurred while executing the state '{state}' (entered at the event id #{}). {cause}",
        entered.0
    )
}

/// Whether a name of `ErrorEquals` means a failure, wherever that comes from.
pub(crate) fn handler_matches(name: &str, failure: &Failure, state_type: StateType) -> bool {
    matches(name, failure, state_type, Origin::Children)
}

/// Whether a name of `ErrorEquals` means a failure.
fn matches(name: &str, failure: &Failure, state_type: StateType, origin: Origin) -> bool {
    match name {
        "States.ALL" => failure.name() != RUNTIME,
        "States.TaskFailed" => {
            state_type == StateType::Task && !failure.name().is_empty() && failure.name() != "States.Timeout"
        }
        "States.HeartbeatTimeout" if origin == Origin::Heartbeat => true,
        "States.BranchFailed" if state_type == StateType::Parallel && origin == Origin::Children => true,
        name => !name.is_empty() && name == failure.name(),
    }
}

/// The delay before an attempt; `exponent` attempts of the retrier were made before, `draw` draws from 0 … 1.
pub(crate) fn delay_millis(retrier: &Retrier, exponent: u32, draw: impl FnOnce() -> f64) -> i64 {
    let grown = retrier.interval_seconds * retrier.backoff_rate.powf(f64::from(exponent));
    let capped = retrier.max_delay_seconds.map_or(grown, |longest| grown.min(longest));
    let seconds = if retrier.full_jitter { capped * draw() } else { capped };
    // Nothing waits longer than a retrier may say at most (31,622,400 seconds).
    (seconds.clamp(0.0, 31_622_400.0) * 1000.0) as i64
}
