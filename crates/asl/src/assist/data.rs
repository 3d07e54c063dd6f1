//! Completion within data: JSON of which examples are known, and of which it is known what a state reads of it.

use json::{Map, NodeId, NodeKind, Value};

use super::cursor::{Cursor, Spot, Step};
use super::{Item, ItemKind, Items};
use crate::{QueryLanguage, State};

/// Completions in one list.
const MOST: usize = 100;
/// Items of an array that are looked at for what members items have.
const MOST_ITEMS: usize = 50;
/// More is not read of a state.
const MOST_NODES: usize = 5_000;
const MOST_STEPS: usize = 24;

/// What can stand at an offset of a JSON text that is like the examples: names of members and values that these have
/// at the same place, those of the first example first.
pub fn complete_data(text: &str, offset: usize, examples: &[Value]) -> Items {
    let cursor = Cursor::at(text, offset);
    let places: Vec<&Value> = examples.iter().flat_map(|example| places_in(example, &cursor.path)).collect();
    let mut items: Vec<Item> = Vec::new();
    match cursor.spot {
        Spot::Name => {
            let taken = names_around(text, &cursor);
            let after = text.get(cursor.span.end..).unwrap_or_default();
            let after = after.strip_prefix('"').unwrap_or(after).trim_start();
            let has_value = after.starts_with(':') || (cursor.quoted && cursor.closed);
            for (name, value) in places.iter().filter_map(|place| place.as_object()).flat_map(Map::iter) {
                if taken.iter().any(|taken| **taken == **name) {
                    continue;
                }
                let quoted = crate::edit::quoted(name);
                let inner = if cursor.quoted { quoted.strip_prefix('"').unwrap_or(&quoted) } else { &quoted };
                let text = match has_value {
                    false => format!("{inner}: {}", skeleton(value)),
                    true if cursor.quoted => inner.strip_suffix('"').unwrap_or(inner).to_owned(),
                    true => inner.to_owned(),
                };
                add(
                    &mut items,
                    Item {
                        kind: ItemKind::Member,
                        label: name.to_string(),
                        text,
                        detail: kind_of(value).to_owned(),
                        documentation: String::new(),
                    },
                );
            }
        }
        // Behind the data there is nothing more.
        Spot::Value if cursor.path.is_empty() && cursor.span.is_empty() && !text.trim().is_empty() => {}
        Spot::Value => {
            for value in places {
                let text = match value {
                    Value::String(text) => {
                        let quoted = crate::edit::quoted(text);
                        let closed = if cursor.closed { quoted.strip_suffix('"') } else { None };
                        let whole = closed.unwrap_or(&quoted);
                        if cursor.quoted { whole.get(1..).unwrap_or_default().to_owned() } else { quoted }
                    }
                    _ if cursor.quoted => continue,
                    value => value.to_text(),
                };
                let label = value.as_str().map_or_else(|| value.to_text(), str::to_owned);
                let label = shortened(&label);
                add(
                    &mut items,
                    Item {
                        kind: ItemKind::Word,
                        label,
                        text,
                        detail: "seen here".to_owned(),
                        documentation: String::new(),
                    },
                );
            }
        }
        Spot::Neither => {}
    }
    Items { replaces: cursor.span, items }
}

fn add(items: &mut Vec<Item>, item: Item) {
    if items.len() < MOST && !items.iter().any(|known| known.label == item.label) {
        items.push(item);
    }
}

/// The values of an example at a path; all items of an array are alike.
fn places_in<'v>(example: &'v Value, path: &[Step]) -> Vec<&'v Value> {
    let mut places = vec![example];
    for step in path {
        places = places
            .into_iter()
            .flat_map(|place| match step {
                Step::Member(name) => place.get(name).into_iter().collect::<Vec<_>>(),
                Step::Item(_) => {
                    place.as_array().unwrap_or_default().iter().take(MOST_ITEMS).collect::<Vec<_>>()
                }
            })
            .take(MOST)
            .collect();
    }
    places
}

/// The names of the other members of the object at the cursor.
fn names_around(text: &str, cursor: &Cursor) -> Vec<String> {
    let tree = json::Tree::parse(text);
    let mut node = tree.node_at(cursor.span.start);
    while let Some(now) = node {
        if tree.kind(now) == NodeKind::Object {
            let others = tree.members(now).filter(|member| {
                member.name_span.end <= cursor.span.start || member.name_span.start >= cursor.span.end
            });
            return others.map(|member| member.name.into_owned()).collect();
        }
        node = tree.parent(now);
    }
    Vec::new()
}

fn skeleton(value: &Value) -> String {
    match value {
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        Value::String(_) => "\"\"".to_owned(),
        value => value.to_text(),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Object(_) => "object",
        Value::Array(_) => "array",
        Value::String(_) => "string",
        Value::Number(_) => "number",
        Value::Bool(_) => "boolean",
        Value::Null => "null",
    }
}

fn shortened(label: &str) -> String {
    const MOST_LETTERS: usize = 60;
    match label.char_indices().nth(MOST_LETTERS) {
        Some((end, _)) => format!("{}…", label.get(..end).unwrap_or_default()),
        None => label.to_owned(),
    }
}

