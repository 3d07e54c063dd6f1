//! What each type of state does.

mod choice;
mod fail;
mod map;
mod parallel;
mod pass;
mod succeed;
mod task;
mod wait;

pub(crate) use map::{integer, item_at, selected_item, tolerance};
