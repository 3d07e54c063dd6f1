//! A history as a table of the states that it visited: of a run, or recorded on AWS.

use std::collections::HashMap;
use std::sync::Arc;

use asl::StateType;
use engine::history::{ImportError, ImportedHistory};
use engine::mock::{MockAnswer, MockEntry};
use engine::{
    EventId, EventRef, EventType, Execution, FrameId, FrameRole, History, HistoryEvent, Instant, MockHost,
    RunId,
};
use json::Str;

use crate::status::StateStatus;
use crate::visits::{Visit, VisitId, Visits};

/// What a history needs to know of its frames: where they are from.
pub trait Frames {
    fn parent(&self, frame: FrameId) -> Option<FrameId>;
    fn role(&self, frame: FrameId) -> Option<FrameRole>;
}

impl Frames for Execution {
    fn parent(&self, frame: FrameId) -> Option<FrameId> {
        self.frame(frame).and_then(|info| info.parent)
    }

    fn role(&self, frame: FrameId) -> Option<FrameRole> {
        self.frame(frame).map(|info| info.role)
    }
}

impl Frames for ImportedHistory {
    fn parent(&self, frame: FrameId) -> Option<FrameId> {
        self.frames.get(frame.0 as usize).and_then(|info| info.parent)
    }

    fn role(&self, frame: FrameId) -> Option<FrameRole> {
        self.frames.get(frame.0 as usize).map(|info| info.role)
    }
}

/// A row of the table of states.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    pub kind: RowKind,
    /// The row that this one is inside of.
    pub parent: Option<usize>,
    pub depth: u16,
    pub name: Str,
    pub status: StateStatus,
    pub from: Instant,
    /// None while it lasts.
    pub to: Option<Instant>,
    /// The position of its first and last event, from 1.
    pub first: u32,
    pub last: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowKind {
    State(VisitId),
    /// A branch of a Parallel state or an iteration of a Map.
    Frame(FrameId, FrameRole),
    /// An attempt of a state that needed more than one, from 0.
    Attempt(VisitId, usize),
}

/// Which events or rows to show. An empty filter shows all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EventFilter {
    pub types: Vec<EventType>,
    /// Names of states.
    pub states: Vec<Str>,
    /// Statuses of the visits that events belong to.
    pub statuses: Vec<StateStatus>,
    /// Any part of an event's data, error, cause or resource, or of the names of its type and state, in
    /// any case.
    pub text: String,
}

/// One execution's history with its visits.
#[derive(Clone, Debug, Default)]
pub struct HistoryModel {
    history: History,
    visits: Visits,
    rows: Vec<Row>,
    /// By the number of the visit.
    row_of_visit: Vec<usize>,
    /// The ids that events had where they were recorded; empty where they are their positions.
    told_ids: Vec<u32>,
}

impl HistoryModel {
    /// The model of the execution that was started, or of one of those within it.
    pub fn of_run(execution: &Execution, run: RunId) -> Option<HistoryModel> {
        Some(HistoryModel::new(execution.run(run)?.history.clone(), execution))
    }

    /// The model of a history that was recorded elsewhere.
    pub fn of_imported(imported: &ImportedHistory) -> HistoryModel {
        HistoryModel::new(imported.history.clone(), imported)
    }

    /// The model of a recording without its definition; events have the ids that they had on AWS.
    ///
    /// # Errors
    ///
    /// Where an event can't be read.
    pub fn of_recording(recording: &crate::Recording) -> Result<HistoryModel, ImportError> {
        let mut model = HistoryModel::of_imported(&recording.history(None)?);
        model.name_ids(recording.ids.clone());
        Ok(model)
    }

    pub fn new(history: History, frames: &dyn Frames) -> HistoryModel {
        let mut model = HistoryModel::default();
        model.go_on(history, frames);
        model
    }

    /// As [`HistoryModel::of_run`], from this model of what the execution was before: only what is new or has changed is
    /// made anew. Where the execution has taken another way, all of it is.
    pub fn continued(&self, execution: &Execution, run: RunId) -> Option<HistoryModel> {
        let history = execution.run(run)?.history.clone();
        if !continues(&history, &self.history) {
            return Some(HistoryModel::new(history, execution));
        }
        let mut model = self.clone();
        model.go_on(history, execution);
        Some(model)
    }

