use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;
use crate::ui::Icon;

/// The field that looks for states.
#[component]
pub fn FinderBar() -> impl IntoView {
    let studio = Studio::of_app();
    view! {
        <Show when=move || studio.finder.is_open.get()>
            <FinderField />
        </Show>
    }
}

#[component]
fn FinderField() -> impl IntoView {
    let sheet = style_sheet!("style/finder.css");
    let studio = Studio::of_app();
    let finder = studio.finder;
    let field = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            field.select();
        }
    });
    let matches = Memo::new(move |_| finder.query.with(|query| studio.matches_of(query)));
    let go = move |step: isize| {
        let count = matches.with_untracked(|matches| matches.len());
        if count == 0 {
            return;
        }
        let next = (finder.position.get_untracked() as isize + step).rem_euclid(count as isize) as usize;
        finder.position.set(next);
        let key = matches.with_untracked(|matches| matches.get(next).cloned());
        if let Some(key) = key {
            studio.show_state(&key);
        }
    };
    let close = move || {
        finder.close();
        if let Some(key) = studio.workspace.selected.get_untracked() {
            super::focus_node(studio, key);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| match &*event.key() {
        "Enter" => {
            event.prevent_default();
            go(if event.shift_key() { -1 } else { 1 });
        }
        "ArrowDown" => {
            event.prevent_default();
            go(1);
        }
        "ArrowUp" => {
            event.prevent_default();
            go(-1);
        }
        "Escape" => {
            event.prevent_default();
            close();
        }
        _ => {}
    };
    let count = move || {
        let count = matches.with(|matches| matches.len());
        if finder.query.with(|query| query.trim().is_empty()) {
            String::new()
        } else if count == 0 {
            "None".to_owned()
        } else {
            format!("{} of {count}", finder.position.get().min(count - 1) + 1)
        }
    };
    view! {
        class = sheet,
        <div class="finder" role="search" aria-label="States">
            <Icon name="search" />
            <input
                node_ref=field
                class="finder-field"
                type="text"
                aria-label="Find states by name, type, resource or value"
                placeholder="Find a state, a resource, a value"
                spellcheck="false"
                autocomplete="off"
                prop:value=move || finder.query.get()
                on:input=move |event| {
                    finder.query.set(event_target_value(&event));
                    finder.position.set(0);
                    go(0);
                }
                on:keydown=on_key
            />
            <span class="finder-count" role="status">{count}</span>
            <button type="button" class="button quiet icon-only" aria-label="Previous" on:click=move |_| go(-1)>
                <Icon name="chevron-up" />
            </button>
            <button type="button" class="button quiet icon-only" aria-label="Next" on:click=move |_| go(1)>
                <Icon name="chevron-down" />
            </button>
            <button type="button" class="button quiet icon-only" aria-label="Close" on:click=move |_| close()>
                <Icon name="close" />
            </button>
        </div>
    }
}
