//! JSON itself, in two forms.
//!
//! * [`Value`] is what runs work on: immutable, shared and therefore cheap to clone.
//!   Numbers keep their spelling and objects the order of their members.
//! * [`Tree`] is what editors work on: every byte of a text, with spans, however broken the text is.
//!
//! [`parse`] reads a correct text into a value, [`Tree::parse`] reads any text into a tree.

mod names;
mod number;
mod object;
mod parse;
pub mod pointer;
pub mod tree;
mod value;
mod write;

pub use names::{Guess, Names};
pub use number::Number;
pub use object::{Array, Map, Object, Tally};
pub use parse::{MAX_DEPTH, ParseError, parse, parse_keeping_text, parse_keeping_texts};
pub use tree::{NodeId, NodeKind, Span, SyntaxProblem, Tree};
pub use value::{Str, Value, json_type_name};
pub use write::{push_integer, quote, quoted_len};
