use debugger::gantt::{Axis, Scale, Window};
use debugger::steps_table::SortBy;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::steps::axis_text;
use crate::state::{Column, Shared, Studio};
use crate::ui::Icon;

/// How much closer one step of zooming goes.
const STEP: f64 = 0.6;

/// Zooms the bars: in and out, to what is selected, and back to all of it.
#[component]
pub fn ZoomTools(scale: Memo<Shared<Scale>>) -> impl IntoView {
    let sheet = style_sheet!("style/zoom_tools.css");
    let page = Studio::of_app().page;
    let window = page.window;
    let shown = move || {
        let window = window.get();
        scale.with(|scale| {
            let text = |at: f64| axis_text(scale.axis, scale.value_at(at));
            format!("The bars show {} to {}", text(window.from), text(window.to))
        })
    };
    let is_all = Memo::new(move |_| window.get().is_all());
    let is_filter = move || page.steps.with(|steps| steps.window.is_some());
    view! {
        class = sheet,
        <div class="zoom" role="group" aria-label="Zoom of the bars" data-testid="zoom" title=shown>
            <button
                type="button"
                class="button quiet icon-only"
                title="Zoom out of the bars (-)"
                aria-label="Zoom out of the bars"
                aria-disabled=move || is_all.get().then_some("true")
                on:click=move |_| page.zoom_bars(1.0 / STEP, 0.5)
            >
                <Icon name="zoom-out" />
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                title="Zoom into the bars (+)"
                aria-label="Zoom into the bars"
                on:click=move |_| page.zoom_bars(STEP, 0.5)
            >
                <Icon name="zoom-in" />
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                title="Zoom to the selected step (*)"
                aria-label="Zoom to the selected step"
                aria-disabled=move || page.selected_row.get().is_none().then_some("true")
                on:click=move |_| zoom_to_selected(&scale.get_untracked())
            >
                <Icon name="focus" />
            </button>
            <Show when=move || !is_all.get()>
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Show all of the time (0)"
                    aria-label="Show all of the time"
                    on:click=move |_| page.set_window(Window::default())
                >
                    <Icon name="fit" />
                </button>
            </Show>
            <Show when=move || !is_all.get() || is_filter()>
                <label class="zoom-filter">
                    <input
                        type="checkbox"
                        prop:checked=is_filter
                        on:change=move |event| page.filter_by_window(event_target_checked(&event))
                    />
                    "Only these"
                </label>
            </Show>
        </div>
    }
}

fn zoom_to_selected(scale: &Scale) {
    let page = Studio::of_app().page;
    let index = page.selected_row.get_untracked();
    let row = index.and_then(|index| page.table.with_untracked(|table| table.shown.get(index).copied()));
    let extent = page.model.with_untracked(|made| {
        let told = made.model.rows().get(row?)?;
        Some(scale.extent_of(told, made.now))
    });
    if let Some((from, to)) = extent {
        page.set_window(Window::around(from, to));
    }
}

/// What the keys do with the bars; false where a key is for something else.
pub fn zoom_by_key(event: &leptos::ev::KeyboardEvent, scale: &Scale) -> bool {
    if event.ctrl_key() || event.alt_key() || event.meta_key() {
        return false;
    }
    let page = Studio::of_app().page;
    match &*event.key() {
        "+" | "=" => page.zoom_bars(STEP, 0.5),
        "-" => page.zoom_bars(1.0 / STEP, 0.5),
        "0" => page.set_window(Window::default()),
        "*" => zoom_to_selected(scale),
        "ArrowLeft" if event.shift_key() => page.move_bars(-0.25),
        "ArrowRight" if event.shift_key() => page.move_bars(0.25),
        _ => return false,
    }
    true
}

