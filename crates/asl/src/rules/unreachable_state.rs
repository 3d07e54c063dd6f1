use std::collections::HashSet;

use json::NodeKind;

use super::{Context, Findings, Reach, Rule, Stage, no_terminal_state};
use crate::edit::remove_member_patch;
use crate::{Scope, StateId, Target};

pub(super) static RULE: Rule = Rule {
    code: "unreachable-state",
    title: "No way leads to a state",
    explanation: "Every state must be reachable from the start of its scope through Next, Choices, Default or Catch.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    // AWS doesn't look for it in a machine that has no end.
    let ends = context.document.machine().is_some_and(no_terminal_state::has_end);
    for scope in context.document.scopes() {
        // Without a start, everything would be reported; the missing start already is.
        if (scope.start().is_none() && !context.options.strict)
            || !scope.field("StartAt").is_some_and(|start| context.tree().kind(start) == NodeKind::String)
        {
            continue;
        }
        let reached = reachable(scope);
        let unreached = scope.states().filter(|state| !reached.contains(&state.id()));
        // What is no object is no state; its type is reported.
        for state in unreached.filter(|state| state.node().is_some() || context.options.strict) {
            if findings.is_full() {
                return;
            }
            let wants_fixes = findings.wants_fixes();
            let name = state.name();
            let message = format!("No way leads to {name}. Connect it to a state before it, or remove it.");
            let mut draft = findings
                .at(context, &RULE, state.member(), message)
                .span(state.name_span())
                .state(Some(state.id()))
                .stage(Stage::Reachability);
            if wants_fixes && let Some(patch) = remove_member_patch(context.tree(), state.member()) {
                draft = draft.fix(format!("Remove {name}"), patch);
            }
            if ends {
                draft
                    .aws("MISSING_TRANSITION_TARGET", format!("State \"{name}\" is not reachable."))
                    .push_to(findings);
            } else {
                draft.push_to(findings);
            }
        }
    }
}

fn reachable(scope: Scope<'_>) -> HashSet<StateId> {
    let mut reached: HashSet<StateId> = scope.start().map(|state| state.id()).into_iter().collect();
    let mut waiting: Vec<StateId> = reached.iter().copied().collect();
    while let Some(state) = waiting.pop().and_then(|id| scope.document().state(id)) {
        for transition in state.transitions() {
            if let Target::State(target) = transition.target
                && reached.insert(target)
            {
                waiting.push(target);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn states_without_a_way_to_them_are_found() {
        check(
            "unreachable-state",
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Task", "End": true, "Catch": [{"Next": "B"}]},
                "B": {"Type": "Fail"},
                "C": {"Type": "Pass", "Next": "D"},
                "D": {"Type": "Pass", "Next": "C"},
                "E": {"Type": "Pass", "Next": "E"}
            }}"#,
            &[
                "/States/C: No way leads to C. Connect it to a state before it, or remove it.",
                "/States/D: No way leads to D. Connect it to a state before it, or remove it.",
                "/States/E: No way leads to E. Connect it to a state before it, or remove it.",
            ],
        );
    }
}
