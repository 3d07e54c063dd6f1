//! Why a text is not JSON, in the words of Jackson, the parser behind the API of AWS Step Functions.
//!
//! AWS hands its messages on: as diagnostics `INVALID_JSON_DESCRIPTION`, and when an execution's
//! input can't be read. The grammar is JSON's own; what is imitated is which mistake is noticed
//! where, and how it is called (`ReaderBasedJsonParser` of Jackson 2.13 to 2.17, source `String`).

use std::fmt::Write;

/// The first mistake in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// Jackson's message without the place.
    pub message: String,
    /// From 1.
    pub line: usize,
    /// From 1, in UTF-16 units.
    pub column: usize,
    source: String,
}

impl JsonError {
    /// As Jackson prints a place: `[Source: (String)"{…"; line: 1, column: 2]`.
    pub fn location(&self) -> String {
        place(&self.source, self.line, self.column)
    }
}

/// None for a text that holds JSON or nothing but blanks.
pub fn json_error(text: &str) -> Option<JsonError> {
    let mut reader = Reader { text, at: 0, open: Vec::new() };
    let mistake = reader.read().err()?;
    let (line, column) = line_and_column(text, mistake.at);
    Some(JsonError { message: mistake.message, line, column, source: quoted_source(text) })
}

/// Deeper texts are refused.
const MAX_DEPTH: usize = 1000;

/// How much of the text a place quotes, in UTF-16 units.
const QUOTED_LEN: usize = 500;

const VALUES: &str = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

fn place(source: &str, line: usize, column: usize) -> String {
    format!("[Source: (String){source}; line: {line}, column: {column}]")
}

fn quoted_source(text: &str) -> String {
    let mut quoted = String::from("\"");
    let mut units = 0;
    let mut left_out = 0;
    for character in text.chars() {
        units += character.len_utf16();
        if units > QUOTED_LEN {
            left_out += character.len_utf16();
        } else if character.is_control() && !matches!(character, '\r' | '\n') {
            let _ = write!(quoted, "\\u{:04X}", u32::from(character));
        } else {
            quoted.push(character);
        }
    }
    quoted.push('"');
    if left_out > 0 {
        let _ = write!(quoted, "[truncated {left_out} chars]");
    }
    quoted
}

fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let mut line = 1;
    let mut start = 0;
    let mut characters = before.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        let breaks = match character {
            '\n' => true,
            '\r' => characters.peek().is_none_or(|(_, next)| *next != '\n'),
            _ => false,
        };
        if breaks {
            line += 1;
            start = offset + 1;
        }
    }
    let units = before.get(start..).unwrap_or_default().encode_utf16().count();
    (line, units + 1)
}

struct Mistake {
    message: String,
    /// The offset of what comes after the last character that was read.
    at: usize,
}

type Reading<T> = Result<T, Mistake>;

#[derive(Clone, Copy)]
struct Open {
    is_object: bool,
    /// The offset behind the bracket.
    start: usize,
    is_empty: bool,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    open: Vec<Open>,
}

