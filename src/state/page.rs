//! The page of an execution: its tables, what is filtered and sorted, and the selection that they share.

use std::sync::Arc;

use asl::TransitionKind;
use debugger::event_groups::{EventLine, GroupKey, OpenGroups, event_lines};
use debugger::gantt::{Axis, Window};
use debugger::map_run::ChildFilter;
use debugger::steps_table::{StepsTable, StepsView};
use debugger::{EventFilter, HistoryModel, Row, RowKind, Visit, VisitId};
use engine::{EventId, EventRef, Instant, RunId};
use json::Str;
use leptos::prelude::*;

use crate::platform::{dom, storage};
use crate::state::kept_runs::{CoverageFacts, StoredRun};
use crate::state::row_actions::RowMenuAt;
use crate::state::run::{RunKey, RunPhase, Runs};
use crate::state::step_columns::Columns;
use crate::state::workspace::Shared;

/// Bytes of data that a filter searches in one frame.
const SEARCHED_AT_ONCE: usize = 1_500_000;
/// Whether events are grouped.
pub(super) const GROUPED_KEY: &str = "stepglass.events.grouped";
/// What is shown of a run that stands still is made at most once a frame.
const FRAME_MS: f64 = 16.0;
/// Milliseconds between two looks at a run that goes on.
const LEAST_PAUSE_MS: f64 = 200.0;
/// Events of a history whose model is made before somebody asks for it, and how long after the run has come to a stop.
const LONG_HISTORY: u32 = 2_000;
const LEISURE_MS: u32 = 300;

/// A part of the details of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DetailsTab {
    InputOutput,
    Facts,
    Definition,
    Retries,
    Events,
    Variables,
}

/// What the tables show, made once for all of them.
#[derive(Clone, PartialEq)]
pub struct Model {
    pub model: Shared<HistoryModel>,
    /// The run that it is of, and which of its executions.
    pub run: Option<RunKey>,
    pub execution: RunId,
    /// Until when what still goes on lasts.
    pub now: Instant,
    /// Whether the run has no other execution: then an event's id is its position.
    pub is_only: bool,
}

impl Model {
    /// The position in the session, from 1, of an event of this execution.
    fn position(&self, runs: Runs, event: EventId) -> Option<u32> {
        let event = EventRef { run: self.execution, event };
        runs.with_run_untracked(|run| run.session.position_of(event)).flatten()
    }
}

#[derive(Clone, Copy)]
pub struct ExecutionPage {
    pub(super) runs: Runs,
    /// Which of a run's executions is shown: itself, or a child of it.
    pub execution: RwSignal<RunId>,
    pub model: Memo<Model>,
    /// Counts up when the model is to be made anew; seldom while a run goes on.
    tick: RwSignal<u64>,
    last_tick: StoredValue<(f64, f64)>,
    is_due: StoredValue<bool>,
    /// Of how many events the model was made ahead last.
    prepared: StoredValue<u32>,
    pub filter: RwSignal<EventFilter>,
    pub newest_first: RwSignal<bool>,
    /// The positions (from 0) of the events that the filter lets through, oldest first.
    pub shown: RwSignal<Shared<Vec<usize>>>,
    pub is_filtering: RwSignal<bool>,
    /// Whether events stand inside of what they belong to, and which groups are closed.
    pub is_grouped: RwSignal<bool>,
    pub groups: RwSignal<OpenGroups>,
    /// The lines of the grouped list; empty where it is flat.
    pub lines: Memo<Shared<Vec<EventLine>>>,
    pub selected_line: RwSignal<Option<usize>>,
    /// The group that was chosen, and the cursor's position then.
    pub(super) chosen_group: StoredValue<Option<(GroupKey, u32)>>,
    filter_serial: StoredValue<u64>,
    pub steps: RwSignal<StepsView>,
    pub axis: RwSignal<Axis>,
    /// What of the axis is in sight, and which columns are there.
    pub window: RwSignal<Window>,
    pub columns: RwSignal<Columns>,
    pub table: Memo<Shared<StepsTable>>,
    /// The event and the row of the tables that the cursor is at.
    pub selected_event: RwSignal<Option<usize>>,
    pub selected_row: RwSignal<Option<usize>>,
    chosen_row: RwSignal<Option<usize>>,
    pub details_tab: RwSignal<DetailsTab>,
    /// Whether the execution is in the page as it goes onto paper.
    pub is_printing: RwSignal<bool>,
    /// The expression that is tried.
    pub scratch: RwSignal<String>,
    /// Which Map Run is shown, from 0, and which of its children.
    pub map_run: RwSignal<usize>,
    pub child_filter: RwSignal<ChildFilter>,
    /// The row of events or steps of which the menu is open.
    pub row_menu: RwSignal<Option<RowMenuAt>>,
    /// The run that the current one is compared with.
    pub compared: RwSignal<Option<RunKey>>,
    /// Whether the graph shows what all runs have reached.
    pub shows_coverage: RwSignal<bool>,
    /// The keys of the states that the kept runs have reached, while coverage is shown.
    pub covered: RwSignal<Option<Shared<std::collections::HashSet<Str>>>>,
    /// The ways that none of them has gone, by the key of the state that each leaves.
    pub uncovered_ways: RwSignal<Shared<std::collections::HashSet<(Str, TransitionKind)>>>,
    pub coverage_facts: RwSignal<CoverageFacts>,
    /// Runs of the workflow that are in the browser's storage.
    pub stored: RwSignal<Vec<StoredRun>>,
    /// The example that the workflow was opened from.
    pub example: RwSignal<Option<String>>,
    /// Where to go once the run that was begun stands still.
    pub awaited_event: RwSignal<Option<u32>>,
    /// The same by virtual time, as an address tells it.
    pub awaited_time: RwSignal<Option<String>>,
}

