use json::Span;

use super::{Context, Findings, Reach, Rule, in_java_hash_order, java_list, or_list, with_article};
use crate::fields::Kind;
use crate::vocabulary::STATE_TYPES;

pub(super) static RULE: Rule = Rule {
    code: "missing-field",
    title: "A field is missing",
    explanation: "Some fields are needed: StartAt and States of a machine, Type of a state, Resource of a Task and so on.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects() {
        let missing: Vec<_> = object
            .of
            .fields_in(object.language)
            .filter(|field| field.required && !context.typed.has(object, field.name))
            .collect();
        let Some(first) = missing.first() else { continue };
        let names = in_java_hash_order(missing.iter().map(|field| field.name));
        let what = with_article(object.of.name);
        let hint = match first.kind {
            Kind::OneOf(words) if words == STATE_TYPES => format!(" It is one of {}.", or_list(words)),
            _ => String::new(),
        };
        let listed: Vec<_> = missing.iter().map(|field| field.name).collect();
        let message = format!("{what} needs {}.{hint}", listed.join(" and "));
        let name_span = object
            .state
            .and_then(|state| context.document.state(state))
            .filter(|state| state.node() == Some(object.node))
            .map(|state| state.name_span());
        let start = context.tree().span(object.node).start;
        findings
            .at(context, &RULE, object.node, message)
            .span(name_span.unwrap_or(Span::new(start, start + 1)))
            .state(object.state)
            .aws_schema(format!("These fields are required: {}", java_list(&names)))
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn needed_fields_are_missed() {
        check("missing-field", "{}", &["/: A state machine needs StartAt and States."]);
        check(
            "missing-field",
            &single(r#""Comment": "no type""#),
            &[
                "/States/S: A state needs Type. It is one of Pass, Task, Choice, Wait, Succeed, Fail, Parallel or Map.",
            ],
        );
        check(
            "missing-field",
            &single(r#""Type": "Task", "Retry": [{}], "Catch": [{"ErrorEquals": ["a"]}], "End": true"#),
            &[
                "/States/S: A Task state needs Resource.",
                "/States/S/Retry[0]: A retrier needs ErrorEquals.",
                "/States/S/Catch[0]: A catcher needs Next.",
            ],
        );
    }
}
