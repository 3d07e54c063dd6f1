//! The ways between states as text.

use std::collections::HashMap;

use json::{NodeId, NodeKind, Value};

use super::EditError;
use super::text::{self, Position, Style, insert_member, quoted, remove_children};
use crate::{Document, Replacement, Scope, State, StateId, StateType, Target, TransitionKind};

/// Where a way is to lead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    State(String),
    End,
}

/// Leads ways out of one state elsewhere. Rules and catchers that would end the scope are removed;
/// a Choice state keeps one rule at least.
pub(super) fn redirect(
    state: State<'_>,
    style: &Style,
    goals: &[(TransitionKind, Goal)],
) -> Result<Vec<Replacement>, EditError> {
    let tree = state.document().tree();
    let node = state.node().ok_or(EditError::Gone)?;
    let mut replacements = Vec::new();
    let mut removed: HashMap<&str, Vec<NodeId>> = HashMap::new();
    for (kind, goal) in goals {
        check_kind(state, *kind)?;
        let (list, position) = match kind {
            TransitionKind::Next => {
                replacements.extend(redirect_next(state, style, goal)?);
                continue;
            }
            TransitionKind::Default => {
                match (state.field("Default"), goal) {
                    (Some(value), Goal::State(name)) => {
                        replacements.push(Replacement { span: tree.span(value), text: quoted(name) });
                    }
                    (Some(value), Goal::End) => {
                        let member = tree.parent(value).into_iter().collect::<Vec<_>>();
                        replacements.extend(remove_children(tree, node, &member));
                    }
                    (None, Goal::State(name)) => {
                        let position = field_position(state, "Default");
                        let value = Value::from(name.as_str());
                        replacements.push(insert_member(tree, style, node, position, "Default", &value));
                    }
                    (None, Goal::End) => {}
                }
                continue;
            }
            TransitionKind::Choice(position) => ("Choices", *position),
            TransitionKind::Catch(position) => ("Catch", *position),
        };
        let item = state
            .field(list)
            .and_then(|list| tree.items(list).nth(position))
            .filter(|item| tree.kind(*item) == NodeKind::Object)
            .ok_or_else(|| EditError::NoSuchWay(state.shared_name()))?;
        match (tree.get(item, "Next"), goal) {
            (Some(next), Goal::State(name)) => {
                replacements.push(Replacement { span: tree.span(next), text: quoted(name) });
            }
            (None, Goal::State(name)) => {
                let value = Value::from(name.as_str());
                replacements.push(insert_member(tree, style, item, Position::Last, "Next", &value));
            }
            (_, Goal::End) => removed.entry(list).or_default().push(item),
        }
    }
    for (list, items) in removed {
        let Some(array) = state.field(list) else { continue };
        let all = tree.items(array).count();
        if items.len() < all {
            replacements.extend(remove_children(tree, array, &items));
        } else if list == "Choices" {
            return Err(EditError::ChoiceCannotEnd(state.shared_name()));
        } else if let Some(member) = tree.parent(array) {
            replacements.extend(remove_children(tree, node, &[member]));
        }
    }
    Ok(replacements)
}

/// Whether states of this type can have such a way at all.
pub(super) fn check_kind(state: State<'_>, kind: TransitionKind) -> Result<(), EditError> {
    let fits = match kind {
        TransitionKind::Next => {
            return match state.state_type() {
                Some(StateType::Choice) => Err(EditError::ChoiceCannotEnd(state.shared_name())),
                Some(state_type) if !state_type.has_next() => {
                    Err(EditError::NoNext { state: state.shared_name(), state_type })
                }
                _ => Ok(()),
            };
        }
        TransitionKind::Choice(_) | TransitionKind::Default => state.state_type() == Some(StateType::Choice),
        TransitionKind::Catch(_) => state.state_type().is_none_or(StateType::handles_errors),
    };
    if fits { Ok(()) } else { Err(EditError::NoSuchWay(state.shared_name())) }
}

fn redirect_next(state: State<'_>, style: &Style, goal: &Goal) -> Result<Vec<Replacement>, EditError> {
    let tree = state.document().tree();
    let node = state.node().ok_or(EditError::Gone)?;
    let member_of = |field: &str| state.field(field).and_then(|value| tree.parent(value));
    let (wanted, other, value) = match goal {
        Goal::State(name) => ("Next", "End", quoted(name)),
        Goal::End => ("End", "Next", "true".to_owned()),
    };
    let mut replacements = Vec::new();
    match (state.field(wanted), member_of(other)) {
        (Some(value_node), surplus) => {
            replacements.push(Replacement { span: tree.span(value_node), text: value });
            if let Some(surplus) = surplus {
                replacements.extend(remove_children(tree, node, &[surplus]));
            }
        }
        (None, Some(member)) => {
            replacements.push(Replacement { span: tree.span(member), text: style.member(wanted, &value) });
        }
        (None, None) => {
            let value =
                if wanted == "End" { Value::from(true) } else { json::parse(&value).unwrap_or_default() };
            replacements.push(insert_member(tree, style, node, Position::Last, wanted, &value));
        }
    }
    Ok(replacements)
}

