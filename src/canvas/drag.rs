//! Dragging onto the graph: the pointer, the places that light up, and what follows the pointer.

use std::fmt::Write;

use diagram::DropMark;
use gloo::events::{EventListener, EventListenerOptions, EventListenerPhase};
use gloo::timers::callback::Timeout;
use layout::{Point, Rect};
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use crate::platform::by_hand::{Drawing, Part, Template};
use crate::platform::dom;
use crate::state::{Drag, Dragged, Ghost, Over, Pane, Studio};
use crate::ui::{Icon, known_icon};

/// Pixels that the pointer moves before a press becomes a drag.
const THRESHOLD: f64 = 5.0;
/// How long a finger rests before what is under it is taken up, in milliseconds, and how far it may move meanwhile.
const HOLD_MS: u32 = 320;
const HOLD_SLACK: f64 = 10.0;
/// How far right of and below the pointer stands what follows it, in pixels.
const GHOST_OFFSET: f64 = 14.0;
/// The size of the hint at a new state, in the picture.
const HINT: (f64, f64) = (150.0, 44.0);

/// When a press becomes a drag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grip {
    /// As soon as the pointer moves: a mouse, a handle, a selected state.
    AtOnce,
    /// After the finger has rested, since it may want to scroll.
    AfterHold,
}

/// A press that is or may become a drag.
pub struct Press {
    pointer_id: i32,
    start: Point,
    is_dragging: bool,
    take: Box<dyn Fn() -> Option<Dragged>>,
    hold: Option<Timeout>,
    listeners: Vec<EventListener>,
}

/// Watches a press; `take` says what is dragged if it becomes a drag.
pub fn watch_press(
    studio: Studio,
    event: &web_sys::PointerEvent,
    grip: Grip,
    take: impl Fn() -> Option<Dragged> + 'static,
) {
    let Some(window) = dom::window() else { return };
    let press = studio.drag.press;
    let capture = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
    let on = |name: &'static str, react: fn(Studio, &web_sys::Event)| {
        EventListener::new_with_options(&window, name, capture, move |event| react(studio, event))
    };
    let listeners = vec![
        on("pointermove", on_move),
        on("pointerup", on_up),
        on("pointercancel", |studio, event| {
            if is_watched(studio, event) {
                let was_dragging = release(studio);
                if was_dragging {
                    studio.put_back();
                }
            }
        }),
        on("touchmove", |studio, event| {
            if studio.drag.is_active() {
                event.prevent_default();
            }
        }),
        on("contextmenu", |studio, event| {
            if studio.drag.is_active() {
                event.prevent_default();
                event.stop_propagation();
            }
        }),
        on("blur", |studio, event| {
            let is_window = event.target().is_some_and(|target| target.is_instance_of::<web_sys::Window>());
            if is_window && release(studio) {
                studio.put_back();
            }
        }),
        on("keydown", |studio, event| {
            let is_escape =
                event.dyn_ref::<web_sys::KeyboardEvent>().is_some_and(|event| event.key() == "Escape");
            if is_escape && studio.drag.is_active() {
                event.prevent_default();
                event.stop_propagation();
                release(studio);
                studio.put_back();
            }
        }),
    ];
    let hold = (grip == Grip::AfterHold).then(|| Timeout::new(HOLD_MS, move || begin(studio, None)));
    release(studio);
    press.set_value(Some(Press {
        pointer_id: event.pointer_id(),
        start: client(event),
        is_dragging: false,
        take: Box::new(take),
        hold,
        listeners,
    }));
}

fn client(event: &web_sys::PointerEvent) -> Point {
    Point::new(f64::from(event.client_x()), f64::from(event.client_y()))
}

fn is_watched(studio: Studio, event: &web_sys::Event) -> bool {
    let id = event.dyn_ref::<web_sys::PointerEvent>().map(|event| event.pointer_id());
    studio.drag.press.with_value(|press| press.as_ref().is_some_and(|press| Some(press.pointer_id) == id))
}