    /// Goes on with a history that begins with the one so far.
    fn go_on(&mut self, history: History, frames: &dyn Frames) {
        let parents = |frame: FrameId| frames.parent(frame);
        for event in (self.history.len()..history.len()).filter_map(|index| history.get(index)) {
            self.visits.apply(RunId(0), event, &parents);
        }
        self.history = history;
        if let Some(changed) = self.visits.take_changed() {
            self.build_rows(self.outermost_from(changed), frames);
        }
    }

    /// The first of the visits, inside of no other, that a visit from a number on is inside of.
    fn outermost_from(&self, first: VisitId) -> VisitId {
        let parent = |id: &VisitId| self.visits.get(*id).and_then(|visit| visit.parent);
        let from = (first.0..).map(VisitId).take(self.visits.len().saturating_sub(first.0 as usize));
        let outermost = from.filter_map(|id| std::iter::successors(Some(id), parent).last());
        outermost.min().unwrap_or(first)
    }

    /// Gives events the ids that they had where they were recorded, by position.
    pub fn name_ids(&mut self, ids: Vec<u32>) {
        self.told_ids = ids;
    }

    /// The id to show for an event.
    pub fn told_id(&self, event: EventId) -> u32 {
        let index = (event.0 as usize).checked_sub(1);
        index.and_then(|index| self.told_ids.get(index)).copied().unwrap_or(event.0)
    }

    pub fn history(&self) -> &History {
        &self.history
    }

    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// The table: states, inside of them branches and iterations, inside of those states again;
    /// attempts of states that were retried.
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The row of the visit that an event belongs to.
    pub fn row_of_event(&self, event: EventId) -> Option<usize> {
        self.row_of_visit.get(self.visits.at(event.0)?.0 as usize).copied()
    }

    pub fn visit_of_event(&self, event: EventId) -> Option<&Visit> {
        self.visits.get(self.visits.at(event.0)?)
    }

    /// The positions (from 0) of the events that a filter lets through.
    pub fn filter(&self, filter: &EventFilter) -> Vec<usize> {
        self.filter_some(filter, 0, usize::MAX).0
    }

    /// As [`HistoryModel::filter`] from a position on, until about `most_bytes` of data were searched;
    /// then also the position to go on from.
    pub fn filter_some(
        &self,
        filter: &EventFilter,
        from: usize,
        most_bytes: usize,
    ) -> (Vec<usize>, Option<usize>) {
        let text = filter.text.to_lowercase();
        let mut found = Vec::new();
        let mut searched = 0usize;
        for position in from..self.history.len() {
            if searched > most_bytes {
                return (found, Some(position));
            }
            let Some(event) = self.history.get(position) else { break };
            if self.passes(filter, event) && (text.is_empty() || self.contains(event, &text, &mut searched)) {
                found.push(position);
            }
        }
        (found, None)
    }

    fn passes(&self, filter: &EventFilter, event: &HistoryEvent) -> bool {
        let visit = self.visit_of_event(event.id);
        let of_type = filter.types.is_empty() || filter.types.contains(&event.event_type);
        let of_state =
            filter.states.is_empty() || visit.is_some_and(|visit| filter.states.contains(&visit.name));
        let of_status =
            filter.statuses.is_empty() || visit.is_some_and(|visit| filter.statuses.contains(&visit.status));
        of_type && of_state && of_status
    }

    /// Whether a text in small letters is in an event.
    fn contains(&self, event: &HistoryEvent, text: &str, searched: &mut usize) -> bool {
        let has = |part: &str| part.to_lowercase().contains(text);
        if has(event.event_type.name()) || self.visit_of_event(event.id).is_some_and(|visit| has(&visit.name))
        {
            return true;
        }
        let failure = event.details.failure();
        let texts =
            failure.into_iter().flat_map(|failure| [failure.error.as_deref(), failure.cause.as_deref()]);
        let resource = event.details.resource().map(|resource| &*resource.arn);
        if texts.chain([resource]).flatten().any(has) {
            return true;
        }
        let assigned = event.details.assigned().unwrap_or_default();
        let values = assigned.iter().map(|(_, value)| value);
        if assigned.iter().any(|(name, _)| has(name)) {
            return true;
        }
        values.chain(event.details.input()).chain(event.details.output()).any(|value| {
            let data = value.to_text();
            *searched = searched.saturating_add(data.len() + 64);
            has(&data)
        })
    }

