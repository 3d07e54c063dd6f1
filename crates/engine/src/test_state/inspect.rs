//! What each stage of a state does to its data, in the shape of TestState's `inspectionData`.

use asl::StateType;
use json::{Map, Str, Value};

use crate::execution::{
    Exit, Items, assigned_by, failure_of, item_at, items_of, max_concurrency, tolerance, wait_until,
};
use crate::history::{Failure, Way};
use crate::machine::{Body, MapDef, Next, StateDef};
use crate::query::{Fault, ResultPath, StateHost};
use jsonata::Random;

/// The data after each stage. A stage that a state does not have, or that it did not get to, is none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InspectionData {
    pub input: Option<Value>,
    pub after_arguments: Option<Value>,
    pub after_input_path: Option<Value>,
    pub after_parameters: Option<Value>,
    pub after_items_path: Option<Value>,
    /// The items after ItemSelector.
    pub after_item_selector: Option<Value>,
    pub after_items_pointer: Option<Value>,
    /// The inputs of child executions after ItemBatcher.
    pub after_item_batcher: Option<Value>,
    pub result: Option<Value>,
    pub after_result_selector: Option<Value>,
    pub after_result_path: Option<Value>,
    pub variables: Option<Value>,
    pub max_concurrency: Option<u64>,
    pub tolerated_failure_count: Option<u64>,
    pub tolerated_failure_percentage: Option<f64>,
    pub error_details: Option<ErrorDetails>,
    /// The HTTP request and response of an HTTP Task, at the level TRACE.
    pub request: Option<Value>,
    pub response: Option<Value>,
}

/// Which handler a failure meets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ErrorDetails {
    pub catch_index: Option<usize>,
    pub retry_index: Option<usize>,
    pub retry_backoff_interval_seconds: Option<i64>,
}

impl InspectionData {
    /// The member `inspectionData` of TestState's response: values as texts.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        let stages = [
            ("input", &self.input),
            ("afterArguments", &self.after_arguments),
            ("afterInputPath", &self.after_input_path),
            ("afterParameters", &self.after_parameters),
            ("afterItemsPath", &self.after_items_path),
            ("afterItemSelector", &self.after_item_selector),
            ("afterItemsPointer", &self.after_items_pointer),
            ("afterItemBatcher", &self.after_item_batcher),
            ("result", &self.result),
            ("afterResultSelector", &self.after_result_selector),
            ("afterResultPath", &self.after_result_path),
            ("variables", &self.variables),
        ];
        for (name, value) in stages {
            if let Some(value) = value {
                members.insert(name, Value::string(value.to_text()));
            }
        }
        let int = |number: u64| Value::int(i64::try_from(number).unwrap_or(i64::MAX));
        if let Some(number) = self.max_concurrency {
            members.insert("maxConcurrency", int(number));
        }
        if let Some(number) = self.tolerated_failure_count {
            members.insert("toleratedFailureCount", int(number));
        }
        if let Some(number) = self.tolerated_failure_percentage {
            members.insert("toleratedFailurePercentage", Value::float(number));
        }
        for (name, message) in [("request", &self.request), ("response", &self.response)] {
            if let Some(message) = message {
                members.insert(name, message.clone());
            }
        }
        if let Some(details) = &self.error_details {
            let mut inner = Map::new();
            if let Some(index) = details.catch_index {
                inner.insert("catchIndex", int(index as u64));
            }
            if let Some(index) = details.retry_index {
                inner.insert("retryIndex", int(index as u64));
            }
            if let Some(seconds) = details.retry_backoff_interval_seconds {
                inner.insert("retryBackoffIntervalSeconds", Value::int(seconds));
            }
            members.insert("errorDetails", Value::object(inner));
        }
        Value::object(members)
    }
}

/// How a visit of a state ends, before anybody retries or catches.
pub(crate) enum Ending {
    Exit {
        output: Value,
        assigned: Vec<(Str, Value)>,
        way: Way,
        next: Next,
    },
    Failure(Failure),
    Fault(Fault),
    /// A Task, Parallel or Map whose result is not known.
    Open,
}

/// What is known of a visit besides the state and what its expressions see.
#[derive(Default)]
pub(crate) struct Known {
    /// The result of the task, the branches or the iterations.
    pub result: Option<Value>,
    /// The failure of the task, a branch or an iteration.
    pub failure: Option<Failure>,
    /// The items that an ItemReader read.
    pub items: Option<Value>,
    /// The parameters that were made, where that is known: random functions may give others now.
    pub parameters: Option<Value>,
}

