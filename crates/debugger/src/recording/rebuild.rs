//! A definition made from what a history tells: states, their types, the transitions that were seen.

use std::collections::{BTreeMap, HashMap};

use asl::{Document, StateType};
use engine::history::ImportedHistory;
use engine::{Details, EventType, FrameId, FrameRole, HistoryEvent};
use json::{Map, Str, Value};

use crate::history_model::{Frames, HistoryModel};
use crate::status::StateStatus;
use crate::visits::{Visit, VisitId};

/// A definition that shows what a history tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Rebuilt {
    /// The definition in Amazon States Language, in JSONata.
    pub text: String,
    /// What a history does not tell, for people.
    pub remarks: Vec<String>,
}

/// Containers within containers that are rebuilt; AWS's own limit of a definition's size comes first.
const DEEPEST: usize = 40;
/// Errors that one Retry or Catch names.
const MOST_ERRORS: usize = 20;

/// The states that a history names and a definition has not, or has with another type.
pub fn missing_states(history: &ImportedHistory, document: &Document) -> Vec<Str> {
    let mut missing: Vec<Str> = Vec::new();
    let types: HashMap<&str, Option<StateType>> =
        document.states().map(|state| (state.name(), state.state_type())).collect();
    let mut checked: std::collections::HashSet<&Str> = std::collections::HashSet::new();
    for event in history.history.iter().filter(|event| event.event_type.is_state_entered()) {
        let Some(name) = event.details.name() else { continue };
        if !checked.insert(name) {
            continue;
        }
        let seen = crate::visits::state_type_of(event.event_type);
        if types.get(&**name).copied().flatten() != Some(seen) {
            missing.push(name.clone());
        }
    }
    missing
}

/// Makes a definition from a history.
///
/// Conditions of Choice states, payloads, and what was not visited are not in a history: such a
/// definition is a picture to follow the execution in, and a beginning to write the real one from.
pub fn rebuild_definition(history: &ImportedHistory) -> Rebuilt {
    let model = HistoryModel::of_imported(history);
    let mut builder = Builder { model: &model, history, scopes: BTreeMap::new(), remarks: Vec::new() };
    builder.collect();
    builder.finish()
}

/// A list of states by its place: the state that it belongs to, and which of its branches it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Place {
    Root,
    /// A branch of a Parallel state, by the name of its first state.
    Branch(Str, Str),
    Items(Str),
}

#[derive(Default)]
struct Scope {
    states: Vec<(Str, Seen)>,
    index: HashMap<Str, usize>,
}

/// What was seen of a state over all its visits.
struct Seen {
    state_type: StateType,
    visits: usize,
    /// The states that followed, with how often.
    next: Vec<(Str, usize)>,
    /// What followed a caught error: the error and the state.
    caught: Vec<(Str, Str)>,
    resource: Option<Str>,
    parameters: Option<Value>,
    timeout: Option<i64>,
    heartbeat: Option<i64>,
    /// Errors after which it was tried again, with the attempts of a visit and the first back-off.
    retried: Vec<Str>,
    attempts: usize,
    backoff_millis: i64,
    waited_millis: i64,
    is_distributed: bool,
    failure: Option<(Option<Str>, Option<Str>)>,
    /// The first state of each branch, in the order of the branches.
    branches: Vec<(u32, Str)>,
    /// Of the first visit.
    input: Option<Value>,
    output: Option<Value>,
    /// What the iterations of a Map state's first visit began with, in their order.
    items: Vec<Value>,
}

impl Scope {
    fn state(&mut self, name: &Str, state_type: StateType) -> Option<&mut Seen> {
        let index = *self.index.entry(name.clone()).or_insert_with(|| {
            self.states.push((
                name.clone(),
                Seen {
                    state_type,
                    visits: 0,
                    next: Vec::new(),
                    caught: Vec::new(),
                    resource: None,
                    parameters: None,
                    timeout: None,
                    heartbeat: None,
                    retried: Vec::new(),
                    attempts: 0,
                    backoff_millis: 0,
                    waited_millis: 0,
                    is_distributed: false,
                    failure: None,
                    branches: Vec::new(),
                    input: None,
                    output: None,
                    items: Vec::new(),
                },
            ));
            self.states.len() - 1
        });
        self.states.get_mut(index).map(|(_, seen)| seen)
    }
}

struct Builder<'h> {
    model: &'h HistoryModel,
    history: &'h ImportedHistory,
    scopes: BTreeMap<Place, Scope>,
    remarks: Vec<String>,
}

