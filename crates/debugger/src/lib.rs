//! Following runs: a time-travel debugger around [`engine::Execution::step`], and what histories tell.
//!
//! * [`Session`] records a run and goes back and forth in it; [`Breakpoints`] stop it.
//! * [`Visits`] tell which events belong to which visit of which state; [`HistoryModel`] shows them as a
//!   table, [`timeline()`] as lanes, [`StatusBoard`] as a picture of the workflow, [`Coverage`] over many runs.
//! * [`diff`] compares values, [`compare_runs`] runs.

mod announcement;
mod breakpoints;
mod compare;
pub mod cost;
mod coverage;
mod data;
pub mod diff;
pub mod event_groups;
mod format;
mod frames;
pub mod gantt;
mod history_model;
mod lineage;
mod link;
pub mod map_run;
mod query;
mod readers;
mod recording;
mod references;
mod related;
pub mod scratch;
mod session;
mod stages;
mod state_key;
mod status;
pub mod steps_table;
mod timeline;
pub mod value_tree;
mod visits;
mod watches;

pub use breakpoints::{Breakpoint, BreakpointId, Breakpoints, HitCount, Place, Timers};
pub use compare::{Difference, Pair, RunComparison, compare_executions, compare_runs};
pub use coverage::{Coverage, Unreached};
pub use data::{
    DataView, PAYLOAD_LIMIT, Variable, VariableChange, VariableScope, change_of_stage, stage_before,
};
pub use format::{bytes_text, count_text, difference_text, duration_text};
pub use frames::FrameView;
pub use history_model::{EventFilter, Frames, HistoryModel, IterationCell, IterationGrid, Row, RowKind};
pub use jsonata::{Trace, TracedOutcome};
pub use lineage::{Origin, OriginKind};
pub use link::Link;
pub use query::{Env, Message, Query, Traced};
pub use readers::Reader;
pub use recording::{NotRecorded, Rebuilt, Recording, missing_states, read_recordings, rebuild_definition};
pub use references::{Reference, Root, StateExpression, expressions_of, is_expression, references};
pub use related::{Related, events_csv, related, tone_of};
pub use session::{
    ChangeError, Cursor, Input, LogLine, RecordedInput, Run, Session, Stop, SwapReport, Target,
};
pub use stages::{Stage, StageView, stages_at, stages_of_visit};
pub use state_key::{StateKey, StateKeys};
pub use status::{Parents, StateStatus, StatusBoard, Taken};
pub use timeline::{Lane, Span, SpanKind, spans_of, timeline};
pub use visits::{Attempt, Visit, VisitId, Visits};
pub use watches::{Sample, Watched};
