//! What came of a test.

use engine::InspectionData;
use engine::test_state::TestStatus;
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::{Bench, Complaints};
use crate::panels::run::StageStrip;
use crate::state::{Shared, Studio, Tested, TrialField};
use crate::ui::{Icon, Json, JsonTree};

#[component]
pub fn Answer(
    bench: Bench,
    tested: RwSignal<Option<Shared<Tested>>>,
    complaints: RwSignal<Complaints>,
) -> impl IntoView {
    let sheet = style_sheet!("style/test_answer.css");
    let is_old = move || complaints.with(|complaints| !complaints.is_empty());
    let problems = move || {
        let found = complaints.with(|complaints| {
            let others = complaints.iter().filter(|(field, _)| *field == TrialField::State);
            others.map(|(_, message)| message.clone()).collect::<Vec<String>>()
        });
        found
            .into_iter()
            .map(|message| view! { class = sheet, <p class="answer-refused">{message}</p> })
            .collect_view()
    };
    let content = move || {
        let tested = tested.get()?;
        Some(view! { <Outcome bench=bench tested=tested /> })
    };
    view! {
        class = sheet,
        <div role="status" class="answer-status">
            {problems}
            <Show when=is_old>
                <p class="answer-old">
                    {move || {
                        if tested.with(Option::is_some) {
                            "This came of what was typed before. Correct what is marked to test the state again."
                        } else {
                            "Correct what is marked to test the state."
                        }
                    }}
                </p>
            </Show>
        </div>
        <div class="answer-now" class:old=is_old>
            {content}
        </div>
    }
}

#[component]
fn Outcome(bench: Bench, tested: Shared<Tested>) -> impl IntoView {
    let sheet = style_sheet!("style/test_answer.css");
    let studio = Studio::of_app();
    let response = &tested.response;
    let (tone, icon) = match response.status {
        TestStatus::Succeeded => ("succeeded", "check"),
        TestStatus::Failed => ("failed", "error-circle"),
        TestStatus::Retriable => ("running", "retry"),
        TestStatus::CaughtError => ("caught", "caught-error"),
    };
    let words = words_of(&tested);
    let failure = response.error.clone().map(|error| {
        let cause = response.cause.clone().unwrap_or_default();
        view! {
            class = sheet,
            <dl class="answer-failure">
                <dt>"Error"</dt>
                <dd>
                    <code>{error.to_string()}</code>
                </dd>
                {(!cause.is_empty())
                    .then(|| {
                        view! {
                            class = sheet,
                            <dt>"Cause"</dt>
                            <dd>{cause.to_string()}</dd>
                        }
                    })}
            </dl>
        }
    });
    let next = response.next_state.clone().map(|next| next_view(studio, bench, &tested, next));
    let shows_output = tested.stages.is_empty();
    let output = response.output.clone().filter(|_| shows_output).map(|output| {
        let output = Json(output);
        view! {
            class = sheet,
            <h3>"Output"</h3>
            <JsonTree
                value=Signal::derive(move || output.clone())
                label=Signal::derive(|| "Output".to_owned())
                most_height=420.0
            />
        }
    });
    let stages = (!shows_output).then(|| {
        let stages = tested.stages.clone();
        view! { <StageStrip stages=stages chosen=bench.stage /> }
    });
    let facts = response.inspection_data.as_ref().map(facts_of).unwrap_or_default();
    let facts = (!facts.is_empty()).then(|| {
        let rows = facts.into_iter().map(|(name, value)| {
            view! {
                class = sheet,
                <dt>{name}</dt>
                <dd>{value}</dd>
            }
        });
        let rows = rows.collect_view();
        view! { class = sheet, <dl class="answer-failure">{rows}</dl> }
    });
    let messages = response.inspection_data.as_ref().map(|data| {
        let messages = [("HTTP request", data.request.clone()), ("HTTP response", data.response.clone())];
        let messages = messages.into_iter().filter_map(|(title, message)| Some((title, Json(message?))));
        messages
            .map(|(title, message)| {
                view! {
                    class = sheet,
                    <h3>{title}</h3>
                    <JsonTree
                        value=Signal::derive(move || message.clone())
                        label=Signal::derive(move || title.to_owned())
                        most_height=220.0
                    />
                }
            })
            .collect_view()
    });
    let copied = RwSignal::new("");
    let copy = move |what: &'static str, text: String| {
        copied.set(what);
        studio.put_on_clipboard(text, format!("The {what} is on the clipboard."));
    };
    let (command, answer) = (tested.request.to_cli_command(), response.to_json().to_pretty());
    view! {
        class = sheet,
        <div class="answer-head" data-tone=tone>
            <Icon name=icon size=18 />
            <strong data-testid="test-status">{response.status.name()}</strong>
            <span class="answer-words">{words}</span>
        </div>
        {failure}
        {next}
        {output}
        {stages}
        {facts}
        {messages}
        <div class="answer-copy">
            <button type="button" class="button small" on:click=move |_| copy("command", command.clone())>
                <Icon name="terminal" />
                {move || if copied.get() == "command" { "Copied" } else { "Copy as an AWS CLI command" }}
            </button>
            <button type="button" class="button small" on:click=move |_| copy("response", answer.clone())>
                <Icon name="copy" />
                {move || if copied.get() == "response" { "Copied" } else { "Copy the response" }}
            </button>
        </div>
    }
}

