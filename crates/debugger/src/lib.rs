//! Following a run: what the events mean for the picture of the workflow.

mod status;

pub use status::{Parents, StateStatus, StatusBoard, Taken};
