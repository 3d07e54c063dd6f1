use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;

use json::Str;
use layout::{Heading, Point, Rect, nearest_in_direction};
use leptos::prelude::*;
use leptos::svg;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::breakpoint::EdgeBreakpoint;
use super::connect::{ConnectLayer, picture_point};
use super::drag::{DropLayer, Grip, watch_press};
use super::edge::EdgeView;
use super::node::{FrameView, MarkerView, NodeView};
use super::overview::Overview;
use crate::platform::dom;
use crate::state::{Camera, Dragged, MenuAt, Mode, Studio};

/// Below this many nodes all of them are in the page; above, those near the screen.
const CULL_ABOVE: usize = 400;
/// Pixels that the pointer moves before a press becomes a drag.
const DRAG_THRESHOLD: f64 = 4.0;
/// Milliseconds in which states move to their new places; the style sheet has the duration of the movement.
const SETTLING_MS: u32 = 240;
/// Nodes that come into the page in one frame while the picture is moved.
const MOST_NEW: usize = 8;
/// Parts of what is seen that are in the page beyond each side of it, and how much more than is seen may stay.
const SPARE: f64 = 0.4;
const MOST_SPARE: f64 = 4.0;
/// Below these zooms, second lines and labels can't be read, or names can't.
const FAR_BELOW: f64 = 0.4;
const TINY_BELOW: f64 = 0.22;
/// Pixels by which an arrow key pans.
const KEY_PAN: f64 = 60.0;
/// Milliseconds after which a finger that rests opens the menu.
const LONG_PRESS_MS: u32 = 550;

