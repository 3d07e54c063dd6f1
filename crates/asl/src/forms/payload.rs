//! Parts of a definition as texts of their own.

use json::{NodeId, Span, Tree};

use crate::edit::{indent_at, reindented_text};
use crate::{Patch, Replacement};

/// A value of a definition as a text without the indentation of its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    pub text: String,
    /// Where the value is in the definition.
    span: Span,
    /// The blanks that lines after the first start with in the definition.
    indent: String,
}

impl Payload {
    pub fn of(tree: &Tree, node: NodeId) -> Payload {
        let source = tree.source(node);
        let span = tree.span(node);
        let indent = indent_at(tree.text(), span.start).to_owned();
        let newline = if source.contains("\r\n") { "\r\n" } else { "\n" };
        let text = reindented_text(source, &indent, "", newline);
        // Lines that are indented by less than their place keep all they have.
        if reindented_text(&text, "", &indent, newline) == source {
            Payload { text, span, indent }
        } else {
            Payload { text: source.to_owned(), span, indent: String::new() }
        }
    }

    /// The patch of the definition that puts another text in the place of this one: it replaces what
    /// differs and nothing else.
    pub fn patch(&self, text: &str) -> Patch {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let before = reindented_text(&self.text, "", &self.indent, newline);
        let after = reindented_text(text, "", &self.indent, newline);
        if before == after {
            return Patch::default();
        }
        let (start, old_end, new_end) = difference(&before, &after);
        let text = after.get(start..new_end).unwrap_or_default().to_owned();
        let span = Span::new(self.span.start + start, self.span.start + old_end);
        Patch::new(vec![Replacement { span, text }])
    }

    /// Where a part of the definition is in this text; none if it is outside.
    pub fn inner_span(&self, span: Span) -> Option<Span> {
        self.span.contains(span).then(|| Span::new(self.inner(span.start), self.inner(span.end)))
    }

    /// The definition with another text in the place of this one, and where an offset of that text is in it.
    pub fn place(&self, definition: &str, text: &str, offset: usize) -> (String, usize) {
        let (whole, _) = self.patch(text).apply_to(definition);
        let before = text.get(..offset).unwrap_or(text);
        let breaks = before.match_indices('\n').map(|(at, _)| at + 1);
        let indented = breaks.filter(|start| {
            let line = text.get(*start..).and_then(|rest| rest.lines().next());
            line.is_some_and(|line| !line.is_empty())
        });
        (whole, self.span.start + before.len() + indented.count() * self.indent.len())
    }

    /// The same payload with another text.
    pub fn with_text(&self, text: &str) -> Payload {
        let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        let len = reindented_text(text, "", &self.indent, newline).len();
        let span = Span::new(self.span.start, self.span.start + len);
        Payload { text: text.to_owned(), span, indent: self.indent.clone() }
    }

    fn inner(&self, offset: usize) -> usize {
        let mut rest = offset.saturating_sub(self.span.start);
        let mut inner = 0;
        for (number, line) in self.text.split_inclusive('\n').enumerate() {
            let is_empty = matches!(line, "\n" | "\r\n");
            let indent = if number == 0 || is_empty { 0 } else { self.indent.len() };
            if rest < indent + line.len() {
                return inner + rest.saturating_sub(indent);
            }
            rest -= indent + line.len();
            inner += line.len();
        }
        inner
    }
}

/// Start of the difference of two texts, and its end in each.
fn difference(before: &str, after: &str) -> (usize, usize, usize) {
    let prefix = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let most = before.len().min(after.len()) - prefix;
    let same_end = before.bytes().rev().zip(after.bytes().rev()).take(most);
    let mut suffix = same_end.take_while(|(one, other)| one == other).count();
    let mut start = prefix;
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    while !before.is_char_boundary(before.len() - suffix) || !after.is_char_boundary(after.len() - suffix) {
        suffix -= 1;
    }
    (start, before.len() - suffix, after.len() - suffix)
}