impl Reader<'_> {
    fn read(&mut self) -> Reading<()> {
        let Some(first) = self.next_token()? else { return Ok(()) };
        self.value(first)?;
        while let Some(container) = self.open.last().copied() {
            let Some(character) = self.next_token()? else {
                let (line, column) = line_and_column(self.text, container.start);
                let start = place(&quoted_source(self.text), line, column.saturating_sub(1));
                let kind = kind(container.is_object);
                return self.fail(format!(
                    "Unexpected end-of-input: expected close marker for {kind} (start marker at {start})"
                ));
            };
            if matches!(character, ']' | '}') {
                self.close(character, container)?;
                continue;
            }
            let mut character = character;
            if !container.is_empty {
                if character != ',' {
                    let comment =
                        format!("was expecting comma to separate {} entries", kind(container.is_object));
                    return self.unexpected(character, &comment);
                }
                character = self.token_within(container.is_object)?;
            }
            if let Some(container) = self.open.last_mut() {
                container.is_empty = false;
            }
            if container.is_object {
                if character != '"' {
                    return self.unexpected(character, "was expecting double-quote to start field name");
                }
                self.string("name", " in field name")?;
                let colon = self.token_within(true)?;
                if colon != ':' {
                    return self.unexpected(colon, "was expecting a colon to separate field name and value");
                }
                character = self.token_within(true)?;
            }
            self.value(character)?;
        }
        match self.next_token()? {
            None => Ok(()),
            Some(character) => self.value(character),
        }
    }

    fn close(&mut self, bracket: char, container: Open) -> Reading<()> {
        if (bracket == '}') == container.is_object {
            self.open.pop();
            return Ok(());
        }
        let expected = if container.is_object { '}' } else { ']' };
        let (line, column) = line_and_column(self.text, container.start);
        let start = place(&quoted_source(self.text), line, column.saturating_sub(1));
        self.fail(format!(
            "Unexpected close marker '{bracket}': expected '{expected}' (for {} starting at {start})",
            kind(container.is_object)
        ))
    }

    fn value(&mut self, first: char) -> Reading<()> {
        match first {
            '"' => self.string("string value", ": was expecting closing quote for a string value"),
            '{' | '[' => {
                if self.open.len() == MAX_DEPTH {
                    return self.fail(format!(
                        "Document nesting depth ({}) exceeds the maximum allowed ({MAX_DEPTH}, from `StreamReadConstraints.getMaxNestingDepth()`)",
                        MAX_DEPTH + 1
                    ));
                }
                self.open.push(Open { is_object: first == '{', start: self.at, is_empty: true });
                Ok(())
            }
            't' => self.word("true"),
            'f' => self.word("false"),
            'n' => self.word("null"),
            '-' | '0'..='9' => self.number(first),
            '}' => self.unexpected(first, "expected a value"),
            _ if is_identifier_start(first) => self.unrecognized(first.len_utf8()),
            _ => self.unexpected(first, &format!("expected a valid value {VALUES}")),
        }
    }

    fn word(&mut self, word: &str) -> Reading<()> {
        for (matched, expected) in word.char_indices().skip(1) {
            if self.peek() != Some(expected) {
                return self.unrecognized(matched);
            }
            self.at += 1;
        }
        match self.peek() {
            Some(next) if is_identifier_part(next) => self.unrecognized(word.len()),
            _ => Ok(()),
        }
    }

    /// A word that is no value; so many bytes of it are read already.
    fn unrecognized(&mut self, matched: usize) -> Reading<()> {
        let start = self.at.saturating_sub(matched);
        let mut len = 0;
        while let Some(next) = self.peek().filter(|next| is_identifier_part(*next)) {
            self.at += next.len_utf8();
            len += 1;
            if len >= 256 {
                break;
            }
        }
        let token = self.text.get(start..self.at).unwrap_or_default();
        let dots = if len >= 256 { "..." } else { "" };
        self.fail(format!("Unrecognized token '{token}{dots}': was expecting {VALUES}"))
    }

    fn number(&mut self, first: char) -> Reading<()> {
        let mut digit = first;
        if first == '-' {
            digit = match self.next() {
                Some(digit) if digit.is_ascii_digit() => digit,
                other => {
                    return self.unexpected_in_number(
                        other,
                        "expected digit (0-9) to follow minus sign, for valid numeric value",
                    );
                }
            };
        }
        if digit == '0' && self.peek().is_some_and(|next| next.is_ascii_digit()) {
            return self.fail("Invalid numeric value: Leading zeroes not allowed".to_owned());
        }
        self.digits();
        if self.peek() == Some('.') {
            self.at += 1;
            if self.digits() == 0 {
                let next = self.next();
                return self.unexpected_in_number(next, "Decimal point not followed by a digit");
            }
        }
        if matches!(self.peek(), Some('e' | 'E')) {
            self.at += 1;
            if matches!(self.peek(), Some('+' | '-')) {
                self.at += 1;
            }
            if self.digits() == 0 {
                let next = self.next();
                return self.unexpected_in_number(next, "Exponent indicator not followed by a digit");
            }
        }
        if self.open.is_empty()
            && let Some(next) = self.peek().filter(|next| !matches!(next, ' ' | '\t' | '\n' | '\r'))
        {
            self.at += next.len_utf8();
            return self.unexpected(next, "Expected space separating root-level values");
        }
        Ok(())
    }

    fn digits(&mut self) -> usize {
        let start = self.at;
        while self.peek().is_some_and(|next| next.is_ascii_digit()) {
            self.at += 1;
        }
        self.at - start
    }

    fn string(&mut self, what: &str, at_end: &str) -> Reading<()> {
        loop {
            match self.next() {
                None => return self.fail(format!("Unexpected end-of-input{at_end}")),
                Some('"') => return Ok(()),
                Some('\\') => self.escape()?,
                Some(character) if character < ' ' => {
                    return self.fail(format!(
                        "Illegal unquoted character ({}): has to be escaped using backslash to be included in {what}",
                        describe(character)
                    ));
                }
                Some(_) => {}
            }
        }
    }

    fn escape(&mut self) -> Reading<()> {
        match self.next() {
            None => self.fail("Unexpected end-of-input in character escape sequence".to_owned()),
            Some('b' | 't' | 'n' | 'f' | 'r' | '"' | '/' | '\\') => Ok(()),
            Some('u') => {
                for _ in 0..4 {
                    match self.next() {
                        None => {
                            return self
                                .fail("Unexpected end-of-input in character escape sequence".to_owned());
                        }
                        Some(digit) if digit.is_ascii_hexdigit() => {}
                        Some(other) => {
                            return self
                                .unexpected(other, "expected a hex-digit for character escape sequence");
                        }
                    }
                }
                Ok(())
            }
            Some(other) => self.fail(format!("Unrecognized character escape {}", describe(other))),
        }
    }

    /// The first character of the next token; none at the end of the text.
    fn next_token(&mut self) -> Reading<Option<char>> {
        loop {
            match self.next() {
                Some(' ' | '\t' | '\n' | '\r') => {}
                Some(character) if character < ' ' => {
                    return self.fail(format!(
                        "Illegal character ({}): only regular white space (\\r, \\n, \\t) is allowed between tokens",
                        describe(character)
                    ));
                }
                Some('/') => {
                    return self.unexpected(
                        '/',
                        "maybe a (non-standard) comment? (not recognized as one since Feature 'ALLOW_COMMENTS' not enabled for parser)",
                    );
                }
                other => return Ok(other),
            }
        }
    }

    /// As [`Reader::next_token`], inside of a container, where the text can't end.
    fn token_within(&mut self, is_object: bool) -> Reading<char> {
        match self.next_token()? {
            Some(character) => Ok(character),
            None => self.fail(format!("Unexpected end-of-input within/between {} entries", kind(is_object))),
        }
    }

    fn unexpected<T>(&self, character: char, comment: &str) -> Reading<T> {
        self.fail(format!("Unexpected character ({}): {comment}", describe(character)))
    }

    fn unexpected_in_number<T>(&self, character: Option<char>, comment: &str) -> Reading<T> {
        match character {
            None => self.fail("Unexpected end-of-input in a Number value".to_owned()),
            Some(character) => self
                .fail(format!("Unexpected character ({}) in numeric value: {comment}", describe(character))),
        }
    }

    fn fail<T>(&self, message: String) -> Reading<T> {
        Err(Mistake { message, at: self.at })
    }

    fn peek(&self) -> Option<char> {
        self.text.get(self.at..)?.chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }
}

