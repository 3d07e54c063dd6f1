//! What happened: typed events, and AWS's texts of them.

use std::collections::{BTreeMap, BTreeSet};

use asl::StateId;

mod event;
mod event_type;
mod export;
mod import;
mod log;
mod log_events;

pub use event::{
    Details, EvaluationFailed, EventId, ExecutionStarted, Failure, FrameId, HistoryEvent, TaskScheduled,
    Variables, Way,
};
pub use event_type::EventType;
pub use export::{TimestampStyle, event_to_json};
pub use import::{ImportError, ImportedHistory};
pub use log::Log;
pub use log_events::LogLevel;

/// The events of one execution, ids 1, 2, 3, … without a gap.
#[derive(Clone, Debug, Default)]
pub struct History {
    events: Log<HistoryEvent>,
}

impl History {
    pub fn len(&self) -> usize {
        self.events.len()
    }

    pub fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// The event at a position, from 0.
    pub fn get(&self, index: usize) -> Option<&HistoryEvent> {
        self.events.get(index)
    }

    /// The event with an id, from 1.
    pub fn event(&self, id: EventId) -> Option<&HistoryEvent> {
        self.events.get((id.0 as usize).checked_sub(1)?)
    }

    pub fn last(&self) -> Option<&HistoryEvent> {
        self.events.last()
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &HistoryEvent> {
        self.events.iter()
    }

    /// How many events from the first one on are known to be those of another history without a look at them.
    pub fn shared_with(&self, other: &History) -> usize {
        self.events.shared_with(&other.events)
    }

    /// State transitions as AWS bills them: each state that is entered, and each attempt after a failed one.
    pub fn transitions(&self) -> u64 {
        let mut count = 0;
        let mut has_begun: std::collections::HashMap<FrameId, bool> = std::collections::HashMap::new();
        for event in self.iter() {
            if event.event_type.is_state_entered() {
                count += 1;
                has_begun.insert(event.frame, false);
            } else if event.event_type.begins_attempt() && has_begun.insert(event.frame, true) == Some(true) {
                count += 1;
            }
        }
        count
    }

    /// Gives events the states of another definition; what is not there any more loses its state. By which way a state
    /// was left is forgotten where its ways are others now.
    pub(crate) fn move_states(
        &mut self,
        moved: &BTreeMap<StateId, StateId>,
        leads_elsewhere: &BTreeSet<StateId>,
    ) {
        for index in 0..self.events.len() {
            let Some(state) = self.events.get(index).and_then(|event| event.state) else { continue };
            let to = moved.get(&state).copied();
            let forgets = leads_elsewhere.contains(&state);
            if (to != Some(state) || forgets)
                && let Some(event) = self.events.get_mut(index)
            {
                event.state = to;
                if let (true, Details::StateExited { way, .. }) = (forgets, &mut event.details) {
                    *way = Way::UNTOLD;
                }
            }
        }
    }

    /// Notes by which way a state was left.
    pub(crate) fn tell_way(&mut self, exited: EventId, told: Way) {
        let index = (exited.0 as usize).checked_sub(1);
        if let Some(event) = index.and_then(|index| self.events.get_mut(index))
            && let Details::StateExited { way, .. } = &mut event.details
        {
            *way = told;
        }
    }

    /// The id of the event to come.
    #[inline]
    pub(crate) fn next_id(&self) -> EventId {
        EventId(u32::try_from(self.events.len() + 1).unwrap_or(u32::MAX))
    }

    #[inline]
    pub(crate) fn push(&mut self, event: HistoryEvent) {
        self.events.push(event);
    }
}
