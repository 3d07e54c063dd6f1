use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use debugger::Place;
use json::Str;
use layout::{Heading, Point, Rect, nearest_in_direction};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::breakpoint::EdgeBreakpoint;
use super::connect::{ConnectLayer, picture_point};
use super::drag::{DropLayer, Grip, watch_press};
use super::edge::EdgeLayer;
use super::gesture::{Gesture, Travel};
use super::layers::{FrameLayer, MarkerLayer};
use super::near::{CULL_ABOVE, Near, TINY_BELOW};
use super::node::{NodeLayer, select_focused};
use super::overview::Overview;
use crate::platform::dom;
use crate::state::{Camera, Dragged, MenuAt, Mode, Studio};

/// Milliseconds in which states move to their new places; the style sheet has the duration of the movement.
const SETTLING_MS: u32 = 240;
/// Below this zoom second lines and labels can't be read.
const FAR_BELOW: f64 = 0.4;
/// Pixels by which an arrow key pans.
const KEY_PAN: f64 = 60.0;
/// Milliseconds after which a finger that rests opens the menu.
const LONG_PRESS_MS: u32 = 550;
/// From dot to dot on the ground, in the picture; and on the screen at least.
const DOT_STEP: f64 = 24.0;
const LEAST_DOT_STEP: f64 = 12.0;

/// How far away the picture is: whether all of it can be read, or names alone, or nothing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Distance {
    Near,
    Far,
    Tiny,
}

impl Distance {
    fn of(zoom: f64) -> Distance {
        match zoom {
            zoom if zoom < TINY_BELOW => Distance::Tiny,
            zoom if zoom < FAR_BELOW => Distance::Far,
            _ => Distance::Near,
        }
    }

    /// As the style sheets know it.
    fn name(self) -> &'static str {
        match self {
            Distance::Near => "near",
            Distance::Far => "far",
            Distance::Tiny => "tiny",
        }
    }
}

