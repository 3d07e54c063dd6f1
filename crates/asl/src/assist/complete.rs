use std::borrow::Cow;

use json::{Span, Str, Value};
use jsonata::{CompileOptions, CompletionKind, CompletionRequest};

use super::cursor::{Cursor, Spot, Step};
use super::{Item, ItemKind, Items, Samples};
use crate::fields::{ERROR_NAMES, Field, Kind, MACHINE, ObjectType, UNKNOWN_STATE};
use crate::{Document, QueryLanguage, State, StateType};

/// What can stand at an offset of a definition's text.
pub fn complete(document: &Document, offset: usize, samples: &Samples<'_>) -> Items {
    let text = document.text();
    let cursor = Cursor::at(text, offset);
    let place = Place::of(document, &cursor);
    let word = text.get(cursor.span.range()).unwrap_or_default();
    let mut items = match cursor.spot {
        Spot::Name => place.names(document, &cursor),
        Spot::Value => {
            let typed = word.get(..offset.saturating_sub(cursor.span.start)).unwrap_or(word);
            if let Some(items) = expression(&place, document, &cursor, offset, samples) {
                return items;
            }
            if let Some(items) = path(&place, document, &cursor, typed, samples) {
                return items;
            }
            place.values(document, typed, samples)
        }
        Spot::Neither => Vec::new(),
    };
    if !cursor.quoted && cursor.spot == Spot::Value {
        for item in &mut items {
            if !matches!(&*item.text, "true" | "false" | "null") {
                item.text = crate::edit::quoted(&item.text);
            }
        }
    } else {
        for item in
            items.iter_mut().filter(|item| cursor.spot == Spot::Value && item.text.contains(['"', '\\']))
        {
            let quoted = crate::edit::quoted(&item.text);
            item.text = quoted.get(1..quoted.len() - 1).unwrap_or_default().to_owned();
        }
    }
    Items { replaces: cursor.span, items }
}

/// What the table of the language says about a place.
pub(super) struct Place<'d> {
    /// The innermost state around.
    pub state: Option<State<'d>>,
    pub language: QueryLanguage,
    slot: Slot,
    /// The field that the value belongs to, and the name of the innermost member.
    pub field: Option<&'static Field>,
    pub member: String,
}