/// The wheel over the bars: with Ctrl, and over the axis always, it zooms; sideways it moves. Answers whether it was
/// for the bars.
pub fn zoom_by_wheel(event: &leptos::ev::WheelEvent, share: f64, is_axis: bool) -> bool {
    let page = Studio::of_app().page;
    let (across, down) = (event.delta_x(), event.delta_y());
    if event.ctrl_key() || event.meta_key() || (is_axis && across.abs() <= down.abs() && !event.shift_key()) {
        page.zoom_bars(1.0015_f64.powf(down.clamp(-240.0, 240.0)), share);
        return true;
    }
    let sideways = if event.shift_key() && across == 0.0 { down } else { across };
    let is_sideways =
        (event.shift_key() || across.abs() > down.abs()) && !page.window.get_untracked().is_all();
    if is_sideways {
        page.move_bars((sideways / 800.0).clamp(-0.5, 0.5));
    }
    is_sideways
}

/// Which columns the table has, what it is sorted by, and what its bars go along.
#[component]
pub fn ColumnChoice() -> impl IntoView {
    let sheet = style_sheet!("style/column_choice.css");
    let page = Studio::of_app().page;
    let sorts = [
        (SortBy::Run, "run", "As it ran"),
        (SortBy::Name, "name", "Name"),
        (SortBy::Type, "type", "Type"),
        (SortBy::Status, "status", "Status"),
        (SortBy::Started, "started", "Started"),
        (SortBy::Duration, "duration", "Duration"),
    ];
    let axes = [
        (Axis::Time, "time", "Time"),
        (Axis::BusyTime, "busy", "Time, idle cut short"),
        (Axis::Events, "events", "Order of events"),
    ];
    let boxes = Column::ALL.map(|column| {
        view! {
            class = sheet,
            <label class="column-box">
                <input
                    type="checkbox"
                    data-column=column.slug()
                    prop:checked=move || page.columns.with(|columns| columns.has(column))
                    on:change=move |event| page.show_column(column, event_target_checked(&event))
                />
                {column.title()}
            </label>
        }
    });
    view! {
        class = sheet,
        <div class="columns">
            // In the top layer, which the panel below is too low to hold.
            <button
                type="button"
                class="button quiet icon-only columns-button"
                aria-label="Columns, order and axis"
                title="Columns, order and axis"
                popovertarget="step-columns"
            >
                <Icon name="settings" />
            </button>
            <div class="columns-panel" id="step-columns" popover="auto" role="group" aria-label="Columns, order and axis">
                <p class="columns-title">"Columns"</p>
                {boxes.into_iter().collect_view()}
                <button
                    type="button"
                    class="button quiet"
                    aria-disabled=move || page.columns.with(|columns| columns.is_usual()).then_some("true")
                    on:click=move |_| page.show_usual_columns()
                >
                    "As many as fit"
                </button>
                <label class="column-sort">
                    "Sort by"
                    <select on:change=move |event| {
                        let chosen = event_target_value(&event);
                        if let Some((sort, ..)) = sorts.iter().find(|(_, slug, _)| *slug == chosen) {
                            page.steps.update(|steps| steps.sort = *sort);
                        }
                    }>
                        {sorts
                            .map(|(sort, slug, title)| {
                                view! {
                                    <option value=slug selected=move || page.steps.with(|steps| steps.sort == sort)>
                                        {title}
                                    </option>
                                }
                            })
                            .into_iter()
                            .collect_view()}
                    </select>
                </label>
                <label class="column-box">
                    <input
                        type="checkbox"
                        prop:checked=move || page.steps.with(|steps| steps.descending)
                        on:change=move |event| {
                            page.steps.update(|steps| steps.descending = event_target_checked(&event));
                        }
                    />
                    "Descending"
                </label>
                <label class="column-sort">
                    "Axis of the bars"
                    <select on:change=move |event| {
                        let chosen = event_target_value(&event);
                        if let Some((axis, ..)) = axes.iter().find(|(_, slug, _)| *slug == chosen) {
                            page.axis.set(*axis);
                            page.filter_by_window(false);
                            page.set_window(Window::default());
                        }
                    }>
                        {axes
                            .map(|(axis, slug, title)| {
                                view! { <option value=slug selected=move || page.axis.get() == axis>{title}</option> }
                            })
                            .into_iter()
                            .collect_view()}
                    </select>
                </label>
            </div>
        </div>
    }
}
