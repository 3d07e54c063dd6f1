//! Ports: small handles from which ways are drawn to other states.

use std::cell::Cell;
use std::rc::Rc;

use asl::TransitionKind;
use asl::edit::Port;
use json::Str;
use layout::{Direction, Point, Rect};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::platform::{dom, rest};
use crate::state::{Connecting, Mode, Studio};

/// Pixels that the pointer moves before a press becomes a drag.
const DRAG_THRESHOLD: f64 = 4.0;
/// From port to port, in pixels of the picture.
const PORT_STEP: f64 = 26.0;

/// The ports of the state under the mouse and of the selected one, the handle of the selected way, and the
/// way that is being drawn.
#[component]
pub fn ConnectLayer() -> impl IntoView {
    let sheet = style_sheet!("style/ports.css");
    let studio = Studio::of_app();
    let (workspace, editing) = (studio.workspace, studio.editing);
    // Whose ports are shown: of the hovered state, else of the selected one.
    let shown = Memo::new(move |_| {
        let is_run = studio.shell.mode.get() == Mode::Run;
        if is_run || !rest::is_complete() || workspace.is_stale.get() || workspace.selection().len() > 1 {
            return None;
        }
        let dragged = editing.drag.with(|drag| drag.as_ref().map(|drag| drag.connecting.from.clone()));
        let hovered = editing.hovered.get();
        dragged.or(hovered).or_else(|| workspace.selected.get())
    });
    // Ports stay large enough to be hit in a picture that is drawn small.
    let scale = Memo::new(move |_| {
        let scale = (1.0 / studio.view.camera.get().zoom).clamp(1.0, 2.2);
        (scale * 5.0).round() / 5.0
    });
    let handle = move || {
        let is_design = studio.shell.mode.get() == Mode::Design && rest::is_complete();
        let (from, way) = workspace.selected_way().filter(|_| is_design)?;
        let tip = workspace.scene.with(|scene| {
            let index = scene.index_of(&from);
            let edge = scene.edges.iter().find(|edge| edge.from == index && edge.way == Some(way))?;
            Some(edge.tip.1)
        })?;
        Some(
            view! { <PortView from=from port=Port::Way(way) at=tip scale=scale title="Drag to another state".to_owned() is_handle=true /> },
        )
    };
    let ports = move || {
        let key = shown.get()?;
        // The words of the ports follow the document.
        workspace.document.track();
        let (rect, is_container) = workspace.scene.with(|scene| {
            let node = scene.nodes.get(scene.index_of(&key)?)?;
            node.is_shown.then_some((node.rect, node.is_container))
        })?;
        let ports = studio.ports(&key);
        let count = ports.len();
        let direction = workspace.direction.get();
        let views = ports.into_iter().enumerate().map(|(position, (port, title))| {
            let at = place_of(rect, direction, is_container, (position, count), scale.get());
            view! { <PortView from=key.clone() port=port at=at scale=scale title=title is_handle=false /> }
        });
        Some(views.collect_view())
    };
    let line = move || {
        editing.drag.with(|drag| {
            let drag = drag.as_ref()?;
            let (Point { x, y }, Point { x: x2, y: y2 }) = (drag.start, drag.at);
            let bend = (y2 - y).abs().max(40.0) / 2.0;
            let path =
                format!("M{x:.1} {y:.1}C{x:.1} {:.1} {x2:.1} {:.1} {x2:.1} {y2:.1}", y + bend, y2 - bend);
            let is_legal = drag.is_legal;
            Some(view! { class = sheet, <path class="drawn-way" class:legal=is_legal d=path></path> })
        })
    };
    view! {
        <g aria-hidden="true">{ports} {handle} {line}</g>
    }
}

/// What letting go of a way that is being drawn would do, beside the pointer.
#[component]
pub fn ConnectHint() -> impl IntoView {
    let sheet = style_sheet!("style/connect_hint.css");
    let studio = Studio::of_app();
    view! {
        {move || {
            let drag = studio.editing.drag.get()?;
            let camera = studio.view.camera.get();
            let (x, y) = (drag.at.x * camera.zoom + camera.x, drag.at.y * camera.zoom + camera.y);
            Some(
                view! {
                    class = sheet,
                    <p
                        class="connect-hint"
                        class:refused=!drag.is_legal && drag.over.is_some()
                        style:left=format!("{:.0}px", x + 16.0)
                        style:top=format!("{:.0}px", y + 16.0)
                    >
                        {drag.hint}
                    </p>
                },
            )
        }}
    }
}

/// Where a port is: in a row along the side where ways leave.
fn place_of(
    rect: Rect,
    direction: Direction,
    is_container: bool,
    (position, count): (usize, usize),
    scale: f64,
) -> Point {
    let along = match direction {
        Direction::Down => rect.width,
        Direction::Right => rect.height,
    };
    let step = (PORT_STEP * scale).min((along - 12.0) / count.max(1) as f64);
    let offset = (position as f64 - (count as f64 - 1.0) / 2.0) * step;
    // Enlarged ones move out, so that the state itself can still be hit.
    let out = (scale - 1.0) * 9.0;
    match direction {
        Direction::Down => Point::new(rect.x + rect.width / 2.0 + offset, rect.bottom() + out),
        Direction::Right if is_container => Point::new(rect.right() + out, rect.y + 22.0 + offset.max(0.0)),
        Direction::Right => Point::new(rect.right() + out, rect.y + rect.height / 2.0 + offset),
    }
}

