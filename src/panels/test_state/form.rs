//! What a state is tested with.

use engine::test_state::{FieldValidationMode, InspectionLevel};
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::Complaints;
use crate::platform::editor::Diagnostic;
use crate::state::{Studio, TestSource, TestSubject, Trial, TrialField};
use crate::ui::{CodeEditor, Icon};

const LINE: usize = 19;
const MOST_LINES: usize = 14;

#[component]
pub fn TrialForm(
    subject: StoredValue<TestSubject>,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
) -> impl IntoView {
    let sheet = style_sheet!("style/test_form.css");
    let studio = Studio::of_app();
    let sources = subject.with_value(|subject| studio.test_sources(subject));
    let takes_mock = subject.with_value(TestSubject::takes_mock);
    let is_http = subject.with_value(|subject| subject.is_http);
    let has_variables = trial.with_untracked(|trial| trial.variables.len() > 2)
        || subject.with_value(|subject| subject.has_variables);
    let mut levels = vec![
        (InspectionLevel::Info, "INFO", "The output alone"),
        (InspectionLevel::Debug, "DEBUG", "Each stage of the data as well"),
    ];
    if is_http {
        levels.push((InspectionLevel::Trace, "TRACE", "The HTTP request and response as well"));
    }
    let level = Signal::derive(move || trial.with(|trial| trial.level));
    let set_level = move |level| trial.update(|trial| trial.level = level);
    view! {
        class = sheet,
        <div class="trial">
            <SourceChips sources=sources trial=trial />
            <JsonField
                label="Input"
                field=TrialField::Input
                trial=trial
                complaints=complaints
                get=|trial| trial.input.clone()
                set=|trial, text| trial.input = text
            />
            <details class="trial-more" open=has_variables>
                <summary>"Variables"</summary>
                <JsonField
                    label="Variables"
                    is_labelled=true
                    field=TrialField::Variables
                    trial=trial
                    complaints=complaints
                    get=|trial| trial.variables.clone()
                    set=|trial, text| trial.variables = text
                />
            </details>
            {takes_mock.then(|| view! { <MockForm subject=subject trial=trial complaints=complaints /> })}
            <div class="form-field">
                <span class="form-label-row">
                    <span class="form-label" id="trial-level">
                        "Inspection level"
                    </span>
                </span>
                {choices("Inspection level", levels, level, set_level)}
            </div>
        </div>
    }
}

/// Data to begin with.
#[component]
fn SourceChips(sources: Vec<TestSource>, trial: RwSignal<Trial>) -> impl IntoView {
    // The dialog begins with what there is to choose, not with its button to close it.
    let first = NodeRef::<leptos::html::Span>::new();
    Effect::new(move |_| {
        let chip = first.get().and_then(|group| group.query_selector("button").ok().flatten());
        if let Some(chip) = chip.and_then(|chip| chip.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = chip.focus();
        }
    });
    let chips = sources
        .into_iter()
        .map(|source| {
            let is_taken = {
                let source = source.clone();
                move || trial.with(|trial| trial.input == source.input && trial.variables == source.variables)
            };
            view! {
                <button
                    type="button"
                    class="form-segment"
                    aria-pressed=move || if is_taken() { "true" } else { "false" }
                    on:click=move |_| {
                        trial
                            .update(|trial| {
                                trial.input = source.input.clone();
                                trial.variables = source.variables.clone();
                            });
                    }
                >
                    {source.title.clone()}
                </button>
            }
        })
        .collect_view();
    view! {
        <div class="form-field">
            <span class="form-label-row">
                <span class="form-label">"Data from"</span>
            </span>
            <span node_ref=first class="form-segments" role="group" aria-label="Data from">
                {chips}
            </span>
        </div>
    }
}

