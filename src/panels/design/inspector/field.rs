//! The row of a field: its label, its control, its problems, and what it means.

use asl::QueryLanguage;
use asl::fields::{Field, Kind, ObjectType};
use asl::forms::{Control, expression_text, initial_value};
use json::{Number, Str, Value};
use leptos::prelude::*;

use super::form::Site;
use super::inputs::{
    Labelling, Look, TextControl, icon_button, parse_text, select, show_text, text_input, unique_id,
};
use super::{assign, duration, list, names, parameters, payload, target, timestamp};
use crate::platform::dom;
use crate::state::Severity;
use crate::ui::{Icon, segments};

/// Which of its forms a value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Value,
    /// The field beside it, with a path.
    Path,
    /// A text `{% … %}`.
    Expression,
    Null,
}

/// The mode that a control is in.
pub fn mode_of(site: &Site, control: Control) -> Mode {
    if control.path.is_some_and(|path| site.child(path.name).exists()) {
        return Mode::Path;
    }
    match site.child(control.field.name).value() {
        Some(Value::Null) if control.field.nullable => Mode::Null,
        Some(value) if is_expression(&value) && site.form.language == QueryLanguage::Jsonata => {
            Mode::Expression
        }
        _ => Mode::Value,
    }
}

pub fn is_expression(value: &Value) -> bool {
    value.as_str().is_some_and(|text| expression_text(text).is_some())
}

fn modes(control: Control, language: QueryLanguage) -> Vec<(Mode, &'static str, &'static str)> {
    let field = control.field;
    let computed =
        language == QueryLanguage::Jsonata && (field.expression || matches!(field.kind, Kind::Template));
    let mut modes = vec![match field.kind {
        Kind::Template => (Mode::Value, "Value", "An object, a list or another value"),
        Kind::JsonPath | Kind::ResultPath => (Mode::Value, "Path", "A path"),
        _ => (Mode::Value, "Value", "A fixed value"),
    }];
    if control.path.is_some() {
        modes.push((Mode::Path, "Path", "The path to the value in the state's input"));
    }
    if computed {
        modes.push((Mode::Expression, "{% %}", "A JSONata expression"));
    }
    if field.nullable {
        let tip = if field.name == "ResultPath" { "Drop the result" } else { "Pass {} on" };
        modes.push((Mode::Null, "null", tip));
    }
    modes
}

/// A value to begin with in a mode.
fn first_of_mode(site: &Site, control: Control, mode: Mode) -> Value {
    let language = site.form.language;
    match mode {
        Mode::Path => Value::from("$.value"),
        Mode::Null => Value::Null,
        Mode::Expression => Value::from(format!("{{% {} %}}", expression_at_first(site, control.field))),
        Mode::Value if matches!(control.field.kind, Kind::Template) => Value::from_members::<&str>([]),
        Mode::Value => initial_value(control.field, language, None),
    }
}

/// What a new expression says: for an output, what the state puts out without it.
fn expression_at_first(site: &Site, field: &Field) -> &'static str {
    let with_result = [&asl::fields::TASK, &asl::fields::PARALLEL, &asl::fields::MAP];
    let has_result = || with_result.iter().any(|of| std::ptr::eq(*of, site.form.object_type));
    match field.name {
        "Output" if site.pointer.starts_with("/Catch/") => "$states.errorOutput",
        "Output" if site.pointer.is_empty() && has_result() => "$states.result",
        _ => "$states.input",
    }
}

