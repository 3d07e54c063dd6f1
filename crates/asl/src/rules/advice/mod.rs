//! What works and could be better. These rules run on demand only ([`super::CheckOptions::advice`]).

pub(super) mod endless_loop;
pub(super) mod missing_dollar;
pub(super) mod missing_retry;
pub(super) mod missing_timeout;
pub(super) mod undefined_variable;
pub(super) mod unused_variable;

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
fn read_variables(context: &Context<'_>) -> BTreeSet<Str> {
    crate::variable_references(context.document).into_values().flatten().collect()
}
