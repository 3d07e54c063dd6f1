//! Pieces of JSONata, and data that is known in part.

use json::{Str, Value};

/// A JSONata expression as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Jsonata {
    pub text: String,
    pub level: Level,
    pub shape: Shape,
    /// Whether it may give nothing where JSONPath fails.
    pub can_miss: bool,
}

/// How tightly an expression binds, from the loosest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Or,
    And,
    Comparison,
    Sum,
    Product,
    /// Paths, calls, literals and all that is in brackets.
    Single,
}

/// What is known of the value of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Any,
    Text,
    Number,
    Boolean,
    Array,
    Object,
}

impl Jsonata {
    pub fn single(text: impl Into<String>, shape: Shape) -> Jsonata {
        Jsonata { text: text.into(), level: Level::Single, shape, can_miss: false }
    }

    pub fn of_level(level: Level, text: impl Into<String>, shape: Shape) -> Jsonata {
        Jsonata { text: text.into(), level, shape, can_miss: false }
    }

    pub fn missing_if(mut self, can_miss: bool) -> Jsonata {
        self.can_miss |= can_miss;
        self
    }

    /// The text as an operand: in parentheses unless it binds tightly enough.
    pub fn within(&self, level: Level) -> String {
        if self.level >= level { self.text.clone() } else { format!("({})", self.text) }
    }

    /// The member of an object.
    pub fn member(&self, name: &str) -> Jsonata {
        let text = if name.contains('`') {
            format!("$lookup({}, {})", self.text, text_literal(name))
        } else if self.text == "$" {
            name_literal(name)
        } else {
            format!("{}.{}", self.within(Level::Single), name_literal(name))
        };
        Jsonata { text, level: Level::Single, shape: Shape::Any, can_miss: true }
    }

    /// The item of an array, or another predicate.
    pub fn predicate(&self, predicate: impl std::fmt::Display) -> Jsonata {
        let text = format!("{}[{predicate}]", self.within(Level::Single));
        Jsonata { text, level: Level::Single, shape: Shape::Any, can_miss: true }
    }
}

/// Data as a state's fields make it, with as much of its structure as they tell.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Data {
    Expression(Jsonata),
    Literal(Value),
    Object(Vec<(Str, Data)>),
    Array(Vec<Data>),
    /// What an expression gives, with something put in a place of it.
    Merged {
        base: Jsonata,
        place: Vec<Str>,
        value: Box<Data>,
    },
}

impl Data {
    pub fn expression(text: &str) -> Data {
        Data::Expression(Jsonata::single(text, Shape::Any))
    }

    pub fn is(&self, text: &str) -> bool {
        matches!(self, Data::Expression(expression) if expression.text == text)
    }

    pub fn member(&self, name: &str) -> Data {
        let known = match self {
            Data::Object(members) => {
                members.iter().find(|(known, _)| &**known == name).map(|(_, value)| value.clone())
            }
            Data::Literal(value) => value.get(name).map(|member| Data::Literal(member.clone())),
            Data::Merged { base, place, value } => match place.split_first() {
                Some((first, [])) if &**first == name => Some((**value).clone()),
                Some((first, rest)) if &**first == name => {
                    Some(Data::Merged { base: base.member(name), place: rest.to_vec(), value: value.clone() })
                }
                _ => Some(Data::Expression(base.member(name))),
            },
            _ => None,
        };
        known.unwrap_or_else(|| Data::Expression(self.to_jsonata().member(name)))
    }

    pub fn item(&self, index: i64) -> Data {
        let position = |length: usize| expr_index(index, length);
        let known = match self {
            Data::Array(items) => position(items.len()).and_then(|index| items.get(index).cloned()),
            Data::Literal(Value::Array(array)) => {
                let items = array.items();
                position(items.len()).and_then(|index| items.get(index).cloned()).map(Data::Literal)
            }
            _ => None,
        };
        known.unwrap_or_else(|| Data::Expression(self.to_jsonata().predicate(index)))
    }

    /// Whether something in it may give nothing where JSONPath fails.
    pub fn can_miss(&self) -> bool {
        match self {
            Data::Expression(expression) => expression.can_miss,
            Data::Literal(_) => false,
            Data::Object(members) => members.iter().any(|(_, member)| member.can_miss()),
            Data::Array(items) => items.iter().any(Data::can_miss),
            Data::Merged { value, .. } => value.can_miss(),
        }
    }

