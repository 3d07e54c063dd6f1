use std::collections::HashSet;

use json::tree::Member;
use json::{NodeId, NodeKind};

use super::{Context, Findings, Reach, Rule};
use crate::QueryLanguage;
use crate::expressions;
use crate::fields::Kind;
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "payload-template",
    title: "A member ending in .$ is no path or function call",
    explanation: "In a payload template the value of a member whose name ends in .$ is a path or the call of an intrinsic function, such as $.order.id or States.UUID().",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(root)) = (member.field, member.value) else { continue };
        if !matches!(field.kind, Kind::Template | Kind::Assignments)
            || object.language != QueryLanguage::JsonPath
            || !field.language.allows(QueryLanguage::JsonPath)
        {
            continue;
        }
        let mut waiting = vec![root];
        let mut names = HashSet::new();
        while let Some(node) = waiting.pop() {
            if tree.kind(node) == NodeKind::Array {
                waiting.extend(tree.items(node));
                continue;
            }
            let mut has_dynamic = false;
            for member in tree.members(node) {
                let Some(value) = member.value else { continue };
                if member.name.ends_with(".$") {
                    has_dynamic = true;
                    check_dynamic(context, findings, object, root, &member, value);
                } else {
                    waiting.push(value);
                }
            }
            if !has_dynamic {
                continue;
            }
            names.clear();
            names.extend(tree.members(node).map(|member| member.name));
            for member in tree.members(node) {
                let Some(plain) = member.name.strip_suffix(".$") else { continue };
                if !names.contains(plain) {
                    continue;
                }
                let message = format!("{plain} and {plain}.$ give the same member. Remove one of them.");
                findings
                    .at(context, &RULE, member.node, message)
                    .span(member.name_span)
                    .state(object.state)
                    .aws_schema(format!(
                        "There should only be one of the following fields: [{plain}, {plain}.$]"
                    ))
                    .of_object(context, root)
                    .push_to(findings);
            }
        }
    }
}

fn check_dynamic(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    root: NodeId,
    member: &Member<'_>,
    value: NodeId,
) {
    let text = context.text_of(value);
    let (message, offset) = match &text {
        Some(text) if context.is_placeholder(text) => return,
        Some(text) => match expressions::check_expression(text) {
            Ok(()) => return,
            Err(problem) => problem,
        },
        None if context.tree().kind(value) == NodeKind::Invalid => return,
        None => (
            "Because the name ends in .$, the value must be a path or a function call in double quotes."
                .to_owned(),
            0,
        ),
    };
    findings
        .at(context, &RULE, value, format!("{}: {message}", member.name))
        .span(context.span_in_text(value, offset))
        .state(object.state)
        .aws_schema(format!(
            "The value for the field '{}' must be a valid JSONPath or a valid intrinsic function call",
            member.name
        ))
        .of_object(context, root)
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn dynamic_members_hold_paths_or_calls() {
        check(
            "payload-template",
            &single(
                r#""Type": "Pass", "Parameters": {
                    "a.$": "$.x", "b.$": "$$.Execution.Id", "c.$": "States.Format('{}', $.y)", "d.$": "${Path}", "plain": "text",
                    "e.$": "text", "f": [{"g.$": 5}], "h": 1, "h.$": "$"
                }, "Result": {"x.$": "text"}"#,
            ),
            &[
                "/States/S/Parameters/e.$: e.$: Because the name ends in .$, the value must be a path ($.order.id) or a function call (States.UUID()).",
                "/States/S/Parameters/f[0]/g.$: g.$: Because the name ends in .$, the value must be a path or a function call in double quotes.",
                "/States/S/Parameters/h.$: h and h.$ give the same member. Remove one of them.",
            ],
        );
    }
}
