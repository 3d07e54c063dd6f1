//! Truth, and what counts as a number.

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::values::{Val, View};

/// The number that a value is; an infinite one is an error wherever a number is looked for.
pub(crate) fn numeric(value: &Val) -> Outcome<Option<f64>> {
    match value.as_f64() {
        Some(number) if number.is_infinite() => Err(Fault::new("D1001").value(value.clone())),
        Some(number) if number.is_nan() => Ok(None),
        number => Ok(number),
    }
}

/// Whether a value counts as true; undefined does not.
pub(crate) fn truthy(value: &Val) -> Outcome<bool> {
    Ok(match value.view() {
        View::Undefined | View::Null | View::Function => false,
        View::Bool(flag) => flag,
        View::Number(_) => numeric(value)?.is_some_and(|number| number != 0.0),
        View::String(text) => !text.is_empty(),
        View::Array => {
            if value.len() == 1 {
                return truthy(&value.at(0));
            }
            // Every item is looked at: a number out of range is an error wherever it stands.
            let mut any = false;
            for item in value.items() {
                any |= truthy(&item)?;
            }
            any
        }
        View::Object => match value {
            Val::Json(json::Value::Object(object)) => !object.members().is_empty(),
            Val::Object(members) => !members.entries().is_empty(),
            _ => true,
        },
    })
}

pub(super) fn boolean(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    match args.get(0) {
        Val::Undefined => Ok(Val::Undefined),
        value => Ok(Val::bool(truthy(value)?)),
    }
}

pub(super) fn not(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    match args.get(0) {
        Val::Undefined => Ok(Val::Undefined),
        value => Ok(Val::bool(!truthy(value)?)),
    }
}

pub(super) fn exists(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::bool(!args.get(0).is_undefined()))
}
