use asl::edit::Edit;
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;

/// The field over a node in which its name is written anew.
#[component]
pub fn RenameField() -> impl IntoView {
    let renaming = Studio::of_app().editing.renaming;
    view! { {move || renaming.get().map(|key| view! { <Field key=key /> })} }
}

#[component]
fn Field(key: json::Str) -> impl IntoView {
    let sheet = style_sheet!("style/rename.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let field = NodeRef::<html::Input>::new();
    let state = studio.state_of(&key);
    let before = workspace.document.with_untracked(|document| {
        state.and_then(|state| document.state(state)).map_or(String::new(), |state| state.name().to_owned())
    });
    let name = RwSignal::new(before.clone());
    let is_open = StoredValue::new(true);
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            // Once the field has its text.
            request_animation_frame(move || {
                let _ = field.focus();
                field.select();
            });
        }
    });
    let edit = move |name: String| state.map(|state| Edit::RenameState { state, name: name.as_str().into() });
    let error = Memo::new(move |_| {
        workspace.document.track();
        let edit = edit(name.get())?;
        studio.plan(&edit).err().map(|error| error.to_string())
    });
    let finish = move |keeps: bool, gives_focus: bool| {
        if !is_open.get_value() {
            return;
        }
        is_open.set_value(false);
        let new = name.get_untracked();
        if keeps
            && let Some(edit) = edit(new.clone())
            && studio.plan(&edit).is_ok_and(|patch| !patch.is_empty())
        {
            studio.edit(&edit, format!("Renamed {before} to {new}"));
        }
        studio.editing.renaming.set(None);
        if gives_focus {
            studio.focus_selected();
        }
    };
    let finish = StoredValue::new(finish);
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        event.stop_propagation();
        match &*event.key() {
            "Enter" if error.get_untracked().is_none() => finish.get_value()(true, true),
            "Enter" => {}
            "Escape" => finish.get_value()(false, true),
            _ => return,
        }
        event.prevent_default();
    };
    let rect = Memo::new(move |_| {
        workspace
            .scene
            .with(|scene| scene.index_of(&key).and_then(|index| scene.nodes.get(index)).map(|node| node.rect))
    });
    let place = move |read: fn(layout::Rect, crate::state::Camera) -> f64| {
        move || rect.get().map(|rect| format!("{:.1}px", read(rect, studio.view.camera.get())))
    };
    view! {
        class = sheet,
        <div
            class="rename"
            style:left=place(|rect, camera| rect.x * camera.zoom + camera.x)
            style:top=place(|rect, camera| rect.y * camera.zoom + camera.y)
            style:min-width=place(|rect, camera| (rect.width * camera.zoom).max(180.0))
        >
            <input
                node_ref=field
                class="rename-field"
                type="text"
                aria-label="Name of the state"
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby="rename-error"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
                on:keydown=on_key
                on:blur=move |_| {
                    // Also told when the field is taken out of the page.
                    if let Some(finish) = finish.try_get_value() {
                        finish(true, false);
                    }
                }
            />
            <p class="rename-error" id="rename-error" role="alert" hidden=move || error.get().is_none()>
                {move || error.get()}
            </p>
        </div>
    }
}
