use std::collections::HashSet;

use asl::{Document, Scope, State, StateType, Target};
use json::Str;

/// Scopes deeper than this are left out, as in the picture.
const MAX_DEPTH: usize = 64;

/// A row of the outline: a state, or a branch of a Parallel state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutlineItem {
    /// The key of the state's node, or the JSON pointer of the branch.
    pub key: Str,
    /// The state's name, or what the branch is called.
    pub name: Str,
    pub state_type: Option<StateType>,
    pub is_branch: bool,
    /// How many items it is inside, from 0.
    pub depth: usize,
    /// Whether there are items inside of it.
    pub has_items: bool,
    /// The position among those beside it, from 1, and how many they are.
    pub position: usize,
    pub siblings: usize,
    /// The names of the states that it leads to, each once.
    pub targets: Vec<Str>,
}

/// The states of a definition as a tree, what is inside of something right after it. The states of a scope stand
/// in the order of execution, as far as there is one: what a way leads to comes after where it comes from. States
/// that no way leads to come last.
pub fn outline(document: &Document) -> Vec<OutlineItem> {
    let mut items = Vec::with_capacity(document.state_count());
    // What is still to be written, the next at the end.
    let mut waiting: Vec<OutlineItem> = Vec::new();
    if let Some(machine) = document.machine() {
        waiting.extend(items_of(machine, 0).into_iter().rev());
    }
    while let Some(item) = waiting.pop() {
        let inner = match document.state_at_pointer(&item.key) {
            _ if item.depth + 1 >= MAX_DEPTH => Vec::new(),
            Some(state) => items_inside(state, item.depth + 1),
            None => {
                branch_at(document, &item.key).map_or_else(Vec::new, |scope| items_of(scope, item.depth + 1))
            }
        };
        waiting.extend(inner.into_iter().rev());
        items.push(item);
    }
    items
}

fn branch_at<'d>(document: &'d Document, key: &str) -> Option<Scope<'d>> {
    let (rest, position) = key.rsplit_once('/')?;
    let owner = document.state_at_pointer(rest.strip_suffix("/Branches")?)?;
    owner.scopes().nth(position.parse().ok()?)
}

fn items_inside(state: State<'_>, depth: usize) -> Vec<OutlineItem> {
    if state.state_type() != Some(StateType::Parallel) {
        return state.scopes().next().map_or_else(Vec::new, |scope| items_of(scope, depth));
    }
    let count = state.scopes().count();
    let pointer = state.pointer();
    let branches = state.scopes().enumerate().map(|(position, scope)| OutlineItem {
        key: format!("{pointer}/Branches/{position}").into(),
        name: format!("Branch {}", position + 1).into(),
        state_type: None,
        is_branch: true,
        depth,
        has_items: scope.states().next().is_some(),
        position: position + 1,
        siblings: count,
        targets: Vec::new(),
    });
    branches.collect()
}

fn items_of(scope: Scope<'_>, depth: usize) -> Vec<OutlineItem> {
    let states = in_order(scope);
    let count = states.len();
    let items = states.into_iter().enumerate().map(|(position, state)| OutlineItem {
        key: state.pointer().into(),
        name: state.shared_name(),
        state_type: state.state_type(),
        is_branch: false,
        depth,
        has_items: state.scopes().any(|scope| scope.states().next().is_some()),
        position: position + 1,
        siblings: count,
        targets: targets_of(state),
    });
    items.collect()
}

fn targets_of(state: State<'_>) -> Vec<Str> {
    let mut targets: Vec<Str> = Vec::new();
    for transition in state.transitions() {
        let name = match &transition.target {
            Target::State(target) => state.document().state(*target).map(|state| state.shared_name()),
            Target::Missing(name) => Some(name.as_ref().into()),
            Target::End => None,
        };
        if let Some(name) = name.filter(|name| !targets.contains(name)) {
            targets.push(name);
        }
    }
    targets
}

