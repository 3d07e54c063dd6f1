use asl::edit::{Edit, Place};
use asl::{StateId, StateType, TransitionKind};
use json::Value;
use leptos::prelude::*;

use crate::command::Command;
use crate::state::shell::DesignTab;
use crate::state::studio::Studio;

impl Studio {
    /// Where the next block goes: onto the selected way, in front of the selected state where that was
    /// asked for, or after it; at the start of the workflow where nothing is selected.
    pub fn place_of_insert(self) -> Option<Place> {
        let selected = self.workspace.selected.get_untracked();
        let state = selected.as_ref().and_then(|key| self.state_of(key));
        let is_before = selected.is_some() && self.editing.insert_before.get_untracked() == selected;
        let way = self.workspace.selected_way_untracked().map(|(_, way)| way);
        self.workspace.document.with_untracked(|document| match (state, way) {
            (Some(from), Some(way)) => Some(Place::On { from, way }),
            (Some(state), None) if is_before => Some(Place::Before(state)),
            (Some(state), None) => place_after(document, state),
            (None, _) => document.machine().map(|machine| Place::Start(machine.id())),
        })
    }

    /// Goes to the blocks to add, with the place for the next one.
    pub fn begin_inserting(self, command: Command) {
        let before = self.workspace.selected.get_untracked().filter(|_| command == Command::InsertBefore);
        self.editing.insert_before.set(before);
        self.shell.go_to_design(DesignTab::Blocks);
    }

    /// Adds a state of a type after the selected one, or at the end of the workflow, and selects it.
    pub fn insert(self, state_type: StateType) {
        let name = self.workspace.document.with_untracked(|document| {
            let taken = |name: &str| document.state_named(name).is_some();
            asl::edit::unique_name(state_type.name(), taken)
        });
        let Some(place) = self.place_of_insert() else {
            self.shell.say("There is no workflow to add to yet.");
            return;
        };
        let mut fields = json::Map::new();
        fields.insert("Type", Value::from(state_type.name()));
        let state = Value::from(fields);
        let edit = Edit::InsertState { place, name: name.as_str().into(), state };
        if self.edit(&edit, format!("Added {name}")) {
            self.editing.insert_before.set(None);
            self.select_named(&name);
            self.focus_selected();
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
