//! Which state comes next.

use json::Value;
use leptos::prelude::*;

use super::form::Site;
use super::inputs::{Labelling, select};

/// A state of the same scope.
pub fn target_select(site: &Site, labelling: &Labelling) -> AnyView {
    let form = site.form;
    let targets = Memo::new(move |_| form.targets());
    let options = Signal::derive(move || {
        targets.get().into_iter().map(|name| (name.clone(), name)).collect::<Vec<_>>()
    });
    let current = Signal::derive({
        let site = site.clone();
        move || site.text().unwrap_or_default()
    });
    let writer = site.clone();
    let go = go_button(site);
    let choose = select(labelling, options, current, move |name| writer.set(Value::from(name)));
    view! { <div class="form-pair go">{choose} {go}</div> }.into_any()
}

/// What follows a state: another one, or the end of the scope.
pub fn next_row(site: &Site) -> AnyView {
    // No name of a state: those have no control characters here.
    const END: &str = "\u{1}end";
    let end_words = "Nothing: it ends here";
    let form = site.form;
    let next = site.child("Next");
    let end = site.child("End");
    let targets = Memo::new(move |_| form.targets());
    let own = move || form.object.with(|object| object.as_ref().map(|located| located.name.clone()));
    let options = Signal::derive(move || {
        let own = own();
        let others = targets.get().into_iter().filter(|name| own.as_deref() != Some(name));
        let mut options: Vec<(String, String)> = others.map(|name| (name.clone(), name)).collect();
        options.push((END.to_owned(), end_words.to_owned()));
        options
    });
    let current = Signal::derive({
        let (next, end) = (next.clone(), end.clone());
        move || {
            let is_end = end.value().and_then(|end| end.as_bool()) == Some(true);
            next.text().unwrap_or_else(|| if is_end { END.to_owned() } else { String::new() })
        }
    });
    let problems = Memo::new({
        let (next, end) = (next.clone(), end.clone());
        move |_| {
            let problems = next.problems().into_iter().chain(end.problems());
            problems.map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let mut labelling = Labelling::alone("Next");
    labelling.is_required = true;
    labelling.is_invalid = Signal::derive(move || problems.with(|problems| !problems.is_empty()));
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by = problems_id.clone();
    let on_change = move |name: String| {
        let fields = if name == END {
            vec![("/Next".to_owned(), None), ("/End".to_owned(), Some(Value::from(true)))]
        } else {
            vec![("/End".to_owned(), None), ("/Next".to_owned(), Some(Value::from(name)))]
        };
        form.change_or_say(fields, "Changed what follows");
    };
    let choose = select(&labelling, options, current, on_change);
    view! {
        <div class="form-field" data-field="Next">
            <div class="form-label-row">
                <label class="form-label" for=labelling.id.clone()>
                    "Next state"
                </label>
            </div>
            <div class="form-pair go">{choose} {go_button(&next)}</div>
            {super::field::problem_list(problems_id, problems, labelling.complaint)}
        </div>
    }
    .into_any()
}

/// Selects the state that a place names.
fn go_button(site: &Site) -> AnyView {
    let site = site.clone();
    let studio = site.form.studio;
    let go = move |_| {
        if let Some(name) = untrack(|| site.text()) {
            studio.select_named(&name);
        }
    };
    super::inputs::icon_button("arrow-right", "Go to this state", go)
}