impl Builder<'_> {
    fn collect(&mut self) {
        let visits = self.model.visits();
        let mut first_of_frame: HashMap<FrameId, Str> = HashMap::new();
        let mut next_of: HashMap<VisitId, VisitId> = HashMap::new();
        for (id, visit) in visits.iter() {
            first_of_frame.entry(visit.frame).or_insert_with(|| visit.name.clone());
            if let Some(before) = visit.previous {
                next_of.insert(before, id);
            }
        }
        let place_of = |visit: &Visit| -> Place {
            let owner = visit.parent.and_then(|parent| visits.get(parent)).map(|owner| owner.name.clone());
            match (owner, self.history.role(visit.frame)) {
                (Some(owner), Some(FrameRole::Branch(_))) => {
                    let first = first_of_frame.get(&visit.frame).cloned();
                    Place::Branch(owner, first.unwrap_or_else(|| visit.name.clone()))
                }
                (Some(owner), _) => Place::Items(owner),
                (None, _) => Place::Root,
            }
        };
        let mut scopes: BTreeMap<Place, Scope> = BTreeMap::new();
        let mut items: HashMap<VisitId, BTreeMap<u64, Value>> = HashMap::new();
        for (id, visit) in visits.iter() {
            let place = place_of(visit);
            if let (None, Some(owner), Some(FrameRole::Iteration(number))) =
                (visit.previous, visit.parent, self.history.role(visit.frame))
                && let Some(input) = self.event_at(visit.entered).and_then(|event| event.details.input())
            {
                items.entry(owner).or_default().insert(number, input.clone());
            }
            // A branch is known to the state that it belongs to by its first state.
            if let (Place::Branch(_, first), Some(owner)) =
                (&place, visit.parent.and_then(|parent| visits.get(parent)))
                && let Some(FrameRole::Branch(number)) = self.history.role(visit.frame)
            {
                let outer = scopes.entry(place_of(owner)).or_default();
                if let Some(seen) = outer.state(&owner.name, owner.state_type)
                    && !seen.branches.iter().any(|(_, known)| known == first)
                {
                    seen.branches.push((number, first.clone()));
                }
            }
            let next = next_of.get(&id).and_then(|next| visits.get(*next));
            let scope = scopes.entry(place).or_default();
            if let Some(seen) = scope.state(&visit.name, visit.state_type) {
                self.see(seen, visit, next);
            }
        }
        for (owner, items) in items {
            let Some(owner) = visits.get(owner).filter(|owner| owner.number == 0) else { continue };
            if let Some(seen) =
                scopes.entry(place_of(owner)).or_default().state(&owner.name, owner.state_type)
            {
                seen.items = items.into_values().collect();
            }
        }
        self.scopes = scopes;
    }

    /// The event at a position, from 1.
    fn event_at(&self, position: u32) -> Option<&HistoryEvent> {
        self.model.history().iter().nth((position as usize).checked_sub(1)?)
    }

    /// Adds what one visit tells of its state.
    fn see(&self, seen: &mut Seen, visit: &Visit, next: Option<&Visit>) {
        if seen.visits == 0 {
            seen.input = self.event_at(visit.entered).and_then(|event| event.details.input()).cloned();
            let exited = visit.exited.and_then(|position| self.event_at(position));
            seen.output = exited.and_then(|event| event.details.output()).cloned();
        }
        seen.visits += 1;
        let has_catch = matches!(visit.state_type, StateType::Task | StateType::Parallel | StateType::Map);
        if let Some(next) = next {
            if visit.status == StateStatus::Caught && has_catch {
                let error = visit.failure.as_ref().and_then(|failure| failure.error.clone());
                let error = error.unwrap_or_else(|| Str::from("States.ALL"));
                if seen.caught.len() < MOST_ERRORS && !seen.caught.iter().any(|(known, _)| *known == error) {
                    seen.caught.push((error, next.name.clone()));
                }
            } else {
                match seen.next.iter_mut().find(|(name, _)| *name == next.name) {
                    Some((_, count)) => *count += 1,
                    None => seen.next.push((next.name.clone(), 1)),
                }
            }
        }
        seen.attempts = seen.attempts.max(visit.attempts.len());
        for (before, after) in visit.attempts.iter().zip(visit.attempts.iter().skip(1)) {
            if let (Some(ended), 0) = (before.to, seen.backoff_millis) {
                seen.backoff_millis = after.from - ended;
            }
            let error = before.failure.as_ref().and_then(|failure| failure.error.clone());
            let error = error.unwrap_or_else(|| Str::from("States.ALL"));
            if seen.retried.len() < MOST_ERRORS && !seen.retried.contains(&error) {
                seen.retried.push(error);
            }
        }
        if visit.state_type == StateType::Wait
            && let Some(ended) = visit.ended_at
        {
            seen.waited_millis = seen.waited_millis.max(ended - visit.entered_at);
        }
        if visit.state_type == StateType::Fail && seen.failure.is_none() {
            // A Fail state's error is in the event that ends its execution, branch or iteration.
            let ended = self.model.history().iter().skip(visit.entered as usize).find_map(|event| {
                (event.previous_event_id == visit.entered_event || event.event_type.is_terminal())
                    .then(|| event.details.failure().cloned())
            });
            seen.failure = ended.flatten().map(|failure| (failure.error, failure.cause));
        }
        if seen.resource.is_some() && !seen.is_distributed && visit.state_type != StateType::Map {
            return;
        }
        let events = self.model.history().iter().skip(visit.entered as usize);
        for event in events.take_while(|event| event.id.0 <= visit.last) {
            if event.frame != visit.frame {
                continue;
            }
            match &event.details {
                Details::TaskScheduled(scheduled) => {
                    let resource = &scheduled.resource;
                    seen.resource = Some(
                        format!("arn:aws:states:::{}:{}", resource.resource_type, resource.action).into(),
                    );
                    seen.parameters = Some(scheduled.parameters.clone());
                    seen.timeout = scheduled.timeout_seconds;
                    seen.heartbeat = scheduled.heartbeat_seconds;
                }
                Details::LambdaFunctionScheduled(scheduled) | Details::ActivityScheduled(scheduled) => {
                    seen.resource = Some(scheduled.resource.arn.clone());
                    seen.timeout = scheduled.timeout_seconds;
                    seen.heartbeat = scheduled.heartbeat_seconds;
                }
                Details::MapRunStarted { .. } => seen.is_distributed = true,
                _ => {}
            }
            if event.event_type == EventType::MapRunStarted || seen.resource.is_some() {
                break;
            }
        }
    }

    fn finish(mut self) -> Rebuilt {
        let scopes = std::mem::take(&mut self.scopes);
        let name = |visit: &Visit| visit.name.clone();
        let start = self
            .model
            .visits()
            .iter()
            .find(|(_, visit)| visit.parent.is_none())
            .map(|(_, visit)| name(visit));
        let mut members = Map::new();
        members
            .insert("Comment", Value::from("Rebuilt from the events of an execution, as far as they tell"));
        members.insert("QueryLanguage", Value::from("JSONata"));
        self.scope(&scopes, &Place::Root, start, &mut members, 0);
        Rebuilt { text: Value::object(members).to_pretty() + "\n", remarks: self.remarks }
    }

    fn remark(&mut self, remark: &str) {
        if !self.remarks.iter().any(|known| known == remark) {
            self.remarks.push(remark.to_owned());
        }
    }

    fn scope(
        &mut self,
        scopes: &BTreeMap<Place, Scope>,
        place: &Place,
        start: Option<Str>,
        members: &mut Map,
        depth: usize,
    ) {
        let scope = scopes.get(place).filter(|scope| !scope.states.is_empty() && depth < DEEPEST);
        let Some(scope) = scope else {
            let owner = match place {
                Place::Root => "the execution",
                Place::Branch(owner, _) | Place::Items(owner) => owner,
            };
            self.remark("What happened inside of some states is not in this history.");
            let name: String = format!("Inside of {owner}").chars().take(80).collect();
            let placeholder = Value::from_members([
                ("Type", Value::from("Pass")),
                ("Comment", Value::from("Not in the history")),
                ("End", Value::Bool(true)),
            ]);
            members.insert("StartAt", Value::from(name.as_str()));
            members.insert("States", Value::from_members([(name, placeholder)]));
            return;
        };
        let first = scope.states.first().map(|(name, _)| name.clone());
        members.insert("StartAt", Value::String(start.or(first).unwrap_or_else(|| Str::from(""))));
        let mut states = Map::with_capacity(scope.states.len());
        for (name, seen) in &scope.states {
            let state = self.state(scopes, name, seen, depth);
            states.insert(name.clone(), state);
        }
        members.insert("States", Value::object(states));
    }

    fn state(&mut self, scopes: &BTreeMap<Place, Scope>, name: &Str, seen: &Seen, depth: usize) -> Value {
        let mut state = Map::new();
        state.insert("Type", Value::from(seen.state_type.name()));
        let text = |text: &Str| Value::String(text.clone());
        match seen.state_type {
            StateType::Task => {
                let resource = seen.resource.clone().unwrap_or_else(|| {
                    self.remark("Some tasks were never scheduled, so their resources are not known.");
                    Str::from("arn:aws:states:::lambda:invoke")
                });
                state.insert("Resource", Value::String(resource));
                if let Some(parameters) = seen.parameters.as_ref().filter(|value| value.as_object().is_some())
                {
                    // The values of one call stand for the expressions that made them.
                    state.insert("Arguments", without_expressions(parameters, 0));
                    self.remark("Arguments of tasks are those of one call: the expressions that made them are not known.");
                }
                for (field, seconds) in
                    [("TimeoutSeconds", seen.timeout), ("HeartbeatSeconds", seen.heartbeat)]
                {
                    if let Some(seconds) = seconds.filter(|seconds| *seconds > 0) {
                        state.insert(field, Value::int(seconds));
                    }
                }
            }
            StateType::Wait => {
                let seconds = (seen.waited_millis + 500) / 1_000;
                state.insert("Seconds", Value::int(seconds.clamp(0, 99_999_999)));
            }
            StateType::Fail => {
                let (error, cause) = seen.failure.clone().unwrap_or_default();
                for (field, told) in [("Error", error), ("Cause", cause)] {
                    if let Some(told) = told.filter(|told| !told.trim_start().starts_with("{%")) {
                        state.insert(field, Value::String(told));
                    }
                }
            }
            StateType::Parallel => {
                let mut branches = seen.branches.clone();
                branches.sort();
                let mut listed = Vec::new();
                for (_, first) in &branches {
                    let mut branch = Map::new();
                    let place = Place::Branch(name.clone(), first.clone());
                    self.scope(scopes, &place, Some(first.clone()), &mut branch, depth + 1);
                    listed.push(Value::object(branch));
                }
                if listed.is_empty() {
                    let mut branch = Map::new();
                    let place = Place::Branch(name.clone(), Str::from(""));
                    self.scope(scopes, &place, None, &mut branch, depth + 1);
                    listed.push(Value::object(branch));
                }
                state.insert("Branches", Value::array(listed));
            }
            StateType::Map => {
                if let Some(items) = items_of(seen) {
                    state.insert("Items", items);
                }
                let mut processor = Map::new();
                let mut config = vec![("Mode", Value::from("INLINE"))];
                if seen.is_distributed {
                    config = vec![
                        ("Mode", Value::from("DISTRIBUTED")),
                        ("ExecutionType", Value::from("STANDARD")),
                    ];
                    self.remark("The children of distributed Maps have histories of their own.");
                }
                processor.insert("ProcessorConfig", Value::from_members(config));
                self.scope(scopes, &Place::Items(name.clone()), None, &mut processor, depth + 1);
                state.insert("ItemProcessor", Value::object(processor));
            }
            StateType::Choice => {
                self.remark("Conditions of Choice states are not in a history.");
                let mut ways = seen.next.clone();
                ways.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
                // The way that was gone most is the default; of the others nothing says when.
                let most = ways.first().map(|(next, _)| next.clone());
                let others: Vec<&(Str, usize)> = ways.iter().skip(1).collect();
                let rule = |condition: &str, next: &Str| {
                    Value::from_members([("Condition", Value::from(condition)), ("Next", text(next))])
                };
                let rules = match (others.is_empty(), &most) {
                    (false, _) => others.iter().map(|(next, _)| rule("{% false %}", next)).collect(),
                    (true, Some(most)) => vec![rule("{% true %}", most)],
                    (true, None) => Vec::new(),
                };
                if rules.is_empty() {
                    // A choice that failed went nowhere; a state that ends there has the same picture.
                    state.insert("Type", Value::from("Pass"));
                    state.insert("Comment", Value::from("A Choice state that no way was seen from"));
                    state.insert("End", Value::Bool(true));
                } else {
                    state.insert("Choices", Value::array(rules));
                    if let (Some(most), false) = (most, others.is_empty()) {
                        state.insert("Default", Value::String(most));
                    }
                }
            }
            StateType::Pass | StateType::Succeed => {
                if let Some(output) =
                    seen.output.as_ref().filter(|output| seen.input.as_ref() != Some(output))
                {
                    state.insert("Output", without_expressions(output, 0));
                    self.remark("What Pass states put out is that of one visit: the expressions that made it are not known.");
                }
            }
        }
        let has_handlers = matches!(seen.state_type, StateType::Task | StateType::Parallel | StateType::Map);
        if has_handlers && seen.output.is_some() && seen.output == seen.input {
            state.insert("Output", Value::from("{% $states.input %}"));
        }
        if has_handlers && !seen.retried.is_empty() {
            let interval = (seen.backoff_millis / 1_000).max(1);
            let retrier = Value::from_members([
                ("ErrorEquals", Value::array(handled(&seen.retried))),
                ("IntervalSeconds", Value::int(interval)),
                ("MaxAttempts", Value::int(i64::try_from(seen.attempts.saturating_sub(1)).unwrap_or(1))),
            ]);
            state.insert("Retry", Value::array(vec![retrier]));
        }
        if has_handlers && !seen.caught.is_empty() {
            let mut by_next: Vec<(Str, Vec<Str>)> = Vec::new();
            for (error, next) in &seen.caught {
                match by_next.iter_mut().find(|(known, _)| known == next) {
                    Some((_, errors)) => errors.push(error.clone()),
                    None => by_next.push((next.clone(), vec![error.clone()])),
                }
            }
            let catchers = by_next.iter().map(|(next, errors)| {
                Value::from_members([("ErrorEquals", Value::array(handled(errors))), ("Next", text(next))])
            });
            state.insert("Catch", Value::array(catchers.collect()));
        }
        if !matches!(seen.state_type, StateType::Choice | StateType::Succeed | StateType::Fail) {
            match seen.next.iter().max_by_key(|(_, count)| *count) {
                Some((next, _)) => state.insert("Next", text(next)),
                None => state.insert("End", Value::Bool(true)),
            };
        }
        Value::object(state)
    }
}

