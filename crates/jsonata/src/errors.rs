//! Errors: the codes and messages of jsonata, and where in the expression they arose.

use std::fmt;

use json::{Span, Str, Value};

use crate::functions::string::stringify_for_message;
use crate::limits::Limit;
use crate::values::Val;

/// Why an expression cannot be compiled.
#[derive(Clone, Debug, PartialEq)]
pub struct CompileError {
    /// jsonata's code, `S0…`.
    pub code: &'static str,
    pub message: String,
    /// Where, in bytes of the expression's text.
    pub span: Span,
}

impl fmt::Display for CompileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for CompileError {}

/// Why an evaluation has no result. Prints as Step Functions puts it into a cause:
/// `T1006: Attempted to invoke a non-function`.
#[derive(Clone, Debug)]
pub struct EvalError {
    /// jsonata's code: `T…` for types, `D…` for values and limits.
    pub code: &'static str,
    pub message: String,
    /// The innermost sub-expression that is to blame, in bytes of the expression's text.
    pub span: Span,
    /// The function or operator.
    pub token: Option<Str>,
    /// The value that was wrong, where it has a JSON form.
    pub value: Option<Value>,
    /// The limit that was exceeded, where one was.
    pub limit: Option<Limit>,
}

impl fmt::Display for EvalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.message)
    }
}

impl std::error::Error for EvalError {}

/// An error on its way out of an evaluation.
pub(crate) struct Fault {
    pub(crate) code: &'static str,
    pub(crate) span: Option<Span>,
    token: Option<Str>,
    value: Val,
    value2: Val,
    index: usize,
    detail: Option<Str>,
    limit: Option<Limit>,
}

impl fmt::Debug for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.code)
    }
}

impl Fault {
    pub(crate) fn new(code: &'static str) -> Box<Fault> {
        Box::new(Fault {
            code,
            span: None,
            token: None,
            value: Val::Undefined,
            value2: Val::Undefined,
            index: 0,
            detail: None,
            limit: None,
        })
    }

    pub(crate) fn limit(limit: Limit, allowed: u64) -> Box<Fault> {
        let mut fault = Fault::new(limit.code());
        fault.limit = Some(limit);
        fault.value = Val::Number(allowed as f64);
        fault
    }

    pub(crate) fn value(mut self: Box<Fault>, value: Val) -> Box<Fault> {
        self.value = value;
        self
    }

    pub(crate) fn value2(mut self: Box<Fault>, value: Val) -> Box<Fault> {
        self.value2 = value;
        self
    }

    pub(crate) fn index(mut self: Box<Fault>, index: usize) -> Box<Fault> {
        self.index = index;
        self
    }

    pub(crate) fn detail(mut self: Box<Fault>, detail: impl Into<Str>) -> Box<Fault> {
        self.detail = Some(detail.into());
        self
    }

    pub(crate) fn token(mut self: Box<Fault>, token: impl Into<Str>) -> Box<Fault> {
        self.token = Some(token.into());
        self
    }

    /// The position, unless a place further in has been named.
    pub(crate) fn at(mut self: Box<Fault>, span: Span) -> Box<Fault> {
        self.span.get_or_insert(span);
        self
    }

    /// The function in which it happened, unless one further in has been named.
    pub(crate) fn within(mut self: Box<Fault>, name: Option<&Str>) -> Box<Fault> {
        if self.token.is_none() {
            self.token = name.cloned();
        }
        self
    }

    pub(crate) fn limit_exceeded(&self) -> Option<Limit> {
        self.limit
    }

