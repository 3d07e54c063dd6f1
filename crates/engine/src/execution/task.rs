//! Tasks as the host sees them: what is asked, and what can be answered.

use std::sync::Arc;

use asl::StateId;
use json::{Str, Value};

use crate::execution::RunId;
use crate::history::{Failure, FrameId};
use crate::machine::{Machine, Resource};
use crate::time::Instant;

/// A task of one execution, never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId(pub u64);

/// A task that waits for an answer.
#[derive(Clone, Debug)]
pub struct TaskRequest {
    pub id: TaskId,
    pub run: RunId,
    pub frame: FrameId,
    pub state: StateId,
    pub state_name: Str,
    pub resource: Arc<Resource>,
    /// `Parameters` or `Arguments`, evaluated; the input of a Lambda function or activity.
    pub parameters: Value,
    /// The token that answers the task through [`crate::Execution::answer_token`].
    pub token: Option<Str>,
    /// 0 for the first attempt of this visit of the state, then one more for each retry.
    pub attempt: u32,
    /// How often the state of this name was scheduled before in all of the run, retries and iterations included.
    pub invocation: u32,
    pub timeout_seconds: Option<i64>,
    pub heartbeat_seconds: Option<i64>,
    pub credentials: Option<Value>,
    pub scheduled_at: Instant,
}

/// What becomes of a task.
#[derive(Clone, Debug)]
pub enum TaskAnswer {
    /// A worker has taken an activity task.
    Started {
        worker: Option<Str>,
    },
    /// The response of the call that a `.sync` or `.waitForTaskToken` task began with.
    Submitted(Value),
    Succeeded(Value),
    Failed(Failure),
    /// The call itself failed: TaskSubmitFailed, TaskStartFailed, LambdaFunctionScheduleFailed, …
    FailedToStart {
        phase: StartPhase,
        failure: Failure,
    },
    /// The host says that the task timed out, whatever the clock says.
    TimedOut(Failure),
    Heartbeat,
    /// The task is the execution of another machine, run inside of this one.
    StartMachine {
        machine: Arc<Machine>,
        name: Option<Str>,
        input: Value,
    },
}

/// How far a task got that failed to start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartPhase {
    Schedule,
    Start,
    Submit,
}

/// What a frame keeps of its open task.
#[derive(Clone, Debug)]
pub(crate) struct OpenTask {
    pub id: TaskId,
    pub scheduled: Arc<crate::history::TaskScheduled>,
    pub credentials: Option<Value>,
    pub attempt: u32,
    pub invocation: u32,
    pub scheduled_at: Instant,
    /// A worker was announced; only activities are not started by being scheduled.
    pub started: bool,
    /// The execution that runs for this task.
    pub nested_run: Option<RunId>,
    pub submitted: bool,
}