/// Where it goes on, with the way to test that one on what came out.
fn next_view(studio: Studio, bench: Bench, tested: &Shared<Tested>, next: Str) -> AnyView {
    let sheet = style_sheet!("style/test_answer.css");
    let key = studio
        .workspace
        .document
        .with_untracked(|document| document.state_named(&next).map(|state| Str::from(state.pointer())));
    let output = tested.response.output.clone();
    let variables = variables_after(tested);
    let go_on = key.map(|key| {
        let name = next.clone();
        let test = move |_| {
            let Some(subject) = studio.test_subject(&key) else { return };
            let mut trial = bench
                .kept
                .with_value(|kept| kept.get(&name).cloned())
                .unwrap_or_else(|| studio.first_trial(&subject));
            if let Some(output) = &output {
                trial.input = output.without_text().to_pretty().into();
            }
            trial.variables = variables.clone();
            bench.kept.update_value(|kept| {
                kept.insert(name.clone(), trial);
            });
            studio.select_named(&name);
            bench.key.set(Some(key.clone()));
        };
        view! {
            class = sheet,
            <button type="button" class="button small" on:click=test>
                <Icon name="step-over" />
                "Test it on this output"
            </button>
        }
    });
    view! {
        class = sheet,
        <p class="answer-next">
            <span>
                "Goes on with "
                <strong>{next.to_string()}</strong>
            </span>
            {go_on}
        </p>
    }
    .into_any()
}

/// The variables that the next state has, as JSON.
fn variables_after(tested: &Tested) -> Str {
    let known = tested.response.inspection_data.as_ref().and_then(|data| data.variables.as_ref());
    match (known, &tested.request.variables) {
        (Some(variables), _) => variables.without_text().to_pretty().into(),
        (None, Some(text)) => text.as_str().into(),
        (None, None) => "{}".into(),
    }
}

fn words_of(tested: &Tested) -> String {
    let response = &tested.response;
    let details = response.inspection_data.as_ref().and_then(|data| data.error_details.as_ref());
    match response.status {
        TestStatus::Succeeded if response.next_state.is_none() => "The workflow ends here.".to_owned(),
        TestStatus::Succeeded => String::new(),
        TestStatus::Failed => "Nothing retries or catches it.".to_owned(),
        TestStatus::Retriable => match details {
            Some(details) => {
                let number = details.retry_index.unwrap_or_default() + 1;
                let seconds = details.retry_backoff_interval_seconds.unwrap_or_default();
                format!("Retrier {number} tries again after {seconds} s.")
            }
            None => "It is tried again.".to_owned(),
        },
        TestStatus::CaughtError => {
            let index = details.and_then(|details| details.catch_index);
            index.map_or_else(
                || "It is caught.".to_owned(),
                |index| format!("Catcher {} catches it.", index + 1),
            )
        }
    }
}

/// The numbers of a Map.
fn facts_of(data: &InspectionData) -> Vec<(&'static str, String)> {
    let number = |number: u64| number.to_string();
    let facts = [
        ("Concurrency at most", data.max_concurrency.filter(|most| *most > 0).map(number)),
        ("Failures tolerated", data.tolerated_failure_count.map(number)),
        (
            "Failures tolerated (%)",
            data.tolerated_failure_percentage.map(|share| Value::float(share).to_text()),
        ),
    ];
    facts.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
}
