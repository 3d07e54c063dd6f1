//! Templates in YAML, with CloudFormation's functions as tags.

use json::{Map, Number, Value};

/// A template as a text in block style.
pub fn written(value: &Value) -> String {
    let mut out = String::new();
    block(value, 0, &mut out);
    out.push('\n');
    out
}

fn block(value: &Value, indent: usize, out: &mut String) {
    let margin = " ".repeat(indent);
    let mut is_first = true;
    let mut line = |out: &mut String| {
        if !std::mem::replace(&mut is_first, false) {
            out.push('\n');
            out.push_str(&margin);
        }
    };
    for (name, value) in value.as_object().into_iter().flat_map(Map::iter) {
        line(out);
        out.push_str(&scalar(&Value::from(name.clone())));
        out.push(':');
        match value {
            _ if is_block(value) => {
                out.push('\n');
                out.push_str(&" ".repeat(indent + 2));
                block(value, indent + 2, out);
            }
            _ => {
                out.push(' ');
                inline(value, indent + 2, out);
            }
        }
    }
    for item in value.as_array().unwrap_or_default() {
        line(out);
        out.push_str("- ");
        match item {
            _ if is_block(item) => block(item, indent + 2, out),
            _ => inline(item, indent + 2, out),
        }
    }
}

fn is_block(value: &Value) -> bool {
    let has_any = value.as_object().is_some_and(|members| !members.is_empty())
        || value.as_array().is_some_and(|items| !items.is_empty());
    has_any && function(value).is_none()
}

fn inline(value: &Value, indent: usize, out: &mut String) {
    if let Some((tag, text)) = function(value) {
        out.push_str(tag);
        out.push(' ');
        out.push_str(&scalar(&Value::from(text)));
        return;
    }
    match value.as_str() {
        Some(text) if is_many_lines(text) => {
            out.push_str("|-");
            for line in text.lines() {
                out.push('\n');
                if !line.is_empty() {
                    out.push_str(&" ".repeat(indent));
                    out.push_str(line);
                }
            }
        }
        _ => out.push_str(&scalar(value)),
    }
}

/// Whether a text can be a literal block.
fn is_many_lines(text: &str) -> bool {
    text.contains('\n')
        && !text.starts_with([' ', '\n'])
        && !text.ends_with(['\n', ' '])
        && !text.chars().any(|letter| (letter.is_control() && letter != '\n') || is_odd(letter))
}

/// What older readers of YAML take for the end of a line, or leave out.
fn is_odd(letter: char) -> bool {
    matches!(letter, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// A function of CloudFormation that is written as a tag.
fn function(value: &Value) -> Option<(&'static str, String)> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    let (name, argument) = members.entry_at(0)?;
    match (&**name, argument) {
        ("Ref", Value::String(text)) => Some(("!Ref", text.to_string())),
        ("Fn::Sub", Value::String(text)) => Some(("!Sub", text.to_string())),
        ("Fn::GetAtt", Value::Array(_)) => {
            let parts: Option<Vec<&str>> = argument.as_array()?.iter().map(Value::as_str).collect();
            Some(("!GetAtt", parts?.join(".")))
        }
        _ => None,
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) if text.chars().any(is_odd) => {
            let mut out = String::new();
            for letter in value.to_text().chars() {
                match letter {
                    odd if is_odd(odd) => out.push_str(&format!("\\u{:04X}", odd as u32)),
                    other => out.push(other),
                }
            }
            out
        }
        Value::Number(number) => number_text(number),
        _ => yaml::scalar_text(value),
    }
}

/// `1e3` is a text in YAML 1.1, `1.0e+3` is a number in both.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return text };
    let fraction = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['+', '-']) { "" } else { "+" };
    format!("{mantissa}{fraction}e{sign}{exponent}")
}
