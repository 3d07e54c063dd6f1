//! What a text says of executions: GetExecutionHistory, the console's export, DescribeExecution, log
//! records of Express workflows, lists of a Map Run's children.

use std::collections::HashMap;
use std::fmt;

use asl::resource::Arn;
use engine::{EventType, Instant, Status};
use json::{Map, Str, Value};

use super::Recording;

/// Events that are read of one text at most: four times what AWS allows one execution.
const MOST_EVENTS: usize = 100_000;
/// Executions that are read of one text at most.
const MOST_EXECUTIONS: usize = 10_000;
/// Remarks of one recording at most.
const MOST_REMARKS: usize = 8;

/// Why a text tells of no execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotRecorded {
    pub message: String,
}

impl fmt::Display for NotRecorded {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for NotRecorded {}

/// All executions that a text tells of, in the order in which it first names them.
///
/// Reads the answers of GetExecutionHistory (also several pages, or the newest event first),
/// DescribeExecution, ListExecutions and DescribeStateMachineForExecution, the console's export,
/// the files that a Map Run's ResultWriter leaves, and log records of CloudWatch: as a list, as the
/// answer of FilterLogEvents or GetLogEvents, of Logs Insights, or a record a line.
///
/// # Errors
///
/// Where there is no execution in it, and what was expected.
pub fn read_recordings(text: &str) -> Result<Vec<Recording>, NotRecorded> {
    let mut found = Found::default();
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    match json::parse(trimmed) {
        Ok(value) => found.read(&value, 0),
        Err(error) => {
            found.read_lines(trimmed);
            if found.is_empty() {
                return Err(NotRecorded { message: format!("The text is not JSON: {error}.") });
            }
        }
    }
    found.finish()
}

/// What is known of one execution while the text is read.
#[derive(Default)]
struct Facts {
    arn: Option<Str>,
    described: Option<Value>,
    definition: Option<Str>,
    /// Events and log records as they stand in the text.
    events: Vec<Value>,
    has_next_token: bool,
    is_log: bool,
}

#[derive(Default)]
struct Found {
    executions: Vec<Facts>,
    by_arn: HashMap<Str, usize>,
    event_count: usize,
    left_out: usize,
    map_run: Option<Value>,
    definition: Option<Str>,
}

impl Found {
    fn is_empty(&self) -> bool {
        self.executions.is_empty()
    }

    /// The execution of an ARN; without one, that which was told of last, or a new one.
    fn execution(&mut self, arn: Option<&Str>) -> Option<&mut Facts> {
        let index = match arn {
            Some(arn) => match self.by_arn.get(arn) {
                Some(index) => *index,
                None => {
                    // Events without an ARN that came before are of this one.
                    let nameless = match self.executions.as_slice() {
                        [only] if only.arn.is_none() => Some(0),
                        _ => None,
                    };
                    let index = match nameless {
                        Some(index) => index,
                        None => self.add()?,
                    };
                    self.by_arn.insert(arn.clone(), index);
                    if let Some(facts) = self.executions.get_mut(index) {
                        facts.arn = Some(arn.clone());
                    }
                    index
                }
            },
            None => match self.executions.len().checked_sub(1) {
                Some(last) => last,
                None => self.add()?,
            },
        };
        self.executions.get_mut(index)
    }

    fn add(&mut self) -> Option<usize> {
        if self.executions.len() >= MOST_EXECUTIONS {
            self.left_out += 1;
            return None;
        }
        self.executions.push(Facts::default());
        Some(self.executions.len() - 1)
    }

