use asl::Document;
use debugger::{HistoryModel, VariableChange, Visit, VisitId, bytes_text, duration_text};
use engine::EventId;
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::data::SelectedElsewhere;
use crate::canvas::status_look;
use crate::state::{DetailsTab, Studio};
use crate::ui::{Icon, Tab, Tabs};

/// Letters of a text that are shown.
const MOST_SHOWN: usize = 20_000;
/// Events of a visit that are listed.
const MOST_EVENTS: usize = 100;
/// Visits that the picker lists.
const MOST_VISITS: usize = 500;

const TABS: [Tab<DetailsTab>; 6] = [
    Tab { value: DetailsTab::InputOutput, title: "Input and output", icon: "braces", id: "tab-visit-data" },
    Tab { value: DetailsTab::Facts, title: "Details", icon: "info", id: "tab-visit-facts" },
    Tab { value: DetailsTab::Definition, title: "Definition", icon: "code", id: "tab-visit-definition" },
    Tab { value: DetailsTab::Retries, title: "Retries", icon: "retry", id: "tab-visit-retries" },
    Tab { value: DetailsTab::Events, title: "Events", icon: "history", id: "tab-visit-events" },
    Tab { value: DetailsTab::Variables, title: "Variables", icon: "data-table", id: "tab-visit-variables" },
];

/// What is known of the visit that the cursor is in, and of the other visits of its state.
#[component]
pub fn VisitDetails() -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let studio = Studio::of_app();
    let page = studio.page;
    let tab = page.details_tab;
    let id = Memo::new(move |_| visit_of(studio).map(|(id, _)| id));
    let body = move || {
        let Some(id) = id.get() else {
            return view! {
                class = sheet,
                <p class="visit-none">
                    "No state has been entered here yet. Choose one that was visited: in the graph, among the steps or among the events."
                </p>
            }
            .into_any();
        };
        let made = page.model.get();
        let Some(visit) = made.model.visits().get(id).cloned() else { return ().into_any() };
        match tab.get() {
            DetailsTab::InputOutput => view! { <InputOutput visit=visit /> }.into_any(),
            DetailsTab::Facts => view! { <VisitFacts visit=visit /> }.into_any(),
            DetailsTab::Definition => view! { <StateText visit=visit /> }.into_any(),
            DetailsTab::Retries => view! { <Retries visit=visit /> }.into_any(),
            DetailsTab::Events => view! { <VisitEvents id=id visit=visit /> }.into_any(),
            DetailsTab::Variables => view! { <Variables /> }.into_any(),
        }
    };
    let panel_id = move || TABS.iter().find(|known| known.value == tab.get()).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <div class="visit">
            <VisitChoice />
            <Tabs tabs=TABS.to_vec() selected=tab label="Details of the state" count=|_| 0 />
            <div class="visit-body" role="tabpanel" id=move || format!("{}-panel", panel_id()) aria-labelledby=panel_id>
                {body}
            </div>
        </div>
    }
}

/// The visit that is told of: the one at the cursor or, at the end of a run, that of the state selected in the graph.
fn visit_of(studio: Studio) -> Option<(VisitId, Visit)> {
    match studio.looked_at() {
        Some(position) => studio.page.visit_at(position),
        None => studio.page.visit(),
    }
}

