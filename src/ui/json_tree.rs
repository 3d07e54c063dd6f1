use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use debugger::diff::path_of;
use debugger::value_tree::{Name, Row, Rows, search};
use json::Value;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{Icon, VirtualList};
use crate::state::Studio;

/// Height of a row in CSS pixels.
pub const ROW_HEIGHT: f64 = 22.0;
/// Characters of a scalar that a row shows.
const MOST_CHARACTERS: usize = 300;
/// Bytes of JSON that the text shows; copying gives all.
const MOST_TEXT: usize = 400_000;

/// A value that views follow by identity: comparing two is cheap.
#[derive(Clone, Debug, Default)]
pub struct Json(pub Value);

impl PartialEq for Json {
    fn eq(&self, other: &Json) -> bool {
        self.0.is_same(&other.0)
    }
}

/// Places in a value that are to stand out, by JSON pointer, with the key of their look.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks(pub Arc<BTreeMap<String, &'static str>>);

impl Marks {
    /// The look of a place; `inside` where something inside of it stands out.
    fn look(&self, pointer: &str) -> &'static str {
        if let Some(look) = self.0.get(pointer) {
            return look;
        }
        let from = format!("{pointer}/");
        let next = self.0.range(from.clone()..).next();
        if next.is_some_and(|(place, _)| place.starts_with(&from)) { "inside" } else { "" }
    }
}

