//! What can stand at a place of an expression, for an editor.

use std::collections::HashSet;

use json::{Span, Value};

use crate::functions::BUILTINS;
use crate::program::{CompileOptions, Expression};
use crate::syntax::{AstId, AstKind, is_name_stop};

/// What is known about the place of an expression.
pub struct CompletionRequest<'a> {
    pub text: &'a str,
    /// The offset of the cursor, in bytes.
    pub offset: usize,
    pub options: CompileOptions,
    /// The variables that are there, with a sample value where one is known; `states` among them.
    pub variables: &'a [(&'a str, Option<&'a Value>)],
    /// A sample of the input (`$`), where there is one.
    pub input: Option<&'a Value>,
}

/// Something that can stand there.
#[derive(Clone, Debug, PartialEq)]
pub struct Completion {
    pub kind: CompletionKind,
    /// What is inserted in place of [`Completion::replaces`].
    pub text: String,
    /// More to show beside it: a signature, a sample value.
    pub detail: String,
    /// A line on what it does.
    pub documentation: &'static str,
    /// The part of a word that is there already, in bytes of the text.
    pub replaces: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompletionKind {
    Function,
    Variable,
    Member,
    Keyword,
}

/// The completions at an offset, the most likely ones first. The editor filters them by the part of a word
/// that is there.
pub fn complete(request: &CompletionRequest<'_>) -> Vec<Completion> {
    let text = request.text;
    let mut offset = request.offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    let before = text.get(..offset).unwrap_or_default();
    if inside_literal(before) {
        return Vec::new();
    }
    let start = before.bytes().rposition(is_name_stop).map_or(0, |position| position + 1);
    let word = before.get(start..).unwrap_or_default();
    let rest = text.get(offset..).unwrap_or_default();
    let end = offset + rest.bytes().position(is_name_stop).unwrap_or(rest.len());
    let replaces = Span { start, end };
    let left = before.get(..start).unwrap_or_default().trim_end();
    let mut completions = Vec::new();
    if word.starts_with('$') {
        variables(request, replaces, &mut completions);
        functions(request, replaces, &mut completions);
        return completions;
    }
    if let Some(path) = left.strip_suffix('.') {
        if !path.ends_with('.') {
            members(samples_of(request, path), replaces, &mut completions);
            return completions;
        }
    } else if ends_with_operand(left) {
        for (keyword, documentation) in [
            ("and", "True if both sides are true."),
            ("or", "True if one of the sides is true."),
            ("in", "True if the left side is an item of the right side."),
        ] {
            completions.push(Completion {
                kind: CompletionKind::Keyword,
                text: keyword.to_owned(),
                detail: String::new(),
                documentation,
                replaces,
            });
        }
        return completions;
    }
    members(context_at(request, left), replaces, &mut completions);
    variables(request, replaces, &mut completions);
    functions(request, replaces, &mut completions);
    for (keyword, documentation) in [
        ("true", "The boolean true."),
        ("false", "The boolean false."),
        ("null", "The null of JSON."),
        ("function", "Defines a function: function($a, $b){ … }."),
    ] {
        completions.push(Completion {
            kind: CompletionKind::Keyword,
            text: keyword.to_owned(),
            detail: String::new(),
            documentation,
            replaces,
        });
    }
    completions
}

/// Whether a text ends inside of a string, a quoted name or a comment.
fn inside_literal(before: &str) -> bool {
    let bytes = before.as_bytes();
    let mut position = 0;
    while let Some(byte) = bytes.get(position).copied() {
        match byte {
            b'"' | b'\'' | b'`' => {
                position += 1;
                loop {
                    match bytes.get(position) {
                        None => return true,
                        Some(b'\\') if byte != b'`' => position += 1,
                        Some(other) if *other == byte => break,
                        Some(_) => {}
                    }
                    position += 1;
                }
            }
            b'/' if bytes.get(position + 1) == Some(&b'*') => {
                match before.get(position + 2..).and_then(|rest| rest.find("*/")) {
                    Some(length) => position += length + 3,
                    None => return true,
                }
            }
            _ => {}
        }
        position += 1;
    }
    false
}

fn ends_with_operand(left: &str) -> bool {
    let Some(last) = left.chars().next_back() else { return false };
    if matches!(last, ')' | ']' | '}' | '"' | '\'' | '`') {
        return true;
    }
    let is_word = !last.is_ascii() || !is_name_stop(last as u8);
    let word = left.rsplit(|character: char| character.is_ascii() && is_name_stop(character as u8)).next();
    is_word && !matches!(word, Some("and" | "or" | "in"))
}

fn variables(request: &CompletionRequest<'_>, replaces: Span, completions: &mut Vec<Completion>) {
    let mut known: HashSet<String> = HashSet::new();
    let mut add = |name: &str, detail: String, documentation| {
        let text = format!("${name}");
        if known.insert(text.clone()) {
            completions.push(Completion {
                kind: CompletionKind::Variable,
                text,
                detail,
                documentation,
                replaces,
            });
        }
    };
    for (name, sample) in request.variables {
        let documentation = match *name {
            "states" => "What the state knows: its input, its result, its error and the context object.",
            _ => "A variable of the workflow.",
        };
        add(name, sample.map(summary).unwrap_or_default(), documentation);
    }
    let parsed = Expression::parse(request.text);
    for node in &parsed.nodes {
        match &node.kind {
            AstKind::Binary { operator: ":=" | "@" | "#", left, right } => {
                for side in [left, right] {
                    if let Some(AstKind::Variable(name)) = parsed.node(*side).map(|node| &node.kind)
                        && !name.is_empty()
                        && &**name != "$"
                    {
                        add(name, String::new(), "A variable of this expression.");
                    }
                }
            }
            AstKind::Lambda { parameters, .. }
                if node.span.start <= request.offset && request.offset <= node.span.end =>
            {
                for parameter in parameters {
                    if let Some(AstKind::Variable(name)) = parsed.node(*parameter).map(|node| &node.kind) {
                        add(name, String::new(), "A parameter of the function around.");
                    }
                }
            }
            _ => {}
        }
    }
}

fn functions(request: &CompletionRequest<'_>, replaces: Span, completions: &mut Vec<Completion>) {
    for builtin in BUILTINS {
        if builtin.dialect.is_in(request.options) {
            completions.push(Completion {
                kind: CompletionKind::Function,
                text: format!("${}", builtin.name),
                detail: format!("${}({}) {}", builtin.name, builtin.parameters.join(", "), builtin.signature),
                documentation: builtin.summary,
                replaces,
            });
        }
    }
}

/// A short look at a sample value.
fn summary(value: &Value) -> String {
    let text = match value {
        Value::Array(array) => format!("array of {}", array.items().len()),
        Value::Object(_) => "object".to_owned(),
        other => other.to_text(),
    };
    if text.chars().count() <= 40 { text } else { text.chars().take(39).chain(['…']).collect() }
}

const MAX_SAMPLES: usize = 50;

fn members(samples: Vec<Value>, replaces: Span, completions: &mut Vec<Completion>) {
    let mut known: HashSet<String> = HashSet::new();
    for sample in items(&samples) {
        let Some(members) = sample.as_object() else { continue };
        for (name, value) in members.iter() {
            let plain = !name.is_empty()
                && !name.starts_with(|first: char| {
                    first.is_ascii_digit() || matches!(first, '$' | '"' | '\'' | '`')
                })
                && !name.bytes().any(is_name_stop)
                && !matches!(&**name, "and" | "or" | "in" | "true" | "false" | "null");
            if !plain && name.contains('`') {
                continue;
            }
            let text = if plain { name.to_string() } else { format!("`{name}`") };
            if known.insert(text.clone()) {
                completions.push(Completion {
                    kind: CompletionKind::Member,
                    text,
                    detail: summary(value),
                    documentation: "",
                    replaces,
                });
            }
        }
    }
}

/// The sample values of the expression that a text ends with, as far as it is a path.
fn samples_of(request: &CompletionRequest<'_>, text: &str) -> Vec<Value> {
    let (before, operand) = text.split_at(operand_start(text));
    samples_in(request, operand, &context_at(request, before.trim_end()))
}

fn samples_in(request: &CompletionRequest<'_>, operand: &str, context: &[Value]) -> Vec<Value> {
    let parsed = Expression::parse(operand);
    walk(request, &parsed, parsed.root, context)
}

/// The samples of the context at the end of a text: what is before the innermost open bracket or parenthesis
/// of a step, else the input.
fn context_at(request: &CompletionRequest<'_>, left: &str) -> Vec<Value> {
    // From the innermost bracket outwards, in a loop: there may be any number of them.
    let mut left = left;
    let mut operands = Vec::new();
    while let Some((before, bracket)) = innermost_open(left) {
        left = before.trim_end();
        let step = left.strip_suffix('.').or_else(|| left.strip_suffix('^'));
        let is_operand = bracket != '(' && ends_with_operand(left);
        if let Some(text) = step.or_else(|| is_operand.then_some(left)) {
            let (before, operand) = text.split_at(operand_start(text));
            operands.push(operand);
            left = before.trim_end();
        }
    }
    let input = request.input.cloned().into_iter().collect();
    operands.iter().rev().fold(input, |context: Vec<Value>, operand| samples_in(request, operand, &context))
}

/// The innermost bracket that is open at the end of a text, and what is before it.
fn innermost_open(text: &str) -> Option<(&str, char)> {
    let mut depth = 0usize;
    for (position, character) in text.char_indices().rev() {
        match character {
            ')' | ']' | '}' => depth += 1,
            '(' | '[' | '{' if depth > 0 => depth -= 1,
            '(' | '[' | '{' => return Some((text.get(..position)?, character)),
            _ => {}
        }
    }
    None
}

/// Where the path at the end of a text begins.
fn operand_start(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut depth = 0usize;
    let mut start = text.len();
    while start > 0 {
        let byte = bytes[start - 1];
        match byte {
            b')' | b']' | b'}' => depth += 1,
            b'(' | b'[' | b'{' if depth > 0 => depth -= 1,
            b'(' | b'[' | b'{' => break,
            _ if depth > 0 => {}
            b'.' => {}
            _ if is_name_stop(byte) => break,
            _ => {}
        }
        start -= 1;
    }
    while !text.is_char_boundary(start) {
        start += 1;
    }
    start
}

fn walk(request: &CompletionRequest<'_>, parsed: &Expression, id: AstId, context: &[Value]) -> Vec<Value> {
    let Some(node) = parsed.node(id) else { return Vec::new() };
    match &node.kind {
        AstKind::Name(name) => step(context, name),
        AstKind::String(name) => step(context, name),
        AstKind::Variable(name) if name.is_empty() => context.to_vec(),
        AstKind::Variable(name) if &**name == "$" => request.input.cloned().into_iter().collect(),
        AstKind::Variable(name) => request
            .variables
            .iter()
            .filter(|(known, _)| *known == &**name)
            .filter_map(|(_, sample)| sample.cloned())
            .collect(),
        AstKind::Wildcard => items(context)
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|members| members.values().cloned())
            .take(MAX_SAMPLES)
            .collect(),
        AstKind::Binary { operator: ".", .. } => {
            // From the left end, in a loop: a path can be long.
            let mut rights = Vec::new();
            let mut left = id;
            while let Some(AstKind::Binary { operator: ".", left: inner, right }) =
                parsed.node(left).map(|node| &node.kind)
            {
                rights.push(*right);
                left = *inner;
            }
            let mut values = walk(request, parsed, left, context);
            while let Some(right) = rights.pop() {
                values = walk(request, parsed, right, &items(&values));
            }
            values
        }
        AstKind::Predicate { left, .. } | AstKind::Sort { left, .. } => {
            items(&walk(request, parsed, *left, context))
        }
        AstKind::Block(expressions) => match expressions.last() {
            Some(last) => walk(request, parsed, *last, context),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

fn items(values: &[Value]) -> Vec<Value> {
    values
        .iter()
        .flat_map(|value| match value.as_array() {
            Some(items) => items.iter().take(MAX_SAMPLES).cloned().collect(),
            None => vec![value.clone()],
        })
        .take(MAX_SAMPLES)
        .collect()
}

fn step(context: &[Value], name: &str) -> Vec<Value> {
    items(context).iter().filter_map(|value| value.get(name).cloned()).take(MAX_SAMPLES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(marked: &str, expected: &[&str], absent: &[&str]) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let states = json::parse(
            r#"{"input": {"order": {"items": [{"sku": "x", "unit price": 1}], "id": 7}}, "context": {}}"#,
        )
        .unwrap();
        let request = CompletionRequest {
            text: &text,
            offset,
            options: CompileOptions::STEP_FUNCTIONS,
            variables: &[("states", Some(&states)), ("limit", None)],
            input: None,
        };
        let found: Vec<String> = complete(&request).into_iter().map(|completion| completion.text).collect();
        for text in expected {
            assert!(found.iter().any(|found| found == text), "{marked}: {text} not in {found:?}");
        }
        for text in absent {
            assert!(!found.iter().any(|found| found == text), "{marked}: {text} in {found:?}");
        }
    }

    #[test]
    fn what_can_stand_there_is_offered() {
        check("$s|", &["$states", "$sum", "$limit", "$hash"], &["$eval", "and"]);
        check("$states.|", &["input", "context"], &["$sum"]);
        check("$states.input.order.|", &["items", "id"], &[]);
        check("$states.input.order.items.|", &["sku", "`unit price`"], &[]);
        check("$states.input.order.items[|", &["sku", "$sum"], &["order"]);
        check("$states.input.order.items[sku = $lim|", &["$limit"], &[]);
        check("$sum($states.input.order.items.(|", &["sku", "$states"], &[]);
        check("$states.input.order.items^(>|", &["sku"], &[]);
        check("$states.input.order |", &["and", "or", "in"], &["$sum"]);
        check("\"$s|\"", &[], &["$states"]);
        check("($total := 1; $to|", &["$total"], &[]);
        check("$map($x, function($item){ $it| })", &["$item"], &[]);
        check("|", &["$states", "$sum", "true"], &["and"]);
    }
}
