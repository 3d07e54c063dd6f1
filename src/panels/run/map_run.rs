use debugger::map_run::{ChildFilter, Counted, MapChild, MapRunView};
use debugger::{StateStatus, count_text, duration_text};
use engine::{ItemCounts, MapRunStatus, Status};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::result::Payload;
use crate::canvas::status_look;
use crate::command::Command;
use crate::state::{Shared, Studio};
use crate::ui::{CommandButton, Icon, VirtualList};

const ROW_HEIGHT: f64 = 30.0;
/// As many child executions run at once where a Map sets no limit.
const NO_LIMIT: usize = 10_000;
const STATUSES: [Status; 5] =
    [Status::Running, Status::Succeeded, Status::Failed, Status::TimedOut, Status::Aborted];

/// The page of a Map Run: what DescribeMapRun tells, and its child executions.
#[component]
pub fn MapRun() -> impl IntoView {
    let sheet = style_sheet!("style/map_run.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let all = Memo::new(move |_| Shared::new(page.map_runs()));
    let shown = Memo::new(move |_| {
        all.with(|all| all.get(page.map_run.get()).or_else(|| all.first()).cloned().map(Shared::new))
    });
    let none = move || {
        view! {
            class = sheet,
            <p class="map-run-none">
                "This run has no Map Run: a Map state whose ItemProcessor has the mode DISTRIBUTED starts one."
            </p>
        }
    };
    let titles = Memo::new(move |_| all.with(|all| all.iter().map(title_of).collect::<Vec<String>>()));
    let choice = move || {
        let titles = titles.get();
        (titles.len() > 1).then(|| {
            let options = titles.into_iter().enumerate().map(|(place, title)| {
                view! {
                    <option value=place.to_string() selected=move || page.map_run.get() == place>
                        {title}
                    </option>
                }
            });
            let options = options.collect_view();
            view! {
                class = sheet,
                <select
                    class="map-run-choice"
                    aria-label="Map Run"
                    on:change=move |event| page.map_run.set(event_target_value(&event).parse().unwrap_or(0))
                >
                    {options}
                </select>
            }
        })
    };
    view! {
        class = sheet,
        <Show when=move || shown.with(Option::is_some) fallback=none>
            <div class="map-run" data-testid="map-run">
                <div class="map-run-about">
                    <div class="map-run-head">
                        {choice} {move || shown.get().map(|map_run| status_of(map_run.status))}
                        <div class="map-run-actions">
                            <CommandButton command=Command::RedriveRun look="quiet" />
                            <CommandButton command=Command::CopyLink look="quiet" />
                            <button
                                type="button"
                                class="button quiet icon-only"
                                title="Go to its Map state"
                                aria-label="Go to its Map state"
                                on:click=move |_| {
                                    if let Some(map_run) = shown.get_untracked() {
                                        studio.runs.seek(map_run.position);
                                    }
                                }
                            >
                                <Icon name="pointer" />
                            </button>
                        </div>
                    </div>
                    {move || shown.get().map(|map_run| about(&map_run))}
                    <div class="map-run-payloads">
                        <Payload
                            title="Input"
                            text=Signal::derive(move || {
                                shown.get().and_then(|map_run| Some(map_run.input.as_ref()?.without_text().to_pretty()))
                            })
                        />
                        <Payload
                            title="Output"
                            text=Signal::derive(move || {
                                shown.get().and_then(|map_run| Some(map_run.output.as_ref()?.without_text().to_pretty()))
                            })
                        />
                    </div>
                </div>
                <Children shown=shown />
            </div>
        </Show>
    }
}

fn title_of(map_run: &MapRunView) -> String {
    let redrives = match map_run.redrive_count {
        0 => String::new(),
        1 => " · redriven".to_owned(),
        count => format!(" · redriven {count} times"),
    };
    format!("{} · {}{redrives}", map_run.state_name, word_of(map_run.status))
}

fn word_of(status: MapRunStatus) -> &'static str {
    look_of_map_run(status).name()
}

