//! What helps to build a workflow.

mod inspector;
mod outline;
mod palette;

pub use inspector::{Complete, Completer, Inspector};
pub use outline::Outline;
pub use palette::Blocks;
