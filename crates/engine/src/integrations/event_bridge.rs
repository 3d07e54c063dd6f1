//! What EventBridge gets: status changes of executions, and the events that tasks put.

use json::{Map, Str, Value};

use crate::describe::redrive_status;
use crate::execution::{Execution, RunId, Status};
use crate::history::EventType;
use crate::machine::Pattern;
use crate::time::Instant;
use jsonata::Random;

impl Execution {
    /// The events on the default bus, in their order: "Step Functions Execution Status Change" of
    /// Standard executions, and the entries of `events:putEvents` tasks.
    pub fn event_bridge_events(&self) -> Vec<Value> {
        let Some(run) = self.run(RunId(0)) else { return Vec::new() };
        let mut random = Random::for_purpose(self.options().seed, &[10]);
        let mut events = Vec::new();
        if run.execution_type.is_express() {
            return events;
        }
        events.push(self.status_change(Status::Running, run.started_at, &mut random));
        let mut scheduled = None;
        for event in run.history.iter() {
            match event.event_type {
                EventType::TaskScheduled => scheduled = event.details.input(),
                EventType::TaskSucceeded | EventType::TaskFailed => {
                    let is_put = event.details.resource().is_some_and(|resource| {
                        resource.service() == "events"
                            && resource.api() == "putEvents"
                            && resource.pattern == Pattern::RequestResponse
                    });
                    let failed = event.details.failure().and_then(|failure| failure.cause.as_deref());
                    let answer = match failed {
                        Some(cause) => json::parse(cause).ok(),
                        None => event.details.output().cloned(),
                    };
                    if let (true, Some(parameters), Some(answer)) = (is_put, scheduled, answer) {
                        events.extend(self.put_events(parameters, &answer, event.timestamp));
                    }
                }
                _ => {}
            }
        }
        if let Some(outcome) = &run.outcome {
            events.push(self.status_change(outcome.status, outcome.stopped_at, &mut random));
        }
        events
    }

    /// The events of one call that were accepted: the answer has an id for each of them. Step Functions
    /// adds the machine and the execution to the resources.
    fn put_events(&self, parameters: &Value, answer: &Value, now: Instant) -> Vec<Value> {
        let list =
            |value: &Value| value.get("Entries").and_then(Value::as_array).unwrap_or_default().to_vec();
        let Some(run) = self.run(RunId(0)) else { return Vec::new() };
        let mut events = Vec::new();
        for (entry, result) in list(parameters).iter().zip(list(answer)) {
            let Some(id) = result.get("EventId") else { continue };
            let detail = match entry.get("Detail") {
                Some(Value::String(text)) => json::parse(text).unwrap_or_default(),
                Some(detail) => detail.clone(),
                None => Value::Null,
            };
            let mut resources = entry.get("Resources").and_then(Value::as_array).unwrap_or_default().to_vec();
            resources.push(Value::String(run.state_machine_arn().clone()));
            resources.push(Value::String(run.execution_arn().clone()));
            let text = |name: &str| entry.get(name).cloned().unwrap_or_default();
            events.push(self.envelope(
                id.clone(),
                text("DetailType"),
                text("Source"),
                resources,
                detail,
                now,
            ));
        }
        events
    }

    fn status_change(&self, status: Status, now: Instant, random: &mut Random) -> Value {
        let Some(run) = self.run(RunId(0)) else { return Value::Null };
        let outcome = run.outcome.as_ref().filter(|_| status != Status::Running);
        let millis = |instant: Instant| Value::int(instant.0);
        let text = |text: Option<&Str>| text.cloned().map_or(Value::Null, Value::String);
        let included = || Value::from_members([("included", Value::Bool(true))]);
        let output = outcome.and_then(|outcome| outcome.output.as_ref());
        let mut detail = Map::with_capacity(20);
        detail.insert("executionArn", Value::String(run.execution_arn().clone()));
        detail.insert("stateMachineArn", Value::String(run.state_machine_arn().clone()));
        detail.insert("name", Value::String(run.name().clone()));
        detail.insert("status", Value::from(status.name()));
        detail.insert("startDate", millis(run.started_at));
        detail.insert("stopDate", outcome.map_or(Value::Null, |outcome| millis(outcome.stopped_at)));
        detail.insert("input", Value::string(run.input().to_text()));
        detail.insert("output", output.map_or(Value::Null, |output| Value::string(output.to_text())));
        detail.insert("stateMachineVersionArn", Value::Null);
        detail.insert("stateMachineAliasArn", Value::Null);
        detail.insert("redriveCount", Value::int(0));
        detail.insert("redriveDate", Value::Null);
        let (redrive, reason) = match status {
            Status::Running => {
                ("NOT_REDRIVABLE", Some("Execution is RUNNING and cannot be redriven".to_owned()))
            }
            _ => redrive_status(run),
        };
        detail.insert("redriveStatus", Value::from(redrive));
        detail.insert("redriveStatusReason", reason.map_or(Value::Null, Value::from));
        detail.insert("inputDetails", included());
        detail.insert("outputDetails", output.map_or(Value::Null, |_| included()));
        detail.insert("error", text(outcome.and_then(|outcome| outcome.error.as_ref())));
        detail.insert("cause", text(outcome.and_then(|outcome| outcome.cause.as_ref())));
        self.envelope(
            Value::from(random.uuid()),
            Value::from("Step Functions Execution Status Change"),
            Value::from("aws.states"),
            vec![Value::String(run.execution_arn().clone())],
            Value::object(detail),
            now,
        )
    }

    fn envelope(
        &self,
        id: Value,
        detail_type: Value,
        source: Value,
        resources: Vec<Value>,
        detail: Value,
        now: Instant,
    ) -> Value {
        let options = self.options();
        Value::from_members([
            ("version", Value::from("0")),
            ("id", id),
            ("detail-type", detail_type),
            ("source", source),
            ("account", Value::String(options.account.clone())),
            ("time", Value::from(format!("{}Z", now.to_iso_millis().split('.').next().unwrap_or_default()))),
            ("region", Value::String(options.region.clone())),
            ("resources", Value::array(resources)),
            ("detail", detail),
        ])
    }
}