fn on_move(studio: Studio, event: &web_sys::Event) {
    let Some(pointer) = event.dyn_ref::<web_sys::PointerEvent>() else { return };
    if !is_watched(studio, event) {
        return;
    }
    let at = client(pointer);
    let (is_dragging, waits, far) = studio.drag.press.with_value(|press| {
        press.as_ref().map_or((false, false, 0.0), |press| {
            (press.is_dragging, press.hold.is_some(), (at.x - press.start.x).hypot(at.y - press.start.y))
        })
    });
    if is_dragging {
        event.prevent_default();
        event.stop_propagation();
        studio.move_drag(at);
    } else if waits && far > HOLD_SLACK {
        // The finger scrolls.
        release(studio);
    } else if !waits && far > THRESHOLD {
        event.stop_propagation();
        begin(studio, Some(at));
    }
}

fn begin(studio: Studio, at: Option<Point>) {
    let mut taken = None;
    studio.drag.press.update_value(|press| {
        if let Some(press) = press {
            taken = (press.take)().map(|dragged| (dragged, at.unwrap_or(press.start)));
            press.is_dragging = taken.is_some();
            if let Some(hold) = press.hold.take() {
                // Its callback may be what runs now.
                hold.forget();
            }
        }
    });
    let Some((dragged, at)) = taken else {
        release(studio);
        return;
    };
    studio.shell.pane.set(Pane::Stage);
    studio.take_up(dragged, at);
}

fn on_up(studio: Studio, event: &web_sys::Event) {
    if !is_watched(studio, event) {
        return;
    }
    if release(studio) {
        event.prevent_default();
        event.stop_propagation();
        swallow_click();
        studio.drop_dragged();
    }
}

/// Watches no longer; answers whether it was a drag.
fn release(studio: Studio) -> bool {
    let mut released = None;
    studio.drag.press.update_value(|press| released = press.take());
    let Some(mut press) = released else { return false };
    let is_dragging = press.is_dragging;
    press.hold = None;
    // A listener must not be dropped while it is running.
    Timeout::new(0, move || drop(press.listeners)).forget();
    is_dragging
}

/// The click that follows a drag is none.
fn swallow_click() {
    let Some(window) = dom::window() else { return };
    let options = EventListenerOptions { phase: EventListenerPhase::Capture, passive: false };
    let listener = EventListener::new_with_options(&window, "click", options, |event| {
        event.prevent_default();
        event.stop_propagation();
    });
    Timeout::new(30, move || drop(listener)).forget();
}

/// The places that are lit up while something is dragged, and where it would land. Part of the picture.
#[component]
pub fn DropLayer() -> impl IntoView {
    let sheet = style_sheet!("style/drop_layer.css");
    let studio = Studio::of_app();
    let drag = studio.drag;
    // Other places come into sight.
    Effect::new(move |_| {
        studio.view.camera.track();
        if drag.is_active() {
            studio.tick_soon();
        }
    });
    let over = OVER.with(Template::copy);
    let drawings = StoredValue::new_local([draw_lit(drag, &over), draw_over(drag, &over)]);
    on_cleanup(move || drawings.dispose());
    let host = NodeRef::<leptos::svg::G>::new();
    host.on_load(move |host| Part::from(&host).append(&over));
    view! {
        class = sheet,
        <g class="drop-layer" aria-hidden="true">
            <g node_ref=host></g>
        </g>
    }
}

thread_local! {
    static OVER: Template = Template::new(
        style_sheet!("style/drop_layer.css"),
        &[
            "g drop-marks",
            " path drop-area",
            " path drop-spot",
            " path drop-sign",
            " path drop-line",
            " rect drop-hint rx 10",
        ],
    );
}

/// The places that are lit up, each kind as one path at its place in the picture: what an element moves by a transform
/// of its own, the browser paints and puts together on its own.
fn draw_lit(drag: Drag, marks: &Part) -> Drawing {
    let [areas, spots, signs, ..] = marks.parts::<5>();
    Drawing::following(marks.clone(), move |_: Option<()>| {
        let (mut area, mut spot, mut sign) = (String::new(), String::new(), String::new());
        drag.lit.with(|lit| {
            for mark in lit {
                // Writing to a text can't fail.
                let _ = match mark {
                    DropMark::Line { middle: Point { x, y }, .. } => {
                        let _ = write!(sign, "M{:.1} {y:.1}h8M{x:.1} {:.1}v8", x - 4.0, y - 4.0);
                        write!(spot, "M{:.1} {y:.1}a8 8 0 1 0 16 0a8 8 0 1 0-16 0z", x - 8.0)
                    }
                    DropMark::Area(Rect { x, y, width, height }) => {
                        write!(area, "{}", rounded(*x, *y, *width, *height))
                    }
                    DropMark::Border(..) | DropMark::Free(_) => Ok(()),
                };
            }
        });
        for (part, path) in [(&areas, area), (&spots, spot), (&signs, sign)] {
            part.set("data-kind", if path.is_empty() { "none" } else { "possible" });
            part.set("d", &path);
        }
    })
}

