//! Functions with regular expressions, and matchers that an expression defines itself.

use std::rc::Rc;
use std::sync::Arc;

use json::Str;

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::limits::Limit;
use crate::numbers;
use crate::regex::{Failure, Regex, units_of};
use crate::values::{Function, Val, View};

/// One match: what matched, where in UTF-16 units, and the groups.
#[derive(Clone)]
struct Match {
    text: Val,
    start: Val,
    end: Val,
    groups: Val,
    next: Next,
}

#[derive(Clone)]
enum Next {
    Regex { regex: Arc<Regex>, text: Str, units: Rc<Vec<u16>>, from: usize },
    Function(Val),
}

/// The first match at or after a position, as an object with a function for the next one.
pub(crate) fn first_match(
    machine: &mut Machine<'_>,
    regex: &Arc<Regex>,
    text: &Str,
    from: usize,
) -> Outcome<Val> {
    let units = Rc::new(units_of(text));
    Ok(match search(machine, regex, text, &units, from)? {
        Some(found) => found.into_object(),
        None => Val::Undefined,
    })
}

/// The match after another one.
pub(crate) fn next_match(
    machine: &mut Machine<'_>,
    regex: &Arc<Regex>,
    text: &Str,
    units: &Rc<Vec<u16>>,
    from: usize,
) -> Outcome<Val> {
    Ok(match search_next(machine, regex, text, units, from)? {
        Some(found) => found.into_object(),
        None => Val::Undefined,
    })
}

fn search(
    machine: &mut Machine<'_>,
    regex: &Arc<Regex>,
    text: &Str,
    units: &Rc<Vec<u16>>,
    from: usize,
) -> Outcome<Option<Match>> {
    machine.charge(1 + units.len() as u64 / 64)?;
    let mut budget = machine.limits.regex_steps;
    let found = regex.find(units, from, &mut budget);
    machine.charge((machine.limits.regex_steps - budget) / 4)?;
    let captures = match found {
        Ok(Some(captures)) => captures,
        Ok(None) => return Ok(None),
        Err(Failure::Budget) => return Err(Fault::limit(Limit::RegexSteps, machine.limits.regex_steps)),
    };
    let slice = |range: Option<(usize, usize)>| match range {
        Some((start, end)) => {
            Val::string(String::from_utf16_lossy(units.get(start..end).unwrap_or_default()))
        }
        None => Val::Undefined,
    };
    let (start, end) = captures.first().copied().flatten().unwrap_or((0, 0));
    Ok(Some(Match {
        text: slice(Some((start, end))),
        start: Val::int(start as i64),
        end: Val::int(end as i64),
        groups: Val::list(captures.into_iter().skip(1).map(slice).collect()),
        next: Next::Regex { regex: regex.clone(), text: text.clone(), units: units.clone(), from: end },
    }))
}

fn search_next(
    machine: &mut Machine<'_>,
    regex: &Arc<Regex>,
    text: &Str,
    units: &Rc<Vec<u16>>,
    from: usize,
) -> Outcome<Option<Match>> {
    if from >= units.len() {
        return Ok(None);
    }
    let found = search(machine, regex, text, units, from)?;
    if found.as_ref().is_some_and(|found| found.text.as_str() == Some("")) {
        // It would match there for ever.
        return Err(Fault::new("D1004").value(Val::string(regex.source())));
    }
    Ok(found)
}

impl Match {
    fn into_object(self) -> Val {
        let next = match self.next {
            Next::Regex { regex, text, units, from } => {
                Val::function(Function::NextMatch { regex, text, units, from })
            }
            Next::Function(function) => function,
        };
        Val::object(vec![
            ("match".into(), self.text),
            ("start".into(), self.start),
            ("end".into(), self.end),
            ("groups".into(), self.groups),
            ("next".into(), next),
        ])
    }

