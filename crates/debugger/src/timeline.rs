//! Lanes of virtual time: attempts, back-off, waits, children of each frame.

use asl::StateType;
use engine::{Execution, FrameId, Instant, RunId};
use json::Str;

use crate::status::StateStatus;
use crate::visits::{Visit, VisitId, Visits};

/// A piece of a lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    pub run: RunId,
    pub frame: FrameId,
    pub visit: VisitId,
    pub name: Str,
    pub kind: SpanKind,
    pub from: Instant,
    pub to: Instant,
    /// How it ended; Running where it has not.
    pub outcome: StateStatus,
    /// The position of the event that it begins with.
    pub position: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// A task at work, from 0.
    Attempt(u32),
    /// Until the next attempt.
    Backoff,
    /// A Wait state.
    Wait,
    /// Branches, iterations, child executions.
    Children,
    /// A state that takes no time, or whose work has no attempts.
    State,
}

/// A frame's lane.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub run: RunId,
    pub frame: FrameId,
    /// How many frames are around it.
    pub depth: u16,
    pub spans: Vec<Span>,
}

/// The lanes of all frames in the order in which they begin; at most `most_lanes`. What still goes on
/// lasts until `now`.
pub fn timeline(execution: &Execution, visits: &Visits, now: Instant, most_lanes: usize) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = Vec::new();
    let mut lane_of: std::collections::HashMap<(RunId, FrameId), usize> = std::collections::HashMap::new();
    for (id, visit) in visits.iter() {
        let place = (visit.run, visit.frame);
        let index = match lane_of.get(&place) {
            Some(index) => *index,
            None if lanes.len() >= most_lanes => continue,
            None => {
                let depth = execution.frame_path(visit.frame).len().saturating_sub(1);
                lanes.push(Lane {
                    run: visit.run,
                    frame: visit.frame,
                    depth: u16::try_from(depth).unwrap_or(u16::MAX),
                    spans: Vec::new(),
                });
                lane_of.insert(place, lanes.len() - 1);
                lanes.len() - 1
            }
        };
        if let Some(lane) = lanes.get_mut(index) {
            lane.spans.extend(spans_of(id, visit, now));
        }
    }
    lanes
}

/// The spans of one visit, in order.
pub fn spans_of(id: VisitId, visit: &Visit, now: Instant) -> Vec<Span> {
    let span = |kind, from, to: Option<Instant>, outcome, position| Span {
        run: visit.run,
        frame: visit.frame,
        visit: id,
        name: visit.name.clone(),
        kind,
        from,
        to: to.unwrap_or(now).max(from),
        outcome,
        position,
    };
    let is_container = matches!(visit.state_type, StateType::Map | StateType::Parallel);
    if visit.attempts.is_empty() {
        let kind = if visit.state_type == StateType::Wait { SpanKind::Wait } else { SpanKind::State };
        return vec![span(kind, visit.entered_at, visit.ended_at, visit.status, visit.entered)];
    }
    let mut spans = Vec::new();
    for (number, attempt) in visit.attempts.iter().enumerate() {
        if let Some(before) = number.checked_sub(1).and_then(|before| visit.attempts.get(before))
            && let Some(from) = before.to
        {
            let position = before.ended.unwrap_or(before.begun);
            spans.push(span(SpanKind::Backoff, from, Some(attempt.from), StateStatus::Retrying, position));
        }
        let outcome = match (attempt.has_failed, attempt.to) {
            (true, _) if number + 1 == visit.attempts.len() => visit.status,
            (true, _) => StateStatus::Failed,
            (false, _) if attempt.was_aborted => StateStatus::Aborted,
            (false, Some(_)) if visit.is_open() => StateStatus::Succeeded,
            (false, _) => visit.status,
        };
        let kind = match is_container {
            true => SpanKind::Children,
            false => SpanKind::Attempt(u32::try_from(number).unwrap_or(u32::MAX)),
        };
        spans.push(span(kind, attempt.from, attempt.to, outcome, attempt.begun));
    }
    if let Some(last) = visit.attempts.last().filter(|last| last.has_failed && visit.is_open())
        && let Some(from) = last.to
    {
        let position = last.ended.unwrap_or(last.begun);
        spans.push(span(SpanKind::Backoff, from, None, StateStatus::Retrying, position));
    }
    spans
}
