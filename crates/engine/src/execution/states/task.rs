//! Task states: scheduling, and what becomes of answers.

use std::sync::Arc;

use json::{Str, Value};

use crate::execution::failure::Origin;
use crate::execution::run::Shared;
use crate::execution::states::map::integer;
use crate::execution::timer::Timer;
use crate::execution::turn::{DATA_LIMIT_EXCEEDED, too_large};
use crate::execution::{
    Execution, LazyNames, Names, News, OpenTask, Outcome, Phase, RunId, RunKind, Slot, StartPhase, Status,
    TaskAnswer, TaskId,
};
use crate::history::{Details, EventType, Failure, TaskScheduled};
use crate::machine::{Machine, Pattern, Resource, ResourceKind, StateDef, TaskDef};
use crate::query::{Dynamic, Fault, StateHost};
use jsonata::Random;

impl Execution {
    pub(crate) fn schedule_task(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        task: &TaskDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let token = (task.resource.pattern != Pattern::RequestResponse).then(|| {
            let numbers =
                [4, u64::from(frame.run.0), u64::from(frame.entered.0), u64::from(frame.retry_count)];
            task_token(&mut Random::for_purpose(self.options.seed, &numbers))
        });
        let mut host = self.host(frame, shared, state);
        host.token = token.as_ref();
        let effective = state.data.input_path.view(&frame.input, &host)?;
        let parameters = match &state.data.arguments {
            Some(arguments) => {
                let field = if state.is_jsonata() { "Arguments" } else { "Parameters" };
                arguments.evaluate(field, &effective, &host)?
            }
            None => effective.clone().into_owned(),
        };
        let timeout_seconds = positive_seconds(task.timeout.as_ref(), "TimeoutSeconds", &effective, &host)?;
        let heartbeat_seconds =
            positive_seconds(task.heartbeat.as_ref(), "HeartbeatSeconds", &effective, &host)?;
        let credentials = match &task.credentials {
            Some(credentials) => Some(credentials.evaluate("Credentials", &effective, &host)?),
            None => None,
        };
        if task.resource.kind == ResourceKind::Activity
            && let Some(known) = &self.options.activities
            && !known.contains(&task.resource.arn)
        {
            return Err(Fault::runtime(format!("The activity {} does not exist.", task.resource.arn)));
        }
        crate::integrations::check_parameters(&task.resource, &parameters).map_err(|problem| {
            Fault::runtime(format!(
                "The Parameters '{}' could not be used to start the Task: [{problem}]",
                parameters.without_text()
            ))
        })?;
        let parameters = crate::integrations::complete_parameters(&task.resource, parameters);
        if self.is_too_large(&parameters) {
            return Err(Fault::Error { name: DATA_LIMIT_EXCEEDED.into(), cause: too_large(&state.name) });
        }
        let role = credentials
            .as_ref()
            .and_then(|credentials| credentials.get("RoleArn").and_then(Value::as_str).map(Str::from));
        let attempt = frame.retry_count;
        let is_main = frame.run == RunId(0);
        let scheduled = Arc::new(TaskScheduled {
            resource: task.resource.clone(),
            region: self.options.region.clone(),
            parameters,
            timeout_seconds,
            heartbeat_seconds,
            credentials_role_arn: role,
            token: token.clone(),
        });
        let (event_type, details) = match task.resource.kind {
            ResourceKind::Lambda => {
                (EventType::LambdaFunctionScheduled, Details::LambdaFunctionScheduled(scheduled.clone()))
            }
            ResourceKind::Activity => {
                (EventType::ActivityScheduled, Details::ActivityScheduled(scheduled.clone()))
            }
            _ => (EventType::TaskScheduled, Details::TaskScheduled(scheduled.clone())),
        };
        self.emit_next(slot, event_type, details);
        let id = TaskId(self.next_task);
        self.next_task += 1;
        self.tasks.insert(id, slot);
        if let Some(token) = token {
            self.tokens.insert(token, id);
        }
        let invocation = match is_main {
            true => {
                let place = state.id.0 as usize;
                if place >= self.invocations.len() {
                    self.invocations.resize(shared.machine.states.len().max(place + 1), 0);
                }
                self.invocations.get_mut(place).map_or(0, |count| std::mem::replace(count, *count + 1))
            }
            false => self.count_invocation(&state.name),
        };
        let now = self.now;
        if let Some(frame) = self.frame_mut(slot) {
            frame.phase = Phase::StartTask;
            frame.inbox.clear();
            frame.task = Some(Box::new(OpenTask {
                id,
                scheduled,
                credentials,
                attempt,
                invocation,
                scheduled_at: now,
                started: false,
                nested_run: None,
                submitted: false,
            }));
        }
        if let Some(seconds) = timeout_seconds {
            self.set_timer(slot, now.plus_seconds(seconds), Timer::TaskTimeout(slot));
        }
        if let Some(seconds) = heartbeat_seconds {
            self.set_timer(slot, now.plus_seconds(seconds), Timer::Heartbeat(slot));
        }
        self.news.push_back(News::Task(id));
        self.queue(slot, true);
        Ok(())
    }

