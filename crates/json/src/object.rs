use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Str, Value};

/// Objects up to this many members are always searched in order.
const SEARCHED_IN_ORDER: usize = 12;
/// A larger object gets an index once it was searched so often: building one costs about as much as these searches.
const SEARCHES_BEFORE_INDEX: u32 = 16;

/// The members of an object in their order.
#[derive(Default)]
pub struct Map {
    members: Vec<(Str, Value)>,
    searches: AtomicU32,
    #[allow(clippy::box_collection, reason = "few objects have an index, and all pay for its place")]
    index: OnceLock<Box<HashMap<Str, usize>>>,
}

impl Clone for Map {
    fn clone(&self) -> Map {
        self.clone_with_room(0)
    }
}

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    pub fn with_capacity(capacity: usize) -> Map {
        Map { members: Vec::with_capacity(capacity), ..Map::default() }
    }

    /// Members whose names differ.
    pub fn from_distinct(members: Vec<(Str, Value)>) -> Map {
        let map = Map { members, ..Map::default() };
        debug_assert!(map.members.iter().enumerate().all(|(place, (name, _))| {
            map.members.iter().skip(place + 1).all(|(other, _)| other != name)
        }));
        map
    }

    /// The index is left behind: what is cloned is mostly about to change.
    fn clone_with_room(&self, room: usize) -> Map {
        let mut members = Vec::with_capacity(self.members.len() + room);
        members.extend(self.members.iter().cloned());
        Map { members, ..Map::default() }
    }

    pub fn len(&self) -> usize {
        self.members.len()
    }

    pub fn is_empty(&self) -> bool {
        self.members.is_empty()
    }

    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        if self.members.len() <= SEARCHED_IN_ORDER {
            return self.members.iter().find(|(name, _)| is_same(name, key)).map(|(_, value)| value);
        }
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
            return self.members.iter().position(|(name, _)| is_same(name, key));
        }
        if self.index.get().is_none() && self.searches.fetch_add(1, Ordering::Relaxed) < SEARCHES_BEFORE_INDEX
        {
            return self.members.iter().position(|(name, _)| &**name == key);
        }
        let index = self.index.get_or_init(|| {
            let names = self.members.iter().enumerate();
            Box::new(names.map(|(position, (name, _))| (name.clone(), position)).collect())
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
#[repr(align(8))]
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

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// The shared part of an object value. Of this alignment it is put into its place word by word: WebAssembly's
/// instruction for copying memory is slow for little.
#[repr(align(8))]
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

    /// Members whose names differ, and what was added up of their values.
    #[inline]
    pub fn from_tally(members: Vec<(Str, Value)>, tally: &Tally) -> Object {
        let facts = Facts {
            text: None,
            holds_text: tally.holds_text,
            depth: tally.depth.saturating_add(1),
            text_len: AtomicU32::new(u32::try_from(tally.text_len).unwrap_or(0)),
        };
        let object = Object { members: Map::from_distinct(members), facts };
        debug_assert_eq!(tally.text_len, crate::write::counted_len(object.members()));
        object
    }

    /// The same object with a member set: in its place where the name is there already, else as the last one.
    /// What is known of the object is not worked out anew.
    pub fn with_member(&self, name: &Str, value: Value) -> Object {
        let old_members = &*self.members.members;
        let position = self.members.position(name);
        let (before, after) = old_members.split_at(position.unwrap_or(old_members.len()));
        let value_depth = value.depth().saturating_add(1);
        let value_holds_text = value.holds_text();
        let known_len = match self.facts.text_len.load(Ordering::Relaxed) {
            0 => 0,
            known => known as usize + value.text_len(),
        };
        let mut members = Vec::with_capacity(before.len() + after.len().max(1));
        members.extend(before.iter().cloned());
        let (old_depth, text_len) = match after.split_first() {
            Some(((name, old), after)) => {
                members.push((name.clone(), value));
                members.extend(after.iter().cloned());
                (old.depth().saturating_add(1), if known_len == 0 { 0 } else { known_len - old.text_len() })
            }
            None => {
                let more = crate::quoted_len(name) + 1 + usize::from(!before.is_empty());
                members.push((name.clone(), value));
                (0, if known_len == 0 { 0 } else { known_len + more })
            }
        };
        let members = Map::from_distinct(members);
        if self.facts.holds_text || value_holds_text {
            return Object::new(members);
        }
        // The old member may have been the deepest.
        let depth = if value_depth >= self.facts.depth || old_depth < self.facts.depth {
            self.facts.depth.max(value_depth)
        } else {
            Facts::of(members.values()).depth
        };
        let facts = Facts { text: None, holds_text: false, depth, text_len: AtomicU32::new(0) };
        Object { members, facts: facts.with_text_len(text_len) }
    }

    pub fn depth(&self) -> u32 {
        self.facts.depth
    }

    /// The text that the object was read from, where it was to be kept.
    pub fn text(&self) -> Option<&str> {
        self.facts.text.as_deref()
    }

    pub(crate) fn facts(&self) -> &Facts {
        &self.facts
    }
}

/// What an object knows of its members, added up while they are made.
#[derive(Clone, Copy, Debug)]
pub struct Tally {
    text_len: usize,
    depth: u32,
    holds_text: bool,
}

impl Tally {
    /// `names_len` is the length in bytes of the object's text without its values.
    pub fn new(names_len: usize) -> Tally {
        Tally { text_len: names_len, depth: 0, holds_text: false }
    }

    #[inline]
    pub fn add(&mut self, value: &Value) {
        self.text_len += match value {
            Value::Array(array) => self.add_container(array.facts(), value),
            Value::Object(object) => self.add_container(object.facts(), value),
            Value::String(text) => crate::quoted_len(text),
            Value::Number(crate::Number::Int(integer)) => crate::write::integer_len(*integer),
            scalar => crate::write::text_len(scalar),
        };
    }

    #[inline]
    fn add_container(&mut self, facts: &Facts, value: &Value) -> usize {
        self.depth = self.depth.max(facts.depth);
        self.holds_text |= facts.holds_text;
        match facts.known_text_len() {
            0 => crate::write::text_len(value),
            known => known,
        }
    }
}

/// What a container knows about itself besides its content.
pub(crate) struct Facts {
    text: Option<Str>,
    /// Whether it or anything in it has a text.
    pub(crate) holds_text: bool,
    depth: u32,
    /// The length of the text form; 0: not computed yet.
    pub(crate) text_len: AtomicU32,
}

impl Facts {
    #[inline]
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

    /// 0 where it was not asked for yet.
    #[inline]
    pub(crate) fn known_text_len(&self) -> usize {
        self.text_len.load(Ordering::Relaxed) as usize
    }

    #[inline]
    fn with_text_len(self, text_len: usize) -> Facts {
        Facts { text_len: AtomicU32::new(u32::try_from(text_len).unwrap_or(0)), ..self }
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
    use crate::{Str, Value, parse, parse_keeping_text};

    #[test]
    fn a_member_that_is_set_changes_what_is_known() {
        let texts = [r#"{}"#, r#"{"a": 1}"#, r#"{"a": [[1]], "b": "x\n"}"#, r#"{"b": {"c": {}}, "a": [[]]}"#];
        let values = ["1", "\"q\\\"\"", "[]", "[[[2]]]", "{\"x\": {\"y\": null}}"];
        for (text, value) in texts.iter().flat_map(|text| values.map(|value| (text, value))) {
            for asked in [false, true] {
                for read in [parse, parse_keeping_text] {
                    let before = read(text).unwrap();
                    if asked {
                        before.text_len();
                    }
                    let Value::Object(object) = &before else { panic!("{text}") };
                    let value = read(value).unwrap();
                    let set = object.with_member(&Str::from("a"), value.clone());
                    let mut members = object.members().clone();
                    members.insert("a", value);
                    let (set, expected) = (Value::Object(set.into()), Value::object(members));
                    assert_eq!(set.to_text(), expected.to_text());
                    assert_eq!(set.text_len(), expected.to_text().len(), "{set}");
                    assert_eq!(set.depth(), expected.depth(), "{set}");
                    assert_eq!(set.without_text().to_text(), expected.without_text().to_text());
                }
            }
        }
    }

    #[test]
    fn large_maps_stay_right_under_change() {
        let mut map = Map::new();
        for number in 0..100 {
            map.insert(format!("k{number}"), Value::int(number));
        }
        assert_eq!(map.get("k57"), Some(&Value::int(57)));
        for _ in 0..30 {
            assert_eq!(map.get("k99"), Some(&Value::int(99)), "with and without an index");
        }
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
