use json::{Number, Value};

use super::functions::{Function, Kind};
use super::{Argument, Call, MAX_NESTING, format};
use crate::error::SyntaxError;
use crate::path::Path;

/// Compiles a call; nothing may stand around it.
pub(super) fn parse(text: &str) -> Result<Call, SyntaxError> {
    let mut parser = Parser { text, at: 0 };
    parser.skip_blanks();
    let call = parser.call(0)?;
    parser.skip_blanks();
    if parser.at < text.len() {
        return Err(parser.error("Nothing may follow the call"));
    }
    Ok(call)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Parser<'t> {
    fn error(&self, message: impl Into<String>) -> SyntaxError {
        SyntaxError::new(message, self.at)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    fn call(&mut self, nesting: usize) -> Result<Call, SyntaxError> {
        if nesting >= MAX_NESTING {
            return Err(self.error(format!("Calls are nested more than {MAX_NESTING} deep")));
        }
        let start = self.at;
        let name_length = self
            .rest()
            .find(|character: char| !character.is_ascii_alphanumeric() && character != '.')
            .unwrap_or(self.rest().len());
        let name = self.rest().get(..name_length).unwrap_or_default();
        let Some(function) = Function::by_name(name) else {
            return Err(self.error(format!("There is no intrinsic function '{name}'")));
        };
        self.at += name_length;
        self.skip_blanks();
        if self.peek() != Some('(') {
            return Err(self.error("Expected '('"));
        }
        self.at += 1;
        let mut arguments = Vec::new();
        self.skip_blanks();
        if self.peek() == Some(')') {
            self.at += 1;
        } else {
            loop {
                self.skip_blanks();
                arguments.push(self.argument(function, arguments.len(), nesting)?);
                self.skip_blanks();
                match self.peek() {
                    Some(',') => self.at += 1,
                    Some(')') => {
                        self.at += 1;
                        break;
                    }
                    _ => return Err(self.error("Expected ',' or ')'")),
                }
            }
        }
        let (least, most) = function.arity();
        if arguments.len() < least || arguments.len() > most {
            return Err(SyntaxError::new(
                format!("{name} takes {}, not {}", arguments_text(least, most), arguments.len()),
                start,
            ));
        }
        Ok(Call::new(function, arguments.into_boxed_slice()))
    }

    fn argument(
        &mut self,
        function: Function,
        position: usize,
        nesting: usize,
    ) -> Result<Argument, SyntaxError> {
        let start = self.at;
        match self.peek() {
            Some('$') => self.path().map(Argument::Path),
            Some('\'') => {
                let raw = self.string()?;
                let text = unescape(raw).map_err(|offset| {
                    SyntaxError::new("Only ' { } and \\ may follow a backslash", start + 1 + offset)
                })?;
                self.check(function, position, Kind::Text, start)?;
                if function == Function::Format && position == 0 {
                    return Ok(Argument::Template(format::Template::parse(raw)));
                }
                Ok(Argument::Literal(Value::string(text)))
            }
            Some('-' | '0'..='9') => {
                let length = self
                    .rest()
                    .find(|character: char| {
                        !character.is_ascii_digit() && !matches!(character, '-' | '+' | '.' | 'e' | 'E')
                    })
                    .unwrap_or(self.rest().len());
                let number = self.rest().get(..length).unwrap_or_default();
                let Some(number) = Number::from_text(number) else {
                    return Err(self.error(format!("{number} is not a number")));
                };
                self.at += length;
                self.check(function, position, Kind::Number, start)?;
                Ok(Argument::Literal(Value::Number(number)))
            }
            _ => {
                for (word, value, kind) in [
                    ("true", Value::Bool(true), Kind::Flag),
                    ("false", Value::Bool(false), Kind::Flag),
                    ("null", Value::Null, Kind::Null),
                ] {
                    let after = self.rest().strip_prefix(word);
                    if after.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric())) {
                        self.at += word.len();
                        self.check(function, position, kind, start)?;
                        return Ok(Argument::Literal(value));
                    }
                }
                self.call(nesting + 1).map(Argument::Call)
            }
        }
    }

    /// A literal has to be of a type that the function takes there.
    fn check(
        &self,
        function: Function,
        position: usize,
        kind: Kind,
        start: usize,
    ) -> Result<(), SyntaxError> {
        if function.takes(position, kind) {
            return Ok(());
        }
        Err(SyntaxError::new(
            format!("Argument {} of {} must not be a literal of this type", position + 1, function.name()),
            start,
        ))
    }

    /// The text between single quotes, with its escapes.
    fn string(&mut self) -> Result<&'t str, SyntaxError> {
        let start = self.at + 1;
        let mut escaped = false;
        for (offset, character) in self.text.get(start..).unwrap_or_default().char_indices() {
            match character {
                _ if escaped => escaped = false,
                '\\' => escaped = true,
                '\'' => {
                    self.at = start + offset + 1;
                    return Ok(self.text.get(start..start + offset).unwrap_or_default());
                }
                _ => {}
            }
        }
        Err(self.error("The string is not closed"))
    }

    /// A path ends at a comma or parenthesis that stands in no bracket, or at a blank.
    fn path(&mut self) -> Result<Path, SyntaxError> {
        let start = self.at;
        let mut open = Vec::new();
        let mut quote = None;
        let mut escaped = false;
        let mut end = self.rest().len();
        for (offset, character) in self.rest().char_indices() {
            if let Some(wanted) = quote {
                match character {
                    _ if escaped => escaped = false,
                    '\\' => escaped = true,
                    _ if character == wanted => quote = None,
                    _ => {}
                }
                continue;
            }
            match character {
                '\'' | '"' if !open.is_empty() => quote = Some(character),
                '[' => open.push(']'),
                '(' => open.push(')'),
                ')' | ']' if open.last() == Some(&character) => {
                    open.pop();
                }
                ',' | ')' if open.is_empty() => {
                    end = offset;
                    break;
                }
                _ if character.is_whitespace() && open.is_empty() => {
                    end = offset;
                    break;
                }
                _ => {}
            }
        }
        let path = Path::parse(self.rest().get(..end).unwrap_or_default())
            .map_err(|error| SyntaxError { offset: error.offset + start, ..error })?;
        self.at += end;
        Ok(path)
    }
}

fn arguments_text(least: usize, most: usize) -> String {
    match (least, most) {
        (least, usize::MAX) => format!("at least {least} arguments"),
        (1, 1) => "one argument".to_owned(),
        (least, most) if least == most => format!("{least} arguments"),
        (least, most) => format!("{least} to {most} arguments"),
    }
}

/// Takes the backslashes out; fails with the offset of one that nothing it could escape follows.
fn unescape(raw: &str) -> Result<String, usize> {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.char_indices();
    while let Some((offset, character)) = characters.next() {
        if character != '\\' {
            text.push(character);
            continue;
        }
        match characters.next() {
            Some((_, escaped @ ('\'' | '{' | '}' | '\\'))) => text.push(escaped),
            _ => return Err(offset),
        }
    }
    Ok(text)
}