/// The row of a control that is set, or has to be.
pub fn field_row(site: &Site, control: Control) -> AnyView {
    let field = control.field;
    let form = site.form;
    let language = form.language;
    let complaint = RwSignal::new(None::<String>);
    let own = site.child(field.name);
    let beside = control.path.map(|path| site.child(path.name));
    let own_place = own.pointer.to_string();
    let is_container = matches!(field.kind, Kind::Object(_) | Kind::Objects { .. });
    // The rows inside show their own problems.
    let is_of_action = matches!(field.kind, Kind::Template) && parameters::is_of_action(&own);
    let shows_inner_problems = is_container || is_of_action || matches!(field.kind, Kind::Assignments);
    let problems = Memo::new({
        let (own, beside) = (own.clone(), beside.clone());
        move |_| {
            let mut problems = if shows_inner_problems { own.own_problems() } else { own.problems() };
            problems.extend(beside.iter().flat_map(Site::problems));
            let words = problems.into_iter().map(|problem| (problem.severity, problem.message));
            words.collect::<Vec<(Severity, String)>>()
        }
    });
    let is_error = is_wrong(complaint, problems);
    let is_group = is_container || matches!(field.kind, Kind::Texts { .. });
    let is_labelled_inside =
        is_group || matches!(field.kind, Kind::Template | Kind::Assignments | Kind::Json);
    let id = unique_id("field");
    let (help_id, problems_id) = (format!("{id}-help"), format!("{id}-problems"));
    let labelling = Labelling {
        id: id.clone(),
        label: field.name,
        names_itself: is_labelled_inside,
        described_by: format!("{help_id} {problems_id}"),
        is_required: field.required,
        is_invalid: is_error,
        complaint,
    };
    let mode = Memo::new({
        let site = site.clone();
        move |_| mode_of(&site, control)
    });
    let choices = modes(control, language);
    let remembered = StoredValue::new(Vec::<(Mode, Value)>::new());
    let switch = (choices.len() > 1).then(|| {
        let (mode_site, own, beside) = (site.clone(), own.clone(), beside.clone());
        let on_change = move |to: Mode| {
            let from = mode.get_untracked();
            let present = if from == Mode::Path { beside.as_ref() } else { Some(&own) };
            if let Some(value) = present.and_then(|site| untrack(|| site.value())) {
                remembered.update_value(|remembered| {
                    remembered.retain(|(mode, _)| *mode != from);
                    remembered.push((from, value));
                });
            }
            let before = remembered.with_value(|remembered| {
                remembered.iter().find(|(mode, _)| *mode == to).map(|(_, value)| value.clone())
            });
            let value = before.unwrap_or_else(|| first_of_mode(&mode_site, control, to));
            let mut fields = Vec::new();
            let (path, plain) = match (to, &beside) {
                (Mode::Path, Some(beside)) => (Some((beside, Some(value))), (&own, None)),
                (_, Some(beside)) => (Some((beside, None)), (&own, Some(value))),
                (_, None) => (None, (&own, Some(value))),
            };
            for (site, value) in path.into_iter().chain([plain]) {
                fields.push((site.pointer.to_string(), value));
            }
            // What goes, goes first: the new one then stands where the language has it.
            fields.sort_by_key(|(_, value)| value.is_some());
            form.change_or_say(fields, &format!("Changed {}", control.field.name));
            // Who asks for another form of a value is about to type it.
            dom::focus_place_soon(&own.pointer);
        };
        segments(format!("Form of {}", field.name), choices, mode.into(), on_change)
    });
    let is_help_open = RwSignal::new(false);
    // Of these there has to be one, which the language states as alternatives.
    let is_removable =
        !field.required && !matches!(field.name, "Seconds" | "Timestamp" | "Condition" | "ExecutionType");
    let remove = {
        let pointers: Vec<String> = [Some(&own), beside.as_ref()]
            .into_iter()
            .flatten()
            .map(|site| site.pointer.to_string())
            .collect();
        let chip = chip_id(site, field);
        move |_| {
            let fields = pointers.iter().map(|pointer| (pointer.clone(), None)).collect();
            form.change_or_say(fields, &format!("Removed {}", control.field.name));
            dom::focus_soon(chip.clone());
        }
    };
    let body = {
        let (own, beside, labelling) = (own.clone(), beside.clone(), labelling.clone());
        move || match mode.get() {
            Mode::Path => beside.clone().map(|site| path_input(&site, &labelling)),
            Mode::Null => Some(view! { <p class="form-null">{null_words(field)}</p> }.into_any()),
            Mode::Expression => Some(payload::expression(&own, &labelling)),
            Mode::Value => Some(value_control(&own, field, &labelling)),
        }
    };
    let label_id = format!("{id}-label");
    let name = view! {
        {field.name}
        {field.required.then(|| view! { <span class="form-required" title="Required" aria-hidden="true">"*"</span> })}
    };
    let label = if is_labelled_inside {
        view! { <span class="form-label" id=label_id.clone()>{name}</span> }.into_any()
    } else {
        view! { <label class="form-label" for=id>{name}</label> }.into_any()
    };
    view! {
        <div
            class="form-field"
            class:container=is_container
            data-field=field.name
            data-place=own_place
            role=is_group.then_some("group")
            aria-labelledby=is_group.then_some(label_id)
        >
            <div class="form-label-row">
                {label}
                <button
                    type="button"
                    class="form-icon-button"
                    aria-label=format!("What is {}?", field.name)
                    title=field.doc
                    aria-expanded=move || if is_help_open.get() { "true" } else { "false" }
                    aria-controls=help_id.clone()
                    on:click=move |_| is_help_open.update(|open| *open = !*open)
                >
                    <Icon name="help" size=14 />
                </button>
                <span class="form-tail">
                    {switch}
                    {is_removable.then(|| icon_button("close", format!("Remove {}", field.name), remove))}
                </span>
            </div>
            <p class="form-help" id=help_id.clone() hidden=move || !is_help_open.get()>
                {field.doc}
            </p>
            {body}
            {problem_list(problems_id, problems, complaint)}
        </div>
    }
    .into_any()
}

