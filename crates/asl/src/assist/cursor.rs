//! Where a place of a text is, however broken the text is around it.

use json::Span;

/// A step from a container to what is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// What a cursor touches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Spot {
    /// The name of a member, or where one may begin.
    Name,
    /// A value, or where one may begin.
    Value,
    /// After a name or a value, where only punctuation can stand.
    Neither,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cursor {
    /// The way from the root to the value at the cursor; of a name, to the object that has it.
    pub path: Vec<Step>,
    pub spot: Spot,
    /// The word or string at the cursor without its quotes; empty where there is none.
    pub span: Span,
    /// Whether the word is a string.
    pub quoted: bool,
    /// Whether the string has its closing quote.
    pub closed: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Name,
    Colon,
    Value,
    Comma,
}

struct Frame {
    is_object: bool,
    expects: Expects,
    name: String,
    item: usize,
}

impl Frame {
    fn step(&self) -> Step {
        if self.is_object { Step::Member(self.name.clone()) } else { Step::Item(self.item) }
    }
}

impl Cursor {
    /// Reads the text up to the offset; linear in it.
    pub fn at(text: &str, offset: usize) -> Cursor {
        let mut offset = offset.min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        let bytes = text.as_bytes();
        let mut frames: Vec<Frame> = Vec::new();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied().filter(|_| at < offset) {
            match byte {
                b'{' | b'[' => {
                    let is_object = byte == b'{';
                    let expects = if is_object { Expects::Name } else { Expects::Value };
                    frames.push(Frame { is_object, expects, name: String::new(), item: 0 });
                    at += 1;
                }
                b'}' | b']' => {
                    frames.pop();
                    if let Some(frame) = frames.last_mut() {
                        frame.expects = Expects::Comma;
                    }
                    at += 1;
                }
                b':' => {
                    if let Some(frame) = frames.last_mut() {
                        frame.expects = Expects::Value;
                    }
                    at += 1;
                }
                b',' => {
                    if let Some(frame) = frames.last_mut() {
                        frame.expects = if frame.is_object { Expects::Name } else { Expects::Value };
                        frame.item += 1;
                    }
                    at += 1;
                }
                b' ' | b'\t' | b'\r' | b'\n' => at += 1,
                _ => {
                    let word = word_at(text, at);
                    // A cursor behind a closed string is not in it.
                    let is_inside = if word.closed { offset <= word.span.end } else { offset <= word.end };
                    if is_inside {
                        return Cursor::in_word(&frames, word);
                    }
                    if let Some(frame) = frames.last_mut() {
                        if frame.expects == Expects::Name {
                            frame.name =
                                json::tree::unquote(text.get(at..word.end).unwrap_or_default()).into_owned();
                            frame.expects = Expects::Colon;
                        } else {
                            frame.expects = Expects::Comma;
                        }
                    }
                    at = word.end;
                }
            }
        }
        // Nothing has been typed before the cursor; a word may begin right behind it.
        let starts = bytes.get(offset).is_some_and(|byte| *byte == b'"' || byte.is_ascii_alphanumeric());
        if starts {
            let word = word_at(text, offset);
            return Cursor::in_word(&frames, word);
        }
        let empty = Word { span: Span::empty_at(offset), end: offset, quoted: false, closed: false };
        Cursor::in_word(&frames, empty)
    }

    fn in_word(frames: &[Frame], word: Word) -> Cursor {
        let Word { span, quoted, closed, .. } = word;
        let mut path: Vec<Step> = Vec::new();
        for frame in frames.iter().take(frames.len().saturating_sub(1)) {
            path.push(frame.step());
        }
        let spot = match frames.last() {
            None => Spot::Value,
            Some(frame) => match frame.expects {
                Expects::Name => Spot::Name,
                Expects::Value => {
                    path.push(frame.step());
                    Spot::Value
                }
                Expects::Colon | Expects::Comma => Spot::Neither,
            },
        };
        Cursor { path, spot, span, quoted, closed }
    }
}

struct Word {
    /// Without quotes.
    span: Span,
    /// With the closing quote.
    end: usize,
    quoted: bool,
    closed: bool,
}

fn word_at(text: &str, start: usize) -> Word {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        let mut end = start + 1;
        while bytes.get(end).is_some_and(|byte| !b" \t\r\n,:{}[]\"".contains(byte)) {
            end += 1;
        }
        return Word { span: Span::new(start, end), end, quoted: false, closed: false };
    }
    let mut end = start + 1;
    while let Some(byte) = bytes.get(end) {
        match byte {
            b'"' => {
                let span = Span::new(start + 1, end);
                return Word { span, end: end + 1, quoted: true, closed: true };
            }
            // A string ends with its line: JSON has none over several.
            b'\n' | b'\r' => break,
            b'\\' => end += 2,
            _ => end += 1,
        }
    }
    let end = end.min(text.len());
    Word { span: Span::new(start + 1, end), end, quoted: true, closed: false }
}

#[cfg(test)]
mod tests {
    use super::{Cursor, Spot, Step};

    fn check(marked: &str, path: &str, spot: Spot, word: &str) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let cursor = Cursor::at(&text, offset);
        let steps: Vec<String> = cursor
            .path
            .iter()
            .map(|step| match step {
                Step::Member(name) => name.clone(),
                Step::Item(position) => position.to_string(),
            })
            .collect();
        assert_eq!(steps.join("/"), path, "{marked}");
        assert_eq!(cursor.spot, spot, "{marked}");
        assert_eq!(text.get(cursor.span.range()), Some(word), "{marked}");
    }

    #[test]
    fn places_are_found_in_whole_and_in_broken_texts() {
        check("|", "", Spot::Value, "");
        check("{|", "", Spot::Name, "");
        check("{\"St|", "", Spot::Name, "St");
        check("{\"St|ates\": {}}", "", Spot::Name, "States");
        check("{\"States\"| ", "", Spot::Neither, "");
        check("{\"States\": |", "States", Spot::Value, "");
        check("{\"States\": {\"A\": {\"Type\": \"Pa|\n}", "States/A/Type", Spot::Value, "Pa");
        check("{\"A\": [1, {\"b\": 2}, \"x|\"]}", "A/2", Spot::Value, "x");
        check("{\"A\": 1, |}", "", Spot::Name, "");
        check("{\"A\": 1|}", "A", Spot::Value, "1");
        check("{\"A\": \"x\\\"|y\"}", "A", Spot::Value, "x\\\"y");
        check("]]}}|", "", Spot::Value, "");
        check("{\"é\": \"ü|", "é", Spot::Value, "ü");
    }
}
