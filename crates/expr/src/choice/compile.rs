use json::{Str, Value};

use super::{Check, Operand, Pattern, Relation, Rule, Test, Type};
use crate::path::Path;
use crate::reference_path::parse_reference_path;
use crate::timestamp;

/// The comparison operators; each rule has one of them, or And, Or or Not.
pub const OPERATORS: [&str; 39] = [
    "StringEquals",
    "StringEqualsPath",
    "StringLessThan",
    "StringLessThanPath",
    "StringGreaterThan",
    "StringGreaterThanPath",
    "StringLessThanEquals",
    "StringLessThanEqualsPath",
    "StringGreaterThanEquals",
    "StringGreaterThanEqualsPath",
    "StringMatches",
    "NumericEquals",
    "NumericEqualsPath",
    "NumericLessThan",
    "NumericLessThanPath",
    "NumericGreaterThan",
    "NumericGreaterThanPath",
    "NumericLessThanEquals",
    "NumericLessThanEqualsPath",
    "NumericGreaterThanEquals",
    "NumericGreaterThanEqualsPath",
    "BooleanEquals",
    "BooleanEqualsPath",
    "TimestampEquals",
    "TimestampEqualsPath",
    "TimestampLessThan",
    "TimestampLessThanPath",
    "TimestampGreaterThan",
    "TimestampGreaterThanPath",
    "TimestampLessThanEquals",
    "TimestampLessThanEqualsPath",
    "TimestampGreaterThanEquals",
    "TimestampGreaterThanEqualsPath",
    "IsNull",
    "IsPresent",
    "IsNumeric",
    "IsString",
    "IsBoolean",
    "IsTimestamp",
];

/// How deep And, Or and Not may nest.
const MAX_DEPTH: usize = 100;

/// Something in a rule that is refused when a state machine is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleProblem {
    /// The names and indexes from the rule to the place.
    pub pointer: Vec<Str>,
    pub message: String,
}

pub(super) fn compile(rule: &Value) -> Result<Rule, Vec<RuleProblem>> {
    let mut compiler = Compiler { pointer: Vec::new(), problems: Vec::new() };
    match compiler.rule(rule) {
        Some(rule) if compiler.problems.is_empty() => Ok(rule),
        _ => Err(compiler.problems),
    }
}

struct Compiler {
    pointer: Vec<Str>,
    problems: Vec<RuleProblem>,
}

impl Compiler {
    fn problem<T>(&mut self, message: impl Into<String>) -> Option<T> {
        self.problems.push(RuleProblem { pointer: self.pointer.clone(), message: message.into() });
        None
    }

    fn within<T>(&mut self, place: impl Into<Str>, inner: impl FnOnce(&mut Compiler) -> T) -> T {
        self.pointer.push(place.into());
        let result = inner(self);
        self.pointer.pop();
        result
    }

    fn rule(&mut self, rule: &Value) -> Option<Rule> {
        if self.pointer.len() > MAX_DEPTH {
            return self.problem(format!("The rule is nested more than {MAX_DEPTH} levels deep"));
        }
        let Some(members) = rule.as_object() else {
            return self.problem("A choice rule must be an object");
        };
        let mut operators = members.keys().filter(|name| is_operator(name));
        let (Some(operator), None) = (operators.next(), operators.next()) else {
            return self.problem("A choice rule must have exactly one operator");
        };
        let operand = members.get(operator).unwrap_or(&Value::Null);
        match &**operator {
            "And" => self.within("And", |compiler| compiler.rules(operand)).map(Rule::And),
            "Or" => self.within("Or", |compiler| compiler.rules(operand)).map(Rule::Or),
            "Not" => {
                self.within("Not", |compiler| compiler.rule(operand)).map(|rule| Rule::Not(Box::new(rule)))
            }
            name => {
                let variable = match members.get("Variable") {
                    Some(variable) => self.within("Variable", |compiler| compiler.path(variable)),
                    None => self.problem("These fields are required: [Variable]"),
                };
                let test = self.within(operator.clone(), |compiler| compiler.test(name, operand));
                Some(Rule::Compare { variable: variable?, test: test? })
            }
        }
    }

