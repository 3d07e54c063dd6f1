//! The Map Runs of the run that is looked at.

use debugger::map_run::{MapRunView, map_runs};
use engine::{EventType, RunId};
use leptos::prelude::*;

use super::page::ExecutionPage;
use crate::state::shell::DockTab;
use crate::state::studio::Studio;

impl ExecutionPage {
    /// Whether the run has a Map Run; follows the recording.
    pub fn has_map_runs(self) -> bool {
        let has = self.runs.with_run(|run| {
            let is_start = |event: &engine::HistoryEvent| event.event_type == EventType::MapRunStarted;
            let recorded = run.session.recorded();
            !recorded.map_runs().is_empty()
                || (run.session.recording.is_some() && recorded.history().iter().any(is_start))
        });
        has.unwrap_or(false)
    }

    /// The Map Runs in the order in which they began; follows the recording as the tables do.
    pub fn map_runs(self) -> Vec<MapRunView> {
        self.model.track();
        let found = self.runs.with_run_untracked(|run| {
            map_runs(run.session.recorded(), run.session.events(), run.session.visits())
        });
        found.unwrap_or_default()
    }
}

impl Studio {
    /// Shows a child of a Map Run: its steps, from its first event on.
    pub fn open_child(self, child: RunId) {
        self.page.show_execution(child);
        self.shell.go_to_dock(DockTab::Steps);
    }

    /// Shows the Map Run that the cursor is in or came by last, or the first one.
    pub fn show_map_run(self) {
        let here = self.runs.cursor.get_untracked().position;
        let all = untrack(|| self.page.map_runs());
        let own = all.iter().rposition(|map_run| map_run.position <= here);
        self.page.map_run.set(own.unwrap_or(0));
        self.shell.go_to_dock(DockTab::MapRun);
    }

    /// Shows the Map Run that a visit of a Map state started; false where it started none.
    pub fn show_map_run_of(self, visit: debugger::VisitId) -> bool {
        let Some(place) = self.place_of_map_run(visit) else { return false };
        self.page.map_run.set(place);
        self.shell.go_to_dock(DockTab::MapRun);
        true
    }

    /// Which of the Map Runs a visit of the execution that is shown started.
    pub fn place_of_map_run(self, visit: debugger::VisitId) -> Option<usize> {
        let (event, run) = self
            .page
            .model
            .with_untracked(|made| Some((made.model.visits().get(visit)?.entered_event, made.execution)))?;
        let own = self.runs.with_run_untracked(|kept| {
            let position = kept.session.position_of(engine::EventRef { run, event })?;
            kept.session.visits().at(position)
        });
        let own = own.flatten()?;
        untrack(|| self.page.map_runs()).iter().position(|map_run| map_run.visit == Some(own))
    }
}
