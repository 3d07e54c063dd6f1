//! Several states at once: what can be set for all of them.

use asl::edit::{Edit, ObjectRef};
use asl::fields::{Field, Kind};
use asl::forms::{self, duration_text};
use asl::{Document, StateId, StateType};
use json::{Number, Value};
use leptos::prelude::*;

use super::inputs::{Labelling, icon_button};
use super::section;
use crate::canvas::state_icon;
use crate::state::Studio;
use crate::ui::Icon;

/// Fields that make sense for many states at once.
const SHARED: [&str; 7] = [
    "Comment",
    "TimeoutSeconds",
    "HeartbeatSeconds",
    "InputPath",
    "ResultPath",
    "OutputPath",
    "MaxConcurrency",
];

pub fn several_form(studio: Studio) -> AnyView {
    let workspace = studio.workspace;
    let states = Memo::new(move |_| {
        workspace.document.track();
        workspace.selection();
        studio.selected_states()
    });
    let shared = Memo::new(move |_| {
        workspace.document.with(|document| {
            let states = states.get();
            let all = SHARED.iter().filter_map(|name| {
                states
                    .iter()
                    .map(|state| field_of(document, *state, name))
                    .collect::<Option<Vec<_>>>()?
                    .first()
                    .copied()
            });
            all.map(|field| field.name).collect::<Vec<_>>()
        })
    });
    let rows = move |name: &'static str| shared_row(studio, states, name);
    let handles_errors = Memo::new(move |_| {
        workspace.document.with(|document| {
            let able = states.get().into_iter().filter(|state| handles_errors(document, *state));
            able.collect::<Vec<StateId>>()
        })
    });
    let add_retrier = move |_| {
        for_each(
            studio,
            handles_errors.get_untracked(),
            "Added a retrier to several states",
            |document, state| {
                let has_list = document.state(state)?.field("Retry").is_some();
                let (pointer, value) = if has_list {
                    ("/Retry/-", forms::retrier())
                } else {
                    ("/Retry", Value::array(vec![forms::retrier()]))
                };
                Some((pointer.to_owned(), Some(value)))
            },
        );
    };
    let remove_retriers = move |_| {
        for_each(studio, handles_errors.get_untracked(), "Removed the retriers of several states", |_, _| {
            Some(("/Retry".to_owned(), None))
        });
    };
    let list = move || {
        let document = workspace.document.get();
        let rows = states.get().into_iter().filter_map(|id| {
            let state = document.state(id)?;
            let key = studio.key_of(id)?;
            let name = state.name().to_owned();
            Some(view! {
                <li class="form-state">
                    <Icon name=state_icon(state) />
                    <span class="form-item-summary">{name.clone()}</span>
                    <span class="form-gap"></span>
                    <span class="form-words">{state.state_type().map_or("", StateType::name)}</span>
                    {icon_button("close", format!("Take {name} out of the selection"), move |_| workspace.toggle(&key))}
                </li>
            })
        });
        rows.collect_view()
    };
    view! {
        <header class="form-header">
            <div class="form-title-row">
                <span class="form-type-icon">
                    <Icon name="stack" size=20 />
                </span>
                <h2 class="form-heading">{move || format!("{} states", states.with(Vec::len))}</h2>
                <span class="form-gap"></span>
                {super::header::selection_tools(studio)}
            </div>
            <ul class="form-list" aria-label="Selected states">
                {list}
            </ul>
        </header>
        {section::section(
            "For all of them",
            "several",
            view! {
                <For each=move || shared.get() key=|name| *name children=rows />
                <Show when=move || handles_errors.with(|able| !able.is_empty())>
                    <div class="form-field">
                        <span class="form-label">"Retry"</span>
                        <div class="form-chips">
                            <button type="button" class="form-chip" on:click=add_retrier>
                                <Icon name="plus" size=12 />
                                "Add a retrier for any error"
                            </button>
                            <button type="button" class="form-chip" on:click=remove_retriers>
                                <Icon name="trash" size=12 />
                                "Remove all retriers"
                            </button>
                        </div>
                    </div>
                </Show>
            }
                .into_any(),
        )}
    }
    .into_any()
}

fn field_of(document: &Document, state: StateId, name: &str) -> Option<&'static Field> {
    let state = document.state(state)?;
    state.state_type()?.field(name).filter(|field| field.language.allows(state.language()))
}

fn handles_errors(document: &Document, state: StateId) -> bool {
    document.state(state).and_then(|state| state.state_type()).is_some_and(StateType::handles_errors)
}

/// Sets or removes a field of each state, as one step.
fn for_each(
    studio: Studio,
    states: Vec<StateId>,
    title: &str,
    field: impl Fn(&Document, StateId) -> Option<(String, Option<Value>)>,
) {
    studio.begin_mark(title);
    for state in states {
        let field = studio.workspace.document.with_untracked(|document| field(document, state));
        let Some(field) = field else { continue };
        let edit = Edit::SetFields { of: ObjectRef::State(state), fields: vec![field] };
        if !studio.edit(&edit, title) {
            break;
        }
    }
    studio.end_mark();
}

fn shared_row(studio: Studio, states: Memo<Vec<StateId>>, name: &'static str) -> AnyView {
    let values = Memo::new(move |_| {
        studio.workspace.document.with(|document| {
            let values = states
                .get()
                .into_iter()
                .map(|state| document.state(state).and_then(|state| state.value(name)));
            values.collect::<Vec<Option<Value>>>()
        })
    });
    let common = move || {
        values.with(|values| {
            let first = values.first()?;
            values.iter().all(|value| value == first).then(|| first.clone())
        })
    };
    let labelling = Labelling::alone(name);
    let complaint = labelling.complaint;
    let kind = studio.workspace.document.with_untracked(|document| {
        states
            .get_untracked()
            .first()
            .and_then(|state| field_of(document, *state, name))
            .map(|field| field.kind)
    });
    let is_number = matches!(kind, Some(Kind::Integer { .. }));
    let on_change = move |event| {
        let text = event_target_value(&event);
        let text = text.trim();
        let value = match text {
            "" => None,
            text if is_number => match Number::from_text(text) {
                Some(number) => Some(Value::from(number)),
                None => return complaint.set(Some("This is not a number.".to_owned())),
            },
            "null" if name.ends_with("Path") => Some(Value::Null),
            text => Some(Value::from(text)),
        };
        complaint.set(None);
        for_each(studio, states.get_untracked(), &format!("Changed {name} of several states"), |_, _| {
            Some((format!("/{name}"), value.clone()))
        });
    };
    let shown = move || match common() {
        Some(Some(Value::String(text))) => text.to_string(),
        Some(Some(value)) => value.to_text(),
        _ => String::new(),
    };
    let placeholder = move || if common().is_none() { "Different values" } else { "Not set" };
    let note = move || {
        let seconds = common().flatten()?.as_f64().filter(|seconds| is_number && *seconds >= 60.0)?;
        name.ends_with("Seconds").then(|| duration_text(seconds))
    };
    view! {
        <div class="form-field" data-field=name>
            <label class="form-label" for=labelling.id.clone()>
                {name}
            </label>
            <input
                id=labelling.id.clone()
                class="form-input"
                class:mono=name.ends_with("Path")
                placeholder=placeholder
                spellcheck="false"
                autocomplete="off"
                aria-invalid=move || complaint.with(Option::is_some).then_some("true")
                prop:value=shown
                on:change=on_change
            />
            <p class="form-note">{note}</p>
            {super::field::problem_list(format!("{}-problems", labelling.id), Memo::new(|_| Vec::new()), complaint)}
        </div>
    }
    .into_any()
}
