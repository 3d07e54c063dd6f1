//! Single ways: leading them elsewhere, taking them away, choosing the start.

use json::Value;

use super::draft::Draft;
use super::links::{self, Goal, check_kind, field_position, redirect, redirect_start};
use super::text::{Position, insert_member};
use super::{EditError, Port};
use crate::{Document, Patch, QueryLanguage, State, StateId, StateType, TransitionKind};

pub(super) fn plan(document: &Document, from: StateId, port: Port, to: StateId) -> Result<Patch, EditError> {
    let from = document.state(from).ok_or(EditError::Gone)?;
    let to = document.state(to).ok_or(EditError::Gone)?;
    if from.scope().id() != to.scope().id() {
        return Err(EditError::OtherScope { to: to.shared_name() });
    }
    let mut draft = Draft::new(document);
    let replacements = match port {
        Port::Way(kind) => {
            check_kind(from, kind)?;
            redirect(from, &draft.style, &[(kind, Goal::State(to.name().to_owned()))])?
        }
        Port::NewRule if from.state_type() != Some(StateType::Choice) => {
            return Err(EditError::NoSuchWay(from.shared_name()));
        }
        Port::NewCatcher if !from.state_type().is_some_and(StateType::handles_errors) => {
            return Err(EditError::NoSuchWay(from.shared_name()));
        }
        Port::NewRule => {
            let rule = match from.language() {
                QueryLanguage::JsonPath => vec![
                    ("Variable", Value::from("$.value")),
                    ("IsPresent", Value::from(true)),
                    ("Next", Value::from(to.name())),
                ],
                QueryLanguage::Jsonata => {
                    vec![("Condition", Value::from("{% true %}")), ("Next", Value::from(to.name()))]
                }
            };
            vec![append(from, &draft, "Choices", Position::Last, Value::from_members(rule))?]
        }
        Port::NewCatcher => {
            // States.ALL must come last: beside one that is there, the new one gets a narrower name.
            let tree = document.tree();
            let last = from.field("Catch").and_then(|list| tree.items(list).last());
            let all_is_last = last.and_then(|last| tree.get(last, "ErrorEquals")).is_some_and(|names| {
                tree.items(names).any(|name| tree.as_str(name).as_deref() == Some("States.ALL"))
            });
            let before_last = from.field("Catch").map(|list| tree.items(list).count()).unwrap_or_default();
            let position = match from.field("Catch").filter(|_| all_is_last) {
                Some(list) => tree
                    .items(list)
                    .nth(before_last.saturating_sub(2))
                    .filter(|_| before_last > 1)
                    .map_or(Position::First, Position::After),
                None => Position::Last,
            };
            let error = if all_is_last { "States.TaskFailed" } else { "States.ALL" };
            let catcher = Value::from_members([
                ("ErrorEquals", Value::array(vec![Value::from(error)])),
                ("Next", Value::from(to.name())),
            ]);
            vec![append(from, &draft, "Catch", position, catcher)?]
        }
    };
    draft.apply(replacements);
    Ok(draft.finish())
}

/// Adds an item to a list of a state, which is made if it is missing.
fn append(
    state: State<'_>,
    draft: &Draft,
    field: &str,
    position: Position,
    item: Value,
) -> Result<crate::Replacement, EditError> {
    let tree = state.document().tree();
    match state.field(field) {
        Some(list) if tree.kind(list) == json::NodeKind::Array => Ok(super::text::insert(
            tree,
            &draft.style,
            list,
            position,
            &[&|style: &super::text::Style, indent: &str| style.render(&item, indent)],
        )),
        Some(_) => Err(EditError::NoSuchField(field.to_owned())),
        None => {
            let node = state.node().ok_or(EditError::Gone)?;
            let list = Value::array(vec![item]);
            Ok(insert_member(tree, &draft.style, node, field_position(state, field), field, &list))
        }
    }
}

pub(super) fn plan_disconnect(
    document: &Document,
    from: StateId,
    way: TransitionKind,
) -> Result<Patch, EditError> {
    let from = document.state(from).ok_or(EditError::Gone)?;
    check_kind(from, way)?;
    if links::goal_of(document, from.id(), way).is_none() && way != TransitionKind::Next {
        return Err(EditError::NoSuchWay(from.shared_name()));
    }
    let mut draft = Draft::new(document);
    let replacements = redirect(from, &draft.style, &[(way, Goal::End)])?;
    draft.apply(replacements);
    Ok(draft.finish())
}

pub(super) fn plan_start(document: &Document, state: StateId) -> Result<Patch, EditError> {
    let state = document.state(state).ok_or(EditError::Gone)?;
    let mut draft = Draft::new(document);
    let replacement = redirect_start(state.scope(), &draft.style, state.name());
    draft.apply(vec![replacement]);
    Ok(draft.finish())
}
