//! What helps to build a workflow.

mod blocks;
mod inspector;
mod outline;

pub use blocks::Blocks;
pub use inspector::Inspector;
pub use outline::Outline;
