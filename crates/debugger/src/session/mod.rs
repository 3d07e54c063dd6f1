//! Sessions: a run that is recorded while it goes on, and a cursor that goes anywhere in it.

mod boards;
mod change;
mod checkpoints;
mod keep;
mod recorded;
mod run;
mod world;

use std::collections::BTreeMap;
use std::sync::Arc;

use engine::history::ImportedHistory;
use engine::{
    Budget, EventRef, Execution, FrameId, HistoryEvent, Instant, Machine, MockHost, Options, Outcome, RunId,
    TaskHost, TaskId,
};
use json::Value;

use crate::breakpoints::{BreakpointId, Breakpoints, Hit, Recorded};
use crate::query::Env;
use crate::recording::Recording;
use crate::stages::{StageView, stages_at};
use crate::status::{StateStatus, StatusBoard};
use crate::visits::{Visit, VisitId, Visits};
use boards::Boards;
use checkpoints::Checkpoints;
use run::Goal;
use world::{Happened, World};

pub use change::{ChangeError, SwapReport};
pub use run::{Run, Stop, Target};
pub use world::{Input, RecordedInput};

/// Where a session looks: after how many events, and how far into the stages of the last one.
///
/// Position 0 is before the first event. Stage 0 is the event itself; more stages follow where the
/// event is one at which a state works on its data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    pub position: u32,
    pub stage: u32,
}

/// A line that a log point wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub position: u32,
    pub breakpoint: BreakpointId,
    pub text: String,
}

/// A run under a debugger.
///
/// The run is recorded as far as it ever got. The cursor goes back and forth in the recording; what
/// comes from outside while the cursor is in the past drops what was recorded after it
/// ([`Session::fork`] first to keep both). A clone is a fork.
#[derive(Clone, Debug)]
pub struct Session<H: TaskHost + Clone = MockHost> {
    /// What the run was started with.
    pub machine: Arc<Machine>,
    pub input: Value,
    pub options: Options,
    pub breakpoints: Breakpoints,
    /// Whether [`Run::Into`] and [`Run::Back`] also go through the stages of a state.
    pub steps_into_stages: bool,
    /// Whether virtual time stands still until [`Session::advance`]; else it jumps to what is next.
    pub holds_time: bool,
    /// The frame to follow: steps go only by events in it and around it. None: all frames.
    pub follow: Option<FrameId>,
    /// Where the run was recorded elsewhere: it can be gone through, but not changed.
    pub recording: Option<Arc<Recording>>,
    /// The events of the recording as they were read, without a definition; shares its data with them.
    history_as_read: Option<Arc<ImportedHistory>>,
    origin: Arc<World<H>>,
    head: World<H>,
    /// The run as it was at the cursor; made when somebody asks.
    past: Option<World<H>>,
    checkpoints: Checkpoints<H>,
    inputs: Vec<RecordedInput<H>>,
    events: Vec<EventRef>,
    visits: Visits,
    cursor: Cursor,
    goal: Option<Goal>,
    /// Timers that a breakpoint has stopped before: after how many steps, and when they are due.
    passed_timers: Option<(u64, Instant)>,
    log: BTreeMap<(u32, BreakpointId), String>,
    boards: Boards,
    /// Answers of an earlier definition's run that wait for their task.
    carried: Vec<(json::Str, u32, Vec<engine::TaskAnswer>)>,
}

/// Log lines that are kept.
const MOST_LOG_LINES: usize = 10_000;