/// The state, its status, and which of its visits it is.
#[component]
fn VisitChoice() -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let studio = Studio::of_app();
    let page = studio.page;
    // All visits of the state: their number, status and where they are.
    let visits = Memo::new(move |_| {
        let Some((id, visit)) = visit_of(studio) else { return (None, Vec::new()) };
        page.model.with(|made| {
            let same: Vec<(VisitId, String)> = made
                .model
                .visits()
                .iter()
                .filter(|(_, other)| other.name == visit.name)
                .map(|(id, other)| (id, title_of(&made.model, other)))
                .collect();
            (Some(id), same)
        })
    });
    let head = move || {
        visit_of(studio).map(|(_, visit)| {
            let icon = status_look(visit.status).icon;
            view! {
                class = sheet,
                <h2 class="visit-name">{visit.name.to_string()}</h2>
                <span class="visit-status" data-status=visit.status.slug()>
                    {(!icon.is_empty()).then(|| view! { <Icon name=icon size=14 /> })}
                    {visit.status.name()}
                </span>
            }
        })
    };
    let go = move |id: VisitId| {
        let made = page.model.get_untracked();
        if let Some(visit) = made.model.visits().get(id) {
            page.go_to(EventId(visit.exited.unwrap_or(visit.last)));
        }
    };
    let step = move |by: isize| {
        visits.with_untracked(|(id, all)| {
            let at = all.iter().position(|(known, _)| Some(*known) == *id)?;
            all.get(at.checked_add_signed(by)?).map(|(id, _)| *id)
        })
    };
    let count = move || visits.with(|(_, all)| all.len());
    view! {
        class = sheet,
        <div class="visit-head">
            {head} <SelectedElsewhere /> <Show when=move || { count() > 1 }>
                <div class="visit-choice">
                    <button
                        type="button"
                        class="button quiet icon-only"
                        title="Visit before"
                        aria-label="Visit before"
                        on:click=move |_| {
                            if let Some(id) = step(-1) {
                                go(id);
                            }
                        }
                    >
                        <Icon name="chevron-up" />
                    </button>
                    <select
                        aria-label="Visit of the state"
                        on:change=move |event| {
                            if let Ok(number) = event_target_value(&event).parse() {
                                go(VisitId(number));
                            }
                        }
                    >
                        {move || {
                            let (id, all) = visits.get();
                            // Near the visit that is shown, where there are too many for a list.
                            let at = all.iter().position(|(known, _)| Some(*known) == id).unwrap_or(0);
                            let from = at.saturating_sub(MOST_VISITS / 2);
                            all.into_iter()
                                .skip(from)
                                .take(MOST_VISITS)
                                .map(|(known, title)| {
                                    view! {
                                        <option value=known.0.to_string() selected=Some(known) == id>
                                            {title}
                                        </option>
                                    }
                                })
                                .collect_view()
                        }}
                    </select>
                    <button
                        type="button"
                        class="button quiet icon-only"
                        title="Next visit"
                        aria-label="Next visit"
                        on:click=move |_| {
                            if let Some(id) = step(1) {
                                go(id);
                            }
                        }
                    >
                        <Icon name="chevron-down" />
                    </button>
                </div>
            </Show>
        </div>
    }
}

/// `Visit 3 · Iteration 2 · Failed`.
fn title_of(model: &HistoryModel, visit: &Visit) -> String {
    let row = model.row_of_event(EventId(visit.entered)).and_then(|row| model.rows().get(row));
    let around = row.and_then(|row| row.parent).and_then(|outer| model.rows().get(outer));
    let place = around.map_or(String::new(), |outer| format!(" · {}", outer.name));
    format!("Visit {}{place} · {}", visit.number + 1, visit.status.name())
}

fn shown(value: &Value) -> String {
    let pretty = value.without_text().to_pretty();
    match pretty.char_indices().nth(MOST_SHOWN) {
        None => pretty,
        Some((offset, _)) => {
            let (begin, rest) = pretty.split_at(offset);
            format!("{begin}\n… {} more bytes.", rest.len())
        }
    }
}

#[component]
fn InputOutput(visit: Visit) -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let made = Studio::of_app().page.model.get_untracked();
    let part = |title: &'static str, value: Option<&Value>| match value {
        Some(value) => {
            let size = bytes_text(value.text_len());
            view! {
                class = sheet,
                <h3 class="visit-title">
                    {title} <span class="visit-note">{format!("{size} of at most 256 KiB")}</span>
                </h3>
                <pre class="visit-text" tabindex="0" aria-label=title>
                    {shown(value)}
                </pre>
            }
            .into_any()
        }
        None => view! {
            class = sheet,
            <h3 class="visit-title">{title}</h3>
            <p class="visit-none">"None: the state was not left."</p>
        }
        .into_any(),
    };
    // A state that was tried again with success has not failed.
    let is_past = visit.status == debugger::StateStatus::Succeeded;
    let failure = visit.failure.as_ref().map(|failure| {
        let text = failure.cause.as_deref().unwrap_or_default().to_owned();
        let title = match is_past {
            true => format!("An earlier attempt failed: {}", failure.name()),
            false => failure.name().to_owned(),
        };
        view! {
            class = sheet,
            <div class="visit-failure" class:past=is_past>
                <h3>{title}</h3>
                <p>{text}</p>
            </div>
        }
    });
    let parts = (part("Input", made.model.input_of(&visit)), part("Output", made.model.output_of(&visit)));
    view! {
        {failure}
        {parts}
    }
}

