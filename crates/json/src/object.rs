use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Str, Value};

/// Objects up to this many members are searched in order; larger ones get an index when first searched.
const SEARCHED_IN_ORDER: usize = 12;

/// The members of an object in their order.
#[derive(Clone, Default)]
pub struct Map {
    members: Vec<(Str, Value)>,
    index: OnceLock<HashMap<Str, usize>>,
}

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    pub fn with_capacity(capacity: usize) -> Map {
        Map { members: Vec::with_capacity(capacity), index: OnceLock::new() }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.position(key).map(|position| &self.members[position].1)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.position(key).is_some()
    }

    /// Sets a member: in its place where the name is there already, else as the last one.
    /// Answers the value that was there.
    pub fn insert(&mut self, key: impl Into<Str>, value: Value) -> Option<Value> {
        let key = key.into();
        if let Some(position) = self.position(&key) {
            return Some(std::mem::replace(&mut self.members[position].1, value));
        }
        if let Some(index) = self.index.get_mut() {
            index.insert(key.clone(), self.members.len());
        }
        self.members.push((key, value));
        None
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let position = self.position(key)?;
        self.index = OnceLock::new();
        Some(self.members.remove(position).1)
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        let position = self.position(key)?;
        Some(&mut self.members[position].1)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Str, &Value)> + ExactSizeIterator {
        self.members.iter().map(|(key, value)| (key, value))
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Str> + ExactSizeIterator {
        self.members.iter().map(|(key, _)| key)
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.members.iter().map(|(_, value)| value)
    }

    /// The member at a position in the order of members.
    pub fn entry_at(&self, position: usize) -> Option<(&Str, &Value)> {
        self.members.get(position).map(|(key, value)| (key, value))
    }

    fn position(&self, key: &str) -> Option<usize> {
        if self.members.len() <= SEARCHED_IN_ORDER {
            return self.members.iter().position(|(name, _)| &**name == key);
        }
        let index = self.index.get_or_init(|| {
            self.members.iter().enumerate().map(|(position, (name, _))| (name.clone(), position)).collect()
        });
        index.get(key).copied()
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        self.len() == other.len()
            && self.iter().all(|(key, value)| other.get(key).is_some_and(|theirs| theirs == value))
    }
}

impl fmt::Debug for Map {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Into<Str>> FromIterator<(K, Value)> for Map {
    fn from_iter<I: IntoIterator<Item = (K, Value)>>(members: I) -> Map {
        let mut map = Map::new();
        for (key, value) in members {
            map.insert(key, value);
        }
        map
    }
}

/// The shared part of an array value.
pub struct Array {
    items: Vec<Value>,
    facts: Facts,
}

impl Array {
    pub fn new(items: Vec<Value>) -> Array {
        let facts = Facts::of(items.iter());
        Array { items, facts }
    }

    pub(crate) fn with_text(items: Vec<Value>, text: Str) -> Array {
        let mut array = Array::new(items);
        array.facts.keep(text);
        array
    }

    pub fn items(&self) -> &[Value] {
        &self.items
    }

    pub fn depth(&self) -> u32 {
        self.facts.depth
    }

    /// The text that the array was read from, where it was to be kept.
    pub fn text(&self) -> Option<&str> {
        self.facts.text.as_deref()
    }

    pub(crate) fn holds_text(&self) -> bool {
        self.facts.holds_text
    }

    pub(crate) fn text_len_cell(&self) -> &AtomicU32 {
        &self.facts.text_len
    }
}

/// The shared part of an object value.
pub struct Object {
    members: Map,
    facts: Facts,
}

impl Object {
    pub fn new(members: Map) -> Object {
        let facts = Facts::of(members.values());
        Object { members, facts }
    }

    pub(crate) fn with_text(members: Map, text: Str) -> Object {
        let mut object = Object::new(members);
        object.facts.keep(text);
        object
    }

    pub fn members(&self) -> &Map {
        &self.members
    }

    pub fn depth(&self) -> u32 {
        self.facts.depth
    }

    /// The text that the object was read from, where it was to be kept.
    pub fn text(&self) -> Option<&str> {
        self.facts.text.as_deref()
    }

    pub(crate) fn holds_text(&self) -> bool {
        self.facts.holds_text
    }

    pub(crate) fn text_len_cell(&self) -> &AtomicU32 {
        &self.facts.text_len
    }
}

/// What a container knows about itself besides its content.
struct Facts {
    text: Option<Str>,
    /// Whether it or anything in it has a text.
    holds_text: bool,
    depth: u32,
    /// The length of the text form; 0: not computed yet.
    text_len: AtomicU32,
}

impl Facts {
    fn of<'a>(children: impl Iterator<Item = &'a Value>) -> Facts {
        let mut depth = 0;
        let mut holds_text = false;
        for child in children {
            match child {
                Value::Array(array) => {
                    depth = depth.max(array.facts.depth);
                    holds_text |= array.facts.holds_text;
                }
                Value::Object(object) => {
                    depth = depth.max(object.facts.depth);
                    holds_text |= object.facts.holds_text;
                }
                _ => {}
            }
        }
        Facts { text: None, holds_text, depth: depth.saturating_add(1), text_len: AtomicU32::new(0) }
    }

    fn keep(&mut self, text: Str) {
        self.text_len.store(text.len().min(u32::MAX as usize) as u32, Ordering::Relaxed);
        self.text = Some(text);
        self.holds_text = true;
    }
}

#[cfg(test)]
mod tests {
    use super::Map;
    use crate::Value;

    #[test]
    fn large_maps_stay_right_under_change() {
        let mut map = Map::new();
        for number in 0..100 {
            map.insert(format!("k{number}"), Value::int(number));
        }
        assert_eq!(map.get("k57"), Some(&Value::int(57)));
        assert_eq!(map.insert("k57", Value::Null), Some(Value::int(57)));
        assert_eq!(map.remove("k3"), Some(Value::int(3)));
        map.insert("new", Value::Bool(true));
        assert_eq!(map.get("k3"), None);
        assert_eq!(map.get("k99"), Some(&Value::int(99)));
        assert_eq!(map.get("new"), Some(&Value::Bool(true)));
        assert_eq!(map.len(), 100);
        assert_eq!(map.keys().next_back().map(|key| &**key), Some("new"));
    }
}
