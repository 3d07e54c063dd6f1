//! Cases that look at a text without running it.

use asl::validate::{ValidateOptions, validate};
use asl::{Document, WorkflowType};
use json::{Map, Value};

use super::matcher::Matcher;
use super::{definition_text, placeholders, text};

/// StartExecution with an input that is no JSON.
pub fn start_error_differences(case: &Value) -> Vec<String> {
    let error = match engine::read_input(&text(case, "input_text")) {
        Ok(_) => Value::Null,
        Err(error) => error_value(error.code, &error.message),
    };
    let answer = Value::from_members([("error", error)]);
    compare(case, &answer)
}

pub fn validation_differences(case: &Value) -> Vec<String> {
    let workflow_type = match text(case, "type").as_str() {
        "EXPRESS" => WorkflowType::Express,
        _ => WorkflowType::Standard,
    };
    let options = ValidateOptions { workflow_type, ..ValidateOptions::default() };
    let validation = validate(&definition_text(case), &options);
    let empty = Value::Null;
    let expect = case.get("expect").unwrap_or(&empty);
    let is_whole = text(case, "operation") == "validate_state_machine_definition";
    let mut answer = Map::new();
    answer.insert("valid", Value::Bool(validation.is_valid()));
    if is_whole {
        for (name, value) in validation.to_json().as_object().into_iter().flat_map(Map::iter) {
            answer.insert(name.clone(), value.clone());
        }
    } else if let Some(error) = validation.error() {
        answer.insert("error", error_value(error.code, &error.message));
    }
    let is_localstack = case.get("source").is_some_and(|source| text(source, "oracle") == "localstack");
    let answer = Value::object(answer);
    if is_localstack {
        // LocalStack's own words: only the verdict is AWS's.
        let verdict = |value: &Value| value.get("valid").cloned();
        return match verdict(expect) == verdict(&answer) {
            true => Vec::new(),
            false => vec![format!("expected the verdict {:?}", verdict(expect))],
        };
    }
    compare(case, &answer)
}

pub fn reference_differences(case: &Value) -> Vec<String> {
    let document = Document::parse(&definition_text(case));
    let references = asl::variable_references(&document)
        .into_iter()
        .map(|(state, names)| (state, Value::array(names.into_iter().map(Value::String).collect())));
    let answer = Value::from_members([("variableReferences", Value::object(references.collect()))]);
    compare(case, &answer)
}

fn compare(case: &Value, answer: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let empty = Value::Null;
    let expect = case.get("expect").unwrap_or(&empty);
    Matcher::new(&placeholders(case)).differences(expect, answer, "$", &mut found);
    found
}

fn error_value(code: &str, message: &str) -> Value {
    Value::from_members([("code", Value::from(code)), ("message", Value::from(message))])
}
