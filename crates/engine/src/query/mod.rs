//! The two query languages behind one interface: JSONPath ([`expr`]) and JSONata ([`jsonata`]).
//!
//! States say what to evaluate against what; which language it is written in is known only here.

mod context;
mod jsonata;

use std::borrow::Cow;

use json::{Str, Value};

pub use self::context::ItemContext;
pub(crate) use self::context::{Facts, StateHost};
use self::jsonata::{Expression, Node};

/// A failed evaluation. The cause is the inner text, without "An error occurred while executing the state …".
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Fault {
    Error {
        name: Str,
        cause: String,
    },
    /// States.QueryEvaluationError, which has an EvaluationFailed event of its own.
    Query {
        cause: String,
        location: Option<String>,
    },
}

pub(crate) const RUNTIME: &str = "States.Runtime";
pub(crate) const QUERY_EVALUATION_ERROR: &str = "States.QueryEvaluationError";

impl Fault {
    pub fn runtime(cause: impl Into<String>) -> Fault {
        Fault::Error { name: RUNTIME.into(), cause: cause.into() }
    }

    pub fn query(cause: impl Into<String>, location: impl Into<String>) -> Fault {
        Fault::Query { cause: cause.into(), location: Some(location.into()) }
    }

    pub fn name(&self) -> &str {
        match self {
            Fault::Error { name, .. } => name,
            Fault::Query { .. } => QUERY_EVALUATION_ERROR,
        }
    }

    pub fn cause(&self) -> &str {
        match self {
            Fault::Error { cause, .. } | Fault::Query { cause, .. } => cause,
        }
    }
}

impl From<expr::EvalError> for Fault {
    #[cold]
    fn from(error: expr::EvalError) -> Fault {
        Fault::Error { name: error.name.into(), cause: error.cause }
    }
}

/// `InputPath`, `OutputPath`.
#[derive(Debug, Default)]
pub(crate) enum PathField {
    /// `$`, or no field at all.
    #[default]
    Whole,
    /// `null`: an empty object.
    Null,
    Path(expr::Path),
}

impl PathField {
    #[inline(always)]
    pub fn apply(&self, input: &Value, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            PathField::Whole => Ok(input.clone()),
            PathField::Null => Ok(Value::object(json::Map::new())),
            PathField::Path(path) => Ok(path.select(&expr::Scope::new(input, host))?),
        }
    }

    /// As [`PathField::apply`], for somebody who only looks at it.
    #[inline(always)]
    pub fn view<'v>(&self, input: &'v Value, host: &StateHost<'_>) -> Result<Cow<'v, Value>, Fault> {
        match self {
            PathField::Whole => Ok(Cow::Borrowed(input)),
            other => Ok(Cow::Owned(other.apply(input, host)?)),
        }
    }

    /// As [`PathField::apply`], on what is not needed any more.
    #[inline(always)]
    pub fn apply_to(&self, input: Value, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            PathField::Whole => Ok(input),
            other => other.apply(&input, host),
        }
    }
}

/// `ResultPath`.
#[derive(Clone, Debug, Default)]
pub(crate) enum ResultPath {
    /// `$`, or no field at all: the result takes the place of the input.
    #[default]
    Replace,
    /// `null`: the input goes on, the result is dropped.
    Discard,
    Path(expr::ReferencePath),
}

impl ResultPath {
    #[inline(always)]
    pub fn apply(&self, input: &Value, result: Value) -> Result<Value, Fault> {
        match self {
            ResultPath::Replace => Ok(result),
            ResultPath::Discard => Ok(input.clone()),
            ResultPath::Path(path) => Ok(path.set(input, result)?),
        }
    }
}

/// A payload template of either language.
#[derive(Debug)]
pub(crate) enum Template {
    JsonPath(expr::Template),
    Jsonata(Node),
}

impl Template {
    pub fn jsonpath(value: &Value) -> Result<Template, Vec<(String, String)>> {
        expr::Template::compile(value).map(Template::JsonPath).map_err(|problems| {
            problems.into_iter().map(|problem| (problem.field.to_string(), problem.message)).collect()
        })
    }

    /// Problems are pairs of a location within the template and a message.
    pub fn jsonata(value: &Value) -> Result<Template, Vec<(String, String)>> {
        Node::compile(value).map(Template::Jsonata)
    }

    /// The value of the template. `input` is what `$` means in JSONPath; JSONata sees `host` alone.
    /// `field` names the template's field in errors.
    #[inline(always)]
    pub fn evaluate(&self, field: &str, input: &Value, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            Template::JsonPath(template) => Ok(template.evaluate(&expr::Scope::new(input, host))?),
            Template::Jsonata(node) => node.evaluate(field, host),
        }
    }

    /// The members of an `Assign`.
    pub fn evaluate_members(
        &self,
        field: &str,
        input: &Value,
        host: &StateHost<'_>,
    ) -> Result<Vec<(Str, Value)>, Fault> {
        match self {
            Template::JsonPath(template) => {
                let mut members = template.evaluate_members(&expr::Scope::new(input, host))?;
                for (_, value) in &mut members {
                    *value = value.without_text();
                }
                Ok(members)
            }
            Template::Jsonata(node) => node.evaluate_members(field, host),
        }
    }
}

