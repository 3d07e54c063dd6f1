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

    /// The last `most` entries and exits of states up to `to`, oldest first: where a watch may change.
    pub fn boundaries(&self, to: u32, most: usize) -> Vec<u32> {
        let is_boundary = |position: &u32| {
            self.event_at(*position).is_some_and(|event| {
                event.event_type.is_state_entered() || event.event_type.is_state_exited()
            })
        };
        let mut boundaries: Vec<u32> =
            (1..=to.min(self.len())).rev().filter(is_boundary).take(most).collect();
        boundaries.reverse();
        boundaries
    }

    /// Adds the value of an expression at a place to samples that end before it, where it is another one there.
    pub fn sample(&self, query: &Query, position: u32, samples: &mut Vec<Sample>) {
        let Some(env) = self.env(position) else { return };
        let value = query.evaluate(&env);
        if samples.last().is_none_or(|last| last.value != value) {
            samples.push(Sample { position, value });
        }
    }

    /// The value of an expression over time: at the entries and exits of states up to `to`, where it
    /// changed. The last `most` boundaries are looked at.
    pub fn watch_history(&self, query: &Query, to: u32, most: usize) -> Vec<Sample> {
        let mut samples = Vec::new();
        for position in self.boundaries(to, most) {
            self.sample(query, position, &mut samples);
        }
        samples
    }
}