    /// How often a state of this name was scheduled before outside of the main execution.
    fn count_invocation(&mut self, name: &Str) -> u32 {
        let count = self.child_invocations.entry(name.clone()).or_default();
        *count += 1;
        *count - 1
    }

    /// Tells that a task has started, except for activities, which a worker has to take.
    pub(crate) fn start_task(&mut self, slot: Slot) {
        let Some(frame) = self.frame_mut(slot) else { return };
        frame.phase = Phase::Task;
        let Some(task) = frame.task.as_mut() else { return };
        let resource = task.scheduled.resource.clone();
        let fails_before = matches!(frame.inbox.front(), Some(TaskAnswer::FailedToStart { phase, .. }) if *phase != StartPhase::Submit);
        let has_answer = !frame.inbox.is_empty();
        if !fails_before {
            match resource.kind {
                ResourceKind::Activity => {}
                ResourceKind::Lambda => {
                    task.started = true;
                    self.emit_next(slot, EventType::LambdaFunctionStarted, Details::None);
                }
                _ => {
                    task.started = true;
                    self.emit_next(slot, EventType::TaskStarted, Details::TaskStarted(resource));
                }
            }
        }
        if has_answer {
            self.queue(slot, true);
        }
    }

    /// Takes one answer of a task.
    pub(crate) fn take_answer(&mut self, slot: Slot, state: &StateDef) -> Result<(), Fault> {
        let Some(frame) = self.frame_mut(slot) else { return Ok(()) };
        let Some(task) = frame.task.as_mut() else { return Ok(()) };
        let Some(answer) = frame.inbox.pop_front() else { return Ok(()) };
        let has_more = !frame.inbox.is_empty();
        let resource = task.scheduled.resource.clone();
        let is_waiting_activity = resource.kind == ResourceKind::Activity && !task.started;
        match answer {
            TaskAnswer::Started { worker } => {
                task.started = true;
                if is_waiting_activity {
                    self.emit_next(slot, EventType::ActivityStarted, Details::ActivityStarted { worker });
                }
            }
            TaskAnswer::Submitted(output) => {
                task.submitted = true;
                if resource.is_submitted() {
                    let details = Details::TaskOutput(resource, output);
                    self.emit_next(slot, EventType::TaskSubmitted, details);
                }
            }
            TaskAnswer::Succeeded(output) => {
                if is_waiting_activity {
                    task.started = true;
                    self.emit_next(
                        slot,
                        EventType::ActivityStarted,
                        Details::ActivityStarted { worker: None },
                    );
                }
                self.task_succeeded(slot, state, &resource, output);
                return Ok(());
            }
            TaskAnswer::Failed(failure) => {
                if is_waiting_activity {
                    task.started = true;
                    self.emit_next(
                        slot,
                        EventType::ActivityStarted,
                        Details::ActivityStarted { worker: None },
                    );
                }
                self.task_failed(slot, state, &resource, TaskEnd::Failed, failure, Origin::Task);
                return Ok(());
            }
            TaskAnswer::FailedToStart { phase, failure } => {
                self.task_failed(
                    slot,
                    state,
                    &resource,
                    TaskEnd::FailedToStart(phase),
                    failure,
                    Origin::Task,
                );
                return Ok(());
            }
            TaskAnswer::TimedOut(failure) => {
                self.task_failed(slot, state, &resource, TaskEnd::TimedOut, failure, Origin::Task);
                return Ok(());
            }
            TaskAnswer::StartMachine { machine, name, input } => {
                self.start_nested_run(slot, &resource, machine, name, input);
            }
            TaskAnswer::Heartbeat => {}
        }
        if has_more {
            self.queue(slot, false);
        }
        Ok(())
    }

