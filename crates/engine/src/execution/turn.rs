//! A frame's turn: entering states, leaving them, ending.

use std::cell::RefCell;
use std::sync::Arc;

use asl::StateType;
use json::{Str, Value};

use crate::execution::inspection::visit_random;
use crate::execution::run::Shared;
use crate::execution::{Execution, Frame, FrameRole, Outcome, Phase, Quotas, RunId, RunKind, Slot, Status};
use crate::history::{Details, EventId, EventType, Failure, Way};
use crate::machine::{Body, DataFlow, Next, StateDef};
use crate::query::{Fault, RUNTIME, StateHost, Template};
use crate::time::Instant;

/// From some day between these on, AWS writes the input of states as compact JSON; recordings of
/// 29 March 2024 still show the text that the execution was started with, those of 20 July 2024 don't.
pub(super) const COMPACT_INPUTS_SINCE: Instant = Instant(1_714_521_600_000);

/// What a state leaves with.
pub(crate) struct Exit {
    pub output: Value,
    pub assigned: Vec<(Str, Value)>,
    pub way: Way,
}

impl Exit {
    /// What a state without a result leaves with: its effective input, or Output.
    #[inline]
    pub fn without_result(data: &DataFlow, effective: &Value, host: &StateHost<'_>) -> Result<Exit, Fault> {
        let output = match &data.output {
            Some(output) => output.evaluate("Output", effective, host)?,
            None => data.output_path.apply(effective, host)?,
        };
        Ok(Exit { output, assigned: assigned_by(data.assign.as_ref(), effective, host)?, way: Way::NEXT })
    }

    /// What a state makes of its result: ResultSelector, Assign, ResultPath, OutputPath, or Output and Assign.
    #[inline(always)]
    pub fn with_result(state: &StateDef, host: &StateHost<'_>, result: Value) -> Result<Exit, Fault> {
        if state.is_jsonata() {
            return Exit::with_result_jsonata(&state.data, host, result);
        }
        Exit::with_result_jsonpath(&state.data, host, result)
    }

    #[inline(never)]
    fn with_result_jsonata(data: &DataFlow, host: &StateHost<'_>, result: Value) -> Result<Exit, Fault> {
        let host = &StateHost { result: Some(&result), random: host.random.clone(), ..*host };
        let output = match &data.output {
            Some(output) => output.evaluate("Output", &result, host)?,
            None => result.clone(),
        };
        let assigned = assigned_by(data.assign.as_ref(), &result, host)?;
        Ok(Exit { output, assigned, way: Way::NEXT })
    }

    /// As [`Exit::with_result`], for a state that is known to be in JSONPath.
    #[inline(always)]
    pub fn with_result_jsonpath(data: &DataFlow, host: &StateHost<'_>, result: Value) -> Result<Exit, Fault> {
        let selected = match &data.result_selector {
            Some(selector) => selector.evaluate("ResultSelector", &result, host)?,
            None => result,
        };
        let assigned = assigned_by(data.assign.as_ref(), &selected, host)?;
        let combined = data.result_path.apply(host.input, selected)?;
        let output = data.output_path.apply_to(combined, host)?;
        Ok(Exit { output, assigned, way: Way::NEXT })
    }
}

impl Execution {
    /// Lets a frame do one thing.
    pub(super) fn turn(&mut self, slot: Slot) {
        let Some(frame) = self.frame_at(slot) else { return };
        let (run, phase, state) = (frame.run, frame.phase, frame.state);
        // Nothing goes on for ever without entering a state or beginning an attempt.
        if matches!(phase, Phase::Enter | Phase::Work) && self.is_history_full(run) {
            return;
        }
        let Some(shared) = self.run(run).map(|run| run.shared.clone()) else { return };
        let Some(state) = shared.machine.state(state) else { return };
        let result = match phase {
            Phase::Enter => {
                self.enter_state(slot, state);
                Ok(())
            }
            Phase::Work => self.work(slot, &shared, state),
            Phase::StartTask => {
                self.start_task(slot);
                Ok(())
            }
            Phase::Task => self.take_answer(slot, state),
            Phase::Waited => self.leave_wait(slot, &shared, state),
            Phase::StartMapRun => self.start_map_run(slot, &shared, state),
            Phase::RedriveMapRun => {
                self.redrive_map_run(slot, &shared, state);
                Ok(())
            }
            Phase::ReadItems => self.read_items(slot, &shared, state),
            Phase::Joined => self.leave_joined(slot, &shared, state),
            Phase::Result => self.leave_with_result(slot, &shared, state),
            Phase::Wait | Phase::Retry | Phase::Children => Ok(()),
        };
        if let Err(fault) = result {
            self.fault(slot, state, fault);
        }
    }

