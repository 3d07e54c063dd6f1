use json::{Span, Value};
use saphyr_parser::ScalarStyle;

use crate::parse::{Kind, Node, Yaml};
use crate::render::scalar;

/// Stands for the cursor while a text is read. YAML takes it for a letter; definitions don't have it.
const MARK: char = '\u{f8ff}';

/// A place in a text that is being typed, and the same place in the text as JSON.
#[derive(Clone, Debug)]
pub struct Cursor<'t> {
    /// The data as a JSON text. Where the text could not be read as it is, it was completed at the cursor, or
    /// what follows the cursor's line was left out.
    pub json: String,
    /// The cursor's offset in the JSON text: always inside of a string or a name.
    pub offset: usize,
    text: &'t str,
    at: usize,
    touched: Touched,
}

/// The scalar in which a cursor is.
#[derive(Clone, Debug)]
struct Touched {
    style: ScalarStyle,
    /// Its text, without the mark.
    content: String,
    is_name: bool,
    /// Whether the colon behind the name is only thought.
    lacks_colon: bool,
}

/// The ways to read a text with a cursor in it, the likeliest first: each is the text as it is, or completed at
/// the cursor. None where the cursor is in a comment, or where nothing helps.
pub fn cursors(text: &str, offset: usize) -> Vec<Cursor<'_>> {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    if text.contains(MARK) {
        return Vec::new();
    }
    let (before, after) = text.split_at(at);
    let (line, rest) = after.split_at(after.find('\n').unwrap_or(after.len()));
    let start = before.rfind('\n').map_or(0, |position| position + 1);
    let begun = before.get(start..).unwrap_or_default();
    let whole_line = format!("{begun}{line}");
    let mut word = whole_line.trim();
    while let Some(item) = word.strip_prefix('-').filter(|rest| rest.is_empty() || rest.starts_with(' ')) {
        word = item.trim_start();
    }
    let can_be_name = !word.contains(": ") && !word.ends_with(':') && !word.starts_with('#');
    let line = line.trim_end();
    let closed = format!("{line}{}", closing(&whole_line));
    let named = format!("{line}:");
    let mut ways: Vec<(&str, bool)> = Vec::new();
    if can_be_name {
        ways.push((&named, true));
    }
    ways.push((line, false));
    if closed != line {
        ways.push((&closed, false));
    }
    let mut found = Vec::new();
    for rest in [rest, "\n"] {
        for (line, as_name) in &ways {
            let marked = format!("{before}{MARK}{line}{rest}");
            found.extend(read(&marked, text, at, *as_name));
        }
    }
    found
}

/// What closes the quotes and brackets that a line opens and does not close.
fn closing(line: &str) -> String {
    let mut open: Vec<char> = Vec::new();
    let mut quote = None;
    let mut before = ' ';
    for character in line.chars() {
        match (quote, character) {
            (Some(known), _) if known == character => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') if matches!(before, ' ' | '[' | '{' | ',') => quote = Some(character),
            (None, '[') => open.push(']'),
            (None, '{') => open.push('}'),
            (None, ']' | '}') => {
                open.pop();
            }
            _ => {}
        }
        before = character;
    }
    quote.into_iter().chain(open.into_iter().rev()).collect()
}

fn read<'t>(marked: &str, text: &'t str, at: usize, as_name: bool) -> Option<Cursor<'t>> {
    let yaml = Yaml::parse(marked).ok()?;
    let mut touched = touched_in(&yaml, marked)?;
    if as_name && !touched.is_name {
        return None;
    }
    touched.lacks_colon = as_name;
    let (json, _) = yaml.to_json();
    let offset = json.find(MARK)?;
    let json = json.replace(MARK, "");
    Some(Cursor { json, offset, text, at, touched })
}

