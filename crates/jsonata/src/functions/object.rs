//! Functions on objects that call no functions.

use std::collections::HashMap;

use json::Str;

use super::{Args, Site};
use crate::eval::{Machine, Outcome};
use crate::values::{Val, order_as_in_javascript};

pub(super) fn keys(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let mut known: HashMap<Str, usize> = HashMap::new();
    let mut keys: Vec<(Str, ())> = Vec::new();
    let merged = collect_keys(machine, args.get(0), &mut known, &mut keys)?;
    if merged {
        order_as_in_javascript(&mut keys);
    }
    Ok(Val::sequence(keys.into_iter().map(|(key, ())| Val::string(key)).collect()))
}

fn collect_keys(
    machine: &mut Machine<'_>,
    value: &Val,
    known: &mut HashMap<Str, usize>,
    keys: &mut Vec<(Str, ())>,
) -> Outcome<bool> {
    machine.charge(1)?;
    if value.is_array() {
        for item in value.items() {
            collect_keys(machine, &item, known, keys)?;
        }
        return Ok(true);
    }
    for key in value.keys() {
        machine.charge(1)?;
        if known.insert(key.clone(), 0).is_none() {
            keys.push((key, ()));
        }
    }
    Ok(false)
}

pub(super) fn lookup(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(name) = args.shared_text(1)? else { return machine.lookup(args.get(0), "undefined") };
    machine.lookup(args.get(0), &name)
}

pub(super) fn spread(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let value = args.take(0);
    if !value.is_array() {
        if !matches!(value.view(), crate::values::View::Object) {
            return Ok(match value {
                // Only the functions of the language are values here; others spread to nothing.
                Val::Function(..) => value,
                value => value,
            });
        }
        return Ok(Val::sequence(spread_object(&value)));
    }
    let mut parts = Vec::new();
    spread_into(machine, &value, &mut parts)?;
    machine.charge_items(parts.len())?;
    // Appending to a sequence makes an array of it, unless nothing was appended.
    Ok(if value.len() == 0 { Val::sequence(parts) } else { Val::list(parts) })
}

fn spread_object(object: &Val) -> Vec<Val> {
    object.entries().into_iter().map(|member| Val::object(vec![member])).collect()
}

fn spread_into(machine: &mut Machine<'_>, array: &Val, parts: &mut Vec<Val>) -> Outcome<()> {
    for item in array.items() {
        machine.charge(1)?;
        if item.is_array() {
            spread_into(machine, &item, parts)?;
        } else if matches!(item.view(), crate::values::View::Object) {
            parts.extend(spread_object(&item));
        } else if !item.is_undefined() {
            parts.push(item);
        }
    }
    Ok(())
}

pub(super) fn merge(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(objects) = args.array(0)? else { return Ok(Val::Undefined) };
    let mut positions: HashMap<Str, usize> = HashMap::new();
    let mut members: Vec<(Str, Val)> = Vec::new();
    for object in objects.items() {
        for (name, value) in object.entries() {
            machine.charge(1)?;
            match positions.get(&name).and_then(|position| members.get_mut(*position)) {
                Some(member) => member.1 = value,
                None => {
                    positions.insert(name.clone(), members.len());
                    members.push((name, value));
                }
            }
        }
    }
    order_as_in_javascript(&mut members);
    Ok(Val::object(members))
}
