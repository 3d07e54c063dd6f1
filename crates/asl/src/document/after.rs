//! The document of a text that was changed in one place.
//!
//! The memo of a state holds what follows from its own text, from the way to it and from the language in force. So it
//! stays with the state where the change is outside of all these, and is left behind otherwise.

use std::sync::Arc;

use json::tree::Reread;
use json::{NodeId, Tree};

use super::{Document, ScopeId, StateEntry, StateId, language_at, type_at};
use crate::StateType;

pub(super) fn of(before: &Document, tree: Tree, reread: &Reread) -> Document {
    let holder = innermost_holder(before, reread.node);
    let mut document = match same_structure(before, &tree, reread, holder) {
        Some(holder_entry) => moved(before, tree, reread, holder.zip(holder_entry)),
        None => {
            let mut document = Document::from_tree(tree);
            keep_memos(before, &mut document, reread);
            document
        }
    };
    // What is around a changed state has other distances between its parts now.
    let mut around = innermost_holder(&document, reread.node);
    while let Some(state) = around.and_then(|id| document.states.get_mut(id.0 as usize)) {
        state.memo = Arc::default();
        let scope = state.scope;
        around = document.scopes.get(scope.0 as usize).and_then(|scope| scope.owner);
    }
    forget_in_line(before, &mut document, reread);
    document
}

/// The innermost state whose object is, or holds, a node.
fn innermost_holder(document: &Document, node: NodeId) -> Option<StateId> {
    let span = document.tree.span(node);
    let holds = |state: &StateEntry| {
        state.node.is_some_and(|object| object <= node && document.tree.span(object).contains(span))
    };
    let ids = (0_u32..).map(StateId);
    document.states.iter().zip(ids).filter(|(state, _)| holds(state)).map(|(_, id)| id).last()
}

/// Whether the same states are in the same scopes after the change, in the same language, and what it made of the
/// state that holds it.
fn same_structure(
    before: &Document,
    tree: &Tree,
    reread: &Reread,
    holder: Option<StateId>,
) -> Option<Option<StateEntry>> {
    let mut entry = match holder {
        Some(id) => Some(before.states.get(id.0 as usize)?.clone()),
        None => None,
    };
    let owns_scopes = |state: &StateEntry| {
        !state.scopes.is_empty() || matches!(state.state_type, Some(StateType::Parallel | StateType::Map))
    };
    if let Some(state) = entry.as_mut().filter(|state| !owns_scopes(state)) {
        let object = state.node?;
        let scope = before.scopes.get(state.scope.0 as usize)?;
        state.state_type = type_at(tree, object);
        state.language = language_at(tree, object).unwrap_or(scope.language);
        return (!owns_scopes(state)).then_some(entry);
    }
    // A member of the state itself, or of one of its scopes, that says nothing of states.
    let anchors: Vec<NodeId> = match &entry {
        Some(state) => {
            let scopes = state.scopes.iter().filter_map(|id| before.scopes.get(id.0 as usize));
            scopes.map(|scope| scope.node).chain(state.node).collect()
        }
        None => before.scopes.first().map(|machine| machine.node).into_iter().collect(),
    };
    let mut member = reread.node;
    while !anchors.contains(&before.tree.parent(member)?) {
        member = before.tree.parent(member)?;
    }
    let names = [before.tree.member(member)?.name, tree.member(member)?.name];
    let says_something = ["Type", "QueryLanguage", "Branches", "ItemProcessor", "Iterator", "States"];
    names.iter().all(|name| !says_something.contains(&&**name)).then_some(entry)
}

/// The same states and scopes, where they are now.
fn moved(before: &Document, tree: Tree, reread: &Reread, changed: Option<(StateId, StateEntry)>) -> Document {
    // What was read anew has no states in it; its own id is the same.
    let node_after = |node: NodeId| reread.node_after(node).unwrap_or(node);
    let mut states = before.states.clone();
    if let Some((id, entry)) = changed
        && let Some(state) = states.get_mut(id.0 as usize)
    {
        *state = entry;
    }
    for state in &mut states {
        state.member = node_after(state.member);
        state.node = state.node.map(node_after);
        state.name_span = reread.span_after(state.name_span);
    }
    let mut scopes = before.scopes.clone();
    for scope in &mut scopes {
        scope.node = node_after(scope.node);
    }
    Document { tree, states, scopes }
}

/// Gives the memos of the states that are what they were to the new document.
fn keep_memos(before: &Document, document: &mut Document, reread: &Reread) {
    let mut by_member: Vec<(NodeId, StateId)> =
        document.states.iter().zip((0_u32..).map(StateId)).map(|(state, id)| (state.member, id)).collect();
    by_member.sort_unstable();
    let of_scope = |document: &Document, id: ScopeId| {
        document.scopes.get(id.0 as usize).map(|scope| (scope.role, scope.counts))
    };
    for old in before.states.iter().filter(|state| state.node.is_some()) {
        let Some(member) = reread.node_after(old.member) else { continue };
        let Ok(found) = by_member.binary_search_by_key(&member, |(member, _)| *member) else { continue };
        let Some((_, id)) = by_member.get(found) else { continue };
        let Some(new) = document.states.get(id.0 as usize) else { continue };
        let is_same = new.language == old.language
            && new.state_type == old.state_type
            && new.node.is_some()
            && new.scopes.len() == old.scopes.len()
            && of_scope(document, new.scope) == of_scope(before, old.scope);
        if is_same && let Some(new) = document.states.get_mut(id.0 as usize) {
            new.memo = old.memo.clone();
        }
    }
}

/// The indentation of a line counts for all that begins in it.
fn forget_in_line(before: &Document, document: &mut Document, reread: &Reread) {
    let has_break = |tree: &Tree, end: usize| {
        tree.text().get(tree.span(reread.node).start..end).is_none_or(|text| text.contains('\n'))
    };
    if !has_break(&before.tree, reread.end_before) && !has_break(&document.tree, reread.end_after) {
        return;
    }
    let end = reread.end_after;
    let text = document.tree.text();
    let line_end = text.get(end..).and_then(|rest| rest.find('\n')).map_or(text.len(), |found| end + found);
    for state in &mut document.states {
        if (end..line_end).contains(&state.name_span.start) {
            state.memo = Arc::default();
        }
    }
}