    /// What the history's tasks answered, as scripts of a mock host: an entry a scheduling of a state,
    /// with the time that it took.
    pub fn mocks(&self) -> MockHost {
        let mut host = MockHost::default();
        let mut open: HashMap<FrameId, (Str, Instant, MockEntry)> = HashMap::new();
        let mut order: Vec<(u32, Str, MockEntry)> = Vec::new();
        let mut scheduled: HashMap<FrameId, u32> = HashMap::new();
        for event in self.history.iter() {
            match event.event_type {
                EventType::TaskScheduled
                | EventType::LambdaFunctionScheduled
                | EventType::ActivityScheduled => {
                    let name = self.visit_of_event(event.id).map(|visit| visit.name.clone());
                    let Some(name) = name else { continue };
                    scheduled.insert(event.frame, event.id.0);
                    let entry = MockEntry::new(MockAnswer::Never);
                    if let Some((name, _, left)) = open.insert(event.frame, (name, event.timestamp, entry)) {
                        order.push((event.id.0, name, left));
                    }
                }
                EventType::TaskSubmitted => {
                    if let Some((_, _, entry)) = open.get_mut(&event.frame) {
                        entry.submit = event.details.output().cloned();
                    }
                }
                EventType::ActivityStarted => {
                    if let (Some((_, _, entry)), engine::Details::ActivityStarted { worker }) =
                        (open.get_mut(&event.frame), &event.details)
                    {
                        entry.worker = worker.clone();
                    }
                }
                event_type if is_task_end(event_type) => {
                    let Some((name, from, mut entry)) = open.remove(&event.frame) else { continue };
                    entry.answer = match (event.details.output(), event.details.failure()) {
                        (Some(output), _) => MockAnswer::Return(output.clone()),
                        (None, failure) => {
                            let failure = failure.cloned().unwrap_or_default();
                            match event_type.name().ends_with("TimedOut") {
                                // The clock does it again by itself.
                                true => MockAnswer::Never,
                                false => MockAnswer::Throw(failure),
                            }
                        }
                    };
                    let millis = event.timestamp - from;
                    if millis > 0 && entry.answer != MockAnswer::Never {
                        entry.delay = engine::mock::Delay::Fixed(millis);
                    }
                    let number = scheduled.get(&event.frame).copied().unwrap_or_default();
                    order.push((number, name, entry));
                }
                _ => {}
            }
        }
        for (frame, (name, _, entry)) in open {
            order.push((scheduled.get(&frame).copied().unwrap_or_default(), name, entry));
        }
        order.sort_by_key(|(number, ..)| *number);
        for (_, name, entry) in order {
            Arc::make_mut(&mut host.scripts).entry(name).or_default().push(entry);
        }
        host
    }