/// The picture itself: pans, zooms, and selects.
///
/// The camera is the transform of one element, which the browser has drawn by itself: so moving the picture draws
/// nothing of it anew.
#[component]
pub fn Viewport() -> impl IntoView {
    let sheet = style_sheet!("style/viewport.css");
    let studio = Studio::of_app();
    let view = studio.view;
    let scene = studio.workspace.scene;
    let element = NodeRef::<html::Div>::new();
    observe_size(element, studio);
    Effect::new(move |_| {
        let bounds = scene.with(|scene| scene.geometry.bounds);
        let (width, _) = view.size.get();
        if width > 0.0 && bounds.width > 0.0 && view.fit_when_known.get() {
            view.fit_when_known.set(false);
            view.open_on(bounds);
        }
    });

    // After an edit what has moved glides to its new place.
    let settling = RwSignal::new(false);
    let edits = StoredValue::new(0_u64);
    Effect::new(move |before: Option<u32>| {
        let small = scene.with(|scene| scene.nodes.len() <= CULL_ABOVE);
        let opened = studio.workspace.opened.get_untracked();
        edits.update_value(|count| *count += 1);
        let edit = edits.get_value();
        settling.set(small && before == Some(opened));
        let end = move || {
            if edits.try_get_value() == Some(edit) {
                settling.set(false);
            }
        };
        gloo::timers::callback::Timeout::new(SETTLING_MS, end).forget();
        opened
    });
    // Far away, what could not be read is left out; once the picture rests, since every state then changes its look.
    let distance = Memo::new(move |before: Option<&Distance>| {
        let now = Distance::of(view.camera.get().zoom);
        match before {
            Some(before) if view.is_moving.get() => now.min(*before),
            _ => now,
        }
    });
    Effect::new(move |_| {
        if !view.is_moving.get() && studio.editing.hovered.with_untracked(Option::is_none) {
            hover_at_rest(studio);
        }
    });

    let near = Near::new(studio);
    let is_overview = near.is_overview;
    // Where each edge stands in the scene of the moment.
    let edge_index = Memo::new(move |_| {
        let edges: HashMap<String, usize> = scene
            .with(|scene| scene.edges.iter().enumerate().map(|(at, edge)| (edge.key.clone(), at)).collect());
        Arc::new(edges)
    });

    // The corners of the rubber band, in the picture.
    let band = RwSignal::new(None::<(Point, Point)>);
    let gesture = Rc::new(RefCell::new(Gesture::default()));
    let dragging = RwSignal::new(false);
    let on_down = {
        let gesture = gesture.clone();
        move |event: leptos::ev::PointerEvent| {
            let background = is_background(&event);
            if background && event.button() == 0 && event.shift_key() {
                event.prevent_default();
                if let Some(stage) = element.get_untracked() {
                    let _ = stage.set_pointer_capture(event.pointer_id());
                    let at = picture_point(studio, f64::from(event.client_x()), f64::from(event.client_y()));
                    band.set(Some((at, at)));
                }
                return;
            }
            let is_taken_up = take_up(studio, &event);
            if !is_taken_up {
                if event.button() > 1
                    || (event.button() == 0 && !background && event.pointer_type() == "mouse")
                {
                    return;
                }
                if event.button() == 1 {
                    event.prevent_default();
                }
            }
            let mut pressed = gesture.borrow_mut();
            pressed.press(&event, background);
            if is_taken_up {
                pressed.pans = false;
            }
            if event.pointer_type() == "touch" {
                menu_after_long_press(studio, gesture.clone(), &event, pressed.pressed_at);
            }
        }
    };
    let on_move = {
        let gesture = gesture.clone();
        move |event: leptos::ev::PointerEvent| {
            let Some(stage) = element.get_untracked() else { return };
            if let Some((start, _)) = band.get_untracked() {
                let at = picture_point(studio, f64::from(event.client_x()), f64::from(event.client_y()));
                band.set(Some((start, at)));
                return;
            }
            let moved = gesture.borrow_mut().travel(&event, origin_of(&stage));
            match moved {
                Some(Travel::Pan(dx, dy)) => {
                    if !dragging.get_untracked() {
                        dragging.set(true);
                        let _ = stage.set_pointer_capture(event.pointer_id());
                    }
                    view.begin_moving();
                    view.pan_by(dx, dy);
                }
                Some(Travel::Pinch { at, factor, dx, dy }) => {
                    view.begin_zooming();
                    view.camera.update(|camera| *camera = camera.zoomed_about(at, factor));
                    view.pan_by(dx, dy);
                }
                None => {}
            }
        }
    };
    let on_up = move |event: leptos::ev::PointerEvent| {
        if let Some((start, end)) = band.get_untracked() {
            band.set(None);
            studio.select_within(rect_of(start, end));
            return;
        }
        let was_click = gesture.borrow_mut().release(&event);
        dragging.set(false);
        if was_click && is_background(&event) {
            studio.workspace.selected.set(drawn_node_at(studio, is_overview, &event));
        }
    };
    let on_cancel = on_up.clone();
    let on_wheel = move |event: leptos::ev::WheelEvent| {
        event.prevent_default();
        let Some(stage) = element.get_untracked() else { return };
        let origin = origin_of(&stage);
        let unit = if event.delta_mode() == 1 { 16.0 } else { 1.0 };
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        view.begin_moving();
        if event.ctrl_key() || event.meta_key() {
            let at =
                Point::new(f64::from(event.client_x()) - origin.x, f64::from(event.client_y()) - origin.y);
            let factor = (-dy.clamp(-60.0, 60.0) / 220.0).exp();
            view.begin_zooming();
            view.camera.update(|camera| *camera = camera.zoomed_about(at, factor));
        } else if event.shift_key() && dx == 0.0 {
            view.pan_by(-dy, 0.0);
        } else {
            view.pan_by(-dx, -dy);
        }
    };
    let transform = move || {
        let Camera { x, y, zoom } = view.camera.get();
        format!("translate3d({x:.2}px, {y:.2}px, 0) scale({zoom:.4})")
    };
    // Dots that would come too close are left out, every other one.
    let ground_transform = move || {
        let Camera { x, y, zoom } = view.camera.get();
        let mut scale = zoom;
        while DOT_STEP * scale < LEAST_DOT_STEP {
            scale *= 2.0;
        }
        let step = DOT_STEP * scale;
        let (x, y) = (x.rem_euclid(step) - step, y.rem_euclid(step) - step);
        format!("translate3d({x:.2}px, {y:.2}px, 0) scale({scale:.4})")
    };
    // What is drawn at the border of the picture has room around it.
    const ROOM: f64 = 200.0;
    let bounds = Memo::new(move |_| scene.with(|scene| scene.geometry.bounds).expanded(ROOM));
    let left = move || format!("{:.0}px", bounds.get().x);
    let top = move || format!("{:.0}px", bounds.get().y);
    let view_box = move || {
        let Rect { x, y, width, height } = bounds.get();
        format!("{x:.0} {y:.0} {width:.0} {height:.0}")
    };
    let width = move || format!("{:.0}", bounds.get().width);
    let height = move || format!("{:.0}", bounds.get().height);
    // Of a large picture the browser draws what is near the screen. What that is it would tell anew, and draw it anew, in
    // nearly each frame of zooming out; what is in the page is all that there is to draw.
    let clip = move || {
        const LEEWAY: f64 = 600.0;
        let window = near.window.get()?.expanded(LEEWAY);
        let bounds = bounds.get();
        let (top, left) = (window.y - bounds.y, window.x - bounds.x);
        let (right, bottom) = (bounds.right() - window.right(), bounds.bottom() - window.bottom());
        Some(format!("inset({top:.0}px {right:.0}px {bottom:.0}px {left:.0}px)"))
    };
    let has_edge_breakpoints = Memo::new(move |_| {
        studio.shell.mode.get() == Mode::Run
            || studio.runs.mark_of(|place| matches!(place, Place::Transition { .. })).is_some()
    });
    let edges_with_breakpoints = move || match has_edge_breakpoints.get() {
        true => near.edges.get().items,
        false => Vec::new(),
    };

    view! {
        class = sheet,
        <div
            node_ref=element
            class="viewport"
            class:dragging=move || dragging.get()
            class:settling=move || settling.get()
            data-distance=move || distance.get().name()
            class:stale=move || studio.workspace.is_stale.get()
            role="group"
            aria-label="Workflow graph. Tab goes through the states in the order of execution, arrow keys go to the nearest state."
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=on_up
            on:pointercancel=on_cancel
            on:pointerover=move |event| forget_hovered(studio, &event)
            on:pointerleave=move |_| studio.editing.hovered.set(None)
            on:contextmenu=move |event| on_menu(studio, &event)
            on:wheel=on_wheel
            on:focusin=move |event| select_focused(studio, &event)
            on:keydown=move |event| on_key(studio, &event)
        >
            <div class="ground" style:transform=ground_transform></div>
            <div class="plane" style:transform=transform>
                <Show when=move || near.is_large.get()>
                    <svg
                        class="picture"
                        style:left=left
                        style:top=top
                        width=width
                        height=height
                        viewBox=view_box
                    >
                        <Overview is_shown=near.shows_overview />
                    </svg>
                </Show>
                <svg
                    class="picture"
                    style:left=left
                    style:top=top
                    style:clip-path=clip
                    width=width
                    height=height
                    viewBox=view_box
                >
                    <FrameLayer window=near.window is_overview=is_overview />
                    <g aria-hidden="true">
                        <EdgeLayer edges=near.edges index=edge_index />
                        <MarkerLayer window=near.window is_overview=is_overview />
                    </g>
                    <g aria-hidden="true">
                        <For each=edges_with_breakpoints key=|edge| edge.key.clone() let(placed)>
                            <EdgeBreakpoint edge=Memo::new(move |_| {
                                let index = edge_index.with(|edges| edges.get(&placed.key).copied());
                                scene.with(|scene| index.and_then(|index| scene.edges.get(index).cloned()))
                            }) />
                        </For>
                    </g>
                    <NodeLayer nodes=near.nodes />
                </svg>
                <svg
                    class="picture over"
                    style:left=left
                    style:top=top
                    width=width
                    height=height
                    viewBox=view_box
                >
                    <ConnectLayer />
                    {move || {
                        let (start, end) = band.get()?;
                        let Rect { x, y, width, height } = rect_of(start, end);
                        Some(view! { class = sheet, <rect class="band" x=x y=y width=width height=height></rect> })
                    }}
                    <DropLayer />
                </svg>
            </div>
            // While something is dragged, nothing of the picture is pointed at: the browser need not look for it.
            <Show when=move || studio.drag.ghost.with(Option::is_some)>
                <div class="shield"></div>
            </Show>
        </div>
    }
}

