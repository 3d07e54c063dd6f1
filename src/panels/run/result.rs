use debugger::cost::{Cost, Prices, cost_of, dollars_text};
use debugger::{bytes_text, count_text, duration_text};
use engine::Execution;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::Command;
use crate::state::{RunPhase, Studio};
use crate::ui::{CommandButton, Icon};

/// Texts longer than this are cut in the page; copying gives all.
const MOST_SHOWN: usize = 100_000;

/// The execution as a whole: how it ended and why, what it cost, what went in and came out.
#[component]
pub fn RunResult() -> impl IntoView {
    let sheet = style_sheet!("style/result.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let phase = Memo::new(move |_| runs.phase());
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
    // Of a run of one's own: what it reads is given beside it.
    let lacks_object = Memo::new(move |_| {
        let is_own = runs.with_run(|run| run.session.recording.is_none()).unwrap_or(false);
        let error = runs.with_execution(failure_of).flatten().map(|(error, _)| error);
        is_own && error.is_some_and(|error| error == "States.ItemReaderFailed")
    });
    let remarks = move || {
        let remarks = runs.with_run(|run| {
            run.session.recording.as_ref().map(|recording| recording.remarks.clone()).unwrap_or_default()
        });
        let remarks = remarks.unwrap_or_default().into_iter().map(|remark| {
            view! {
                class = sheet,
                <p class="remark">{remark}</p>
            }
        });
        remarks.collect_view()
    };
    let input = Memo::new(move |_| {
        runs.with_run(|run| run.session.input.without_text().to_pretty()).unwrap_or_default()
    });
    let output = Memo::new(move |_| runs.output().map(|output| output.without_text().to_pretty()));
    view! {
        class = sheet,
        <div class="result" data-phase=move || format!("{:?}", phase.get()).to_lowercase()>
            <Show
                when=move || phase.get() != RunPhase::None
                fallback=move || {
                    view! {
                        class = sheet,
                        <div class="result-none">
                            <p>
                                "Run the workflow to see here what comes out, and in the graph which way it took. \
                                Or open a history that AWS recorded: drop the file or paste the text."
                            </p>
                            <div class="result-actions">
                                <CommandButton command=Command::Run label="Run" look="primary" />
                                <CommandButton command=Command::OpenFile label="Open a history…" />
                            </div>
                        </div>
                    }
                }
            >
                <div class="result-head">
                    <p class="result-status" data-testid="status">
                        {move || view! { <Icon name=phase_icon(phase.get()) size=18 /> }}
                        {move || phase.get().title()}
                    </p>
                    <div class="result-actions">
                        <CommandButton command=Command::TakeAnswers look="quiet" />
                        <CommandButton command=Command::ExportHistory look="quiet" />
                        <CommandButton command=Command::ShowComparison look="quiet" />
                        <CommandButton command=Command::CopyLink look="quiet" />
                    </div>
                    <dl class="facts">
                        <Facts />
                    </dl>
                </div>
                <Show when=move || phase.get() == RunPhase::NeedsTask>
                    <div>
                        <CommandButton command=Command::ShowTasks label="Answer the task" look="primary" />
                    </div>
                </Show>
                {failure}
                <Show when=move || lacks_object.get()>
                    <div>
                        <CommandButton command=Command::ShowObjects label="Give it the objects in S3" />
                    </div>
                </Show>
                {remarks}
                <div class="payloads">
                    <Payload title="Input" text=Signal::derive(move || Some(input.get())) />
                    <Payload title="Output" text=Signal::derive(move || output.get()) />
                </div>
                <RanDefinition />
            </Show>
        </div>
    }
}

/// The figures of the execution.
#[component]
pub fn Facts() -> impl IntoView {
    let sheet = style_sheet!("style/result.css");
    let runs = Studio::of_app().runs;
    let facts = move || {
        let facts = runs.with_run(|run| {
            let execution = run.session.recorded();
            let own = execution.run(engine::RunId(0));
            let (first, last) = (execution.history().get(0), execution.history().last());
            let duration = match (first, last) {
                (Some(first), Some(last)) => last.timestamp - first.timestamp,
                _ => 0,
            };
            let is_recording = run.session.recording.is_some();
            let mut facts = vec![
                (
                    if is_recording { "Duration" } else { "Duration in virtual time" },
                    duration_text(duration),
                    String::new(),
                ),
                ("State transitions", count_text(execution.transitions()), String::new()),
                (
                    "Events",
                    count_text(execution.history().len() as u64),
                    "AWS ends an execution at 25,000 events.".to_owned(),
                ),
            ];
            let cost = cost_of(execution, &Prices::US_EAST_1);
            let kind = own.map_or("Standard", |own| match own.execution_type.is_express() {
                true => "Express",
                false => "Standard",
            });
            facts.push(("Billed", format!("{} · {kind}", dollars_text(cost.dollars)), tip_of(&cost)));
            if let Some(first) = first {
                facts.push(("Started", first.timestamp.to_iso(), String::new()));
            }
            if let Some(last) = last.filter(|last| last.event_type.is_terminal()) {
                facts.push(("Ended", last.timestamp.to_iso(), String::new()));
            }
            let recording = run.session.recording.as_deref();
            let redrives = match recording {
                Some(recording) => recording.redrive_count.unwrap_or(0),
                None => {
                    let is_redrive = |event: &&engine::HistoryEvent| {
                        event.event_type == engine::EventType::ExecutionRedriven
                    };
                    i64::try_from(execution.history().iter().filter(is_redrive).count()).unwrap_or(0)
                }
            };
            if redrives > 0 {
                facts.push(("Redrives", redrives.to_string(), String::new()));
            }
            // Of those that have succeeded, nobody asks.
            let outcome = run.session.outcome();
            let has_failed = outcome.is_some_and(|outcome| outcome.status != engine::Status::Succeeded);
            if !is_recording && has_failed {
                let (status, reason) = match execution.redrivable() {
                    Ok(()) => ("REDRIVABLE", ""),
                    Err(error) => ("NOT_REDRIVABLE", error.reason()),
                };
                facts.push(("Redrive status", status.to_owned(), reason.to_owned()));
            }
            if let Some(arn) = recording.and_then(|recording| recording.execution_arn.clone()) {
                facts.push(("Recorded as", arn.to_string(), String::new()));
            }
            facts
        });
        let facts = facts.unwrap_or_default().into_iter().map(|(name, value, tip)| {
            view! {
                class = sheet,
                <div class="fact" title=tip>
                    <dt>{name}</dt>
                    <dd>{value}</dd>
                </div>
            }
        });
        facts.collect_view()
    };
    view! { {facts} }
}

/// What a cost is made of.
fn tip_of(cost: &Cost) -> String {
    let prices = Prices::US_EAST_1;
    let mut parts = Vec::new();
    if cost.transitions > 0 {
        parts.push(format!("{} state transitions", count_text(cost.transitions)));
    }
    if cost.requests > 0 {
        parts.push(format!(
            "{} Express requests, {} at up to {} MB",
            count_text(cost.requests),
            duration_text(cost.express_millis),
            cost.express_memory_mb,
        ));
    }
    format!(
        "{}. List prices of {} for {}, without the free tier and without what the called services cost.",
        parts.join("; "),
        prices.as_of,
        prices.region,
    )
}

/// A value of the execution, with its size.
#[component]
pub fn Payload(title: &'static str, text: Signal<Option<String>>) -> impl IntoView {
    let sheet = style_sheet!("style/payload.css");
    let studio = Studio::of_app();
    let test_id = title.to_lowercase();
    let copy = move |_| {
        let text = text.get_untracked().unwrap_or_default();
        studio.put_on_clipboard(text, format!("The {} is on the clipboard.", title.to_lowercase()));
    };
    view! {
        class = sheet,
        <Show when=move || text.with(Option::is_some)>
            <section class="payload" aria-label=title>
                <div class="payload-head">
                    <h3>{title}</h3>
                    <span class="payload-size">
                        {move || text.with(|text| bytes_text(text.as_ref().map_or(0, String::len)))}
                    </span>
                    <button type="button" class="button quiet" on:click=copy>
                        <Icon name="copy" />
                        "Copy"
                    </button>
                </div>
                <pre class="payload-text" tabindex="0" aria-label=title data-testid=test_id.clone()>
                    {move || text.with(|text| shortened(text.as_deref().unwrap_or_default()))}
                </pre>
            </section>
        </Show>
    }
}

/// The definition that ran, where it is not the one in the editor any more.
#[component]
fn RanDefinition() -> impl IntoView {
    let sheet = style_sheet!("style/payload.css");
    let studio = Studio::of_app();
    let text = Memo::new(move |_| studio.runs.with_run(|run| run.definition.clone()).unwrap_or_default());
    let is_other = move || studio.workspace.definition.with(|present| text.with(|text| text != present));
    view! {
        class = sheet,
        <Show when=is_other>
            <details class="ran">
                <summary>"The definition was changed since: this is the one that ran"</summary>
                <pre class="payload-text" tabindex="0">
                    {move || text.with(|text| shortened(text))}
                </pre>
            </details>
        </Show>
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

pub fn failure_of(execution: &Execution) -> Option<(String, String)> {
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

pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        None => text.to_owned(),
        Some((offset, _)) => {
            let (shown, rest) = text.split_at(offset);
            format!("{shown}\n… {} more bytes: copy the text to see all.", rest.len())
        }
    }
}
