use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::{Guess, Names, Str, Value};

/// The members of an object in their order.
#[derive(Clone, Default)]
pub struct Map {
    names: Names,
    /// As many as names.
    values: Vec<Value>,
}

impl Map {
    pub fn new() -> Map {
        Map::default()
    }

    pub fn with_capacity(capacity: usize) -> Map {
        let names = if capacity == 0 { Names::default() } else { Names::list(Vec::with_capacity(capacity)) };
        Map { names, values: Vec::with_capacity(capacity) }
    }

    /// Members whose names differ.
    pub fn from_distinct(members: Vec<(Str, Value)>) -> Map {
        let (names, values): (Vec<Str>, Vec<Value>) = members.into_iter().unzip();
        Map { names: Names::from_distinct(names), values }
    }

    /// Names, and as many values in their order.
    #[inline]
    pub fn from_names(names: &Names, values: Vec<Value>) -> Map {
        debug_assert_eq!(names.as_slice().len(), values.len());
        Map { names: names.clone(), values }
    }

    pub fn len(&self) -> usize {
        self.values.len()
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    #[inline]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.values.get(self.names.position(key)?)
    }

    /// As [`Map::get`], for what is looked for over and over.
    #[inline]
    pub fn get_near(&self, key: &str, guess: &Guess) -> Option<&Value> {
        self.values.get(self.names.position_near(key, guess)?)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.names.position(key).is_some()
    }

    /// Sets a member: in its place where the name is there already, else as the last one.
    /// Answers the value that was there.
    pub fn insert(&mut self, key: impl Into<Str>, value: Value) -> Option<Value> {
        let key = key.into();
        if let Some(old) = self.get_mut(&key) {
            return Some(std::mem::replace(old, value));
        }
        self.names.push(key);
        self.values.push(value);
        None
    }

    pub fn remove(&mut self, key: &str) -> Option<Value> {
        let position = self.names.position(key)?;
        self.names.remove(position);
        Some(self.values.remove(position))
    }

    pub fn get_mut(&mut self, key: &str) -> Option<&mut Value> {
        self.values.get_mut(self.names.position(key)?)
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (&Str, &Value)> + ExactSizeIterator {
        self.names.as_slice().iter().zip(&self.values)
    }

    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &Str> + ExactSizeIterator {
        self.names.as_slice().iter()
    }

    pub fn values(&self) -> impl DoubleEndedIterator<Item = &Value> + ExactSizeIterator {
        self.values.iter()
    }

    /// The member at a position in the order of members.
    pub fn entry_at(&self, position: usize) -> Option<(&Str, &Value)> {
        Some((self.names.as_slice().get(position)?, self.values.get(position)?))
    }
}

impl PartialEq for Map {
    fn eq(&self, other: &Map) -> bool {
        if self.names.is_same(&other.names) {
            return self.values == other.values;
        }
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

    /// Names, as many values in their order, and what was added up of them.
    #[inline]
    pub fn from_tally(names: &Names, values: Vec<Value>, tally: &Tally) -> Arc<Object> {
        let facts = Facts {
            text: None,
            holds_text: tally.holds_text,
            depth: tally.depth.saturating_add(1),
            text_len: AtomicU32::new(u32::try_from(tally.text_len).unwrap_or(0)),
        };
        let object = Arc::new(Object { members: Map::from_names(names, values), facts });
        debug_assert_eq!(tally.text_len, crate::write::counted_len(object.members()));
        object
    }

    /// The same object with a member set: in its place where the name is there already, else as the last one.
    /// What is known of the object is not worked out anew.
    pub fn with_member(&self, name: &Str, value: Value, guess: &Guess) -> Arc<Object> {
        let Map { names, values } = &self.members;
        let value_depth = value.depth().saturating_add(1);
        let value_holds_text = value.holds_text();
        let known_len = match self.facts.text_len.load(Ordering::Relaxed) {
            0 => 0,
            known => known as usize + value.text_len(),
        };
        let (known, position) = match names.known_with(name) {
            Some(longer) => (Some(longer), None),
            None => (None, names.position_near(name, guess)),
        };
        let (members, old_depth, text_len) =
            match position.and_then(|position| Some((position, values.get(position)?))) {
                Some((position, old)) => {
                    let (before, after) = values.split_at(position);
                    let mut set = Vec::with_capacity(values.len());
                    set.extend(before.iter().cloned());
                    set.push(value.into_place());
                    set.extend(after.iter().skip(1).cloned());
                    let text_len = if known_len == 0 { 0 } else { known_len - old.text_len() };
                    (Map::from_names(names, set), old.depth().saturating_add(1), text_len)
                }
                None => {
                    let more = crate::quoted_len(name) + 1 + usize::from(!values.is_empty());
                    let mut set = Vec::with_capacity(values.len() + 1);
                    set.extend(values.iter().cloned());
                    set.push(value.into_place());
                    let text_len = if known_len == 0 { 0 } else { known_len + more };
                    let names = known.cloned().unwrap_or_else(|| names.with(name));
                    (Map { names, values: set }, 0, text_len)
                }
            };
        if self.facts.holds_text || value_holds_text {
            return Arc::new(Object::new(members));
        }
        // The old member may have been the deepest.
        let depth = if value_depth >= self.facts.depth || old_depth < self.facts.depth {
            self.facts.depth.max(value_depth)
        } else {
            Facts::of(members.values()).depth
        };
        let facts = Facts { text: None, holds_text: false, depth, text_len: AtomicU32::new(0) };
        Arc::new(Object { members, facts: facts.with_text_len(text_len) })
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
    use crate::{Guess, Str, Value, parse, parse_keeping_text};

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
                    let set = object.with_member(&Str::from("a"), value.clone(), &Guess::default());
                    let mut members = object.members().clone();
                    members.insert("a", value);
                    let (set, expected) = (Value::Object(set), Value::object(members));
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