    /// The data as one expression.
    pub fn to_jsonata(&self) -> Jsonata {
        match self {
            Data::Expression(expression) => expression.clone(),
            Data::Literal(value) => literal(value),
            Data::Object(members) => {
                let members: Vec<String> = members
                    .iter()
                    .map(|(name, value)| format!("{}: {}", text_literal(name), value.to_jsonata().text))
                    .collect();
                Jsonata::single(format!("{{{}}}", members.join(", ")), Shape::Object)
            }
            Data::Array(items) => {
                let items: Vec<String> = items.iter().map(array_item).collect();
                Jsonata::single(format!("[{}]", items.join(", ")), Shape::Array)
            }
            Data::Merged { base, place, value } => {
                // From the inside out; what is on the way is merged as well.
                let mut inner = value.to_jsonata().text;
                for depth in (0..place.len()).rev() {
                    let Some((name, outer)) = place.get(..=depth).and_then(<[Str]>::split_last) else {
                        continue;
                    };
                    let around = outer.iter().fold(base.clone(), |around, name| around.member(name));
                    inner = format!("$merge([{}, {{{}: {inner}}}])", around.text, text_literal(name));
                }
                Jsonata::single(inner, Shape::Object)
            }
        }
    }

    /// The data as a payload: JSON with `{% … %}` where it is computed.
    pub fn to_payload(&self) -> Value {
        match self {
            Data::Literal(value) => taken_literally(value),
            Data::Object(members) => {
                Value::from_members(members.iter().map(|(name, member)| (name.clone(), member.to_payload())))
            }
            Data::Array(items) => Value::array(items.iter().map(Data::to_payload).collect()),
            other => payload(&other.to_jsonata()),
        }
    }
}

/// An expression in its marks.
pub(crate) fn payload(expression: &Jsonata) -> Value {
    Value::string(format!("{{% {} %}}", expression.text))
}

/// JSON in which nothing is evaluated: a text that looks like an expression becomes one that gives it.
pub(crate) fn taken_literally(value: &Value) -> Value {
    match value {
        Value::String(text) if looks_like_expression(text) => {
            payload(&Jsonata::single(text_literal(text), Shape::Text))
        }
        Value::Array(array) => Value::array(array.items().iter().map(taken_literally).collect()),
        Value::Object(object) => Value::from_members(
            object.members().iter().map(|(name, member)| (name.clone(), taken_literally(member))),
        ),
        other => other.clone(),
    }
}

pub(crate) fn looks_like_expression(text: &str) -> bool {
    text.starts_with("{%") && text.ends_with("%}")
}

/// An array in an array is one item of it, an array that comes of a path would be taken apart.
fn array_item(item: &Data) -> String {
    let expression = item.to_jsonata();
    match (item, expression.shape) {
        (Data::Expression(_) | Data::Merged { .. }, Shape::Any | Shape::Array) => {
            format!("($type({0}) = 'array' ? [[{0}]] : {0})", expression.text)
        }
        _ => expression.text,
    }
}

fn literal(value: &Value) -> Jsonata {
    match value {
        Value::Null => Jsonata::single("null", Shape::Any),
        Value::Bool(flag) => Jsonata::single(flag.to_string(), Shape::Boolean),
        Value::Number(number) => {
            let text = number.to_string();
            let level = if text.starts_with('-') { Level::Product } else { Level::Single };
            Jsonata::of_level(level, text, Shape::Number)
        }
        Value::String(text) => Jsonata::single(text_literal(text), Shape::Text),
        Value::Array(array) => {
            let items: Vec<String> = array.items().iter().map(|item| literal(item).text).collect();
            Jsonata::single(format!("[{}]", items.join(", ")), Shape::Array)
        }
        Value::Object(object) => {
            let members: Vec<String> = object
                .members()
                .iter()
                .map(|(name, member)| format!("{}: {}", text_literal(name), literal(member).text))
                .collect();
            Jsonata::single(format!("{{{}}}", members.join(", ")), Shape::Object)
        }
    }
}

/// A text between quotes that need no escape in JSON, where it has none of them itself.
pub(crate) fn text_literal(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if other == quote || other < ' ' => {
                out.push_str(&format!("\\u{:04x}", u32::from(other)));
            }
            other => out.push(other),
        }
    }
    out.push(quote);
    out
}

fn name_literal(name: &str) -> String {
    let is_plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name.chars().all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !matches!(name, "and" | "or" | "in" | "true" | "false" | "null" | "function");
    if is_plain { name.to_owned() } else { format!("`{name}`") }
}

/// A negative index counts from the end.
fn expr_index(index: i64, length: usize) -> Option<usize> {
    let length = i64::try_from(length).ok()?;
    usize::try_from(if index < 0 { index.checked_add(length)? } else { index }).ok()
}
