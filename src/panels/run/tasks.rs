use engine::{Failure, TaskAnswer, TaskRequest};
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::data::short_text;
use crate::state::{RunPhase, Studio, errors_to_offer};
use crate::ui::{Json, JsonTree};

/// Tasks that are listed.
const MOST_LISTED: usize = 20;

/// A task that waits, compared by what it is.
#[derive(Clone)]
struct Waiting(TaskRequest);

impl PartialEq for Waiting {
    fn eq(&self, other: &Waiting) -> bool {
        self.0.id == other.0.id && self.0.scheduled_at == other.0.scheduled_at
    }
}

/// The tasks that wait for an answer at the cursor: an inbox.
#[component]
pub fn Tasks() -> impl IntoView {
    let sheet = style_sheet!("style/tasks.css");
    let runs = Studio::of_app().runs;
    let open = Memo::new(move |_| match runs.phase() {
        RunPhase::Running => Vec::new(),
        _ => runs.open_tasks().into_iter().take(MOST_LISTED).map(Waiting).collect::<Vec<Waiting>>(),
    });
    let is_past = move || {
        runs.cursor.track();
        runs.with_run(|run| !run.session.is_at_end()).unwrap_or(false)
    };
    view! {
        class = sheet,
        <div class="tasks">
            <Show
                when=move || open.with(|open| !open.is_empty())
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="tasks-none">
                            "No task waits for an answer here. A run stops at a task that has no prepared answer; step back to where a task was scheduled to answer it otherwise."
                        </p>
                    }
                }
            >
                <Show when=is_past>
                    <p class="tasks-past">
                        "This is the past of the run: another answer here goes on in a copy, and the run as it was is kept."
                    </p>
                </Show>
                <For
                    each=move || open.get()
                    key=|Waiting(task)| (task.id, task.scheduled_at)
                    let(task)
                >
                    <TaskCard task=task.0 />
                </For>
            </Show>
        </div>
    }
}

