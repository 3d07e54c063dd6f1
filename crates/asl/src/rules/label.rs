use std::collections::HashMap;

use super::{Context, Findings, Reach, Rule, Stage};
use crate::StateType;
use crate::fields::MAX_LABEL_LEN;

pub(super) static RULE: Rule = Rule {
    code: "label",
    title: "The label of a Map state is not valid",
    explanation: "A label becomes a part of ARNs: it has 1 to 40 characters, no blanks and none of ? * < > { } [ ] : ; , \\ | ^ ~ $ # % & ` \" /, and is unique.",
    reach: Reach::Workflow,
    check,
};

fn check(context: &Context<'_>, findings: &mut Findings) {
    let mut known = HashMap::new();
    for state in context.document.states() {
        if state.state_type() != Some(StateType::Map) {
            continue;
        }
        let Some((node, label)) = state.field("Label").and_then(|node| Some((node, context.text_of(node)?)))
        else {
            continue;
        };
        if context.is_placeholder(&label) {
            continue;
        }
        let (message, code, aws) = if label.is_empty() {
            let aws = "Invalid Label name: Label cannot be empty".to_owned();
            ("The label must not be empty.".to_owned(), "INVALID_LABEL_NAME", aws)
        } else if label.encode_utf16().count() > MAX_LABEL_LEN {
            let aws = format!(
                "Invalid Label name: Label '{label}' exceeds the {MAX_LABEL_LEN}-character limit allowed by the service"
            );
            (
                format!("A label has at most {MAX_LABEL_LEN} characters. Shorten it."),
                "INVALID_LABEL_NAME",
                aws,
            )
        } else if let Some(character) = label.chars().find(|character| !is_allowed(*character)) {
            let aws = format!("Invalid Label name: Label '{label}' contains invalid characters");
            let shown = character.escape_default();
            (format!("A label can't have the character {shown}. Remove it."), "INVALID_LABEL_NAME", aws)
        } else if known.insert(label.clone(), state.id()).is_some() {
            let aws = format!("Duplicate Label name: {label}");
            ("Another Map state has this label. Change one of them.".to_owned(), "DUPLICATE_LABEL_NAME", aws)
        } else {
            continue;
        };
        findings
            .at(context, &RULE, node, message)
            .state(Some(state.id()))
            .stage(Stage::Names)
            .aws(code, aws)
            .push_to(findings);
    }
}

/// The characters that names of AWS Step Functions exclude: blanks, wildcards, brackets, special and control characters.
fn is_allowed(character: char) -> bool {
    !character.is_whitespace()
        && !character.is_control()
        && !"?*<>{}[]\"#%\\^|~`$&,;:/".contains(character)
        && !matches!(character, '\u{fffe}'..='\u{ffff}' | '\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn labels_are_checked() {
        let state = |label: &str| single(&format!(r#""Type": "Map", "Label": "{label}""#));
        check("label", &state("Orders-1_a.b"), &[]);
        check("label", &state(""), &["/States/S/Label: The label must not be empty."]);
        check("label", &state("a b"), &["/States/S/Label: A label can't have the character  . Remove it."]);
        check(
            "label",
            &state("a\\u009f"),
            &["/States/S/Label: A label can't have the character \\u{9f}. Remove it."],
        );
        let long = "/States/S/Label: A label has at most 40 characters. Shorten it.";
        check("label", &state(&"x".repeat(41)), &[long]);
        check("label", &state(&"x".repeat(40)), &[]);
    }
}
