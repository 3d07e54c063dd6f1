//! The engine: a definition compiled once, run on a virtual clock, one event at a time.
//!
//! * [`Machine`] is a compiled definition, [`Execution`] a run of it.
//! * [`History`] is what happened, typed; AWS's JSON is made when it is exported.
//!
//! Nothing here reads a clock, a source of randomness, a file or the network: time is advanced and
//! tasks are answered from outside, and what is random follows a seed.

mod describe;
mod execution;
pub mod history;
mod input;
mod integrations;
pub mod machine;
pub mod mock;
mod query;
pub mod test_state;
mod time;

pub use describe::ExpressBilling;
pub use execution::{
    Activity, DueTimer, EventRef, Execution, ExecutionType, FrameInfo, FrameRole, Inspection, ItemCounts,
    MapRunRecord, MapRunStatus, MissingStates, OpenFrame, Options, Order, Outcome, Quotas, RedriveError, Run,
    RunId, RunKind, S3Object, StartPhase, Status, Step, TaskAnswer, TaskId, TaskRequest, TimerKind,
    VirtualS3,
};
pub use history::{
    Details, EventId, EventType, Failure, FrameId, History, HistoryEvent, LogLevel, TimestampStyle,
};
pub use input::{InputError, read_input};
pub use jsonata::Random;
pub use machine::{Machine, Problem};
pub use mock::{Budget, MockConfigFile, MockEntry, MockHost, Progress, TaskHost, Unmocked, run_to_end};
pub use query::ItemContext;
pub use test_state::{InspectionData, TestStateRequest, TestStateResponse, test_state};
pub use time::Instant;
