//! What a state did to its data, worked out again from the history when somebody looks.

use std::cell::RefCell;
use std::collections::BTreeMap;

use asl::{StateId, TransitionKind};
use json::Value;

use crate::execution::{EventRef, Execution, FrameRole, Status, handler_matches};
use crate::history::{Details, EventId, EventType, Failure, FrameId, HistoryEvent, Variables};
use crate::machine::{Body, StateDef};
use crate::query::StateHost;
use crate::test_state::{Ending, ErrorDetails, InspectionData, Known, inspect};
use jsonata::Random;

/// One visit of a state.
#[derive(Clone, Debug)]
pub struct Inspection {
    pub state: StateId,
    pub frame: FrameId,
    pub entered: EventId,
    /// None while the visit lasts, and for states that end without an exit.
    pub exited: Option<EventId>,
    /// The data after each stage, in the shape of TestState.
    pub data: InspectionData,
    /// The variables that the state's expressions saw.
    pub variables: Vec<(json::Str, Value)>,
    /// The context object as the state's expressions saw it.
    pub context: Value,
    /// The output; none where the state failed or has not got so far.
    pub output: Option<Value>,
    /// The output as the stages give it again; none where that takes what is not known any more.
    pub recomputed: Option<Value>,
    /// By which of its ways the state goes on by itself, catchers apart, as the stages give it again.
    pub way: Option<TransitionKind>,
    /// The failure that the visit met last, caught or not.
    pub failure: Option<Failure>,
}

impl Execution {
    /// Looks into the visit of a state that an event belongs to. None for events of no state.
    pub fn inspect(&self, event: EventRef) -> Option<Inspection> {
        let run = self.run(event.run)?;
        let at = run.history.event(event.event)?;
        let state = run.shared.machine.state(at.state?)?;
        let entered = self.entry_of(at, event)?;
        let visit = self.visit(entered, event);
        let Details::StateEntered { input, variables, .. } = &entered.details else { return None };
        let item = self.frame(entered.frame).and_then(|info| info.item.clone());
        let host = StateHost {
            facts: &run.shared.facts,
            state_name: &state.name,
            entered_at: entered.timestamp,
            retry_count: state.state_type.handles_errors().then_some(visit.retry_count),
            token: visit.scheduled.and_then(|scheduled| match &scheduled.details {
                Details::TaskScheduled(details) => details.token.as_ref(),
                _ => None,
            }),
            item: item.as_deref(),
            variables: variables.as_ref(),
            input,
            result: None,
            error_output: None,
            context: None,
            now: visit.scheduled.map_or(entered.timestamp, |scheduled| scheduled.timestamp),
            is_jsonata: state.is_jsonata(),
            random: RefCell::new(visit_random(
                self.options().seed,
                event.run.0,
                entered.id,
                visit.retry_count,
            )),
        };
        let context = expr::Host::context_object(&host);
        let known = Known {
            result: visit.result.clone(),
            failure: visit.failure.clone().filter(|_| visit.result.is_none()),
            items: None,
            parameters: visit.scheduled.and_then(|scheduled| scheduled.details.input().cloned()),
        };
        let (mut data, ending) = inspect(state, host, &known);
        data.error_details = visit.failure.as_ref().and_then(|failure| handler_of(state, failure, &visit));
        let output = visit.exited.and_then(|exited| exited.details.output().cloned());
        let mut recomputed = None;
        let mut way = None;
        let mut failure = visit.failure.clone();
        match ending {
            Ending::Exit { output: made, way: found, .. } => {
                recomputed = Some(made);
                way = found.kind();
            }
            Ending::Failure(made) => failure = failure.or(Some(made)),
            Ending::Fault(fault) => failure = failure.or(Some(Failure::new(fault.name(), fault.cause()))),
            Ending::Open => {}
        }
        data.variables = variables_after(variables.as_ref(), visit.exited);
        Some(Inspection {
            state: state.id,
            frame: entered.frame,
            entered: entered.id,
            exited: visit.exited.map(|exited| exited.id),
            data,
            variables: variables.as_ref().map(|variables| variables.to_vec()).unwrap_or_default(),
            context,
            output: output.or_else(|| recomputed.clone()),
            recomputed,
            way,
            failure,
        })
    }

    /// The entry of the state that an event belongs to.
    fn entry_of(&self, at: &HistoryEvent, event: EventRef) -> Option<&HistoryEvent> {
        let history = &self.run(event.run)?.history;
        // Events about an iteration belong to the Map state around it.
        let frame = match at.details {
            Details::MapIteration { .. } => self.frame(at.frame)?.parent?,
            _ => at.frame,
        };
        let mut id = at.id.0;
        while id > 0 {
            let earlier = history.event(EventId(id))?;
            if earlier.frame == frame && earlier.state == at.state && earlier.event_type.is_state_entered() {
                return Some(earlier);
            }
            id -= 1;
        }
        None
    }

