//! A list of texts: error names, names of columns.

use json::Value;
use leptos::prelude::*;

use super::form::Site;
use super::inputs::Labelling;
use crate::platform::dom;
use crate::ui::Icon;

/// A tag for each text, and a field to add another one. Enter or a comma adds, Backspace in the empty field
/// takes the last one away.
pub fn text_list(site: &Site, labelling: &Labelling, suggestions: Signal<Vec<(String, String)>>) -> AnyView {
    let texts = Memo::new({
        let site = site.clone();
        move |_| {
            site.read(|tree, node| {
                let items = tree.items(node);
                items
                    .map(|item| {
                        tree.as_str(item)
                            .map_or_else(|| tree.source(item).to_owned(), |text| text.into_owned())
                    })
                    .collect::<Vec<_>>()
            })
            .unwrap_or_default()
        }
    });
    let typed = RwSignal::new(String::new());
    let add = {
        let site = site.clone();
        move || {
            // Nothing is left of a field that goes while it has the focus.
            let Some(text) = typed.try_get_untracked() else { return };
            let text = text.trim().trim_end_matches(',').to_owned();
            typed.set(String::new());
            if text.is_empty() || texts.with_untracked(|texts| texts.contains(&text)) {
                return;
            }
            if untrack(|| site.exists()) {
                let pointer = format!("{}/-", site.pointer);
                site.form.change_or_say(
                    vec![(pointer, Some(Value::from(text)))],
                    &format!("Changed {}", site.name()),
                );
            } else {
                site.set(Value::array(vec![Value::from(text)]));
            }
        }
    };
    let remove = {
        let (site, id) = (site.clone(), labelling.id.clone());
        move |position: usize| {
            // The next text takes the place of this one, and its button keeps the focus; after the last there is none.
            if texts.with_untracked(|texts| position + 1 >= texts.len()) {
                dom::focus_soon(id.clone());
            }
            site.item(position).remove();
        }
    };
    let on_key = {
        let (add, remove) = (add.clone(), remove.clone());
        move |event: leptos::ev::KeyboardEvent| match &*event.key() {
            "Enter" | "," => {
                event.prevent_default();
                add();
            }
            "Backspace" if typed.with_untracked(String::is_empty) => {
                if let Some(last) = texts.with_untracked(|texts| texts.len().checked_sub(1)) {
                    event.prevent_default();
                    remove(last);
                }
            }
            _ => {}
        }
    };
    let on_input = {
        let add = add.clone();
        move |event| {
            typed.set(event_target_value(&event));
            // What is picked from the list is complete.
            let is_known = suggestions.with_untracked(|known| {
                known.iter().any(|(name, _)| typed.with_untracked(|typed| typed == name))
            });
            if is_known {
                add();
            }
        }
    };
    let tags = move || {
        let remove = remove.clone();
        let tags = texts.get().into_iter().enumerate().map(move |(position, text)| {
            let remove = remove.clone();
            view! {
                <li class="form-tag">
                    <span>{text.clone()}</span>
                    <button
                        type="button"
                        class="form-icon-button"
                        aria-label=format!("Remove {text}")
                        on:click=move |_| remove(position)
                    >
                        <Icon name="close" size=12 />
                    </button>
                </li>
            }
        });
        tags.collect_view()
    };
    let Labelling { id, label, described_by, is_invalid, .. } = labelling.clone();
    let list_id = format!("{id}-list");
    view! {
        <ul class="form-tags" aria-label=label>
            {tags}
            <li class="form-tag-input">
                <input
                    id=id
                    class="form-input mono"
                    list=list_id.clone()
                    placeholder="Add…"
                    spellcheck="false"
                    autocomplete="off"
                    aria-label=format!("Add to {label}")
                    aria-describedby=(!described_by.is_empty()).then_some(described_by)
                    aria-invalid=move || is_invalid.get().then_some("true")
                    prop:value=move || typed.get()
                    on:input=on_input
                    on:keydown=on_key
                    on:blur=move |_| add()
                />
            </li>
        </ul>
        <datalist id=list_id>
            {move || {
                suggestions
                    .get()
                    .into_iter()
                    .map(|(name, about)| view! { <option value=name>{about}</option> })
                    .collect_view()
            }}
        </datalist>
    }
    .into_any()
}