#[derive(Clone, Copy)]
enum Slot {
    Object(&'static ObjectType),
    Objects(&'static ObjectType),
    States,
    Value(Kind),
    /// The items of a list of words.
    Texts,
    /// In JSON that is evaluated.
    Template,
    Unknown,
}

impl<'d> Place<'d> {
    pub fn of(document: &'d Document, cursor: &Cursor) -> Place<'d> {
        let language = document.machine().map_or(QueryLanguage::JsonPath, |machine| machine.language());
        let mut place =
            Place { state: None, language, slot: Slot::Object(&MACHINE), field: None, member: String::new() };
        let mut pointer = String::new();
        for step in &cursor.path {
            match step {
                Step::Member(name) => {
                    pointer.push('/');
                    pointer.push_str(&json::pointer::step(name));
                    place.member.clone_from(name);
                }
                Step::Item(position) => pointer.push_str(&format!("/{position}")),
            }
            place.slot = match (place.slot, step) {
                (Slot::Object(object), Step::Member(name)) => {
                    place.field = object.field(name);
                    place.field.map_or(Slot::Unknown, |field| slot_of(field.kind))
                }
                (Slot::Objects(object), Step::Item(_)) => Slot::Object(object),
                (Slot::States, Step::Member(_)) => {
                    place.state = document.state_at_pointer(&pointer);
                    if let Some(state) = place.state {
                        place.language = state.language();
                    }
                    let state_type = place.state.and_then(|state| state.state_type());
                    Slot::Object(state_type.map_or(&UNKNOWN_STATE, StateType::object_type))
                }
                (Slot::Value(Kind::Texts { .. }), Step::Item(_)) => Slot::Texts,
                (Slot::Template, _) => Slot::Template,
                _ => Slot::Unknown,
            };
        }
        place
    }

    /// The field of this name that the object at the place has.
    pub fn field_named(&self, name: &str) -> Option<&'static Field> {
        match self.slot {
            Slot::Object(object) => object.field(name),
            _ => None,
        }
    }

    fn names(&self, document: &Document, cursor: &Cursor) -> Vec<Item> {
        let Slot::Object(object) = self.slot else { return Vec::new() };
        let tree = document.tree();
        let word = document.text().get(cursor.span.range()).unwrap_or_default();
        let around = tree.node_at(cursor.span.start).and_then(|node| {
            let mut node = Some(node);
            while let Some(now) = node {
                if tree.kind(now) == json::NodeKind::Object {
                    return Some(now);
                }
                node = tree.parent(now);
            }
            None
        });
        let has = |name: &str| {
            name != word
                && around.is_some_and(|object| tree.members(object).any(|member| member.name == name))
        };
        // What follows a name that is there already stays.
        let after = document.text().get(cursor.span.end..).unwrap_or_default();
        let after = after.strip_prefix('"').unwrap_or(after).trim_start();
        let has_colon = after.starts_with(':');
        let fields = object.fields_in(self.language).filter(|field| !has(field.name));
        let mut fields: Vec<&Field> = fields.collect();
        fields.sort_by_key(|field| !field.required);
        fields
            .into_iter()
            .map(|field| {
                let text = match (has_colon, cursor.quoted, cursor.closed) {
                    (true, true, _) => field.name.to_owned(),
                    (true, false, _) => format!("\"{}\"", field.name),
                    (false, true, true) => field.name.to_owned(),
                    (false, true, false) => format!("{}\": {}", field.name, skeleton(field.kind)),
                    (false, false, _) => format!("\"{}\": {}", field.name, skeleton(field.kind)),
                };
                Item {
                    kind: ItemKind::Field,
                    label: field.name.to_owned(),
                    text,
                    detail: if field.required { "required".to_owned() } else { String::new() },
                    documentation: field.doc.to_owned(),
                }
            })
            .collect()
    }

    fn values(&self, document: &Document, typed: &str, samples: &Samples<'_>) -> Vec<Item> {
        let word = |text: &str| item(ItemKind::Word, text, "", "");
        match self.slot {
            Slot::Value(Kind::OneOf(words)) if self.member == "Type" && words.contains(&"Task") => words
                .iter()
                .filter_map(|name| StateType::from_name(name))
                .map(|state_type| item(ItemKind::Word, state_type.name(), "", ""))
                .collect(),
            Slot::Value(Kind::OneOf(words)) => words.iter().map(|text| word(text)).collect(),
            Slot::Value(Kind::Boolean) => ["true", "false"].into_iter().map(word).collect(),
            Slot::Value(Kind::Target) => targets(document, self.state, &self.member),
            Slot::Value(Kind::Resource | Kind::ResourceOf(_)) => {
                let found = samples.resources.map(|resources| resources(typed)).unwrap_or_default();
                found.into_iter().map(|(arn, about)| item(ItemKind::Resource, &arn, &about, "")).collect()
            }
            Slot::Texts if self.member == "ErrorEquals" => {
                ERROR_NAMES.iter().map(|(name, about)| item(ItemKind::Error, name, "", about)).collect()
            }
            _ => Vec::new(),
        }
    }

    fn is_template(&self) -> bool {
        matches!(self.slot, Slot::Template | Slot::Value(Kind::Template | Kind::Assignments))
    }
}

fn slot_of(kind: Kind) -> Slot {
    match kind {
        Kind::Object(object) => Slot::Object(object),
        Kind::Objects { of, .. } => Slot::Objects(of),
        Kind::States => Slot::States,
        Kind::Template | Kind::Assignments => Slot::Template,
        kind => Slot::Value(kind),
    }
}

fn item(kind: ItemKind, text: &str, detail: &str, documentation: &str) -> Item {
    Item {
        kind,
        label: text.to_owned(),
        text: text.to_owned(),
        detail: detail.to_owned(),
        documentation: documentation.to_owned(),
    }
}

/// What stands after a name that was just completed.
fn skeleton(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "true",
        Kind::Integer { .. } | Kind::Decimal { .. } => "1",
        Kind::Template | Kind::Assignments | Kind::Json | Kind::Object(_) | Kind::States => "{}",
        Kind::Texts { .. } | Kind::Objects { .. } => "[]",
        _ => "\"\"",
    }
}

/// The states that a transition from the place can lead to.
fn targets(document: &Document, state: Option<State<'_>>, member: &str) -> Vec<Item> {
    let scope = match state {
        Some(state) if member != "StartAt" => Some(state.scope()),
        Some(state) => state.scopes().next(),
        None => document.machine(),
    };
    let states = scope.into_iter().flat_map(|scope| scope.states());
    states
        .map(|target| {
            let type_name = target.state_type().map_or("", StateType::name);
            item(ItemKind::State, target.name(), type_name, "")
        })
        .collect()
}

/// Inside of `{% … %}`.
fn expression(
    place: &Place<'_>,
    document: &Document,
    cursor: &Cursor,
    offset: usize,
    samples: &Samples<'_>,
) -> Option<Items> {
    let text = document.text().get(cursor.span.range()).filter(|_| cursor.quoted)?;
    let typed = text.get(..offset.checked_sub(cursor.span.start)?)?;
    // Without the escapes of JSON: an expression of several lines has its line ends in them.
    let (plain, typed) = (json::tree::unquote(text), json::tree::unquote(typed));
    let rest = plain.strip_prefix("{%")?;
    let body = rest.strip_suffix("%}").unwrap_or(rest);
    let local = typed.len().checked_sub(2).filter(|local| *local <= body.len())?;
    if place.language != QueryLanguage::Jsonata {
        return None;
    }
    let states = states_sample(place, samples);
    let assigned = assigned_before(document);
    let mut variables: Vec<(&str, Option<&Value>)> = vec![("states", Some(&states))];
    for name in &assigned {
        let sample = samples.variables.iter().find(|(known, _)| known == name).map(|(_, value)| value);
        variables.push((name, sample));
    }
    let request = CompletionRequest {
        text: body,
        offset: local,
        options: CompileOptions::STEP_FUNCTIONS,
        variables: &variables,
        input: None,
    };
    let completions = jsonata::complete(&request);
    let replaces = completions.first().map_or(Span::empty_at(offset), |completion| {
        let escaped = |part: Option<&str>| part.map_or(0, |part| crate::edit::quoted(part).len() - 2);
        let Span { start, end } = completion.replaces;
        let before = escaped(body.get(start..local));
        Span::new(offset.saturating_sub(before), offset + escaped(body.get(local..end)))
    });
    let items = completions
        .into_iter()
        .map(|completion| Item {
            kind: match completion.kind {
                CompletionKind::Function => ItemKind::Function,
                CompletionKind::Variable => ItemKind::Variable,
                CompletionKind::Member => ItemKind::Member,
                CompletionKind::Keyword => ItemKind::Word,
            },
            label: completion.text.clone(),
            text: completion.text.replace('\\', "\\\\").replace('"', "\\\""),
            detail: completion.detail,
            documentation: completion.documentation.to_owned(),
        })
        .collect();
    Some(Items { replaces, items })
}

/// `$states` as far as it is known at the place.
fn states_sample(place: &Place<'_>, samples: &Samples<'_>) -> Value {
    let mut states = json::Map::new();
    let or_empty = |value: Option<&Value>| value.cloned().unwrap_or_else(|| Value::object(json::Map::new()));
    states.insert("input", or_empty(samples.input));
    states.insert("context", samples.context.cloned().unwrap_or_else(context_sample));
    let knows_result = place.field.is_none_or(|field| !matches!(field.name, "Arguments" | "Items"));
    if knows_result {
        states.insert("result", or_empty(samples.result));
        let mut error = json::Map::new();
        error.insert("Error", Value::from("States.TaskFailed"));
        error.insert("Cause", Value::from("…"));
        states.insert("errorOutput", Value::object(error));
    }
    Value::object(states)
}

/// The members of the context object, for when no run has shown it yet.
pub fn context_sample() -> Value {
    const CONTEXT: &str = r#"{"Execution": {"Id": "", "Input": {}, "Name": "", "RoleArn": "", "StartTime": "", "RedriveCount": 0},
        "State": {"EnteredTime": "", "Name": "", "RetryCount": 0}, "StateMachine": {"Id": "", "Name": ""},
        "Task": {"Token": ""}, "Map": {"Item": {"Index": 0, "Value": {}}}}"#;
    json::parse(CONTEXT).unwrap_or_default()
}

