//! The words of an expression. What a `/` is depends on where it stands, so the parser asks for one
//! token at a time.

use json::{Span, Str, Value};

use super::SyntaxError;
use crate::regex::Regex;

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    End,
    Operator(&'static str),
    Name(Str),
    Variable(Str),
    String(Str),
    Number(f64),
    Value(Value),
    Regex(Str, Str),
}

impl Token {
    pub(super) fn is(&self, operator: &str) -> bool {
        matches!(&self.kind, TokenKind::Operator(id) if *id == operator)
    }
}

/// The longest first.
const OPERATORS: [&str; 33] = [
    "..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??", ".", "[", "]", "{", "}", "(", ")", ",", "@", "#",
    ";", ":", "?", "+", "-", "*", "/", "%", "|", "=", "<", ">", "^", "&",
];

/// Whether a character ends a name.
pub(crate) fn is_name_stop(byte: u8) -> bool {
    is_blank(byte) || b".[]{}(),@#;:?+-*/%|=<>^&!~".contains(&byte)
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0x0b)
}

pub(super) struct Lexer<'t> {
    text: &'t str,
    position: usize,
    pub(super) errors: Vec<SyntaxError>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Lexer<'t> {
        Lexer { text, position: 0, errors: Vec::new() }
    }

    pub(super) fn skip_to_end(&mut self) {
        self.position = self.text.len();
    }

    fn peek(&self, ahead: usize) -> Option<u8> {
        self.text.as_bytes().get(self.position + ahead).copied()
    }

    fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        expected: &[&'static str],
    ) {
        self.errors.push(SyntaxError { code, message: message.into(), span, expected: expected.to_vec() });
    }

    /// The next token. After an operand (`infix`) a slash divides, elsewhere it begins a regular
    /// expression.
    pub(super) fn next(&mut self, infix: bool) -> Token {
        self.skip_blanks_and_comments();
        let start = self.position;
        let kind = self.scan(infix);
        Token { kind, span: Span { start, end: self.position } }
    }

    fn skip_blanks_and_comments(&mut self) {
        loop {
            while self.peek(0).is_some_and(is_blank) {
                self.position += 1;
            }
            if self.peek(0) != Some(b'/') || self.peek(1) != Some(b'*') {
                return;
            }
            let start = self.position;
            match self.text[start + 2..].find("*/") {
                Some(length) => self.position = start + 2 + length + 2,
                None => {
                    self.position = self.text.len();
                    let span = Span { start, end: self.position };
                    self.error("S0106", "Comment has no closing tag", span, &["*/"]);
                }
            }
        }
    }

    fn scan(&mut self, infix: bool) -> TokenKind {
        let Some(byte) = self.peek(0) else { return TokenKind::End };
        if byte == b'/' && !infix {
            return self.scan_regex();
        }
        let rest = &self.text[self.position..];
        if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
            self.position += operator.len();
            return TokenKind::Operator(operator);
        }
        match byte {
            b'!' | b'~' => {
                let operator = if byte == b'!' { "!" } else { "~" };
                self.position += 1;
                TokenKind::Operator(operator)
            }
            b'"' | b'\'' => self.scan_string(byte),
            b'0'..=b'9' => self.scan_number(),
            b'`' => self.scan_quoted_name(),
            _ => self.scan_name(),
        }
    }

    fn scan_string(&mut self, quote: u8) -> TokenKind {
        let start = self.position;
        self.position += 1;
        let mut text = String::new();
        let mut high_surrogate = None;
        loop {
            let Some(byte) = self.peek(0) else {
                let expected: &[&'static str] = if quote == b'"' { &["\""] } else { &["'"] };
                let message = "String literal must be terminated by a matching quote";
                self.error("S0101", message, Span { start, end: self.position }, expected);
                break;
            };
            if byte == quote {
                self.position += 1;
                break;
            }
            if byte != b'\\' {
                flush_surrogate(&mut high_surrogate, &mut text);
                let character = self.text[self.position..].chars().next().unwrap_or_default();
                text.push(character);
                self.position += character.len_utf8();
                continue;
            }
            let escape_start = self.position;
            self.position += 1;
            let Some(character) = self.text[self.position..].chars().next() else { continue };
            if character == 'u' {
                let digits = self.text.as_bytes().get(self.position + 1..self.position + 5);
                let unit = digits
                    .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))
                    .and_then(|digits| std::str::from_utf8(digits).ok())
                    .and_then(|digits| u32::from_str_radix(digits, 16).ok());
                let Some(unit) = unit else {
                    self.position += 1;
                    let span = Span { start: escape_start, end: self.position };
                    let message = "The escape sequence \\u must be followed by 4 hex digits";
                    self.error("S0104", message, span, &["4 hex digits"]);
                    continue;
                };
                self.position += 5;
                push_unit(unit, &mut high_surrogate, &mut text);
                continue;
            }
            flush_surrogate(&mut high_surrogate, &mut text);
            self.position += character.len_utf8();
            match character {
                '"' | '\\' | '/' => text.push(character),
                'b' => text.push('\u{8}'),
                'f' => text.push('\u{c}'),
                'n' => text.push('\n'),
                'r' => text.push('\r'),
                't' => text.push('\t'),
                _ => {
                    let span = Span { start: escape_start, end: self.position };
                    let mut shown = String::new();
                    json::quote(character.encode_utf8(&mut [0; 4]), &mut shown);
                    self.error("S0103", format!("Unsupported escape sequence: \\{shown}"), span, &[]);
                }
            }
        }
        flush_surrogate(&mut high_surrogate, &mut text);
        TokenKind::String(text.into())
    }

    fn scan_number(&mut self) -> TokenKind {
        let start = self.position;
        let digits = |lexer: &mut Lexer<'_>| {
            let from = lexer.position;
            while lexer.peek(0).is_some_and(|byte| byte.is_ascii_digit()) {
                lexer.position += 1;
            }
            lexer.position > from
        };
        if self.peek(0) == Some(b'0') {
            self.position += 1;
        } else {
            digits(self);
        }
        if self.peek(0) == Some(b'.') && self.peek(1).is_some_and(|byte| byte.is_ascii_digit()) {
            self.position += 1;
            digits(self);
        }
        if matches!(self.peek(0), Some(b'e' | b'E')) {
            let before = self.position;
            self.position += 1;
            if matches!(self.peek(0), Some(b'+' | b'-')) {
                self.position += 1;
            }
            if !digits(self) {
                self.position = before;
            }
        }
        let text = &self.text[start..self.position];
        let number = text.parse::<f64>().unwrap_or(f64::INFINITY);
        if !number.is_finite() {
            let message = format!("Number out of range: \"{text}\"");
            self.error("S0102", message, Span { start, end: self.position }, &[]);
            return TokenKind::Number(0.0);
        }
        TokenKind::Number(number)
    }

    fn scan_quoted_name(&mut self) -> TokenKind {
        let start = self.position;
        self.position += 1;
        let rest = &self.text[self.position..];
        match rest.find('`') {
            Some(length) => {
                self.position += length + 1;
                TokenKind::Name(rest[..length].into())
            }
            None => {
                self.position = self.text.len();
                let message = "Quoted property name must be terminated with a backquote (`)";
                self.error("S0105", message, Span { start, end: self.position }, &["`"]);
                TokenKind::Name(rest.into())
            }
        }
    }

    fn scan_name(&mut self) -> TokenKind {
        let rest = &self.text[self.position..];
        let length = rest.bytes().position(is_name_stop).unwrap_or(rest.len());
        self.position += length;
        let name = &rest[..length];
        if let Some(variable) = name.strip_prefix('$') {
            return TokenKind::Variable(variable.into());
        }
        match name {
            "or" => TokenKind::Operator("or"),
            "in" => TokenKind::Operator("in"),
            "and" => TokenKind::Operator("and"),
            "true" => TokenKind::Value(Value::Bool(true)),
            "false" => TokenKind::Value(Value::Bool(false)),
            "null" => TokenKind::Value(Value::Null),
            _ => TokenKind::Name(name.into()),
        }
    }

    /// The slash that ends the expression is the first one outside of brackets and not escaped.
    fn scan_regex(&mut self) -> TokenKind {
        let opening = self.position;
        self.position += 1;
        let start = self.position;
        let bytes = self.text.as_bytes();
        let mut depth = 0i64;
        while let Some(byte) = self.peek(0) {
            if byte == b'/' && depth == 0 {
                let backslashes =
                    bytes[..self.position].iter().rev().take_while(|byte| **byte == b'\\').count();
                if backslashes % 2 == 0 {
                    break;
                }
            }
            let escaped = bytes.get(self.position - 1) == Some(&b'\\');
            match byte {
                b'(' | b'[' | b'{' if !escaped => depth += 1,
                b')' | b']' | b'}' if !escaped => depth -= 1,
                _ => {}
            }
            self.position += 1;
        }
        if self.peek(0).is_none() {
            let span = Span { start: opening, end: self.position };
            self.error("S0302", "No terminating / in regular expression", span, &["/"]);
            return TokenKind::Regex("".into(), "".into());
        }
        let pattern = &self.text[start..self.position];
        self.position += 1;
        let flags_start = self.position;
        while matches!(self.peek(0), Some(b'i' | b'm')) {
            self.position += 1;
        }
        let flags = &self.text[flags_start..self.position];
        let span = Span { start: opening, end: self.position };
        if pattern.is_empty() {
            self.error("S0301", "Empty regular expressions are not allowed", span, &["a pattern"]);
        } else if let Err(problem) = Regex::new(pattern, flags) {
            self.error("S0303", format!("Invalid regular expression: {problem}"), span, &[]);
            return TokenKind::Regex("".into(), "".into());
        }
        TokenKind::Regex(pattern.into(), flags.into())
    }
}

/// A UTF-16 unit of an escape; the halves of a pair are joined, a lone half is replaced.
fn push_unit(unit: u32, high_surrogate: &mut Option<u32>, text: &mut String) {
    match (*high_surrogate, unit) {
        (Some(high), 0xdc00..=0xdfff) => {
            let code_point = 0x10000 + ((high - 0xd800) << 10) + (unit - 0xdc00);
            text.push(char::from_u32(code_point).unwrap_or(char::REPLACEMENT_CHARACTER));
            *high_surrogate = None;
        }
        (_, 0xd800..=0xdbff) => {
            flush_surrogate(high_surrogate, text);
            *high_surrogate = Some(unit);
        }
        _ => {
            flush_surrogate(high_surrogate, text);
            text.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
        }
    }
}

fn flush_surrogate(high_surrogate: &mut Option<u32>, text: &mut String) {
    if high_surrogate.take().is_some() {
        text.push(char::REPLACEMENT_CHARACTER);
    }
}
