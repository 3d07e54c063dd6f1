//! A run of a machine on a virtual clock, one event at a time.

mod distributed;
mod edit;
mod failure;
mod few;
mod frame;
mod inspection;
mod names;
mod options;
mod recorded;
mod redrive;
mod replace_machine;
mod run;
mod s3;
mod states;
mod stride;
mod task;
mod timer;
mod turn;

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use asl::StateId;
use json::{Str, Value};

use crate::history::{
    Details, EventId, EventType, ExecutionStarted, Failure, FrameId, History, HistoryEvent, Log,
};
use crate::machine::Machine;
use crate::query::Facts;
use crate::time::Instant;
use jsonata::Random;

pub use distributed::{ItemCounts, MapRunRecord, MapRunStatus};
pub(crate) use distributed::{batches, pointer_get};
pub(crate) use failure::{delay_millis, handler_matches};
pub(crate) use few::Few;
pub(crate) use frame::{Children, Frame, Items, MapRun, Phase, Slot};
pub use frame::{FrameInfo, FrameRole};
pub use inspection::Inspection;
pub(crate) use names::{LazyNames, Names};
pub use options::{ExecutionType, Options, Order, Quotas};
pub use redrive::RedriveError;
pub use replace_machine::MissingStates;
use run::Shared;
pub use run::{Outcome, Run, RunId, RunKind, Status};
pub use s3::{S3Object, VirtualS3};
pub(crate) use states::{failure_of, item_at, items_of, max_concurrency, tolerance, wait_until};
pub(crate) use task::OpenTask;
pub use task::{StartPhase, TaskAnswer, TaskId, TaskRequest};
use timer::Timers;
pub use timer::{DueTimer, TimerKind};
pub(crate) use turn::{Exit, assigned_by};

/// One event of one of the executions of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct EventRef {
    pub run: RunId,
    pub event: EventId,
}

/// What [`Execution::step`] found to tell.
#[derive(Clone, Debug)]
pub enum Step {
    /// Something happened.
    Event(EventRef),
    /// A task was scheduled and wants an answer, now or later.
    Task(Box<TaskRequest>),
    /// Nothing happens before that time, or before a task is answered.
    Idle { wake_at: Option<Instant> },
    /// The run has ended.
    Done(Outcome),
}

/// A run: pure and resumable. It reads no clock, no randomness and no network; the same machine,
/// input, options, answers and advances of time give the same events.
///
/// A clone is a checkpoint. It shares histories and values, so it costs little.
#[derive(Clone, Debug)]
pub struct Execution {
    options: Arc<Options>,
    now: Instant,
    runs: Vec<Run>,
    frames: Vec<Option<Frame>>,
    free_slots: Vec<Slot>,
    frame_infos: Log<FrameInfo>,
    /// Frames that can go on, the next one first.
    ready: VecDeque<Slot>,
    timers: Timers,
    tasks: Few<TaskId, Slot>,
    tokens: BTreeMap<Str, TaskId>,
    next_task: u64,
    /// How often each state was scheduled, as far as one has been.
    invocations: Vec<u32>,
    child_invocations: BTreeMap<Str, u32>,
    /// The frames whose tasks wait for nested executions.
    nested_slots: BTreeMap<RunId, Slot>,
    map_runs: Vec<MapRunRecord>,
    s3: VirtualS3,
    news: VecDeque<News>,
    transitions: u64,
    draws: u64,
    fallen: redrive::Fallen,
}

/// Something to tell by [`Execution::step`].
#[derive(Clone, Copy, Debug)]
enum News {
    Event(EventRef),
    Task(TaskId),
}

impl Execution {
    /// Starts a run. The first event, ExecutionStarted, is there at once and told by the first step.
    ///
    /// Options that several runs share are best given as an [`Arc`].
    pub fn start(machine: Arc<Machine>, input: Value, options: impl Into<Arc<Options>>) -> Execution {
        Execution::start_with(machine, input, options.into())
    }

