//! Changes of a run's data from outside, for debuggers.

use std::sync::Arc;

use json::{Str, Value};

use crate::execution::{Execution, Phase, Slot};
use crate::history::FrameId;

impl Execution {
    /// Replaces the input of the state that a frame is about to enter; false where it is not about to.
    pub fn replace_input(&mut self, frame: FrameId, input: Value) -> bool {
        let Some(slot) = self.entering_slot(frame) else { return false };
        let Some(frame) = self.frame_mut(slot) else { return false };
        frame.input = input;
        true
    }

    /// Sets a variable for the state that a frame is about to enter, and what follows; false where it
    /// is not about to enter one.
    pub fn set_variable(&mut self, frame: FrameId, name: Str, value: Value) -> bool {
        let Some(slot) = self.entering_slot(frame) else { return false };
        let Some(frame) = self.frame_mut(slot) else { return false };
        let variables = Arc::make_mut(frame.variables.get_or_insert_default());
        match variables.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => variables.push((name, value)),
        }
        true
    }

    fn entering_slot(&self, frame: FrameId) -> Option<Slot> {
        let is_it = |live: &crate::execution::Frame| live.id == frame && live.phase == Phase::Enter;
        self.frames.iter().position(|live| live.as_ref().is_some_and(is_it))
    }
}
