//! The rules of a Choice state.

use std::sync::Arc;

use asl::QueryLanguage;
use asl::fields::CHOICE_RULE;
use asl::forms::{self, Control};
use json::Value;
use leptos::prelude::*;

use super::field::{field_row, problem_list, rows_and_chips};
use super::form::Site;
use super::list::{ListSpec, object_list};
use super::rule;

pub fn choices(site: &Site) -> AnyView {
    let spec = ListSpec {
        noun: "rule",
        summary: |site| site.value().map_or(String::new(), |rule| sentence(&rule)),
        body: Arc::new(|site| choice_rule(&site)),
        new_item: |site| {
            let next = Value::from(site.form.default_target().unwrap_or_default());
            match site.form.language {
                QueryLanguage::Jsonata => {
                    Value::from_members([("Condition", Value::from("{% true %}")), ("Next", next)])
                }
                QueryLanguage::JsonPath => Value::from_members([
                    ("Variable", Value::from("$.value")),
                    ("IsPresent", Value::from(true)),
                    ("Next", next),
                ]),
            }
        },
        keeps_one: true,
    };
    object_list(site, spec)
}

/// A rule as people say it: `If $.total ≥ 100 → Approve`.
pub fn sentence(rule: &Value) -> String {
    let next = rule.get("Next").and_then(Value::as_str).unwrap_or("nowhere yet");
    format!("If {} → {next}", diagram::choice_rule(rule))
}

/// The form of a rule: its condition, where it leads, and what it does on the way.
pub fn choice_rule(site: &Site) -> AnyView {
    let controls = forms::controls(&CHOICE_RULE, site.form.language);
    let row = |name: &str| {
        controls.iter().find(|control| control.field.name == name).map(|control| field_row(site, *control))
    };
    let condition = match site.form.language {
        QueryLanguage::Jsonata => row("Condition").into_any(),
        QueryLanguage::JsonPath => {
            let problems = Memo::new({
                let site = site.clone();
                move |_| {
                    let problems = site.own_problems().into_iter();
                    problems.map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
                }
            });
            view! {
                {rule::rule_editor(site.clone(), 0)}
                {problem_list(super::inputs::unique_id("rule"), problems, RwSignal::new(None))}
            }
            .into_any()
        }
    };
    let rest: Vec<Control> = controls
        .iter()
        .filter(|control| matches!(control.field.name, "Assign" | "Output" | "Comment"))
        .copied()
        .collect();
    let known = CHOICE_RULE.all_fields().map(|field| field.name).collect();
    view! {
        {condition}
        {row("Next")}
        {rows_and_chips(site, rest)}
        {super::others::other_fields(site, known)}
    }
    .into_any()
}