    fn task_succeeded(&mut self, slot: Slot, state: &StateDef, resource: &Arc<Resource>, output: Value) {
        if output.depth() > self.options.quotas.depth {
            let failure = Failure::new("States.Runtime", "The result is nested too deeply.");
            self.task_failed(slot, state, resource, TaskEnd::Failed, failure, Origin::Task);
            return;
        }
        if self.is_too_large(&output) {
            let failure = Failure::new(DATA_LIMIT_EXCEEDED, too_large(&resource.arn));
            self.task_failed(slot, state, resource, TaskEnd::Failed, failure, Origin::Task);
            return;
        }
        self.clear_timers(slot);
        let (event_type, details) = match resource.kind {
            ResourceKind::Lambda => (EventType::LambdaFunctionSucceeded, Details::Output(output.clone())),
            ResourceKind::Activity => (EventType::ActivitySucceeded, Details::Output(output.clone())),
            _ => (EventType::TaskSucceeded, Details::TaskOutput(resource.clone(), output.clone())),
        };
        self.emit_next(slot, event_type, details);
        self.forget_task_of(slot);
        if let Some(frame) = self.frame_mut(slot) {
            frame.result = Some(output);
            frame.phase = Phase::Result;
        }
        self.queue(slot, false);
    }

    fn task_failed(
        &mut self,
        slot: Slot,
        state: &StateDef,
        resource: &Arc<Resource>,
        end: TaskEnd,
        failure: Failure,
        origin: Origin,
    ) {
        let event_type = end.event_type(resource.kind);
        let details = match resource.kind {
            ResourceKind::Lambda | ResourceKind::Activity => Details::Failure(failure.clone()),
            _ => Details::TaskFailure(resource.clone(), failure.clone()),
        };
        self.emit_next(slot, event_type, details);
        self.abort_runs_of(slot);
        self.forget_task_of(slot);
        self.fail_state(slot, state, failure, origin);
    }

    /// The clock says that a task took too long or sent no heartbeat.
    pub(crate) fn time_out_task(&mut self, slot: Slot, is_heartbeat: bool) {
        let Some(frame) = self.frame_at(slot) else { return };
        let Some(shared) = self.run(frame.run).map(|run| run.shared.clone()) else { return };
        let Some(state) = shared.machine.state(frame.state) else { return };
        let Some(resource) = state.resource().cloned() else { return };
        let failure = Failure { error: Some("States.Timeout".into()), cause: None };
        let origin = if is_heartbeat { Origin::Heartbeat } else { Origin::Task };
        if let Some(frame) = self.frame_mut(slot)
            && frame.queued
        {
            // An answer that came in the same moment comes too late.
            frame.queued = false;
            self.ready.retain(|queued| *queued != slot);
        }
        self.task_failed(slot, state, &resource, TaskEnd::TimedOut, failure, origin);
    }