impl ExecutionPage {
    pub fn new(runs: Runs) -> ExecutionPage {
        let execution = RwSignal::new(RunId(0));
        let tick = RwSignal::new(0u64);
        let last_tick = StoredValue::new((0.0, 0.0));
        let model = Memo::new(move |before: Option<&Model>| {
            tick.track();
            let started = dom::now_ms();
            let execution = execution.get();
            let made = runs.with_run_untracked(|run| {
                let recorded = run.session.recorded();
                let is_same = |before: &&Model| (before.run, before.execution) == (Some(run.key), execution);
                let mut model = match before.filter(is_same) {
                    Some(before) => before.model.continued(recorded, execution)?,
                    None => HistoryModel::of_run(recorded, execution)?,
                };
                if let Some(recording) = &run.session.recording {
                    model.name_ids(recording.ids.clone());
                }
                let last = model.history().last().map(|last| last.timestamp).unwrap_or_default();
                let is_open = recorded.run(execution).is_some_and(|run| run.outcome.is_none());
                let now = if is_open { recorded.now().max(last) } else { last };
                let is_only = model.history().len() == run.session.len() as usize;
                Some((run.key, model, now, is_only))
            });
            let made = match made.flatten() {
                Some((key, model, now, is_only)) => {
                    Model { model: Shared::new(model), run: Some(key), execution, now, is_only }
                }
                None => Model {
                    model: Shared::new(HistoryModel::default()),
                    run: None,
                    execution,
                    now: Instant::default(),
                    is_only: true,
                },
            };
            let ended = dom::now_ms();
            last_tick.set_value((ended, ended - started));
            made
        });
        let steps = RwSignal::new(StepsView::default());
        let table = Memo::new(move |_| {
            model.with(|made| steps.with(|view| Shared::new(view.table(&made.model, made.now))))
        });
        let shown = RwSignal::new(Shared::new(Vec::new()));
        let newest_first = RwSignal::new(false);
        let is_grouped = RwSignal::new(storage::read(GROUPED_KEY).as_deref() == Some("on"));
        let groups = RwSignal::new(OpenGroups::default());
        let lines = Memo::new(move |_| {
            if !is_grouped.get() {
                return Shared::new(Vec::new());
            }
            let lines = model.with(|made| {
                shown.with(|shown| {
                    groups.with(|groups| event_lines(&made.model, shown, groups, newest_first.get()))
                })
            });
            Shared::new(lines)
        });
        ExecutionPage {
            runs,
            execution,
            model,
            tick,
            last_tick,
            is_due: StoredValue::new(false),
            prepared: StoredValue::new(0),
            filter: RwSignal::new(EventFilter::default()),
            newest_first,
            shown,
            is_filtering: RwSignal::new(false),
            is_grouped,
            groups,
            lines,
            selected_line: RwSignal::new(None),
            chosen_group: StoredValue::new(None),
            filter_serial: StoredValue::new(0),
            steps,
            axis: RwSignal::new(Axis::Time),
            window: RwSignal::new(Window::default()),
            columns: RwSignal::new(Columns::kept()),
            table,
            selected_event: RwSignal::new(None),
            selected_row: RwSignal::new(None),
            chosen_row: RwSignal::new(None),
            details_tab: RwSignal::new(DetailsTab::InputOutput),
            row_menu: RwSignal::new(None),
            is_printing: RwSignal::new(false),
            scratch: RwSignal::new(String::new()),
            map_run: RwSignal::new(0),
            child_filter: RwSignal::new(ChildFilter::default()),
            compared: RwSignal::new(None),
            shows_coverage: RwSignal::new(false),
            covered: RwSignal::new(None),
            uncovered_ways: RwSignal::new(Shared::new(std::collections::HashSet::new())),
            coverage_facts: RwSignal::new(CoverageFacts::default()),
            stored: RwSignal::new(Vec::new()),
            example: RwSignal::new(None),
            awaited_event: RwSignal::new(None),
            awaited_time: RwSignal::new(None),
        }
    }