#[component]
fn VisitFacts(visit: Visit) -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let page = Studio::of_app().page;
    let made = page.model.get_untracked();
    let model = &made.model;
    let mut facts: Vec<(&'static str, String)> = vec![
        ("Type", visit.state_type.name().to_owned()),
        ("Status", visit.status.name().to_owned()),
        ("Entered", visit.entered_at.to_string()),
    ];
    if let Some(ended) = visit.ended_at {
        facts.push(("Ended", ended.to_string()));
    }
    facts.push(("Duration", duration_text(visit.millis(made.now))));
    let events = model.history().iter().skip(visit.entered.saturating_sub(1) as usize);
    let own = events.take_while(|event| event.id.0 <= visit.last).filter(|event| event.frame == visit.frame);
    let mut map_run = None;
    for event in own {
        match &event.details {
            engine::Details::TaskScheduled(scheduled)
            | engine::Details::LambdaFunctionScheduled(scheduled)
            | engine::Details::ActivityScheduled(scheduled) => {
                facts.push(("Resource", scheduled.resource.arn.to_string()));
                for (name, seconds) in
                    [("Timeout", scheduled.timeout_seconds), ("Heartbeat", scheduled.heartbeat_seconds)]
                {
                    if let Some(seconds) = seconds {
                        facts.push((name, format!("{seconds} s")));
                    }
                }
                break;
            }
            engine::Details::MapStateStarted { length } => facts.push(("Items", length.to_string())),
            engine::Details::MapRunStarted { map_run_arn } => {
                facts.push(("Map Run", map_run_arn.to_string()));
                map_run = Some(map_run_arn.clone());
            }
            _ => {}
        }
    }
    facts.push(("Attempts", visit.attempts.len().max(1).to_string()));
    facts.push(("Visit", format!("{}", visit.number + 1)));
    if let Some(map_run) = map_run {
        facts.extend(item_counts(&map_run));
    } else if visit.state_type == asl::StateType::Map {
        facts.extend(iteration_counts(model, &visit));
    }
    let facts: Vec<_> = facts
        .into_iter()
        .map(|(name, value)| {
            view! {
                class = sheet,
                <dt>{name}</dt>
                <dd>{value}</dd>
            }
        })
        .collect();
    view! {
        class = sheet,
        <dl class="visit-facts">{facts}</dl>
    }
}

/// What became of the iterations of an inline Map.
fn iteration_counts(model: &HistoryModel, visit: &Visit) -> Vec<(&'static str, String)> {
    let row = model.row_of_event(EventId(visit.entered));
    let inside = model.rows().iter().filter(|inner| inner.parent.is_some() && inner.parent == row);
    let mut counts: std::collections::BTreeMap<debugger::StateStatus, usize> = Default::default();
    for iteration in inside.filter(|inner| matches!(inner.kind, debugger::RowKind::Frame(..))) {
        *counts.entry(iteration.status).or_default() += 1;
    }
    counts.into_iter().map(|(status, count)| (status.name(), count.to_string())).collect()
}

fn item_counts(map_run: &str) -> Vec<(&'static str, String)> {
    let counted = Studio::of_app().runs.with_run_untracked(|run| {
        let records = run.session.recorded().map_runs();
        records.iter().find(|record| *record.arn == *map_run).map(|record| record.item_counts)
    });
    let Some(counts) = counted.flatten() else { return Vec::new() };
    [
        ("Items succeeded", counts.succeeded),
        ("Items failed", counts.failed),
        ("Items aborted", counts.aborted),
        ("Items timed out", counts.timed_out),
        ("Items pending", counts.pending),
        ("Items running", counts.running),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(name, count)| (name, count.to_string()))
    .collect()
}

/// The state's own part of the definition that ran.
#[component]
fn StateText(visit: Visit) -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let runs = Studio::of_app().runs;
    let text = runs.with_run_untracked(|run| {
        let document = Document::parse(&run.definition);
        let state = document.states().find(|state| Some(state.id()) == visit.state)?;
        let span = document.tree().span(state.member());
        document.text().get(span.range()).map(str::to_owned)
    });
    let text = text.flatten().unwrap_or_else(|| "The definition that ran has no such state.".to_owned());
    view! {
        class = sheet,
        <pre class="visit-text" tabindex="0" aria-label="Definition of the state">
            {text}
        </pre>
    }
}