fn rect_of(one: Point, other: Point) -> Rect {
    Rect::new(one.x.min(other.x), one.y.min(other.y), (one.x - other.x).abs(), (one.y - other.y).abs())
}

/// What came under the pointer while the picture was moved is hovered now.
fn hover_at_rest(studio: Studio) {
    let node = dom::document().and_then(|document| document.query_selector(".viewport .node:hover").ok()?);
    if let Some(key) = node.and_then(|node| node.id().strip_prefix("node:").map(Str::from)) {
        studio.editing.hovered.set(Some(key));
    }
}

/// Over the ground no state is hovered.
fn forget_hovered(studio: Studio, event: &web_sys::PointerEvent) {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let is_ground = target.is_none_or(|target| target.closest(".node, .port-dot").ok().flatten().is_none());
    if is_ground && studio.editing.hovered.with_untracked(Option::is_some) {
        studio.editing.hovered.set(None);
    }
}

/// Opens the menu of what was clicked, which is selected unless it is already.
fn on_menu(studio: Studio, event: &web_sys::MouseEvent) {
    event.prevent_default();
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    if x == 0.0 && y == 0.0 {
        studio.open_menu_at_selected();
        return;
    }
    open_menu(studio, event.target(), x, y);
}

fn open_menu(studio: Studio, target: Option<web_sys::EventTarget>, x: f64, y: f64) {
    let element = target.and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let within = |selector: &str| element.as_ref().and_then(|element| element.closest(selector).ok()?);
    if let Some(node) = within(".node") {
        let key = Str::from(node.id().trim_start_matches("node:"));
        if !untrack(|| studio.workspace.is_selected(&key))
            || studio.workspace.selected_way_untracked().is_some()
        {
            studio.workspace.select(vec![key]);
        }
    } else if within(".edge").is_none() {
        studio.workspace.select(Vec::new());
    }
    studio.editing.menu.set(Some(MenuAt { x, y }));
}

