//! Watches: expressions with their value at the cursor, and over time.

use asl::QueryLanguage;
use engine::TaskHost;
use json::Value;

use crate::query::Query;
use crate::session::Session;

/// What a watch shows: a value, nothing, or why there is none.
pub type Watched = Result<Option<Value>, String>;

/// The value of a watch from a state's boundary on.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub position: u32,
    pub value: Watched,
}

impl<H: TaskHost + Clone> Session<H> {
    /// The language that expressions at the cursor are written in: that of the state, or of the machine.
    pub fn language(&self) -> QueryLanguage {
        let state = self.event().and_then(|event| event.state).and_then(|state| self.machine.state(state));
        state.map_or(self.machine.language, |state| state.language)
    }

    /// The value of an expression at the cursor.
    pub fn evaluate(&self, query: &Query) -> Watched {
        match self.env(self.cursor().position) {
            Some(env) => query.evaluate(&env),
            None => Ok(None),
        }
    }

    /// The value of an expression over time: at the entries and exits of states up to `to`, where it
    /// changed. The last `limit` boundaries are looked at.
    pub fn watch_history(&self, query: &Query, to: u32, limit: usize) -> Vec<Sample> {
        let is_boundary = |position: &u32| {
            self.event_at(*position).is_some_and(|event| {
                event.event_type.is_state_entered() || event.event_type.is_state_exited()
            })
        };
        let mut boundaries: Vec<u32> =
            (1..=to.min(self.len())).rev().filter(is_boundary).take(limit).collect();
        boundaries.reverse();
        let mut samples: Vec<Sample> = Vec::new();
        for position in boundaries {
            let value = match self.env(position) {
                Some(env) => query.evaluate(&env),
                None => continue,
            };
            if samples.last().is_none_or(|last| last.value != value) {
                samples.push(Sample { position, value });
            }
        }
        samples
    }
}
