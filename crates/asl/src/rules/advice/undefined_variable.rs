use super::super::{Context, Findings, Reach, Rule};
use crate::variable_references::visible_scopes;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "undefined-variable",
    title: "A variable is read that no state sets",
    explanation: "A state sees the variables that its scope and those around it assign. A distributed map doesn't see those around it.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let assigned = context.assignments();
    for (name, variables) in context.references() {
        let Some(state) = context.document.state_named(name) else { continue };
        let visible = visible_scopes(state.scope());
        for variable in variables {
            let is_set = visible
                .iter()
                .any(|scope| assigned.get(scope).is_some_and(|names| names.contains_key(variable)));
            if is_set {
                continue;
            }
            let message = format!("{name} reads ${variable}, and no state that it can see assigns it.");
            findings
                .at(context, &RULE, super::reader(context, state, variable), message)
                .state(Some(state.id()))
                .warning()
                .push_to(findings);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn variables_are_set_before_they_are_read() {
        check_advice(
            "undefined-variable",
            r#"{"StartAt": "A", "States": {
                "A": {"Type": "Pass", "Assign": {"x": 1, "y.$": "$.y"}, "Next": "B"},
                "B": {"Type": "Pass", "Parameters": {"a.$": "$x", "b.$": "$z"}, "Next": "M"},
                "M": {"Type": "Map", "End": true, "ItemProcessor": {
                    "ProcessorConfig": {"Mode": "DISTRIBUTED"},
                    "StartAt": "I", "States": {"I": {"Type": "Pass", "InputPath": "$x", "End": true}}
                }}
            }}"#,
            &[
                "/States/B/Parameters/b.$: B reads $z, and no state that it can see assigns it.",
                "/States/M/ItemProcessor/States/I/InputPath: I reads $x, and no state that it can see assigns it.",
            ],
        );
    }
}