    fn start_with(machine: Arc<Machine>, input: Value, options: Arc<Options>) -> Execution {
        let shared = Arc::new(Shared { machine, facts: facts(&input, &options) });
        let s3 = options.s3.clone();
        let mut execution = Execution {
            now: options.start_time,
            options,
            // Most runs have one of each.
            runs: Vec::with_capacity(1),
            frames: Vec::with_capacity(1),
            free_slots: Vec::new(),
            frame_infos: Log::default(),
            ready: VecDeque::new(),
            timers: Timers::default(),
            tasks: Few::default(),
            tokens: BTreeMap::new(),
            next_task: 0,
            invocations: Vec::new(),
            child_invocations: BTreeMap::new(),
            nested_slots: BTreeMap::new(),
            map_runs: Vec::new(),
            s3,
            news: VecDeque::new(),
            transitions: 0,
            draws: 0,
            fallen: redrive::Fallen::default(),
        };
        let execution_type = execution.options.execution_type;
        let again = execution.is_started_again().then(|| (shared.clone(), input.clone()));
        execution.start_run(RunKind::Main, shared, execution_type, None, asl::ScopeId(0), input);
        if let Some((shared, input)) = again {
            execution.start_run(RunKind::Again, shared, execution_type, None, asl::ScopeId(0), input);
        }
        execution
    }

    fn is_started_again(&self) -> bool {
        let options = &self.options;
        options.second_starts > 0.0
            && options.execution_type == ExecutionType::Express
            && Random::for_purpose(options.seed, &[12]).next_f64() < options.second_starts
    }

    /// The second start of an Express execution, where there is one.
    fn second(&self) -> Option<&Run> {
        self.runs.get(1).filter(|run| run.kind == RunKind::Again)
    }

    /// Goes on by at most one event.
    pub fn step(&mut self) -> Step {
        loop {
            match self.news.pop_front() {
                Some(News::Event(event)) => return Step::Event(event),
                Some(News::Task(task)) => match self.task_request(task) {
                    Some(request) => return Step::Task(request),
                    None => continue,
                },
                None => {}
            }
            if let Some(outcome) = self.last_outcome() {
                return Step::Done(outcome.clone());
            }
            if let Some(slot) = self.next_ready() {
                self.turn(slot);
            } else if !self.fire_due_timer() {
                return Step::Idle { wake_at: self.wake_at() };
            }
        }
    }

    /// Answers an open task; false where there is no such task any more.
    pub fn answer(&mut self, task: TaskId, answer: TaskAnswer) -> bool {
        // What the clock has done by now came before the answer.
        while self.fire_due_timer() {}
        let Some(slot) = self.tasks.get(&task).copied() else { return false };
        let now = self.now;
        let Some(frame) = self.frames.get_mut(slot).and_then(Option::as_mut) else { return false };
        let Some(open) = frame.task.as_mut().filter(|open| open.id == task) else { return false };
        if matches!(answer, TaskAnswer::Heartbeat) {
            if let Some(seconds) = open.scheduled.heartbeat_seconds {
                self.postpone_heartbeat(slot, now.plus_seconds(seconds));
            }
            return true;
        }
        frame.inbox.push_back(answer);
        self.wake(slot);
        true
    }

    /// Takes back answers of a task of which no event has told yet: as if they had not come. False where no such task
    /// is open.
    pub fn take_back_answers(&mut self, task: TaskId) -> bool {
        let frame = self.tasks.get(&task).and_then(|slot| self.frames.get_mut(*slot)?.as_mut());
        let frame = frame.filter(|frame| frame.task.as_ref().is_some_and(|open| open.id == task));
        frame.map(|frame| frame.inbox.clear()).is_some()
    }

    /// Answers the task that has a token (SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat).
    pub fn answer_token(&mut self, token: &str, answer: TaskAnswer) -> bool {
        match self.tokens.get(token).copied() {
            Some(task) => self.answer(task, answer),
            None => false,
        }
    }

