//! What a field that a person adds starts with.

use json::Value;

use crate::QueryLanguage;
use crate::fields::{Field, Kind, ObjectType};

/// A value for a field that is new: valid where the language has a valid value for everybody, else empty.
/// `target` is the name of a state that a way can lead to.
pub fn initial_value(field: &Field, language: QueryLanguage, target: Option<&str>) -> Value {
    let jsonata = language == QueryLanguage::Jsonata;
    match (field.name, field.kind) {
        ("Retry", _) => Value::array(vec![retrier()]),
        ("Catch", _) => Value::array(vec![catcher(target)]),
        ("Output" | "Items" | "Arguments", Kind::Template) => Value::from("{% $states.input %}"),
        ("ItemSelector", Kind::Template) if jsonata => {
            Value::from_members([("item", Value::from("{% $states.context.Map.Item.Value %}"))])
        }
        ("ItemSelector", Kind::Template) => {
            Value::from_members([("item.$", Value::from("$$.Map.Item.Value"))])
        }
        ("ResultSelector", Kind::Template) => Value::from_members([("result.$", Value::from("$"))]),
        ("TimeoutSeconds", Kind::Integer { .. }) => Value::from(300),
        ("HeartbeatSeconds", Kind::Integer { .. }) => Value::from(60),
        ("MaxConcurrency", _) => Value::from(10),
        ("MaxItems" | "MaxItemsPerBatch", _) => Value::from(100),
        ("MaxInputBytesPerBatch", _) => Value::from(262_144),
        ("IntervalSeconds", _) => Value::from(1),
        ("MaxAttempts", _) => Value::from(3),
        ("MaxDelaySeconds", _) => Value::from(60),
        ("ToleratedFailurePercentage", _) => Value::from(5),
        ("ResultPath", _) => Value::from("$.result"),
        ("RoleArn", _) => Value::from("${RoleArn}"),
        ("Credentials", _) => Value::from_members([("RoleArn", Value::from("${RoleArn}"))]),
        (_, Kind::Text | Kind::Name | Kind::Target) => {
            Value::from(target.filter(|_| matches!(field.kind, Kind::Target)).unwrap_or_default())
        }
        (_, Kind::Boolean) => Value::from(true),
        (_, Kind::Integer { min, .. }) => Value::from(min),
        (_, Kind::Decimal { min, .. }) => Value::from(if min > 1.0 { min as i64 } else { 1 }),
        (_, Kind::OneOf(words)) => Value::from(words.first().copied().unwrap_or_default()),
        (_, Kind::JsonPath | Kind::ReferencePath { .. } | Kind::ResultPath | Kind::PathOrCall) => {
            Value::from("$")
        }
        (_, Kind::Timestamp) => Value::from("2030-01-01T00:00:00Z"),
        (_, Kind::Resource) => Value::from("arn:aws:states:::lambda:invoke"),
        (_, Kind::ResourceOf(resources)) => {
            Value::from(format!("arn:aws:states:::{}", resources.first().copied().unwrap_or_default()))
        }
        (_, Kind::Condition) => Value::from("{% true %}"),
        (_, Kind::Template | Kind::Assignments | Kind::Json | Kind::States) => {
            Value::from_members::<&str>([])
        }
        (_, Kind::Texts { .. }) => Value::array(Vec::new()),
        (_, Kind::Object(of)) => required_fields(of, language, target),
        (_, Kind::Objects { non_empty, .. }) => {
            Value::array(if non_empty { vec![Value::from_members::<&str>([])] } else { Vec::new() })
        }
    }
}

/// A retrier for every error, with the language's defaults written out.
pub fn retrier() -> Value {
    Value::from_members([
        ("ErrorEquals", Value::array(vec![Value::from("States.ALL")])),
        ("IntervalSeconds", Value::from(1)),
        ("MaxAttempts", Value::from(3)),
        ("BackoffRate", Value::from(2)),
    ])
}

/// A catcher for every error.
pub fn catcher(target: Option<&str>) -> Value {
    Value::from_members([
        ("ErrorEquals", Value::array(vec![Value::from("States.ALL")])),
        ("Next", Value::from(target.unwrap_or_default())),
    ])
}

/// An object with what it must have. The types of objects don't hold one another, so this ends.
fn required_fields(of: &'static ObjectType, language: QueryLanguage, target: Option<&str>) -> Value {
    let fields = of.fields_in(language).filter(|field| field.required);
    Value::from_members(fields.map(|field| (field.name, initial_value(field, language, target))))
}

#[cfg(test)]
mod tests {
    use super::initial_value;
    use crate::{Document, QueryLanguage, Severity, StateType};

    /// Every field that can be added to a plain state of a type leaves the definition without errors,
    /// but for those that a person has to fill in.
    #[test]
    fn what_is_added_is_valid() {
        for language in [QueryLanguage::JsonPath, QueryLanguage::Jsonata] {
            for state_type in [StateType::Pass, StateType::Task, StateType::Succeed, StateType::Parallel] {
                for field in state_type.object_type().fields_in(language) {
                    if matches!(
                        field.name,
                        "Type" | "QueryLanguage" | "Next" | "End" | "Resource" | "Branches"
                    ) {
                        continue;
                    }
                    let value = initial_value(field, language, Some("Other")).to_text();
                    let own = match state_type {
                        StateType::Task => {
                            r#", "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:F""#
                        }
                        StateType::Parallel => {
                            r#", "Branches": [{"StartAt": "B", "States": {"B": {"Type": "Succeed"}}}]"#
                        }
                        _ => "",
                    };
                    let next = if state_type.has_next() { r#", "Next": "Other""# } else { "" };
                    let text = format!(
                        r#"{{"QueryLanguage": "{}", "StartAt": "One", "States": {{
                            "One": {{"Type": "{}"{own}, "{}": {value}{next}}},
                            "Other": {{"Type": "Succeed"}}}}}}"#,
                        language.name(),
                        state_type.name(),
                        field.name
                    );
                    let problems = Document::parse(&text).problems();
                    let errors: Vec<&str> = problems
                        .iter()
                        .filter(|problem| problem.severity == Severity::Error)
                        .filter(|problem| problem.message.contains(field.name))
                        .map(|problem| &*problem.message)
                        .collect();
                    assert!(errors.is_empty(), "{} {}: {errors:?}", state_type.name(), field.name);
                }
            }
        }
    }
}
