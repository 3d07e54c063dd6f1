use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::platform::dom;
use crate::state::Studio;
use crate::ui::Dialog;

/// Asks for the name under which states are kept as a block, or for another name of a block.
#[component]
pub fn SaveBlock() -> impl IntoView {
    let palette = Studio::of_app().palette;
    view! {
        <Dialog open=palette.is_naming title="Name of the block" look="small-dialog">
            <SaveBlockForm />
        </Dialog>
    }
}

#[component]
fn SaveBlockForm() -> impl IntoView {
    let sheet = style_sheet!("style/save_block.css");
    let studio = Studio::of_app();
    let palette = studio.palette;
    let old = palette.renamed.get_untracked();
    let names = studio.workspace.document.with_untracked(|document| {
        let states = studio.selected_states();
        let names = states.into_iter().filter_map(|state| Some(document.state(state)?.name().to_owned()));
        names.collect::<Vec<_>>()
    });
    let about = match (&old, &*names) {
        (Some(_), _) => None,
        (None, [only]) => Some(format!("{only}, to be added to any workflow from My blocks.")),
        (None, names) => Some(format!("{} states, to be added to any workflow from My blocks.", names.len())),
    };
    let name = RwSignal::new(old.clone().or_else(|| names.into_iter().next()).unwrap_or_default());
    let field = NodeRef::<html::Input>::new();
    field.on_load(dom::mark_field_soon);
    let is_empty = move || name.with(|name| name.trim().is_empty());
    let is_taken = Memo::new(move |_| {
        name.with(|name| {
            let name = name.trim();
            old.as_deref() != Some(name)
                && palette.saved.with(|saved| saved.iter().any(|block| block.name == name))
        })
    });
    let close = move || palette.is_naming.set(false);
    view! {
        class = sheet,
        <form
            class="save-block"
            on:submit=move |event| {
                event.prevent_default();
                if !is_empty() {
                    close();
                    studio.name_block(name.get_untracked().trim());
                }
            }
        >
            {about.map(|about| view! { class = sheet, <p class="save-block-about">{about}</p> })}
            <input
                node_ref=field
                id="block-name"
                class="form-input"
                type="text"
                aria-label="Name of the block"
                aria-describedby="block-name-taken"
                autocomplete="off"
                maxlength="80"
                prop:value=move || name.get()
                on:input=move |event| name.set(event_target_value(&event))
            />
            <p id="block-name-taken" class="save-block-taken" role="status">
                {move || is_taken.get().then_some("A block has this name, and is replaced.")}
            </p>
            <div class="save-block-actions">
                <button type="submit" class="button primary" disabled=is_empty>
                    "Save"
                </button>
                <button type="button" class="button" on:click=move |_| close()>
                    "Cancel"
                </button>
            </div>
        </form>
    }
}
