use std::collections::HashSet;

use json::{Number, Str, Value};

use super::{Arguments, Failure, encoding, format, random};
use crate::base64;
use crate::java_order::distinct_by_hash;
use crate::reference_path::check_depth;

/// The largest array that an array function takes, as JSON text.
pub(super) const MAX_ARRAY_BYTES: usize = 262_144;
/// The most items of `States.ArrayRange`.
const MAX_RANGE: i64 = 1000;
/// The longest text for Base64 and hashes, in characters.
const MAX_CHARACTERS: usize = 10_000;

macro_rules! functions {
    ($($name:ident $least:literal $most:expr, [$($kinds:ident)*];)*) => {
        /// The intrinsic functions.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Function {
            $($name,)*
        }

        impl Function {
            /// All of them, in the order of the names.
            pub const ALL: &[Function] = &[$(Function::$name,)*];

            /// The name with which it is called, as `States.Format`.
            pub fn name(self) -> &'static str {
                match self {
                    $(Function::$name => concat!("States.", stringify!($name)),)*
                }
            }

            /// The least and the greatest number of arguments.
            pub fn arity(self) -> (usize, usize) {
                match self {
                    $(Function::$name => ($least, $most),)*
                }
            }

            /// The types of the arguments; the last one holds for all further ones.
            fn kinds(self) -> &'static [Kind] {
                match self {
                    $(Function::$name => &[$(Kind::$kinds,)*],)*
                }
            }
        }
    };
}

functions! {
    Array 0 usize::MAX, [Any];
    ArrayContains 2 2, [Array Any];
    ArrayGetItem 2 2, [Array Number];
    ArrayLength 1 1, [Array];
    ArrayPartition 2 2, [Array Number];
    ArrayRange 3 3, [Number];
    ArrayUnique 1 1, [Array];
    Base64Decode 1 1, [Text];
    Base64Encode 1 1, [Text];
    Format 1 usize::MAX, [Text Any];
    Hash 2 2, [Text];
    JsonMerge 3 3, [Object Object Flag];
    JsonToString 1 1, [Any];
    MathAdd 2 2, [Number];
    MathRandom 2 3, [Number];
    StringSplit 2 2, [Text];
    StringToJson 1 1, [Text];
    UUID 0 0, [Any];
}

/// The type of an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Any,
    Text,
    Number,
    Flag,
    Null,
    Array,
    Object,
}

impl Function {
    pub fn by_name(name: &str) -> Option<Function> {
        Function::ALL.iter().copied().find(|function| function.name() == name)
    }

    /// Whether equal arguments always give the same.
    pub(super) fn is_pure(self) -> bool {
        !matches!(self, Function::MathRandom | Function::UUID)
    }

    /// Whether a literal of a type may be an argument.
    pub(super) fn takes(self, position: usize, literal: Kind) -> bool {
        let kinds = self.kinds();
        let wanted = kinds.get(position).or(kinds.last()).copied().unwrap_or(Kind::Any);
        wanted == Kind::Any || wanted == literal
    }
}

