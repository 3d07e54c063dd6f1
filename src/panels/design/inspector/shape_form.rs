//! A form for data of a known shape: structures within structures, lists, and maps, each of which can be edited as
//! JSON instead.

use std::sync::Arc;

use asl::QueryLanguage;
use asl::fields::Kind;
use asl::{Patch, Replacement};
use catalogue::{Shape, Shapes};
use json::{NodeKind, Value};
use leptos::prelude::*;

use super::field::{Mode, is_expression, is_wrong, parse_number, path_input, problem_list, typed};
use super::form::Site;
use super::inputs::{Labelling, Look, icon_button, parse_text, select, show_text, unique_id};
use super::payload;
use crate::platform::dom;
use crate::state::Severity;
use crate::ui::{Icon, segments};

/// Parameters that can be added are offered up to this many; the others are typed as JSON.
const MOST_OFFERED: usize = 40;
/// The same within a structure.
const MOST_OFFERED_INSIDE: usize = 16;
/// Items of a list, or names of a map, that have fields of their own.
const MOST_ITEMS: usize = 100;
/// What is nested deeper is JSON.
const MAX_DEPTH: usize = 10;
/// How deep a new structure has its required members.
const MAX_NEW_DEPTH: usize = 4;

/// A member of a structure.
#[derive(Clone, PartialEq)]
pub struct Parameter {
    pub name: String,
    pub is_required: bool,
    pub kind: ParameterKind,
}

#[derive(Clone, PartialEq)]
pub enum ParameterKind {
    Text,
    Number,
    Boolean,
    OneOf(Vec<String>),
    /// With the shape of its items, where that is known.
    List(Option<ShapeRef>),
    /// An object with any names; the shape is that of its values.
    Map(Option<ShapeRef>),
    Structure(ShapeRef),
    Any,
    /// Of a member that the shape doesn't have.
    Unknown,
}

/// A shape in the file of its service.
#[derive(Clone)]
pub struct ShapeRef {
    pub shapes: Arc<Shapes>,
    /// As [`Shapes::read`] takes it.
    pub shape: String,
}

impl PartialEq for ShapeRef {
    fn eq(&self, other: &ShapeRef) -> bool {
        Arc::ptr_eq(&self.shapes, &other.shapes) && self.shape == other.shape
    }
}

impl ShapeRef {
    fn kind(&self) -> ParameterKind {
        let of = |shape: &str| Some(ShapeRef { shapes: self.shapes.clone(), shape: shape.to_owned() });
        match self.shapes.read(&self.shape) {
            Shape::Text { .. } | Shape::Timestamp => ParameterKind::Text,
            // The body of a call is JSON in Step Functions, whatever the service takes.
            Shape::Blob { .. } | Shape::Any => ParameterKind::Any,
            Shape::Boolean => ParameterKind::Boolean,
            Shape::Integer { .. } | Shape::Number { .. } => ParameterKind::Number,
            Shape::List { item, .. } => ParameterKind::List(of(item)),
            Shape::Map(value) => ParameterKind::Map(of(value)),
            Shape::Of(index) => match self.shapes.values(index) {
                values if values.is_empty() => ParameterKind::Structure(self.clone()),
                values => ParameterKind::OneOf(values.into_iter().map(str::to_owned).collect()),
            },
        }
    }

    fn structure(&self) -> Option<catalogue::Structure<'_>> {
        match self.shapes.read(&self.shape) {
            Shape::Of(index) => self.shapes.structure(index),
            _ => None,
        }
    }

    /// The members of a structure, the required ones first.
    pub fn members(&self) -> Option<Vec<Parameter>> {
        let members = self.structure()?.members.into_iter().map(|member| {
            let shape = ShapeRef { shapes: self.shapes.clone(), shape: member.shape.to_owned() };
            Parameter { name: member.name.to_owned(), is_required: member.is_required, kind: shape.kind() }
        });
        let mut members: Vec<Parameter> = members.collect();
        members.sort_by_key(|parameter| !parameter.is_required);
        Some(members)
    }

    /// Whether exactly one of the members has to be given.
    fn is_union(&self) -> bool {
        self.structure().is_some_and(|structure| structure.is_union)
    }
}

