//! The runs: what is recorded of them, where the cursor stands, and what the views need to know of it.
//!
//! [`Runs`] steps the current run a part of a frame at a time. Its cursor is the one selection that
//! graph, data, variables and events share: to select an event or a visit is to go there.

mod breakpoints;
mod data;
mod kept;
mod marks;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use asl::{Document, TransitionKind};
use debugger::{Breakpoints, Cursor, Run, Session, Stop, VisitId};
use engine::{Budget, Execution, Machine, MockHost, Options, Order, TaskRequest};
use json::{Str, Value};
use leptos::prelude::*;

use crate::platform::dom;

pub use breakpoints::{BreakpointLook, details_of, title_of};
pub use data::SharedData;
pub use debugger::StateStatus as NodeStatus;
pub use kept::{KeptRun, Nodes, RunKey, RunSummary};
pub use marks::{Mark, Marked};

/// Steps between two looks at the clock.
const STEPS_AT_ONCE: u64 = 500;
/// Milliseconds of a frame that a run may use: the page stays usable, and Stop works.
const MS_PER_FRAME: f64 = 9.0;
/// Runs beyond this many are forgotten, the oldest first.
const MOST_KEPT: usize = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPhase {
    /// Nothing has been run since the workflow was opened.
    None,
    Running,
    /// Stopped by a step, a breakpoint or a person.
    Paused,
    /// A task waits for an answer.
    NeedsTask,
    /// Nothing happens before a time.
    Waiting,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl RunPhase {
    pub fn title(self) -> &'static str {
        match self {
            RunPhase::None => "Not run yet",
            RunPhase::Running => "Running",
            RunPhase::Paused => "Paused",
            RunPhase::NeedsTask => "Waiting for a task's answer",
            RunPhase::Waiting => "Waiting",
            RunPhase::Succeeded => "Succeeded",
            RunPhase::Failed => "Failed",
            RunPhase::TimedOut => "Timed out",
            RunPhase::Aborted => "Aborted",
        }
    }

    /// Whether the execution has come to its end.
    pub fn is_over(self) -> bool {
        matches!(self, RunPhase::Succeeded | RunPhase::Failed | RunPhase::TimedOut | RunPhase::Aborted)
    }
}

/// What a run is started with.
pub struct Start {
    pub machine: Arc<Machine>,
    pub document: Arc<Document>,
    /// The definitions of nested executions.
    pub children: Vec<(Arc<Machine>, Arc<Document>)>,
    pub definition: Str,
    pub input: Value,
    pub options: Options,
    pub host: MockHost,
}

/// What a run is kept with.
struct Kept {
    name: String,
    definition: Str,
    documents: Vec<(Arc<Machine>, Arc<Document>)>,
    session: Session<MockHost>,
    nodes: Nodes,
}

#[derive(Default)]
struct Library {
    runs: Vec<KeptRun>,
    /// How many runs there ever were.
    count: u32,
}

