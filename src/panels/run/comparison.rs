use debugger::diff::{Change, ChangeKind, diff};
use debugger::{
    Difference, HistoryModel, Pair, RunComparison, StateStatus, VisitId, compare_runs, difference_text,
    duration_text,
};
use engine::{EventType, Failure, RunId};
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::status_look;
use crate::state::{RunKey, Shared, Studio};
use crate::ui::{Icon, VirtualList};

const ROW_HEIGHT: f64 = 30.0;
/// Differences of a value that are listed.
const MOST_CHANGES: usize = 100;
/// Letters of a value that are shown.
const MOST_LETTERS: usize = 300;

/// The two runs, and what differs between them.
struct Compared {
    left: HistoryModel,
    right: HistoryModel,
    left_key: RunKey,
    right_key: RunKey,
    left_name: String,
    right_name: String,
    comparison: RunComparison,
}

/// Two runs side by side: where they part, and what differs in path, data and time.
#[component]
pub fn Comparison() -> impl IntoView {
    let sheet = style_sheet!("style/comparison.css");
    let studio = Studio::of_app();
    let (runs, page) = (studio.runs, studio.page);
    let others = Memo::new(move |_| {
        let current = runs.current.get();
        runs.list().into_iter().rev().filter(|run| Some(run.key) != current).collect::<Vec<_>>()
    });
    // Until another one is chosen, the run before.
    let other = Memo::new(move |_| {
        let chosen = page.compared.get();
        let current = runs.current.get();
        others.with(|others| {
            let is_there = chosen.filter(|key| others.iter().any(|run| run.key == *key));
            is_there.or_else(|| {
                let before = others.iter().find(|run| Some(run.key) < current);
                before.or(others.first()).map(|run| run.key)
            })
        })
    });
    let compared = Memo::new(move |_| {
        page.model.track();
        let (left_key, right_key) = (runs.current.get()?, other.get()?);
        let read = |key: RunKey| {
            let read = runs.with_run_of(key, |run| {
                let mut model = HistoryModel::of_run(run.session.recorded(), RunId(0))?;
                if let Some(recording) = &run.session.recording {
                    model.name_ids(recording.ids.clone());
                }
                Some((model, run.name.clone()))
            });
            read.flatten()
        };
        let (left, left_name) = read(left_key)?;
        let (right, right_name) = read(right_key)?;
        let comparison = compare_runs(&left, &right);
        Some(Shared::new(Compared { left, right, left_key, right_key, left_name, right_name, comparison }))
    });
    let only_different = RwSignal::new(false);
    let shown = Memo::new(move |_| {
        let only = only_different.get();
        compared.with(|compared| {
            let pairs =
                compared.as_ref().map(|compared| compared.comparison.pairs.as_slice()).unwrap_or_default();
            let listed = pairs.iter().enumerate().filter(|(_, pair)| !only || differs(pair));
            Shared::new(listed.map(|(index, _)| index).collect::<Vec<usize>>())
        })
    });
    let count = Signal::derive(move || shown.with(|shown| shown.len()));
    let selected = RwSignal::new(None::<usize>);
    // Where they part is what one wants to see.
    Effect::new(move |_| {
        let first = compared.with(|compared| compared.as_ref().and_then(|it| it.comparison.first_divergence));
        let index =
            first.and_then(|first| shown.with_untracked(|shown| shown.iter().position(|at| *at == first)));
        selected.set(index);
    });
    let pair_at = move |index: usize| -> Option<(Shared<Compared>, Pair)> {
        let compared = compared.get()?;
        let pair = compared.comparison.pairs.get(shown.with(|shown| shown.get(index).copied())?)?.clone();
        Some((compared, pair))
    };
    view! {
        class = sheet,
        <div class="comparison">
            <Show
                when=move || compared.with(Option::is_some)
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="comparison-none">
                            "Two runs are needed to compare: run the workflow again, with another input, other answers or a changed definition."
                        </p>
                    }
                }
            >
                <div class="comparison-head">
                    <p class="comparison-sentence" data-testid="comparison">
                        {move || compared.with(|compared| compared.as_ref().map(|it| sentence(it)).unwrap_or_default())}
                    </p>
                    <label class="comparison-choice">
                        "Compare with "
                        <select
                            aria-label="Run to compare with"
                            on:change=move |event| {
                                page.compared.set(event_target_value(&event).parse().ok().map(RunKey));
                            }
                        >
                            {move || {
                                others
                                    .get()
                                    .into_iter()
                                    .map(|run| {
                                        view! {
                                            <option value=run.key.0.to_string() selected=move || other.get() == Some(run.key)>
                                                {format!("{} · {}", run.name, run.phase.title())}
                                            </option>
                                        }
                                    })
                                    .collect_view()
                            }}
                        </select>
                    </label>
                    <label class="comparison-choice">
                        <input
                            type="checkbox"
                            prop:checked=move || only_different.get()
                            on:change=move |event| only_different.set(event_target_checked(&event))
                        />
                        "Only differences"
                    </label>
                </div>
                <div class="comparison-body">
                    <div class="comparison-list">
                        <div class="pair-head" aria-hidden="true">
                            <span>"State"</span>
                            <span>
                                {move || compared.with(|it| it.as_ref().map(|it| it.left_name.clone()).unwrap_or_default())}
                            </span>
                            <span>
                                {move || compared.with(|it| it.as_ref().map(|it| it.right_name.clone()).unwrap_or_default())}
                            </span>
                            <span>"What differs"</span>
                        </div>
                        <VirtualList
                            count=count
                            row_height=ROW_HEIGHT
                            label=Signal::derive(move || format!("{} visits of states", count.get()))
                            selected=selected
                            row=move |index| {
                                let pair = Memo::new(move |_| pair_at(index.get()).map(|(it, pair)| facts_of(&it, &pair)));
                                view! { <PairRow pair=pair /> }
                            }
                        />
                    </div>
                    {move || {
                        selected
                            .get()
                            .and_then(pair_at)
                            .map(|(compared, pair)| view! { <PairDetails compared=compared pair=pair /> })
                    }}
                </div>
            </Show>
        </div>
    }
}

