use json::Span;

use super::{Context, Findings, Reach, Rule, in_java_hash_order, java_list};
use crate::QueryLanguage;
use crate::fields::{CHOICE_RULE, COMPARISONS, NESTED_RULE, comparison_operand};
use crate::typed::TypedMember;

pub(super) static RULE: Rule = Rule {
    code: "choice-rule",
    title: "A choice rule doesn't say what it compares",
    explanation: "In JSONPath a rule is one of And, Or, Not, or a Variable with one comparison. In JSONata it has a Condition.",
    reach: Reach::State,
    check,
};

const SELECTORS: [&str; 5] = ["And", "Or", "Not", "Variable", "Condition"];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects() {
        if !std::ptr::eq(object.of, &CHOICE_RULE) && !std::ptr::eq(object.of, &NESTED_RULE) {
            continue;
        }
        let selectors: Vec<&str> =
            SELECTORS.into_iter().filter(|name| context.typed.has(object, name)).collect();
        let comparisons: Vec<(&str, &TypedMember)> = context
            .typed
            .members_of(object)
            .iter()
            .filter(|member| !member.shadowed)
            .filter_map(|member| Some((member.field?.name, member)))
            .filter(|(name, _)| comparison_operand(name).is_some())
            .collect();
        let start = context.tree().span(object.node).start;
        let brace = Span::new(start, start + 1);
        let jsonata = object.language == QueryLanguage::Jsonata;
        let report = |findings: &mut Findings, message: String, span: Span, aws: String| {
            findings
                .at(context, &RULE, object.node, message)
                .span(span)
                .state(object.state)
                .aws_schema(aws)
                .push_to(findings);
        };
        match (selectors.as_slice(), comparisons.as_slice()) {
            ([], _) => {
                let message = if jsonata {
                    "A choice rule in JSONata needs a Condition, such as {% $states.input.total > 10 %}."
                } else {
                    "A choice rule needs a Variable with a comparison, or And, Or or Not."
                };
                let aws = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
                report(findings, message.to_owned(), brace, aws.to_owned());
            }
            ([first, second, ..], _) => {
                let message = format!(
                    "A choice rule has only one of And, Or, Not and Variable; this one has {first} and {second}. Nest one in the other."
                );
                let aws = "The object must have only one of the following fields, [And, Or, Not, Variable, Condition]";
                report(findings, message, brace, aws.to_owned());
            }
            (["Variable"], []) if !jsonata => {
                let message = "The rule doesn't say how to compare the Variable. Add a comparison such as StringEquals.";
                let all = in_java_hash_order(COMPARISONS.iter().map(|field| field.name));
                let aws =
                    format!("This object should have only one of the following fields: {}", java_list(&all));
                report(findings, message.to_owned(), brace, aws);
            }
            (["Variable"], [(first, _), (second, member), ..]) if !jsonata => {
                let message = format!(
                    "A rule makes one comparison; this one has {first} and {second}. Combine two rules with And or Or."
                );
                let all = in_java_hash_order(COMPARISONS.iter().map(|field| field.name));
                let aws = format!("There should only be one of the following fields: {}", java_list(&all));
                report(findings, message, member.name_span, aws);
            }
            (["And" | "Or" | "Not"], [(comparison, member), ..]) if !jsonata => {
                let message = format!("{comparison} needs a Variable; move it into a rule of its own.");
                report(findings, message, member.name_span, format!("Field '{comparison}' is not supported"));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    fn check_rule(rule: &str, expected: &[&str]) {
        check("choice-rule", &single(&format!(r#""Type": "Choice", "Choices": [{rule}]"#)), expected);
    }

    #[test]
    fn rules_compare_one_thing() {
        check_rule(r#"{"Variable": "$.a", "IsNull": true, "Next": "S"}"#, &[]);
        check_rule(
            r#"{"Next": "S"}"#,
            &["/States/S/Choices[0]: A choice rule needs a Variable with a comparison, or And, Or or Not."],
        );
        check_rule(
            r#"{"And": [{"Variable": "$.a"}], "Next": "S"}"#,
            &[
                "/States/S/Choices[0]/And[0]: The rule doesn't say how to compare the Variable. Add a comparison such as StringEquals.",
            ],
        );
        check_rule(
            r#"{"Variable": "$.a", "IsNull": true, "IsString": true, "Next": "S"}"#,
            &[
                "/States/S/Choices[0]: A rule makes one comparison; this one has IsNull and IsString. Combine two rules with And or Or.",
            ],
        );
        check_rule(
            r#"{"Not": {"Variable": "$.a", "IsNull": true}, "Variable": "$.b", "Next": "S"}"#,
            &[
                "/States/S/Choices[0]: A choice rule has only one of And, Or, Not and Variable; this one has Not and Variable. Nest one in the other.",
            ],
        );
    }

    #[test]
    fn rules_in_jsonata_have_a_condition() {
        check(
            "choice-rule",
            &single(r#""Type": "Choice", "QueryLanguage": "JSONata", "Choices": [{"Next": "S"}]"#),
            &[
                "/States/S/Choices[0]: A choice rule in JSONata needs a Condition, such as {% $states.input.total > 10 %}.",
            ],
        );
    }
}