/// A task with the ways to answer it.
#[component]
fn TaskCard(task: TaskRequest) -> impl IntoView {
    let sheet = style_sheet!("style/answer.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let id = task.id;
    let name = task.state_name.clone();
    let proposals = StoredValue::new(proposals(studio, &task));
    let first = proposals.with_value(|proposals| proposals.first().map(|(_, value)| value.to_pretty()));
    let form = form_of(studio, &task);
    let typed = studio.typed;
    let result = typed.field(&form, "result", first.unwrap_or_else(|| "{}".to_owned()));
    let errors = errors_of(studio, &task);
    let first = errors.first().cloned().unwrap_or_else(|| "States.TaskFailed".to_owned());
    let error = typed.field(&form, "error", first);
    let cause = typed.field(&form, "cause", String::new());
    let delay = typed.field(&form, "delay", String::new());
    let keep = typed.field(&form, "keep", true);
    let complaint = RwSignal::new(None::<String>);
    let seconds = move || delay.get_untracked().trim().parse::<f64>().unwrap_or(0.0).clamp(0.0, 3.2e7);
    let remember = {
        let name = name.clone();
        move |entry: Vec<(&'static str, Value)>| {
            typed.forget(&form);
            if keep.get_untracked() {
                let millis = (seconds() * 1000.0) as i64;
                let delayed = (millis > 0).then(|| ("delayMs", Value::int(millis)));
                studio.remember_answer(&name, Value::from_members(entry.into_iter().chain(delayed)));
            }
        }
    };
    let succeed = {
        let remember = remember.clone();
        move |_| match result.with_untracked(|text| json::parse(text)) {
            Ok(value) => {
                complaint.set(None);
                remember(vec![("Return", value.clone())]);
                studio.answer_task(id, TaskAnswer::Succeeded(value), seconds());
            }
            Err(error) => complaint.set(Some(format!("The result is not JSON: {error}."))),
        }
    };
    let fail = move |_| {
        let (error, cause) = (Str::from(error.get_untracked()), Str::from(cause.get_untracked()));
        let throw = [("Error", Value::String(error.clone())), ("Cause", Value::String(cause.clone()))];
        remember(vec![("Throw", Value::from_members(throw))]);
        studio.answer_task(id, TaskAnswer::Failed(Failure::new(error, cause)), seconds());
    };
    let limits = [("times out after", task.timeout_seconds), ("heartbeat every", task.heartbeat_seconds)];
    let limits: Vec<String> =
        limits.iter().filter_map(|(words, limit)| Some(format!("{words} {} s", (*limit)?))).collect();
    let has_limit = !limits.is_empty();
    let has_token = task.token.is_some();
    let heartbeat = has_token || task.heartbeat_seconds.is_some();
    let token = task.token.clone().map(|token| {
        view! {
            class = sheet,
            <p class="answer-token">
                "Token "
                <code>{token.to_string()}</code>
            </p>
        }
    });
    let parameters = Json(task.parameters.clone());
    let chips = move || {
        proposals.with_value(|proposals| {
            let chips = proposals.iter().map(|(title, value)| {
                let text = value.to_pretty();
                view! {
                    class = sheet,
                    <button
                        type="button"
                        class="answer-chip"
                        title=short_text(value, 300)
                        on:click=move |_| result.set(text.clone())
                    >
                        {*title}
                    </button>
                }
            });
            chips.collect_view()
        })
    };
    let list_id = format!("errors-{}", id.0);
    let attempt = match task.attempt {
        0 => String::new(),
        attempt => format!(", attempt {}", attempt + 1),
    };
    view! {
        class = sheet,
        <section class="answer" aria-label=format!("Answer for the task {name}")>
            <h3 class="answer-title">
                {name.to_string()}
                <span class="answer-about">{format!("{}{attempt}", task.resource.arn)}</span>
            </h3>
            {token}
            <Show when=move || has_limit>
                <p class="answer-about">{limits.join(", ")}</p>
            </Show>
            <details class="answer-parameters">
                <summary>"What it was called with"</summary>
                <JsonTree
                    value=Signal::derive(move || parameters.clone())
                    label=Signal::derive(|| "Parameters".to_owned())
                    most_height=240.0
                />
            </details>
            <label class="answer-field">
                <span class="answer-proposals">"Result (JSON), from " {chips}</span>
                <textarea
                    class="mono"
                    rows="7"
                    spellcheck="false"
                    aria-label="Result, as JSON"
                    prop:value=move || result.get()
                    on:input=move |event| result.set(event_target_value(&event))
                ></textarea>
            </label>
            <div class="answer-row">
                <button type="button" class="button primary" on:click=succeed>
                    "Succeed"
                </button>
                <label class="answer-field narrow">
                    "after (seconds)"
                    <input
                        inputmode="decimal"
                        placeholder="0"
                        prop:value=move || delay.get()
                        on:input=move |event| delay.set(event_target_value(&event))
                    />
                </label>
                <Show when=move || heartbeat>
                    <button
                        type="button"
                        class="button"
                        on:click=move |_| studio.answer_task(id, TaskAnswer::Heartbeat, seconds())
                    >
                        "Heartbeat"
                    </button>
                </Show>
                <Show when=move || has_limit>
                    <button type="button" class="button" on:click=move |_| studio.let_time_out(id)>
                        "Let it time out"
                    </button>
                </Show>
            </div>
            <div class="answer-row">
                <label class="answer-field">
                    "Error"
                    <input
                        list=list_id.clone()
                        prop:value=move || error.get()
                        on:input=move |event| error.set(event_target_value(&event))
                    />
                    <datalist id=list_id>
                        {errors.into_iter().map(|name| view! { <option value=name></option> }).collect_view()}
                    </datalist>
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
            <div class="answer-row">
                <label class="answer-keep" title="Other runs get this answer, too: it is kept among the task answers.">
                    <input
                        type="checkbox"
                        prop:checked=move || keep.get()
                        on:change=move |event| keep.set(event_target_checked(&event))
                    />
                    "Save as a mock"
                </label>
                <button
                    type="button"
                    class="button quiet"
                    title="Other branches go on; this task keeps waiting"
                    on:click=move |_| runs.command(debugger::Run::Continue)
                >
                    "Go on without"
                </button>
            </div>
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
        </section>
    }
}

/// The name of the form that answers a task.
fn form_of(studio: Studio, task: &TaskRequest) -> String {
    let run = studio.runs.current.get_untracked().map_or(0, |run| run.0);
    format!("answer {run} {} {:?}", task.id.0, task.scheduled_at)
}

/// Results that the task may have: what it answered before, what is prepared, what is made up with what the workflow
/// reads of it.
fn proposals(studio: Studio, task: &TaskRequest) -> Vec<(&'static str, Value)> {
    let mut found: Vec<(&'static str, Value)> = Vec::new();
    found.extend(studio.earlier_result(&task.state_name).map(|value| ("its answer before", value)));
    found.extend(studio.prepared_result(&task.state_name).map(|value| ("the prepared answers", value)));
    let made_up = engine::mock::made_up_result(&task.resource, &task.parameters).without_text();
    let read = studio.runs.with_run_untracked(|run| {
        asl::assist::answer_with_what_is_read(run.document_of(task.run)?.state(task.state)?, &made_up)
    });
    found.extend(read.flatten().map(|value| ("what is read of it", value)));
    let nothing = Value::object(json::Map::new());
    if made_up != nothing {
        found.push(("the service's shape", made_up));
    }
    found.push(("nothing", nothing));
    found
}

/// Errors to offer: those that the state catches or retries, then AWS's own.
fn errors_of(studio: Studio, task: &TaskRequest) -> Vec<String> {
    let found = studio.runs.with_run_untracked(|run| {
        let document = run.document_of(task.run)?;
        Some(errors_to_offer(document.state(task.state)?, &task.resource.arn))
    });
    found.flatten().unwrap_or_else(|| vec!["States.TaskFailed".to_owned()])
}
