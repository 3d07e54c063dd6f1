//! Plausible answers of services, for tasks that nobody scripted.

use json::{Map, Value};

use crate::machine::{Pattern, Resource, ResourceKind};

/// The result of a task: what the state gets in the end.
pub fn made_up_result(resource: &Resource, parameters: &Value) -> Value {
    match (resource.kind, resource.service(), resource.api(), resource.pattern) {
        (ResourceKind::Optimized, "states", "startExecution", Pattern::Sync | Pattern::Sync2) => {
            let mut members = execution_response(parameters).as_object().cloned().unwrap_or_default();
            let output = Value::object(Map::new());
            let is_text = resource.pattern == Pattern::Sync;
            members.insert("Output", if is_text { Value::from("{}") } else { output });
            members.insert("Status", Value::from("SUCCEEDED"));
            Value::object(members)
        }
        (_, _, _, Pattern::WaitForTaskToken) => Value::object(Map::new()),
        (ResourceKind::Http, ..) => Value::from_members([
            ("Headers", Value::object(Map::new())),
            ("ResponseBody", Value::object(Map::new())),
            ("StatusCode", Value::int(200)),
            ("StatusText", Value::from("OK")),
        ]),
        _ => made_up_response(resource, parameters),
    }
}

/// The response of the call that a task makes.
pub fn made_up_response(resource: &Resource, parameters: &Value) -> Value {
    let text = Value::from;
    match (resource.kind, resource.service(), resource.api()) {
        (ResourceKind::Lambda | ResourceKind::Activity, ..) => Value::object(Map::new()),
        (_, "lambda", "invoke") => lambda_response(Value::object(Map::new())),
        (_, "sqs", "sendMessage") => Value::from_members([
            ("MD5OfMessageBody", text("d41d8cd98f00b204e9800998ecf8427e")),
            ("MessageId", text("11111111-2222-4333-8444-555555555555")),
        ]),
        (_, "sns", "publish") => {
            Value::from_members([("MessageId", text("11111111-2222-4333-8444-555555555555"))])
        }
        (_, "events", "putEvents") => Value::from_members([
            (
                "Entries",
                Value::array(vec![Value::from_members([(
                    "EventId",
                    text("11111111-2222-4333-8444-555555555555"),
                )])]),
            ),
            ("FailedEntryCount", Value::int(0)),
        ]),
        (_, "dynamodb", "getItem") => Value::from_members([("Item", Value::object(Map::new()))]),
        (_, "states" | "sfn", "startExecution") => execution_response(parameters),
        _ => Value::object(Map::new()),
    }
}

/// The parameters as the result, as a function that returns its event would give it.
pub(super) fn echo(resource: &Resource, parameters: &Value) -> Value {
    match (resource.kind, resource.service(), resource.api()) {
        (ResourceKind::Optimized, "lambda", "invoke") if resource.pattern == Pattern::RequestResponse => {
            lambda_response(parameters.get("Payload").cloned().unwrap_or_default())
        }
        (ResourceKind::Optimized, "lambda", "invoke") => {
            parameters.get("Payload").cloned().unwrap_or_default()
        }
        _ => parameters.clone(),
    }
}

fn lambda_response(payload: Value) -> Value {
    Value::from_members([
        ("ExecutedVersion", Value::from("$LATEST")),
        ("Payload", payload),
        ("StatusCode", Value::int(200)),
    ])
}

fn execution_response(parameters: &Value) -> Value {
    let machine = parameters.get("StateMachineArn").and_then(Value::as_str).unwrap_or_default();
    let name =
        parameters.get("Name").and_then(Value::as_str).unwrap_or("11111111-2222-4333-8444-555555555555");
    let arn = format!("{}:{name}", machine.replacen(":stateMachine:", ":execution:", 1));
    Value::from_members([("ExecutionArn", Value::from(arn)), ("StartDate", Value::float(1_704_067_200.0))])
}
