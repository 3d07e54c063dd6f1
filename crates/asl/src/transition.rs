//! The ways from state to state.

use std::borrow::Cow;

use json::{NodeId, NodeKind, Str};

use crate::{State, StateId, StateType};

/// Why a state goes on to another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransitionKind {
    /// `Next`, `"End": true`, or the end that Succeed and Fail are.
    Next,
    /// The rule of a Choice at this position, from 0.
    Choice(usize),
    /// `Default` of a Choice.
    Default,
    /// The catcher at this position, from 0.
    Catch(usize),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'d> {
    State(StateId),
    /// The end of the scope.
    End,
    /// A name that no state of the scope has.
    Missing(Cow<'d, str>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition<'d> {
    pub from: StateId,
    pub kind: TransitionKind,
    pub target: Target<'d>,
    /// The value that names the target: of `Next`, `Default` or `End`. None for Succeed and Fail.
    pub node: Option<NodeId>,
}

pub(crate) fn of<'d>(state: State<'d>) -> Vec<Transition<'d>> {
    let scope = state.scope();
    let transition = |way: &'d Way| {
        let target = match &way.to {
            None => Target::End,
            Some(name) => match scope.state_named(name) {
                Some(target) => Target::State(target.id()),
                None => Target::Missing(Cow::Borrowed(name)),
            },
        };
        let node = way.distance.map(|distance| state.member().at_distance(distance));
        Transition { from: state.id(), kind: way.kind, target, node }
    };
    state.memo().ways(|| ways(state)).iter().map(transition).collect()
}

/// A transition as the state's own text tells it. Kept with the state as long as that stays.
#[derive(Debug)]
pub(crate) struct Way {
    kind: TransitionKind,
    /// The name of the state that it leads to; none for the end of the scope.
    to: Option<Str>,
    /// How far the value that names the target is behind the state's member.
    distance: Option<i64>,
}

fn ways(state: State<'_>) -> Vec<Way> {
    let tree = state.document().tree();
    let mut ways = Vec::new();
    let distance = |node: NodeId| node.distance_from(state.member());
    let end =
        |node: Option<NodeId>| Way { kind: TransitionKind::Next, to: None, distance: node.map(distance) };
    let lead = |kind, node: Option<NodeId>| {
        let name = tree.as_str(node?)?;
        Some(Way { kind, to: Some(name.into()), distance: node.map(distance) })
    };
    match state.state_type() {
        Some(state_type) if state_type.is_terminal() => ways.push(end(None)),
        Some(StateType::Choice) => {
            if let Some(choices) = state.field("Choices") {
                for (position, rule) in tree.items(choices).enumerate() {
                    ways.extend(lead(TransitionKind::Choice(position), next_of(state, rule)));
                }
            }
            ways.extend(lead(TransitionKind::Default, state.field("Default")));
        }
        _ => {
            if let Some(next) = state.field("Next") {
                ways.extend(lead(TransitionKind::Next, Some(next)));
            } else if state.is_end() {
                ways.push(end(state.field("End")));
            }
        }
    }
    if state.state_type().is_none_or(StateType::handles_errors)
        && let Some(catchers) = state.field("Catch")
    {
        for (position, catcher) in tree.items(catchers).enumerate() {
            ways.extend(lead(TransitionKind::Catch(position), next_of(state, catcher)));
        }
    }
    ways
}

fn next_of(state: State<'_>, object: NodeId) -> Option<NodeId> {
    let tree = state.document().tree();
    (tree.kind(object) == NodeKind::Object).then(|| tree.get(object, "Next"))?
}

#[cfg(test)]
mod tests {
    use super::{Target, TransitionKind};
    use crate::Document;

    #[test]
    fn all_ways_out_are_found() {
        let document = Document::parse(
            r#"{"StartAt": "T", "States": {
                "T": {"Type": "Task", "Resource": "r", "Next": "C", "Catch": [{"Next": "F"}, {"Next": "Gone"}]},
                "C": {"Type": "Choice", "Choices": [{"Next": "T"}, {}, {"Next": "F"}], "Default": "E"},
                "E": {"Type": "Pass", "End": true},
                "F": {"Type": "Fail"}
            }}"#,
        );
        let ways = |name| -> Vec<String> {
            let state = document.state_named(name).unwrap();
            let text = |target: &Target<'_>| match target {
                Target::State(id) => document.state(*id).unwrap().name().to_owned(),
                Target::End => "(end)".to_owned(),
                Target::Missing(name) => format!("{name}?"),
            };
            state.transitions().iter().map(|way| format!("{:?} {}", way.kind, text(&way.target))).collect()
        };
        assert_eq!(ways("T"), ["Next C", "Catch(0) F", "Catch(1) Gone?"]);
        assert_eq!(ways("C"), ["Choice(0) T", "Choice(2) F", "Default E"]);
        assert_eq!(ways("E"), ["Next (end)"]);
        assert_eq!(ways("F"), ["Next (end)"]);
        assert!(TransitionKind::Choice(0) < TransitionKind::Choice(2));
    }
}
