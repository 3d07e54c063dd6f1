//! What a set of runs has reached of a definition.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use asl::{Document, StateId, StateType, Target, TransitionKind};
use engine::{EventId, EventRef, Execution, RunId};

use crate::breakpoints::Recorded;
use crate::query::{Env, Query};
use crate::status::{StateStatus, Taken};
use crate::visits::{VisitId, Visits};

/// What was reached, over any number of runs of one definition.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    /// How often each state was entered.
    pub states: BTreeMap<StateId, u64>,
    /// How often each way was gone: from a state or the start of a scope, to a state or its end.
    pub ways: BTreeMap<(Option<u32>, Option<u32>), u64>,
    /// How often each state was left because of a caught error.
    pub caught: BTreeMap<StateId, u64>,
    /// How often each state was tried again.
    pub retried: BTreeMap<StateId, u64>,
    /// Retriers and catchers that took a failure, by state and position.
    pub retriers: BTreeMap<(StateId, usize), u64>,
    pub catchers: BTreeMap<(StateId, usize), u64>,
    /// Choice rules that matched, by state and position; the default is the position after the last.
    pub rules: BTreeMap<(StateId, usize), u64>,
    /// Transitions that were told from others that lead to the same state.
    told: BTreeSet<(StateId, TransitionKind)>,
    pub runs: u64,
}

/// One thing that no run has reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unreached {
    State(StateId),
    /// A transition of a state, by its kind.
    Transition {
        from: StateId,
        kind: TransitionKind,
    },
}

impl Coverage {
    /// Adds a run; states of nested executions of other definitions don't count.
    pub fn add(&mut self, execution: &Execution, document: &Document) {
        self.runs += 1;
        let Some(machine) = execution.machine() else { return };
        for run in execution.runs().filter(|run| std::sync::Arc::ptr_eq(run.machine(), machine)) {
            self.add_run(execution, run.id, document);
        }
    }

    fn add_run(&mut self, execution: &Execution, run: RunId, document: &Document) {
        let Some(history) = execution.run(run).map(|run| &run.history) else { return };
        let mut visits = Visits::default();
        let mut events = Vec::with_capacity(history.len());
        for event in history.iter() {
            visits.apply(run, event, &|frame| execution.frame(frame).and_then(|info| info.parent));
            events.push(EventRef { run, event: event.id });
        }
        let mut next_of: HashMap<VisitId, VisitId> = HashMap::new();
        for (id, visit) in visits.iter() {
            if let Some(before) = visit.previous {
                next_of.insert(before, id);
            }
        }
        for (id, visit) in visits.iter() {
            let Some(state) = visit.state else { continue };
            *self.states.entry(state).or_default() += 1;
            let from = visit.previous.and_then(|before| visits.get(before)).and_then(|before| before.state);
            *self.ways.entry((from.map(|from| from.0), Some(state.0))).or_default() += 1;
            let next = next_of.get(&id).and_then(|next| visits.get(*next)).and_then(|next| next.state);
            if visit.exited.is_some() && next.is_none() {
                *self.ways.entry((Some(state.0), None)).or_default() += 1;
            }
            if visit.retries() > 0 {
                *self.retried.entry(state).or_default() += visit.retries() as u64;
            }
            if visit.status == StateStatus::Caught {
                *self.caught.entry(state).or_default() += 1;
            }
            for ended in
                visit.attempts.iter().filter(|attempt| attempt.has_failed).filter_map(|attempt| attempt.ended)
            {
                self.add_handler(execution, EventRef { run, event: EventId(ended) }, state);
            }
            let exited = visit.exited.and_then(|exited| history.event(EventId(exited)));
            let way = exited.and_then(|exited| exited.details.way());
            if let Some(way) = way {
                self.told.insert((state, way));
                let caught_silently = !visit.attempts.iter().any(|attempt| attempt.has_failed);
                match way {
                    TransitionKind::Choice(position) => self.add_rule(state, position),
                    TransitionKind::Default => self.add_rule(state, rule_count(document, state)),
                    TransitionKind::Catch(position) if caught_silently => {
                        *self.catchers.entry((state, position)).or_default() += 1;
                    }
                    _ => {}
                }
            } else if let (StateType::Choice, Some(next)) = (visit.state_type, next) {
                let recorded = Recorded { execution, events: &events, visits: &visits };
                self.add_choice(recorded, visit.entered, state, next, document);
            }
        }
    }

    fn add_handler(&mut self, execution: &Execution, failed: EventRef, state: StateId) {
        let Some(details) = execution.inspect(failed).and_then(|found| found.data.error_details) else {
            return;
        };
        if let Some(index) = details.retry_index {
            *self.retriers.entry((state, index)).or_default() += 1;
        }
        if let Some(index) = details.catch_index {
            *self.catchers.entry((state, index)).or_default() += 1;
        }
    }

