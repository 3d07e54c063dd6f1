//! Calls of intrinsic functions as JSONata.

use expr::intrinsic::{Argument, Call, Function};
use json::Value;

use crate::jsonata::{Data, Jsonata, Level, Shape, text_literal};
use crate::notes::{Notes, Unsupported};
use crate::path;

/// What a call gives. Calls nest as deep as the States Language allows, which isn't deep.
pub(crate) fn convert(call: &Call, root: &Data, notes: &mut Notes) -> Result<Data, Unsupported> {
    let mut arguments = Vec::with_capacity(call.arguments.len());
    for argument in &call.arguments {
        arguments.push(match argument {
            Argument::Literal(value) => Data::Literal(value.clone()),
            Argument::Template(template) => Data::Literal(Value::string(template.source())),
            Argument::Path(path) => path::convert(path, root, notes)?,
            Argument::Call(call) => convert(call, root, notes)?,
        });
    }
    if call.function == Function::Array {
        return Ok(Data::Array(arguments));
    }
    if call.function == Function::Format {
        let Some(Argument::Template(template)) = call.arguments.first() else {
            return Err(Unsupported::new(
                "States.Format with a template that comes from the data can't be converted.",
            ));
        };
        let Some(texts) = template.texts().filter(|texts| texts.len() == arguments.len()) else {
            return Err(Unsupported::new("The template of States.Format doesn't fit its arguments."));
        };
        return Ok(format(texts, arguments.get(1..).unwrap_or_default(), notes));
    }
    let values: Vec<Jsonata> = arguments.iter().map(Data::to_jsonata).collect();
    let text = |position: usize| values.get(position).map_or("null", |value| value.text.as_str());
    let within = |position: usize, level: Level| {
        values.get(position).map_or_else(String::new, |value| value.within(level))
    };
    let call_of = |name: &str, shape: Shape| {
        let list: Vec<&str> = values.iter().map(|value| value.text.as_str()).collect();
        Jsonata::single(format!("${name}({})", list.join(", ")), shape)
    };
    let can_miss = values.iter().any(|value| value.can_miss);
    let converted = match call.function {
        Function::Array | Function::Format => return Err(Unsupported::new("Unreachable.")),
        Function::ArrayContains => {
            if !matches!(
                values.get(1).map(|value| value.shape),
                Some(Shape::Text | Shape::Number | Shape::Boolean)
            ) {
                notes.changed("JSONata's operator in finds texts, numbers and the like, but no objects and no arrays within an array.");
            }
            let text = format!("{} in {}", within(1, Level::Sum), within(0, Level::Sum));
            return Ok(Data::Expression(Jsonata::of_level(Level::Comparison, text, Shape::Boolean)));
        }
        Function::ArrayGetItem => match (&arguments.first(), arguments.get(1)) {
            (Some(array), Some(Data::Literal(Value::Number(index))))
                if index.as_i64().is_some_and(|index| index >= 0) =>
            {
                return Ok(array.item(index.as_i64().unwrap_or_default()));
            }
            _ => match values.first() {
                Some(array) => array.predicate(text(1)),
                None => return Err(Unsupported::new("States.ArrayGetItem has no array.")),
            },
        },
        Function::ArrayLength => call_of("count", Shape::Number),
        Function::ArrayPartition => call_of("partition", Shape::Array),
        Function::ArrayRange => call_of("range", Shape::Array),
        Function::ArrayUnique => call_of("distinct", Shape::Array),
        Function::Base64Encode | Function::Base64Decode => {
            notes.changed(
                "JSONata's Base64 functions know Latin-1 only: other characters come out differently.",
            );
            let name = if call.function == Function::Base64Encode { "base64encode" } else { "base64decode" };
            call_of(name, Shape::Text)
        }
        Function::Hash => call_of("hash", Shape::Text),
        Function::JsonMerge => Jsonata::single(format!("$merge([{}, {}])", text(0), text(1)), Shape::Object),
        Function::JsonToString => {
            notes.info("$string writes objects and arrays as JSON. A text stays as it is, without the quotes that States.JsonToString puts around it, and numbers have 15 digits at most.");
            call_of("string", Shape::Text)
        }
        Function::MathAdd => {
            let is_integer =
                |argument: &Data| matches!(argument, Data::Literal(value) if value.as_i64().is_some());
            if !arguments.iter().all(is_integer) {
                notes.changed("Numbers with a fraction are no longer rounded before they are added.");
            }
            let text = format!("{} + {}", within(0, Level::Sum), within(1, Level::Product));
            Jsonata::of_level(Level::Sum, text, Shape::Number)
        }
        Function::MathRandom => {
            let (start, end) = (within(0, Level::Product), within(1, Level::Product));
            let seed = if values.len() > 2 {
                notes.changed("$random gives another number for a seed than States.MathRandom.");
                text(2)
            } else {
                notes.info("The number is as random as before, and therefore another one.");
                ""
            };
            let text = format!("{start} + $floor($random({seed}) * ({end} - {start}))");
            Jsonata::of_level(Level::Sum, text, Shape::Number)
        }
        Function::StringSplit => match arguments.get(1) {
            Some(Data::Literal(Value::String(separators))) => {
                Jsonata::single(split(text(0), separators), Shape::Array)
            }
            _ => {
                return Err(Unsupported::new(
                    "States.StringSplit takes each character of its second argument for a separator; $split needs them in the definition.",
                ));
            }
        },
        Function::StringToJson => call_of("parse", Shape::Any),
        Function::UUID => {
            notes.info("The UUID is as random as before, and therefore another one.");
            Jsonata::single("$uuid()", Shape::Text)
        }
    };
    Ok(Data::Expression(converted.missing_if(can_miss)))
}

