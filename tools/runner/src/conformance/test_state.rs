//! Cases of the TestState API.

use std::sync::{Arc, OnceLock};

use engine::Failure;
use engine::test_state::{
    FieldValidationMode, InspectionLevel, ResponseShapes, StateConfiguration, StateMock, TestStateRequest,
    test_state,
};
use json::{Str, Value};

use super::matcher::Matcher;
use super::{definition_text, placeholders};

/// The differences between our answer and AWS's.
pub fn differences(case: &Value) -> Vec<String> {
    let found = differences_with(case, None);
    if found.is_empty() || case.get("mock").is_some() {
        return found;
    }
    // A Task without a mock called a real function, whose answer is in what was recorded.
    let expect = case.get("expect");
    let recorded = |name: &str| expect.and_then(|expect| expect.get(name));
    let inspected = recorded("inspectionData").and_then(|data| data.get("result"));
    let Some(result) = inspected.or_else(|| recorded("output")) else { return found };
    let result = match result.as_str().and_then(|text| json::parse_keeping_text(text).ok()) {
        Some(parsed) => parsed,
        None => result.clone(),
    };
    differences_with(case, Some(result))
}

fn differences_with(case: &Value, task_result: Option<Value>) -> Vec<String> {
    let text = |name: &str| case.get(name).and_then(Value::as_str).map(str::to_owned);
    let name = |value: &Value, member: &str| value.get(member).and_then(Value::as_str).map(Str::from);
    let mock = case.get("mock").map(|mock| StateMock {
        result: mock.get("result").and_then(Value::as_str).map(str::to_owned),
        error_output: mock
            .get("errorOutput")
            .map(|error| Failure { error: name(error, "error"), cause: name(error, "cause") }),
        field_validation_mode: name(mock, "fieldValidationMode")
            .and_then(|mode| FieldValidationMode::from_name(&mode))
            .unwrap_or_default(),
    });
    let configuration = case.get("stateConfiguration").map(|configuration| {
        let number = |member: &str| configuration.get(member).and_then(Value::as_i64);
        StateConfiguration {
            retrier_retry_count: number("retrierRetryCount").and_then(|count| u32::try_from(count).ok()),
            error_caused_by_state: name(configuration, "errorCausedByState"),
            map_iteration_failure_count: number("mapIterationFailureCount")
                .and_then(|count| u64::try_from(count).ok()),
            map_item_reader_data: configuration
                .get("mapItemReaderData")
                .and_then(Value::as_str)
                .map(str::to_owned),
        }
    });
    let request = TestStateRequest {
        definition: definition_text(case),
        state_name: name(case, "stateName"),
        input: text("input_text"),
        inspection_level: text("inspectionLevel")
            .and_then(|level| InspectionLevel::from_name(&level))
            .unwrap_or_default(),
        reveal_secrets: case.get("revealSecrets").and_then(Value::as_bool) == Some(true),
        role_arn: name(case, "roleArn"),
        variables: text("variables_text"),
        context: text("context_text"),
        mock,
        configuration: configuration.unwrap_or_default(),
        task_result: task_result.map(Ok),
        shapes: Some(shapes()),
        region: Some(Str::from("us-east-1")),
        account: Some(Str::from("111111111111")),
        ..TestStateRequest::default()
    };
    let answer = match test_state(&request) {
        Ok(response) => response.to_json(),
        Err(error) => Value::from_members([(
            "error",
            Value::from_members([("code", Value::from(error.code)), ("message", Value::from(error.message))]),
        )]),
    };
    let mut found = Vec::new();
    let empty = Value::Null;
    let expect = case.get("expect").unwrap_or(&empty);
    Matcher::new(&placeholders(case)).differences(expect, &answer, "$", &mut found);
    found
}

fn shapes() -> Arc<ResponseShapes> {
    static SHAPES: OnceLock<Arc<ResponseShapes>> = OnceLock::new();
    let text = include_str!("../../../../crates/engine/data/response-shapes.txt");
    SHAPES.get_or_init(|| Arc::new(ResponseShapes::parse(text))).clone()
}
