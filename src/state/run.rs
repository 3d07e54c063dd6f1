//! The run: an execution that is stepped a frame at a time, and what the views need to know of it.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use asl::StateId;
use debugger::StatusBoard;
use engine::{
    Budget, Execution, Failure, FrameId, HistoryEvent, MockHost, Progress, TaskAnswer, TaskRequest,
};
use json::{Str, Value};
use leptos::prelude::*;

use crate::platform::dom;

pub use debugger::StateStatus as NodeStatus;

/// Steps between two looks at the clock.
const STEPS_AT_ONCE: u64 = 2_000;
/// Milliseconds of a frame that a run may use: the page stays usable, and Stop works.
const MS_PER_FRAME: f64 = 9.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunPhase {
    /// Nothing has been run since the workflow was opened.
    None,
    Running,
    /// A task waits for an answer.
    NeedsTask,
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
            RunPhase::NeedsTask => "Waiting for a task's answer",
            RunPhase::Succeeded => "Succeeded",
            RunPhase::Failed => "Failed",
            RunPhase::TimedOut => "Timed out",
            RunPhase::Aborted => "Aborted",
        }
    }
}

struct Session {
    execution: Execution,
    host: MockHost,
    board: StatusBoard,
    /// How many events the board knows, for each execution that belongs to the run.
    seen: Vec<usize>,
    /// The key of the node of each state of the definition that runs.
    keys: HashMap<StateId, Str>,
    pending: Option<TaskRequest>,
}

#[derive(Clone, Copy)]
pub struct Runs {
    session: StoredValue<Option<Session>, LocalStorage>,
    phase: RwSignal<RunPhase>,
    /// Counts up when there are more events; at most once a frame.
    pub version: RwSignal<u64>,
    /// Counts up when a run begins: a frame of an older run does nothing.
    serial: StoredValue<u64>,
    /// Not owned by the views that ask for them, which come and go.
    statuses: StoredValue<HashMap<Str, ArcRwSignal<(NodeStatus, u32)>>>,
    /// The position of the selected event in the history.
    pub selected_event: RwSignal<Option<usize>>,
}

impl Runs {
    pub fn new() -> Runs {
        Runs {
            session: StoredValue::new_local(None),
            phase: RwSignal::new(RunPhase::None),
            version: RwSignal::new(0),
            serial: StoredValue::new(0),
            statuses: StoredValue::new(HashMap::new()),
            selected_event: RwSignal::new(None),
        }
    }

    pub fn phase(self) -> RunPhase {
        self.phase.get()
    }

    pub fn is_running(self) -> bool {
        matches!(self.phase.get(), RunPhase::Running | RunPhase::NeedsTask)
    }

    /// Starts stepping an execution; `keys` names the node of each of its states.
    pub fn start(self, execution: Execution, host: MockHost, keys: HashMap<StateId, Str>) {
        self.clear();
        let session =
            Session { execution, host, board: StatusBoard::default(), seen: Vec::new(), keys, pending: None };
        self.session.set_value(Some(session));
        self.phase.set(RunPhase::Running);
        self.go_on();
    }

    /// Forgets the run and takes its colours from the graph.
    pub fn clear(self) {
        self.serial.update_value(|serial| *serial += 1);
        self.session.set_value(None);
        self.phase.set(RunPhase::None);
        self.selected_event.set(None);
        self.statuses.with_value(|statuses| {
            for status in statuses.values() {
                if status.get_untracked() != (NodeStatus::Idle, 0) {
                    status.set((NodeStatus::Idle, 0));
                }
            }
        });
        self.version.update(|version| *version += 1);
    }

    pub fn stop(self) {
        self.serial.update_value(|serial| *serial += 1);
        self.session.update_value(|session| {
            if let Some(session) = session {
                session.execution.stop(Failure::default());
                session.pending = None;
            }
        });
        self.after_steps(None);
        if self.phase.get_untracked() == RunPhase::Running {
            self.phase.set(RunPhase::Aborted);
        }
    }

    /// Gives the waiting task its answer and goes on.
    pub fn answer(self, answer: TaskAnswer) {
        self.session.update_value(|session| {
            if let Some(session) = session
                && let Some(pending) = session.pending.take()
            {
                session.execution.answer(pending.id, answer);
            }
        });
        self.phase.set(RunPhase::Running);
        self.go_on();
    }

    /// The task that waits for an answer.
    pub fn pending(self) -> Option<TaskRequest> {
        self.phase.track();
        self.session.with_value(|session| session.as_ref().and_then(|session| session.pending.clone()))
    }

    /// Reads the execution; none if nothing has been run.
    pub fn with_execution<T>(self, read: impl FnOnce(&Execution) -> T) -> Option<T> {
        self.version.track();
        self.session.with_value(|session| session.as_ref().map(|session| read(&session.execution)))
    }

    /// How many events the history has.
    pub fn event_count(self) -> usize {
        self.with_execution(|execution| execution.history().len()).unwrap_or(0)
    }

