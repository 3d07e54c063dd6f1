use asl::StateType;
use debugger::{IterationGrid, StateStatus, VisitId};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use crate::canvas::status_key;
use crate::platform::dom;
use crate::state::{RunPhase, Studio};

/// Width and height of a cell with its gap, in CSS pixels; for more than the second number of cells the third.
const CELL: f64 = 13.0;
const MANY: usize = 20_000;
const SMALL_CELL: f64 = 6.0;

/// The iterations of the Map state around the cursor.
#[derive(Clone, Default, PartialEq)]
struct Cells {
    map: Option<VisitId>,
    name: String,
    grid: IterationGrid,
    /// The index of the iteration that the cursor is in.
    current: Option<usize>,
}

/// The iterations of the Map state that the cursor is in, as a grid: a click goes to one.
#[component]
pub fn Grid() -> impl IntoView {
    let sheet = style_sheet!("style/grid.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let cells = Memo::new(move |_| {
        if runs.phase() == RunPhase::Running {
            return Cells::default();
        }
        runs.with_picture(|run| {
            let session = &run.session;
            let (own, _) = session.visit()?;
            let visits = session.visits();
            let mut around = std::iter::successors(Some(own), |visit| visits.get(*visit)?.parent);
            let of_cursor = around
                .find(|visit| visits.get(*visit).is_some_and(|visit| visit.state_type == StateType::Map));
            // A child execution of a distributed Map has no visit around it.
            let map = of_cursor.or_else(|| {
                let frame = session.event()?.frame;
                let stack = session.call_stack(frame);
                let mut outer = stack.iter().rev().filter_map(|view| view.visit);
                outer.find(|visit| visits.get(*visit).is_some_and(|visit| visit.state_type == StateType::Map))
            })?;
            let to = session.cursor().position;
            let grid = IterationGrid::of_visit(session.recorded(), session.events(), visits, map, to);
            let path = session.recorded().frame_path(session.event()?.frame);
            let current =
                grid.cells.iter().position(|cell| cell.frame.is_some_and(|frame| path.contains(&frame)));
            let name = visits.get(map).map_or(String::new(), |visit| visit.name.to_string());
            Some(Cells { map: Some(map), name, grid, current })
        })
        .flatten()
        .unwrap_or_default()
    });
    let filter = RwSignal::new(None::<StateStatus>);
    // The indexes of the iterations that are shown.
    let shown = Memo::new(move |_| {
        cells.with(|cells| match filter.get() {
            Some(status) => cells.grid.with_status(status),
            None => (0..cells.grid.cells.len()).collect(),
        })
    });
    let canvas = NodeRef::<html::Canvas>::new();
    let width = RwSignal::new(400.0);
    let pointed = RwSignal::new(None::<usize>);
    let cell = move || if shown.with(Vec::len) > MANY { SMALL_CELL } else { CELL };
    let columns = move || ((width.get() / cell()).floor() as usize).max(1);
    Effect::new(move |_| {
        let Some(canvas) = canvas.get() else { return };
        let around = canvas.parent_element().map_or(400.0, |around| f64::from(around.client_width()));
        if (around - width.get_untracked()).abs() > 1.0 && around > 40.0 {
            width.set(around);
        }
        studio.shell.is_dark.track();
        let (columns, size) = (columns(), cell());
        let context = canvas.get_context("2d").ok().flatten();
        let Some(context) =
            context.and_then(|context| context.dyn_into::<web_sys::CanvasRenderingContext2d>().ok())
        else {
            return;
        };
        shown.with(|shown| {
            cells.with(|cells| {
                let rows = shown.len().div_ceil(columns);
                let (wide, high) = (columns as f64 * size, (rows as f64 * size).max(1.0));
                let ratio = dom::pixel_ratio().min(2.0);
                canvas.set_width((wide * ratio) as u32);
                canvas.set_height((high * ratio) as u32);
                let _ = context.scale(ratio, ratio);
                let colour = |status: StateStatus| {
                    let token = match status {
                        StateStatus::Idle => "--border",
                        StateStatus::Succeeded => "--succeeded",
                        StateStatus::Caught | StateStatus::Retrying => "--caught",
                        StateStatus::Failed | StateStatus::TimedOut => "--failed",
                        StateStatus::Aborted => "--idle",
                        StateStatus::Running => "--running",
                    };
                    dom::colour_of(&canvas, token)
                };
                // One colour after the other: setting a colour costs more than a rectangle.
                for (status, _) in cells.grid.counts() {
                    context.set_fill_style_str(&colour(status));
                    for (place, index) in shown.iter().enumerate() {
                        if cells.grid.cells.get(*index).is_some_and(|cell| cell.status == status) {
                            let (x, y) = ((place % columns) as f64 * size, (place / columns) as f64 * size);
                            context.fill_rect(x, y, size - 2.0, size - 2.0);
                        }
                    }
                }
                let current = cells.current.and_then(|current| shown.binary_search(&current).ok());
                if let Some(place) = current {
                    context.set_stroke_style_str(&dom::colour_of(&canvas, "--text"));
                    context.set_line_width(2.0);
                    let (x, y) = ((place % columns) as f64 * size, (place / columns) as f64 * size);
                    context.stroke_rect(x, y, size - 2.0, size - 2.0);
                }
            });
        });
    });
    let place_at = move |event: &leptos::ev::MouseEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let (column, row) = ((x / cell()) as usize, (y / cell()) as usize);
        let place = row * columns() + column;
        shown.with_untracked(|shown| (column < columns()).then(|| shown.get(place).copied()).flatten())
    };
    let go = move |index: usize| {
        let first = cells.with_untracked(|cells| cells.grid.cells.get(index).map(|cell| cell.first));
        match first {
            Some(first) if first > 0 => {
                // Where it ended, if it has: all of its data is there to see.
                runs.seek(first);
            }
            _ => studio.shell.say(format!("Iteration {index} has not begun here.")),
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        let now = pointed.get_untracked().or(cells.with_untracked(|cells| cells.current)).unwrap_or(0);
        let place = shown.with_untracked(|shown| shown.binary_search(&now).unwrap_or(0));
        let next = match &*event.key() {
            "ArrowRight" => place + 1,
            "ArrowLeft" => place.saturating_sub(1),
            "ArrowDown" => place + columns(),
            "ArrowUp" => place.saturating_sub(columns()),
            "Home" => 0,
            "End" => count.saturating_sub(1),
            "Enter" | " " => {
                event.prevent_default();
                return go(now);
            }
            _ => return,
        };
        if event.alt_key() {
            return;
        }
        event.prevent_default();
        pointed.set(shown.with_untracked(|shown| shown.get(next.min(count.saturating_sub(1))).copied()));
    };
    let told = move || {
        let index = pointed.get().or(cells.with(|cells| cells.current))?;
        cells.with(|cells| {
            let cell = cells.grid.cells.get(index)?;
            let state = cell.state.as_deref().map(|state| format!(", {state}")).unwrap_or_default();
            Some(format!("Iteration {index}: {}{state}", cell.status.name()))
        })
    };
    let chips = move || {
        let counts = cells.with(|cells| cells.grid.counts());
        let chips = counts.into_iter().map(|(status, count)| {
            let is_on = move || filter.get() == Some(status);
            view! {
                class = sheet,
                <button
                    type="button"
                    class="grid-chip"
                    data-status=status_key(status)
                    aria-pressed=move || if is_on() { "true" } else { "false" }
                    on:click=move |_| filter.set(if is_on() { None } else { Some(status) })
                >
                    {format!("{} {count}", status.name())}
                </button>
            }
        });
        chips.collect_view()
    };
    let style = move || {
        (
            format!("{}px", columns() as f64 * cell()),
            format!("{}px", shown.with(Vec::len).div_ceil(columns()) as f64 * cell()),
        )
    };
    view! {
        class = sheet,
        <Show when=move || cells.with(|cells| cells.map.is_some() && !cells.grid.cells.is_empty())>
            <section class="grid" aria-label="Iterations">
                <h5>{move || cells.with(|cells| format!("Iterations of {}", cells.name))}</h5>
                <div class="grid-chips">
                    {chips}
                    <label class="grid-number">
                        "Go to "
                        <input
                            type="number"
                            min="0"
                            aria-label="Go to the iteration of this index"
                            on:change=move |event| {
                                if let Ok(index) = event_target_value(&event).parse() {
                                    go(index);
                                }
                            }
                        />
                    </label>
                </div>
                <div class="grid-field">
                    <canvas
                        node_ref=canvas
                        tabindex="0"
                        role="application"
                        aria-roledescription="grid of iterations"
                        aria-label=move || {
                            format!("{} iterations. The arrow keys choose one, Enter goes there.", shown.with(Vec::len))
                        }
                        style:width=move || style().0
                        style:height=move || style().1
                        on:click=move |event| {
                            if let Some(index) = place_at(&event) {
                                go(index);
                            }
                        }
                        on:mousemove=move |event| pointed.set(place_at(&event))
                        on:mouseleave=move |_| pointed.set(None)
                        on:keydown=on_key
                    ></canvas>
                </div>
                <p class="grid-told" role="status">{told}</p>
            </section>
        </Show>
    }
}
