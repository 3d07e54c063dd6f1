//! Events in the shape of GetExecutionHistory.

use std::sync::Arc;

use json::{Map, Str, Value};

use crate::history::{Details, EventType, Failure, History, HistoryEvent};
use crate::machine::Resource;

/// How timestamps are written. AWS's tools differ: the API answers seconds, the CLI and the console ISO 8601.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TimestampStyle {
    /// `2024-01-01T00:00:00.000Z`
    #[default]
    Iso,
    /// Seconds since 1970 with a fraction: `1704067200.0`
    Seconds,
    /// No timestamps at all.
    Omitted,
}

impl History {
    /// The answer of GetExecutionHistory: `{"events": […]}`.
    pub fn to_aws_json(&self, style: TimestampStyle) -> Value {
        let events = self.iter().map(|event| event_to_json(event, style)).collect();
        Value::from_members([("events", Value::array(events))])
    }
}

/// One event as GetExecutionHistory lists it.
pub fn event_to_json(event: &HistoryEvent, style: TimestampStyle) -> Value {
    let mut members = Map::with_capacity(5);
    match style {
        TimestampStyle::Iso => {
            members.insert("timestamp", Value::string(event.timestamp.to_iso_millis()));
        }
        TimestampStyle::Seconds => {
            members.insert("timestamp", Value::float(event.timestamp.0 as f64 / 1000.0));
        }
        TimestampStyle::Omitted => {}
    }
    members.insert("type", Value::from(event.event_type.name()));
    members.insert("id", Value::int(i64::from(event.id.0)));
    members.insert("previousEventId", Value::int(i64::from(event.previous_event_id.0)));
    if let Some(details) = details_to_json(event.event_type, &event.details, true) {
        members.insert(event.event_type.details_member(), details);
    }
    Value::object(members)
}

/// The details of an event; without `execution_data` as logs leave inputs and outputs out.
pub(crate) fn details_to_json(
    event_type: EventType,
    details: &Details,
    execution_data: bool,
) -> Option<Value> {
    if event_type.details_member().is_empty() {
        return None;
    }
    let mut members = Members { map: Map::new(), execution_data };
    match details {
        Details::None => {}
        Details::ExecutionStarted(started) => {
            members.data("input", "inputDetails", &started.input);
            members.text("roleArn", Some(&started.role_arn));
            members.text("stateMachineAliasArn", started.state_machine_alias_arn.as_ref());
            members.text("stateMachineVersionArn", started.state_machine_version_arn.as_ref());
        }
        Details::ExecutionRedriven { redrive_count } => {
            members.int("redriveCount", Some(i64::from(*redrive_count)));
        }
        Details::Output(output) => members.data("output", "outputDetails", output),
        Details::Failure(failure) => members.failure(failure),
        Details::StateEntered { name, input, .. } => {
            members.text("name", Some(name));
            members.data("input", "inputDetails", input);
        }
        Details::StateExited { name, output, assigned, .. } => {
            members.text("name", Some(name));
            members.data("output", "outputDetails", output);
            if let Some(assigned) = assigned
                && execution_data
            {
                let values =
                    assigned.iter().map(|(name, value)| (name.clone(), Value::string(value.to_text())));
                members.map.insert("assignedVariables", Value::object(values.collect()));
                members.map.insert("assignedVariablesDetails", not_truncated());
            }
        }
        Details::TaskScheduled(scheduled) => {
            members.resource(&scheduled.resource);
            members.text("region", Some(&scheduled.region));
            if execution_data {
                members.map.insert("parameters", Value::string(scheduled.parameters.to_text()));
            }
            members.int("timeoutInSeconds", scheduled.timeout_seconds);
            members.int("heartbeatInSeconds", scheduled.heartbeat_seconds);
            members.credentials(scheduled.credentials_role_arn.as_ref());
        }
        Details::LambdaFunctionScheduled(scheduled) | Details::ActivityScheduled(scheduled) => {
            members.text("resource", Some(&scheduled.resource.arn));
            members.data("input", "inputDetails", &scheduled.parameters);
            members.int("timeoutInSeconds", scheduled.timeout_seconds);
            members.int("heartbeatInSeconds", scheduled.heartbeat_seconds);
            members.credentials(scheduled.credentials_role_arn.as_ref());
        }
        Details::ActivityStarted { worker } => members.text("workerName", worker.as_ref()),
        Details::TaskStarted(resource) => members.resource(resource),
        Details::TaskOutput(resource, output) => {
            members.resource(resource);
            members.data("output", "outputDetails", output);
        }
        Details::TaskFailure(resource, failure) => {
            members.resource(resource);
            members.failure(failure);
        }
        Details::MapStateStarted { length } => {
            members.int("length", Some(i64::try_from(*length).unwrap_or(i64::MAX)));
        }
        Details::MapIteration { name, index } => {
            members.text("name", Some(name));
            members.int("index", Some(i64::try_from(*index).unwrap_or(i64::MAX)));
        }
        Details::MapRunStarted { map_run_arn } => members.text("mapRunArn", Some(map_run_arn)),
        Details::MapRunRedriven { map_run_arn, redrive_count } => {
            members.text("mapRunArn", Some(map_run_arn));
            members.int("redriveCount", Some(i64::from(*redrive_count)));
        }
        Details::EvaluationFailed(failed) => {
            members.failure(&failed.failure);
            members.text("location", failed.location.as_ref());
            members.text("state", Some(&failed.state));
        }
        Details::Imported(value) => return Some(value.clone()),
    }
    Some(Value::object(members.map))
}

struct Members {
    map: Map,
    execution_data: bool,
}

impl Members {
    fn text(&mut self, key: &'static str, value: Option<&Str>) {
        if let Some(value) = value {
            self.map.insert(key, Value::String(value.clone()));
        }
    }

    fn int(&mut self, key: &'static str, value: Option<i64>) {
        if let Some(value) = value {
            self.map.insert(key, Value::int(value));
        }
    }

    /// A value is a text in AWS's events, with a remark whether it was cut.
    fn data(&mut self, key: &'static str, details: &'static str, value: &Value) {
        if self.execution_data {
            self.map.insert(key, Value::string(value.to_text()));
            self.map.insert(details, not_truncated());
        }
    }

    fn failure(&mut self, failure: &Failure) {
        self.text("error", failure.error.as_ref());
        self.text("cause", failure.cause.as_ref());
    }

    fn resource(&mut self, resource: &Arc<Resource>) {
        self.text("resourceType", Some(&resource.resource_type));
        self.text("resource", Some(&resource.action));
    }

    fn credentials(&mut self, role_arn: Option<&Str>) {
        if let Some(role_arn) = role_arn {
            let credentials = Value::from_members([("roleArn", Value::String(role_arn.clone()))]);
            self.map.insert("taskCredentials", credentials);
        }
    }
}

fn not_truncated() -> Value {
    Value::from_members([("truncated", Value::Bool(false))])
}
