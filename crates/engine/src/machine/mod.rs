//! A definition compiled for running: everything parsed once, states and scopes numbered as in the
//! [`asl::Document`] that it was compiled from.

mod compile;
mod resource;

use std::sync::Arc;

use asl::{QueryLanguage, Role, ScopeId, StateId, StateType};
use json::{Span, Str, Value};

use crate::history::Way;
use crate::query::{Condition, Dynamic, Items, PathField, ResultPath, Template};

pub use resource::{Pattern, Resource, ResourceKind};

/// A compiled state machine.
#[derive(Debug)]
pub struct Machine {
    pub(crate) states: Vec<StateDef>,
    pub(crate) scopes: Vec<ScopeDef>,
    /// What could not be compiled. A state with a problem fails with States.Runtime when it is entered.
    pub problems: Vec<Problem>,
    /// `TimeoutSeconds` of the machine.
    pub timeout_seconds: Option<i64>,
    pub comment: Option<Str>,
    pub language: QueryLanguage,
    /// The length in bytes of the definition's text (Express billing counts it).
    pub text_len: usize,
}

/// Something in a definition that does not compile.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub state: Option<StateId>,
    /// Where it stands in the text.
    pub span: Option<Span>,
    /// The state's field, by its path from the state: `Parameters/a.$`.
    pub field: String,
    pub message: String,
}

impl Machine {
    pub fn state(&self, id: StateId) -> Option<&StateDef> {
        self.states.get(id.0 as usize)
    }

    pub fn scope(&self, id: ScopeId) -> Option<&ScopeDef> {
        self.scopes.get(id.0 as usize)
    }

    pub fn states(&self) -> impl Iterator<Item = &StateDef> {
        self.states.iter()
    }

    /// The first state of this name in any scope.
    pub fn state_named(&self, name: &str) -> Option<&StateDef> {
        self.states.iter().find(|state| &*state.name == name)
    }
}

#[derive(Clone, Debug)]
pub struct ScopeDef {
    pub role: Role,
    pub owner: Option<StateId>,
    pub start: Option<StateId>,
}

/// Where a transition leads.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    State(StateId),
    /// The end of the scope.
    End,
    /// A name that no state of the scope has, or no name at all.
    Missing(Str),
}

/// A compiled state.
#[derive(Debug)]
pub struct StateDef {
    pub id: StateId,
    pub name: Str,
    pub state_type: StateType,
    pub scope: ScopeId,
    pub language: QueryLanguage,
    pub next: Next,
    pub(crate) data: DataFlow,
    pub(crate) body: Body,
    pub(crate) retry: Vec<Retrier>,
    pub(crate) catch: Vec<Catcher>,
    /// Why the state cannot run.
    pub broken: Option<Str>,
}

impl StateDef {
    /// The resource of a Task.
    pub fn resource(&self) -> Option<&Arc<Resource>> {
        match &self.body {
            Body::Task(task) => Some(&task.resource),
            _ => None,
        }
    }

    /// The body of a Map state, the branches of a Parallel state.
    pub fn child_scopes(&self) -> &[ScopeId] {
        match &self.body {
            Body::Parallel { branches } => branches,
            Body::Map(map) => std::slice::from_ref(&map.scope),
            _ => &[],
        }
    }

    /// Where it can lead.
    pub(crate) fn ways(&self) -> impl Iterator<Item = (Way, &Next)> {
        let (rules, last) = match &self.body {
            Body::Choice { rules, default } => {
                (&rules[..], default.as_ref().map(|default| (Way::DEFAULT, default)))
            }
            _ => (&[][..], Some((Way::NEXT, &self.next))),
        };
        let rules = rules.iter().map(|rule| (rule.way, &rule.next));
        let catchers = self.catch.iter().map(|catcher| (catcher.way, &catcher.next));
        rules.chain(catchers).chain(last)
    }