/// The variables that some state of the definition assigns.
fn assigned_before(document: &Document) -> Vec<Str> {
    let mut names: Vec<Str> = Vec::new();
    let tree = document.tree();
    let mut add = |object: Option<json::NodeId>| {
        for member in object.into_iter().flat_map(|object| tree.members(object)) {
            let name = Str::from(member.name.strip_suffix(".$").unwrap_or(&member.name));
            if !names.contains(&name) {
                names.push(name);
            }
        }
    };
    for state in document.states() {
        add(state.field("Assign"));
        for list in ["Catch", "Choices"] {
            let items = state.field(list).into_iter().flat_map(|list| tree.items(list));
            for item in items {
                add(tree.get(item, "Assign"));
            }
        }
    }
    names.sort();
    names
}

/// In a JSONPath, or where one may stand.
fn path(
    place: &Place<'_>,
    document: &Document,
    cursor: &Cursor,
    typed: &str,
    samples: &Samples<'_>,
) -> Option<Items> {
    if place.language != QueryLanguage::JsonPath {
        return None;
    }
    let (is_path, takes_calls) = match place.slot {
        Slot::Value(Kind::JsonPath | Kind::ReferencePath { .. } | Kind::ResultPath) => (true, false),
        Slot::Value(Kind::PathOrCall) => (true, true),
        _ if place.is_template() && place.member.ends_with(".$") => (true, true),
        _ => (false, false),
    };
    if !is_path {
        return None;
    }
    // The operand that the cursor ends: after the last bracket, comma or blank of a call.
    let start = typed.rfind(['(', ',', ' ']).map_or(0, |position| position + 1);
    let operand = typed.get(start..).unwrap_or_default();
    let mut items = Vec::new();
    let (parent, begun) = match operand.rfind('.') {
        Some(dot) if operand.starts_with('$') => (operand.get(..dot).unwrap_or_default(), dot + 1),
        _ => ("", 0),
    };
    if parent.is_empty() {
        items.push(item(ItemKind::Variable, "$", "the state's input", ""));
        items.push(item(ItemKind::Variable, "$.", "a member of the state's input", ""));
        items.push(item(ItemKind::Variable, "$$.", "a member of the context object", ""));
        for name in assigned_before(document) {
            items.push(item(ItemKind::Variable, &format!("${name}"), "a variable", ""));
        }
        if takes_calls {
            let calls = expr::intrinsic::Function::ALL.iter();
            items.extend(calls.map(|function| {
                let name = function.name();
                Item {
                    kind: ItemKind::Function,
                    label: name.to_owned(),
                    text: format!("{name}("),
                    detail: "intrinsic function".to_owned(),
                    documentation: String::new(),
                }
            }));
        }
    } else {
        let context = context_sample();
        let (root, rest) = match parent.strip_prefix("$$") {
            Some(rest) => (Some(samples.context.unwrap_or(&context)), rest),
            None => {
                let name = parent.get(1..).unwrap_or_default();
                let end = name.find(['.', '[']).unwrap_or(name.len());
                let (name, rest) = name.split_at(end);
                let variable = || samples.variables.iter().find(|(known, _)| **known == *name);
                let value = if name.is_empty() { samples.input } else { variable().map(|(_, value)| value) };
                (value, rest)
            }
        };
        let sample = root.and_then(|root| follow(root, rest));
        let members = sample.as_ref().and_then(Value::as_object).into_iter().flat_map(json::Map::iter);
        for (name, value) in members {
            let plain = name.chars().all(|character| character.is_alphanumeric() || character == '_');
            if plain {
                items.push(item(ItemKind::Member, name, &shortened(value), ""));
            }
        }
    }
    let from = cursor.span.start + start + begun;
    let replaces = if cursor.quoted { Span::new(from, cursor.span.end.max(from)) } else { cursor.span };
    if !cursor.quoted {
        for item in &mut items {
            item.text = crate::edit::quoted(&item.text);
        }
    }
    Some(Items { replaces, items })
}

