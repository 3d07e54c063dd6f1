use json::{Span, Str};

use super::super::{Context, Findings, Reach, Rule};
use crate::variable_references::visible_scopes;
use crate::{QueryLanguage, ScopeId};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "shadowed-variable",
    title: "Two variables of one name are in scope",
    explanation: "States within a Parallel or Map state can't assign a variable that the states around them assign: Step Functions refuses it. A variable within an expression hides the workflow's variable of its name.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let assigned = context.assignments();
    for (scope, names) in assigned {
        let Some(scope) = context.document.scope(*scope) else { continue };
        let visible = visible_scopes(scope);
        let outer: Vec<ScopeId> = visible.into_iter().skip(1).collect();
        for (name, node) in names {
            if !outer.iter().any(|scope| assigned.get(scope).is_some_and(|names| names.contains_key(name))) {
                continue;
            }
            let span = context.tree().member(*node).map_or(Span::default(), |member| member.name_span);
            let message = format!("${name} is assigned around this state too. Choose another name here.");
            findings
                .at(context, &RULE, *node, message)
                .span(span)
                .state(context.document.state_at(span.start).map(|state| state.id()))
                .warning()
                .push_to(findings);
        }
    }
    let text = context.document.text();
    if !context.document.states().any(|state| state.facts().has_local_variables) {
        return;
    }
    let is_variable = |name: &str| assigned.values().any(|names| names.contains_key(&Str::from(name)));
    for (at, _) in text.match_indices(":=") {
        let before = text.get(..at).unwrap_or_default().trim_end();
        let name_length: usize = before
            .chars()
            .rev()
            .take_while(|character| character.is_alphanumeric() || *character == '_')
            .map(char::len_utf8)
            .sum();
        let start = before.len() - name_length;
        let name = before.get(start..).unwrap_or_default();
        let is_local = before.get(..start).is_some_and(|rest| rest.ends_with('$')) && !name.is_empty();
        let Some(state) = context.document.state_at(at).filter(|_| is_local && is_variable(name)) else {
            continue;
        };
        if state.language() != QueryLanguage::Jsonata {
            continue;
        }
        let message = format!(
            "${name} hides the workflow's variable of this name within the expression. Choose another name."
        );
        findings
            .at(context, &RULE, state.member(), message)
            .span(Span::new(start - 1, before.len()))
            .state(Some(state.id()))
            .warning()
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::check_advice;

    #[test]
    fn names_are_used_once() {
        let text = |inner: &str, mode: &str| {
            format!(
                r#"{{"QueryLanguage": "JSONata", "StartAt": "A", "States": {{
            "A": {{"Type": "Pass", "Assign": {{"x": 1}}, "Next": "M"}},
            "M": {{"Type": "Map", "End": true, "ItemProcessor": {{{mode}"StartAt": "I", "States": {{"I": {{"Type": "Pass", {inner}, "End": true}}}}}}}}
        }}}}"#
            )
        };
        let distributed = r#""ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "#;
        let assign = r#""Assign": {"x": 2}"#;
        check_advice(
            "shadowed-variable",
            &text(assign, ""),
            &[
                "/States/M/ItemProcessor/States/I/Assign/x: $x is assigned around this state too. Choose another name here.",
            ],
        );
        check_advice("shadowed-variable", &text(assign, distributed), &[]);
        check_advice("shadowed-variable", &text(r#""Assign": {"y": 2}"#, ""), &[]);
        check_advice(
            "shadowed-variable",
            &text(r#""Output": "{% ($x := 1; $y := 2; $x + $y) %}""#, ""),
            &[
                "/States/M/ItemProcessor/States/I: $x hides the workflow's variable of this name within the expression. Choose another name.",
            ],
        );
    }
}
