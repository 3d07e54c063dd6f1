use json::Guess;

use super::filter_parse;
use super::function::{Argument, Function};
use super::step::{Name, Step, Steps};
use crate::error::SyntaxError;

/// Longer paths are refused.
const MAX_LENGTH: usize = 65_536;
/// How many steps of a path may lead to several values; each may nest the evaluation once more.
const MAX_BRANCHING_STEPS: usize = 32;
/// How deep paths may stand in filters and function arguments of paths.
pub(super) const MAX_NESTING: usize = 6;

/// Compiles a path of Jayway's dialect.
pub(super) fn parse(text: &str) -> Result<Steps, SyntaxError> {
    parse_nested(text, 0)
}

pub(super) fn parse_nested(text: &str, nesting: usize) -> Result<Steps, SyntaxError> {
    if text.len() > MAX_LENGTH {
        return Err(SyntaxError::new(format!("The path is longer than {MAX_LENGTH} bytes"), 0));
    }
    if nesting > MAX_NESTING {
        return Err(SyntaxError::new("Paths are nested too deeply", 0));
    }
    let leading = text.len() - text.trim_start().len();
    let trimmed = text.trim();
    if trimmed.starts_with(['$', '@']) {
        let mut parser = Parser::new(trimmed, nesting);
        return parser.path().map_err(|error| SyntaxError { offset: error.offset + leading, ..error });
    }
    let prefixed = format!("$.{trimmed}");
    Parser::new(&prefixed, nesting)
        .path()
        .map_err(|error| SyntaxError { offset: (error.offset + leading).saturating_sub(2), ..error })
}

struct Parser {
    cursor: Cursor,
    nesting: usize,
    steps: Vec<Step>,
}

/// The characters of a text, and a place in it.
pub(super) struct Cursor {
    pub characters: Vec<char>,
    pub at: usize,
}

impl Cursor {
    pub fn new(text: &str) -> Cursor {
        Cursor { characters: text.chars().collect(), at: 0 }
    }

    pub fn get(&self, at: usize) -> Option<char> {
        self.characters.get(at).copied()
    }

    pub fn current(&self) -> Option<char> {
        self.get(self.at)
    }

    pub fn len(&self) -> usize {
        self.characters.len()
    }

    pub fn text(&self, from: usize, to: usize) -> String {
        self.characters.get(from..to.min(self.len())).unwrap_or_default().iter().collect()
    }

    /// The first place after one that is not a blank.
    pub fn after_blanks(&self, at: usize) -> usize {
        let mut next = at + 1;
        while self.get(next) == Some(' ') {
            next += 1;
        }
        next
    }

    pub fn skip_blanks(&mut self) {
        while self.current() == Some(' ') {
            self.at += 1;
        }
    }

    /// The offset of a place in bytes.
    pub fn offset(&self, at: usize) -> usize {
        self.characters.iter().take(at).map(|character| character.len_utf8()).sum()
    }

    pub fn error(&self, message: impl Into<String>, at: usize) -> SyntaxError {
        SyntaxError::new(message, self.offset(at))
    }

    /// The place of the bracket that closes the one at a place; strings and, where asked, patterns
    /// between slashes are skipped.
    pub fn closing(&self, open_at: usize, skip_patterns: bool) -> Option<usize> {
        let open = self.get(open_at)?;
        let close = match open {
            '(' => ')',
            '[' => ']',
            _ => '}',
        };
        let mut depth = 0_usize;
        let mut at = open_at;
        while let Some(character) = self.get(at) {
            match character {
                '\'' | '"' => at = self.end_of_string(at)?,
                '/' if skip_patterns => at = self.next_unescaped('/', at + 1)?,
                _ if character == open => depth += 1,
                _ if character == close => {
                    depth -= 1;
                    if depth == 0 {
                        return Some(at);
                    }
                }
                _ => {}
            }
            at += 1;
        }
        None
    }

    pub fn end_of_string(&self, quote_at: usize) -> Option<usize> {
        self.next_unescaped(self.get(quote_at)?, quote_at + 1)
    }

    /// The next place of a character without a backslash before it.
    pub fn next_unescaped(&self, wanted: char, from: usize) -> Option<usize> {
        let mut at = from;
        while let Some(character) = self.get(at) {
            match character {
                '\\' => at += 1,
                _ if character == wanted => return Some(at),
                _ => {}
            }
            at += 1;
        }
        None
    }
}

