//! The form of a state: everything it can have, in the groups of AWS's console.

use asl::fields::{Group, Kind};
use asl::forms::{Control, controls};
use asl::{QueryLanguage, StateType};
use json::Str;
use leptos::prelude::*;

use super::field::rows_and_chips;
use super::form::{Form, Site};
use super::{branches, choices, errors, header, map, others, resource, section, target, wait};

pub fn state_form(form: Form, state_type: Option<StateType>, renamed: StoredValue<Option<Str>>) -> AnyView {
    let root = form.root();
    let all = controls(form.object_type, form.language);
    let in_groups = |groups: &[Group]| -> Vec<Control> {
        all.iter().filter(|control| groups.contains(&control.field.group)).copied().collect()
    };
    let input_title = match form.language {
        QueryLanguage::Jsonata => "Arguments",
        QueryLanguage::JsonPath => "Input",
    };
    let known: Vec<&'static str> = form.object_type.all_fields().map(|field| field.name).collect();
    let known = [known, vec!["Next", "End"]].concat();
    let is_unknown = state_type.is_none();
    let configuration = configuration(&root, state_type, in_groups(&[Group::Configuration, Group::Flow]));
    let groups = [
        (input_title, "input", Group::Input),
        ("Output", "output", Group::Output),
        ("Variables", "variables", Group::Variables),
        ("Error handling", "errors", Group::ErrorHandling),
    ];
    let rest = groups
        .into_iter()
        .filter_map(|(title, id, group)| {
            let controls = in_groups(&[group]);
            (!controls.is_empty()).then(|| {
                let body = if group == Group::ErrorHandling {
                    error_handling(&root, state_type, controls)
                } else {
                    fields_of_map(&root, state_type, controls)
                };
                section::section(title, id, body)
            })
        })
        .collect_view();
    view! {
        {header::header(form, state_type, renamed)}
        {section::section("Configuration", "configuration", configuration)}
        {rest}
        {others::other_section(&root, if is_unknown { Vec::from(["Type", "Comment", "QueryLanguage"]) } else { known })}
    }
    .into_any()
}

fn configuration(root: &Site, state_type: Option<StateType>, all: Vec<Control>) -> AnyView {
    // These have controls of their own.
    let special = [
        "Type",
        "QueryLanguage",
        "Resource",
        "Choices",
        "Default",
        "Branches",
        "ItemProcessor",
        "Iterator",
        "Next",
        "End",
        "Seconds",
        "Timestamp",
    ];
    let plain: Vec<Control> =
        all.iter().filter(|control| !special.contains(&control.field.name)).copied().collect();
    let find = |name: &str| all.iter().find(|control| control.field.name == name).copied();
    let head = match state_type {
        Some(StateType::Task) => find("Resource").map(|control| resource::resource(root, control.field)),
        Some(StateType::Wait) => Some(wait::wait(root, &all)),
        Some(StateType::Choice) => {
            let rules = labelled_list("Choices", choices::choices(&root.child("Choices")));
            let default = find("Default").map(|control| rows_and_chips(root, vec![control]));
            Some(view! { {rules} {default} }.into_any())
        }
        Some(StateType::Parallel) => {
            Some(labelled_list("Branches", branches::branches(&root.child("Branches"))))
        }
        Some(StateType::Map) => Some(map::mode(root)),
        _ => None,
    };
    let next = state_type.is_none_or(StateType::has_next).then(|| target::next_row(root));
    view! {
        {head}
        {fields_of_map(root, state_type, plain)}
        {next}
    }
    .into_any()
}

fn labelled_list(name: &'static str, body: AnyView) -> AnyView {
    view! {
        <div class="form-field container" data-field=name role="group" aria-label=name>
            <div class="form-label-row">
                <span class="form-label">
                    {name}
                    <span class="form-required" aria-hidden="true">
                        "*"
                    </span>
                </span>
            </div>
            {body}
        </div>
    }
    .into_any()
}

/// Rows and chips. Of a Map state that is not distributed, what only distributed ones have is left out
/// unless it is there.
fn fields_of_map(root: &Site, state_type: Option<StateType>, controls: Vec<Control>) -> AnyView {
    if state_type != Some(StateType::Map) {
        return rows_and_chips(root, controls);
    }
    let distributed = Memo::new({
        let root = root.clone();
        move |_| map::is_distributed(&root)
    });
    let root = root.clone();
    let fields = move || {
        let all = distributed.get();
        let there = |control: &Control| control.names().any(|name| untrack(|| root.child(name).exists()));
        let fits = |control: &&Control| {
            all || !map::DISTRIBUTED_ONLY.contains(&control.field.name) || there(control)
        };
        rows_and_chips(&root, controls.iter().filter(fits).copied().collect())
    };
    fields.into_any()
}

fn error_handling(root: &Site, state_type: Option<StateType>, controls: Vec<Control>) -> AnyView {
    let (lists, plain): (Vec<Control>, Vec<Control>) =
        controls.into_iter().partition(|control| matches!(control.field.name, "Retry" | "Catch"));
    let lists = lists
        .into_iter()
        .filter(|control| matches!(control.field.kind, Kind::Objects { .. }))
        .map(|control| {
            let site = root.child(control.field.name);
            let body = if control.field.name == "Retry" { errors::retry(&site) } else { errors::catch(&site) };
            view! {
                <div class="form-field container" data-field=control.field.name role="group" aria-label=control.field.name>
                    <div class="form-label-row">
                        <span class="form-label" title=control.field.doc>
                            {control.field.name}
                        </span>
                    </div>
                    {body}
                </div>
            }
        })
        .collect_view();
    view! {
        {lists}
        {fields_of_map(root, state_type, plain)}
    }
    .into_any()
}
