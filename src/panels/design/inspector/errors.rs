//! Retry and Catch.

use std::sync::Arc;

use asl::fields::{CATCHER, ERROR_NAMES, RETRIER};
use asl::forms::{self, Control, RetrySchedule};
use json::{Number, Value};
use leptos::prelude::*;

use super::field::{field_row, is_wrong, problem_list, rows_and_chips};
use super::form::Site;
use super::inputs::{Labelling, Look, TextControl, select, show_text, text_input};
use super::list::{ListSpec, object_list};
use super::{names, schedule};

pub fn retry(site: &Site) -> AnyView {
    let spec = ListSpec {
        noun: "retrier",
        summary: |site| {
            let Some(retrier) = site.value() else { return String::new() };
            format!("{}: {}", error_words(&retrier), RetrySchedule::of(&retrier).sentence())
        },
        body: Arc::new(|site| retrier(&site)),
        new_item: |_| forms::retrier(),
        keeps_one: false,
    };
    object_list(site, spec)
}

pub fn catch(site: &Site) -> AnyView {
    let spec = ListSpec {
        noun: "catcher",
        summary: |site| {
            let Some(catcher) = site.value() else { return String::new() };
            let next = catcher.get("Next").and_then(Value::as_str).unwrap_or("nowhere yet");
            format!("{} → {next}", error_words(&catcher))
        },
        body: Arc::new(|site| catcher(&site)),
        new_item: |site| forms::catcher(site.form.default_target().as_deref()),
        keeps_one: false,
    };
    object_list(site, spec)
}

/// The errors that a retrier or a catcher is for.
fn error_words(object: &Value) -> String {
    let names = object.get("ErrorEquals").and_then(Value::as_array).unwrap_or_default();
    let names: Vec<String> = names
        .iter()
        .map(|name| match show_text(name).as_str() {
            "States.ALL" => "Any error".to_owned(),
            name => name.to_owned(),
        })
        .collect();
    match names.as_slice() {
        [] => "No error yet".to_owned(),
        [first, _, rest @ ..] if !rest.is_empty() => format!("{first} and {} more", rest.len() + 1),
        _ => names.join(", "),
    }
}

fn error_equals(site: &Site) -> AnyView {
    let Some(field) = RETRIER.field("ErrorEquals") else { return ().into_any() };
    let own = site.child("ErrorEquals");
    let complaint = RwSignal::new(None);
    let problems = Memo::new({
        let own = own.clone();
        move |_| {
            own.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let mut labelling = Labelling::alone("ErrorEquals");
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by = problems_id.clone();
    labelling.is_invalid = is_wrong(labelling.complaint, problems);
    let form = site.form;
    let known = super::resource::task_errors(form);
    let suggestions = Signal::derive(move || {
        let own = known.get().into_iter().map(|name| (name, "An error of this task".to_owned()));
        let common = ERROR_NAMES.iter().map(|(name, about)| ((*name).to_owned(), (*about).to_owned()));
        own.chain(common).collect::<Vec<_>>()
    });
    view! {
        <div class="form-field" data-field="ErrorEquals" role="group" aria-label="ErrorEquals">
            <div class="form-label-row">
                <span class="form-label" title=field.doc>
                    "ErrorEquals"
                    <span class="form-required" aria-hidden="true">
                        "*"
                    </span>
                </span>
            </div>
            {names::text_list(&own, &labelling, suggestions)}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

fn retrier(site: &Site) -> AnyView {
    let numbers = [
        ("IntervalSeconds", "Interval, s", "1"),
        ("MaxAttempts", "Attempts", "3"),
        ("BackoffRate", "Backoff ×", "2"),
        ("MaxDelaySeconds", "Longest, s", "none"),
    ];
    let numbers = numbers
        .map(|(name, label, default)| small_number(site, name, label, default))
        .into_iter()
        .collect_view();
    let jitter = small_choice(site);
    let schedule = schedule::schedule(site.value_memo());
    let comment: Vec<Control> = forms::controls(&RETRIER, site.form.language)
        .into_iter()
        .filter(|control| control.field.name == "Comment")
        .collect();
    let known = RETRIER.all_fields().map(|field| field.name).collect();
    view! {
        {error_equals(site)}
        <div class="form-grid">{numbers} {jitter}</div>
        {schedule}
        {rows_and_chips(site, comment)}
        {super::others::other_fields(site, known)}
    }
    .into_any()
}

/// A number of a retrier. Empty leaves the language's default, which is shown in its place.
fn small_number(site: &Site, name: &'static str, label: &'static str, default: &'static str) -> AnyView {
    let Some(field) = RETRIER.field(name) else { return ().into_any() };
    let own = site.child(name);
    let complaint = RwSignal::new(None::<String>);
    let problems = Memo::new({
        let own = own.clone();
        move |_| {
            own.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let mut labelling = Labelling::alone(name);
    labelling.complaint = complaint;
    labelling.is_invalid = is_wrong(complaint, problems);
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by = problems_id.clone();
    let parse = Box::new(|text: &str| {
        let text = text.trim();
        if text.is_empty() {
            return Ok(None);
        }
        if text.starts_with("${") && text.ends_with('}') {
            return Ok(Some(Value::from(text)));
        }
        Number::from_text(text)
            .map(|number| Some(Value::from(number)))
            .ok_or_else(|| "This is not a number.".to_owned())
    });
    let writer = own.clone();
    let commit = Box::new(move |value: Option<Value>| match value {
        Some(value) => writer.set_typed(value),
        None => {
            if untrack(|| writer.exists()) {
                writer.remove();
            }
            Ok(())
        }
    });
    let id = labelling.id.clone();
    view! {
        <div class="form-field" data-field=name>
            <label class="form-label" for=id title=format!("{name}: {}", field.doc)>
                {label}
            </label>
            {text_input(&labelling, TextControl { look: Look::Number, placeholder: default, value: own.value_memo(), show: show_text, parse, commit, suggestions: None, complete: None })}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

fn small_choice(site: &Site) -> AnyView {
    let own = site.child("JitterStrategy");
    let labelling = Labelling::alone("JitterStrategy");
    let id = labelling.id.clone();
    let current = Signal::derive({
        let own = own.clone();
        move || own.text().unwrap_or_default()
    });
    let options = Signal::derive(|| {
        vec![
            (String::new(), "None".to_owned()),
            ("FULL".to_owned(), "Full".to_owned()),
            ("NONE".to_owned(), "NONE, spelled out".to_owned()),
        ]
    });
    let on_change = move |word: String| match word.as_str() {
        "" => own.remove(),
        word => own.set(Value::from(word)),
    };
    let doc = RETRIER.field("JitterStrategy").map_or("", |field| field.doc);
    view! {
        <div class="form-field" data-field="JitterStrategy">
            <label class="form-label" for=id title=doc>
                "Jitter"
            </label>
            {select(&labelling, options, current, on_change)}
        </div>
    }
    .into_any()
}

pub fn catcher(site: &Site) -> AnyView {
    let controls = forms::controls(&CATCHER, site.form.language);
    let next =
        controls.iter().find(|control| control.field.name == "Next").map(|control| field_row(site, *control));
    let rest: Vec<Control> = controls
        .into_iter()
        .filter(|control| !matches!(control.field.name, "ErrorEquals" | "Next"))
        .collect();
    let known = CATCHER.all_fields().map(|field| field.name).collect();
    view! {
        {error_equals(site)}
        {next}
        {rows_and_chips(site, rest)}
        {super::others::other_fields(site, known)}
    }
    .into_any()
}
