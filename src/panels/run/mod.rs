//! What tells of a run.

mod answer;
mod controls;
mod events;
mod result;

pub use controls::Controls;
pub use events::Events;
pub use result::RunResult;
