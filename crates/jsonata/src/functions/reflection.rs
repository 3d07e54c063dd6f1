//! Functions about values and the evaluation itself.

use std::sync::Arc;

use super::{Args, Site, string};
use crate::compile::compile;
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::syntax;
use crate::values::{Flags, Val, View};

pub(super) fn error(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let message =
        args.text(0)?.filter(|message| !message.is_empty()).unwrap_or("$error() function evaluated");
    Err(Fault::new("D3137").detail(message))
}

pub(super) fn assert(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    if matches!(args.get(0).view(), View::Bool(true)) {
        return Ok(Val::Undefined);
    }
    let message = args.text(1)?.filter(|message| !message.is_empty()).unwrap_or("$assert() statement failed");
    Err(Fault::new("D3141").detail(message))
}

pub(super) fn type_of(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.get(0);
    super::boolean::numeric(value)?;
    Ok(Val::string(match value.view() {
        View::Undefined => return Ok(Val::Undefined),
        View::Null => "null",
        View::Bool(_) => "boolean",
        View::Number(number) if number.is_nan() => "object",
        View::Number(_) => "number",
        View::String(_) => "string",
        View::Array => "array",
        View::Object => "object",
        View::Function => "function",
    }))
}

/// A copy as by way of the text of the value, in which numbers have at most 15 digits.
pub(crate) fn clone(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.get(0);
    if value.is_undefined() {
        return Ok(Val::Undefined);
    }
    let mut text = String::new();
    string::stringify(value, false, machine.limits.string, &mut text)?;
    machine.charge_text(text.len())?;
    match json::parse(&text) {
        Ok(value) => Ok(Val::Json(value)),
        Err(_) => Err(super::wrong_type(value, 0)),
    }
}

pub(super) fn eval(machine: &mut Machine<'_>, args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.shared_text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    let input = match args.get(1) {
        Val::Undefined => site.context.clone(),
        focus if focus.is_array() && !focus.flags().has(Flags::SEQUENCE) => {
            Val::sequence(vec![focus.clone()]).with_flags(Flags::SEQUENCE.with(Flags::OUTER))
        }
        focus => focus.clone(),
    };
    let parsed = syntax::parse(&text);
    if let Some(error) = parsed.errors.first() {
        return Err(Fault::new("D3120").value(Val::string(error.message.as_str())));
    }
    let code = match compile(&parsed.nodes, parsed.root, machine.known_symbols(), machine.options) {
        Ok(code) => Arc::new(code),
        Err(error) => return Err(Fault::new("D3120").value(Val::string(error.message.as_str()))),
    };
    machine.add_symbols(&code);
    match machine.eval_quietly(&code, &input, site.env) {
        Ok(value) => Ok(value),
        Err(fault) if fault.limit_exceeded().is_some() => Err(fault),
        Err(fault) => Err(Fault::new("D3121").value(Val::string(fault.message()))),
    }
}
