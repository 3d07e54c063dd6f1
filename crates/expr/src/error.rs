use std::fmt;

/// The error name of most failures to evaluate an expression.
pub const RUNTIME: &str = "States.Runtime";
/// The error name of an intrinsic function that fails.
pub const INTRINSIC_FAILURE: &str = "States.IntrinsicFailure";
/// The error name of a ResultPath or ItemsPath that does not fit the data that it is applied to.
/// AWS's documentation calls it `States.ResultPathMatchFailure`, executions show this one.
pub const REFERENCE_PATH_CONFLICT: &str = "States.ReferencePathConflict";

/// A failed evaluation: an error name of the States Language, and the cause in AWS's words.
///
/// The cause is the inner text: whoever runs the state puts "An error occurred while executing the
/// state …" before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvalError {
    pub name: &'static str,
    pub cause: String,
}

impl EvalError {
    pub fn runtime(cause: impl Into<String>) -> EvalError {
        EvalError { name: RUNTIME, cause: cause.into() }
    }

    pub fn intrinsic(cause: impl Into<String>) -> EvalError {
        EvalError { name: INTRINSIC_FAILURE, cause: cause.into() }
    }
}

impl fmt::Display for EvalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.name, self.cause)
    }
}

impl std::error::Error for EvalError {}

/// Why a text is no path, no reference path or no intrinsic function call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// Where in the text, in bytes.
    pub offset: usize,
}

impl SyntaxError {
    pub fn new(message: impl Into<String>, offset: usize) -> SyntaxError {
        SyntaxError { message: message.into(), offset }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for SyntaxError {}
