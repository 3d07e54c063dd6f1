//! A value as the rows of a tree, some of them closed, and what is found in it.

use std::collections::HashSet;
use std::sync::Arc;

use json::{Str, Value};

/// Rows until which containers are open from the beginning.
const OPEN_ROWS: usize = 200;
/// Larger containers are closed from the beginning, the outermost excepted.
const OPEN_ITEMS: usize = 40;
/// Values that a search looks at.
const MOST_SEARCHED: usize = 400_000;

/// A row of the tree.
#[derive(Clone)]
pub struct Row {
    pub depth: u16,
    /// The row of what holds this value.
    pub parent: Option<u32>,
    pub name: Name,
    pub value: Value,
    /// None for what holds nothing.
    pub is_open: Option<bool>,
}

/// What a value is called in what holds it.
#[derive(Clone)]
pub enum Name {
    Root,
    Member(Str),
    Item(u32),
}

/// A value laid out in rows; cheap to clone, and compared by identity.
#[derive(Clone)]
pub struct Rows(Arc<Vec<Row>>);

impl PartialEq for Rows {
    fn eq(&self, other: &Rows) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Rows {
    /// Lays a value out. What is in `toggled` is open where it would be closed, and the other way round.
    pub fn of(value: &Value, toggled: &HashSet<String>) -> Rows {
        let mut rows: Vec<Row> = Vec::new();
        let mut waiting: Vec<(u16, Option<u32>, Name, &Value)> = vec![(0, None, Name::Root, value)];
        while let Some((depth, parent, name, value)) = waiting.pop() {
            let count = size_of(value);
            let at = rows.len();
            let own = u32::try_from(at).unwrap_or(u32::MAX);
            rows.push(Row { depth, parent, name, value: value.clone(), is_open: None });
            let is_open = count.map(|count| {
                let by_itself =
                    count > 0 && (depth == 0 || (count <= OPEN_ITEMS && at < OPEN_ROWS && depth < 8));
                // A pointer costs more than the row, and is seldom asked for.
                by_itself != (!toggled.is_empty() && toggled.contains(&pointer_of(&rows, at)))
            });
            if let Some(row) = rows.last_mut() {
                row.is_open = is_open;
            }
            if is_open == Some(true) {
                let depth = depth.saturating_add(1);
                match value {
                    Value::Array(items) => {
                        waiting.extend(items.items().iter().enumerate().rev().map(|(index, item)| {
                            let index = u32::try_from(index).unwrap_or(u32::MAX);
                            (depth, Some(own), Name::Item(index), item)
                        }));
                    }
                    Value::Object(members) => {
                        waiting.extend(
                            members
                                .members()
                                .iter()
                                .rev()
                                .map(|(name, value)| (depth, Some(own), Name::Member(name.clone()), value)),
                        );
                    }
                    _ => {}
                }
            }
        }
        Rows(Arc::new(rows))
    }

    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn get(&self, row: usize) -> Option<&Row> {
        self.0.get(row)
    }

    /// The JSON pointer of a row, empty for one that is not there.
    pub fn pointer(&self, row: usize) -> String {
        pointer_of(&self.0, row)
    }

    /// The row of a JSON pointer, if it is not inside of what is closed.
    pub fn find(&self, pointer: &str) -> Option<usize> {
        (0..self.0.len()).find(|row| self.pointer(*row) == pointer)
    }
}

fn pointer_of(rows: &[Row], row: usize) -> String {
    let mut steps = Vec::new();
    let mut at = rows.get(row);
    while let Some(row) = at {
        match &row.name {
            Name::Root => {}
            Name::Member(name) => steps.push(json::pointer::step(name)),
            Name::Item(index) => steps.push(index.to_string()),
        }
        at = row.parent.and_then(|parent| rows.get(parent as usize));
    }
    steps.iter().rev().fold(String::new(), |pointer, step| format!("{pointer}/{step}"))
}

fn size_of(value: &Value) -> Option<usize> {
    match value {
        Value::Array(items) => Some(items.items().len()),
        Value::Object(members) => Some(members.members().len()),
        _ => None,
    }
}

/// The places whose name or scalar has a text, in order, in any case; bounded.
pub fn search(value: &Value, query: &str) -> Vec<String> {
    const MOST_FOUND: usize = 1_000;
    let query = query.trim().to_lowercase();
    let mut found = Vec::new();
    if query.is_empty() {
        return found;
    }
    let mut waiting = vec![(String::new(), None::<Str>, value)];
    let mut looked_at = 0;
    while let Some((pointer, name, value)) = waiting.pop() {
        looked_at += 1;
        if looked_at > MOST_SEARCHED || found.len() >= MOST_FOUND {
            break;
        }
        let in_name = name.is_some_and(|name| name.to_lowercase().contains(&query));
        let in_value = match value {
            Value::Array(_) | Value::Object(_) => false,
            Value::String(text) => text.to_lowercase().contains(&query),
            scalar => scalar.to_text().contains(&query),
        };
        match value {
            Value::Array(items) => {
                let items = items.items().iter().enumerate().rev();
                waiting.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), None, item)));
            }
            Value::Object(members) => {
                let members = members.members().iter().rev();
                waiting.extend(members.map(|(name, value)| {
                    let step = json::pointer::step(name);
                    (format!("{pointer}/{step}"), Some(name.clone()), value)
                }));
            }
            _ => {}
        }
        if in_name || in_value {
            found.push(pointer);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Rows, search};

    #[test]
    fn rows_have_pointers_and_close() {
        let value = json::parse(r#"{"a":{"b/c":[1,{"d":2}]},"e":null}"#).unwrap_or_default();
        let rows = Rows::of(&value, &HashSet::new());
        let told: Vec<String> = (0..rows.count()).map(|row| rows.pointer(row)).collect();
        assert_eq!(told, ["", "/a", "/a/b~1c", "/a/b~1c/0", "/a/b~1c/1", "/a/b~1c/1/d", "/e"]);
        let closed = Rows::of(&value, &HashSet::from(["/a/b~1c".to_owned()]));
        assert_eq!(closed.count(), 4);
        assert_eq!(closed.find("/e"), Some(3));
    }

    #[test]
    fn names_and_values_are_found() {
        let value = json::parse(r#"{"Total":1,"list":["a total of 3",{"x":31}]}"#).unwrap_or_default();
        assert_eq!(search(&value, "total"), ["/Total", "/list/0"]);
        assert_eq!(search(&value, "3"), ["/list/0", "/list/1/x"]);
    }
}
