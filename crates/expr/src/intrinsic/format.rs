use std::fmt::Write;

use json::{Number, Value};

use super::{Arguments, Failure};

/// The template of `States.Format`, taken apart at its `{}`.
#[derive(Debug)]
pub struct Template {
    source: String,
    /// The texts before, between and after the places; what is wrong with the template otherwise.
    texts: Result<Box<[String]>, &'static str>,
}

impl Template {
    /// Takes a template with its escapes apart.
    pub fn parse(raw: &str) -> Template {
        Template { source: raw.to_owned(), texts: take_apart(raw) }
    }

    /// The texts before, between and after the places; none for a template that no arguments fit.
    pub fn texts(&self) -> Option<&[String]> {
        self.texts.as_deref().ok()
    }

    pub fn source(&self) -> &str {
        &self.source
    }

    /// The template with the arguments from the second on in their places.
    pub(crate) fn fill(&self, arguments: &Arguments<'_, '_>) -> Result<Value, Failure> {
        let texts = match &self.texts {
            Ok(texts) => texts,
            Err(problem) => {
                return Err(Failure::Function(format!("Invalid template in States.Format: {problem}")));
            }
        };
        if texts.len() != arguments.len() {
            return arguments.fail("number of arguments do not match the occurrences of {}.");
        }
        let mut out = String::with_capacity(self.source.len() + 16 * texts.len());
        for (position, text) in texts.iter().enumerate() {
            if position > 0 {
                write_java(&*arguments.value(position)?, &mut out);
            }
            out.push_str(text);
        }
        Ok(Value::string(out))
    }
}

fn take_apart(raw: &str) -> Result<Box<[String]>, &'static str> {
    let mut texts = Vec::new();
    let mut text = String::new();
    let mut characters = raw.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next_if(|next| matches!(next, '\'' | '{' | '}' | '\\')) {
                Some(escaped) => text.push(escaped),
                None => text.push('\\'),
            },
            '{' => {
                if characters.next() != Some('}') {
                    return Err("matching '}' not found for '{'.");
                }
                texts.push(std::mem::take(&mut text));
            }
            '}' => return Err("matching '{' not found for '}'."),
            other => text.push(other),
        }
    }
    texts.push(text);
    Ok(texts.into_boxed_slice())
}

/// Writes a value as Java's `toString` does: strings bare, objects as `{a=1, b=[]}`.
fn write_java(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => out.push_str(text),
        Value::Number(number) => write_java_number(number, out),
        Value::Array(array) => {
            out.push('[');
            for (position, item) in array.items().iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                write_java(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            out.push('{');
            for (position, (name, member)) in object.members().iter().enumerate() {
                if position > 0 {
                    out.push_str(", ");
                }
                out.push_str(name);
                out.push('=');
                write_java(member, out);
            }
            out.push('}');
        }
        other => other.write_text(out),
    }
}

/// Integers as they are, all else as Java prints a double: `1.0E10` from ten million on.
fn write_java_number(number: &Number, out: &mut String) {
    if let Number::Int(integer) = number {
        return json::push_integer(*integer, out);
    }
    let float = number.as_f64();
    if number.is_spelled_as_integer() || !float.is_finite() {
        let _ = write!(out, "{number}");
        return;
    }
    if float == 0.0 || (1e-3..1e7).contains(&float.abs()) {
        let _ = write!(out, "{float:?}");
        return;
    }
    let text = format!("{float:E}");
    match text.split_once('E') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => {
            let _ = write!(out, "{mantissa}.0E{exponent}");
        }
        _ => out.push_str(&text),
    }
}
