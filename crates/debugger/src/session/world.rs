//! An execution with its host, advanced one thing at a time: what a checkpoint keeps.

use std::collections::BTreeSet;
use std::sync::Arc;

use engine::{
    Activity, EventRef, Execution, Failure, FrameId, Instant, Machine, Outcome, Step, TaskAnswer, TaskHost,
    TaskId, TaskRequest,
};
use json::{Str, Value};

/// Something that came from outside while a run was recorded.
#[derive(Clone, Debug)]
pub enum Input<H> {
    Answer {
        task: TaskId,
        answers: Vec<TaskAnswer>,
    },
    /// A task is a person's from here on, whatever the host has answered or will.
    TakeOver {
        task: TaskId,
    },
    AnswerToken {
        token: Str,
        answer: TaskAnswer,
    },
    Stop(Failure),
    /// Time moved to the next thing that is due, but not beyond the limit.
    Advance {
        limit: Option<Instant>,
    },
    /// The frame that can go on first.
    Prefer(FrameId),
    /// The input of the state that a frame enters next.
    ReplaceInput {
        frame: FrameId,
        input: Value,
    },
    SetVariable {
        frame: FrameId,
        name: Str,
        value: Value,
    },
    /// RedriveExecution, with another definition where there is one.
    Redrive {
        machine: Option<Arc<Machine>>,
    },
    /// Other mocks from here on.
    Host(Arc<H>),
}

/// An input with the place at which it came.
#[derive(Clone, Debug)]
pub struct RecordedInput<H> {
    /// After how many steps.
    pub step: u64,
    /// After how many events.
    pub position: u32,
    pub input: Input<H>,
    /// The state and its invocation, for an answer: what the answer can be found again by.
    pub about: Option<(Str, u32)>,
}

/// What a step came to.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    Event(EventRef),
    /// A task was scheduled, and somebody takes care of it; or time has passed.
    Quiet,
    NeedsTask(Box<TaskRequest>),
    /// Nothing happens without an answer, or before a time.
    Waiting {
        until: Option<Instant>,
    },
    Done(Outcome),
}

#[derive(Clone, Debug)]
pub(crate) struct World<H> {
    pub execution: Execution,
    pub host: H,
    /// Steps that changed something.
    pub steps: u64,
    /// Events told.
    pub position: u32,
    /// Recorded inputs that were applied.
    pub applied: usize,
    /// Tasks that were answered before the host heard of them.
    preempted: BTreeSet<TaskId>,
    /// Tasks that only a person can answer.
    unanswered: BTreeSet<TaskId>,
    /// Tasks that a person has taken over from the host, whose answers to them come to nothing.
    taken_over: BTreeSet<TaskId>,
}

impl<H: TaskHost + Clone> World<H> {
    pub fn new(execution: Execution, host: H) -> World<H> {
        World {
            execution,
            host,
            steps: 0,
            position: 0,
            applied: 0,
            preempted: BTreeSet::new(),
            unanswered: BTreeSet::new(),
            taken_over: BTreeSet::new(),
        }
    }

    /// Does one thing. Without `jumps`, time stands still.
    pub fn step(&mut self, jumps: bool) -> Happened {
        let step = self.execution.step();
        self.took(step, jumps)
    }

    /// Does as many things as that many calls of [`World::step`], or fewer where there is something else to tell than an
    /// event. The events that were told go to the list.
    pub fn steps(&mut self, jumps: bool, most: u64, told: &mut Vec<EventRef>) -> Happened {
        let before = told.len();
        let (_, step) = self.execution.steps_telling(most, |event| told.push(event));
        let events = told.len() - before;
        self.steps += events as u64;
        self.position = self.position.saturating_add(u32::try_from(events).unwrap_or(u32::MAX));
        step.map_or(Happened::Quiet, |step| self.took(step, jumps))
    }

    fn took(&mut self, step: Step, jumps: bool) -> Happened {
        match step {
            Step::Event(event) => {
                self.steps += 1;
                self.position += 1;
                Happened::Event(event)
            }
            Step::Task(request) => {
                self.steps += 1;
                if self.preempted.remove(&request.id) {
                    return Happened::Quiet;
                }
                let is_taken_over = self.taken_over.contains(&request.id);
                if is_taken_over || !self.host.request(&request, self.execution.now()) {
                    self.unanswered.insert(request.id);
                    return Happened::NeedsTask(request);
                }
                self.deliver();
                Happened::Quiet
            }
            Step::Idle { wake_at } => match earliest(wake_at, self.host.next_due()) {
                Some(next) if jumps && !self.waits_for_person(next) => {
                    self.steps += 1;
                    self.advance(wake_at, None);
                    Happened::Quiet
                }
                until => Happened::Waiting { until },
            },
            Step::Done(outcome) => Happened::Done(outcome),
        }
    }