/// Follows a state through its stages.
pub(crate) fn inspect(state: &StateDef, host: StateHost<'_>, known: &Known) -> (InspectionData, Ending) {
    let mut data = InspectionData { input: Some(host.input.clone()), ..InspectionData::default() };
    let random = *host.random.borrow();
    let ending = match follow(state, host, known, &random, &mut data) {
        Ok(ending) => ending,
        Err(fault) => Ending::Fault(fault),
    };
    (data, ending)
}

fn follow(
    state: &StateDef,
    host: StateHost<'_>,
    known: &Known,
    random: &Random,
    data: &mut InspectionData,
) -> Result<Ending, Fault> {
    if let Some(problem) = &state.broken {
        return Err(Fault::runtime(&**problem));
    }
    let flow = &state.data;
    let is_jsonata = state.is_jsonata();
    let effective = flow.input_path.apply(host.input, &host)?;
    // A Pass with a Result does not look at its input, a Parallel state does not show it.
    let shows_input =
        !matches!(state.body, Body::Pass { result: Some(_) } | Body::Parallel { .. }) && !is_jsonata;
    data.after_input_path = shows_input.then(|| effective.clone());
    match &state.body {
        Body::Pass { result } => {
            if is_jsonata {
                return exit_without_result(state, &host, &effective);
            }
            let made = match (result, &flow.arguments) {
                (Some(result), _) => {
                    data.result = Some(result.clone());
                    result.clone()
                }
                (None, Some(parameters)) => parameters.evaluate("Parameters", &effective, &host)?,
                (None, None) => effective,
            };
            if result.is_none() {
                data.after_parameters = Some(made.clone());
            }
            leave(state, &host, made, random, data)
        }
        Body::Succeed => {
            let mut ending = exit_without_result(state, &host, &effective)?;
            if let Ending::Exit { next, .. } = &mut ending {
                *next = Next::End;
            }
            Ok(ending)
        }
        Body::Fail { error, cause } => {
            Ok(Ending::Failure(failure_of(&effective, &host, error.as_ref(), cause.as_ref())?))
        }
        Body::Wait(wait) => {
            wait_until(wait, &effective, &host)?;
            exit_without_result(state, &host, &effective)
        }
        Body::Choice { rules, default } => {
            for (position, rule) in rules.iter().enumerate() {
                if rule.condition.matches(position, &effective, &host)? {
                    let output = match &rule.output {
                        Some(output) => output.evaluate(&rule.output_field, &effective, &host)?,
                        None => flow.output_path.apply(&effective, &host)?,
                    };
                    let assigned = assigned_by(rule.assign.as_ref(), &effective, &host)?;
                    return Ok(Ending::Exit { output, assigned, way: rule.way, next: rule.next.clone() });
                }
            }
            match default {
                Some(default) => {
                    let mut ending = exit_without_result(state, &host, &effective)?;
                    if let Ending::Exit { way, next, .. } = &mut ending {
                        *way = Way::DEFAULT;
                        *next = default.clone();
                    }
                    Ok(ending)
                }
                None => Err(Fault::Error {
                    name: "States.NoChoiceMatched".into(),
                    cause: "Failed to transition out of the state. The state does not point to a next state."
                        .to_owned(),
                }),
            }
        }
        Body::Task(_) => {
            let field = if is_jsonata { "Arguments" } else { "Parameters" };
            let parameters = match (&known.parameters, &flow.arguments) {
                (Some(parameters), _) => parameters.clone(),
                (None, Some(arguments)) => arguments.evaluate(field, &effective, &host)?,
                (None, None) => effective,
            };
            if is_jsonata {
                data.after_arguments = Some(parameters);
            } else {
                data.after_parameters = Some(parameters);
            }
            with_result(state, &host, known, random, data, true)
        }
        Body::Parallel { .. } => with_result(state, &host, known, random, data, false),
        Body::Map(map) => {
            follow_items(map, &effective, &host, known, data, is_jsonata)?;
            with_result(state, &host, known, random, data, false)
        }
    }
}