    /// Moves the virtual clock forward; timers that are due fire in the steps that follow.
    pub fn advance_to(&mut self, now: Instant) {
        self.now = self.now.max(now);
    }

    pub fn now(&self) -> Instant {
        self.now
    }

    /// Stops the run as StopExecution does.
    pub fn stop(&mut self, failure: Failure) {
        if self.second().is_some_and(|run| run.outcome.is_none()) {
            self.end_run(RunId(1), Status::Aborted, EventType::ExecutionAborted, failure.clone());
        }
        if self.outcome().is_none() {
            self.end_run(RunId(0), Status::Aborted, EventType::ExecutionAborted, failure);
        }
    }

    /// How the run ended; none while it goes on. A second start of the same execution may still go on then.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.runs.first().and_then(|run| run.outcome.as_ref())
    }

    /// The outcome, once nothing goes on any more.
    fn last_outcome(&self) -> Option<&Outcome> {
        let outcome = self.outcome()?;
        self.second().is_none_or(|run| run.outcome.is_some()).then_some(outcome)
    }

    /// The history of the execution that was started.
    pub fn history(&self) -> &History {
        static EMPTY: std::sync::OnceLock<History> = std::sync::OnceLock::new();
        match self.runs.first() {
            Some(run) => &run.history,
            None => EMPTY.get_or_init(History::default),
        }
    }

    pub fn run(&self, run: RunId) -> Option<&Run> {
        self.runs.get(run.0 as usize)
    }

    /// The execution itself, children of distributed Maps and nested executions.
    pub fn runs(&self) -> impl Iterator<Item = &Run> {
        self.runs.iter()
    }

    pub fn event(&self, event: EventRef) -> Option<&HistoryEvent> {
        self.run(event.run)?.history.event(event.event)
    }

    /// The runs of distributed Maps, in the order of their starts.
    pub fn map_runs(&self) -> &[MapRunRecord] {
        &self.map_runs
    }

    pub fn s3(&self) -> &VirtualS3 {
        &self.s3
    }

    pub fn options(&self) -> &Options {
        &self.options
    }

    pub fn machine(&self) -> Option<&Arc<Machine>> {
        self.runs.first().map(|run| &run.shared.machine)
    }

    /// States entered and retries made so far, in all executions of the run.
    pub fn transitions(&self) -> u64 {
        self.transitions
    }

    pub fn frame(&self, frame: FrameId) -> Option<&FrameInfo> {
        self.frame_infos.get(frame.0 as usize)
    }

    /// The frames around a frame, outermost first, itself last.
    pub fn frame_path(&self, frame: FrameId) -> Vec<FrameId> {
        let mut path = vec![frame];
        let mut current = frame;
        while let Some(parent) = self.frame(current).and_then(|info| info.parent) {
            path.push(parent);
            current = parent;
        }
        path.reverse();
        path
    }

    /// The tasks that wait for an answer, oldest first.
    pub fn open_tasks(&self) -> Vec<TaskRequest> {
        self.tasks.iter().filter_map(|(task, _)| self.task_request(*task)).map(|request| *request).collect()
    }

    /// What is going on: the live frames, in no order that means anything.
    pub fn open_frames(&self) -> Vec<OpenFrame> {
        self.frames
            .iter()
            .flatten()
            .map(|frame| OpenFrame {
                frame: frame.id,
                run: frame.run,
                state: frame.state,
                activity: match frame.phase {
                    Phase::Enter => Activity::Entering,
                    Phase::Work | Phase::Waited | Phase::Result => Activity::Working,
                    Phase::StartTask | Phase::Task => {
                        frame.task.as_ref().map_or(Activity::Working, |task| Activity::Task(task.id))
                    }
                    Phase::Wait => Activity::Waiting { until: frame.until },
                    Phase::Retry => Activity::Retrying { until: frame.until },
                    Phase::Children
                    | Phase::StartMapRun
                    | Phase::RedriveMapRun
                    | Phase::ReadItems
                    | Phase::Joined => Activity::Children,
                },
                entered: frame.entered,
                entered_at: frame.entered_at,
                input: frame.input.clone(),
                variables: frame.variables.as_ref().map(|variables| variables.to_vec()).unwrap_or_default(),
                retry_count: frame.retry_count,
            })
            .collect()
    }

    /// Frames that could go on now, the next one first.
    pub fn ready_frames(&self) -> Vec<FrameId> {
        self.ready.iter().filter_map(|slot| self.frame_at(*slot)).map(|frame| frame.id).collect()
    }

    /// Makes a frame that can go on the next one to do so.
    pub fn prefer(&mut self, frame: FrameId) -> bool {
        let position =
            self.ready.iter().position(|slot| self.frame_at(*slot).is_some_and(|live| live.id == frame));
        match position.and_then(|position| self.ready.remove(position)) {
            Some(slot) => {
                self.ready.push_front(slot);
                true
            }
            None => false,
        }
    }

    fn frame_at(&self, slot: Slot) -> Option<&Frame> {
        self.frames.get(slot).and_then(Option::as_ref)
    }

    fn frame_mut(&mut self, slot: Slot) -> Option<&mut Frame> {
        self.frames.get_mut(slot).and_then(Option::as_mut)
    }

    fn task_request(&self, task: TaskId) -> Option<Box<TaskRequest>> {
        let frame = self.frame_at(*self.tasks.get(&task)?)?;
        let open = frame.task.as_ref().filter(|open| open.id == task)?;
        let machine = &self.run(frame.run)?.shared.machine;
        Some(Box::new(TaskRequest {
            id: task,
            run: frame.run,
            frame: frame.id,
            state: frame.state,
            state_name: machine.state(frame.state)?.name.clone(),
            resource: open.scheduled.resource.clone(),
            parameters: open.scheduled.parameters.clone(),
            token: open.scheduled.token.clone(),
            attempt: open.attempt,
            invocation: open.invocation,
            timeout_seconds: open.scheduled.timeout_seconds,
            heartbeat_seconds: open.scheduled.heartbeat_seconds,
            credentials: open.credentials.clone(),
            scheduled_at: open.scheduled_at,
        }))
    }

    /// Adds an event to a run's history.
    fn emit(
        &mut self,
        run: RunId,
        frame: FrameId,
        state: Option<StateId>,
        event_type: EventType,
        previous: EventId,
        details: Details,
    ) -> EventId {
        let now = self.now;
        let Some(entry) = self.runs.get_mut(run.0 as usize) else { return EventId::NONE };
        let id = entry.history.next_id();
        entry.history.push(HistoryEvent {
            id,
            previous_event_id: previous,
            timestamp: now,
            event_type,
            frame,
            state,
            details,
        });
        self.news.push_back(News::Event(EventRef { run, event: id }));
        id
    }

    /// Adds an event of a frame's current state.
    fn emit_from(
        &mut self,
        slot: Slot,
        event_type: EventType,
        previous: EventId,
        details: Details,
    ) -> EventId {
        let Some(frame) = self.frame_at(slot) else { return EventId::NONE };
        let (run, id, state) = (frame.run, frame.id, frame.state);
        self.emit(run, id, Some(state), event_type, previous, details)
    }

    /// Adds an event after the frame's last one, and makes it the last one.
    fn emit_next(&mut self, slot: Slot, event_type: EventType, details: Details) -> EventId {
        let previous = self.frame_at(slot).map_or(EventId::NONE, |frame| frame.cursor);
        let id = self.emit_from(slot, event_type, previous, details);
        if let Some(frame) = self.frame_mut(slot) {
            frame.cursor = id;
        }
        id
    }

    fn start_run(
        &mut self,
        kind: RunKind,
        shared: Arc<Shared>,
        execution_type: ExecutionType,
        parent: Option<(Slot, FrameId)>,
        scope: asl::ScopeId,
        input: Value,
    ) -> (RunId, Slot) {
        let run = RunId(u32::try_from(self.runs.len()).unwrap_or(u32::MAX));
        let role_arn = shared.facts.role_arn.clone();
        let start = shared.machine.scope(scope).and_then(|scope| scope.start).unwrap_or(StateId(0));
        self.runs.push(Run::new(run, kind, shared, execution_type, self.now));
        let slot = self.add_frame(run, parent, None, FrameRole::Execution, start, input.clone(), None);
        let frame = self.frame_at(slot).map_or(FrameId::ROOT, |frame| frame.id);
        if let Some(entry) = self.runs.get_mut(run.0 as usize) {
            entry.root = slot;
        }
        let started = ExecutionStarted {
            input,
            role_arn,
            state_machine_alias_arn: None,
            state_machine_version_arn: None,
        };
        self.emit(
            run,
            frame,
            None,
            EventType::ExecutionStarted,
            EventId::NONE,
            Details::ExecutionStarted(Arc::new(started)),
        );
        self.arm_run_timeout(run);
        (run, slot)
    }

    /// Sets the time after which an execution has taken too long.
    fn arm_run_timeout(&mut self, run: RunId) {
        let Some(entry) = self.run(run) else { return };
        // The machine's own limit is not one for the children of its Maps.
        let is_child = matches!(entry.kind, RunKind::MapChild { .. });
        let own = entry.shared.machine.timeout_seconds.filter(|_| !is_child);
        let longest = match entry.execution_type.is_express() {
            true => self.options.quotas.express_seconds,
            false => self.options.quotas.standard_seconds,
        };
        let seconds = own.map_or(longest, |seconds| seconds.min(longest));
        let key = self.timers.add_run_timeout(self.now.plus_seconds(seconds), run);
        if let Some(entry) = self.runs.get_mut(run.0 as usize) {
            entry.timeout = Some(key);
        }
    }

    #[allow(clippy::too_many_arguments)]
    fn add_frame(
        &mut self,
        run: RunId,
        parent: Option<(Slot, FrameId)>,
        owner: Option<StateId>,
        role: FrameRole,
        state: StateId,
        input: Value,
        item: Option<Arc<crate::query::ItemContext>>,
    ) -> Slot {
        let id = FrameId(u32::try_from(self.frame_infos.len()).unwrap_or(u32::MAX));
        self.frame_infos.push(FrameInfo {
            run,
            parent: parent.map(|(_, frame)| frame),
            owner,
            role,
            item: item.clone(),
        });
        let frame = Frame {
            id,
            run,
            parent: parent.map(|(slot, _)| slot),
            role,
            state,
            phase: Phase::Enter,
            queued: true,
            cursor: EventId::NONE,
            before: EventId::NONE,
            entered: EventId::NONE,
            entered_at: self.now,
            input,
            retry_count: 0,
            retrier_attempts: Vec::new(),
            variables: None,
            item,
            task: None,
            inbox: VecDeque::new(),
            result: None,
            children: None,
            timers: Vec::new(),
            until: None,
        };
        let slot = match self.free_slots.pop() {
            Some(slot) => {
                if let Some(place) = self.frames.get_mut(slot) {
                    *place = Some(frame);
                }
                slot
            }
            None => {
                self.frames.push(Some(frame));
                self.frames.len() - 1
            }
        };
        self.ready.push_back(slot);
        slot
    }

    /// Forgets a frame and what waits for it.
    fn remove_frame(&mut self, slot: Slot) -> Option<Frame> {
        self.release_frame(slot);
        self.frames.get_mut(slot)?.take()
    }

    /// As [`Execution::remove_frame`], where the frame is not needed any more.
    fn clear_frame(&mut self, slot: Slot) {
        self.release_frame(slot);
        if let Some(place) = self.frames.get_mut(slot) {
            *place = None;
        }
    }

    fn release_frame(&mut self, slot: Slot) {
        let Some(frame) = self.frames.get(slot).and_then(Option::as_ref) else { return };
        if let Some(task) = &frame.task {
            self.tasks.remove(&task.id);
            if let Some(token) = &task.scheduled.token {
                self.tokens.remove(token);
            }
        }
        if frame.queued {
            self.ready.retain(|queued| *queued != slot);
        }
        for (key, _) in &frame.timers {
            self.timers.remove(*key);
        }
        self.free_slots.push(slot);
    }

    /// Forgets the task of a frame, which keeps what it knows of it.
    fn forget_task_of(&mut self, slot: Slot) {
        let task = self.frames.get(slot).and_then(Option::as_ref).and_then(|frame| frame.task.as_ref());
        let Some(task) = task else { return };
        self.tasks.remove(&task.id);
        if let Some(token) = &task.scheduled.token {
            self.tokens.remove(token);
        }
    }

    fn forget_task(&mut self, task: &OpenTask) {
        self.tasks.remove(&task.id);
        if let Some(token) = &task.scheduled.token {
            self.tokens.remove(token);
        }
    }

    /// Lets a frame go on.
    fn wake(&mut self, slot: Slot) {
        if let Some(frame) = self.frame_mut(slot)
            && !frame.queued
        {
            frame.queued = true;
            self.ready.push_back(slot);
        }
    }

    fn next_ready(&mut self) -> Option<Slot> {
        if self.options.order == Order::Seeded && self.ready.len() > 1 {
            self.draws += 1;
            let draw = Random::for_purpose(self.options.seed, &[5, self.draws]).next_u64();
            let position = usize::try_from(draw % self.ready.len() as u64).unwrap_or(0);
            self.ready.swap(0, position);
        }
        let slot = self.ready.pop_front()?;
        if let Some(frame) = self.frame_mut(slot) {
            frame.queued = false;
        }
        Some(slot)
    }

    /// Queues a frame that can go on at once: first in line, or behind the others.
    fn queue(&mut self, slot: Slot, yields: bool) {
        let yields = yields && self.options.order != Order::DepthFirst;
        if let Some(frame) = self.frame_mut(slot)
            && !frame.queued
        {
            frame.queued = true;
            if yields {
                self.ready.push_back(slot);
            } else {
                self.ready.push_front(slot);
            }
        }
    }
}

