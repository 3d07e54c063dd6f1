use std::fmt::Write;
use std::sync::atomic::Ordering;

use crate::{Map, Value};

pub(crate) fn write_text(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(crate::Number::Int(integer)) => push_integer(*integer, out),
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => quote(text, out),
        Value::Array(array) => {
            if let Some(text) = array.text() {
                out.push_str(text);
                return;
            }
            out.push('[');
            for (position, item) in array.items().iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                write_text(item, out);
            }
            out.push(']');
        }
        Value::Object(object) => {
            if let Some(text) = object.text() {
                out.push_str(text);
                return;
            }
            out.push('{');
            for (position, (key, member)) in object.members().iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                quote(key, out);
                out.push(':');
                write_text(member, out);
            }
            out.push('}');
        }
    }
}

pub(crate) fn to_pretty(value: &Value) -> String {
    let mut out = String::new();
    write_pretty(value, 0, &mut out);
    out
}

fn write_pretty(value: &Value, level: usize, out: &mut String) {
    let new_line = |level: usize, out: &mut String| {
        out.push('\n');
        for _ in 0..level {
            out.push_str("  ");
        }
    };
    match value {
        Value::Array(array) if !array.items().is_empty() => {
            out.push('[');
            for (position, item) in array.items().iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                new_line(level + 1, out);
                write_pretty(item, level + 1, out);
            }
            new_line(level, out);
            out.push(']');
        }
        Value::Object(object) if !object.members().is_empty() => {
            out.push('{');
            for (position, (key, member)) in object.members().iter().enumerate() {
                if position > 0 {
                    out.push(',');
                }
                new_line(level + 1, out);
                quote(key, out);
                out.push_str(": ");
                write_pretty(member, level + 1, out);
            }
            new_line(level, out);
            out.push('}');
        }
        Value::Array(_) => out.push_str("[]"),
        Value::Object(_) => out.push_str("{}"),
        scalar => write_text(scalar, out),
    }
}

pub(crate) fn text_len(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(crate::Number::Int(integer)) => integer_len(*integer),
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => quoted_len(text),
        Value::Array(array) => remembered(&array.facts().text_len, || {
            let items = array.items();
            2 + items.len().saturating_sub(1) + items.iter().map(text_len).sum::<usize>()
        }),
        Value::Object(object) => remembered(&object.facts().text_len, || counted_len(object.members())),
    }
}

/// The length of the text of an object without a remembered text.
pub(crate) fn counted_len(members: &Map) -> usize {
    let content = members.iter().map(|(key, member)| quoted_len(key) + 1 + text_len(member));
    2 + members.len().saturating_sub(1) + content.sum::<usize>()
}

fn remembered(cell: &std::sync::atomic::AtomicU32, compute: impl FnOnce() -> usize) -> usize {
    let known = cell.load(Ordering::Relaxed);
    if known != 0 {
        return known as usize;
    }
    let len = compute();
    if let Ok(len) = u32::try_from(len) {
        cell.store(len, Ordering::Relaxed);
    }
    len
}

/// Appends an integer in decimal digits, without the formatter's options and so quicker.
pub fn push_integer(integer: i64, out: &mut String) {
    let mut digits = [0; 20];
    let mut start = digits.len();
    let mut rest = integer.unsigned_abs();
    while let Some(place) = start.checked_sub(1).and_then(|before| digits.get_mut(before)) {
        *place = b'0' + (rest % 10) as u8;
        start -= 1;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if integer < 0 {
        out.push('-');
    }
    out.push_str(digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default());
}

#[inline]
pub(crate) fn integer_len(integer: i64) -> usize {
    let digits = match integer.unsigned_abs() {
        0..10 => 1,
        10..100 => 2,
        100..1000 => 3,
        1000..10_000 => 4,
        more => more.ilog10() as usize + 1,
    };
    digits + usize::from(integer < 0)
}

/// Appends a string as a JSON string literal: quotes, backslashes and control characters escaped, all else as it is.
pub fn quote(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (position, byte) in text.bytes().enumerate() {
        let short = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0x00..=0x1f => "",
            _ => continue,
        };
        out.push_str(&text[plain_from..position]);
        plain_from = position + 1;
        if short.is_empty() {
            let _ = write!(out, "\\u{byte:04x}");
        } else {
            out.push_str(short);
        }
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

/// The length in bytes of what [`quote`] appends.
pub fn quoted_len(text: &str) -> usize {
    if is_plain(text.as_bytes()) {
        return text.len() + 2;
    }
    let extra: usize = text
        .bytes()
        .map(|byte| match byte {
            b'"' | b'\\' | b'\n' | b'\r' | b'\t' | 0x08 | 0x0c => 1,
            0x00..=0x1f => 5,
            _ => 0,
        })
        .sum();
    text.len() + 2 + extra
}

/// Whether nothing has to be escaped; looks at eight bytes at a time.
fn is_plain(text: &[u8]) -> bool {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = u64::from_ne_bytes([0x80; 8]);
    let (words, rest) = text.as_chunks::<8>();
    let plain_words = words.iter().all(|word| {
        let word = u64::from_ne_bytes(*word);
        // The highest bit of a byte is set where the byte is 0, or less than a number up to 0x80.
        let less = |word: u64, than: u64| word.wrapping_sub(ONES * than) & !word;
        let (quote, backslash) = (word ^ (ONES * u64::from(b'"')), word ^ (ONES * u64::from(b'\\')));
        (less(word, 0x20) | less(quote, 1) | less(backslash, 1)) & HIGH == 0
    });
    plain_words && rest.iter().all(|byte| *byte >= 0x20 && *byte != b'"' && *byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::{quote, quoted_len};

    #[test]
    fn the_length_of_a_literal_is_that_of_its_text() {
        for special in
            ["", "\"", "\\", "\n", "\u{1}", "\u{1f}", " ", "!", "é", "\u{7f}", "[", "]", "\u{80}", "😀"]
        {
            for before in 0..18 {
                for after in [0, 1, 7, 8, 9] {
                    let text = format!("{}{special}{}", "a".repeat(before), "z".repeat(after));
                    let mut out = String::new();
                    quote(&text, &mut out);
                    assert_eq!(quoted_len(&text), out.len(), "{text:?}");
                }
            }
        }
    }

    use crate::parse;

    #[test]
    fn text_and_its_length_agree() {
        for text in [
            "null",
            "[0,9,10,12345678901,9223372036854775807,1,-20,3.5,\"a\\\"\\\\\\n\\u0001é😀\",true,false,null,[],{},1e5]",
            "{\"a\":{\"b\":[0,10,100,-9223372036854775808]},\"\":\"\"}",
        ] {
            let value = parse(text).unwrap();
            assert_eq!(value.to_text(), text);
            assert_eq!(value.text_len(), text.len());
            assert_eq!(value.text_len(), text.len(), "asked again");
        }
    }

    #[test]
    fn pretty_text_reads_back() {
        let value = parse(r#"{"a":[1,{"b":[]}],"c":{}}"#).unwrap();
        let pretty = value.to_pretty();
        assert_eq!(pretty, "{\n  \"a\": [\n    1,\n    {\n      \"b\": []\n    }\n  ],\n  \"c\": {}\n}");
        assert_eq!(parse(&pretty).unwrap(), value);
    }
}
