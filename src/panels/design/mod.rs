//! What helps to build a workflow.

mod blocks;
mod outline;

pub use blocks::Blocks;
pub use outline::Outline;