    fn rules(&mut self, rules: &Value) -> Option<Box<[Rule]>> {
        let Some(rules) = rules.as_array() else {
            return self.problem("Expected an array of choice rules");
        };
        if rules.is_empty() {
            return self.problem("Value cannot be empty");
        }
        let rules: Vec<Option<Rule>> = rules
            .iter()
            .enumerate()
            .map(|(position, rule)| self.within(position.to_string(), |compiler| compiler.rule(rule)))
            .collect();
        rules.into_iter().collect()
    }

    fn path(&mut self, path: &Value) -> Option<Path> {
        let Some(text) = path.as_str() else { return self.problem("Expected value of type String") };
        match parse_reference_path(text) {
            Ok(path) => Some(path),
            Err(error) => self.problem(format!("Value is not a Reference Path: {}", error.message)),
        }
    }

    fn test(&mut self, operator: &str, operand: &Value) -> Option<Test> {
        if let Some(check) = operator.strip_prefix("Is") {
            let check = match check {
                "Null" => Check::Null,
                "Present" => Check::Present,
                "Numeric" => Check::Numeric,
                "String" => Check::String,
                "Boolean" => Check::Boolean,
                _ => Check::Timestamp,
            };
            return match operand {
                Value::Bool(wanted) => Some(Test::Is(check, *wanted)),
                _ => self.problem("Expected value of type Boolean"),
            };
        }
        if operator == "StringMatches" {
            return match operand.as_str() {
                Some(pattern) => Some(Test::Matches(Pattern::parse(pattern))),
                None => self.problem("Expected value of type String"),
            };
        }
        let (kind, rest) = type_of_operator(operator)?;
        let (relation, is_path) = match rest.strip_suffix("Path") {
            Some(relation) => (relation_of(relation)?, true),
            None => (relation_of(rest)?, false),
        };
        if is_path {
            return self.path(operand).map(|path| Test::Path(relation, kind, path));
        }
        let operand = match (kind, operand) {
            (Type::String, Value::String(text)) => Operand::String(text.clone()),
            (Type::Numeric, Value::Number(number)) => Operand::Numeric(number.clone()),
            (Type::Boolean, Value::Bool(flag)) => Operand::Boolean(*flag),
            (Type::Timestamp, Value::String(text)) => match timestamp::parse_rfc3339(text) {
                Some(timestamp) => Operand::Timestamp(timestamp),
                None => return self.problem("String does not match RFC3339 timestamp"),
            },
            (Type::Numeric, _) => return self.problem("Expected value of type Number"),
            (Type::Boolean, _) => return self.problem("Expected value of type Boolean"),
            (Type::String | Type::Timestamp, _) => return self.problem("Expected value of type String"),
        };
        Some(Test::Literal(relation, operand))
    }
}

fn is_operator(name: &str) -> bool {
    matches!(name, "And" | "Or" | "Not") || OPERATORS.contains(&name)
}

fn type_of_operator(operator: &str) -> Option<(Type, &str)> {
    [
        ("String", Type::String),
        ("Numeric", Type::Numeric),
        ("Boolean", Type::Boolean),
        ("Timestamp", Type::Timestamp),
    ]
    .into_iter()
    .find_map(|(prefix, kind)| operator.strip_prefix(prefix).map(|rest| (kind, rest)))
}

fn relation_of(name: &str) -> Option<Relation> {
    Some(match name {
        "Equals" => Relation::Equal,
        "LessThan" => Relation::Less,
        "LessThanEquals" => Relation::LessOrEqual,
        "GreaterThan" => Relation::Greater,
        "GreaterThanEquals" => Relation::GreaterOrEqual,
        _ => return None,
    })
}