/// The picture itself: pans, zooms, and selects.
#[component]
pub fn Viewport() -> impl IntoView {
    let sheet = style_sheet!("style/viewport.css");
    let studio = Studio::of_app();
    let view = studio.view;
    let scene = studio.workspace.scene;
    let element = NodeRef::<svg::Svg>::new();
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
    // Far away, what could not be read is left out.
    let distance_class = Memo::new(move |_| match view.camera.get().zoom {
        zoom if zoom < TINY_BELOW => "tiny",
        zoom if zoom < FAR_BELOW => "far",
        _ => "near",
    });

    // What is near the screen: it stays as long as it has all that is seen, so that moving seldom changes it.
    let window = Memo::new(move |before: Option<&Rect>| {
        let (width, height) = view.size.get();
        let seen = view.camera.get().visible(width.max(1.0), height.max(1.0));
        match before {
            Some(before) if before.encloses(&seen) && before.width <= seen.width * MOST_SPARE => *before,
            _ => Rect::new(
                seen.x - seen.width * SPARE,
                seen.y - seen.height * SPARE,
                seen.width * (1.0 + 2.0 * SPARE),
                seen.height * (1.0 + 2.0 * SPARE),
            ),
        }
    });
    // From far away a large picture is a few shapes, and what is selected.
    let is_overview = Memo::new(move |_| {
        distance_class.get() == "tiny" && scene.with(|scene| scene.nodes.len() > CULL_ABOVE)
    });
    let near_nodes = Memo::new(move |_| {
        scene.with(|scene| {
            let order = scene.geometry.reading_order.iter().filter_map(|index| scene.nodes.get(*index));
            if scene.nodes.len() <= CULL_ABOVE {
                return order.map(|node| node.key.clone()).collect();
            }
            if is_overview.get() {
                let selection = studio.workspace.selection();
                let here = studio.runs.here.get();
                let is_kept = |key: &Str| selection.contains(key) || here.as_ref() == Some(key);
                let first = scene.geometry.reading_order.first().and_then(|index| scene.nodes.get(*index));
                let kept = order
                    .filter(|node| is_kept(&node.key) || first.is_some_and(|first| first.key == node.key));
                return kept.map(|node| node.key.clone()).collect();
            }
            let window = window.get();
            let near = order.filter(|node| node.rect.overlaps(&window));
            near.map(|node| node.key.clone()).collect::<Vec<Str>>()
        })
    });
    let is_large = Memo::new(move |_| scene.with(|scene| scene.nodes.len() > CULL_ABOVE));
    let visible_nodes = few_at_a_time(near_nodes, is_large, studio.workspace.selected.into());
    let near_edges = Memo::new(move |_| {
        scene.with(|scene| {
            let culls = scene.nodes.len() > CULL_ABOVE;
            if culls && is_overview.get() {
                return Vec::new();
            }
            let window = culls.then(|| window.get());
            let near = scene
                .edges
                .iter()
                .filter(|edge| window.is_none_or(|window| edge.bounds.expanded(1.0).overlaps(&window)));
            near.map(|edge| edge.key.clone()).collect::<Vec<String>>()
        })
    });
    let visible_edges = few_at_a_time(near_edges, is_large, Signal::stored(None));
    // What is drawn in one piece is asked for less than this.
    let drawn = Memo::new(move |_| {
        let culls = scene.with(|scene| scene.nodes.len() > CULL_ABOVE);
        (culls && !is_overview.get()).then(|| window.get())
    });
    // Where each edge stands in the scene of the moment.
    let edge_index = Memo::new(move |_| {
        let edges: HashMap<String, usize> = scene
            .with(|scene| scene.edges.iter().enumerate().map(|(at, edge)| (edge.key.clone(), at)).collect());
        edges
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
                if let Some(svg) = element.get_untracked() {
                    let _ = svg.set_pointer_capture(event.pointer_id());
                    let at = picture_point(studio, f64::from(event.client_x()), f64::from(event.client_y()));
                    band.set(Some((at, at)));
                }
                return;
            }
            if event.pointer_type() == "touch" {
                menu_after_long_press(studio, gesture.clone(), &event);
            }
            if take_up(studio, &event) {
                gesture.borrow_mut().press(&event, background);
                gesture.borrow_mut().pans = false;
                return;
            }
            if event.button() > 1 || (event.button() == 0 && !background && event.pointer_type() == "mouse") {
                return;
            }
            if event.button() == 1 {
                event.prevent_default();
            }
            gesture.borrow_mut().press(&event, background);
        }
    };
    let on_move = {
        let gesture = gesture.clone();
        move |event: leptos::ev::PointerEvent| {
            let Some(svg) = element.get_untracked() else { return };
            if let Some((start, _)) = band.get_untracked() {
                let at = picture_point(studio, f64::from(event.client_x()), f64::from(event.client_y()));
                band.set(Some((start, at)));
                return;
            }
            let moved = gesture.borrow_mut().travel(&event, origin_of(&svg));
            match moved {
                Some(Travel::Pan(dx, dy)) => {
                    if !dragging.get_untracked() {
                        dragging.set(true);
                        let _ = svg.set_pointer_capture(event.pointer_id());
                    }
                    view.pan_by(dx, dy);
                }
                Some(Travel::Pinch { at, factor, dx, dy }) => {
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
        let Some(svg) = element.get_untracked() else { return };
        let origin = origin_of(&svg);
        let unit = if event.delta_mode() == 1 { 16.0 } else { 1.0 };
        let (dx, dy) = (event.delta_x() * unit, event.delta_y() * unit);
        if event.ctrl_key() || event.meta_key() {
            let at =
                Point::new(f64::from(event.client_x()) - origin.x, f64::from(event.client_y()) - origin.y);
            let factor = (-dy.clamp(-60.0, 60.0) / 220.0).exp();
            view.camera.update(|camera| *camera = camera.zoomed_about(at, factor));
        } else if event.shift_key() && dx == 0.0 {
            view.pan_by(-dy, 0.0);
        } else {
            view.pan_by(-dx, -dy);
        }
    };
    let transform = move || {
        let Camera { x, y, zoom } = view.camera.get();
        format!("translate({x:.2} {y:.2}) scale({zoom:.4})")
    };

    view! {
        class = sheet,
        <svg
            node_ref=element
            class="viewport"
            class:dragging=move || dragging.get()
            class:settling=move || settling.get()
            data-distance=move || distance_class.get()
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
            on:keydown=move |event| on_key(studio, &event)
        >
            <defs>
                <pattern
                    id="dots"
                    patternUnits="userSpaceOnUse"
                    width="24"
                    height="24"
                    patternTransform=transform
                >
                    <circle class="dot" cx="1.2" cy="1.2" r="1.2"></circle>
                </pattern>
            </defs>
            <rect
                class="backdrop"
                width="100%"
                height="100%"
                fill="url(#dots)"
            ></rect>
            <g transform=transform>
                <FrameLayer drawn=drawn is_overview=is_overview />
                <Show when=move || is_overview.get()>
                    <Overview />
                </Show>
                <g aria-hidden="true">
                    <For each=move || visible_edges.get() key=|key| key.clone() let(key)>
                        <EdgeView edge=Memo::new(move |_| {
                            let index = edge_index.with(|edges| edges.get(&key).copied());
                            scene.with(|scene| index.and_then(|index| scene.edges.get(index).cloned()))
                        }) />
                    </For>
                    <MarkerLayer drawn=drawn is_overview=is_overview />
                </g>
                <g aria-hidden="true">
                    <For each=move || visible_edges.get() key=|key| key.clone() let(key)>
                        <EdgeBreakpoint edge=Memo::new(move |_| {
                            let index = edge_index.with(|edges| edges.get(&key).copied());
                            scene.with(|scene| index.and_then(|index| scene.edges.get(index).cloned()))
                        }) />
                    </For>
                </g>
                <For each=move || visible_nodes.get() key=|key| key.clone() let(key)>
                    <NodeView key=key />
                </For>
                <ConnectLayer />
                {move || {
                    let (start, end) = band.get()?;
                    let Rect { x, y, width, height } = rect_of(start, end);
                    Some(view! { class = sheet, <rect class="band" x=x y=y width=width height=height></rect> })
                }}
                <DropLayer />
            </g>
        </svg>
    }
}

/// A list that follows another one, but grows by a few at a time, so that no frame has much to do.
/// Where there is nothing in it yet that is to stay, all comes at once; what is wanted comes at once, too.
fn few_at_a_time<T>(target: Memo<Vec<T>>, is_large: Memo<bool>, wanted: Signal<Option<T>>) -> Memo<Vec<T>>
where
    T: Clone + Eq + Hash + Send + Sync + 'static,
{
    let turn = RwSignal::new(0_u32);
    let is_due = StoredValue::new(false);
    Memo::new(move |before: Option<&Vec<T>>| {
        turn.track();
        let (target, wanted) = (target.get(), wanted.get());
        let before: HashSet<&T> = before.into_iter().flatten().collect();
        if !is_large.get() || !target.iter().any(|key| before.contains(key)) {
            return target;
        }
        let mut room = MOST_NEW;
        let count = target.len();
        let now: Vec<T> = target
            .into_iter()
            .filter(|key| {
                let is_new = !before.contains(key);
                let comes = !is_new || room > 0 || wanted.as_ref() == Some(key);
                room = room.saturating_sub(usize::from(is_new && comes));
                comes
            })
            .collect();
        if now.len() < count && !is_due.get_value() {
            is_due.set_value(true);
            request_animation_frame(move || {
                if is_due.try_get_value() == Some(true) {
                    is_due.set_value(false);
                    turn.update(|turn| *turn = turn.wrapping_add(1));
                }
            });
        }
        now
    })
}

/// The frames of containers, under the edges.
#[component]
fn FrameLayer(drawn: Memo<Option<Rect>>, is_overview: Memo<bool>) -> impl IntoView {
    let scene = Studio::of_app().workspace.scene;
    let frames = Memo::new(move |_| {
        if is_overview.get() {
            return Vec::new();
        }
        let is_drawn = |rect: &Rect| drawn.with(|drawn| drawn.is_none_or(|drawn| drawn.overlaps(rect)));
        scene.with(|scene| {
            let containers = scene.nodes.iter().filter(|node| node.is_container && node.is_shown);
            let mut frames: Vec<(u32, bool, Rect, Option<Str>)> =
                containers.map(|node| (node.depth, true, node.rect, Some(node.key.clone()))).collect();
            frames.extend(scene.frames.iter().map(|frame| (frame.depth, false, frame.rect, None)));
            frames.retain(|(_, _, rect, _)| is_drawn(rect));
            frames.sort_by_key(|(depth, is_container, ..)| (*depth, !*is_container));
            frames
        })
    });
    view! {
        <g aria-hidden="true">
            {move || {
                frames
                    .get()
                    .into_iter()
                    .map(|(_, is_container, rect, key)| view! { <FrameView rect=rect is_container=is_container key=key /> })
                    .collect_view()
            }}
        </g>
    }
}

#[component]
fn MarkerLayer(drawn: Memo<Option<Rect>>, is_overview: Memo<bool>) -> impl IntoView {
    let scene = Studio::of_app().workspace.scene;
    let shapes = Memo::new(move |_| {
        if is_overview.get() {
            return Vec::new();
        }
        let is_drawn = |rect: &Rect| drawn.with(|drawn| drawn.is_none_or(|drawn| drawn.overlaps(rect)));
        scene.with(|scene| {
            let markers = scene.geometry.markers.iter().map(|marker| (marker.rect, Some(marker.kind), None));
            let stubs = scene.geometry.stubs.iter().map(|stub| (stub.rect, None, Some(stub.name.clone())));
            markers.chain(stubs).filter(|(rect, ..)| is_drawn(rect)).collect::<Vec<_>>()
        })
    });
    view! {
        <g>
            {move || {
                shapes
                    .get()
                    .into_iter()
                    .map(|(rect, kind, name)| view! { <MarkerView rect=rect kind=kind name=name /> })
                    .collect_view()
            }}
        </g>
    }
}

fn rect_of(one: Point, other: Point) -> Rect {
    Rect::new(one.x.min(other.x), one.y.min(other.y), (one.x - other.x).abs(), (one.y - other.y).abs())
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

/// A finger that stays where it was put opens the menu.
fn menu_after_long_press(studio: Studio, gesture: Rc<RefCell<Gesture>>, event: &web_sys::PointerEvent) {
    let (id, target) = (event.pointer_id(), event.target());
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    let begun = dom::now_ms();
    let open = move || {
        let is_held = gesture.try_borrow().is_ok_and(|gesture| {
            let held = gesture.pointers.iter().any(|(known, ..)| *known == id);
            held && gesture.pointers.len() == 1 && !gesture.has_moved && gesture.pressed_at <= begun + 1.0
        });
        if is_held && !studio.drag.is_active() && studio.editing.menu.get_untracked().is_none() {
            open_menu(studio, target, x, y);
        }
    };
    gloo::timers::callback::Timeout::new(LONG_PRESS_MS, open).forget();
}

/// What the pointers on the canvas are doing.
#[derive(Default)]
struct Gesture {
    /// Pointer id, where it is, where it was pressed.
    pointers: Vec<(i32, Point, Point)>,
    has_moved: bool,
    pans: bool,
    /// When the last pointer was pressed, in milliseconds.
    pressed_at: f64,
}

enum Travel {
    Pan(f64, f64),
    Pinch { at: Point, factor: f64, dx: f64, dy: f64 },
}

impl Gesture {
    fn press(&mut self, event: &web_sys::PointerEvent, background: bool) {
        let at = client(event);
        // Where a press became a drag, its end was not seen here.
        self.pointers.retain(|(id, ..)| *id != event.pointer_id() && !event.is_primary());
        self.pointers.push((event.pointer_id(), at, at));
        self.has_moved = false;
        self.pressed_at = dom::now_ms();
        self.pans = background || event.button() == 1 || event.pointer_type() != "mouse";
    }

    fn travel(&mut self, event: &web_sys::PointerEvent, origin: Point) -> Option<Travel> {
        let now = client(event);
        let index = self.pointers.iter().position(|(id, ..)| *id == event.pointer_id())?;
        let (_, before, pressed) = self.pointers[index];
        if self.pointers.len() == 2 {
            let (_, other, _) = self.pointers[1 - index];
            self.pointers[index].1 = now;
            self.has_moved = true;
            let factor = distance(now, other) / distance(before, other).max(1.0);
            let at = Point::new((now.x + other.x) / 2.0 - origin.x, (now.y + other.y) / 2.0 - origin.y);
            let (dx, dy) = ((now.x - before.x) / 2.0, (now.y - before.y) / 2.0);
            return Some(Travel::Pinch { at, factor: factor.clamp(0.5, 2.0), dx, dy });
        }
        if !self.pans || (!self.has_moved && distance(now, pressed) < DRAG_THRESHOLD) {
            return None;
        }
        self.has_moved = true;
        self.pointers[index].1 = now;
        Some(Travel::Pan(now.x - before.x, now.y - before.y))
    }

    /// Answers whether it was a click.
    fn release(&mut self, event: &web_sys::PointerEvent) -> bool {
        let known = self.pointers.iter().any(|(id, ..)| *id == event.pointer_id());
        self.pointers.retain(|(id, ..)| *id != event.pointer_id());
        known && !self.has_moved && event.button() == 0
    }
}

fn client(event: &web_sys::PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

fn distance(a: Point, b: Point) -> f64 {
    (a.x - b.x).hypot(a.y - b.y)
}

fn origin_of(svg: &web_sys::SvgElement) -> Point {
    let rect = svg.get_bounding_client_rect();
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

fn observe_size(element: NodeRef<svg::Svg>, studio: Studio) {
    Effect::new(move |_| {
        let Some(svg) = element.get() else { return };
        let on_resize = Closure::<dyn FnMut()>::new({
            let svg = svg.clone();
            move || {
                let rect = svg.get_bounding_client_rect();
                if let Some(picture) =
                    studio.workspace.scene.try_with_untracked(|scene| scene.geometry.bounds)
                {
                    studio.view.resize(rect.width(), rect.height(), picture);
                }
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&svg);
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
