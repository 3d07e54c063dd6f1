use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use crate::command::Command;
use crate::platform::dom;
use crate::state::{Mark, Mode, RunPhase, Studio};
use crate::ui::{CommandButton, Icon};

/// Events a second of the speeds at which a run is played.
const SPEEDS: [(u32, &str); 6] = [
    (1, "1 event/s"),
    (4, "4 events/s"),
    (15, "15 events/s"),
    (60, "60/s"),
    (250, "250/s"),
    (2_000, "2,000/s"),
];
/// Height of the track in CSS pixels.
const HEIGHT: f64 = 30.0;

/// The run as a track of all its events: drawn over, pulled along, played.
#[component]
pub fn Scrubber() -> impl IntoView {
    let sheet = style_sheet!("style/scrubber.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let track = NodeRef::<html::Div>::new();
    let canvas = NodeRef::<html::Canvas>::new();
    let count = Memo::new(move |_| runs.event_count());
    let position = Memo::new(move |_| runs.cursor.get().position as usize);
    let is_shown = Memo::new(move |_| studio.shell.mode.get() == Mode::Run && count.get() > 0);
    // The track may have no width yet when it comes into the page, and has another one with each window and panel.
    let width = RwSignal::new(0.0);
    Effect::new(move |_| {
        let Some(track) = track.get() else { return };
        let on_resize = Closure::<dyn FnMut()>::new({
            let track = track.clone();
            move || {
                let _ = width.try_set(f64::from(track.client_width()));
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&track);
            let kept = StoredValue::new_local((observer, on_resize));
            on_cleanup(move || {
                let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    Effect::new(move |_| {
        if !is_shown.get() || width.get() < 1.0 || runs.phase() == RunPhase::Running {
            return;
        }
        let Some(canvas) = canvas.get() else { return };
        studio.shell.is_dark.track();
        runs.breakpoints.track();
        draw(&canvas, width.get(), &runs.marks());
    });
    // As wide as it becomes: the track beside it keeps its width, and its marks, while the position goes through the run.
    let place_width = move || format!("{}ch", 2 * count.get().to_string().len() + 2);
    // While a run goes on its track grows: marks are drawn when it rests.
    let place_of = move |event: &leptos::ev::PointerEvent| -> Option<u32> {
        let rect = track.get_untracked()?.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - rect.left()) / rect.width().max(1.0);
        Some((share.clamp(0.0, 1.0) * count.get_untracked() as f64).round() as u32)
    };
    let pulled = RwSignal::new(false);
    let on_down = move |event: leptos::ev::PointerEvent| {
        if let Some(target) =
            event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            let _ = target.set_pointer_capture(event.pointer_id());
        }
        pulled.set(true);
        runs.stop_playing();
        if let Some(position) = place_of(&event) {
            runs.seek(position);
        }
    };
    let on_move = move |event: leptos::ev::PointerEvent| {
        if pulled.get_untracked()
            && let Some(position) = place_of(&event)
            && position as usize != position_now(runs.cursor)
        {
            runs.seek(position);
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let now = position_now(runs.cursor) as u32;
        let by = if event.shift_key() { 10 } else { 1 };
        let next = match &*event.key() {
            "ArrowRight" | "ArrowUp" => now.saturating_add(by),
            "ArrowLeft" | "ArrowDown" => now.saturating_sub(by),
            "PageDown" => runs.next_state(true),
            "PageUp" => runs.next_state(false),
            "Home" => 0,
            "End" => u32::MAX,
            _ => return,
        };
        event.prevent_default();
        event.stop_propagation();
        runs.seek(next);
    };
    let told = move || {
        let told = runs.with_picture(|run| {
            let now = run.session.now().to_iso_millis();
            let began = run.session.recorded().history().get(0)?.timestamp.to_iso_millis();
            // The day is told once it is another one than that of the start.
            let shown = if now.get(..10) == began.get(..10) { 11..23 } else { 0..23 };
            Some(now.get(shown)?.replace('T', " "))
        });
        told.flatten().unwrap_or_default()
    };
    let text = move || {
        let is_running = runs.is_running();
        runs.with_picture(|run| run.sentence(is_running)).unwrap_or_default()
    };
    let share = move || format!("{:.3}%", position.get() as f64 / count.get().max(1) as f64 * 100.0);
    view! {
        class = sheet,
        <div class="scrubber" hidden=move || !is_shown.get()>
            <CommandButton command=Command::GoToStart look="quiet" />
            <button
                type="button"
                class="button quiet icon-only"
                aria-label=move || if runs.playing.get() { "Stop playing" } else { "Play from here" }
                title=move || {
                    match (runs.playing.get(), runs.phase().is_over()) {
                        (true, _) => "Stop playing",
                        (false, true) => "Play from here, at the speed beside",
                        (false, false) => {
                            "Play from here: what is recorded, then the run itself, at the speed beside"
                        }
                    }
                }
                on:click=move |_| studio.toggle_playing()
            >
                {move || view! { <Icon name=if runs.playing.get() { "pause" } else { "start" } size=18 /> }}
            </button>
            <CommandButton command=Command::GoToEnd look="quiet" />
            <select
                class="speed"
                aria-label="Speed of playing"
                on:change=move |event| runs.speed.set(event_target_value(&event).parse().unwrap_or(15))
            >
                {SPEEDS
                    .map(|(speed, title)| {
                        view! {
                            <option value=speed.to_string() selected=speed == runs.speed.get_untracked()>
                                {title}
                            </option>
                        }
                    })
                    .into_iter()
                    .collect_view()}
            </select>
            <div
                node_ref=track
                class="track"
                data-testid="track"
                role="slider"
                tabindex="0"
                aria-label="Place in the run"
                aria-valuemin="0"
                aria-valuemax=move || count.get().to_string()
                aria-valuenow=move || position.get().to_string()
                aria-valuetext=text
                on:pointerdown=on_down
                on:pointermove=on_move
                on:pointerup=move |_| pulled.set(false)
                on:pointercancel=move |_| pulled.set(false)
                on:keydown=on_key
            >
                <canvas node_ref=canvas class="track-canvas" aria-hidden="true"></canvas>
                <span class="track-past" style:width=share></span>
                <span class="track-cursor" style:left=share></span>
            </div>
            <span class="place" style:min-width=place_width>
                {move || format!("{} / {}", position.get(), count.get())}
            </span>
            <span class="clock" title="Virtual time, UTC">{told}</span>
        </div>
    }
}

fn position_now(cursor: RwSignal<debugger::Cursor>) -> usize {
    cursor.get_untracked().position as usize
}

/// Draws states as stripes, and marks over them.
fn draw(canvas: &web_sys::HtmlCanvasElement, width: f64, marks: &crate::state::Marked) {
    let ratio = dom::pixel_ratio().min(2.0);
    canvas.set_width((width * ratio) as u32);
    canvas.set_height((HEIGHT * ratio) as u32);
    let context = canvas.get_context("2d").ok().flatten();
    let Some(context) =
        context.and_then(|context| context.dyn_into::<web_sys::CanvasRenderingContext2d>().ok())
    else {
        return;
    };
    let _ = context.scale(ratio, ratio);
    let x_of = |position: u32| f64::from(position) / f64::from(marks.count.max(1)) * width;
    let stripes = ["--type-flow-soft", "--type-wait-soft"].map(|token| dom::colour_of(canvas, token));
    for (index, (from, to, _)) in marks.states.iter().enumerate() {
        if let Some(colour) = stripes.get(index % 2) {
            context.set_fill_style_str(colour);
            context.fill_rect(x_of(*from), 4.0, (x_of(*to) - x_of(*from)).max(1.0), HEIGHT - 8.0);
        }
    }
    context.set_fill_style_str(&dom::colour_of(canvas, "--text-soft"));
    context.set_font("11px system-ui, sans-serif");
    let mut free_from = 0.0;
    for (from, to, name) in &marks.states {
        let (left, right) = (x_of(*from).max(free_from), x_of(*to));
        let room = right - left - 8.0;
        // About 6 pixels a character: measuring each would cost more than it is worth.
        let fits = (room / 6.2) as usize;
        if fits >= 4 {
            let text: String = match name.chars().count() > fits {
                true => name.chars().take(fits - 1).chain(['…']).collect(),
                false => name.to_string(),
            };
            let _ = context.fill_text(&text, left + 4.0, HEIGHT / 2.0 + 4.0);
            free_from = right;
        }
    }
    let colours = [
        (Mark::Iteration, "--border-strong", HEIGHT - 6.0, 3.0),
        (Mark::Retry, "--caught", 2.0, 8.0),
        (Mark::Error, "--failed", 2.0, HEIGHT - 4.0),
        (Mark::Breakpoint, "--breakpoint", 0.0, 6.0),
    ];
    for (kind, token, top, height) in colours {
        context.set_fill_style_str(&dom::colour_of(canvas, token));
        let mut last = -10.0;
        for (position, mark) in &marks.marks {
            let x = x_of(*position);
            // What falls on the same pixel is drawn once.
            if *mark == kind && x - last >= 1.0 {
                last = x;
                match kind {
                    Mark::Breakpoint => {
                        context.begin_path();
                        let _ = context.arc(x, 4.0, 3.5, 0.0, std::f64::consts::TAU);
                        context.fill();
                    }
                    _ => context.fill_rect(x - 1.0, top, 2.0, height),
                }
            }
        }
    }
}
