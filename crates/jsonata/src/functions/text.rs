//! Functions on texts without patterns.

use std::sync::Arc;

use json::Str;

use super::{Args, Site, wrong_type};
use crate::eval::{Machine, Outcome};
use crate::values::Val;

pub(super) fn substring(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let count = text.chars().count() as f64;
    let length = args.number(2)?;
    // A missing start is position 0, but a length cannot be counted from it.
    let mut start = match args.number(1)? {
        Some(start) => start,
        None if length.is_some() => return Ok(Val::string("")),
        None => 0.0,
    };
    if count + start < 0.0 {
        start = 0.0;
    }
    if length.is_some_and(|length| length <= 0.0) {
        return Ok(Val::string(""));
    }
    let end = match length {
        Some(length) if start >= 0.0 => start + length,
        Some(length) => count + start + length,
        None => count,
    };
    let position = |at: f64| {
        let at = at.trunc();
        // What is not a number counts as zero.
        (if at < 0.0 {
            (count + at).max(0.0)
        } else if at > count {
            count
        } else {
            at
        }) as usize
    };
    let (from, to) = (position(start), position(end));
    let part: &str = if from >= to { "" } else { slice_chars(text, from, to) };
    Ok(Val::string(part))
}

/// The characters from one position up to another.
fn slice_chars(text: &str, from: usize, to: usize) -> &str {
    if text.is_ascii() {
        return text.get(from..to).unwrap_or_default();
    }
    let mut offsets = text.char_indices().map(|(offset, _)| offset).chain(std::iter::once(text.len()));
    let start = offsets.nth(from).unwrap_or(text.len());
    let end = offsets.nth(to - from - 1).unwrap_or(text.len());
    text.get(start..end).unwrap_or_default()
}

pub(super) fn substring_before(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let separator = args.text(1)?.unwrap_or("undefined");
    Ok(match text.split_once(separator) {
        Some((before, _)) => Val::string(before),
        None => args.get(0).clone(),
    })
}

pub(super) fn substring_after(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let separator = match args.get(1) {
        Val::Undefined => "undefined",
        // Only a string has a length, so in JavaScript nothing is left out for all else.
        other => other.as_str().unwrap_or_default(),
    };
    Ok(match text.split_once(separator) {
        Some((_, after)) => Val::string(after),
        None => args.get(0).clone(),
    })
}

pub(super) fn lowercase(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    Ok(in_case(&args, text, |byte| byte.is_ascii_uppercase(), str::make_ascii_lowercase, str::to_lowercase))
}

pub(super) fn uppercase(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    Ok(in_case(&args, text, |byte| byte.is_ascii_lowercase(), str::make_ascii_uppercase, str::to_uppercase))
}

/// The first argument, a text, in another case. One in ASCII is changed in its place, and shared where it is in that
/// case already.
#[inline]
fn in_case(
    args: &Args,
    text: &str,
    changes: fn(u8) -> bool,
    change: fn(&mut str),
    change_any: fn(&str) -> String,
) -> Val {
    if !text.is_ascii() {
        return Val::string(change_any(text));
    }
    if !text.bytes().any(changes) {
        return args.get(0).clone();
    }
    let mut changed = Str::from(text);
    if let Some(text) = Arc::get_mut(&mut changed) {
        change(text);
    }
    Val::string(changed)
}

pub(super) fn length(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    Ok(Val::int(text.chars().count() as i64))
}

pub(super) fn trim(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let mut trimmed = String::with_capacity(text.len());
    for word in text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()) {
        if !trimmed.is_empty() {
            trimmed.push(' ');
        }
        trimmed.push_str(word);
    }
    Ok(Val::string(trimmed))
}

pub(super) fn pad(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    let width = args.number(1)?.unwrap_or(f64::NAN).trunc();
    let filler = args.text(2)?.filter(|filler| !filler.is_empty()).unwrap_or(" ");
    let missing = width.abs() - text.chars().count() as f64;
    if missing.is_nan() || missing <= 0.0 {
        return Ok(args.get(0).clone());
    }
    machine.charge_text((missing * filler.len() as f64).min(1e15) as usize)?;
    let padding: String = filler.chars().cycle().take(missing as usize).collect();
    machine.charge_text(text.len() + padding.len())?;
    Ok(Val::string(if width > 0.0 { format!("{text}{padding}") } else { format!("{padding}{text}") }))
}

pub(super) fn join(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(texts) = args.array(0)? else { return Ok(Val::Undefined) };
    let separator = args.text(1)?.unwrap_or_default();
    let mut joined = String::new();
    machine.charge(texts.len() as u64 / 4)?;
    for (index, item) in texts.items().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        match &item {
            Val::Undefined => {}
            item => joined.push_str(item.as_str().ok_or_else(|| wrong_type(item, 0))?),
        }
        if joined.len() > machine.limits.string {
            machine.charge_text(joined.len())?;
        }
    }
    machine.charge_text(joined.len())?;
    Ok(Val::string(joined))
}
