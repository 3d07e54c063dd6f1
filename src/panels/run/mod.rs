//! What tells of a run.

mod answer;
mod events;
mod result;

pub use events::Events;
pub use result::RunResult;
