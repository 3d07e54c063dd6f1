//! A map of few keys.

use std::collections::VecDeque;

/// A map for keys that mostly come and go at its ends, as tasks do, and times: what is added is mostly the last one or
/// the first one, and so is what goes. There, and with few keys, it costs less than a tree does.
#[derive(Clone, Debug)]
pub(crate) struct Few<K, V> {
    /// In the order of the keys.
    entries: VecDeque<(K, V)>,
}

impl<K, V> Default for Few<K, V> {
    fn default() -> Few<K, V> {
        Few { entries: VecDeque::new() }
    }
}

impl<K: Ord, V> Few<K, V> {
    pub fn insert(&mut self, key: K, value: V) {
        if self.entries.back().is_none_or(|(last, _)| *last < key) {
            self.entries.push_back((key, value));
        } else if self.entries.front().is_some_and(|(first, _)| key < *first) {
            self.entries.push_front((key, value));
        } else {
            self.insert_between(key, value);
        }
    }

    #[inline(never)]
    fn insert_between(&mut self, key: K, value: V) {
        match self.entries.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(position) => {
                if let Some(entry) = self.entries.get_mut(position) {
                    entry.1 = value;
                }
            }
            Err(position) => self.entries.insert(position, (key, value)),
        }
    }

    pub fn remove(&mut self, key: &K) -> Option<V> {
        if self.entries.front().is_some_and(|(first, _)| first == key) {
            return self.pop_first().map(|(_, value)| value);
        }
        if self.entries.back().is_some_and(|(last, _)| last == key) {
            return self.entries.pop_back().map(|(_, value)| value);
        }
        self.remove_between(key)
    }

    #[inline(never)]
    fn remove_between(&mut self, key: &K) -> Option<V> {
        let position = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.entries.remove(position).map(|(_, value)| value)
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        let (last, value) = self.entries.back()?;
        if last == key {
            return Some(value);
        }
        let position = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.entries.get(position).map(|(_, value)| value)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let position = self.entries.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.entries.get_mut(position).map(|(_, value)| value)
    }

    pub fn first(&self) -> Option<&(K, V)> {
        self.entries.front()
    }

    pub fn pop_first(&mut self) -> Option<(K, V)> {
        self.entries.pop_front()
    }

    pub fn iter(&self) -> impl Iterator<Item = &(K, V)> {
        self.entries.iter()
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::Few;
    use jsonata::Random;

    #[test]
    fn it_is_a_map() {
        let mut random = Random::new(1);
        let mut below = |most: u64| random.next_u64() % most;
        let (mut few, mut map) = (Few::default(), BTreeMap::new());
        for round in 0..20_000_u64 {
            let key = below(24);
            match below(7) {
                0..3 => {
                    few.insert(key, round);
                    map.insert(key, round);
                }
                3..5 => assert_eq!(few.remove(&key), map.remove(&key)),
                5 => assert_eq!(few.pop_first(), map.pop_first()),
                _ => {
                    assert_eq!(few.get(&key), map.get(&key));
                    assert_eq!(few.get_mut(&key), map.get_mut(&key));
                }
            }
            assert_eq!(few.first().copied(), map.first_key_value().map(|(key, value)| (*key, *value)));
            assert!(few.iter().copied().eq(map.iter().map(|(key, value)| (*key, *value))));
        }
        few.clear();
        assert!(few.first().is_none() && few.get(&1).is_none());
    }
}
