//! Conditions as Choice rules.

use json::{Map, Value};
use jsonata::{AstId, AstKind};

use super::expression::{Roots, Source, Term, too_deep};
use crate::notes::{Notes, Unsupported};

const MAX_DEPTH: usize = 50;

/// The fields of a Choice rule for a condition; `$` is the state's input.
pub(super) fn rule(source: &Source, notes: &mut Notes) -> Result<Map, Unsupported> {
    let roots = Roots { input: Some("$"), ..Roots::default() };
    Rules { source, roots, notes }.rule(source.root(), 0)
}

struct Rules<'r> {
    source: &'r Source,
    roots: Roots,
    notes: &'r mut Notes,
}

impl Rules<'_> {
    fn rule(&mut self, id: AstId, depth: usize) -> Result<Map, Unsupported> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if let Some(path) = self.path(id)? {
            return Ok(comparison(&path, "BooleanEquals", Value::from(true)));
        }
        let (_, node) = self.source.inner(id)?;
        match &node.kind {
            AstKind::Binary { operator: operator @ ("and" | "or"), left, right } => {
                let mut rules = Vec::new();
                for side in [*left, *right] {
                    self.joined(operator, side, &mut rules, depth + 1)?;
                }
                Ok(one(if *operator == "and" { "And" } else { "Or" }, Value::array(rules)))
            }
            AstKind::Binary { operator: operator @ ("=" | "!=" | "<" | "<=" | ">" | ">="), left, right } => {
                self.comparison(operator, *left, *right)
            }
            AstKind::Binary { operator: "in", left, right } => self.is_one_of(*left, *right),
            AstKind::Value(value) if value.as_bool().is_some() => {
                Ok(comparison("$", "IsPresent", value.clone()))
            }
            AstKind::Call { .. } => match self.source.call(node) {
                Some(("not", [inner])) => Ok(negated(self.rule(*inner, depth + 1)?)),
                Some(("boolean", [inner])) => self.rule(*inner, depth + 1),
                Some(("exists", [inner])) => match self.path(*inner)? {
                    Some(path) => Ok(comparison(&path, "IsPresent", Value::from(true))),
                    None => Err(Unsupported::new("Only a path can be looked for in JSONPath.")),
                },
                Some(("contains", [inner, part])) => self.contains(*inner, *part),
                Some((name, _)) => {
                    Err(Unsupported::new(format!("A rule in JSONPath can't call ${name} as this one does.")))
                }
                None => Err(unsaid()),
            },
            _ => Err(unsaid()),
        }
    }

    /// The parts of a chain of one operator.
    fn joined(
        &mut self,
        operator: &str,
        id: AstId,
        out: &mut Vec<Value>,
        depth: usize,
    ) -> Result<(), Unsupported> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let (_, node) = self.source.inner(id)?;
        match &node.kind {
            AstKind::Binary { operator: same, left, right } if *same == operator => {
                self.joined(operator, *left, out, depth + 1)?;
                self.joined(operator, *right, out, depth + 1)
            }
            _ => {
                out.push(Value::object(self.rule(id, depth + 1)?));
                Ok(())
            }
        }
    }

    fn path(&mut self, id: AstId) -> Result<Option<String>, Unsupported> {
        match self.source.path(id)? {
            Some(_) => match self.source.term(id, self.roots, self.notes)? {
                Term::Path(path) => Ok(Some(path)),
                _ => Ok(None),
            },
            None => Ok(None),
        }
    }

    fn literal(&mut self, id: AstId) -> Result<Option<Value>, Unsupported> {
        if self.source.path(id)?.is_some() {
            return Ok(None);
        }
        let (_, node) = self.source.inner(id)?;
        match &node.kind {
            AstKind::String(_) | AstKind::Number(_) | AstKind::Value(_) | AstKind::Negate(_) => {
                match self.source.term(id, self.roots, self.notes)? {
                    Term::Literal(value) => Ok(Some(value)),
                    _ => Ok(None),
                }
            }
            _ => Ok(None),
        }
    }

    /// What is within a call of a function of one argument.
    fn within(&self, id: AstId, function: &str) -> Result<Option<AstId>, Unsupported> {
        let (_, node) = self.source.inner(id)?;
        Ok(match self.source.call(node) {
            Some((name, [only])) if name == function => Some(*only),
            _ => None,
        })
    }

    fn comparison(&mut self, operator: &str, left: AstId, right: AstId) -> Result<Map, Unsupported> {
        let (operator, is_negated) = if operator == "!=" { ("=", true) } else { (operator, false) };
        let rule = self.positive_comparison(operator, left, right)?;
        Ok(if is_negated { negated(rule) } else { rule })
    }

    fn positive_comparison(&mut self, operator: &str, left: AstId, right: AstId) -> Result<Map, Unsupported> {
        if let (Some(left), Some(right)) = (self.within(left, "toMillis")?, self.within(right, "toMillis")?) {
            return self.of_kind("Timestamp", operator, left, right);
        }
        if let Some(inner) = self.within(left, "type")?
            && operator == "="
        {
            return self.type_check(inner, right);
        }
        // The literal stands on the right in a rule.
        let (operator, left, right) = match self.literal(left)? {
            Some(_) => (mirrored(operator), right, left),
            None => (operator, left, right),
        };
        let Some(path) = self.path(left)? else { return Err(unsaid()) };
        self.notes.changed("Where the variable is missing, the state fails with States.Runtime now; before, the rule did not match, or the state failed otherwise.");
        if let Some(literal) = self.literal(right)? {
            return literal_comparison(&path, operator, literal);
        }
        let Some(other) = self.path(right)? else { return Err(unsaid()) };
        let kinds: &[&str] =
            if operator == "=" { &["String", "Numeric", "Boolean"] } else { &["Numeric", "String"] };
        let rules = kinds.iter().map(|kind| {
            let name = format!("{kind}{}Path", suffix(operator));
            Value::object(comparison(&path, &name, Value::from(other.as_str())))
        });
        Ok(one("Or", Value::array(rules.collect())))
    }

    fn of_kind(&mut self, kind: &str, operator: &str, left: AstId, right: AstId) -> Result<Map, Unsupported> {
        let (operator, left, right) = match self.literal(left)? {
            Some(_) => (mirrored(operator), right, left),
            None => (operator, left, right),
        };
        let Some(path) = self.path(left)? else { return Err(unsaid()) };
        self.notes
            .changed("A value that is no timestamp makes the rule not match now; before, the state failed.");
        if let Some(literal) = self.literal(right)? {
            return Ok(comparison(&path, &format!("{kind}{}", suffix(operator)), literal));
        }
        let Some(other) = self.path(right)? else { return Err(unsaid()) };
        Ok(comparison(&path, &format!("{kind}{}Path", suffix(operator)), Value::from(other)))
    }

    fn type_check(&mut self, of: AstId, type_name: AstId) -> Result<Map, Unsupported> {
        let (path, name) = (self.path(of)?, self.literal(type_name)?);
        let (Some(path), Some(Value::String(name))) = (path, name) else { return Err(unsaid()) };
        let operator = match &*name {
            "string" => "IsString",
            "number" => "IsNumeric",
            "boolean" => "IsBoolean",
            "null" => "IsNull",
            _ => {
                return Err(Unsupported::new(format!(
                    "A rule in JSONPath can't ask whether something is an {name}."
                )));
            }
        };
        Ok(comparison(&path, operator, Value::from(true)))
    }

    fn contains(&mut self, of: AstId, part: AstId) -> Result<Map, Unsupported> {
        let (path, part) = (self.path(of)?, self.literal(part)?);
        let (Some(path), Some(Value::String(part))) = (path, part) else {
            return Err(Unsupported::new(
                "A rule in JSONPath can only look for a fixed text in what a path finds.",
            ));
        };
        let escaped = part.replace('\\', "\\\\").replace('*', "\\*");
        Ok(comparison(&path, "StringMatches", Value::from(format!("*{escaped}*"))))
    }

    fn is_one_of(&mut self, item: AstId, list: AstId) -> Result<Map, Unsupported> {
        let Some(path) = self.path(item)? else { return Err(unsaid()) };
        let (_, node) = self.source.inner(list)?;
        let AstKind::Array(items) = &node.kind else {
            return Err(Unsupported::new(
                "A rule in JSONPath can only look in a list that is written there.",
            ));
        };
        let mut rules = Vec::with_capacity(items.len());
        for item in items.clone() {
            let Some(literal) = self.literal(item)? else { return Err(unsaid()) };
            rules.push(Value::object(literal_comparison(&path, "=", literal)?));
        }
        match rules.as_slice() {
            [] => Err(unsaid()),
            [Value::Object(only)] => Ok(only.members().clone()),
            _ => Ok(one("Or", Value::array(rules))),
        }
    }
}

