use engine::{Failure, TaskAnswer};
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;

/// The form in which a person answers a task that has no prepared answer.
#[component]
pub fn Answer() -> impl IntoView {
    let sheet = style_sheet!("style/answer.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let result = RwSignal::new("{}".to_owned());
    let error = RwSignal::new("States.TaskFailed".to_owned());
    let cause = RwSignal::new(String::new());
    let keep = RwSignal::new(true);
    let complaint = RwSignal::new(None::<String>);
    let state_name = move || runs.pending().map_or(String::new(), |pending| pending.state_name.to_string());
    let parameters =
        move || runs.pending().map_or(String::new(), |pending| pending.parameters.without_text().to_pretty());
    let resource = move || runs.pending().map_or(String::new(), |pending| pending.resource.arn.to_string());
    let remember = move |entry: Value| {
        if keep.get_untracked() {
            remember_answer(studio, &state_name(), entry);
        }
    };
    let succeed = move |_| match result.with_untracked(|text| json::parse(text)) {
        Ok(value) => {
            complaint.set(None);
            remember(Value::from_members([("Return", value.clone())]));
            runs.answer(TaskAnswer::Succeeded(value));
        }
        Err(error) => complaint.set(Some(format!("The result is not JSON: {error}."))),
    };
    let fail = move |_| {
        let (error, cause) = (Str::from(error.get_untracked()), Str::from(cause.get_untracked()));
        let throw = [("Error", Value::String(error.clone())), ("Cause", Value::String(cause.clone()))];
        remember(Value::from_members([("Throw", Value::from_members(throw))]));
        runs.answer(TaskAnswer::Failed(Failure::new(error, cause)));
    };
    view! {
        class = sheet,
        <div class="answer" role="group" aria-label="Answer for the task">
            <p>
                "The task "
                <strong>{state_name}</strong>
                " calls "
                <code>{resource}</code>
                " and has no prepared answer. What does it answer?"
            </p>
            <div class="answer-grid">
                <details class="answer-parameters">
                    <summary>"What it was called with"</summary>
                    <pre>{parameters}</pre>
                </details>
                <label class="answer-field">
                    "Result (JSON)"
                    <textarea
                        class="mono"
                        rows="4"
                        spellcheck="false"
                        prop:value=move || result.get()
                        on:input=move |event| result.set(event_target_value(&event))
                    ></textarea>
                </label>
                <button type="button" class="button primary" on:click=succeed>
                    "Succeed"
                </button>
                <label class="answer-field">
                    "Error"
                    <input
                        prop:value=move || error.get()
                        on:input=move |event| error.set(event_target_value(&event))
                    />
                </label>
                <label class="answer-field">
                    "Cause"
                    <input
                        prop:value=move || cause.get()
                        on:input=move |event| cause.set(event_target_value(&event))
                    />
                </label>
                <button type="button" class="button danger" on:click=fail>
                    "Fail"
                </button>
            </div>
            <label class="answer-keep">
                <input
                    type="checkbox"
                    prop:checked=move || keep.get()
                    on:change=move |event| keep.set(event_target_checked(&event))
                />
                "Keep it among the task answers"
            </label>
            {move || {
                complaint
                    .get()
                    .map(|text| {
                        view! {
                            class = sheet,
                            <p class="complaint" role="alert">
                                {text}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// Adds an entry to the state's prepared answers. Texts in another form than the short one are left alone.
fn remember_answer(studio: Studio, state: &str, entry: Value) {
    let text = studio.workspace.answers.get_untracked();
    let Ok(answers) = json::parse(&text) else { return };
    let Some(members) = answers.as_object().filter(|members| !members.contains_key("MockedResponses")) else {
        return;
    };
    let mut members = members.clone();
    let mut entries = members.get(state).and_then(Value::as_array).map(<[Value]>::to_vec).unwrap_or_default();
    entries.push(entry);
    members.insert(state, Value::array(entries));
    studio.workspace.answers.set(Value::object(members).to_pretty().into());
}