/// Whether what a field holds is wrong: advice alone doesn't make it so.
pub fn is_wrong(
    complaint: RwSignal<Option<String>>,
    problems: Memo<Vec<(Severity, String)>>,
) -> Signal<bool> {
    let is_error = |(severity, _): &(Severity, String)| *severity == Severity::Error;
    Memo::new(move |_| {
        complaint.with(Option::is_some) || problems.with(|problems| problems.iter().any(is_error))
    })
    .into()
}

/// Problems, and why a draft is not taken over.
pub fn problem_list(
    id: String,
    problems: Memo<Vec<(Severity, String)>>,
    complaint: RwSignal<Option<String>>,
) -> AnyView {
    view! {
        <div class="form-problems" id=id>
            {move || {
                let complaint = complaint.get();
                let said = complaint.is_some();
                let problems = if said { Vec::new() } else { problems.get() };
                let all = complaint.map(|text| (Severity::Error, text)).into_iter().chain(problems);
                all.map(|(severity, text)| problem_line(severity, text)).collect_view()
            }}
        </div>
    }
    .into_any()
}

pub fn problem_line(severity: Severity, text: String) -> AnyView {
    let (tone, icon, word) = match severity {
        Severity::Error => ("error", "error-circle", "Error: "),
        Severity::Warning => ("warning", "warning", "Warning: "),
        Severity::Info => ("info", "info", "Advice: "),
    };
    view! {
        <p class="form-problem" data-tone=tone>
            <Icon name=icon size=14 />
            <span>
                <span class="visually-hidden">{word}</span>
                {text}
            </span>
        </p>
    }
    .into_any()
}

fn null_words(field: &Field) -> &'static str {
    match field.name {
        "ResultPath" => "The result is dropped; the input goes on as it is.",
        "InputPath" => "The state gets {} instead of its input.",
        _ => "The next state gets {}.",
    }
}