fn look_of_map_run(status: MapRunStatus) -> StateStatus {
    match status {
        MapRunStatus::Running => StateStatus::Running,
        MapRunStatus::Succeeded => StateStatus::Succeeded,
        MapRunStatus::Failed => StateStatus::Failed,
        MapRunStatus::Aborted => StateStatus::Aborted,
    }
}

fn look_of(status: Status) -> StateStatus {
    match status {
        Status::Running => StateStatus::Running,
        Status::Succeeded => StateStatus::Succeeded,
        Status::Failed => StateStatus::Failed,
        Status::TimedOut => StateStatus::TimedOut,
        Status::Aborted => StateStatus::Aborted,
    }
}

fn status_of(status: MapRunStatus) -> impl IntoView {
    let sheet = style_sheet!("style/map_run.css");
    let look = look_of_map_run(status);
    let icon = status_look(look).icon;
    view! {
        class = sheet,
        <p class="map-run-status" data-status=look.slug() data-testid="map-run-status">
            <Icon name=icon size=16 />
            {look.name()}
        </p>
    }
}

/// The facts, the counts and the error.
fn about(map_run: &MapRunView) -> impl IntoView + use<> {
    let sheet = style_sheet!("style/map_run.css");
    let mut facts: Vec<(&'static str, String)> = vec![
        ("Map state", map_run.state_name.to_string()),
        ("Label", map_run.label.to_string()),
        ("Started", map_run.started_at.to_iso()),
    ];
    if let Some(stopped) = map_run.stopped_at {
        facts.push(("Ended", stopped.to_iso()));
        facts.push(("Duration", duration_text(stopped - map_run.started_at)));
    }
    if map_run.redrive_count > 0 {
        facts.push(("Redrives", map_run.redrive_count.to_string()));
    }
    if let Some(counted) = &map_run.counted {
        facts.push(("Child type", counted.child_type.to_owned()));
        facts.push((
            "Maximum concurrency",
            match counted.max_concurrency {
                0 | NO_LIMIT => "10,000, as no limit is set".to_owned(),
                most => count_text(most as u64),
            },
        ));
        facts.push(("Tolerated failures", tolerance_of(counted)));
    }
    facts.push(("ARN", map_run.arn.to_string()));
    let facts = facts.into_iter().map(|(name, value)| {
        view! {
            class = sheet,
            <div class="map-fact">
                <dt>{name}</dt>
                <dd>{value}</dd>
            </div>
        }
    });
    let facts = facts.collect_view();
    let failure = map_run.failure.as_ref().map(|failure| {
        let cause = failure.cause.as_deref().unwrap_or("No cause was given.").to_owned();
        view! {
            class = sheet,
            <div class="map-run-failure" role="note">
                <h3>{failure.name().to_string()}</h3>
                <p>{cause}</p>
            </div>
        }
    });
    let counts = map_run.counted.as_ref().map(|counted| counts_of(&counted.items, &counted.executions));
    let unknown = map_run.counted.is_none().then(|| {
        view! {
            class = sheet,
            <p class="map-run-note">
                "The history of an execution does not tell of its Map Run's children: open their histories to look at them."
            </p>
        }
    });
    view! {
        class = sheet,
        {failure}
        {counts}
        {unknown}
        <dl class="map-facts">{facts}</dl>
    }
}

fn tolerance_of(counted: &Counted) -> String {
    let count = counted.tolerated_failure_count.map(|count| match count {
        1 => "1 item".to_owned(),
        count => format!("{} items", count_text(count)),
    });
    let percentage =
        counted.tolerated_failure_percentage.map(|percentage| format!("{percentage} % of items"));
    let parts: Vec<String> = count.into_iter().chain(percentage).collect();
    if parts.is_empty() { "None".to_owned() } else { parts.join(" or ") }
}

