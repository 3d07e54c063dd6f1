//! Changes of the definition, and the way back: one history for canvas, forms and code.

use asl::edit::{Edit, EditError, Place};
use asl::{Patch, StateId, StateType, TransitionKind};
use json::{Span, Str, Value};
use leptos::prelude::*;

use crate::platform::dom;
use crate::state::studio::Studio;

/// Typing that pauses for less than this is one step, in milliseconds.
const BURST_MS: f64 = 900.0;
/// Steps that can be undone.
const MOST_STEPS: usize = 500;

/// A change that is undone and redone as one.
struct Step {
    title: String,
    /// In the order in which they are to be applied.
    undo: Vec<Patch>,
    redo: Vec<Patch>,
    /// What was selected before and after.
    selected_before: Option<Str>,
    selected_after: Option<Str>,
    /// When it was last added to; none if nothing may be added.
    typed_at: Option<f64>,
}

#[derive(Default)]
struct Steps {
    done: Vec<Step>,
    undone: Vec<Step>,
}

/// The history of changes. Selection and camera are not part of it.
#[derive(Clone, Copy)]
pub struct Editing {
    steps: StoredValue<Steps>,
    pub can_undo: RwSignal<bool>,
    pub can_redo: RwSignal<bool>,
}

impl Editing {
    pub fn new() -> Editing {
        Editing {
            steps: StoredValue::new(Steps::default()),
            can_undo: RwSignal::new(false),
            can_redo: RwSignal::new(false),
        }
    }

    pub fn clear(self) {
        self.steps.set_value(Steps::default());
        self.tell();
    }

    fn tell(self) {
        let (can_undo, can_redo) =
            self.steps.with_value(|steps| (!steps.done.is_empty(), !steps.undone.is_empty()));
        self.can_undo.set(can_undo);
        self.can_redo.set(can_redo);
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
        if patch.replacements.is_empty() {
            return;
        }
        let workspace = self.workspace;
        let selected = workspace.selected.get_untracked();
        let (text, inverse) = patch.apply_to(&workspace.definition.get_untracked());
        self.shell.announce(title.clone());
        self.editing.steps.update_value(|steps| {
            steps.undone.clear();
            steps.done.push(Step {
                title,
                undo: vec![inverse],
                redo: vec![patch],
                selected_before: selected.clone(),
                selected_after: selected,
                typed_at: None,
            });
            let surplus = steps.done.len().saturating_sub(MOST_STEPS);
            steps.done.drain(..surplus);
        });
        workspace.definition.set(text.into());
        self.editing.tell();
    }

    /// Takes over a text that was typed: a burst of typing is one step.
    pub fn type_definition(self, text: &str) {
        let workspace = self.workspace;
        let before = workspace.definition.get_untracked();
        let Some(patch) = patch_between(&before, text) else { return };
        let (_, inverse) = patch.apply_to(&before);
        let selected = workspace.selected.get_untracked();
        let now = dom::now_ms();
        self.editing.steps.update_value(|steps| {
            steps.undone.clear();
            match steps.done.last_mut() {
                Some(last) if last.typed_at.is_some_and(|at| now - at < BURST_MS) => {
                    last.undo.insert(0, inverse);
                    last.redo.push(patch);
                    last.typed_at = Some(now);
                }
                _ => steps.done.push(Step {
                    title: "Typed".to_owned(),
                    undo: vec![inverse],
                    redo: vec![patch],
                    selected_before: selected.clone(),
                    selected_after: selected,
                    typed_at: Some(now),
                }),
            }
        });
        workspace.definition.set(text.into());
        self.editing.tell();
    }

    pub fn undo(self) {
        self.go_back_or_forth(true);
    }

    pub fn redo(self) {
        self.go_back_or_forth(false);
    }

    fn go_back_or_forth(self, is_undo: bool) {
        let workspace = self.workspace;
        let mut text = workspace.definition.get_untracked().to_string();
        let mut selected = None;
        let mut title = None;
        self.editing.steps.update_value(|steps| {
            let Some(mut step) = (if is_undo { steps.done.pop() } else { steps.undone.pop() }) else {
                return;
            };
            for patch in if is_undo { &step.undo } else { &step.redo } {
                text = patch.apply_to(&text).0;
            }
            step.typed_at = None;
            selected = if is_undo { step.selected_before.clone() } else { step.selected_after.clone() };
            title = Some(step.title.clone());
            if is_undo { &mut steps.undone } else { &mut steps.done }.push(step);
        });
        let Some(title) = title else { return };
        workspace.definition.set(text.into());
        workspace.selected.set(selected);
        self.editing.tell();
        self.shell.announce(format!("{}: {title}", if is_undo { "Undone" } else { "Redone" }));
    }

    /// The selected state in the present document.
    pub fn selected_state(self) -> Option<StateId> {
        let key = self.workspace.selected.get_untracked()?;
        self.workspace.document.with_untracked(|document| {
            document
                .states()
                .find(|state| *document.tree().pointer(state.member()) == *key)
                .map(|state| state.id())
        })
    }

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

    /// Selects the state of a name, wherever it is.
    pub fn select_named(self, name: &str) {
        let key = self.workspace.document.with_untracked(|document| {
            let state = document.states().find(|state| state.name() == name)?;
            Some(Str::from(document.tree().pointer(state.member())))
        });
        self.editing.steps.update_value(|steps| {
            if let Some(last) = steps.done.last_mut() {
                last.selected_after = key.clone();
            }
        });
        self.workspace.selected.set(key);
    }
}

/// Where something goes that is to come after a state.
fn place_after(document: &asl::Document, state: StateId) -> Option<Place> {
    let way = match document.state(state)?.state_type() {
        Some(StateType::Choice) => TransitionKind::Default,
        Some(state_type) if state_type.is_terminal() => return Some(Place::Before(state)),
        _ => TransitionKind::Next,
    };
    Some(Place::On { from: state, way })
}

/// The smallest single replacement that makes one text the other; none if they are equal.
fn patch_between(before: &str, after: &str) -> Option<Patch> {
    if before == after {
        return None;
    }
    let prefix = before.bytes().zip(after.bytes()).take_while(|(one, other)| one == other).count();
    let most = before.len().min(after.len()) - prefix;
    let same_end = before.bytes().rev().zip(after.bytes().rev()).take(most);
    let suffix = same_end.take_while(|(one, other)| one == other).count();
    let mut start = prefix;
    while !before.is_char_boundary(start) || !after.is_char_boundary(start) {
        start -= 1;
    }
    let mut suffix = suffix;
    while !before.is_char_boundary(before.len() - suffix) || !after.is_char_boundary(after.len() - suffix) {
        suffix -= 1;
    }
    Some(Patch::replace(
        Span::new(start, before.len() - suffix),
        after.get(start..after.len() - suffix).unwrap_or_default(),
    ))
}
