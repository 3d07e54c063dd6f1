use json::NodeId;

use super::{Context, Findings, Reach, Rule, java_list, or_list};
use crate::Patch;
use crate::fields::Kind;

pub(super) static RULE: Rule = Rule {
    code: "value-not-allowed",
    title: "A value is none of those allowed",
    explanation: "Fields such as Type, QueryLanguage and Mode take one of a few words, in exactly this spelling. Some texts and arrays must not be empty.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        match field.kind {
            Kind::OneOf(words) => {
                let Some(text) = context.text_of(value) else { continue };
                if words.contains(&&*text) || context.is_placeholder(&text) {
                    continue;
                }
                let found = if text.is_empty() { String::new() } else { format!(", not {text}") };
                let message = format!("{} must be {}{found}.", field.name, or_list(words));
                let mut draft = findings
                    .at(context, &RULE, value, message)
                    .state(object.state)
                    .aws_schema(format!("Value should be one of the following: {}", java_list(words)));
                let similar = words.iter().min_by_key(|word| super::unknown_field::distance(word, &text, 3));
                if let Some(similar) = similar
                    && super::unknown_field::distance(similar, &text, 3) <= 3
                {
                    let patch = Patch::replace(tree.span(value), format!("\"{similar}\""));
                    draft = draft.fix(format!("Change to {similar}"), patch);
                }
                draft.push_to(findings);
            }
            Kind::Objects { non_empty: true, .. } | Kind::Texts { non_empty: true }
                if tree.kind(value) == json::NodeKind::Array && tree.items(value).next().is_none() =>
            {
                report_empty(context, findings, field.name, object.state, value);
            }
            Kind::Name | Kind::Target | Kind::Resource
                if context.text_of(value).is_some_and(|text| text.is_empty()) =>
            {
                report_empty(context, findings, field.name, object.state, value);
            }
            _ => {}
        }
    }
}

fn report_empty(
    context: &Context<'_>,
    findings: &mut Findings,
    name: &str,
    state: Option<crate::StateId>,
    value: NodeId,
) {
    findings
        .at(context, &RULE, value, format!("{name} must not be empty."))
        .state(state)
        .aws_schema("Value cannot be empty")
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn words_are_checked() {
        check(
            "value-not-allowed",
            &single(r#""Type": "pass", "QueryLanguage": "jsonata""#),
            &[
                "/States/S/Type: Type must be Pass, Task, Choice, Wait, Succeed, Fail, Parallel or Map, not pass.",
                "/States/S/QueryLanguage: QueryLanguage must be JSONPath or JSONata, not jsonata.",
            ],
        );
    }

    #[test]
    fn empty_lists_are_refused() {
        check(
            "value-not-allowed",
            &single(r#""Type": "Parallel", "Branches": [], "Retry": [], "Catch": [{"ErrorEquals": []}]"#),
            &[
                "/States/S/Branches: Branches must not be empty.",
                "/States/S/Catch[0]/ErrorEquals: ErrorEquals must not be empty.",
            ],
        );
    }
}