/// Counts of items and of child executions, side by side.
fn counts_of(items: &ItemCounts, executions: &ItemCounts) -> impl IntoView + use<> {
    let sheet = style_sheet!("style/map_run.css");
    type Part = fn(&ItemCounts) -> u64;
    let columns: [(&'static str, &'static str, Part); 8] = [
        ("Pending", "idle", |counts| counts.pending),
        ("Running", "running", |counts| counts.running),
        ("Succeeded", "succeeded", |counts| counts.succeeded),
        ("Failed", "failed", |counts| counts.failed),
        ("Timed out", "timed-out", |counts| counts.timed_out),
        ("Aborted", "aborted", |counts| counts.aborted),
        ("Results written", "written", |counts| counts.results_written),
        ("Total", "total", |counts| counts.total),
    ];
    let rows = columns.map(|(title, status, part)| {
        let (items, executions) = (part(items), part(executions));
        view! {
            class = sheet,
            <tr data-status=status class:empty=items == 0 && executions == 0>
                <th scope="row">{title}</th>
                <td>{count_text(items)}</td>
                <td>{count_text(executions)}</td>
            </tr>
        }
    });
    let total = items.total.max(1) as f64;
    let pieces = columns.into_iter().take(6).filter_map(|(title, status, part)| {
        let count = part(items);
        let share = count as f64 / total * 100.0;
        (count > 0).then(|| {
            view! {
                class = sheet,
                <span
                    class="map-piece"
                    data-status=status
                    title=format!("{title}: {}", count_text(count))
                    style:width=format!("{share:.2}%")
                ></span>
            }
        })
    });
    let pieces = pieces.collect_view();
    view! {
        class = sheet,
        <div class="map-counts-frame">
            <div class="map-bar" aria-hidden="true">{pieces}</div>
            <table class="map-counts" data-testid="map-counts">
                <thead>
                    <tr>
                        <th scope="col">"Status"</th>
                        <th scope="col">"Items"</th>
                        <th scope="col">"Child executions"</th>
                    </tr>
                </thead>
                <tbody>{rows.into_iter().collect_view()}</tbody>
            </table>
        </div>
    }
}