/// What stands in for the call, the branches or the iterations, and how far the state has come before.
#[component]
fn MockForm(
    subject: StoredValue<TestSubject>,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
) -> impl IntoView {
    let sheet = style_sheet!("style/test_form.css");
    let studio = Studio::of_app();
    let TestSubject { state_type, has_retry, has_reader, inner, errors, .. } = subject.get_value();
    let is_task = state_type == asl::StateType::Task;
    let is_map = state_type == asl::StateType::Map;
    let fails = Signal::derive(move || trial.with(|trial| trial.fails));
    let outcomes = vec![
        (false, "Result", "What the call, the branches or the iterations come to"),
        (true, "Error", "The call, a branch or an iteration fails"),
    ];
    let proposals = move || {
        let proposals =
            subject.with_value(|subject| studio.proposed_results(subject, &trial.get_untracked()));
        proposals
            .into_iter()
            .map(|(title, value)| {
                let text = Str::from(value.to_pretty());
                view! {
                    <button
                        type="button"
                        class="form-chip"
                        on:click=move |_| trial.update(|trial| trial.result = text.clone())
                    >
                        {title}
                    </button>
                }
            })
            .collect_view()
    };
    let modes = vec![
        (
            FieldValidationMode::Strict,
            "STRICT",
            "Required fields have to be there, and known ones have to be right",
        ),
        (FieldValidationMode::Present, "PRESENT", "The known fields that are there have to be right"),
        (FieldValidationMode::None, "NONE", "The result is not checked"),
    ];
    let mode = Signal::derive(move || trial.with(|trial| trial.validation));
    let result = move || {
        view! {
            class = sheet,
            <JsonField
                label="Mocked result"
                field=TrialField::Result
                trial=trial
                complaints=complaints
                get=|trial| trial.result.clone()
                set=|trial, text| trial.result = text
            />
            <div class="trial-chips">
                <span class="form-words">"from"</span>
                {untrack(proposals)}
            </div>
            {is_task
                .then(|| {
                    let set = move |mode| trial.update(|trial| trial.validation = mode);
                    view! {
                        <div class="form-field">
                            <span class="form-label-row">
                                <span class="form-label">"Checked against the service's shape"</span>
                            </span>
                            {choices("Checked against the service's shape", modes.clone(), mode, set)}
                        </div>
                    }
                })}
        }
    };
    let is_nested = !inner.is_empty();
    let inner = StoredValue::new(inner);
    let errors = StoredValue::new(errors);
    let error = move || {
        view! {
            <LineField
                label="Error"
                field=TrialField::State
                suggestions=errors.get_value()
                trial=trial
                complaints=complaints
                get=|trial| trial.error.clone()
                set=|trial, text| trial.error = text
            />
            <LineField
                label="Cause"
                field=TrialField::State
                trial=trial
                complaints=complaints
                get=|trial| trial.cause.clone()
                set=|trial, text| trial.cause = text
            />
            {is_nested
                .then(|| {
                    let names = inner.with_value(|inner| inner.iter().map(|name| name.to_string()).collect());
                    view! {
                        <LineField
                            label="Caused by the state"
                            field=TrialField::State
                            suggestions=names
                            trial=trial
                            complaints=complaints
                            get=|trial| trial.caused_by.clone()
                            set=|trial, text| trial.caused_by = text
                        />
                    }
                })}
        }
    };
    let set_fails = move |fails| trial.update(|trial| trial.fails = fails);
    view! {
        class = sheet,
        <div class="form-field">
            <span class="form-label-row">
                <span class="form-label">{if is_task { "The call comes to" } else { "It comes to" }}</span>
            </span>
            {choices("What it comes to", outcomes, fails, set_fails)}
        </div>
        <Show when=move || fails.get() fallback=result>
            {error()}
        </Show>
        <div class="trial-numbers">
            {has_retry
                .then(|| {
                    view! {
                        <LineField
                            label="Retries so far"
                            field=TrialField::RetryCount
                            placeholder="0"
                            trial=trial
                            complaints=complaints
                            get=|trial| trial.retry_count.clone()
                            set=|trial, text| trial.retry_count = text
                        />
                    }
                })}
            {is_map
                .then(|| {
                    view! {
                        <LineField
                            label="Failed iterations"
                            field=TrialField::FailureCount
                            placeholder="0"
                            trial=trial
                            complaints=complaints
                            get=|trial| trial.failure_count.clone()
                            set=|trial, text| trial.failure_count = text
                        />
                    }
                })}
        </div>
        {has_reader
            .then(|| {
                view! {
                    <JsonField
                        label="Data of the item reader"
                        field=TrialField::ReaderData
                        trial=trial
                        complaints=complaints
                        get=|trial| trial.reader_data.clone()
                        set=|trial, text| trial.reader_data = text
                    />
                }
            })}
        <details class="trial-more" open=trial.with_untracked(|trial| !trial.context.is_empty())>
            <summary>"Context object"</summary>
            <p class="form-note">
                "Without one, it has made-up names and times. It may have Execution, State, StateMachine, and Task where a token is waited for."
            </p>
            <JsonField
                label="Context object"
                is_labelled=true
                field=TrialField::Context
                trial=trial
                complaints=complaints
                get=|trial| trial.context.clone()
                set=|trial, text| trial.context = text
            />
        </details>
    }
}

