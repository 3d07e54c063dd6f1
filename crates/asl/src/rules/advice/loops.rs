//! Loops of states, and what a visit of a state costs.

use std::collections::HashMap;

use crate::resource::{Pattern, Resource};
use crate::{Scope, State, StateId, StateType, Target};

/// How many events the history of a Standard execution may have (Step Functions service quotas).
pub(super) const MAX_EVENTS: u64 = 25_000;

/// Larger loops are not looked into in detail.
const MAX_SEARCHED: usize = 60;

/// States that lead to each other, in the order of the text.
pub(in crate::rules) struct Loop<'d> {
    pub states: Vec<State<'d>>,
}

/// The ways between states of a scope, catchers included.
pub(super) fn targets<'d>(state: State<'d>) -> impl Iterator<Item = StateId> + 'd {
    state.transitions().into_iter().filter_map(|transition| match transition.target {
        Target::State(target) => Some(target),
        _ => None,
    })
}

/// All loops of a scope: the strongly connected parts of its graph. Linear (Tarjan's algorithm).
pub(in crate::rules) fn loops(scope: Scope<'_>) -> Vec<Loop<'_>> {
    let states: Vec<State<'_>> = scope.states().collect();
    let numbers: HashMap<StateId, usize> =
        states.iter().enumerate().map(|(number, state)| (state.id(), number)).collect();
    let ways: Vec<Vec<usize>> = states
        .iter()
        .map(|state| targets(*state).filter_map(|target| numbers.get(&target).copied()).collect())
        .collect();
    components(&ways)
        .into_iter()
        .filter(|part| {
            part.len() > 1
                || part.first().is_some_and(|only| ways.get(*only).is_some_and(|ways| ways.contains(only)))
        })
        .map(|mut part| {
            part.sort_unstable();
            Loop { states: part.into_iter().filter_map(|number| states.get(number).copied()).collect() }
        })
        .collect()
}

fn components(ways: &[Vec<usize>]) -> Vec<Vec<usize>> {
    #[derive(Clone, Copy, Default)]
    struct Mark {
        index: usize,
        low: usize,
        seen: bool,
        on_stack: bool,
    }
    let mut marks = vec![Mark::default(); ways.len()];
    let mut index = 0;
    let mut stack = Vec::new();
    let mut found = Vec::new();
    for root in 0..ways.len() {
        // A node and the way out of it that comes next.
        let mut work = vec![(root, 0_usize)];
        while let Some((node, way)) = work.pop() {
            let Some(mark) = marks.get(node).copied() else { continue };
            if way == 0 {
                if mark.seen {
                    continue;
                }
                if let Some(mark) = marks.get_mut(node) {
                    *mark = Mark { index, low: index, seen: true, on_stack: true };
                }
                index += 1;
                stack.push(node);
            }
            let targets = ways.get(node).map(Vec::as_slice).unwrap_or_default();
            if way > 0
                && let Some(low) =
                    targets.get(way - 1).and_then(|target| marks.get(*target)).map(|target| target.low)
                && targets
                    .get(way - 1)
                    .is_some_and(|target| marks.get(*target).is_some_and(|mark| mark.on_stack))
                && let Some(mark) = marks.get_mut(node)
            {
                mark.low = mark.low.min(low);
            }
            if let Some(target) = targets.get(way) {
                work.push((node, way + 1));
                match marks.get(*target) {
                    Some(target_mark) if !target_mark.seen => work.push((*target, 0)),
                    _ => {}
                }
                continue;
            }
            let Some(mark) = marks.get(node).copied() else { continue };
            if mark.low == mark.index {
                let mut part = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(mark) = marks.get_mut(member) {
                        mark.on_stack = false;
                    }
                    part.push(member);
                    if member == node {
                        break;
                    }
                }
                found.push(part);
            }
        }
    }
    found
}

impl<'d> Loop<'d> {
    pub fn contains(&self, state: StateId) -> bool {
        self.states.iter().any(|inner| inner.id() == state)
    }

    /// Whether some way leads out.
    pub fn has_way_out(&self) -> bool {
        self.states.iter().any(|state| {
            state.transitions().iter().any(|way| match &way.target {
                Target::State(target) => !self.contains(*target),
                Target::End | Target::Missing(_) => true,
            })
        })
    }

