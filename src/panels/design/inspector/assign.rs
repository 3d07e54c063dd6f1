//! The variables that are assigned, as a table of names and values.

use asl::forms::Payload;
use asl::{Patch, QueryLanguage, Replacement};
use json::{NodeKind, Value};
use leptos::prelude::*;

use super::field::{Mode, is_expression, is_wrong, path_input, problem_list};
use super::form::Site;
use super::inputs::{Labelling, icon_button};
use super::payload;
use crate::platform::dom;
use crate::state::Severity;
use crate::ui::{Icon, segments};

/// The assignments as a table or as JSON, as the person likes. What is no object is JSON.
pub fn assignments(site: &Site, labelling: &Labelling) -> AnyView {
    let is_json = RwSignal::new(false);
    let is_object = Memo::new({
        let site = site.clone();
        move |_| site.read(|tree, node| tree.kind(node) == NodeKind::Object).unwrap_or(false)
    });
    let options = vec![(false, "Table", "A row for each variable"), (true, "JSON", "All of it as JSON")];
    let body = {
        let (site, labelling) = (site.clone(), labelling.clone());
        move || {
            if is_object.get() && !is_json.get() {
                table(&site)
            } else {
                let problems_id = format!("{}-inner", labelling.id);
                let json = payload::json(&site, &labelling);
                view! { {json} {problem_list(problems_id, problems_of(&site), RwSignal::new(None))} }
                    .into_any()
            }
        }
    };
    view! {
        <Show when=move || is_object.get()>
            <div class="form-choice">
                {segments("View of the variables".to_owned(), options.clone(), is_json.into(), move |json: bool| {
                    is_json.set(json);
                })}
            </div>
        </Show>
        {body}
    }
    .into_any()
}

fn problems_of(site: &Site) -> Memo<Vec<(Severity, String)>> {
    let site = site.clone();
    Memo::new(move |_| {
        site.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect()
    })
}

fn names_of(site: &Site) -> Vec<String> {
    let names = site.read(|tree, node| tree.members(node).map(|member| member.name.into_owned()).collect());
    names.unwrap_or_default()
}

/// The name of a variable without what says that its value is a path.
fn variable_of(member: &str, language: QueryLanguage) -> &str {
    match language {
        QueryLanguage::JsonPath => member.strip_suffix(".$").unwrap_or(member),
        QueryLanguage::Jsonata => member,
    }
}

fn table(site: &Site) -> AnyView {
    let members = Memo::new({
        let site = site.clone();
        move |_| names_of(&site).into_iter().enumerate().collect::<Vec<_>>()
    });
    let rows = {
        let site = site.clone();
        move |(position, member): (usize, String)| row(&site, position, &member)
    };
    let add = {
        let site = site.clone();
        move |_| {
            let language = site.form.language;
            let names = untrack(|| names_of(&site));
            let is_taken = |name: &str| names.iter().any(|known| variable_of(known, language) == name);
            let name = (1..).map(|number| match number {
                1 => "variable".to_owned(),
                number => format!("variable{number}"),
            });
            let name = name.take(names.len() + 1).find(|name| !is_taken(name)).unwrap_or_default();
            let (member, value) = match language {
                QueryLanguage::JsonPath => (format!("{name}.$"), "$"),
                QueryLanguage::Jsonata => (name, "{% $states.input %}"),
            };
            site.child(&member).set(Value::from(value));
            dom::focus_place_soon(&site.item(names.len()).pointer);
        }
    };
    view! {
        <div class="form-table" role="group" aria-label="Variables">
            <div class="form-table-head" aria-hidden="true" hidden=move || members.with(Vec::is_empty)>
                <span>"Name"</span>
                <span>"Value"</span>
            </div>
            <For each=move || members.get() key=|row| row.clone() children=rows />
            <div class="form-chips">
                <button type="button" class="form-chip" on:click=add>
                    <Icon name="plus" size=12 />
                    "Add a variable"
                </button>
            </div>
        </div>
    }
    .into_any()
}

