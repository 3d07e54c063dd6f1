use std::collections::{HashMap, HashSet};

use super::super::{Context, Findings, Reach, Rule};
use super::loops::{Loop, targets};
use crate::{Scope, ScopeId, StateId, StateType, Target};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "endless-loop",
    title: "A loop has no way out",
    explanation: "States that only lead to each other run until the execution has 25,000 events and then fail.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut ends: HashMap<ScopeId, HashSet<StateId>> = HashMap::new();
    for found in context.loops() {
        let Some(first) = found.states.first() else { continue };
        let scope = first.scope();
        // Of loops that lead to each other the last one is the trap.
        if leads_elsewhere(found)
            || ends.entry(scope.id()).or_insert_with(|| leads_to_end(scope)).contains(&first.id())
        {
            continue;
        }
        let state = found.entry().unwrap_or(*first);
        let message =
            format!("From {} no way leads to an end: it runs until 25,000 events are used up.", state.name());
        findings
            .at(context, &RULE, state.member(), message)
            .span(state.name_span())
            .state(Some(state.id()))
            .warning()
            .push_to(findings);
    }
}

fn leads_elsewhere(found: &Loop<'_>) -> bool {
    found.states.iter().any(|state| targets(*state).any(|target| !found.contains(target)))
}

/// The states from which some way leads to an end, or to nowhere.
fn leads_to_end(scope: Scope<'_>) -> HashSet<StateId> {
    let mut incoming: HashMap<StateId, Vec<StateId>> = HashMap::new();
    let mut ends: HashSet<StateId> = HashSet::new();
    for state in scope.states() {
        let mut ways = 0;
        for transition in state.transitions() {
            ways += 1;
            match transition.target {
                Target::State(target) => incoming.entry(target).or_default().push(state.id()),
                _ => {
                    ends.insert(state.id());
                }
            }
        }
        // A Choice without a default fails if no rule matches, which is an end as well.
        let can_fail = state.state_type() == Some(StateType::Choice) && state.field("Default").is_none();
        if ways == 0 || can_fail {
            ends.insert(state.id());
        }
    }
    let mut waiting: Vec<StateId> = ends.iter().copied().collect();
    while let Some(state) = waiting.pop() {
        for from in incoming.get(&state).into_iter().flatten() {
            if ends.insert(*from) {
                waiting.push(*from);
            }
        }
    }
    ends
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn loops_have_a_way_out() {
        let text = r#"{"StartAt": "A", "States": {
            "A": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Pass", "Next": "C"},
            "C": {"Type": "Pass", "Next": "B"},
            "D": {"Type": "Succeed"}
        }}"#;
        let message = "/States/B: From B no way leads to an end: it runs until 25,000 events are used up.";
        check_advice("endless-loop", text, &[message]);
        let choice = text.replace(
            r#""C": {"Type": "Pass", "Next": "B"}"#,
            r#""C": {"Type": "Choice", "Choices": [{"Variable": "$.x", "IsNull": true, "Next": "B"}], "Default": "D"}"#,
        );
        check_advice("endless-loop", &choice, &[]);
    }
}