/// The path of a rectangle with round corners.
fn rounded(x: f64, y: f64, width: f64, height: f64) -> String {
    const ROUND: f64 = 10.0;
    let (across, down) = ((width - 2.0 * ROUND).max(0.0), (height - 2.0 * ROUND).max(0.0));
    format!(
        "M{:.1} {y:.1}h{across:.1}a10 10 0 0 1 10 10v{down:.1}a10 10 0 0 1-10 10h-{across:.1}\
         a10 10 0 0 1-10-10v-{down:.1}a10 10 0 0 1 10-10z",
        x + ROUND
    )
}

/// Where it would land, drawn by hand (see `platform::by_hand`): that changes with nearly every move of the pointer.
fn draw_over(drag: Drag, marks: &Part) -> Drawing {
    let [.., line, hint] = marks.parts::<5>();
    Drawing::following(marks.clone(), move |_: Option<()>| {
        drag.over.with(|over| {
            let mark = over.as_ref().map(|over| &over.zone.mark);
            let is_possible = over.as_ref().is_some_and(|over| over.obstacle.is_none());
            let kind = if is_possible { "possible" } else { "impossible" };
            let around = |at: &Point| Rect::new(at.x - HINT.0 / 2.0, at.y - HINT.1 / 2.0, HINT.0, HINT.1);
            let (points, area) = match mark {
                Some(DropMark::Line { points, middle }) => (points.clone(), Some(around(middle))),
                Some(DropMark::Border(from, to)) => (vec![*from, *to], None),
                Some(DropMark::Area(rect)) => (Vec::new(), Some(*rect)),
                Some(DropMark::Free(at)) => (Vec::new(), Some(around(at))),
                None => (Vec::new(), None),
            };
            line.set("data-kind", kind);
            line.set("d", &if points.is_empty() { String::new() } else { layout::svg_path(&points, 8.0) });
            hint.set("data-kind", kind);
            let rect = area.unwrap_or(Rect::new(0.0, 0.0, 0.0, 0.0));
            for (name, value) in
                [("x", rect.x), ("y", rect.y), ("width", rect.width), ("height", rect.height)]
            {
                hint.set_number(name, value);
            }
        });
    })
}

/// What follows the pointer: what is dragged, and where it would land or why it can't.
#[component]
pub fn DragGhost() -> impl IntoView {
    let sheet = style_sheet!("style/drag_ghost.css");
    let drag = Studio::of_app().drag;
    let words = move || {
        drag.over.with(|over| match over {
            Some(Over { obstacle: Some(obstacle), .. }) => (obstacle.clone(), "impossible"),
            Some(Over { zone, .. }) => (zone.label.clone(), "possible"),
            None => ("Drop it on the graph".to_owned(), "nowhere"),
        })
    };
    let ghost = move || {
        drag.ghost.get().map(|Ghost { title, icon }| {
            view! {
                class = sheet,
                <div
                    class="drag-ghost"
                    aria-hidden="true"
                    data-kind=move || words().1
                    style:transform=move || {
                        let Point { x, y } = drag.pointer.get();
                        let (x, y) = (x + GHOST_OFFSET, y + GHOST_OFFSET);
                        // A percentage is of its own size: its words stay in the window.
                        format!("translate3d(min({x:.0}px, 100vw - 100%), min({y:.0}px, 100dvh - 100%), 0)")
                    }
                >
                    <span class="drag-title">
                        <Icon name=known_icon(&icon) />
                        {title}
                    </span>
                    <span class="drag-words">{move || words().0}</span>
                </div>
            }
        })
    };
    view! {
        class = sheet,
        <div class="drag-layer">{ghost}</div>
    }
}
