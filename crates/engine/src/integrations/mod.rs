//! What is known of services besides their answers.

mod event_bridge;

use json::Value;

use crate::machine::{Pattern, Resource, ResourceKind};

/// What Step Functions adds to a task's parameters by itself.
pub(crate) fn complete_parameters(resource: &Resource, parameters: Value) -> Value {
    let is_ecs_job = resource.kind == ResourceKind::Optimized
        && &*resource.resource_type == "ecs"
        && resource.api() == "runTask"
        && resource.pattern == Pattern::Sync;
    match parameters.as_object() {
        Some(members) if is_ecs_job && !members.contains_key("StartedBy") => {
            let mut members = members.clone();
            members.insert("StartedBy", Value::from("AWS Step Functions"));
            Value::object(members)
        }
        _ => parameters,
    }
}

/// What AWS checks of a task's parameters before it is scheduled. The error is AWS's words for one field.
pub(crate) fn check_parameters(resource: &Resource, parameters: &Value) -> Result<(), String> {
    if resource.kind != ResourceKind::Optimized || &*resource.resource_type != "apigateway" {
        return Ok(());
    }
    // Header and query values are lists of texts, also where there is one text only.
    for field in ["Headers", "QueryParameters"] {
        let Some(value) = parameters.get(field).filter(|value| !value.is_null()) else { continue };
        let is_list_of_texts = |value: &Value| {
            value.as_array().is_some_and(|items| items.iter().all(|item| item.as_str().is_some()))
        };
        let is_fine = value.as_object().is_some_and(|members| members.values().all(is_list_of_texts));
        if !is_fine {
            return Err(format!("The value of the field '{field}' has an invalid format"));
        }
    }
    Ok(())
}
