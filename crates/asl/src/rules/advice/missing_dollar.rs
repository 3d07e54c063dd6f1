use json::{NodeId, NodeKind};

use super::super::{Context, Findings, Reach, Rule};
use crate::edit::quoted;
use crate::fields::Kind;
use crate::{Patch, QueryLanguage, StateId};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "missing-dollar",
    title: "A path is taken literally",
    explanation: "In a payload template only members whose names end in .$ are evaluated, and in JSONata only texts within {% %}. Any other text stays as it is, also one that looks like a path (NO_DOLLAR and PASS_RESULT_IS_STATIC of ValidateStateMachineDefinition).",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(root)) = (member.field, member.value) else { continue };
        let is_template = matches!(field.kind, Kind::Template | Kind::Assignments);
        if object.language == QueryLanguage::Jsonata
            && is_template
            && field.language.allows(QueryLanguage::Jsonata)
        {
            check_expressions(context, object.state, root, findings);
        }
        if object.language != QueryLanguage::JsonPath
            || !field.language.allows(QueryLanguage::JsonPath)
            || !(is_template || matches!(field.kind, Kind::Json))
        {
            continue;
        }
        let mut waiting = vec![root];
        while let Some(node) = waiting.pop() {
            if tree.kind(node) == NodeKind::Array {
                waiting.extend(tree.items(node));
            }
            for inner in tree.members(node) {
                let Some(value) = inner.value else { continue };
                waiting.push(value);
                let Some(text) = tree.as_str(value) else { continue };
                let looks_dynamic = text.starts_with("$.")
                    || text.starts_with("$$.")
                    || (text.starts_with("States.") && text.ends_with(')'));
                if !looks_dynamic || inner.name.ends_with(".$") && is_template {
                    continue;
                }
                let name = &inner.name;
                let draft = if is_template {
                    let message =
                        format!("{text} is taken literally. Call the member {name}.$ to evaluate it.");
                    let renamed = Patch::replace(inner.name_span, quoted(&format!("{name}.$")));
                    findings
                        .at(context, &RULE, value, message)
                        .aws("NO_DOLLAR", format!("No '.$' on field '{name}' that appears to be a JSONPath or Intrinsic Function."))
                        .fix(format!("Rename to {name}.$"), renamed)
                } else {
                    let message = format!(
                        "A Result is taken literally, {text} included. Use Parameters to evaluate it."
                    );
                    findings
                        .at(context, &RULE, value, message)
                        .aws("PASS_RESULT_IS_STATIC", "Attempt to use a path in the result of a pass state.")
                };
                draft.state(object.state).warning().push_to(findings);
            }
        }
    }
}

/// Looks for texts of a JSONata template that are meant as expressions.
fn check_expressions(context: &Context<'_>, state: Option<StateId>, root: NodeId, findings: &mut Findings) {
    let tree = context.tree();
    let mut waiting = vec![root];
    while let Some(node) = waiting.pop() {
        waiting.extend(tree.items(node));
        waiting.extend(tree.members(node).filter_map(|member| member.value));
        let Some(text) = tree.as_str(node) else { continue };
        let Some(meant) = meant_expression(&text) else { continue };
        let expression = format!("{{% {meant} %}}");
        let message = format!("{text} is taken literally. Write {expression} to evaluate it.");
        findings
            .at(context, &RULE, node, message)
            .fix(format!("Write {expression}"), Patch::replace(tree.span(node), quoted(&expression)))
            .state(state)
            .warning()
            .push_to(findings);
    }
}

/// The expression that somebody meant who wrote a path, or left the marks out.
fn meant_expression(text: &str) -> Option<String> {
    let is_plain = |path: &str| {
        let letters = path.chars();
        letters.clone().next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.clone().all(|letter| letter.is_alphanumeric() || "_.[]".contains(letter))
            && !path.ends_with('.')
            && !path.contains("..")
    };
    let of = |prefix: &str, root: &str| {
        let path = text.strip_prefix(prefix).filter(|path| is_plain(path))?;
        Some(format!("{root}.{path}"))
    };
    of("$.", "$states.input").or_else(|| of("$$.", "$states.context")).or_else(|| of("$states.", "$states"))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn texts_that_look_like_paths_are_named() {
        check_advice(
            "missing-dollar",
            &single(
                r#""Type": "Pass", "Parameters": {"a": "$.b", "c.$": "$.d", "e": "$5"}, "Result": {"f.$": "$.g"}"#,
            ),
            &[
                "/States/S/Parameters/a: $.b is taken literally. Call the member a.$ to evaluate it.",
                "/States/S/Result/f.$: A Result is taken literally, $.g included. Use Parameters to evaluate it.",
            ],
        );
    }

    #[test]
    fn texts_that_look_like_expressions_are_named() {
        check_advice(
            "missing-dollar",
            &single(
                r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": {"a": "$.b.c[0]", "d": ["$states.input"],
                    "e": "$5", "f": "{% $.g %}", "h": "$. i"}, "Assign": {"j": "$$.Execution.Id"}"#,
            ),
            &[
                "/States/S/Output/a: $.b.c[0] is taken literally. Write {% $states.input.b.c[0] %} to evaluate it.",
                "/States/S/Output/d[0]: $states.input is taken literally. Write {% $states.input %} to evaluate it.",
                "/States/S/Assign/j: $$.Execution.Id is taken literally. Write {% $states.context.Execution.Id %} to evaluate it.",
            ],
        );
    }
}
