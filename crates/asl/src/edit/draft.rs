//! A copy of a document that edits work on step by step, and the patch that the steps come to.

use json::{Span, Tree};

use super::text::Style;
use crate::{Document, Patch, Replacement, ScopeId, State, StateId};

/// A piece of the changed text.
enum Piece {
    /// A range of the text before.
    Kept(Span),
    New(String),
}

impl Piece {
    fn len(&self) -> usize {
        match self {
            Piece::Kept(span) => span.len(),
            Piece::New(text) => text.len(),
        }
    }

    fn split(self, at: usize) -> (Piece, Piece) {
        match self {
            Piece::Kept(span) => {
                let middle = span.start + at;
                (Piece::Kept(Span::new(span.start, middle)), Piece::Kept(Span::new(middle, span.end)))
            }
            Piece::New(mut text) => {
                let rest = text.split_off(at);
                (Piece::New(text), Piece::New(rest))
            }
        }
    }
}

/// A place that stays known while the text changes around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(usize);

pub(super) struct Draft {
    before: Tree,
    document: Document,
    pieces: Vec<Piece>,
    marks: Vec<usize>,
    pub style: Style,
}

impl Draft {
    pub fn new(document: &Document) -> Draft {
        Draft {
            before: document.tree().clone(),
            document: document.clone(),
            pieces: vec![Piece::Kept(Span::new(0, document.text().len()))],
            marks: Vec::new(),
            style: Style::of(document.tree()),
        }
    }

    pub fn document(&self) -> &Document {
        &self.document
    }

    pub fn tree(&self) -> &Tree {
        self.document.tree()
    }

    pub fn mark_state(&mut self, state: StateId) -> Mark {
        let start = self.document.state(state).map_or(usize::MAX, |state| state.name_span().start);
        self.mark(start)
    }

    pub fn mark_scope(&mut self, scope: ScopeId) -> Mark {
        let start =
            self.document.scope(scope).map_or(usize::MAX, |scope| self.tree().span(scope.node()).start);
        self.mark(start)
    }

    fn mark(&mut self, offset: usize) -> Mark {
        self.marks.push(offset);
        Mark(self.marks.len() - 1)
    }

    pub fn state(&self, mark: Mark) -> Option<State<'_>> {
        let start = self.marks.get(mark.0)?;
        self.document.states().find(|state| state.name_span().start == *start)
    }

    pub fn scope(&self, mark: Mark) -> Option<ScopeId> {
        let start = self.marks.get(mark.0)?;
        self.document
            .scopes()
            .find(|scope| self.tree().span(scope.node()).start == *start)
            .map(|scope| scope.id())
    }

    /// Takes a step.
    pub fn apply(&mut self, replacements: Vec<Replacement>) {
        let patch = Patch::new(
            replacements
                .into_iter()
                .filter(|replacement| !replacement.span.is_empty() || !replacement.text.is_empty())
                .collect(),
        );
        if patch.is_empty() {
            return;
        }
        let (text, _) = patch.apply_to(self.document.text());
        for mark in &mut self.marks {
            if *mark != usize::MAX {
                *mark = patch.map_offset(*mark);
            }
        }
        for replacement in patch.replacements.into_iter().rev() {
            self.splice(replacement);
        }
        self.document = self.document.after(text);
    }

    fn splice(&mut self, replacement: Replacement) {
        let first = self.split(replacement.span.start);
        let last = self.split(replacement.span.end);
        self.pieces.splice(first..last.max(first), [Piece::New(replacement.text)]);
    }

    /// Makes a border between pieces at an offset, and gives the piece that starts there.
    fn split(&mut self, offset: usize) -> usize {
        let mut start = 0;
        for position in 0..self.pieces.len() {
            if start == offset {
                return position;
            }
            let len = self.pieces.get(position).map_or(0, Piece::len);
            if offset < start + len {
                let piece = self.pieces.remove(position);
                let (left, right) = piece.split(offset - start);
                self.pieces.insert(position, right);
                self.pieces.insert(position, left);
                return position + 1;
            }
            start += len;
        }
        self.pieces.len()
    }

    /// All steps as one patch of the text before.
    pub fn finish(self) -> Patch {
        let mut replacements = Vec::new();
        let mut at = 0;
        let mut new = String::new();
        let end = self.before.text().len();
        let pieces = self.pieces.into_iter().chain([Piece::Kept(Span::empty_at(end))]);
        for piece in pieces {
            match piece {
                Piece::New(text) => new.push_str(&text),
                Piece::Kept(span) if span.is_empty() && span.start != end => {}
                Piece::Kept(span) => {
                    if span.start > at || !new.is_empty() {
                        replacements.extend(trimmed(&self.before, Span::new(at, span.start), &new));
                        new.clear();
                    }
                    at = span.end;
                }
            }
        }
        Patch { replacements }
    }
}

/// A replacement without what stays the same at its start and its end; none if everything does.
fn trimmed(before: &Tree, span: Span, new: &str) -> Option<Replacement> {
    let old = before.text().get(span.range()).unwrap_or_default();
    if old == new {
        return None;
    }
    let boundary = |at: usize| old.is_char_boundary(at) && new.is_char_boundary(at);
    let mut start = old.bytes().zip(new.bytes()).take_while(|(one, other)| one == other).count();
    while !boundary(start) {
        start -= 1;
    }
    let room = old.len().min(new.len()) - start;
    let mut end =
        old.bytes().rev().zip(new.bytes().rev()).take(room).take_while(|(one, other)| one == other).count();
    while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
        end -= 1;
    }
    Some(Replacement {
        span: Span::new(span.start + start, span.end - end),
        text: new.get(start..new.len() - end).unwrap_or_default().to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use json::Span;

    use super::Draft;
    use crate::{Document, Replacement};

    #[test]
    fn steps_come_to_one_patch() {
        let text = "{\"a\": 1, \"b\": 2}";
        let mut draft = Draft::new(&Document::parse(text));
        let replace =
            |start, end, text: &str| Replacement { span: Span::new(start, end), text: text.to_owned() };
        draft.apply(vec![replace(6, 7, "100"), replace(14, 15, "3")]);
        assert_eq!(draft.document().text(), "{\"a\": 100, \"b\": 3}");
        draft.apply(vec![replace(9, 17, ""), replace(7, 8, "")]);
        assert_eq!(draft.document().text(), "{\"a\": 10}");
        let patch = draft.finish();
        assert_eq!(patch.apply_to(text).0, "{\"a\": 10}");
        assert_eq!(patch.replacements, [replace(7, 15, "0")]);
    }
}
