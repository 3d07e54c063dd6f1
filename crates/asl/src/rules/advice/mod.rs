//! What works and could be better. These rules run on demand only ([`super::CheckOptions::advice`]).

pub(super) mod could_be_express;
pub(super) mod direct_integration;
pub(super) mod endless_loop;
pub(super) mod express_duration;
pub(super) mod history_limit;
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

use json::{NodeId, NodeKind, Str};

use super::Context;
use crate::fields::Kind;
use crate::{QueryLanguage, ScopeId};

/// The places where variables are set, by scope and name without `$`.
fn assignments(context: &Context<'_>) -> BTreeMap<ScopeId, BTreeMap<Str, NodeId>> {
    let tree = context.tree();
    let mut assigned: BTreeMap<ScopeId, BTreeMap<Str, NodeId>> = BTreeMap::new();
    for (object, member) in context.members() {
        let (Some(field), Some(value), Some(state)) = (member.field, member.value, object.state) else {
            continue;
        };
        if !matches!(field.kind, Kind::Assignments) || tree.kind(value) != NodeKind::Object {
            continue;
        }
        let Some(state) = context.document.state(state) else { continue };
        let scope = assigned.entry(state.scope().id()).or_default();
        for variable in tree.members(value) {
            let name = match object.language {
                QueryLanguage::JsonPath => variable.name.strip_suffix(".$").unwrap_or(&variable.name).into(),
                QueryLanguage::Jsonata => variable.name.as_ref().into(),
            };
            scope.entry(name).or_insert(variable.node);
        }
    }
    assigned
}

/// All variables that are read anywhere.
fn read_variables<'c>(context: &'c Context<'_>) -> BTreeSet<&'c Str> {
    context.references().values().flatten().collect()
}
