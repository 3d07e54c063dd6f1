//! Executions that ran elsewhere, as far as texts tell of them.

mod read;
mod rebuild;

use asl::resource::Arn;
use engine::history::{ImportError, ImportedHistory};
use engine::{Instant, Machine, Status};
use json::{Str, Value};

pub use read::{NotRecorded, read_recordings};
pub use rebuild::{Rebuilt, missing_states, rebuild_definition};

/// One execution as a text tells of it: with all of its events, some, or none.
#[derive(Clone, Debug)]
pub struct Recording {
    /// The name of the execution; empty where the text does not tell.
    pub name: Str,
    pub execution_arn: Option<Str>,
    pub state_machine_arn: Option<Str>,
    pub map_run_arn: Option<Str>,
    pub status: Status,
    pub started_at: Option<Instant>,
    pub stopped_at: Option<Instant>,
    pub input: Option<Value>,
    pub output: Option<Value>,
    pub error: Option<Str>,
    pub cause: Option<Str>,
    pub redrive_count: Option<i64>,
    /// The definition, where the text has it (DescribeStateMachineForExecution).
    pub definition: Option<Str>,
    /// The events in the shape of GetExecutionHistory, ids without gaps; at least one.
    pub events: Value,
    /// The ids that the text gave, by position; empty where they are 1, 2, 3, …
    pub ids: Vec<u32>,
    /// What a person has to know: what is missing, what was put in its place.
    pub remarks: Vec<String>,
}

impl Recording {
    /// The history; with a machine, events know their states.
    ///
    /// # Errors
    ///
    /// Where an event can't be read.
    pub fn history(&self, machine: Option<&Machine>) -> Result<ImportedHistory, ImportError> {
        ImportedHistory::from_json(&self.events, machine)
    }

    /// The recording as a text that [`read_recordings`] reads.
    pub fn to_text(&self) -> String {
        let history = Value::from_members([("events", self.events.clone())]);
        let Some(arn) = &self.execution_arn else { return history.to_text() };
        let mut described = json::Map::new();
        let mut put = |name: &'static str, text: Option<&Str>| {
            if let Some(text) = text {
                described.insert(name, Value::String(text.clone()));
            }
        };
        put("executionArn", Some(arn));
        put("name", Some(&self.name));
        put("stateMachineArn", self.state_machine_arn.as_ref());
        put("mapRunArn", self.map_run_arn.as_ref());
        put("status", Some(&Str::from(self.status.name())));
        put("error", self.error.as_ref());
        put("cause", self.cause.as_ref());
        for (name, date) in [("startDate", self.started_at), ("stopDate", self.stopped_at)] {
            if let Some(date) = date {
                described.insert(name, Value::from(date.to_iso_millis()));
            }
        }
        for (name, data) in [("input", &self.input), ("output", &self.output)] {
            if let Some(data) = data {
                described.insert(name, Value::string(data.to_text()));
            }
        }
        if let Some(count) = self.redrive_count {
            described.insert("redriveCount", Value::int(count));
        }
        Value::array(vec![Value::object(described), history]).to_text()
    }

    /// Whether it is of an Express workflow, as the execution's ARN tells it.
    pub fn is_express(&self) -> bool {
        let kind = self.execution_arn.as_deref().and_then(|arn| Arn::parse(arn)?.resource_part(0));
        kind == Some("express")
    }

    /// The name of the state machine, as its ARN tells it.
    pub fn machine_name(&self) -> Option<&str> {
        let arn = self.state_machine_arn.as_deref()?;
        Arn::parse(arn)?.resource_part(1).filter(|name| !name.is_empty())
    }
}