/// The child executions, of which a click opens one.
#[component]
fn Children(shown: Memo<Option<Shared<MapRunView>>>) -> impl IntoView {
    let sheet = style_sheet!("style/map_run.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let filter = page.child_filter;
    let found = Memo::new(move |_| {
        let found = shown.with(|shown| {
            let counted = shown.as_ref()?.counted.as_ref()?;
            Some(filter.with(|filter| filter.of(&counted.children)))
        });
        found.unwrap_or_default()
    });
    let total = Memo::new(move |_| {
        shown.with(|shown| {
            let counted = shown.as_ref().and_then(|shown| shown.counted.as_ref());
            counted.map_or(0, |counted| counted.children.len())
        })
    });
    let count = Signal::derive(move || found.with(Vec::len));
    let child_at = move |index: usize| {
        shown.with(|shown| {
            let counted = shown.as_ref()?.counted.as_ref()?;
            let place = found.with(|found| found.get(index).copied())?;
            counted.children.get(place).cloned()
        })
    };
    // The child that the cursor is in stands out.
    let selected = RwSignal::new(None::<usize>);
    Effect::new(move |_| {
        let execution = page.execution.get();
        let own = (0..count.get()).find(|index| child_at(*index).is_some_and(|child| child.run == execution));
        if own.is_some() {
            selected.set(own);
        }
    });
    let open = move |index: usize| {
        if let Some(child) = untrack(|| child_at(index)) {
            studio.open_child(child.run);
        }
    };
    let keys = Callback::new(move |event: leptos::ev::KeyboardEvent| {
        let is_enter = event.key() == "Enter";
        if let Some(index) = selected.get_untracked().filter(|_| is_enter) {
            open(index);
        }
        is_enter
    });
    let row = move |index: Signal<usize>| {
        let child = Memo::new(move |_| child_at(index.get()));
        let start = Memo::new(move |_| shown.with(|shown| shown.as_ref().map(|shown| shown.started_at)));
        let read = move |part: fn(&MapChild) -> String| {
            move || child.with(|child| child.as_ref().map_or(String::new(), part))
        };
        let icon = move || {
            let look = child.with(|child| child.as_ref().map(|child| look_of(child.status)))?;
            let icon = status_look(look).icon;
            Some(view! {
                class = sheet,
                <Icon name=icon size=14 />
                <span class="child-word">{look.name()}</span>
            })
        };
        let started = move || {
            let times = child.with(|child| Some(child.as_ref()?.started_at - start.get()?));
            times.map(|after| format!("+{}", duration_text(after)))
        };
        view! {
            class = sheet,
            <div
                class="child-row"
                data-status=read(|child| look_of(child.status).slug().to_owned())
                title=read(|child| child.arn.to_string())
                on:click=move |_| open(index.get_untracked())
            >
                <span class="child-number">{read(|child| child.index.to_string())}</span>
                <span class="child-name">{read(|child| child.name.to_string())}</span>
                <span class="child-status">{icon}</span>
                <span class="child-items">{read(|child| count_text(child.items))}</span>
                <span class="child-started">{started}</span>
                <span class="child-took">
                    {read(|child| child.stopped_at.map_or(String::new(), |stopped| duration_text(stopped - child.started_at)))}
                </span>
            </div>
        }
    };
    let chosen = move || filter.with(|filter| filter.status.map_or("", |status| look_of(status).slug()));
    view! {
        class = sheet,
        <section class="map-children" aria-label="Child executions">
            <div class="map-tools" role="search" aria-label="Filter child executions">
                <h3>"Child executions"</h3>
                <input
                    type="search"
                    class="map-search"
                    placeholder="Name, or its beginning"
                    aria-label="Filter child executions by name"
                    prop:value=move || filter.with(|filter| filter.name.clone())
                    on:input=move |event| filter.update(|filter| filter.name = event_target_value(&event))
                />
                <label class="map-exact">
                    <input
                        type="checkbox"
                        prop:checked=move || filter.with(|filter| filter.is_exact)
                        on:change=move |event| filter.update(|filter| filter.is_exact = event_target_checked(&event))
                    />
                    "Exact"
                </label>
                <select
                    aria-label="Status of child executions"
                    prop:value=chosen
                    on:change=move |event| {
                        let slug = event_target_value(&event);
                        filter
                            .update(|filter| {
                                filter.status = STATUSES.into_iter().find(|status| look_of(*status).slug() == slug);
                            });
                    }
                >
                    <option value="">"All statuses"</option>
                    {STATUSES
                        .map(|status| {
                            let look = look_of(status);
                            view! {
                                <option value=look.slug() selected=move || chosen() == look.slug()>
                                    {look.name()}
                                </option>
                            }
                        })
                        .into_iter()
                        .collect_view()}
                </select>
                <Show when=move || filter.with(|filter| *filter != ChildFilter::default())>
                    <button type="button" class="button quiet" on:click=move |_| filter.set(ChildFilter::default())>
                        "Clear the filter"
                    </button>
                </Show>
                <span class="map-found" role="status">
                    {move || {
                        format!("{} of {}", count_text(count.get() as u64), count_text(total.get() as u64))
                    }}
                </span>
            </div>
            <div class="child-head" aria-hidden="true">
                <span>"#"</span>
                <span>"Name"</span>
                <span>"Status"</span>
                <span class="child-items">"Items"</span>
                <span class="child-started">"Started"</span>
                <span class="child-took">"Duration"</span>
            </div>
            <VirtualList
                count=count
                row_height=ROW_HEIGHT
                label=Signal::derive(move || format!("{} child executions: Enter opens one", count.get()))
                selected=selected
                id="child-list"
                keys=keys
                row=row
            />
        </section>
    }
}