impl<H: TaskHost + Clone> Session<H> {
    /// Begins a run; nothing has happened yet.
    pub fn start(machine: Arc<Machine>, input: Value, options: Options, host: H) -> Session<H> {
        let execution = Execution::start(machine.clone(), input.clone(), options.clone());
        let head = World::new(execution, host);
        let mut breakpoints = Breakpoints::default();
        breakpoints.resolve(machine.clone());
        Session {
            machine,
            input,
            options,
            breakpoints,
            steps_into_stages: true,
            holds_time: false,
            follow: None,
            recording: None,
            history_as_read: None,
            origin: Arc::new(head.clone()),
            head,
            past: None,
            checkpoints: Checkpoints::new(),
            inputs: Vec::new(),
            events: Vec::new(),
            visits: Visits::default(),
            cursor: Cursor::default(),
            goal: None,
            passed_timers: None,
            log: BTreeMap::new(),
            boards: Boards::default(),
            carried: Vec::new(),
        }
    }

    /// Forgets what happened and begins again, with the same mocks and breakpoints.
    pub fn restart(&mut self) {
        if self.recording.is_some() {
            self.seek(0);
            return;
        }
        self.head = (*self.origin).clone();
        if let Some(machine) = self.head.execution.machine().cloned() {
            self.machine = machine.clone();
            self.breakpoints.resolve(machine);
        }
        self.past = None;
        self.checkpoints = Checkpoints::new();
        self.inputs.clear();
        self.events.clear();
        self.visits = Visits::default();
        self.cursor = Cursor::default();
        self.goal = None;
        self.log.clear();
        self.boards = Boards::default();
        self.carried.clear();
        self.breakpoints.forget_after(0);
    }

    pub fn cursor(&self) -> Cursor {
        self.cursor
    }

    /// How many events are recorded, of all executions of the run.
    pub fn len(&self) -> u32 {
        self.head.position
    }

    pub fn is_empty(&self) -> bool {
        self.head.position == 0
    }

    /// Whether the cursor is where the recording ends.
    pub fn is_at_end(&self) -> bool {
        self.cursor.position >= self.head.position
    }

    /// The run as far as it is recorded, whatever the cursor says. Its histories may hold an event or
    /// two more than were told: what happens at once is told one by one.
    pub fn recorded(&self) -> &Execution {
        &self.head.execution
    }

    /// The events in the order in which they happened, over all executions; position 1 is the first.
    pub fn events(&self) -> &[EventRef] {
        &self.events
    }

    pub fn event_at(&self, position: u32) -> Option<&HistoryEvent> {
        let event = self.events.get((position as usize).checked_sub(1)?)?;
        self.head.execution.event(*event)
    }

    /// The event at the cursor.
    pub fn event(&self) -> Option<&HistoryEvent> {
        self.event_at(self.cursor.position)
    }

    /// The position of an event, from 1.
    pub fn position_of(&self, event: EventRef) -> Option<u32> {
        if event.run == RunId(0) && self.events.len() == self.head.execution.history().len() {
            let position = event.event.0;
            return (position > 0 && position as usize <= self.events.len()).then_some(position);
        }
        let index = self.events.iter().position(|known| *known == event)?;
        u32::try_from(index + 1).ok()
    }

    /// The visits of states, as far as the run is recorded.
    pub fn visits(&self) -> &Visits {
        &self.visits
    }

    /// The visit that the cursor is in.
    pub fn visit(&self) -> Option<(VisitId, &Visit)> {
        let id = self.visits.at(self.cursor.position)?;
        self.visits.get(id).map(|visit| (id, visit))
    }

    /// The visit that the event at a position belongs to, or the one before it in the same execution: the end of an
    /// execution belongs to no state.
    pub fn latest_visit(&self, position: u32) -> Option<(VisitId, &Visit)> {
        let run = self.events.get((position as usize).checked_sub(1)?)?.run;
        (1..=position).rev().find_map(|position| {
            let id = self.visits.at(position)?;
            self.visits.get(id).filter(|visit| visit.run == run).map(|visit| (id, visit))
        })
    }

