//! Breakpoints and log points: what they are, and when they match.

use std::collections::BTreeMap;

use asl::QueryLanguage;
use engine::{DueTimer, EventRef, EventType, Execution, FrameId, HistoryEvent, Machine, TimerKind};
use json::{Map, Str, Value};

use crate::query::{Env, Message, Query};
use crate::state_key::{StateKey, StateKeys};
use crate::visits::Visits;

/// A breakpoint of a session, never used again for another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BreakpointId(pub u32);

/// Where to stop, or what to log.
#[derive(Clone, Debug, PartialEq)]
pub struct Breakpoint {
    pub place: Place,
    pub enabled: bool,
    /// Stop only if this holds; in the language of the state, or of the machine.
    pub condition: Option<Str>,
    /// Overrides the language of the condition and of the log message.
    pub language: Option<QueryLanguage>,
    pub hits: Option<HitCount>,
    /// Write this line instead of stopping; `{expression}` in it is replaced by its value.
    pub log: Option<Str>,
}

/// What a breakpoint waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    /// A state is entered.
    Enter(StateKey),
    /// A state is left.
    Exit(StateKey),
    /// A state is entered from another one.
    Transition { from: StateKey, to: StateKey },
    /// An event of a type.
    Event(EventType),
    /// A failure: caught (or retried) ones, uncaught ones, or both; of a name, or any.
    Error { caught: bool, uncaught: bool, name: Option<Str> },
    /// Another attempt begins: of a state, or of any.
    Retry(Option<StateKey>),
    /// Any state is entered; for conditions.
    AnyState,
    /// Time is about to go on to where a timer fires: of a kind, and of a state or of any.
    Timer { kinds: Timers, state: Option<StateKey> },
}

/// Kinds of timers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    /// A Wait state ends.
    pub wait: bool,
    /// A back-off is over.
    pub backoff: bool,
    /// A task or an execution times out.
    pub timeout: bool,
    /// A heartbeat has failed to come.
    pub heartbeat: bool,
}

impl Timers {
    pub const ALL: Timers = Timers { wait: true, backoff: true, timeout: true, heartbeat: true };

    pub fn has(self, kind: TimerKind) -> bool {
        match kind {
            TimerKind::Wait => self.wait,
            TimerKind::Backoff => self.backoff,
            TimerKind::Timeout => self.timeout,
            TimerKind::Heartbeat => self.heartbeat,
        }
    }
}

/// Which of its hits a breakpoint stops at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HitCount {
    /// From the n-th on.
    AtLeast(u32),
    /// Every n-th.
    Every(u32),
    /// The n-th alone.
    Exactly(u32),
}

impl HitCount {
    fn holds(self, hit: u32) -> bool {
        match self {
            HitCount::AtLeast(count) => hit >= count,
            HitCount::Every(count) => count > 0 && hit.is_multiple_of(count),
            HitCount::Exactly(count) => hit == count,
        }
    }

    /// Reads `>= 3`, `% 2`, `== 5` or `3` (from the third on).
    pub fn parse(text: &str) -> Option<HitCount> {
        let text = text.trim();
        let number = |rest: &str| rest.trim().parse::<u32>().ok().filter(|count| *count > 0);
        if let Some(rest) = text.strip_prefix(">=") {
            number(rest).map(HitCount::AtLeast)
        } else if let Some(rest) = text.strip_prefix('%') {
            number(rest).map(HitCount::Every)
        } else if let Some(rest) = text.strip_prefix("==").or_else(|| text.strip_prefix('=')) {
            number(rest).map(HitCount::Exactly)
        } else {
            number(text).map(HitCount::AtLeast)
        }
    }

    pub fn to_text(self) -> String {
        match self {
            HitCount::AtLeast(count) => format!(">= {count}"),
            HitCount::Every(count) => format!("% {count}"),
            HitCount::Exactly(count) => format!("== {count}"),
        }
    }
}

