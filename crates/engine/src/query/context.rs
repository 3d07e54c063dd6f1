//! What expressions see besides the data: context object, variables, `$states`.

use std::cell::RefCell;

use json::{Map, Str, Value};

use crate::execution::LazyNames;
use crate::history::Variables;
use crate::time::Instant;
use jsonata::Random;

/// The facts of an execution that the context object tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub names: LazyNames,
    pub input: Value,
    pub role_arn: Str,
    pub start_time: Instant,
    /// None where AWS's context object lacks the member: synchronous Express executions.
    pub redrive_count: Option<u32>,
    pub redrive_time: Option<Instant>,
}

/// `Map.Item` of the context object.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemContext {
    pub index: u64,
    pub value: Value,
    /// The item's name where the items come from an object.
    pub key: Option<Str>,
    /// `STATE_DATA`, or where in S3 the item is from. Only in a distributed Map.
    pub source: Option<Str>,
}

impl ItemContext {
    fn index_value(&self) -> Value {
        Value::int(i64::try_from(self.index).unwrap_or(i64::MAX))
    }

    fn to_value(&self) -> Value {
        let mut item = Map::with_capacity(4);
        item.insert("Index", self.index_value());
        if let Some(key) = &self.key {
            item.insert("Key", Value::String(key.clone()));
        }
        item.insert("Value", self.value.clone());
        if let Some(source) = &self.source {
            item.insert("Source", Value::String(source.clone()));
        }
        Value::object(item)
    }
}

/// What the expressions of one visit of a state see.
pub(crate) struct StateHost<'a> {
    pub facts: &'a Facts,
    pub state_name: &'a Str,
    pub entered_at: Instant,
    /// None for states that cannot be retried: their context object has no such member.
    pub retry_count: Option<u32>,
    pub token: Option<&'a Str>,
    pub item: Option<&'a ItemContext>,
    pub variables: Option<&'a Variables>,
    /// `$states.input`.
    pub input: &'a Value,
    /// `$states.result`.
    pub result: Option<&'a Value>,
    /// `$states.errorOutput`.
    pub error_output: Option<&'a Value>,
    /// A context object given by the caller of TestState.
    pub context: Option<&'a Value>,
    pub now: Instant,
    pub is_jsonata: bool,
    pub random: RefCell<Random>,
}

impl StateHost<'_> {
    fn execution(&self) -> Value {
        let facts = self.facts;
        let mut members = Map::with_capacity(7);
        members.insert("Id", Value::String(facts.names.execution_arn.clone()));
        members.insert("Input", facts.input.clone());
        members.insert("StartTime", Value::string(facts.start_time.to_iso()));
        members.insert("Name", Value::String(facts.names.name.clone()));
        // A test of a state may go without a role.
        let role = Some(&facts.role_arn).filter(|role| !role.is_empty());
        members.insert("RoleArn", role.map_or(Value::Null, |role| Value::String(role.clone())));
        if let Some(count) = facts.redrive_count {
            members.insert("RedriveCount", Value::int(i64::from(count)));
        }
        if let Some(time) = facts.redrive_time {
            members.insert("RedriveTime", Value::string(time.to_iso()));
        }
        Value::object(members)
    }

    fn state(&self) -> Value {
        let mut members = Map::with_capacity(3);
        members.insert("Name", Value::String(self.state_name.clone()));
        members.insert("EnteredTime", Value::string(self.entered_at.to_iso_millis()));
        if let Some(count) = self.retry_count {
            members.insert("RetryCount", Value::int(i64::from(count)));
        }
        Value::object(members)
    }

    /// The value of a variable in scope.
    pub fn variable_ref(&self, name: &str) -> Option<&Value> {
        let variables = self.variables?;
        variables.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
    }

    /// The value of `$states`; the context object is left out where nobody reads it.
    pub fn states_object(&self, with_context: bool) -> Value {
        let mut members = Map::with_capacity(4);
        members.insert("input", self.input.clone());
        if let Some(result) = self.result {
            members.insert("result", result.clone());
        }
        if let Some(error) = self.error_output {
            members.insert("errorOutput", error.clone());
        }
        if with_context {
            members.insert("context", expr::Host::context_object(self));
        }
        Value::object(members)
    }
}

impl expr::Host for StateHost<'_> {
    fn context_object(&self) -> Value {
        if let Some(context) = self.context {
            return context.clone();
        }
        let mut members = Map::with_capacity(5);
        members.insert("Execution", self.execution());
        members.insert(
            "StateMachine",
            Value::from_members([
                ("Id", Value::String(self.facts.names.state_machine_arn.clone())),
                ("Name", Value::String(self.facts.names.state_machine_name.clone())),
            ]),
        );
        members.insert("State", self.state());
        if let Some(token) = self.token {
            members.insert("Task", Value::from_members([("Token", Value::String(token.clone()))]));
        }
        if let Some(item) = self.item {
            members.insert("Map", Value::from_members([("Item", item.to_value())]));
        }
        Value::object(members)
    }

    fn context_member(&self, group: &str, name: &str) -> expr::ContextMember {
        use expr::ContextMember::{Found, Whole};
        if self.context.is_some() {
            return Whole;
        }
        match (group, name) {
            ("Execution", "Id") => Found(Value::String(self.facts.names.execution_arn.clone())),
            ("Execution", "Input") => Found(self.facts.input.clone()),
            ("Execution", "Name") => Found(Value::String(self.facts.names.name.clone())),
            ("Execution", "RoleArn") => Found(Value::String(self.facts.role_arn.clone())),
            ("Execution", "StartTime") => Found(Value::string(self.facts.start_time.to_iso())),
            ("StateMachine", "Id") => Found(Value::String(self.facts.names.state_machine_arn.clone())),
            ("StateMachine", "Name") => Found(Value::String(self.facts.names.state_machine_name.clone())),
            ("State", "Name") => Found(Value::String(self.state_name.clone())),
            ("Map", "Item") => match self.item {
                Some(item) => Found(item.to_value()),
                None => Whole,
            },
            _ => Whole,
        }
    }

    fn map_item_member(&self, name: &str) -> expr::ContextMember {
        use expr::ContextMember::{Found, Whole};
        match self.item.filter(|_| self.context.is_none()) {
            Some(item) => match name {
                "Value" => Found(item.value.clone()),
                "Index" => Found(item.index_value()),
                _ => Whole,
            },
            None => Whole,
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        self.variable_ref(name).cloned()
    }

    fn random(&self) -> u64 {
        self.random.borrow_mut().next_u64()
    }
}
