//! How the picture, what is selected in it, and the marks of a run follow the text.

use std::collections::HashMap;

use asl::{Patch, StateMap};
use gloo::timers::callback::Timeout;
use json::Str;
use leptos::prelude::*;

use crate::platform::dom;
use crate::state::studio::Studio;

/// Above this many states the picture waits for the typing to rest: problems are told first.
const WAITS_ABOVE: usize = 150;
/// Milliseconds without a key after which it does.
const RESTS_AFTER_MS: u32 = 150;

impl Studio {
    /// Has the picture of a large workflow stay as it is until the typing rests. To lay it out takes longer than all
    /// else that follows from a key, and it is seldom looked at between two of them.
    pub(super) fn let_picture_wait(self) {
        if self.workspace.shown.with_untracked(|document| document.state_count() <= WAITS_ABOVE) {
            return;
        }
        let (waits, typed) = (self.workspace.picture_waits, self.editing.typed);
        if !waits.get_untracked() {
            waits.set(true);
        }
        let own = typed.get_value().wrapping_add(1);
        typed.set_value(own);
        let rest = move || {
            if typed.try_get_value() == Some(own) {
                self.catch_up();
            }
        };
        Timeout::new(RESTS_AFTER_MS, rest).forget();
    }

    /// Has a picture that waits follow the text now.
    pub fn catch_up(self) {
        let waits = self.workspace.picture_waits;
        if waits.get_untracked() {
            self.change_shown(|| waits.set(false));
            self.note_selection();
        }
    }

    /// Sets the file's text after a patch of the definition.
    pub(super) fn put(self, patch: &Patch, after: String) {
        let (workspace, editing) = (self.workspace, self.editing);
        let before = workspace.definition.get_untracked();
        editing.since_shown.update_value(|since| *since = since.then(patch, &before));
        self.change_shown(|| {
            let after = Str::from(after);
            editing.text.set_value(after.clone());
            workspace.set_source(after);
            editing.tell();
        });
    }

    /// Does what may bring another picture. What is selected, and the marks of a run, go with their states.
    fn change_shown(self, change: impl FnOnce()) {
        let (workspace, editing) = (self.workspace, self.editing);
        let shown = workspace.shown.get_untracked();
        let selection = workspace.selection_untracked();
        let states: Vec<_> = selection.iter().map(|key| self.shown_state_of(key)).collect();
        let had_focus = dom::is_focus_within("stage");
        change();
        if workspace.is_behind.get_untracked() {
            return;
        }
        let now = workspace.shown.get_untracked();
        let since = editing.since_shown.get_value();
        editing.since_shown.set_value(Patch::default());
        let has_views = workspace.root.with_untracked(Option::is_some)
            || workspace.folded.with_untracked(|folded| !folded.is_empty());
        let follows_all =
            has_views || workspace.has_order() || workspace.has_suppressed() || self.runs.has_runs();
        if !selection.is_empty() || follows_all {
            self.follow_states(&shown, &since, &now, (&selection, states), follows_all);
        }
        if had_focus {
            self.focus_selected();
        }
    }

    /// Selects what the selected states have become, and has views and runs follow theirs.
    fn follow_states(
        self,
        shown: &asl::Document,
        since: &Patch,
        now: &asl::Document,
        (selection, states): (&[Str], Vec<Option<asl::StateId>>),
        follows_all: bool,
    ) {
        let workspace = self.workspace;
        let map = StateMap::new(shown, since, now);
        let key_of = |document: &asl::Document, state| Some(document.state(state)?.key());
        let selected = selection.iter().zip(states).filter_map(|(key, state)| match state {
            Some(state) => key_of(now, map.get(state)?),
            // It was selected in the text already, for which there was no picture yet.
            None => now.state_at_pointer(key).map(|_| key.clone()),
        });
        let selected: Vec<Str> = selected.collect();
        if selected != selection {
            workspace.select(selected);
        }
        if follows_all {
            let states: Vec<(Str, Option<Str>)> = shown
                .states()
                .filter_map(|state| {
                    let old = key_of(shown, state.id())?;
                    Some((old, map.get(state.id()).and_then(|state| key_of(now, state))))
                })
                .collect();
            if workspace.has_order() {
                workspace.follow_order(&states);
            }
            let renamed: HashMap<Str, Str> = states
                .into_iter()
                .filter_map(|(old, new)| new.filter(|new| *new != old).map(|new| (old, new)))
                .collect();
            self.runs.follow_keys(&renamed);
            workspace.follow_keys(&renamed);
            if workspace.has_suppressed() {
                let names = shown.states().filter_map(|state| {
                    let new = now.state(map.get(state.id())?)?.name();
                    (new != state.name()).then(|| (state.name().into(), new.into()))
                });
                workspace.follow_suppressed(&names.collect());
            }
        }
    }
}
