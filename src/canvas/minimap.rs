use std::collections::BTreeMap;
use std::fmt::Write;

use layout::{Point, Rect};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::node::type_key;
use crate::state::Studio;

const WIDTH: f64 = 176.0;
const HEIGHT: f64 = 120.0;

/// The whole picture, small, with what the screen shows of it. Pressing and dragging goes there.
#[component]
pub fn Minimap() -> impl IntoView {
    let studio = Studio::of_app();
    let view = studio.view;
    let is_needed = Memo::new(move |_| {
        let (width, height) = view.size.get();
        if !studio.shell.minimap.get() || width < 420.0 || height < 260.0 {
            return false;
        }
        let seen = view.camera.get().visible(width, height).expanded(1.0);
        studio.workspace.scene.with(|scene| !scene.nodes.is_empty() && !seen.encloses(&content(scene)))
    });
    view! {
        <Show when=move || is_needed.get()>
            <Map />
        </Show>
    }
}

/// Where there is something in the picture: the bounds without their margin.
fn content(scene: &diagram::Scene) -> Rect {
    scene.geometry.bounds.expanded(-30.0)
}

#[component]
fn Map() -> impl IntoView {
    let sheet = style_sheet!("style/minimap.css");
    let studio = Studio::of_app();
    let view = studio.view;
    let scene = studio.workspace.scene;
    let element = NodeRef::<html::Div>::new();
    let scale = Memo::new(move |_| {
        let bounds = scene.with(|scene| scene.geometry.bounds);
        (WIDTH / bounds.width.max(1.0)).min(HEIGHT / bounds.height.max(1.0))
    });
    // One path a look: an element a state would cost more than the whole graph.
    let shapes = move || {
        let scale = scale.get();
        let paths = scene.with(|scene| {
            let mut paths: BTreeMap<(bool, &'static str), String> = BTreeMap::new();
            for node in scene.nodes.iter().filter(|node| node.is_shown) {
                let Rect { x, y, width, height } = node.rect;
                let (x, y) = (x * scale, y * scale);
                let (width, height) = ((width * scale).max(1.5), (height * scale).max(1.5));
                let path = paths.entry((!node.is_container, type_key(node.state_type))).or_default();
                let _ = write!(path, "M{x:.1} {y:.1}h{width:.1}v{height:.1}h-{width:.1}z");
            }
            paths
        });
        paths
            .into_iter()
            .map(|((is_plain, kind), path)| {
                view! {
                    class = sheet,
                    <path class="map-state" class:map-container=!is_plain data-type=kind d=path></path>
                }
            })
            .collect_view()
    };
    let seen = Memo::new(move |_| {
        let (width, height) = view.size.get();
        let scale = scale.get();
        let seen = view.camera.get().visible(width, height);
        Rect::new(seen.x * scale, seen.y * scale, seen.width * scale, seen.height * scale)
    });
    let go_to = move |event: &leptos::ev::PointerEvent| {
        let Some(map) = element.get_untracked() else { return };
        let corner = map.get_bounding_client_rect();
        let scale = scale.get_untracked();
        let at = Point::new(
            (f64::from(event.client_x()) - corner.left()) / scale,
            (f64::from(event.client_y()) - corner.top()) / scale,
        );
        let (width, height) = view.size.get_untracked();
        view.begin_moving();
        view.camera.update(|camera| {
            camera.x = width / 2.0 - at.x * camera.zoom;
            camera.y = height / 2.0 - at.y * camera.zoom;
        });
    };
    let is_pressed = RwSignal::new(false);
    let on_down = move |event: leptos::ev::PointerEvent| {
        event.prevent_default();
        if let Some(map) = event.current_target().and_then(|map| map.dyn_into::<web_sys::Element>().ok()) {
            let _ = map.set_pointer_capture(event.pointer_id());
        }
        is_pressed.set(true);
        go_to(&event);
    };
    let on_move = move |event: leptos::ev::PointerEvent| {
        if is_pressed.get_untracked() {
            go_to(&event);
        }
    };
    // By a transform: what is moved so is not drawn anew.
    let place = move || {
        let Rect { x, y, .. } = seen.get();
        format!("translate3d({x:.1}px, {y:.1}px, 0)")
    };
    let width = Memo::new(move |_| format!("{:.1}px", seen.get().width));
    let height = Memo::new(move |_| format!("{:.1}px", seen.get().height));
    view! {
        class = sheet,
        <div
            node_ref=element
            class="map"
            aria-hidden="true"
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| is_pressed.set(false)
            on:pointercancel=move |_| is_pressed.set(false)
        >
            <svg class="map-all" width=WIDTH height=HEIGHT>
                {shapes}
            </svg>
            <div
                class="map-seen"
                style:transform=place
                style:width=move || width.get()
                style:height=move || height.get()
            ></div>
        </div>
    }
}