impl ParameterKind {
    fn words(&self) -> &'static str {
        match self {
            ParameterKind::Text => "text",
            ParameterKind::Number => "number",
            ParameterKind::Boolean => "true or false",
            ParameterKind::OneOf(_) => "one of a few",
            ParameterKind::List(_) => "list",
            ParameterKind::Map(_) | ParameterKind::Structure(_) => "object",
            ParameterKind::Any => "any JSON",
            ParameterKind::Unknown => "not one of its parameters",
        }
    }

    /// What tells forms of different kinds apart.
    fn key(&self) -> (&'static str, bool) {
        let is_known = match self {
            ParameterKind::List(inner) | ParameterKind::Map(inner) => inner.is_some(),
            _ => true,
        };
        (self.words(), is_known)
    }

    /// The kind of JSON that has a form of its own here; none for what is a single control.
    fn container(&self) -> Option<NodeKind> {
        match self {
            ParameterKind::List(_) => Some(NodeKind::Array),
            ParameterKind::Map(_) | ParameterKind::Structure(_) => Some(NodeKind::Object),
            _ => None,
        }
    }

    fn initial(&self, name: &str) -> Value {
        self.initial_within(name, 0)
    }

    fn initial_within(&self, name: &str, depth: usize) -> Value {
        match self {
            ParameterKind::Text => Value::from(format!("${{{name}}}")),
            ParameterKind::Number => Value::from(1),
            ParameterKind::Boolean => Value::from(true),
            ParameterKind::OneOf(words) => Value::from(words.first().cloned().unwrap_or_default()),
            ParameterKind::List(_) => Value::array(Vec::new()),
            ParameterKind::Structure(shape) if depth < MAX_NEW_DEPTH => {
                let required =
                    shape.members().unwrap_or_default().into_iter().filter(|member| member.is_required);
                Value::from_members(required.map(|member| {
                    let value = member.kind.initial_within(&member.name, depth + 1);
                    (member.name, value)
                }))
            }
            ParameterKind::Structure(_)
            | ParameterKind::Map(_)
            | ParameterKind::Any
            | ParameterKind::Unknown => Value::from_members::<&str>([]),
        }
    }
}

/// The members of an object that has a known shape, and what can be added to it.
pub fn members_form(site: &Site, known: Memo<Vec<Parameter>>, depth: usize) -> AnyView {
    structure_form(site, known, false, depth)
}