type Parsed<T> = Result<T, SyntaxError>;

impl Parser {
    fn new(text: &str, nesting: usize) -> Parser {
        Parser { cursor: Cursor::new(text), nesting, steps: Vec::new() }
    }

    fn path(&mut self) -> Parsed<Steps> {
        let is_relative = self.cursor.get(0) == Some('@');
        if self.cursor.characters.last() == Some(&'.') {
            return Err(self
                .cursor
                .error("Path must not end with a '.' or '..'", self.cursor.len().saturating_sub(1)));
        }
        if self.cursor.len() > 1 {
            self.cursor.at = 1;
            if !matches!(self.cursor.current(), Some('.' | '[')) {
                return Err(self.error("Illegal character at position 1 expected '.' or '['"));
            }
            self.step()?;
            // A single character that is left over is not looked at, as in Jayway.
            while self.cursor.at + 1 < self.cursor.len() {
                self.step()?;
            }
        }
        let steps = std::mem::take(&mut self.steps);
        let branching = |step: &Step| !matches!(step, Step::Name(_) | Step::Index(_) | Step::Function(_));
        if steps.iter().filter(|step| branching(step)).count() > MAX_BRANCHING_STEPS {
            return Err(SyntaxError::new(
                format!("A path may have at most {MAX_BRANCHING_STEPS} wildcards, slices, filters and '..'"),
                0,
            ));
        }
        let has_ignored_end = self.cursor.len() > 1 && self.cursor.at < self.cursor.len();
        Ok(Steps { has_ignored_end, ..Steps::new(functions_over_scans(steps), is_relative) })
    }

    fn error(&self, message: impl Into<String>) -> SyntaxError {
        self.cursor.error(message, self.cursor.at)
    }

    fn step(&mut self) -> Parsed<()> {
        let at = self.cursor.at;
        match self.cursor.current() {
            Some('[') => {
                if self.bracketed_names()?
                    || self.indexes()?
                    || self.bracketed_wildcard()?
                    || self.filter()?
                {
                    return Ok(());
                }
                Err(self.error(format!(
                    "Could not parse token starting at position {at}. Expected ?, ', 0-9, * "
                )))
            }
            Some('.') => {
                if self.cursor.get(at + 1) == Some('.') {
                    self.steps.push(Step::Scan);
                    self.cursor.at += 2;
                } else if at + 1 >= self.cursor.len() {
                    return Err(self.error("Path must not end with a '."));
                } else {
                    self.cursor.at += 1;
                }
                match self.cursor.current() {
                    Some('.') => {
                        Err(self.error(format!("Character '.' on position {} is not valid.", self.cursor.at)))
                    }
                    Some('[') => self.step(),
                    Some('*') => {
                        self.cursor.at += 1;
                        self.steps.push(Step::Wildcard);
                        Ok(())
                    }
                    _ => self.name_or_function(),
                }
            }
            Some('*') => {
                self.cursor.at += 1;
                self.steps.push(Step::Wildcard);
                Ok(())
            }
            _ => self.name_or_function(),
        }
    }

    fn name_or_function(&mut self) -> Parsed<()> {
        let start = self.cursor.at;
        if matches!(self.cursor.current(), None | Some('[' | '*' | '.' | ' ')) {
            return Err(self.error(format!("Could not parse token starting at position {start}")));
        }
        let mut end = start;
        while let Some(character) = self.cursor.get(end) {
            match character {
                ' ' => {
                    return Err(self.cursor.error(
                        format!(
                            "Use bracket notion ['my prop'] if your property contains blank characters. \
                             position: {start}"
                        ),
                        end,
                    ));
                }
                '.' | '[' => break,
                '(' => return self.function(start, end),
                _ => end += 1,
            }
        }
        let name = Name { text: self.cursor.text(start, end).into(), quote: '\'', place: Guess::default() };
        self.steps.push(Step::Name(name));
        self.cursor.at = end;
        Ok(())
    }