    fn start_nested_run(
        &mut self,
        slot: Slot,
        resource: &Arc<Resource>,
        machine: Arc<Machine>,
        name: Option<Str>,
        input: Value,
    ) {
        let Some(frame) = self.frame_at(slot) else { return };
        let parent = frame.run;
        let depth = std::iter::successors(Some(parent), |run| match self.run(*run)?.kind {
            RunKind::Nested { parent } => Some(parent),
            RunKind::MapChild { map_run, .. } => self.map_runs.get(map_run).map(|map_run| map_run.run),
            RunKind::Main | RunKind::Again => None,
        })
        .count();
        if depth > self.options.quotas.nested_executions as usize {
            let failure = Failure::new(
                "StepFunctions.ExecutionLimitExceededException",
                format!("Executions are nested deeper than {}.", self.options.quotas.nested_executions),
            );
            self.answer_slot(slot, TaskAnswer::Failed(failure));
            return;
        }
        let Some(shared) = self.run(parent).map(|run| run.shared.clone()) else { return };
        let mut facts = shared.facts.clone();
        let numbers = [6, u64::from(parent.0), u64::from(frame.cursor.0)];
        let mut random = Random::for_purpose(self.options.seed, &numbers);
        let state_machine_arn = frame
            .task
            .as_ref()
            .and_then(|task| task.scheduled.parameters.get("StateMachineArn")?.as_str().map(Str::from))
            .unwrap_or_else(|| facts.names.state_machine_arn.clone());
        let name = name.unwrap_or_else(|| random.uuid().into());
        let execution_arn: Str =
            format!("{}:{name}", state_machine_arn.replacen(":stateMachine:", ":execution:", 1)).into();
        facts.names = LazyNames::from(Names {
            execution_arn: execution_arn.clone(),
            name,
            state_machine_name: asl::resource::last_part(&state_machine_arn).into(),
            state_machine_arn,
            alias_arn: facts.names.alias_arn.clone(),
        });
        facts.input = input.without_text();
        facts.start_time = self.now;
        let execution_type = self.options.execution_type;
        let kind = RunKind::Nested { parent };
        let shared = Arc::new(Shared { machine, facts });
        let (run, _) = self.start_run(kind, shared, execution_type, None, asl::ScopeId(0), input);
        let response = Value::from_members([
            ("ExecutionArn", Value::String(execution_arn)),
            ("StartDate", Value::float(self.now.0 as f64 / 1000.0)),
        ]);
        if let Some(task) = self.frame_mut(slot).and_then(|frame| frame.task.as_mut()) {
            task.nested_run = Some(run);
        }
        self.nested_slots.insert(run, slot);
        match resource.pattern {
            Pattern::RequestResponse => self.answer_slot(slot, TaskAnswer::Succeeded(response)),
            _ => self.answer_slot(slot, TaskAnswer::Submitted(response)),
        }
    }

    fn answer_slot(&mut self, slot: Slot, answer: TaskAnswer) {
        if let Some(frame) = self.frame_mut(slot).filter(|frame| frame.task.is_some()) {
            frame.inbox.push_back(answer);
            self.wake(slot);
        }
    }

    /// An execution that a task started has ended.
    pub(crate) fn nested_run_ended(&mut self, run: RunId) {
        let Some(slot) = self.nested_slots.remove(&run) else { return };
        let Some(task) = self.frame_at(slot).and_then(|frame| frame.task.as_ref()) else { return };
        if task.nested_run != Some(run) {
            return;
        }
        let pattern = task.scheduled.resource.pattern;
        let Some(outcome) = self.run(run).and_then(|run| run.outcome.clone()) else { return };
        let description = self.describe_nested(run, &outcome, pattern);
        let answer = match (pattern, outcome.status) {
            (Pattern::RequestResponse | Pattern::WaitForTaskToken, _) => return,
            (_, Status::Succeeded) => TaskAnswer::Succeeded(description),
            _ => TaskAnswer::Failed(Failure::new("States.TaskFailed", description.to_text())),
        };
        self.answer_slot(slot, answer);
    }