    /// What the history tells of the visit that an entry begins.
    fn visit<'h>(&'h self, entered: &'h HistoryEvent, event: EventRef) -> Visit<'h> {
        let mut visit = Visit::default();
        let Some(run) = self.run(event.run) else { return visit };
        let mut results: BTreeMap<u64, Value> = BTreeMap::new();
        let mut attempts = 0u32;
        for index in entered.id.0.. {
            let Some(later) = run.history.get(index as usize) else { break };
            let info = self.frame(later.frame);
            if later.frame == entered.frame {
                if later.event_type.is_state_entered() {
                    break;
                }
                match later.event_type {
                    EventType::TaskScheduled
                    | EventType::LambdaFunctionScheduled
                    | EventType::ActivityScheduled => {
                        // An event of an earlier attempt is looked at in that attempt.
                        if visit.scheduled.is_some() && later.id > event.event && visit.failure.is_some() {
                            visit.is_retried = true;
                            break;
                        }
                        attempts += 1;
                        visit.scheduled = Some(later);
                        visit.failure = None;
                    }
                    EventType::MapStateStarted | EventType::ParallelStateStarted => {
                        attempts += 1;
                        results.clear();
                        visit.failure = None;
                    }
                    EventType::TaskSucceeded
                    | EventType::LambdaFunctionSucceeded
                    | EventType::ActivitySucceeded => visit.result = later.details.output().cloned(),
                    EventType::MapStateSucceeded | EventType::ParallelStateSucceeded
                        if visit.map_run.is_none() =>
                    {
                        visit.result = Some(Value::array(results.values().cloned().collect()));
                    }
                    EventType::MapRunStarted => visit.map_run = Some(later),
                    EventType::MapRunSucceeded => visit.result = self.map_run_result(visit.map_run),
                    _ if later.event_type.is_state_exited() => {
                        visit.exited = Some(later);
                        break;
                    }
                    _ => visit.failure = later.details.failure().cloned().or(visit.failure),
                }
            } else if info.is_some_and(|info| info.parent == Some(entered.frame)) {
                let index = match info.map(|info| info.role) {
                    Some(FrameRole::Branch(index)) => u64::from(index),
                    Some(FrameRole::Iteration(index)) => index,
                    _ => continue,
                };
                if let Details::StateExited { output, .. } = &later.details {
                    results.insert(index, output.clone());
                }
                if later.event_type.is_failure() {
                    visit.failure = later.details.failure().cloned().or(visit.failure);
                }
            }
        }
        visit.retry_count = attempts.saturating_sub(1);
        visit
    }

    /// The results of a distributed Map's children, where the state has no ResultWriter.
    fn map_run_result(&self, started: Option<&HistoryEvent>) -> Option<Value> {
        let Details::MapRunStarted { map_run_arn } = &started?.details else { return None };
        let record = self.map_runs().iter().find(|record| record.arn == *map_run_arn)?;
        let state = self.run(record.run)?.shared.machine.state(record.state)?;
        let Body::Map(map) = &state.body else { return None };
        if map.distributed.as_ref().is_some_and(|distributed| distributed.writer.is_some()) {
            return None;
        }
        let outputs = record.children.iter().filter_map(|run| {
            let outcome = self.run(*run)?.outcome.as_ref()?;
            (outcome.status == Status::Succeeded).then(|| outcome.output.clone())?
        });
        Some(Value::array(outputs.collect()))
    }
}

/// What the history tells of a visit.
#[derive(Default)]
struct Visit<'h> {
    /// The task's scheduling in the attempt that is looked at.
    scheduled: Option<&'h HistoryEvent>,
    map_run: Option<&'h HistoryEvent>,
    result: Option<Value>,
    failure: Option<Failure>,
    exited: Option<&'h HistoryEvent>,
    retry_count: u32,
    is_retried: bool,
}

/// Which retrier or catcher took a failure.
fn handler_of(state: &StateDef, failure: &Failure, visit: &Visit<'_>) -> Option<ErrorDetails> {
    let matches =
        |names: &[json::Str]| names.iter().any(|name| handler_matches(name, failure, state.state_type));
    let mut details = ErrorDetails::default();
    if visit.is_retried {
        details.retry_index = state.retry.iter().position(|retrier| matches(&retrier.errors));
        let retrier = details.retry_index.and_then(|index| state.retry.get(index));
        details.retry_backoff_interval_seconds =
            retrier.map(|retrier| crate::execution::delay_millis(retrier, visit.retry_count, || 1.0) / 1000);
    } else if visit.exited.is_some() {
        details.catch_index = state.catch.iter().position(|catcher| matches(&catcher.errors));
    }
    (details != ErrorDetails::default()).then_some(details)
}

fn variables_after(before: Option<&Variables>, exited: Option<&HistoryEvent>) -> Option<Value> {
    let mut variables: json::Map =
        before.map(|variables| variables.iter().cloned().collect()).unwrap_or_default();
    for (name, value) in exited.and_then(|exited| exited.details.assigned()).unwrap_or_default() {
        variables.insert(name.clone(), value.clone());
    }
    (!variables.is_empty()).then(|| Value::object(variables))
}

/// What is random in an attempt of a visit, the same whenever it is asked for.
pub(super) fn visit_random(seed: u64, run: u32, entered: EventId, retry_count: u32) -> Random {
    let purpose = u64::from(run) << 40 | u64::from(entered.0) << 8 | u64::from(retry_count);
    Random::new(seed ^ purpose.wrapping_mul(0x2545_f491_4f6c_dd1d))
}
