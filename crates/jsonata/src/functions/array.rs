//! Functions on arrays that call no functions.

use std::collections::HashMap;

use json::Str;

use super::{Args, Site, wrong_type};
use crate::eval::{Machine, Outcome};
use crate::numbers::to_js_string;
use crate::values::{Flags, List, Repr, Val};

/// The numbers of an array, one after the other.
fn each_number(
    machine: &mut Machine<'_>,
    args: &mut Args,
    mut visit: impl FnMut(f64),
) -> Outcome<Option<usize>> {
    let Some(numbers) = args.array(0)? else { return Ok(None) };
    machine.charge(numbers.len() as u64 / 8)?;
    for item in numbers.items() {
        visit(item.as_f64().ok_or_else(|| wrong_type(&item, 0))?);
    }
    Ok(Some(numbers.len()))
}

pub(super) fn sum(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let mut total = 0.0;
    let count = each_number(machine, &mut args, |number| total += number)?;
    Ok(count.map_or(Val::Undefined, |_| Val::Number(total)))
}

pub(super) fn average(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let mut total = 0.0;
    let count = each_number(machine, &mut args, |number| total += number)?;
    Ok(count.filter(|count| *count > 0).map_or(Val::Undefined, |count| Val::Number(total / count as f64)))
}

pub(super) fn max(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let mut largest = f64::NEG_INFINITY;
    let count = each_number(machine, &mut args, |number| largest = largest.max(number))?;
    Ok(count.filter(|count| *count > 0).map_or(Val::Undefined, |_| Val::Number(largest)))
}

pub(super) fn min(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let mut smallest = f64::INFINITY;
    let count = each_number(machine, &mut args, |number| smallest = smallest.min(number))?;
    Ok(count.filter(|count| *count > 0).map_or(Val::Undefined, |_| Val::Number(smallest)))
}

pub(super) fn count(_: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::int(args.get(0).len() as i64))
}

/// Two values as one array; a missing one is disregarded.
pub(crate) fn append(first: Val, second: Val) -> Val {
    match (first, second) {
        (Val::Undefined, second) => second,
        (first, Val::Undefined) => first,
        (first, second) => {
            let mut items: Vec<Val> = first.items().collect();
            items.extend(second.items());
            Val::list(items)
        }
    }
}

pub(super) fn append_function(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let (first, second) = (args.take(0), args.take(1));
    if !first.is_undefined() && !second.is_undefined() {
        let length = |value: &Val| if value.is_array() { value.len() } else { 1 };
        machine.charge_items(length(&first) + length(&second))?;
    }
    Ok(append(first, second))
}

pub(super) fn reverse(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(array) = args.array(0)? else { return Ok(Val::Undefined) };
    if array.len() <= 1 {
        return Ok(array);
    }
    machine.charge_items(array.len())?;
    let mut items: Vec<Val> = array.items().collect();
    items.reverse();
    Ok(Val::list(items))
}

pub(super) fn shuffle(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(array) = args.array(0)? else { return Ok(Val::Undefined) };
    if array.len() <= 1 {
        return Ok(array);
    }
    machine.charge_items(array.len())?;
    let mut shuffled: Vec<Val> = Vec::with_capacity(array.len());
    for (index, item) in array.items().enumerate() {
        let position = (machine.random.next_f64() * (index + 1) as f64) as usize;
        shuffled.push(item);
        let last = shuffled.len() - 1;
        shuffled.swap(position.min(last), last);
    }
    Ok(Val::list(shuffled))
}

pub(super) fn zip(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let arrays = args.all();
    let shortest = arrays.iter().map(Val::len).min().unwrap_or(0);
    machine.charge_items(shortest.saturating_mul(arrays.len()))?;
    let rows =
        (0..shortest).map(|row| Val::list(arrays.iter().map(|array| array.at(row)).collect())).collect();
    Ok(Val::list(rows))
}

pub(super) fn distinct(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.take(0);
    if value.len() <= 1 {
        return Ok(value);
    }
    if let Val::List(list, _) = &value
        && let List { items: Repr::Range(..), .. } = &**list
    {
        return Ok(value.clone());
    }
    let mut kept: Vec<Val> = Vec::new();
    // Texts and numbers, the usual items, are found by what they are; the others by comparison.
    let mut seen_texts: HashMap<Str, usize> = HashMap::new();
    let mut seen_numbers: HashMap<Str, usize> = HashMap::new();
    let mut others: Vec<usize> = Vec::new();
    for item in value.items() {
        machine.charge(1)?;
        if let Some(text) = item.as_shared_str() {
            if seen_texts.insert(text.clone(), 0).is_none() {
                kept.push(item);
            }
            continue;
        }
        if let Some(number) = item.as_f64().filter(|number| !number.is_nan()) {
            if seen_numbers.insert(to_js_string(number).into(), 0).is_none() {
                kept.push(item);
            }
            continue;
        }
        let mut known = false;
        for index in &others {
            machine.charge(1)?;
            if let Some(other) = kept.get(*index).cloned()
                && machine.equal(&item, &other)?
            {
                known = true;
                break;
            }
        }
        if !known {
            others.push(kept.len());
            kept.push(item);
        }
    }
    let flags = if value.flags().has(Flags::SEQUENCE) { Flags::SEQUENCE } else { Flags::NONE };
    Ok(Val::list(kept).with_flags(flags))
}

/// Sorts as jsonata does, so that even comparators without sense give the same order: halves, the left one
/// first, are sorted and merged. Without recursion, since comparators may recurse themselves.
pub(crate) fn merge_sort<T: Clone>(
    mut items: Vec<T>,
    after: &mut dyn FnMut(&T, &T) -> Outcome<bool>,
) -> Outcome<Vec<T>> {
    enum Task {
        Sort(usize, usize),
        Merge(usize, usize, usize),
    }
    let mut tasks = vec![Task::Sort(0, items.len())];
    while let Some(task) = tasks.pop() {
        match task {
            Task::Sort(from, to) if to - from <= 1 => {}
            Task::Sort(from, to) => {
                let middle = from + (to - from) / 2;
                tasks.push(Task::Merge(from, middle, to));
                tasks.push(Task::Sort(middle, to));
                tasks.push(Task::Sort(from, middle));
            }
            Task::Merge(from, middle, to) => {
                let (mut left, mut right) = (from, middle);
                let mut merged = Vec::with_capacity(to - from);
                while let (Some(a), Some(b)) =
                    (items.get(left).filter(|_| left < middle), items.get(right).filter(|_| right < to))
                {
                    if after(a, b)? {
                        merged.push(b.clone());
                        right += 1;
                    } else {
                        merged.push(a.clone());
                        left += 1;
                    }
                }
                merged.extend_from_slice(items.get(left..middle).unwrap_or_default());
                merged.extend_from_slice(items.get(right..to).unwrap_or_default());
                if let Some(target) = items.get_mut(from..to) {
                    target.clone_from_slice(&merged);
                }
            }
        }
    }
    Ok(items)
}