/// JSON, with what is wrong with it beside it.
#[component]
fn JsonField(
    label: &'static str,
    /// Whether the label stands above it already.
    #[prop(optional)]
    is_labelled: bool,
    field: TrialField,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
    get: fn(&Trial) -> Str,
    set: fn(&mut Trial, Str),
) -> impl IntoView {
    let text = Signal::derive(move || trial.with(get));
    let on_change = move |typed: String| trial.update(|trial| set(trial, typed.into()));
    let diagnostics = Signal::derive(move || {
        let problem = text.with(|text| {
            let error = json::parse(text).err().filter(|_| !text.trim().is_empty())?;
            let start = error.offset.min(text.len());
            Some(Diagnostic {
                span: json::Span::new(start, text.len().min(start + 1)),
                severity: "error",
                message: error.message,
                fixes: Vec::new(),
            })
        });
        problem.into_iter().collect::<Vec<_>>()
    });
    let height = move || {
        let lines = text.with(|text| text.split('\n').count()).clamp(2, MOST_LINES);
        format!("{}px", lines * LINE + 12)
    };
    view! {
        <div class="form-field">
            <span class=if is_labelled { "visually-hidden" } else { "form-label-row" } aria-hidden="true">
                <span class="form-label">{label}</span>
            </span>
            <div class="form-code" style:height=height>
                <CodeEditor label=label text=text on_change=on_change diagnostics=diagnostics is_field=true />
            </div>
            {complaint_of(field, complaints)}
        </div>
    }
}

/// A line of text.
#[component]
fn LineField(
    label: &'static str,
    field: TrialField,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] suggestions: Vec<String>,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
    get: fn(&Trial) -> Str,
    set: fn(&mut Trial, Str),
) -> impl IntoView {
    let list_id = format!("trial-{}", label.to_lowercase().replace(' ', "-"));
    let is_wrong = move || {
        field != TrialField::State
            && complaints.with(|complaints| complaints.iter().any(|(wrong, _)| *wrong == field))
    };
    let options =
        suggestions.iter().map(|name| view! { <option value=name.clone()></option> }).collect_view();
    let has_options = !suggestions.is_empty();
    view! {
        <label class="form-field">
            <span class="form-label-row">
                <span class="form-label">{label}</span>
            </span>
            <input
                class="form-input"
                type="text"
                autocomplete="off"
                spellcheck="false"
                placeholder=placeholder
                list=has_options.then(|| list_id.clone())
                aria-invalid=move || is_wrong().then_some("true")
                prop:value=move || trial.with(get).to_string()
                on:input=move |event| trial.update(|trial| set(trial, event_target_value(&event).into()))
            />
            {has_options.then(|| view! { <datalist id=list_id.clone()>{options}</datalist> })}
            {(field != TrialField::State).then(|| complaint_of(field, complaints))}
        </label>
    }
}

/// What is wrong with a field.
fn complaint_of(field: TrialField, complaints: RwSignal<Complaints>) -> AnyView {
    let lines = move || {
        let found = complaints.with(|complaints| {
            let own = complaints.iter().filter(|(wrong, _)| *wrong == field);
            own.map(|(_, message)| message.clone()).collect::<Vec<String>>()
        });
        found
            .into_iter()
            .map(|message| {
                view! {
                    <p class="form-problem" data-tone="error">
                        <Icon name="error-circle" size=14 />
                        <span>{message}</span>
                    </p>
                }
            })
            .collect_view()
    };
    view! {
        <div class="form-problems" role="status">
            {lines}
        </div>
    }
    .into_any()
}

/// One of a few.
fn choices<T>(
    label: &'static str,
    options: Vec<(T, &'static str, &'static str)>,
    current: Signal<T>,
    on_change: impl Fn(T) + Copy + 'static,
) -> AnyView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let buttons = options
        .into_iter()
        .map(|(value, words, tip)| {
            view! {
                <button
                    type="button"
                    class="form-segment"
                    title=tip
                    aria-pressed=move || if current.get() == value { "true" } else { "false" }
                    on:click=move |_| on_change(value)
                >
                    {words}
                </button>
            }
        })
        .collect_view();
    view! {
        <span class="form-segments" role="group" aria-label=label>
            {buttons}
        </span>
    }
    .into_any()
}
