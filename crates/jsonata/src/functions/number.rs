//! Functions on numbers.

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::numbers;
use crate::values::{Val, View};

pub(super) fn number(_: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.take(0);
    let number = match value.view() {
        View::Undefined | View::Number(_) => return Ok(value),
        View::Bool(flag) => Some(if flag { 1.0 } else { 0.0 }),
        View::String(text) => read_number(text),
        _ => None,
    };
    match number {
        Some(number) => Ok(Val::Number(number)),
        None => Err(Fault::new("D3030").value(value).index(1)),
    }
}

/// JSON's numbers with leading zeros allowed, and hexadecimal, octal and binary ones.
pub(super) fn read_number(text: &str) -> Option<f64> {
    if is_decimal(text) {
        return text.parse::<f64>().ok().filter(|number| number.is_finite());
    }
    let bytes = text.as_bytes();
    let radix = match bytes.get(..2)? {
        b"0x" | b"0X" => 16,
        b"0o" | b"0O" => 8,
        b"0b" | b"0B" => 2,
        _ => return None,
    };
    let digits = text.get(2..)?;
    if digits.is_empty() {
        return None;
    }
    let mut number = 0.0;
    for digit in digits.chars() {
        number = number * f64::from(radix) + f64::from(digit.to_digit(radix)?);
    }
    Some(number)
}

fn is_decimal(text: &str) -> bool {
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    let mut digits = || {
        let count = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest = &rest[count..];
        (count > 0, rest)
    };
    if !digits().0 {
        return false;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        let count = fraction.bytes().take_while(u8::is_ascii_digit).count();
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some(exponent) = rest.strip_prefix(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        return !exponent.is_empty() && exponent.bytes().all(|byte| byte.is_ascii_digit());
    }
    rest.is_empty()
}

pub(super) fn floor(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(args.number(0)?.map_or(Val::Undefined, |number| Val::Number(number.floor())))
}

pub(super) fn ceil(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(args.number(0)?.map_or(Val::Undefined, |number| Val::Number(number.ceil())))
}

pub(super) fn abs(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(args.number(0)?.map_or(Val::Undefined, |number| Val::Number(number.abs())))
}

pub(super) fn round(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(number) = args.number(0)? else { return Ok(Val::Undefined) };
    let places = args.number(1)?.unwrap_or(0.0);
    Ok(Val::Number(numbers::round_half_even(number, places)))
}

pub(super) fn sqrt(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(number) = args.number(0)? else { return Ok(Val::Undefined) };
    if number < 0.0 {
        return Err(Fault::new("D3060").value(Val::Number(number)).index(1));
    }
    Ok(Val::Number(number.sqrt()))
}

pub(super) fn power(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(base) = args.number(0)? else { return Ok(Val::Undefined) };
    let exponent = args.number(1)?.unwrap_or(f64::NAN);
    // JavaScript: one to the power of infinity is not a number.
    let result = if base.abs() == 1.0 && exponent.is_infinite() { f64::NAN } else { base.powf(exponent) };
    let result = if exponent.is_nan() { f64::NAN } else { result };
    if !result.is_finite() {
        return Err(Fault::new("D3061").value(Val::Number(base)).value2(Val::Number(exponent)).index(1));
    }
    Ok(Val::Number(result))
}

pub(super) fn random(machine: &mut Machine<'_>, _: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::Number(machine.random.next_f64()))
}

pub(super) fn format_base(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(number) = args.number(0)? else { return Ok(Val::Undefined) };
    let radix = numbers::round_half_even(args.number(1)?.unwrap_or(10.0), 0.0);
    if !(2.0..=36.0).contains(&radix) {
        return Err(Fault::new("D3100").value(Val::Number(radix)));
    }
    Ok(Val::string(numbers::to_radix(numbers::round_half_even(number, 0.0), radix as u32)))
}