fn touched_in(yaml: &Yaml, marked: &str) -> Option<Touched> {
    let mut waiting: Vec<&Node> = vec![&yaml.root];
    while let Some(node) = waiting.pop() {
        match &node.kind {
            Kind::Mapping { entries, .. } => {
                for entry in entries {
                    if entry.name.contains(MARK) {
                        let style = match marked.get(entry.key.start..)?.chars().next()? {
                            '"' => ScalarStyle::DoubleQuoted,
                            '\'' => ScalarStyle::SingleQuoted,
                            _ => ScalarStyle::Plain,
                        };
                        let content = entry.name.replace(MARK, "");
                        return Some(Touched { style, content, is_name: true, lacks_colon: false });
                    }
                    waiting.push(&entry.node);
                }
            }
            Kind::Sequence { items, .. } => waiting.extend(items),
            Kind::Scalar(style) => {
                if let Some(content) = node.value.as_str().filter(|content| content.contains(MARK)) {
                    let content = content.replace(MARK, "");
                    return Some(Touched { style: *style, content, is_name: false, lacks_colon: false });
                }
            }
            Kind::Alias | Kind::Tagged => {}
        }
    }
    None
}

impl Cursor<'_> {
    /// Where a part of the JSON text around the cursor is in the text: a word that is explained, or that
    /// something takes the place of. None for what is spelled in another way here.
    pub fn span(&self, json: Span) -> Option<Span> {
        let decoded = |span: Span| Some(json::tree::unquote(self.json.get(span.range())?).into_owned());
        let before = decoded(Span::new(json.start, self.offset))?;
        let after = decoded(Span::new(self.offset, json.end.max(self.offset)))?;
        let (typed, rest) = self.text.split_at(self.at);
        let before = [before.clone(), self.spelled(&before)]
            .into_iter()
            .find(|part| typed.ends_with(part.as_str()))?;
        let after =
            [after.clone(), self.spelled(&after)].into_iter().find(|part| rest.starts_with(part.as_str()))?;
        Some(Span::new(self.at - before.len(), self.at + after.len()))
    }

    /// How a text is spelled that takes the place of a part of the JSON text around the cursor. A word such as
    /// `true` stays one, everything else is a text.
    pub fn spelling(&self, replaces: Span, text: &str, is_word: bool) -> String {
        if self.touched.is_name {
            let colon = if self.touched.lacks_colon { ": " } else { "" };
            return match self.touched.style {
                ScalarStyle::Plain => format!("{}{colon}", scalar(&Value::from(text), ScalarStyle::Plain)),
                _ => self.spelled(text),
            };
        }
        if self.touched.style != ScalarStyle::Plain {
            return self.spelled(text);
        }
        let replaced = self.json.get(replaces.range()).map(json::tree::unquote).unwrap_or_default();
        let is_whole = *replaced == *self.touched.content;
        if is_whole && !is_word { scalar(&Value::from(text), ScalarStyle::Plain) } else { text.to_owned() }
    }

    /// A part of a text, inside of the scalar that is there.
    fn spelled(&self, text: &str) -> String {
        match self.touched.style {
            ScalarStyle::SingleQuoted => text.replace('\'', "''"),
            ScalarStyle::DoubleQuoted => {
                let quoted = Value::from(text).to_text();
                quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default().to_owned()
            }
            _ => text.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use json::Span;

    use super::cursors;

    /// A text with `|` at the cursor, and the JSON that it is read as, with the cursor.
    fn check(marked: &str, expected: &str) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let found: Vec<String> = cursors(&text, offset)
            .into_iter()
            .map(|mut cursor| {
                cursor.json.insert(cursor.offset, '|');
                cursor.json.split_whitespace().collect::<Vec<_>>().join(" ")
            })
            .collect();
        assert!(found.iter().any(|json| json == expected), "{marked:?}: {found:#?}");
    }

    #[test]
    fn what_is_half_typed_is_read() {
        check("StartAt: A|\n", r#"{ "StartAt": "A|" }"#);
        check("StartAt: |\n", r#"{ "StartAt": "|" }"#);
        check("Start|At: A\n", r#"{ "Start|At": "A" }"#);
        check("A: 1\nSta|\n", r#"{ "A": 1, "Sta|": null }"#);
        check("|", r#"{ "|": null }"#);
        check(
            "States:\n  A:\n    Type: Pass\n    |\n  B: 1\n",
            r#"{ "States": { "A": { "Type": "Pass", "|": null }, "B": 1 } }"#,
        );
        check("a:\n  - x\n  - |\n", r#"{ "a": [ "x", "|" ] }"#);
        check("a:\n  - b: 1\n    c|\n", r#"{ "a": [ { "b": 1, "c|": null } ] }"#);
        check("a: [x, y|\nb: 1\n", r#"{ "a": [ "x", "y|" ], "b": 1 }"#);
        check("a: '{% $x|\nb: 1\n", r#"{ "a": "{% $x|", "b": 1 }"#);
        check("a: '{% it''s $x| %}'\n", r#"{ "a": "{% it's $x| %}" }"#);
        check("a: >-\n  {%\n  $x| %}\n", r#"{ "a": "{% $x| %}" }"#);
        check("a: tr|\n", r#"{ "a": "tr|" }"#);
        // What follows is broken.
        check("a: x|\nb: [\n", r#"{ "a": "x|" }"#);
    }

    #[test]
    fn comments_have_no_place() {
        assert!(cursors("a: 1 # note", 9).is_empty());
        assert!(cursors("a: \u{f8ff}", 3).is_empty());
    }

    #[test]
    fn what_is_written_is_spelled_as_its_surroundings() {
        let check = |marked: &str, word: &str, with: &str, is_word: bool, expected: &str| {
            let offset = marked.find('|').unwrap();
            let text = marked.replacen('|', "", 1);
            let all = cursors(&text, offset);
            let cursor = all.first().unwrap();
            let start = cursor.json.get(..cursor.offset).unwrap().rfind(word).unwrap();
            let replaces = Span::new(start, start + word.len());
            let span = cursor.span(replaces).unwrap_or_else(|| panic!("{marked}"));
            let written = cursor.spelling(replaces, with, is_word);
            let result = format!("{}{written}{}", &text[..span.start], &text[span.end..]);
            assert_eq!(result, expected, "{marked}");
        };
        check("Next: Go|\n", "Go", "Go on", false, "Next: Go on\n");
        check("Next: Go|\n", "Go", "yes", false, "Next: \"yes\"\n");
        check("End: tr|\n", "tr", "true", true, "End: true\n");
        check("A: 1\nSta|\n", "Sta", "States", false, "A: 1\nStates: \n");
        check("Sta|: 1\n", "Sta", "States", false, "States: 1\n");
        check("a: '{% it''s $x| %}'\n", "$x", "$y['z']", false, "a: '{% it''s $y[''z''] %}'\n");
        check("a: \"{% $x| %}\"\n", "$x", "$y[\"z\"]", false, "a: \"{% $y[\\\"z\\\"] %}\"\n");
        check("a: >-\n  {%\n  $x| %}\n", "$x", "$yes", false, "a: >-\n  {%\n  $yes %}\n");
        check("a: $.order.i|\n", "i", "id", false, "a: $.order.id\n");
    }

    #[test]
    fn any_place_of_any_text_has_an_answer() {
        let text = "a: &x [1, 'é', {b: \"c\"}]\nd:\n  <<: *x\n  - |\n   {% $e %}\n? f\n: >-\n g\n";
        for end in 0..=text.len() {
            let Some(part) = text.get(..end) else { continue };
            for offset in 0..=end + 1 {
                for cursor in cursors(part, offset) {
                    assert!(cursor.json.is_char_boundary(cursor.offset));
                    cursor.span(Span::new(cursor.offset, cursor.offset));
                }
            }
        }
    }
}