    /// The visit in which an execution failed that ends at a position: the innermost one, where a Map or Parallel state
    /// failed of a state in it.
    pub fn failed_visit(&self, position: u32) -> Option<(VisitId, &Visit)> {
        let has_failed = |visit: &Visit| matches!(visit.status, StateStatus::Failed | StateStatus::TimedOut);
        let mut found = self.latest_visit(position).filter(|(_, visit)| has_failed(visit))?;
        for (id, visit) in self.visits.iter() {
            // Visits are in the order in which they began, so what is inside comes after what it is in.
            if visit.parent == Some(found.0) && has_failed(visit) {
                found = (id, visit);
            }
        }
        Some(found)
    }

    /// What came from outside, in order.
    pub fn inputs(&self) -> &[RecordedInput<H>] {
        &self.inputs
    }

    /// The lines of log points up to the cursor.
    pub fn log(&self) -> impl Iterator<Item = LogLine> {
        self.log.range(..=(self.cursor.position, BreakpointId(u32::MAX))).map(|((position, id), text)| {
            LogLine { position: *position, breakpoint: *id, text: text.clone() }
        })
    }

    /// How the run ended; none while it goes on at the end of the recording.
    pub fn outcome(&self) -> Option<&Outcome> {
        self.head.execution.outcome()
    }

    /// The virtual time at the cursor.
    pub fn now(&self) -> Instant {
        match self.event() {
            Some(_) if self.is_at_end() => self.head.execution.now(),
            Some(event) => event.timestamp,
            None => self.options.start_time,
        }
    }

    /// How many checkpoints there are.
    pub fn checkpoint_count(&self) -> usize {
        self.checkpoints.len()
    }

    pub fn host(&self) -> &H {
        &self.head.host
    }

    /// The run as it was at the cursor: live frames, open tasks, variables, time.
    ///
    /// Made from the nearest checkpoint where the cursor is in the past.
    pub fn at_cursor(&mut self) -> &Execution {
        &self.world_at_cursor().execution
    }

    /// Goes to an event: any position up to [`Session::len`]. Stops nowhere on the way and changes nothing.
    pub fn seek(&mut self, position: u32) -> Stop {
        self.goal = None;
        self.passed_timers = None;
        self.cursor = Cursor { position: position.min(self.head.position), stage: 0 };
        match self.cursor.position {
            0 => Stop::Start,
            _ => Stop::Stepped,
        }
    }

    /// Goes to a stage of an event.
    pub fn seek_to(&mut self, cursor: Cursor) -> Stop {
        let stop = self.seek(cursor.position);
        let last = self.stage_count().saturating_sub(1);
        self.cursor.stage = cursor.stage.min(last);
        stop
    }

    /// The statuses of all states at the cursor.
    pub fn board(&mut self) -> &StatusBoard {
        let execution = &self.head.execution;
        self.boards.at(self.cursor.position, &self.events, execution)
    }

    /// The stages of the event at the cursor: what its state does to its data there.
    pub fn stages(&self) -> Vec<StageView> {
        self.stages_of(self.cursor.position)
    }

    /// How many stages the event at the cursor has; at least 1.
    pub fn stage_count(&self) -> u32 {
        u32::try_from(self.stages().len()).unwrap_or(u32::MAX).max(1)
    }

    /// The stages of the event at a position.
    pub fn stages_of(&self, position: u32) -> Vec<StageView> {
        let index = (position as usize).checked_sub(1);
        match index.and_then(|index| self.events.get(index)) {
            Some(event) => stages_at(&self.head.execution, *event),
            None => Vec::new(),
        }
    }

