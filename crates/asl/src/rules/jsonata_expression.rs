use std::borrow::Cow;

use json::{NodeId, NodeKind, Span};

use super::{Context, Findings, Reach, Rule, Stage};
use crate::fields::{CATCHER, Field, Kind};
use crate::jsonata_use::{JsonataUse, expression_text};
use crate::typed::TypedObject;
use crate::{QueryLanguage, StateType};

pub(super) static RULE: Rule = Rule {
    code: "jsonata-expression",
    title: "An expression can't be read",
    explanation: "An expression is a text that starts with {% and ends with %}, with JSONata between.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        if object.language != QueryLanguage::Jsonata || !field.language.allows(QueryLanguage::Jsonata) {
            continue;
        }
        let can_compute =
            field.expression || matches!(field.kind, Kind::Template | Kind::Assignments | Kind::Condition);
        let mut waiting = if can_compute { vec![value] } else { Vec::new() };
        while let Some(node) = waiting.pop() {
            match tree.kind(node) {
                NodeKind::Array => waiting.extend(tree.items(node)),
                NodeKind::Object => waiting.extend(tree.members(node).filter_map(|member| member.value)),
                NodeKind::String => check_text(context, findings, object, field, node),
                _ => {}
            }
        }
    }
}

fn check_text(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    field: &Field,
    node: NodeId,
) {
    let Some(text) = context.text_of(node) else { return };
    if let Some(expression) = expression_text(&text).filter(|_| text.len() >= 4) {
        if !context.is_placeholder(&text) {
            check_expression(context, findings, object, field, node, expression);
        }
        return;
    }
    let message: Cow<'_, str> = if text.starts_with("{%") {
        "The expression starts with {% but doesn't end with %}.".into()
    } else if matches!(field.kind, Kind::Condition) && !context.is_placeholder(&text) {
        "A condition is an expression: put it between {% and %}.".into()
    } else {
        return;
    };
    findings
        .at(context, &RULE, node, message)
        .state(object.state)
        .aws_schema("JSONata string must start with {% and end with %}")
        .push_to(findings);
}

fn check_expression(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    field: &Field,
    node: NodeId,
    expression: &str,
) {
    let found = JsonataUse::of(expression);
    let mut report = |message: String, span: Span, code: &'static str, aws: String| {
        findings
            .at(context, &RULE, node, message)
            .span(span_of(context, node, span))
            .state(object.state)
            .stage(Stage::Expressions)
            .aws(code, aws)
            .push_to(findings);
    };
    if let Some((message, span)) = found.error {
        let sentence = format!("{}.", message.trim_end_matches('.'));
        return report(sentence, span, "INVALID_JSONATA_EXPRESSION", message);
    }
    const UNSUPPORTED: &str = "UNSUPPORTED_JSONATA_EXPRESSION";
    for (name, span) in found.top_level_names {
        let message = format!(
            "{name} is looked up in nothing. Write $states.input.{name} for the input, or ${name} for a variable."
        );
        let aws = format!("Reference to '{name}' at the top level is not supported.");
        report(message, span, UNSUPPORTED, aws);
    }
    if let Some(span) = found.root {
        let message = "Step Functions has no $$. The input is $states.input.".to_owned();
        report(message, span, UNSUPPORTED, "Reference to '$$' is not supported.".to_owned());
    }
    let in_catcher = std::ptr::eq(object.of, &CATCHER);
    let state = object.state.and_then(|state| context.document.state(state));
    let is_own = state.is_some_and(|state| state.node() == Some(object.node));
    let has_result =
        is_own && state.and_then(|state| state.state_type()).is_some_and(StateType::handles_errors);
    let after = matches!(field.name, "Output" | "Assign");
    for (member, span) in found.states_members {
        let message = match &*member {
            "input" | "context" => continue,
            "result" if has_result && after => continue,
            "errorOutput" if in_catcher && after => continue,
            "result" => "$states.result is there in Output and Assign of Task, Parallel and Map states only.",
            "errorOutput" => "$states.errorOutput is there in Output and Assign of catchers only.",
            _ => "$states has the members input, context, result and errorOutput only.",
        };
        report(message.to_owned(), span, UNSUPPORTED, format!("Field '$states.{member}' does not exist."));
    }
}

/// The place of a part of an expression in the text; the whole literal if it has escapes.
fn span_of(context: &Context<'_>, node: NodeId, part: Span) -> Span {
    let span = context.tree().span(node);
    // The quote and {% come before the expression.
    let moved = Span::new(span.start + 3 + part.start, span.start + 3 + part.end);
    if context.tree().source(node).contains('\\') || !span.contains(moved) {
        return span;
    }
    moved
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn delimiters_are_checked() {
        check(
            "jsonata-expression",
            &single(
                r#""Type": "Choice", "QueryLanguage": "JSONata",
                   "Choices": [{"Condition": "$x > 1"}, {"Condition": "{% $x > 1 %}"}],
                   "Output": {"a": ["{% 1 + 1", " {% text %} ", "{% 1 %}"]}"#,
            ),
            &[
                "/States/S/Choices[0]/Condition: A condition is an expression: put it between {% and %}.",
                "/States/S/Output/a[0]: The expression starts with {% but doesn't end with %}.",
            ],
        );
        check("jsonata-expression", &single(r#""Type": "Pass", "Parameters": "{% 1""#), &[]);
    }

    #[test]
    fn expressions_are_read() {
        let task = |more: &str| single(&format!(r#""Type": "Task", "QueryLanguage": "JSONata", {more}"#));
        check(
            "jsonata-expression",
            &task(
                r#""Output": {"v": "{% $states.result.a & $x %}", "w": "{% 1 + %}", "y": "{% phone.b %}"}"#,
            ),
            &[
                "/States/S/Output/w: Unexpected end of expression.",
                "/States/S/Output/y: phone is looked up in nothing. Write $states.input.phone for the input, or $phone for a variable.",
            ],
        );
        check(
            "jsonata-expression",
            &task(
                r#""Arguments": "{% $states.result %}", "Catch": [{"Output": "{% $states.errorOutput %}"}]"#,
            ),
            &[
                "/States/S/Arguments: $states.result is there in Output and Assign of Task, Parallel and Map states only.",
            ],
        );
    }
}