    /// Which rule a Choice state took: the only one that leads to the next state, or the first of
    /// several that holds.
    fn add_choice(
        &mut self,
        recorded: Recorded<'_>,
        entered: u32,
        state: StateId,
        next: StateId,
        document: &Document,
    ) {
        let Some(choice) = document.state(state) else { return };
        let transitions = choice.transitions();
        let count = rule_count(document, state);
        let position = |kind: TransitionKind| match kind {
            TransitionKind::Choice(position) => Some(position),
            TransitionKind::Default => Some(count),
            _ => None,
        };
        let candidates: Vec<usize> = transitions
            .iter()
            .filter(|transition| transition.target == Target::State(next))
            .filter_map(|transition| position(transition.kind))
            .collect();
        let taken = match candidates.as_slice() {
            [] => return,
            [only] => *only,
            _ => {
                let rules = choice.value("Choices").unwrap_or_default();
                let holds = |position: &usize| {
                    let Some(rule) = rules.at(*position) else { return *position == count };
                    let Some(env) = Env::at(recorded.execution, recorded.visits, recorded.events, entered)
                    else {
                        return false;
                    };
                    let text = match rule.get("Condition").and_then(json::Value::as_str) {
                        Some(condition) => condition.to_owned(),
                        None => rule.to_text(),
                    };
                    Query::compile(&text, choice.language())
                        .is_ok_and(|query| query.holds(&env).unwrap_or(false))
                };
                match candidates.iter().copied().find(|position| holds(position)) {
                    Some(taken) => taken,
                    None => return,
                }
            }
        };
        self.add_rule(state, taken);
    }

    fn add_rule(&mut self, state: StateId, position: usize) {
        *self.rules.entry((state, position)).or_default() += 1;
    }

    pub fn is_taken(&self, way: Taken) -> bool {
        self.ways.contains_key(&(way.0.map(|from| from.0), way.1.map(|to| to.0)))
    }

    /// Whether it is known of some visit of a state how it was left.
    fn is_told(&self, state: StateId) -> bool {
        self.told.range((state, TransitionKind::Next)..).next().is_some_and(|(told, _)| *told == state)
    }

    /// The states and transitions of a definition that no run has reached.
    pub fn unreached(&self, document: &Document) -> Vec<Unreached> {
        let mut found = Vec::new();
        for state in document.states() {
            if !self.states.contains_key(&state.id()) {
                found.push(Unreached::State(state.id()));
                continue;
            }
            for transition in state.transitions() {
                let Some(to) = end_of(&transition.target) else { continue };
                let has_twin = || {
                    state.transitions().iter().filter(|other| other.target == transition.target).count() > 1
                };
                let is_reached = match transition.kind {
                    TransitionKind::Default if has_twin() => {
                        self.rules.contains_key(&(state.id(), rule_count(document, state.id())))
                    }
                    TransitionKind::Next if has_twin() && self.is_told(state.id()) => {
                        self.told.contains(&(state.id(), TransitionKind::Next))
                    }
                    TransitionKind::Choice(position) => self.rules.contains_key(&(state.id(), position)),
                    TransitionKind::Catch(position) => self.catchers.contains_key(&(state.id(), position)),
                    _ => self.is_taken((Some(state.id()), to)),
                };
                if !is_reached && state.state_type() != Some(StateType::Fail) {
                    found.push(Unreached::Transition { from: state.id(), kind: transition.kind });
                }
            }
        }
        found
    }

    /// Shares of states and transitions that were reached, 0 … 1.
    pub fn shares(&self, document: &Document) -> (f64, f64) {
        let states = document.state_count().max(1);
        let reached = document.states().filter(|state| self.states.contains_key(&state.id())).count();
        let mut ways = BTreeSet::new();
        for state in document.states() {
            for transition in state.transitions() {
                if state.state_type() == Some(StateType::Fail) {
                    continue;
                }
                if let Some(to) = end_of(&transition.target) {
                    ways.insert((Some(state.id().0), to.map(|to| to.0)));
                }
            }
        }
        let taken = ways.iter().filter(|way| self.ways.contains_key(way)).count();
        (reached as f64 / states as f64, if ways.is_empty() { 1.0 } else { taken as f64 / ways.len() as f64 })
    }
}

fn rule_count(document: &Document, state: StateId) -> usize {
    let rules = document.state(state).and_then(|state| state.field("Choices"));
    rules.map_or(0, |rules| document.tree().items(rules).count())
}

/// The state that a transition leads to, or the end; none where it leads nowhere.
fn end_of(target: &Target<'_>) -> Option<Option<StateId>> {
    match target {
        Target::State(state) => Some(Some(*state)),
        Target::End => Some(None),
        Target::Missing(_) => None,
    }
}
