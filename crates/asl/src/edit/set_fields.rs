use json::{NodeId, NodeKind, Value};

use super::draft::{Draft, Mark};
use super::text::{Position, insert, insert_member};
use super::{EditError, ObjectRef};
use crate::fields::{BRANCH, ITEM_PROCESSOR, Kind, MACHINE, ObjectType, UNKNOWN_STATE};
use crate::{Document, Patch, Replacement, Role, StateType};

pub(super) fn plan(
    document: &Document,
    of: ObjectRef,
    fields: &[(String, Option<Value>)],
) -> Result<Patch, EditError> {
    let mut draft = Draft::new(document);
    let mark = match of {
        ObjectRef::State(state) => draft.mark_state(state),
        ObjectRef::Scope(scope) => draft.mark_scope(scope),
    };
    apply(&mut draft, of, mark, fields)?;
    Ok(draft.finish())
}

/// Sets and removes fields of the marked object, one step each.
pub(super) fn apply(
    draft: &mut Draft,
    of: ObjectRef,
    mark: Mark,
    fields: &[(String, Option<Value>)],
) -> Result<(), EditError> {
    for (pointer, value) in fields {
        let object = match of {
            ObjectRef::State(_) => draft.state(mark).and_then(|state| state.node()),
            ObjectRef::Scope(_) => {
                draft.scope(mark).and_then(|id| draft.document().scope(id)).map(|scope| scope.node())
            }
        };
        let object = object.ok_or(EditError::Gone)?;
        let steps: Vec<String> = pointer
            .strip_prefix('/')
            .ok_or_else(|| EditError::NoSuchField(pointer.clone()))?
            .split('/')
            .map(json::pointer::name)
            .collect();
        let replacements = match value {
            Some(value) => set(draft, object, object_type(draft, of, mark), &steps, value),
            None => remove(draft, object, &steps),
        };
        let replacements = replacements.ok_or_else(|| EditError::NoSuchField(pointer.clone()))?;
        draft.apply(replacements);
    }
    Ok(())
}

fn child(draft: &Draft, node: NodeId, step: &str) -> Option<NodeId> {
    let tree = draft.tree();
    match tree.kind(node) {
        NodeKind::Object => tree.get(node, step),
        NodeKind::Array => tree.items(node).nth(step.parse().ok()?),
        _ => None,
    }
}

/// What the language knows of the marked object.
fn object_type(draft: &Draft, of: ObjectRef, mark: Mark) -> Option<&'static ObjectType> {
    match of {
        ObjectRef::State(_) => {
            let state = draft.state(mark)?;
            Some(state.state_type().map_or(&UNKNOWN_STATE, StateType::object_type))
        }
        ObjectRef::Scope(_) => match draft.document().scope(draft.scope(mark)?)?.role() {
            Role::Machine => Some(&MACHINE),
            Role::Branch(_) => Some(&BRANCH),
            Role::ItemProcessor => Some(&ITEM_PROCESSOR),
        },
    }
}

/// Where the table of the language has a new member among those that are there.
fn position(draft: &Draft, node: NodeId, of: Option<&'static ObjectType>, name: &str) -> Position {
    let Some(of) = of else { return Position::Last };
    let rank = |name: &str| of.all_fields().position(|field| field.name == name);
    let Some(own) = rank(name) else { return Position::Last };
    let tree = draft.tree();
    let before = tree.members(node).filter(|member| rank(&member.name).is_some_and(|rank| rank < own)).last();
    match before {
        Some(member) => Position::After(member.node),
        None => Position::First,
    }
}

fn set(
    draft: &Draft,
    object: NodeId,
    mut of: Option<&'static ObjectType>,
    steps: &[String],
    value: &Value,
) -> Option<Vec<Replacement>> {
    let tree = draft.tree();
    let mut node = object;
    for (depth, step) in steps.iter().enumerate() {
        if let Some(found) = child(draft, node, step) {
            if tree.kind(node) == NodeKind::Object {
                of = match of.and_then(|of| of.field(step)).map(|field| field.kind) {
                    Some(Kind::Object(inner) | Kind::Objects { of: inner, .. }) => Some(inner),
                    _ => None,
                };
            }
            node = found;
            continue;
        }
        let missing = steps.get(depth + 1..)?.iter().rev().fold(value.clone(), |inner, step| {
            if step == "-" || step == "0" {
                Value::array(vec![inner])
            } else {
                Value::from_members([(step.as_str(), inner)])
            }
        });
        let inserted = match tree.kind(node) {
            NodeKind::Object => {
                let position = position(draft, node, of, step);
                insert_member(tree, &draft.style, node, position, step, &missing)
            }
            NodeKind::Array if step == "-" || step.parse() == Ok(tree.items(node).count()) => insert(
                tree,
                &draft.style,
                node,
                Position::Last,
                &[&|style: &super::text::Style, indent: &str| style.render(&missing, indent)],
            ),
            _ => return None,
        };
        return Some(vec![inserted]);
    }
    let indent = super::text::indent_at(tree.text(), tree.span(node).start);
    let inline = super::text::is_inline(tree, node) && matches!(value, Value::Array(_) | Value::Object(_));
    let text = if inline && fits_a_line(value) {
        draft.style.inline().render(value, indent)
    } else {
        draft.style.render(value, indent)
    };
    Some(vec![Replacement { span: tree.span(node), text }])
}

/// Whether a value that replaces one on a single line can stay there.
fn fits_a_line(value: &Value) -> bool {
    value.text_len() <= 60
}

fn remove(draft: &Draft, object: NodeId, steps: &[String]) -> Option<Vec<Replacement>> {
    let tree = draft.tree();
    let mut node = object;
    for step in steps {
        match child(draft, node, step) {
            Some(found) => node = found,
            // What isn't there needs no removing.
            None => return Some(Vec::new()),
        }
    }
    let element = tree.member_of(node).map_or(node, |member| member.node);
    let container = tree.parent(element)?;
    Some(super::text::remove_children(tree, container, &[element]))
}