/// An object with the members that the fields of a state read of its input, as far as paths name them. What is read
/// as a whole is an empty string. States inside of it are left out.
pub fn input_read_by(state: State<'_>) -> Value {
    let tree = state.document().tree();
    let mark = match state.language() {
        QueryLanguage::JsonPath => "$.",
        QueryLanguage::Jsonata => "$states.input.",
    };
    let mut read = Map::new();
    let mut open: Vec<NodeId> = state.node().into_iter().collect();
    let mut seen = 0;
    while let Some(node) = open.pop() {
        seen += 1;
        if seen > MOST_NODES {
            break;
        }
        if let Some(text) = tree.as_str(node) {
            for (at, _) in text.match_indices(mark) {
                // `$$.` is the context object.
                let is_other = text.get(..at).is_some_and(|before| before.ends_with('$'));
                let steps = names_in(text.get(at + mark.len()..).unwrap_or_default());
                if !is_other && !steps.is_empty() {
                    note(&mut read, &steps);
                }
            }
        }
        let members = tree
            .members(node)
            .filter(|member| !matches!(&*member.name, "States" | "ResultPath" | "ResultSelector"));
        let inner: Vec<NodeId> = tree.items(node).chain(members.filter_map(|member| member.value)).collect();
        // The last is the first that is taken.
        open.extend(inner.into_iter().rev());
    }
    Value::object(read)
}

/// The names that a path begins with: of `a.b[0].c + 1` these are `a` and `b`.
fn names_in(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        let end = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
        let Some(name) = rest.get(..end).filter(|name| !name.is_empty()) else { return names };
        names.push(name);
        match rest.get(end..).and_then(|rest| rest.strip_prefix('.')) {
            Some(after) if names.len() < MOST_STEPS => rest = after,
            _ => return names,
        }
    }
}

fn note(read: &mut Map, steps: &[&str]) {
    let Some((name, inner)) = steps.split_first() else { return };
    let known = read.get(name).and_then(Value::as_object).cloned();
    if inner.is_empty() {
        if known.is_none() {
            read.insert(*name, Value::from(""));
        }
        return;
    }
    let mut members = known.unwrap_or_default();
    note(&mut members, inner);
    read.insert(*name, Value::object(members));
}

#[cfg(test)]
mod tests {
    use json::Value;

    use super::{complete_data, input_read_by};
    use crate::Document;

    fn check(text: &str, expected: &[(&str, &str)]) {
        let examples = [
            json::parse(r#"{"id": "o-1", "lines": [{"sku": "A", "count": 2}], "total": 5}"#).unwrap(),
            json::parse(r#"{"customer": {"name": "Ada"}, "id": "o-2"}"#).unwrap(),
        ];
        let offset = text.find('|').unwrap();
        let text = text.replace('|', "");
        let found = complete_data(&text, offset, &examples);
        let found: Vec<(String, String)> = found
            .items
            .iter()
            .map(|item| {
                let mut text = text.clone();
                text.replace_range(found.replaces.range(), &item.text);
                (item.label.clone(), text)
            })
            .collect();
        let expected: Vec<(String, String)> =
            expected.iter().map(|(label, text)| ((*label).to_owned(), (*text).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn members_and_values_of_the_examples_are_offered() {
        check(
            r#"{"id": "x", |}"#,
            &[
                ("lines", r#"{"id": "x", "lines": []}"#),
                ("total", r#"{"id": "x", "total": 5}"#),
                ("customer", r#"{"id": "x", "customer": {}}"#),
            ],
        );
        check(
            r#"{"lines": [{"s|"}, {}]}"#,
            &[("sku", r#"{"lines": [{"sku"}, {}]}"#), ("count", r#"{"lines": [{"count"}, {}]}"#)],
        );
        check(
            r#"{"lines": [{"sku": "A"}, {"|": 1}]}"#,
            &[
                ("sku", r#"{"lines": [{"sku": "A"}, {"sku": 1}]}"#),
                ("count", r#"{"lines": [{"sku": "A"}, {"count": 1}]}"#),
            ],
        );
        check(r#"{"id": |}"#, &[("o-1", r#"{"id": "o-1"}"#), ("o-2", r#"{"id": "o-2"}"#)]);
        check(r#"{"id": "o|"}"#, &[("o-1", r#"{"id": "o-1"}"#), ("o-2", r#"{"id": "o-2"}"#)]);
        check(r#"{"total": |"#, &[("5", r#"{"total": 5"#)]);
        check(r#"{"other": |}"#, &[]);
        check(r#"{"id": "o-1"}|"#, &[]);
        check(
            "|",
            &[
                (
                    r#"{"id":"o-1","lines":[{"sku":"A","count":2}],"total":5}"#,
                    r#"{"id":"o-1","lines":[{"sku":"A","count":2}],"total":5}"#,
                ),
                (r#"{"customer":{"name":"Ada"},"id":"o-2"}"#, r#"{"customer":{"name":"Ada"},"id":"o-2"}"#),
            ],
        );
    }

    #[test]
    fn what_a_state_reads_is_known() {
        let read = |fields: &str| -> Value {
            let text = format!(
                r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", {fields}, "End": true}}}}}}"#
            );
            let document = Document::parse(&text);
            input_read_by(document.state_named("A").unwrap())
        };
        assert_eq!(
            read(r#""Parameters": {"a.$": "$.order.total", "b.$": "States.Format('{}', $.order.id, $$.State.Name)", "c.$": "$.order"}"#).to_text(),
            r#"{"order":{"total":"","id":""}}"#
        );
        assert_eq!(
            read(r#""QueryLanguage": "JSONata", "Output": "{% $states.input.items[price > 1].name & $states.input.to.`x y` %}""#)
                .to_text(),
            r#"{"items":"","to":""}"#
        );
    }
}