    fn function(&mut self, start: usize, open: usize) -> Parsed<()> {
        let name = self.cursor.text(start, open);
        let Some(close) = self.cursor.closing(open, false) else {
            return Err(self
                .cursor
                .error(format!("Arguments to function: '{name}' are not closed properly."), open));
        };
        let mut arguments = Vec::new();
        for (from, to) in self.arguments(open + 1, close) {
            let text = self.cursor.text(from, to);
            let trimmed = text.trim();
            if trimmed.is_empty() {
                continue;
            }
            if trimmed.starts_with(['$', '@']) {
                let steps = parse_nested(trimmed, self.nesting + 1).map_err(|error| SyntaxError {
                    offset: error.offset + self.cursor.offset(from),
                    ..error
                })?;
                arguments.push(Argument::Path(steps));
            } else if let Ok(value) = json::parse(trimmed) {
                arguments.push(Argument::Literal(value));
            } else {
                return Err(self
                    .cursor
                    .error(format!("Arguments to function: '{name}' are not closed properly."), from));
            }
        }
        if matches!(name.as_str(), "length" | "size") {
            arguments = arguments.into_iter().map(length_argument).collect();
        }
        let function = Function { name: name.into(), arguments: arguments.into_boxed_slice() };
        self.steps.push(Step::Function(Box::new(function)));
        self.cursor.at = close + 1;
        Ok(())
    }

    /// The parts between commas that stand in no bracket and no string.
    fn arguments(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let mut parts = Vec::new();
        let mut start = from;
        let mut at = from;
        while at < to {
            match self.cursor.get(at) {
                Some('(' | '[' | '{') => at = self.cursor.closing(at, false).unwrap_or(to),
                Some('"' | '\'') => at = self.cursor.end_of_string(at).unwrap_or(to),
                Some(',') => {
                    parts.push((start, at));
                    start = at + 1;
                }
                _ => {}
            }
            at += 1;
        }
        parts.push((start, to));
        parts
    }

    fn bracketed_names(&mut self) -> Parsed<bool> {
        let mut at = self.cursor.after_blanks(self.cursor.at);
        let Some(quote @ ('\'' | '"')) = self.cursor.get(at) else { return Ok(false) };
        let mut names = Vec::new();
        loop {
            let Some(end) = self.cursor.end_of_string(at) else {
                return Err(self
                    .cursor
                    .error(format!("Property has not been closed - missing closing {quote}"), at));
            };
            // Recorded on AWS: a backslash stays, unless it keeps a quote from ending the name.
            let text = self.cursor.text(at + 1, end).replace(&format!("\\{quote}"), &quote.to_string());
            names.push(Name { text: text.into(), quote, place: Guess::default() });
            at = self.cursor.after_blanks(end);
            match self.cursor.get(at) {
                Some(']') => break,
                Some(',') => {
                    at = self.cursor.after_blanks(at);
                    if self.cursor.get(at) != Some(quote) {
                        return Err(self.cursor.error(format!("Found empty property at index {at}"), at));
                    }
                }
                None => {
                    return Err(self.cursor.error("Property has not been closed - missing closing ]", end));
                }
                Some(_) => {
                    return Err(self.cursor.error(
                        format!(
                            "Property must be separated by comma or Property must be terminated close square \
                             bracket at index {end}"
                        ),
                        end,
                    ));
                }
            }
        }
        self.cursor.at = at + 1;
        let single = names.len() == 1;
        match names.pop() {
            Some(name) if single => self.steps.push(Step::Name(name)),
            Some(name) => {
                names.push(name);
                self.steps.push(Step::Names(names.into_boxed_slice()));
            }
            None => {}
        }
        Ok(true)
    }

    fn indexes(&mut self) -> Parsed<bool> {
        let open = self.cursor.at;
        let first = self.cursor.after_blanks(open);
        if !self.cursor.get(first).is_some_and(|c| c.is_ascii_digit() || matches!(c, '-' | ':')) {
            return Ok(false);
        }
        let mut close = open + 1;
        while let Some(character) = self.cursor.get(close) {
            match character {
                ']' => break,
                '0'..='9' | ',' | '-' | ':' | ' ' => close += 1,
                _ => return Ok(false),
            }
        }
        if self.cursor.get(close).is_none() {
            return Ok(false);
        }
        let text = self.cursor.text(open + 1, close);
        let text = text.trim();
        if text.contains(':') {
            let failed = || self.cursor.error(format!("Failed to parse SliceOperation: {text}"), open);
            if text.contains([' ', ',']) {
                return Err(failed());
            }
            // A third part, the step, is not looked at.
            let mut parts = text.split(':').map(|part| match part {
                "" => Ok(None),
                number => number.parse::<i32>().map(|number| Some(i64::from(number))),
            });
            let from = parts.next().unwrap_or(Ok(None)).map_err(|_| failed())?;
            let to = parts.next().unwrap_or(Ok(None)).map_err(|_| failed())?;
            if from.is_none() && to.is_none() {
                return Err(failed());
            }
            self.steps.push(Step::Slice { from, to });
        } else {
            let mut indexes = Vec::new();
            for part in text.split(',') {
                let index = part.trim().parse::<i32>().map_err(|_| {
                    self.cursor.error(format!("Failed to parse token in ArrayIndexOperation: {part}"), open)
                })?;
                indexes.push(i64::from(index));
            }
            match indexes.as_slice() {
                [index] => self.steps.push(Step::Index(*index)),
                _ => self.steps.push(Step::Indexes(indexes.into_boxed_slice())),
            }
        }
        self.cursor.at = close + 1;
        Ok(true)
    }