/// The stages of a Map before its iterations.
fn follow_items(
    map: &MapDef,
    effective: &Value,
    host: &StateHost<'_>,
    known: &Known,
    data: &mut InspectionData,
    is_jsonata: bool,
) -> Result<(), Fault> {
    let reader = map.distributed.as_ref().and_then(|distributed| distributed.reader.as_ref());
    // What a reader reads is known to whoever ran it only.
    let mut are_known = true;
    let items = match (reader, &known.items) {
        (Some(reader), Some(read)) => {
            let pointer = reader.config.get("ItemsPointer").and_then(Value::as_str);
            let pointed =
                pointer.and_then(|pointer| crate::execution::pointer_get(read, pointer)).unwrap_or(read);
            if pointer.is_some() {
                data.after_items_pointer = Some(pointed.clone());
            }
            Items {
                values: std::sync::Arc::new(pointed.as_array().unwrap_or_default().to_vec()),
                ..Items::default()
            }
        }
        (Some(_), None) => {
            are_known = false;
            Items::default()
        }
        (None, _) => {
            let items = items_of(map, effective, host)?;
            if !is_jsonata {
                data.after_items_path = Some(match &map.items {
                    crate::query::Items::Path(path) => path.select(&expr::Scope::new(effective, host))?,
                    _ => effective.clone(),
                });
            }
            items
        }
    };
    data.max_concurrency = Some(max_concurrency(map, effective, host)? as u64);
    let (count, percentage) = tolerance(map, effective, host)?;
    data.tolerated_failure_count = count;
    data.tolerated_failure_percentage = percentage;
    if !are_known {
        return Ok(());
    }
    let mut selected = Vec::new();
    if let Some(selector) = &map.item_selector {
        for index in 0..items.values.len() {
            let Some(item) = item_at(&items, index) else { break };
            let inner = StateHost { item: Some(&item), random: host.random.clone(), ..*host };
            selected.push(selector.evaluate("ItemSelector", effective, &inner)?);
        }
        data.after_item_selector = Some(Value::array(selected.clone()));
    } else {
        selected.extend(items.values.iter().cloned());
    }
    if let Some(batcher) = map.distributed.as_ref().and_then(|distributed| distributed.batcher.as_ref()) {
        let batches = crate::execution::batches(batcher, selected, effective, host)?;
        data.after_item_batcher = Some(Value::array(batches));
    }
    Ok(())
}

fn with_result(
    state: &StateDef,
    host: &StateHost<'_>,
    known: &Known,
    random: &Random,
    data: &mut InspectionData,
    shows_result: bool,
) -> Result<Ending, Fault> {
    if let Some(failure) = &known.failure {
        return Ok(Ending::Failure(failure.clone()));
    }
    let Some(result) = &known.result else { return Ok(Ending::Open) };
    if shows_result {
        data.result = Some(result.clone());
    }
    let inner = StateHost { result: Some(result), random: host.random.clone(), ..*host };
    leave(state, &inner, result.clone(), random, data)
}

/// ResultSelector, Assign, ResultPath, OutputPath, or Output and Assign.
fn leave(
    state: &StateDef,
    host: &StateHost<'_>,
    result: Value,
    random: &Random,
    data: &mut InspectionData,
) -> Result<Ending, Fault> {
    // A run draws anew when it leaves a state.
    host.random.replace(*random);
    let flow = &state.data;
    if state.is_jsonata() {
        let output = match &flow.output {
            Some(output) => output.evaluate("Output", &result, host)?,
            None => result.clone(),
        };
        let assigned = assigned_by(flow.assign.as_ref(), &result, host)?;
        return Ok(Ending::Exit { output, assigned, way: Way::NEXT, next: state.next.clone() });
    }
    let selected = match &flow.result_selector {
        Some(selector) => selector.evaluate("ResultSelector", &result, host)?,
        None => result,
    };
    data.after_result_selector = Some(selected.clone());
    let assigned = assigned_by(flow.assign.as_ref(), &selected, host)?;
    let combined = match &flow.result_path {
        ResultPath::Discard => host.input.clone(),
        path => path.apply(host.input, selected)?,
    };
    data.after_result_path = Some(combined.clone());
    let output = flow.output_path.apply(&combined, host)?;
    Ok(Ending::Exit { output, assigned, way: Way::NEXT, next: state.next.clone() })
}

fn exit_without_result(state: &StateDef, host: &StateHost<'_>, effective: &Value) -> Result<Ending, Fault> {
    let Exit { output, assigned, .. } = Exit::without_result(&state.data, effective, host)?;
    Ok(Ending::Exit { output, assigned, way: Way::NEXT, next: state.next.clone() })
}

/// Whether a state of this type may be mocked.
pub(super) fn is_mockable(state_type: StateType) -> bool {
    matches!(state_type, StateType::Task | StateType::Map | StateType::Parallel)
}