/// The sign in a port.
fn sign_of(port: Port) -> (&'static str, &'static str) {
    match port {
        Port::Way(TransitionKind::Next) => ("next", ""),
        Port::Way(TransitionKind::Default) => ("choice", "·"),
        Port::Way(TransitionKind::Choice(_)) => ("choice", ""),
        Port::Way(TransitionKind::Catch(_)) => ("catch", ""),
        Port::NewRule => ("choice", "+"),
        Port::NewCatcher => ("catch", "+"),
    }
}

#[component]
fn PortView(
    from: Str,
    port: Port,
    at: Point,
    scale: Memo<f64>,
    title: String,
    is_handle: bool,
) -> impl IntoView {
    let sheet = style_sheet!("style/port.css");
    let studio = Studio::of_app();
    let (kind, sign) = sign_of(port);
    let on_down = {
        let from = from.clone();
        move |event: leptos::ev::PointerEvent| {
            if event.button() != 0 {
                return;
            }
            event.stop_propagation();
            event.prevent_default();
            follow_pointer(studio, &event, Connecting { from: from.clone(), port }, at);
        }
    };
    let hovered = studio.editing.hovered;
    let label = if is_handle { title } else { format!("Drag to connect: {title}") };
    view! {
        class = sheet,
        <g
            class="port-dot"
            class:handle=is_handle
            data-kind=kind
            data-port=format!("{port:?}")
            transform=move || format!("translate({:.1} {:.1}) scale({:.1})", at.x, at.y, scale.get())
            on:pointerdown=on_down
            on:pointerenter=move |_| hovered.set(Some(from.clone()))
            on:click=move |event: leptos::ev::MouseEvent| event.stop_propagation()
        >
            <title>{label}</title>
            <circle class="port-hit" r="13"></circle>
            <circle class="port-disc" r="6.5"></circle>
            <text class="port-sign" y="4">
                {sign}
            </text>
        </g>
    }
}

/// Follows the pointer until it is let go, or Escape is pressed.
fn follow_pointer(studio: Studio, event: &web_sys::PointerEvent, connecting: Connecting, start: Point) {
    let id = event.pointer_id();
    let pressed = (f64::from(event.client_x()), f64::from(event.client_y()));
    let has_moved = Rc::new(Cell::new(false));
    studio.begin_drag(connecting, start);
    let listeners: Rc<Cell<Vec<gloo::events::EventListener>>> = Rc::default();
    let Some(window) = dom::window() else { return };
    let options = gloo::events::EventListenerOptions::enable_prevent_default;
    let end = {
        let listeners = listeners.clone();
        move || drop(listeners.take())
    };
    let listen = |name: &'static str, run: Box<dyn FnMut(&web_sys::Event)>| {
        gloo::events::EventListener::new_with_options(
            &window,
            name,
            gloo::events::EventListenerOptions {
                phase: gloo::events::EventListenerPhase::Capture,
                ..options()
            },
            run,
        )
    };
    let pointer = move |event: &web_sys::Event| {
        use wasm_bindgen::JsCast;
        event.dyn_ref::<web_sys::PointerEvent>().filter(|event| event.pointer_id() == id).cloned()
    };
    let on_move = listen("pointermove", {
        let has_moved = has_moved.clone();
        Box::new(move |event| {
            let Some(event) = pointer(event) else { return };
            let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
            if (x - pressed.0).hypot(y - pressed.1) >= DRAG_THRESHOLD {
                has_moved.set(true);
            }
            if has_moved.get() {
                studio.drag_to(picture_point(studio, x, y));
            }
        })
    });
    let on_up = listen("pointerup", {
        let (end, has_moved) = (end.clone(), has_moved.clone());
        Box::new(move |event| {
            if pointer(event).is_some() {
                studio.end_drag(has_moved.get());
                end();
            }
        })
    });
    let on_cancel = listen("pointercancel", {
        let end = end.clone();
        Box::new(move |event| {
            if pointer(event).is_some() {
                studio.cancel_drag();
                end();
            }
        })
    });
    let on_key = listen(
        "keydown",
        Box::new(move |event| {
            use wasm_bindgen::JsCast;
            if event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|event| event.key() == "Escape") {
                event.stop_propagation();
                event.prevent_default();
                studio.cancel_drag();
                studio.shell.announce("Cancelled");
                end();
            }
        }),
    );
    listeners.set(vec![on_move, on_up, on_cancel, on_key]);
}

/// A place of the page as one of the picture.
pub fn picture_point(studio: Studio, x: f64, y: f64) -> Point {
    let stage = dom::element_by_id("stage").map(|stage| stage.get_bounding_client_rect());
    let (left, top) = stage.map_or((0.0, 0.0), |rect| (rect.left(), rect.top()));
    studio.view.camera.get_untracked().to_picture(Point::new(x - left, y - top))
}
