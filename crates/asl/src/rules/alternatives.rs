use json::Span;

use super::{Context, Findings, Reach, Rule, in_java_hash_order, java_list, or_list, with_article};
use crate::edit::add_field_patch;
use crate::fields::{Alternatives, Field};
use crate::typed::{TypedMember, TypedObject};

pub(super) static RULE: Rule = Rule {
    code: "alternatives",
    title: "Fields exclude each other, or one of them is needed",
    explanation: "A state has either Next or End, a Wait state one of its four kinds of waiting, and a value is given either directly or by a path.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects() {
        if findings.is_full() {
            return;
        }
        for alternatives in object.of.alternatives {
            check_one(context, findings, object, alternatives);
        }
    }
}

fn check_one(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    alternatives: &Alternatives,
) {
    let fields = || alternatives.fields.iter().filter_map(|name| object.of.field(name));
    let given: Vec<(&Field, &TypedMember)> = fields()
        .filter_map(|field| Some((field, context.typed.member(object, field.name)?)))
        .filter(|(field, member)| !is_absent(context, field, member))
        .collect();
    let all = java_list(&in_java_hash_order(alternatives.fields.iter().copied()));
    if let [(first, _), .., (last, member)] = given.as_slice() {
        let message = format!("{} and {} exclude each other. Remove one of them.", first.name, last.name);
        findings
            .at(context, &RULE, member.node, message)
            .span(member.name_span)
            .state(object.state)
            .aws_schema(format!("There should only be one of the following fields: {all}"))
            .of_object(context, object.node)
            .push_to(findings);
    } else if given.is_empty() && alternatives.needed {
        let allowed: Vec<_> =
            fields().filter(|field| field.language.allows(object.language)).map(|field| field.name).collect();
        let shown: Vec<_> = allowed.into_iter().filter(|name| *name != "Iterator").collect();
        let message = format!("{} needs {}.", with_article(object.of.name), or_list(&shown));
        let start = context.tree().span(object.node).start;
        let name_span =
            object.state.and_then(|state| context.document.state(state)).map(|state| state.name_span());
        let wants_fixes = findings.wants_fixes();
        let mut draft = findings
            .at(context, &RULE, object.node, message)
            .span(name_span.unwrap_or(Span::new(start, start + 1)))
            .state(object.state)
            .aws_schema(format!("This object should have only one of the following fields: {all}"));
        let state = object.state.and_then(|state| context.document.state(state));
        let end = state.filter(|_| {
            wants_fixes && alternatives.fields.contains(&"End") && !context.typed.has(object, "End")
        });
        if let Some(patch) = end.and_then(|state| add_field_patch(state, "End", &true.into())) {
            draft = draft.fix("End here", patch);
        }
        draft.push_to(findings);
    }
}

/// `"End": false` is the same as no `End`.
fn is_absent(context: &Context<'_>, field: &Field, member: &TypedMember) -> bool {
    field.name == "End" && member.value.and_then(|value| context.tree().as_bool(value)) == Some(false)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn one_of_several_fields() {
        check("alternatives", &single(r#""Type": "Pass""#), &["/States/S: A Pass state needs Next or End."]);
        check(
            "alternatives",
            &single(r#""Type": "Pass", "Next": "S", "End": true"#),
            &["/States/S/End: Next and End exclude each other. Remove one of them."],
        );
        check("alternatives", &single(r#""Type": "Pass", "Next": "S", "End": false"#), &[]);
        check(
            "alternatives",
            &single(r#""Type": "Wait", "QueryLanguage": "JSONata", "End": true"#),
            &["/States/S: A Wait state needs Seconds or Timestamp."],
        );
        check(
            "alternatives",
            &single(r#""Type": "Map", "End": true"#),
            &["/States/S: A Map state needs ItemProcessor."],
        );
    }
}