/// The texts of a template and the values between them, joined with `&`.
fn format(texts: &[String], values: &[Data], notes: &mut Notes) -> Data {
    let mut parts: Vec<String> = Vec::new();
    let mut can_miss = false;
    let mut has_unknown = false;
    for (position, text) in texts.iter().enumerate() {
        if let Some(value) = position.checked_sub(1).and_then(|position| values.get(position)) {
            let value = value.to_jsonata();
            can_miss |= value.can_miss;
            has_unknown |= !matches!(value.shape, Shape::Text | Shape::Boolean);
            parts.push(value.within(Level::Product));
        }
        if !text.is_empty() {
            parts.push(text_literal(text));
        }
    }
    if can_miss {
        notes
            .changed("Where a path finds nothing, the text now leaves it out; in JSONPath the state failed.");
    }
    if has_unknown {
        notes.info(
            "An object or array within a text is now written as JSON, and a number as JSONata writes it.",
        );
    }
    let literal_only = values.is_empty();
    Data::Expression(match parts.as_slice() {
        [] => Jsonata::single("''", Shape::Text),
        [only] if literal_only => Jsonata::single(only.clone(), Shape::Text),
        [only] => Jsonata::single(format!("$string({only})"), Shape::Text),
        _ => Jsonata::of_level(Level::Sum, parts.join(" & "), Shape::Text),
    })
}

/// Each character of the separators splits, and empty parts don't count.
fn split(text: &str, separators: &str) -> String {
    let mut characters = separators.chars();
    match (characters.next(), characters.next()) {
        (None, _) => format!("[{text}[$ != '']]"),
        (Some(_), None) => format!("[$split({text}, {})[$ != '']]", text_literal(separators)),
        _ => {
            let class: String = separators
                .chars()
                .map(|character| match character {
                    '\\' | ']' | '[' | '^' | '-' | '/' => format!("\\{character}"),
                    '\n' => "\\n".to_owned(),
                    '\r' => "\\r".to_owned(),
                    '\t' => "\\t".to_owned(),
                    other => other.to_string(),
                })
                .collect();
            format!("[$split({text}, /[{class}]/)[$ != '']]")
        }
    }
}
