//! What a task is called with, as a form: the parameters that the service's shape has.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use asl::QueryLanguage;
use asl::fields::Kind;
use catalogue::{Shape, Shapes};
use json::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::field::{Mode, is_expression, parse_number, path_input, problem_list, typed};
use super::form::Site;
use super::inputs::{Labelling, Look, icon_button, parse_text, segments, select, show_text};
use super::payload;
use crate::platform::{dom, fetch};
use crate::state::Severity;
use crate::ui::Icon;

/// Parameters that can be added are offered up to this many; the others are typed as JSON.
const MOST_OFFERED: usize = 40;

thread_local! {
    /// The shapes that were fetched, by service.
    static FETCHED: RefCell<HashMap<String, Arc<Shapes>>> = RefCell::new(HashMap::new());
}

/// A parameter of an action.
#[derive(Clone, PartialEq)]
struct Parameter {
    name: String,
    is_required: bool,
    kind: ParameterKind,
}

#[derive(Clone, PartialEq)]
enum ParameterKind {
    Text,
    Number,
    Boolean,
    OneOf(Vec<String>),
    List,
    Object,
    Any,
}

impl ParameterKind {
    fn words(&self) -> &'static str {
        match self {
            ParameterKind::Text => "text",
            ParameterKind::Number => "number",
            ParameterKind::Boolean => "true or false",
            ParameterKind::OneOf(_) => "one of a few",
            ParameterKind::List => "list",
            ParameterKind::Object => "object",
            ParameterKind::Any => "any JSON",
        }
    }

    fn initial(&self, name: &str) -> Value {
        match self {
            ParameterKind::Text => Value::from(format!("${{{name}}}")),
            ParameterKind::Number => Value::from(1),
            ParameterKind::Boolean => Value::from(true),
            ParameterKind::OneOf(words) => Value::from(words.first().cloned().unwrap_or_default()),
            ParameterKind::List => Value::array(Vec::new()),
            ParameterKind::Object | ParameterKind::Any => Value::from_members::<&str>([]),
        }
    }
}