/// The value at a path of plain names and positions.
fn follow(root: &Value, path: &str) -> Option<Value> {
    let mut value = root.clone();
    for part in path.split(['.', '[']).filter(|part| !part.is_empty()) {
        let part = part.trim_end_matches(']').trim_matches(['\'', '"']);
        value = match (part.parse::<usize>(), value.as_array()) {
            (Ok(position), Some(items)) => items.get(position)?.clone(),
            (Err(_), Some(items)) if part == "*" => items.first()?.clone(),
            _ => value.get(part)?.clone(),
        };
    }
    Some(value)
}

fn shortened(value: &Value) -> String {
    let text: Cow<'_, str> = match value {
        Value::Array(_) => "array".into(),
        Value::Object(_) => "object".into(),
        other => other.to_text().into(),
    };
    if text.chars().count() <= 40 {
        text.into_owned()
    } else {
        text.chars().take(39).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Samples, complete};

    fn check(marked: &str, expected: &[&str], absent: &[&str]) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let document = Document::parse(&text);
        let input = json::parse(r#"{"order": {"id": 7, "items": [{"sku": "x"}]}}"#).unwrap();
        let resources = |_: &str| vec![("arn:aws:states:::lambda:invoke".to_owned(), "Lambda".to_owned())];
        let samples = Samples { input: Some(&input), resources: Some(&resources), ..Samples::default() };
        let items = complete(&document, offset, &samples);
        let texts: Vec<&str> = items.items.iter().map(|item| &*item.text).collect();
        for text in expected {
            assert!(texts.contains(text), "{marked}: {text} not in {texts:?}");
        }
        for text in absent {
            assert!(!texts.contains(text), "{marked}: {text} in {texts:?}");
        }
    }

    #[test]
    fn fields_are_offered() {
        check("{|}", &["\"States\": {}", "\"StartAt\": \"\""], &["\"Type\": \"\""]);
        check("{\"St|", &["States\": {}"], &[]);
        check("{\"StartAt\": \"A\", \"|\"}", &["States"], &["StartAt"]);
        let state = |inner: &str| format!("{{\"StartAt\": \"A\", \"States\": {{\"A\": {{{inner}}}}}}}");
        check(&state("\"Type\": \"Wait\", \"|\": 1"), &["Seconds", "SecondsPath"], &["Resource", "Type"]);
        check(&state("\"Type\": \"Task\", \"Retry\": [{\"|\"}]"), &["ErrorEquals", "MaxAttempts"], &["Type"]);
        let jsonata = |inner: &str| {
            format!(
                "{{\"QueryLanguage\": \"JSONata\", \"States\": {{\"A\": {{\"Type\": \"Task\", {inner}}}}}}}"
            )
        };
        check(&jsonata("\"|\""), &["Arguments", "Output"], &["InputPath"]);
    }

    #[test]
    fn values_are_offered() {
        let state = |inner: &str| {
            format!(
                "{{\"StartAt\": \"A\", \"States\": {{\"A\": {{{inner}}}, \"Go on\": {{\"Type\": \"Succeed\"}}}}}}"
            )
        };
        check(&state("\"Type\": \"|\""), &["Task", "Map"], &[]);
        check(&state("\"Type\": |"), &["\"Task\""], &[]);
        check(&state("\"Type\": \"Pass\", \"Next\": \"|\""), &["Go on", "A"], &[]);
        check(&state("\"Type\": \"Pass\", \"End\": |"), &["true"], &["\"true\""]);
        check(&state("\"Type\": \"Task\", \"Resource\": \"a|\""), &["arn:aws:states:::lambda:invoke"], &[]);
        check(
            &state("\"Type\": \"Task\", \"Catch\": [{\"ErrorEquals\": [\"|\"]}]"),
            &["States.ALL", "States.Timeout"],
            &[],
        );
        check("{\"StartAt\": \"|\", \"States\": {\"One\": {}}}", &["One"], &[]);
        check(
            &state("\"Type\": \"Choice\", \"Choices\": [{\"Variable\": \"$.order.|\"}]"),
            &["id", "items"],
            &["order"],
        );
        check(&state("\"Type\": \"Pass\", \"Parameters\": {\"x.$\": \"|\"}"), &["$.", "States.Format("], &[]);
        check(
            &state("\"Type\": \"Pass\", \"Parameters\": {\"x.$\": \"States.Format('{}', $.order.|"),
            &["id"],
            &[],
        );
    }

    #[test]
    fn expressions_are_completed() {
        let state = |inner: &str| {
            format!(
                "{{\"QueryLanguage\": \"JSONata\", \"States\": {{\"A\": {{\"Type\": \"Pass\", \"Assign\": {{\"total\": 1}}, {inner}}}}}}}"
            )
        };
        check(&state("\"Output\": \"{% $states.input.order.| %}\""), &["id", "items"], &["$sum"]);
        check(&state(r#""Output": "{%\n\t$states.input.order.| & \"x\" %}""#), &["id", "items"], &["$sum"]);
        check(&state("\"Output\": {\"a\": [\"{% $t| %}\"]}"), &["$total", "$trim"], &[]);
        check(&state("\"Output\": \"{% $states.context.Execution.|"), &["Name", "Id"], &[]);
    }

    #[test]
    fn any_place_of_any_text_has_an_answer() {
        let text =
            r#"{"States": {"A": {"Type": "Task", "Retry": [{"ErrorEquals": ["é"]}], "Output": "{% $a %}"}}"#;
        for end in 0..=text.len() {
            let Some(part) = text.get(..end) else { continue };
            let document = Document::parse(part);
            for offset in 0..=end + 1 {
                complete(&document, offset, &Samples::default());
            }
        }
    }
}
