//! What states read of their data, as far as paths name it: examples for data that is not there yet.

use std::collections::HashSet;

use json::{Map, NodeId, NodeKind, Tree, Value};

use crate::forms::expression_text;
use crate::{QueryLanguage, State, StateType, Target, TransitionKind};

/// More is not read of a state.
const MOST_NODES: usize = 5_000;
const MOST_STEPS: usize = 24;
/// More is not looked at of what comes after a state.
const MOST_STATES: usize = 200;

const RESULT: &str = "$states.result";

/// An object with the members that the fields of a state read of its input, as far as paths name them. What is read
/// as a whole is what it is compared with, or an empty string. States inside of it are left out.
pub fn input_read_by(state: State<'_>) -> Value {
    let mark = match state.language() {
        QueryLanguage::JsonPath => "$.",
        QueryLanguage::Jsonata => "$states.input.",
    };
    let mut read = Map::new();
    if let Some(node) = state.node() {
        note_reads(state.document().tree(), node, mark, &mut read);
    }
    Value::object(read)
}

/// An answer that a task may have, with what is read of it where the answer lacks that. None where nothing tells what is
/// read.
pub fn answer_with_what_is_read(state: State<'_>, answer: &Value) -> Option<Value> {
    result_read_of(state).map(|read| with_what_is_read(answer, &read))
}

/// What is read of a task's answer, as [`input_read_by`] tells it: by the task's own fields, and by the states after
/// it, as far as the answer goes on to them in their input or in a variable. None where nothing tells of it.
fn result_read_of(state: State<'_>) -> Option<Value> {
    let tree = state.document().tree();
    let (fields, mark) = match state.language() {
        QueryLanguage::JsonPath => (["ResultSelector", "Assign"], "$."),
        QueryLanguage::Jsonata => (["Output", "Assign"], "$states.result."),
    };
    let mut read = Map::new();
    for field in fields.into_iter().filter_map(|field| state.field(field)) {
        note_reads(tree, field, mark, &mut read);
    }
    let read_later: Vec<Value> = later_states(state).into_iter().map(input_read_by).collect();
    for (place, part) in places_of_result(state) {
        let mut found = Map::new();
        match place {
            Place::Input(path) => {
                for whole in &read_later {
                    let inner = path.iter().try_fold(whole, |value, step| value.get(step));
                    if let Some(inner) = inner.and_then(Value::as_object) {
                        merge(&mut found, inner);
                    }
                }
            }
            Place::Variable(name) => {
                let mark = format!("${name}.");
                let others = state.document().states().filter(|other| other.id() != state.id());
                for node in others.filter_map(State::node) {
                    note_reads(tree, node, &mark, &mut found);
                }
            }
        }
        let wrapped = part.into_iter().rev().fold(found, |inner, step| {
            let value = if inner.is_empty() { Value::from("") } else { Value::object(inner) };
            Map::from_iter([(step, value)])
        });
        merge(&mut read, &wrapped);
    }
    (!read.is_empty()).then(|| Value::object(read))
}

/// An answer with the members that are read of it, where it lacks them.
fn with_what_is_read(answer: &Value, read: &Value) -> Value {
    match (answer.as_object(), read.as_object()) {
        (Some(members), Some(more)) => {
            let mut members = members.clone();
            for (name, read) in more.iter() {
                let value = match members.get(name) {
                    Some(known) => with_what_is_read(known, read),
                    None => read.clone(),
                };
                members.insert(name.clone(), value);
            }
            Value::object(members)
        }
        _ => answer.clone(),
    }
}

/// Where a result goes.
enum Place {
    /// A path in the input of what comes next.
    Input(Vec<String>),
    Variable(String),
}

