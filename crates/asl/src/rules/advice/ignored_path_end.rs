use json::NodeId;

use super::super::{Context, Findings, Reach, Rule};
use crate::Patch;
use crate::QueryLanguage;
use crate::edit::quoted;
use crate::expressions;
use crate::fields::Kind;
use crate::typed::TypedObject;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "ignored-path-end",
    title: "The end of a path is ignored",
    explanation: "A path is read up to its last whole step. A single character after it, such as a bracket that was opened and not closed, is neither refused nor looked at: $.a[ is $.a.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(root)) = (member.field, member.value) else { continue };
        if object.language != QueryLanguage::JsonPath || !field.language.allows(QueryLanguage::JsonPath) {
            continue;
        }
        match field.kind {
            Kind::JsonPath | Kind::ReferencePath { .. } | Kind::PathOrCall => {
                check_path(context, findings, object, field.name, root);
            }
            Kind::Template | Kind::Assignments => {
                let mut waiting = vec![root];
                while let Some(node) = waiting.pop() {
                    waiting.extend(tree.items(node));
                    for inner in tree.members(node) {
                        let Some(value) = inner.value else { continue };
                        if inner.name.ends_with(".$") {
                            check_path(context, findings, object, &inner.name, value);
                        } else {
                            waiting.push(value);
                        }
                    }
                }
            }
            _ => {}
        }
    }
}

fn check_path(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    name: &str,
    value: NodeId,
) {
    let Some(text) = context.text_of(value).filter(|text| !context.is_placeholder(text)) else { return };
    if !expressions::has_ignored_end(&text) {
        return;
    }
    let mut read = text.to_string();
    let Some(ignored) = read.pop() else { return };
    let message = match ignored {
        '[' => format!(
            "{name}: The bracket is never closed, and the path is read as {read}. Complete it, such as {read}[0], or remove the bracket."
        ),
        _ => format!(
            "{name}: The last character, {ignored}, is ignored: the path is read as {read}. Complete the path or remove the character."
        ),
    };
    findings
        .at(context, &RULE, value, message)
        .span(context.span_in_text(value, read.len()))
        .state(object.state)
        .fix(format!("Change to {read}"), Patch::replace(context.tree().span(value), quoted(&read)))
        .warning()
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn what_is_left_over_of_a_path_is_named() {
        check_advice(
            "ignored-path-end",
            &single(
                r#""Type": "Pass", "InputPath": "$.a[", "OutputPath": "$.b[0]x",
                   "Parameters": {"c": [{"d.$": "$$.Execution["}], "e.$": "$.f", "g": "$.h["}"#,
            ),
            &[
                "/States/S/InputPath: InputPath: The bracket is never closed, and the path is read as $.a. Complete it, such as $.a[0], or remove the bracket.",
                "/States/S/OutputPath: OutputPath: The last character, x, is ignored: the path is read as $.b[0]. Complete the path or remove the character.",
                "/States/S/Parameters/c[0]/d.$: d.$: The bracket is never closed, and the path is read as $$.Execution. Complete it, such as $$.Execution[0], or remove the bracket.",
            ],
        );
    }

    #[test]
    fn whole_paths_are_left_alone() {
        check_advice(
            "ignored-path-end",
            &single(
                r#""Type": "Pass", "InputPath": "$", "OutputPath": "$.a[?(@.b)]",
                   "Parameters": {"c.$": "$$", "d.$": "States.Array($.a)", "e.$": "$x", "f.$": "$.a[*]", "g.$": "$..a", "h.$": "$.l.length()"}"#,
            ),
            &[],
        );
    }
}