    fn read(&mut self, value: &Value, depth: u32) {
        // Answers of several calls, and wrappers of tools, are a few levels deep.
        if depth > 4 {
            return;
        }
        if let Some(items) = value.as_array() {
            // A page of Logs Insights has a list of fields for each record.
            for item in items {
                match insights_message(item) {
                    Some(message) => self.read_message(&message),
                    None => self.read(item, depth + 1),
                }
            }
            return;
        }
        let Some(members) = value.as_object() else { return };
        let arn = text_of(members, &["executionArn", "ExecutionArn", "execution_arn"]);
        if is_event(value) {
            self.event(value, None);
        } else if is_log_record(value) {
            self.event(value, arn.as_ref());
        } else if let Some(message) = members.get("message").and_then(Value::as_str) {
            self.read_message(message);
        } else if members.contains_key("mapRunArn") && members.contains_key("itemCounts") {
            self.map_run = Some(value.clone());
        } else {
            let is_definition = members.contains_key("definition") && !members.contains_key("startDate");
            if is_definition {
                self.definition = text_of(members, &["definition"]);
            }
            if let (Some(arn), true) =
                (&arn, members.contains_key("status") || members.contains_key("Status"))
            {
                let described = value.clone();
                if let Some(facts) = self.execution(Some(arn)) {
                    facts.described = Some(described);
                }
            } else if let Some(arn) = &arn {
                let _ = self.execution(Some(arn));
            }
            for name in ["events", "Events", "results", "executions", "execution", "history", "logEvents"] {
                if let Some(inner) = members.get(name) {
                    self.read(inner, depth + 1);
                }
            }
            if members.contains_key("nextToken")
                && members.contains_key("events")
                && let Some(facts) = self.executions.last_mut()
            {
                facts.has_next_token = !members.get("nextToken").is_some_and(Value::is_null);
            }
        }
    }

    /// A message of a log: a record, perhaps with something in front of it.
    fn read_message(&mut self, message: &str) {
        let Some(start) = message.find('{') else { return };
        let Some(record) = message.get(start..).and_then(|text| json::parse(text.trim_end()).ok()) else {
            return;
        };
        if is_log_record(&record) {
            let arn = record.get("execution_arn").and_then(Value::as_str).map(Str::from);
            self.event(&record, arn.as_ref());
        }
    }

    fn read_lines(&mut self, text: &str) {
        for line in text.lines() {
            self.read_message(&unquoted_cell(line));
            let value = match line.starts_with(['{', '[']) {
                true => json::parse(line.trim()).ok(),
                false => None,
            };
            if let Some(value) = value.filter(|value| !is_log_record(value)) {
                self.read(&value, 1);
            }
        }
    }

    fn event(&mut self, event: &Value, arn: Option<&Str>) {
        if self.event_count >= MOST_EVENTS {
            self.left_out += 1;
            return;
        }
        self.event_count += 1;
        let Some(facts) = self.execution(arn) else { return };
        facts.is_log |= arn.is_some() || is_log_record(event);
        facts.events.push(event.clone());
    }

