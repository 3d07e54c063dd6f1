use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use crate::object::{Array, Object};
use crate::{Map, Number, Str, Value};

/// Containers nested deeper than this are refused, as Jackson 2.15 and later do (`StreamReadConstraints`).
pub const MAX_DEPTH: u32 = 1000;

/// Why a text is not JSON, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What was expected or found, as a clause without a full stop.
    pub message: String,
    /// The offset in bytes at which it was noticed.
    pub offset: usize,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

impl fmt::Display for ParseError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} at line {}, column {}", self.message, self.line, self.column)
    }
}

impl std::error::Error for ParseError {}

/// Reads a JSON text (RFC 8259) of at most [`MAX_DEPTH`] levels.
/// Of members with the same name the last one counts.
pub fn parse(text: &str) -> Result<Value, ParseError> {
    let mut parser = Parser::new(text);
    parser.blanks();
    let value = parser.value(0)?;
    parser.end()?;
    Ok(value)
}

/// As [`parse`], but a container keeps its text: [`Value::to_text`] gives it back to the byte.
///
/// Step Functions passes JSON text through untouched where a state does not change it.
pub fn parse_keeping_text(text: &str) -> Result<Value, ParseError> {
    let mut parser = Parser::new(text);
    parser.blanks();
    parser.is_usual = true;
    let value = parser.value(0)?;
    let is_usual = parser.is_usual;
    parser.end()?;
    if is_usual {
        return Ok(value);
    }
    let trimmed = text.trim_matches(BLANKS);
    Ok(match value {
        Value::Array(array) => {
            Value::Array(Arc::new(Array::with_text(array.items().to_vec(), trimmed.into())))
        }
        Value::Object(object) => {
            Value::Object(Arc::new(Object::with_text(object.members().clone(), trimmed.into())))
        }
        scalar => scalar,
    })
}

/// As [`parse_keeping_text`], and the containers within keep their texts as well, a few levels deep.
///
/// TestState shows parts of its input as they were written.
pub fn parse_keeping_texts(text: &str) -> Result<Value, ParseError> {
    let mut parser = Parser::new(text);
    parser.keeps_texts = true;
    parser.blanks();
    let value = parser.value(0)?;
    parser.end()?;
    Ok(value)
}

/// Texts are kept down to this level: each level costs the whole text once more.
const KEPT_LEVELS: u32 = 8;

const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