/// Whether a template holds the parameters of a task's action.
pub fn is_of_task(site: &Site) -> bool {
    matches!(&*site.pointer, "/Arguments" | "/Parameters")
        && std::ptr::eq(site.form.object_type, &asl::fields::TASK)
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
                form(&site, known)
            } else {
                payload::json(&site, &labelling)
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

fn form(site: &Site, known: Memo<Vec<Parameter>>) -> AnyView {
    // What is known of a parameter may come later than the parameter itself.
    let members = Memo::new({
        let site = site.clone();
        move |_| {
            let names = site.read(|tree, node| {
                let names = tree.members(node).map(|member| member.name.into_owned());
                names.collect::<Vec<String>>()
            });
            let known = known.get();
            let parameter = |name: &String| {
                let base = name.strip_suffix(".$").unwrap_or(name);
                let unknown =
                    || Parameter { name: base.to_owned(), is_required: false, kind: ParameterKind::Any };
                known.iter().find(|known| known.name == base).cloned().unwrap_or_else(unknown)
            };
            let members = names.unwrap_or_default().into_iter().map(|name| (parameter(&name), name));
            members.collect::<Vec<(Parameter, String)>>()
        }
    });
    let rows = {
        let site = site.clone();
        move |(parameter, name): (Parameter, String)| row(&site, &name, &parameter)
    };
    let has =
        move |name: &str| members.with(|members| members.iter().any(|(parameter, _)| parameter.name == name));
    let missing = {
        let site = site.clone();
        move || {
            // An HTTPS call has its connection in one of two places.
            let is_elsewhere = |name: &str| name == "InvocationConfig" && has("Authentication");
            let known = known.get().into_iter();
            let absent = known.filter(|parameter| !has(&parameter.name) && !is_elsewhere(&parameter.name));
            let (required, optional): (Vec<_>, Vec<_>) = absent.partition(|parameter| parameter.is_required);
            let unnamed = optional.len().saturating_sub(MOST_OFFERED);
            let all = required.into_iter().chain(optional.into_iter().take(MOST_OFFERED));
            let chips = all.map(|parameter| chip(&site, parameter)).collect_view();
            let more = (unnamed > 0).then(|| {
                view! { <span class="form-words">{format!("and {unnamed} more, which can be typed as JSON")}</span> }
            });
            view! { <div class="form-chips" role="group" aria-label="Parameters to add">{chips} {more}</div> }
        }
    };
    view! {
        <div class="form-object form-parameters">
            <For
                each=move || members.get()
                key=|(parameter, name)| (name.clone(), parameter.kind.words(), parameter.is_required)
                children=rows
            />
            {missing}
        </div>
    }
    .into_any()
}

fn chip(site: &Site, parameter: Parameter) -> AnyView {
    let Parameter { name, is_required, kind } = parameter;
    let title = format!("{name}: {}{}", kind.words(), if is_required { ", required" } else { "" });
    let label = format!("Add {name}{}", if is_required { ", which is required" } else { "" });
    let words = name.clone();
    let add = {
        let site = site.clone();
        move |_| {
            let own = site.child(&name);
            own.set(kind.initial(&name));
            dom::focus_place_soon(&own.pointer);
        }
    };
    view! {
        <button type="button" class="form-chip" class:required=is_required title=title aria-label=label on:click=add>
            <Icon name="plus" size=12 />
            {words}
        </button>
    }
    .into_any()
}

fn row(parent: &Site, member: &str, parameter: &Parameter) -> AnyView {
    let form = parent.form;
    let own = parent.child(member);
    let (base, kind) = (parameter.name.clone(), parameter.kind.clone());
    let is_path = member.ends_with(".$");
    let mode = Memo::new({
        let own = own.clone();
        move |_| match own.value() {
            _ if is_path => Mode::Path,
            Some(value) if form.language == QueryLanguage::Jsonata && is_expression(&value) => {
                Mode::Expression
            }
            _ => Mode::Value,
        }
    });
    let problems = Memo::new({
        let own = own.clone();
        move |_| {
            let problems = own.problems().into_iter();
            problems.map(|problem| (problem.severity, problem.message)).collect::<Vec<(Severity, String)>>()
        }
    });
    let mut labelling = Labelling::alone("Parameter");
    let complaint = labelling.complaint;
    labelling.is_required = parameter.is_required;
    labelling.is_invalid = Signal::derive(move || {
        complaint.with(Option::is_some) || problems.with(|problems| !problems.is_empty())
    });
    let own_place = own.pointer.to_string();
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by = problems_id.clone();
    let computed = match form.language {
        QueryLanguage::JsonPath => (Mode::Path, "Path", "A path, or the call of an intrinsic function"),
        QueryLanguage::Jsonata => (Mode::Expression, "{% %}", "A JSONata expression"),
    };
    let change_mode = {
        let (parent, base, kind) = (parent.clone(), base.clone(), kind.clone());
        move |to: Mode| {
            let plain = parent.child(&base).pointer.to_string();
            let path = parent.child(&format!("{base}.$")).pointer.to_string();
            let fields = match to {
                Mode::Path => vec![(plain, None), (path, Some(Value::from("$.value")))],
                Mode::Expression => vec![(plain, Some(Value::from("{% $states.input %}")))],
                _ if is_path => vec![(path, None), (plain, Some(kind.initial(&base)))],
                _ => vec![(plain, Some(kind.initial(&base)))],
            };
            form.change_or_say(fields, &format!("Changed {base}"));
        }
    };
    let words = kind.words();
    let body = {
        let (own, labelling, kind) = (own.clone(), labelling.clone(), kind.clone());
        move || match mode.get() {
            Mode::Path => path_input(&own, &labelling),
            Mode::Expression => payload::expression(&own, &labelling),
            _ => value_input(&own, &kind, &labelling),
        }
    };
    let remove = {
        let own = own.clone();
        move |_| own.remove()
    };
    view! {
        <div class="form-field" data-field=base.clone() data-place=own_place>
            <div class="form-label-row">
                <label class="form-label" for=labelling.id.clone()>
                    {base.clone()}
                    {parameter
                        .is_required
                        .then(|| view! { <span class="form-required" title="Required" aria-hidden="true">"*"</span> })}
                </label>
                <span class="form-words">{words}</span>
                <span class="form-gap"></span>
                {segments(
                    format!("Form of {base}"),
                    vec![(Mode::Value, "Value", "A fixed value"), computed],
                    mode.into(),
                    change_mode,
                )}
                {icon_button("close", format!("Remove {base}"), remove)}
            </div>
            {body}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

fn value_input(site: &Site, kind: &ParameterKind, labelling: &Labelling) -> AnyView {
    // What is there counts more than what should be: a list in the place of a text is edited as JSON.
    let is_plain = untrack(|| site.value())
        .is_none_or(|value| value.as_object().is_none() && value.as_array().is_none());
    match kind {
        ParameterKind::Text if is_plain => typed(site, labelling, Look::Line, "", show_text, parse_text()),
        ParameterKind::Number if is_plain => {
            let kind = Kind::Decimal { min: f64::NEG_INFINITY, max: None };
            typed(site, labelling, Look::Number, "", show_text, parse_number(kind))
        }
        ParameterKind::Boolean if is_plain => {
            let words = vec!["true".to_owned(), "false".to_owned()];
            one_of(site, words, labelling, |word| Value::from(word == "true"))
        }
        ParameterKind::OneOf(words) if is_plain => one_of(site, words.clone(), labelling, Value::from),
        _ => payload::json(site, labelling),
    }
}

fn one_of(site: &Site, words: Vec<String>, labelling: &Labelling, value: fn(String) -> Value) -> AnyView {
    let current = site.value_memo();
    let current =
        Signal::derive(move || current.with(|value| value.as_ref().map_or(String::new(), show_text)));
    let options: Vec<(String, String)> = words.into_iter().map(|word| (word.clone(), word)).collect();
    let site = site.clone();
    select(labelling, Signal::derive(move || options.clone()), current, move |word| site.set(value(word)))
}

/// The parameters of what the task calls, as soon as they are known. A service's shapes are fetched when they
/// are first needed.
fn known_parameters(site: &Site) -> Memo<Vec<Parameter>> {
    let resource = site.form.root().child("Resource");
    let call = Memo::new(move |_| resource.text().and_then(|resource| call_of(&resource)));
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

fn call_of(resource: &str) -> Option<Call> {
    use asl::resource::Resource;
    match Resource::parse(resource)? {
        Resource::Sdk { service, action, .. } => {
            Some(Call { shapes: service.to_owned(), action: action.to_owned(), known: Vec::new() })
        }
        Resource::Integration { service, action, .. } => {
            let integration = catalogue::integration(service, action)?;
            let example = json::parse(integration.parameters).unwrap_or_default();
            let required = integration.required().into_iter().map(|name| {
                let kind = match example.get(&name) {
                    Some(Value::Array(_)) => ParameterKind::List,
                    Some(Value::Object(_)) => ParameterKind::Object,
                    Some(Value::String(text)) if text.starts_with('$') && !text.starts_with("${") => {
                        ParameterKind::Any
                    }
                    Some(Value::String(_)) => ParameterKind::Text,
                    _ => ParameterKind::Any,
                };
                Parameter { name, is_required: true, kind }
            });
            let further = integration.optional().iter().map(|name| Parameter {
                name: (*name).to_owned(),
                is_required: false,
                kind: match *name {
                    "RequestBody" => ParameterKind::Any,
                    "AllowNullValues" => ParameterKind::Boolean,
                    _ => ParameterKind::Object,
                },
            });
            Some(Call {
                shapes: integration.service().sdk.to_owned(),
                action: action.to_owned(),
                known: required.chain(further).collect(),
            })
        }
        _ => None,
    }
}

fn parameters_of(shapes: &Shapes, action: &str) -> Option<Vec<Parameter>> {
    let structure = shapes.structure(shapes.operation(action)?.input?)?;
    let mut parameters: Vec<Parameter> = structure
        .members
        .iter()
        .map(|member| {
            let kind = match shapes.read(member.shape) {
                Shape::Text { .. } | Shape::Timestamp => ParameterKind::Text,
                // The body of a call is JSON in Step Functions, whatever the service takes.
                Shape::Blob { .. } | Shape::Any => ParameterKind::Any,
                Shape::Boolean => ParameterKind::Boolean,
                Shape::Integer { .. } | Shape::Number { .. } => ParameterKind::Number,
                Shape::List { .. } => ParameterKind::List,
                Shape::Map(_) => ParameterKind::Object,
                Shape::Of(index) => match shapes.values(index) {
                    values if values.is_empty() => ParameterKind::Object,
                    values => ParameterKind::OneOf(values.into_iter().map(str::to_owned).collect()),
                },
            };
            Parameter { name: member.name.to_owned(), is_required: member.is_required, kind }
        })
        .collect();
    parameters.sort_by_key(|parameter| !parameter.is_required);
    Some(parameters)
}