    fn bracketed_wildcard(&mut self) -> Parsed<bool> {
        let star = self.cursor.after_blanks(self.cursor.at);
        if self.cursor.get(star) != Some('*') {
            return Ok(false);
        }
        let close = self.cursor.after_blanks(star);
        if self.cursor.get(close) != Some(']') {
            return Err(self
                .cursor
                .error(format!("Expected wildcard token to end with ']' on position {}", star + 1), star));
        }
        self.cursor.at = close + 1;
        self.steps.push(Step::Wildcard);
        Ok(true)
    }

    fn filter(&mut self) -> Parsed<bool> {
        let open = self.cursor.at;
        let question_mark = self.cursor.after_blanks(open);
        if self.cursor.get(question_mark) != Some('?') {
            return Ok(false);
        }
        let parenthesis = self.cursor.after_blanks(question_mark);
        if self.cursor.get(parenthesis) != Some('(') {
            return Ok(false);
        }
        let Some(close) = self.cursor.closing(parenthesis, true) else { return Ok(false) };
        let bracket = self.cursor.after_blanks(close);
        if self.cursor.get(bracket) != Some(']') {
            return Ok(false);
        }
        let text = self.cursor.text(open, bracket + 1);
        let filter = filter_parse::parse(&text, parenthesis - open, self.nesting)
            .map_err(|error| SyntaxError { offset: error.offset + self.cursor.offset(open), ..error })?;
        self.steps.push(Step::Filter(Box::new(filter)));
        self.cursor.at = bracket + 1;
        Ok(true)
    }
}

/// `$..book.length()` is `$.length($..book)`: a function over all matches, not over each.
fn functions_over_scans(mut steps: Vec<Step>) -> Vec<Step> {
    if !matches!((steps.first(), steps.last()), (Some(Step::Scan), Some(Step::Function(_)))) {
        return steps;
    }
    let Some(position) = steps.iter().position(|step| matches!(step, Step::Function(_))) else {
        return steps;
    };
    let mut rest = steps.split_off(position);
    if let Some(Step::Function(function)) = rest.first_mut() {
        let mut argument = Argument::Path(Steps::new(steps, false));
        if matches!(&*function.name, "length" | "size") {
            argument = length_argument(argument);
        }
        function.arguments = Box::new([argument]);
    }
    rest
}

/// The length of a path is the number of what its matches hold.
fn length_argument(argument: Argument) -> Argument {
    match argument {
        Argument::Path(path)
            if !path.steps.is_empty() && !matches!(path.steps.last(), Some(Step::Function(_))) =>
        {
            let mut steps = path.steps.into_vec();
            steps.push(Step::Wildcard);
            Argument::Path(Steps::new(steps, path.is_relative))
        }
        other => other,
    }
}

/// Java's escapes: `\n`, `\u0041`, and any other character for itself.
pub(super) fn unescape(text: &str) -> String {
    if !text.contains('\\') {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\\' {
            out.push(character);
            continue;
        }
        match characters.next() {
            Some('b') => out.push('\u{8}'),
            Some('f') => out.push('\u{c}'),
            Some('n') => out.push('\n'),
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = characters.clone().take(4).collect();
                match u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32) {
                    Some(decoded) if digits.len() == 4 => {
                        out.push(decoded);
                        characters.nth(3);
                    }
                    _ => out.push('u'),
                }
            }
            Some(other) => out.push(other),
            None => out.push('\\'),
        }
    }
    out
}
