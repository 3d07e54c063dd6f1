//! The name of a state, its type and its query language.

use asl::edit::{Edit, EditError, ObjectRef};
use asl::{QueryLanguage, StateType};
use json::{Str, Value};
use leptos::prelude::*;

use super::form::Form;
use super::inputs::{Labelling, select};
use crate::canvas::{state_icon, type_icon};
use crate::command::{Command, dispatch};
use crate::state::{Severity, Studio};
use crate::ui::{CommandButton, Icon, segments};

pub fn header(form: Form, state_type: Option<StateType>, renamed: StoredValue<Option<Str>>) -> AnyView {
    let studio = form.studio;
    let name = Memo::new(move |_| {
        form.object
            .with(|object| object.as_ref().map_or_else(|| Str::from(""), |located| located.name.clone()))
    });
    let draft = RwSignal::new(None::<String>);
    let complaint = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        name.track();
        draft.set(None);
        complaint.set(None);
    });
    let of = move || {
        form.object.with_untracked(|object| match object.as_ref().map(|located| located.of) {
            Some(ObjectRef::State(state)) => Ok(state),
            _ => Err(EditError::Gone),
        })
    };
    let plan = move |text: &str| -> Result<asl::Patch, EditError> {
        studio.plan(&Edit::RenameState { state: of()?, name: text.into() })
    };
    // Whether the name can be had is told while it is typed; it is taken when it is complete.
    let on_input = move |event| {
        let text = event_target_value(&event);
        complaint.set(plan(&text).err().map(|error| error.to_string()));
        draft.set(Some(text));
    };
    let take = move || {
        // Nothing is left of a form that goes while its name has the focus.
        let Some(text) = draft.try_get_untracked().flatten() else { return };
        let before = name.get_untracked();
        if text == *before {
            draft.set(None);
            complaint.set(None);
            return;
        }
        match plan(&text) {
            Ok(patch) => {
                let key = studio.workspace.selected.get_untracked();
                let parent = key.as_deref().and_then(|key| key.rsplit_once('/')).map(|(parent, _)| parent);
                let key = parent.map(|parent| Str::from(format!("{parent}/{}", json::pointer::step(&text))));
                renamed.set_value(key);
                studio.apply_patch(patch, format!("Renamed {before} to {text}"));
                studio.select_named(&text);
            }
            Err(error) => complaint.set(Some(error.to_string())),
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| match &*event.key() {
        "Enter" => take(),
        "Escape" => {
            draft.set(None);
            complaint.set(None);
        }
        _ => {}
    };
    let type_labelling = Labelling::alone("Type");
    let type_id = type_labelling.id.clone();
    let types = StateType::ALL.map(|state_type| (state_type.name().to_owned(), state_type.name().to_owned()));
    let options = types.to_vec();
    let type_now = {
        let site = form.root().child("Type");
        Signal::derive(move || site.text().unwrap_or_default())
    };
    let change_type = move |name: String| {
        if let (Ok(state), Some(to)) = (of(), StateType::from_name(&name)) {
            studio.edit(&Edit::ChangeType { state, to }, format!("Changed the type to {name}"));
        }
    };
    // As on the canvas: a task has the icon of its service.
    let icon = Memo::new(move |_| {
        studio.workspace.document.with(|document| {
            let state = of().ok().and_then(|state| document.state(state));
            state.map_or_else(|| type_icon(state_type), state_icon)
        })
    });
    let problems = Memo::new(move |_| {
        // Those that belong to none of its fields.
        let problems = form.root().own_problems().into_iter();
        problems.map(|problem| (problem.severity, problem.message)).collect::<Vec<(Severity, String)>>()
    });
    view! {
        <header class="form-header">
            <div class="form-title-row">
                <span class="form-type-icon" data-type=state_type.map_or("", StateType::name)>
                    {move || view! { <Icon name=icon.get() size=20 /> }}
                </span>
                <input
                    class="form-title"
                    aria-label="Name of the state"
                    aria-invalid=move || complaint.with(Option::is_some).then_some("true")
                    aria-describedby="state-name-problem"
                    data-draft=move || if draft.with(Option::is_some) { "yes" } else { "no" }
                    spellcheck="false"
                    autocomplete="off"
                    prop:value=move || draft.get().unwrap_or_else(|| name.get().to_string())
                    on:input=on_input
                    on:keydown=on_key
                    on:blur=move |_| take()
                />
                {selection_tools(studio)}
            </div>
            {super::field::problem_list("state-name-problem".to_owned(), problems, complaint)}
            <div class="form-type-row">
                <label class="visually-hidden" for=type_id>
                    "Type of the state"
                </label>
                {select(&type_labelling, Signal::derive(move || options.clone()), type_now, change_type)}
                {language_switch(form)}
                <button
                    type="button"
                    class="button small"
                    title="Test the state by itself (T)"
                    on:click=move |_| dispatch(studio, Command::TestState)
                >
                    <Icon name="test" />
                    "Test state…"
                </button>
            </div>
        </header>
    }
    .into_any()
}

/// What is done most with what is selected, for the mouse. The form goes with what it is about, so the graph has the
/// focus then.
pub fn selection_tools(studio: Studio) -> AnyView {
    view! {
        <span class="form-tools" on:click=move |_| studio.focus_selected()>
            <CommandButton command=Command::Duplicate look="quiet" />
            <CommandButton command=Command::Delete look="quiet" />
        </span>
    }
    .into_any()
}

/// The query language of a state. Where the machine is in JSONata, its states can't be in another one.
fn language_switch(form: Form) -> AnyView {
    let site = form.root().child("QueryLanguage");
    let machine = Memo::new(move |_| {
        form.object.with(|object| {
            object.as_ref().and_then(|located| located.document.machine().map(|machine| machine.language()))
        })
    });
    let now = form.language;
    let options = vec![
        (QueryLanguage::JsonPath, "JSONPath", "Expressions are paths and intrinsic functions"),
        (QueryLanguage::Jsonata, "JSONata", "Expressions are JSONata between {% and %}"),
    ];
    let change = move |to: QueryLanguage| {
        let inherited = machine.get_untracked() == Some(to);
        let value = (!inherited).then(|| Value::from(to.name()));
        form.change_or_say(vec![(site.pointer.to_string(), value)], "Changed the query language");
    };
    view! {
        <Show
            when=move || machine.get() != Some(QueryLanguage::Jsonata) || now != QueryLanguage::Jsonata
            fallback=|| view! { <span class="form-words">"JSONata"</span> }
        >
            {segments("Query language".to_owned(), options.clone(), Signal::derive(move || now), change.clone())}
        </Show>
    }
    .into_any()
}
