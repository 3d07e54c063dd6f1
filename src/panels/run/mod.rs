//! What tells of a run.

mod controls;
mod data;
mod debug;
mod events;
mod result;
mod scrubber;
mod tasks;

pub use controls::Controls;
pub use data::Data;
pub use debug::Debug;
pub use events::Events;
pub use result::RunResult;
pub use scrubber::Scrubber;
pub use tasks::Tasks;
