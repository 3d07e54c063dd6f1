//! What each type of state does.

mod choice;
mod fail;
mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

pub(crate) use choice::choose;
pub(crate) use fail::failure_of;
pub(crate) use map::{integer, item_at, items_of, max_concurrency, selected_item, tolerance};
pub(crate) use pass::pass;
pub(crate) use succeed::succeed;
pub(crate) use wait::wait_until;