struct Parser<'a> {
    text: &'a str,
    at: usize,
    /// Names of members read so far: equal names share one allocation.
    names: HashSet<Str>,
    keeps_texts: bool,
    /// Whether all since this was set is as [`Value::to_text`] would write it.
    is_usual: bool,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str) -> Parser<'a> {
        Parser { text, at: 0, names: HashSet::new(), keeps_texts: false, is_usual: true }
    }

    fn value(&mut self, depth: u32) -> Result<Value, ParseError> {
        let start = self.at;
        match self.peek() {
            Some(b'{') => self.object(depth).map(|value| self.kept(value, start, depth)),
            Some(b'[') => self.array(depth).map(|value| self.kept(value, start, depth)),
            Some(b'"') => Ok(Value::String(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word("true", Value::Bool(true)),
            Some(b'f') => self.word("false", Value::Bool(false)),
            Some(b'n') => self.word("null", Value::Null),
            Some(_) => Err(self.unexpected("a value")),
            None => Err(self.error("the text ends where a value was expected".into())),
        }
    }

    /// The container with the text that it was read from, where that is asked for and not the usual one.
    fn kept(&self, value: Value, start: usize, depth: u32) -> Value {
        let Some(text) = self.text.get(start..self.at).filter(|_| self.keeps_texts && depth < KEPT_LEVELS)
        else {
            return value;
        };
        match value {
            Value::Array(array) => {
                Value::Array(Arc::new(Array::with_text(array.items().to_vec(), text.into())))
            }
            Value::Object(object) => {
                Value::Object(Arc::new(Object::with_text(object.members().clone(), text.into())))
            }
            scalar => scalar,
        }
    }

    fn object(&mut self, depth: u32) -> Result<Value, ParseError> {
        self.enter(depth)?;
        let mut members = Map::new();
        self.blanks();
        if self.eat(b'}') {
            return Ok(Value::object(members));
        }
        loop {
            self.blanks();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("a name in double quotes"));
            }
            let name = self.string()?;
            let name = self.name(&name);
            self.blanks();
            if !self.eat(b':') {
                return Err(self.unexpected("a colon after the name"));
            }
            self.blanks();
            let value = self.value(depth + 1)?;
            let is_first = members.insert(name, value).is_none();
            self.is_usual &= is_first;
            self.blanks();
            if self.eat(b',') {
                continue;
            }
            if self.eat(b'}') {
                return Ok(Value::object(members));
            }
            return Err(self.unexpected("a comma or } after the member"));
        }
    }

    fn array(&mut self, depth: u32) -> Result<Value, ParseError> {
        self.enter(depth)?;
        let mut items = Vec::new();
        self.blanks();
        if self.eat(b']') {
            return Ok(Value::array(items));
        }
        loop {
            self.blanks();
            items.push(self.value(depth + 1)?);
            self.blanks();
            if self.eat(b',') {
                continue;
            }
            if self.eat(b']') {
                return Ok(Value::array(items));
            }
            return Err(self.unexpected("a comma or ] after the item"));
        }
    }

    fn enter(&mut self, depth: u32) -> Result<(), ParseError> {
        if depth >= MAX_DEPTH {
            return Err(self.error(format!("the text is nested deeper than {MAX_DEPTH} levels")));
        }
        self.at += 1;
        Ok(())
    }

    fn name(&mut self, name: &str) -> Str {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let name: Str = name.into();
        self.names.insert(name.clone());
        name
    }

    fn string(&mut self) -> Result<std::borrow::Cow<'a, str>, ParseError> {
        let content = self.at + 1;
        let bytes = self.text.as_bytes();
        let mut at = content;
        while let Some(&byte) = bytes.get(at) {
            match byte {
                b'"' => {
                    self.at = at + 1;
                    return Ok(self.text[content..at].into());
                }
                b'\\' | 0x00..=0x1f => break,
                _ => at += 1,
            }
        }
        let string = self.escaped_string(content, at)?;
        if self.is_usual {
            let mut usual = String::with_capacity(self.at - content);
            crate::write::quote(&string, &mut usual);
            self.is_usual = self.text.get(content - 1..self.at) == Some(&usual);
        }
        Ok(string.into())
    }

    /// The string whose content starts at `content` and is plain up to `at`.
    fn escaped_string(&mut self, content: usize, mut at: usize) -> Result<String, ParseError> {
        let bytes = self.text.as_bytes();
        let mut out = self.text[content..at].to_owned();
        loop {
            match bytes.get(at) {
                None => {
                    self.at = self.text.len();
                    return Err(self.error("the text ends inside a string".into()));
                }
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(out);
                }
                Some(b'\\') => match crate::tree::unescape(&self.text[at..]) {
                    Some((character, len)) => {
                        out.push(character);
                        at += len;
                    }
                    None => {
                        self.at = at;
                        return Err(self.error("the escape sequence is not valid".into()));
                    }
                },
                Some(0x00..=0x1f) => {
                    self.at = at;
                    return Err(self.error(
                        "a control character stands in a string; write it as \\n, \\t or \\u00XX".into(),
                    ));
                }
                Some(_) => {
                    let plain = bytes[at..]
                        .iter()
                        .take_while(|byte| !matches!(byte, b'"' | b'\\' | 0x00..=0x1f))
                        .count();
                    out.push_str(&self.text[at..at + plain]);
                    at += plain;
                }
            }
        }
    }

    fn number(&mut self) -> Result<Value, ParseError> {
        let rest = &self.text[self.at..];
        let len = rest
            .bytes()
            .take_while(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
            .count();
        match Number::from_text(&rest[..len]) {
            Some(number) => {
                self.at += len;
                Ok(Value::Number(number))
            }
            None => Err(self.error(format!("{} is not a number", &rest[..len]))),
        }
    }

    fn word(&mut self, word: &str, value: Value) -> Result<Value, ParseError> {
        if self.text[self.at..].starts_with(word) {
            self.at += word.len();
            Ok(value)
        } else {
            Err(self.unexpected("a value"))
        }
    }

    fn end(&mut self) -> Result<(), ParseError> {
        self.blanks();
        match self.peek() {
            None => Ok(()),
            Some(_) => Err(self.unexpected("the end of the text")),
        }
    }

    fn blanks(&mut self) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.peek() {
            self.at += 1;
            self.is_usual = false;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    fn unexpected(&self, expected: &str) -> ParseError {
        match self.text.get(self.at..).and_then(|rest| rest.chars().next()) {
            Some(found) => self.error(format!("expected {expected}, found {found:?}")),
            None => self.error(format!("the text ends where {expected} was expected")),
        }
    }

    fn error(&self, message: String) -> ParseError {
        let before = &self.text[..self.at.min(self.text.len())];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        ParseError {
            message,
            offset: self.at,
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    }
}

#[cfg(test)]
mod nested_text_tests {
    use super::{parse, parse_keeping_text, parse_keeping_texts};

    #[test]
    fn a_text_is_kept_where_it_would_be_written_otherwise() {
        let check = |text: &str| {
            let kept = parse_keeping_text(text).unwrap();
            assert_eq!(kept.to_text(), text.trim_matches(' '), "{text:?}");
            let is_usual = parse(text).unwrap().to_text() == text.trim_matches(' ');
            let has_text = match &kept {
                crate::Value::Array(array) => array.text().is_some(),
                crate::Value::Object(object) => object.text().is_some(),
                _ => false,
            };
            assert_eq!(has_text, !is_usual, "{text:?}");
        };
        check("[]");
        check("  [1.50,-0,1e3,\"a\",{\"b\":[true,null]}]  ");
        check("[1, 2]");
        check("[ ]");
        check("{\"a\" :1}");
        check("{\"a\":1,\"a\":2}");
        check(r#"["\n\u0001\"\\"]"#);
        check(r#"["\u000a"]"#);
        check(r#"["\/"]"#);
        check(r#"{"\u0041":"é"}"#);
    }

    #[test]
    fn containers_within_keep_their_texts() {
        let value = parse_keeping_texts(" {\"a\": [1, {\"b\":  2}]} ").unwrap();
        assert_eq!(value.to_text(), "{\"a\": [1, {\"b\":  2}]}");
        assert_eq!(value.get("a").unwrap().to_text(), "[1, {\"b\":  2}]");
        assert_eq!(value.get("a").unwrap().at(1).unwrap().to_text(), "{\"b\":  2}");
        assert_eq!(value.without_text().to_text(), "{\"a\":[1,{\"b\":2}]}");
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, parse, parse_keeping_text};
    use crate::Value;

    #[test]
    fn escapes_are_read() {
        let value = parse(r#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#).unwrap();
        assert_eq!(value, Value::from("a\"\\/\u{8}\u{c}\n\r\té😀"));
    }

    #[test]
    fn lone_surrogates_become_replacement_characters() {
        assert_eq!(parse(r#""\ud83dx""#).unwrap(), Value::from("\u{fffd}x"));
    }

    #[test]
    fn errors_say_what_and_where() {
        let error = |text| parse(text).unwrap_err().to_string();
        assert_eq!(error(""), "the text ends where a value was expected at line 1, column 1");
        assert_eq!(error("{\n  \"a\" 1}"), "expected a colon after the name, found '1' at line 2, column 7");
        assert_eq!(error("[1,]"), "expected a value, found ']' at line 1, column 4");
        assert_eq!(error("{} x"), "expected the end of the text, found 'x' at line 1, column 4");
        assert_eq!(error("[01]"), "01 is not a number at line 1, column 2");
        assert_eq!(error("\"é"), "the text ends inside a string at line 1, column 3");
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH as usize)).is_ok());
        assert!(parse(&nested(MAX_DEPTH as usize + 1)).is_err());
        assert!(parse(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn untouched_text_is_kept_and_parts_are_compact() {
        let value = parse_keeping_text(" [ {\"a\": 1} , 2 ]\n").unwrap();
        assert_eq!(value.to_text(), "[ {\"a\": 1} , 2 ]");
        assert_eq!(value.text_len(), 16);
        assert_eq!(value.at(0).unwrap().to_text(), "{\"a\":1}");
        assert_eq!(Value::array(vec![value.clone()]).to_text(), "[[ {\"a\": 1} , 2 ]]");
        assert_eq!(value.without_text().to_text(), "[{\"a\":1},2]");
    }

    #[test]
    fn the_last_of_equal_names_counts() {
        assert_eq!(parse(r#"{"a":1,"b":2,"a":3}"#).unwrap().to_text(), r#"{"a":3,"b":2}"#);
    }
}