/// A finger that stays where it was put opens the menu; `pressed_at` tells this press from a later one.
fn menu_after_long_press(
    studio: Studio,
    gesture: Rc<RefCell<Gesture>>,
    event: &web_sys::PointerEvent,
    pressed_at: f64,
) {
    let (id, target) = (event.pointer_id(), event.target());
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let open = move || {
        let is_held = gesture.try_borrow().is_ok_and(|gesture| {
            let held = gesture.pointers.iter().any(|(known, ..)| *known == id);
            held && gesture.pointers.len() == 1 && !gesture.has_moved && gesture.pressed_at == pressed_at
        });
        if is_held && !studio.drag.is_active() && studio.editing.menu.get_untracked().is_none() {
            open_menu(studio, target, x, y);
        }
    };
    gloo::timers::callback::Timeout::new(LONG_PRESS_MS, open).forget();
}

fn origin_of(stage: &web_sys::Element) -> Point {
    let rect = stage.get_bounding_client_rect();
    Point::new(rect.left(), rect.top())
}

/// Watches whether a press on a state becomes a drag; answers whether it is one that may.
/// A finger takes up what is selected, and pans over the rest.
fn take_up(studio: Studio, event: &web_sys::PointerEvent) -> bool {
    let is_plain = event.button() == 0 && !(event.shift_key() || event.ctrl_key() || event.meta_key());
    if !is_plain || !event.is_primary() || studio.shell.mode.get_untracked() != Mode::Design {
        return false;
    }
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let node = target.filter(|target| target.closest(".fold").ok().flatten().is_none());
    let node = node.and_then(|target| target.closest(".node").ok().flatten());
    let Some(key) = node.and_then(|node| node.id().strip_prefix("node:").map(Str::from)) else {
        return false;
    };
    let is_selected = studio.workspace.selection_untracked().contains(&key);
    if event.pointer_type() != "mouse" && !is_selected {
        return false;
    }
    watch_press(studio, event, Grip::AtOnce, move || {
        let selected = studio.workspace.selection_untracked();
        let states = match selected.contains(&key) {
            true => studio.selected_states(),
            false => studio.state_of(&key).into_iter().collect(),
        };
        (!states.is_empty()).then_some(Dragged::States(states))
    });
    true
}

