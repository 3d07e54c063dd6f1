//! The workflow as a whole: what its definition says of it, and what is kept beside it for exports.

use asl::fields::MACHINE;
use asl::forms::controls;
use json::Value;
use leptos::prelude::*;

use super::field::{problem_list, rows_and_chips};
use super::form::Form;
use super::inputs::{Labelling, select};
use super::{others, section};
use crate::state::{Setting, Studio};
use crate::ui::{Icon, segments};

pub fn workflow_form(studio: Studio) -> AnyView {
    let form = Form::of_machine(studio);
    let root = form.root();
    let fields = controls(&MACHINE, form.language)
        .into_iter()
        .filter(|control| !matches!(control.field.name, "States" | "QueryLanguage"))
        .collect();
    let known = MACHINE.all_fields().map(|field| field.name).collect();
    let problems = Memo::new(move |_| {
        let problems = form.root().own_problems().into_iter();
        problems.map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
    });
    view! {
        <header class="form-header">
            <div class="form-title-row">
                <span class="form-type-icon">
                    <Icon name="settings" size=20 />
                </span>
                <h2 class="form-heading">"Workflow"</h2>
                {language_switch(form)}
            </div>
            <p class="form-note">"Select a state to see its fields."</p>
            {problem_list("workflow-problems".to_owned(), problems, RwSignal::new(None))}
        </header>
        {section::section("Definition", "machine", rows_and_chips(&root, fields))}
        {section::section("Beside the definition", "settings", settings(studio))}
        {others::other_section(&root, known)}
    }
    .into_any()
}

fn language_switch(form: Form) -> AnyView {
    let site = form.root().child("QueryLanguage");
    let now = Memo::new({
        let site = site.clone();
        move |_| site.text().as_deref() == Some("JSONata")
    });
    let options = vec![
        (false, "JSONPath", "States are in JSONPath unless they say otherwise"),
        (true, "JSONata", "All states are in JSONata"),
    ];
    let change = move |jsonata: bool| {
        let value = jsonata.then(|| Value::from("JSONata"));
        form.change_or_say(vec![(site.pointer.to_string(), value)], "Changed the query language");
    };
    segments("Query language".to_owned(), options, now.into(), change)
}

/// What AWS keeps with a state machine but not in its definition.
fn settings(studio: Studio) -> AnyView {
    let is_express = studio.workspace.is_express;
    let types = vec![
        (false, "Standard", "Up to a year long, each step exactly once, priced by transitions"),
        (true, "Express", "Up to five minutes long, steps at least once, priced by requests and duration"),
    ];
    let kind = segments("Type of the workflow".to_owned(), types, is_express.into(), move |express| {
        is_express.set(express)
    });
    let log_levels =
        ["OFF", "ERROR", "FATAL", "ALL"].map(|level| (level.to_owned(), level.to_owned())).to_vec();
    let logging = Labelling::alone("Logging level");
    let logging_id = logging.id.clone();
    let level = Signal::derive(move || {
        let level = studio.workspace.setting(Setting::LoggingLevel);
        if level.is_empty() { "OFF".to_owned() } else { level }
    });
    view! {
        <p class="form-note">"Kept with the workflow in this browser, and used by exports."</p>
        {setting_row(studio, Setting::Name, "Name", "MyWorkflow", "The name of the state machine; letters, digits, - and _, up to 80.")}
        <div class="form-field">
            <div class="form-label-row">
                <span class="form-label">"Type"</span>
                <span class="form-gap"></span>
                {kind}
            </div>
        </div>
        <div class="form-field">
            <label class="form-label" for=logging_id>
                "Logging level"
            </label>
            {select(
                &logging,
                Signal::derive(move || log_levels.clone()),
                level,
                move |level| studio.workspace.set_setting(Setting::LoggingLevel, level),
            )}
        </div>
        {setting_check(studio, Setting::LogData, "Log input and output of states")}
        {setting_check(studio, Setting::Tracing, "Trace with X-Ray")}
        {setting_row(studio, Setting::RoleArn, "Role ARN", "arn:aws:iam::123456789012:role/Name", "The role that executions assume.")}
        {setting_row(studio, Setting::EncryptionKey, "Encryption key ARN", "arn:aws:kms:…", "A key of your own to encrypt definition and data with.")}
        {setting_row(studio, Setting::Tags, "Tags", "team=orders, stage=prod", "Names and values, as name=value with commas between.")}
    }
    .into_any()
}

fn setting_row(
    studio: Studio,
    setting: Setting,
    label: &'static str,
    placeholder: &'static str,
    about: &'static str,
) -> AnyView {
    let id = super::inputs::unique_id("setting");
    let help = format!("{id}-help");
    let workspace = studio.workspace;
    view! {
        <div class="form-field">
            <label class="form-label" for=id.clone() title=about>
                {label}
            </label>
            <input
                id=id
                class="form-input"
                class:mono=matches!(setting, Setting::RoleArn | Setting::EncryptionKey)
                placeholder=placeholder
                spellcheck="false"
                autocomplete="off"
                aria-describedby=help.clone()
                prop:value=move || workspace.setting(setting)
                on:input=move |event| workspace.set_setting(setting, event_target_value(&event))
            />
            <p class="visually-hidden" id=help>
                {about}
            </p>
        </div>
    }
    .into_any()
}

fn setting_check(studio: Studio, setting: Setting, label: &'static str) -> AnyView {
    let workspace = studio.workspace;
    view! {
        <label class="form-check-row">
            <input
                type="checkbox"
                class="form-check"
                prop:checked=move || workspace.setting(setting) == "true"
                on:change=move |event| {
                    let word = if event_target_checked(&event) { "true" } else { "" };
                    workspace.set_setting(setting, word.to_owned());
                }
            />
            {label}
        </label>
    }
    .into_any()
}