#[derive(Clone, Copy)]
pub struct Runs {
    library: StoredValue<Library, LocalStorage>,
    /// The run that is looked at.
    pub current: RwSignal<Option<RunKey>>,
    /// Counts up when runs are added, renamed, removed or come to an end.
    pub list_version: RwSignal<u64>,
    /// Counts up when the current run's recording changes, or another run is chosen; at most once a frame.
    pub version: RwSignal<u64>,
    /// Where the current run is looked at: the shared selection.
    pub cursor: RwSignal<Cursor>,
    /// Counts up with either of the two above: what is seen at the cursor may be another thing.
    pub picture: RwSignal<u64>,
    /// The key of the node that the cursor is in.
    pub here: RwSignal<Option<Str>>,
    pub(super) phase: RwSignal<RunPhase>,
    /// Whether the current run goes on by itself.
    is_going: StoredValue<bool>,
    /// Counts up when another command begins: a frame of an older one does nothing.
    serial: StoredValue<u64>,
    /// Not owned by the views that ask for them, which come and go.
    statuses: StoredValue<HashMap<Str, ArcRwSignal<(NodeStatus, u32)>>>,
    /// The cursor's event as a list counts it, from 0. Setting it goes there.
    pub selected_event: RwSignal<Option<usize>>,
    /// Of the workflow, resolved in its present definition.
    pub breakpoints: RwSignal<Breakpoints>,
    /// Whether workflows that are started and known here are run, instead of being answered for.
    pub runs_children: RwSignal<bool>,
    /// Whether an Express workflow is started a second time, as AWS may.
    pub starts_twice: RwSignal<bool>,
    /// Whether the run is played, and how many events a second.
    pub playing: RwSignal<bool>,
    pub speed: RwSignal<u32>,
    /// Which of several branches goes on first in the next run, and the seed of what is random in it.
    pub order: RwSignal<Order>,
    pub seed: RwSignal<u64>,
    /// Counts up when it was looked whether breakpoints can be hit.
    pub breakpoints_verified: RwSignal<u64>,
}

impl Runs {
    pub fn new() -> Runs {
        let runs = Runs {
            library: StoredValue::new_local(Library::default()),
            current: RwSignal::new(None),
            list_version: RwSignal::new(0),
            version: RwSignal::new(0),
            cursor: RwSignal::new(Cursor::default()),
            picture: RwSignal::new(0),
            here: RwSignal::new(None),
            phase: RwSignal::new(RunPhase::None),
            is_going: StoredValue::new(false),
            serial: StoredValue::new(0),
            statuses: StoredValue::new(HashMap::new()),
            selected_event: RwSignal::new(None),
            breakpoints: RwSignal::new(Breakpoints::default()),
            runs_children: RwSignal::new(true),
            starts_twice: RwSignal::new(false),
            playing: RwSignal::new(false),
            speed: RwSignal::new(15),
            order: RwSignal::new(Order::default()),
            seed: RwSignal::new(0),
            breakpoints_verified: RwSignal::new(0),
        };
        Effect::new(move |_| {
            let Some(position) = runs.selected_event.get() else { return };
            let position = u32::try_from(position + 1).unwrap_or(u32::MAX);
            if runs.cursor.get_untracked().position != position && !runs.is_going.get_value() {
                runs.seek(position);
            }
        });
        runs
    }

    /// How far the current run is.
    pub fn phase(self) -> RunPhase {
        self.phase.get()
    }

    /// Whether the current run goes on by itself at the moment.
    pub fn is_running(self) -> bool {
        self.phase.get() == RunPhase::Running
    }

    /// Whether the current run has begun and not come to its end.
    pub fn is_alive(self) -> bool {
        !matches!(self.phase.get(), RunPhase::None) && !self.phase.get().is_over()
    }

    /// The same, without following it.
    pub fn is_alive_untracked(self) -> bool {
        self.phase.with_untracked(|phase| !matches!(phase, RunPhase::None) && !phase.is_over())
    }

    /// Goes to the last event of an execution of the run, where the run does not go on by itself.
    pub fn seek_to_end_of(self, execution: engine::RunId) {
        if self.is_going.get_value() {
            return;
        }
        let last = self.with_run_untracked(|run| {
            let events = run.session.events();
            events.iter().rposition(|event| event.run == execution)
        });
        if let Some(last) = last.flatten() {
            self.seek(u32::try_from(last + 1).unwrap_or(u32::MAX));
        }
    }

    /// Begins a run, which becomes the current one, and does a first command with it.
    pub fn start(self, start: Start, first: Run) -> RunKey {
        self.pause();
        let nodes = Nodes::of(&start.document);
        let mut documents = vec![(start.machine.clone(), start.document)];
        documents.extend(start.children);
        let session = Session::start(start.machine, start.input, start.options, start.host);
        let definition = start.definition;
        let key =
            self.keep(|number| Kept { name: format!("Run {number}"), definition, documents, session, nodes });
        self.choose(key);
        self.give_breakpoints();
        self.command(first);
        key
    }