/// Leads the start of a scope to a state.
pub(super) fn redirect_start(scope: Scope<'_>, style: &Style, name: &str) -> Replacement {
    let tree = scope.document().tree();
    match scope.field("StartAt") {
        Some(value) => Replacement { span: tree.span(value), text: quoted(name) },
        None => {
            let states = scope.field("States").and_then(|states| tree.parent(states));
            let before = text::children(tree, scope.node()).take_while(|child| Some(*child) != states).last();
            let position = before.map_or(Position::First, Position::After);
            insert_member(tree, style, scope.node(), position, "StartAt", &Value::from(name))
        }
    }
}

/// A way to a state: from the start of its scope, or out of another state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    Start,
    Way(StateId, TransitionKind),
}

/// All ways within a scope that lead to states, with their targets.
pub(super) fn ways(scope: Scope<'_>) -> Vec<(Incoming, StateId)> {
    let start = scope.start().map(|state| (Incoming::Start, state.id()));
    let others = scope.states().flat_map(|state| {
        state.transitions().into_iter().filter_map(|transition| match transition.target {
            Target::State(target) => Some((Incoming::Way(transition.from, transition.kind), target)),
            _ => None,
        })
    });
    start.into_iter().chain(others).collect()
}

/// Leads ways elsewhere, each to a goal of its own.
pub(super) fn redirect_all(
    scope: Scope<'_>,
    style: &Style,
    goals: &[(Incoming, Goal)],
) -> Result<Vec<Replacement>, EditError> {
    let mut by_state: Vec<(StateId, Vec<(TransitionKind, Goal)>)> = Vec::new();
    let mut replacements = Vec::new();
    for (incoming, goal) in goals {
        match incoming {
            Incoming::Start => {
                if let Goal::State(name) = goal {
                    replacements.push(redirect_start(scope, style, name));
                }
            }
            Incoming::Way(state, kind) => match by_state.iter_mut().find(|(known, _)| known == state) {
                Some((_, ways)) => ways.push((*kind, goal.clone())),
                None => by_state.push((*state, vec![(*kind, goal.clone())])),
            },
        }
    }
    for (state, goals) in by_state {
        let state = scope.document().state(state).ok_or(EditError::Gone)?;
        replacements.extend(redirect(state, style, &goals)?);
    }
    Ok(replacements)
}

/// Where a new field of a state goes: behind those that come before it in the language's table.
pub(super) fn field_position(state: State<'_>, field: &str) -> Position {
    let (Some(node), Some(state_type)) = (state.node(), state.state_type()) else { return Position::Last };
    let tree = state.document().tree();
    let rank = |name: &str| state_type.object_type().all_fields().position(|field| field.name == name);
    let Some(own) = rank(field) else { return Position::Last };
    let before = tree.members(node).filter(|member| rank(&member.name).is_some_and(|rank| rank < own)).last();
    match before {
        Some(member) => Position::After(member.node),
        None => Position::First,
    }
}

/// Where a state goes on by itself: the target of `Next`, of `Default`, or else of the first rule.
pub(super) fn main_way(state: State<'_>) -> Goal {
    let transitions = state.transitions();
    let preferred = transitions
        .iter()
        .find(|transition| matches!(transition.kind, TransitionKind::Next | TransitionKind::Default))
        .or_else(|| {
            transitions.iter().find(|transition| matches!(transition.kind, TransitionKind::Choice(_)))
        });
    match preferred.map(|transition| &transition.target) {
        Some(Target::State(target)) => {
            state.document().state(*target).map_or(Goal::End, |target| Goal::State(target.name().to_owned()))
        }
        Some(Target::Missing(name)) => Goal::State(name.clone().into_owned()),
        _ => Goal::End,
    }
}

/// What a way out of a state leads to now.
pub(super) fn goal_of(document: &Document, from: StateId, kind: TransitionKind) -> Option<Goal> {
    let state = document.state(from)?;
    let transition = state.transitions().into_iter().find(|transition| transition.kind == kind)?;
    Some(match transition.target {
        Target::State(target) => Goal::State(document.state(target)?.name().to_owned()),
        Target::Missing(name) => Goal::State(name.into_owned()),
        Target::End => Goal::End,
    })
}