    /// What a matcher function returned, as far as it looks like a match.
    fn from_value(value: Val) -> Outcome<Option<Match>> {
        if value.is_undefined() {
            return Ok(None);
        }
        if !super::boolean::truthy(&value).unwrap_or(true) && !matches!(value.view(), View::Object) {
            return Err(Fault::new("T1010"));
        }
        let (start, end, groups, next) =
            (value.get("start"), value.get("end"), value.get("groups"), value.get("next"));
        let plausible = start.as_f64().is_some()
            || end.as_str() == Some("number")
            || groups.is_array()
            || next.is_function();
        if !plausible {
            return Err(Fault::new("T1010"));
        }
        Ok(Some(Match { text: value.get("match"), start, end, groups, next: Next::Function(next) }))
    }

    fn next(self, machine: &mut Machine<'_>, site: &Site<'_>) -> Outcome<Option<Match>> {
        match self.next {
            Next::Regex { regex, text, units, from } => search_next(machine, &regex, &text, &units, from),
            Next::Function(function) => {
                Match::from_value(machine.apply(&function, Vec::new(), &Val::NULL, site.env)?)
            }
        }
    }

    fn range(&self, length: usize) -> (usize, usize) {
        let position = |value: &Val, default: usize| match value.as_f64() {
            Some(number) if number >= 0.0 => (number as usize).min(length),
            Some(_) => 0,
            None => default,
        };
        let start = position(&self.start, 0);
        (start, position(&self.end, length))
    }
}

/// The first match of a matcher in a text.
fn begin(
    machine: &mut Machine<'_>,
    matcher: &Val,
    text: &Str,
    units: &Rc<Vec<u16>>,
    site: &Site<'_>,
) -> Outcome<Option<Match>> {
    if let Val::Function(function, _) = matcher
        && let Function::Regex(regex) = &**function
    {
        return search(machine, regex, text, units, 0);
    }
    if !matcher.is_function() {
        return Err(super::wrong_type(matcher, 1));
    }
    let text = Val::string(text.clone());
    Match::from_value(machine.apply(matcher, vec![text], &Val::NULL, site.env)?)
}

/// How many matches are wanted; an error of the given code if it is negative.
fn limit(args: &Args, index: usize, code: &'static str) -> Outcome<f64> {
    match args.number(index)? {
        None => Ok(f64::INFINITY),
        Some(limit) if limit < 0.0 => Err(Fault::new(code).value(Val::Number(limit)).index(index + 1)),
        Some(limit) => Ok(limit),
    }
}

pub(super) fn contains(machine: &mut Machine<'_>, args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.shared_text(0)? else { return Ok(Val::Undefined) };
    let token = args.get(1);
    if token.is_undefined() {
        return Ok(Val::Undefined);
    }
    machine.charge(text.len() as u64 / 64)?;
    if let Some(token) = token.as_str() {
        return Ok(Val::bool(text.contains(token)));
    }
    let is_regex = matches!(token, Val::Function(function, _) if matches!(&**function, Function::Regex(_)));
    if is_regex || !token.is_function() {
        let units = Rc::new(units_of(&text));
        return Ok(Val::bool(begin(machine, token, &text, &units, site)?.is_some()));
    }
    // As in JavaScript, what is falsy is no match to be looked at, but something was returned.
    let returned = machine.apply(token, vec![Val::string(text)], &Val::NULL, site.env)?;
    let is_falsy = match returned.view() {
        View::Null | View::Bool(false) => true,
        View::Number(number) => number == 0.0 || number.is_nan(),
        View::String(text) => text.is_empty(),
        _ => false,
    };
    Ok(Val::bool(is_falsy || Match::from_value(returned)?.is_some()))
}

/// So many items of an array that stands for a text are looked at.
const MAX_COERCED: usize = 10_000;

