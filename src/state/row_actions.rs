//! What is done with a row of the execution page's tables: with an event, or with a step and its events.

use debugger::{Place, Run, StateKey, Target, VisitId};
use engine::{EventId, EventRef, EventType};
use json::{Str, Value};
use leptos::prelude::*;

use crate::state::run::RunPhase;
use crate::state::shell::{DockTab, Mode};
use crate::state::studio::Studio;

/// A row of which the menu is open, and where the menu goes, in CSS pixels of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct RowMenuAt {
    pub row: RowOf,
    pub x: f64,
    pub y: f64,
}

/// What a row is of, in the execution that the tables show.
#[derive(Clone, Debug, PartialEq)]
pub enum RowOf {
    Event(EventId),
    /// A row of the table of steps: its first and last event.
    Step {
        name: Str,
        visit: Option<VisitId>,
        first: EventId,
        last: EventId,
    },
}

impl RowOf {
    /// The event that stands for the row.
    pub fn event(&self) -> EventId {
        match self {
            RowOf::Event(event) => *event,
            RowOf::Step { first, .. } => *first,
        }
    }
}

impl Studio {
    /// The position in the run, from 1, of an event of the execution that is shown.
    pub fn position_of_event(self, event: EventId) -> Option<u32> {
        let event = EventRef { run: self.page.execution.get_untracked(), event };
        self.runs.with_run_untracked(|run| run.session.position_of(event)).flatten()
    }

    /// The event at the cursor, in its execution, with its type.
    fn event_here(self) -> Option<(EventId, EventType)> {
        let position = self.runs.cursor.get_untracked().position;
        let told = self.runs.with_run_untracked(|run| {
            run.session.event_at(position).map(|event| (event.id, event.event_type))
        });
        told.flatten()
    }

    /// The type of the event at the cursor; follows the cursor.
    pub fn event_type_here(self) -> Option<EventType> {
        self.runs.picture.track();
        self.event_here().map(|(_, event_type)| event_type)
    }

    /// Why the run can't go on from the cursor to an event, halting at breakpoints; none if it can.
    pub fn obstacle_of_run_to(self, event: EventId) -> Option<&'static str> {
        let position = self.position_of_event(event)?;
        let here = self.runs.cursor.get_untracked().position;
        match self.runs.phase.get_untracked() {
            RunPhase::Running => Some("The run is going on: pause it first"),
            _ if position == here => Some("The run stands here"),
            _ if position < here => Some("It lies behind: go to it instead"),
            _ => None,
        }
    }

    /// Goes on from the cursor to an event. Breakpoints on the way hold.
    pub fn run_to_event(self, event: EventId) {
        if let Some(position) = self.position_of_event(event) {
            self.shell.mode.set(Mode::Run);
            self.runs.command(Run::To(Target::Position(position)));
        }
    }

    /// Why the workflow can't be run once more; none if it can.
    pub fn obstacle_of_run_again(self) -> Option<&'static str> {
        let is_recording = self.runs.with_run_untracked(|run| run.session.recording.is_some());
        match is_recording {
            Some(true) => Some("A recorded history is not run again: take its answers, and run those"),
            Some(false) => None,
            None => Some("Nothing has been run yet"),
        }
    }

    /// Runs the workflow once more, as it is now, as far as the place of an event.
    pub fn run_again_to(self, event: EventId) {
        let Some(position) = self.position_of_event(event) else { return };
        let tab = self.shell.dock_tab.get_untracked();
        if self.run(Run::To(Target::Position(position))) {
            self.shell.dock_tab.set(tab);
        }
    }

    /// Why the run can't go on to the next event of a type; none if it can.
    pub fn obstacle_of_run_on(self) -> Option<&'static str> {
        let runs = self.runs;
        let is_at_end = runs
            .with_run_untracked(|run| run.session.is_at_end() && run.phase(false).is_over())
            .unwrap_or(true);
        match runs.phase.get_untracked() {
            RunPhase::Running => Some("The run is going on: pause it first"),
            _ if is_at_end => Some("The run has come to its end: step back, or run again"),
            _ => None,
        }
    }

    /// Goes on to the next event of a type.
    pub fn run_to_event_type(self, event_type: EventType) {
        self.shell.mode.set(Mode::Run);
        self.runs.command(Run::To(Target::Event(event_type)));
    }

    /// Whether a plain breakpoint stops at a place.
    pub fn has_breakpoint(self, place: &Place) -> bool {
        self.runs.breakpoints.with_untracked(|all| all.iter().any(|(_, known)| known.place == *place))
    }

    /// The place where a visit's state is entered, as breakpoints of the workflow know it; none in an execution of
    /// another definition.
    pub fn entry_of_visit(self, visit: VisitId) -> Option<Place> {
        let state = self.page.model.with_untracked(|made| made.model.visits().get(visit)?.state)?;
        let run = self.page.execution.get_untracked();
        let key = self.runs.with_run_untracked(|kept| {
            kept.is_of_picture(run).then(|| kept.nodes.key(state).cloned()).flatten()
        });
        key.flatten().map(|key| Place::Enter(StateKey(key)))
    }

    /// Shows the events of one type, or of one state, alone.
    pub fn show_events_like(self, event_type: Option<EventType>, state: Option<Str>) {
        self.page.filter.update(|filter| {
            filter.types = event_type.into_iter().collect();
            filter.states = state.into_iter().collect();
            filter.statuses.clear();
            filter.text.clear();
        });
        self.shell.go_to_dock(DockTab::Events);
    }

    /// Puts an event on the clipboard, as AWS writes it; those of a step as a list.
    pub fn copy_events(self, row: &RowOf) {
        let made = self.page.model.get_untracked();
        let json = |event: EventId| {
            let told = made.model.history().event(event)?;
            Some(engine::history::event_to_json(told, engine::TimestampStyle::Iso))
        };
        match row {
            RowOf::Event(event) => {
                let text = json(*event).unwrap_or_default().to_pretty();
                self.put_on_clipboard(text, "The event is on the clipboard.");
            }
            RowOf::Step { visit, first, last, .. } => {
                let is_own = |event: &EventId| match visit {
                    Some(visit) => is_in_visit(&made.model, *event, *visit),
                    None => true,
                };
                let events: Vec<Value> =
                    (first.0..=last.0).map(EventId).filter(is_own).filter_map(json).collect();
                let said = match events.len() {
                    1 => "The event of the step is on the clipboard.".to_owned(),
                    count => format!("The {count} events of the step are on the clipboard."),
                };
                self.put_on_clipboard(Value::array(events).to_pretty(), said);
            }
        }
    }

    /// The same for the event at the cursor.
    pub fn copy_event_here(self) {
        if let Some((event, _)) = self.event_here() {
            self.copy_events(&RowOf::Event(event));
        }
    }

    /// The row of the event at the cursor.
    pub fn row_here(self) -> Option<EventId> {
        self.event_here().map(|(event, _)| event)
    }
}

/// Whether an event belongs to a visit, or to one inside of it.
fn is_in_visit(model: &debugger::HistoryModel, event: EventId, visit: VisitId) -> bool {
    let own = model.visits().at(event.0);
    std::iter::successors(own, |id| model.visits().get(*id)?.parent).any(|around| around == visit)
}
