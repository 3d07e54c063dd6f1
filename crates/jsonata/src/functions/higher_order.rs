//! Functions that call functions.

use std::rc::Rc;

use super::{Args, Site, array, boolean};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome, arity, compare_text};
use crate::values::{Frame, Val};

/// Room for so many results is made beforehand: a range may have millions of items.
const MOST_RESERVED: usize = 10_000;

/// Calls a function with a value and, as far as it takes them, a key or position and the whole.
fn call(
    machine: &mut Machine<'_>,
    function: &Val,
    count: usize,
    value: Val,
    key: impl FnOnce() -> Val,
    whole: &Val,
    env: &Rc<Frame>,
) -> Outcome<Val> {
    let fill = |arguments: &mut Vec<Val>| {
        arguments.push(value);
        if count >= 2 {
            arguments.push(key());
        }
        if count >= 3 {
            arguments.push(whole.clone());
        }
    };
    machine.apply_each(function, fill, env)
}

/// As `call`, once in the module for the functions that are called seldom.
#[inline(never)]
fn call_seldom(
    machine: &mut Machine<'_>,
    function: &Val,
    value: Val,
    key: Val,
    whole: &Val,
    env: &Rc<Frame>,
) -> Outcome<Val> {
    call(machine, function, arity(function), value, || key, whole, env)
}

pub(super) fn map(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(items) = args.array(0)? else { return Ok(Val::Undefined) };
    let function = args.get(1);
    let count = arity(function);
    let mut results = Vec::with_capacity(items.len().min(MOST_RESERVED));
    for (index, item) in items.items().enumerate() {
        let result = call(machine, function, count, item, || Val::int(index as i64), &items, site.env)?;
        if !result.is_undefined() {
            results.push(result);
        }
        if results.len() > machine.limits.sequence {
            machine.charge_items(results.len())?;
        }
    }
    Ok(Val::sequence(results))
}

pub(super) fn filter(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(items) = args.array(0)? else { return Ok(Val::Undefined) };
    let function = args.get(1);
    let count = arity(function);
    let mut kept = Vec::new();
    for (index, item) in items.items().enumerate() {
        let result =
            call(machine, function, count, item.clone(), || Val::int(index as i64), &items, site.env)?;
        if boolean::truthy(&result)? {
            kept.push(item);
        }
    }
    machine.charge_items(kept.len())?;
    Ok(Val::sequence(kept))
}

pub(super) fn single(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(items) = args.array(0)? else { return Ok(Val::Undefined) };
    let function = args.get(1);
    let mut found = None;
    for (index, item) in items.items().enumerate() {
        machine.charge(1)?;
        let matches = if function.is_undefined() {
            true
        } else {
            let position = Val::int(index as i64);
            let result = call_seldom(machine, function, item.clone(), position, &items, site.env)?;
            boolean::truthy(&result)?
        };
        if matches {
            if found.is_some() {
                return Err(Fault::new("D3138").index(index));
            }
            found = Some(item);
        }
    }
    found.ok_or_else(|| Fault::new("D3139"))
}

pub(super) fn reduce(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(items) = args.array(0)? else { return Ok(Val::Undefined) };
    let initial = args.take(2);
    let function = args.get(1);
    let count = arity(function);
    if count < 2 {
        return Err(Fault::new("D3050").index(1));
    }
    let mut rest = items.items().enumerate();
    let mut result = initial;
    if result.is_undefined()
        && let Some((_, first)) = rest.next()
    {
        result = first;
    }
    for (index, item) in rest {
        let fill = |arguments: &mut Vec<Val>| {
            arguments.push(result);
            arguments.push(item);
            if count >= 3 {
                arguments.push(Val::int(index as i64));
            }
            if count >= 4 {
                arguments.push(items.clone());
            }
        };
        result = machine.apply_each(function, fill, site.env)?;
    }
    Ok(result)
}

pub(super) fn each(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let object = args.take(0);
    let function = args.get(1);
    let mut results = Vec::new();
    for (name, value) in object.entries() {
        let result = call_seldom(machine, function, value, Val::string(name), &object, site.env)?;
        if !result.is_undefined() {
            results.push(result);
        }
    }
    Ok(Val::sequence(results))
}

pub(super) fn sift(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let object = args.take(0);
    let function = args.get(1);
    let mut kept = Vec::new();
    for (name, value) in object.entries() {
        let key = Val::string(name.clone());
        let result = call_seldom(machine, function, value.clone(), key, &object, site.env)?;
        if boolean::truthy(&result)? {
            kept.push((name, value));
        }
    }
    Ok(if kept.is_empty() { Val::Undefined } else { Val::object(kept) })
}

pub(super) fn sort(machine: &mut Machine<'_>, mut args: Args, site: &Site<'_>) -> Outcome<Val> {
    let Some(items) = args.array(0)? else { return Ok(Val::Undefined) };
    if items.len() <= 1 {
        return Ok(items);
    }
    machine.charge_items(items.len())?;
    let function = args.get(1);
    let items: Vec<Val> = items.items().collect();
    if !function.is_undefined() {
        let sorted = array::merge_sort(items, &mut |left, right| {
            let result = machine.apply(function, vec![left.clone(), right.clone()], &Val::NULL, site.env)?;
            javascript_truth(&result)
        })?;
        return Ok(Val::list(sorted));
    }
    let mut all_numbers = true;
    for item in &items {
        if boolean::numeric(item)?.is_none() {
            all_numbers = false;
            break;
        }
    }
    if !all_numbers && !items.iter().all(|item| item.as_str().is_some()) {
        return Err(Fault::new("D3070").index(1));
    }
    let sorted = array::merge_sort(items, &mut |left, right| {
        machine.charge(1)?;
        Ok(match (left.as_str(), right.as_str()) {
            (Some(left), Some(right)) => compare_text(left, right).is_gt(),
            _ => left.as_f64() > right.as_f64(),
        })
    })?;
    Ok(Val::list(sorted))
}

/// A comparator's result is taken as JavaScript takes it: any array or object is true.
fn javascript_truth(value: &Val) -> Outcome<bool> {
    use crate::values::View;
    Ok(match value.view() {
        View::Undefined | View::Null => false,
        View::Bool(flag) => flag,
        View::Number(number) => number != 0.0 && !number.is_nan(),
        View::String(text) => !text.is_empty(),
        View::Array | View::Object | View::Function => true,
    })
}