/// The states of a scope: each after all that lead to it, but for ways that close a loop, and those that no way
/// leads to last.
fn in_order(scope: Scope<'_>) -> Vec<State<'_>> {
    let all: Vec<State<'_>> = scope.states().collect();
    let mut seen = HashSet::new();
    let mut order = Vec::with_capacity(all.len());
    for start in scope.start().into_iter().chain(all) {
        if !seen.insert(start.id()) {
            continue;
        }
        // In a depth-first walk, a state is left after all that it leads to: backwards, it comes before them.
        let mut left = Vec::new();
        let mut path = vec![(start, inner_targets(start, scope))];
        while let Some((state, targets)) = path.last_mut() {
            match targets.pop() {
                Some(target) if seen.insert(target.id()) => {
                    path.push((target, inner_targets(target, scope)));
                }
                Some(_) => {}
                None => {
                    left.push(*state);
                    path.pop();
                }
            }
        }
        order.extend(left.into_iter().rev());
    }
    order
}

fn inner_targets<'d>(state: State<'d>, scope: Scope<'d>) -> Vec<State<'d>> {
    let targets = state.transitions().into_iter().filter_map(|transition| match transition.target {
        Target::State(target) => state.document().state(target),
        _ => None,
    });
    targets.filter(|target| target.scope().id() == scope.id()).collect()
}

#[cfg(test)]
mod tests {
    use asl::Document;

    use super::outline;

    #[test]
    fn states_stand_in_the_order_of_execution_and_in_what_holds_them() {
        let document = Document::parse(
            r#"{"StartAt": "B", "States": {
                "Lost": {"Type": "Pass", "Next": "Gone"},
                "A": {"Type": "Succeed"},
                "B": {"Type": "Parallel", "Branches": [
                    {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}},
                    {"StartAt": "Q", "States": {}}
                ], "Catch": [{"ErrorEquals": ["x"], "Next": "A"}], "Next": "M"},
                "M": {"Type": "Map", "ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Fail"}}}, "Next": "A"}
            }}"#,
        );
        let text: Vec<String> = outline(&document)
            .into_iter()
            .map(|item| {
                let targets: Vec<&str> = item.targets.iter().map(|name| &**name).collect();
                let indent = "  ".repeat(item.depth);
                let open = if item.has_items { "+" } else { "-" };
                format!(
                    "{indent}{open} {} {}/{} {}",
                    item.name,
                    item.position,
                    item.siblings,
                    targets.join(" ")
                )
            })
            .collect();
        assert_eq!(
            text,
            [
                "+ B 1/4 M A",
                "  + Branch 1 1/2 ",
                "    - P 1/1 ",
                "  - Branch 2 2/2 ",
                "+ M 2/4 A",
                "  - I 1/1 ",
                "- A 3/4 ",
                "- Lost 4/4 Gone",
            ]
        );
    }

    #[test]
    fn what_ways_join_in_comes_after_all_of_them() {
        let document = Document::parse(
            r#"{"StartAt": "Check", "States": {
                "Check": {"Type": "Choice", "Choices": [{"Variable": "$.paid", "IsPresent": true, "Next": "Send"}],
                    "Default": "Charge"},
                "Send": {"Type": "Succeed"},
                "Charge": {"Type": "Task", "Resource": "x", "Next": "Wait",
                    "Catch": [{"ErrorEquals": ["x"], "Next": "Check"}]},
                "Wait": {"Type": "Wait", "Seconds": 1, "Next": "Send"}
            }}"#,
        );
        let names: Vec<String> = outline(&document).iter().map(|item| item.name.to_string()).collect();
        assert_eq!(names, ["Check", "Charge", "Wait", "Send"]);
    }

    #[test]
    fn a_loop_and_nothing_at_all_have_an_end() {
        let document = Document::parse(
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
        );
        assert_eq!(outline(&document).len(), 2);
        assert_eq!(outline(&Document::parse("")), []);
    }
}
