use json::{NodeId, NodeKind, json_type_name};

use super::{Context, Findings, Reach, Rule};
use crate::QueryLanguage;
use crate::fields::{Field, Kind, MACHINE};
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "wrong-type",
    title: "A value is of the wrong JSON type",
    explanation: "Every field takes values of certain JSON types: texts, numbers, true and false, objects or arrays.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        if !fits(context, object, field, value) {
            report(context, findings, object, field.name, expectation(field.kind), value);
            continue;
        }
        match (field.kind, tree.kind(value)) {
            (Kind::Objects { .. }, NodeKind::Array) => {
                for item in tree.items(value).filter(|item| !is_kind(context, *item, NodeKind::Object)) {
                    let name = format!("An item of {}", field.name);
                    report(context, findings, object, &name, OBJECT, item);
                }
            }
            (Kind::Texts { .. }, NodeKind::Array) => {
                for item in tree.items(value).filter(|item| !is_kind(context, *item, NodeKind::String)) {
                    let name = format!("An item of {}", field.name);
                    report(context, findings, object, &name, TEXT, item);
                }
            }
            (Kind::States, NodeKind::Object) => {
                for member in tree.members(value) {
                    let Some(value) =
                        member.value.filter(|value| !is_kind(context, *value, NodeKind::Object))
                    else {
                        continue;
                    };
                    if object.of.field(&member.name).is_some() || MACHINE.field(&member.name).is_some() {
                        let message = format!(
                            "{} stands among the states and is taken for one. Move it up, beside States.",
                            member.name
                        );
                        findings
                            .at(context, &RULE, value, message)
                            .span(tree.span(member.node))
                            .state(object.state)
                            .aws_schema("Expected value of type [OBJECT]")
                            .push_to(findings);
                        continue;
                    }
                    let name = format!("The state {}", member.name);
                    report(context, findings, object, &name, OBJECT, value);
                }
            }
            _ => {}
        }
    }
}

/// What a value should be, for people and for AWS.
type Expectation = (&'static str, &'static str);

const TEXT: Expectation = ("a text in double quotes", "[STRING]");
const OBJECT: Expectation = ("an object in { }", "[OBJECT]");

fn expectation(kind: Kind) -> Expectation {
    match kind {
        Kind::Boolean => ("true or false", "[BOOLEAN]"),
        Kind::Integer { .. } => ("a whole number", "Integer"),
        Kind::Decimal { .. } => ("a number", "Double"),
        Kind::Texts { .. } => ("an array of texts", "[ARRAY]"),
        Kind::Objects { .. } => ("an array of objects", "[ARRAY]"),
        Kind::Object(_) | Kind::States | Kind::Assignments => OBJECT,
        _ => TEXT,
    }
}

/// As the kind says; what is no JSON is told by the rule for the syntax.
fn is_kind(context: &Context<'_>, node: NodeId, kind: NodeKind) -> bool {
    let found = context.tree().kind(node);
    found == kind || found == NodeKind::Invalid
}

fn fits(context: &Context<'_>, object: &TypedObject, field: &Field, value: NodeId) -> bool {
    let tree = context.tree();
    let found = tree.kind(value);
    if found == NodeKind::Invalid || (found == NodeKind::Null && field.nullable) {
        return true;
    }
    if found == NodeKind::String
        && let Some(text) = tree.as_str(value)
        && (context.is_placeholder(&text)
            || (field.expression && object.language == QueryLanguage::Jsonata && text.starts_with("{%")))
    {
        return true;
    }
    match field.kind {
        Kind::Template | Kind::Json => true,
        Kind::Boolean => matches!(found, NodeKind::Bool(_)),
        Kind::Condition => matches!(found, NodeKind::Bool(_) | NodeKind::String),
        Kind::Integer { .. } => tree.as_number(value).is_some_and(|number| number.as_i64().is_some()),
        Kind::Decimal { .. } => found == NodeKind::Number,
        Kind::Texts { .. } | Kind::Objects { .. } => found == NodeKind::Array,
        Kind::Object(_) | Kind::States | Kind::Assignments => found == NodeKind::Object,
        _ => found == NodeKind::String,
    }
}

fn report(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    name: &str,
    (words, aws): Expectation,
    value: NodeId,
) {
    let tree = context.tree();
    let found = match tree.kind(value) {
        NodeKind::Number => "the number ".to_owned() + tree.source(value),
        NodeKind::Bool(flag) => flag.to_string(),
        NodeKind::Null => "null".to_owned(),
        NodeKind::String => "a text".to_owned(),
        NodeKind::Array => "an array".to_owned(),
        NodeKind::Object => "an object".to_owned(),
        _ => json_type_name(&tree.value(value)).to_owned(),
    };
    findings
        .at(context, &RULE, value, format!("{name} must be {words}, not {found}."))
        .state(object.state)
        .aws_schema(format!("Expected value of type {aws}"))
        .push_to(findings);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, check_with, single};
    use crate::rules::CheckOptions;

    #[test]
    fn types_are_checked() {
        check(
            "wrong-type",
            &single(
                r#""Type": "Task", "Resource": 1, "TimeoutSeconds": 1.5, "End": "true", "Comment": null, "ResultPath": null,
                   "Retry": [{"ErrorEquals": "a", "BackoffRate": 1.5}, 7], "Assign": []"#,
            ),
            &[
                "/States/S/Resource: Resource must be a text in double quotes, not the number 1.",
                "/States/S/TimeoutSeconds: TimeoutSeconds must be a whole number, not the number 1.5.",
                "/States/S/End: End must be true or false, not a text.",
                "/States/S/Comment: Comment must be a text in double quotes, not null.",
                "/States/S/Retry[0]/ErrorEquals: ErrorEquals must be an array of texts, not a text.",
                "/States/S/Retry[1]: An item of Retry must be an object in { }, not the number 7.",
                "/States/S/Assign: Assign must be an object in { }, not an array.",
            ],
        );
        check(
            "wrong-type",
            r#"{"States": {"S": 5}}"#,
            &["/States/S: The state S must be an object in { }, not the number 5."],
        );
    }

    #[test]
    fn fields_among_the_states_are_told_from_states() {
        let message = "/States/QueryLanguage: QueryLanguage stands among the states and is taken for one. Move it up, beside States.";
        check("wrong-type", r#"{"States": {"QueryLanguage": "JSONata"}}"#, &[message]);
    }

    #[test]
    fn expressions_and_placeholders_stand_for_numbers() {
        let state = single(
            r#""Type": "Wait", "QueryLanguage": "JSONata", "Seconds": "{% $states.input.wait %}", "End": true"#,
        );
        check("wrong-type", &state, &[]);
        let state = single(r#""Type": "Wait", "Seconds": "${WaitSeconds}", "End": true"#);
        check("wrong-type", &state, &[]);
        let strict = CheckOptions { strict: true, ..CheckOptions::default() };
        check_with(
            &strict,
            "wrong-type",
            &state,
            &["/States/S/Seconds: Seconds must be a whole number, not a text."],
        );
    }
}