/// The control for the value itself.
fn value_control(site: &Site, field: &'static Field, labelling: &Labelling) -> AnyView {
    match field.kind {
        Kind::Text | Kind::Name => {
            let look = match field.name {
                "Comment" | "Cause" => Look::Area,
                "ItemsPointer" | "RoleArn" => Look::Code,
                _ => Look::Line,
            };
            typed(site, labelling, look, "", show_text, parse_text())
        }
        Kind::Boolean => boolean(site, labelling),
        Kind::Integer { .. } if field.name.ends_with("Seconds") => {
            duration::duration_input(site, field, labelling)
        }
        Kind::Integer { .. } | Kind::Decimal { .. } => {
            typed(site, labelling, Look::Number, "", show_text, parse_number(field.kind))
        }
        Kind::OneOf(words) => one_of(site, words, labelling),
        Kind::ResourceOf(resources) => resource_of(site, resources, labelling),
        Kind::Target => target::target_select(site, labelling),
        Kind::JsonPath | Kind::ReferencePath { .. } | Kind::ResultPath | Kind::PathOrCall => {
            path_input(site, labelling)
        }
        Kind::Timestamp => timestamp::timestamp_input(site, labelling),
        Kind::Resource => typed(site, labelling, Look::Code, "arn:aws:states:::", show_text, parse_text()),
        Kind::Condition => payload::expression(site, labelling),
        Kind::Template if parameters::is_of_action(site) => parameters::parameters(site, labelling),
        Kind::Assignments => assign::assignments(site, labelling),
        Kind::Template | Kind::Json | Kind::States => payload::json(site, labelling),
        Kind::Texts { .. } => names::text_list(site, labelling, Signal::derive(Vec::new)),
        Kind::Object(of) => object_fields(site, of),
        Kind::Objects { of, .. } => list::plain_list(site, of),
    }
}

/// A text control that writes to its site.
pub fn typed(
    site: &Site,
    labelling: &Labelling,
    look: Look,
    placeholder: &'static str,
    show: fn(&Value) -> String,
    parse: super::inputs::Parse,
) -> AnyView {
    let writer = site.clone();
    let commit = Box::new(move |value: Option<Value>| match value {
        Some(value) => writer.set_typed(value),
        None => {
            writer.remove();
            Ok(())
        }
    });
    text_input(
        labelling,
        TextControl {
            look,
            placeholder,
            value: site.value_memo(),
            show,
            parse,
            commit,
            suggestions: None,
            complete: None,
        },
    )
}

/// A number within the limits of a kind; `${placeholders}` are taken as they are.
pub fn parse_number(kind: Kind) -> super::inputs::Parse {
    Box::new(move |text| {
        let text = text.trim();
        if text.starts_with("${") && text.ends_with('}') {
            return Ok(Some(Value::from(text)));
        }
        if text.is_empty() {
            return Err("Type a number, or remove the field.".to_owned());
        }
        let number = Number::from_text(text).ok_or("This is not a number.")?;
        if matches!(kind, Kind::Integer { .. }) && number.as_i64().is_none() {
            return Err("A whole number is needed here.".to_owned());
        }
        Ok(Some(Value::from(number)))
    })
}

/// A path, with what is known of the data as suggestions.
pub fn path_input(site: &Site, labelling: &Labelling) -> AnyView {
    let writer = site.clone();
    let commit = Box::new(move |value: Option<Value>| value.map_or(Ok(()), |value| writer.set_typed(value)));
    let parse = Box::new(|text: &str| {
        if text.is_empty() {
            return Err("Type a path, such as $.order.id, or remove the field.".to_owned());
        }
        Ok(Some(Value::from(text)))
    });
    let suggestions = super::suggestions::paths(site.form);
    text_input(
        labelling,
        TextControl {
            look: Look::Code,
            placeholder: "$.",
            value: site.value_memo(),
            show: show_text,
            parse,
            commit,
            suggestions: Some(suggestions),
            complete: None,
        },
    )
}

fn boolean(site: &Site, labelling: &Labelling) -> AnyView {
    let value = site.value_memo();
    let site = site.clone();
    let Labelling { id, described_by, is_invalid, .. } = labelling.clone();
    view! {
        <input
            id=id
            type="checkbox"
            class="form-check"
            aria-describedby=described_by
            aria-invalid=move || is_invalid.get().then_some("true")
            prop:checked=move || value.with(|value| value.as_ref().and_then(Value::as_bool)).unwrap_or(false)
            on:change=move |event| site.set(Value::from(event_target_checked(&event)))
        />
    }
    .into_any()
}

fn one_of(site: &Site, words: &'static [&'static str], labelling: &Labelling) -> AnyView {
    let value = site.value_memo();
    let current = Signal::derive(move || value.with(|value| value.as_ref().map_or(String::new(), show_text)));
    let options = words.iter().map(|word| ((*word).to_owned(), (*word).to_owned())).collect::<Vec<_>>();
    let site = site.clone();
    select(labelling, Signal::derive(move || options.clone()), current, move |word| {
        site.set(Value::from(word))
    })
}

