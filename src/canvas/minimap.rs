use std::collections::BTreeMap;
use std::fmt::Write;

use layout::{Point, Rect, Size};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::node::type_key;
use crate::state::Studio;

/// How large the map becomes, and how small, in CSS pixels.
const MOST: Size = Size::new(176.0, 120.0);
const LEAST: Size = Size::new(44.0, 32.0);
/// A map is no help where this part of the picture is in sight.
const ENOUGH_SEEN: f64 = 0.75;
/// How thin a picture is drawn at least. Of a longer one the map has the part around what is seen.
const LEAST_THICKNESS: f64 = 8.0;

/// How the picture is drawn in the map.
#[derive(Clone, Copy, PartialEq)]
struct Drawn {
    scale: f64,
    /// Of all of the picture.
    whole: Size,
    /// Of the map.
    map: Size,
}

impl Drawn {
    fn of(bounds: Rect) -> Drawn {
        let (width, height) = (bounds.width.max(1.0), bounds.height.max(1.0));
        let fitting = (MOST.width / width).min(MOST.height / height);
        let scale = fitting.max(LEAST_THICKNESS / width.min(height)).min(1.0);
        let whole = Size::new(width * scale, height * scale);
        let map = Size::new(
            whole.width.clamp(LEAST.width, MOST.width),
            whole.height.clamp(LEAST.height, MOST.height),
        );
        Drawn { scale, whole, map }
    }

    /// Which point of the drawn picture is the map's corner, so that a place is in the middle if it can be.
    fn corner(self, middle: Point) -> Point {
        let along = |middle: f64, whole: f64, map: f64| {
            if whole <= map { (whole - map) / 2.0 } else { (middle - map / 2.0).clamp(0.0, whole - map) }
        };
        Point::new(
            along(middle.x * self.scale, self.whole.width, self.map.width),
            along(middle.y * self.scale, self.whole.height, self.map.height),
        )
    }
}

/// The picture, small, with what the screen shows of it. Pressing and dragging goes there.
#[component]
pub fn Minimap() -> impl IntoView {
    let studio = Studio::of_app();
    let view = studio.view;
    let is_needed = Memo::new(move |_| {
        let (width, height) = view.size.get();
        if !studio.shell.minimap.get() || width < 420.0 || height < 260.0 {
            return false;
        }
        let seen = view.told.get().visible(width, height);
        let scene = studio.workspace.scene;
        scene.with(|scene| !scene.nodes.is_empty() && seen_part(seen, content(scene)) < ENOUGH_SEEN)
    });
    view! {
        <Show when=move || is_needed.get()>
            <Map />
        </Show>
    }
}