fn row(parent: &Site, position: usize, member: &str) -> AnyView {
    let form = parent.form;
    let language = form.language;
    let own = parent.child(member);
    let variable = variable_of(member, language).to_owned();
    let is_path = variable.len() < member.len();
    let mode = Memo::new({
        let own = own.clone();
        move |_| match own.value() {
            _ if is_path => Mode::Path,
            Some(value) if language == QueryLanguage::Jsonata && is_expression(&value) => Mode::Expression,
            _ => Mode::Value,
        }
    });
    let problems = problems_of(&own);
    let mut labelling = Labelling::alone("Value");
    let complaint = labelling.complaint;
    labelling.names_itself = true;
    labelling.is_invalid = is_wrong(complaint, problems);
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by.clone_from(&problems_id);
    let computed = match language {
        QueryLanguage::JsonPath => (Mode::Path, "Path", "A path, or the call of an intrinsic function"),
        QueryLanguage::Jsonata => (Mode::Expression, "{% %}", "A JSONata expression"),
    };
    let change_mode = {
        let (parent, variable) = (parent.clone(), variable.clone());
        move |to: Mode| {
            let value = match to {
                Mode::Path => Value::from("$"),
                Mode::Expression => Value::from("{% $states.input %}"),
                _ => Value::from(""),
            };
            let suffix = if to == Mode::Path { ".$" } else { "" };
            replace(&parent, position, Some(&format!("{variable}{suffix}")), Some(&value));
            dom::focus_place_soon(&format!("{}/value", parent.item(position).pointer));
        }
    };
    let body = {
        let (own, labelling) = (own.clone(), labelling.clone());
        move || match mode.get() {
            Mode::Path => path_input(&own, &labelling),
            Mode::Expression => payload::expression(&own, &labelling),
            _ => payload::json(&own, &labelling),
        }
    };
    let remove = {
        let own = own.clone();
        move |_| own.remove()
    };
    // Rows are made anew with other names, but keep their places.
    let place = parent.item(position).pointer;
    let title = format!("Variable ${variable}");
    view! {
        <div class="form-table-row" role="group" aria-label=title data-row=position.to_string() data-place=place.to_string() data-variable=variable.clone()>
            <div class="form-table-name">
                {name_input(parent, position, member, complaint)}
                {segments(
                    format!("Form of ${variable}"),
                    vec![(Mode::Value, "JSON", "A fixed value, or JSON with expressions in it"), computed],
                    mode.into(),
                    change_mode,
                )}
            </div>
            <div class="form-table-value" data-place=format!("{place}/value")>{body}</div>
            {icon_button("close", format!("Remove ${variable}"), remove)}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

/// The name, which is taken over when it is left.
fn name_input(parent: &Site, position: usize, member: &str, complaint: RwSignal<Option<String>>) -> AnyView {
    let language = parent.form.language;
    let variable = variable_of(member, language).to_owned();
    let suffix = member.get(variable.len()..).unwrap_or_default().to_owned();
    let take = {
        let (parent, before) = (parent.clone(), variable.clone());
        move |typed: &str| {
            let name = typed.trim().trim_start_matches('$');
            if name == before {
                complaint.set(None);
                return false;
            }
            let names = untrack(|| names_of(&parent));
            if name.is_empty() {
                complaint.set(Some("A variable needs a name.".to_owned()));
                return false;
            }
            if names.iter().any(|known| variable_of(known, language) == name) {
                complaint.set(Some(format!("${name} is assigned here already.")));
                return false;
            }
            replace(&parent, position, Some(&format!("{name}{suffix}")), None);
            true
        }
    };
    let on_change = {
        let take = take.clone();
        move |event| {
            take(&event_target_value(&event));
        }
    };
    let place = parent.item(position).pointer;
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let goes_on = event.key() == "Enter" || (event.key() == "Tab" && !event.shift_key());
        // The row is made anew with another name: the focus goes to its value.
        if goes_on && take(&event_target_value(&event)) {
            event.prevent_default();
            dom::focus_place_soon(&format!("{place}/value"));
        }
    };
    view! {
        <span class="form-variable">
            <span class="form-mark" aria-hidden="true">
                "$"
            </span>
            <input
                class="form-input mono"
                type="text"
                aria-label="Name of the variable"
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                prop:value=variable
                on:change=on_change
                on:keydown=on_key
            />
        </span>
    }
    .into_any()
}

/// Gives the assignment at a position another name, another value, or both, in its place.
fn replace(parent: &Site, position: usize, name: Option<&str>, value: Option<&Value>) {
    let patch = untrack(|| {
        parent.read(|tree, node| {
            let member = tree.members(node).nth(position)?;
            let mut replacements = Vec::new();
            if let Some(name) = name.filter(|name| **name != *member.name) {
                let mut text = String::new();
                json::quote(name, &mut text);
                replacements.push(Replacement { span: member.name_span, text });
            }
            if let (Some(value), Some(node)) = (value, member.value) {
                replacements.extend(Payload::of(tree, node).patch(&value.to_text()).replacements);
            }
            Some(Patch::new(replacements))
        })
    });
    if let Some(patch) = patch.flatten() {
        parent.form.apply(patch, "Changed Assign", None);
    }
}