/// What a row shows.
#[derive(Clone, PartialEq)]
struct Facts {
    name: Str,
    left: Option<(StateStatus, String)>,
    right: Option<(StateStatus, String)>,
    words: String,
    differs: bool,
    is_first: bool,
}

fn differs(pair: &Pair) -> bool {
    let Difference { input, output, status, attempts, millis } = pair.difference;
    pair.left.is_none() || pair.right.is_none() || input || output || status || attempts || millis != 0
}

fn facts_of(compared: &Compared, pair: &Pair) -> Facts {
    let side = |model: &HistoryModel, visit: Option<VisitId>| {
        let visit = model.visits().get(visit?)?;
        let end = model.history().last().map(|last| last.timestamp).unwrap_or_default();
        Some((visit.status, duration_text(visit.millis(end))))
    };
    let comparison = &compared.comparison;
    let first = comparison.first_divergence.and_then(|first| comparison.pairs.get(first));
    Facts {
        name: pair.name.clone(),
        left: side(&compared.left, pair.left),
        right: side(&compared.right, pair.right),
        words: words_of(compared, pair),
        differs: differs(pair),
        is_first: first.is_some_and(|first| (first.left, first.right) == (pair.left, pair.right)),
    }
}

fn words_of(compared: &Compared, pair: &Pair) -> String {
    match (pair.left, pair.right) {
        (Some(_), None) => return format!("only in {}", compared.left_name),
        (None, _) => return format!("only in {}", compared.right_name),
        _ => {}
    }
    let Difference { input, output, status, attempts, millis } = pair.difference;
    let mut words = Vec::new();
    for (is_so, word) in [(status, "status"), (input, "input"), (output, "output"), (attempts, "attempts")] {
        if is_so {
            words.push(word.to_owned());
        }
    }
    if millis != 0 {
        words.push(difference_text(millis));
    }
    if words.is_empty() { "–".to_owned() } else { words.join(", ") }
}