    /// Makes the rows from those of a visit on that is inside of no other.
    fn build_rows(&mut self, from: VisitId, frames: &dyn Frames) {
        let kept = self.row_of_visit.get(from.0 as usize).copied().unwrap_or(self.rows.len());
        self.rows.truncate(kept);
        self.row_of_visit.resize(self.visits.len(), kept);
        let mut roots = Vec::new();
        let mut inside: HashMap<VisitId, Vec<VisitId>> = HashMap::new();
        for (id, visit) in self.visits.iter().skip(from.0 as usize) {
            match visit.parent {
                Some(parent) => inside.entry(parent).or_default().push(id),
                None => roots.push(id),
            }
        }
        enum Work {
            Visit(VisitId, Option<usize>, u16),
            Frame(VisitId, Vec<VisitId>, FrameId, Option<usize>, u16),
        }
        let mut waiting: Vec<Work> = roots.into_iter().rev().map(|id| Work::Visit(id, None, 0)).collect();
        while let Some(work) = waiting.pop() {
            let index = self.rows.len();
            match work {
                Work::Visit(id, parent, depth) => {
                    let Some(visit) = self.visits.get(id) else { continue };
                    if let Some(row) = self.row_of_visit.get_mut(id.0 as usize) {
                        *row = index;
                    }
                    self.rows.push(Row {
                        kind: RowKind::State(id),
                        parent,
                        depth,
                        name: visit.name.clone(),
                        status: visit.status,
                        from: visit.entered_at,
                        to: visit.ended_at,
                        first: visit.entered,
                        last: visit.last,
                    });
                    if visit.attempts.len() > 1 {
                        for (number, attempt) in visit.attempts.iter().enumerate() {
                            self.rows.push(Row {
                                kind: RowKind::Attempt(id, number),
                                parent: Some(index),
                                depth: depth.saturating_add(1),
                                name: visit.name.clone(),
                                status: attempt.status(),
                                from: attempt.from,
                                to: attempt.to,
                                first: attempt.begun,
                                last: attempt.ended.unwrap_or(attempt.begun),
                            });
                        }
                    }
                    let mut by_frame: Vec<(FrameId, Vec<VisitId>)> = Vec::new();
                    let mut place: HashMap<FrameId, usize> = HashMap::new();
                    for child in inside.remove(&id).unwrap_or_default() {
                        let Some(frame) = self.visits.get(child).map(|child| child.frame) else { continue };
                        let at = *place.entry(frame).or_insert_with(|| {
                            by_frame.push((frame, Vec::new()));
                            by_frame.len() - 1
                        });
                        if let Some((_, visits)) = by_frame.get_mut(at) {
                            visits.push(child);
                        }
                    }
                    for (frame, visits) in by_frame.into_iter().rev() {
                        waiting.push(Work::Frame(id, visits, frame, Some(index), depth.saturating_add(1)));
                    }
                }
                Work::Frame(owner, visits, frame, parent, depth) => {
                    let told: Vec<&Visit> = visits.iter().filter_map(|id| self.visits.get(*id)).collect();
                    let (Some(first), Some(last)) = (told.first(), told.last()) else { continue };
                    let role = frames.role(frame).unwrap_or(FrameRole::Execution);
                    let owner_name = self.visits.get(owner).map_or("", |owner| &*owner.name);
                    let name = match role {
                        FrameRole::Branch(branch) => format!("Branch {}", branch + 1),
                        FrameRole::Iteration(number) => format!("Iteration {number}"),
                        FrameRole::Execution => owner_name.to_owned(),
                    };
                    self.rows.push(Row {
                        kind: RowKind::Frame(frame, role),
                        parent,
                        depth,
                        name: name.into(),
                        status: last.status,
                        from: first.entered_at,
                        to: last.ended_at,
                        first: first.entered,
                        last: last.last,
                    });
                    waiting.extend(
                        visits
                            .into_iter()
                            .rev()
                            .map(|id| Work::Visit(id, Some(index), depth.saturating_add(1))),
                    );
                }
            }
        }
    }
}

/// Whether a history begins with another one, as far as visits tell of it.
fn continues(history: &History, before: &History) -> bool {
    let looks_same = |index: usize| {
        let (Some(one), Some(other)) = (history.get(index), before.get(index)) else { return false };
        (one.timestamp, one.event_type, one.frame, one.state)
            == (other.timestamp, other.event_type, other.frame, other.state)
            && one.details.name() == other.details.name()
            && one.details.failure() == other.details.failure()
    };
    (history.shared_with(before)..before.len()).all(looks_same)
}

fn is_task_end(event_type: EventType) -> bool {
    let name = event_type.name();
    let is_task = ["Task", "Lambda", "Activity"].iter().any(|kind| name.starts_with(kind))
        && !name.contains("StateExited")
        && !name.contains("StateAborted");
    is_task && ["Succeeded", "Failed", "TimedOut"].iter().any(|end| name.ends_with(end))
}

/// Iterations of one Map state's visit, for a grid.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct IterationGrid {
    /// By index; an iteration that was not started has status Idle and no frame.
    pub cells: Vec<IterationCell>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct IterationCell {
    pub frame: Option<FrameId>,
    pub run: Option<RunId>,
    pub status: StateStatus,
    /// The state that the iteration is in, or was in last.
    pub state: Option<Str>,
    /// The position of its first event; 0 where there is none.
    pub first: u32,
    /// The position of the last event of a state in it, else of its first event.
    pub last: u32,
}

