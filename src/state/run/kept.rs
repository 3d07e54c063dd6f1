use std::collections::HashMap;
use std::sync::Arc;

use asl::{Document, StateId};
use debugger::{Session, Stop};
use engine::{EventRef, Execution, Failure, HistoryEvent, Machine, MockHost, RunId, TaskRequest};
use json::Str;

use super::RunPhase;
use crate::state::debugging::event_words;

/// A run of this page, for as long as the workflow is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunKey(pub u32);

/// A run with what it was started from.
pub struct KeptRun {
    pub key: RunKey,
    /// What it is found again by after a reload.
    pub id: String,
    pub name: String,
    /// Whether it stays when older runs make room.
    pub is_pinned: bool,
    /// Milliseconds since 1970.
    pub begun_at: f64,
    /// The text of the definition that the run was started with, or goes on with.
    pub definition: Str,
    /// The definitions of the executions that belong to the run: its own first, then those of nested ones.
    pub documents: Vec<(Arc<Machine>, Arc<Document>)>,
    pub session: Session<MockHost>,
    /// Why it stands still, with the position at which it came to that.
    pub stop: Option<(Stop, u32)>,
    pub nodes: Nodes,
}

/// What a list of runs shows.
#[derive(Clone, Debug, PartialEq)]
pub struct RunSummary {
    pub key: RunKey,
    pub id: String,
    pub name: String,
    pub is_pinned: bool,
    pub is_recording: bool,
    /// Of virtual time.
    pub millis: i64,
    /// Milliseconds since 1970.
    pub begun_at: f64,
    pub phase: RunPhase,
    pub events: u32,
}

/// Which node of the graph is which state of the definition that runs.
#[derive(Clone, Debug, Default)]
pub struct Nodes {
    of_state: HashMap<StateId, Str>,
    of_node: HashMap<Str, StateId>,
}

impl Nodes {
    pub fn of(document: &Document) -> Nodes {
        let mut nodes = Nodes::default();
        for state in document.states() {
            let key = Str::from(state.pointer());
            nodes.of_node.insert(key.clone(), state.id());
            nodes.of_state.insert(state.id(), key);
        }
        nodes
    }

    /// Nodes have other keys after an edit.
    pub fn rename(&mut self, renamed: &HashMap<Str, Str>) {
        let mut of_node = HashMap::new();
        for (state, key) in &mut self.of_state {
            if let Some(new) = renamed.get(key) {
                key.clone_from(new);
                of_node.insert(new.clone(), *state);
            }
        }
        // A key that another state has taken is no longer that of a state that is gone.
        for (state, key) in &self.of_state {
            of_node.entry(key.clone()).or_insert(*state);
        }
        self.of_node = of_node;
    }

    pub fn key(&self, state: StateId) -> Option<&Str> {
        self.of_state.get(&state)
    }

    pub fn state(&self, key: &Str) -> Option<StateId> {
        self.of_node.get(key).copied()
    }
}

impl KeptRun {
    /// How far the run is, wherever the cursor stands.
    pub fn phase(&self, is_running: bool) -> RunPhase {
        if is_running {
            return RunPhase::Running;
        }
        let session = &self.session;
        let is_over = session.event_at(session.len()).is_some_and(|last| last.event_type.is_terminal());
        match session.outcome().filter(|_| is_over).map(|outcome| outcome.status) {
            Some(engine::Status::Succeeded) => RunPhase::Succeeded,
            Some(engine::Status::Failed) => RunPhase::Failed,
            Some(engine::Status::TimedOut) => RunPhase::TimedOut,
            Some(engine::Status::Aborted) => RunPhase::Aborted,
            _ => match &self.stop {
                Some((Stop::NeedsTask(_), at)) if *at == session.cursor().position => RunPhase::NeedsTask,
                Some((Stop::Waiting { .. }, at)) if *at == session.cursor().position => RunPhase::Waiting,
                _ => RunPhase::Paused,
            },
        }
    }

