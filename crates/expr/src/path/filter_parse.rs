use json::{Map, Number, Value};

use super::filter::{Filter, Operand, Operator};
use super::parse::{Cursor, parse_nested, unescape};
use super::regex;
use crate::error::SyntaxError;

/// How deep parentheses and literals may nest in a filter.
const MAX_DEPTH: usize = 24;

/// Compiles `[?(…)]`; the place is that of the outer parenthesis.
pub(super) fn parse(text: &str, parenthesis: usize, nesting: usize) -> Result<Filter, SyntaxError> {
    let mut cursor = Cursor::new(text);
    cursor.at = parenthesis;
    let mut parser = FilterParser { cursor, nesting, text };
    // The closing bracket is no part of the condition.
    parser.cursor.characters.pop();
    let filter = parser.or(0)?;
    parser.cursor.skip_blanks();
    if parser.cursor.current().is_some() {
        let rest = parser.cursor.text(parser.cursor.at, parser.cursor.len());
        return Err(parser.error(format!("Expected end of filter expression instead of: {rest}")));
    }
    Ok(filter)
}

struct FilterParser<'t> {
    cursor: Cursor,
    nesting: usize,
    text: &'t str,
}

/// A failure after which Jayway tries another reading, or one that ends the parse.
enum Failure {
    Soft,
    Hard(SyntaxError),
}

