use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::{Grip, watch_press};
use crate::state::{Dragged, Source, Studio};
use crate::ui::{Icon, known_icon};

/// Something that can be added: by a click or Enter after the selection, by dragging anywhere.
#[component]
pub fn BlockRow(
    source: Source,
    #[prop(into)] title: String,
    #[prop(into)] about: String,
    #[prop(into)] icon: String,
    /// The look of its tile: that of a type of states.
    #[prop(default = "task")]
    kind: &'static str,
    /// Why it can't be added.
    #[prop(default = None)]
    obstacle: Option<&'static str>,
) -> impl IntoView {
    let sheet = style_sheet!("style/block_row.css");
    let studio = Studio::of_app();
    let source = StoredValue::new(source);
    let on_click = move |_: leptos::ev::MouseEvent| match obstacle {
        Some(obstacle) => studio.shell.say(obstacle),
        None => studio.add(source.get_value()),
    };
    let take_up = move |event: &web_sys::PointerEvent, grip: Grip| {
        if event.button() != 0 || !event.is_primary() || obstacle.is_some() {
            return;
        }
        let source = source.get_value();
        fetch_shapes(studio, source.clone());
        watch_press(studio, event, grip, move || {
            let thing = studio.palette.insertable(&source)?;
            Some(Dragged::New(source.clone(), Box::new(thing)))
        });
    };
    let on_down = move |event: leptos::ev::PointerEvent| {
        let grip = if event.pointer_type() == "mouse" { Grip::AtOnce } else { Grip::AfterHold };
        take_up(&event, grip);
    };
    let on_handle = move |event: leptos::ev::PointerEvent| {
        event.stop_propagation();
        take_up(&event, Grip::AtOnce);
    };
    let hint = obstacle.map_or_else(|| format!("{title}: {about}"), str::to_owned);
    view! {
        class = sheet,
        <li class="block-item">
            <button
                type="button"
                class="block"
                class:unusable=obstacle.is_some()
                data-kind=kind
                title=hint
                on:click=on_click
                on:pointerdown=on_down
                on:dragstart=|event| event.prevent_default()
            >
                <span class="block-tile">
                    <Icon name=known_icon(&icon) size=18 />
                </span>
                <span class="block-words">
                    <span class="block-title">{breakable(&title)}</span>
                    <span class="block-about">{about}</span>
                </span>
            </button>
            <span class="block-handle" aria-hidden="true" on:pointerdown=on_handle>
                <Icon name="drag-handle" />
            </span>
        </li>
    }
}

/// Parameters are there by the time of the drop.
fn fetch_shapes(studio: Studio, source: Source) {
    if let Source::Action(service, _) = &source {
        let service = service.clone();
        leptos::task::spawn_local(async move {
            if studio.palette.shapes(&service).await.is_some() {
                studio.refine_drag(&source);
            }
        });
    }
}

/// A name that may be broken between its words: names of operations have no spaces, and are wider than the panel.
fn breakable(title: &str) -> impl IntoView + use<> {
    let mut parts = vec![String::new()];
    let mut before = ' ';
    for letter in title.chars() {
        if before.is_ascii_lowercase() && letter.is_ascii_uppercase() {
            parts.push(String::new());
        }
        if let Some(part) = parts.last_mut() {
            part.push(letter);
        }
        before = letter;
    }
    parts.into_iter().map(|part| view! { {part}<wbr /> }).collect_view()
}