pub(super) fn call(function: Function, arguments: &Arguments<'_, '_>) -> Result<Value, Failure> {
    match function {
        Function::Array => {
            let items: Result<Vec<Value>, Failure> =
                (0..arguments.len()).map(|position| Ok(arguments.value(position)?.into_owned())).collect();
            check_depth(Value::array(items?)).map_err(|error| Failure::Function(error.cause))
        }
        Function::ArrayContains => {
            let array = arguments.array(0)?;
            let wanted = arguments.value(1)?;
            Ok(Value::Bool(
                array.as_array().unwrap_or_default().iter().any(|item| equal_in_java(item, &wanted)),
            ))
        }
        Function::ArrayGetItem => {
            let array = arguments.array(0)?;
            let index = arguments.integer(1)?;
            match usize::try_from(index).ok().and_then(|index| array.at(index)) {
                Some(item) => Ok(item.clone()),
                None => arguments.fail(&format!("the index {index} is out of range")),
            }
        }
        Function::ArrayLength => {
            Ok(Value::int(arguments.array(0)?.as_array().unwrap_or_default().len() as i64))
        }
        Function::ArrayPartition => {
            let array = arguments.array(0)?;
            let size = arguments.integer(1)?;
            match usize::try_from(size) {
                Ok(size) if size > 0 => Ok(Value::array(
                    array
                        .as_array()
                        .unwrap_or_default()
                        .chunks(size)
                        .map(|chunk| Value::array(chunk.to_vec()))
                        .collect(),
                )),
                _ => arguments.fail("the chunk size must be a positive integer"),
            }
        }
        Function::ArrayRange => array_range(arguments),
        Function::ArrayUnique => {
            let array = arguments.array(0)?;
            let items = array.as_array().unwrap_or_default();
            if items.len() <= COMPARED_IN_PAIRS && items.iter().all(is_simple) {
                let mut unique: Vec<Value> = Vec::with_capacity(items.len());
                for item in items {
                    if !unique.iter().any(|known| equal_in_java(known, item)) {
                        unique.push(item.clone());
                    }
                }
                return Ok(Value::array(unique));
            }
            let mut seen = HashSet::new();
            let mut unique = Vec::new();
            for item in items {
                let mut key = String::new();
                write_key(item, &mut key);
                if seen.insert(key) {
                    unique.push(item.clone());
                }
            }
            Ok(Value::array(unique))
        }
        Function::Base64Encode => {
            let text = short_text(arguments)?;
            Ok(Value::string(base64::encode(text.as_bytes())))
        }
        Function::Base64Decode => match base64::decode(&short_text(arguments)?) {
            Some(bytes) => Ok(Value::string(String::from_utf8_lossy(&bytes).into_owned())),
            None => arguments.fail("the text is not Base64"),
        },
        Function::Format => match arguments.template() {
            Some(template) => template.fill(arguments),
            None => format::Template::parse(&arguments.text(0)?).fill(arguments),
        },
        Function::Hash => {
            let data = short_text(arguments)?;
            let algorithm = arguments.text(1)?;
            match encoding::hash(&data, &algorithm) {
                Some(hash) => Ok(Value::string(hash)),
                None => arguments.fail(&format!("the algorithm {algorithm} is not supported")),
            }
        }
        Function::JsonMerge => json_merge(arguments),
        Function::JsonToString => Ok(Value::string(arguments.value(0)?.without_text().to_text())),
        Function::MathAdd => {
            let sum = arguments.integer(0)? + arguments.integer(1)?;
            if i32::try_from(sum).is_err() {
                return arguments.fail(&format!("the sum {sum} is out of range"));
            }
            Ok(Value::int(sum))
        }
        Function::MathRandom => {
            let start = arguments.integer(0)?;
            let end = arguments.integer(1)?;
            if start >= end {
                return arguments.fail("the start must be less than the end");
            }
            Ok(Value::int(if arguments.len() > 2 {
                random::seeded(start, end, arguments.integer(2)?)
            } else {
                random::in_range(start, end, arguments.scope.host.random())
            }))
        }
        Function::StringSplit => {
            let text = arguments.text(0)?;
            let separators = arguments.text(1)?;
            Ok(Value::array(
                text.split(|character| separators.contains(character))
                    .filter(|part| !part.is_empty())
                    .map(Value::from)
                    .collect(),
            ))
        }
        Function::StringToJson => {
            let text = arguments.text(0)?;
            if text.trim().is_empty() {
                return Ok(Value::Null);
            }
            match json::parse(&text) {
                Ok(value) => Ok(read_as_java(value)),
                Err(error) => arguments.fail(&error.to_string()),
            }
        }
        Function::UUID => {
            let host = arguments.scope.host;
            Ok(Value::string(random::uuid(host.random(), host.random())))
        }
    }
}

/// Up to so many items it is quicker to compare each with each than to make a key of each.
const COMPARED_IN_PAIRS: usize = 24;

/// Whether a value is a scalar of which there are no two spellings.
fn is_simple(value: &Value) -> bool {
    !matches!(
        value,
        Value::Number(Number::Float(_) | Number::Spelled(_)) | Value::Array(_) | Value::Object(_)
    )
}

fn short_text(arguments: &Arguments<'_, '_>) -> Result<Str, Failure> {
    let text = arguments.text(0)?;
    if text.len() > MAX_CHARACTERS && text.encode_utf16().count() > MAX_CHARACTERS {
        return arguments.fail(&format!("the text has more than {MAX_CHARACTERS} characters"));
    }
    Ok(text)
}