impl Breakpoint {
    pub fn new(place: Place) -> Breakpoint {
        Breakpoint { place, enabled: true, condition: None, language: None, hits: None, log: None }
    }

    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        let key = |key: &StateKey| Value::String(key.0.clone());
        let kind = match &self.place {
            Place::Enter(state) => {
                members.insert("state", key(state));
                "enter"
            }
            Place::Exit(state) => {
                members.insert("state", key(state));
                "exit"
            }
            Place::Transition { from, to } => {
                members.insert("from", key(from));
                members.insert("to", key(to));
                "transition"
            }
            Place::Event(event_type) => {
                members.insert("event", Value::from(event_type.name()));
                "event"
            }
            Place::Error { caught, uncaught, name } => {
                members.insert("caught", Value::Bool(*caught));
                members.insert("uncaught", Value::Bool(*uncaught));
                if let Some(name) = name {
                    members.insert("name", Value::String(name.clone()));
                }
                "error"
            }
            Place::Retry(state) => {
                if let Some(state) = state {
                    members.insert("state", key(state));
                }
                "retry"
            }
            Place::AnyState => "anyState",
            Place::Timer { kinds, state } => {
                members.insert("wait", Value::Bool(kinds.wait));
                members.insert("backoff", Value::Bool(kinds.backoff));
                members.insert("timeout", Value::Bool(kinds.timeout));
                members.insert("heartbeat", Value::Bool(kinds.heartbeat));
                if let Some(state) = state {
                    members.insert("state", key(state));
                }
                "timer"
            }
        };
        let mut all = Map::new();
        all.insert("kind", Value::from(kind));
        for (name, value) in members.iter() {
            all.insert(name.clone(), value.clone());
        }
        if !self.enabled {
            all.insert("enabled", Value::Bool(false));
        }
        if let Some(condition) = &self.condition {
            all.insert("condition", Value::String(condition.clone()));
        }
        if let Some(language) = self.language {
            all.insert("language", Value::from(language_name(language)));
        }
        if let Some(hits) = self.hits {
            all.insert("hits", Value::from(hits.to_text()));
        }
        if let Some(log) = &self.log {
            all.insert("log", Value::String(log.clone()));
        }
        Value::object(all)
    }

    /// Reads what [`Breakpoint::to_json`] wrote; none where it makes no sense.
    pub fn from_json(value: &Value) -> Option<Breakpoint> {
        let text = |name: &str| value.get(name).and_then(Value::as_str).map(Str::from);
        let key = |name: &str| text(name).map(StateKey);
        let flag = |name: &str, default: bool| value.get(name).and_then(Value::as_bool).unwrap_or(default);
        let place = match value.get("kind")?.as_str()? {
            "enter" => Place::Enter(key("state")?),
            "exit" => Place::Exit(key("state")?),
            "transition" => Place::Transition { from: key("from")?, to: key("to")? },
            "event" => Place::Event(EventType::from_name(&text("event")?)?),
            "error" => Place::Error {
                caught: flag("caught", true),
                uncaught: flag("uncaught", true),
                name: text("name"),
            },
            "retry" => Place::Retry(key("state")),
            "anyState" => Place::AnyState,
            "timer" => Place::Timer {
                kinds: Timers {
                    wait: flag("wait", true),
                    backoff: flag("backoff", true),
                    timeout: flag("timeout", true),
                    heartbeat: flag("heartbeat", true),
                },
                state: key("state"),
            },
            _ => return None,
        };
        let language = text("language").and_then(|name| match &*name {
            "JSONata" => Some(QueryLanguage::Jsonata),
            "JSONPath" => Some(QueryLanguage::JsonPath),
            _ => None,
        });
        Some(Breakpoint {
            place,
            enabled: flag("enabled", true),
            condition: text("condition"),
            language,
            hits: text("hits").and_then(|hits| HitCount::parse(&hits)),
            log: text("log"),
        })
    }
}

fn language_name(language: QueryLanguage) -> &'static str {
    match language {
        QueryLanguage::JsonPath => "JSONPath",
        QueryLanguage::Jsonata => "JSONata",
    }
}

/// A breakpoint with what is known of it in one machine.
#[derive(Clone, Debug)]
struct Entry {
    breakpoint: Breakpoint,
    compiled: Compiled,
    /// The positions of its hits, as far as they were looked for.
    hits: Vec<u32>,
    searched_to: u32,
}

#[derive(Clone, Debug, Default)]
struct Compiled {
    /// Why the breakpoint cannot match: a state that is not there, an expression with an error.
    problem: Option<String>,
    first: Option<asl::StateId>,
    second: Option<asl::StateId>,
    condition: Option<Result<Query, String>>,
    log: Option<Result<Message, String>>,
}