    /// Where the cursor stands and why, in a sentence.
    pub fn sentence(&self, is_running: bool) -> String {
        let session = &self.session;
        let (position, all) = (session.cursor().position, session.len());
        let phase = self.phase(is_running);
        if is_running {
            return format!("Running: {all} events so far.");
        }
        let Some(event) = session.event() else {
            return format!("Before the first of {all} events.");
        };
        let name = session.visit().map(|(_, visit)| visit.name.clone());
        let place = match &name {
            Some(name) => format!("{name}: {}", event_words(event.event_type)),
            None => event_words(event.event_type),
        };
        let stage = match session.stages().get(session.cursor().stage as usize) {
            Some(view) if session.stage_count() > 1 => {
                format!(", {}", view.stage.name())
            }
            _ => String::new(),
        };
        let why = match &self.stop {
            Some((stop, at)) if *at == position => match stop {
                Stop::Breakpoint { problem: Some(problem), .. } => {
                    format!("A breakpoint's condition fails ({problem}). ")
                }
                Stop::Breakpoint { .. } => "Stopped by a breakpoint. ".to_owned(),
                Stop::NeedsTask(request) => format!("{} waits for an answer. ", request.state_name),
                Stop::Waiting { .. } => "Nothing happens before a time. ".to_owned(),
                _ => String::new(),
            },
            _ => String::new(),
        };
        let is_end = phase.is_over() && position == all;
        let (outcome, failure) = match (&name, event.details.failure()) {
            // The event itself says how it ended: "Execution failed".
            (None, Some(failure)) if is_end => (String::new(), format!(" with {}", failure.name())),
            (Some(_), _) if is_end => (format!("{}. ", phase.title()), String::new()),
            _ => Default::default(),
        };
        format!("{why}{outcome}{place}{failure}{stage}.")
    }

    pub fn summary(&self, is_running: bool) -> RunSummary {
        RunSummary {
            key: self.key,
            id: self.id.clone(),
            name: self.name.clone(),
            is_pinned: self.is_pinned,
            is_recording: self.session.recording.is_some(),
            millis: match (self.session.event_at(1), self.session.event_at(self.session.len())) {
                (Some(first), Some(last)) => last.timestamp - first.timestamp,
                _ => 0,
            },
            begun_at: self.begun_at,
            phase: self.phase(is_running),
            events: self.session.len(),
        }
    }

    /// The key of the node that an event belongs to. What happens in a nested execution of another
    /// definition belongs to the state that started it.
    pub fn node_of(&self, position: u32) -> Option<Str> {
        let event = self.event_ref(position)?;
        let told = self.session.recorded().event(event)?;
        if self.is_of_picture(event.run) {
            let visit = self.session.visits().at(position).and_then(|visit| self.session.visits().get(visit));
            let state = told.state.or_else(|| visit.and_then(|visit| visit.state))?;
            return self.nodes.key(state).cloned();
        }
        let stack = self.session.call_stack(told.frame);
        let outer = stack.iter().rev().find(|view| self.is_of_picture(view.run))?;
        let visit = outer.visit.and_then(|visit| self.session.visits().get(visit))?;
        self.nodes.key(visit.state?).cloned()
    }

    /// Whether an execution runs the definition that the graph shows.
    pub fn is_of_picture(&self, run: RunId) -> bool {
        let execution = self.session.recorded();
        let own = execution.run(run).map(engine::Run::machine);
        matches!((execution.machine(), own), (Some(main), Some(own)) if Arc::ptr_eq(main, own))
    }

    /// The definition of the execution that an event belongs to.
    pub fn document_of(&self, run: RunId) -> Option<Arc<Document>> {
        let machine = self.session.recorded().run(run)?.machine();
        let known = self.documents.iter().find(|(known, _)| Arc::ptr_eq(known, machine));
        known.map(|(_, document)| document.clone())
    }

    pub fn event_ref(&self, position: u32) -> Option<EventRef> {
        self.session.events().get((position as usize).checked_sub(1)?).copied()
    }

    /// The event at a position, from 1, with its execution.
    pub fn event(&self, position: u32) -> Option<(&HistoryEvent, &Execution)> {
        Some((self.session.event_at(position)?, self.session.recorded()))
    }

    /// The tasks that wait for an answer at the cursor, those that only a person can answer first.
    pub fn open_tasks(&mut self) -> Vec<TaskRequest> {
        let wanted = match &self.stop {
            Some((Stop::NeedsTask(request), at)) if *at == self.session.cursor().position => Some(request.id),
            _ => None,
        };
        let mut open = self.session.at_cursor().open_tasks();
        open.retain(|task| !self.is_nested(task));
        open.sort_by_key(|task| Some(task.id) != wanted);
        open
    }

    /// Whether a task is the execution of a machine that runs here.
    fn is_nested(&self, task: &TaskRequest) -> bool {
        let execution = self.session.recorded();
        execution.runs().any(|run| {
            matches!(run.kind, engine::RunKind::Nested { parent } if parent == task.run)
                && task.resource.api() == "startExecution"
        })
    }

    /// Stops the run as StopExecution does, and tells the events of that.
    pub(super) fn stop_execution(&mut self) {
        let position = self.session.len();
        self.session.seek(position);
        if self.session.stop(Failure::default()).is_ok() {
            let breakpoints = std::mem::take(&mut self.session.breakpoints);
            let stop = self.session.run_on(engine::Budget { steps: 100_000 });
            self.session.breakpoints = breakpoints;
            self.stop = Some((stop, self.session.cursor().position));
        }
    }
}