    /// The response of DescribeExecution in the spelling of SDK integrations.
    fn describe_nested(&self, run: RunId, outcome: &Outcome, pattern: Pattern) -> Value {
        let Some(run) = self.run(run) else { return Value::Null };
        let facts = &run.shared.facts;
        let date = |instant: crate::time::Instant| Value::float(instant.0 as f64 / 1000.0);
        let data = |value: &Value| match pattern {
            Pattern::Sync2 => value.clone(),
            _ => Value::string(value.to_text()),
        };
        let included = || Value::from_members([("Included", Value::Bool(true))]);
        let mut members = json::Map::with_capacity(12);
        if let Some(cause) = &outcome.cause {
            members.insert("Cause", Value::String(cause.clone()));
        }
        if let Some(error) = &outcome.error {
            members.insert("Error", Value::String(error.clone()));
        }
        members.insert("ExecutionArn", Value::String(facts.names.execution_arn.clone()));
        members.insert("Input", data(&facts.input));
        members.insert("InputDetails", included());
        members.insert("Name", Value::String(facts.names.name.clone()));
        if let Some(output) = &outcome.output {
            members.insert("Output", data(output));
            members.insert("OutputDetails", included());
        }
        members.insert("StartDate", date(run.started_at));
        members.insert("StateMachineArn", Value::String(facts.names.state_machine_arn.clone()));
        members.insert("Status", Value::from(outcome.status.name()));
        members.insert("StopDate", date(outcome.stopped_at));
        Value::object(members)
    }

    /// Stops the executions that a frame's task or Map Run started.
    pub(crate) fn abort_runs_of(&mut self, slot: Slot) {
        if let Some(run) = self.frame_at(slot).and_then(|frame| frame.task.as_ref()?.nested_run) {
            let is_waited_for =
                self.frame_at(slot).and_then(|frame| frame.task.as_ref()).is_some_and(|task| {
                    matches!(task.scheduled.resource.pattern, Pattern::Sync | Pattern::Sync2)
                });
            self.nested_slots.remove(&run);
            if is_waited_for && self.run(run).is_some_and(|run| run.outcome.is_none()) {
                self.end_run(run, Status::Aborted, EventType::ExecutionAborted, Failure::default());
            }
        }
        self.abort_map_run(slot);
    }
}

/// How a task ends other than well.
#[derive(Clone, Copy)]
enum TaskEnd {
    Failed,
    TimedOut,
    FailedToStart(StartPhase),
}

impl TaskEnd {
    fn event_type(self, kind: ResourceKind) -> EventType {
        match (kind, self) {
            (ResourceKind::Lambda, TaskEnd::TimedOut) => EventType::LambdaFunctionTimedOut,
            (ResourceKind::Lambda, TaskEnd::FailedToStart(StartPhase::Schedule)) => {
                EventType::LambdaFunctionScheduleFailed
            }
            (ResourceKind::Lambda, TaskEnd::FailedToStart(StartPhase::Start)) => {
                EventType::LambdaFunctionStartFailed
            }
            (ResourceKind::Lambda, _) => EventType::LambdaFunctionFailed,
            (ResourceKind::Activity, TaskEnd::TimedOut) => EventType::ActivityTimedOut,
            (ResourceKind::Activity, TaskEnd::FailedToStart(StartPhase::Schedule)) => {
                EventType::ActivityScheduleFailed
            }
            (ResourceKind::Activity, _) => EventType::ActivityFailed,
            (_, TaskEnd::TimedOut) => EventType::TaskTimedOut,
            (_, TaskEnd::FailedToStart(StartPhase::Submit)) => EventType::TaskSubmitFailed,
            (_, TaskEnd::FailedToStart(_)) => EventType::TaskStartFailed,
            (_, TaskEnd::Failed) => EventType::TaskFailed,
        }
    }
}

/// `TimeoutSeconds`, `HeartbeatSeconds`.
fn positive_seconds(
    field: Option<&Dynamic>,
    name: &str,
    input: &Value,
    host: &StateHost<'_>,
) -> Result<Option<i64>, Fault> {
    let Some(field) = field else { return Ok(None) };
    let seconds = integer(field, input, host)?;
    let problem = || format!("{name} must be between 1 and 99999999, but was {seconds}.");
    match (1..=99_999_999).contains(&seconds) {
        true => Ok(Some(seconds)),
        false => Err(field.fault(|_, _| problem(), problem)),
    }
}

/// A task token: letters and digits without meaning.
fn task_token(random: &mut Random) -> Str {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut token = String::from("AAAAKgAAAAIAAAAA");
    for _ in 0..12 {
        let mut bits = random.next_u64();
        for _ in 0..8 {
            token.push(char::from(LETTERS[(bits & 63) as usize]));
            bits >>= 6;
        }
    }
    token.into()
}