/// The breakpoints of a session, in the order in which they were set.
#[derive(Clone, Debug, Default)]
pub struct Breakpoints {
    entries: BTreeMap<BreakpointId, Entry>,
    next: u32,
    keys: StateKeys,
    machine: Option<std::sync::Arc<Machine>>,
}

/// A run as breakpoints see it.
#[derive(Clone, Copy)]
pub(crate) struct Recorded<'a> {
    pub execution: &'a Execution,
    pub events: &'a [EventRef],
    pub visits: &'a Visits,
}

impl<'a> Recorded<'a> {
    pub fn event(&self, position: u32) -> Option<(EventRef, &'a HistoryEvent)> {
        let event = *self.events.get((position as usize).checked_sub(1)?)?;
        Some((event, self.execution.event(event)?))
    }

    pub fn parent(&self, frame: FrameId) -> Option<FrameId> {
        self.execution.frame(frame).and_then(|info| info.parent)
    }

    pub fn is_inside(&self, frame: FrameId, outer: FrameId) -> bool {
        std::iter::successors(Some(frame), |frame| self.parent(*frame)).any(|frame| frame == outer)
    }
}

/// What a breakpoint does at a position.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Hit {
    Stop { id: BreakpointId, problem: Option<String> },
    Log { id: BreakpointId, line: String },
}

impl Breakpoints {
    pub fn add(&mut self, breakpoint: Breakpoint) -> BreakpointId {
        let id = BreakpointId(self.next);
        self.next += 1;
        self.put(id, breakpoint);
        id
    }

    /// Replaces a breakpoint; its hits are counted anew.
    pub fn set(&mut self, id: BreakpointId, breakpoint: Breakpoint) {
        if self.entries.contains_key(&id) {
            self.put(id, breakpoint);
        }
    }

    pub fn remove(&mut self, id: BreakpointId) -> Option<Breakpoint> {
        self.entries.remove(&id).map(|entry| entry.breakpoint)
    }

    pub fn clear(&mut self) {
        self.entries.clear();
    }

    pub fn get(&self, id: BreakpointId) -> Option<&Breakpoint> {
        self.entries.get(&id).map(|entry| &entry.breakpoint)
    }

