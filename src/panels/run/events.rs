use debugger::event_groups::{EventLine, LineOf};
use debugger::{EventFilter, StateStatus, events_csv, related};
use engine::EventId;
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::event_row::EventRow;
use super::grouped_events::{GroupTools, GroupedEvents};
use super::new_events::NewEvents;
use super::row_menu::{RowMenu, is_menu_key, open_at_element};
use crate::command::{Command, dispatch};
use crate::platform::files;
use crate::state::{RowOf, Studio, mirrored};
use crate::ui::{Icon, VirtualList};

pub const ROW_HEIGHT: f64 = 30.0;
/// Rows that are made ready ahead of those in sight: three turns of a wheel.
pub const ROWS_AHEAD: usize = 24;
/// The id of the list, and how its selected row is found; a row that is out of sight is not in the page.
pub const LIST: &str = "event-list";
const SELECTED_ROW: &[&str] = &["#event-list [aria-selected=true]", ".event-head"];
/// Letters of an event's text that are shown at first.
const MOST_SHOWN: usize = 20_000;

/// The history of the run: every event, filtered, and the details of the selected one.
#[component]
pub fn Events() -> impl IntoView {
    let sheet = style_sheet!("style/events.css");
    let studio = Studio::of_app();
    let page = studio.page;
    page.follow_filter();
    let total = Memo::new(move |_| page.model.with(|made| made.model.history().len()));
    let count = Signal::derive(move || page.shown.with(|shown| shown.len()));
    let at_cursor = Memo::new(move |_| {
        studio.runs.picture.track();
        page.model.track();
        page.event_at_cursor().filter(|event| event.run == page.execution.get()).map(|event| event.event)
    });
    let label = Signal::derive(move || format!("{} of {} events", count.get(), total.get()));
    // While one looks at what came before, what comes does not take the list along.
    let holds = RwSignal::new(false);
    let row = move |index: Signal<usize>| {
        let line = Memo::new(move |_| {
            page.shown.with(|shown| {
                let index = mirrored(index.get(), shown.len(), page.newest_first.get());
                let what = LineOf::Event(*shown.get(index)?);
                Some(EventLine { what, depth: 0, position: 0, siblings: 0 })
            })
        });
        view! { <EventRow line=line /> }
    };
    let flat = move || {
        view! {
            <VirtualList
                count=count
                row_height=ROW_HEIGHT
                label=label
                selected=page.selected_event
                id=LIST
                keys=Callback::new(move |event| menu_by_key(studio, &event))
                holds=holds
                ahead=ROWS_AHEAD
                row=row
            />
        }
    };
    view! {
        class = sheet,
        <div
            class="events"
            class:split=move || at_cursor.get().is_some()
            class:grouped=move || page.is_grouped.get()
        >
            <Show
                when=move || total.get() != 0
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="events-none">
                            "No events yet: run the workflow, or open a history that was recorded on AWS."
                        </p>
                    }
                }
            >
                <EventTools total=total count=count />
                <div class="events-body">
                    <div class="events-list">
                        <div class="event-head" aria-hidden="true">
                            <span class="event-id">"ID"</span>
                            <span class="event-type">"Type"</span>
                            <span class="event-state">"State"</span>
                            <span class="event-time">"Time"</span>
                            <span class="event-delta" title="Time since the event before">
                                "Delta"
                            </span>
                        </div>
                        <Show when=move || page.is_grouped.get() fallback=flat>
                            <GroupedEvents label=label holds=holds />
                        </Show>
                        <NewEvents total=total holds=holds />
                    </div>
                    {move || at_cursor.get().map(|event| view! { <EventDetails event=event /> })}
                </div>
            </Show>
            <RowMenu list=LIST />
        </div>
    }
}

/// Opens the menu of the event at the cursor where a key asks for it.
pub fn menu_by_key(studio: Studio, event: &leptos::ev::KeyboardEvent) -> bool {
    if !is_menu_key(event) {
        return false;
    }
    if let Some(row) = studio.row_here() {
        open_at_element(studio, SELECTED_ROW, RowOf::Event(row));
    }
    true
}

