//! What an editor tells while a definition is typed: what can stand at a place, what a word means,
//! and where a state is named.

mod complete;
mod cursor;
mod data;
mod hover;
mod reads;
mod references;

use json::{Span, Str, Value};

pub use complete::{complete, context_sample};
pub use data::complete_data;
pub use hover::{Hover, hover};
pub use reads::{answer_with_what_is_read, input_read_by};
pub use references::{references, target_at};

/// What is known about the run that a definition is for. All of it may be missing.
#[derive(Clone, Copy, Default)]
pub struct Samples<'a> {
    /// The input of the state in which the cursor is, from an earlier run.
    pub input: Option<&'a Value>,
    /// What the task of the state answered.
    pub result: Option<&'a Value>,
    /// The context object.
    pub context: Option<&'a Value>,
    /// Values of variables.
    pub variables: &'a [(Str, Value)],
    /// Answers with resources that fit what has been typed.
    pub resources: Option<&'a FindResources>,
}

/// Resources for what has been typed of one: each with what it does.
pub type FindResources = dyn Fn(&str) -> Vec<(String, String)>;

/// Something that can stand at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    pub kind: ItemKind,
    /// What the list shows.
    pub label: String,
    /// What is written in place of [`Items::replaces`].
    pub text: String,
    /// A few words beside the label.
    pub detail: String,
    /// A sentence or two.
    pub documentation: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ItemKind {
    Field,
    State,
    Word,
    Resource,
    Error,
    Variable,
    Function,
    Member,
}

/// What can stand at the cursor, the most likely first. The editor filters by what has been typed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Items {
    /// The part of the text that an item takes the place of.
    pub replaces: Span,
    pub items: Vec<Item>,
}