    /// Keeps a session as a run of its own.
    fn keep(self, make: impl FnOnce(u32) -> Kept) -> RunKey {
        let mut key = RunKey(0);
        let current = self.current.get_untracked();
        self.library.update_value(|library| {
            library.count += 1;
            key = RunKey(library.count);
            let Kept { name, definition, documents, session, nodes } = make(library.count);
            let begun_at = dom::epoch_ms();
            let id = format!("{:x}-{:x}", begun_at as u64, (js_sys::Math::random() * 1e6) as u64);
            library.runs.push(KeptRun {
                key,
                id,
                name,
                is_pinned: false,
                begun_at,
                definition,
                documents,
                session,
                stop: None,
                nodes,
            });
            if library.runs.len() > MOST_KEPT
                && let Some(oldest) =
                    library.runs.iter().position(|run| Some(run.key) != current && !run.is_pinned)
            {
                library.runs.remove(oldest);
            }
        });
        self.list_version.update(|version| *version += 1);
        key
    }

    /// Keeps a session that did not begin here, and looks at it.
    pub fn keep_session(
        self,
        name: String,
        definition: Str,
        session: Session<MockHost>,
        document: Document,
    ) -> RunKey {
        self.pause();
        let nodes = Nodes::of(&document);
        let documents = vec![(session.machine.clone(), Arc::new(document))];
        let key = self.keep(|_| Kept { name, definition, documents, session, nodes });
        self.choose(key);
        key
    }

    /// The run of an id, where it is in memory.
    pub fn key_of_id(self, id: &str) -> Option<RunKey> {
        self.library.with_value(|library| library.runs.iter().find(|run| run.id == id).map(|run| run.key))
    }

    /// Gives a run that was made again what it was known by.
    pub fn be_known_as(self, key: RunKey, id: String, begun_at: f64, is_pinned: bool) {
        self.library.update_value(|library| {
            if let Some(run) = library.runs.iter_mut().find(|run| run.key == key) {
                (run.id, run.begun_at, run.is_pinned) = (id, begun_at, is_pinned);
            }
        });
        self.list_version.update(|version| *version += 1);
    }

    /// Whether a run stays when older ones make room.
    pub fn pin_run(self, key: RunKey, is_pinned: bool) {
        self.library.update_value(|library| {
            if let Some(run) = library.runs.iter_mut().find(|run| run.key == key) {
                run.is_pinned = is_pinned;
            }
        });
        self.list_version.update(|version| *version += 1);
    }

    /// Keeps the current run as it is, and goes on with a copy of it, which becomes the current one.
    pub fn fork(self) -> Option<RunKey> {
        self.pause();
        let kept = self.with_run_untracked(|run| Kept {
            name: run.name.split(',').next().unwrap_or_default().to_owned(),
            definition: run.definition.clone(),
            documents: run.documents.clone(),
            session: run.session.fork(),
            nodes: run.nodes.clone(),
        })?;
        let position = kept.session.cursor().position;
        let key = self
            .keep(|number| Kept { name: format!("Run {number}, from {} at {position}", kept.name), ..kept });
        self.choose(key);
        Some(key)
    }

    /// Makes a run the one that is looked at.
    pub fn choose(self, key: RunKey) {
        self.pause();
        if self.library.with_value(|library| library.runs.iter().any(|run| run.key == key)) {
            self.current.set(Some(key));
            self.publish(true);
        }
    }

    pub fn rename_run(self, key: RunKey, name: String) {
        self.library.update_value(|library| {
            if let Some(run) = library.runs.iter_mut().find(|run| run.key == key) {
                run.name = name;
            }
        });
        self.list_version.update(|version| *version += 1);
    }