    fn enter_state(&mut self, slot: Slot, state: &StateDef) {
        let now = self.now;
        let compact = self.options.as_of >= COMPACT_INPUTS_SINCE;
        let Some(frame) = self.frame_mut(slot) else { return };
        if compact {
            frame.input = std::mem::take(&mut frame.input).into_without_text();
        }
        frame.before = frame.cursor;
        frame.entered_at = now;
        frame.retry_count = 0;
        frame.retrier_attempts.clear();
        frame.phase = Phase::Work;
        let details = Details::StateEntered {
            name: state.name.clone(),
            input: frame.input.clone(),
            variables: frame.variables.clone(),
        };
        let entered = self.emit_next(slot, entered_event(state.state_type), details);
        if let Some(frame) = self.frame_mut(slot) {
            frame.entered = entered;
        }
        self.transitions += 1;
        self.queue(slot, false);
    }

    fn work(&mut self, slot: Slot, shared: &Shared, state: &StateDef) -> Result<(), Fault> {
        if let Some(problem) = &state.broken {
            return Err(Fault::runtime(&**problem));
        }
        match &state.body {
            Body::Pass { result } => self.work_pass(slot, shared, state, result.as_ref()),
            Body::Task(task) => self.schedule_task(slot, shared, state, task),
            Body::Choice { rules, default } => self.work_choice(slot, shared, state, rules, default.as_ref()),
            Body::Wait(wait) => self.work_wait(slot, shared, state, wait),
            Body::Succeed => self.work_succeed(slot, shared, state),
            Body::Fail { error, cause } => {
                self.work_fail(slot, shared, state, error.as_ref(), cause.as_ref())
            }
            Body::Parallel { branches } => self.work_parallel(slot, shared, state, branches),
            Body::Map(map) => self.work_map(slot, shared, state, map),
        }
    }