/// The text to be searched. By partial application anything can get here; JavaScript makes texts of it.
fn matched_text(value: &Val) -> Option<Str> {
    Some(match value.view() {
        View::Undefined => return None,
        View::String(_) => return value.as_shared_str().cloned(),
        View::Null => "null".into(),
        View::Bool(flag) => flag.to_string().into(),
        View::Number(number) => numbers::to_js_string(number).into(),
        View::Array => {
            let items =
                value.items().take(MAX_COERCED).map(|item| matched_text(&item).unwrap_or_else(|| "".into()));
            items.collect::<Vec<Str>>().join(",").into()
        }
        View::Object | View::Function => "[object Object]".into(),
    })
}

pub(super) fn find_matches(machine: &mut Machine<'_>, args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(text) = matched_text(args.get(0)) else { return Ok(Val::Undefined) };
    let limit = limit(&args, 2, "D3040")?;
    let mut results = Vec::new();
    if limit > 0.0 {
        let units = Rc::new(units_of(&text));
        let mut next = begin(machine, args.get(1), &text, &units, site)?;
        while let Some(found) = next {
            if results.len() as f64 >= limit {
                break;
            }
            results.push(Val::object(vec![
                ("match".into(), found.text.clone()),
                ("index".into(), found.start.clone()),
                ("groups".into(), found.groups.clone()),
            ]));
            machine.charge_items(results.len())?;
            next = found.next(machine, site)?;
        }
    }
    Ok(Val::sequence(results))
}

fn lossy(units: &[u16], from: usize, to: usize, out: &mut String) {
    let part = units.get(from..to).unwrap_or_default();
    out.extend(
        char::decode_utf16(part.iter().copied()).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)),
    );
}

pub(super) fn split(machine: &mut Machine<'_>, args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.shared_text(0)? else { return Ok(Val::Undefined) };
    let limit = limit(&args, 2, "D3020")?;
    let mut parts = Vec::new();
    if limit <= 0.0 {
        return Ok(Val::list(parts));
    }
    machine.charge_text(text.len())?;
    if let Some(separator) = args.get(1).as_str() {
        // JavaScript truncates the limit of its split.
        let limit = if limit.is_finite() { limit.trunc() } else { limit };
        if separator.is_empty() {
            parts.extend(
                text.chars()
                    .take(limit.min(1e9) as usize)
                    .map(|character| Val::string(character.encode_utf8(&mut [0; 4]) as &str)),
            );
        } else {
            parts.extend(text.split(separator).take(limit.min(1e9) as usize).map(Val::string));
        }
        machine.charge_items(parts.len())?;
        return Ok(Val::list(parts));
    }
    let units = Rc::new(units_of(&text));
    let Some(first) = begin(machine, args.get(1), &text, &units, site)? else {
        return Ok(Val::list(vec![Val::string(text)]));
    };
    let mut next = Some(first);
    let mut position = 0;
    let mut count = 0.0;
    while let Some(found) = next {
        if count >= limit {
            break;
        }
        let (start, end) = found.range(units.len());
        let mut part = String::new();
        // JavaScript's substring swaps its arguments where they are the wrong way round.
        lossy(&units, position.min(start), position.max(start), &mut part);
        parts.push(Val::string(part));
        machine.charge_items(parts.len())?;
        position = end;
        next = found.next(machine, site)?;
        count += 1.0;
    }
    if count < limit {
        let mut part = String::new();
        lossy(&units, position, units.len(), &mut part);
        parts.push(Val::string(part));
    }
    Ok(Val::list(parts))
}