/// What stands between `{%` and `%}`; none for a text that is no expression.
pub fn expression_text(text: &str) -> Option<&str> {
    Some(text.strip_prefix("{%")?.strip_suffix("%}")?.trim())
}

/// An expression with its marks, and the blanks that another one has beside them.
pub fn expression_value(text: &str, before: Option<&str>) -> String {
    let inner = before.and_then(|before| before.strip_prefix("{%")?.strip_suffix("%}"));
    let (left, right) = match inner.filter(|inner| !inner.trim().is_empty()) {
        Some(inner) => {
            let trimmed = inner.trim_start();
            let left = inner.len() - trimmed.len();
            let right = trimmed.trim_end().len();
            (inner.get(..left).unwrap_or(" "), trimmed.get(right..).unwrap_or(" "))
        }
        None => (" ", " "),
    };
    format!("{{%{left}{}{right}%}}", text.trim())
}

#[cfg(test)]
mod tests {
    use json::{Span, Tree};

    use super::{Payload, expression_text, expression_value};

    const TEXT: &str = "{\n  \"a\": {\n    \"b\": [1,  2],\n\n    \"c\": 3\n  }\n}";

    fn payload(text: &str) -> Payload {
        let tree = Tree::parse(text);
        Payload::of(&tree, tree.get(tree.root().unwrap(), "a").unwrap())
    }

    #[test]
    fn a_payload_is_shown_without_the_indentation_of_its_place() {
        assert_eq!(payload(TEXT).text, "{\n  \"b\": [1,  2],\n\n  \"c\": 3\n}");
        assert_eq!(payload("{\"a\": {\n\"b\": 1}}").text, "{\n\"b\": 1}");
        assert_eq!(payload("{\n    \"a\": {\n  \"b\": 1}}").text, "{\n  \"b\": 1}");
    }

    #[test]
    fn a_change_replaces_what_differs() {
        let payload = payload(TEXT);
        assert!(payload.patch(&payload.text).is_empty());
        let patch = payload.patch("{\n  \"b\": [1,  20],\n\n  \"c\": 3\n}");
        assert_eq!(patch.replacements.len(), 1);
        assert_eq!(patch.replacements[0].text, "0");
        let (after, inverse) = payload.patch("{\n  \"b\": [\n    1\n  ]\n}").apply_to(TEXT);
        assert_eq!(after, "{\n  \"a\": {\n    \"b\": [\n      1\n    ]\n  }\n}");
        assert_eq!(inverse.apply_to(&after).0, TEXT);
    }

    #[test]
    fn places_are_found_in_the_payload() {
        let payload = payload(TEXT);
        for part in ["1", "2", "\"c\"", "3", "\"b\""] {
            let start = TEXT.find(part).unwrap();
            let inner = payload.inner_span(Span::new(start, start + part.len())).unwrap();
            assert_eq!(&payload.text[inner.range()], part);
        }
        assert_eq!(payload.inner_span(Span::new(0, 5)), None);
    }

    #[test]
    fn a_text_that_is_being_typed_has_its_place() {
        let payload = payload(TEXT);
        let typed = "{\n  \"b\": [1,  2],\n\n  \"c\": x\n}";
        let offset = typed.find('x').unwrap();
        let (whole, outer) = payload.place(TEXT, typed, offset);
        assert_eq!(&whole[outer..=outer], "x");
        let there = payload.with_text(typed).inner_span(Span::new(outer, outer + 1)).unwrap();
        assert_eq!(there, Span::new(offset, offset + 1));
    }

    #[test]
    fn expressions_keep_the_blanks_at_their_marks() {
        assert_eq!(expression_text("{% $a %}"), Some("$a"));
        assert_eq!(expression_text("{%$a%}"), Some("$a"));
        assert_eq!(expression_text("$a"), None);
        assert_eq!(expression_text("{%}"), None);
        assert_eq!(expression_value("$b", Some("{%$a%}")), "{%$b%}");
        assert_eq!(expression_value("$b", Some("{%  $a\n%}")), "{%  $b\n%}");
        assert_eq!(expression_value(" $b ", None), "{% $b %}");
    }
}