    /// Whether the state is a Map whose iterations are executions of their own.
    pub fn is_distributed_map(&self) -> bool {
        matches!(&self.body, Body::Map(map) if map.distributed.is_some())
    }

    pub(crate) fn is_jsonata(&self) -> bool {
        self.language == QueryLanguage::Jsonata
    }
}

/// What a state does to its data around its work. JSONata states have `arguments`, `output` and
/// `assign`, JSONPath states all the others and `assign`.
#[derive(Debug, Default)]
pub(crate) struct DataFlow {
    pub input_path: PathField,
    /// `Parameters` or `Arguments`.
    pub arguments: Option<Template>,
    pub result_selector: Option<Template>,
    pub result_path: ResultPath,
    pub output_path: PathField,
    pub output: Option<Template>,
    pub assign: Option<Template>,
}

/// What is particular to a type of state.
#[derive(Debug)]
pub(crate) enum Body {
    Pass { result: Option<Value> },
    Task(Box<TaskDef>),
    Choice { rules: Vec<RuleDef>, default: Option<Next> },
    Wait(WaitDef),
    Succeed,
    Fail { error: Option<Dynamic>, cause: Option<Dynamic> },
    Parallel { branches: Vec<ScopeId> },
    Map(Box<MapDef>),
}

#[derive(Debug)]
pub(crate) struct TaskDef {
    pub resource: Arc<Resource>,
    pub timeout: Option<Dynamic>,
    pub heartbeat: Option<Dynamic>,
    pub credentials: Option<Template>,
}

#[derive(Debug)]
pub(crate) struct RuleDef {
    /// `Choices[0]/Output`, as messages name it.
    pub output_field: Str,
    pub condition: Condition,
    pub way: Way,
    pub next: Next,
    pub output: Option<Template>,
    pub assign: Option<Template>,
}

#[derive(Debug)]
pub(crate) enum WaitDef {
    Seconds(Dynamic),
    Timestamp(Dynamic),
}

#[derive(Debug)]
pub(crate) struct MapDef {
    pub scope: ScopeId,
    pub distributed: Option<Distributed>,
    pub items: Items,
    pub item_selector: Option<Template>,
    pub max_concurrency: Option<Dynamic>,
    pub tolerated_failure_count: Option<Dynamic>,
    pub tolerated_failure_percentage: Option<Dynamic>,
}

/// What only a Map of mode DISTRIBUTED has.
#[derive(Debug, Default)]
pub(crate) struct Distributed {
    pub express: bool,
    pub label: Option<Str>,
    pub reader: Option<ReaderDef>,
    pub batcher: Option<BatcherDef>,
    pub writer: Option<WriterDef>,
}

#[derive(Debug)]
pub(crate) struct ReaderDef {
    pub resource: Arc<Resource>,
    /// `Parameters` or `Arguments`.
    pub arguments: Option<Template>,
    /// `ReaderConfig` as it stands.
    pub config: Value,
    pub max_items: Option<Dynamic>,
}

#[derive(Debug)]
pub(crate) struct BatcherDef {
    pub batch_input: Option<Template>,
    pub max_items: Option<Dynamic>,
    pub max_bytes: Option<Dynamic>,
}

#[derive(Debug)]
pub(crate) struct WriterDef {
    pub arguments: Option<Template>,
    /// `WriterConfig` as it stands.
    pub config: Value,
}

#[derive(Clone, Debug)]
pub(crate) struct Retrier {
    pub errors: Vec<Str>,
    pub interval_seconds: f64,
    pub max_attempts: u32,
    pub backoff_rate: f64,
    pub max_delay_seconds: Option<f64>,
    pub full_jitter: bool,
}

#[derive(Debug)]
pub(crate) struct Catcher {
    /// `Catch[0]/Output`, as messages name it.
    pub output_field: Str,
    pub errors: Vec<Str>,
    pub way: Way,
    pub next: Next,
    pub result_path: ResultPath,
    pub output: Option<Template>,
    pub assign: Option<Template>,
}