pub(super) fn replace(machine: &mut Machine<'_>, args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.shared_text(0)? else { return Ok(Val::Undefined) };
    let pattern = args.get(1);
    if pattern.as_str() == Some("") {
        return Err(Fault::new("D3010").value(pattern.clone()).index(2));
    }
    let limit = limit(&args, 3, "D3011")?;
    if limit <= 0.0 {
        return Ok(Val::string(text));
    }
    let replacement = args.get(2);
    let mut result = String::new();
    if let Some(pattern) = pattern.as_str() {
        let mut printed = String::new();
        let replacement = match replacement.as_str() {
            Some(replacement) => replacement,
            None if replacement.is_undefined() => "undefined",
            None => {
                super::string::stringify(replacement, false, machine.limits.string, &mut printed)?;
                &printed
            }
        };
        let mut rest: &str = &text;
        let mut count = 0.0;
        while count < limit {
            let Some((before, after)) = rest.split_once(pattern) else { break };
            result.push_str(before);
            result.push_str(replacement);
            machine.charge(1)?;
            if result.len() > machine.limits.string {
                machine.charge_text(result.len())?;
            }
            rest = after;
            count += 1.0;
        }
        result.push_str(rest);
        machine.charge_text(result.len())?;
        return Ok(Val::string(result));
    }
    replace_matches(machine, &text, pattern, replacement, limit, site)
}

fn replace_matches(
    machine: &mut Machine<'_>,
    text: &Str,
    pattern: &Val,
    replacement: &Val,
    limit: f64,
    site: &Site<'_>,
) -> Outcome<Val> {
    let mut result = String::new();
    let units = Rc::new(units_of(text));
    let mut next = begin(machine, pattern, text, &units, site)?;
    if next.is_none() {
        return Ok(Val::string(text.clone()));
    }
    let mut position = 0;
    let mut count = 0.0;
    while let Some(found) = next {
        if count >= limit {
            break;
        }
        let (start, _) = found.range(units.len());
        lossy(&units, position.min(start), position.max(start), &mut result);
        let length = found.text.as_str().map_or(0, |matched| matched.encode_utf16().count());
        match replacement.as_str() {
            Some(replacement) => expand(replacement, &found, &mut result),
            None => {
                let replaced = call_replacer(machine, replacement, &found, site)?;
                match replaced.as_str() {
                    Some(replaced) => result.push_str(replaced),
                    None => return Err(Fault::new("D3012").value(replaced)),
                }
            }
        }
        machine.charge(1)?;
        if result.len() > machine.limits.string {
            machine.charge_text(result.len())?;
        }
        position = start + length;
        next = found.next(machine, site)?;
        count += 1.0;
    }
    lossy(&units, position, units.len(), &mut result);
    machine.charge_text(result.len())?;
    Ok(Val::string(result))
}

#[inline(never)]
fn call_replacer(machine: &mut Machine<'_>, replacer: &Val, found: &Match, site: &Site<'_>) -> Outcome<Val> {
    let object = found.clone().into_object();
    machine.apply(replacer, vec![object], &Val::NULL, site.env)
}

/// Appends a replacement with its `$0`, `$1`, `$$` filled in.
fn expand(replacement: &str, found: &Match, out: &mut String) {
    let groups = found.groups.len();
    let mut rest = replacement;
    while let Some((before, after)) = rest.split_once('$') {
        out.push_str(before);
        rest = after;
        match after.as_bytes().first() {
            Some(b'$') => {
                out.push('$');
                rest = &after[1..];
                continue;
            }
            Some(b'0') => {
                out.push_str(found.text.as_str().unwrap_or_default());
                rest = &after[1..];
                continue;
            }
            _ => {}
        }
        // As many digits as the number of groups has, or one less where there is no such group.
        let most = if groups == 0 { 1 } else { groups.ilog10() as usize + 1 };
        let read = |digits: usize| {
            let end = after.char_indices().nth(digits).map_or(after.len(), |(offset, _)| offset);
            numbers::parse_int(after.get(..end).unwrap_or_default())
        };
        let mut index = read(most);
        if most > 1 && index.is_some_and(|index| index > groups as f64) {
            index = read(most - 1);
        }
        match index {
            None => out.push('$'),
            Some(index) => {
                if index >= 1.0
                    && let Some(group) = found.groups.at(index as usize - 1).as_str()
                {
                    out.push_str(group);
                }
                rest = after.get(numbers::to_js_string(index).len()..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
}
