//! Which events have to do with one another.

use engine::{EventId, EventType};

use crate::history_model::HistoryModel;
use crate::visits::{begins_attempt, ends_attempt};

/// The events that belong to an event, by what they are to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Related {
    /// By AWS's previousEventId.
    pub previous: Option<EventId>,
    /// The first event that names this one as its previous one.
    pub next: Option<EventId>,
    /// The entry and the exit of the visit that the event belongs to.
    pub entered: Option<EventId>,
    pub exited: Option<EventId>,
    /// The beginning, the start and the end of the attempt that the event belongs to.
    pub scheduled: Option<EventId>,
    pub started: Option<EventId>,
    pub ended: Option<EventId>,
}

impl Related {
    /// The links to other events, named.
    pub fn links(&self, of: EventId) -> Vec<(&'static str, EventId)> {
        let all = [
            ("Previous", self.previous),
            ("Entered", self.entered),
            ("Scheduled", self.scheduled),
            ("Started", self.started),
            ("Ended", self.ended),
            ("Exited", self.exited),
            ("Next", self.next),
        ];
        all.into_iter().filter_map(|(name, id)| Some((name, id?))).filter(|(_, id)| *id != of).collect()
    }
}

/// How far the event that names this one as its previous one is looked for.
const LOOK_AHEAD: usize = 4_000;

/// The events that have to do with an event; none where there is no such event.
pub fn related(model: &HistoryModel, of: EventId) -> Option<Related> {
    let history = model.history();
    let event = history.event(of)?;
    let mut found = Related {
        previous: history.event(event.previous_event_id).map(|event| event.id),
        next: history
            .iter()
            .skip(of.0 as usize)
            .take(LOOK_AHEAD)
            .find(|later| later.previous_event_id == of)
            .map(|later| later.id),
        ..Related::default()
    };
    let Some(visit) = model.visit_of_event(of) else { return Some(found) };
    found.entered = Some(EventId(visit.entered));
    found.exited = visit.exited.map(EventId);
    let attempt = visit.attempts.iter().rev().find(|attempt| attempt.begun <= of.0);
    if let Some(attempt) = attempt.filter(|attempt| attempt.ended.is_none_or(|ended| of.0 <= ended)) {
        found.scheduled = Some(EventId(attempt.begun));
        found.ended = attempt.ended.map(EventId);
        let until = attempt.ended.unwrap_or(visit.last);
        found.started = history
            .iter()
            .skip(attempt.begun as usize)
            .take_while(|later| later.id.0 <= until)
            .find(|later| later.frame == event.frame && is_start(later.event_type))
            .map(|later| later.id);
    }
    Some(found)
}

fn is_start(event_type: EventType) -> bool {
    matches!(
        event_type,
        EventType::TaskStarted
            | EventType::LambdaFunctionStarted
            | EventType::ActivityStarted
            | EventType::MapRunStarted
    )
}

/// The colour that an event has in lists.
pub fn tone_of(event_type: EventType) -> &'static str {
    if event_type.is_failure() || event_type == EventType::FailStateEntered {
        "failed"
    } else if ends_attempt(event_type) || event_type.name().ends_with("Succeeded") {
        "succeeded"
    } else if begins_attempt(event_type) {
        "scheduled"
    } else if event_type.is_state_entered() {
        "entered"
    } else {
        "plain"
    }
}

/// The events at some positions (from 0) as a table of comma-separated values, with a heading.
pub fn events_csv(model: &HistoryModel, positions: &[usize]) -> String {
    let mut text = String::from("id,previousEventId,type,state,timestamp,milliseconds\r\n");
    let start = model.history().get(0).map(|event| event.timestamp).unwrap_or_default();
    for event in positions.iter().filter_map(|position| model.history().get(*position)) {
        let name = model.visit_of_event(event.id).map_or("", |visit| &*visit.name);
        let id = model.told_id(event.id);
        let previous = model.told_id(event.previous_event_id);
        text.push_str(&format!("{id},{previous},{},", event.event_type.name()));
        text.push_str(&quoted(name));
        text.push_str(&format!(",{},{}\r\n", event.timestamp, event.timestamp - start));
    }
    text
}

/// A field of a CSV text: in quotes where it has to be, and never a formula.
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula || field.contains([',', '"', '\n', '\r']) {
        let guard = if is_formula { "'" } else { "" };
        format!("\"{guard}{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