    pub(crate) fn message(&self) -> String {
        let value = || stringify_for_message(&self.value);
        let value2 = || stringify_for_message(&self.value2);
        let token = || match &self.token {
            Some(token) => stringify_for_message(&Val::Json(Value::String(token.clone()))),
            None => "undefined".to_owned(),
        };
        let detail = || self.detail.as_deref().unwrap_or_default();
        let index = self.index;
        if let Some(limit) = self.limit {
            return limit.message(&value());
        }
        match self.code {
            "T0410" => format!("Argument {index} of function {} does not match function signature", token()),
            "T0411" => {
                let token = token();
                format!("Context value is not a compatible type with argument {index} of function {token}")
            }
            "T0412" => {
                let kind = if detail().is_empty() { "undefined".into() } else { format!("{:?}", detail()) };
                format!("Argument {index} of function {} must be an array of {kind}", token())
            }
            "D1001" => format!("Number out of range: {}", value()),
            "D1002" => format!("Cannot negate a non-numeric value: {}", value()),
            "T1003" => format!("Key in object structure must evaluate to a string; got: {}", value()),
            "D1004" => "Regular expression matches zero length string".to_owned(),
            "T1005" => format!("Attempted to invoke a non-function. Did you mean ${}?", detail()),
            "T1006" => "Attempted to invoke a non-function".to_owned(),
            "T1007" => format!("Attempted to partially apply a non-function. Did you mean ${}?", detail()),
            "T1008" => "Attempted to partially apply a non-function".to_owned(),
            "D1009" => format!("Multiple key definitions evaluate to same key: {}", value()),
            "T1010" => format!(
                "The matcher function argument passed to function {} does not return the correct object structure",
                token()
            ),
            "D1013" => format!(
                "Object property names starting with _jsonata_ are reserved for internal use: {}",
                value()
            ),
            "T2001" => format!("The left side of the {} operator must evaluate to a number", token()),
            "T2002" => format!("The right side of the {} operator must evaluate to a number", token()),
            "T2003" => "The left side of the range operator (..) must evaluate to an integer".to_owned(),
            "T2004" => "The right side of the range operator (..) must evaluate to an integer".to_owned(),
            "T2006" => "The right side of the function application operator ~> must be a function".to_owned(),
            "T2007" => {
                format!("Type mismatch when comparing values {} and {} in order-by clause", value(), value2())
            }
            "T2008" => "The expressions within an order-by clause must evaluate to numeric or string values"
                .to_owned(),
            "T2009" => format!(
                "The values {} and {} either side of operator {} must be of the same data type",
                value(),
                value2(),
                token()
            ),
            "T2010" => format!(
                "The expressions either side of operator {} must evaluate to numeric or string values",
                token()
            ),
            "T2011" => format!(
                "The insert/update clause of the transform expression must evaluate to an object: {}",
                value()
            ),
            "T2012" => format!(
                "The delete clause of the transform expression must evaluate to a string or array of strings: {}",
                value()
            ),
            "T2013" => {
                "The transform expression clones the input object using the $clone() function.  This has \
                        been overridden in the current scope by a non-function."
                    .to_owned()
            }
            "D2014" => format!(
                "The size of the sequence allocated by the range operator (..) must not exceed 1e7.  Attempted to \
                 allocate {}.",
                value()
            ),
            "D3001" => "Attempting to invoke string function on Infinity or NaN".to_owned(),
            "D3010" => "Second argument of replace function cannot be an empty string".to_owned(),
            "D3011" => "Fourth argument of replace function must evaluate to a positive number".to_owned(),
            "D3012" => "Attempted to replace a matched string with a non-string value".to_owned(),
            "D3020" => "Third argument of split function must evaluate to a positive number".to_owned(),
            "D3030" => format!("Unable to cast value to a number: {}", value()),
            "D3040" => "Third argument of match function must evaluate to a positive number".to_owned(),
            "D3050" => {
                "The second argument of reduce function must be a function with at least two arguments"
                    .to_owned()
            }
            "D3060" => format!("The sqrt function cannot be applied to a negative number: {}", value()),
            "D3061" => format!(
                "The power function has resulted in a value that cannot be represented as a JSON number: base={}, \
                 exponent={}",
                value(),
                value2()
            ),
            "D3070" => {
                "The single argument form of the sort function can only be applied to an array of strings \
                        or an array of numbers.  Use the second argument to specify a comparison function"
                    .to_owned()
            }
            "D3080" => "The picture string must only contain a maximum of two sub-pictures".to_owned(),
            "D3081" => {
                "The sub-picture must not contain more than one instance of the 'decimal-separator' character"
                    .to_owned()
            }
            "D3082" => "The sub-picture must not contain more than one instance of the 'percent' character"
                .to_owned(),
            "D3083" => "The sub-picture must not contain more than one instance of the 'per-mille' character"
                .to_owned(),
            "D3084" => {
                "The sub-picture must not contain both a 'percent' and a 'per-mille' character".to_owned()
            }
            "D3085" => {
                "The mantissa part of a sub-picture must contain at least one character that is either an \
                        'optional digit character' or a member of the 'decimal digit family'"
                    .to_owned()
            }
            "D3086" => "The sub-picture must not contain a passive character that is preceded by an active \
                        character and that is followed by another active character"
                .to_owned(),
            "D3087" => {
                "The sub-picture must not contain a 'grouping-separator' character that appears adjacent \
                        to a 'decimal-separator' character"
                    .to_owned()
            }
            "D3088" => {
                "The sub-picture must not contain a 'grouping-separator' at the end of the integer part"
                    .to_owned()
            }
            "D3089" => "The sub-picture must not contain two adjacent instances of the 'grouping-separator' \
                        character"
                .to_owned(),
            "D3090" => "The integer part of the sub-picture must not contain a member of the 'decimal digit \
                        family' that is followed by an instance of the 'optional digit character'"
                .to_owned(),
            "D3091" => {
                "The fractional part of the sub-picture must not contain an instance of the 'optional \
                        digit character' that is followed by a member of the 'decimal digit family'"
                    .to_owned()
            }
            "D3092" => "A sub-picture that contains a 'percent' or 'per-mille' character must not contain a \
                        character treated as an 'exponent-separator'"
                .to_owned(),
            "D3093" => {
                "The exponent part of the sub-picture must comprise only of one or more characters that \
                        are members of the 'decimal digit family'"
                    .to_owned()
            }
            "D3100" => {
                format!(
                    "The radix of the formatBase function must be between 2 and 36.  It was given {}",
                    value()
                )
            }
            "D3110" => format!(
                "The argument of the toMillis function must be an ISO 8601 formatted timestamp. Given {}",
                value()
            ),
            "D3120" => format!("Syntax error in expression passed to function eval: {}", value()),
            "D3121" => {
                format!("Dynamic error evaluating the expression passed to function eval: {}", value())
            }
            "D3130" => format!(
                "Formatting or parsing an integer as a sequence starting with {} is not supported by this \
                 implementation",
                value()
            ),
            "D3131" => {
                "In a decimal digit pattern, all digits must be from the same decimal group".to_owned()
            }
            "D3132" => format!("Unknown component specifier {} in date/time picture string", value()),
            "D3133" => format!(
                "The 'name' modifier can only be applied to months and days in the date/time picture string, not \
                 {}",
                value()
            ),
            "D3134" => "The timezone integer format specifier cannot have more than four digits".to_owned(),
            "D3135" => "No matching closing bracket ']' in date/time picture string".to_owned(),
            "D3136" => "The date/time picture string is missing specifiers required to parse the timestamp"
                .to_owned(),
            "D3138" => "The $single() function expected exactly 1 matching result.  Instead it matched more."
                .to_owned(),
            "D3139" => {
                "The $single() function expected exactly 1 matching result.  Instead it matched 0.".to_owned()
            }
            "D3140" => format!("Malformed URL passed to ${}(): {}", detail(), value()),
            _ => detail().to_owned(),
        }
    }

    pub(crate) fn into_error(self, whole: Span) -> EvalError {
        EvalError {
            code: self.code,
            message: self.message(),
            span: self.span.unwrap_or(whole),
            token: self.token,
            value: self.value.to_json(&mut 1000).ok().flatten(),
            limit: self.limit,
        }
    }
}
