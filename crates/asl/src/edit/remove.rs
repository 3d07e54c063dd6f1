use super::EditError;
use super::draft::Draft;
use super::links::{Goal, Incoming, main_way, redirect_all, ways};
use super::text::remove_children;
use crate::{Document, Patch, Role, ScopeId, State, StateId};

pub(super) fn plan(document: &Document, states: &[StateId], relink: bool) -> Result<Patch, EditError> {
    let mut draft = Draft::new(document);
    remove_from(&mut draft, states, relink)?;
    Ok(draft.finish())
}

/// Removes states, scope by scope.
pub(super) fn remove_from(draft: &mut Draft, states: &[StateId], relink: bool) -> Result<(), EditError> {
    let document = draft.document();
    if states.is_empty() {
        return Err(EditError::NothingSelected);
    }
    let mut by_scope: Vec<(ScopeId, Vec<StateId>)> = Vec::new();
    for id in states {
        let state = document.state(*id).ok_or(EditError::Gone)?;
        let mut owners = std::iter::successors(state.scope().owner(), |owner| owner.scope().owner());
        // What is inside of another removed state goes with it.
        if owners.any(|owner| states.contains(&owner.id())) {
            continue;
        }
        let scope = state.scope().id();
        match by_scope.iter_mut().find(|(known, _)| *known == scope) {
            Some((_, ids)) if ids.contains(id) => {}
            Some((_, ids)) => ids.push(*id),
            None => by_scope.push((scope, vec![*id])),
        }
    }
    let marked: Vec<_> = by_scope
        .into_iter()
        .map(|(scope, ids)| {
            let ids: Vec<_> = ids.into_iter().map(|id| draft.mark_state(id)).collect();
            (draft.mark_scope(scope), ids)
        })
        .collect();
    for (scope, marks) in marked {
        let ids: Option<Vec<StateId>> =
            marks.iter().map(|mark| draft.state(*mark).map(|state| state.id())).collect();
        let scope = draft.scope(scope).ok_or(EditError::Gone)?;
        remove_from_scope(draft, scope, &ids.ok_or(EditError::Gone)?, relink)?;
    }
    Ok(())
}

fn remove_from_scope(
    draft: &mut Draft,
    scope: ScopeId,
    removed: &[StateId],
    relink: bool,
) -> Result<(), EditError> {
    let document = draft.document();
    let scope = document.scope(scope).ok_or(EditError::Gone)?;
    let tree = draft.tree();
    let states: Vec<State<'_>> = removed.iter().filter_map(|id| document.state(*id)).collect();
    let container = scope.field("States").ok_or(EditError::Gone)?;
    let members: Vec<_> = states.iter().map(|state| state.member()).collect();
    let rest = scope.states().find(|state| !removed.contains(&state.id()));
    let Some(rest) = rest else {
        if scope.role() != Role::Machine {
            let last = states.first().ok_or(EditError::Gone)?;
            return Err(EditError::LastState(last.shared_name()));
        }
        let mut replacements = remove_children(tree, container, &members);
        let start: Vec<_> = scope.field("StartAt").and_then(|start| tree.parent(start)).into_iter().collect();
        replacements.extend(remove_children(tree, scope.node(), &start));
        draft.apply(replacements);
        return Ok(());
    };
    let mut goals = Vec::new();
    for (incoming, target) in ways(scope) {
        let Some(target) = states.iter().find(|state| state.id() == target) else { continue };
        let goal = match incoming {
            Incoming::Way(from, _) if removed.contains(&from) => continue,
            Incoming::Way(..) if !relink => Goal::End,
            Incoming::Way(..) => goal_behind(document, &states, target.name()),
            Incoming::Start => match goal_behind(document, &states, target.name()) {
                Goal::End => Goal::State(rest.name().to_owned()),
                goal => goal,
            },
        };
        goals.push((incoming, goal));
    }
    let mut replacements = redirect_all(scope, &draft.style, &goals)?;
    replacements.extend(remove_children(tree, container, &members));
    draft.apply(replacements);
    Ok(())
}

/// Where the ways through removed states come out.
pub(super) fn goal_behind(document: &Document, removed: &[State<'_>], name: &str) -> Goal {
    let mut seen: Vec<&str> = Vec::new();
    let mut at = removed.iter().find(|state| state.name() == name);
    while let Some(state) = at {
        if seen.contains(&state.name()) {
            return Goal::End;
        }
        seen.push(state.name());
        match main_way(*state) {
            Goal::End => return Goal::End,
            Goal::State(next) => match removed.iter().find(|state| state.name() == next) {
                Some(inner) => at = Some(inner),
                None => {
                    let is_state = document
                        .state(state.id())
                        .is_some_and(|state| state.scope().state_named(&next).is_some());
                    return if is_state { Goal::State(next) } else { Goal::End };
                }
            },
        }
    }
    Goal::End
}
