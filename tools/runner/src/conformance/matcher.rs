//! The comparison of an answer with what a case expects: placeholders, unordered ranges, trees.

use std::collections::BTreeMap;

use json::{Map, Value};

/// Differences found, at most this many, so that a far-off answer does not fill the screen.
const MOST: usize = 50;

/// Compares answers with what cases expect. Placeholders stay bound from one comparison to the next.
pub struct Matcher {
    tokens: Vec<String>,
    bindings: BTreeMap<String, String>,
    /// Whether what is compared stands inside of a text that was parsed.
    is_inside_text: bool,
}

impl Matcher {
    pub fn new(placeholders: &[String]) -> Matcher {
        let mut tokens = placeholders.to_vec();
        tokens.sort_by_key(|token| std::cmp::Reverse(token.len()));
        Matcher { tokens, bindings: BTreeMap::new(), is_inside_text: false }
    }

    /// The rules, by what is expected: `{"$ignore": …}` fits anything; an object fits one with the same members in any
    /// order, or its JSON text; an array fits one of as many items in the same order, or its text where no text around
    /// it was parsed; a text fits with its placeholders filled in; any other scalar has to be the same.
    pub fn differences(&mut self, expected: &Value, actual: &Value, path: &str, found: &mut Vec<String>) {
        if found.len() >= MOST {
            return;
        }
        match (expected, actual) {
            (Value::Object(_), _) if is_ignored(expected) => {}
            (Value::Object(wanted), _) => {
                let parsed;
                let mut given = actual;
                if let Some(text) = actual.as_str().filter(|text| text.starts_with('{'))
                    && let Ok(value) = json::parse(text)
                {
                    parsed = value;
                    given = &parsed;
                }
                let Some(given) = given.as_object() else {
                    found.push(format!("{path}: expected an object, got {}", short(actual)));
                    return;
                };
                let outer = self.is_inside_text;
                self.is_inside_text |= actual.as_str().is_some();
                self.member_differences(wanted.members(), given, path, found);
                self.is_inside_text = outer;
            }
            (Value::Array(wanted), _) => {
                // Two recordings hold arrays parsed where the others have their texts. Within what was parsed, a text is
                // a text: an engine that gives one for an array is wrong.
                let parsed = actual
                    .as_str()
                    .filter(|text| text.starts_with('[') && !self.is_inside_text)
                    .and_then(|text| json::parse(text).ok());
                let outer = self.is_inside_text;
                self.is_inside_text |= parsed.is_some();
                let items = parsed
                    .as_ref()
                    .unwrap_or(actual)
                    .as_array()
                    .filter(|items| items.len() == wanted.items().len());
                let Some(items) = items else {
                    found.push(format!(
                        "{path}: expected {} items, got {}",
                        wanted.items().len(),
                        short(actual)
                    ));
                    self.is_inside_text = outer;
                    return;
                };
                for (index, (wanted, given)) in wanted.items().iter().zip(items).enumerate() {
                    self.differences(wanted, given, &format!("{path}[{index}]"), found);
                }
                self.is_inside_text = outer;
            }
            (Value::String(wanted), Value::String(given)) => {
                if !self.text_matches(wanted, given) {
                    found.push(format!("{path}: expected {}, got {}", short(expected), short(actual)));
                }
            }
            _ => {
                if !is_same_scalar(expected, actual) {
                    found.push(format!("{path}: expected {}, got {}", short(expected), short(actual)));
                }
            }
        }
    }

    /// No member may be missing, and none may be there that is not expected.
    fn member_differences(&mut self, wanted: &Map, given: &Map, path: &str, found: &mut Vec<String>) {
        for key in wanted.keys().filter(|key| !given.contains_key(key)) {
            found.push(format!("{path}.{key}: missing"));
        }
        for (key, value) in given.iter().filter(|(key, _)| !wanted.contains_key(key)) {
            found.push(format!("{path}.{key}: unexpected {}", short(value)));
        }
        for (key, wanted) in wanted.iter() {
            if let Some(given) = given.get(key) {
                self.differences(wanted, given, &format!("{path}.{key}"), found);
            }
        }
    }

