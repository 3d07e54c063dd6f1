//! What there is to say about a conversion.

use asl::StateId;
use json::{Span, Str};

/// Something that a person should know about what was converted, or wasn't.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub state: StateId,
    pub state_name: Str,
    /// The field as the definition had it, such as `Parameters/name.$`; empty for the whole state.
    pub field: String,
    /// Where it is in the text before the conversion.
    pub span: Span,
    pub kind: NoteKind,
    /// One or two sentences.
    pub message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NoteKind {
    /// The state stays in its language.
    NotConverted,
    /// With some data the state now does something else.
    ChangedMeaning,
    /// It does the same with the data that it was written for.
    Info,
}

/// Why something can't be written in the other language.
#[derive(Clone, Debug)]
pub(crate) struct Unsupported {
    pub message: String,
}

impl Unsupported {
    pub fn new(message: impl Into<String>) -> Unsupported {
        Unsupported { message: message.into() }
    }
}

/// The notes about one state, and the place that is being converted.
pub(crate) struct Notes {
    pub state: StateId,
    pub state_name: Str,
    pub field: String,
    pub span: Span,
    pub list: Vec<Note>,
}

impl Notes {
    pub fn at(&mut self, field: impl Into<String>, span: Span) {
        self.field = field.into();
        self.span = span;
    }

    /// Notes of the same place that nobody reads.
    pub fn scratch(&self) -> Notes {
        Notes {
            state: self.state,
            state_name: self.state_name.clone(),
            field: String::new(),
            span: self.span,
            list: Vec::new(),
        }
    }

    pub fn info(&mut self, message: impl Into<String>) {
        self.add(NoteKind::Info, message);
    }

    pub fn changed(&mut self, message: impl Into<String>) {
        self.add(NoteKind::ChangedMeaning, message);
    }

    /// Each thing is said once a state.
    pub fn add(&mut self, kind: NoteKind, message: impl Into<String>) {
        let message = message.into();
        if self.list.iter().any(|note| note.message == message) {
            return;
        }
        self.list.push(Note {
            state: self.state,
            state_name: self.state_name.clone(),
            field: self.field.clone(),
            span: self.span,
            kind,
            message,
        });
    }
}
