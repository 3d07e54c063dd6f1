use json::Span;

use super::super::{Context, Findings, Reach, Rule};
use super::read_variables;
use crate::Severity;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "unused-variable",
    title: "A variable is set and never read",
    explanation: "Variables count towards a limit of 10 MiB for an execution.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let read = read_variables(context);
    for (name, node) in context.assignments().values().flatten() {
        if read.contains(name) || name.is_empty() {
            continue;
        }
        let span = context.tree().member(*node).map_or(Span::default(), |member| member.name_span);
        let state = context.document.state_at(span.start).map(|state| state.id());
        findings
            .at(
                context,
                &RULE,
                *node,
                format!("No state reads ${name}. Remove the variable if it isn't needed."),
            )
            .span(span)
            .state(state)
            .severity(Severity::Advice)
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn what_is_set_is_read() {
        check_advice(
            "unused-variable",
            &single(r#""Type": "Pass", "Assign": {"x": 1, "y.$": "$x"}, "End": true"#),
            &["/States/S/Assign/y.$: No state reads $y. Remove the variable if it isn't needed."],
        );
    }

    #[test]
    fn a_name_that_a_function_has_is_read_like_any_other() {
        let states = |output: &str| {
            format!(
                r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{
                    "A": {{"Type": "Pass", "Assign": {{"count": 1, "error": "x"}}, "Next": "B"}},
                    "B": {{"Type": "Pass", "Output": "{output}", "End": true}}
                }}}}"#
            )
        };
        check_advice("unused-variable", &states("{% $string($count) & $error %}"), &[]);
        check_advice(
            "unused-variable",
            &states("{% $count($states.input) & $error %}"),
            &["/States/A/Assign/count: No state reads $count. Remove the variable if it isn't needed."],
        );
    }
}