/// How much of something is in sight, from 0 to 1.
fn seen_part(seen: Rect, of: Rect) -> f64 {
    let along = |low: f64, high: f64, seen_low: f64, seen_high: f64| {
        ((high.min(seen_high) - low.max(seen_low)) / (high - low).max(1.0)).clamp(0.0, 1.0)
    };
    along(of.x, of.right(), seen.x, seen.right()) * along(of.y, of.bottom(), seen.y, seen.bottom())
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
    let drawn = Memo::new(move |_| Drawn::of(scene.with(|scene| scene.geometry.bounds)));
    // One path a look: an element a state would cost more than the whole graph.
    let shapes = move || {
        let scale = drawn.get().scale;
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
    let is_pressed = RwSignal::new(false);
    let seen = Memo::new(move |_| {
        let (width, height) = view.size.get();
        view.told.get().visible(width, height)
    });
    // It stays while the map is pressed: what is under the pointer must not move away.
    let corner = Memo::new(move |before: Option<&Point>| match before {
        Some(before) if is_pressed.get() => *before,
        _ => drawn.get().corner(seen.get().center()),
    });
    let go_to = move |event: &leptos::ev::PointerEvent| {
        let Some(map) = element.get_untracked() else { return };
        let edge = map.get_bounding_client_rect();
        let (scale, corner) = (drawn.get_untracked().scale, corner.get_untracked());
        let at = Point::new(
            (f64::from(event.client_x()) - edge.left() + corner.x) / scale,
            (f64::from(event.client_y()) - edge.top() + corner.y) / scale,
        );
        let (width, height) = view.size.get_untracked();
        view.begin_moving();
        view.camera.update(|camera| {
            camera.x = width / 2.0 - at.x * camera.zoom;
            camera.y = height / 2.0 - at.y * camera.zoom;
        });
    };
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
    // By transforms: what is moved so is not drawn anew.
    let place_of_all = move || {
        let corner = corner.get();
        format!("translate3d({:.1}px, {:.1}px, 0)", -corner.x, -corner.y)
    };
    let place = move || {
        let (scale, corner, Rect { x, y, .. }) = (drawn.get().scale, corner.get(), seen.get());
        format!("translate3d({:.1}px, {:.1}px, 0)", x * scale - corner.x, y * scale - corner.y)
    };
    let width = Memo::new(move |_| format!("{:.1}px", seen.get().width * drawn.get().scale));
    let height = Memo::new(move |_| format!("{:.1}px", seen.get().height * drawn.get().scale));
    let map_width = move || format!("{:.0}px", drawn.get().map.width);
    let map_height = move || format!("{:.0}px", drawn.get().map.height);
    view! {
        class = sheet,
        <div
            node_ref=element
            class="map"
            aria-hidden="true"
            style:width=map_width
            style:height=map_height
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| is_pressed.set(false)
            on:pointercancel=move |_| is_pressed.set(false)
        >
            <svg
                class="map-all"
                width=move || drawn.get().whole.width
                height=move || drawn.get().whole.height
                style:transform=place_of_all
            >
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

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use layout::{Point, Rect};

    use super::{Drawn, ENOUGH_SEEN, LEAST_THICKNESS, MOST, seen_part};

    #[wasm_bindgen_test]
    fn a_long_chain_is_no_hair() {
        let chain = Drawn::of(Rect::new(0.0, 0.0, 330.0, 90_000.0));
        assert_eq!(chain.whole.width.round(), LEAST_THICKNESS);
        assert_eq!(chain.map.height, MOST.height);
        // Its beginning, its end, and what is between them are reached.
        assert_eq!(chain.corner(Point::new(165.0, 0.0)).y, 0.0);
        assert_eq!(chain.corner(Point::new(165.0, 90_000.0)).y, chain.whole.height - MOST.height);
        let middle = chain.corner(Point::new(165.0, 45_000.0)).y + MOST.height / 2.0;
        assert!((middle / chain.scale - 45_000.0).abs() < 1.0);
    }

    #[wasm_bindgen_test]
    fn what_fits_is_shown_whole() {
        let drawn = Drawn::of(Rect::new(0.0, 0.0, 1_400.0, 1_000.0));
        assert!(drawn.whole.width <= MOST.width + 0.1 && drawn.whole.height <= MOST.height + 0.1);
        let [one, other] = [0.0, 1_000.0].map(|y| drawn.corner(Point::new(y, y)));
        assert_eq!(one, other);
        // Two states side by side are not drawn larger than they are.
        assert!(Drawn::of(Rect::new(0.0, 0.0, 10.0, 10.0)).scale <= 1.0);
    }

    #[wasm_bindgen_test]
    fn a_picture_that_is_mostly_seen_needs_no_map() {
        let picture = Rect::new(0.0, 0.0, 400.0, 1_000.0);
        assert_eq!(seen_part(Rect::new(-100.0, -100.0, 800.0, 1_300.0), picture), 1.0);
        assert!(seen_part(Rect::new(-100.0, 0.0, 800.0, 940.0), picture) > ENOUGH_SEEN);
        assert!(seen_part(Rect::new(-100.0, 0.0, 800.0, 500.0), picture) < ENOUGH_SEEN);
        assert_eq!(seen_part(Rect::new(900.0, 0.0, 800.0, 500.0), picture), 0.0);
    }
}
