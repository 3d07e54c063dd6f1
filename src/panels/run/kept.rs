use debugger::duration_text;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::{Command, dispatch};
use crate::platform::dom;
use crate::state::{RunKey, Studio};
use crate::ui::{CommandButton, Icon, age_text};

/// A run as the list shows it: in memory, or in storage only.
#[derive(Clone, PartialEq)]
struct Entry {
    id: String,
    key: Option<RunKey>,
    name: String,
    is_pinned: bool,
    is_recording: bool,
    begun_at: f64,
    ended: String,
    millis: i64,
}

/// The runs of this workflow: to look at again, to name, to compare, and what they have reached together.
#[component]
pub fn KeptRuns() -> impl IntoView {
    let sheet = style_sheet!("style/kept_runs.css");
    let studio = Studio::of_app();
    let (runs, page) = (studio.runs, studio.page);
    let entries = Memo::new(move |_| {
        let mut entries: Vec<Entry> = runs
            .list()
            .into_iter()
            .map(|run| Entry {
                id: run.id,
                key: Some(run.key),
                name: run.name,
                is_pinned: run.is_pinned,
                is_recording: run.is_recording,
                begun_at: run.begun_at,
                ended: run.phase.title().to_owned(),
                millis: run.millis,
            })
            .collect();
        let stored = page.stored.get();
        for run in stored
            .into_iter()
            .filter(|run| !entries.iter().any(|known| known.id == run.id))
            .collect::<Vec<_>>()
        {
            entries.push(Entry {
                id: run.id,
                key: None,
                name: run.name,
                is_pinned: run.is_pinned,
                is_recording: false,
                begun_at: run.begun_at,
                ended: run.ended,
                millis: run.millis,
            });
        }
        entries.sort_by(|a, b| b.is_pinned.cmp(&a.is_pinned).then(b.begun_at.total_cmp(&a.begun_at)));
        entries
    });
    view! {
        class = sheet,
        <div class="kept-runs">
            <div class="kept-head">
                <h2>"Runs"</h2>
                <CommandButton command=Command::OpenFile look="quiet" />
                <CommandButton command=Command::ShowComparison look="quiet" />
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-pressed=move || if page.shows_coverage.get() { "true" } else { "false" }
                    title=Command::ToggleCoverage.spec().title
                    aria-label=Command::ToggleCoverage.spec().title
                    on:click=move |_| dispatch(studio, Command::ToggleCoverage)
                >
                    <Icon name="coverage" size=18 />
                </button>
            </div>
            <Show when=move || page.shows_coverage.get()>
                <CoverageFacts />
            </Show>
            <Show when=move || entries.with(Vec::is_empty)>
                <p class="kept-note">
                    "No runs yet. They are kept in this browser, with what they were given, so that they can be looked at again."
                </p>
            </Show>
            <ul class="kept-list">
                <For each=move || entries.get() key=|entry| (entry.id.clone(), entry.key) let(entry)>
                    <KeptRow id=entry.id entries=entries />
                </For>
            </ul>
        </div>
    }
}