fn resource_of(site: &Site, resources: &'static [&'static str], labelling: &Labelling) -> AnyView {
    let value = site.value_memo();
    let current = Signal::derive(move || value.with(|value| value.as_ref().map_or(String::new(), show_text)));
    let options = move || {
        let partition =
            current.get().split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws").to_owned();
        let resources = resources.iter();
        let options = resources.map(|resource| {
            let words = match *resource {
                "s3:getObject" => "Read a file (s3:getObject)",
                "s3:listObjectsV2" => "List objects (s3:listObjectsV2)",
                "s3:putObject" => "Write files (s3:putObject)",
                other => other,
            };
            (format!("arn:{partition}:states:::{resource}"), words.to_owned())
        });
        options.collect::<Vec<_>>()
    };
    let site = site.clone();
    select(labelling, Signal::derive(options), current, move |arn| site.set(Value::from(arn)))
}

/// The fields of an object: a row for each that is set, and buttons to add the others.
pub fn object_fields(site: &Site, of: &'static ObjectType) -> AnyView {
    let controls = asl::forms::controls(of, site.form.language);
    let known: Vec<&'static str> = of.all_fields().map(|field| field.name).collect();
    view! {
        <div class="form-object">
            {rows_and_chips(site, controls)}
            {super::others::other_fields(site, known)}
        </div>
    }
    .into_any()
}

/// A row for each control that is set or required, and buttons to add the others.
pub fn rows_and_chips(site: &Site, controls: Vec<Control>) -> AnyView {
    let all = controls.clone();
    let shown = Memo::new({
        let site = site.clone();
        move |_| {
            let is_shown = |control: &Control| {
                control.field.required || control.names().any(|name| site.child(name).exists())
            };
            all.iter()
                .filter(|control| is_shown(control))
                .map(|control| control.field.name)
                .collect::<Vec<_>>()
        }
    });
    let row_site = site.clone();
    let row_controls = controls.clone();
    view! {
        <For
            each=move || shown.get()
            key=|name| *name
            children=move |name| {
                let control = row_controls.iter().find(|control| control.field.name == name);
                control.map(|control| field_row(&row_site, *control))
            }
        />
        {chips(site, controls, shown)}
    }
    .into_any()
}

/// The id of the button that adds a field.
fn chip_id(site: &Site, field: &Field) -> String {
    format!("add{}/{}", site.pointer, field.name)
}

fn chips(site: &Site, controls: Vec<Control>, shown: Memo<Vec<&'static str>>) -> AnyView {
    let site = site.clone();
    let addable = move || {
        let shown = shown.get();
        let addable: Vec<Control> =
            controls.iter().filter(|control| !shown.contains(&control.field.name)).copied().collect();
        if addable.is_empty() {
            return ().into_any();
        }
        let site = site.clone();
        let chips = addable.into_iter().map(move |control| add_chip(&site, control)).collect_view();
        view! { <div class="form-chips" role="group" aria-label="Fields to add">{chips}</div> }.into_any()
    };
    addable.into_any()
}

fn add_chip(site: &Site, control: Control) -> AnyView {
    let field = control.field;
    let id = chip_id(site, field);
    let pointer: Str = site.child(field.name).pointer;
    let form = site.form;
    let first_output = (field.name == "Output" && form.language == QueryLanguage::Jsonata)
        .then(|| first_of_mode(site, control, Mode::Expression));
    let add = move |_| {
        let initial = || initial_value(field, form.language, form.default_target().as_deref());
        let value = first_output.clone().unwrap_or_else(initial);
        form.change_or_say(vec![(pointer.to_string(), Some(value))], &format!("Added {}", field.name));
        dom::focus_place_soon(&pointer);
    };
    view! {
        <button
            type="button"
            class="form-chip"
            id=id
            title=field.doc
            aria-label=format!("Add {}", field.name)
            on:click=add
        >
            <Icon name="plus" size=12 />
            {field.name}
        </button>
    }
    .into_any()
}