    /// Whether there is any difference; placeholders are bound only where there is none.
    fn differs(&mut self, expected: &Value, actual: &Value) -> bool {
        let saved = self.bindings.clone();
        let mut found = Vec::new();
        self.differences(expected, actual, "", &mut found);
        if !found.is_empty() {
            self.bindings = saved;
        }
        !found.is_empty()
    }

    /// A placeholder matches any text that is not empty, and everywhere the same one.
    fn text_matches(&mut self, expected: &str, actual: &str) -> bool {
        let parts = self.parts(expected);
        let mut captured = BTreeMap::new();
        if !match_parts(&parts, actual, &mut captured) {
            return false;
        }
        self.bindings.extend(captured);
        true
    }

    fn parts(&self, expected: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = expected;
        while let Some(letter) = rest.chars().next() {
            match self.tokens.iter().find(|token| rest.starts_with(token.as_str())) {
                Some(token) => {
                    if !literal.is_empty() {
                        parts.push(Part::Literal(std::mem::take(&mut literal)));
                    }
                    parts.push(match self.bindings.get(token) {
                        Some(bound) => Part::Literal(bound.clone()),
                        None => Part::Token(token.clone()),
                    });
                    rest = &rest[token.len()..];
                }
                None => {
                    literal.push(letter);
                    rest = &rest[letter.len_utf8()..];
                }
            }
        }
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        parts
    }

    /// Compares histories: in order, in any order within ranges, or as trees along previousEventId.
    pub fn history_differences(&mut self, case: &Value, actual: &[Value], found: &mut Vec<String>) {
        let empty = Value::Null;
        let expect = case.get("expect").unwrap_or(&empty);
        if expect.get("events_incomplete").is_some() {
            return;
        }
        let expected = expect.get("events").and_then(Value::as_array).unwrap_or_default();
        if expected.len() != actual.len() {
            let types = |events: &[Value]| -> Vec<String> {
                events.iter().map(|event| text(event, "type")).collect()
            };
            let (wanted, given) = (types(expected), types(actual));
            let first = wanted.iter().zip(&given).take_while(|(a, b)| a == b).count();
            found.push(format!(
                "expected {} events, got {}; at {} expected {:?}, got {:?} {}",
                wanted.len(),
                given.len(),
                first + 1,
                wanted.get(first),
                given.get(first),
                actual.get(first).map(short).unwrap_or_default()
            ));
            return;
        }
        let events: Vec<Value> = expected.iter().zip(actual).map(|(e, a)| dated(e, a)).collect();
        let actual: Vec<Value> = actual.iter().map(compared).collect();
        let unordered = expect.get("unordered").and_then(Value::as_array).unwrap_or_default();
        let is_concurrent = case.get("concurrent").and_then(Value::as_bool) == Some(true);
        if is_concurrent && unordered.is_empty() {
            let (wanted, given) = (Tree::of(&events), Tree::of(&actual));
            self.tree_differences(&wanted, 0, &given, 0, found);
            return;
        }
        let mut start = 0;
        let mut ranges: Vec<(usize, usize)> = unordered
            .iter()
            .filter_map(|range| {
                Some((
                    usize::try_from(range.at(0)?.as_i64()?).ok()?,
                    usize::try_from(range.at(1)?.as_i64()?).ok()?,
                ))
            })
            .collect();
        ranges.push((events.len(), events.len()));
        for (first, last) in ranges {
            for index in start..first {
                self.differences(&events[index], &actual[index], &format!("events[{index}]"), found);
            }
            if first < events.len() {
                self.multiset_differences(&events[first..=last], &actual[first..=last], found);
            }
            start = last + 1;
        }
    }