    /// What the expressions of a frame's state see.
    pub(super) fn host<'a>(
        &'a self,
        frame: &'a Frame,
        shared: &'a Shared,
        state: &'a StateDef,
    ) -> StateHost<'a> {
        host_of(frame, shared, state, self.now, self.options.seed)
    }

    /// What a state makes of its result.
    pub(super) fn exit_of(
        &self,
        frame: &Frame,
        shared: &Shared,
        state: &StateDef,
        result: Value,
    ) -> Result<Exit, Fault> {
        Exit::with_result(state, &self.host(frame, shared, state), result)
    }

    /// Leaves a state for the next one.
    pub(super) fn exit(
        &mut self,
        slot: Slot,
        state: &StateDef,
        exit: Exit,
        next: &Next,
    ) -> Result<(), Fault> {
        let Exit { output, assigned, way } = exit;
        check_size(&self.options.quotas, &state.name, &output)?;
        let assigned = match assigned.is_empty() {
            true => None,
            false => {
                if let Some(frame) = self.frames.get_mut(slot).and_then(Option::as_mut) {
                    assign(frame, &self.options.quotas, &assigned)?;
                }
                Some(Arc::new(assigned))
            }
        };
        let details =
            Details::StateExited { name: state.name.clone(), output: output.clone(), assigned, way };
        self.emit_next(slot, exited_event(state.state_type), details);
        match next {
            Next::State(next) => {
                if let Some(frame) = self.frame_mut(slot) {
                    frame.state = *next;
                    frame.input = output;
                    frame.phase = Phase::Enter;
                    frame.task = None;
                    frame.children = None;
                    frame.result = None;
                }
                self.queue(slot, true);
            }
            Next::End => self.end_frame(slot, output),
            Next::Missing(name) => {
                return Err(Fault::runtime(match name.is_empty() {
                    true => {
                        "Failed to transition out of the state. The state does not point to a next state."
                            .to_owned()
                    }
                    false => format!("Failed to transition to the state '{name}', which does not exist."),
                }));
            }
        }
        Ok(())
    }

    pub(super) fn is_too_large(&self, value: &Value) -> bool {
        value.text_len() > self.options.quotas.payload_bytes
    }

    /// A frame has got to the end of its scope.
    fn end_frame(&mut self, slot: Slot, output: Value) {
        let Some(frame) = self.frame_at(slot) else { return };
        let (id, run, cursor, role, parent) = (frame.id, frame.run, frame.cursor, frame.role, frame.parent);
        self.clear_frame(slot);
        match (role, parent) {
            (FrameRole::Execution, _) => self.succeed_run(run, cursor, output),
            (FrameRole::Branch(index), Some(parent)) => {
                self.branch_succeeded(parent, slot, index as usize, output, cursor);
            }
            (FrameRole::Iteration(index), Some(parent)) => {
                let index = usize::try_from(index).unwrap_or(usize::MAX);
                self.iteration_succeeded(parent, slot, (id, cursor), index, output);
            }
            (_, None) => {}
        }
    }

    fn succeed_run(&mut self, run: RunId, previous: EventId, output: Value) {
        let frame = self.root_frame_of(run);
        self.emit(run, frame, None, EventType::ExecutionSucceeded, previous, Details::Output(output.clone()));
        let outcome = Outcome {
            status: Status::Succeeded,
            output: Some(output),
            error: None,
            cause: None,
            stopped_at: self.now,
        };
        self.close_run(run, outcome);
    }

    /// Ends an execution that did not succeed, after the event that it got to.
    pub(super) fn end_run(&mut self, run: RunId, status: Status, event_type: EventType, failure: Failure) {
        let root = self.run(run).map_or(0, |run| run.root);
        let previous = match self.frame_at(root).filter(|frame| frame.run == run) {
            Some(frame) if frame.cursor == frame.entered => frame.before,
            Some(frame) => frame.cursor,
            None => EventId::NONE,
        };
        self.end_run_after(run, status, event_type, failure, previous);
    }

    pub(super) fn end_run_after(
        &mut self,
        run: RunId,
        status: Status,
        event_type: EventType,
        failure: Failure,
        previous: EventId,
    ) {
        // What runs inside ends first: nothing follows the event that ends the execution.
        let slots = self.slots_of(run);
        for slot in &slots {
            self.abort_runs_of(*slot);
        }
        let frame = self.root_frame_of(run);
        self.emit(run, frame, None, event_type, previous, Details::Failure(failure.clone()));
        let outcome = Outcome {
            status,
            output: None,
            error: failure.error,
            cause: failure.cause,
            stopped_at: self.now,
        };
        for slot in slots {
            if let Some(frame) = self.remove_frame(slot) {
                self.fallen.keep_frame(slot, frame);
            }
        }
        self.close_run(run, outcome);
    }

    fn slots_of(&self, run: RunId) -> Vec<Slot> {
        let is_of_run = |frame: &Option<Frame>| frame.as_ref().is_some_and(|frame| frame.run == run);
        let frames = self.frames.iter().enumerate();
        frames.filter(|(_, frame)| is_of_run(frame)).map(|(slot, _)| slot).collect()
    }

    /// Notes how an execution ended, and tells whoever waits for it. The events are there already.
    fn close_run(&mut self, run: RunId, outcome: Outcome) {
        let Some(entry) = self.runs.get_mut(run.0 as usize) else { return };
        entry.outcome = Some(outcome);
        if let Some(key) = entry.timeout.take() {
            self.timers.remove(key);
        }
        match self.run(run).map(|run| run.kind) {
            Some(RunKind::MapChild { map_run, index }) => self.map_child_ended(map_run, index, run),
            Some(RunKind::Nested { .. }) => self.nested_run_ended(run),
            _ => {}
        }
    }

    fn root_frame_of(&self, run: RunId) -> crate::history::FrameId {
        self.run(run)
            .and_then(|run| run.history.get(0))
            .map_or(crate::history::FrameId::ROOT, |event| event.frame)
    }

    /// Ends a Standard execution whose history has no room for another state.
    fn is_history_full(&mut self, run: RunId) -> bool {
        let Some(entry) = self.run(run) else { return true };
        let limit = self.options.quotas.most_events(entry.execution_type);
        let full = entry.history.len() + 2 >= limit;
        if full {
            let last =
                self.run(run).and_then(|run| run.history.last()).map_or(EventId::NONE, |event| event.id);
            let cause = format!("The execution reached the maximum number of history events ({limit}).");
            let failure = Failure::new(RUNTIME, cause);
            self.end_run_after(run, Status::Failed, EventType::ExecutionFailed, failure, last);
        }
        full
    }
}

