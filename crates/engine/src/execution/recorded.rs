//! Executions that ran elsewhere: histories to look at, with nothing left to happen.

use std::collections::HashMap;
use std::sync::Arc;

use asl::{StateId, StateType};
use json::{Str, Value};

use crate::execution::{EventRef, Execution, Options, Outcome, RunId};
use crate::history::{Details, EventId, FrameId, History, HistoryEvent, ImportedHistory, Way};
use crate::machine::{Machine, Next};

impl Execution {
    /// An execution as a history tells of it. It never goes on: a step tells of its end, or that nothing
    /// happens where the history ends before that.
    ///
    /// `options` say what the execution was called and started with. States see the variables that
    /// the exits before them assigned.
    pub fn recorded(
        machine: Arc<Machine>,
        input: Value,
        options: Options,
        recorded: &ImportedHistory,
        outcome: Option<Outcome>,
    ) -> Execution {
        let mut execution = Execution::start(machine, input, options);
        execution.news.clear();
        execution.ready.clear();
        execution.frames.clear();
        execution.free_slots.clear();
        execution.tasks.clear();
        execution.tokens.clear();
        execution.timers = Default::default();
        execution.frame_infos = recorded.frames.iter().cloned().collect();
        if let Some(last) = recorded.history.last() {
            execution.now = last.timestamp;
        }
        execution.transitions = recorded.history.transitions();
        if let Some(run) = execution.runs.get_mut(RunId(0).0 as usize) {
            run.history = with_variables(recorded);
            run.outcome = outcome;
            run.timeout = None;
        }
        execution.tell_ways();
        execution
    }

    /// Finds out by which of their ways states were left, where the definition tells: a history only says where to.
    fn tell_ways(&mut self) {
        let Some(run) = self.run(RunId(0)) else { return };
        let machine = run.machine().clone();
        let mut left: HashMap<FrameId, (EventId, StateId)> = HashMap::new();
        let mut told: Vec<(EventId, Way)> = Vec::new();
        let mut inspected = 0;
        for event in run.history.iter() {
            let Some(state) = event.state else { continue };
            if event.event_type.is_state_exited() {
                left.insert(event.frame, (event.id, state));
                continue;
            }
            let before = left.remove(&event.frame).filter(|_| event.event_type.is_state_entered());
            let Some((exited, from)) = before else { continue };
            let Some(from) = machine.state(from) else { continue };
            let leads_here = |next: &Next| *next == Next::State(state);
            let ways: Vec<Way> =
                from.ways().filter(|(_, next)| leads_here(next)).map(|(way, _)| way).collect();
            match ways.as_slice() {
                [] => {}
                [way] => told.push((exited, *way)),
                // Which of several rules it was, their conditions say.
                several if from.state_type == StateType::Choice && inspected < MOST_INSPECTED => {
                    inspected += 1;
                    let found = self.inspect(EventRef { run: RunId(0), event: exited });
                    let way = found.and_then(|found| found.way).map(Way::from);
                    told.extend(way.filter(|way| several.contains(way)).map(|way| (exited, way)));
                }
                _ => {}
            }
        }
        let Some(run) = self.runs.get_mut(RunId(0).0 as usize) else { return };
        for (exited, way) in told {
            run.history.tell_way(exited, way);
        }
    }
}

/// How many visits are worked out again to tell which rule of a Choice state matched.
const MOST_INSPECTED: usize = 2_000;

/// The history, where each entry of a state knows the variables that were assigned before it.
fn with_variables(recorded: &ImportedHistory) -> History {
    if !recorded.history.iter().any(|event| event.details.assigned().is_some()) {
        return recorded.history.clone();
    }
    let parent = |frame: FrameId| recorded.frames.get(frame.0 as usize).and_then(|info| info.parent);
    let mut own: HashMap<FrameId, Vec<(Str, Value)>> = HashMap::new();
    let mut history = History::default();
    for event in recorded.history.iter() {
        let mut event: HistoryEvent = event.clone();
        if let Some(assigned) = event.details.assigned() {
            let variables = own.entry(event.frame).or_default();
            for (name, value) in assigned {
                set(variables, name, value);
            }
        }
        if let Details::StateEntered { variables, .. } = &mut event.details {
            let mut around: Vec<FrameId> =
                std::iter::successors(Some(event.frame), |frame| parent(*frame)).collect();
            around.reverse();
            let mut seen: Vec<(Str, Value)> = Vec::new();
            for (name, value) in around.iter().filter_map(|frame| own.get(frame)).flatten() {
                set(&mut seen, name, value);
            }
            if !seen.is_empty() {
                *variables = Some(Arc::new(seen));
            }
        }
        history.push(event);
    }
    history
}

fn set(variables: &mut Vec<(Str, Value)>, name: &Str, value: &Value) {
    match variables.iter_mut().find(|(known, _)| known == name) {
        Some((_, old)) => *old = value.clone(),
        None => variables.push((name.clone(), value.clone())),
    }
}
