//! A list of what can stand at the cursor of a field of several lines.

use std::rc::Rc;

use json::Span;
use leptos::prelude::*;
use web_sys::HtmlTextAreaElement;

use crate::platform::editor::{Completions, byte_offset};

const MOST: usize = 8;

/// Answers with what can stand at an offset of a text, in bytes.
pub type Complete = Rc<dyn Fn(&str, usize) -> Completions>;

#[derive(Clone, Default, PartialEq)]
struct Offered {
    replaces: Span,
    /// What is shown, what is beside it, what is written.
    options: Vec<(String, String, String)>,
    active: usize,
}

/// The state of a list for one field.
#[derive(Clone, Copy)]
pub struct Completer {
    offered: RwSignal<Offered>,
    complete: StoredValue<Option<Complete>, LocalStorage>,
}

impl Completer {
    pub fn new(complete: Option<Complete>) -> Completer {
        Completer { offered: RwSignal::new(Offered::default()), complete: StoredValue::new_local(complete) }
    }

    pub fn is_there(self) -> bool {
        self.complete.with_value(Option::is_some)
    }

    pub fn close(self) {
        // It may be gone by now, as the field is.
        if self.offered.try_with_untracked(|offered| !offered.options.is_empty()).unwrap_or(false) {
            self.offered.set(Offered::default());
        }
    }

    /// Offers what fits the word before the cursor. Without a word there is an offer only where it was asked for.
    pub fn offer(self, area: &HtmlTextAreaElement, was_asked: bool) {
        let text = area.value();
        let unit = area.selection_start().ok().flatten().unwrap_or(0) as usize;
        let offset = byte_offset(&text, unit);
        let found =
            self.complete.with_value(|complete| complete.as_ref().map(|complete| complete(&text, offset)));
        let Some(Completions { replaces, options }) = found else { return };
        let word = text.get(replaces.start..offset).unwrap_or_default().to_lowercase();
        let follows_dot = text.get(..replaces.start).is_some_and(|before| before.ends_with('.'));
        if word.is_empty() && !was_asked && !follows_dot {
            return self.close();
        }
        let fits = |label: &str| {
            let label = label.to_lowercase();
            label.starts_with(&word) || label.trim_start_matches('$').starts_with(&word)
        };
        let options: Vec<(String, String, String)> = options
            .into_iter()
            .filter(|option| fits(&option.label) && option.apply.to_lowercase() != word)
            .take(MOST)
            .map(|option| (option.label, option.detail, option.apply))
            .collect();
        self.offered.set(Offered { replaces, options, active: 0 });
    }

    /// Moves in the list or takes from it; answers whether the key was for the list. `take` gets the text with
    /// what was taken.
    pub fn on_key(self, event: &leptos::ev::KeyboardEvent, take: &dyn Fn(String)) -> bool {
        let area = event_target::<HtmlTextAreaElement>(event);
        if event.ctrl_key() && event.key() == " " && self.is_there() {
            self.offer(&area, true);
            return true;
        }
        let count = self.offered.with_untracked(|offered| offered.options.len());
        if count == 0 {
            return false;
        }
        let step =
            |step: usize| self.offered.update(|offered| offered.active = (offered.active + step) % count);
        match &*event.key() {
            "ArrowDown" => step(1),
            "ArrowUp" => step(count - 1),
            "Enter" | "Tab" => {
                let active = self.offered.with_untracked(|offered| offered.active);
                self.take(&area, active, take);
            }
            "Escape" => self.close(),
            _ => return false,
        }
        true
    }

    fn take(self, area: &HtmlTextAreaElement, position: usize, take: &dyn Fn(String)) {
        let Offered { replaces, options, .. } = self.offered.get_untracked();
        let text = area.value();
        if let Some((_, _, apply)) = options.get(position)
            && let (Some(before), Some(after)) =
                (text.get(..replaces.start), text.get(replaces.end.min(text.len())..))
        {
            let caret = format!("{before}{apply}").encode_utf16().count() as u32;
            let text = format!("{before}{apply}{after}");
            area.set_value(&text);
            let _ = area.set_selection_range(caret, caret);
            take(text);
        }
        self.close();
    }

    /// The id of the option that Enter takes.
    pub fn active_id(self, id: &str) -> Option<String> {
        self.offered
            .with(|offered| (!offered.options.is_empty()).then(|| format!("{id}-option-{}", offered.active)))
    }

    pub fn list(
        self,
        id: String,
        area: NodeRef<leptos::html::Textarea>,
        take: Rc<dyn Fn(String)>,
    ) -> AnyView {
        // A view has to be able to go to another thread, as far as its type is concerned.
        let take = StoredValue::new_local(take);
        let options = {
            let id = id.clone();
            move || {
                let offered = self.offered.get();
                let options =
                    offered.options.into_iter().enumerate().map(|(position, (label, detail, _))| {
                        // Before the field loses the focus, which would close the list.
                        let on_press = move |event: leptos::ev::PointerEvent| {
                            event.prevent_default();
                            if let Some(area) = area.get_untracked() {
                                take.with_value(|take| self.take(&area, position, &**take));
                            }
                        };
                        view! {
                            <li
                                role="option"
                                id=format!("{id}-option-{position}")
                                class="form-option"
                                aria-selected=if position == offered.active { "true" } else { "false" }
                                on:pointerdown=on_press
                            >
                                <span class="mono">{label}</span>
                                <span class="form-words">{detail}</span>
                            </li>
                        }
                    });
                options.collect_view()
            }
        };
        let is_empty = move || self.offered.with(|offered| offered.options.is_empty());
        view! {
            <ul class="form-options" role="listbox" id=format!("{id}-options") aria-label="Completions" hidden=is_empty>
                {options}
            </ul>
        }
        .into_any()
    }
}