    /// Events that may come in any order: each expected one takes the first that fits and is still there. Ids and the
    /// links between events are not looked at.
    fn multiset_differences(&mut self, expected: &[Value], actual: &[Value], found: &mut Vec<String>) {
        let mut left: Vec<Value> = actual.iter().map(without_ids).collect();
        for event in expected {
            let wanted = without_ids(event);
            match (0..left.len()).find(|index| !self.differs(&wanted, &left[*index])) {
                Some(index) => {
                    left.remove(index);
                }
                None => found.push(format!("no event like {}", short(&wanted))),
            }
        }
    }

    /// Events of concurrent branches: what follows an event may come in any order, and each expected follower takes the
    /// first that fits together with all that follows it in turn.
    fn tree_differences(
        &mut self,
        wanted: &Tree,
        node: usize,
        given: &Tree,
        other: usize,
        found: &mut Vec<String>,
    ) {
        let children = &wanted.children[node];
        let others = &given.children[other];
        if children.len() != others.len() {
            found.push(format!("event {node}: expected {} followers, got {}", children.len(), others.len()));
            return;
        }
        let mut left = others.clone();
        for child in children {
            let hit = (0..left.len()).find(|index| {
                let saved = self.bindings.clone();
                let candidate = left[*index];
                if self.differs(&wanted.events[*child], &given.events[candidate]) {
                    return false;
                }
                let mut inner = Vec::new();
                self.tree_differences(wanted, *child, given, candidate, &mut inner);
                if !inner.is_empty() {
                    self.bindings = saved;
                }
                inner.is_empty()
            });
            match hit {
                Some(index) => {
                    left.remove(index);
                }
                None => found.push(format!("nothing like {}", short(&wanted.events[*child]))),
            }
        }
    }
}

enum Part {
    Literal(String),
    Token(String),
}

/// Lazy matching with backtracking, as a regular expression of `.+?` groups and back references does it.
fn match_parts(parts: &[Part], text: &str, captured: &mut BTreeMap<String, String>) -> bool {
    let Some((part, rest)) = parts.split_first() else { return text.is_empty() };
    match part {
        Part::Literal(literal) => {
            text.strip_prefix(literal.as_str()).is_some_and(|after| match_parts(rest, after, captured))
        }
        Part::Token(token) => {
            if let Some(bound) = captured.get(token).cloned() {
                return text
                    .strip_prefix(bound.as_str())
                    .is_some_and(|after| match_parts(rest, after, captured));
            }
            for (offset, letter) in text.char_indices() {
                let end = offset + letter.len_utf8();
                captured.insert(token.clone(), text[..end].to_owned());
                if match_parts(rest, &text[end..], captured) {
                    return true;
                }
            }
            captured.remove(token);
            false
        }
    }
}

/// Events as nodes; node 0 is the root, a node's children follow it by previousEventId.
struct Tree {
    events: Vec<Value>,
    children: Vec<Vec<usize>>,
}

impl Tree {
    fn of(events: &[Value]) -> Tree {
        let number = |event: &Value, name: &str| {
            event.get(name).and_then(Value::as_i64).and_then(|id| usize::try_from(id).ok()).unwrap_or(0)
        };
        let mut tree = Tree { events: vec![Value::Null], children: vec![Vec::new(); events.len() + 1] };
        for event in events {
            tree.events.push(without_ids(event));
            let parent = number(event, "previousEventId").min(events.len());
            let child = number(event, "id").min(events.len());
            tree.children[parent].push(child);
        }
        tree
    }
}

/// The expected event, with the link that AWS writes since November 2024 if the engine writes that one.
fn dated(expected: &Value, actual: &Value) -> Value {
    let result = compared(expected);
    match (expected.get("newPreviousEventId"), actual.get("previousEventId")) {
        (Some(newer), Some(given)) if newer == given => {
            let mut members = result.as_object().cloned().unwrap_or_default();
            members.insert("previousEventId", newer.clone());
            Value::object(members)
        }
        _ => result,
    }
}