    pub fn with_event<T>(
        self,
        position: usize,
        read: impl FnOnce(&HistoryEvent, &Execution) -> T,
    ) -> Option<T> {
        self.with_execution(|execution| {
            execution.history().get(position).map(|event| read(event, execution))
        })?
    }

    /// The key of the node that an event belongs to.
    pub fn key_of_event(self, position: usize) -> Option<Str> {
        let state = self.with_event(position, |event, _| event.state)??;
        self.session.with_value(|session| session.as_ref()?.keys.get(&state).cloned())
    }

    /// The status of a node and how often its state was entered.
    pub fn status(self, key: &Str) -> ArcRwSignal<(NodeStatus, u32)> {
        if let Some(signal) = self.statuses.with_value(|statuses| statuses.get(key).cloned()) {
            return signal;
        }
        let known = self.session.with_value(|session| {
            let session = session.as_ref()?;
            let state = session.keys.iter().find(|(_, known)| *known == key).map(|(state, _)| *state)?;
            Some((session.board.status(state), session.board.visits(state)))
        });
        let signal = ArcRwSignal::new(known.unwrap_or_default());
        self.statuses.update_value(|statuses| {
            statuses.insert(key.clone(), signal.clone());
        });
        signal
    }

    /// Whether the run has gone this way; follows the run.
    pub fn is_taken(self, from: Option<StateId>, to: Option<StateId>) -> bool {
        self.version.track();
        self.session
            .with_value(|session| session.as_ref().is_some_and(|session| session.board.is_taken((from, to))))
    }

    /// The statuses that states have now, the good ones first.
    pub fn present_statuses(self) -> Vec<NodeStatus> {
        self.version.track();
        let statuses: BTreeSet<NodeStatus> = self.session.with_value(|session| {
            let board = session.as_ref().map(|session| &session.board);
            board.into_iter().flat_map(|board| board.states().map(|state| board.status(state))).collect()
        });
        statuses.into_iter().collect()
    }

    pub fn output(self) -> Option<Value> {
        self.with_execution(|execution| execution.outcome().and_then(|outcome| outcome.output.clone()))?
    }

    /// Steps for a part of a frame, shows what happened, and comes back in the next frame.
    fn go_on(self) {
        let serial = self.serial.get_value();
        let started = dom::now_ms();
        let mut progress = None;
        self.session.update_value(|session| {
            let Some(session) = session else { return };
            loop {
                let budget = Budget { steps: STEPS_AT_ONCE };
                let reached = engine::run_to_end(&mut session.execution, &mut session.host, budget);
                let goes_on = matches!(reached, Progress::Budget);
                progress = Some(reached);
                if !goes_on || dom::now_ms() - started > MS_PER_FRAME {
                    break;
                }
            }
        });
        let goes_on = matches!(progress, Some(Progress::Budget));
        self.after_steps(progress);
        if goes_on {
            request_animation_frame(move || {
                if self.serial.try_get_value() == Some(serial) {
                    self.go_on();
                }
            });
        }
    }

    fn after_steps(self, progress: Option<Progress>) {
        let mut changed: Vec<(Str, (NodeStatus, u32))> = Vec::new();
        let mut phase = None;
        self.session.update_value(|session| {
            let Some(session) = session else { return };
            let Session { execution, board, seen, keys, pending, .. } = session;
            let parents = |frame: FrameId| execution.frame(frame).and_then(|frame| frame.parent);
            let machine = execution.machine();
            for (number, run) in execution.runs().enumerate() {
                if seen.len() <= number {
                    seen.push(0);
                }
                // Nested executions of another definition have states of their own, which are not in this picture.
                if !machine.is_some_and(|machine| Arc::ptr_eq(machine, run.machine())) {
                    continue;
                }
                while let Some(event) = run.history.get(seen[number]) {
                    board.apply(number as u32, event, &parents);
                    seen[number] += 1;
                }
            }
            for state in board.states() {
                if let Some(key) = keys.get(&state) {
                    changed.push((key.clone(), (board.status(state), board.visits(state))));
                }
            }
            // A task that was told never to answer is the person's to answer, too.
            let request = match progress {
                Some(Progress::NeedsTask(request)) => Some(request),
                Some(Progress::Waiting) => execution.open_tasks().into_iter().next(),
                _ => None,
            };
            if let Some(request) = request {
                *pending = Some(request);
            }
            phase = Some(match execution.outcome().map(|outcome| outcome.status) {
                Some(engine::Status::Succeeded) => RunPhase::Succeeded,
                Some(engine::Status::Failed) => RunPhase::Failed,
                Some(engine::Status::TimedOut) => RunPhase::TimedOut,
                Some(engine::Status::Aborted) => RunPhase::Aborted,
                _ if pending.is_some() => RunPhase::NeedsTask,
                _ => RunPhase::Running,
            });
        });
        for (key, status) in changed {
            let signal = self.status(&key);
            if signal.get_untracked() != status {
                signal.set(status);
            }
        }
        self.version.update(|version| *version += 1);
        if let Some(phase) = phase
            && self.phase.get_untracked() != phase
        {
            self.phase.set(phase);
        }
    }
}
