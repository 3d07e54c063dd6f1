use deploy::{Arns, Format, Options, Settings};
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::Choice;
use crate::state::{SideTab, Studio};

/// The format, and what the export has in it.
#[component]
pub(super) fn OptionsForm(choice: Choice, settings: Memo<Settings>) -> impl IntoView {
    let sheet = style_sheet!("style/deploy_options.css");
    let studio = Studio::of_app();
    let first = NodeRef::<html::Input>::new();
    // The dialog begins with what there is to choose, not with its button to close it.
    Effect::new(move |_| {
        if let Some(field) = first.get() {
            let _ = field.focus();
        }
    });
    let formats = Format::ALL.map(|format| {
        let is_chosen = move || choice.format.get() == format;
        view! {
            class = sheet,
            <label class="deploy-choice">
                <input
                    node_ref=if format == choice.format.get_untracked() { first } else { NodeRef::new() }
                    type="radio"
                    name="deploy-format"
                    prop:checked=is_chosen
                    on:change=move |_| choice.format.set(format)
                />
                {title_of(format)}
            </label>
        }
    });
    let check = move |title: &'static str,
                      get: fn(&mut Options) -> &mut bool,
                      is_usable: Signal<bool>,
                      why: &'static str| {
        view! {
            class = sheet,
            <label class="deploy-choice">
                <input
                    type="checkbox"
                    disabled=move || !is_usable.get()
                    prop:checked=move || *get(&mut choice.options.get())
                    on:change=move |event| {
                        choice.options.update(|options| *get(options) = event_target_checked(&event));
                    }
                />
                {title}
                {move || (!is_usable.get()).then_some(why)}
            </label>
        }
    };
    let arns = [
        (Arns::Keep, "Keep them as they are"),
        (Arns::Places, "Region and account of the deployment"),
        (Arns::Parameters, "A parameter for each"),
    ];
    let arns = arns.map(|(value, title)| {
        view! {
            class = sheet,
            <label class="deploy-choice">
                <input
                    type="radio"
                    name="deploy-arns"
                    prop:checked=move || choice.options.get().arns == value
                    on:change=move |_| choice.options.update(|options| options.arns = value)
                />
                {title}
            </label>
        }
    });
    let always = Signal::from(true);
    let logs = Signal::derive(move || settings.with(Settings::logs));
    let has_role = Signal::derive(move || choice.options.get().with_role);
    let about = move || settings.with(summary);
    view! {
        class = sheet,
        <fieldset class="deploy-group">
            <legend>"Format"</legend>
            {formats.into_iter().collect_view()}
        </fieldset>
        <fieldset class="deploy-group">
            <legend>"Contents"</legend>
            {check("Definition inside the template", |options| &mut options.is_inline, always, "")}
            {check("The role with its permissions", |options| &mut options.with_role, always, "")}
            {check("Trust this account only", |options| &mut options.restricts_trust, has_role, " (there is no role)")}
            {check("The log group", |options| &mut options.with_log_group, logs, " (nothing is logged)")}
            <Show when=move || choice.format.get() == Format::Cli>
                {check("Update a state machine that exists", |options| &mut options.updates, always, "")}
            </Show>
        </fieldset>
        <fieldset class="deploy-group">
            <legend>"ARNs in the definition"</legend>
            {arns.into_iter().collect_view()}
        </fieldset>
        <div class="deploy-about">
            <p>{about}</p>
            <button
                type="button"
                class="button small"
                on:click=move |_| {
                    studio.shell.deploy.set(false);
                    studio.workspace.select(Vec::new());
                    studio.shell.go_to_side(SideTab::Inspector);
                }
            >
                "Change the settings"
            </button>
        </div>
    }
}

fn title_of(format: Format) -> &'static str {
    match format {
        Format::CloudFormationYaml => "CloudFormation, YAML",
        Format::CloudFormationJson => "CloudFormation, JSON",
        Format::Sam => "AWS SAM",
        Format::Serverless => "Serverless Framework",
        Format::Terraform => "Terraform",
        Format::Cdk => "AWS CDK, TypeScript",
        Format::Cli => "AWS CLI, a script",
    }
}

/// The settings that an export has, in words.
fn summary(settings: &Settings) -> String {
    let kind = if settings.is_express { "Express" } else { "Standard" };
    let mut parts = vec![format!("{}, {kind}", settings.machine_name())];
    if settings.logs() {
        parts.push(format!("logs {}", settings.log_level.name()));
    }
    if settings.tracing {
        parts.push("traced".to_owned());
    }
    if !settings.encryption_key.is_empty() {
        parts.push("a key of its own".to_owned());
    }
    match settings.tags.len() {
        0 => {}
        1 => parts.push("1 tag".to_owned()),
        count => parts.push(format!("{count} tags")),
    }
    parts.join(", ")
}
