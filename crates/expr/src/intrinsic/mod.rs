//! Intrinsic functions: `States.Format('{} of {}', $.a, $.b)`.

mod encoding;
mod format;
mod functions;
mod parse;
mod random;

use std::borrow::Cow;
use std::sync::OnceLock;

use json::{Number, Str, Value};

use crate::error::{EvalError, RUNTIME, SyntaxError};
use crate::path::Path;
use crate::references::References;
use crate::scope::Scope;
pub use format::Template;
pub use functions::Function;

/// How deep calls may stand in calls.
pub const MAX_NESTING: usize = 10;

/// The longest result, as JSON text, that is kept for a call of nothing but literals: a definition may have many.
const MAX_KEPT_BYTES: usize = 1024;

/// A compiled call of an intrinsic function, with the calls in it.
#[derive(Debug)]
pub struct Intrinsic {
    text: Str,
    call: Call,
}

/// A function with its arguments.
#[derive(Debug)]
pub struct Call {
    pub function: Function,
    pub arguments: Box<[Argument]>,
    /// What a call of nothing but literals gave the first time: it gives the same each time.
    known: Option<OnceLock<Value>>,
}

/// An argument of a call.
#[derive(Debug)]
pub enum Argument {
    Literal(Value),
    /// The literal template of `States.Format`, taken apart.
    Template(format::Template),
    Path(Path),
    Call(Call),
}

/// Why a call fails.
pub(crate) enum Failure {
    /// An argument's path leads nowhere.
    Path(String),
    /// The function does not take the arguments.
    Function(String),
}

impl Intrinsic {
    /// Compiles a call.
    ///
    /// # Errors
    ///
    /// No call of one of the functions, the wrong number of arguments, a literal of the wrong type,
    /// an unknown escape, or calls nested too deeply.
    pub fn parse(text: &str) -> Result<Intrinsic, SyntaxError> {
        Ok(Intrinsic { text: text.into(), call: parse::parse(text)? })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn call(&self) -> &Call {
        &self.call
    }

    /// Calls the function.
    ///
    /// # Errors
    ///
    /// `States.Runtime` where the path of an argument leads nowhere (observed on AWS),
    /// `States.IntrinsicFailure` where the function cannot do with its arguments.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        self.call.evaluate(scope).map_err(|failure| {
            let (name, detail) = match failure {
                Failure::Path(detail) => (RUNTIME, detail),
                Failure::Function(detail) => (crate::error::INTRINSIC_FAILURE, detail),
            };
            EvalError {
                name,
                cause: format!("The function '{}' had the following error: {detail}", self.text),
            }
        })
    }

    /// What [`Intrinsic::evaluate`] gives where the call adds integers that are literals or at the end of a path, as
    /// counters do over and over; none for everything else, errors included.
    #[inline]
    pub(crate) fn plain_sum(&self, input: &Value) -> Option<i64> {
        if self.call.function != Function::MathAdd {
            return None;
        }
        let [first, second] = &*self.call.arguments else { return None };
        let sum = first.plain_integer(input)? + second.plain_integer(input)?;
        i32::try_from(sum).is_ok().then_some(sum)
    }

    /// Adds what the call reads.
    pub fn references(&self, references: &mut References) {
        self.call.references(references);
    }
}

impl Argument {
    /// The argument where it is there without being worked out.
    #[inline]
    fn plain<'v>(&'v self, input: &'v Value) -> Option<&'v Value> {
        match self {
            Argument::Literal(value) => Some(value),
            Argument::Path(path) => path.find_plainly(input),
            Argument::Template(_) | Argument::Call(_) => None,
        }
    }

    /// The same, of an integer that fits into 32 bits.
    #[inline]
    fn plain_integer(&self, input: &Value) -> Option<i64> {
        match self.plain(input) {
            Some(Value::Number(Number::Int(integer))) if i32::try_from(*integer).is_ok() => Some(*integer),
            _ => None,
        }
    }
}

impl Call {
    fn new(function: Function, arguments: Box<[Argument]>) -> Call {
        let is_constant = function.is_pure()
            && arguments.iter().all(|argument| match argument {
                Argument::Literal(_) | Argument::Template(_) => true,
                Argument::Path(_) => false,
                Argument::Call(call) => call.known.is_some(),
            });
        Call { function, arguments, known: is_constant.then(OnceLock::new) }
    }

    fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, Failure> {
        let arguments = Arguments { arguments: &self.arguments, scope, function: self.function };
        let Some(known) = &self.known else { return functions::call(self.function, &arguments) };
        if let Some(value) = known.get() {
            return Ok(value.clone());
        }
        let value = functions::call(self.function, &arguments)?;
        if value.text_len() <= MAX_KEPT_BYTES {
            let _ = known.set(value.clone());
        }
        Ok(value)
    }

    fn references(&self, references: &mut References) {
        for argument in &self.arguments {
            match argument {
                Argument::Path(path) => path.references(references),
                Argument::Call(call) => call.references(references),
                Argument::Literal(_) | Argument::Template(_) => {}
            }
        }
    }
}

/// The arguments of one call, evaluated when they are asked for.
pub(crate) struct Arguments<'c, 's> {
    arguments: &'c [Argument],
    pub scope: &'c Scope<'s>,
    pub function: Function,
}

impl<'c> Arguments<'c, '_> {
    pub fn len(&self) -> usize {
        self.arguments.len()
    }

    pub fn template(&self) -> Option<&'c format::Template> {
        match self.arguments.first() {
            Some(Argument::Template(template)) => Some(template),
            _ => None,
        }
    }

    pub fn value(&self, position: usize) -> Result<Cow<'c, Value>, Failure> {
        match self.arguments.get(position) {
            Some(Argument::Literal(value)) => Ok(Cow::Borrowed(value)),
            Some(Argument::Path(path)) => match path.get(self.scope) {
                Ok(found) => Ok(found),
                Err(_) => Err(Failure::Path(format!(
                    "The JsonPath argument for the field '{}' could not be found in the input '{}'",
                    path.text(),
                    self.scope.input.to_text()
                ))),
            },
            Some(Argument::Call(call)) => call.evaluate(self.scope).map(Cow::Owned),
            Some(Argument::Template(template)) => Ok(Cow::Owned(Value::string(template.source()))),
            None => Ok(Cow::Owned(Value::Null)),
        }
    }

    pub fn text(&self, position: usize) -> Result<Str, Failure> {
        match &*self.value(position)? {
            Value::String(text) => Ok(text.clone()),
            other => Err(self.wrong_type(position, "a string", other)),
        }
    }

    pub fn array(&self, position: usize) -> Result<Cow<'c, Value>, Failure> {
        let value = self.value(position)?;
        if value.as_array().is_none() {
            return Err(self.wrong_type(position, "an array", &value));
        }
        if value.text_len() > functions::MAX_ARRAY_BYTES {
            return Err(Failure::Function(format!(
                "Invalid arguments in {}: the array is larger than 256 KiB",
                self.function.name()
            )));
        }
        Ok(value)
    }

    pub fn number(&self, position: usize) -> Result<f64, Failure> {
        let plain = self.arguments.get(position).and_then(|argument| argument.plain(self.scope.input));
        if let Some(Value::Number(number)) = plain {
            return Ok(number.as_f64());
        }
        let value = self.value(position)?;
        value.as_f64().ok_or_else(|| self.wrong_type(position, "a number", &value))
    }

    /// A number rounded half up, which has to fit into 32 bits.
    pub fn integer(&self, position: usize) -> Result<i64, Failure> {
        let argument = self.arguments.get(position);
        if let Some(integer) = argument.and_then(|argument| argument.plain_integer(self.scope.input)) {
            return Ok(integer);
        }
        let rounded = (self.number(position)? + 0.5).floor();
        if (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&rounded) {
            return Ok(rounded as i64);
        }
        Err(Failure::Function(format!(
            "Invalid arguments in {}: {rounded} is not between {} and {}",
            self.function.name(),
            i32::MIN,
            i32::MAX
        )))
    }

    pub fn wrong_type(&self, position: usize, wanted: &str, actual: &Value) -> Failure {
        Failure::Function(format!(
            "Invalid arguments in {}: argument {} must be {wanted}, but was of type {}",
            self.function.name(),
            position + 1,
            json::json_type_name(actual)
        ))
    }

    pub fn fail<T>(&self, message: &str) -> Result<T, Failure> {
        Err(Failure::Function(format!("Invalid arguments in {}: {message}", self.function.name())))
    }
}
