//! Histories from elsewhere: GetExecutionHistory's answer, the console's export, Express log events.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use json::{Map, Str, Value};

use crate::execution::{FrameInfo, FrameRole, RunId};
use crate::history::{
    Details, EvaluationFailed, EventId, EventType, ExecutionStarted, Failure, FrameId, History, HistoryEvent,
    TaskScheduled, TimestampStyle, Way, event_to_json,
};
use crate::machine::{Machine, Resource};
use crate::time::Instant;

/// A history that was recorded, with the frames that its events tell of.
#[derive(Clone, Debug)]
pub struct ImportedHistory {
    pub history: History,
    /// By [`FrameId`]: the execution, its branches and iterations.
    pub frames: Vec<FrameInfo>,
    original: Value,
}

/// A text that is no history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    pub message: String,
    /// The event, from 0, where one is to blame.
    pub event: Option<usize>,
}

impl fmt::Display for ImportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.event {
            Some(event) => write!(formatter, "event {event}: {}", self.message),
            None => formatter.write_str(&self.message),
        }
    }
}

impl std::error::Error for ImportError {}

impl ImportedHistory {
    /// Reads `{"events": […]}`, a list of events, or a list of log records. With a machine, events
    /// know their states.
    pub fn from_json(value: &Value, machine: Option<&Machine>) -> Result<ImportedHistory, ImportError> {
        let listed = value.get("events").unwrap_or(value).as_array();
        let Some(listed) = listed.filter(|events| !events.is_empty()) else {
            return Err(ImportError {
                message: "A history is a list of events, or an object with the member \"events\".".to_owned(),
                event: None,
            });
        };
        let mut events = Vec::with_capacity(listed.len());
        for (position, event) in listed.iter().enumerate() {
            let unlogged = unlogged(event);
            let event = unlogged.as_ref().unwrap_or(event);
            let read = read_event(event).map_err(|message| ImportError { message, event: Some(position) })?;
            events.push(read);
        }
        // The console and reverseOrder list the newest event first.
        events.sort_by_key(|event| event.id);
        for (position, event) in events.iter().enumerate() {
            if event.id.0 as usize != position + 1 {
                return Err(ImportError {
                    message: format!("The event with the id {} is missing.", position + 1),
                    event: None,
                });
            }
        }
        let (history, frames) = placed(events.into_iter(), machine);
        Ok(ImportedHistory { history, frames, original: value.clone() })
    }

    /// The same history, whose events know their states in a machine. The data is not read again.
    pub fn on(&self, machine: &Machine) -> ImportedHistory {
        let events = self.history.iter().map(|event| HistoryEvent {
            frame: FrameId::ROOT,
            state: None,
            ..event.clone()
        });
        let (history, frames) = placed(events, Some(machine));
        ImportedHistory { history, frames, original: self.original.clone() }
    }

    /// What was imported, without loss.
    pub fn to_json(&self) -> Value {
        self.original.clone()
    }
}

/// Events in their frames and, with a machine, in its states.
fn placed(
    events: impl Iterator<Item = HistoryEvent>,
    machine: Option<&Machine>,
) -> (History, Vec<FrameInfo>) {
    let mut places = Places::new(machine);
    let mut history = History::default();
    for mut event in events {
        places.place(&mut event);
        history.push(event);
    }
    (history, places.frames)
}

/// A log record in the shape of an event; none where it is none.
fn unlogged(record: &Value) -> Option<Value> {
    let id = record.get("id")?.as_str()?;
    let previous = record.get("previous_event_id")?.as_str()?;
    let name = record.get("type")?.as_str()?;
    let mut event = Map::with_capacity(5);
    let number = |text: &str| text.parse().map_or(Value::Null, Value::int);
    event.insert("id", number(id));
    event.insert("previousEventId", number(previous));
    event.insert("type", Value::from(name));
    if let Some(millis) = record.get("event_timestamp").and_then(|value| value.as_str()?.parse::<f64>().ok())
    {
        event.insert("timestamp", Value::float(millis / 1000.0));
    }
    let member = EventType::from_name(name).map(EventType::details_member).unwrap_or_default();
    if let (false, Some(details)) = (member.is_empty(), record.get("details")) {
        event.insert(member, details.clone());
    }
    Some(Value::object(event))
}

