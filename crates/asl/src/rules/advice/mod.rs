//! What works and could be better. These rules run on demand only ([`super::CheckOptions::advice`]).

pub(super) mod could_be_express;
pub(super) mod direct_integration;
pub(super) mod endless_loop;
pub(super) mod express_duration;
pub(super) mod history_limit;
pub(super) mod ignored_path_end;
pub(super) mod loop_without_wait;
mod loops;
pub(super) mod maybe_undefined_variable;
pub(super) mod missing_catch;
pub(super) mod missing_dollar;
pub(super) mod missing_heartbeat;
pub(super) mod missing_retry;
pub(super) mod missing_timeout;
pub(super) mod payload_growth;
pub(super) mod polled_job;
pub(super) mod secret_in_text;
pub(super) mod shadowed_variable;
pub(super) mod undefined_variable;
pub(super) mod unreachable_handler;
pub(super) mod unused_variable;

pub(super) use loops::{Loop, loops};

use std::collections::{BTreeMap, BTreeSet};

use json::{NodeId, Str};

use super::Context;
use crate::{Document, ScopeId, State};

pub(super) type Assignments = BTreeMap<ScopeId, BTreeMap<Str, NodeId>>;

/// The places where variables are set, by scope and name without `$`.
pub(super) fn assignments(document: &Document) -> Assignments {
    let mut assigned = Assignments::new();
    for scope in document.scopes() {
        // The last state comes first, as in `Typed`.
        let states: Vec<_> = scope.states().collect();
        for state in states.into_iter().rev().filter(|state| !state.facts().assignments.is_empty()) {
            let names = assigned.entry(scope.id()).or_default();
            for (name, distance) in &state.facts().assignments {
                names.entry(name.clone()).or_insert_with(|| state.member().at_distance(*distance));
            }
        }
    }
    assigned
}

/// The text of a state that reads a variable, not within the states inside of it; the state's member where there is
/// none.
fn reader(context: &Context<'_>, state: State<'_>, variable: &str) -> NodeId {
    let tree = context.document.tree();
    let name = format!("${variable}");
    let reads = |text: &str| {
        text.match_indices(&name).any(|(at, _)| {
            let next = text.get(at + name.len()..).and_then(|rest| rest.chars().next());
            !next.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
        })
    };
    let mut waiting: Vec<NodeId> = state.node().into_iter().collect();
    let mut found = None;
    while let Some(node) = waiting.pop() {
        if tree.as_str(node).is_some_and(|text| reads(&text)) {
            found = Some(node);
            break;
        }
        let inner = tree.members(node).filter(|member| &*member.name != "States");
        let inner: Vec<NodeId> = inner.filter_map(|member| member.value).chain(tree.items(node)).collect();
        // The first in the text is the first to be looked at.
        waiting.extend(inner.into_iter().rev());
    }
    found.unwrap_or(state.member())
}

/// All variables that are read anywhere.
fn read_variables<'c>(context: &'c Context<'_>) -> BTreeSet<&'c Str> {
    context.references().values().flatten().collect()
}
