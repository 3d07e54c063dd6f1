//! What a task is called with, as a form: the parameters that the service's shape has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use catalogue::Shapes;
use json::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field::problem_list;
use super::form::Site;
use super::inputs::{Labelling, unique_id};
use super::payload;
use super::shape_form::{Parameter, ParameterKind, ShapeRef, members_form};
use crate::platform::fetch;
use crate::state::Severity;
use crate::ui::segments;

thread_local! {
    /// The shapes that were fetched, by service.
    static FETCHED: RefCell<HashMap<String, Arc<Shapes>>> = RefCell::new(HashMap::new());
}

/// Whether a template holds the parameters of an action.
pub fn is_of_action(site: &Site) -> bool {
    owner_of(site).is_some()
}

/// Who calls the action whose parameters stand in a template.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Task,
    Reader,
    Writer,
}

impl Owner {
    /// The resource, which says what is called.
    fn resource(self, site: &Site) -> Site {
        let state = site.form.root();
        match self {
            Owner::Task => state.child("Resource"),
            Owner::Reader => state.child("ItemReader").child("Resource"),
            Owner::Writer => state.child("ResultWriter").child("Resource"),
        }
    }
}

fn owner_of(site: &Site) -> Option<Owner> {
    let object =
        site.pointer.strip_suffix("/Arguments").or_else(|| site.pointer.strip_suffix("/Parameters"))?;
    match object {
        "" => std::ptr::eq(site.form.object_type, &asl::fields::TASK).then_some(Owner::Task),
        "/ItemReader" => Some(Owner::Reader),
        "/ResultWriter" => Some(Owner::Writer),
        _ => None,
    }
}

/// The parameters as a form or as JSON, as the person likes.
pub fn parameters(site: &Site, labelling: &Labelling) -> AnyView {
    let known = known_parameters(site);
    let is_json = RwSignal::new(false);
    let options = vec![(false, "Form", "A field for each parameter"), (true, "JSON", "All of it as JSON")];
    let is_object = Memo::new({
        let site = site.clone();
        move |_| site.read(|tree, node| tree.kind(node) == json::NodeKind::Object).unwrap_or(false)
    });
    let has_form = Memo::new(move |_| is_object.get() && known.with(|known| !known.is_empty()));
    let body = {
        let (site, labelling) = (site.clone(), labelling.clone());
        move || {
            if has_form.get() && !is_json.get() {
                members_form(&site, known, 0)
            } else {
                // Without rows that would show their own problems.
                let (id, inner) = (unique_id("inner-problems"), inner_problems(&site));
                let editor = payload::json(&site, &labelling);
                view! { {editor} {problem_list(id, inner, RwSignal::new(None))} }.into_any()
            }
        }
    };
    view! {
        <Show when=move || has_form.get()>
            <div class="form-choice">
                {segments("View of the parameters".to_owned(), options.clone(), is_json.into(), move |json: bool| {
                    is_json.set(json);
                })}
            </div>
        </Show>
        {body}
    }
    .into_any()
}

/// The problems of what is within a value.
fn inner_problems(site: &Site) -> Memo<Vec<(Severity, String)>> {
    let site = site.clone();
    Memo::new(move |_| {
        let own = site.own_problems();
        let inner = site.problems().into_iter().filter(|problem| !own.contains(problem));
        inner.map(|problem| (problem.severity, problem.message)).collect()
    })
}

/// The parameters of what the task calls, as soon as they are known. A service's shapes are fetched when they
/// are first needed.
fn known_parameters(site: &Site) -> Memo<Vec<Parameter>> {
    let owner = owner_of(site).unwrap_or(Owner::Task);
    let resource = owner.resource(site);
    let call = Memo::new(move |_| resource.text().and_then(|resource| call_of(owner, &resource)));
    let fetched = RwSignal::new(None::<(String, Arc<Shapes>)>);
    Effect::new(move |_| {
        let Some(service) = call.with(|call| call.as_ref().map(|call| call.shapes.clone())) else { return };
        if service.is_empty() {
            return;
        }
        if let Some(shapes) = FETCHED.with_borrow(|known| known.get(&service).cloned()) {
            fetched.set(Some((service, shapes)));
            return;
        }
        spawn_local(async move {
            let Some(text) = fetch::text(&format!("./catalogue/shapes/{service}.txt")).await else { return };
            let shapes = Arc::new(Shapes::parse(&text));
            FETCHED.with_borrow_mut(|known| known.insert(service.clone(), shapes.clone()));
            // The form may be gone by now.
            let _ = fetched.try_set(Some((service, shapes)));
        });
    });
    Memo::new(move |_| {
        let Some(call) = call.get() else { return Vec::new() };
        let from_shapes = fetched.with(|fetched| {
            let (_, shapes) = fetched.as_ref().filter(|(service, _)| *service == call.shapes)?;
            parameters_of(shapes, &call.action)
        });
        from_shapes.filter(|parameters| !parameters.is_empty()).unwrap_or(call.known)
    })
}

/// What a resource calls.
#[derive(Clone, PartialEq)]
struct Call {
    /// The service in the catalogue of shapes; empty where it has none.
    shapes: String,
    action: String,
    /// What is known without shapes.
    known: Vec<Parameter>,
}

fn call_of(owner: Owner, resource: &str) -> Option<Call> {
    use asl::resource::Resource;
    let resource = Resource::parse(resource)?;
    if let Resource::Integration { service, action, .. } = resource {
        let own = match owner {
            Owner::Task => format!("{service}:{action}"),
            Owner::Reader => format!("reader:{action}"),
            Owner::Writer => format!("writer:{action}"),
        };
        if let Some(known) = parameters_of(catalogue::own_shapes(), &own) {
            return Some(Call { shapes: String::new(), action: action.to_owned(), known });
        }
    }
    match resource {
        Resource::Sdk { service, action, .. } => {
            Some(Call { shapes: service.to_owned(), action: action.to_owned(), known: Vec::new() })
        }
        Resource::Integration { service, action, .. } => {
            let integration = catalogue::integration(service, action)?;
            let example = json::parse(integration.parameters).unwrap_or_default();
            let required = integration.required().into_iter().map(|name| {
                let kind = match example.get(&name) {
                    Some(Value::Array(_)) => ParameterKind::List(None),
                    Some(Value::Object(_)) => ParameterKind::Map(None),
                    Some(Value::String(text)) if text.starts_with('$') && !text.starts_with("${") => {
                        ParameterKind::Any
                    }
                    Some(Value::String(_)) => ParameterKind::Text,
                    _ => ParameterKind::Any,
                };
                Parameter { name, is_required: true, kind }
            });
            Some(Call {
                shapes: integration.service().sdk.to_owned(),
                action: action.to_owned(),
                known: required.collect(),
            })
        }
        _ => None,
    }
}

fn parameters_of(shapes: &Arc<Shapes>, action: &str) -> Option<Vec<Parameter>> {
    let input = shapes.operation(action)?.input?;
    ShapeRef { shapes: shapes.clone(), shape: format!("#{input}") }.members()
}
