//! Fields that no form knows: as JSON, so that nothing is out of reach.

use leptos::prelude::*;

use super::field::problem_list;
use super::form::Site;
use super::inputs::{Labelling, icon_button};
use super::payload;

/// A JSON editor for each member of an object that is not among the known ones.
pub fn other_fields(site: &Site, known: Vec<&'static str>) -> AnyView {
    let names = Memo::new({
        let site = site.clone();
        move |_| site.read(|tree, node| asl::forms::other_members(tree, node, &known)).unwrap_or_default()
    });
    let rows = {
        let site = site.clone();
        move |name: String| other_row(&site.child(&name), name)
    };
    view! { <For each=move || names.get() key=|name| name.clone() children=rows /> }.into_any()
}

fn other_row(site: &Site, name: String) -> AnyView {
    let labelling = Labelling::alone("JSON of another field");
    let problems = Memo::new({
        let site = site.clone();
        move |_| {
            site.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let remove = {
        let site = site.clone();
        move |_| site.remove()
    };
    view! {
        <div class="form-field" role="group" aria-label=name.clone() data-field=name.clone()>
            <div class="form-label-row">
                <span class="form-label">{name.clone()}</span>
                <span class="form-gap"></span>
                {icon_button("close", format!("Remove {name}"), remove)}
            </div>
            {payload::json(site, &labelling)}
            {problem_list(format!("{}-problems", labelling.id), problems, labelling.complaint)}
        </div>
    }
    .into_any()
}

/// The same as a section of a state's form, which is there when it is needed.
pub fn other_section(site: &Site, known: Vec<&'static str>) -> AnyView {
    let has_others = Memo::new({
        let (site, known) = (site.clone(), known.clone());
        move |_| {
            let others = site.read(|tree, node| asl::forms::other_members(tree, node, &known));
            others.is_some_and(|others| !others.is_empty())
        }
    });
    let site = site.clone();
    view! {
        <Show when=move || has_others.get()>
            {super::section::section("Other fields", "others", other_fields(&site, known.clone()))}
        </Show>
    }
    .into_any()
}
