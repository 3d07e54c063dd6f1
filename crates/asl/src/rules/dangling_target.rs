use std::borrow::Cow;

use json::{NodeId, NodeKind};

use super::{Context, Findings, Reach, Rule, Stage};
use crate::edit::add_state_patch;
use crate::{Patch, Scope, StateId, Target};

pub(super) static RULE: Rule = Rule {
    code: "dangling-target",
    title: "A transition leads to no state",
    explanation: "StartAt, Next and Default name a state of the same scope: a transition can't enter or leave a branch or the body of a Map state.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for scope in context.document.scopes() {
        if !scope.field("States").is_some_and(|states| tree.kind(states) == NodeKind::Object) {
            continue;
        }
        if let Some(node) = scope.field("StartAt")
            && let Some(name) = tree.as_str(node)
            && scope.state_named(&name).is_none()
        {
            let owner = scope.owner().map(|owner| owner.id());
            report(context, findings, scope, owner, node, name);
        }
        for state in scope.states() {
            for transition in state.transitions() {
                if let (Target::Missing(name), Some(node)) = (transition.target, transition.node) {
                    report(context, findings, scope, Some(state.id()), node, name);
                }
            }
        }
    }
}

fn report(
    context: &Context<'_>,
    findings: &mut Findings,
    scope: Scope<'_>,
    state: Option<StateId>,
    node: NodeId,
    name: Cow<'_, str>,
) {
    if name.is_empty() || context.is_placeholder(&name) || findings.is_full() {
        return;
    }
    let elsewhere = context.document.state_named(&name).is_some();
    // A guess costs a look at all states: the first problems get one.
    let wants_fixes = findings.wants_fixes();
    let candidates = if wants_fixes { usize::MAX } else { 0 };
    let similar = scope
        .states()
        .take(candidates)
        .map(|other| (super::unknown_field::distance(other.name(), &name, 3), other.name()))
        .filter(|(distance, _)| *distance <= 3.min(name.len() / 2))
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, similar)| similar);
    let message = match similar {
        _ if elsewhere => format!("The state {name} is in another scope. Transitions stay within theirs."),
        Some(similar) => format!("There is no state {name}. Did you mean {similar}?"),
        None => format!("There is no state {name}. Choose another target or add the state."),
    };
    let mut draft = findings
        .at(context, &RULE, node, message)
        .state(state)
        .stage(Stage::Targets)
        .aws("MISSING_TRANSITION_TARGET", format!("Missing 'Next' target: {name}"));
    if let Some(similar) = similar {
        let patch = Patch::replace(context.tree().span(node), crate::edit::quoted(similar));
        draft = draft.fix(format!("Change to {similar}"), patch);
    }
    if wants_fixes
        && !elsewhere
        && let Some(patch) = add_state_patch(scope, &name)
    {
        draft = draft.fix(format!("Add a state {name}"), patch);
    }
    draft.push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn targets_are_in_the_scope() {
        check(
            "dangling-target",
            r#"{"StartAt": "Frist", "States": {
                "First": {"Type": "Choice", "Choices": [{"Next": "Inner"}], "Default": "Nowhere"},
                "P": {"Type": "Parallel", "Branches": [{"StartAt": "Inner", "States": {"Inner": {"Type": "Pass", "Next": "P"}}}],
                      "Catch": [{"Next": "?"}], "Next": "First"}
            }}"#,
            &[
                "/StartAt: There is no state Frist. Did you mean First?",
                "/States/First/Choices[0]/Next: The state Inner is in another scope. Transitions stay within theirs.",
                "/States/First/Default: There is no state Nowhere. Choose another target or add the state.",
                "/States/P/Branches[0]/States/Inner/Next: The state P is in another scope. Transitions stay within theirs.",
                "/States/P/Catch[0]/Next: There is no state ?. Choose another target or add the state.",
            ],
        );
    }

    #[test]
    fn the_missing_state_can_be_added() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Next step"}}}"#;
        let problems = crate::Document::parse(text).problems();
        let fix = problems
            .iter()
            .flat_map(|problem| &problem.fixes)
            .find(|fix| fix.title == "Add a state Next step");
        let fixed = fix.unwrap().patch.apply_to(text).0;
        assert_eq!(
            fixed,
            r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "Next step"}, "Next step": {"Type": "Pass", "End": true}}}"#
        );
        assert_eq!(crate::Document::parse(&fixed).problems(), []);
    }
}
