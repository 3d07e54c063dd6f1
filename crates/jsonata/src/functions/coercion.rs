//! What JavaScript makes of arguments that are no numbers or strings where a function calculates or searches with them.
//!
//! Only a partially applied function of the language meets these: jsonata calls it without a look at its signature.

use super::BUILTINS;
use super::number::read_number;
use crate::eval::{Machine, Outcome, counts_in_javascript};
use crate::numbers;
use crate::values::{Val, View};

/// Turns the arguments of a partially applied function into what it works with. What JavaScript has no number or text
/// for, and what it fails over, stays as it is: that is the function's own error.
pub(crate) fn coerce(machine: &mut Machine<'_>, native: u16, arguments: &mut [Val]) -> Outcome<()> {
    let name = BUILTINS.get(usize::from(native)).map_or("", |builtin| builtin.name);
    for (argument, kind) in arguments.iter_mut().zip(uses(name).bytes()) {
        match kind {
            b'n' if !matches!(argument.view(), View::Undefined | View::Number(_)) => {
                *argument = Val::Number(to_number(machine, argument)?);
            }
            b'b' => *argument = Val::bool(counts_in_javascript(argument)),
            b's' if !matches!(argument.view(), View::Undefined | View::String(_)) => {
                let mut text = String::new();
                write_text(argument, machine.limits.string, &mut text);
                machine.charge_text(text.len())?;
                *argument = Val::string(text);
            }
            _ => {}
        }
    }
    Ok(())
}

/// How a function uses its arguments, a letter each: as a number, a string, a truth, or in a way that takes no others.
fn uses(name: &str) -> &'static str {
    match name {
        "abs" | "floor" | "ceil" | "sqrt" => "n",
        "power" | "round" => "nn",
        "substring" => "-nn",
        "substringBefore" | "join" => "-s",
        "assert" => "bs",
        "pad" => "-ns",
        "encodeUrl" | "encodeUrlComponent" | "decodeUrl" | "decodeUrlComponent" => "s",
        _ => "",
    }
}

/// `Number(value)`
fn to_number(machine: &mut Machine<'_>, value: &Val) -> Outcome<f64> {
    let mut text = String::new();
    match value.view() {
        View::Null => return Ok(0.0),
        View::Bool(flag) => return Ok(f64::from(u8::from(flag))),
        View::Number(number) => return Ok(number),
        _ => write_text(value, machine.limits.string, &mut text),
    }
    machine.charge_text(text.len())?;
    let text = text.trim();
    if text.is_empty() {
        return Ok(0.0);
    }
    // Rust reads what JavaScript reads, and words besides.
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.eE".contains(&byte));
    let number = if is_plain { text.parse().ok() } else { read_number(text) };
    Ok(number.unwrap_or(f64::NAN))
}

/// `String(value)`; goes on for a little once it is longer than allowed.
fn write_text(value: &Val, limit: usize, text: &mut String) {
    match value.view() {
        View::Undefined => text.push_str("undefined"),
        View::Null => text.push_str("null"),
        View::Bool(flag) => text.push_str(if flag { "true" } else { "false" }),
        View::Number(number) => text.push_str(&numbers::to_js_string(number)),
        View::String(string) => text.push_str(string),
        View::Object | View::Function => text.push_str("[object Object]"),
        View::Array => {
            for (index, item) in value.items().enumerate() {
                if text.len() > limit {
                    return;
                }
                if index > 0 {
                    text.push(',');
                }
                if !matches!(item.view(), View::Null | View::Undefined) {
                    write_text(&item, limit, text);
                }
            }
        }
    }
}
