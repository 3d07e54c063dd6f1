//! An append-only list that costs little to clone.

use std::sync::Arc;

const CHUNK: usize = 32;
/// How many items a list has room for at first.
const FIRST: usize = 8;

/// An append-only list in shared chunks: a clone is two reference counts, and what is appended after
/// it copies at most one chunk and the list of chunks.
#[derive(Debug)]
pub struct Log<T> {
    /// None until there is one: most lists are short.
    full: Option<Arc<Vec<Arc<Vec<T>>>>>,
    tail: Option<Arc<Vec<T>>>,
}

/// What was made last goes first: most of it lies behind all else in memory, where an allocator has little to do with it.
impl<T> Drop for Log<T> {
    fn drop(&mut self) {
        if let Some(tail) = self.tail.as_mut().and_then(Arc::get_mut) {
            drop_backwards(tail);
        }
        if let Some(full) = self.full.as_mut().and_then(Arc::get_mut) {
            while let Some(chunk) = full.pop() {
                if let Some(mut chunk) = Arc::into_inner(chunk) {
                    drop_backwards(&mut chunk);
                }
            }
        }
    }
}

/// Drops items in their places, the last one first.
fn drop_backwards<T>(items: &mut Vec<T>) {
    for left in (0..items.len()).rev() {
        items.truncate(left);
    }
}

impl<T> Clone for Log<T> {
    fn clone(&self) -> Log<T> {
        Log { full: self.full.clone(), tail: self.tail.clone() }
    }
}

impl<T> Default for Log<T> {
    fn default() -> Log<T> {
        Log { full: None, tail: None }
    }
}

impl<T> Log<T> {
    pub fn len(&self) -> usize {
        self.chunks().len() * CHUNK + self.rest().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn get(&self, index: usize) -> Option<&T> {
        let chunks = self.chunks();
        match chunks.get(index / CHUNK) {
            Some(chunk) => chunk.get(index % CHUNK),
            None => self.rest().get(index.checked_sub(chunks.len() * CHUNK)?),
        }
    }

    pub fn last(&self) -> Option<&T> {
        self.len().checked_sub(1).and_then(|index| self.get(index))
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.chunks().iter().flat_map(|chunk| chunk.iter()).chain(self.rest())
    }

    /// How many items from the first one on this list has in common with another one for certain, as both keep them in the
    /// same memory. There may be more that are equal.
    pub fn shared_with(&self, other: &Log<T>) -> usize {
        let chunks = self.chunks().iter().zip(other.chunks());
        chunks.take_while(|(own, other)| Arc::ptr_eq(own, other)).count() * CHUNK
    }

    fn chunks(&self) -> &[Arc<Vec<T>>] {
        self.full.as_ref().map_or(&[], |full| full.as_slice())
    }

    /// What is in no full chunk.
    fn rest(&self) -> &[T] {
        self.tail.as_ref().map_or(&[], |tail| tail.as_slice())
    }
}

impl<T: Clone> Log<T> {
    #[inline]
    pub fn push(&mut self, item: T) {
        // Nothing here needs to know where the item is before it is in its place: so it is made there.
        if self.tail.as_ref().is_none_or(|tail| tail.len() >= tail.capacity().min(CHUNK)) {
            self.make_room();
        }
        Arc::make_mut(self.tail.get_or_insert_default()).push(item);
    }

    /// Sees to it that the last chunk is there and has room.
    #[cold]
    #[inline(never)]
    fn make_room(&mut self) {
        if let Some(chunk) = self.tail.take_if(|tail| tail.len() >= CHUNK) {
            Arc::make_mut(self.full.get_or_insert_default()).push(chunk);
        }
        // Short lists stay small; a list that has filled a chunk fills another one.
        let first = if self.full.is_none() { FIRST } else { CHUNK };
        let tail = self.tail.get_or_insert_default();
        let room = first.max(2 * tail.len()).min(CHUNK);
        match Arc::get_mut(tail) {
            Some(tail) => tail.reserve_exact(room - tail.len()),
            None => {
                let mut copy = Vec::with_capacity(room);
                copy.extend(tail.iter().cloned());
                *tail = Arc::new(copy);
            }
        }
    }

    /// Changes an item in its place; copies its chunk where that is shared.
    pub fn get_mut(&mut self, index: usize) -> Option<&mut T> {
        let in_full = self.chunks().len() * CHUNK;
        if index < in_full {
            let chunk = Arc::make_mut(self.full.as_mut()?).get_mut(index / CHUNK)?;
            Arc::make_mut(chunk).get_mut(index % CHUNK)
        } else {
            Arc::make_mut(self.tail.as_mut()?).get_mut(index - in_full)
        }
    }
}

impl<T: Clone> FromIterator<T> for Log<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Log<T> {
        let mut log = Log::default();
        for item in items {
            log.push(item);
        }
        log
    }
}

#[cfg(test)]
mod tests {
    use super::{CHUNK, FIRST, Log};

    #[test]
    fn clones_go_their_own_way() {
        let mut log: Log<usize> = (0..200).collect();
        let before = log.clone();
        log.push(200);
        *log.get_mut(3).unwrap() = 33;
        assert_eq!(before.len(), 200);
        assert_eq!(before.get(3), Some(&3));
        assert_eq!(log.get(3), Some(&33));
        assert_eq!(log.get(200), Some(&200));
        assert_eq!(log.get(201), None);
        assert_eq!(log.last(), Some(&200));
        assert_eq!(log.iter().count(), 201);
        assert_eq!(log.shared_with(&before), 0, "the first chunk was changed");
        let mut longer = log.clone();
        longer.push(201);
        assert_eq!(longer.shared_with(&log), 192);
        assert_eq!(before.iter().copied().collect::<Vec<_>>(), (0..200).collect::<Vec<_>>());
    }

    /// The items in all the ways in which they are got at.
    fn assert_is(log: &Log<String>, expected: &[String]) {
        assert_eq!((log.len(), log.is_empty()), (expected.len(), expected.is_empty()));
        assert!(log.iter().eq(expected));
        assert!(log.iter().rev().eq(expected.iter().rev()));
        assert_eq!(log.last(), expected.last());
        for index in 0..expected.len() + 2 {
            assert_eq!(log.get(index), expected.get(index), "{index} of {}", expected.len());
        }
    }

    #[test]
    fn a_clone_goes_its_own_way_from_any_length() {
        let most = 2 * CHUNK + FIRST + 1;
        let (mut log, mut expected) = (Log::default(), Vec::new());
        for length in 0..most {
            assert_is(&log, &expected);
            let (mut clone, mut other) = (log.clone(), expected.clone());
            for number in 0..CHUNK + 1 {
                clone.push(format!("other {number}"));
                other.push(format!("other {number}"));
                for index in [0, length, length + number] {
                    *clone.get_mut(index).unwrap() += "!";
                    other[index] += "!";
                }
            }
            assert!(clone.get_mut(other.len()).is_none());
            assert_is(&clone, &other);
            assert!(log.shared_with(&clone) <= length);
            log.push(length.to_string());
            expected.push(length.to_string());
        }
    }
}