impl IterationGrid {
    /// How many iterations have each status, in the order of the statuses.
    pub fn counts(&self) -> Vec<(StateStatus, usize)> {
        let mut counts = std::collections::BTreeMap::new();
        for cell in &self.cells {
            *counts.entry(cell.status).or_default() += 1;
        }
        counts.into_iter().collect()
    }

    /// The indexes of the iterations of a status.
    pub fn with_status(&self, status: StateStatus) -> Vec<usize> {
        let cells = self.cells.iter().enumerate();
        cells.filter(|(_, cell)| cell.status == status).map(|(index, _)| index).collect()
    }

    /// The grid of a Map state's visit up to a position: of the iterations of its last attempt, or of
    /// the child executions of a distributed Map.
    pub fn of_visit(
        execution: &Execution,
        events: &[EventRef],
        visits: &Visits,
        map: VisitId,
        to: u32,
    ) -> IterationGrid {
        let mut grid = IterationGrid::default();
        let Some(visit) = visits.get(map).filter(|visit| visit.state_type == StateType::Map) else {
            return grid;
        };
        let mut index_of: HashMap<(RunId, FrameId), usize> = HashMap::new();
        let mut children: HashMap<RunId, usize> = HashMap::new();
        for (position, event_ref) in events.iter().enumerate().skip(visit.entered as usize - 1) {
            let position = position as u32 + 1;
            if position > to || visit.exited.is_some_and(|exited| position > exited) {
                break;
            }
            let Some(event) = execution.event(*event_ref) else { continue };
            let info = execution.frame(event.frame);
            let is_own = info.and_then(|info| info.parent) == Some(visit.frame);
            if event_ref.run == visit.run && event.frame == visit.frame {
                match &event.details {
                    engine::Details::MapStateStarted { length } => {
                        // AWS bounds a Map far above what can be shown.
                        let length = usize::try_from(*length).unwrap_or(0).min(1_000_000);
                        grid.cells = vec![IterationCell::default(); length];
                        index_of.clear();
                    }
                    engine::Details::MapRunStarted { map_run_arn } => {
                        let record = execution.map_runs().iter().find(|record| record.arn == *map_run_arn);
                        children = record
                            .map(|record| {
                                record.children.iter().enumerate().map(|(index, run)| (*run, index)).collect()
                            })
                            .unwrap_or_default();
                        if let Some(record) = record {
                            grid.cells = vec![IterationCell::default(); record.children.len()];
                        }
                    }
                    _ => {}
                }
                continue;
            }
            let place = (event_ref.run, event.frame);
            let index = match (info.map(|info| info.role), children.get(&event_ref.run)) {
                (_, Some(index)) => *index,
                (Some(FrameRole::Iteration(index)), None) if is_own => {
                    usize::try_from(index).unwrap_or(usize::MAX)
                }
                _ => continue,
            };
            index_of.insert(place, index);
            let Some(cell) = grid.cells.get_mut(index) else { continue };
            if cell.first == 0 {
                *cell = IterationCell {
                    frame: Some(event.frame),
                    run: Some(event_ref.run),
                    status: StateStatus::Running,
                    state: None,
                    first: position,
                    last: position,
                };
            }
            if visits.at(position).is_some_and(|visit| visit != map) {
                cell.last = position;
            }
            if event.event_type.is_state_entered() {
                cell.state = event.details.name().cloned();
            }
            cell.status = match event.event_type {
                EventType::MapIterationSucceeded | EventType::ExecutionSucceeded => StateStatus::Succeeded,
                EventType::MapIterationFailed | EventType::ExecutionFailed => StateStatus::Failed,
                EventType::MapIterationAborted | EventType::ExecutionAborted => StateStatus::Aborted,
                EventType::ExecutionTimedOut => StateStatus::TimedOut,
                _ if event.event_type.is_failure() => StateStatus::Retrying,
                _ if cell.status == StateStatus::Retrying
                    && !crate::visits::begins_attempt(event.event_type)
                    && !event.event_type.is_state_exited() =>
                {
                    StateStatus::Retrying
                }
                _ => StateStatus::Running,
            };
        }
        grid
    }
}
