use super::{Context, Findings, Reach, Rule};
use crate::fields::FieldLanguage;
use crate::{QueryLanguage, StateType};

pub(super) static RULE: Rule = Rule {
    code: "query-language",
    title: "A field belongs to the other query language",
    explanation: "A state is written in JSONPath or in JSONata. Fields such as InputPath and Parameters are for JSONPath, Arguments and Output for JSONata. A JSONata machine has no states in JSONPath.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let machine_language = context.surroundings.machine_language;
    let reverts = |state: crate::State<'_>| {
        machine_language == Some(QueryLanguage::Jsonata)
            && state.string("QueryLanguage").as_deref() == Some(QueryLanguage::JsonPath.name())
    };
    for state in context.states().filter(|state| reverts(*state)) {
        let Some(node) = state.node() else { continue };
        let span = state.field("QueryLanguage").map_or(state.name_span(), |field| context.tree().span(field));
        findings
            .at(
                context,
                &RULE,
                node,
                "The machine is in JSONata, so no state can be in JSONPath. Remove QueryLanguage.",
            )
            .span(span)
            .state(Some(state.id()))
            .aws_schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine")
            .push_to(findings);
    }
    for (object, member) in context.members() {
        let Some(field) = member.field else { continue };
        if field.language.allows(object.language) {
            continue;
        }
        let state = object.state.and_then(|state| context.document.state(state));
        // AWS leaves it at the language itself.
        if state.is_some_and(reverts) {
            continue;
        }
        let FieldLanguage::Only(wanted) = field.language else { continue };
        let (wanted, actual) = (wanted.name(), object.language.name());
        let message =
            match replacement(field.name, object.language, state.and_then(|state| state.state_type())) {
                Some(instead) => {
                    format!(
                        "{} is a field of {wanted}, and this state is in {actual}. Use {instead}.",
                        field.name
                    )
                }
                None => format!("{} is a field of {wanted}, and this state is in {actual}.", field.name),
            };
        findings
            .at(context, &RULE, member.node, message)
            .span(member.name_span)
            .state(object.state)
            .aws_schema(format!(
                "The QueryLanguage is set to '{actual}', but field '{}' is only supported for the '{wanted}' QueryLanguage",
                field.name
            ))
            .of_object(context, object.node)
            .push_to(findings);
    }
}

/// What does the same in the other language.
fn replacement(field: &str, language: QueryLanguage, state_type: Option<StateType>) -> Option<&'static str> {
    Some(match (language, field) {
        (QueryLanguage::Jsonata, "Parameters") if state_type == Some(StateType::Pass) => "Output",
        (QueryLanguage::Jsonata, "Parameters") if state_type == Some(StateType::Map) => "ItemSelector",
        (QueryLanguage::Jsonata, "Parameters") => "Arguments",
        (QueryLanguage::Jsonata, "InputPath") if state_type.is_some_and(StateType::handles_errors) => {
            "Arguments"
        }
        (QueryLanguage::Jsonata, "OutputPath" | "ResultPath" | "ResultSelector" | "Result") => "Output",
        (QueryLanguage::Jsonata, "ItemsPath") => "Items",
        (QueryLanguage::Jsonata, "SecondsPath") => "Seconds with an expression",
        (QueryLanguage::Jsonata, "TimestampPath") => "Timestamp with an expression",
        (QueryLanguage::Jsonata, "Variable" | "And" | "Or" | "Not") => "Condition",
        (QueryLanguage::Jsonata, path) if path.ends_with("Path") => "the field of the same name without Path",
        (QueryLanguage::JsonPath, "Arguments") => "Parameters",
        (QueryLanguage::JsonPath, "Output") => "ResultSelector, ResultPath or OutputPath",
        (QueryLanguage::JsonPath, "Items") => "ItemsPath",
        (QueryLanguage::JsonPath, "Condition") => "Variable and a comparison",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn fields_of_the_other_language_are_reported() {
        check(
            "query-language",
            &single(
                r#""Type": "Pass", "QueryLanguage": "JSONata", "Parameters": {}, "Output": 1, "End": true"#,
            ),
            &[
                "/States/S/Parameters: Parameters is a field of JSONPath, and this state is in JSONata. Use Output.",
            ],
        );
        check(
            "query-language",
            &single(r#""Type": "Task", "Arguments": {}, "Catch": [{"Output": 1}], "End": true"#),
            &[
                "/States/S/Arguments: Arguments is a field of JSONata, and this state is in JSONPath. Use Parameters.",
                "/States/S/Catch[0]/Output: Output is a field of JSONata, and this state is in JSONPath. Use ResultSelector, ResultPath or OutputPath.",
            ],
        );
    }

    #[test]
    fn a_jsonata_machine_stays_in_jsonata() {
        check(
            "query-language",
            r#"{"QueryLanguage": "JSONata", "States": {"S": {"Type": "Pass", "QueryLanguage": "JSONPath", "Output": 1}}}"#,
            &["/States/S: The machine is in JSONata, so no state can be in JSONPath. Remove QueryLanguage."],
        );
    }
}