impl FilterParser<'_> {
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        self.cursor.error(message, self.cursor.at)
    }

    fn unexpected(&self) -> SyntaxError {
        let at = self.cursor.at;
        let character = self.cursor.get(at).unwrap_or(']');
        self.error(format!(
            "Failed to parse filter: {}, error on position: {at}, char: {character}",
            self.text
        ))
    }

    fn or(&mut self, depth: usize) -> Result<Filter, SyntaxError> {
        let mut parts = vec![self.and(depth)?];
        while self.accept("||") {
            parts.push(self.and(depth)?);
        }
        Ok(single(parts, Filter::Or))
    }

    fn and(&mut self, depth: usize) -> Result<Filter, SyntaxError> {
        let mut parts = vec![self.operand_of_and(depth)?];
        while self.accept("&&") {
            parts.push(self.operand_of_and(depth)?);
        }
        Ok(single(parts, Filter::And))
    }

    fn accept(&mut self, operator: &str) -> bool {
        self.cursor.skip_blanks();
        let end = self.cursor.at + operator.len();
        if self.cursor.text(self.cursor.at, end) != operator {
            return false;
        }
        self.cursor.at = end;
        true
    }

    fn operand_of_and(&mut self, depth: usize) -> Result<Filter, SyntaxError> {
        if depth > MAX_DEPTH {
            return Err(self.error("The filter is nested too deeply"));
        }
        self.cursor.skip_blanks();
        if self.cursor.current() == Some('!') {
            let next = self.cursor.after_blanks(self.cursor.at);
            if !matches!(self.cursor.get(next), Some('$' | '@')) {
                self.cursor.at = next;
                return Ok(Filter::Not(Box::new(self.operand_of_and(depth + 1)?)));
            }
        }
        if self.cursor.current() == Some('(') {
            self.cursor.at += 1;
            let inner = self.or(depth + 1)?;
            self.cursor.skip_blanks();
            if self.cursor.current() != Some(')') {
                return Err(self.error("Expected character: )"));
            }
            self.cursor.at += 1;
            return Ok(inner);
        }
        self.expression(depth)
    }

    fn expression(&mut self, depth: usize) -> Result<Filter, SyntaxError> {
        let is_negated = self.cursor.current() == Some('!');
        if is_negated {
            self.cursor.at = self.cursor.after_blanks(self.cursor.at);
        }
        let left = self.operand(depth).map_err(|failure| self.hard(failure))?;
        let after_left = self.cursor.at;
        match self.comparison(depth) {
            Ok((operator, right)) => return Ok(Filter::Compare { left, operator, right }),
            Err(Failure::Hard(error)) => return Err(error),
            Err(Failure::Soft) => self.cursor.at = after_left,
        }
        match left {
            Operand::Path(path) => Ok(Filter::Exists { path, is_negated }),
            _ => Err(self.error("Expected path node")),
        }
    }

    fn hard(&self, failure: Failure) -> SyntaxError {
        match failure {
            Failure::Hard(error) => error,
            Failure::Soft => self.unexpected(),
        }
    }

    fn comparison(&mut self, depth: usize) -> Result<(Operator, Operand), Failure> {
        self.cursor.skip_blanks();
        let start = self.cursor.at;
        let is_symbol = |character: char| matches!(character, '<' | '>' | '=' | '~' | '!');
        let by_symbols = self.cursor.current().is_some_and(is_symbol);
        while let Some(character) = self.cursor.current() {
            if by_symbols != is_symbol(character) || character == ' ' {
                break;
            }
            self.cursor.at += 1;
        }
        let operator = operator(&self.cursor.text(start, self.cursor.at)).ok_or(Failure::Soft)?;
        Ok((operator, self.operand(depth)?))
    }

    fn operand(&mut self, depth: usize) -> Result<Operand, Failure> {
        self.cursor.skip_blanks();
        match self.cursor.current() {
            Some('$' | '@') => self.path(),
            Some('/') => self.pattern(),
            _ => self.literal(depth).map(Operand::Literal),
        }
    }

    fn path(&mut self) -> Result<Operand, Failure> {
        let start = self.cursor.at;
        self.cursor.at += 1;
        while let Some(character) = self.cursor.current() {
            match character {
                '[' => match self.cursor.closing(self.cursor.at, false) {
                    Some(close) => self.cursor.at = close,
                    None => {
                        let message = format!("Square brackets does not match in filter {}", self.text);
                        return Err(Failure::Hard(self.error(message)));
                    }
                },
                '(' => match self.cursor.closing(self.cursor.at, false) {
                    Some(close) => self.cursor.at = close,
                    None => break,
                },
                ' ' | ')' | '<' | '>' | '=' | '~' | '!' => break,
                '&' | '|' if self.cursor.get(self.cursor.at + 1) == Some(character) => break,
                _ => {}
            }
            self.cursor.at += 1;
        }
        let text = self.cursor.text(start, self.cursor.at);
        match parse_nested(&text, self.nesting + 1) {
            Ok(steps) => Ok(Operand::Path(steps)),
            Err(error) => {
                Err(Failure::Hard(SyntaxError { offset: error.offset + self.cursor.offset(start), ..error }))
            }
        }
    }

    fn pattern(&mut self) -> Result<Operand, Failure> {
        let start = self.cursor.at;
        let Some(end) = self.cursor.next_unescaped('/', start + 1) else {
            return Err(Failure::Hard(
                self.error(format!("Pattern not closed. Expected / in {}", self.text)),
            ));
        };
        let mut flags_end = end + 1;
        while self.cursor.get(flags_end).is_some_and(|character| "dixmsuU".contains(character)) {
            flags_end += 1;
        }
        let pattern = self.cursor.text(start + 1, end).replace("\\/", "/");
        let flags = self.cursor.text(end + 1, flags_end);
        self.cursor.at = flags_end;
        match regex::compile(&pattern, &flags) {
            Ok(pattern) => Ok(Operand::Pattern(pattern)),
            Err(message) => Err(Failure::Hard(
                self.cursor.error(format!("The pattern is not supported: {message}"), start),
            )),
        }
    }

    /// A literal: JSON, strings also in single quotes, and bare words for strings, which AWS's own
    /// examples have (`[?(@.code==es)]`).
    fn literal(&mut self, depth: usize) -> Result<Value, Failure> {
        if depth > MAX_DEPTH {
            return Err(Failure::Hard(self.error("The filter is nested too deeply")));
        }
        let start = self.cursor.at;
        match self.cursor.current() {
            Some('\'' | '"') => {
                let Some(end) = self.cursor.end_of_string(start) else {
                    let quote = self.cursor.get(start).unwrap_or('\'');
                    return Err(Failure::Hard(
                        self.error(format!("String not closed. Expected {quote} in {}", self.text)),
                    ));
                };
                self.cursor.at = end + 1;
                Ok(Value::string(unescape(&self.cursor.text(start + 1, end))))
            }
            Some('[') => {
                self.cursor.at += 1;
                let mut items = Vec::new();
                while !self.closes(']') {
                    items.push(self.literal(depth + 1)?);
                    if !self.separates(']') {
                        return Err(Failure::Hard(self.unexpected()));
                    }
                }
                Ok(Value::array(items))
            }
            Some('{') => {
                self.cursor.at += 1;
                let mut members = Map::new();
                while !self.closes('}') {
                    let key = self.literal(depth + 1)?;
                    self.cursor.skip_blanks();
                    if self.cursor.current() != Some(':') {
                        return Err(Failure::Hard(self.unexpected()));
                    }
                    self.cursor.at += 1;
                    self.cursor.skip_blanks();
                    let key = key.as_str().map_or_else(|| key.to_text(), str::to_owned);
                    members.insert(key, self.literal(depth + 1)?);
                    if !self.separates('}') {
                        return Err(Failure::Hard(self.unexpected()));
                    }
                }
                Ok(Value::object(members))
            }
            _ => self.word(),
        }
    }

    fn closes(&mut self, close: char) -> bool {
        self.cursor.skip_blanks();
        if self.cursor.current() == Some(close) {
            self.cursor.at += 1;
            return true;
        }
        false
    }

    /// Skips a comma; false where neither a comma nor the closing character comes.
    fn separates(&mut self, close: char) -> bool {
        self.cursor.skip_blanks();
        match self.cursor.current() {
            Some(',') => {
                self.cursor.at += 1;
                self.cursor.skip_blanks();
                true
            }
            other => other == Some(close),
        }
    }

    fn word(&mut self) -> Result<Value, Failure> {
        let start = self.cursor.at;
        let in_word =
            |character: char| character.is_alphanumeric() || matches!(character, '_' | '-' | '.' | '+');
        while self.cursor.current().is_some_and(in_word) {
            self.cursor.at += 1;
        }
        let text = self.cursor.text(start, self.cursor.at);
        match text.as_str() {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" => Ok(Value::Null),
            _ => {
                if let Some(number) = number(&text) {
                    return Ok(Value::Number(number));
                }
                if text.starts_with(|first: char| first.is_alphabetic() || first == '_') {
                    return Ok(Value::string(text));
                }
                self.cursor.at = start;
                Err(Failure::Hard(self.unexpected()))
            }
        }
    }
}