/// The condition of a choice rule.
#[derive(Debug)]
pub(crate) enum Condition {
    JsonPath(expr::ChoiceRule),
    Jsonata(Node),
}

impl Condition {
    pub fn jsonata(value: &Value) -> Result<Condition, Vec<(String, String)>> {
        Node::compile(value).map(Condition::Jsonata)
    }

    /// Whether the rule at a position matches.
    pub fn matches(&self, position: usize, input: &Value, host: &StateHost<'_>) -> Result<bool, Fault> {
        match self {
            Condition::JsonPath(rule) => Ok(rule.matches(&expr::Scope::new(input, host))?),
            Condition::Jsonata(node) => {
                let field = format!("Choices[{position}]/Condition");
                let value = node.evaluate(&field, host)?;
                value.as_bool().ok_or_else(|| unexpected_type(node.text(), &field, "boolean", &value))
            }
        }
    }
}

/// `Items`, `ItemsPath`.
#[derive(Debug, Default)]
pub(crate) enum Items {
    /// The state's input is the array.
    #[default]
    Input,
    Path(expr::Path),
    Jsonata(Node),
}

/// A field that holds a value, a path to it, or an expression for it.
#[derive(Debug)]
pub(crate) enum Dynamic {
    Literal(Value),
    /// A `…Path` field.
    Path {
        field: &'static str,
        path: expr::Path,
    },
    /// `ErrorPath`, `CausePath`: a path or an intrinsic function.
    Function {
        field: &'static str,
        expression: expr::Expression,
    },
    Jsonata {
        field: &'static str,
        expression: Expression,
    },
}

impl Dynamic {
    /// A field of a JSONata state: text in `{% %}` is an expression, all else is literal.
    pub fn jsonata(field: &'static str, value: &Value) -> Result<Dynamic, Vec<(String, String)>> {
        match Node::compile(value)? {
            Node::Expression(expression) => Ok(Dynamic::Jsonata { field, expression }),
            _ => Ok(Dynamic::Literal(value.clone())),
        }
    }

    pub fn evaluate(&self, input: &Value, host: &StateHost<'_>) -> Result<Value, Fault> {
        match self {
            Dynamic::Literal(value) => Ok(value.clone()),
            Dynamic::Path { path, .. } => Ok(path.select(&expr::Scope::new(input, host))?),
            Dynamic::Function { field, expression } => {
                Ok(expression.evaluate(field, &expr::Scope::new(input, host))?)
            }
            Dynamic::Jsonata { field, expression } => expression.evaluate(field, host),
        }
    }

    /// The value that a path refers to, or none; evaluated as usual for all others.
    pub fn lookup(&self, input: &Value, host: &StateHost<'_>) -> Result<Option<Value>, Fault> {
        match self {
            Dynamic::Path { path, .. } => {
                Ok(path.lookup(&expr::Scope::new(input, host)).map(std::borrow::Cow::into_owned))
            }
            other => other.evaluate(input, host).map(Some),
        }
    }

    /// A fault about a value of the wrong type or out of range.
    pub fn fault(
        &self,
        jsonpath: impl FnOnce(&str, &str) -> String,
        jsonata: impl FnOnce() -> String,
    ) -> Fault {
        match self {
            Dynamic::Path { field, path } => Fault::runtime(jsonpath(field, path.text())),
            Dynamic::Function { .. } | Dynamic::Literal(_) => Fault::runtime(jsonata()),
            Dynamic::Jsonata { field, .. } => Fault::query(jsonata(), *field),
        }
    }

    /// A JSONata expression that gave something of another type than `expected`.
    pub fn unexpected_type(&self, expected: &str, value: &Value) -> Fault {
        match self {
            Dynamic::Jsonata { field, expression } => {
                unexpected_type(&expression.text, field, expected, value)
            }
            Dynamic::Path { field, path } => Fault::runtime(format!(
                "The {field} field refers to value \"{}\" which is not a valid {expected}: {}",
                plain_text(value),
                path.text()
            )),
            _ => Fault::runtime(format!("Expected {expected}, but was {value}")),
        }
    }
}

/// The words for an expression that gave something of another type than the field takes.
pub(crate) fn unexpected_type(expression: &str, field: &str, expected: &str, value: &Value) -> Fault {
    Fault::query(
        format!(
            "The JSONata expression '{expression}' specified for the field '{field}' returned an unexpected \
             result type. Expected '{expected}', but was '{}' for value: {}",
            json::json_type_name(value),
            value.without_text()
        ),
        field,
    )
}

/// A string without quotes, anything else as JSON.
pub(crate) fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_text(), str::to_owned)
}
