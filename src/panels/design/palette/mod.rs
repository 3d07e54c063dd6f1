//! What can be added to the workflow: found by searching, or by looking through groups.

mod groups;
mod results;
mod row;

use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use self::groups::Groups;
use self::results::Results;
use crate::state::{Pane, Studio};
use crate::ui::Icon;

#[component]
pub fn Blocks() -> impl IntoView {
    let sheet = style_sheet!("style/palette.css");
    let studio = Studio::of_app();
    studio.palette.load_ready();
    let query = RwSignal::new(String::new());
    let panel = NodeRef::<html::Div>::new();
    let is_searching = Memo::new(move |_| query.with(|query| !query.trim().is_empty()));
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if let Some(panel) = panel.get_untracked() {
            go_by_key(studio, &panel, &event, query);
        }
    };
    view! {
        class = sheet,
        <div class="palette" node_ref=panel on:keydown=on_key>
            <div class="palette-search">
                <span class="palette-glass">
                    <Icon name="search" />
                </span>
                <input
                    id="palette-search"
                    type="search"
                    placeholder="Find what to add"
                    aria-label="Find what can be added"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || query.get()
                    on:focus=move |event| {
                        studio.palette.load_names();
                        // What was looked for before makes way for what is typed now.
                        event_target::<web_sys::HtmlInputElement>(&event).select();
                    }
                    on:input=move |event| {
                        studio.palette.load_names();
                        query.set(event_target_value(&event));
                    }
                />
            </div>
            <div class="palette-list">
                {move || if is_searching.get() {
                    view! { <Results query=query /> }.into_any()
                } else {
                    view! { <Groups /> }.into_any()
                }}
            </div>
        </div>
    }
}

/// Arrow keys go through the rows, from and to the search field; letters go on searching.
fn go_by_key(
    studio: Studio,
    panel: &web_sys::HtmlElement,
    event: &web_sys::KeyboardEvent,
    query: RwSignal<String>,
) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let element = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlElement>().ok());
    let Some(element) = element else { return };
    let rows = rows_of(panel);
    let now = rows.iter().position(|row| *row == element);
    let in_search = element.id() == "palette-search";
    if !in_search && now.is_none() {
        return;
    }
    let key = event.key();
    let focus = |row: Option<&web_sys::HtmlElement>| {
        if let Some(row) = row {
            let _ = row.focus();
        }
    };
    match (&*key, now) {
        ("ArrowDown", now) => focus(rows.get(now.map_or(0, |now| now + 1))),
        ("ArrowUp", Some(now)) if now > 0 => focus(rows.get(now - 1)),
        ("ArrowUp", Some(_)) => crate::platform::dom::focus_soon("palette-search"),
        ("Home", Some(_)) => focus(rows.first()),
        ("End", Some(_)) => focus(rows.last()),
        ("ArrowRight" | "ArrowLeft", Some(_)) => {
            let wanted = if key == "ArrowRight" { "false" } else { "true" };
            if element.get_attribute("aria-expanded").as_deref() != Some(wanted) {
                return;
            }
            element.click();
        }
        ("Enter", None) => {
            // The first result; with nothing searched for there is none.
            match rows.iter().find(|row| row.class_list().contains("block")) {
                Some(row) if !query.with_untracked(|query| query.trim().is_empty()) => row.click(),
                _ => return,
            }
        }
        ("Escape", _) if !query.with_untracked(String::is_empty) => {
            query.set(String::new());
            crate::platform::dom::focus_soon("palette-search");
        }
        ("Escape", _) => {
            studio.shell.pane.set(Pane::Stage);
            studio.focus_selected();
        }
        (letter, Some(_)) if letter.chars().count() == 1 && letter != " " => {
            query.update(|query| query.push_str(letter));
            crate::platform::dom::focus_soon("palette-search");
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

fn rows_of(panel: &web_sys::HtmlElement) -> Vec<web_sys::HtmlElement> {
    let Ok(found) = panel.query_selector_all(".block, .block-group") else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}
