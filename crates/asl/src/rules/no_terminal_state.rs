use json::Span;

use super::{Context, Findings, Reach, Rule, Stage};
use crate::{Role, Scope};

pub(super) static RULE: Rule = Rule {
    code: "no-terminal-state",
    title: "No state ends the workflow",
    explanation: "A machine needs a state with \"End\": true, a Succeed or a Fail state. So do branches and map bodies, or they never end.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for scope in context.document.scopes() {
        if scope.states().next().is_none() || has_end(scope) {
            continue;
        }
        let message = match scope.role() {
            Role::Machine => "No state ends the workflow. Set End on the last one.",
            Role::Branch(_) => "No state ends this branch. Set End on the last one.",
            Role::ItemProcessor => "No state ends the body of this Map state. Set End on the last one.",
        };
        let node = scope.node();
        let span = scope
            .field("States")
            .and_then(|states| context.tree().member_of(states))
            .map_or(Span::empty_at(context.tree().span(node).start), |member| member.name_span);
        let draft = findings
            .at(context, &RULE, node, message)
            .span(span)
            .state(scope.owner().map(|owner| owner.id()))
            .stage(Stage::Targets);
        match scope.role() {
            Role::Machine => draft
                .stage(Stage::Reachability)
                .aws("MISSING_END_STATE", "Workflow has no terminal state")
                .aws_location(None)
                .push_to(findings),
            // AWS accepts it: only the machine itself is checked.
            _ => draft.warning().push_to(findings),
        }
    }
}

/// Whether any state of the scope, reachable or not, ends it.
pub(super) fn has_end(scope: Scope<'_>) -> bool {
    scope.states().any(|state| state.is_end() || state.state_type().is_none_or(|kind| kind.is_terminal()))
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn something_must_end() {
        let text = r#"{"States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#;
        check("no-terminal-state", text, &["/: No state ends the workflow. Set End on the last one."]);
        check("no-terminal-state", &text.replace(r#""Next": "A""#, r#""End": true"#), &[]);
        let inner =
            format!(r#"{{"States": {{"P": {{"Type": "Parallel", "Branches": [{text}], "End": true}}}}}}"#)
                .replace("\"A\"", "\"C\"");
        check(
            "no-terminal-state",
            &inner,
            &["/States/P/Branches[0]: No state ends this branch. Set End on the last one."],
        );
    }
}
