//! What tells of a run.

mod comparison;
mod controls;
mod data;
mod debug;
mod details;
mod event_row;
mod events;
mod grouped_events;
mod kept;
mod map_run;
mod new_events;
mod print;
mod result;
mod row_menu;
mod scrubber;
mod step_tools;
mod steps;
mod tasks;

pub use comparison::Comparison;
pub use controls::Controls;
pub use data::{Data, StageStrip};
pub use debug::Debug;
pub use details::VisitDetails;
pub use events::Events;
pub use kept::KeptRuns;
pub use map_run::MapRun;
pub use print::PrintedExecution;
pub use result::RunResult;
pub use scrubber::Scrubber;
pub use steps::Steps;
pub use tasks::Tasks;