/// The Items of a Map state: the array of its input that the iterations began with, by its path; or what they began with.
fn items_of(seen: &Seen) -> Option<Value> {
    if seen.items.is_empty() {
        return None;
    }
    let path = seen.input.as_ref().and_then(|input| path_of(input, &seen.items, "$states.input", 0));
    match path {
        Some(path) => (path != "$states.input").then(|| Value::string(format!("{{% {path} %}}"))),
        None => Some(without_expressions(&Value::array(seen.items.clone()), 0)),
    }
}

/// Where an array of these items stands in a value, in JSONata; `path` is that of the value.
fn path_of(value: &Value, items: &[Value], path: &str, depth: u32) -> Option<String> {
    const MOST_LEVELS: u32 = 8;
    if value.as_array().is_some_and(|array| array == items) {
        return Some(path.to_owned());
    }
    let members = value.as_object().filter(|_| depth < MOST_LEVELS)?;
    members.iter().find_map(|(name, member)| {
        let is_plain = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
            && name.starts_with(|c: char| c.is_ascii_alphabetic());
        // A name between backticks has no way to say a backtick.
        let step = match (is_plain, name.contains('`')) {
            (true, _) => name.to_string(),
            (false, false) => format!("`{name}`"),
            (false, true) => return None,
        };
        path_of(member, items, &format!("{path}.{step}"), depth + 1)
    })
}

/// Names for ErrorEquals; States.ALL may only stand alone.
fn handled(errors: &[Str]) -> Vec<Value> {
    let all = Str::from("States.ALL");
    match errors.contains(&all) {
        true => vec![Value::String(all)],
        false => errors.iter().map(|error| Value::String(error.clone())).collect(),
    }
}

/// A value that stands for itself in JSONata: texts that would be expressions are left out.
fn without_expressions(value: &Value, depth: u32) -> Value {
    const MOST_LEVELS: u32 = 60;
    match value {
        _ if depth > MOST_LEVELS => Value::Null,
        Value::String(text) if text.trim_start().starts_with("{%") => Value::Null,
        Value::Array(items) => {
            Value::array(items.items().iter().map(|item| without_expressions(item, depth + 1)).collect())
        }
        Value::Object(object) => Value::object(
            object
                .members()
                .iter()
                .map(|(name, value)| (name.clone(), without_expressions(value, depth + 1)))
                .collect(),
        ),
        other => other.clone(),
    }
}