/// Where the runs part, and what came of it.
fn sentence(compared: &Compared) -> String {
    let Compared { comparison, left_name, right_name, .. } = compared;
    let first = comparison.first_divergence.and_then(|first| comparison.pairs.get(first));
    let parts = match first {
        None => "The runs went the same way with the same data.".to_owned(),
        Some(first) => format!("They part at {}: {}.", first.name, words_of(compared, first)),
    };
    let end = end_told(compared);
    let has_ended =
        |model: &HistoryModel| model.history().last().is_some_and(|last| last.event_type.is_terminal());
    // How long a run takes that goes on is not known yet.
    if !has_ended(&compared.left) || !has_ended(&compared.right) {
        return format!("{parts} {end}");
    }
    let time = match comparison.millis {
        0 => "Both took the same time.".to_owned(),
        more if more > 0 => format!("{right_name} took {} more.", duration_text(more)),
        less => format!("{left_name} took {} more.", duration_text(-less)),
    };
    format!("{parts} {end} {time}")
}

/// How the runs ended: outputs are compared only where both have one.
fn end_told(compared: &Compared) -> String {
    let Compared { comparison, left, right, left_name, right_name, .. } = compared;
    let ended = |model: &HistoryModel| {
        let last = model.history().last();
        match last.map(|last| last.event_type) {
            Some(EventType::ExecutionSucceeded) => "succeeded".to_owned(),
            Some(EventType::ExecutionTimedOut) => "timed out".to_owned(),
            Some(EventType::ExecutionAborted) => "was stopped".to_owned(),
            Some(EventType::ExecutionFailed) => {
                match last.and_then(|last| last.details.failure()).map_or("", Failure::name) {
                    "" => "failed".to_owned(),
                    error => format!("failed with {error}"),
                }
            }
            _ => "has not ended".to_owned(),
        }
    };
    let (of_left, of_right) = (ended(left), ended(right));
    if of_left != of_right {
        return format!("{left_name} {of_left}, {right_name} {of_right}.");
    }
    match (&*of_left, comparison.output.changes.len(), comparison.output.is_truncated) {
        ("succeeded", 0, _) => "The outputs are equal.".to_owned(),
        ("succeeded", 1, false) => "The outputs differ in 1 field.".to_owned(),
        ("succeeded", count, false) => format!("The outputs differ in {count} fields."),
        ("succeeded", count, true) => format!("The outputs differ in more than {count} fields."),
        ("has not ended", ..) => "Neither has ended.".to_owned(),
        ("was stopped", ..) => "Both were stopped.".to_owned(),
        _ => format!("Both {of_left}."),
    }
}

#[component]
fn PairRow(pair: Memo<Option<Facts>>) -> impl IntoView {
    let sheet = style_sheet!("style/pair_row.css");
    let side = move |left: bool| {
        move || {
            let told = pair.with(|pair| {
                pair.as_ref().and_then(|pair| if left { pair.left.clone() } else { pair.right.clone() })
            });
            match told {
                None => {
                    view! { class = sheet, <span class="pair-side missing">"not visited"</span> }.into_any()
                }
                Some((status, duration)) => view! {
                    class = sheet,
                    <span class="pair-side" data-status=status.slug()>
                        <Icon name=status_look(status).icon size=14 />
                        <span>{format!("{} · {duration}", status.name())}</span>
                    </span>
                }
                .into_any(),
            }
        }
    };
    view! {
        class = sheet,
        <div
            class="pair-row"
            class:differs=move || pair.with(|pair| pair.as_ref().is_some_and(|pair| pair.differs))
            class:first=move || pair.with(|pair| pair.as_ref().is_some_and(|pair| pair.is_first))
        >
            <span class="pair-name">
                {move || pair.with(|pair| pair.as_ref().map(|pair| pair.name.to_string()).unwrap_or_default())}
            </span>
            {side(true)}
            {side(false)}
            <span class="pair-words">
                {move || pair.with(|pair| pair.as_ref().map(|pair| pair.words.clone()).unwrap_or_default())}
            </span>
        </div>
    }
}

