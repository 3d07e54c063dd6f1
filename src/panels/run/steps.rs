use asl::StateType;
use debugger::gantt::{Axis, Bar, Scale, Window, bars_of};
use debugger::steps_table::{SortBy, has_inside, millis_of, resource_of, state_type_of};
use debugger::{RowKind, SpanKind, StateStatus, duration_text};
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::events::ExecutionChoice;
use super::row_menu::{RowMenu, is_menu_key, open_at_element, open_at_pointer, row_more};
use super::step_tools::{ColumnChoice, ZoomTools, zoom_by_key, zoom_by_wheel};
use crate::canvas::status_look;
use crate::state::{Shared, Studio};
use crate::ui::{Icon, VirtualList};

const ROW_HEIGHT: f64 = 30.0;
/// The id of the list, and how its selected row is found; a row that is out of sight is not in the page.
const LIST: &str = "step-list";
const SELECTED_ROW: &[&str] = &["#step-list [aria-selected=true]", ".step-head"];
/// Marks on the axis, about.
const MOST_TICKS: usize = 4;
/// Bars that one row draws at most.
const MOST_BARS: usize = 60;

/// The table of states: each visit with its attempts, iterations and branches inside of it, and bars of time.
#[component]
pub fn Steps() -> impl IntoView {
    let sheet = style_sheet!("style/steps.css");
    let studio = Studio::of_app();
    let page = studio.page;
    page.follow_steps();
    let count = Signal::derive(move || page.table.with(|table| table.shown.len()));
    let total = Memo::new(move |_| page.table.with(|table| table.total));
    let scale = Memo::new(move |_| {
        page.model.with(|made| Shared::new(Scale::of(&made.model, page.axis.get(), made.now)))
    });
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let in_list = crate::platform::dom::is_in_element(event.target(), LIST);
        if in_list && zoom_by_key(&event, &scale.get_untracked()) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        let closes = match &*event.key() {
            "ArrowLeft" => true,
            "ArrowRight" => false,
            _ => return,
        };
        let row = page
            .selected_row
            .get_untracked()
            .and_then(|index| page.table.with_untracked(|table| table.shown.get(index).copied()));
        let Some(row) = row else { return };
        let made = page.model.get_untracked();
        event.prevent_default();
        let is_closed = page.steps.with_untracked(|steps| steps.is_closed(row));
        if has_inside(made.model.rows(), row) && is_closed != closes {
            page.steps.update(|steps| steps.toggle(row));
        } else if closes {
            // As in a tree: from a row to the one that it is inside of.
            let outer = made.model.rows().get(row).and_then(|row| row.parent);
            let index = outer.and_then(|outer| {
                page.table.with_untracked(|table| table.shown.iter().position(|shown| *shown == outer))
            });
            if index.is_some() {
                page.selected_row.set(index);
            }
        }
    };
    let on_wheel = move |event: leptos::ev::WheelEvent, is_axis: bool| {
        let share = crate::platform::dom::share_across(&event, ".step-axis").unwrap_or(0.5);
        if zoom_by_wheel(&event, share, is_axis) {
            event.prevent_default();
        }
    };
    view! {
        class = sheet,
        <div
            class="steps"
            class:custom=move || page.columns.with(|columns| !columns.is_usual())
            data-hidden=move || page.columns.with(|columns| columns.hidden())
            style=move || page.columns.with(|columns| columns.grid()).map(|grid| ("--step-columns", grid))
            on:keydown=on_key
        >
            <Show
                when=move || total.get() != 0
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="steps-none">
                            "No steps yet: run the workflow, or open a history that was recorded on AWS."
                        </p>
                    }
                }
            >
                <StepTools total=total count=count scale=scale />
                <div class="step-head">
                    <SortButton by=SortBy::Name title="Name" class="step-sort" />
                    <SortButton by=SortBy::Type title="Type" class="step-type" />
                    <SortButton by=SortBy::Status title="Status" class="step-sort of-status" />
                    <span class="step-resource">"Resource"</span>
                    <SortButton by=SortBy::Started title="Started" class="step-started" />
                    <SortButton by=SortBy::Duration title="Duration" class="step-sort of-duration" />
                    <div
                        class="step-axis"
                        aria-hidden="true"
                        title="The wheel zooms"
                        on:wheel=move |event| on_wheel(event, true)
                    >
                        {move || {
                            let scale = scale.get();
                            scale
                                .ticks_in(page.window.get(), MOST_TICKS)
                                .into_iter()
                                .map(|tick| {
                                    let text = axis_text(scale.axis, tick.value);
                                    view! {
                                        class = sheet,
                                        <span class="step-tick" style:left=percent(tick.at)>
                                            {text}
                                        </span>
                                    }
                                })
                                .collect_view()
                        }}
                    </div>
                </div>
                <div class="step-rows" on:wheel=move |event| on_wheel(event, false)>
                <VirtualList
                    count=count
                    row_height=ROW_HEIGHT
                    label=Signal::derive(move || format!("{} of {} steps", count.get(), total.get()))
                    selected=page.selected_row
                    id=LIST
                    keys=Callback::new(move |event| menu_by_key(studio, &event))
                    row=move |index| view! { <StepRow index=index scale=scale /> }
                />
                </div>
            </Show>
            <RowMenu list=LIST />
        </div>
    }
}

