//! What differs between two values.

use json::{Map, Value, quote};

/// The differences between two values, in the order of the second one; bounded.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Diff {
    pub changes: Vec<Change>,
    /// There are more differences than were asked for.
    pub is_truncated: bool,
}

/// One difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Where, as a JSON pointer (RFC 6901): of the old value for what was removed, else of the new one.
    pub pointer: String,
    pub kind: ChangeKind,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ChangeKind {
    Added(Value),
    Removed(Value),
    Changed { from: Value, to: Value },
}

impl ChangeKind {
    pub fn name(&self) -> &'static str {
        match self {
            ChangeKind::Added(_) => "added",
            ChangeKind::Removed(_) => "removed",
            ChangeKind::Changed { .. } => "changed",
        }
    }
}

/// Compares two values; at most `limit` differences are told.
///
/// Objects are compared by name. Of arrays, what both begin and end with is left out, so that an item
/// that was put in is one addition; the rest is compared by position.
pub fn diff(from: &Value, to: &Value, limit: usize) -> Diff {
    let mut found = Diff::default();
    let mut waiting: Vec<Work<'_>> = vec![Work::Both(String::new(), from, to)];
    while let Some(work) = waiting.pop() {
        let change = match work {
            Work::Told(change) => change,
            Work::Both(_, from, to) if from.is_same(to) => continue,
            Work::Both(pointer, from, to) => match (from, to) {
                (Value::Object(from), Value::Object(to)) => {
                    compare_objects(&pointer, from.members(), to.members(), &mut waiting);
                    continue;
                }
                (Value::Array(from), Value::Array(to)) => {
                    compare_arrays(&pointer, from.items(), to.items(), &mut waiting);
                    continue;
                }
                _ => Change { pointer, kind: ChangeKind::Changed { from: from.clone(), to: to.clone() } },
            },
        };
        if found.changes.len() == limit {
            found.is_truncated = true;
            break;
        }
        found.changes.push(change);
    }
    found
}

/// Whether there is any difference.
pub fn differs(from: &Value, to: &Value) -> bool {
    !from.is_same(to) && from != to
}

enum Work<'v> {
    Both(String, &'v Value, &'v Value),
    Told(Change),
}

fn compare_objects<'v>(pointer: &str, from: &'v Map, to: &'v Map, waiting: &mut Vec<Work<'v>>) {
    let first = waiting.len();
    for (name, old) in from.iter() {
        if !to.contains_key(name) {
            let kind = ChangeKind::Removed(old.clone());
            waiting.push(Work::Told(Change { pointer: member(pointer, name), kind }));
        }
    }
    for (name, new) in to.iter() {
        waiting.push(match from.get(name) {
            Some(old) if old.is_same(new) => continue,
            Some(old) => Work::Both(member(pointer, name), old, new),
            None => {
                Work::Told(Change { pointer: member(pointer, name), kind: ChangeKind::Added(new.clone()) })
            }
        });
    }
    if let Some(added) = waiting.get_mut(first..) {
        added.reverse();
    }
}

fn compare_arrays<'v>(pointer: &str, from: &'v [Value], to: &'v [Value], waiting: &mut Vec<Work<'v>>) {
    let equal = |pair: &(&Value, &Value)| pair.0.is_same(pair.1) || pair.0 == pair.1;
    let same_length = from.len() == to.len();
    let (start, end) = if same_length {
        (0, 0)
    } else {
        let start = from.iter().zip(to).take_while(equal).count();
        let rest = from.len().min(to.len()) - start;
        let end = from.iter().rev().zip(to.iter().rev()).take(rest).take_while(equal).count();
        (start, end)
    };
    let old = from.get(start..from.len() - end).unwrap_or_default();
    let new = to.get(start..to.len() - end).unwrap_or_default();
    let first = waiting.len();
    for position in 0..old.len().max(new.len()) {
        let pointer = format!("{pointer}/{}", start + position);
        match (old.get(position), new.get(position)) {
            (Some(old), Some(new)) if old.is_same(new) => {}
            (Some(old), Some(new)) => waiting.push(Work::Both(pointer, old, new)),
            (Some(old), None) => {
                waiting.push(Work::Told(Change { pointer, kind: ChangeKind::Removed(old.clone()) }));
            }
            (None, Some(new)) => {
                waiting.push(Work::Told(Change { pointer, kind: ChangeKind::Added(new.clone()) }));
            }
            (None, None) => {}
        }
    }
    if let Some(added) = waiting.get_mut(first..) {
        added.reverse();
    }
}