/// The data of a visit in both runs, as differences, with ways to both.
#[component]
fn PairDetails(compared: Shared<Compared>, pair: Pair) -> impl IntoView {
    let sheet = style_sheet!("style/pair_details.css");
    let studio = Studio::of_app();
    let (left, right) = (&compared.left, &compared.right);
    let one = pair.left.and_then(|id| left.visits().get(id));
    let other = pair.right.and_then(|id| right.visits().get(id));
    let go = move |key: RunKey, position: u32| {
        studio.runs.choose(key);
        let event = engine::EventRef { run: RunId(0), event: engine::EventId(position) };
        let position = studio.runs.with_run_untracked(|run| run.session.position_of(event)).flatten();
        if let Some(position) = position {
            studio.runs.seek(position);
        }
    };
    let link = |name: &str, key: RunKey, visit: Option<&debugger::Visit>| {
        let position = visit.map(|visit| visit.exited.unwrap_or(visit.last));
        position.map(|position| {
            let title = format!("Show it in {name}");
            view! {
                class = sheet,
                <button type="button" class="button quiet pair-link" on:click=move |_| go(key, position)>
                    {title}
                </button>
            }
        })
    };
    let links = (
        link(&compared.left_name, compared.left_key, one),
        link(&compared.right_name, compared.right_key, other),
    );
    let section = |title: &'static str, before: Option<&Value>, after: Option<&Value>| {
        let (Some(before), Some(after)) = (before, after) else { return None };
        let found = diff(before, after, MOST_CHANGES);
        let note = match (found.changes.len(), found.is_truncated) {
            (0, _) => "equal".to_owned(),
            (count, false) => format!("{count} {}", if count == 1 { "difference" } else { "differences" }),
            (count, true) => format!("the first {count} differences"),
        };
        let changes: Vec<_> = found.changes.iter().map(change_view).collect();
        Some(view! {
            class = sheet,
            <h4>
                {title} <span class="pair-note">{note}</span>
            </h4>
            <dl class="changes">{changes}</dl>
        })
    };
    let sections = match (one, other) {
        (Some(one), Some(other)) => (
            section("Input", left.input_of(one), right.input_of(other)),
            section("Output", left.output_of(one), right.output_of(other)),
        ),
        _ => (None, None),
    };
    let failures: Vec<_> = [(&compared.left_name, one), (&compared.right_name, other)]
        .into_iter()
        .filter_map(|(name, visit)| {
            let failure = visit?.failure.as_ref()?;
            let text = format!("{name}: {} {}", failure.name(), failure.cause.as_deref().unwrap_or_default());
            Some(view! { class = sheet, <p class="pair-failure">{clipped(&text)}</p> })
        })
        .collect();
    view! {
        class = sheet,
        <section class="pair-details" aria-label="Differences" tabindex="0">
            <h3>{pair.name.to_string()}</h3>
            <div class="pair-links">{links}</div>
            {failures}
            {sections}
        </section>
    }
}

fn change_view(change: &Change) -> impl IntoView + use<> {
    let sheet = style_sheet!("style/pair_details.css");
    let (before, after) = match &change.kind {
        ChangeKind::Added(value) => (None, Some(value)),
        ChangeKind::Removed(value) => (Some(value), None),
        ChangeKind::Changed { from, to } => (Some(from), Some(to)),
    };
    let pointer = if change.pointer.is_empty() { "all of it".to_owned() } else { change.pointer.clone() };
    let part = |value: Option<&Value>, kind: &'static str, sign: &'static str| {
        value.map(|value| {
            let text = clipped(&value.to_text());
            view! {
                class = sheet,
                <dd class="change" data-kind=kind>
                    <span class="change-sign">{sign}</span>
                    {text}
                </dd>
            }
        })
    };
    let parts = (part(before, "before", "−"), part(after, "after", "+"));
    view! {
        class = sheet,
        <dt>{pointer}</dt>
        {parts}
    }
}

fn clipped(text: &str) -> String {
    match text.char_indices().nth(MOST_LETTERS) {
        None => text.to_owned(),
        Some((offset, _)) => format!("{}…", text.split_at(offset).0),
    }
}
