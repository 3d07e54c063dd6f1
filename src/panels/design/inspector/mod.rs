//! The inspector: a form for what is selected, made from the table of the language.

mod assign;
mod branches;
mod choices;
mod completing;
mod duration;
mod errors;
mod field;
mod form;
mod header;
mod inputs;
mod list;
mod map;
mod names;
mod others;
mod parameters;
mod payload;
mod resource;
mod rule;
mod schedule;
mod section;
mod several;
mod shape_form;
mod state_form;
mod suggestions;
mod target;
mod timestamp;
mod wait;
mod way;
mod workflow;

use asl::{QueryLanguage, StateType, TransitionKind};
use json::Str;
use leptos::prelude::*;

use crate::command::{Command, dispatch};
use crate::keymap::command_of;
use crate::state::Studio;
pub use completing::{Complete, Completer};
use form::Form;

/// What a form is built for. A change of anything else, the state's name included, leaves the form as it is.
#[derive(Clone, Copy, PartialEq)]
enum Subject {
    Workflow,
    /// Several states at once.
    Several,
    State {
        serial: u32,
        state_type: Option<StateType>,
        language: QueryLanguage,
        /// Only a way out of it.
        way: Option<TransitionKind>,
    },
    /// The text is broken where the selected state was.
    Hidden,
}

/// Escape leads back to the graph; undo and redo are the page's, for what a control has brought into the definition.
/// In an editor these keys are the editor's, where Tab after Escape leads on.
fn on_key(studio: Studio, event: &leptos::ev::KeyboardEvent) {
    use wasm_bindgen::JsCast;
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(target) = target.filter(|target| !target.class_list().contains("code-host")) else { return };
    if event.default_prevented() {
        return;
    }
    if event.key() == "Escape" {
        event.prevent_default();
        studio.shell.pane.set(crate::state::Pane::Stage);
        studio.focus_selected();
    } else if let Some(command @ (Command::Undo | Command::Redo)) = command_of(event, false, false)
        && target.matches(inputs::WITHOUT_DRAFT).unwrap_or(false)
    {
        event.prevent_default();
        dispatch(studio, command);
    }
}

#[component]
pub fn Inspector() -> impl IntoView {
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    // The key that the selected state gets by being renamed here.
    let renamed = StoredValue::new(None::<Str>);
    let selected = Memo::new(move |before: Option<&(Option<Str>, u32)>| {
        let key = workspace.selected.get();
        let (old, serial) = before.cloned().unwrap_or_default();
        let is_same = old == key || (key.is_some() && renamed.get_value() == key);
        (key, if is_same { serial } else { serial + 1 })
    });
    let subject = Memo::new(move |_| {
        let (key, serial) = selected.get();
        let Some(key) = key else { return Subject::Workflow };
        if workspace.selection().len() > 1 {
            return Subject::Several;
        }
        let way = workspace.selected_way().map(|(_, way)| way);
        workspace.document.with(|document| {
            let tree = document.tree();
            let node = tree.root().and_then(|root| asl::forms::node_at(tree, root, &key));
            let state = document.states().find(|state| node.is_some() && state.node() == node);
            state.map_or(Subject::Hidden, |state| Subject::State {
                serial,
                state_type: state.state_type(),
                language: state.language(),
                way,
            })
        })
    });
    view! {
        <div class="inspector" role="region" aria-label="Inspector" on:keydown=move |event| on_key(studio, &event)>
            {move || match subject.get() {
                Subject::Workflow => workflow::workflow_form(studio),
                Subject::Several => several::several_form(studio),
                Subject::State { state_type, language, way: Some(way), .. } => {
                    let key = workspace.selected.get_untracked().unwrap_or_else(|| Str::from(""));
                    way::way_form(Form::of_state(studio, state_type, language), key, way)
                }
                Subject::State { state_type, language, way: None, .. } => {
                    state_form::state_form(Form::of_state(studio, state_type, language), state_type, renamed)
                }
                Subject::Hidden => {
                    view! {
                        <p class="form-empty">
                            "The text is broken where the selected state was. Repair it, or take the last change back."
                        </p>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}
