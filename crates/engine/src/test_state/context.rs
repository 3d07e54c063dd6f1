//! The context object that a caller of TestState gives.

use json::Value;

use super::TestStateError;
use crate::machine::StateDef;

/// What a member of the context object has to be.
#[derive(Clone, Copy)]
enum Kind {
    Text,
    Number,
    Any,
}

const MEMBERS: [(&str, &[(&str, Kind)]); 4] = [
    (
        "Execution",
        &[
            ("Id", Kind::Text),
            ("Input", Kind::Any),
            ("Name", Kind::Text),
            ("RoleArn", Kind::Text),
            ("StartTime", Kind::Text),
            ("RedriveCount", Kind::Number),
            ("RedriveTime", Kind::Text),
        ],
    ),
    ("State", &[("EnteredTime", Kind::Text), ("Name", Kind::Text), ("RetryCount", Kind::Number)]),
    ("StateMachine", &[("Id", Kind::Text), ("Name", Kind::Text)]),
    ("Task", &[("Token", Kind::Text)]),
];

/// Reads and checks a context object for a state.
pub(super) fn parse(text: &str, state: &StateDef) -> Result<Value, TestStateError> {
    let wrong =
        |message: String| TestStateError::validation(format!("Invalid Context object provided: {message}"));
    let value =
        json::parse_keeping_texts(text).map_err(|_| wrong("Context object must be valid JSON".to_owned()))?;
    let Some(groups) = value.as_object() else {
        return Err(wrong("Context object must be a JSON object".to_owned()));
    };
    for (group, content) in groups.iter() {
        if &**group == "Map" {
            return Err(wrong("'Map' field is not supported when mocking a Context object".to_owned()));
        }
        let Some((_, members)) = MEMBERS.iter().find(|(name, _)| *name == &**group) else {
            return Err(wrong(format!("Field '{group}' is not allowed")));
        };
        let Some(content) = content.as_object() else {
            return Err(wrong(format!("{group} must be an object")));
        };
        for (name, value) in content.iter() {
            let Some((_, kind)) = members.iter().find(|(known, _)| *known == &**name) else {
                return Err(wrong(format!("Field '{name}' is not allowed in {group}")));
            };
            match kind {
                Kind::Text if value.as_str().is_none() => {
                    return Err(wrong(format!("{group}.{name} must be a string")));
                }
                Kind::Number if value.as_number().is_none() => {
                    return Err(wrong(format!("{group}.{name} must be a number")));
                }
                _ => {}
            }
        }
    }
    let has_token = state.resource().is_some_and(|resource| resource.is_submitted());
    if groups.contains_key("Task") && !has_token {
        return Err(wrong(
            "Context object contains 'Task' when state is not a Task state with a '.sync' or '.waitForTaskToken' \
             service integration pattern"
                .to_owned(),
        ));
    }
    Ok(value)
}