    pub fn iter(&self) -> impl Iterator<Item = (BreakpointId, &Breakpoint)> {
        self.entries.iter().map(|(id, entry)| (*id, &entry.breakpoint))
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether the breakpoint's states are there and its expressions make sense; else what is wrong.
    ///
    /// # Errors
    ///
    /// Why the breakpoint is never hit, or stops with an error, for people.
    pub fn verify(&self, id: BreakpointId) -> Result<(), String> {
        let Some(entry) = self.entries.get(&id) else {
            return Err("There is no such breakpoint.".to_owned());
        };
        let compiled = &entry.compiled;
        if let Some(problem) = &compiled.problem {
            return Err(problem.clone());
        }
        if let Some(Err(problem)) = &compiled.condition {
            return Err(problem.clone());
        }
        match &compiled.log {
            Some(Err(problem)) => Err(problem.clone()),
            _ => Ok(()),
        }
    }

    pub fn enable(&mut self, id: BreakpointId, enabled: bool) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.breakpoint.enabled = enabled;
        }
    }

    /// Follows a renaming of a state.
    pub fn rename(&mut self, old: &StateKey, new_name: &str) {
        for entry in self.entries.values_mut() {
            let rename = |key: &mut StateKey| *key = key.renamed(old, new_name);
            match &mut entry.breakpoint.place {
                Place::Enter(key)
                | Place::Exit(key)
                | Place::Retry(Some(key))
                | Place::Timer { state: Some(key), .. } => rename(key),
                Place::Transition { from, to } => {
                    rename(from);
                    rename(to);
                }
                _ => {}
            }
        }
        self.resolve_all();
    }

    /// Looks for the states of all breakpoints in another definition.
    pub fn resolve(&mut self, machine: std::sync::Arc<Machine>) {
        self.keys = StateKeys::of(&machine);
        self.machine = Some(machine);
        self.resolve_all();
    }

    pub fn keys(&self) -> &StateKeys {
        &self.keys
    }

    pub fn to_json(&self) -> Value {
        Value::array(self.entries.values().map(|entry| entry.breakpoint.to_json()).collect())
    }

    /// Adds the breakpoints of a list; what makes no sense is left out.
    pub fn add_from_json(&mut self, value: &Value) {
        for breakpoint in value.as_array().unwrap_or_default().iter().filter_map(Breakpoint::from_json) {
            self.add(breakpoint);
        }
    }

    /// Forgets hits after a position: what happened there is not so any more.
    pub(crate) fn forget_after(&mut self, position: u32) {
        for entry in self.entries.values_mut() {
            entry.hits.retain(|hit| *hit <= position);
            entry.searched_to = entry.searched_to.min(position);
        }
    }

    fn put(&mut self, id: BreakpointId, breakpoint: Breakpoint) {
        let compiled = self.compile(&breakpoint);
        self.entries.insert(id, Entry { breakpoint, compiled, hits: Vec::new(), searched_to: 0 });
    }

    fn resolve_all(&mut self) {
        let breakpoints: Vec<(BreakpointId, Breakpoint)> =
            self.iter().map(|(id, breakpoint)| (id, breakpoint.clone())).collect();
        for (id, breakpoint) in breakpoints {
            self.put(id, breakpoint);
        }
    }

    fn compile(&self, breakpoint: &Breakpoint) -> Compiled {
        let mut compiled = Compiled::default();
        let Some(machine) = &self.machine else { return compiled };
        let keys: Vec<&StateKey> = match &breakpoint.place {
            Place::Enter(key)
            | Place::Exit(key)
            | Place::Retry(Some(key))
            | Place::Timer { state: Some(key), .. } => vec![key],
            Place::Transition { from, to } => vec![from, to],
            _ => Vec::new(),
        };
        for (position, key) in keys.into_iter().enumerate() {
            let found = self.keys.find(key);
            if found.is_none() {
                compiled.problem = Some(format!("There is no state '{}'.", key.name()));
            }
            if position == 0 { compiled.first = found } else { compiled.second = found }
        }
        let language = breakpoint.language.unwrap_or_else(|| {
            let state = compiled.second.or(compiled.first).and_then(|state| machine.state(state));
            state.map_or(machine.language, |state| state.language)
        });
        compiled.condition =
            breakpoint.condition.as_ref().map(|condition| Query::compile(condition, language));
        compiled.log = breakpoint.log.as_ref().map(|log| Message::compile(log, language));
        compiled
    }

    /// Whether a breakpoint waits for timers.
    pub(crate) fn has_timers(&self) -> bool {
        let mut all = self.entries.values();
        all.any(|entry| entry.breakpoint.enabled && matches!(entry.breakpoint.place, Place::Timer { .. }))
    }

    /// What the breakpoints do where timers are about to fire after the last event.
    pub(crate) fn hits_of_timers(&self, recorded: Recorded<'_>, due: &[DueTimer]) -> Vec<Hit> {
        let position = u32::try_from(recorded.events.len()).unwrap_or(u32::MAX);
        let mut found = Vec::new();
        let mut stop = None;
        for (id, entry) in &self.entries {
            let is_due = due.iter().any(|timer| entry.is_of_timer(recorded, *timer));
            if !entry.breakpoint.enabled || entry.compiled.problem.is_some() || !is_due {
                continue;
            }
            match entry.holds(recorded, position) {
                Ok(false) => continue,
                Err(problem) => {
                    stop = stop.or(Some(Hit::Stop { id: *id, problem: Some(problem) }));
                    continue;
                }
                Ok(true) => {}
            }
            let before = (1..position).filter(|before| entry.matches(recorded, *before) == Ok(true)).count();
            let number = u32::try_from(before + 1).unwrap_or(u32::MAX);
            if !entry.breakpoint.hits.is_none_or(|hits| hits.holds(number)) {
                continue;
            }
            match &entry.compiled.log {
                Some(log) => found.push(Hit::Log { id: *id, line: line_of(log, recorded, position) }),
                None => stop = stop.or(Some(Hit::Stop { id: *id, problem: None })),
            }
        }
        found.extend(stop);
        found
    }

    /// What the breakpoints do at the event at a position: log lines first, at most one stop.
    pub(crate) fn hits(&mut self, recorded: Recorded<'_>, position: u32) -> Vec<Hit> {
        let mut found = Vec::new();
        if self.entries.is_empty() {
            return found;
        }
        let mut stop = None;
        for (id, entry) in &mut self.entries {
            if !entry.breakpoint.enabled || entry.compiled.problem.is_some() {
                continue;
            }
            match entry.is_hit(recorded, position) {
                Ok(false) => {}
                Ok(true) => match &entry.compiled.log {
                    Some(log) => found.push(Hit::Log { id: *id, line: line_of(log, recorded, position) }),
                    None => stop = stop.or(Some(Hit::Stop { id: *id, problem: None })),
                },
                Err(problem) => stop = stop.or(Some(Hit::Stop { id: *id, problem: Some(problem) })),
            }
        }
        found.extend(stop);
        found
    }
}

