//! Redrive: a failed run goes on from where it failed.

use std::sync::Arc;

use crate::execution::{Children, Execution, ExecutionType, Frame, Phase, RunId, Slot, Status};
use crate::history::{Details, EventId, EventType, FrameId};
use crate::time::Instant;

/// A run can be redriven for fourteen days after its end.
const REDRIVABLE_MILLIS: i64 = 14 * 86_400 * 1000;
/// A redriven run needs room for at least one more event before its last (AWS: redrive eligibility).
const MOST_EVENTS: usize = 24_999;

/// Why a run cannot be redriven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedriveError {
    NotEnded,
    Succeeded,
    Express,
    HistoryFull,
    TooLate,
}

impl RedriveError {
    /// The reason in the words of DescribeExecution.
    pub fn reason(self) -> &'static str {
        match self {
            RedriveError::NotEnded => "Execution is RUNNING and cannot be redriven",
            RedriveError::Succeeded => "Execution is SUCCEEDED and cannot be redriven",
            RedriveError::Express => "Express executions cannot be redriven",
            RedriveError::HistoryFull => "Execution history has reached its maximum size",
            RedriveError::TooLate => "Execution has exceeded the redrivable period",
        }
    }
}

/// The frames that a failing run lost, so that a redrive can bring them back.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fallen {
    frames: Vec<(Slot, Frame)>,
    children: Vec<(Slot, Children)>,
    map_runs: Vec<(Slot, Children)>,
}

impl Fallen {
    pub fn clear(&mut self) {
        self.frames.clear();
        self.children.clear();
        self.map_runs.clear();
    }

    pub fn keep_frame(&mut self, slot: Slot, frame: Frame) {
        if frame.run == RunId(0) {
            self.frames.push((slot, frame));
        }
    }

    /// A failed Map Run, where it got as far as having children.
    pub fn keep_map_run(&mut self, slot: Slot, children: &Children) {
        if children.map_run.is_some() && !children.results.is_empty() {
            self.map_runs.push((slot, children.clone()));
        }
    }

    pub fn keep_children(&mut self, slot: Slot, children: &Children) {
        self.children.push((slot, children.clone()));
    }
}

impl Execution {
    /// Whether [`Execution::redrive`] can go on with the run.
    ///
    /// # Errors
    ///
    /// Why it cannot, as `redriveStatusReason` tells.
    pub fn redrivable(&self) -> Result<(), RedriveError> {
        let run = self.run(RunId(0)).ok_or(RedriveError::NotEnded)?;
        let outcome = run.outcome.as_ref().ok_or(RedriveError::NotEnded)?;
        if outcome.status == Status::Succeeded {
            return Err(RedriveError::Succeeded);
        }
        if run.execution_type != ExecutionType::Standard {
            return Err(RedriveError::Express);
        }
        if run.history.len() >= MOST_EVENTS.min(self.options.quotas.history_events.saturating_sub(1)) {
            return Err(RedriveError::HistoryFull);
        }
        if self.now - outcome.stopped_at > REDRIVABLE_MILLIS {
            return Err(RedriveError::TooLate);
        }
        Ok(())
    }

    /// Goes on with a run that failed, timed out or was stopped, as RedriveExecution does: states that
    /// succeeded stay so, retries and timeouts start anew.
    ///
    /// # Errors
    ///
    /// As [`Execution::redrivable`]; nothing has happened then.
    pub fn redrive(&mut self) -> Result<(), RedriveError> {
        self.redrivable()?;
        let run = self.run(RunId(0)).ok_or(RedriveError::NotEnded)?;
        let last = run.history.last().map_or(EventId::NONE, |event| event.id);
        let redrive_count = self.count_redrive(self.now);
        let event = self.emit(
            RunId(0),
            FrameId::ROOT,
            None,
            EventType::ExecutionRedriven,
            last,
            Details::ExecutionRedriven { redrive_count },
        );
        self.restore_frames(event);
        self.arm_run_timeout(RunId(0));
        Ok(())
    }

    /// Notes the redrive in the context object; answers how many there were.
    fn count_redrive(&mut self, now: Instant) -> u32 {
        let Some(run) = self.runs.first_mut() else { return 0 };
        run.outcome = None;
        let facts = &mut Arc::make_mut(&mut run.shared).facts;
        let count = facts.redrive_count.unwrap_or(0) + 1;
        facts.redrive_count = Some(count);
        facts.redrive_time = Some(now);
        count
    }

    /// Brings the fallen frames back to their places. Those without children work on their state again.
    fn restore_frames(&mut self, after: EventId) {
        let fallen = std::mem::take(&mut self.fallen);
        self.ready.clear();
        self.frames.clear();
        self.free_slots.clear();
        let slots = fallen.frames.iter().map(|(slot, _)| *slot + 1).max().unwrap_or(0);
        self.frames.resize_with(slots, || None);
        for (slot, mut frame) in fallen.frames {
            let children = fallen.children.iter().rev().find(|(owner, _)| *owner == slot);
            if frame.children.is_none() {
                frame.children = children.map(|(_, children)| Box::new(children.clone()));
            }
            let has_children = frame
                .children
                .as_ref()
                .is_some_and(|children| !children.live.is_empty() && children.map_run.is_none());
            frame.task = None;
            frame.timers = Vec::new();
            frame.until = None;
            frame.queued = false;
            frame.retry_count = 0;
            frame.retrier_attempts = Vec::new();
            if has_children {
                frame.phase = Phase::Children;
            } else if let Some((_, children)) = fallen.map_runs.iter().find(|(owner, _)| *owner == slot) {
                frame.children = Some(Box::new(children.clone()));
                frame.cursor = after;
                frame.phase = Phase::RedriveMapRun;
            } else {
                frame.children = None;
                frame.cursor = after;
                if frame.phase != Phase::Enter {
                    frame.phase = Phase::Work;
                }
            }
            if let Some(place) = self.frames.get_mut(slot) {
                *place = Some(frame);
            }
            if !has_children {
                self.transitions += 1;
                self.wake(slot);
            }
        }
        let frames = self.frames.iter().enumerate();
        self.free_slots = frames.filter(|(_, frame)| frame.is_none()).map(|(slot, _)| slot).collect();
    }
}
