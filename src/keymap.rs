//! Which keys mean which command.

use crate::command::Command;
use crate::platform::dom;

/// A key with its modifiers. `main` is Ctrl, and ⌘ on Apple's systems.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    pub main: bool,
    pub shift: bool,
    pub alt: bool,
    /// As in `KeyboardEvent.key`, letters in lower case.
    pub name: &'static str,
}

/// The key alone.
pub const fn plain(name: &'static str) -> Key {
    Key { main: false, shift: false, alt: false, name }
}

/// Ctrl or ⌘ and the key.
pub const fn key(name: &'static str) -> Key {
    Key { main: true, shift: false, alt: false, name }
}

pub const fn shift(name: &'static str) -> Key {
    Key { main: false, shift: true, alt: false, name }
}

pub const fn main_shift(name: &'static str) -> Key {
    Key { main: true, shift: true, alt: false, name }
}

pub const fn alt(name: &'static str) -> Key {
    Key { main: false, shift: false, alt: true, name }
}

pub const fn alt_shift(name: &'static str) -> Key {
    Key { main: false, shift: true, alt: true, name }
}

impl Key {
    /// Whether pressing it in a text changes nothing in the text.
    pub fn is_no_text(self) -> bool {
        let moves_cursor = self.name.starts_with("Arrow") || self.name == "Home" || self.name == "End";
        // What every text does by itself with these keys comes first.
        let edits_text = matches!(self.name, "a" | "c" | "v" | "x" | "y" | "z") || moves_cursor;
        (self.main && !edits_text)
            || (self.alt && !moves_cursor)
            || (self.name.len() > 1 && self.name.starts_with('F'))
    }

    /// Whether it is a letter, a digit or a sign alone, which dictation and slips of the hand type as well.
    pub fn is_letter(self) -> bool {
        self.name.chars().count() == 1 && !self.main && !self.alt
    }

    /// As people write it: `⌘K`, `Ctrl+K`.
    pub fn label(self, apple: bool) -> String {
        let mut parts = Vec::new();
        if self.main {
            parts.push(if apple { "⌘" } else { "Ctrl" }.to_owned());
        }
        if self.alt {
            parts.push(if apple { "⌥" } else { "Alt" }.to_owned());
        }
        if self.shift {
            parts.push(if apple { "⇧" } else { "Shift" }.to_owned());
        }
        let mut characters = self.name.chars();
        parts.push(match (characters.next(), characters.next()) {
            _ if self.name == "ArrowLeft" => "←".to_owned(),
            _ if self.name == "ArrowRight" => "→".to_owned(),
            _ if self.name == "ArrowUp" => "↑".to_owned(),
            _ if self.name == "ArrowDown" => "↓".to_owned(),
            (Some(character), None) => character.to_ascii_uppercase().to_string(),
            _ => self.name.to_owned(),
        });
        parts.join(if apple { "" } else { "+" })
    }

    fn matches(self, event: &web_sys::KeyboardEvent) -> bool {
        let pressed = event.key();
        // With Alt held, some systems report another character: the place of the key counts then.
        let by_place = self.alt && {
            let code = event.code();
            let name = self.name.to_ascii_uppercase();
            code == format!("Key{name}") || code == format!("Digit{name}")
        };
        let same = pressed.eq_ignore_ascii_case(self.name) || by_place;
        // The characters that need Shift on some keyboards are recognised by what they are.
        let shift_is_free = self.name.len() == 1 && !self.name.chars().all(char::is_alphanumeric);
        let main = event.ctrl_key() || event.meta_key();
        same && main == self.main
            && event.alt_key() == self.alt
            && (shift_is_free || event.shift_key() == self.shift)
    }
}

/// The command that a key press means. In a text, only those that leave the text alone; letters, digits and signs alone
/// mean one only where that is wanted.
pub fn command_of(event: &web_sys::KeyboardEvent, in_text: bool, with_letters: bool) -> Option<Command> {
    // Enter is also what presses buttons: it is a command in the graph alone.
    let is_enter = |key: &Key| *key == plain("Enter");
    let in_graph = || dom::is_in_graph(event.target());
    // Who has just pressed a button of a form may go on to type: a letter is no command there, and nothing is deleted.
    let is_for_form = dom::is_within(event, ".inspector");
    let is_typed = |key: &Key| key.is_letter() || matches!(key.name, "Delete" | "Backspace");
    // These answer the browser's own events, which give access to the clipboard.
    let by_event = [Command::Cut, Command::Copy, Command::Paste];
    Command::ALL.iter().copied().filter(|command| !by_event.contains(command)).find(|command| {
        let mut keys = command.spec().keys.iter();
        keys.any(|key| {
            key.matches(event)
                && (!in_text || key.is_no_text())
                && (!is_enter(key) || in_graph())
                && !(is_for_form && is_typed(key))
                && (with_letters || !key.is_letter())
        })
    })
}
