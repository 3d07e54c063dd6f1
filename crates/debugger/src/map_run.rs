//! Map Runs: what DescribeMapRun and ListExecutions tell of a Distributed Map, from a run or its recording.

use engine::{
    Details, EventRef, EventType, Execution, Failure, Instant, ItemCounts, MapRunStatus, RunId, RunKind,
    Status,
};
use json::{Str, Value};

use crate::visits::{Visit, VisitId, Visits};

/// A Map Run.
#[derive(Clone, Debug, PartialEq)]
pub struct MapRunView {
    pub arn: Str,
    pub label: Str,
    /// The visit of the Map state.
    pub visit: Option<VisitId>,
    pub state_name: Str,
    /// The execution that it belongs to, and the position of its first event among those of all executions.
    pub run: RunId,
    pub position: u32,
    pub status: MapRunStatus,
    pub started_at: Instant,
    pub stopped_at: Option<Instant>,
    pub redrive_count: u32,
    pub input: Option<Value>,
    pub output: Option<Value>,
    pub failure: Option<Failure>,
    /// What only its children tell; none where a history was recorded without them.
    pub counted: Option<Counted>,
}

/// What is known of a Map Run whose children are there.
#[derive(Clone, Debug, PartialEq)]
pub struct Counted {
    /// `EXPRESS` or `STANDARD`.
    pub child_type: &'static str,
    pub max_concurrency: usize,
    pub tolerated_failure_count: Option<u64>,
    pub tolerated_failure_percentage: Option<f64>,
    pub items: ItemCounts,
    pub executions: ItemCounts,
    /// By index, as far as they were started.
    pub children: Vec<MapChild>,
}

/// A child execution.
#[derive(Clone, Debug, PartialEq)]
pub struct MapChild {
    pub run: RunId,
    pub index: usize,
    pub name: Str,
    pub arn: Str,
    pub status: Status,
    pub started_at: Instant,
    pub stopped_at: Option<Instant>,
    /// How many items it works on.
    pub items: u64,
}

/// Which children to list. The empty one lists all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ChildFilter {
    pub status: Option<Status>,
    /// The beginning of a name, or all of it.
    pub name: String,
    pub is_exact: bool,
}

impl ChildFilter {
    pub fn passes(&self, child: &MapChild) -> bool {
        let wanted = self.name.trim();
        let is_named = match self.is_exact {
            true => wanted.is_empty() || *child.name == *wanted,
            false => child.name.starts_with(wanted),
        };
        is_named && self.status.is_none_or(|status| status == child.status)
    }

    /// The places, in a list of children, of those that pass.
    pub fn of(&self, children: &[MapChild]) -> Vec<usize> {
        let all = children.iter().enumerate();
        all.filter(|(_, child)| self.passes(child)).map(|(place, _)| place).collect()
    }
}

