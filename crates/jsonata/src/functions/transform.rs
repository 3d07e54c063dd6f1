//! The transform operator `| pattern | update, delete |`.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};

use json::Str;

use super::array;
use crate::code::{Code, Kind, NodeId};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::signature::Signature;
use crate::values::{Frame, Val, View};

pub(crate) fn signature() -> &'static Signature {
    static SIGNATURE: OnceLock<Signature> = OnceLock::new();
    SIGNATURE.get_or_init(|| Signature::parse("<(oa):o>").unwrap_or_default())
}

/// A copy of an object or array in which what the pattern selects is changed.
///
/// The objects of the copy are told apart by a mark that is put on each, since what the pattern selects
/// are values without a place.
pub(crate) fn apply(
    machine: &mut Machine<'_>,
    code: &Arc<Code>,
    node: NodeId,
    object: Val,
    env: &Rc<Frame>,
) -> Outcome<Val> {
    let Kind::Transform { pattern, update, delete } = &code.node(node).kind else {
        return Ok(Val::Undefined);
    };
    if object.is_undefined() {
        return Ok(Val::Undefined);
    }
    let clone = machine.variable_named(code, "clone", env);
    if !clone.is_function() {
        return Err(Fault::new("T2013").at(code.node(node).span));
    }
    let copy = machine.apply(&clone, vec![object], &Val::NULL, env)?;
    let mut editor = Editor::default();
    let shared = editor.share(machine, &copy)?;
    let matches = machine.eval(code, *pattern, &shared, env)?;
    if matches.is_undefined() {
        return Ok(copy);
    }
    for target in matches.items() {
        // Earlier updates may have changed what this one looks at.
        let current = editor.current(&target);
        let changes = machine.eval(code, *update, &current, env)?;
        if !changes.is_undefined() {
            if !matches!(changes.view(), View::Object) {
                return Err(Fault::new("T2011").value(changes).at(code.node(*update).span));
            }
            editor.update(&target, changes.entries());
        }
        if let Some(delete) = delete {
            let current = editor.current(&target);
            let names = machine.eval(code, *delete, &current, env)?;
            if names.is_undefined() {
                continue;
            }
            if !names.items().all(|name| name.as_str().is_some()) {
                return Err(Fault::new("T2012").value(names).at(code.node(*delete).span));
            }
            for name in names.items() {
                if let Some(name) = name.as_str() {
                    editor.remove(&target, name);
                }
            }
        }
    }
    editor.resolve(machine, &shared, 0)
}

/// Edits of objects that are known by where they are in memory.
#[derive(Default)]
struct Editor {
    edited: HashMap<usize, Vec<(Str, Val)>>,
    /// Keeps the objects in place.
    held: Vec<Val>,
}

fn identity(value: &Val) -> Option<usize> {
    match value {
        Val::Object(members) => Some(Rc::as_ptr(members) as usize),
        _ => None,
    }
}

impl Editor {
    /// The same value with every object an allocation of its own.
    fn share(&mut self, machine: &mut Machine<'_>, value: &Val) -> Outcome<Val> {
        machine.charge(1)?;
        Ok(match value.view() {
            View::Array => {
                machine.charge_items(value.len())?;
                let mut items = Vec::with_capacity(value.len());
                for item in value.items() {
                    items.push(self.share(machine, &item)?);
                }
                Val::list(items)
            }
            View::Object => {
                let mut members = Vec::new();
                for (name, member) in value.entries() {
                    members.push((name, self.share(machine, &member)?));
                }
                let shared = Val::object(members);
                self.held.push(shared.clone());
                shared
            }
            _ => value.clone(),
        })
    }

    /// The object with the edits that were made to it so far.
    fn current(&self, target: &Val) -> Val {
        match identity(target).and_then(|identity| self.edited.get(&identity)) {
            Some(members) => Val::object(members.clone()),
            None => target.clone(),
        }
    }

    fn members(&mut self, target: &Val) -> Option<&mut Vec<(Str, Val)>> {
        let identity = identity(target)?;
        Some(self.edited.entry(identity).or_insert_with(|| target.entries()))
    }

    fn update(&mut self, target: &Val, changes: Vec<(Str, Val)>) {
        let Some(members) = self.members(target) else { return };
        for (name, value) in changes {
            match members.iter_mut().find(|(known, _)| *known == name) {
                Some(member) => member.1 = value,
                None => members.push((name, value)),
            }
        }
    }

    fn remove(&mut self, target: &Val, name: &str) {
        if let Some(members) = self.members(target) {
            members.retain(|(known, _)| &**known != name);
        }
    }

    /// The value with all edits in it.
    fn resolve(&self, machine: &mut Machine<'_>, value: &Val, depth: u32) -> Outcome<Val> {
        machine.charge(1)?;
        if depth > machine.limits.nesting {
            return Err(Fault::limit(crate::limits::Limit::Nesting, u64::from(machine.limits.nesting)));
        }
        Ok(match value.view() {
            View::Array => {
                let mut items = Vec::with_capacity(value.len());
                for item in value.items() {
                    items.push(self.resolve(machine, &item, depth + 1)?);
                }
                array::append(Val::list(items), Val::Undefined)
            }
            View::Object => {
                let entries = match identity(value).and_then(|identity| self.edited.get(&identity)) {
                    Some(members) => members.clone(),
                    None => value.entries(),
                };
                let mut members = Vec::with_capacity(entries.len());
                for (name, member) in entries {
                    members.push((name, self.resolve(machine, &member, depth + 1)?));
                }
                crate::values::order_as_in_javascript(&mut members);
                Val::object(members)
            }
            _ => value.clone(),
        })
    }
}
