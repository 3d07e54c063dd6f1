//! Going back and forth in a history that was recorded elsewhere.

use std::sync::Arc;

use engine::history::{ImportError, ImportedHistory};
use engine::{FrameId, HistoryEvent, Instant, Machine, RunId};

use crate::history_model::{Frames, HistoryModel};
use crate::recording::Recording;
use crate::session::Boards;
use crate::status::StatusBoard;

/// A recorded history with a cursor, as a session has one.
#[derive(Clone, Debug)]
pub struct Replay {
    pub recording: Recording,
    /// The definition that the events were matched with.
    pub machine: Option<Arc<Machine>>,
    history: ImportedHistory,
    model: Arc<HistoryModel>,
    boards: Boards,
    position: u32,
}

impl Replay {
    /// A recording, matched with a definition; the cursor is at its end.
    ///
    /// # Errors
    ///
    /// Where an event can't be read.
    pub fn new(recording: Recording, machine: Option<Arc<Machine>>) -> Result<Replay, ImportError> {
        let history = recording.history(machine.as_deref())?;
        let mut model = HistoryModel::of_imported(&history);
        model.name_ids(recording.ids.clone());
        let position = u32::try_from(history.history.len()).unwrap_or(u32::MAX);
        Ok(Replay {
            recording,
            machine,
            history,
            model: Arc::new(model),
            boards: Boards::default(),
            position,
        })
    }

    /// The history with its visits and rows; the same for every position.
    pub fn model(&self) -> &Arc<HistoryModel> {
        &self.model
    }

    pub fn history(&self) -> &ImportedHistory {
        &self.history
    }

    pub fn len(&self) -> u32 {
        u32::try_from(self.history.history.len()).unwrap_or(u32::MAX)
    }

    pub fn is_empty(&self) -> bool {
        self.history.history.is_empty()
    }

    /// How many events have happened where the cursor is.
    pub fn position(&self) -> u32 {
        self.position
    }

    /// Goes to a position, at most the end.
    pub fn seek(&mut self, position: u32) {
        self.position = position.min(self.len());
    }

    /// The event at a position, from 1.
    pub fn event_at(&self, position: u32) -> Option<&HistoryEvent> {
        self.history.history.get((position as usize).checked_sub(1)?)
    }

    /// The event at the cursor.
    pub fn event(&self) -> Option<&HistoryEvent> {
        self.event_at(self.position)
    }

    /// The time at the cursor.
    pub fn now(&self) -> Instant {
        let first = || self.history.history.get(0).map(|event| event.timestamp);
        self.event().map(|event| event.timestamp).or_else(first).unwrap_or_default()
    }

    /// The statuses of all states at the cursor.
    pub fn board(&mut self) -> &StatusBoard {
        let (history, boards) = (&self.history, &mut self.boards);
        let parents = |frame: FrameId| history.parent(frame);
        let event = |index: usize| history.history.get(index).map(|event| (RunId(0), event));
        boards.at_events(self.position, history.history.len(), &event, &parents)
    }
}
