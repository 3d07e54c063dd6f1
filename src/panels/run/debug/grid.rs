use asl::StateType;
use debugger::{IterationCell, IterationGrid, StateStatus, VisitId};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use crate::canvas::status_key;
use crate::platform::dom;
use crate::state::{RunKey, RunPhase, Shared, Studio};

/// Width and height of a cell with its gap, in CSS pixels; for more than the second number of cells the third.
const CELL: f64 = 13.0;
const MANY: usize = 20_000;
const SMALL_CELL: f64 = 6.0;

/// The Map state that the grid is of: it is made anew when another one is meant, or more is recorded.
#[derive(Clone, Copy, PartialEq)]
struct Shown {
    run: RunKey,
    map: VisitId,
    recorded: u32,
}

/// The iterations of the Map state that the cursor is in, or that is selected at the end of the run, as a grid: a click
/// goes to one. It tells how they ended also where the cursor has gone back to one of them, so that the next one is
/// another click away.
#[component]
pub fn Grid() -> impl IntoView {
    let sheet = style_sheet!("style/grid.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let map = Memo::new(move |_| {
        if runs.phase() == RunPhase::Running {
            return None;
        }
        let looked_at = studio.looked_at();
        runs.with_picture(|run| {
            let session = &run.session;
            let visits = session.visits();
            let own = visits.at(looked_at.unwrap_or_else(|| session.cursor().position))?;
            let is_map =
                |visit: &VisitId| visits.get(*visit).is_some_and(|visit| visit.state_type == StateType::Map);
            let of_cursor = std::iter::successors(Some(own), |visit| visits.get(*visit)?.parent)
                .find(|visit| is_map(visit));
            // A child execution of a distributed Map has no visit around it.
            let map = of_cursor.or_else(|| {
                let stack = session.call_stack(session.event()?.frame);
                stack.iter().rev().filter_map(|view| view.visit).find(is_map)
            })?;
            Some(Shown { run: run.key, map, recorded: session.len() })
        })
        .flatten()
    });
    let grid = Memo::new(move |_| {
        runs.version.track();
        let Shown { map, recorded, .. } = map.get()?;
        runs.with_run_untracked(|run| {
            let session = &run.session;
            let visits = session.visits();
            Shared::new(IterationGrid::of_visit(session.recorded(), session.events(), visits, map, recorded))
        })
    });
    let with_cell = move |index: usize, read: &dyn Fn(&IterationCell) -> Option<String>| {
        grid.with(|grid| read(grid.as_ref()?.cells.get(index)?))
    };
    let name = move || {
        let map = map.get()?.map;
        runs.with_run_untracked(|run| run.session.visits().get(map).map(|visit| visit.name.to_string()))
            .flatten()
    };
    // The index of the iteration that the cursor is in.
    let current = Memo::new(move |_| {
        let path = runs.with_picture(|run| {
            let session = &run.session;
            Some(session.recorded().frame_path(session.event()?.frame))
        });
        let path = path.flatten()?;
        grid.with(|grid| {
            grid.as_ref()?.cells.iter().position(|cell| cell.frame.is_some_and(|frame| path.contains(&frame)))
        })
    });
    let filter = RwSignal::new(None::<StateStatus>);
    // The indexes of the iterations that are shown.
    let shown = Memo::new(move |_| {
        grid.with(|grid| match (grid, filter.get()) {
            (None, _) => Vec::new(),
            (Some(grid), Some(status)) => grid.with_status(status),
            (Some(grid), None) => (0..grid.cells.len()).collect(),
        })
    });
    let canvas = NodeRef::<html::Canvas>::new();
    let field = NodeRef::<html::Div>::new();
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
            grid.with(|grid| {
                let Some(grid) = grid else { return };
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
                        StateStatus::Running | StateStatus::Waiting => "--running",
                    };
                    dom::colour_of(&canvas, token)
                };
                // One colour after the other: setting a colour costs more than a rectangle.
                for (status, _) in grid.counts() {
                    context.set_fill_style_str(&colour(status));
                    for (place, index) in shown.iter().enumerate() {
                        if grid.cells.get(*index).is_some_and(|cell| cell.status == status) {
                            let (x, y) = ((place % columns) as f64 * size, (place / columns) as f64 * size);
                            context.fill_rect(x, y, size - 2.0, size - 2.0);
                        }
                    }
                }
                let place = current.get().and_then(|current| shown.binary_search(&current).ok());
                if let Some(place) = place {
                    context.set_stroke_style_str(&dom::colour_of(&canvas, "--text"));
                    context.set_line_width(2.0);
                    let (x, y) = ((place % columns) as f64 * size, (place / columns) as f64 * size);
                    context.stroke_rect(x, y, size - 2.0, size - 2.0);
                }
            });
        });
    });
    // Where an iteration is drawn, in CSS pixels.
    let drawn_at = move |index: usize| {
        let place = shown.with(|shown| shown.binary_search(&index).ok())?;
        let (columns, size) = (columns(), cell());
        Some(((place % columns) as f64 * size, (place / columns) as f64 * size))
    };
    let reveal = move |index: usize| {
        let (Some(field), Some((_, y))) = (field.get_untracked(), untrack(|| drawn_at(index))) else {
            return;
        };
        let (top, height) = (f64::from(field.scroll_top()), f64::from(field.client_height()));
        let bottom = y + untrack(cell);
        if y < top {
            field.set_scroll_top(y as i32);
        } else if bottom > top + height {
            field.set_scroll_top((bottom - height).ceil() as i32);
        }
    };
    // In the next frame, when the field is as high as what is in it.
    Effect::new(move |_| {
        shown.track();
        if let Some(index) = current.get() {
            request_animation_frame(move || reveal(index));
        }
    });
    let mark = move || pointed.get().and_then(drawn_at);
    let place_at = move |event: &leptos::ev::MouseEvent| {
        let (x, y) = (f64::from(event.offset_x()), f64::from(event.offset_y()));
        let (column, row) = ((x / cell()) as usize, (y / cell()) as usize);
        let place = row * columns() + column;
        shown.with_untracked(|shown| (column < columns()).then(|| shown.get(place).copied()).flatten())
    };
    let go = move |index: usize| {
        // Where it ended, if it has: all of its data is there to see.
        let last = grid.with_untracked(|grid| grid.as_ref()?.cells.get(index).map(|cell| cell.last));
        match last {
            Some(last) if last > 0 => {
                // What one asks for by its number is to be seen, whatever was filtered before.
                if shown.with_untracked(|shown| shown.binary_search(&index).is_err()) {
                    filter.set(None);
                }
                runs.seek(last);
            }
            Some(_) => studio.shell.say(format!("Iteration {index} has not begun.")),
            None => studio.shell.say(format!("There is no iteration {index}.")),
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = shown.with_untracked(Vec::len);
        let now = pointed.get_untracked().or(current.get_untracked()).unwrap_or(0);
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
        let next = shown.with_untracked(|shown| shown.get(next.min(count.saturating_sub(1))).copied());
        pointed.set(next);
        if let Some(next) = next {
            reveal(next);
        }
    };
    let told = move || {
        let index = pointed.get().or(current.get())?;
        with_cell(index, &|cell| {
            let state = cell.state.as_deref().map(|state| format!(", {state}")).unwrap_or_default();
            Some(format!("Iteration {index}: {}{state}", cell.status.name()))
        })
    };
    let chips = move || {
        let counts = grid.with(|grid| grid.as_ref().map(|grid| grid.counts()).unwrap_or_default());
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
        <Show when=move || grid.with(|grid| grid.as_ref().is_some_and(|grid| !grid.cells.is_empty()))>
            <section class="grid" aria-label="Iterations">
                <h5>{move || format!("Iterations of {}", name().unwrap_or_default())}</h5>
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
                <div class="grid-field" node_ref=field>
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
                    <div
                        class="grid-mark"
                        hidden=move || mark().is_none()
                        style:width=move || format!("{}px", cell() - 2.0)
                        style:height=move || format!("{}px", cell() - 2.0)
                        style:left=move || format!("{}px", mark().unwrap_or_default().0)
                        style:top=move || format!("{}px", mark().unwrap_or_default().1)
                    ></div>
                </div>
                <p class="grid-told" role="status">{told}</p>
            </section>
        </Show>
    }
}