/// Opens the menu of the selected row where a key asks for it.
fn menu_by_key(studio: Studio, event: &leptos::ev::KeyboardEvent) -> bool {
    if !is_menu_key(event) {
        return false;
    }
    let page = studio.page;
    let index = page.selected_row.get_untracked();
    let row = index.and_then(|index| page.table.with_untracked(|table| table.shown.get(index).copied()));
    if let Some(row) = row.and_then(|row| page.step_of_row(row)) {
        open_at_element(studio, SELECTED_ROW, row);
    }
    true
}

#[component]
fn SortButton(by: SortBy, title: &'static str, class: &'static str) -> impl IntoView {
    let sheet = style_sheet!("style/steps.css");
    let page = Studio::of_app().page;
    let is_sorted = move || page.steps.with(|steps| steps.sort == by);
    let is_descending = move || page.steps.with(|steps| steps.descending);
    let on_click = move |_| {
        page.steps.update(|steps| match (steps.sort == by, steps.descending) {
            (false, _) => {
                steps.sort = by;
                // The longest and the worst are what one looks for.
                steps.descending = matches!(by, SortBy::Duration | SortBy::Status);
            }
            (true, first) if first == matches!(by, SortBy::Duration | SortBy::Status) => {
                steps.descending = !first;
            }
            _ => {
                steps.sort = SortBy::Run;
                steps.descending = false;
            }
        });
    };
    let label = move || match (is_sorted(), is_descending()) {
        (false, _) => format!("Sort by {}", title.to_lowercase()),
        (true, true) => format!("Sorted by {}, descending", title.to_lowercase()),
        (true, false) => format!("Sorted by {}, ascending", title.to_lowercase()),
    };
    view! {
        class = sheet,
        <button type="button" class=class class:sorted=is_sorted title=label aria-label=label on:click=on_click>
            {title}
            {move || {
                is_sorted()
                    .then(|| view! { <Icon name=if is_descending() { "chevron-down" } else { "chevron-up" } size=12 /> })
            }}
        </button>
    }
}