    /// The first state that something outside leads to, or else the first of all.
    pub fn entry(&self) -> Option<State<'d>> {
        let first = *self.states.first()?;
        let scope = first.scope();
        let start = scope.start().map(State::id);
        let entered = scope
            .states()
            .filter(|state| !self.contains(state.id()))
            .flat_map(targets)
            .chain(start)
            .find(|target| self.contains(*target));
        entered.and_then(|id| self.states.iter().copied().find(|state| state.id() == id)).or(Some(first))
    }

    /// The fewest events that a round can have.
    pub fn events_of_a_round(&self) -> u64 {
        if self.states.len() > MAX_SEARCHED {
            return self.states.iter().map(|state| events_of_a_visit(*state)).sum();
        }
        let rounds = self.states.iter().filter_map(|start| self.shortest_round(start.id()));
        rounds.min().unwrap_or(1).max(1)
    }

    fn shortest_round(&self, start: StateId) -> Option<u64> {
        let mut best: HashMap<StateId, u64> = HashMap::new();
        let mut waiting = vec![(start, 0)];
        let mut round = None;
        while let Some((id, before)) = waiting.pop() {
            let Some(state) = self.states.iter().find(|state| state.id() == id) else { continue };
            let events = before + events_of_a_visit(*state);
            for target in targets(*state).filter(|target| self.contains(*target)) {
                if target == start {
                    round = Some(round.map_or(events, |known: u64| known.min(events)));
                } else if best.get(&target).is_none_or(|known| events < *known)
                    && round.is_none_or(|known| events < known)
                {
                    best.insert(target, events);
                    waiting.push((target, events));
                }
            }
        }
        round
    }

    /// The seconds that the Wait states of the loop take together: none if a path or an expression tells them.
    pub fn waited_seconds(&self) -> Option<u64> {
        let waits = self.states.iter().filter(|state| state.state_type() == Some(StateType::Wait));
        waits
            .map(|state| state.value("Seconds")?.as_i64().and_then(|seconds| u64::try_from(seconds).ok()))
            .sum()
    }

    pub fn has_wait(&self) -> bool {
        self.states.iter().any(|state| state.state_type() == Some(StateType::Wait))
    }
}

/// The events of a visit without errors; of a Map with one item.
pub(super) fn events_of_a_visit(state: State<'_>) -> u64 {
    match state.state_type() {
        Some(StateType::Task) => match pattern_of(state) {
            TaskPattern::Answer => 5,
            TaskPattern::Job | TaskPattern::Token => 6,
            TaskPattern::Activity => 5,
        },
        Some(StateType::Parallel) => 4 + state.scopes().map(events_of_a_pass).sum::<u64>(),
        Some(StateType::Map) => 6 + state.scopes().map(events_of_a_pass).sum::<u64>(),
        _ => 2,
    }
}

/// The events of the states of a scope, taken as if all were visited once; bounded for deep nests.
fn events_of_a_pass(scope: Scope<'_>) -> u64 {
    scope
        .states()
        .map(|state| match state.state_type() {
            Some(StateType::Task) => 5,
            Some(StateType::Parallel | StateType::Map) => 6,
            _ => 2,
        })
        .sum()
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TaskPattern {
    Answer,
    Job,
    Token,
    Activity,
}

pub(super) fn pattern_of(state: State<'_>) -> TaskPattern {
    let resource = state.string("Resource").unwrap_or_default();
    match Resource::parse(&resource) {
        Some(Resource::Activity { .. }) => TaskPattern::Activity,
        Some(resource) => match resource.pattern() {
            Pattern::Sync | Pattern::Sync2 => TaskPattern::Job,
            Pattern::WaitForTaskToken => TaskPattern::Token,
            _ => TaskPattern::Answer,
        },
        None if resource.contains(".waitForTaskToken") => TaskPattern::Token,
        None if resource.contains(".sync") => TaskPattern::Job,
        None => TaskPattern::Answer,
    }
}

/// A count as people read it: `2,500`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{loops, thousands};
    use crate::Document;

    #[test]
    fn loops_are_found() {
        let document = Document::parse(
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Next": "B"},
                "B": {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Next": "C"},
                "C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "W"}], "Default": "E"},
                "W": {"Type": "Wait", "Seconds": 30, "Next": "B"},
                "E": {"Type": "Pass", "Next": "E2"},
                "E2": {"Type": "Task", "Resource": "r", "Catch": [{"ErrorEquals": ["X"], "Next": "E2"}], "End": true}
            }}"#,
        );
        let found = loops(document.machine().unwrap());
        let mut text: Vec<String> = found
            .iter()
            .map(|found| {
                let names: Vec<_> = found.states.iter().map(|state| state.name()).collect();
                format!(
                    "{} from {} {} {:?} {}",
                    names.join(" "),
                    found.entry().unwrap().name(),
                    found.events_of_a_round(),
                    found.waited_seconds(),
                    found.has_way_out()
                )
            })
            .collect();
        text.sort();
        assert_eq!(text, ["B C W from B 9 Some(30) true", "E2 from E2 5 Some(0) true"]);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(
            [1, 999, 1000, 25_000, 1_234_567].map(thousands),
            ["1", "999", "1,000", "25,000", "1,234,567"]
        );
    }
}
