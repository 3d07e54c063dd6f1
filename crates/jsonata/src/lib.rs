//! JSONata 2.2 on [`json::Value`], with positions, traces and exact limits.
//!
//! * [`Expression::parse`] gives a syntax tree of any text, with errors that say where and what was
//!   expected; [`Expression::compile`] a [`Program`].
//! * [`Program::evaluate`] evaluates it on an input and variables ([`Bindings`]), within [`Limits`].
//!   It reads no clock and no randomness: both come with the [`Context`].
//! * A [`Trace`] records the value or the error of every sub-expression.
//! * [`complete`] tells what can stand at an offset of a text.
//!
//! The language is that of the npm package jsonata 2.2.2: results, undefined, error codes and messages.
//! [`CompileOptions::STEP_FUNCTIONS`] is AWS Step Functions' dialect of it.
//! What differs from jsonata, and why, is listed in `DIFFERENCES.md`.

mod code;
mod compile;
mod complete;
mod datetime;
mod errors;
mod eval;
mod functions;
mod limits;
mod numbers;
mod program;
mod random;
mod regex;
mod signature;
pub mod suite;
mod syntax;
mod trace;
mod values;

pub use complete::{Completion, CompletionKind, CompletionRequest, complete};
pub use errors::{CompileError, EvalError};
pub use json::Span;
pub use limits::{Limit, Limits};
pub use program::{Bindings, CompileOptions, Context, Expression, Outcome, Program};
pub use random::Random;
pub use syntax::{AstId, AstKind, AstNode, SyntaxError};
pub use trace::{Trace, TraceEntry, TracedOutcome};
