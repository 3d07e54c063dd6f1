//! The rules of Choice states in JSONPath: comparisons, and And, Or and Not over them.

mod compile;
mod pattern;

use std::cmp::Ordering;

use json::{Number, Str, Value};

use crate::error::EvalError;
use crate::path::{Path, java_order};
use crate::references::References;
use crate::scope::Scope;
use crate::timestamp::{self, Timestamp};
pub use compile::{OPERATORS, RuleProblem};
pub use pattern::Pattern;

/// A compiled choice rule, without its Next and what else is not the condition.
#[derive(Debug)]
pub struct ChoiceRule {
    rule: Rule,
}

#[derive(Debug)]
enum Rule {
    And(Box<[Rule]>),
    Or(Box<[Rule]>),
    Not(Box<Rule>),
    Compare { variable: Path, test: Test },
}

#[derive(Debug)]
enum Test {
    Literal(Relation, Operand),
    Path(Relation, Type, Path),
    Matches(Pattern),
    Is(Check, bool),
}

/// How two values have to stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// What an operator compares; it is false for values of other types.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Type {
    String,
    Numeric,
    Boolean,
    Timestamp,
}

/// A literal to compare with.
#[derive(Debug)]
enum Operand {
    String(Str),
    Numeric(Number),
    Boolean(bool),
    Timestamp(Timestamp),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Check {
    Null,
    Present,
    Numeric,
    String,
    Boolean,
    Timestamp,
}

impl ChoiceRule {
    /// Compiles the object of a rule; Next, Comment, Assign and Output are not looked at.
    ///
    /// # Errors
    ///
    /// No or several operators, a path that is none, a literal of the wrong type.
    pub fn compile(rule: &Value) -> Result<ChoiceRule, Vec<RuleProblem>> {
        compile::compile(rule).map(|rule| ChoiceRule { rule })
    }

    /// Whether the rule holds. And and Or stop at the first rule that decides.
    ///
    /// # Errors
    ///
    /// `States.Runtime` where a path leads nowhere, except the Variable of IsPresent.
    pub fn matches(&self, scope: &Scope<'_>) -> Result<bool, EvalError> {
        self.rule.matches(scope)
    }

    /// Adds what the rule reads.
    pub fn references(&self, references: &mut References) {
        self.rule.references(references);
    }
}

impl Rule {
    fn matches(&self, scope: &Scope<'_>) -> Result<bool, EvalError> {
        match self {
            Rule::And(rules) => {
                for rule in rules {
                    if !rule.matches(scope)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Rule::Or(rules) => {
                for rule in rules {
                    if rule.matches(scope)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Rule::Not(rule) => Ok(!rule.matches(scope)?),
            Rule::Compare { variable, test } => {
                let Some(value) = variable.lookup(scope) else {
                    return match test {
                        Test::Is(Check::Present, wanted) => Ok(!wanted),
                        _ => Err(invalid_value(variable)),
                    };
                };
                Ok(match test {
                    Test::Literal(relation, operand) => {
                        operand.compare(&value).is_some_and(|order| relation.holds(order))
                    }
                    Test::Path(relation, kind, path) => {
                        let other = path.lookup(scope).ok_or_else(|| invalid_value(path))?;
                        kind.compare(&value, &other).is_some_and(|order| relation.holds(order))
                    }
                    Test::Matches(pattern) => value.as_str().is_some_and(|text| pattern.matches(text)),
                    Test::Is(check, wanted) => check.holds(&value) == *wanted,
                })
            }
        }
    }

    fn references(&self, references: &mut References) {
        match self {
            Rule::And(rules) | Rule::Or(rules) => {
                rules.iter().for_each(|rule| rule.references(references));
            }
            Rule::Not(rule) => rule.references(references),
            Rule::Compare { variable, test } => {
                variable.references(references);
                if let Test::Path(_, _, path) = test {
                    path.references(references);
                }
            }
        }
    }
}

fn invalid_value(path: &Path) -> EvalError {
    EvalError::runtime(format!(
        "Invalid path '{}': The choice state's condition path references an invalid value.",
        path.text()
    ))
}

impl Relation {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Relation::Equal => order.is_eq(),
            Relation::Less => order.is_lt(),
            Relation::LessOrEqual => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::GreaterOrEqual => order.is_ge(),
        }
    }
}

impl Operand {
    /// How a value stands to the literal; none where their types differ.
    fn compare(&self, value: &Value) -> Option<Ordering> {
        match (value, self) {
            (Value::String(value), Operand::String(text)) => Some(java_order(value, text)),
            (Value::Number(value), Operand::Numeric(number)) => value.partial_cmp(number),
            (Value::Bool(value), Operand::Boolean(flag)) => Some(value.cmp(flag)),
            (Value::String(value), Operand::Timestamp(moment)) => {
                Some(timestamp::parse_rfc3339(value)?.cmp(moment))
            }
            _ => None,
        }
    }
}

impl Type {
    fn compare(self, left: &Value, right: &Value) -> Option<Ordering> {
        match (self, left, right) {
            (Type::String, Value::String(left), Value::String(right)) => Some(java_order(left, right)),
            (Type::Numeric, Value::Number(left), Value::Number(right)) => left.partial_cmp(right),
            (Type::Boolean, Value::Bool(left), Value::Bool(right)) => Some(left.cmp(right)),
            (Type::Timestamp, Value::String(left), Value::String(right)) => {
                Some(timestamp::parse_rfc3339(left)?.cmp(&timestamp::parse_rfc3339(right)?))
            }
            _ => None,
        }
    }
}

impl Check {
    fn holds(self, value: &Value) -> bool {
        match self {
            Check::Present => true,
            Check::Null => value.is_null(),
            Check::Numeric => matches!(value, Value::Number(_)),
            Check::String => matches!(value, Value::String(_)),
            Check::Boolean => matches!(value, Value::Bool(_)),
            Check::Timestamp => value.as_str().is_some_and(|text| timestamp::parse_rfc3339(text).is_some()),
        }
    }
}