/// A value as a tree, of which only the rows in sight are in the page, or as text; searched, and copied by parts.
#[component]
pub fn JsonTree(
    #[prop(into)] value: Signal<Json>,
    #[prop(into)] label: Signal<String>,
    /// What stands out.
    #[prop(optional, into)]
    marks: Signal<Marks>,
    /// The most CSS pixels that the rows take. Without it they fill what is there.
    #[prop(optional)]
    most_height: Option<f64>,
    /// What else there is to do with a place: a title and what is done with its pointer.
    #[prop(optional)]
    actions: Vec<(&'static str, Callback<String>)>,
) -> impl IntoView {
    let sheet = style_sheet!("style/json_tree.css");
    let studio = Studio::of_app();
    let toggled = RwSignal::new(HashSet::<String>::new());
    let selected = RwSignal::new(None::<usize>);
    let as_text = RwSignal::new(false);
    let searching = RwSignal::new(false);
    let value = Memo::new(move |_| value.get());
    let rows = Memo::new(move |_| value.with(|value| toggled.with(|toggled| Rows::of(&value.0, toggled))));
    let count = Signal::derive(move || rows.with(|rows| rows.count()));
    let toggle = move |row: usize| {
        let pointer = rows.with_untracked(|rows| {
            rows.get(row).filter(|row| row.is_open.is_some()).map(|_| rows.pointer(row))
        });
        if let Some(pointer) = pointer {
            toggled.update(|toggled| {
                if !toggled.remove(&pointer) {
                    toggled.insert(pointer);
                }
            });
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let Some(row) = selected.get_untracked() else { return };
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let (is_open, parent) =
            rows.with_untracked(|rows| rows.get(row).map_or((None, None), |row| (row.is_open, row.parent)));
        match (&*event.key(), is_open) {
            ("ArrowRight", Some(false)) | ("ArrowLeft", Some(true)) => toggle(row),
            ("ArrowRight", Some(true)) => selected.set(Some(row + 1)),
            ("ArrowLeft", _) => selected.set(parent.map(|parent| parent as usize).or(Some(row))),
            ("Enter" | " ", Some(_)) => toggle(row),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let place = Memo::new(move |_| {
        let row = selected.get()?;
        rows.with(|rows| {
            let value = rows.get(row)?.value.clone();
            Some((rows.pointer(row), Json(value)))
        })
    });
    let copy = move |text: String, what: &'static str| {
        studio.put_on_clipboard(text, format!("{what} is on the clipboard."));
    };
    let copy_value = move |_| {
        let chosen = place.get_untracked().map_or_else(|| value.get_untracked(), |(_, value)| value);
        let text = match &chosen.0 {
            Value::String(text) => text.to_string(),
            value => value.without_text().to_pretty(),
        };
        copy(text, "The value");
    };
    let copy_path = move |_| {
        let pointer = place.get_untracked().map_or_else(String::new, |(pointer, _)| pointer);
        copy(value.with_untracked(|value| path_of(&pointer, &value.0)), "The path");
    };
    let path = move || {
        place.with(|place| place.as_ref().map(|(pointer, _)| value.with(|value| path_of(pointer, &value.0))))
    };
    let height =
        move || most_height.map(|most| format!("{}px", (count.get() as f64 * ROW_HEIGHT + 2.0).min(most)));
    let actions = StoredValue::new(actions);
    let more = move || {
        place.get().map(|(pointer, _)| {
            actions.with_value(|actions| {
                let buttons = actions.iter().map(|(title, action)| {
                    let (pointer, action) = (pointer.clone(), *action);
                    view! {
                        class = sheet,
                        <button type="button" class="json-action" on:click=move |_| action.run(pointer.clone())>
                            {*title}
                        </button>
                    }
                });
                buttons.collect_view()
            })
        })
    };
    view! {
        class = sheet,
        <div class="json" on:keydown=on_key>
            <div class="json-bar">
                <span class="json-path" title=path>{path}</span>
                {more}
                <button
                    type="button"
                    class="json-tool"
                    aria-label="Search"
                    title="Search"
                    aria-pressed=move || if searching.get() { "true" } else { "false" }
                    on:click=move |_| searching.update(|searching| *searching = !*searching)
                >
                    <Icon name="search" size=14 />
                </button>
                <button
                    type="button"
                    class="json-tool"
                    aria-label="As text"
                    title="As text"
                    aria-pressed=move || if as_text.get() { "true" } else { "false" }
                    on:click=move |_| as_text.update(|as_text| *as_text = !*as_text)
                >
                    <Icon name="code" size=14 />
                </button>
                <button type="button" class="json-tool" aria-label="Copy the path" title="Copy the path" on:click=copy_path>
                    <Icon name="link" size=14 />
                </button>
                <button type="button" class="json-tool" aria-label="Copy the value" title="Copy the value" on:click=copy_value>
                    <Icon name="copy" size=14 />
                </button>
            </div>
            <Show when=move || searching.get()>
                <JsonSearch value=value toggled=toggled selected=selected rows=rows />
            </Show>
            <Show
                when=move || !as_text.get()
                fallback=move || {
                    view! {
                        class = sheet,
                        <pre class="json-text" tabindex="0" aria-label=move || label.get()>
                            {move || value.with(|value| text_of(&value.0))}
                        </pre>
                    }
                }
            >
                <div class="json-rows" style:height=height style:max-height=height>
                    <VirtualList
                        count=count
                        row_height=ROW_HEIGHT
                        label=label
                        selected=selected
                        row=move |position| {
                            view! { <JsonRow position=position rows=rows marks=marks toggle=Callback::new(toggle) /> }
                        }
                    />
                </div>
            </Show>
        </div>
    }
}

#[component]
fn JsonRow(
    position: Signal<usize>,
    rows: Memo<Rows>,
    marks: Signal<Marks>,
    toggle: Callback<usize>,
) -> impl IntoView {
    let sheet = style_sheet!("style/json_row.css");
    let read = move |read: fn(&Row) -> String| {
        move || rows.with(|rows| rows.get(position.get()).map_or(String::new(), read))
    };
    let look = move || {
        let marks = marks.get();
        match marks.0.is_empty() {
            true => "",
            false => rows.with(|rows| marks.look(&rows.pointer(position.get()))),
        }
    };
    let twist = move || match rows.with(|rows| rows.get(position.get()).and_then(|row| row.is_open)) {
        Some(true) => "▾",
        Some(false) => "▸",
        None => "",
    };
    let indent = move || {
        let depth = rows.with(|rows| rows.get(position.get()).map_or(0, |row| row.depth));
        format!("{}px", 2 + 14 * u32::from(depth))
    };
    view! {
        class = sheet,
        <div
            class="json-row"
            data-look=look
            data-kind=read(|row| json::json_type_name(&row.value).to_owned())
            style:padding-left=indent
            on:dblclick=move |_| toggle.run(position.get_untracked())
        >
            <span class="json-twist" on:click=move |_| toggle.run(position.get_untracked())>{twist}</span>
            <span class="json-name">{read(name_of)}</span>
            <span class="json-value">{read(preview_of)}</span>
        </div>
    }
}

fn name_of(row: &Row) -> String {
    match &row.name {
        Name::Root => String::new(),
        Name::Member(name) => format!("{name}: "),
        Name::Item(index) => format!("{index}: "),
    }
}

fn preview_of(row: &Row) -> String {
    match &row.value {
        Value::Array(items) => match items.items().len() {
            0 => "[]".to_owned(),
            1 => "[ 1 item ]".to_owned(),
            count => format!("[ {count} items ]"),
        },
        Value::Object(members) => match members.members().len() {
            0 => "{}".to_owned(),
            1 => "{ 1 field }".to_owned(),
            count => format!("{{ {count} fields }}"),
        },
        Value::String(text) => match text.char_indices().nth(MOST_CHARACTERS) {
            None => format!("\"{text}\""),
            Some((end, _)) => format!("\"{}…\" {} bytes", text.get(..end).unwrap_or_default(), text.len()),
        },
        scalar => scalar.to_text(),
    }
}

fn text_of(value: &Value) -> String {
    let mut text = value.without_text().to_pretty();
    if text.len() > MOST_TEXT {
        let all = text.len();
        let end = (0..=MOST_TEXT).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push_str(&format!("\n… {} more bytes: copy the value to see all.", all - end));
    }
    text
}

/// Finds names and values, and goes from one to the next.
#[component]
fn JsonSearch(
    value: Memo<Json>,
    toggled: RwSignal<HashSet<String>>,
    selected: RwSignal<Option<usize>>,
    rows: Memo<Rows>,
) -> impl IntoView {
    let sheet = style_sheet!("style/json_tree.css");
    let query = RwSignal::new(String::new());
    let current = RwSignal::new(0_usize);
    let found = Memo::new(move |_| query.with(|query| value.with(|value| search(&value.0, query))));
    let show = move |index: usize| {
        let Some(pointer) = found.with_untracked(|found| found.get(index).cloned()) else { return };
        current.set(index);
        // Everything around it is opened, from the outside.
        for (end, _) in pointer.match_indices('/') {
            let around = pointer.get(..end).unwrap_or_default();
            let closed = rows.with_untracked(|rows| {
                rows.find(around).filter(|row| rows.get(*row).and_then(|row| row.is_open) == Some(false))
            });
            if closed.is_some() {
                toggled.update(|toggled| {
                    if !toggled.remove(around) {
                        toggled.insert(around.to_owned());
                    }
                });
            }
        }
        selected.set(rows.with_untracked(|rows| rows.find(&pointer)));
    };
    let step = move |by: isize| {
        let count = found.with_untracked(Vec::len) as isize;
        if count > 0 {
            show((current.get_untracked() as isize + by).rem_euclid(count) as usize);
        }
    };
    view! {
        class = sheet,
        <div class="json-search">
            <input
                type="search"
                aria-label="Search in this value"
                placeholder="Name or value"
                spellcheck="false"
                autocomplete="off"
                prop:value=move || query.get()
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    show(0);
                }
                on:keydown=move |event| {
                    event.stop_propagation();
                    if event.key() == "Enter" {
                        event.prevent_default();
                        step(if event.shift_key() { -1 } else { 1 });
                    }
                }
            />
            <span role="status">
                {move || match (query.with(String::is_empty), found.with(Vec::len)) {
                    (true, _) => String::new(),
                    (false, 0) => "Nothing found".to_owned(),
                    (false, count) => format!("{} of {count}", current.get() + 1),
                }}
            </span>
            <button type="button" class="json-tool" aria-label="Previous match" on:click=move |_| step(-1)>
                <Icon name="chevron-up" size=14 />
            </button>
            <button type="button" class="json-tool" aria-label="Next match" on:click=move |_| step(1)>
                <Icon name="chevron-down" size=14 />
            </button>
        </div>
    }
}
