//! What is wrong with a definition.

use json::Span;

use crate::{Patch, StateId};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// AWS refuses the definition, or it can't mean what was meant.
    Error,
    /// AWS takes the definition, but it most likely fails or does something else than meant.
    Warning,
    /// The definition works and could be better.
    Advice,
}

/// One thing that is wrong, for people.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub severity: Severity,
    /// The rule that found it, such as `unknown-field`; see [`crate::rules::RULES`].
    pub code: &'static str,
    /// What is wrong and what to do about it, in one or two sentences.
    pub message: String,
    /// The part of the text that is to be marked.
    pub span: Span,
    /// The innermost state that it is about.
    pub state: Option<StateId>,
    /// Where it is in AWS's spelling: `/States/X/Choices[0]/Next`, and `/` for the whole machine.
    pub location: String,
    /// What AWS says about it; none for what AWS doesn't complain about.
    pub aws: Option<AwsDiagnostic>,
    /// Ways to repair it, the most likely first.
    pub fixes: Vec<Fix>,
}

/// A diagnostic as `ValidateStateMachineDefinition` gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AwsDiagnostic {
    /// Such as `SCHEMA_VALIDATION_FAILED`.
    pub code: &'static str,
    pub message: String,
    /// None for diagnostics without a location.
    pub location: Option<String>,
}

/// A change of the text that repairs a problem.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What the change does, as an order: `Rename to Next`.
    pub title: String,
    pub patch: Patch,
}