    /// What expressions see at a position.
    pub fn env(&self, position: u32) -> Option<Env<'_>> {
        Env::at(&self.head.execution, &self.visits, &self.events, position)
    }

    /// What expressions for the items of a Map state see, which are evaluated once an item: here for the first item that
    /// an iteration has begun with. None where none has.
    pub fn env_of_first_item(&self, position: u32, map: VisitId) -> Option<Env<'_>> {
        let after = self.visits.iter().skip(map.0 as usize + 1);
        let (_, first) = after.into_iter().find(|(_, visit)| visit.parent == Some(map))?;
        Some(self.env(position)?.in_context_of(EventRef { run: first.run, event: first.entered_event }))
    }

    /// A session that goes its own way from here on; both runs are kept.
    pub fn fork(&self) -> Session<H> {
        self.clone()
    }

    pub(crate) fn as_recorded(&self) -> Recorded<'_> {
        Recorded { execution: &self.head.execution, events: &self.events, visits: &self.visits }
    }

    fn world_at_cursor(&mut self) -> &World<H> {
        if self.is_at_end() {
            self.past = None;
            return &self.head;
        }
        let position = self.cursor.position;
        let near = self.past.take().filter(|world| world.position <= position);
        let kept = self.checkpoints.before(position).unwrap_or(&self.origin);
        let mut world = match near {
            Some(world) if world.position >= kept.position => world,
            _ => (**kept).clone(),
        };
        while world.position < position {
            if world.replay(&self.inputs, self.head.steps).is_none() {
                break;
            }
        }
        self.past.insert(world)
    }

    /// Makes what is after the cursor undone.
    fn rewind_to_cursor(&mut self) {
        if self.is_at_end() {
            return;
        }
        self.world_at_cursor();
        let Some(world) = self.past.take() else { return };
        self.head = world;
        let position = self.head.position;
        self.cursor.position = position;
        self.inputs.truncate(self.head.applied);
        self.events.truncate(position as usize);
        self.checkpoints.forget_after(position);
        self.breakpoints.forget_after(position);
        self.log.retain(|(at, _), _| *at <= position);
        if let Some(machine) = self.head.execution.machine().cloned()
            && !Arc::ptr_eq(&machine, &self.machine)
        {
            self.machine = machine.clone();
            self.breakpoints.resolve(machine);
        }
        self.index_anew();
    }

    fn index_anew(&mut self) {
        self.boards = Boards::default();
        let events = std::mem::take(&mut self.events);
        self.visits = Visits::default();
        for event in &events {
            self.index(*event);
        }
        self.events = events;
    }

    fn index(&mut self, event: EventRef) {
        let execution = &self.head.execution;
        let parents = |frame: FrameId| execution.frame(frame).and_then(|info| info.parent);
        if let Some(told) = execution.event(event) {
            self.visits.apply(event.run, told, &parents);
        }
    }

    /// What breakpoints do before time goes on to where timers fire; none once they have stopped there.
    fn stop_before_timers(&mut self) -> Option<Stop> {
        let due = self.head.execution.due_timers();
        let at = due.first().map(|timer| timer.at).filter(|at| *at > self.head.execution.now())?;
        // What somebody answers before then comes first.
        if self.head.host.next_due().is_some_and(|answer| answer < at)
            || self.passed_timers == Some((self.head.steps, at))
        {
            return None;
        }
        let recorded =
            Recorded { execution: &self.head.execution, events: &self.events, visits: &self.visits };
        let mut stop = None;
        for hit in self.breakpoints.hits_of_timers(recorded, &due) {
            match hit {
                Hit::Stop { id, problem } => stop = Some(Stop::Breakpoint { id, problem }),
                Hit::Log { id, line } => {
                    self.log.insert((self.head.position, id), line);
                }
            }
        }
        if stop.is_some() {
            self.passed_timers = Some((self.head.steps, at));
        }
        stop
    }

    /// Records what happens next. The cursor has to be at the end.
    fn record(&mut self) -> Happened {
        let happened = self.head.step(!self.holds_time);
        self.recorded_as(happened)
    }

    /// The same, or a stop before timers fire that a breakpoint waits for.
    fn record_up_to_timers(&mut self, checks_timers: bool) -> Result<Happened, Stop> {
        let mut happened = self.head.step(!self.holds_time && !checks_timers);
        if checks_timers && !self.holds_time && matches!(happened, Happened::Waiting { .. }) {
            if let Some(stop) = self.stop_before_timers() {
                return Err(stop);
            }
            happened = self.head.step(true);
        }
        Ok(self.recorded_as(happened))
    }

    /// Records up to that many events, where nobody looks at each of them. Answers how many they were, and what came
    /// after them. The cursor has to be at the end.
    fn record_many(&mut self, most: u64) -> (u64, Happened) {
        let before = self.events.len();
        let most = most.min(self.checkpoints.events_until_due(self.head.position));
        let happened = self.head.steps(!self.holds_time, most, &mut self.events);
        let told = self.events.get(before..).unwrap_or_default();
        let execution = &self.head.execution;
        let parents = |frame: FrameId| execution.frame(frame).and_then(|info| info.parent);
        for event in told {
            if let Some(details) = execution.event(*event) {
                self.visits.apply(event.run, details, &parents);
            }
        }
        let events = told.len() as u64;
        self.at_new_end();
        (events, self.recorded_as(happened))
    }

    fn at_new_end(&mut self) {
        self.cursor = Cursor { position: self.head.position, stage: 0 };
        if self.checkpoints.is_due(self.head.position) {
            self.checkpoints.add(&self.head);
        }
    }

    fn recorded_as(&mut self, happened: Happened) -> Happened {
        match &happened {
            Happened::Event(event) => {
                self.events.push(*event);
                self.index(*event);
                self.at_new_end();
            }
            Happened::NeedsTask(request) => {
                let known = self.carried.iter().position(|(name, invocation, _)| {
                    *name == request.state_name && *invocation == request.invocation
                });
                if let Some(index) = known {
                    let (_, _, answers) = self.carried.swap_remove(index);
                    self.input_at_end(Input::Answer { task: request.id, answers }, Some(request.id));
                    return Happened::Quiet;
                }
            }
            _ => {}
        }
        happened
    }

    fn input_at_end(&mut self, input: Input<H>, task: Option<TaskId>) -> bool {
        let about = task.and_then(|task| {
            let request = self.head.execution.open_tasks().into_iter().find(|open| open.id == task)?;
            Some((request.state_name, request.invocation))
        });
        let recorded = RecordedInput { step: self.head.steps, position: self.head.position, input, about };
        let fits = self.head.apply(&recorded.input);
        if fits {
            self.inputs.push(recorded);
        } else {
            self.head.applied -= 1;
        }
        fits
    }

    /// The positions at which breakpoints stop, as far as the run is recorded.
    pub fn breakpoint_positions(&mut self) -> Vec<u32> {
        if self.breakpoints.is_empty() {
            return Vec::new();
        }
        let recorded =
            Recorded { execution: &self.head.execution, events: &self.events, visits: &self.visits };
        let breakpoints = &mut self.breakpoints;
        let mut stops = |position: &u32| {
            breakpoints.hits(recorded, *position).iter().any(|hit| matches!(hit, Hit::Stop { .. }))
        };
        (1..=self.head.position).filter(|position| stops(position)).collect()
    }

    /// What breakpoints do at a position; log lines are kept.
    fn breakpoint_at(&mut self, position: u32) -> Option<Stop> {
        if self.breakpoints.is_empty() {
            return None;
        }
        let recorded =
            Recorded { execution: &self.head.execution, events: &self.events, visits: &self.visits };
        let mut stop = None;
        for hit in self.breakpoints.hits(recorded, position) {
            match hit {
                Hit::Stop { id, problem } => stop = Some(Stop::Breakpoint { id, problem }),
                Hit::Log { id, line } => {
                    if self.log.len() < MOST_LOG_LINES {
                        self.log.insert((position, id), line);
                    }
                }
            }
        }
        stop
    }

    /// Runs to the end or as far as the budget goes; breakpoints hold as always.
    pub fn run_on(&mut self, budget: Budget) -> Stop {
        self.run(Run::Continue, budget)
    }
}
