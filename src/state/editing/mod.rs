//! Changes of the definition, and the way back: one history for canvas, forms and code.

mod actions;
mod clipboard;
mod connecting;
mod dragging;
mod insert;
mod picture;
mod selection;

use std::collections::HashSet;
use std::sync::Arc;

use asl::edit::{Edit, EditError, Port};
use asl::history::{Change, Travel};
use asl::{History, Patch};
use json::Str;
use leptos::prelude::*;

use crate::platform::dom;
use crate::state::drafts::Draft;
use crate::state::studio::Studio;

pub use connecting::ConnectTarget;
pub use dragging::ConnectDrag;
pub use insert::place_after;
pub use selection::Beside;

/// Bytes of a history that are kept for the next visit.
const MOST_KEPT: usize = 300_000;

/// The history of changes. Selection and camera are no steps, but come back with them.
#[derive(Clone, Copy)]
pub struct Editing {
    history: StoredValue<History>,
    /// The text that the history is for.
    text: StoredValue<Str>,
    /// What was changed since the document that the scene is of: nothing, unless the text is broken or the picture
    /// waits for the typing to rest.
    since_shown: StoredValue<Patch>,
    /// Counts what is typed, so that the picture knows when that rests.
    typed: StoredValue<u64>,
    pub can_undo: RwSignal<bool>,
    pub can_redo: RwSignal<bool>,
    /// The states that were copied last, as text.
    copied: StoredValue<String>,
    /// The key of the state whose name is being written anew on the canvas.
    pub renaming: RwSignal<Option<Str>>,
    /// The way that is being led elsewhere, in a list of targets.
    pub connecting: RwSignal<Option<Connecting>>,
    /// The way that is being drawn with a pointer.
    pub drag: RwSignal<Option<ConnectDrag>>,
    /// The keys of the states to which it may be led.
    pub legal: RwSignal<Option<Arc<HashSet<Str>>>>,
    /// The key of the state under the mouse.
    pub hovered: RwSignal<Option<Str>>,
    /// The key of the selected state in front of which the next block goes; after it otherwise.
    pub insert_before: RwSignal<Option<Str>>,
    /// The menu that is open on the canvas.
    pub menu: RwSignal<Option<MenuAt>>,
}

/// A way that waits for its target.
#[derive(Clone, Debug, PartialEq)]
pub struct Connecting {
    /// The key of the state that it leaves.
    pub from: Str,
    pub port: Port,
}

/// Where a menu is open, in CSS pixels of the page.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MenuAt {
    pub x: f64,
    pub y: f64,
}

impl Editing {
    pub fn new() -> Editing {
        Editing {
            history: StoredValue::new(History::default()),
            text: StoredValue::new(Str::from("")),
            since_shown: StoredValue::new(Patch::default()),
            typed: StoredValue::new(0),
            can_undo: RwSignal::new(false),
            can_redo: RwSignal::new(false),
            copied: StoredValue::new(String::new()),
            renaming: RwSignal::new(None),
            connecting: RwSignal::new(None),
            drag: RwSignal::new(None),
            legal: RwSignal::new(None),
            hovered: RwSignal::new(None),
            insert_before: RwSignal::new(None),
            menu: RwSignal::new(None),
        }
    }

    fn tell(self) {
        let (can_undo, can_redo) =
            self.history.with_value(|history| (history.can_undo(), history.can_redo()));
        if self.can_undo.get_untracked() != can_undo {
            self.can_undo.set(can_undo);
        }
        if self.can_redo.get_untracked() != can_redo {
            self.can_redo.set(can_redo);
        }
    }
}

impl Studio {
    /// What an edit comes to, or why it can't be done.
    pub fn plan(self, edit: &Edit) -> Result<Patch, EditError> {
        self.workspace.document.with_untracked(|document| document.plan(edit))
    }

    /// Carries an edit out as one step. `title` says in the past tense what was done, for the ear and the history.
    /// Answers whether it could be done; if not, the person was told why.
    pub fn edit(self, edit: &Edit, title: impl Into<String>) -> bool {
        match self.plan(edit) {
            Ok(patch) => {
                self.apply_patch(patch, title);
                true
            }
            Err(error) => {
                self.shell.say(error.to_string());
                false
            }
        }
    }

    /// Carries a patch of the definition out as one step.
    pub fn apply_patch(self, patch: Patch, title: impl Into<String>) {
        let title = title.into();
        if self.change(&patch, &title, None) {
            self.shell.announce(title);
        }
    }

    /// As [`Studio::apply_patch`], but changes with the same key that follow each other soon are one step:
    /// typing into one field of a form.
    pub fn apply_patch_merging(self, patch: Patch, title: impl Into<String>, key: &str) {
        self.change(&patch, &title.into(), Some(key));
    }

    /// Takes over a text that was typed: a burst of typing is one step.
    pub fn type_definition(self, text: &str) {
        self.let_picture_wait();
        self.change_source(text.into(), "Typed in the definition", Some("typing"));
    }

    /// Carries another text of the file out as one step.
    pub fn replace_source(self, text: &str, title: &str) {
        self.catch_up();
        if self.change_source(text.into(), title, None) {
            self.shell.announce(title);
        }
    }

