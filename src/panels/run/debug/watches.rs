use debugger::{Query, Watched};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::super::data::short_text;
use crate::platform::dom;
use crate::state::{RunPhase, Studio};
use crate::ui::Icon;

/// Entries and exits of states that the history of a watch looks at.
const MOST_BOUNDARIES: usize = 4_000;
/// Places between two looks at the clock, and milliseconds of a frame that a history may use.
const PLACES_AT_ONCE: usize = 16;
const MS_PER_FRAME: f64 = 6.0;
/// Changes that are listed.
const MOST_LISTED: usize = 100;

/// What a watch came to at a place.
#[derive(Clone, PartialEq)]
struct Sample {
    position: u32,
    text: String,
    number: Option<f64>,
}

/// Expressions with their value at the cursor, and over time.
#[component]
pub fn Watches() -> impl IntoView {
    let sheet = style_sheet!("style/watches.css");
    let studio = Studio::of_app();
    let list = Memo::new(move |_| studio.watches());
    let fresh = studio.typed.field("watch", "expression", String::new());
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = fresh.get_untracked();
        if !text.trim().is_empty() {
            studio.add_watch(text.trim());
            fresh.set(String::new());
        }
    };
    view! {
        class = sheet,
        <ul class="watches">
            <For each=move || list.get() key=|text| text.clone() let(text)>
                <Watch text=text />
            </For>
        </ul>
        <form class="watch-form" on:submit=add>
            <input
                class="mono"
                aria-label="Expression to watch"
                placeholder="$states.input.total, or $.total"
                spellcheck="false"
                autocomplete="off"
                prop:value=move || fresh.get()
                on:input=move |event| fresh.set(event_target_value(&event))
            />
            <button type="submit" class="button">"Watch"</button>
        </form>
    }
}