fn literal_comparison(path: &str, operator: &str, literal: Value) -> Result<Map, Unsupported> {
    let kind = match &literal {
        Value::Null if operator == "=" => return Ok(comparison(path, "IsNull", Value::from(true))),
        Value::String(_) => "String",
        Value::Number(_) => "Numeric",
        Value::Bool(_) if operator == "=" => "Boolean",
        _ => return Err(unsaid()),
    };
    Ok(comparison(path, &format!("{kind}{}", suffix(operator)), literal))
}

fn suffix(operator: &str) -> &'static str {
    match operator {
        "<" => "LessThan",
        "<=" => "LessThanEquals",
        ">" => "GreaterThan",
        ">=" => "GreaterThanEquals",
        _ => "Equals",
    }
}

/// The operator with its sides exchanged.
fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        other => other,
    }
}

fn comparison(path: &str, operator: &str, value: Value) -> Map {
    let mut rule = Map::new();
    rule.insert("Variable", Value::from(path));
    rule.insert(operator, value);
    rule
}

fn one(name: &str, value: Value) -> Map {
    let mut rule = Map::new();
    rule.insert(name, value);
    rule
}

fn negated(rule: Map) -> Map {
    // Twice is not at all.
    match rule.get("Not").and_then(Value::as_object) {
        Some(inner) => inner.clone(),
        None => one("Not", Value::object(rule)),
    }
}

fn unsaid() -> Unsupported {
    Unsupported::new(
        "A rule in JSONPath compares what a path finds with a value or with another path, no more.",
    )
}
