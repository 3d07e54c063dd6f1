//! What a Task calls, and how it waits for the end of it.

use asl::fields::Field;
use catalogue::Pattern;
use json::Value;
use leptos::prelude::*;

use super::field::{is_wrong, problem_list, typed};
use super::form::{Form, Site};
use super::inputs::{Labelling, Look, parse_text, show_text};
use crate::ui::segments;

pub fn resource(site: &Site, field: &'static Field) -> AnyView {
    let own = site.child(field.name);
    let text = Memo::new({
        let own = own.clone();
        move |_| own.text().unwrap_or_default()
    });
    let problems = Memo::new({
        let own = own.clone();
        move |_| {
            own.problems().into_iter().map(|problem| (problem.severity, problem.message)).collect::<Vec<_>>()
        }
    });
    let mut labelling = Labelling::alone("Resource");
    labelling.is_required = true;
    labelling.is_invalid = is_wrong(labelling.complaint, problems);
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by = problems_id.clone();
    let words = move || text.with(|text| diagram::resource(text));
    let patterns = Memo::new(move |_| text.with(|text| patterns_of(text)));
    let current = Signal::derive(move || text.with(|text| split(text).1));
    let write = own.clone();
    let change = move |pattern: Pattern| {
        let resource = text.with_untracked(|text| format!("{}{}", split(text).0, pattern.suffix()));
        write.set(Value::from(resource));
    };
    let switch = move || {
        let options: Vec<_> = patterns
            .get()
            .into_iter()
            .map(|pattern| (pattern, short_title(pattern), pattern.title()))
            .collect();
        let change = change.clone();
        (options.len() > 1).then(|| {
            view! {
                <div class="form-choice">
                    {segments("Integration pattern".to_owned(), options, current, change)}
                </div>
            }
        })
    };
    let id = labelling.id.clone();
    view! {
        <div class="form-field" data-field="Resource">
            <div class="form-label-row">
                <label class="form-label" for=id title=field.doc>
                    "Resource"
                    <span class="form-required" aria-hidden="true">
                        "*"
                    </span>
                </label>
                <span class="form-gap"></span>
                <span class="form-words">{words}</span>
            </div>
            {typed(&own, &labelling, Look::Code, "arn:aws:states:::", show_text, parse_text())}
            {problem_list(problems_id, problems, labelling.complaint)}
            {switch}
        </div>
    }
    .into_any()
}

fn short_title(pattern: Pattern) -> &'static str {
    match pattern {
        Pattern::RequestResponse => "Answer",
        Pattern::Sync => "Wait for job",
        Pattern::Sync2 => "Wait, JSON",
        Pattern::WaitForTaskToken => "Callback",
    }
}

/// A resource without its pattern, and the pattern.
fn split(resource: &str) -> (&str, Pattern) {
    let is_service = resource.contains(":states:::");
    let action = resource.rfind(":states:::").unwrap_or(0);
    let dot = resource.get(action..).and_then(|rest| rest.find('.')).map(|dot| action + dot);
    match dot.filter(|_| is_service) {
        Some(dot) => {
            let (base, suffix) = resource.split_at(dot);
            Pattern::from_suffix(suffix)
                .map_or((resource, Pattern::RequestResponse), |pattern| (base, pattern))
        }
        None => (resource, Pattern::RequestResponse),
    }
}

/// The patterns that a resource can have, the one that it has among them.
fn patterns_of(resource: &str) -> Vec<Pattern> {
    let (base, now) = split(resource);
    let mut patterns = match catalogue::integration_of(base) {
        Some((integration, _)) => integration.patterns.to_vec(),
        None if base.contains(":states:::aws-sdk:") => {
            vec![Pattern::RequestResponse, Pattern::WaitForTaskToken]
        }
        None => return Vec::new(),
    };
    if !patterns.contains(&now) {
        patterns.push(now);
    }
    patterns.sort_by_key(|pattern| match pattern {
        Pattern::RequestResponse => 0,
        Pattern::Sync => 1,
        Pattern::Sync2 => 2,
        Pattern::WaitForTaskToken => 3,
    });
    patterns
}

/// The errors that the task of a form may end with.
pub fn task_errors(form: Form) -> Signal<Vec<String>> {
    let resource = form.root().child("Resource");
    Signal::derive(move || {
        let resource = resource.text().unwrap_or_default();
        catalogue::integration_of(&resource).map_or_else(Vec::new, |(integration, _)| integration.errors())
    })
}
