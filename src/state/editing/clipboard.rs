//! States on the clipboard, as text that any editor can read.

use asl::edit::Edit;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::actions::{Planned, Then, names_of};
use crate::platform::clipboard;
use crate::state::studio::{Studio, line_of};

impl Studio {
    /// The selected states as a text, or why there is none.
    pub fn copied_text(self) -> Result<String, String> {
        let states = self.selected_states();
        self.workspace
            .document
            .with_untracked(|document| document.copy(&states))
            .map_err(|error| error.to_string())
    }

    /// Notes what was put on the clipboard, and says so.
    pub fn note_copied(self, text: String) {
        let states = self.selected_states();
        let names = self.workspace.document.with_untracked(|document| names_of(document, &states));
        self.editing.copied.set_value(text);
        self.shell.announce(format!("Copied {names}"));
    }

    pub fn copy_states(self) {
        match self.copied_text() {
            Ok(text) => self.write_clipboard(text),
            Err(reason) => self.shell.say(reason),
        }
    }

    /// Takes the selected states out, with the ways to them led on; what they were is on the clipboard.
    pub fn cut_states(self) {
        match self.copied_text() {
            Ok(text) => {
                self.write_clipboard(text);
                self.take_out();
            }
            Err(reason) => self.shell.say(reason),
        }
    }

    /// Deletes what was just copied.
    pub fn take_out(self) {
        self.carry_out(crate::command::Command::Delete);
    }

    fn write_clipboard(self, text: String) {
        self.note_copied(text.clone());
        spawn_local(async move {
            if !clipboard::write(text).await {
                self.shell
                    .say("Copied within this page: the browser does not let it write to the clipboard.");
            }
        });
    }

    /// Pastes the clipboard's text, or what was copied here where the browser does not let the page read it.
    pub fn paste_states(self) {
        spawn_local(async move {
            let text = clipboard::read().await.unwrap_or_else(|| self.editing.copied.get_value());
            if text.trim().is_empty() {
                self.shell.say("There are no states on the clipboard.");
            } else {
                self.paste_text(&text);
            }
        });
    }

    /// Adds the states of a text: after the selected state, or beside the others where none is selected.
    /// Where there are no states yet, a whole definition is opened as a workflow.
    pub fn paste_text(self, text: &str) {
        let text = asl::sniff::without_fence(text);
        let is_bare = self.workspace.document.with_untracked(|document| document.state_count() == 0);
        let kind = asl::sniff::kind_of(text);
        let from_yaml = match kind {
            asl::sniff::TextKind::Yaml => {
                yaml::Yaml::parse(text).ok().map(|yaml| yaml.to_json().0.to_string())
            }
            _ => None,
        };
        let states = from_yaml.as_deref().unwrap_or(text);
        let is_machine = asl::sniff::kind_of(states) == asl::sniff::TextKind::Definition;
        if is_bare && is_machine && self.workspace.is_empty_untracked() {
            self.open_text("pasted.asl.json", text, None);
            return;
        }
        let mut reason = None;
        for place in self.places_after_selected() {
            let edit = Edit::Paste { place, text: states.to_owned() };
            match self.plan(&edit) {
                Ok(_) => {
                    self.paste_planned(edit, text, is_machine);
                    return;
                }
                Err(error) => reason = reason.or(Some(error)),
            }
        }
        match reason {
            Some(asl::edit::EditError::NoStates) | None if self.open_template("pasted.yaml", text, None) => {}
            Some(asl::edit::EditError::NoStates) | None => {
                let place = match kind {
                    asl::sniff::TextKind::Definition => first_mistake(states),
                    _ => None,
                };
                // Nothing has been lost: the notice goes by itself.
                self.shell.say(match place {
                    Some(mistake) => format!("Nothing was pasted. The text is not JSON: {mistake}"),
                    None => format!("Nothing was pasted. {}", kind.explanation()),
                });
            }
            Some(reason) => self.shell.say(reason.to_string()),
        }
    }

    fn paste_planned(self, edit: Edit, text: &str, is_machine: bool) {
        let after = self.selected_state();
        let name = self.workspace.document.with_untracked(|document| {
            after.and_then(|state| document.state(state)).map(|state| state.name().to_owned())
        });
        let is_foreign = self.editing.copied.with_value(|copied| copied != text);
        let place =
            name.as_ref().map_or("beside the other states".to_owned(), |name| format!("after {name}"));
        let title = format!("Pasted {place}");
        self.carry_out_planned(Planned { edit, title, then: Then::New });
        if name.is_none() && is_machine && is_foreign {
            // The text is a workflow of its own: perhaps it was meant to be opened as one.
            let text = text.to_owned();
            let open = move || {
                self.undo();
                self.open_text("pasted.asl.json", &text, None);
            };
            self.shell.offer(
                "The states of the text were added beside the others.",
                "Open as a workflow instead",
                open,
            );
        }
    }
}

/// The first mistake of a text that is to be JSON, with its line.
fn first_mistake(text: &str) -> Option<String> {
    let tree = json::Tree::parse(text);
    let problem = tree.problems().iter().min_by_key(|problem| problem.span.start)?;
    Some(format!("{} (line {}).", problem.message, line_of(text, problem.span.start)))
}