/// What the expressions of a frame's state see.
#[inline]
pub(super) fn host_of<'a>(
    frame: &'a Frame,
    shared: &'a Shared,
    state: &'a StateDef,
    now: Instant,
    seed: u64,
) -> StateHost<'a> {
    StateHost {
        facts: &shared.facts,
        state_name: &state.name,
        entered_at: frame.entered_at,
        retry_count: state.state_type.handles_errors().then_some(frame.retry_count),
        token: frame.task.as_ref().and_then(|task| task.scheduled.token.as_ref()),
        item: frame.item.as_deref(),
        variables: frame.variables.as_ref(),
        input: &frame.input,
        result: None,
        error_output: None,
        context: None,
        now,
        is_jsonata: state.is_jsonata(),
        random: RefCell::new(visit_random(seed, frame.run.0, frame.entered, frame.retry_count)),
    }
}

pub(super) const DATA_LIMIT_EXCEEDED: &str = "States.DataLimitExceeded";

/// Whether a value may leave a state.
#[inline]
pub(super) fn check_size(quotas: &Quotas, name: &str, value: &Value) -> Result<(), Fault> {
    if value.depth() > quotas.depth || value.text_len() > quotas.payload_bytes {
        return Err(refused(quotas, name, value));
    }
    Ok(())
}

#[cold]
#[inline(never)]
fn refused(quotas: &Quotas, name: &str, value: &Value) -> Fault {
    if value.depth() > quotas.depth {
        return too_deep(quotas.depth);
    }
    Fault::Error { name: DATA_LIMIT_EXCEEDED.into(), cause: too_large(name) }
}

/// Gives variables of a frame their values.
pub(super) fn assign(frame: &mut Frame, quotas: &Quotas, assigned: &[(Str, Value)]) -> Result<(), Fault> {
    let limit = quotas.variable_bytes;
    for (name, value) in assigned {
        if value.depth() > quotas.depth {
            return Err(too_deep(quotas.depth));
        }
        if value.text_len() > limit {
            return Err(Fault::Error {
                name: DATA_LIMIT_EXCEEDED.into(),
                cause: format!("The variable '{name}' exceeds the maximum size of {limit} bytes."),
            });
        }
    }
    let variables = Arc::make_mut(frame.variables.get_or_insert_default());
    for (name, value) in assigned {
        match variables.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value.clone(),
            None => variables.push((name.clone(), value.clone())),
        }
    }
    let total: usize = variables.iter().map(|(_, value)| value.text_len()).sum();
    let limit = quotas.variables_bytes;
    if total > limit {
        return Err(Fault::Error {
            name: DATA_LIMIT_EXCEEDED.into(),
            cause: format!("The variables exceed the maximum total size of {limit} bytes."),
        });
    }
    Ok(())
}

/// The cause of States.DataLimitExceeded, for a state's name or a resource's ARN.
pub(super) fn too_large(name: &str) -> String {
    format!(
        "The state/task '{name}' returned a result with a size exceeding the maximum number of bytes service limit."
    )
}

#[cold]
fn too_deep(limit: u32) -> Fault {
    Fault::runtime(format!("The data is nested deeper than {limit} levels."))
}

/// What an `Assign` assigns; `input` is what `$` means in JSONPath.
#[inline]
pub(crate) fn assigned_by(
    assign: Option<&Template>,
    input: &Value,
    host: &StateHost<'_>,
) -> Result<Vec<(Str, Value)>, Fault> {
    assign.map_or_else(|| Ok(Vec::new()), |assign| assign.evaluate_members("Assign", input, host))
}

pub(super) fn entered_event(state_type: StateType) -> EventType {
    match state_type {
        StateType::Pass => EventType::PassStateEntered,
        StateType::Task => EventType::TaskStateEntered,
        StateType::Choice => EventType::ChoiceStateEntered,
        StateType::Wait => EventType::WaitStateEntered,
        StateType::Succeed => EventType::SucceedStateEntered,
        StateType::Fail => EventType::FailStateEntered,
        StateType::Parallel => EventType::ParallelStateEntered,
        StateType::Map => EventType::MapStateEntered,
    }
}

pub(super) fn exited_event(state_type: StateType) -> EventType {
    match state_type {
        StateType::Pass => EventType::PassStateExited,
        StateType::Task => EventType::TaskStateExited,
        StateType::Choice => EventType::ChoiceStateExited,
        StateType::Wait => EventType::WaitStateExited,
        StateType::Succeed | StateType::Fail => EventType::SucceedStateExited,
        StateType::Parallel => EventType::ParallelStateExited,
        StateType::Map => EventType::MapStateExited,
    }
}