    /// Keeps the tables true to the run that is looked at.
    pub fn follow(self) {
        let runs = self.runs;
        Effect::new(move |before: Option<Option<RunKey>>| {
            runs.version.track();
            let current = runs.current.get();
            if before.flatten() != current {
                self.execution.set(RunId(0));
                self.steps.update(|steps| steps.toggled.clear());
                self.groups.update(|groups| groups.toggled.clear());
                self.window.set(Window::default());
                self.filter_by_window(false);
                if self.compared.get_untracked() == current {
                    self.compared.set(None);
                }
            }
            self.refresh();
            current
        });
        Effect::new(move |_| {
            runs.version.track();
            if runs.phase.get() != RunPhase::Running {
                self.prepare();
            }
        });
        // The execution that the cursor is in is the one that the tables show.
        Effect::new(move |_| {
            let cursor = runs.cursor.get();
            let event = runs.with_run_untracked(|run| run.event_ref(cursor.position)).flatten();
            if let Some(event) = event.filter(|event| event.run != self.execution.get_untracked()) {
                self.execution.set(event.run);
            }
        });
    }

    /// Makes the model anew: at once where the run stands still, else after a while.
    fn refresh(self) {
        let (last, took) = self.last_tick.get_value();
        let is_running = self.runs.phase.with_untracked(|phase| *phase == RunPhase::Running);
        let pause = if is_running { LEAST_PAUSE_MS.max(took * 12.0) } else { FRAME_MS };
        let waited = dom::now_ms() - last;
        if waited >= pause {
            self.tick.update(|tick| *tick += 1);
            return;
        }
        if self.is_due.get_value() {
            return;
        }
        self.is_due.set_value(true);
        let wait = (pause - waited).clamp(1.0, 5_000.0) as u32;
        gloo::timers::callback::Timeout::new(wait, move || {
            if self.is_due.try_get_value() == Some(true) {
                self.is_due.set_value(false);
                self.tick.update(|tick| *tick += 1);
            }
        })
        .forget();
    }

    /// Makes the model of a long history soon after the run has come to stand still, so that the tables open at once.
    fn prepare(self) {
        let count = self.runs.with_run_untracked(|run| run.session.len()).unwrap_or(0);
        if count < LONG_HISTORY || self.prepared.get_value() == count {
            return;
        }
        self.prepared.set_value(count);
        gloo::timers::callback::Timeout::new(LEISURE_MS, move || {
            let _ = self.model.try_with_untracked(|_| ());
        })
        .forget();
    }

    /// Filters the events, a part of a frame at a time. For the view that shows them.
    pub fn follow_filter(self) {
        Effect::new(move |_| {
            let made = self.model.get();
            let filter = self.filter.get();
            let serial = self.filter_serial.get_value() + 1;
            self.filter_serial.set_value(serial);
            if filter == EventFilter::default() {
                self.is_filtering.set(false);
                self.shown.set(Shared::new((0..made.model.history().len()).collect()));
                return;
            }
            self.is_filtering.set(true);
            self.filter_on(made, Arc::new(filter), serial, 0, Vec::new());
        });
        Effect::new(move |_| {
            let cursor = self.runs.cursor.get();
            let newest_first = self.newest_first.get();
            let index = self.shown.with(|shown| {
                let event = self.runs.with_run_untracked(|run| run.event_ref(cursor.position)).flatten()?;
                let position = (event.event.0 as usize).checked_sub(1)?;
                shown.binary_search(&position).ok().map(|index| mirrored(index, shown.len(), newest_first))
            });
            if self.selected_event.get_untracked() != index {
                self.selected_event.set(index);
            }
        });
        Effect::new(move |_| {
            let Some(index) = self.selected_event.get() else { return };
            let event = self.shown.with_untracked(|shown| {
                let index = mirrored(index, shown.len(), self.newest_first.get_untracked());
                shown.get(index).and_then(|position| u32::try_from(position + 1).ok()).map(EventId)
            });
            if let Some(event) = event {
                self.go_to(event);
            }
        });
    }

