//! Executions: the one that was started, and those within it.

use std::sync::Arc;

use json::{Str, Value};

use crate::execution::timer::TimerKey;
use crate::execution::{ExecutionType, Slot};
use crate::history::{Failure, History};
use crate::machine::Machine;
use crate::query::Facts;
use crate::time::Instant;

/// An execution within a run. 0 is the one that was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(pub u32);

/// The status of an execution, by AWS's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    Running,
    Succeeded,
    Failed,
    TimedOut,
    Aborted,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Status::Running => "RUNNING",
            Status::Succeeded => "SUCCEEDED",
            Status::Failed => "FAILED",
            Status::TimedOut => "TIMED_OUT",
            Status::Aborted => "ABORTED",
        }
    }
}

/// How an execution ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub status: Status,
    pub output: Option<Value>,
    pub error: Option<Str>,
    pub cause: Option<Str>,
    pub stopped_at: Instant,
}

impl Outcome {
    pub fn failure(&self) -> Failure {
        Failure { error: self.error.clone(), cause: self.cause.clone() }
    }
}

/// Why there is an execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunKind {
    /// It was started from outside.
    Main,
    /// The same Express execution once more ([`crate::Options::second_starts`]): of the same name, ARN and input.
    Again,
    /// A child of a distributed Map: of the Map Run at this place in the list, for this item or batch.
    MapChild { map_run: usize, index: usize },
    /// A task of another execution started it.
    Nested { parent: RunId },
}

/// One execution with its history.
#[derive(Clone, Debug)]
pub struct Run {
    pub id: RunId,
    pub kind: RunKind,
    pub execution_type: ExecutionType,
    pub history: History,
    pub outcome: Option<Outcome>,
    pub started_at: Instant,
    pub(crate) shared: Arc<Shared>,
    pub(crate) root: Slot,
    pub(crate) timeout: Option<TimerKey>,
}

/// What does not change while an execution runs.
#[derive(Clone, Debug)]
pub(crate) struct Shared {
    pub machine: Arc<Machine>,
    pub facts: Facts,
}

impl Run {
    pub(crate) fn new(
        id: RunId,
        kind: RunKind,
        shared: Arc<Shared>,
        execution_type: ExecutionType,
        now: Instant,
    ) -> Run {
        Run {
            id,
            kind,
            execution_type,
            history: History::default(),
            outcome: None,
            started_at: now,
            shared,
            root: 0,
            timeout: None,
        }
    }

    pub fn machine(&self) -> &Arc<Machine> {
        &self.shared.machine
    }

    pub fn execution_arn(&self) -> &Str {
        &self.shared.facts.names.execution_arn
    }

    pub fn name(&self) -> &Str {
        &self.shared.facts.names.name
    }

    pub fn state_machine_arn(&self) -> &Str {
        &self.shared.facts.names.state_machine_arn
    }

    pub fn input(&self) -> &Value {
        &self.shared.facts.input
    }

    pub fn status(&self) -> Status {
        self.outcome.as_ref().map_or(Status::Running, |outcome| outcome.status)
    }
}
