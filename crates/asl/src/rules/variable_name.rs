use json::NodeKind;

use super::{Context, Findings, Reach, Rule, Stage};
use crate::QueryLanguage;
use crate::fields::{Kind, MAX_NAME_LEN};

pub(super) static RULE: Rule = Rule {
    code: "variable-name",
    title: "A variable can't have this name",
    explanation: "Names of variables start with a letter, go on with letters, digits and underscores, and have up to 80 characters. The name states is reserved.",
    reach: Reach::State,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let tree = context.tree();
    for (object, member) in context.members() {
        let (Some(field), Some(value)) = (member.field, member.value) else { continue };
        if !matches!(field.kind, Kind::Assignments) || tree.kind(value) != NodeKind::Object {
            continue;
        }
        for variable in tree.members(value) {
            let name = match object.language {
                QueryLanguage::JsonPath => variable.name.strip_suffix(".$").unwrap_or(&variable.name),
                QueryLanguage::Jsonata => &variable.name,
            };
            let (message, code, aws) = if name == "states" {
                (
                    "The name states is reserved. Choose another one.".to_owned(),
                    "RESERVED_VARIABLE_NAME",
                    "Cannot assign to reserved variable '$states'.".to_owned(),
                )
            } else if name.chars().count() > MAX_NAME_LEN {
                (
                    format!("The name of a variable has at most {MAX_NAME_LEN} characters."),
                    "INVALID_VARIABLE_NAME",
                    format!(
                        "Invalid variable name '{name}': the variable name exceeds the {MAX_NAME_LEN}-character limit allowed by the service."
                    ),
                )
            } else if !is_identifier(name) {
                let called = if name.is_empty() { "An empty text" } else { name };
                (
                    format!(
                        "{called} can't be the name of a variable: use letters, digits and underscores, and start with a letter."
                    ),
                    "INVALID_VARIABLE_NAME",
                    format!("Invalid variable name '{name}': the variable name contains invalid characters."),
                )
            } else {
                continue;
            };
            findings
                .at(context, &RULE, variable.node, message)
                .span(variable.name_span)
                .state(object.state)
                .stage(Stage::Expressions)
                .aws(code, aws)
                .push_to(findings);
        }
    }
}

/// UAX #31 identifiers, as near as the standard library's tables come to them.
fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(char::is_alphabetic)
        && characters.all(|character| character.is_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn names_of_variables_are_checked() {
        check(
            "variable-name",
            &single(
                r#""Type": "Pass", "Assign": {"fine_1": 1, "größe.$": "$.x", "top-level": 1, "states": 2, "1st": 3}"#,
            ),
            &[
                "/States/S/Assign/top-level: top-level can't be the name of a variable: use letters, digits and underscores, and start with a letter.",
                "/States/S/Assign/states: The name states is reserved. Choose another one.",
                "/States/S/Assign/1st: 1st can't be the name of a variable: use letters, digits and underscores, and start with a letter.",
            ],
        );
    }
}
