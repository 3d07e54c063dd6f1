//! What a state is tested with.

use std::rc::Rc;

use engine::test_state::{FieldValidationMode, InspectionLevel};
use json::{Str, Value};
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::Complaints;
use crate::platform::editor::{Assistant, Completions, Diagnostic, Explanation};
use crate::state::{Studio, TestSource, TestSubject, Trial, TrialField, options_of};
use crate::ui::segments;
use crate::ui::{CodeEditor, Icon};

/// What all fields of the form are about.
#[derive(Clone, Copy)]
struct Fields {
    subject: StoredValue<TestSubject>,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
}

const MOST_LINES: usize = 14;

#[component]
pub fn TrialForm(
    subject: StoredValue<TestSubject>,
    trial: RwSignal<Trial>,
    complaints: RwSignal<Complaints>,
) -> impl IntoView {
    let sheet = style_sheet!("style/test_form.css");
    let studio = Studio::of_app();
    let on = Fields { subject, trial, complaints };
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
                on=on
            />
            <details class="trial-more" open=has_variables>
                <summary>"Variables"</summary>
                <JsonField
                    label="Variables"
                    is_labelled=true
                    field=TrialField::Variables
                    on=on
                />
            </details>
            {takes_mock.then(|| view! { <MockForm on=on /> })}
            <div class="form-field">
                <span class="form-label-row">
                    <span class="form-label" id="trial-level">
                        "Inspection level"
                    </span>
                </span>
                {segments("Inspection level".to_owned(), levels, level, set_level)}
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
    // Several may hold the same data: the first one stands for them.
    let taken = Memo::new({
        let sources = sources.clone();
        move |_| {
            trial.with(|trial| {
                sources
                    .iter()
                    .position(|source| trial.input == source.input && trial.variables == source.variables)
            })
        }
    });
    let chips = sources
        .into_iter()
        .enumerate()
        .map(|(position, source)| {
            let is_taken = move || taken.get() == Some(position);
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
fn MockForm(on: Fields) -> impl IntoView {
    let Fields { subject, trial, .. } = on;
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
                on=on
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
                            {segments("Checked against the service's shape".to_owned(), modes.clone(), mode, set)}
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
                field=TrialField::Error
                suggestions=errors.get_value()
                on=on
            />
            <LineField
                label="Cause"
                field=TrialField::Cause
                on=on
            />
            {is_nested
                .then(|| {
                    let names = inner.with_value(|inner| inner.iter().map(|name| name.to_string()).collect());
                    view! {
                        <LineField
                            label="Caused by the state"
                            field=TrialField::CausedBy
                            suggestions=names
                            on=on
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
            {segments("What it comes to".to_owned(), outcomes, fails, set_fails)}
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
                            on=on
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
                            on=on
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
                        on=on
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
                on=on
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
    on: Fields,
) -> impl IntoView {
    let Fields { subject, trial, complaints } = on;
    let studio = Studio::of_app();
    let text = Signal::derive(move || trial.with(|trial| trial.text(field)));
    let on_change = move |typed: String| trial.update(|trial| trial.set_text(field, typed.into()));
    let assistant: Rc<dyn Assistant> = Rc::new(DataAssistant {
        examples: Box::new(move || {
            let trial = trial.try_get_untracked()?;
            subject.try_with_value(|subject| studio.trial_examples(subject, &trial, field))
        }),
    });
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
    view! {
        <div class="form-field">
            <span class=if is_labelled { "visually-hidden" } else { "form-label-row" } aria-hidden="true">
                <span class="form-label">{label}</span>
            </span>
            <div class="form-code">
                <CodeEditor
                    label=label
                    text=text
                    on_change=on_change
                    diagnostics=diagnostics
                    assistant=assistant
                    most_lines=MOST_LINES
                />
            </div>
            {complaint_of(field, complaints)}
        </div>
    }
}

/// Completes data by what data at this place has been like.
struct DataAssistant {
    examples: Box<dyn Fn() -> Option<Vec<Value>>>,
}

impl Assistant for DataAssistant {
    fn complete(&self, text: &str, offset: usize) -> Completions {
        let examples = (self.examples)().unwrap_or_default();
        let asl::assist::Items { replaces, items } = asl::assist::complete_data(text, offset, &examples);
        Completions { replaces, options: options_of(items) }
    }

    fn explain(&self, _text: &str, _offset: usize) -> Option<Explanation> {
        None
    }

    fn fix(&self, _diagnostic: usize, _fix: usize) {}

    fn go_to(&self, _offset: usize, _next: bool) {}
}

/// A line of text.
#[component]
fn LineField(
    label: &'static str,
    field: TrialField,
    #[prop(optional)] placeholder: &'static str,
    #[prop(optional)] suggestions: Vec<String>,
    on: Fields,
) -> impl IntoView {
    let Fields { trial, complaints, .. } = on;
    let list_id = format!("trial-{}", label.to_lowercase().replace(' ', "-"));
    let is_wrong = move || complaints.with(|complaints| complaints.iter().any(|(wrong, _)| *wrong == field));
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
                prop:value=move || trial.with(|trial| trial.text(field)).to_string()
                on:input=move |event| {
                    trial.update(|trial| trial.set_text(field, event_target_value(&event).into()));
                }
            />
            {has_options.then(|| view! { <datalist id=list_id.clone()>{options}</datalist> })}
            {complaint_of(field, complaints)}
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