#[component]
fn StepTools(total: Memo<usize>, count: Signal<usize>, scale: Memo<Shared<Scale>>) -> impl IntoView {
    let sheet = style_sheet!("style/steps.css");
    let page = Studio::of_app().page;
    let statuses = [
        StateStatus::Succeeded,
        StateStatus::Failed,
        StateStatus::Caught,
        StateStatus::TimedOut,
        StateStatus::Aborted,
        StateStatus::Running,
        StateStatus::Waiting,
        StateStatus::Retrying,
    ];
    let types = [
        StateType::Task,
        StateType::Map,
        StateType::Parallel,
        StateType::Choice,
        StateType::Wait,
        StateType::Pass,
        StateType::Succeed,
        StateType::Fail,
    ];
    let durations: [(i64, &str); 5] = [
        (0, "Any duration"),
        (1, "Took time"),
        (1_000, "1 s or more"),
        (60_000, "1 min or more"),
        (3_600_000, "1 h or more"),
    ];
    let fold_title = move || if page.steps.with(|steps| steps.all_closed) { "Open all" } else { "Close all" };
    let chosen_status =
        move || page.steps.with(|steps| steps.statuses.first().map_or("", |status| status.slug()));
    let chosen_type = move || page.steps.with(|steps| steps.types.first().map_or("", |known| known.name()));
    view! {
        class = sheet,
        <div class="steps-tools" role="search" aria-label="Filter steps">
            <input
                class="steps-search"
                type="search"
                placeholder="Filter by name"
                aria-label="Filter steps by name"
                prop:value=move || page.steps.with(|steps| steps.text.clone())
                on:input=move |event| page.steps.update(|steps| steps.text = event_target_value(&event))
            />
            <select
                aria-label="Status"
                on:change=move |event| {
                    let chosen = StateStatus::from_slug(&event_target_value(&event));
                    page.steps.update(|steps| steps.statuses = chosen.into_iter().collect());
                }
            >
                <option value="">"All statuses"</option>
                {statuses
                    .into_iter()
                    .map(|status| {
                        view! {
                            <option value=status.slug() selected=move || chosen_status() == status.slug()>
                                {status.name()}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <select
                aria-label="Type of state"
                on:change=move |event| {
                    let chosen = StateType::from_name(&event_target_value(&event));
                    page.steps.update(|steps| steps.types = chosen.into_iter().collect());
                }
            >
                <option value="">"All types"</option>
                {types
                    .into_iter()
                    .map(|known| {
                        view! {
                            <option value=known.name() selected=move || chosen_type() == known.name()>
                                {known.name()}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <select
                aria-label="Duration"
                on:change=move |event| {
                    let chosen = event_target_value(&event).parse().unwrap_or(0);
                    page.steps.update(|steps| steps.at_least_millis = chosen);
                }
            >
                {durations
                    .into_iter()
                    .map(|(millis, title)| {
                        view! {
                            <option
                                value=millis.to_string()
                                selected=move || page.steps.with(|steps| steps.at_least_millis == millis)
                            >
                                {title}
                            </option>
                        }
                    })
                    .collect_view()}
            </select>
            <ExecutionChoice />
            <button
                type="button"
                class="button quiet icon-only"
                title=fold_title
                aria-label=fold_title
                on:click=move |_| {
                    page.steps
                        .update(|steps| {
                            steps.all_closed = !steps.all_closed;
                            steps.toggled.clear();
                        })
                }
            >
                {move || {
                    let name = if page.steps.with(|steps| steps.all_closed) { "expand" } else { "collapse" };
                    view! { <Icon name=name /> }
                }}
            </button>
            <ZoomTools scale=scale />
            <ColumnChoice />
            <span class="steps-count" role="status">
                {move || {
                    let (count, total) = (count.get() as u64, total.get() as u64);
                    match count == total {
                        true => format!("{} rows", debugger::count_text(total)),
                        false => format!("{} of {} rows", debugger::count_text(count), debugger::count_text(total)),
                    }
                }}
            </span>
        </div>
    }
}

/// What a row shows.
#[derive(Clone, PartialEq)]
struct Facts {
    row: usize,
    kind: &'static str,
    depth: u16,
    /// None: there is nothing inside. Else whether it is closed.
    closed: Option<bool>,
    name: Str,
    note: String,
    type_name: &'static str,
    status: StateStatus,
    resource: Str,
    started: String,
    duration: String,
    bars: Vec<Bar>,
    is_ahead: bool,
}

#[component]
fn StepRow(index: Signal<usize>, scale: Memo<Shared<Scale>>) -> impl IntoView {
    let sheet = style_sheet!("style/step_row.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let facts = Memo::new(move |_| {
        let row = page.table.with(|table| table.shown.get(index.get()).copied())?;
        let cursor = studio.runs.cursor.get().position;
        page.model.with(|made| {
            let model = &made.model;
            let told = model.rows().get(row)?;
            let (nested, closed) = page.steps.with(|steps| {
                let nested = steps.sort == SortBy::Run;
                let closed = (nested && !steps.is_filtered() && has_inside(model.rows(), row))
                    .then(|| steps.is_closed(row));
                (nested, closed)
            });
            let start = model.history().get(0).map_or(told.from, |first| first.timestamp);
            let mut bars = bars_of(model, told, made.now);
            bars.truncate(MOST_BARS);
            let (kind, note) = match told.kind {
                RowKind::State(id) => {
                    let retries = model.visits().get(id).map_or(0, debugger::Visit::retries);
                    let note = match retries {
                        0 => String::new(),
                        1 => "1 retry".to_owned(),
                        many => format!("{many} retries"),
                    };
                    ("state", note)
                }
                RowKind::Frame(..) => ("frame", String::new()),
                RowKind::Attempt(_, number) => ("attempt", format!("attempt {}", number + 1)),
            };
            Some(Facts {
                row,
                kind,
                depth: if nested { told.depth } else { 0 },
                closed,
                name: told.name.clone(),
                note,
                type_name: state_type_of(model, told).map_or("", StateType::name),
                status: told.status,
                resource: resource_of(model, told).unwrap_or_default(),
                started: format!("+{}", duration_text(told.from - start)),
                duration: duration_text(millis_of(told, made.now)),
                bars,
                is_ahead: made.is_only && told.first > cursor,
            })
        })
    });
    let read = move |part: fn(&Facts) -> String| {
        move || facts.with(|facts| facts.as_ref().map_or(String::new(), part))
    };
    let told = move || facts.with_untracked(|facts| facts.as_ref().map(|facts| facts.row));
    let on_menu = move |event: leptos::ev::MouseEvent| {
        if let Some(row) = told().and_then(|row| page.step_of_row(row)) {
            open_at_pointer(studio, &event, row);
        }
    };
    let is_open_menu = move || {
        let row = facts.with(|facts| facts.as_ref().map(|facts| facts.row));
        page.row_menu.with(|menu| {
            menu.as_ref()
                .is_some_and(|menu| row.and_then(|row| page.step_of_row(row)).as_ref() == Some(&menu.row))
        })
    };
    let twisty = move || {
        let (row, closed) = facts.with(|facts| facts.as_ref().map(|facts| (facts.row, facts.closed)))?;
        let icon = closed.map(|closed| if closed { "chevron-right" } else { "chevron-down" });
        Some(view! {
            class = sheet,
            <span
                class="step-twisty"
                aria-hidden="true"
                on:click=move |event| {
                    if closed.is_some() {
                        event.stop_propagation();
                        page.steps.update(|steps| steps.toggle(row));
                    }
                }
            >
                {icon.map(|name| view! { <Icon name=name size=14 /> })}
            </span>
        })
    };
    view! {
        class = sheet,
        <div
            class="step-row"
            class:has-menu=is_open_menu
            on:contextmenu=on_menu
            class:ahead=move || facts.with(|facts| facts.as_ref().is_some_and(|facts| facts.is_ahead))
            data-kind=read(|facts| facts.kind.to_owned())
            data-status=read(|facts| facts.status.slug().to_owned())
        >
            <span
                class="step-name"
                style:padding-left=move || {
                    let depth = facts.with(|facts| facts.as_ref().map_or(0, |facts| facts.depth));
                    format!("{}px", 14 * depth.min(12))
                }
            >
                {twisty}
                <span class="step-title">
                    {read(|facts| {
                        if facts.note.is_empty() {
                            facts.name.to_string()
                        } else {
                            format!("{} · {}", facts.name, facts.note)
                        }
                    })}
                </span>
            </span>
            <span class="step-type">{read(|facts| facts.type_name.to_owned())}</span>
            <span class="step-status">
                {move || {
                    let status = facts.with(|facts| facts.as_ref().map_or(StateStatus::Idle, |facts| facts.status));
                    let icon = status_look(status).icon;
                    view! {
                        class = sheet,
                        {(!icon.is_empty()).then(|| view! { <Icon name=icon size=14 /> })}
                        <span class="step-status-name">{status.name()}</span>
                    }
                }}
            </span>
            <span class="step-resource">{read(|facts| facts.resource.to_string())}</span>
            <span class="step-started">{read(|facts| facts.started.clone())}</span>
            <span class="step-duration">{read(|facts| facts.duration.clone())}</span>
            <div class="step-bars">
                {move || {
                    let bars = facts.with(|facts| facts.as_ref().map(|facts| facts.bars.clone()).unwrap_or_default());
                    let window = page.window.get();
                    scale.with(|scale| bars_view(&bars, scale, window))
                }}
            </div>
            {row_more(on_menu)}
        </div>
    }
}

/// The bars of one row, with what was cut from the axis.
fn bars_view(bars: &[Bar], scale: &Scale, window: Window) -> impl IntoView + use<> {
    let sheet = style_sheet!("style/bars.css");
    let cuts: Vec<_> = scale
        .cuts
        .iter()
        .filter_map(|(from, to)| window.cut(*from, *to))
        .map(|(from, to)| {
            view! {
                class = sheet,
                <span class="cut" style:left=percent(from) style:width=percent(to - from)></span>
            }
        })
        .collect();
    let bars: Vec<_> = bars
        .iter()
        .filter_map(|bar| {
            let (from, to) = scale.extent(bar);
            Some((bar, window.cut(from, to)?))
        })
        .map(|(bar, (from, to))| {
            let (kind, word) = match bar.kind {
                SpanKind::Attempt(number) => ("attempt", format!("Attempt {}", number + 1)),
                SpanKind::Backoff => ("backoff", "Back-off".to_owned()),
                SpanKind::Wait => ("wait", "Wait".to_owned()),
                SpanKind::Children => ("children", "Inside".to_owned()),
                SpanKind::State => ("state", "State".to_owned()),
            };
            let title = format!(
                "{word}: {}, {}",
                bar.outcome.name().to_lowercase(),
                duration_text(bar.to - bar.from)
            );
            view! {
                class = sheet,
                <span
                    class="bar"
                    data-kind=kind
                    data-status=bar.outcome.slug()
                    title=title
                    style:left=percent(from)
                    style:width=percent(to - from)
                ></span>
            }
        })
        .collect();
    (cuts, bars)
}

/// A value of the axis for people.
pub fn axis_text(axis: Axis, value: i64) -> String {
    match axis {
        Axis::Events => value.to_string(),
        _ => duration_text(value),
    }
}

fn percent(share: f64) -> String {
    format!("{:.3}%", (share * 100.0).clamp(0.0, 99.6))
}
