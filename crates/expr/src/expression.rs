use json::Value;

use crate::error::{EvalError, SyntaxError};
use crate::intrinsic::Intrinsic;
use crate::path::Path;
use crate::references::References;
use crate::scope::Scope;

/// What a `.$` member of a payload template, ErrorPath or CausePath may be: a path or a call of an
/// intrinsic function.
#[derive(Debug)]
pub enum Expression {
    Path(Path),
    Intrinsic(Intrinsic),
}

impl Expression {
    /// Compiles a path, or a call where the text starts with `States.`.
    ///
    /// # Errors
    ///
    /// What is wrong with the path or the call.
    pub fn parse(text: &str) -> Result<Expression, SyntaxError> {
        if text.trim_start().starts_with("States.") {
            return Intrinsic::parse(text).map(Expression::Intrinsic);
        }
        Path::parse(text).map(Expression::Path)
    }

    pub fn text(&self) -> &str {
        match self {
            Expression::Path(path) => path.text(),
            Expression::Intrinsic(intrinsic) => intrinsic.text(),
        }
    }

    /// The value; the field is named in the message of a path that leads nowhere.
    ///
    /// # Errors
    ///
    /// As [`Path::select_for_field`] and [`Intrinsic::evaluate`].
    pub fn evaluate(&self, field: &str, scope: &Scope<'_>) -> Result<Value, EvalError> {
        match self {
            Expression::Path(path) => path.select_for_field(field, scope),
            Expression::Intrinsic(intrinsic) => intrinsic.evaluate(scope),
        }
    }

    /// Adds what the expression reads.
    pub fn references(&self, references: &mut References) {
        match self {
            Expression::Path(path) => path.references(references),
            Expression::Intrinsic(intrinsic) => intrinsic.references(references),
        }
    }
}