    /// The tasks that only a person can answer, oldest first.
    pub fn open_for_person(&mut self) -> Vec<TaskRequest> {
        if self.unanswered.is_empty() {
            return Vec::new();
        }
        let mut open = self.execution.open_tasks();
        open.retain(|task| self.unanswered.contains(&task.id));
        self.unanswered = open.iter().map(|task| task.id).collect();
        open
    }

    /// Whether nothing but a timeout would happen while a person is to answer a task: time waits for
    /// people, though other branches go on. A task that the mocks never answer is a person's, too,
    /// unless the definition says when it times out.
    fn waits_for_person(&mut self, next: Instant) -> bool {
        if self.host.next_due().is_some_and(|due| due <= next) {
            return false;
        }
        let open = self.execution.open_tasks();
        let times_out =
            |task: &TaskRequest| task.timeout_seconds.is_some() || task.heartbeat_seconds.is_some();
        let has_limit = self.execution.machine().is_some_and(|machine| machine.timeout_seconds.is_some());
        let is_persons = match self.open_for_person().is_empty() {
            false => true,
            true => !open.is_empty() && !has_limit && !open.iter().any(times_out),
        };
        is_persons
            && !self.execution.open_frames().iter().any(|frame| match frame.activity {
                Activity::Waiting { until } | Activity::Retrying { until } => until == Some(next),
                _ => false,
            })
    }

    /// Moves time to what is due next, or to the limit.
    fn advance(&mut self, wake_at: Option<Instant>, limit: Option<Instant>) {
        let Some(next) = earliest(wake_at, self.host.next_due()) else {
            if let Some(limit) = limit {
                self.execution.advance_to(limit);
            }
            return;
        };
        if let Some(limit) = limit.filter(|limit| *limit < next) {
            self.execution.advance_to(limit);
            return;
        }
        self.execution.advance_to(next);
        // What the clock does comes first where an answer is due in the same moment.
        if wake_at.is_none_or(|timer| timer > next) {
            self.deliver();
        }
    }

    fn deliver(&mut self) {
        while let Some((task, answer)) = self.host.pop_due(self.execution.now()) {
            if !self.taken_over.contains(&task) {
                self.execution.answer(task, answer);
            }
        }
    }

    /// Keeps the host from answering a task: what it has answered comes to nothing where no event told of it yet.
    fn take_over(&mut self, task: TaskId) -> bool {
        let is_open = self.execution.take_back_answers(task);
        if is_open {
            self.taken_over.insert(task);
        }
        is_open
    }

    /// Applies an input; false where it does not fit.
    pub fn apply(&mut self, input: &Input<H>) -> bool {
        self.applied += 1;
        match input {
            Input::Answer { task, answers } => {
                if answers.iter().any(|answer| !matches!(answer, TaskAnswer::Heartbeat)) {
                    self.take_over(*task);
                }
                let fits = answers.iter().all(|answer| self.execution.answer(*task, answer.clone()));
                if fits {
                    self.preempted.insert(*task);
                }
                fits
            }
            Input::TakeOver { task } => {
                let is_open = self.take_over(*task);
                if is_open {
                    self.unanswered.insert(*task);
                }
                is_open
            }
            Input::AnswerToken { token, answer } => self.execution.answer_token(token, answer.clone()),
            Input::Stop(failure) => {
                self.execution.stop(failure.clone());
                true
            }
            Input::Advance { limit } => {
                // Looking whether there is something to do changes nothing where there is nothing.
                let mut probe = self.execution.clone();
                let Step::Idle { wake_at } = probe.step() else { return false };
                self.advance(wake_at, *limit);
                true
            }
            Input::Prefer(frame) => self.execution.prefer(*frame),
            Input::ReplaceInput { frame, input } => self.execution.replace_input(*frame, input.clone()),
            Input::SetVariable { frame, name, value } => {
                self.execution.set_variable(*frame, name.clone(), value.clone())
            }
            Input::Redrive { machine } => {
                // Nothing is changed where it is not possible.
                let mut redriven = self.execution.clone();
                let is_replaced =
                    machine.as_ref().is_none_or(|machine| redriven.replace_machine(machine.clone()).is_ok());
                let fits = is_replaced && redriven.redrive().is_ok();
                if fits {
                    self.execution = redriven;
                }
                fits
            }
            Input::Host(host) => {
                self.host = (**host).clone();
                true
            }
        }
    }

    /// Steps and applies recorded inputs until an event was told or a number of steps is reached.
    pub fn replay(&mut self, inputs: &[RecordedInput<H>], until_step: u64) -> Option<EventRef> {
        loop {
            while let Some(next) = inputs.get(self.applied).filter(|input| input.step <= self.steps) {
                self.apply(&next.input);
            }
            if self.steps >= until_step {
                return None;
            }
            // At a place where an input came, time stood still until then.
            match self.step(true) {
                Happened::Event(event) => return Some(event),
                Happened::Quiet | Happened::NeedsTask(_) => {}
                Happened::Waiting { .. } | Happened::Done(_) => return None,
            }
        }
    }
}

fn earliest(a: Option<Instant>, b: Option<Instant>) -> Option<Instant> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