/// Where a task's result goes on to, each with the path in the result of the part that goes there.
fn places_of_result(state: State<'_>) -> Vec<(Place, Vec<String>)> {
    let tree = state.document().tree();
    let mut places = Vec::new();
    let is_jsonata = state.language() == QueryLanguage::Jsonata;
    let assigned = state.field("Assign").into_iter().flat_map(|assign| tree.members(assign));
    for member in assigned {
        let text = member.value.and_then(|value| tree.as_str(value)).unwrap_or_default();
        let (name, part) = match is_jsonata {
            true => (Some(&*member.name), expression_text(&text).and_then(part_of_result)),
            false => (member.name.strip_suffix(".$"), part_of_path(&text)),
        };
        if let (Some(name), Some(part)) = (name, part) {
            places.push((Place::Variable(name.to_owned()), part));
        }
    }
    if is_jsonata {
        match state.field("Output") {
            None => places.push((Place::Input(Vec::new()), Vec::new())),
            Some(output) => {
                let mut path = Vec::new();
                places_in_output(tree, output, &mut path, &mut places);
            }
        }
        return places;
    }
    if state.field("ResultSelector").is_some() {
        return places;
    }
    let path = |name: &str| match state.field(name) {
        None => Some(Vec::new()),
        Some(node) => part_of_path(&tree.as_str(node)?),
    };
    let (Some(at), Some(out)) = (path("ResultPath"), path("OutputPath")) else { return places };
    if let Some(rest) = at.strip_prefix(&*out) {
        places.push((Place::Input(rest.to_vec()), Vec::new()));
    } else if let Some(part) = out.strip_prefix(&*at) {
        places.push((Place::Input(Vec::new()), part.to_vec()));
    }
    places
}

fn places_in_output(
    tree: &Tree,
    node: NodeId,
    path: &mut Vec<String>,
    places: &mut Vec<(Place, Vec<String>)>,
) {
    if tree.kind(node) == NodeKind::Object && path.len() < MOST_STEPS {
        for member in tree.members(node) {
            let Some(value) = member.value else { continue };
            path.push(member.name.into_owned());
            places_in_output(tree, value, path, places);
            path.pop();
        }
    }
    let Some(text) = tree.as_str(node) else { return };
    let Some(expression) = expression_text(&text) else { return };
    if let Some(part) = part_of_result(expression) {
        return places.push((Place::Input(path.clone()), part));
    }
    // A member of an object that is made within the expression: `{"answer": $states.result}`.
    for (at, _) in expression.match_indices(RESULT) {
        let before = expression.get(..at).unwrap_or_default().trim_end();
        let name = before.strip_suffix(':').map(str::trim_end).and_then(|before| {
            let quote = before.chars().next_back().filter(|letter| matches!(letter, '"' | '\''))?;
            before.strip_suffix(quote)?.rsplit_once(quote).map(|(_, name)| name)
        });
        let Some(name) = name else { continue };
        let (part, _) = names_after(expression.get(at + RESULT.len()..).unwrap_or_default());
        let inner = path.iter().cloned().chain([name.to_owned()]).collect();
        places.push((Place::Input(inner), part));
    }
}

/// The names of an expression that is the result, or one of its members, and no more.
fn part_of_result(expression: &str) -> Option<Vec<String>> {
    let (names, rest) = names_after(expression.trim().strip_prefix(RESULT)?);
    rest.is_empty().then_some(names)
}

/// The names of a path of names alone.
fn part_of_path(path: &str) -> Option<Vec<String>> {
    let (names, rest) = names_after(path.strip_prefix('$')?);
    rest.is_empty().then_some(names)
}

/// The names of `.a.b`, and what follows them.
fn names_after(text: &str) -> (Vec<String>, &str) {
    let Some(inner) = text.strip_prefix('.') else { return (Vec::new(), text) };
    let (names, rest) = names_in(inner);
    (names.into_iter().map(str::to_owned).collect(), rest)
}