    fn finish(mut self) -> Result<Vec<Recording>, NotRecorded> {
        let left_out = self.left_out;
        let only = self.executions.len() == 1;
        let definition = self.definition.take().filter(|_| only);
        let map_run = self.map_run.take();
        let mut recordings = Vec::new();
        for mut facts in self.executions {
            facts.definition = definition.clone();
            if let Some(recording) = recording_of(facts) {
                recordings.push(recording);
            }
        }
        if recordings.is_empty() {
            let message = match map_run {
                Some(_) => {
                    "It is the answer of DescribeMapRun, which has counts but no executions. Open the histories of \
                     the Map Run's children instead, the answer of ListExecutions for it, or the files that its \
                     ResultWriter left."
                }
                None => {
                    "There is no execution in it. Expected was an answer of GetExecutionHistory or \
                     DescribeExecution, the console's export, log records of an Express workflow, or what a Map \
                     Run left."
                }
            };
            return Err(NotRecorded { message: message.to_owned() });
        }
        if let Some(first) = recordings.first_mut().filter(|_| left_out > 0) {
            first
                .remarks
                .push(format!("The text is too long to be read whole: {left_out} entries were left out."));
        }
        Ok(recordings)
    }
}

fn is_event(value: &Value) -> bool {
    let known = value.get("type").and_then(Value::as_str).and_then(EventType::from_name);
    known.is_some() && value.get("id").is_some_and(|id| id.as_i64().is_some())
}

fn is_log_record(value: &Value) -> bool {
    let has_texts = ["id", "type", "execution_arn"].iter().all(|name| value.get(name).is_some());
    has_texts && value.get("id").is_some_and(|id| id.as_str().is_some())
}

/// The message in a row of Logs Insights: `[{"field": "@message", "value": …}, …]`.
fn insights_message(row: &Value) -> Option<String> {
    let fields = row.as_array()?;
    let is_message = |field: &&Value| field.get("field").and_then(Value::as_str) == Some("@message");
    fields.iter().find(is_message)?.get("value")?.as_str().map(str::to_owned)
}

/// A line of a CSV export has its JSON in quotes, with the quotes within doubled.
fn unquoted_cell(line: &str) -> String {
    match line.contains("\"{\"\"") {
        true => {
            let inner = line.split_once("\"{\"\"").map_or("", |(_, rest)| rest);
            let inner = inner.rsplit_once("}\"").map_or(inner, |(inner, _)| inner);
            format!("{{\"{}}}", inner.replace("\"\"", "\""))
        }
        false => line.to_owned(),
    }
}

fn text_of(members: &Map, names: &[&str]) -> Option<Str> {
    names.iter().find_map(|name| members.get(name)).and_then(Value::as_str).map(Str::from)
}

/// AWS writes values as texts; some tools have parsed them.
fn data_of(members: &Map, names: &[&str]) -> Option<Value> {
    let value = names.iter().find_map(|name| members.get(name))?;
    Some(match value {
        Value::String(text) => json::parse_keeping_text(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    })
}

fn date_of(members: &Map, names: &[&str]) -> Option<Instant> {
    names.iter().find_map(|name| members.get(name)).and_then(Instant::from_json)
}

fn recording_of(facts: Facts) -> Option<Recording> {
    let empty = Map::new();
    let described = facts.described.as_ref().and_then(Value::as_object).unwrap_or(&empty);
    let arn = facts.arn.clone().or_else(|| text_of(described, &["executionArn", "ExecutionArn"]));
    let name = text_of(described, &["name", "Name"])
        .or_else(|| arn.as_deref().and_then(|arn| Arn::parse(arn)?.resource_part(2)).map(Str::from));
    let machine = text_of(described, &["stateMachineArn", "StateMachineArn"]);
    let mut recording = Recording {
        name: name.unwrap_or_else(|| Str::from("")),
        state_machine_arn: machine.or_else(|| arn.as_deref().and_then(machine_arn_of)),
        execution_arn: arn,
        map_run_arn: text_of(described, &["mapRunArn", "MapRunArn"]),
        status: text_of(described, &["status", "Status"])
            .and_then(|status| status_of(&status))
            .unwrap_or(Status::Running),
        started_at: date_of(described, &["startDate", "StartDate"]),
        stopped_at: date_of(described, &["stopDate", "StopDate"]),
        input: data_of(described, &["input", "Input"]),
        output: data_of(described, &["output", "Output"]),
        error: text_of(described, &["error", "Error"]),
        cause: text_of(described, &["cause", "Cause"]),
        redrive_count: described.get("redriveCount").and_then(Value::as_i64),
        definition: facts.definition,
        events: Value::Null,
        ids: Vec::new(),
        remarks: Vec::new(),
    };
    let listed = dense(facts.events, facts.is_log, &mut recording);
    let listed = match listed.is_empty() {
        true => made_up_events(&recording),
        false => listed,
    };
    if listed.is_empty() {
        return None;
    }
    if recording.ids.is_empty() && facts.has_next_token {
        let count = listed.len();
        recording.remarks.push(format!(
            "The text holds the first {count} events only: it has a nextToken, so there are more on AWS."
        ));
    }
    take_ends(&mut recording, &listed);
    if facts.described.is_none() && facts.is_log && recording.input.is_none() {
        recording.remarks.push(
            "The records hold no data: the log group's state machine logs without includeExecutionData."
                .to_owned(),
        );
    }
    recording.remarks.truncate(MOST_REMARKS);
    recording.events = Value::array(listed);
    Some(recording)
}

/// The events in order, without gaps and repetitions; what was missing is remarked on.
fn dense(events: Vec<Value>, is_log: bool, recording: &mut Recording) -> Vec<Value> {
    let mut numbered: Vec<(u32, Value)> = Vec::with_capacity(events.len());
    let mut unknown: Vec<String> = Vec::new();
    for event in events {
        let type_name = event.get("type").and_then(Value::as_str).unwrap_or_default();
        if EventType::from_name(type_name).is_none() {
            unknown.push(type_name.to_owned());
            continue;
        }
        let id = event.get("id").and_then(|id| match id {
            Value::String(text) => text.parse::<u32>().ok(),
            other => other.as_i64().and_then(|id| u32::try_from(id).ok()),
        });
        if let Some(id) = id.filter(|id| *id > 0) {
            numbered.push((id, event));
        }
    }
    numbered.sort_by_key(|(id, _)| *id);
    let before = numbered.len();
    numbered.dedup_by_key(|(id, _)| *id);
    if numbered.len() < before {
        recording.remarks.push(format!("{} events stood there twice.", before - numbered.len()));
    }
    if let Some(first) = unknown.first() {
        recording.remarks.push(format!("{} events of unknown types were left out: {first}.", unknown.len()));
    }
    let is_dense = numbered.iter().enumerate().all(|(index, (id, _))| *id as usize == index + 1);
    if is_dense {
        return numbered.into_iter().map(|(_, event)| event).collect();
    }
    let last = numbered.last().map_or(0, |(id, _)| *id);
    let missing = (last as usize).saturating_sub(numbered.len());
    let why = match is_log {
        true => " The log level leaves out what is no error, or the query has a narrower range.",
        false => " Some pages of the answer are not there.",
    };
    recording.remarks.push(format!("{missing} of the first {last} events are missing.{why}"));
    let ids: Vec<u32> = numbered.iter().map(|(id, _)| *id).collect();
    // The event before is the latest that is there.
    let position = |id: u32| ids.partition_point(|known| *known <= id);
    let renumbered = numbered
        .iter()
        .enumerate()
        .map(|(index, (_, event))| {
            let mut members = event.as_object().cloned().unwrap_or_default();
            let previous =
                ["previousEventId", "previous_event_id"].iter().find_map(|name| match members.get(name)? {
                    Value::String(text) => text.parse::<u32>().ok(),
                    other => other.as_i64().and_then(|id| u32::try_from(id).ok()),
                });
            let previous = position(previous.unwrap_or(0)).min(index);
            let number = |number: usize| match is_log_record(event) {
                true => Value::from(number.to_string()),
                false => Value::int(i64::try_from(number).unwrap_or(i64::MAX)),
            };
            let name = if is_log_record(event) { "previous_event_id" } else { "previousEventId" };
            members.insert("id", number(index + 1));
            members.insert(name, number(previous));
            Value::object(members)
        })
        .collect();
    recording.ids = ids;
    renumbered
}

/// What DescribeExecution tells, as the events that every execution begins and ends with.
fn made_up_events(recording: &Recording) -> Vec<Value> {
    if recording.input.is_none() && recording.started_at.is_none() {
        return Vec::new();
    }
    let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "null".to_owned(), Value::to_text);
    let event = |id: i64, event_type: EventType, at: Option<Instant>, details: Vec<(&'static str, Value)>| {
        let mut members = Map::with_capacity(5);
        if let Some(at) = at {
            members.insert("timestamp", Value::string(at.to_iso_millis()));
        }
        members.insert("type", Value::from(event_type.name()));
        members.insert("id", Value::int(id));
        members.insert("previousEventId", Value::int(id - 1));
        members.insert(event_type.details_member(), Value::from_members(details));
        Value::object(members)
    };
    let input = vec![("input", Value::string(text(&recording.input))), ("roleArn", Value::from(""))];
    let mut events = vec![event(1, EventType::ExecutionStarted, recording.started_at, input)];
    let ended = match recording.status {
        Status::Succeeded => EventType::ExecutionSucceeded,
        Status::Failed => EventType::ExecutionFailed,
        Status::TimedOut => EventType::ExecutionTimedOut,
        Status::Aborted => EventType::ExecutionAborted,
        _ => return events,
    };
    let details = if ended == EventType::ExecutionSucceeded {
        vec![("output", Value::string(text(&recording.output)))]
    } else {
        let told = [("error", &recording.error), ("cause", &recording.cause)];
        told.into_iter().filter_map(|(name, text)| Some((name, Value::String(text.clone()?)))).collect()
    };
    events.push(event(2, ended, recording.stopped_at, details));
    events
}

/// What the first and the last event tell of the execution.
fn take_ends(recording: &mut Recording, events: &[Value]) {
    if recording.remarks.is_empty() && events.len() <= 2 && recording.started_at.is_some() {
        recording.remarks.push(
            "The text tells of no events in between: for these, open the answer of GetExecutionHistory."
                .to_owned(),
        );
    }
    let details = |event: &Value| -> Option<Value> {
        let member = EventType::from_name(event.get("type")?.as_str()?)?.details_member();
        event.get(member).or_else(|| event.get("details")).cloned()
    };
    let at = |event: &Value| {
        event.as_object().and_then(|event| {
            date_of(event, &["timestamp"]).or_else(|| {
                let millis = event.get("event_timestamp")?.as_str()?.parse::<f64>().ok()?;
                Some(Instant(millis.round() as i64))
            })
        })
    };
    if let Some(first) = events.first() {
        let started = details(first).and_then(|details| data_of(details.as_object()?, &["input"]));
        recording.input = recording.input.take().or(started);
        recording.started_at = recording.started_at.or_else(|| at(first));
    }
    let Some(last) = events.last() else { return };
    let ended = last.get("type").and_then(Value::as_str).and_then(EventType::from_name);
    let Some(ended) = ended.filter(|ended| ended.is_terminal()) else { return };
    recording.status = match ended {
        EventType::ExecutionSucceeded => Status::Succeeded,
        EventType::ExecutionFailed => Status::Failed,
        EventType::ExecutionTimedOut => Status::TimedOut,
        _ => Status::Aborted,
    };
    recording.stopped_at = recording.stopped_at.or_else(|| at(last));
    if let Some(details) = details(last)
        && let Some(members) = details.as_object()
    {
        recording.output = recording.output.take().or_else(|| data_of(members, &["output"]));
        recording.error = recording.error.take().or_else(|| text_of(members, &["error"]));
        recording.cause = recording.cause.take().or_else(|| text_of(members, &["cause"]));
    }
}

fn status_of(name: &str) -> Option<Status> {
    [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted]
        .into_iter()
        .find(|status| status.name() == name)
}

/// `arn:aws:states:R:A:execution:Machine:Name` → `arn:aws:states:R:A:stateMachine:Machine`.
fn machine_arn_of(execution: &str) -> Option<Str> {
    let arn @ Arn { partition, service, region, account, .. } = Arn::parse(execution)?;
    let machine = arn.resource_part(1)?;
    let is_execution = matches!(arn.resource_part(0), Some("execution" | "express"));
    is_execution
        .then(|| format!("arn:{partition}:{service}:{region}:{account}:stateMachine:{machine}").into())
}
