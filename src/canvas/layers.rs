//! What is drawn under the states: the frames of containers, and where scopes start and end.

use json::Str;
use layout::{MarkerKind, Rect};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::node::status_look;
use crate::state::Studio;

/// A frame: the body of a container, or that of one of its scopes, by its position in the scene.
#[derive(Clone, PartialEq, Eq, Hash)]
enum FrameOf {
    Container(Str),
    Scope(usize),
}

/// The frames of containers, the outer ones first.
#[component]
pub fn FrameLayer(window: Memo<Option<Rect>>, is_overview: Memo<bool>) -> impl IntoView {
    let scene = Studio::of_app().workspace.scene;
    let frames = Memo::new(move |_| {
        if is_overview.get() {
            return Vec::new();
        }
        let window = window.get();
        let is_near = |rect: &Rect| window.is_none_or(|window| window.overlaps(rect));
        scene.with(|scene| {
            let containers = scene.nodes.iter().filter(|node| node.is_container && node.is_shown);
            let containers = containers
                .filter(|node| is_near(&node.rect))
                .map(|node| (node.depth, FrameOf::Container(node.key.clone())));
            let scopes = scene.frames.iter().enumerate().filter(|(_, frame)| is_near(&frame.rect));
            let scopes = scopes.map(|(index, frame)| (frame.depth, FrameOf::Scope(index)));
            let mut frames: Vec<_> = containers.chain(scopes).collect();
            frames.sort_by_key(|(depth, of)| (*depth, matches!(of, FrameOf::Scope(_))));
            frames
        })
    });
    view! {
        <g aria-hidden="true">
            <For each=move || frames.get() key=|frame| frame.clone() let((_, of))>
                <FrameView of=of />
            </For>
        </g>
    }
}

#[component]
fn FrameView(of: FrameOf) -> impl IntoView {
    let sheet = style_sheet!("style/frame.css");
    let studio = Studio::of_app();
    let is_container = matches!(of, FrameOf::Container(_));
    let status = match &of {
        FrameOf::Container(key) => Some(RwSignal::from(studio.runs.status(key))),
        FrameOf::Scope(_) => None,
    };
    let rect = Memo::new(move |_| {
        studio.workspace.scene.with(|scene| {
            let rect = match &of {
                FrameOf::Container(key) => {
                    scene.index_of(key).and_then(|index| scene.nodes.get(index)).map(|node| node.rect)
                }
                FrameOf::Scope(index) => scene.frames.get(*index).map(|frame| frame.rect),
            };
            rect.unwrap_or_default()
        })
    });
    view! {
        class = sheet,
        <rect
            class="frame"
            class:outer=is_container
            data-status=move || status.map_or("idle", |status| status_look(status.get().0).key)
            x=move || rect.get().x
            y=move || rect.get().y
            width=move || rect.get().width
            height=move || rect.get().height
            rx=if is_container { 12.0 } else { 8.0 }
        ></rect>
    }
}

/// The starts and the ends of scopes, and the targets that do not exist.
#[component]
pub fn MarkerLayer(window: Memo<Option<Rect>>, is_overview: Memo<bool>) -> impl IntoView {
    let scene = Studio::of_app().workspace.scene;
    let shapes = Memo::new(move |_| {
        if is_overview.get() {
            return Vec::new();
        }
        let window = window.get();
        scene.with(|scene| {
            let rects = scene.geometry.markers.iter().map(|marker| marker.rect);
            let rects = rects.chain(scene.geometry.stubs.iter().map(|stub| stub.rect)).enumerate();
            let near = rects.filter(|(_, rect)| window.is_none_or(|window| window.overlaps(rect)));
            near.map(|(index, _)| index).collect::<Vec<_>>()
        })
    });
    view! {
        <g>
            <For each=move || shapes.get() key=|index| *index let(index)>
                <MarkerView index=index />
            </For>
        </g>
    }
}

/// The marker, or behind the markers the missing target, of a position.
#[component]
fn MarkerView(index: usize) -> impl IntoView {
    let sheet = style_sheet!("style/marker.css");
    let scene = Studio::of_app().workspace.scene;
    let shape = Memo::new(move |_| {
        scene.with(|scene| {
            let markers = &scene.geometry.markers;
            match markers.get(index) {
                Some(marker) => Some((marker.rect, Some(marker.kind), None)),
                None => {
                    let stub = scene.geometry.stubs.get(index.checked_sub(markers.len())?)?;
                    Some((stub.rect, None, Some(stub.name.clone())))
                }
            }
        })
    });
    let rect = move || shape.with(|shape| shape.as_ref().map(|(rect, ..)| *rect)).unwrap_or_default();
    let text = move || {
        let (rect, kind, name) = shape.get()?;
        // A small one has no room for words.
        (rect.width >= 40.0).then(|| match (&name, kind) {
            (Some(name), _) => layout::truncate(name, 11.5, (rect.width - 12.0).max(24.0)),
            (None, Some(MarkerKind::Start)) => "Start".to_owned(),
            (None, _) => "End".to_owned(),
        })
    };
    let is_missing = move || shape.with(|shape| shape.as_ref().is_some_and(|(_, _, name)| name.is_some()));
    view! {
        class = sheet,
        <g class="marker" class:missing=is_missing>
            <rect
                x=move || rect().x
                y=move || rect().y
                width=move || rect().width
                height=move || rect().height
                rx=move || rect().height / 2.0
            ></rect>
            {move || {
                text()
                    .map(|text| {
                        view! {
                            class = sheet,
                            <text x=move || rect().x + rect().width / 2.0 y=move || rect().y + rect().height / 2.0 + 4.0>
                                {text}
                            </text>
                        }
                    })
            }}
        </g>
    }
}
