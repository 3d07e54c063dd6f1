use json::{Map, Value};
use saphyr_parser::ScalarStyle;

use crate::parse::plain_value;

/// Data as a YAML text, in block style.
pub fn to_yaml(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(_) | Value::Array(_) if !is_empty(value) => block(value, 0, &mut out),
        _ => out.push_str(&scalar(value, ScalarStyle::Plain)),
    }
    out.push('\n');
    out
}

/// A value on one line as it may stand anywhere in block style; containers are in flow style.
pub fn scalar_text(value: &Value) -> String {
    scalar(value, ScalarStyle::Plain)
}

pub(crate) fn is_empty(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty) || value.as_array().is_some_and(<[Value]>::is_empty)
}

/// A container in block style; its first line begins where the text ends, further ones at `indent`.
pub(crate) fn block(value: &Value, indent: usize, out: &mut String) {
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
        out.push_str(&scalar(&Value::String(name.clone()), ScalarStyle::Plain));
        out.push(':');
        after_colon(value, indent, out);
    }
    for item in value.as_array().unwrap_or_default() {
        line(out);
        out.push_str("- ");
        match item {
            Value::Object(_) | Value::Array(_) if !is_empty(item) => block(item, indent + 2, out),
            _ => out.push_str(&scalar(item, ScalarStyle::Plain)),
        }
    }
}

/// What follows the colon of a member that stands at `indent`.
pub(crate) fn after_colon(value: &Value, indent: usize, out: &mut String) {
    match value {
        Value::Object(_) if !is_empty(value) => {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            block(value, indent + 2, out);
        }
        Value::Array(_) if !is_empty(value) => {
            out.push('\n');
            out.push_str(&" ".repeat(indent + 2));
            block(value, indent + 2, out);
        }
        _ => {
            out.push(' ');
            out.push_str(&scalar(value, ScalarStyle::Plain));
        }
    }
}

/// In flow style: for what stands inside of brackets.
pub(crate) fn flow(value: &Value, out: &mut String) {
    match value {
        Value::Object(_) => {
            out.push('{');
            for (position, (name, value)) in value.as_object().into_iter().flat_map(Map::iter).enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                json::quote(name, out);
                out.push_str(": ");
                flow(value, out);
            }
            out.push('}');
        }
        Value::Array(_) => {
            out.push('[');
            for (position, item) in value.as_array().unwrap_or_default().iter().enumerate() {
                out.push_str(if position > 0 { ", " } else { "" });
                flow(item, out);
            }
            out.push(']');
        }
        _ => value.write_text(out),
    }
}

/// A value on one line, in the style of the one it takes the place of where that can hold it.
pub(crate) fn scalar(value: &Value, style: ScalarStyle) -> String {
    let Some(text) = value.as_str() else {
        return match value {
            Value::Object(_) | Value::Array(_) => {
                let mut out = String::new();
                flow(value, &mut out);
                out
            }
            _ => value.to_text(),
        };
    };
    let is_single_line = !text.chars().any(|character| character.is_control() || character == '\u{feff}');
    let single = || format!("'{}'", text.replace('\'', "''"));
    match style {
        ScalarStyle::SingleQuoted if is_single_line => single(),
        ScalarStyle::DoubleQuoted => value.to_text(),
        _ if can_be_plain(text) => text.to_owned(),
        _ if is_single_line && text.contains(['"', '\\']) => single(),
        _ => value.to_text(),
    }
}

/// Whether a text without quotes is read as this text wherever it stands. Refuses more than it has to.
fn can_be_plain(text: &str) -> bool {
    let starts =
        text.chars().next().is_some_and(|first| first.is_alphanumeric() || matches!(first, '$' | '_' | '/'));
    let plain = |character: char| {
        character.is_alphanumeric()
            || matches!(character, ' ' | '_' | '-' | '.' | '/' | ':' | '$' | '(' | ')' | '+')
    };
    starts
        && text.chars().all(plain)
        && !text.contains(": ")
        && !text.ends_with([':', ' '])
        && !text.contains("  ")
        && plain_value(text).as_str().is_some()
        // What YAML 1.1 takes for something else, which older readers still do.
        && !matches!(&*text.to_lowercase(), "yes" | "no" | "on" | "off" | "y" | "n")
        && !text.bytes().next().is_some_and(|first| first.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use crate::{Yaml, to_yaml};

    #[test]
    fn what_is_written_is_read_as_the_same() {
        for text in [
            r#"{"a": {"b": [1, "x", {"c": null, "d": []}], "e": {}}, "f": "{% $states.input %}"}"#,
            r##"["- a", "a: b", "#x", "yes", "1", "", " ", "é", "a\nb", "it's \"so\"", "{x}", "[y]", "&a", "*b", "!c", "%d", "@e", "`f", "null", "~", "2024-01-01", "a #b", "a:"]"##,
            r#"[[1, [2, []]], [[{"a": [[3]]}]]]"#,
            r#""text""#,
            r#"{"yes": 1, "": 2, "a b": 3, "arn:aws:states:::lambda:invoke": "arn:aws:states:::lambda:invoke"}"#,
        ] {
            let value = json::parse(text).unwrap();
            let written = to_yaml(&value);
            let read = Yaml::parse(&written).unwrap_or_else(|error| panic!("{written}: {error:?}"));
            assert_eq!(read.value().to_text(), value.without_text().to_text(), "{written}");
        }
    }
}