#[component]
fn KeptRow(id: String, entries: Memo<Vec<Entry>>) -> impl IntoView {
    let sheet = style_sheet!("style/kept_row.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let id = StoredValue::new(id);
    let entry = Memo::new(move |_| {
        entries.with(|entries| id.with_value(|id| entries.iter().find(|entry| entry.id == *id).cloned()))
    });
    let read = move |part: fn(&Entry) -> String| {
        move || entry.with(|entry| entry.as_ref().map_or(String::new(), part))
    };
    let is_current = move || {
        let key = entry.with(|entry| entry.as_ref().and_then(|entry| entry.key));
        key.is_some() && runs.current.get() == key
    };
    let is_named = RwSignal::new(false);
    let open = move |_| {
        let Some(entry) = entry.get_untracked() else { return };
        match entry.key {
            Some(key) if runs.current.get_untracked() != Some(key) => runs.choose(key),
            Some(_) => {}
            None => {
                if studio.restore_run(&entry.id).is_none() {
                    studio.shell.fail("This run can't be made again.");
                }
            }
        }
    };
    let rename = move |event: leptos::ev::Event| {
        let name = event_target_value(&event);
        if !name.trim().is_empty() {
            id.with_value(|id| studio.rename_kept_run(id, name.trim()));
        }
        is_named.set(false);
    };
    let pin = move |_| {
        let is_pinned = entry.with_untracked(|entry| entry.as_ref().is_some_and(|entry| entry.is_pinned));
        id.with_value(|id| studio.pin_kept_run(id, !is_pinned));
    };
    let is_pinned = move || entry.with(|entry| entry.as_ref().is_some_and(|entry| entry.is_pinned));
    view! {
        class = sheet,
        <li class="kept-row" class:current=is_current data-ended=read(|entry| entry.ended.to_lowercase())>
            <Show
                when=move || is_named.get()
                fallback=move || {
                    view! {
                        class = sheet,
                        <button
                            type="button"
                            class="kept-open"
                            aria-current=move || if is_current() { "true" } else { "false" }
                            on:click=open
                        >
                            <span class="kept-name">{read(|entry| entry.name.clone())}</span>
                            <span class="kept-facts">
                                <span class="kept-ended">{read(|entry| entry.ended.clone())}</span>
                                {read(|entry| {
                                    let kind = if entry.is_recording { " · recorded" } else { "" };
                                    format!(" · {} · {}{kind}", duration_text(entry.millis), age_text(dom::epoch_ms() - entry.begun_at))
                                })}
                            </span>
                        </button>
                    }
                }
            >
                <input
                    class="kept-input"
                    aria-label="Name of the run"
                    autofocus=true
                    prop:value=read(|entry| entry.name.clone())
                    on:change=rename
                    on:blur=move |_| is_named.set(false)
                    on:keydown=move |event| {
                        if event.key() == "Escape" {
                            event.stop_propagation();
                            is_named.set(false);
                        }
                    }
                />
            </Show>
            <div class="kept-actions">
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Rename the run"
                    aria-label="Rename the run"
                    on:click=move |_| is_named.update(|named| *named = !*named)
                >
                    <Icon name="edit" size=15 />
                </button>
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Keep the run when older ones make room"
                    aria-label="Keep the run when older ones make room"
                    aria-pressed=move || if is_pinned() { "true" } else { "false" }
                    on:click=pin
                >
                    <Icon name="pin" size=15 />
                </button>
                <button
                    type="button"
                    class="button quiet icon-only"
                    title="Delete the run"
                    aria-label="Delete the run"
                    on:click=move |_| id.with_value(|id| studio.delete_kept_run(id))
                >
                    <Icon name="trash" size=15 />
                </button>
            </div>
        </li>
    }
}

/// What the runs have reached together, and what none of them has.
#[component]
fn CoverageFacts() -> impl IntoView {
    let sheet = style_sheet!("style/kept_runs.css");
    let page = Studio::of_app().page;
    /// Places that are named.
    const MOST_NAMED: usize = 30;
    let facts = page.coverage_facts;
    view! {
        class = sheet,
        <div class="coverage" data-testid="coverage">
            <p>
                {move || {
                    facts.with(|facts| {
                        let percent = |share: f64| format!("{:.0} %", share * 100.0);
                        let runs = if facts.runs == 1 { "1 run".to_owned() } else { format!("{} runs", facts.runs) };
                        format!("{runs} of this definition: {} of the states, {} of the transitions.", percent(facts.states), percent(facts.ways))
                    })
                }}
                {move || {
                    let left_out = facts.with(|facts| facts.left_out);
                    (left_out > 0).then(|| format!(" {left_out} of an earlier one are left out."))
                }}
            </p>
            <Show when=move || facts.with(|facts| !facts.unreached.is_empty())>
                <details>
                    <summary>
                        {move || format!("{} not reached", facts.with(|facts| facts.unreached.len()))}
                    </summary>
                    <ul>
                        {move || {
                            facts
                                .with(|facts| facts.unreached.iter().take(MOST_NAMED).cloned().collect::<Vec<_>>())
                                .into_iter()
                                .map(|name| view! { <li>{name}</li> })
                                .collect_view()
                        }}
                    </ul>
                </details>
            </Show>
        </div>
    }
}