    /// Forgets a run. Where it was the current one, the one before takes its place.
    pub fn remove_run(self, key: RunKey) {
        let was_current = self.current.get_untracked() == Some(key);
        if was_current {
            self.pause();
        }
        let mut next = None;
        self.library.update_value(|library| {
            library.runs.retain(|run| run.key != key);
            next = library.runs.last().map(|run| run.key);
        });
        if was_current {
            self.current.set(next);
            self.publish(true);
        }
        self.list_version.update(|version| *version += 1);
    }

    /// The runs that are kept, the oldest first.
    pub fn list(self) -> Vec<RunSummary> {
        self.list_version.track();
        let current = self.current.get();
        let is_running = self.is_running();
        self.library.with_value(|library| {
            let runs = library.runs.iter();
            runs.map(|run| run.summary(is_running && Some(run.key) == current)).collect()
        })
    }

    /// States have other keys after an edit: the marks of all runs go with them.
    /// A state that is gone keeps its key, should it come back.
    pub fn follow_keys(self, renamed: &HashMap<Str, Str>) {
        if renamed.is_empty() {
            return;
        }
        if !self.has_runs() {
            return self.follow_keys_of_breakpoints(renamed);
        }
        self.library.update_value(|library| {
            for run in &mut library.runs {
                run.nodes.rename(renamed);
            }
        });
        self.follow_keys_of_breakpoints(renamed);
        self.publish(false);
    }

    /// Whether any run is kept.
    pub fn has_runs(self) -> bool {
        self.library.with_value(|library| !library.runs.is_empty())
    }

    /// Forgets all runs and takes their colours from the graph.
    pub fn clear(self) {
        self.pause();
        self.library.update_value(|library| library.runs.clear());
        self.current.set(None);
        self.publish(true);
        self.list_version.update(|version| *version += 1);
    }

    /// Reads a run, whether it is the current one or not. Follows nothing.
    pub fn with_run_of<T>(self, key: RunKey, read: impl FnOnce(&KeptRun) -> T) -> Option<T> {
        self.library.with_value(|library| library.runs.iter().find(|run| run.key == key).map(read))
    }

    /// Reads the current run, following its recording.
    pub fn with_run<T>(self, read: impl FnOnce(&KeptRun) -> T) -> Option<T> {
        self.version.track();
        self.with_run_untracked(read)
    }

    /// Reads the current run, following its recording and the cursor.
    pub fn with_picture<T>(self, read: impl FnOnce(&KeptRun) -> T) -> Option<T> {
        self.picture.track();
        self.with_run_untracked(read)
    }

    pub fn with_run_untracked<T>(self, read: impl FnOnce(&KeptRun) -> T) -> Option<T> {
        let key = self.current.get_untracked()?;
        self.with_run_of(key, read)
    }

    /// Changes the current run, which then stands still, and shows what came of it.
    pub fn change<T>(self, change: impl FnOnce(&mut KeptRun) -> T) -> Option<T> {
        self.pause();
        let answer = self.touch(change);
        self.publish(true);
        answer
    }

    /// Reads the current run where reading it has to work something out. Follows nothing.
    pub fn touch<T>(self, read: impl FnOnce(&mut KeptRun) -> T) -> Option<T> {
        let key = self.current.get_untracked()?;
        let mut answer = None;
        self.library.update_value(|library| {
            answer = library.runs.iter_mut().find(|run| run.key == key).map(read);
        });
        answer
    }

    /// Reads the execution; none if nothing has been run.
    pub fn with_execution<T>(self, read: impl FnOnce(&Execution) -> T) -> Option<T> {
        self.with_run(|run| read(run.session.recorded()))
    }

    /// How many events the current run has, those of its nested executions included.
    pub fn event_count(self) -> usize {
        self.with_run(|run| run.session.len() as usize).unwrap_or(0)
    }

    pub fn output(self) -> Option<Value> {
        self.with_execution(|execution| execution.outcome().and_then(|outcome| outcome.output.clone()))?
    }