    fn filter_on(
        self,
        made: Model,
        filter: Arc<EventFilter>,
        serial: u64,
        from: usize,
        mut found: Vec<usize>,
    ) {
        let (more, next) = made.model.filter_some(&filter, from, SEARCHED_AT_ONCE);
        found.extend(more);
        match next {
            None => {
                self.is_filtering.set(false);
                self.shown.set(Shared::new(found));
            }
            Some(next) => request_animation_frame(move || {
                if self.filter_serial.try_get_value() == Some(serial) {
                    self.filter_on(made, filter, serial, next, found);
                }
            }),
        }
    }

    /// Selects the row that the cursor is in. For the view that shows the table.
    pub fn follow_steps(self) {
        Effect::new(move |_| {
            let cursor = self.runs.cursor.get();
            let made = self.model.get();
            let event = self.runs.with_run_untracked(|run| run.event_ref(cursor.position)).flatten();
            let event = event.filter(|event| event.run == made.execution).map(|event| event.event);
            // An attempt or an iteration that was chosen stays so while the cursor is in it.
            let chosen = self.chosen_row.get_untracked().filter(|chosen| {
                let row = made.model.rows().get(*chosen);
                row.is_some_and(|row| {
                    !matches!(row.kind, RowKind::State(_)) && event.is_some_and(|event| is_in(row, event))
                })
            });
            let row = chosen.or_else(|| made.model.row_of_event(event?));
            if let Some(row) = row {
                let is_hidden = self.table.with_untracked(|table| !table.shown.contains(&row));
                if is_hidden && self.steps.with_untracked(|steps| !steps.is_filtered()) {
                    self.steps.update(|steps| steps.reveal(&made.model, row));
                }
            }
            let index = row
                .and_then(|row| self.table.with(|table| table.shown.iter().position(|shown| *shown == row)));
            if self.selected_row.get_untracked() != index {
                self.selected_row.set(index);
            }
        });
        Effect::new(move |_| {
            let Some(index) = self.selected_row.get() else { return };
            let made = self.model.get_untracked();
            let row = self.table.with_untracked(|table| table.shown.get(index).copied());
            self.chosen_row.set(row);
            let Some(told) = row.and_then(|row| made.model.rows().get(row)) else { return };
            let here = self.event_at_cursor().filter(|event| event.run == made.execution);
            let to = match told.kind {
                RowKind::State(_) if here.and_then(|here| made.model.row_of_event(here.event)) == row => None,
                RowKind::State(id) => {
                    made.model.visits().get(id).map(|visit| visit.exited.unwrap_or(visit.last))
                }
                _ if here.is_some_and(|here| is_in(told, here.event)) => None,
                _ => Some(told.first),
            };
            if let Some(to) = to {
                self.go_to(EventId(to));
            }
        });
    }

    /// The event that the cursor is at.
    pub fn event_at_cursor(self) -> Option<EventRef> {
        let position = self.runs.cursor.get_untracked().position;
        self.runs.with_run_untracked(|run| run.event_ref(position)).flatten()
    }

    /// Goes to an event of the execution that is shown.
    pub fn go_to(self, event: EventId) {
        let here = EventRef { run: self.execution.get_untracked(), event };
        if self.event_at_cursor() == Some(here) {
            return;
        }
        let made = self.model.get_untracked();
        if let Some(position) = made.position(self.runs, event) {
            self.runs.seek(position);
        }
    }

    /// Shows another execution of the run, at its first event.
    pub fn show_execution(self, execution: RunId) {
        let first = EventRef { run: execution, event: EventId(1) };
        let position = self.runs.with_run_untracked(|run| run.session.position_of(first)).flatten();
        self.execution.set(execution);
        if let Some(position) = position {
            self.runs.seek(position);
        }
    }

    /// The visit that the cursor is in, or came out of last: the end of an execution belongs to no state. Follows the
    /// cursor and the recording.
    pub fn visit(self) -> Option<(VisitId, Visit)> {
        self.visit_at(self.runs.cursor.get().position)
    }

    /// The same for a position in the run; follows the recording.
    pub fn visit_at(self, position: u32) -> Option<(VisitId, Visit)> {
        let made = self.model.get();
        let event = self.runs.with_run_untracked(|run| run.event_ref(position)).flatten()?;
        if event.run != made.execution {
            return None;
        }
        let visits = made.model.visits();
        let id = (1..=event.event.0).rev().find_map(|position| visits.at(position))?;
        made.model.visits().get(id).map(|visit| (id, visit.clone()))
    }
}

fn is_in(row: &Row, event: EventId) -> bool {
    row.first <= event.0 && event.0 <= row.last
}

/// The index in a list that is read from its other end.
pub fn mirrored(index: usize, count: usize, is_mirrored: bool) -> usize {
    if is_mirrored { count.saturating_sub(index + 1) } else { index }
}
