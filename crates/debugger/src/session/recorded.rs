//! Sessions of executions that ran elsewhere.

use std::sync::Arc;

use engine::history::{ImportError, ImportedHistory};
use engine::{
    EventRef, Execution, ExecutionType, Instant, Machine, Options, Outcome, RunId, Status, TaskHost,
};
use json::Str;

use super::change::ChangeError;
use super::{Cursor, Session};
use crate::recording::Recording;

impl<H: TaskHost + Clone> Session<H> {
    /// A session of an execution that ran elsewhere, matched with a definition; the cursor is at its end.
    /// Everything that looks at it works as in a session that was run here; what changes is refused.
    ///
    /// # Errors
    ///
    /// Where an event can't be read.
    pub fn of_recording(
        recording: Recording,
        machine: Arc<Machine>,
        host: H,
    ) -> Result<Session<H>, ImportError> {
        let history = recording.history(None)?;
        Ok(Session::of_history(Arc::new(recording), Arc::new(history), machine, host))
    }

    /// As [`Session::of_recording`], where its history has been read.
    pub fn of_history(
        recording: Arc<Recording>,
        history: Arc<ImportedHistory>,
        machine: Arc<Machine>,
        host: H,
    ) -> Session<H> {
        let imported = history.on(&machine);
        let ended = imported.history.last().filter(|last| last.event_type.is_terminal());
        let outcome = ended.filter(|_| recording.status != Status::Running).map(|last| Outcome {
            status: recording.status,
            output: recording.output.clone(),
            error: recording.error.clone(),
            cause: recording.cause.clone(),
            stopped_at: last.timestamp,
        });
        let arn = recording.execution_arn.clone().unwrap_or_else(|| Str::from(""));
        let options = Options {
            execution_type: match recording.is_express() {
                true => ExecutionType::Express,
                false => ExecutionType::Standard,
            },
            execution_arn: arn,
            state_machine_arn: recording.state_machine_arn.clone().unwrap_or_else(|| Str::from("")),
            name: recording.name.clone(),
            start_time: imported.history.get(0).map_or(Instant::DEFAULT_START, |first| first.timestamp),
            ..Options::default()
        };
        let input = recording.input.clone().unwrap_or_default();
        let execution =
            Execution::recorded(machine.clone(), input.clone(), options.clone(), &imported, outcome);
        let mut session = Session::start(machine, input, options, host);
        session.head.execution = execution;
        for event in imported.history.iter() {
            let event = EventRef { run: RunId(0), event: event.id };
            session.events.push(event);
            session.index(event);
        }
        let count = u32::try_from(session.events.len()).unwrap_or(u32::MAX);
        session.head.position = count;
        session.origin = Arc::new(session.head.clone());
        session.cursor = Cursor { position: count, stage: 0 };
        session.recording = Some(recording);
        session.history_as_read = Some(history);
        session
    }

    /// The same recording, matched with another definition; the cursor stays. Its events are not read again.
    pub(super) fn matched_anew(&self, machine: Arc<Machine>) -> Option<Session<H>> {
        let (recording, history) = (self.recording.clone()?, self.history_as_read.clone()?);
        let mut session = Session::of_history(recording, history, machine.clone(), self.origin.host.clone());
        session.breakpoints = self.breakpoints.clone();
        session.breakpoints.resolve(machine);
        session.seek_to(self.cursor);
        Some(session)
    }

    pub(super) fn check_is_ours(&self) -> Result<(), ChangeError> {
        match self.recording {
            Some(_) => Err(ChangeError::Recorded),
            None => Ok(()),
        }
    }
}
