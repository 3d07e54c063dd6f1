use std::fmt;
use std::sync::Arc;

use crate::object::{Array, Map, Object};
use crate::{Number, write};

/// A shared, immutable string.
pub type Str = Arc<str>;

/// A JSON value that costs a reference count to clone.
///
/// Equality is JSON's: objects compare without regard to the order of members, numbers by their
/// numeric value (`1` equals `1.0`). [`Value::to_text`] tells spellings apart.
#[derive(Clone, Default)]
pub enum Value {
    #[default]
    Null,
    Bool(bool),
    Number(Number),
    String(Str),
    Array(Arc<Array>),
    Object(Arc<Object>),
}

impl Value {
    pub fn string(text: impl Into<Str>) -> Value {
        Value::String(text.into())
    }

    pub fn int(number: i64) -> Value {
        Value::Number(Number::Int(number))
    }

    /// A number from a float; null where the float is not finite.
    pub fn float(number: f64) -> Value {
        Number::from_f64(number).map_or(Value::Null, Value::Number)
    }

    pub fn array(items: Vec<Value>) -> Value {
        Value::Array(Arc::new(Array::new(items)))
    }

    #[inline]
    pub fn object(members: Map) -> Value {
        Value::Object(Arc::new(Object::new(members)))
    }

    /// An object of a few members; a later member of the same name replaces an earlier one.
    pub fn from_members<K: Into<Str>>(members: impl IntoIterator<Item = (K, Value)>) -> Value {
        let mut map = Map::new();
        for (key, value) in members {
            map.insert(key.into(), value);
        }
        Value::object(map)
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Value::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Value::Number(number) => Some(number),
            _ => None,
        }
    }

    pub fn as_f64(&self) -> Option<f64> {
        self.as_number().map(Number::as_f64)
    }

    /// The number as an integer, if it is one without a fraction (`2` and `2.0`, not `2.5`).
    pub fn as_i64(&self) -> Option<i64> {
        self.as_number().and_then(Number::as_i64)
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_array(&self) -> Option<&[Value]> {
        match self {
            Value::Array(array) => Some(array.items()),
            _ => None,
        }
    }

    pub fn as_object(&self) -> Option<&Map> {
        match self {
            Value::Object(object) => Some(object.members()),
            _ => None,
        }
    }

    /// The member of an object; none for a missing member and for anything but an object.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.as_object().and_then(|members| members.get(key))
    }

    /// The item of an array; none beyond its end and for anything but an array.
    pub fn at(&self, index: usize) -> Option<&Value> {
        self.as_array().and_then(|items| items.get(index))
    }

    /// How deep containers are nested: 0 for a scalar, 1 for `[]`, 2 for `[[]]`.
    #[inline]
    pub fn depth(&self) -> u32 {
        match self {
            Value::Array(array) => array.depth(),
            Value::Object(object) => object.depth(),
            _ => 0,
        }
    }

    /// The length in bytes of [`Value::to_text`], remembered by containers once it was asked for.
    #[inline]
    pub fn text_len(&self) -> usize {
        let known = match self {
            Value::Array(array) => array.facts().known_text_len(),
            Value::Object(object) => object.facts().known_text_len(),
            _ => 0,
        };
        if known != 0 { known } else { write::text_len(self) }
    }

    /// The JSON text: compact, except that a container read by [`crate::parse_keeping_text`] keeps
    /// the text it was read from.
    pub fn to_text(&self) -> String {
        // A value may hold another one so often that its text would fill the memory: that much is not asked for at once.
        const MOST: usize = 1 << 20;
        let mut text = match self {
            Value::Array(_) | Value::Object(_) => String::with_capacity(self.text_len().min(MOST)),
            _ => String::new(),
        };
        self.write_text(&mut text);
        text
    }

    /// Appends [`Value::to_text`].
    pub fn write_text(&self, out: &mut String) {
        write::write_text(self, out);
    }

    /// The JSON text with an indentation of two blanks, one member or item a line.
    pub fn to_pretty(&self) -> String {
        write::to_pretty(self)
    }

    /// Whether it or anything in it has a remembered source text.
    #[inline]
    pub fn holds_text(&self) -> bool {
        match self {
            Value::Array(array) => array.facts().holds_text,
            Value::Object(object) => object.facts().holds_text,
            _ => false,
        }
    }

    /// The same value without remembered source texts: [`Value::to_text`] is compact then.
    /// Costs nothing where there is no remembered text.
    pub fn without_text(&self) -> Value {
        match self {
            Value::Array(array) if array.facts().holds_text => {
                Value::array(array.items().iter().map(Value::without_text).collect())
            }
            Value::Object(object) if object.facts().holds_text => Value::object(
                object.members().iter().map(|(key, value)| (key.clone(), value.without_text())).collect(),
            ),
            _ => self.clone(),
        }
    }

    /// As [`Value::without_text`], of a value that is not needed any more.
    #[inline]
    pub fn into_without_text(self) -> Value {
        match &self {
            Value::Array(array) if array.facts().holds_text => self.without_text(),
            Value::Object(object) if object.facts().holds_text => self.without_text(),
            _ => self,
        }
    }

    /// The value itself, taken apart and put together: what was made a moment ago is copied as it was written, in small
    /// parts. A processor waits where it reads in one what it has just written in two.
    #[inline(always)]
    pub fn into_place(self) -> Value {
        match self {
            Value::Object(object) => Value::Object(object),
            Value::Array(array) => Value::Array(array),
            other => other,
        }
    }

    /// Whether both are the same shared allocation, or equal scalars: a cheap, incomplete equality.
    pub fn is_same(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b),
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b),
            (Value::Array(_) | Value::Object(_), _) | (_, Value::Array(_) | Value::Object(_)) => false,
            _ => self == other,
        }
    }
}

/// JSON's own word for the type of a value: `null`, `boolean`, `number`, `string`, `array`, `object`.
pub fn json_type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(a), Value::Bool(b)) => a == b,
            (Value::Number(a), Value::Number(b)) => a == b,
            (Value::String(a), Value::String(b)) => a == b,
            (Value::Array(a), Value::Array(b)) => Arc::ptr_eq(a, b) || a.items() == b.items(),
            (Value::Object(a), Value::Object(b)) => Arc::ptr_eq(a, b) || a.members() == b.members(),
            _ => false,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_text())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::int(number)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::String(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::String(text.into())
    }
}

impl From<Str> for Value {
    fn from(text: Str) -> Value {
        Value::String(text)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Value {
        Value::Number(number)
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Value {
        Value::array(items)
    }
}

impl From<Map> for Value {
    fn from(members: Map) -> Value {
        Value::object(members)
    }
}

#[cfg(test)]
mod tests {
    use crate::{Value, parse};

    #[test]
    fn equality_ignores_order_and_spelling() {
        let a = parse(r#"{"x": 1, "y": [1.0, "a"]}"#).unwrap();
        let b = parse(r#"{"y": [1, "a"], "x": 1e0}"#).unwrap();
        assert_eq!(a, b);
        assert_ne!(a, parse(r#"{"x": 1, "y": [1, "b"]}"#).unwrap());
        assert_ne!(a, parse(r#"{"x": 1}"#).unwrap());
    }

    #[test]
    fn a_value_is_small() {
        assert!(size_of::<Value>() <= 24, "{}", size_of::<Value>());
    }
}