fn array_range(arguments: &Arguments<'_, '_>) -> Result<Value, Failure> {
    let start = arguments.integer(0)?;
    let end = arguments.integer(1)?;
    let step = arguments.integer(2)?;
    if step == 0 {
        return arguments.fail("the step must not be 0");
    }
    let count = ((end - start) / step + 1).max(0);
    if (end - start).signum() == -step.signum() {
        return Ok(Value::array(Vec::new()));
    }
    if count > MAX_RANGE {
        return arguments.fail(&format!("the array would have more than {MAX_RANGE} items"));
    }
    Ok(Value::array((0..count).map(|position| Value::int(start + position * step)).collect()))
}

fn json_merge(arguments: &Arguments<'_, '_>) -> Result<Value, Failure> {
    let first = arguments.value(0)?;
    let second = arguments.value(1)?;
    let Some(first_members) = first.as_object() else {
        return Err(arguments.wrong_type(0, "an object", &first));
    };
    let Some(second_members) = second.as_object() else {
        return Err(arguments.wrong_type(1, "an object", &second));
    };
    match &*arguments.value(2)? {
        Value::Bool(false) => {}
        Value::Bool(true) => return arguments.fail("deep merging is not supported"),
        other => return Err(arguments.wrong_type(2, "a boolean", other)),
    }
    let mut members: Vec<(Str, Value)> = first_members
        .iter()
        .map(|(name, value)| (name.clone(), second_members.get(name).unwrap_or(value).clone()))
        .collect();
    let added = second_members.iter().filter(|(name, _)| !first_members.contains_key(name));
    members.extend(added.map(|(name, value)| (name.clone(), value.clone())));
    Ok(distinct_by_hash(members))
}

/// Equality of Java's values: an integer and a float are different, whatever their sizes.
fn equal_in_java(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => {
            left == right && left.is_spelled_as_integer() == right.is_spelled_as_integer()
        }
        (Value::Array(left), Value::Array(right)) => {
            left.items().len() == right.items().len()
                && left.items().iter().zip(right.items()).all(|(left, right)| equal_in_java(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            let right = right.members();
            left.members().len() == right.len()
                && left
                    .members()
                    .iter()
                    .all(|(name, left)| right.get(name).is_some_and(|right| equal_in_java(left, right)))
        }
        _ => left == right,
    }
}

/// A text that is the same for values that are equal in Java.
fn write_key(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(integer) if number.is_spelled_as_integer() => Value::int(integer).write_text(out),
            _ if number.is_spelled_as_integer() || !number.as_f64().is_finite() => value.write_text(out),
            _ => Value::float(number.as_f64()).write_text(out),
        },
        Value::Array(array) => {
            out.push('[');
            for item in array.items() {
                write_key(item, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(object) => {
            let mut members: Vec<(&Str, &Value)> = object.members().iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            out.push('{');
            for (name, member) in members {
                json::quote(name, out);
                out.push(':');
                write_key(member, out);
                out.push(',');
            }
            out.push('}');
        }
        other => other.write_text(out),
    }
}

/// Numbers as Java holds them after reading a text: `-0` is 0 and `1e3` is 1000.0 (recorded: `-0`).
fn read_as_java(value: Value) -> Value {
    match &value {
        Value::Number(Number::Spelled(text)) => {
            if let (true, Ok(integer)) = (!text.contains(['.', 'e', 'E']), text.parse::<i64>()) {
                return Value::int(integer);
            }
            let number = text.parse::<f64>().ok().and_then(Number::from_f64);
            match number {
                Some(number) if text.contains(['.', 'e', 'E']) => Value::Number(number),
                _ => value,
            }
        }
        Value::Array(array) if array.items().iter().any(may_hold_spelled) => {
            Value::array(array.items().iter().cloned().map(read_as_java).collect())
        }
        Value::Object(object) if object.members().values().any(may_hold_spelled) => Value::from_members(
            object.members().iter().map(|(name, member)| (name.clone(), read_as_java(member.clone()))),
        ),
        _ => value,
    }
}

fn may_hold_spelled(value: &Value) -> bool {
    matches!(value, Value::Number(Number::Spelled(_)) | Value::Array(_) | Value::Object(_))
}
