//! The names of an object's members, which objects with the same names share.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};

use crate::Str;

/// Lists up to this many names are always searched in order.
const SEARCHED_IN_ORDER: usize = 12;
/// A longer one gets an index once it was searched so often: building one costs about as much as these searches.
const SEARCHES_BEFORE_INDEX: u32 = 16;
/// Lists up to this many names remember which list came of them. It also limits how far a list that is dropped takes
/// others along.
const REMEMBERS_NEXT: usize = 32;

/// A guess at where a name is among others: where it was the last time. What looks for a name over and over mostly does
/// so in objects that were made alike.
#[derive(Debug, Default)]
pub struct Guess(AtomicU32);

impl Clone for Guess {
    fn clone(&self) -> Guess {
        Guess(AtomicU32::new(self.0.load(Ordering::Relaxed)))
    }
}

/// A guess is no part of what makes it.
impl PartialEq for Guess {
    fn eq(&self, _: &Guess) -> bool {
        true
    }
}

impl Eq for Guess {}

/// Names that differ, in their order. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct Names(Option<Arc<List>>);

#[derive(Debug, Default)]
struct List {
    names: Vec<Str>,
    searches: AtomicU32,
    #[allow(clippy::box_collection, reason = "few lists have an index, and all pay for its place")]
    index: OnceLock<Box<HashMap<Str, usize>>>,
    /// The first list that was made of this one by a name more. A workflow adds the same name over and over.
    next: OnceLock<Names>,
}

/// The index is left behind: what is cloned is about to change.
impl Clone for List {
    fn clone(&self) -> List {
        List { names: self.names.clone(), ..List::default() }
    }
}

impl Names {
    /// Names that differ.
    pub fn from_distinct(names: Vec<Str>) -> Names {
        debug_assert!(
            names
                .iter()
                .enumerate()
                .all(|(place, name)| names.iter().skip(place + 1).all(|other| other != name))
        );
        if names.is_empty() { Names::default() } else { Names::list(names) }
    }

    pub(crate) fn list(names: Vec<Str>) -> Names {
        Names(Some(Arc::new(List { names, ..List::default() })))
    }

    #[inline]
    pub fn as_slice(&self) -> &[Str] {
        self.0.as_ref().map_or(&[], |list| list.names.as_slice())
    }

    /// Whether both are one shared list.
    #[inline]
    pub(crate) fn is_same(&self, other: &Names) -> bool {
        match (&self.0, &other.0) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (None, None) => true,
            _ => false,
        }
    }

    #[inline]
    pub(crate) fn position(&self, key: &str) -> Option<usize> {
        let list = self.0.as_ref()?;
        if list.names.len() <= SEARCHED_IN_ORDER {
            return list.names.iter().position(|name| is_same(name, key));
        }
        list.position_among_many(key)
    }

    /// As [`Names::position`], where there is a guess, which is put right.
    #[inline]
    pub(crate) fn position_near(&self, key: &str, guess: &Guess) -> Option<usize> {
        let guessed = guess.0.load(Ordering::Relaxed) as usize;
        if self.as_slice().get(guessed).is_some_and(|name| is_same(name, key)) {
            return Some(guessed);
        }
        let position = self.position(key)?;
        guess.0.store(u32::try_from(position).unwrap_or(0), Ordering::Relaxed);
        Some(position)
    }

    /// The names and one more, where it is known that this is not among them: it was added to them before.
    #[inline]
    pub(crate) fn known_with(&self, name: &str) -> Option<&Names> {
        let next = self.0.as_ref().and_then(|list| list.next.get())?;
        next.as_slice().last().filter(|last| is_same(last, name)).map(|_| next)
    }

    /// The names and one more that is not among them.
    pub(crate) fn with(&self, name: &Str) -> Names {
        self.known_with(name).cloned().unwrap_or_else(|| self.longer(name))
    }

    #[inline(never)]
    fn longer(&self, name: &Str) -> Names {
        let mut names = Vec::with_capacity(self.as_slice().len() + 1);
        names.extend(self.as_slice().iter().cloned());
        names.push(name.clone());
        let longer = Names::list(names);
        if let Some(list) = self.0.as_ref().filter(|list| list.names.len() <= REMEMBERS_NEXT) {
            list.next.get_or_init(|| longer.clone());
        }
        longer
    }

    /// Adds a name that is not there.
    pub(crate) fn push(&mut self, name: Str) {
        let list = Arc::make_mut(self.0.get_or_insert_default());
        list.next = OnceLock::new();
        if let Some(index) = list.index.get_mut() {
            index.insert(name.clone(), list.names.len());
        }
        list.names.push(name);
    }

    pub(crate) fn remove(&mut self, position: usize) {
        if let Some(list) = self.0.as_mut().map(Arc::make_mut).filter(|list| position < list.names.len()) {
            list.names.remove(position);
            list.index = OnceLock::new();
            list.next = OnceLock::new();
        }
    }
}

