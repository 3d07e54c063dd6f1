//! Amazon States Language: definitions as text.
//!
//! A [`Document`] is the text of a definition with what is derived from it: the lossless tree, the
//! scopes and states, and the transitions between them. Reading never fails; a text that is being
//! typed gives whatever makes sense of it. [`Document::problems`] tells what is wrong with it,
//! [`validate`] says it as AWS does, and [`Document::plan`] makes patches of edits.

pub mod assist;
pub mod document;
pub mod edit;
mod expressions;
pub mod fields;
pub mod follow;
pub mod forms;
pub mod history;
pub mod json_error;
mod jsonata_use;
mod location;
mod memo;
pub mod patch;
pub mod problem;
pub mod resource;
pub mod rules;
pub mod sniff;
pub mod transition;
mod typed;
pub mod validate;
mod variable_references;
pub mod vocabulary;

pub use document::{Document, Role, Scope, ScopeId, State, StateId, StateVersion};
pub use follow::StateMap;
pub use history::History;
pub use json_error::{JsonError, json_error};
pub use location::location;
pub use patch::{ChangedLines, Patch, Replacement};
pub use problem::{AwsDiagnostic, Fix, Problem, Severity};
pub use rules::{CheckOptions, Suppression, WorkflowType};
pub use transition::{Target, Transition, TransitionKind};
pub use validate::{ApiError, Diagnostic, ValidateOptions, Validation, validate, validate_state};
pub use variable_references::{VariableAssignment, variable_assignments, variable_references};
pub use vocabulary::{QueryLanguage, StateType};