/// The states that get what a state puts out as their input, or as a part of it: those that come next, and what comes
/// next to those that pass their input on.
fn later_states(state: State<'_>) -> Vec<State<'_>> {
    let document = state.document();
    let mut found: Vec<State<'_>> = Vec::new();
    let mut seen = HashSet::from([state.id()]);
    let mut open = vec![state];
    while let Some(from) = open.pop() {
        for way in from.transitions() {
            let Target::State(id) = way.target else { continue };
            let Some(next) = document.state(id).filter(|_| !matches!(way.kind, TransitionKind::Catch(_)))
            else {
                continue;
            };
            if found.len() >= MOST_STATES || !seen.insert(id) {
                continue;
            }
            found.push(next);
            if passes_input_on(next) {
                open.push(next);
            }
        }
    }
    found
}

/// Whether what a state puts out is its input, or its input with a result in some place.
fn passes_input_on(state: State<'_>) -> bool {
    const CHANGES: [&str; 5] = ["Output", "OutputPath", "InputPath", "Parameters", "Result"];
    let is_changed = || CHANGES.into_iter().any(|field| state.field(field).is_some());
    match state.state_type() {
        Some(StateType::Choice | StateType::Wait | StateType::Pass) => !is_changed(),
        Some(StateType::Task | StateType::Parallel | StateType::Map) => {
            let keeps = state.string("ResultPath").is_some_and(|path| path.len() > 1);
            keeps && state.field("OutputPath").is_none()
        }
        _ => false,
    }
}

/// Notes what is read below a node by paths that begin with a mark.
fn note_reads(tree: &Tree, root: NodeId, mark: &str, read: &mut Map) {
    let mut open = vec![root];
    let mut seen = 0;
    while let Some(node) = open.pop() {
        seen += 1;
        if seen > MOST_NODES {
            break;
        }
        // The field tells what is at the path.
        for field in ["Variable", "ItemsPath", "Items"] {
            let text = tree.get(node, field).and_then(|node| tree.as_str(node));
            let Some(text) = text.as_deref() else { continue };
            let path = expression_text(text).unwrap_or(text);
            let Some((names, "")) = path.strip_prefix(mark).map(names_in) else { continue };
            let value = match field {
                "Variable" => compared_by_rule(tree, node),
                _ => Some(Value::array(Vec::new())),
            };
            if let Some(value) = value {
                note(read, &names, value);
            }
        }
        if let Some(text) = tree.as_str(node) {
            for (at, _) in text.match_indices(mark) {
                // `$$.` is the context object.
                let is_other = text.get(..at).is_some_and(|before| before.ends_with('$'));
                let (steps, rest) = names_in(text.get(at + mark.len()..).unwrap_or_default());
                if !is_other && !steps.is_empty() {
                    note(read, &steps, example(rest));
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
}

/// What may stand at a path, by what follows it.
fn example(rest: &str) -> Value {
    match rest.starts_with('[') {
        true => Value::array(Vec::new()),
        false => compared_with(rest).unwrap_or_else(|| Value::from("")),
    }
}

/// The constant that a rule of JSONPath compares its variable with.
fn compared_by_rule(tree: &Tree, rule: NodeId) -> Option<Value> {
    let is_constant = |name: &str| {
        ["String", "Numeric", "Boolean", "Timestamp"].into_iter().any(|kind| name.starts_with(kind))
            && !name.ends_with("Path")
            && name != "StringMatches"
    };
    let member = tree.members(rule).find(|member| is_constant(&member.name))?;
    member.value.map(|value| tree.value(value))
}

/// The constant that an expression compares with what stands before this rest of it: of ` = true and …` that is true.
fn compared_with(rest: &str) -> Option<Value> {
    let rest = rest.trim_start();
    let after =
        ["=", ">=", "<=", ">", "<"].into_iter().find_map(|sign| rest.strip_prefix(sign))?.trim_start();
    if let Some(quote) = after.chars().next().filter(|letter| matches!(letter, '"' | '\'')) {
        let (text, _) = after.strip_prefix(quote)?.split_once(quote)?;
        return (!text.contains('\\')).then(|| Value::from(text));
    }
    let end = after.find(|letter: char| !(letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-')));
    let word = after.get(..end.unwrap_or(after.len()))?;
    json::parse(word).ok().filter(|value| matches!(value, Value::Bool(_) | Value::Number(_)))
}

/// The names that a path begins with, and what follows them: of `a.b[0].c + 1` these are `a` and `b`.
fn names_in(path: &str) -> (Vec<&str>, &str) {
    let mut names = Vec::new();
    let mut rest = path;
    loop {
        let is_letter = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        let end = rest.find(|letter| !is_letter(letter)).unwrap_or(rest.len());
        let Some((name, after)) = rest.split_at_checked(end).filter(|(name, _)| !name.is_empty()) else {
            return (names, rest);
        };
        names.push(name);
        match after.strip_prefix('.') {
            Some(inner) if names.len() < MOST_STEPS => rest = inner,
            _ => return (names, after),
        }
    }
}

/// Notes that a path is read. A value tells more than an empty text, and members tell more than a value.
fn note(read: &mut Map, steps: &[&str], value: Value) {
    let Some((name, inner)) = steps.split_first() else { return };
    let known = read.get(name);
    if inner.is_empty() {
        if known.is_none_or(|known| known.as_str() == Some("")) {
            read.insert(*name, value);
        }
        return;
    }
    let mut members = known.and_then(Value::as_object).cloned().unwrap_or_default();
    note(&mut members, inner, value);
    read.insert(*name, Value::object(members));
}

fn merge(read: &mut Map, more: &Map) {
    for (name, value) in more.iter() {
        match (read.get(name).and_then(Value::as_object).cloned(), value.as_object()) {
            (Some(mut known), Some(more)) => {
                merge(&mut known, more);
                read.insert(name.clone(), Value::object(known));
            }
            (None, Some(_)) => {
                read.insert(name.clone(), value.clone());
            }
            (_, None) => note(read, &[name], value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{input_read_by, result_read_of};
    use crate::Document;

    fn read(fields: &str) -> String {
        let text =
            format!(r#"{{"StartAt": "A", "States": {{"A": {{"Type": "Pass", {fields}, "End": true}}}}}}"#);
        let document = Document::parse(&text);
        input_read_by(document.state_named("A").unwrap()).to_text()
    }

    #[test]
    fn what_a_state_reads_is_known() {
        assert_eq!(
            read(
                r#""Parameters": {"a.$": "$.order.total", "b.$": "States.Format('{}', $.order.id, $$.State.Name)", "c.$": "$.order"}"#
            ),
            r#"{"order":{"total":"","id":""}}"#
        );
        assert_eq!(
            read(
                r#""QueryLanguage": "JSONata", "Output": "{% $states.input.items[price > 1].name & $states.input.to.`x y` %}""#
            ),
            r#"{"items":[],"to":""}"#
        );
    }

    #[test]
    fn lists_are_told_by_what_takes_them() {
        assert_eq!(
            read(r#""ItemsPath": "$.order.lines", "Items": "$.x.y""#),
            r#"{"order":{"lines":[]},"x":{"y":[]}}"#
        );
        assert_eq!(
            read(r#""QueryLanguage": "JSONata", "Items": "{% $states.input.lines %}""#),
            r#"{"lines":[]}"#
        );
    }

    #[test]
    fn what_it_is_compared_with_is_an_example() {
        assert_eq!(
            read(
                r#""QueryLanguage": "JSONata", "Output": "{% $states.input.a = true and $states.input.b >= 2.5 or $states.input.c = 'x' or $states.input.d = $states.input.e or $states.input.f = null %}""#
            ),
            r#"{"a":true,"b":2.5,"c":"x","d":"","e":"","f":""}"#
        );
        assert_eq!(
            read(
                r#""Choices": [{"And": [{"Variable": "$.a.b", "BooleanEquals": true}, {"Variable": "$.n", "NumericGreaterThan": 3}, {"Variable": "$.p", "StringEqualsPath": "$.q"}], "Next": "A"}]"#
            ),
            r#"{"a":{"b":true},"n":3,"p":"","q":""}"#
        );
    }

    /// What is read of the answer of the state `T`, whose fields are given; it leads to a Choice state and a Task.
    fn read_of_result(language: &str, fields: &str, rule: &str, last: &str) -> Option<String> {
        let text = format!(
            r#"{{"StartAt": "T", "QueryLanguage": "{language}", "States": {{
                "T": {{"Type": "Task", "Resource": "r", {fields} "Next": "C"}},
                "C": {{"Type": "Choice", "Choices": [{{{rule}, "Next": "L"}}], "Default": "L"}},
                "L": {{"Type": "Pass", {last} "End": true}}}}}}"#
        );
        let document = Document::parse(&text);
        result_read_of(document.state_named("T").unwrap()).map(|value| value.to_text())
    }

    #[test]
    fn an_answer_gets_what_it_lacks() {
        let value = |text: &str| json::parse(text).unwrap();
        let answer = value(r#"{"Payload": {}, "StatusCode": 200, "Items": [1]}"#);
        let read = value(r#"{"Payload": {"total": 5}, "StatusCode": 0, "Items": {"a": ""}, "other": ""}"#);
        assert_eq!(
            super::with_what_is_read(&answer, &read).to_text(),
            r#"{"Payload":{"total":5},"StatusCode":200,"Items":[1],"other":""}"#
        );
    }

    #[test]
    fn what_is_read_of_an_answer_is_followed_to_later_states() {
        let jsonata = |fields: &str, last: &str| {
            let rule = r#""Condition": "{% $states.input.answer.approved = true %}""#;
            read_of_result("JSONata", fields, rule, last).unwrap_or_default()
        };
        let last = r#""Output": "{% $states.input.answer.by.name & $states.input.other %}","#;
        let expected = r#"{"approved":true,"by":{"name":""}}"#;
        assert_eq!(jsonata(r#""Output": {"answer": "{% $states.result %}"},"#, last), expected);
        let merged = r#""Output": "{% $merge([$states.input, {'answer': $states.result}]) %}","#;
        assert_eq!(jsonata(merged, last), expected);
        let part =
            r#""Output": {"answer": "{% $states.result.Payload %}", "n": "{% $states.result.n + 1 %}"},"#;
        assert_eq!(jsonata(part, last), r#"{"Payload":{"approved":true,"by":{"name":""}},"n":""}"#);
        assert_eq!(
            jsonata("", last),
            r#"{"answer":{"approved":true,"by":{"name":""}},"other":""}"#,
            "without an output the result goes on as it is"
        );
        let assigned = r#""Assign": {"kept": "{% $states.result %}"}, "Output": 1,"#;
        assert_eq!(jsonata(assigned, r#""Output": "{% $kept.id %}","#), r#"{"id":""}"#);
        assert_eq!(jsonata(r#""Output": "{% $states.input %}","#, last), "");

        let paths = |fields: &str| {
            let rule = r#""Variable": "$.answer.approved", "BooleanEquals": true"#;
            read_of_result("JSONPath", fields, rule, r#""Parameters": {"x.$": "$.answer.id"},"#)
        };
        assert_eq!(paths(r#""ResultPath": "$.answer","#).as_deref(), Some(r#"{"approved":true,"id":""}"#));
        assert_eq!(paths("").as_deref(), Some(r#"{"answer":{"approved":true,"id":""}}"#));
        assert_eq!(
            paths(r#""OutputPath": "$.Payload","#).as_deref(),
            Some(r#"{"Payload":{"answer":{"approved":true,"id":""}}}"#)
        );
        assert_eq!(
            paths(r#""ResultSelector": {"a.$": "$.Payload.a"},"#).as_deref(),
            Some(r#"{"Payload":{"a":""}}"#)
        );
        assert_eq!(paths(r#""ResultPath": null,"#), None);
    }
}
