//! From the text of an expression to its syntax tree.

mod ast;
mod lexer;
mod parser;

pub use ast::{AstId, AstKind, AstNode};
pub(crate) use lexer::is_name_stop;
pub(crate) use parser::parse;

use json::Span;

/// Something that an expression's text may not have.
#[derive(Clone, Debug, PartialEq)]
pub struct SyntaxError {
    /// jsonata's code, `S0…`.
    pub code: &'static str,
    pub message: String,
    /// Where, in bytes of the text. May be empty at the end of the text.
    pub span: Span,
    /// What could stand there instead, for a person to read: `)`, `an expression`.
    pub expected: Vec<&'static str>,
}
