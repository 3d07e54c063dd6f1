//! Dates, times and whole numbers in pictures.

use super::{Args, Site};
use crate::datetime;
use crate::eval::{Machine, Outcome};
use crate::values::Val;

pub(super) fn format_integer(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(number) = args.number(0)? else { return Ok(Val::Undefined) };
    let picture = args.text(1)?.ok_or_else(|| super::wrong_type(&Val::Undefined, 1))?;
    machine.charge_text(picture.len() * 8)?;
    Ok(Val::string(datetime::format_integer(number, picture)?))
}

pub(super) fn parse_integer(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let picture = args.text(1)?.ok_or_else(|| super::wrong_type(&Val::Undefined, 1))?;
    Ok(Val::Number(datetime::parse_integer(text, picture)?))
}

pub(super) fn to_millis(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    match args.text(1)? {
        None => Ok(Val::Number(datetime::parse_iso(text)?)),
        Some(picture) => {
            machine.charge_text(text.len() + picture.len())?;
            let millis =
                datetime::parse_by_picture(text, picture, machine.now as f64, machine.limits.regex_steps)?;
            Ok(millis.map_or(Val::Undefined, Val::Number))
        }
    }
}

pub(super) fn from_millis(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(millis) = args.number(0)? else { return Ok(Val::Undefined) };
    format(machine, millis, args.text(1)?, args.text(2)?)
}

pub(super) fn now(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let millis = machine.now as f64;
    format(machine, millis, args.text(0)?, args.text(1)?)
}

pub(super) fn millis(machine: &mut Machine<'_>, _: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::Number(machine.now as f64))
}

fn format(machine: &mut Machine<'_>, millis: f64, picture: Option<&str>, zone: Option<&str>) -> Outcome<Val> {
    machine.charge_text(picture.map_or(0, str::len) * 4)?;
    let limit = machine.limits.string;
    Ok(Val::string(datetime::format(millis, picture, zone, limit)?))
}
