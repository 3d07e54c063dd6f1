//! What comes from outside: answers, stops, time, other data, another definition.

use std::fmt;
use std::sync::Arc;

use engine::machine::Pattern;
use engine::{
    Execution, Failure, FrameId, Instant, Machine, MockHost, TaskAnswer, TaskHost, TaskId, TaskRequest,
    TimestampStyle,
};
use json::{Str, Value};

use super::world::{Happened, Input};
use super::{Cursor, Session};

/// Events and moves of the clock on the way to one answer.
const MOST_MOVES: usize = 10_000;

/// Why something cannot be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// There is no such open task at the cursor.
    NoTask,
    /// The cursor is not at a state whose data can be replaced.
    NotHere,
    /// Something happens without waiting.
    NotWaiting,
    /// The task has neither a timeout nor a heartbeat.
    NoLimit,
    /// The frame cannot go on.
    NotReady,
    /// The run has ended.
    Ended,
    /// The run cannot be redriven.
    NotRedrivable,
    /// The run was recorded elsewhere.
    Recorded,
}

impl fmt::Display for ChangeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            ChangeError::NoTask => "The task does not wait for an answer here.",
            ChangeError::NotHere => "The data can be changed where a state is entered.",
            ChangeError::NotRedrivable => "The execution can't be redriven.",
            ChangeError::Recorded => {
                "This run was recorded elsewhere. To change it, take its answers as mocks and run the definition."
            }
            ChangeError::NotWaiting => "Nothing waits for time here.",
            ChangeError::NoLimit => "The task has no time limit: it waits until it is answered.",
            ChangeError::NotReady => "This branch waits for something else.",
            ChangeError::Ended => "The execution has ended here.",
        })
    }
}

impl std::error::Error for ChangeError {}

/// What became of a run when its definition was replaced.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SwapReport {
    /// Events that are as they were.
    pub kept: u32,
    /// Events that the run had.
    pub before: u32,
    /// The first event that is another one now, or is missing. None: nothing changed so far.
    pub diverged_at: Option<u32>,
    /// Answers and edits that came after that: dropped, unless they are answers.
    pub dropped: usize,
    /// Answers that wait for their task in the new run.
    pub carried: usize,
}