/// A live frame, as [`Execution::open_frames`] tells it.
#[derive(Clone, Debug)]
pub struct OpenFrame {
    pub frame: FrameId,
    pub run: RunId,
    pub state: StateId,
    pub activity: Activity,
    pub entered: EventId,
    pub entered_at: Instant,
    /// The input of the state, unfiltered.
    pub input: Value,
    /// The variables in scope.
    pub variables: Vec<(Str, Value)>,
    pub retry_count: u32,
}

/// What a live frame does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    Entering,
    Working,
    Task(TaskId),
    Waiting { until: Option<Instant> },
    Retrying { until: Option<Instant> },
    Children,
}

/// What the options tell of the execution.
fn facts(input: &Value, options: &Arc<Options>) -> Facts {
    Facts {
        names: LazyNames::of_options(options.clone()),
        input: input.without_text(),
        role_arn: options.role_arn.clone(),
        start_time: options.start_time,
        redrive_count: redrive_count(options),
        redrive_time: None,
    }
}

/// Redrive came on 15 November 2023; recordings from before have no such member in the context
/// object, and synchronous Express executions have none to this day.
fn redrive_count(options: &Options) -> Option<u32> {
    const REDRIVE_LAUNCH: Instant = Instant(1_700_006_400_000);
    let known = options.as_of >= REDRIVE_LAUNCH && options.execution_type != ExecutionType::ExpressSync;
    known.then_some(0)
}