fn structure_form(site: &Site, known: Memo<Vec<Parameter>>, is_union: bool, depth: usize) -> AnyView {
    // What is known of a parameter may come later than the parameter itself.
    let members = Memo::new({
        let site = site.clone();
        move |_| {
            let names = names_in(&site);
            let known = known.get();
            let parameter = |name: &String| {
                let base = base_of(name, site.form.language);
                // Before anything is known, nothing is unknown.
                let kind = if known.is_empty() { ParameterKind::Any } else { ParameterKind::Unknown };
                let unknown = || Parameter { name: base.to_owned(), is_required: false, kind };
                known.iter().find(|known| known.name == base).cloned().unwrap_or_else(unknown)
            };
            names.into_iter().map(|name| (parameter(&name), name)).collect::<Vec<(Parameter, String)>>()
        }
    });
    let rows = {
        let site = site.clone();
        move |(parameter, name): (Parameter, String)| {
            let own = site.child(&name);
            let form = RowForm {
                label: parameter.name.clone(),
                rename: None,
                member: Some((site.clone(), name)),
                is_required: parameter.is_required,
                kind: parameter.kind,
                depth,
            };
            row(&own, form, own_remover(&own))
        }
    };
    let has =
        move |name: &str| members.with(|members| members.iter().any(|(parameter, _)| parameter.name == name));
    let most = if depth == 0 { MOST_OFFERED } else { MOST_OFFERED_INSIDE };
    let missing = {
        let site = site.clone();
        move || {
            if is_union && members.with(|members| !members.is_empty()) {
                return None;
            }
            // An HTTPS call has its connection in one of two places.
            let is_elsewhere = |name: &str| name == "InvocationConfig" && has("Authentication");
            let known = known.get().into_iter();
            let absent = known.filter(|parameter| !has(&parameter.name) && !is_elsewhere(&parameter.name));
            let (required, optional): (Vec<_>, Vec<_>) = absent.partition(|parameter| parameter.is_required);
            let unnamed = optional.len().saturating_sub(most);
            let all = required.into_iter().chain(optional.into_iter().take(most));
            let chips = all.map(|parameter| chip(&site, parameter)).collect_view();
            let more = (unnamed > 0).then(|| {
                view! { <span class="form-words">{format!("and {unnamed} more, which can be typed as JSON")}</span> }
            });
            Some(
                view! { <div class="form-chips" role="group" aria-label="Parameters to add">{chips} {more}</div> },
            )
        }
    };
    view! {
        <div class="form-object form-parameters">
            <For
                each=move || members.get()
                key=|(parameter, name)| (name.clone(), parameter.kind.key(), parameter.is_required)
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

/// What a row is made for.
struct RowForm {
    label: String,
    /// Takes another name over; for a name of a map.
    rename: Option<AnyView>,
    /// The object and the member that it is; none for an item of a list.
    member: Option<(Site, String)>,
    is_required: bool,
    kind: ParameterKind,
    depth: usize,
}

/// A value with its name and its form: fixed, or computed.
fn row(own: &Site, of: RowForm, remove: impl Fn() + 'static) -> AnyView {
    let RowForm { label, rename, member, is_required, kind, depth } = of;
    let form = own.form;
    let own = own.clone();
    let is_path = member.as_ref().is_some_and(|(_, name)| base_of(name, form.language).len() < name.len());
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
    // What is there counts more than what should be: a list in the place of an object is edited as JSON.
    let container = kind.container().filter(|_| depth < MAX_DEPTH);
    let fits = Memo::new({
        let own = own.clone();
        move |_| {
            own.read(|tree, node| {
                let inside = tree.members(node).count() + tree.items(node).count();
                Some(tree.kind(node)) == container && inside <= MOST_ITEMS
            })
            .unwrap_or(false)
        }
    });
    let is_json = RwSignal::new(container.is_some() && !fits.get_untracked());
    let is_group =
        Memo::new(move |_| container.is_some() && mode.get() == Mode::Value && !is_json.get() && fits.get());
    let is_open = RwSignal::new(depth < 2);
    let problems = Memo::new({
        let own = own.clone();
        move |_| {
            // The rows inside show their own problems.
            let problems = if is_group.get() { own.own_problems() } else { own.problems() };
            let words = problems.into_iter().map(|problem| (problem.severity, problem.message));
            words.collect::<Vec<(Severity, String)>>()
        }
    });
    let mut labelling = Labelling::alone("Parameter");
    let complaint = labelling.complaint;
    labelling.is_required = is_required;
    labelling.is_invalid = is_wrong(complaint, problems);
    let own_place = own.pointer.to_string();
    let problems_id = format!("{}-problems", labelling.id);
    labelling.described_by.clone_from(&problems_id);
    let computed = match form.language {
        QueryLanguage::JsonPath => (Mode::Path, "Path", "A path, or the call of an intrinsic function"),
        QueryLanguage::Jsonata => (Mode::Expression, "{% %}", "A JSONata expression"),
    };
    // An item of a list can't have a name that says that it is a path.
    let has_modes = member.is_some() || form.language == QueryLanguage::Jsonata;
    let change_mode = {
        let (own, kind, label) = (own.clone(), kind.clone(), label.clone());
        move |to: Mode| {
            let fixed = || Some(kind.initial(&label));
            let fields = match (&member, to) {
                (Some((parent, name)), to) if to == Mode::Path || is_path => {
                    let base = base_of(name, form.language);
                    let plain = parent.child(base).pointer.to_string();
                    let path = parent.child(&format!("{base}.$")).pointer.to_string();
                    match to {
                        Mode::Path => vec![(plain, None), (path, Some(Value::from("$.value")))],
                        _ => vec![(path, None), (plain, fixed())],
                    }
                }
                (_, Mode::Expression) => {
                    vec![(own.pointer.to_string(), Some(Value::from("{% $states.input %}")))]
                }
                _ => vec![(own.pointer.to_string(), fixed())],
            };
            is_json.set(false);
            // The name of a path is another one, and so is its row.
            let made = fields.iter().find(|(_, value)| value.is_some()).map(|(pointer, _)| pointer.clone());
            form.change_or_say(fields, &format!("Changed {label}"));
            dom::focus_place_soon(made.as_deref().unwrap_or(&own.pointer));
        }
    };
    let words = kind.words();
    let body = {
        let (own, labelling, kind) = (own.clone(), labelling.clone(), kind.clone());
        move || match mode.get() {
            Mode::Path => path_input(&own, &labelling),
            Mode::Expression => payload::expression(&own, &labelling),
            _ if is_group.get() => group(&own, &kind, depth + 1),
            _ => value_input(&own, &kind, &labelling),
        }
    };
    let body_id = unique_id("group");
    let title = {
        let (label, id, body_id) = (label.clone(), labelling.id.clone(), body_id.clone());
        let mark = is_required.then_some(());
        move || {
            let mark = mark.map(
                |()| view! { <span class="form-required" title="Required" aria-hidden="true">"*"</span> },
            );
            if is_group.get() {
                view! {
                    <button
                        type="button"
                        class="form-fold"
                        aria-expanded=move || if is_open.get() { "true" } else { "false" }
                        aria-controls=body_id.clone()
                        on:click=move |_| is_open.update(|open| *open = !*open)
                    >
                        <Icon name="chevron-right" size=14 />
                        <span class="form-label">{label.clone()} {mark}</span>
                    </button>
                }
                .into_any()
            } else {
                view! {
                    <label class="form-label" for=id.clone()>
                        {label.clone()}
                        {mark}
                    </label>
                }
                .into_any()
            }
        }
    };
    let as_json = {
        let label = label.clone();
        move || {
            let can_switch =
                container.is_some() && mode.get() == Mode::Value && (fits.get() || is_json.get());
            can_switch.then(|| {
                let label = format!("{label} as JSON");
                view! {
                    <button
                        type="button"
                        class="form-icon-button"
                        title="Edit as JSON"
                        aria-label=label
                        aria-pressed=move || if is_json.get() { "true" } else { "false" }
                        on:click=move |_| is_json.update(|json| *json = !*json)
                    >
                        <Icon name="braces" size=14 />
                    </button>
                }
            })
        }
    };
    let count = {
        let own = own.clone();
        move || {
            let inside =
                own.read(|tree, node| tree.members(node).count() + tree.items(node).count()).unwrap_or(0);
            is_group.get().then(|| match (container == Some(NodeKind::Array), inside) {
                (true, 1) => "1 item".to_owned(),
                (true, count) => format!("{count} items"),
                (false, 1) => "1 field".to_owned(),
                (false, count) => format!("{count} fields"),
            })
        }
    };
    view! {
        <div class="form-field" class:form-group=move || is_group.get() data-field=label.clone() data-place=own_place>
            <div class="form-label-row">
                {title}
                <span class="form-words">{move || count().unwrap_or_else(|| words.to_owned())}</span>
                <span class="form-tail">
                    {as_json}
                    {has_modes
                        .then(|| {
                            segments(
                                format!("Form of {label}"),
                                vec![(Mode::Value, "Value", "A fixed value"), computed],
                                mode.into(),
                                change_mode,
                            )
                        })}
                    {icon_button("close", format!("Remove {label}"), move |_| remove())}
                </span>
            </div>
            {rename}
            <div id=body_id class="form-group-body" hidden=move || is_group.get() && !is_open.get()>
                {body}
            </div>
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

fn own_remover(own: &Site) -> impl Fn() + 'static {
    let own = own.clone();
    move || own.remove()
}

/// The inside of a structure, a list or a map.
fn group(site: &Site, kind: &ParameterKind, depth: usize) -> AnyView {
    match kind {
        ParameterKind::Structure(shape) => {
            let (members, is_union) = (shape.members().unwrap_or_default(), shape.is_union());
            structure_form(site, Memo::new(move |_| members.clone()), is_union, depth)
        }
        ParameterKind::List(item) => list_form(site, kind_of(item.as_ref()), depth),
        ParameterKind::Map(value) => map_form(site, kind_of(value.as_ref()), depth),
        _ => ().into_any(),
    }
}

fn kind_of(shape: Option<&ShapeRef>) -> ParameterKind {
    shape.map_or(ParameterKind::Any, ShapeRef::kind)
}

fn list_form(site: &Site, kind: ParameterKind, depth: usize) -> AnyView {
    let count = Memo::new({
        let site = site.clone();
        move |_| site.item_count()
    });
    let add_id = unique_id("add");
    let rows = {
        let (site, kind, add_id) = (site.clone(), kind.clone(), add_id.clone());
        move |position: usize| {
            let own = site.item(position);
            let form = RowForm {
                label: format!("Item {}", position + 1),
                rename: None,
                member: None,
                is_required: false,
                kind: kind.clone(),
                depth,
            };
            let (list, removed, add_id) = (site.clone(), own.clone(), add_id.clone());
            let remove = move || {
                removed.remove();
                // The focus goes to what took its place.
                match count.get_untracked().checked_sub(1) {
                    Some(last) => dom::focus_place_soon(&list.item(position.min(last)).pointer),
                    None => dom::focus_soon(add_id.clone()),
                }
            };
            row(&own, form, remove)
        }
    };
    let add = {
        let site = site.clone();
        move |_| {
            let position = count.get_untracked();
            let fields = vec![(format!("{}/-", site.pointer), Some(kind.initial(&site.name())))];
            site.form.change_or_say(fields, &format!("Added an item to {}", site.name()));
            dom::focus_place_soon(&site.item(position).pointer);
        }
    };
    view! {
        <div class="form-object form-parameters">
            <For each=move || 0..count.get() key=|position| *position children=rows />
            <button type="button" class="form-chip" id=add_id on:click=add>
                <Icon name="plus" size=12 />
                "Add an item"
            </button>
        </div>
    }
    .into_any()
}

fn map_form(site: &Site, kind: ParameterKind, depth: usize) -> AnyView {
    let members = Memo::new({
        let site = site.clone();
        move |_| names_in(&site)
    });
    let rows = {
        let (site, kind) = (site.clone(), kind.clone());
        move |name: String| {
            let own = site.child(&name);
            let base = base_of(&name, site.form.language).to_owned();
            let form = RowForm {
                label: base,
                rename: Some(name_input(&site, &name)),
                member: Some((site.clone(), name)),
                is_required: false,
                kind: kind.clone(),
                depth,
            };
            row(&own, form, own_remover(&own))
        }
    };
    let add = {
        let site = site.clone();
        move |_| {
            let names = untrack(|| names_in(&site));
            let is_taken = |name: &str| names.iter().any(|known| base_of(known, site.form.language) == name);
            let name =
                (1..).map(|number| if number == 1 { "name".to_owned() } else { format!("name{number}") });
            let name = name.take(names.len() + 1).find(|name| !is_taken(name)).unwrap_or_default();
            let own = site.child(&name);
            own.set(kind.initial(&name));
            dom::focus_first_in_soon(format!("[data-name-of='{}']", place_text(&own.pointer)));
        }
    };
    view! {
        <div class="form-object form-parameters">
            <For each=move || members.get() key=String::clone children=rows />
            <button type="button" class="form-chip" on:click=add>
                <Icon name="plus" size=12 />
                "Add a name"
            </button>
        </div>
    }
    .into_any()
}

/// A name of a map, which is taken over when it is left.
fn name_input(parent: &Site, member: &str) -> AnyView {
    let language = parent.form.language;
    let base = base_of(member, language).to_owned();
    let suffix = member.get(base.len()..).unwrap_or_default().to_owned();
    let complaint = RwSignal::new(None::<String>);
    let problems_id = unique_id("name-problems");
    let place = parent.child(member).pointer.to_string();
    let take = {
        let (parent, member, base) = (parent.clone(), member.to_owned(), base.clone());
        move |typed: String| {
            let name = typed.trim();
            if name == base {
                complaint.set(None);
                return;
            }
            if name.is_empty() {
                complaint.set(Some("It needs a name.".to_owned()));
                return;
            }
            let names = untrack(|| names_in(&parent));
            if names.iter().any(|known| base_of(known, language) == name) {
                complaint.set(Some(format!("{name} is there already.")));
                return;
            }
            let renamed = format!("{name}{suffix}");
            rename(&parent, &member, &renamed);
            dom::focus_place_soon(&parent.child(&renamed).pointer);
        }
    };
    let none = Memo::new(|_| Vec::new());
    view! {
        <div class="form-name" data-name-of=place>
            <span class="form-name-label" aria-hidden="true">
                "Name"
            </span>
            <input
                class="form-input mono"
                type="text"
                aria-label=format!("Name of {base}")
                aria-describedby=problems_id.clone()
                aria-invalid=move || complaint.with(Option::is_some).then_some("true")
                spellcheck="false"
                autocomplete="off"
                autocapitalize="off"
                prop:value=base
                on:change=move |event| take(event_target_value(&event))
            />
            {problem_list(problems_id, none, complaint)}
        </div>
    }
    .into_any()
}

/// Gives a member another name, in its place.
fn rename(parent: &Site, member: &str, name: &str) {
    let patch = untrack(|| {
        parent.read(|tree, node| {
            let member = tree.members(node).find(|known| known.name == member)?;
            let mut text = String::new();
            json::quote(name, &mut text);
            Some(Patch::new(vec![Replacement { span: member.name_span, text }]))
        })
    });
    if let Some(patch) = patch.flatten() {
        parent.form.apply(patch, &format!("Renamed {member} to {name}"), None);
    }
}

fn names_in(site: &Site) -> Vec<String> {
    let names = site.read(|tree, node| {
        let names = tree.members(node).map(|member| member.name.into_owned());
        names.collect::<Vec<String>>()
    });
    names.unwrap_or_default()
}

/// The name of a member without what says that its value is a path.
fn base_of(name: &str, language: QueryLanguage) -> &str {
    match language {
        QueryLanguage::JsonPath => name.strip_suffix(".$").unwrap_or(name),
        QueryLanguage::Jsonata => name,
    }
}

/// A pointer within a selector's quotes.
fn place_text(pointer: &str) -> String {
    pointer.replace('\\', "\\\\").replace('\'', "\\'")
}

fn value_input(site: &Site, kind: &ParameterKind, labelling: &Labelling) -> AnyView {
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
