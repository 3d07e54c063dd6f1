use json::{Span, Value};

use super::complete::Place;
use super::cursor::{Cursor, Spot};
use super::{Samples, complete};
use crate::{Document, StateType};

/// What to tell about a place of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    pub span: Span,
    pub title: String,
    pub text: String,
}

/// What a word at an offset means: a field, the name of a state, an error, a function, a variable.
pub fn hover(document: &Document, offset: usize, samples: &Samples<'_>) -> Option<Hover> {
    let cursor = Cursor::at(document.text(), offset);
    let word = document.text().get(cursor.span.range()).filter(|word| !word.is_empty())?;
    if cursor.spot == Spot::Name {
        let place = Place::of(document, &cursor);
        let field = place.field_named(word)?;
        return Some(Hover { span: cursor.span, title: field.name.to_owned(), text: field.doc.to_owned() });
    }
    if let Some(target) = super::target_at(document, offset) {
        let state = document.state(target)?;
        let text = match state.value("Comment").as_ref().and_then(Value::as_str) {
            Some(comment) => comment.to_owned(),
            None => String::new(),
        };
        let type_name = state.state_type().map_or("", StateType::name);
        return Some(Hover {
            span: cursor.span,
            title: format!("{}: {type_name} state", state.name()),
            text,
        });
    }
    // What completion offers for the end of the word explains the word.
    let end = document
        .text()
        .get(offset..)?
        .find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '.')));
    let end = offset + end.unwrap_or(0);
    let items = complete(document, end.min(cursor.span.end), samples);
    let shown = document.text().get(items.replaces.range())?;
    let item = items.items.iter().find(|item| item.text == shown || item.label == shown)?;
    let has_words = !item.documentation.is_empty() || !item.detail.is_empty();
    has_words.then(|| Hover {
        span: items.replaces,
        title: if item.detail.is_empty() { item.label.clone() } else { item.detail.clone() },
        text: item.documentation.clone(),
    })
}

#[cfg(test)]
mod tests {
    use super::{Document, Samples, hover};

    fn check(marked: &str, title: &str, part: &str) {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let found = hover(&Document::parse(&text), offset, &Samples::default());
        let found = found.unwrap_or_else(|| panic!("{marked}"));
        assert_eq!(found.title, title, "{marked}");
        assert!(found.text.contains(part), "{marked}: {}", found.text);
    }

    #[test]
    fn words_are_explained() {
        check(r#"{"Start|At": "A", "States": {}}"#, "StartAt", "state");
        check(
            r#"{"StartAt": "|A", "States": {"A": {"Type": "Pass", "Comment": "Begins."}}}"#,
            "A: Pass state",
            "Begins.",
        );
        check(
            r#"{"States": {"A": {"Type": "Task", "Catch": [{"ErrorEquals": ["States.|ALL"]}]}}}"#,
            "States.ALL",
            "error",
        );
        check(
            r#"{"QueryLanguage": "JSONata", "States": {"A": {"Type": "Pass", "Output": "{% $su|m([1]) %}"}}}"#,
            "$sum(numbers) <a<n>:n>",
            "",
        );
    }

    #[test]
    fn other_words_are_not() {
        assert_eq!(hover(&Document::parse("{\"Comment\": \"x\"}"), 13, &Samples::default()), None);
        assert_eq!(hover(&Document::parse(""), 0, &Samples::default()), None);
    }
}