fn line_of(log: &Result<Message, String>, recorded: Recorded<'_>, position: u32) -> String {
    match (log, env(recorded, position)) {
        (Ok(log), Some(env)) => log.render(&env),
        (Ok(log), None) => log.text.to_string(),
        (Err(problem), _) => problem.clone(),
    }
}

fn env(recorded: Recorded<'_>, position: u32) -> Option<Env<'_>> {
    Env::at(recorded.execution, recorded.visits, recorded.events, position)
}

impl Entry {
    fn is_hit(&mut self, recorded: Recorded<'_>, position: u32) -> Result<bool, String> {
        let Some(count) = self.breakpoint.hits else { return self.matches(recorded, position) };
        if matches!(self.breakpoint.place, Place::Timer { .. }) {
            // Whether a timer fires after an event is known only once the next one is: nothing is kept of it.
            let before = (1..=position).filter(|before| self.matches(recorded, *before) == Ok(true)).count();
            let is_here = self.matches(recorded, position)?;
            return Ok(is_here && count.holds(u32::try_from(before).unwrap_or(u32::MAX)));
        }
        while self.searched_to < position {
            self.searched_to += 1;
            if self.matches(recorded, self.searched_to)? {
                self.hits.push(self.searched_to);
            }
        }
        let number = self.hits.binary_search(&position);
        Ok(number.is_ok_and(|index| count.holds(u32::try_from(index + 1).unwrap_or(u32::MAX))))
    }

    fn matches(&self, recorded: Recorded<'_>, position: u32) -> Result<bool, String> {
        let Some((event_ref, event)) = recorded.event(position) else { return Ok(false) };
        if !self.is_at(recorded, position, event_ref, event) {
            return Ok(false);
        }
        self.holds(recorded, position)
    }

    /// Whether the condition holds.
    fn holds(&self, recorded: Recorded<'_>, position: u32) -> Result<bool, String> {
        match &self.compiled.condition {
            None => Ok(true),
            Some(Err(problem)) => Err(problem.clone()),
            Some(Ok(query)) => match env(recorded, position) {
                Some(env) => query.holds(&env),
                None => Ok(false),
            },
        }
    }

    /// Whether a timer is of the kinds and the state that are waited for.
    fn is_of_timer(&self, recorded: Recorded<'_>, timer: DueTimer) -> bool {
        let Place::Timer { kinds, state } = &self.breakpoint.place else { return false };
        let event = EventRef { run: timer.run, event: engine::EventId::NONE };
        let is_state = state.is_none()
            || (is_of_machine(recorded.execution, event)
                && timer.state.is_some()
                && timer.state == self.compiled.first);
        kinds.has(timer.kind) && is_state
    }

    fn is_at(
        &self,
        recorded: Recorded<'_>,
        position: u32,
        event_ref: EventRef,
        event: &HistoryEvent,
    ) -> bool {
        let is_main = is_of_machine(recorded.execution, event_ref);
        let is_state = |wanted: Option<asl::StateId>, state: Option<asl::StateId>| {
            is_main && wanted.is_some() && wanted == state
        };
        let Compiled { first, second, .. } = self.compiled;
        match &self.breakpoint.place {
            Place::Enter(_) => event.event_type.is_state_entered() && is_state(first, event.state),
            Place::Exit(_) => event.event_type.is_state_exited() && is_state(first, event.state),
            Place::AnyState => event.event_type.is_state_entered(),
            Place::Event(event_type) => event.event_type == *event_type,
            Place::Transition { .. } => {
                event.event_type.is_state_entered() && is_state(second, event.state) && {
                    let visit = recorded.visits.at(position).and_then(|visit| recorded.visits.get(visit));
                    let before = visit.and_then(|visit| recorded.visits.get(visit.previous?));
                    is_state(first, before.and_then(|before| before.state))
                }
            }
            Place::Timer { .. } => {
                let fired = timers_after(recorded, position, event);
                fired.into_iter().any(|timer| self.is_of_timer(recorded, timer))
            }
            Place::Retry(state) => {
                if !crate::visits::begins_attempt(event.event_type) {
                    return false;
                }
                let visit = recorded.visits.at(position).and_then(|visit| recorded.visits.get(visit));
                let is_later = visit.is_some_and(|visit| {
                    visit.attempts.iter().position(|attempt| attempt.begun == position) > Some(0)
                });
                is_later && (state.is_none() || is_state(first, event.state))
            }
            Place::Error { caught, uncaught, name } => {
                let Some(is_caught) = failure_fate(recorded, event_ref, event) else { return false };
                let failure = event.details.failure();
                let is_named = name.as_ref().is_none_or(|name| {
                    failure.and_then(|failure| failure.error.as_ref()).is_some_and(|error| error == name)
                });
                is_named && if is_caught { *caught } else { *uncaught }
            }
        }
    }
}

/// The timers that fired next after an event, as the events of that moment tell: none where time did not go on.
fn timers_after(recorded: Recorded<'_>, position: u32, event: &HistoryEvent) -> Vec<DueTimer> {
    let mut found = Vec::new();
    let next = recorded.event(position.saturating_add(1)).map(|(_, next)| next.timestamp);
    let Some(at) = next.filter(|next| *next > event.timestamp) else { return found };
    for later in position.saturating_add(1).. {
        let Some((event_ref, told)) = recorded.event(later).filter(|(_, told)| told.timestamp == at) else {
            break;
        };
        let name = told.event_type.name();
        let kind = if told.event_type == EventType::WaitStateExited {
            Some(TimerKind::Wait)
        } else if name.ends_with("TimedOut") {
            let error = told.details.failure().and_then(|failure| failure.error.as_deref());
            match error {
                Some("States.HeartbeatTimeout") => Some(TimerKind::Heartbeat),
                _ => Some(TimerKind::Timeout),
            }
        } else if crate::visits::begins_attempt(told.event_type) {
            let visit = recorded.visits.at(later).and_then(|visit| recorded.visits.get(visit));
            let number =
                visit.and_then(|visit| visit.attempts.iter().position(|attempt| attempt.begun == later));
            (number > Some(0)).then_some(TimerKind::Backoff)
        } else {
            None
        };
        if let Some(kind) = kind {
            found.push(DueTimer { at, kind, run: event_ref.run, state: told.state });
        }
    }
    found
}

/// Whether an event belongs to an execution of the machine that breakpoints are set in: nested
/// executions of other definitions number their states anew.
fn is_of_machine(execution: &Execution, event: EventRef) -> bool {
    let main = execution.machine();
    let own = execution.run(event.run).map(engine::Run::machine);
    matches!((main, own), (Some(main), Some(own)) if std::sync::Arc::ptr_eq(main, own))
}

/// Whether a failure is caught or retried; none where the event is no failure of its own.
///
/// The engine does in one turn all that follows from a failure, so the events right after it tell.
pub(crate) fn failure_fate(
    recorded: Recorded<'_>,
    event_ref: EventRef,
    event: &HistoryEvent,
) -> Option<bool> {
    let failure = event.details.failure()?;
    let history = &recorded.execution.run(event_ref.run)?.history;
    if event.event_type == EventType::ExecutionFailed {
        // What was told by the event of the task that failed is not told again.
        let mut index = (event.id.0 as usize).checked_sub(1)?;
        while let Some(before) = index.checked_sub(1).and_then(|before| history.get(before)) {
            index -= 1;
            match before.details.failure() {
                Some(known) => return (known.error != failure.error).then_some(false),
                None if before.event_type.is_failure() => {}
                None => break,
            }
        }
        return Some(false);
    }
    if event.event_type.is_terminal() || !event.event_type.is_failure() {
        return event.event_type.is_terminal().then_some(false).filter(|_| failure.error.is_some());
    }
    let mut index = event.id.0 as usize;
    while let Some(after) = history.get(index) {
        index += 1;
        let is_around = recorded.is_inside(event.frame, after.frame);
        if is_around && after.event_type.is_state_exited() {
            return Some(true);
        }
        match after.event_type {
            EventType::ExecutionFailed => return Some(false),
            event_type if event_type.is_failure() && after.details.failure().is_none() => {}
            _ => break,
        }
    }
    Some(true)
}
