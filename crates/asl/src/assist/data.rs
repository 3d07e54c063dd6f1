//! Completion within data: JSON of which examples are known.

use json::{Map, NodeKind, Value};

use super::cursor::{Cursor, Spot, Step};
use super::{Item, ItemKind, Items};

/// Completions in one list.
const MOST: usize = 100;
/// Items of an array that are looked at for what members items have.
const MOST_ITEMS: usize = 50;

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

#[cfg(test)]
mod tests {
    use super::complete_data;

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
}
