use engine::Execution;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use crate::command::Command;
use crate::platform::clipboard;
use crate::state::{RunPhase, Studio};
use crate::ui::{CommandButton, Icon};

/// Texts longer than this are cut in the page; copying gives all.
const MOST_SHOWN: usize = 200_000;

/// What came out of the run.
#[component]
pub fn RunResult() -> impl IntoView {
    let sheet = style_sheet!("style/result.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let phase = Memo::new(move |_| runs.phase());
    let facts = move || {
        let facts = runs.with_execution(|execution| {
            let duration = execution.history().iter().last().map_or(0, |last| {
                last.timestamp.0
                    - execution.history().get(0).map_or(last.timestamp.0, |first| first.timestamp.0)
            });
            vec![
                ("Duration in virtual time", duration_text(duration)),
                ("State transitions", execution.transitions().to_string()),
                ("Events", execution.history().len().to_string()),
            ]
        });
        let facts = facts.unwrap_or_default().into_iter().map(|(name, value)| {
            view! {
                class = sheet,
                <div class="fact">
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        });
        facts.collect_view()
    };
    let failure = move || {
        runs.with_execution(failure_of).flatten().map(|(error, cause)| {
            view! {
                class = sheet,
                <div class="failure">
                    <h3>{error}</h3>
                    <pre class="cause" tabindex="0">{cause}</pre>
                </div>
            }
        })
    };
    let output = move || {
        runs.output().map(|output| {
            let pretty = output.without_text().to_pretty();
            let shown = shortened(&pretty);
            let text = StoredValue::new(pretty);
            view! {
                class = sheet,
                <div class="output">
                    <div class="output-head">
                        <h3>"Output"</h3>
                        <button
                            type="button"
                            class="button quiet"
                            on:click=move |_| {
                                let text = text.get_value();
                                spawn_local(async move {
                                    if clipboard::write(text).await {
                                        studio.shell.say("The output is on the clipboard.");
                                    }
                                });
                            }
                        >
                            <Icon name="copy" />
                            "Copy"
                        </button>
                    </div>
                    <pre class="output-text" tabindex="0" aria-label="Output" data-testid="output">{shown}</pre>
                </div>
            }
        })
    };
    view! {
        class = sheet,
        <div class="result" data-phase=move || format!("{:?}", phase.get()).to_lowercase()>
            <Show
                when=move || phase.get() != RunPhase::None
                fallback=move || {
                    view! {
                        class = sheet,
                        <div class="result-none">
                            <p>"Run the workflow to see here what comes out, and in the graph which way it took."</p>
                            <CommandButton command=Command::Run label="Run" look="primary" />
                        </div>
                    }
                }
            >
                <div class="result-head">
                    <p class="result-status" data-testid="status">
                        {move || view! { <Icon name=phase_icon(phase.get()) size=18 /> }}
                        {move || phase.get().title()}
                    </p>
                    <dl class="facts">{facts}</dl>
                </div>
                <Show when=move || phase.get() == RunPhase::NeedsTask>
                    <div>
                        <CommandButton command=Command::ShowTasks label="Answer the task" look="primary" />
                    </div>
                </Show>
                {failure}
                {output}
            </Show>
        </div>
    }
}

fn phase_icon(phase: RunPhase) -> &'static str {
    match phase {
        RunPhase::None | RunPhase::Running => "play",
        RunPhase::Paused => "pause",
        RunPhase::NeedsTask | RunPhase::Waiting => "clock",
        RunPhase::Succeeded => "check",
        RunPhase::Failed => "close",
        RunPhase::TimedOut => "clock",
        RunPhase::Aborted => "stop",
    }
}

fn failure_of(execution: &Execution) -> Option<(String, String)> {
    let outcome = execution.outcome()?;
    if outcome.error.is_none() && outcome.cause.is_none() {
        return None;
    }
    let error = outcome.error.as_deref().unwrap_or("No error name");
    let cause = outcome.cause.as_deref().unwrap_or("No cause was given.");
    // Many causes are JSON in a string: readable only when laid out.
    let cause = match json::parse(cause) {
        Ok(value) if value.as_object().is_some() => value.to_pretty(),
        _ => cause.to_owned(),
    };
    Some((error.to_owned(), shortened(&cause)))
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        None => text.to_owned(),
        Some((offset, _)) => {
            format!("{}\n… {} more bytes: copy the text to see all.", &text[..offset], text.len() - offset)
        }
    }
}

/// A duration in the two largest units that say something.
pub fn duration_text(milliseconds: i64) -> String {
    let total = milliseconds.max(0);
    if total < 1000 {
        return format!("{total} ms");
    }
    let (days, rest) = (total / 86_400_000, total % 86_400_000);
    let (hours, rest) = (rest / 3_600_000, rest % 3_600_000);
    let (minutes, rest) = (rest / 60_000, rest % 60_000);
    let seconds = rest as f64 / 1000.0;
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds} s"),
        (0, 0, _) => format!("{minutes} min {seconds:.0} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}
