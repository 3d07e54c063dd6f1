use std::borrow::Cow;

use json::{NodeId, NodeKind};

use super::{Context, Findings, Rule};
use crate::QueryLanguage;
use crate::fields::Kind;
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "jsonata-expression",
    title: "An expression can't be read",
    explanation: "An expression is a text that starts with {% and ends with %}, with JSONata between.",
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        if object.language != QueryLanguage::Jsonata || !field.language.allows(QueryLanguage::Jsonata) {
            continue;
        }
        match field.kind {
            Kind::Template | Kind::Assignments => {
                let mut waiting = vec![value];
                while let Some(node) = waiting.pop() {
                    match tree.kind(node) {
                        NodeKind::Array => waiting.extend(tree.items(node)),
                        NodeKind::Object => {
                            waiting.extend(tree.members(node).filter_map(|member| member.value))
                        }
                        NodeKind::String => check_text(context, findings, object, node, false),
                        _ => {}
                    }
                }
            }
            Kind::Condition => check_text(context, findings, object, value, true),
            _ if field.expression => check_text(context, findings, object, value, false),
            _ => {}
        }
    }
}

fn check_text(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    node: NodeId,
    needed: bool,
) {
    let Some(text) = context.text_of(node) else { return };
    let message: Cow<'_, str> = if text.starts_with("{%") && text.ends_with("%}") && text.len() >= 4 {
        return;
    } else if text.starts_with("{%") {
        "The expression starts with {% but doesn't end with %}.".into()
    } else if needed && !context.is_placeholder(&text) {
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
}