fn kind(is_object: bool) -> &'static str {
    if is_object { "Object" } else { "Array" }
}

fn describe(character: char) -> String {
    let code = u32::from(character);
    if character.is_control() {
        format!("(CTRL-CHAR, code {code})")
    } else if code > 255 {
        format!("'{character}' (code {code} / 0x{code:x})")
    } else {
        format!("'{character}' (code {code})")
    }
}

/// As Java's `Character.isJavaIdentifierStart`, as near as the standard library's tables come to it.
fn is_identifier_start(character: char) -> bool {
    character.is_alphabetic() || matches!(character, '_' | '$' | '€' | '£' | '¥' | '¢')
}

fn is_identifier_part(character: char) -> bool {
    is_identifier_start(character) || character.is_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::json_error;

    fn check(text: &str, message: &str, line: usize, column: usize) {
        let error = json_error(text).unwrap_or_else(|| panic!("{text:?} is JSON"));
        assert_eq!((error.message.as_str(), error.line, error.column), (message, line, column), "{text:?}");
    }

    #[test]
    fn json_has_no_error() {
        for text in
            ["", " \n", "{}", "[1, -2.5e+3, \"a\\u00e9\\n\", {\"a\": [true, false, null]}]", " 7 ", "\"ü\""]
        {
            assert_eq!(json_error(text), None, "{text}");
        }
    }

    #[test]
    fn mistakes_are_named_as_recorded_on_aws() {
        let values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        check("not a definition", &format!("Unrecognized token 'not': was expecting {values}"), 1, 4);
        check(
            "{'not': 'json'",
            "Unexpected character (''' (code 39)): was expecting double-quote to start field name",
            1,
            3,
        );
    }

    #[test]
    fn mistakes_are_named_as_jackson_does() {
        let values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
        check(
            "{\"a\": 1,\n}",
            "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
            2,
            2,
        );
        check(
            "{\"a\": 1\r\n\"b\": 2}",
            "Unexpected character ('\"' (code 34)): was expecting comma to separate Object entries",
            2,
            2,
        );
        check(
            "{\"a\" 1}",
            "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
            1,
            7,
        );
        check("{\"a\":}", "Unexpected character ('}' (code 125)): expected a value", 1, 7);
        check(
            "[1,]",
            &format!("Unexpected character (']' (code 93)): expected a valid value {values}"),
            1,
            5,
        );
        check("{\"a\": \"x", "Unexpected end-of-input: was expecting closing quote for a string value", 1, 9);
        check("{\"a", "Unexpected end-of-input in field name", 1, 4);
        check("{\"a\"", "Unexpected end-of-input within/between Object entries", 1, 5);
        check(
            "{\"a\": 1",
            "Unexpected end-of-input: expected close marker for Object (start marker at [Source: (String)\"{\"a\": 1\"; line: 1, column: 1])",
            1,
            8,
        );
        check(
            "[1}",
            "Unexpected close marker '}': expected ']' (for Array starting at [Source: (String)\"[1}\"; line: 1, column: 1])",
            1,
            4,
        );
        check("01", "Invalid numeric value: Leading zeroes not allowed", 1, 2);
        check("\"\\x\"", "Unrecognized character escape 'x' (code 120)", 1, 4);
        check("[tru]", &format!("Unrecognized token 'tru': was expecting {values}"), 1, 5);
        check(
            "\"a\n\"",
            "Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value",
            2,
            1,
        );
    }

    #[test]
    fn long_texts_are_cut() {
        let text = format!("x{}", "ü".repeat(600));
        let location = json_error(&text).unwrap().location();
        assert!(location.ends_with("ü\"[truncated 101 chars]; line: 1, column: 258]"), "{location}");
    }

    #[test]
    fn every_text_ends() {
        for text in
            ["[".repeat(100_000), "{\"a\":".repeat(5_000), "\\".repeat(10), "-".to_owned(), "1e".to_owned()]
        {
            assert!(json_error(&text).is_some());
        }
    }
}
