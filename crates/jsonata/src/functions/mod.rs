//! The functions of the language.

pub(crate) mod array;
mod aws;
pub(crate) mod boolean;
pub(crate) mod coercion;
mod format_number;
mod higher_order;
pub(crate) mod matching;
mod number;
mod object;
mod reflection;
pub(crate) mod string;
mod table;
mod text;
mod time;
pub(crate) mod transform;
mod url;

use std::rc::Rc;
use std::sync::OnceLock;

use json::Str;

use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::program::CompileOptions;
use crate::signature::Signature;
use crate::values::{Frame, Val};

pub(crate) use table::BUILTINS;

/// Where a function is called from.
pub(crate) struct Site<'a> {
    pub(crate) context: &'a Val,
    pub(crate) env: &'a Rc<Frame>,
}

/// The arguments of a call. Missing ones are undefined. Their list is used again by another call.
pub(crate) struct Args<'a>(&'a mut Vec<Val>);

impl Args<'_> {
    /// Takes an argument out.
    pub(crate) fn take(&mut self, index: usize) -> Val {
        self.0.get_mut(index).map(std::mem::take).unwrap_or_default()
    }

    pub(crate) fn get(&self, index: usize) -> &Val {
        const UNDEFINED: &Val = &Val::Undefined;
        self.0.get(index).unwrap_or(UNDEFINED)
    }

    pub(crate) fn all(self) -> Vec<Val> {
        std::mem::take(self.0)
    }

    /// A string; none for undefined. Partial application lets anything through to here.
    pub(crate) fn text(&self, index: usize) -> Outcome<Option<&str>> {
        match self.get(index) {
            Val::Undefined => Ok(None),
            value => match value.as_str() {
                Some(text) => Ok(Some(text)),
                None => Err(wrong_type(value, index)),
            },
        }
    }

    pub(crate) fn shared_text(&self, index: usize) -> Outcome<Option<Str>> {
        match self.get(index) {
            Val::Undefined => Ok(None),
            value => match value.as_shared_str() {
                Some(text) => Ok(Some(text.clone())),
                None => Err(wrong_type(value, index)),
            },
        }
    }

    /// A number; none for undefined.
    pub(crate) fn number(&self, index: usize) -> Outcome<Option<f64>> {
        match self.get(index) {
            Val::Undefined => Ok(None),
            value => match value.as_f64() {
                Some(number) => Ok(Some(number)),
                None => Err(wrong_type(value, index)),
            },
        }
    }

    /// An array; none for undefined.
    pub(crate) fn array(&mut self, index: usize) -> Outcome<Option<Val>> {
        match self.take(index) {
            Val::Undefined => Ok(None),
            value if value.is_array() => Ok(Some(value)),
            value => Err(wrong_type(&value, index)),
        }
    }
}

pub(crate) fn wrong_type(value: &Val, index: usize) -> Box<Fault> {
    Fault::new("T0410").value(value.clone()).index(index + 1)
}

/// The number of a function of that name, if the dialect has one.
pub(crate) fn find(name: &str, options: CompileOptions) -> Option<u16> {
    let found = BUILTINS.iter().position(|builtin| builtin.name == name && builtin.dialect.is_in(options));
    found.and_then(|number| u16::try_from(number).ok())
}

pub(crate) fn signature(native: u16) -> &'static Signature {
    static SIGNATURES: OnceLock<Vec<Signature>> = OnceLock::new();
    static NOTHING: OnceLock<Signature> = OnceLock::new();
    let signatures = SIGNATURES.get_or_init(|| {
        BUILTINS.iter().filter_map(|builtin| Signature::parse(builtin.signature).ok()).collect()
    });
    signatures.get(usize::from(native)).unwrap_or_else(|| NOTHING.get_or_init(Signature::default))
}

pub(crate) fn arity(native: u16) -> usize {
    BUILTINS.get(usize::from(native)).map_or(0, |builtin| builtin.arity)
}

pub(crate) fn parameter_count(native: u16) -> usize {
    BUILTINS.get(usize::from(native)).map_or(0, |builtin| builtin.parameters.len())
}

pub(crate) fn call(
    machine: &mut Machine<'_>,
    native: u16,
    mut arguments: Vec<Val>,
    context: &Val,
    env: &Rc<Frame>,
) -> Outcome<Val> {
    let Some(builtin) = BUILTINS.get(usize::from(native)) else { return Err(Fault::new("T1006")) };
    let result = (builtin.call)(machine, Args(&mut arguments), &Site { context, env });
    machine.keep_arguments(arguments);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_signature_parses() {
        for builtin in BUILTINS {
            assert!(Signature::parse(builtin.signature).is_ok(), "{}", builtin.name);
            assert!(!builtin.summary.is_empty() && builtin.summary.ends_with('.'), "{}", builtin.name);
        }
    }
}
