//! Values as text: `$string`, `&`, and the values in messages.

use json::{Number, Value};

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::limits::Limit;
use crate::numbers;
use crate::values::{Flags, Function, Val, View};

/// Messages quote values up to this many bytes.
const MAX_IN_MESSAGE: usize = 8 * 1024;

pub(super) fn string(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.take(0);
    if value.is_undefined() || value.as_str().is_some() {
        return Ok(value);
    }
    let pretty = matches!(args.get(1).view(), View::Bool(true));
    let mut text = String::new();
    stringify(&value, pretty, machine.limits.string, &mut text)?;
    machine.charge_text(text.len())?;
    Ok(Val::string(text))
}

/// Appends the text of a value: a string as it is, anything else as JSON with numbers of at most 15
/// significant digits. Fails where it gets longer than `limit` bytes.
pub(crate) fn stringify(value: &Val, pretty: bool, limit: usize, out: &mut String) -> Outcome<()> {
    match value.view() {
        View::Undefined => {}
        View::String(text) => out.push_str(text),
        View::Function => {}
        View::Number(number) => {
            if !number.is_finite() {
                return Err(Fault::new("D3001").value(value.clone()));
            }
            write_number(number, out);
        }
        _ => {
            let mut writer = Writer { out, pretty, depth: 0, exact: false, limit };
            if value.flags().has(Flags::OUTER) { writer.write(&value.at(0))? } else { writer.write(value)? }
        }
    }
    Ok(())
}

/// The value as `JSON.stringify` has it in a message; cut off where it is very long.
pub(crate) fn stringify_for_message(value: &Val) -> String {
    if value.is_undefined() {
        return "undefined".to_owned();
    }
    let mut text = String::new();
    let mut writer = Writer { out: &mut text, pretty: false, depth: 0, exact: true, limit: MAX_IN_MESSAGE };
    // What is too long is cut off below.
    let _ = writer.write(value);
    if text.len() > MAX_IN_MESSAGE {
        let end = (0..=MAX_IN_MESSAGE).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

fn write_number(number: f64, out: &mut String) {
    let rounded = if number.fract() == 0.0 { number } else { numbers::round_to_precision(number, 15) };
    out.push_str(&numbers::to_js_string(rounded));
}

struct Writer<'a> {
    out: &'a mut String,
    pretty: bool,
    depth: usize,
    /// Numbers as they are, and infinite ones as null instead of an error.
    exact: bool,
    /// So many bytes are written at most, give or take a member.
    limit: usize,
}

impl Writer<'_> {
    fn write(&mut self, value: &Val) -> Outcome<()> {
        match value {
            Val::Undefined => self.out.push_str("null"),
            Val::Number(number) => self.write_number(*number)?,
            Val::Json(value) => self.write_json(value)?,
            Val::List(list, _) => {
                let count = list.len();
                self.open('[', count);
                for (index, item) in value.items().enumerate() {
                    self.separate(index)?;
                    self.write(&item)?;
                }
                self.close(']', count);
            }
            Val::Object(members) => {
                let shown = members.entries().iter().filter(|(_, value)| !value.is_undefined());
                let count = shown.clone().count();
                self.open('{', count);
                for (index, (name, value)) in shown.enumerate() {
                    self.separate(index)?;
                    self.name(name);
                    self.write(value)?;
                }
                self.close('}', count);
            }
            Val::Function(function, _) => match &**function {
                // In a message JavaScript's own functions are nothing.
                Function::Regex(_) | Function::NextMatch { .. } if self.exact => self.out.push_str("null"),
                _ => self.out.push_str("\"\""),
            },
            Val::Tuple(tuple) => self.write(&tuple.context)?,
        }
        Ok(())
    }

    fn write_number(&mut self, number: f64) -> Outcome<()> {
        if !number.is_finite() {
            if self.exact || number.is_nan() {
                self.out.push_str("null");
                return Ok(());
            }
            return Err(Fault::new("D1001").value(Val::Number(number)));
        }
        if self.exact {
            self.out.push_str(&numbers::to_js_string(number));
        } else {
            write_number(number, self.out);
        }
        Ok(())
    }

    fn write_json(&mut self, value: &Value) -> Outcome<()> {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(Number::Int(number)) if number.unsigned_abs() < 1 << 53 => {
                use std::fmt::Write;
                let _ = write!(self.out, "{number}");
            }
            Value::Number(number) => self.write_number(number.as_f64())?,
            Value::String(text) => json::quote(text, self.out),
            Value::Array(array) => {
                let items = array.items();
                self.open('[', items.len());
                for (index, item) in items.iter().enumerate() {
                    self.separate(index)?;
                    self.write_json(item)?;
                }
                self.close(']', items.len());
            }
            Value::Object(object) => {
                let count = object.members().len();
                self.open('{', count);
                if object.members().keys().any(|name| name.starts_with(|first: char| first.is_ascii_digit()))
                {
                    for (index, (name, value)) in
                        Val::Json(Value::Object(object.clone())).entries().into_iter().enumerate()
                    {
                        self.separate(index)?;
                        self.name(&name);
                        self.write(&value)?;
                    }
                } else {
                    for (index, (name, value)) in object.members().iter().enumerate() {
                        self.separate(index)?;
                        self.name(name);
                        self.write_json(value)?;
                    }
                }
                self.close('}', count);
            }
        }
        Ok(())
    }

    fn open(&mut self, bracket: char, count: usize) {
        self.out.push(bracket);
        self.depth += 1;
        if count > 0 {
            self.new_line();
        }
    }

    fn separate(&mut self, index: usize) -> Outcome<()> {
        if self.out.len() > self.limit {
            return Err(Fault::limit(Limit::String, self.limit as u64));
        }
        if index > 0 {
            self.out.push(',');
            self.new_line();
        }
        Ok(())
    }

    fn name(&mut self, name: &str) {
        json::quote(name, self.out);
        self.out.push_str(if self.pretty { ": " } else { ":" });
    }

    fn close(&mut self, bracket: char, count: usize) {
        self.depth -= 1;
        if count > 0 {
            self.new_line();
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self) {
        if self.pretty {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}