#[component]
fn Watch(text: String) -> impl IntoView {
    let sheet = style_sheet!("style/watch.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let text = StoredValue::new(text);
    let compile = move |language| text.with_value(|text| Query::compile(text, language));
    let now = Memo::new(move |_| {
        if runs.phase() == RunPhase::Running {
            return None;
        }
        runs.with_picture(|run| {
            let query = compile(run.session.language());
            told(match query {
                Ok(query) => run.session.evaluate(&query),
                Err(problem) => Err(problem),
            })
        })
    });
    let is_open = RwSignal::new(false);
    let samples = RwSignal::new(Vec::<Sample>::new());
    let serial = StoredValue::new(0_u64);
    Effect::new(move |_| {
        runs.version.track();
        let is_running = runs.phase() == RunPhase::Running;
        serial.update_value(|serial| *serial += 1);
        if is_running {
            samples.set(Vec::new());
            return;
        }
        let begun = runs.with_run_untracked(|run| {
            let query = compile(run.session.machine.language).ok()?;
            Some((query, run.session.boundaries(run.session.len(), MOST_BOUNDARIES)))
        });
        match begun.flatten() {
            Some((query, places)) => {
                sample_on(
                    Sampling { studio, query, places, serial, of: serial.get_value() },
                    0,
                    Vec::new(),
                    samples,
                );
            }
            None => samples.set(Vec::new()),
        }
    });
    let line = move || {
        samples.with(|samples| {
            let numbers: Vec<(f64, f64)> = samples
                .iter()
                .filter_map(|sample| Some((f64::from(sample.position), sample.number?)))
                .collect();
            sparkline(&numbers)
        })
    };
    let name = text.get_value();
    let remove_label = format!("Stop watching {name}");
    view! {
        class = sheet,
        <li class="watch" data-look=move || now.get().map_or("none", |(look, _)| look)>
            <div class="watch-row">
                <button
                    type="button"
                    class="watch-open"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    on:click=move |_| is_open.update(|open| *open = !*open)
                >
                    <code class="watch-name">{name}</code>
                    <code class="watch-value">{move || now.get().map_or(String::new(), |(_, text)| text)}</code>
                </button>
                {move || {
                    line().map(|path| {
                        view! {
                            class = sheet,
                            <svg class="watch-line" width="72" height="20" viewBox="0 0 72 20" aria-hidden="true">
                                <path d=path></path>
                            </svg>
                        }
                    })
                }}
                <span class="watch-count">
                    {move || match samples.with(Vec::len) {
                        1 => "1 value".to_owned(),
                        count => format!("{count} values"),
                    }}
                </span>
                <button
                    type="button"
                    class="button quiet icon-only"
                    aria-label=remove_label
                    on:click=move |_| text.with_value(|text| studio.remove_watch(text))
                >
                    <Icon name="close" />
                </button>
            </div>
            <Show when=move || is_open.get()>
                <ol class="watch-samples">
                    {move || {
                        let cursor = runs.cursor.get().position;
                        let samples = samples.get();
                        let now = samples.iter().rposition(|sample| sample.position <= cursor);
                        let first = now.unwrap_or(0).saturating_sub(MOST_LISTED / 2);
                        samples
                            .into_iter()
                            .enumerate()
                            .skip(first)
                            .take(MOST_LISTED)
                            .map(|(index, sample)| {
                                view! {
                                    class = sheet,
                                    <li>
                                        <button
                                            type="button"
                                            class="watch-sample"
                                            aria-current=(now == Some(index)).then_some("true")
                                            on:click=move |_| runs.seek(sample.position)
                                        >
                                            <span class="watch-position">{sample.position}</span>
                                            <code>{sample.text}</code>
                                        </button>
                                    </li>
                                }
                            })
                            .collect_view()
                    }}
                </ol>
            </Show>
        </li>
    }
}

/// The history of a watch that is worked out.
struct Sampling {
    studio: Studio,
    query: Query,
    /// The positions to look at, oldest first.
    places: Vec<u32>,
    /// Counts up when this history is of no use any more: `of` is what it was at its beginning.
    serial: StoredValue<u64>,
    of: u64,
}

/// Looks at as many places as a part of a frame lasts, and goes on in the next one. What was known before stays in
/// sight until all is known.
fn sample_on(
    sampling: Sampling,
    from: usize,
    mut found: Vec<debugger::Sample>,
    samples: RwSignal<Vec<Sample>>,
) {
    let started = dom::now_ms();
    let mut next = from;
    let done = sampling.studio.runs.with_run_untracked(|run| {
        while let Some(position) = sampling.places.get(next) {
            if next.is_multiple_of(PLACES_AT_ONCE) && next > from && dom::now_ms() - started > MS_PER_FRAME {
                return false;
            }
            run.session.sample(&sampling.query, *position, &mut found);
            next += 1;
        }
        true
    });
    if done != Some(false) {
        let told = found.into_iter().map(|sample| {
            let number = match &sample.value {
                Ok(Some(value)) => value.as_f64(),
                _ => None,
            };
            Sample { position: sample.position, text: told(sample.value).1, number }
        });
        samples.set(told.collect());
        return;
    }
    request_animation_frame(move || {
        if sampling.serial.try_get_value() == Some(sampling.of) {
            sample_on(sampling, next, found, samples);
        }
    });
}

fn told(value: Watched) -> (&'static str, String) {
    match value {
        Ok(Some(value)) => ("value", short_text(&value, 200)),
        Ok(None) => ("none", "nothing".to_owned()),
        Err(problem) => ("error", problem),
    }
}

/// Numbers over positions as a stepped line in a field of 72 × 20; none where there is nothing to see.
fn sparkline(numbers: &[(f64, f64)]) -> Option<String> {
    let (first, last) = (numbers.first()?, numbers.last()?);
    if numbers.len() < 2 {
        return None;
    }
    let low = numbers.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    let high = numbers.iter().map(|(_, value)| *value).fold(f64::NEG_INFINITY, f64::max);
    let span = (last.0 - first.0).max(1.0);
    let mut path = String::new();
    for (position, value) in numbers {
        let x = 2.0 + (position - first.0) / span * 68.0;
        let y = if high > low { 18.0 - (value - low) / (high - low) * 16.0 } else { 10.0 };
        match path.is_empty() {
            true => path.push_str(&format!("M{x:.1} {y:.1}")),
            false => path.push_str(&format!("H{x:.1}V{y:.1}")),
        }
    }
    Some(path)
}