/// The state that is drawn at a point of the overview, in which states have no elements of their own.
fn drawn_node_at(studio: Studio, is_overview: Memo<bool>, event: &web_sys::PointerEvent) -> Option<Str> {
    if !is_overview.get_untracked() {
        return None;
    }
    let at = picture_point(studio, f64::from(event.client_x()), f64::from(event.client_y()));
    studio.workspace.scene.with_untracked(|scene| {
        scene.node_at(at).and_then(|index| scene.nodes.get(index)).map(|node| node.key.clone())
    })
}

fn is_background(event: &web_sys::PointerEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest(".node").ok().flatten().is_none())
}

fn observe_size(element: NodeRef<html::Div>, studio: Studio) {
    Effect::new(move |_| {
        let Some(stage) = element.get() else { return };
        let on_resize = Closure::<dyn FnMut()>::new({
            let stage = stage.clone();
            move || {
                let rect = stage.get_bounding_client_rect();
                if let Some(picture) =
                    studio.workspace.scene.try_with_untracked(|scene| scene.geometry.bounds)
                {
                    studio.view.resize(rect.width(), rect.height(), picture);
                }
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&stage);
            let kept = StoredValue::new_local((observer, on_resize));
            on_cleanup(move || {
                let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
}

fn on_key(studio: Studio, event: &web_sys::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let heading = match &*event.key() {
        "ArrowUp" => Heading::Up,
        "ArrowDown" => Heading::Down,
        "ArrowLeft" => Heading::Left,
        "ArrowRight" => Heading::Right,
        "Tab" => {
            if step_in_reading_order(studio, if event.shift_key() { -1 } else { 1 }) {
                event.prevent_default();
            }
            return;
        }
        "Home" => {
            if select_in_reading_order(studio, 0) {
                event.prevent_default();
            }
            return;
        }
        "Escape" => {
            studio.workspace.selected.set(None);
            return;
        }
        _ => return,
    };
    event.prevent_default();
    if event.shift_key() {
        let (dx, dy) = match heading {
            Heading::Up => (0.0, KEY_PAN),
            Heading::Down => (0.0, -KEY_PAN),
            Heading::Left => (KEY_PAN, 0.0),
            Heading::Right => (-KEY_PAN, 0.0),
        };
        studio.view.pan_by(dx, dy);
        return;
    }
    let next = studio.workspace.scene.with_untracked(|scene| {
        let now = studio.workspace.selected.get_untracked().and_then(|key| scene.index_of(&key));
        match now {
            Some(now) => nearest_in_direction(&scene.geometry, now, heading),
            None => scene.geometry.reading_order.first().copied(),
        }
        .and_then(|index| scene.nodes.get(index))
        .map(|node| node.key.clone())
    });
    if let Some(key) = next {
        focus_node(studio, key);
    }
}

/// Goes on from the focused node; answers whether there was one to go to.
fn step_in_reading_order(studio: Studio, step: isize) -> bool {
    let position = studio.workspace.scene.with_untracked(|scene| {
        let now = studio.workspace.selected.get_untracked().and_then(|key| scene.index_of(&key))?;
        scene.geometry.reading_order.iter().position(|index| *index == now)
    });
    let on_node = dom::document()
        .and_then(|document| document.active_element())
        .is_some_and(|active| active.class_list().contains("node"));
    match position {
        Some(position) if on_node => match position.checked_add_signed(step) {
            Some(next) => select_in_reading_order(studio, next),
            None => false,
        },
        _ => false,
    }
}

fn select_in_reading_order(studio: Studio, position: usize) -> bool {
    let key = studio.workspace.scene.with_untracked(|scene| {
        let index = scene.geometry.reading_order.get(position)?;
        scene.nodes.get(*index).map(|node| node.key.clone())
    });
    let found = key.is_some();
    if let Some(key) = key {
        focus_node(studio, key);
    }
    found
}

/// Selects a node, brings it onto the screen, and gives it the focus once it is in the page.
pub fn focus_node(studio: Studio, key: Str) {
    studio.workspace.selected.set(Some(key.clone()));
    if let Some(rect) = studio.workspace.selected_rect() {
        studio.view.reveal(rect);
    }
    request_animation_frame(move || {
        if let Some(node) = super::node::element_of(&key) {
            let _ = node.focus();
        }
    });
}