/// The pointer of a member.
pub fn member(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", json::pointer::step(name))
}

/// The steps of a pointer, unescaped.
pub fn steps_of(pointer: &str) -> impl Iterator<Item = String> {
    pointer.split('/').skip(1).map(json::pointer::name)
}

/// The value at a pointer.
pub fn value_at<'v>(value: &'v Value, pointer: &str) -> Option<&'v Value> {
    steps_of(pointer).try_fold(value, |value, step| match value {
        Value::Array(_) => value.at(step.parse().ok()?),
        _ => value.get(&step),
    })
}

/// A pointer as a JSONPath: `$.a['b c'][0]`.
pub fn path_of(pointer: &str, value: &Value) -> String {
    let mut path = "$".to_owned();
    let mut current = Some(value);
    for step in steps_of(pointer) {
        let in_array = current.is_some_and(|value| value.as_array().is_some());
        let is_plain = step.chars().next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
            && step.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
        if in_array {
            path.push_str(&format!("[{step}]"));
        } else if is_plain {
            path.push('.');
            path.push_str(&step);
        } else if step.contains('\'') {
            path.push('[');
            quote(&step, &mut path);
            path.push(']');
        } else {
            path.push_str(&format!("['{step}']"));
        }
        current = current.and_then(|value| match value {
            Value::Array(_) => value.at(step.parse().ok()?),
            _ => value.get(&step),
        });
    }
    path
}

#[cfg(test)]
mod tests {
    use super::{diff, path_of, value_at};
    use json::parse;

    fn told(from: &str, to: &str) -> Vec<String> {
        let found = diff(&parse(from).unwrap(), &parse(to).unwrap(), 10);
        found.changes.iter().map(|change| format!("{} {}", change.kind.name(), change.pointer)).collect()
    }

    #[test]
    fn differences_are_told_in_order() {
        assert_eq!(told(r#"{"a":1,"b":[1,2]}"#, r#"{"b":[1,2],"a":1.0}"#), Vec::<String>::new());
        assert_eq!(
            told(r#"{"a":1,"b":2}"#, r#"{"b":3,"c/d":1}"#),
            ["removed /a", "changed /b", "added /c~1d"]
        );
        assert_eq!(told("[1,2,3]", "[1,9,2,3]"), ["added /1"]);
        assert_eq!(told("[1,2,3]", "[1,3]"), ["removed /1"]);
        assert_eq!(told("[1,2,3]", "[1,5,3]"), ["changed /1"]);
        assert_eq!(told("1", "{}"), ["changed "]);
    }

    #[test]
    fn there_is_a_limit() {
        let found = diff(&parse("[1,2,3]").unwrap(), &parse("[4,5,6]").unwrap(), 2);
        assert_eq!(found.changes.len(), 2);
        assert!(found.is_truncated);
    }

    #[test]
    fn pointers_become_paths() {
        let value = parse(r#"{"a":{"b c":[{"d":1}],"0":2}}"#).unwrap();
        assert_eq!(path_of("/a/b c/0/d", &value), "$.a['b c'][0].d");
        assert_eq!(path_of("/a/0", &value), "$.a['0']");
        assert_eq!(value_at(&value, "/a/b c/0/d").unwrap().to_text(), "1");
        assert_eq!(value_at(&value, "/a/x"), None);
    }
}