/// JSON's numbers, and Java's with a leading point, plus or zeros.
fn number(text: &str) -> Option<Number> {
    if let Some(number) = Number::from_text(text) {
        return Some(number);
    }
    let digits = text.trim_start_matches(['+', '-']);
    if !digits.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    text.parse::<f64>().ok().and_then(Number::from_f64)
}

fn single(mut parts: Vec<Filter>, combine: fn(Vec<Filter>) -> Filter) -> Filter {
    match parts.pop() {
        Some(part) if parts.is_empty() => part,
        Some(part) => {
            parts.push(part);
            combine(parts)
        }
        None => combine(parts),
    }
}

fn operator(text: &str) -> Option<Operator> {
    Some(match text.to_ascii_uppercase().as_str() {
        "==" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "===" => Operator::SameTypeEqual,
        "!==" => Operator::SameTypeNotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        "=~" => Operator::Matches,
        "IN" => Operator::In,
        "NIN" => Operator::NotIn,
        "CONTAINS" => Operator::Contains,
        "ALL" => Operator::All,
        "SIZE" => Operator::Size,
        "EMPTY" => Operator::Empty,
        "SUBSETOF" => Operator::SubsetOf,
        "ANYOF" => Operator::AnyOf,
        "NONEOF" => Operator::NoneOf,
        "TYPE" | "MATCHES" | "EXISTS" => Operator::Never,
        _ => return None,
    })
}
