//! Choice rules as conditions.

use expr::choice::{OPERATORS, Pattern};
use json::{Map, Value};

use crate::jsonata::{Data, Jsonata, Level, Shape, text_literal};
use crate::notes::{Notes, Unsupported};
use crate::path::{self, negated};

const MAX_DEPTH: usize = 100;

const TIMESTAMP: &str = r"/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:[0-5]\d)$/";

/// The condition of a rule that compiles; `root` is what `$` stands for.
pub(crate) fn condition(rule: &Value, root: &Data, notes: &mut Notes) -> Result<Jsonata, Unsupported> {
    let mut converter = Converter { root, notes, present: Vec::new() };
    converter.rule(rule, 0)
}

struct Converter<'c> {
    root: &'c Data,
    notes: &'c mut Notes,
    /// What an earlier part of an And has made sure to be there.
    present: Vec<String>,
}

impl Converter<'_> {
    fn rule(&mut self, rule: &Value, depth: usize) -> Result<Jsonata, Unsupported> {
        if depth > MAX_DEPTH {
            return Err(Unsupported::new("The rule is nested too deeply."));
        }
        let empty = Map::new();
        let members = rule.as_object().unwrap_or(&empty);
        let operands = |name: &str| members.get(name).and_then(Value::as_array);
        if let Some(rules) = operands("And") {
            let known = self.present.len();
            let parts: Result<Vec<String>, Unsupported> =
                rules.iter().map(|rule| Ok(self.rule(rule, depth + 1)?.within(Level::And))).collect();
            self.present.truncate(known);
            return Ok(joined(parts?, Level::And, " and "));
        }
        if let Some(rules) = operands("Or") {
            let known = self.present.len();
            let mut parts = Vec::with_capacity(rules.len());
            for rule in rules {
                parts.push(self.rule(rule, depth + 1)?.within(Level::Or));
                self.present.truncate(known);
            }
            return Ok(joined(parts, Level::Or, " or "));
        }
        if let Some(inner) = members.get("Not") {
            let known = self.present.len();
            let inner = self.rule(inner, depth + 1)?;
            self.present.truncate(known);
            return Ok(negated(&inner));
        }
        let Some((operator, operand)) = members.iter().find(|(name, _)| OPERATORS.contains(&&***name)) else {
            return Err(Unsupported::new("The rule has no operator."));
        };
        let variable = self.path(members.get("Variable"))?;
        self.comparison(&variable, operator, operand)
    }

    fn path(&mut self, path: Option<&Value>) -> Result<Jsonata, Unsupported> {
        let text = path.and_then(Value::as_str).unwrap_or_default();
        let path = expr::parse_reference_path(text)
            .map_err(|error| Unsupported::new(format!("The path can't be read: {}", error.message)))?;
        Ok(path::convert(&path, self.root, self.notes)?.to_jsonata())
    }

    fn comparison(
        &mut self,
        variable: &Jsonata,
        operator: &str,
        operand: &Value,
    ) -> Result<Jsonata, Unsupported> {
        let wanted = operand.as_bool().unwrap_or(true);
        let compared = |left: &str, symbol: &str, right: &str| {
            Jsonata::of_level(Level::Comparison, format!("{left} {symbol} {right}"), Shape::Boolean)
        };
        let left = variable.within(Level::Sum);
        if operator == "IsPresent" {
            let exists = Jsonata::single(format!("$exists({})", variable.text), Shape::Boolean);
            if wanted {
                self.present.push(variable.text.clone());
                return Ok(exists);
            }
            return Ok(negated(&exists));
        }
        if variable.can_miss && !self.present.contains(&variable.text) {
            self.notes.changed("Where the variable is missing, the state failed with States.Runtime; now the rule doesn't match, or the state fails with States.QueryEvaluationError.");
        }
        if let Some(check) = operator.strip_prefix("Is") {
            let symbol = if wanted { "=" } else { "!=" };
            let type_name = match check {
                "Null" => return Ok(compared(&left, symbol, "null")),
                "Numeric" => "'number'",
                "String" => "'string'",
                "Boolean" => "'boolean'",
                _ => {
                    let text =
                        format!("$type({0}) = 'string' and $contains({0}, {TIMESTAMP})", variable.text);
                    let is_timestamp = Jsonata::of_level(Level::And, text, Shape::Boolean);
                    self.notes.info(
                        "Days that a month doesn't have, such as 30 February, pass for timestamps now.",
                    );
                    return Ok(if wanted { is_timestamp } else { negated(&is_timestamp) });
                }
            };
            return Ok(compared(&format!("$type({})", variable.text), symbol, type_name));
        }
        if operator == "StringMatches" {
            return Ok(self.matches(variable, operand.as_str().unwrap_or_default()));
        }
        let (name, other) = match operator.strip_suffix("Path") {
            Some(name) => (name, self.path(Some(operand))?),
            None => (operator, Data::Literal(operand.clone()).to_jsonata()),
        };
        let is_path = name != operator;
        let (symbol, kind) = [
            ("GreaterThanEquals", ">="),
            ("LessThanEquals", "<="),
            ("GreaterThan", ">"),
            ("LessThan", "<"),
            ("Equals", "="),
        ]
        .into_iter()
        .find_map(|(suffix, symbol)| Some((symbol, name.strip_suffix(suffix)?)))
        .ok_or_else(|| Unsupported::new("The rule has no operator."))?;
        if kind == "Timestamp" {
            self.notes.changed("A value that is no timestamp makes the state fail now; before, the rule didn't match. Times are compared by milliseconds.");
            let millis = |value: &Jsonata| format!("$toMillis({})", value.text);
            return Ok(compared(&millis(variable), symbol, &millis(&other)));
        }
        if symbol != "=" {
            self.notes.changed("A value of another type makes the state fail now with States.QueryEvaluationError; before, the rule didn't match.");
        } else if is_path {
            self.notes.changed(
                "The values are equal now whatever type they have; before, both had to be of the operator's.",
            );
        }
        if is_path && other.can_miss && !self.present.contains(&other.text) {
            self.notes.changed("Where the value to compare with is missing, the rule doesn't match, or the state fails with States.QueryEvaluationError; before, it failed with States.Runtime.");
        }
        Ok(compared(&left, symbol, &other.within(Level::Sum)))
    }

    /// A pattern with stars: a comparison, a part of the text, or a regular expression.
    fn matches(&mut self, variable: &Jsonata, pattern: &str) -> Jsonata {
        let pattern = Pattern::parse(pattern);
        let test = match pattern.texts() {
            [whole] => {
                let text = format!("{} = {}", variable.within(Level::Sum), text_literal(whole));
                return Jsonata::of_level(Level::Comparison, text, Shape::Boolean);
            }
            [first, last] if first.is_empty() && last.is_empty() => {
                let text = format!("$type({}) = 'string'", variable.text);
                return Jsonata::of_level(Level::Comparison, text, Shape::Boolean);
            }
            [first, middle, last] if first.is_empty() && last.is_empty() && !middle.is_empty() => {
                text_literal(middle)
            }
            texts => {
                let escaped: Vec<String> = texts.iter().map(|text| escaped(text)).collect();
                let joined = escaped.join(r"[\s\S]*");
                let joined =
                    joined.strip_prefix(r"[\s\S]*").map_or_else(|| format!("^{joined}"), str::to_owned);
                let joined =
                    joined.strip_suffix(r"[\s\S]*").map_or_else(|| format!("{joined}$"), str::to_owned);
                format!("/{joined}/")
            }
        };
        self.notes.changed("A value that is no text makes the state fail now with States.QueryEvaluationError; before, the rule didn't match.");
        Jsonata::single(format!("$contains({}, {test})", variable.text), Shape::Boolean)
    }
}

fn joined(parts: Vec<String>, level: Level, word: &str) -> Jsonata {
    match <[String; 1]>::try_from(parts) {
        Ok([only]) => Jsonata::of_level(level, only, Shape::Boolean),
        Err(parts) => Jsonata::of_level(level, parts.join(word), Shape::Boolean),
    }
}

/// A text as a part of a regular expression.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other => {
                if r"\^$.|?*+()[]{}/".contains(other) {
                    out.push('\\');
                }
                out.push(other);
            }
        }
    }
    out
}
