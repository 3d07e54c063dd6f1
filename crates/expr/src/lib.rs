//! The JSONPath side of the States Language's expressions: paths, reference paths, payload templates,
//! intrinsic functions, choice rules and timestamps.
//!
//! Everything is compiled once, when a definition is, and evaluated against a [`Scope`] as often as
//! it runs. Errors carry the error name and the cause in AWS's words; whoever runs the state adds
//! which state it was.

mod error;
pub mod path;
mod references;
mod scope;

pub use error::{EvalError, INTRINSIC_FAILURE, RESULT_PATH_MATCH_FAILURE, RUNTIME, SyntaxError};
pub use path::{Path, PathError, Root};
pub use references::References;
pub use scope::{ContextMember, Host, NoHost, Scope};
