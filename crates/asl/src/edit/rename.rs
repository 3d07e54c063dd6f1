use json::Str;

use super::text::quoted;
use super::{EditError, names};
use crate::{Document, Patch, Replacement, StateId, Target};

pub(super) fn plan(document: &Document, state: StateId, name: &Str) -> Result<Patch, EditError> {
    let state = document.state(state).ok_or(EditError::Gone)?;
    if state.name() == &**name {
        return Ok(Patch::default());
    }
    names::check_name(name)?;
    if document.state_named(name).is_some() {
        return Err(EditError::NameTaken(name.clone()));
    }
    let tree = document.tree();
    let scope = state.scope();
    let literal = quoted(name);
    let mut spans = vec![state.name_span()];
    if scope.start().map(|start| start.id()) == Some(state.id()) {
        spans.extend(scope.field("StartAt").map(|start| tree.span(start)));
    }
    for transition in scope.states().flat_map(|other| other.transitions()) {
        if transition.target == Target::State(state.id()) {
            spans.extend(transition.node.map(|node| tree.span(node)));
        }
    }
    Ok(Patch::new(spans.into_iter().map(|span| Replacement { span, text: literal.clone() }).collect()))
}