fn read_event(event: &Value) -> Result<HistoryEvent, String> {
    let number = |name: &str| event.get(name).and_then(Value::as_i64).and_then(|id| u32::try_from(id).ok());
    let id = number("id").ok_or("The event has no id.")?;
    let name = event.get("type").and_then(Value::as_str).ok_or("The event has no type.")?;
    let event_type = EventType::from_name(name).ok_or_else(|| format!("'{name}' is no type of event."))?;
    // Events without data have empty details, which are not an input or an output of null.
    let is_empty = |details: &Value| details.as_object().is_some_and(Map::is_empty);
    let details = event.get(event_type.details_member()).filter(|details| {
        !is_empty(details) || matches!(details_of(event_type, details), Details::Failure(_))
    });
    let mut read = HistoryEvent {
        id: EventId(id),
        previous_event_id: EventId(number("previousEventId").unwrap_or(0)),
        timestamp: event.get("timestamp").and_then(Instant::from_json).unwrap_or_default(),
        event_type,
        frame: FrameId::ROOT,
        state: None,
        details: details.map(|details| details_of(event_type, details)).unwrap_or_default(),
    };
    // What the typed form would lose is kept as it is. What has data of the execution has nothing else to lose, and is
    // not written for it: it can be megabytes.
    if let Some(details) = details
        && read.details.name().is_none()
        && read.details.failure().is_none()
        && read.details.output().is_none()
        && read.details.input().is_none()
        && event_to_json(&read, TimestampStyle::Omitted).get(event_type.details_member()) != Some(details)
    {
        read.details = Details::Imported(details.clone());
    }
    Ok(read)
}

fn details_of(event_type: EventType, details: &Value) -> Details {
    let text = |name: &str| details.get(name).and_then(Value::as_str).map(Str::from);
    let int = |name: &str| details.get(name).and_then(Value::as_i64);
    let count = |name: &str| int(name).and_then(|number| u64::try_from(number).ok()).unwrap_or(0);
    let data = |name: &str| details.get(name).map(parsed).unwrap_or_default();
    let failure = || Failure { error: text("error"), cause: text("cause") };
    let resource = || {
        let kind = text("resourceType").unwrap_or_default();
        let action = text("resource").unwrap_or_default();
        Arc::new(Resource::from_event(&kind, &action))
    };
    let scheduled = |resource: Arc<Resource>, parameters: Value| {
        let credentials = details.get("taskCredentials");
        Arc::new(TaskScheduled {
            resource,
            region: text("region").unwrap_or_default(),
            parameters,
            timeout_seconds: int("timeoutInSeconds"),
            heartbeat_seconds: int("heartbeatInSeconds"),
            credentials_role_arn: credentials
                .and_then(|credentials| credentials.get("roleArn")?.as_str().map(Str::from)),
            token: None,
        })
    };
    let arn = || Arc::new(Resource::parse(&text("resource").unwrap_or_default()));
    match event_type {
        EventType::ExecutionStarted => Details::ExecutionStarted(Arc::new(ExecutionStarted {
            input: data("input"),
            role_arn: text("roleArn").unwrap_or_default(),
            state_machine_alias_arn: text("stateMachineAliasArn"),
            state_machine_version_arn: text("stateMachineVersionArn"),
        })),
        EventType::ExecutionRedriven => {
            Details::ExecutionRedriven { redrive_count: u32::try_from(count("redriveCount")).unwrap_or(0) }
        }
        EventType::ExecutionSucceeded | EventType::LambdaFunctionSucceeded | EventType::ActivitySucceeded => {
            Details::Output(data("output"))
        }
        EventType::TaskScheduled => Details::TaskScheduled(scheduled(resource(), data("parameters"))),
        EventType::LambdaFunctionScheduled => {
            Details::LambdaFunctionScheduled(scheduled(arn(), data("input")))
        }
        EventType::ActivityScheduled => Details::ActivityScheduled(scheduled(arn(), data("input"))),
        EventType::ActivityStarted => Details::ActivityStarted { worker: text("workerName") },
        EventType::TaskStarted => Details::TaskStarted(resource()),
        EventType::TaskSubmitted | EventType::TaskSucceeded => {
            Details::TaskOutput(resource(), data("output"))
        }
        EventType::TaskFailed
        | EventType::TaskTimedOut
        | EventType::TaskStartFailed
        | EventType::TaskSubmitFailed => Details::TaskFailure(resource(), failure()),
        EventType::MapStateStarted => Details::MapStateStarted { length: count("length") },
        EventType::MapIterationStarted
        | EventType::MapIterationSucceeded
        | EventType::MapIterationFailed
        | EventType::MapIterationAborted => {
            Details::MapIteration { name: text("name").unwrap_or_default(), index: count("index") }
        }
        EventType::MapRunStarted => {
            Details::MapRunStarted { map_run_arn: text("mapRunArn").unwrap_or_default() }
        }
        EventType::MapRunRedriven => Details::MapRunRedriven {
            map_run_arn: text("mapRunArn").unwrap_or_default(),
            redrive_count: u32::try_from(count("redriveCount")).unwrap_or(0),
        },
        EventType::EvaluationFailed => Details::EvaluationFailed(Arc::new(EvaluationFailed {
            failure: failure(),
            location: text("location"),
            state: text("state").unwrap_or_default(),
        })),
        other if other.is_state_entered() => Details::StateEntered {
            name: text("name").unwrap_or_default(),
            input: data("input"),
            variables: None,
        },
        other if other.is_state_exited() => Details::StateExited {
            name: text("name").unwrap_or_default(),
            output: data("output"),
            assigned: details
                .get("assignedVariables")
                .and_then(Value::as_object)
                .map(|assigned| assigned.iter().map(|(name, value)| (name.clone(), parsed(value))).collect())
                .map(Arc::new),
            way: Way::UNTOLD,
        },
        _ => Details::Failure(failure()),
    }
}