/// An event without its time, which no two runs share, and without what the recordings note about themselves.
fn compared(event: &Value) -> Value {
    without(event, &["timestamp", "inferred", "newPreviousEventId"])
}

/// An event without its place: where order does not matter, neither do ids.
fn without_ids(event: &Value) -> Value {
    without(event, &["id", "previousEventId"])
}

fn without(value: &Value, names: &[&str]) -> Value {
    let Some(members) = value.as_object() else { return value.clone() };
    let kept = members.iter().filter(|(name, _)| !names.contains(&&***name));
    Value::object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

/// `{"$ignore": REASON}`: what AWS wrote there cannot be known or does not matter.
fn is_ignored(value: &Value) -> bool {
    value.as_object().is_some_and(|members| members.len() == 1 && members.contains_key("$ignore"))
}

/// 1, 1.0 and true are three values; 1.0 and 1.00 are one.
fn is_same_scalar(expected: &Value, actual: &Value) -> bool {
    match (expected, actual) {
        (Value::Number(a), Value::Number(b)) => {
            a.is_spelled_as_integer() == b.is_spelled_as_integer() && a == b
        }
        _ => expected == actual,
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub fn short(value: &Value) -> String {
    let text = value.to_text();
    match text.char_indices().nth(400) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::Matcher;

    fn differences(placeholders: &[&str], expected: &str, actual: &str) -> usize {
        let tokens: Vec<String> = placeholders.iter().map(|token| (*token).to_owned()).collect();
        let mut found = Vec::new();
        let parse = |text: &str| json::parse(text).unwrap();
        Matcher::new(&tokens).differences(&parse(expected), &parse(actual), "$", &mut found);
        found.len()
    }

    #[test]
    fn placeholders_bind_once() {
        let tokens = ["<a:1>", "<b:1>"];
        assert_eq!(differences(&tokens, r#"["x<a:1>y<b:1>", "<a:1>"]"#, r#"["x12y3", "12"]"#), 0);
        assert_eq!(differences(&tokens, r#"["x<a:1>y<b:1>", "<a:1>"]"#, r#"["x12y3", "1"]"#), 1);
        assert_eq!(differences(&tokens, r#"["x<a:1>"]"#, r#"["x"]"#), 1);
        assert_eq!(differences(&[], r#"["<a:1>"]"#, r#"["<a:1>"]"#), 0);
    }

    #[test]
    fn scalars_and_members_are_told_apart() {
        assert_eq!(differences(&[], "[1, 1.0, true]", "[1, 1.0, true]"), 0);
        assert_eq!(differences(&[], "[1, 1.0, true]", "[1.0, 1, 1]"), 3);
        assert_eq!(differences(&[], r#"{"a": {"$ignore": "x"}, "b": 1}"#, r#"{"a": [], "c": 1}"#), 2);
        assert_eq!(differences(&[], r#"{"a": {"b": 1}}"#, r#"{"a": "{\"b\": 1}"}"#), 0);
        assert_eq!(differences(&[], r#"{"a": "{}"}"#, r#"{"a": {}}"#), 1);
    }

    #[test]
    fn texts_of_arrays_are_parsed_once() {
        assert_eq!(differences(&[], r#"{"a": [1]}"#, r#"{"a": "[1]"}"#), 0);
        assert_eq!(differences(&[], r#"{"a": {"b": [1]}}"#, r#"{"a": "{\"b\": [1]}"}"#), 0);
        assert_eq!(differences(&[], r#"{"a": {"b": [1]}}"#, r#"{"a": "{\"b\": \"[1]\"}"}"#), 1);
        assert_eq!(differences(&[], r#"{"a": [[1]]}"#, r#"{"a": "[\"[1]\"]"}"#), 1);
    }
}