    /// The tasks that wait for an answer at the cursor.
    pub fn open_tasks(self) -> Vec<TaskRequest> {
        self.picture.track();
        self.touch(KeptRun::open_tasks).unwrap_or_default()
    }

    /// The status of a node and how often its state was entered.
    pub fn status(self, key: &Str) -> ArcRwSignal<(NodeStatus, u32)> {
        if let Some(signal) = self.statuses.with_value(|statuses| statuses.get(key).cloned()) {
            return signal;
        }
        let known = self.touch(|run| {
            let state = run.nodes.state(key)?;
            let board = run.session.board();
            Some((board.status(state), board.visits(state)))
        });
        let signal = ArcRwSignal::new(known.flatten().unwrap_or_default());
        self.statuses.update_value(|statuses| {
            statuses.insert(key.clone(), signal.clone());
        });
        signal
    }

    /// Whether the run has gone from one node to another, by their keys, until the cursor: by a transition if one is
    /// asked for; follows the run.
    pub fn is_taken(self, from: Option<&Str>, to: Option<&Str>, by: Option<TransitionKind>) -> bool {
        self.picture.track();
        let taken = self.touch(|run| {
            let state = |key: Option<&Str>| match key {
                Some(key) => run.nodes.state(key).map(Some),
                None => Some(None),
            };
            let (Some(from), Some(to)) = (state(from), state(to)) else { return false };
            let board = run.session.board();
            match by {
                Some(kind) => board.is_taken_by((from, to), kind),
                None => board.is_taken((from, to)),
            }
        });
        taken.unwrap_or(false)
    }

    /// The statuses that states have at the cursor, the good ones first.
    pub fn present_statuses(self) -> Vec<NodeStatus> {
        self.picture.track();
        let statuses = self.touch(|run| {
            let board = run.session.board();
            board.states().map(|state| board.status(state)).collect::<BTreeSet<NodeStatus>>()
        });
        statuses.unwrap_or_default().into_iter().collect()
    }

    /// The statuses at the cursor of the states that the run has come to, by the keys of their nodes; follows the run.
    pub fn statuses_of_picture(self) -> HashMap<Str, NodeStatus> {
        self.picture.track();
        let statuses = self.touch(|run| {
            let KeptRun { session, nodes, .. } = run;
            let board = session.board();
            let known =
                board.states().filter_map(|state| Some((nodes.key(state)?.clone(), board.status(state))));
            known.collect::<HashMap<Str, NodeStatus>>()
        });
        statuses.unwrap_or_default()
    }

    /// Goes to the event at a position, from 1; 0 is before the first one.
    pub fn seek(self, position: u32) {
        self.seek_to(Cursor { position, stage: 0 });
    }

    /// Goes to a stage of an event.
    pub fn seek_to(self, cursor: Cursor) {
        self.pause();
        self.touch(|run| run.session.seek_to(cursor));
        self.publish(false);
    }

    /// Goes to a position while the run is played. Answers whether there is more to come.
    fn play_to(self, position: u32) -> bool {
        let played = self.touch(|run| {
            let before = run.session.len();
            let goes_on = run.play_to(position);
            (goes_on, run.session.len() > before)
        });
        let (goes_on, has_grown) = played.unwrap_or_default();
        self.publish(has_grown);
        if has_grown && !goes_on {
            self.list_version.update(|version| *version += 1);
        }
        goes_on
    }

    /// Goes to where a visit of a state ended, or got to so far.
    #[allow(dead_code, reason = "the list of runs and the table of states are to come")]
    pub fn seek_visit(self, visit: VisitId) {
        let position = self.with_run_untracked(|run| {
            run.session.visits().get(visit).map(|visit| visit.exited.unwrap_or(visit.last))
        });
        if let Some(position) = position.flatten() {
            self.seek(position);
        }
    }

