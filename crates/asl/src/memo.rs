//! What is known of a state for as long as it stays as it is.

use std::sync::{Arc, Mutex, OnceLock};

use json::Str;

use crate::rules::{Kept, Surroundings};
use crate::transition::Way;
use crate::variable_references::StateFacts;

/// Only what follows from the state's text, from the way to it and from the language in force may be in here, and
/// places as distances from the state's member. See [`crate::Document::after`].
#[derive(Debug, Default)]
pub(crate) struct Memo {
    key: OnceLock<Str>,
    facts: OnceLock<StateFacts>,
    ways: OnceLock<Vec<Way>>,
    found: Mutex<Option<Found>>,
}

/// What the rules found, and in which surroundings.
type Found = (Arc<Surroundings>, Arc<[Kept]>);

impl Memo {
    pub fn key(&self, tell: impl FnOnce() -> Str) -> Str {
        self.key.get_or_init(tell).clone()
    }

    pub fn facts(&self, tell: impl FnOnce() -> StateFacts) -> &StateFacts {
        self.facts.get_or_init(tell)
    }

    pub fn ways(&self, tell: impl FnOnce() -> Vec<Way>) -> &[Way] {
        self.ways.get_or_init(tell)
    }

    /// What the rules found in the state in these surroundings.
    pub fn found(&self, surroundings: &Arc<Surroundings>) -> Option<Arc<[Kept]>> {
        let kept = self.found.lock().ok()?;
        let (known, found) = kept.as_ref()?;
        (Arc::ptr_eq(known, surroundings) || known == surroundings).then(|| found.clone())
    }

    pub fn keep_found(&self, surroundings: &Arc<Surroundings>, found: Arc<[Kept]>) {
        if let Ok(mut kept) = self.found.lock() {
            *kept = Some((surroundings.clone(), found));
        }
    }
}