/// AWS's events hold values as texts; some tools parse them.
fn parsed(value: &Value) -> Value {
    match value {
        Value::String(text) => json::parse_keeping_text(text).unwrap_or_else(|_| value.clone()),
        other => other.clone(),
    }
}

/// Finds out which frame and state each event belongs to.
struct Places<'m> {
    machine: Option<&'m Machine>,
    frames: Vec<FrameInfo>,
    /// By event: its frame and its type.
    seen: Vec<(FrameId, EventType)>,
    /// By frame: the name of the state that it is in.
    current: Vec<Option<Str>>,
    /// The frame of an iteration by the frame of its Map, the Map's name and the index.
    iterations: HashMap<(FrameId, Str, u64), FrameId>,
    /// Branches begun after a ParallelStateStarted event.
    branches: HashMap<EventId, u32>,
    /// The type of the entry of the state that a frame is in.
    inside: HashMap<FrameId, Option<EventType>>,
}

impl<'m> Places<'m> {
    fn new(machine: Option<&'m Machine>) -> Places<'m> {
        let mut places = Places {
            machine,
            frames: Vec::new(),
            seen: Vec::new(),
            current: Vec::new(),
            iterations: HashMap::new(),
            branches: HashMap::new(),
            inside: HashMap::new(),
        };
        places.add_frame(None, None, FrameRole::Execution);
        places
    }

    fn add_frame(&mut self, parent: Option<FrameId>, owner: Option<&Str>, role: FrameRole) -> FrameId {
        let owner = owner.and_then(|name| self.machine?.state_named(name)).map(|state| state.id);
        self.frames.push(FrameInfo { run: RunId(0), parent, owner, role, item: None });
        self.current.push(None);
        FrameId(u32::try_from(self.frames.len() - 1).unwrap_or(u32::MAX))
    }

    fn previous(&self, event: &HistoryEvent) -> (FrameId, Option<EventType>) {
        let index = (event.previous_event_id.0 as usize).checked_sub(1);
        match index.and_then(|index| self.seen.get(index)) {
            Some((frame, event_type)) => (*frame, Some(*event_type)),
            None => (FrameId::ROOT, None),
        }
    }

    fn parent(&self, frame: FrameId) -> Option<FrameId> {
        self.frames.get(frame.0 as usize)?.parent
    }

    fn name_of(&self, frame: FrameId) -> Option<&Str> {
        self.current.get(frame.0 as usize)?.as_ref()
    }

    /// The frame, itself or around, that is in a state of a name.
    fn frame_in(&self, from: FrameId, name: &Str) -> Option<FrameId> {
        std::iter::successors(Some(from), |frame| self.parent(*frame))
            .find(|frame| self.name_of(*frame) == Some(name))
    }

    /// The frame, itself or around, that is in a state of the type that was entered so.
    fn frame_inside(&self, from: FrameId, entered: EventType) -> FrameId {
        std::iter::successors(Some(from), |frame| self.parent(*frame))
            .find(|frame| self.inside.get(frame) == Some(&Some(entered)))
            .unwrap_or(from)
    }

    /// The frame whose state an event says to be aborted: that of the failure itself, or one beside it
    /// or inside of one beside it that is in such a state.
    fn aborted_frame(&self, before: FrameId, event_type: EventType) -> FrameId {
        let entered = match event_type {
            EventType::TaskStateAborted => EventType::TaskStateEntered,
            EventType::WaitStateAborted => EventType::WaitStateEntered,
            EventType::ParallelStateAborted => EventType::ParallelStateEntered,
            _ => EventType::MapStateEntered,
        };
        let is_inside = |frame: FrameId| self.inside.get(&frame) == Some(&Some(entered));
        if is_inside(before) {
            return before;
        }
        let owner = self.parent(before);
        let mut beside: Vec<FrameId> =
            self.inside.keys().copied().filter(|frame| is_inside(*frame)).collect();
        beside.retain(|frame| {
            std::iter::successors(self.parent(*frame), |frame| self.parent(*frame))
                .any(|around| Some(around) == owner)
        });
        beside.sort_unstable();
        beside.first().copied().unwrap_or(before)
    }

    /// The branch that begins with a state: as the machine says, or the next one.
    fn branch_of(&mut self, state: &Str, started: EventId) -> u32 {
        let known =
            self.machine.and_then(|machine| match machine.scope(machine.state_named(state)?.scope)?.role {
                asl::Role::Branch(index) => u32::try_from(index).ok(),
                _ => None,
            });
        let next = self.branches.entry(started).or_default();
        *next += 1;
        known.unwrap_or(*next - 1)
    }

    fn place(&mut self, event: &mut HistoryEvent) {
        let (before, before_type) = self.previous(event);
        let mut state_name = None;
        let frame = match (&event.details, event.event_type) {
            (_, event_type) if event_type.is_terminal() => FrameId::ROOT,
            (_, EventType::ExecutionStarted | EventType::ExecutionRedriven) => FrameId::ROOT,
            (Details::MapIteration { name, index }, event_type) => {
                let owner = self.frame_in(before, name).unwrap_or(FrameId::ROOT);
                state_name = Some(name.clone());
                let key = (owner, name.clone(), *index);
                match self.iterations.get(&key).copied() {
                    Some(frame) if event_type != EventType::MapIterationStarted => frame,
                    _ => {
                        let frame = self.add_frame(Some(owner), Some(name), FrameRole::Iteration(*index));
                        self.iterations.insert(key, frame);
                        frame
                    }
                }
            }
            (Details::StateEntered { name, .. }, _)
                if before_type == Some(EventType::ParallelStateStarted) =>
            {
                let owner = self.name_of(before).cloned();
                let branch = self.branch_of(name, event.previous_event_id);
                self.add_frame(Some(before), owner.as_ref(), FrameRole::Branch(branch))
            }
            (
                _,
                EventType::TaskStateAborted
                | EventType::WaitStateAborted
                | EventType::ParallelStateAborted
                | EventType::MapStateAborted,
            ) => {
                let frame = self.aborted_frame(before, event.event_type);
                self.inside.insert(frame, None);
                frame
            }
            (Details::StateExited { name, .. }, _) => self.frame_in(before, name).unwrap_or(before),
            (_, EventType::MapStateStarted | EventType::MapStateSucceeded | EventType::MapStateFailed) => {
                self.frame_inside(before, EventType::MapStateEntered)
            }
            (
                _,
                EventType::ParallelStateStarted
                | EventType::ParallelStateSucceeded
                | EventType::ParallelStateFailed,
            ) => self.frame_inside(before, EventType::ParallelStateEntered),
            _ => before,
        };
        if event.event_type.is_state_entered() {
            self.inside.insert(frame, Some(event.event_type));
        } else if event.event_type.is_state_exited()
            || matches!(event.event_type, EventType::MapStateFailed | EventType::ParallelStateFailed)
        {
            self.inside.insert(frame, None);
        }
        if let Details::StateEntered { name, .. } = &event.details
            && let Some(current) = self.current.get_mut(frame.0 as usize)
        {
            *current = Some(name.clone());
        }
        let is_of_execution = event.event_type.name().starts_with("Execution");
        let name = state_name.or_else(|| self.name_of(frame).cloned()).filter(|_| !is_of_execution);
        event.frame = frame;
        event.state = name
            .and_then(|name| self.machine.and_then(|machine| machine.state_named(&name)))
            .map(|state| state.id);
        self.seen.push((frame, event.event_type));
    }
}

#[cfg(test)]
mod tests {
    use super::ImportedHistory;
    use crate::TimestampStyle;

    /// Found by fuzzing: empty details became an input of null, or a failure of a resource without a name.
    #[test]
    fn events_without_details_stay_without() {
        for text in [
            r#"[{"id": 1, "type": "ExecutionStarted"}]"#,
            r#"[{"id": 1, "type": "PassStateEntered", "stateEnteredEventDetails": {}}]"#,
            r#"[{"id": 1, "type": "ExecutionTimedOut", "executionTimedOutEventDetails": {}}]"#,
            r#"[{"id": 1, "type": "TaskFailed"}]"#,
            r#"[{"id": 1, "type": "TaskTimedOut", "taskTimedOutEventDetails": {}}]"#,
            r#"[{"id": 1, "type": "EvaluationFailed"}]"#,
        ] {
            let imported = ImportedHistory::from_json(&json::parse(text).unwrap(), None).unwrap();
            let exported = imported.history.to_aws_json(TimestampStyle::Iso);
            let again = ImportedHistory::from_json(&exported, None).unwrap();
            assert_eq!(again.history.to_aws_json(TimestampStyle::Iso).to_text(), exported.to_text());
        }
    }
}