/// The Map Runs of an execution and of those within it, in the order in which they began.
pub fn map_runs(execution: &Execution, events: &[EventRef], visits: &Visits) -> Vec<MapRunView> {
    let mut found: Vec<MapRunView> = Vec::new();
    for (index, event_ref) in events.iter().enumerate() {
        let Some(event) = execution.event(*event_ref) else { continue };
        let position = u32::try_from(index + 1).unwrap_or(u32::MAX);
        let visit_id = visits.at(position);
        let visit = visit_id.and_then(|visit| visits.get(visit));
        if let Details::MapRunStarted { map_run_arn } = &event.details {
            let mut view = MapRunView {
                arn: map_run_arn.clone(),
                label: label_of(map_run_arn),
                visit: visit_id,
                state_name: visit.map(|visit| visit.name.clone()).unwrap_or_default(),
                run: event_ref.run,
                position,
                status: MapRunStatus::Running,
                started_at: event.timestamp,
                stopped_at: None,
                redrive_count: 0,
                input: visit.and_then(|visit| value_at(execution, visit, visit.entered, events, true)),
                output: visit.and_then(|visit| value_at(execution, visit, visit.exited?, events, false)),
                failure: None,
                counted: None,
            };
            if let Some(record) = execution.map_runs().iter().find(|record| record.arn == *map_run_arn) {
                view.label = record.label.clone();
                view.counted = Some(counted(execution, record));
            }
            found.push(view);
            continue;
        }
        let status = match event.event_type {
            EventType::MapRunSucceeded => MapRunStatus::Succeeded,
            EventType::MapRunFailed => MapRunStatus::Failed,
            EventType::MapRunAborted => MapRunStatus::Aborted,
            EventType::MapRunRedriven => MapRunStatus::Running,
            _ => continue,
        };
        let Some(view) = found.iter_mut().rev().find(|view| view.visit == visit_id) else { continue };
        view.status = status;
        view.stopped_at = (status != MapRunStatus::Running).then_some(event.timestamp);
        view.failure = event.details.failure().cloned();
        if let Details::MapRunRedriven { redrive_count, .. } = &event.details {
            view.redrive_count = *redrive_count;
        }
    }
    for view in &mut found {
        if let Some(record) = execution.map_runs().iter().find(|record| record.arn == view.arn) {
            view.status = record.status;
            view.stopped_at = record.stopped_at;
            view.redrive_count = record.redrive_count;
        } else if view.status == MapRunStatus::Running
            && let Some(ended) =
                view.visit.and_then(|visit| visits.get(visit)).and_then(|visit| visit.ended_at)
        {
            // A Map Run that tells no end of its own ended with its state.
            view.status = match view.output.is_some() {
                true => MapRunStatus::Succeeded,
                false => MapRunStatus::Aborted,
            };
            view.stopped_at = Some(ended);
        }
        if view.failure.is_none() && matches!(view.status, MapRunStatus::Failed | MapRunStatus::Aborted) {
            let visit = view.visit.and_then(|visit| visits.get(visit));
            view.failure = visit.and_then(|visit| visit.failure.clone());
        }
    }
    found
}

fn counted(execution: &Execution, record: &engine::MapRunRecord) -> Counted {
    let children = record.children.iter().enumerate().filter_map(|(place, id)| {
        let run = execution.run(*id)?;
        let index = match run.kind {
            RunKind::MapChild { index, .. } => index,
            _ => place,
        };
        Some(MapChild {
            run: *id,
            index,
            name: run.name().clone(),
            arn: run.execution_arn().clone(),
            status: run.status(),
            started_at: run.started_at,
            stopped_at: run.outcome.as_ref().map(|outcome| outcome.stopped_at),
            items: record.items_of_child(index),
        })
    });
    let children: Vec<MapChild> = children.collect();
    let is_express = match record.children.first().and_then(|child| execution.run(*child)) {
        Some(child) => child.execution_type.is_express(),
        None => false,
    };
    Counted {
        child_type: if is_express { "EXPRESS" } else { "STANDARD" },
        max_concurrency: record.max_concurrency,
        tolerated_failure_count: record.tolerated_failure_count,
        tolerated_failure_percentage: record.tolerated_failure_percentage,
        items: record.item_counts,
        executions: record.execution_counts,
        children,
    }
}

/// `Label` of `arn:aws:states:…:mapRun:machine/Label:id`.
fn label_of(arn: &str) -> Str {
    let name = arn.rsplit('/').next().unwrap_or_default();
    Str::from(name.split(':').next().unwrap_or_default())
}

fn value_at(
    execution: &Execution,
    visit: &Visit,
    position: u32,
    events: &[EventRef],
    is_input: bool,
) -> Option<Value> {
    let event = *events.get((position as usize).checked_sub(1)?)?;
    let details = &execution.event(event).filter(|_| event.run == visit.run)?.details;
    if is_input { details.input().cloned() } else { details.output().cloned() }
}