impl List {
    #[inline(never)]
    fn position_among_many(&self, key: &str) -> Option<usize> {
        if self.index.get().is_none() && self.searches.fetch_add(1, Ordering::Relaxed) < SEARCHES_BEFORE_INDEX
        {
            return self.names.iter().position(|name| is_same(name, key));
        }
        let index = self.index.get_or_init(|| {
            let names = self.names.iter().enumerate();
            Box::new(names.map(|(position, name)| (name.clone(), position)).collect())
        });
        index.get(key).copied()
    }
}

/// Names are short: comparing them here, a few bytes at a time, is quicker than a call of WebAssembly's `memcmp`.
#[inline]
fn is_same(name: &str, key: &str) -> bool {
    let (name, key) = (name.as_bytes(), key.as_bytes());
    if name.len() != key.len() {
        return false;
    }
    // The first and the last bytes overlap where there are fewer than both together.
    match name.len() {
        0..4 => name.iter().zip(key).all(|(a, b)| a == b),
        4..8 => {
            name.first_chunk::<4>() == key.first_chunk::<4>()
                && name.last_chunk::<4>() == key.last_chunk::<4>()
        }
        8..=16 => {
            name.first_chunk::<8>() == key.first_chunk::<8>()
                && name.last_chunk::<8>() == key.last_chunk::<8>()
        }
        _ => name == key,
    }
}

#[cfg(test)]
mod tests {
    use super::{Guess, Names};
    use crate::Str;

    #[test]
    fn guesses_are_put_right() {
        let list = |names: &[&str]| Names::from_distinct(names.iter().map(|name| Str::from(*name)).collect());
        let guess = Guess::default();
        for names in [&["a", "b", "c"][..], &["c"], &[], &["b", "a"], &["b", "a", "c"], &["b", "a", "c"]] {
            for key in ["c", "a", "c", "c", "no"] {
                let expected = names.iter().position(|name| *name == key);
                assert_eq!(list(names).position_near(key, &guess), expected, "{names:?} {key}");
            }
        }
    }

    #[test]
    fn lists_that_grow_alike_are_shared() {
        let (a, b, c) = (Str::from("a"), Str::from("b"), Str::from("c"));
        let one = Names::from_distinct(vec![a.clone()]);
        let first = one.with(&b);
        assert!(first.is_same(&one.with(&b)));
        let other = one.with(&c);
        assert_eq!(other.as_slice(), [a.clone(), c.clone()]);
        assert_eq!(first.as_slice(), [a.clone(), b.clone()]);

        // What is changed in place is a list of its own, without what came of the old one.
        let mut changed = one.clone();
        changed.push(c.clone());
        assert_eq!(changed.with(&b).as_slice(), [a.clone(), c.clone(), b.clone()]);
        changed.remove(0);
        assert_eq!(changed.as_slice(), [c]);
        assert_eq!(changed.with(&b).position("b"), Some(1));
        assert_eq!(one.as_slice(), [a]);
        assert_eq!(Names::default().with(&b).position("b"), Some(0));
    }
}
