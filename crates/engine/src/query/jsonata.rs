//! JSONata in the places where the States Language allows it.

use std::fmt;

use json::{Str, Value};
use jsonata::{CompileOptions, Context, Outcome, Program, Random};

use super::{Fault, StateHost};

/// How deep a payload may be nested around its expressions.
const MAX_DEPTH: u32 = 200;

/// An expression between `{%` and `%}`.
#[derive(Debug)]
pub(crate) struct Expression {
    /// The text without the marks and the blanks around it, as messages quote it.
    pub text: Str,
    program: Program,
    /// Whether `$states.context` may be read; building it costs more than most expressions.
    reads_context: bool,
}

impl Expression {
    fn compile(text: &str) -> Result<Expression, String> {
        let program = jsonata::Expression::compile(text, &CompileOptions::STEP_FUNCTIONS)
            .map_err(|error| error.message)?;
        Ok(Expression { text: text.into(), program, reads_context: may_read_context(text) })
    }

    pub fn evaluate(&self, field: &str, host: &StateHost<'_>) -> Result<Value, Fault> {
        self.evaluate_at(&Location::Field(field), host)
    }

    fn evaluate_at(&self, location: &Location<'_>, host: &StateHost<'_>) -> Result<Value, Fault> {
        let mut random = Random::new(expr::Host::random(host));
        let mut context = Context::new(host.now.0, &mut random);
        let bindings = |name: &str| match name {
            "states" => Some(host.states_object(self.reads_context)),
            name => host.variable_ref(name).cloned(),
        };
        let fault = |what: String| {
            let field = location.to_string();
            let cause =
                format!("The JSONata expression '{}' specified for the field '{field}' {what}", self.text);
            Fault::query(cause, field)
        };
        match self.program.evaluate(None, &bindings, &mut context) {
            Ok(Outcome::Value(value)) => Ok(value),
            Ok(Outcome::Undefined) => Err(fault("returned nothing (undefined).".to_owned())),
            Ok(Outcome::Function) => Err(fault("returned an unsupported result type.".to_owned())),
            Err(error) => Err(fault(format!("threw an error during evaluation. {error}"))),
        }
    }
}

/// Whether an expression may look at `$states.context`: unless every `$states` in it is followed by
/// another of its members.
fn may_read_context(text: &str) -> bool {
    text.split("$states")
        .skip(1)
        .any(|after| ![".input", ".result", ".errorOutput"].iter().any(|member| after.starts_with(member)))
}

/// Where in a payload an expression stands: made into a text only where a message needs it.
enum Location<'a> {
    Field(&'a str),
    Member(&'a Location<'a>, &'a str),
    Item(&'a Location<'a>, usize),
}

impl fmt::Display for Location<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Field(name) => formatter.write_str(name),
            Location::Member(owner, name) => write!(formatter, "{owner}/{name}"),
            Location::Item(owner, position) => write!(formatter, "{owner}[{position}]"),
        }
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
        self.evaluate_at(&Location::Field(field), host)
    }

    fn evaluate_at(&self, location: &Location<'_>, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            Node::Literal(value) => Ok(value.clone()),
            Node::Expression(expression) => expression.evaluate_at(location, host),
            Node::Array(items) => {
                let mut values = Vec::with_capacity(items.len());
                for (position, item) in items.iter().enumerate() {
                    values.push(item.evaluate_at(&Location::Item(location, position), host)?);
                }
                Ok(Value::array(values))
            }
            Node::Object(members) => {
                let mut values = json::Map::with_capacity(members.len());
                for (name, member) in members {
                    values.insert(name.clone(), member.evaluate_at(&Location::Member(location, name), host)?);
                }
                Ok(Value::object(values))
            }
        }
    }

    /// The members of a payload that is an object.
    pub fn evaluate_members(&self, field: &str, host: &StateHost<'_>) -> Result<Vec<(Str, Value)>, Fault> {
        let value = match self {
            Node::Object(members) => {
                let location = Location::Field(field);
                return members
                    .iter()
                    .map(|(name, member)| {
                        Ok((name.clone(), member.evaluate_at(&Location::Member(&location, name), host)?))
                    })
                    .collect();
            }
            other => other.evaluate(field, host)?,
        };
        let members = value.as_object().into_iter().flat_map(json::Map::iter);
        Ok(members.map(|(name, value)| (name.clone(), value.clone())).collect())
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
