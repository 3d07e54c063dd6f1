//! Paths of control: the execution itself, branches, iterations.

use std::collections::VecDeque;
use std::sync::Arc;

use asl::StateId;
use json::{Str, Value};

use crate::execution::RunId;
use crate::execution::task::{OpenTask, TaskAnswer};
use crate::execution::timer::{Timer, TimerKey};
use crate::history::{EventId, FrameId, Variables};
use crate::query::ItemContext;
use crate::time::Instant;

/// The place of a live frame. Reused, unlike [`FrameId`].
pub(crate) type Slot = usize;

/// What a frame is to the state that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameRole {
    /// An execution: the one that was started, a child of a distributed Map, a nested one.
    Execution,
    /// A branch of a Parallel state, from 0.
    Branch(u32),
    /// An iteration of an inline Map, from 0.
    Iteration(u64),
}

/// What is known of a frame for good, also when it has ended.
#[derive(Clone, Debug)]
pub struct FrameInfo {
    pub run: RunId,
    /// The frame that it runs in; none for that of an execution.
    pub parent: Option<FrameId>,
    /// The Parallel or Map state that it belongs to.
    pub owner: Option<StateId>,
    pub role: FrameRole,
    pub item: Option<Arc<ItemContext>>,
}

/// What a frame does next or waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    /// Enters its state.
    Enter,
    /// Does what its state does.
    Work,
    /// Tells that its task has started.
    StartTask,
    /// Its task is open.
    Task,
    /// A Wait state waits.
    Wait,
    /// A Wait state is over.
    Waited,
    /// Waits for the next attempt.
    Retry,
    /// Waits for branches, iterations, child executions.
    Children,
    /// A distributed Map starts its run.
    StartMapRun,
    /// A distributed Map goes on with a run that failed.
    RedriveMapRun,
    /// A distributed Map reads its items.
    ReadItems,
    /// All children have ended.
    Joined,
    /// The result is there and is to be processed.
    Result,
}

/// A live path of control.
#[derive(Clone, Debug)]
pub(crate) struct Frame {
    pub id: FrameId,
    pub run: RunId,
    pub parent: Option<Slot>,
    pub role: FrameRole,
    pub state: StateId,
    pub phase: Phase,
    /// Whether the frame is among those that can go on.
    pub queued: bool,
    /// The event that the next one follows.
    pub cursor: EventId,
    /// The event before the state was entered.
    pub before: EventId,
    pub entered: EventId,
    pub entered_at: Instant,
    /// The input of the state, unfiltered.
    pub input: Value,
    pub retry_count: u32,
    /// Attempts used of each retrier of the state.
    pub retrier_attempts: Vec<u32>,
    pub variables: Option<Variables>,
    pub item: Option<Arc<ItemContext>>,
    pub task: Option<Box<OpenTask>>,
    /// Answers to the open task that came in already. It outlives the task, as its room does for the next one.
    pub inbox: VecDeque<TaskAnswer>,
    /// The result of the task or of the children.
    pub result: Option<Value>,
    pub children: Option<Box<Children>>,
    /// What happens to the frame by itself.
    pub timers: Vec<(TimerKey, Timer)>,
    /// When the current wait or back-off ends.
    pub until: Option<Instant>,
}

/// What a Parallel or Map state keeps of its children.
#[derive(Clone, Debug, Default)]
pub(crate) struct Children {
    pub live: Vec<Slot>,
    pub results: Vec<Value>,
    pub done: usize,
    /// The next item to start.
    pub next: usize,
    pub max_concurrency: usize,
    /// Items of a Map, before ItemSelector.
    pub items: Items,
    /// What ItemSelector sees as `$`.
    pub effective_input: Value,
    pub map_run: Option<Box<MapRun>>,
}

/// The items of a Map: an array, or the members of an object.
#[derive(Clone, Debug, Default)]
pub(crate) struct Items {
    pub values: Arc<Vec<Value>>,
    /// Names, where the items come from an object.
    pub keys: Option<Arc<Vec<Str>>>,
    pub source: Option<Str>,
}

/// The run of a distributed Map.
#[derive(Clone, Debug)]
pub(crate) struct MapRun {
    /// Its place in the execution's list of Map Runs.
    pub index: usize,
    pub started_event: EventId,
}
