//! JSONata in the places where the States Language allows it.

use json::{Str, Value};

use super::{Fault, StateHost};

/// How deep a payload may be nested around its expressions.
const MAX_DEPTH: u32 = 200;

/// An expression between `{%` and `%}`.
#[derive(Debug)]
pub(crate) struct Expression {
    /// The text without the marks and the blanks around it, as messages quote it.
    pub text: Str,
}

impl Expression {
    fn compile(text: &str) -> Result<Expression, String> {
        Ok(Expression { text: text.into() })
    }

    pub fn evaluate(&self, field: &str, host: &StateHost<'_>) -> Result<Value, Fault> {
        let _ = host;
        Err(Fault::query(
            format!(
                "The JSONata expression '{}' specified for the field '{field}' returned nothing (undefined).",
                self.text
            ),
            field,
        ))
    }
}

/// A payload whose strings may be expressions.
#[derive(Debug)]
pub(crate) enum Node {
    /// A value without any expression in it.
    Literal(Value),
    Expression(Expression),
    Array(Vec<Node>),
    Object(Vec<(Str, Node)>),
}

impl Node {
    /// Problems are pairs of a location within the payload and a message.
    pub fn compile(value: &Value) -> Result<Node, Vec<(String, String)>> {
        let mut problems = Vec::new();
        let node = compile(value, "", 0, &mut problems);
        if problems.is_empty() { Ok(node) } else { Err(problems) }
    }

    /// The text of the expression that the payload is; empty where it is none.
    pub fn text(&self) -> &str {
        match self {
            Node::Expression(expression) => &expression.text,
            _ => "",
        }
    }

    pub fn evaluate(&self, field: &str, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            Node::Literal(value) => Ok(value.clone()),
            Node::Expression(expression) => expression.evaluate(field, host),
            Node::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    values.push(item.evaluate_within(field, host, || position.to_string())?);
                }
                Ok(Value::array(values))
            }
            Node::Object(members) => {
                let mut values = json::Map::with_capacity(members.len());
                for (name, member) in members {
                    values.insert(name.clone(), member.evaluate_within(field, host, || name.to_string())?);
                }
                Ok(Value::object(values))
            }
        }
    }

    /// The members of a payload that is an object.
    pub fn evaluate_members(&self, field: &str, host: &StateHost<'_>) -> Result<Vec<(Str, Value)>, Fault> {
        match self {
            Node::Object(members) => members
                .iter()
                .map(|(name, member)| {
                    Ok((name.clone(), member.evaluate_within(field, host, || name.to_string())?))
                })
                .collect(),
            other => {
                let value = other.evaluate(field, host)?;
                Ok(value
                    .as_object()
                    .map(|members| {
                        members.iter().map(|(name, value)| (name.clone(), value.clone())).collect()
                    })
                    .unwrap_or_default())
            }
        }
    }

    /// Locations are made only where an expression may need one.
    fn evaluate_within(
        &self,
        field: &str,
        host: &StateHost<'_>,
        step: impl FnOnce() -> String,
    ) -> Result<Value, Fault> {
        match self {
            Node::Literal(value) => Ok(value.clone()),
            other => other.evaluate(&format!("{field}/{}", step()), host),
        }
    }
}

/// The text between the marks, where a string starts with `{%` and ends with `%}`.
pub(crate) fn expression_in(text: &str) -> Option<&str> {
    text.strip_prefix("{%").and_then(|rest| rest.strip_suffix("%}"))
}

fn compile(value: &Value, location: &str, depth: u32, problems: &mut Vec<(String, String)>) -> Node {
    if depth > MAX_DEPTH {
        problems.push((location.to_owned(), format!("Nested deeper than {MAX_DEPTH} levels.")));
        return Node::Literal(Value::Null);
    }
    let within = |step: &str| {
        if location.is_empty() { step.to_owned() } else { format!("{location}/{step}") }
    };
    match value {
        Value::String(text) => match expression_in(text) {
            Some(source) => match Expression::compile(source.trim()) {
                Ok(expression) => Node::Expression(expression),
                Err(message) => {
                    problems.push((location.to_owned(), message));
                    Node::Literal(Value::Null)
                }
            },
            None => Node::Literal(value.clone()),
        },
        Value::Array(array) => {
            let nodes: Vec<Node> = array
                .items()
                .iter()
                .enumerate()
                .map(|(position, item)| compile(item, &within(&position.to_string()), depth + 1, problems))
                .collect();
            if nodes.iter().all(|node| matches!(node, Node::Literal(_))) {
                return Node::Literal(value.clone());
            }
            Node::Array(nodes)
        }
        Value::Object(object) => {
            let nodes: Vec<(Str, Node)> = object
                .members()
                .iter()
                .map(|(name, member)| (name.clone(), compile(member, &within(name), depth + 1, problems)))
                .collect();
            if nodes.iter().all(|(_, node)| matches!(node, Node::Literal(_))) {
                return Node::Literal(value.clone());
            }
            Node::Object(nodes)
        }
        _ => Node::Literal(value.clone()),
    }
}