#[component]
fn Retries(visit: Visit) -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let page = Studio::of_app().page;
    let made = page.model.get_untracked();
    let redrives = made
        .model
        .history()
        .iter()
        .filter(|event| event.event_type == engine::EventType::ExecutionRedriven)
        .filter(|event| visit.entered < event.id.0 && event.id.0 < visit.last)
        .count();
    let mut before_ended = None;
    let rows: Vec<_> = visit
        .attempts
        .iter()
        .enumerate()
        .map(|(number, attempt)| {
            let backoff = before_ended.map(|ended| duration_text(attempt.from - ended)).unwrap_or_default();
            before_ended = attempt.to;
            let lasted = duration_text(attempt.to.unwrap_or(made.now) - attempt.from);
            let outcome = match &attempt.failure {
                Some(failure) => failure.name().to_owned(),
                None => attempt.status().name().to_owned(),
            };
            let begun = EventId(attempt.begun);
            view! {
                class = sheet,
                <tr>
                    <td>
                        <button type="button" class="button quiet visit-link" on:click=move |_| page.go_to(begun)>
                            {number + 1}
                        </button>
                    </td>
                    <td>{outcome}</td>
                    <td>{backoff}</td>
                    <td>{lasted}</td>
                </tr>
            }
        })
        .collect();
    let note = match (visit.retries(), redrives) {
        (0, 0) => "The state was not tried again.".to_owned(),
        (retries, 0) => format!("{retries} retries."),
        (retries, redrives) => format!("{retries} retries, {redrives} redrives."),
    };
    view! {
        class = sheet,
        <p class="visit-note">{note}</p>
        <table class="visit-table">
            <thead>
                <tr>
                    <th>"Attempt"</th>
                    <th>"Outcome"</th>
                    <th>"After"</th>
                    <th>"Took"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

#[component]
fn VisitEvents(id: VisitId, visit: Visit) -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let page = Studio::of_app().page;
    let made = page.model.get_untracked();
    let model = &made.model;
    let own = (visit.entered..=visit.last).filter(|position| model.visits().at(*position) == Some(id));
    let rows: Vec<_> = own
        .take(MOST_EVENTS)
        .filter_map(|position| model.history().event(EventId(position)))
        .map(|event| {
            let event_id = event.id;
            let is_here = move || {
                page.model.track();
                page.visit();
                page.event_at_cursor().is_some_and(|here| here.event == event_id)
            };
            view! {
                class = sheet,
                <li class:here=is_here>
                    <button type="button" class="button quiet visit-link" on:click=move |_| page.go_to(event_id)>
                        {format!("{} {}", model.told_id(event_id), event.event_type.name())}
                    </button>
                    <span class="visit-note">
                        {format!("+{}", duration_text(event.timestamp - visit.entered_at))}
                    </span>
                </li>
            }
        })
        .collect();
    view! {
        class = sheet,
        <ul class="visit-events">{rows}</ul>
    }
}

/// The variables at the cursor, by scope.
#[component]
fn Variables() -> impl IntoView {
    let sheet = style_sheet!("style/visit_details.css");
    let studio = Studio::of_app();
    let scopes = move || {
        let looked_at = studio.looked_at();
        let scopes = studio.runs.with_picture(|run| {
            run.session.scopes(looked_at.unwrap_or_else(|| run.session.cursor().position))
        });
        let scopes = scopes.unwrap_or_default();
        let variables: Vec<(Str, Value, &'static str)> = scopes
            .into_iter()
            .flat_map(|scope| scope.variables)
            .map(|variable| {
                let change = match variable.change {
                    VariableChange::Same => "",
                    VariableChange::New => "new",
                    VariableChange::Changed { .. } => "changed",
                };
                (variable.name, variable.value, change)
            })
            .collect();
        if variables.is_empty() {
            return view! {
                class = sheet,
                <p class="visit-none">"No variables are set here."</p>
            }
            .into_any();
        }
        variables
            .into_iter()
            .map(|(name, value, change)| {
                view! {
                    class = sheet,
                    <h3 class="visit-title">
                        {format!("${name}")} <span class="visit-note">{change}</span>
                    </h3>
                    <pre class="visit-text" tabindex="0">
                        {shown(&value)}
                    </pre>
                }
            })
            .collect_view()
            .into_any()
    };
    view! { {scopes} }
}
