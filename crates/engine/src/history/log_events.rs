//! Events as records in CloudWatch Logs, the only history of Express executions.

use json::{Map, Value};

use crate::execution::{Execution, Run};
use crate::history::export::details_to_json;
use crate::history::{EventType, HistoryEvent};

/// Which events are logged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    Off,
    Fatal,
    Error,
    #[default]
    All,
}

impl LogLevel {
    pub fn from_name(name: &str) -> Option<LogLevel> {
        match name {
            "OFF" => Some(LogLevel::Off),
            "FATAL" => Some(LogLevel::Fatal),
            "ERROR" => Some(LogLevel::Error),
            "ALL" => Some(LogLevel::All),
            _ => None,
        }
    }
}

impl EventType {
    /// The level from which on events of this type are logged (AWS: log levels of execution events).
    pub fn log_level(self) -> LogLevel {
        match self {
            EventType::ExecutionFailed | EventType::ExecutionAborted | EventType::ExecutionTimedOut => {
                LogLevel::Fatal
            }
            EventType::FailStateEntered => LogLevel::Error,
            other if other.is_failure() => LogLevel::Error,
            _ => LogLevel::All,
        }
    }
}

impl Execution {
    /// The log records of one of the run's executions.
    pub fn log_events(&self, run: &Run, level: LogLevel, include_execution_data: bool) -> Vec<Value> {
        let events = run.history.iter().filter(|event| event.event_type.log_level() <= level);
        events.map(|event| log_event(run, event, include_execution_data)).collect()
    }
}

fn log_event(run: &Run, event: &HistoryEvent, include_execution_data: bool) -> Value {
    let details = details_to_json(event.event_type, &event.details, include_execution_data);
    let mut members = Map::with_capacity(7);
    members.insert("id", Value::from(event.id.0.to_string()));
    members.insert("type", Value::from(event.event_type.name()));
    members.insert("details", details.unwrap_or_else(|| Value::object(Map::new())));
    members.insert("previous_event_id", Value::from(event.previous_event_id.0.to_string()));
    members.insert("event_timestamp", Value::from(event.timestamp.0.to_string()));
    members.insert("execution_arn", Value::String(run.execution_arn().clone()));
    members.insert("redrive_count", Value::from(run.shared.facts.redrive_count.unwrap_or(0).to_string()));
    Value::object(members)
}