impl<H: TaskHost + Clone> Session<H> {
    /// Answers a task that is open at the cursor; what was recorded after it is dropped, and what its mocks answer
    /// comes to nothing.
    ///
    /// The response of a `.sync` or `.waitForTaskToken` call is made up where none was given before.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoTask`].
    pub fn answer(&mut self, task: TaskId, answer: TaskAnswer) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        let request = self.open_task(task).ok_or(ChangeError::NoTask)?;
        let is_last =
            matches!(answer, TaskAnswer::Succeeded(_) | TaskAnswer::Failed(_) | TaskAnswer::TimedOut(_));
        let is_submitted = self.is_submitted(&request);
        self.rewind_to_cursor();
        let mut answers = Vec::new();
        if is_last && !is_submitted && request.resource.pattern != Pattern::RequestResponse {
            answers.push(TaskAnswer::Submitted(engine::mock::made_up_response(
                &request.resource,
                &request.parameters,
            )));
        }
        answers.push(answer);
        self.input_at_end(Input::Answer { task, answers }, Some(task))
            .then_some(())
            .ok_or(ChangeError::NoTask)
    }

    /// Answers a task that is open at the cursor after some time; what else happens until then happens.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoTask`], also where the task has timed out by then.
    pub fn answer_after(
        &mut self,
        milliseconds: i64,
        task: TaskId,
        answer: TaskAnswer,
    ) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        self.open_task(task).ok_or(ChangeError::NoTask)?;
        self.rewind_to_cursor();
        self.input_at_end(Input::TakeOver { task }, Some(task));
        let until: Instant = self.now() + milliseconds;
        self.pass_time(task, Some(until));
        self.answer(task, answer)
    }

    /// Lets time go on until a task that is open at the cursor has timed out, or has failed for want of a heartbeat;
    /// what else happens until then happens.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoTask`], and [`ChangeError::NoLimit`] where the task may wait forever.
    pub fn let_time_out(&mut self, task: TaskId) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        let request = self.open_task(task).ok_or(ChangeError::NoTask)?;
        if request.timeout_seconds.is_none() && request.heartbeat_seconds.is_none() {
            return Err(ChangeError::NoLimit);
        }
        self.rewind_to_cursor();
        self.input_at_end(Input::TakeOver { task }, Some(task));
        self.pass_time(task, None);
        Ok(())
    }

    /// Goes on at the end of the recording while a task is open, and until a time if there is one.
    fn pass_time(&mut self, task: TaskId, until: Option<Instant>) {
        for _ in 0..MOST_MOVES {
            let is_open = self.head.execution.open_tasks().iter().any(|open| open.id == task);
            if !is_open || until.is_some_and(|until| self.head.execution.now() >= until) {
                break;
            }
            if self.input_at_end(Input::Advance { limit: until }, None) {
                continue;
            }
            if let Happened::Done(_) = self.record() {
                break;
            }
        }
    }

    /// SendTaskSuccess, SendTaskFailure, SendTaskHeartbeat.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NoTask`].
    pub fn answer_token(&mut self, token: &str, answer: TaskAnswer) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        let open = self.at_cursor().open_tasks();
        let request = open.iter().find(|open| open.token.as_deref() == Some(token));
        let task = request.ok_or(ChangeError::NoTask)?.id;
        self.rewind_to_cursor();
        let input = Input::AnswerToken { token: token.into(), answer };
        self.input_at_end(input, Some(task)).then_some(()).ok_or(ChangeError::NoTask)
    }

    /// Stops the run as StopExecution does.
    ///
    /// # Errors
    ///
    /// [`ChangeError::Ended`].
    pub fn stop(&mut self, failure: Failure) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        if self.at_cursor().outcome().is_some() {
            return Err(ChangeError::Ended);
        }
        self.rewind_to_cursor();
        self.input_at_end(Input::Stop(failure), None);
        Ok(())
    }

    /// Redrives the run, which has failed, timed out or was stopped: states that succeeded stay so. With
    /// another definition, where one is given.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NotRedrivable`]: the run has not ended or has succeeded, is an Express execution,
    /// or the definition lacks what the run is in.
    pub fn redrive(&mut self, machine: Option<Arc<Machine>>) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        self.seek(self.len());
        if !self.input_at_end(Input::Redrive { machine: machine.clone() }, None) {
            return Err(ChangeError::NotRedrivable);
        }
        if let Some(machine) = machine {
            self.machine = machine.clone();
            self.breakpoints.resolve(machine);
            self.index_anew();
        }
        Ok(())
    }

    /// Lets time go to the next thing that is due, but not beyond a limit.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NotWaiting`] where something happens without waiting.
    pub fn advance(&mut self, limit: Option<Instant>) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        self.rewind_to_cursor();
        self.input_at_end(Input::Advance { limit }, None).then_some(()).ok_or(ChangeError::NotWaiting)
    }

    /// Makes a frame the next one to go on.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NotReady`] where the frame cannot go on at the cursor.
    pub fn prefer(&mut self, frame: FrameId) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        if !self.at_cursor().ready_frames().contains(&frame) {
            return Err(ChangeError::NotReady);
        }
        self.rewind_to_cursor();
        self.input_at_end(Input::Prefer(frame), None).then_some(()).ok_or(ChangeError::NotReady)
    }

    /// Other mocks from the cursor on.
    pub fn set_host(&mut self, host: H) {
        if self.recording.is_some() {
            return;
        }
        self.rewind_to_cursor();
        self.input_at_end(Input::Host(Arc::new(host)), None);
    }

    /// Replaces the input of the state that is entered at the cursor, or entered next by the frame
    /// that has left a state there. The entry is told again with the new input.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NotHere`] at other events.
    pub fn replace_input(&mut self, input: Value) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        self.change_before_entry(|frame| Input::ReplaceInput { frame, input })
    }

    /// Sets a variable for the state that is entered at or after the cursor, and what follows it.
    ///
    /// # Errors
    ///
    /// [`ChangeError::NotHere`] as for [`Session::replace_input`].
    pub fn set_variable(&mut self, name: &str, value: Value) -> Result<(), ChangeError> {
        self.check_is_ours()?;
        let name = Str::from(name);
        self.change_before_entry(|frame| Input::SetVariable { frame, name, value })
    }

    fn change_before_entry(&mut self, input: impl FnOnce(FrameId) -> Input<H>) -> Result<(), ChangeError> {
        let before = self.cursor;
        let Some(event) = self.event() else { return Err(ChangeError::NotHere) };
        let is_entry = event.event_type.is_state_entered();
        let frame = event.frame;
        if is_entry {
            self.cursor = Cursor { position: before.position - 1, stage: 0 };
        }
        let enters = self
            .at_cursor()
            .open_frames()
            .iter()
            .any(|open| open.frame == frame && open.activity == engine::Activity::Entering);
        if !enters {
            self.cursor = before;
            return Err(ChangeError::NotHere);
        }
        // What was changed here before stays changed.
        let position = self.cursor.position;
        let earlier: Vec<Input<H>> = self
            .inputs
            .iter()
            .filter(|known| is_entry && known.position == position)
            .filter(|known| matches!(known.input, Input::ReplaceInput { .. } | Input::SetVariable { .. }))
            .map(|known| known.input.clone())
            .collect();
        self.rewind_to_cursor();
        for input in earlier {
            self.input_at_end(input, None);
        }
        if !self.input_at_end(input(frame), None) {
            return Err(ChangeError::NotHere);
        }
        if is_entry {
            while self.head.position < before.position {
                if !matches!(self.record(), Happened::Event(_) | Happened::Quiet) {
                    break;
                }
            }
        }
        Ok(())
    }

    /// A task that is open at the cursor.
    pub fn open_task(&mut self, task: TaskId) -> Option<TaskRequest> {
        self.at_cursor().open_tasks().into_iter().find(|open| open.id == task)
    }

    fn is_submitted(&mut self, request: &TaskRequest) -> bool {
        let frame = request.frame;
        let run = request.run;
        let history = self.at_cursor().run(run).map(|run| &run.history);
        let Some(history) = history else { return false };
        history
            .iter()
            .rev()
            .filter(|event| event.frame == frame)
            .take_while(|event| event.event_type != engine::EventType::TaskScheduled)
            .any(|event| event.event_type == engine::EventType::TaskSubmitted)
    }

    /// Puts another definition under the run: everything is done again with it, with the same mocks and
    /// what came from outside, up to the cursor or the first event that is another one.
    ///
    /// Answers that came later wait for their task. An unchanged definition changes nothing.
    pub fn swap_machine(&mut self, machine: Arc<Machine>) -> SwapReport {
        if let Some(matched) = self.matched_anew(machine.clone()) {
            *self = matched;
            return SwapReport { kept: self.len(), before: self.len(), ..SwapReport::default() };
        }
        let cursor = self.cursor;
        let mut swapped = Session::start(
            machine.clone(),
            self.input.clone(),
            self.options.clone(),
            self.origin.host.clone(),
        );
        let mut report = SwapReport { before: self.len(), ..SwapReport::default() };
        let mut applied = 0;
        loop {
            while let Some(next) = self.inputs.get(applied).filter(|input| input.step <= swapped.head.steps) {
                applied += 1;
                let fits = swapped.head.apply(&next.input);
                if fits {
                    swapped.inputs.push(next.clone());
                } else {
                    swapped.head.applied -= 1;
                    report.dropped += 1;
                }
            }
            if swapped.head.steps >= self.head.steps {
                break;
            }
            let happened = swapped.record();
            let position = swapped.head.position;
            let is_same = match happened {
                Happened::Event(_) => {
                    same_event(&self.head.execution, self.events.get(position as usize - 1), &swapped)
                }
                Happened::Quiet | Happened::NeedsTask(_) => true,
                Happened::Waiting { .. } | Happened::Done(_) => {
                    report.diverged_at = Some(position + 1);
                    break;
                }
            };
            if !is_same {
                report.diverged_at = Some(position);
                break;
            }
        }
        report.kept = report.diverged_at.map_or(swapped.head.position, |position| position.saturating_sub(1));
        for later in self.inputs.get(applied..).unwrap_or_default() {
            match (&later.input, &later.about) {
                (Input::Answer { answers, .. }, Some((name, invocation))) => {
                    swapped.carried.push((name.clone(), *invocation, answers.clone()));
                    report.carried += 1;
                }
                _ => report.dropped += 1,
            }
        }
        swapped.cursor = match report.diverged_at {
            Some(_) => Cursor { position: cursor.position.min(swapped.head.position), stage: 0 },
            None => cursor,
        };
        swapped.breakpoints = std::mem::take(&mut self.breakpoints);
        swapped.breakpoints.resolve(machine);
        swapped.steps_into_stages = self.steps_into_stages;
        swapped.holds_time = self.holds_time;
        swapped.log = match report.diverged_at {
            Some(position) => {
                std::mem::take(&mut self.log).into_iter().filter(|((at, _), _)| *at < position).collect()
            }
            None => std::mem::take(&mut self.log),
        };
        *self = swapped;
        report
    }
}

/// Whether the event told last is the one that was recorded.
fn same_event<H: TaskHost + Clone>(
    before: &Execution,
    recorded: Option<&engine::EventRef>,
    swapped: &Session<H>,
) -> bool {
    let told = swapped.events.last();
    let (Some(recorded), Some(told)) = (recorded, told) else { return false };
    let (Some(old), Some(new)) = (before.event(*recorded), swapped.head.execution.event(*told)) else {
        return false;
    };
    recorded == told
        && old.event_type == new.event_type
        && old.timestamp == new.timestamp
        && engine::history::event_to_json(old, TimestampStyle::Omitted).to_text()
            == engine::history::event_to_json(new, TimestampStyle::Omitted).to_text()
}

impl Session<MockHost> {
    /// The mocks that the run was started with.
    pub fn first_mocks(&self) -> &MockHost {
        &self.origin.host
    }
}
