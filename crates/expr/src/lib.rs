//! The JSONPath side of the States Language's expressions: paths, reference paths, payload templates,
//! intrinsic functions, choice rules and timestamps.
//!
//! Everything is compiled once, when a definition is, and evaluated against a [`Scope`] as often as
//! it runs. Errors carry the error name and the cause in AWS's words; whoever runs the state adds
//! which state it was.

pub mod base64;
pub mod choice;
mod error;
mod expression;
pub mod intrinsic;
mod java_order;
pub mod path;
mod reference_path;
mod references;
mod scope;
mod template;
pub mod timestamp;

pub use choice::{ChoiceRule, RuleProblem};
pub use error::{EvalError, INTRINSIC_FAILURE, REFERENCE_PATH_CONFLICT, RUNTIME, SyntaxError};
pub use expression::Expression;
pub use intrinsic::Intrinsic;
pub use java_order::object_by_hash;
pub use path::{Path, PathError, Root};
pub use reference_path::{Place, ReferencePath, parse_reference_path};
pub use references::References;
pub use scope::{ContextMember, Host, NoHost, Scope};
pub use template::{Template, TemplateProblem};
pub use timestamp::Timestamp;
