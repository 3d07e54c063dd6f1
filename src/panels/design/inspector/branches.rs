//! The branches of a Parallel state.

use std::sync::Arc;

use asl::edit::unique_name;
use asl::fields::BRANCH;
use asl::forms;
use json::Value;
use leptos::prelude::*;

use super::field::rows_and_chips;
use super::form::Site;
use super::list::{ListSpec, object_list};

pub fn branches(site: &Site) -> AnyView {
    let spec = ListSpec {
        noun: "branch",
        summary: |site| {
            let start = site.child("StartAt").text().unwrap_or_default();
            let count = site.child("States").read(|tree, node| tree.members(node).count()).unwrap_or(0);
            let states = if count == 1 { "1 state".to_owned() } else { format!("{count} states") };
            format!("{start} – {states}")
        },
        body: Arc::new(|site| {
            let controls = forms::controls(&BRANCH, site.form.language);
            let comment = controls.into_iter().filter(|control| control.field.name == "Comment").collect();
            view! {
                {start_row(&site)}
                {rows_and_chips(&site, comment)}
            }
            .into_any()
        }),
        new_item: |site| {
            let taken = |name: &str| {
                site.form.object.with_untracked(|object| {
                    object.as_ref().is_some_and(|located| located.document.state_named(name).is_some())
                })
            };
            let name = unique_name("Pass", taken);
            let state = Value::from_members([("Type", Value::from("Pass")), ("End", Value::from(true))]);
            Value::from_members([
                ("StartAt", Value::from(name.as_str())),
                ("States", Value::from_members([(name.as_str(), state)])),
            ])
        },
        keeps_one: true,
    };
    object_list(site, spec)
}

/// The state that a branch, or the body of a Map state, starts with.
pub fn start_row(site: &Site) -> AnyView {
    let labelling = super::inputs::Labelling::alone("StartAt");
    let id = labelling.id.clone();
    let states = site.child("States");
    let options = Signal::derive(move || {
        let names = states.read(|tree, node| {
            tree.members(node).map(|member| member.name.into_owned()).collect::<Vec<String>>()
        });
        names.unwrap_or_default().into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    });
    let own = site.child("StartAt");
    let current = Signal::derive({
        let own = own.clone();
        move || own.text().unwrap_or_default()
    });
    view! {
        <div class="form-field" data-field="StartAt">
            <label class="form-label" for=id>
                "StartAt"
            </label>
            {super::inputs::select(&labelling, options, current, move |name| own.set(Value::from(name)))}
        </div>
    }
    .into_any()
}
