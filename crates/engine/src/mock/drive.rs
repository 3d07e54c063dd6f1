//! The loop around [`Execution::step`] for whoever just wants the end.

use crate::execution::{Execution, Outcome, Step, TaskAnswer, TaskId, TaskRequest};
use crate::time::Instant;

/// Answers tasks, at once or later.
pub trait TaskHost {
    /// A task was scheduled. False: it has to be answered by somebody else.
    fn request(&mut self, request: &TaskRequest, now: Instant) -> bool;

    /// When the next answer is due.
    fn next_due(&self) -> Option<Instant>;

    /// An answer that is due.
    fn pop_due(&mut self, now: Instant) -> Option<(TaskId, TaskAnswer)>;
}

/// How much a call may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Steps of [`Execution::step`].
    pub steps: u64,
}

impl Default for Budget {
    /// Enough for the longest history of a Standard execution with some thousand child executions.
    fn default() -> Budget {
        Budget { steps: 1_000_000 }
    }
}

/// How far a call got.
#[derive(Clone, Debug)]
pub enum Progress {
    Done(Outcome),
    /// The budget is used up; call again to go on.
    Budget,
    /// The host does not answer this task.
    NeedsTask(Box<TaskRequest>),
    /// Nothing will happen any more unless a task is answered.
    Waiting,
}

/// Runs until the end, or as far as budget and host go. Time jumps from one thing to the next.
pub fn run_to_end(execution: &mut Execution, host: &mut impl TaskHost, budget: Budget) -> Progress {
    let mut left = budget.steps;
    while left > 0 {
        let (taken, step) = execution.steps(left);
        left = left.saturating_sub(taken.max(1));
        match step {
            None | Some(Step::Event(_)) => {}
            Some(Step::Task(request)) => {
                if !host.request(&request, execution.now()) {
                    return Progress::NeedsTask(request);
                }
                deliver(execution, host);
            }
            Some(Step::Idle { wake_at }) => {
                let next = match (wake_at, host.next_due()) {
                    (Some(timer), Some(reply)) => timer.min(reply),
                    (Some(at), None) | (None, Some(at)) => at,
                    (None, None) => return Progress::Waiting,
                };
                execution.advance_to(next);
                // What the clock does comes first where an answer is due in the same moment.
                if wake_at.is_none_or(|timer| timer > next) {
                    deliver(execution, host);
                }
            }
            Some(Step::Done(outcome)) => return Progress::Done(outcome),
        }
    }
    Progress::Budget
}

fn deliver(execution: &mut Execution, host: &mut impl TaskHost) {
    while let Some((task, answer)) = host.pop_due(execution.now()) {
        execution.answer(task, answer);
    }
}
