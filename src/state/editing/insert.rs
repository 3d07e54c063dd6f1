use asl::edit::{Edit, Place};
use asl::{StateId, StateType, TransitionKind};
use json::Value;
use leptos::prelude::*;

use crate::state::studio::Studio;

impl Studio {
    /// Adds a state of a type after the selected one, or at the end of the workflow, and selects it.
    pub fn insert(self, state_type: StateType) {
        let selected = self.selected_state();
        let Some((place, name)) = self.workspace.document.with_untracked(|document| {
            let place = match selected.and_then(|state| document.state(state)) {
                Some(state) => place_after(document, state.id()),
                None => document.scopes().next().map(|scope| Place::Start(scope.id())),
            };
            let taken = |name: &str| document.states().any(|state| state.name() == name);
            Some((place?, asl::edit::unique_name(state_type.name(), taken)))
        }) else {
            self.shell.say("There is no workflow to add to yet.");
            return;
        };
        let mut fields = json::Map::new();
        fields.insert("Type", Value::from(state_type.name()));
        let state = Value::from(fields);
        let edit = Edit::InsertState { place, name: name.as_str().into(), state };
        if self.edit(&edit, format!("Added {name}")) {
            self.select_named(&name);
        }
    }
}

/// Where something goes that is to come after a state.
pub fn place_after(document: &asl::Document, state: StateId) -> Option<Place> {
    let way = match document.state(state)?.state_type() {
        Some(StateType::Choice) => TransitionKind::Default,
        Some(state_type) if state_type.is_terminal() => return Some(Place::Before(state)),
        _ => TransitionKind::Next,
    };
    Some(Place::On { from: state, way })
}
