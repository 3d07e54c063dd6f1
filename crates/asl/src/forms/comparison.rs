//! The comparisons of choice rules, taken apart: what kind of value, how it is compared, with what.

use json::Value;

use crate::fields::{COMPARISONS, Operand, comparison_operand};

/// What kind of value a comparison is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Text,
    Number,
    Boolean,
    Timestamp,
    /// What the value is, rather than how it compares.
    Nature,
}

/// A way to compare, whether with a value or with what is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relation {
    /// The field for a comparison with a value.
    pub operator: &'static str,
    pub subject: Subject,
    /// In words, after the variable: `is less than`.
    pub words: &'static str,
}

const fn relation(operator: &'static str, subject: Subject, words: &'static str) -> Relation {
    Relation { operator, subject, words }
}

/// The 23 ways; 16 of them have another field for a path.
pub static RELATIONS: [Relation; 23] = [
    relation("StringEquals", Subject::Text, "is the text"),
    relation("StringMatches", Subject::Text, "matches the pattern"),
    relation("StringLessThan", Subject::Text, "sorts before"),
    relation("StringLessThanEquals", Subject::Text, "is or sorts before"),
    relation("StringGreaterThan", Subject::Text, "sorts after"),
    relation("StringGreaterThanEquals", Subject::Text, "is or sorts after"),
    relation("NumericEquals", Subject::Number, "="),
    relation("NumericLessThan", Subject::Number, "<"),
    relation("NumericLessThanEquals", Subject::Number, "≤"),
    relation("NumericGreaterThan", Subject::Number, ">"),
    relation("NumericGreaterThanEquals", Subject::Number, "≥"),
    relation("BooleanEquals", Subject::Boolean, "is true or false"),
    relation("TimestampEquals", Subject::Timestamp, "is the time"),
    relation("TimestampLessThan", Subject::Timestamp, "is before"),
    relation("TimestampLessThanEquals", Subject::Timestamp, "is at or before"),
    relation("TimestampGreaterThan", Subject::Timestamp, "is after"),
    relation("TimestampGreaterThanEquals", Subject::Timestamp, "is at or after"),
    relation("IsPresent", Subject::Nature, "is present"),
    relation("IsNull", Subject::Nature, "is null"),
    relation("IsString", Subject::Nature, "is a text"),
    relation("IsNumeric", Subject::Nature, "is a number"),
    relation("IsBoolean", Subject::Nature, "is a boolean"),
    relation("IsTimestamp", Subject::Nature, "is a timestamp"),
];

impl Relation {
    pub fn of(operator: &str) -> Option<&'static Relation> {
        let base = operator.strip_suffix("Path").unwrap_or(operator);
        RELATIONS.iter().find(|relation| relation.operator == base)
    }

    /// The field for a comparison with what is at a path; none where there is no such field.
    pub fn path_operator(&self) -> Option<&'static str> {
        let is_path = |name: &str| name.strip_suffix("Path").is_some_and(|base| base == self.operator);
        COMPARISONS.iter().map(|field| field.name).find(|name| is_path(name))
    }

    /// A value to begin with.
    pub fn initial(&self) -> Value {
        match comparison_operand(self.operator) {
            Some(Operand::Number) => Value::from(0),
            Some(Operand::Boolean) => Value::from(true),
            Some(Operand::Timestamp) => Value::from("2030-01-01T00:00:00Z"),
            _ => Value::from(""),
        }
    }
}

/// A comparison as a rule has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    pub relation: &'static Relation,
    pub is_path: bool,
    pub operand: Value,
}

impl Comparison {
    /// The first comparison of a rule; none in a combination.
    pub fn of(rule: &Value) -> Option<Comparison> {
        rule.as_object()?.iter().find_map(|(name, operand)| {
            let operand_kind = comparison_operand(name)?;
            Some(Comparison {
                relation: Relation::of(name)?,
                is_path: operand_kind == Operand::Path,
                operand: operand.clone(),
            })
        })
    }

    /// The field that has the operand.
    pub fn operator(&self) -> &'static str {
        let path = if self.is_path { self.relation.path_operator() } else { None };
        path.unwrap_or(self.relation.operator)
    }

    /// The same with another relation. The operand stays where it fits.
    pub fn with_relation(&self, relation: &'static Relation) -> Comparison {
        let is_path = self.is_path && relation.path_operator().is_some();
        let fits = is_path
            || (!self.is_path
                && match comparison_operand(relation.operator) {
                    Some(Operand::Number) => self.operand.as_number().is_some(),
                    Some(Operand::Boolean) => self.operand.as_bool().is_some(),
                    Some(Operand::Timestamp) => self.relation.subject == Subject::Timestamp,
                    _ => self.operand.as_str().is_some() && self.relation.subject == Subject::Text,
                });
        let operand = if fits { self.operand.clone() } else { relation.initial() };
        Comparison { relation, is_path, operand }
    }

    /// The same, comparing with what is at a path, or with a value.
    pub fn with_path(&self, is_path: bool) -> Comparison {
        if is_path == self.is_path || (is_path && self.relation.path_operator().is_none()) {
            return self.clone();
        }
        let operand = if is_path { Value::from("$.") } else { self.relation.initial() };
        Comparison { relation: self.relation, is_path, operand }
    }
}

#[cfg(test)]
mod tests {
    use super::{Comparison, RELATIONS, Relation};
    use crate::fields::COMPARISONS;

    #[test]
    fn every_comparison_has_a_relation_and_back() {
        for field in &COMPARISONS {
            assert!(Relation::of(field.name).is_some(), "{}", field.name);
        }
        let paths = RELATIONS.iter().filter_map(Relation::path_operator).count();
        assert_eq!(RELATIONS.len() + paths, COMPARISONS.len());
    }

    #[test]
    fn operands_stay_where_they_fit() {
        let rule = |text| Comparison::of(&json::parse(text).unwrap()).unwrap();
        let check = |comparison: Comparison, operator: &str, operand: &str| {
            assert_eq!((comparison.operator(), comparison.operand.to_text().as_str()), (operator, operand));
        };
        let less = rule(r#"{"Variable": "$.a", "NumericLessThan": 5.0}"#);
        check(less.with_relation(Relation::of("NumericEquals").unwrap()), "NumericEquals", "5.0");
        check(less.with_relation(Relation::of("StringEquals").unwrap()), "StringEquals", "\"\"");
        check(less.with_relation(Relation::of("IsPresent").unwrap()), "IsPresent", "true");
        check(less.with_path(true), "NumericLessThanPath", "\"$.\"");
        let path = rule(r#"{"Variable": "$.a", "StringEqualsPath": "$.b"}"#);
        check(path.with_relation(Relation::of("NumericEquals").unwrap()), "NumericEqualsPath", "\"$.b\"");
        check(path.with_relation(Relation::of("StringMatches").unwrap()), "StringMatches", "\"\"");
        check(path.with_path(false), "StringEquals", "\"\"");
        assert_eq!(Comparison::of(&json::parse(r#"{"And": []}"#).unwrap()), None);
    }
}
