use std::borrow::Cow;
use std::cmp::Ordering;

use json::{Number, Value};
use regex_lite::Regex;

use super::PathError;
use super::evaluate::Evaluation;
use super::step::Steps;

/// The condition of `[?(…)]`.
#[derive(Debug)]
pub enum Filter {
    Or(Vec<Filter>),
    And(Vec<Filter>),
    Not(Box<Filter>),
    Compare { left: Operand, operator: Operator, right: Operand },
    Exists { path: Steps, is_negated: bool },
}

#[derive(Debug)]
pub enum Operand {
    Path(Steps),
    Literal(Value),
    Pattern(Regex),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operator {
    Equal,
    NotEqual,
    SameTypeEqual,
    SameTypeNotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Matches,
    In,
    NotIn,
    Contains,
    All,
    Size,
    Empty,
    SubsetOf,
    AnyOf,
    NoneOf,
    /// Operators that no literal can satisfy.
    Never,
}

/// What an operand stands for with one item.
enum Resolved<'f> {
    Nothing,
    Value(Cow<'f, Value>),
    Pattern(&'f Regex),
}

impl Filter {
    pub(crate) fn accepts(&self, item: &Value, evaluation: &Evaluation<'_>) -> Result<bool, PathError> {
        match self {
            Filter::Or(parts) => {
                for part in parts {
                    if part.accepts(item, evaluation)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Filter::And(parts) => {
                for part in parts {
                    if !part.accepts(item, evaluation)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Filter::Not(part) => Ok(!part.accepts(item, evaluation)?),
            Filter::Exists { path, is_negated } => {
                Ok(evaluation.exists_in_filter(path, item)? != *is_negated)
            }
            Filter::Compare { left, operator, right } => {
                let left = left.resolve(item, evaluation)?;
                let right = right.resolve(item, evaluation)?;
                Ok(compare(&left, *operator, &right))
            }
        }
    }
}

impl Operand {
    fn resolve<'f>(&'f self, item: &Value, evaluation: &Evaluation<'_>) -> Result<Resolved<'f>, PathError> {
        Ok(match self {
            Operand::Path(steps) => match evaluation.value_in_filter(steps, item)? {
                Some(value) => Resolved::Value(Cow::Owned(value)),
                None => Resolved::Nothing,
            },
            Operand::Literal(value) => Resolved::Value(Cow::Borrowed(value)),
            Operand::Pattern(pattern) => Resolved::Pattern(pattern),
        })
    }
}

fn compare(left: &Resolved<'_>, operator: Operator, right: &Resolved<'_>) -> bool {
    let (left, right) = match (left, right) {
        (Resolved::Pattern(pattern), Resolved::Value(value))
        | (Resolved::Value(value), Resolved::Pattern(pattern)) => {
            return operator == Operator::Matches && matches_pattern(pattern, value);
        }
        (Resolved::Value(left), Resolved::Value(right)) => (&**left, &**right),
        // What is not there equals nothing and is in no list.
        _ => {
            return matches!(operator, Operator::NotEqual | Operator::SameTypeNotEqual)
                || (operator == Operator::NotIn
                    && matches!(right, Resolved::Value(list) if list.as_array().is_some()));
        }
    };
    let ordered = |expected: fn(Ordering) -> bool| match (left, right) {
        (Value::Number(left), Value::Number(right)) => left.partial_cmp(right).is_some_and(expected),
        (Value::String(left), Value::String(right)) => expected(java_order(left, right)),
        _ => false,
    };
    match operator {
        Operator::Equal => equal(left, right),
        Operator::NotEqual => !equal(left, right),
        Operator::SameTypeEqual => same_type(left, right) && equal(left, right),
        Operator::SameTypeNotEqual => !(same_type(left, right) && equal(left, right)),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
        Operator::In => right.as_array().is_some_and(|list| is_in(left, list)),
        Operator::NotIn => right.as_array().is_some_and(|list| !is_in(left, list)),
        Operator::Contains => match (left, right) {
            (Value::String(left), Value::String(right)) => left.contains(&**right),
            (Value::Array(list), _) => is_in(right, list.items()),
            _ => false,
        },
        Operator::Size => right.as_number().is_some_and(|size| {
            let actual = match left {
                Value::String(text) => text.encode_utf16().count() as i64,
                Value::Array(array) => array.items().len() as i64,
                _ => return false,
            };
            *size == Number::Int(actual)
        }),
        Operator::Empty => right.as_bool().is_some_and(|wanted| match left {
            Value::String(text) => text.is_empty() == wanted,
            Value::Array(array) => array.items().is_empty() == wanted,
            Value::Object(object) => object.members().is_empty() == wanted,
            _ => false,
        }),
        Operator::All => on_lists(left, right, |left, right| right.iter().all(|item| is_in(item, left))),
        Operator::SubsetOf => on_lists(left, right, |left, right| left.iter().all(|item| is_in(item, right))),
        Operator::AnyOf => on_lists(left, right, |left, right| left.iter().any(|item| is_in(item, right))),
        Operator::NoneOf => on_lists(left, right, |left, right| !left.iter().any(|item| is_in(item, right))),
        Operator::Matches | Operator::Never => false,
    }
}

fn on_lists(left: &Value, right: &Value, test: impl Fn(&[Value], &[Value]) -> bool) -> bool {
    match (left.as_array(), right.as_array()) {
        (Some(left), Some(right)) => test(left, right),
        _ => false,
    }
}

fn is_in(item: &Value, list: &[Value]) -> bool {
    list.iter().any(|other| equal(other, item))
}

/// Jayway's `==`: a number and a string are equal where the one reads as the other.
fn equal(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::String(text), Value::Number(number)) => **text == *number.to_string(),
        (Value::Number(number), Value::String(text)) => {
            Number::from_text(text).is_some_and(|other| other == *number)
        }
        _ => left == right,
    }
}

fn same_type(left: &Value, right: &Value) -> bool {
    let kind = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    kind(left) == kind(right)
}

fn matches_pattern(pattern: &Regex, value: &Value) -> bool {
    match value {
        Value::Array(array) => array.items().iter().any(|item| pattern.is_match(&pattern_input(item))),
        other => pattern.is_match(&pattern_input(other)),
    }
}

fn pattern_input(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        Value::Number(number) => Cow::Owned(number.to_string()),
        Value::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        _ => Cow::Borrowed(""),
    }
}

/// Java compares strings by their UTF-16 units.
pub(crate) fn java_order(left: &str, right: &str) -> Ordering {
    if left.is_ascii() && right.is_ascii() {
        return left.cmp(right);
    }
    left.encode_utf16().cmp(right.encode_utf16())
}