    /// From here to [`Studio::end_mark`], all changes are one step: a drag, for example.
    pub fn begin_mark(self, title: &str) {
        self.editing.history.update_value(|history| history.begin_mark(title));
    }

    pub fn end_mark(self) {
        self.editing.history.update_value(History::end_mark);
    }

    /// Takes everything since the mark back, as if it had never been.
    pub fn bail(self) {
        self.catch_up();
        let text = self.workspace.source.get_untracked();
        let mut travel = None;
        self.editing.history.update_value(|history| travel = history.bail(&text));
        if let Some(travel) = travel {
            self.travel(travel);
        }
    }

    pub fn undo(self) {
        self.catch_up();
        self.absorb();
        let text = self.workspace.source.get_untracked();
        let mut travel = None;
        self.editing.history.update_value(|history| travel = history.undo(&text));
        if let Some(travel) = travel {
            self.shell.announce(format!("Undone: {}", travel.title));
            self.travel(travel);
        }
    }

    pub fn redo(self) {
        self.catch_up();
        self.absorb();
        let text = self.workspace.source.get_untracked();
        let mut travel = None;
        self.editing.history.update_value(|history| travel = history.redo(&text));
        if let Some(travel) = travel {
            self.shell.announce(format!("Redone: {}", travel.title));
            self.travel(travel);
        }
    }

    /// Keeps the history beside the draft.
    pub(super) fn keep_history(self) {
        self.absorb();
        let draft = self.workspace.draft_id.get_untracked();
        let text = self.workspace.source.get_untracked();
        let kept = self.editing.history.with_value(|history| history.to_text(&text, MOST_KEPT));
        Draft::save_history(&draft, &kept);
    }

    /// Takes up the history that was kept with the draft that was opened, if it is of the draft's text.
    pub(super) fn restore_history(self) {
        let text = self.workspace.source.get_untracked();
        let kept = Draft::load_history(&self.workspace.draft_id.get_untracked());
        let history = kept.and_then(|kept| History::from_text(&kept, &text)).unwrap_or_default();
        self.editing.history.set_value(history);
        self.editing.text.set_value(text);
        self.editing.since_shown.set_value(Patch::default());
        self.editing.tell();
    }

    /// Makes a change of the definition a part of the history; answers whether there was anything to change.
    fn change(self, patch: &Patch, title: &str, merge: Option<&str>) -> bool {
        self.catch_up();
        self.absorb();
        let before = self.workspace.definition.get_untracked();
        let (after, _) = patch.apply_to(&before);
        if after == *before {
            return false;
        }
        if !self.workspace.is_yaml_untracked() {
            self.record(&before, patch, patch, title, merge);
            return true;
        }
        match self.workspace.source_for(&after) {
            Ok(source) => self.change_source(source, title, merge),
            Err(message) => {
                self.shell.say(message);
                false
            }
        }
    }

    /// Makes another text of the file a part of the history; answers whether it is another one.
    fn change_source(self, after: Str, title: &str, merge: Option<&str>) -> bool {
        self.absorb();
        let before = self.workspace.source.get_untracked();
        let patch = Patch::between(&before, &after);
        if patch.is_empty() {
            return false;
        }
        let definition = self.definition_patch(&patch, &after);
        self.record(&before, &patch, &definition, title, merge);
        true
    }

    /// What a change of the file's text is to the definition: the same, unless the file is in YAML.
    fn definition_patch(self, patch: &Patch, after: &str) -> Patch {
        if !self.workspace.is_yaml_untracked() {
            return patch.clone();
        }
        match yaml::Yaml::parse(after) {
            Ok(yaml) => Patch::between(&self.workspace.definition.get_untracked(), &yaml.to_json().0),
            Err(_) => Patch::default(),
        }
    }

    fn record(self, before: &str, patch: &Patch, definition: &Patch, title: &str, merge: Option<&str>) {
        let editing = self.editing;
        let change =
            Change { title, merge, selection: self.workspace.selection_untracked(), now_ms: dom::now_ms() };
        let mut after = String::new();
        editing.history.update_value(|history| after = history.apply(before, patch, change));
        self.put(definition, after);
        self.note_selection();
    }

    /// Notes that what is selected now is to be selected again when the last step is redone.
    pub(crate) fn note_selection(self) {
        let selection = self.workspace.selection_untracked();
        self.editing.history.update_value(|history| history.set_selection_after(selection));
    }

    /// A text that was set past the history becomes a step of it, so that no way back is lost.
    fn absorb(self) {
        let known = self.editing.text.get_value();
        let now = self.workspace.source.get_untracked();
        if known != now {
            let patch = Patch::between(&known, &now);
            let definition =
                if self.workspace.is_yaml_untracked() { Patch::default() } else { patch.clone() };
            self.record(&known, &patch, &definition, "Changed the definition", None);
        }
    }

    fn travel(self, travel: Travel) {
        let Travel { text, patch, selection, .. } = travel;
        let definition = self.definition_patch(&patch, &text);
        self.put(&definition, text);
        let there = self.workspace.scene.with_untracked(|scene| {
            let there = selection.into_iter().filter(|key| scene.index_of(key).is_some());
            there.collect::<Vec<Str>>()
        });
        if !there.is_empty() {
            self.workspace.select(there);
        }
        self.reveal_selected();
    }
}