    /// The visit that the cursor is in.
    #[allow(dead_code, reason = "the list of runs and the table of states are to come")]
    pub fn selected_visit(self) -> Option<VisitId> {
        self.with_picture(|run| run.session.visit().map(|(id, _)| id))?
    }

    /// Does a command of the debugger, a part of a frame at a time, until it stops.
    pub fn command(self, command: Run) {
        self.pause();
        if self.current.get_untracked().is_none() {
            return;
        }
        self.is_going.set_value(true);
        self.advance(Some(command));
    }

    /// Stops going on, and playing; the run can go on later.
    pub fn pause(self) {
        self.stop_playing();
        self.serial.update_value(|serial| *serial += 1);
        if !self.is_going.get_value() {
            return;
        }
        self.is_going.set_value(false);
        self.touch(|run| {
            run.session.pause();
            run.stop = None;
        });
        self.publish(true);
    }

    /// Ends the run as StopExecution does.
    pub fn stop(self) {
        self.change(KeptRun::stop_execution);
        self.list_version.update(|version| *version += 1);
    }

    /// Steps for a part of a frame, shows what happened, and comes back in the next frame.
    fn advance(self, command: Option<Run>) {
        let serial = self.serial.get_value();
        let started = dom::now_ms();
        let mut command = command;
        let goes_on = self.touch(|run| {
            loop {
                let budget = Budget { steps: STEPS_AT_ONCE };
                let stop = match command.take() {
                    Some(command) => run.session.run(command, budget),
                    None => run.session.go_on(budget),
                };
                if !matches!(stop, Stop::Budget) {
                    run.stop = Some((stop, run.session.cursor().position));
                    return false;
                }
                if dom::now_ms() - started > MS_PER_FRAME {
                    run.stop = None;
                    return true;
                }
            }
        });
        let goes_on = goes_on.unwrap_or(false);
        self.is_going.set_value(goes_on);
        self.publish(true);
        if goes_on {
            request_animation_frame(move || {
                if self.serial.try_get_value() == Some(serial) {
                    self.advance(None);
                }
            });
        } else {
            self.list_version.update(|version| *version += 1);
        }
    }

    /// Shows what is so at the cursor.
    fn publish(self, is_recorded: bool) {
        let is_going = self.is_going.get_value();
        let known: Vec<(Str, ArcRwSignal<(NodeStatus, u32)>)> = self.statuses.with_value(|statuses| {
            statuses.iter().map(|(key, signal)| (key.clone(), signal.clone())).collect()
        });
        let seen = self.touch(|run| {
            let cursor = run.session.cursor();
            let here = run.node_of(cursor.position);
            let phase = run.phase(is_going);
            let KeptRun { session, nodes, .. } = run;
            let board = session.board();
            let statuses: Vec<(NodeStatus, u32)> = known
                .iter()
                .map(|(key, _)| match nodes.state(key) {
                    Some(state) => (board.status(state), board.visits(state)),
                    None => Default::default(),
                })
                .collect();
            (cursor, here, phase, statuses)
        });
        let (cursor, here, phase, statuses) =
            seen.unwrap_or_else(|| (Cursor::default(), None, RunPhase::None, Vec::new()));
        for (position, (_, signal)) in known.iter().enumerate() {
            let status = statuses.get(position).copied().unwrap_or_default();
            if signal.get_untracked() != status {
                signal.set(status);
            }
        }
        if self.phase.get_untracked() != phase {
            self.phase.set(phase);
        }
        if self.cursor.get_untracked() != cursor {
            self.cursor.set(cursor);
        }
        if self.here.with_untracked(|before| *before != here) {
            self.here.set(here);
        }
        let selected = (cursor.position as usize).checked_sub(1);
        if self.selected_event.get_untracked() != selected {
            self.selected_event.set(selected);
        }
        if is_recorded {
            self.version.update(|version| *version += 1);
        }
        self.picture.update(|picture| *picture += 1);
    }
}