/// What the list is filtered by, and what is done with it as a whole.
#[component]
fn EventTools(total: Memo<usize>, count: Signal<usize>) -> impl IntoView {
    let sheet = style_sheet!("style/event_tools.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let types = Memo::new(move |_| {
        let mut types: Vec<engine::EventType> = page
            .model
            .with(|made| {
                made.model
                    .history()
                    .iter()
                    .map(|event| event.event_type)
                    .collect::<std::collections::BTreeSet<_>>()
            })
            .into_iter()
            .collect();
        types.sort_by_key(|known| known.name());
        types
    });
    let states = Memo::new(move |_| {
        page.model.with(|made| {
            let names: std::collections::BTreeSet<Str> =
                made.model.visits().iter().map(|(_, visit)| visit.name.clone()).collect();
            names.into_iter().collect::<Vec<Str>>()
        })
    });
    let chosen_type =
        move || page.filter.with(|filter| filter.types.first().map_or("", |known| known.name()));
    let chosen_state =
        move || page.filter.with(|filter| filter.states.first().map_or(String::new(), ToString::to_string));
    let chosen_status =
        move || page.filter.with(|filter| filter.statuses.first().map_or("", |status| status.slug()));
    let statuses = [
        StateStatus::Succeeded,
        StateStatus::Failed,
        StateStatus::Caught,
        StateStatus::TimedOut,
        StateStatus::Aborted,
        StateStatus::Running,
        StateStatus::Waiting,
    ];
    let is_filtered = move || page.filter.with(|filter| *filter != EventFilter::default());
    let download_csv = move |_| {
        let made = page.model.get_untracked();
        let text = page.shown.with_untracked(|shown| events_csv(&made.model, shown));
        if let Err(message) = files::download("events.csv", &text) {
            studio.shell.fail(message);
        }
    };
    view! {
        class = sheet,
        <div class="event-tools" role="search" aria-label="Filter events">
            <input
                class="event-search"
                id="event-search"
                type="search"
                placeholder="Filter by text"
                aria-label="Filter events by text"
                prop:value=move || page.filter.with(|filter| filter.text.clone())
                on:input=move |event| page.filter.update(|filter| filter.text = event_target_value(&event))
            />
            <select
                aria-label="Type of event"
                prop:value=chosen_type
                on:change=move |event| {
                    let chosen = engine::EventType::from_name(&event_target_value(&event));
                    page.filter.update(|filter| filter.types = chosen.into_iter().collect());
                }
            >
                <option value="">"All types"</option>
                {move || {
                    types
                        .get()
                        .into_iter()
                        .map(|known| {
                            let is_chosen = move || chosen_type() == known.name();
                            view! {
                                <option value=known.name() selected=is_chosen>
                                    {known.name()}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
            <select
                aria-label="State"
                prop:value=chosen_state
                on:change=move |event| {
                    let chosen = Str::from(event_target_value(&event));
                    page.filter
                        .update(|filter| filter.states = Some(chosen).filter(|name| !name.is_empty()).into_iter().collect());
                }
            >
                <option value="">"All states"</option>
                {move || {
                    states
                        .get()
                        .into_iter()
                        .map(|name| {
                            let shown = name.to_string();
                            let is_chosen = move || *chosen_state() == *name;
                            view! {
                                <option value=shown.clone() selected=is_chosen>
                                    {shown.clone()}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
            <select
                aria-label="Status of the state"
                prop:value=chosen_status
                on:change=move |event| {
                    let chosen = StateStatus::from_slug(&event_target_value(&event));
                    page.filter.update(|filter| filter.statuses = chosen.into_iter().collect());
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
            <ExecutionChoice />
            <GroupTools />
            <button
                type="button"
                class="button quiet icon-only"
                aria-pressed=move || if page.newest_first.get() { "true" } else { "false" }
                title="Newest first"
                aria-label="Newest first"
                on:click=move |_| page.newest_first.update(|newest| *newest = !*newest)
            >
                {move || view! { <Icon name=if page.newest_first.get() { "arrow-up" } else { "arrow-down" } /> }}
            </button>
            <span class="event-count" role="status">
                {move || match (page.is_filtering.get(), is_filtered()) {
                    (true, _) => "Searching…".to_owned(),
                    (_, true) => {
                        format!(
                            "{} of {}",
                            debugger::count_text(count.get() as u64),
                            debugger::count_text(total.get() as u64),
                        )
                    }
                    _ => debugger::count_text(total.get() as u64),
                }}
                <span class="most-events" hidden=move || is_filtered() || page.is_filtering.get()>
                    " of at most 25,000"
                </span>
            </span>
            <Show when=is_filtered>
                <button
                    type="button"
                    class="button quiet"
                    on:click=move |_| page.filter.set(EventFilter::default())
                >
                    "Clear the filter"
                </button>
            </Show>
            <button
                type="button"
                class="button quiet icon-only"
                title="Download these events as CSV"
                aria-label="Download these events as CSV"
                on:click=download_csv
            >
                <Icon name="data-table" />
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                title=Command::ExportHistory.spec().title
                aria-label=Command::ExportHistory.spec().title
                on:click=move |_| dispatch(studio, Command::ExportHistory)
            >
                <Icon name="download" />
            </button>
        </div>
    }
}

/// Which execution of the run is shown, where there is more than one.
#[component]
pub fn ExecutionChoice() -> impl IntoView {
    let page = Studio::of_app().page;
    let runs = Studio::of_app().runs;
    /// Executions that the list names.
    const MOST_LISTED: usize = 1_000;
    let list = Memo::new(move |_| {
        page.model.track();
        let named = runs.with_run_untracked(|run| {
            let execution = run.session.recorded();
            let named = execution.runs().take(MOST_LISTED).map(|run| {
                let status = match run.status() {
                    engine::Status::Running => "Running",
                    engine::Status::Succeeded => "Succeeded",
                    engine::Status::Failed => "Failed",
                    engine::Status::TimedOut => "Timed out",
                    engine::Status::Aborted => "Aborted",
                };
                match run.kind {
                    engine::RunKind::Main => (run.id, "The execution itself".to_owned()),
                    engine::RunKind::Again => (run.id, format!("Started once more · {status}")),
                    engine::RunKind::MapChild { index, .. } => {
                        (run.id, format!("Child {} · {status}", index + 1))
                    }
                    engine::RunKind::Nested { .. } => {
                        // Its own name is made up: that of its workflow says more.
                        let workflow = asl::resource::last_part(run.state_machine_arn());
                        (run.id, format!("{workflow} · {status}"))
                    }
                }
            });
            named.collect::<Vec<_>>()
        });
        named.unwrap_or_default()
    });
    view! {
        <Show when=move || list.with(|list| list.len() > 1)>
            <select
                class="run-choice"
                aria-label="Execution"
                prop:value=move || page.execution.get().0.to_string()
                on:change=move |event| {
                    if let Ok(number) = event_target_value(&event).parse() {
                        page.show_execution(engine::RunId(number));
                    }
                }
            >
                {move || {
                    list.get()
                        .into_iter()
                        .map(|(id, name)| {
                            view! {
                                <option value=id.0.to_string() selected=move || page.execution.get() == id>
                                    {name}
                                </option>
                            }
                        })
                        .collect_view()
                }}
            </select>
        </Show>
    }
}

/// An event as AWS writes it, with ways to the events that belong to it.
#[component]
fn EventDetails(event: EventId) -> impl IntoView {
    let sheet = style_sheet!("style/event_details.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let made = page.model.get_untracked();
    let links = related(&made.model, event).map(|found| found.links(event)).unwrap_or_default();
    let told = made.model.history().event(event);
    let title = told
        .map_or(String::new(), |told| format!("{} {}", made.model.told_id(event), told.event_type.name()));
    let timestamp = told.map_or(String::new(), |told| told.timestamp.to_string());
    let text = told.map_or(String::new(), |told| {
        engine::history::event_to_json(told, engine::TimestampStyle::Iso).to_pretty()
    });
    let is_cut = text.len() > MOST_SHOWN;
    let shows_all = RwSignal::new(!is_cut);
    let size = debugger::bytes_text(text.len());
    let text = StoredValue::new(text);
    let shown = move || {
        text.with_value(|text| match shows_all.get() {
            true => text.clone(),
            false => text.chars().take(MOST_SHOWN).chain("…".chars()).collect(),
        })
    };
    let links: Vec<_> = links
        .into_iter()
        .map(|(name, to)| {
            let id = made.model.told_id(to);
            view! {
                class = sheet,
                <button
                    type="button"
                    class="button quiet event-link"
                    data-link=name.to_lowercase()
                    on:click=move |_| page.go_to(to)
                >
                    {format!("{name} {id}")}
                </button>
            }
        })
        .collect();
    view! {
        class = sheet,
        <section class="event-details" aria-label="Event">
            <div class="event-details-head">
                <h3>{title}</h3>
                <button
                    type="button"
                    class="button quiet icon-only event-actions"
                    id="event-actions"
                    title="What to do with the event"
                    aria-label="What to do with the event"
                    aria-haspopup="menu"
                    on:click=move |_| open_at_element(studio, &["#event-actions"], RowOf::Event(event))
                >
                    <Icon name="more" />
                </button>
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Copy the event"
                    aria-label="Copy the event"
                    on:click=move |_| {
                        studio.put_on_clipboard(text.get_value(), "The event is on the clipboard.");
                    }
                >
                    <Icon name="copy" />
                </button>
            </div>
            <p class="event-at">{timestamp}</p>
            <div class="event-links" role="group" aria-label="Events that belong to it">
                {links}
            </div>
            <pre tabindex="0" data-testid="event-json">{shown}</pre>
            <Show when=move || !shows_all.get()>
                <button type="button" class="button" on:click=move |_| shows_all.set(true)>
                    {format!("Show all of it ({size})")}
                </button>
            </Show>
        </section>
    }
}
