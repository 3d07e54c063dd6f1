use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::platform::dom;
use crate::state::{Shared, Studio};
use crate::ui::Dialog;

/// Asks how the nested workflow is to be called, and shows what comes of it.
#[component]
pub fn Extract() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.extract title="Extract into a nested workflow" look="convert-dialog">
            <ExtractForm />
        </Dialog>
    }
}

#[component]
fn ExtractForm() -> impl IntoView {
    let sheet = style_sheet!("style/extract.css");
    let studio = Studio::of_app();
    let name = RwSignal::new("Nested workflow".to_owned());
    let field = NodeRef::<html::Input>::new();
    field.on_load(dom::mark_field_soon);
    let planned = Memo::new(move |_| {
        studio.workspace.document.track();
        studio.workspace.selection();
        Shared::new(studio.plan_extraction(name.get().trim()))
    });
    // What has to be selected in addition, where that helps.
    let wider = Memo::new(move |_| {
        let helps = planned.with(|planned| match &**planned {
            Ok(planned) => planned.exits > 1 || planned.entries > 1,
            Err(_) => true,
        });
        helps.then(|| studio.extraction_with_targets(name.get().trim())).flatten()
    });
    let problem = move || planned.with(|planned| planned.as_ref().err().cloned());
    let task = move || {
        let text = studio.workspace.definition.get();
        planned.with(|planned| {
            let Ok(extraction) = &**planned else { return String::new() };
            let lines = extraction.patch.changed_lines(&text).into_iter();
            lines
                .map(|lines| lines.after)
                .filter(|after| !after.is_empty())
                .collect::<Vec<_>>()
                .join("\n  ⋮\n")
        })
    };
    let definition = move || {
        planned.with(|planned| {
            planned.as_ref().as_ref().map_or(String::new(), |planned| planned.definition.clone())
        })
    };
    let notes = move || {
        let notes = planned
            .with(|planned| planned.as_ref().as_ref().map_or(Vec::new(), |planned| planned.notes.clone()));
        notes.into_iter().map(|note| view! { <li>{note}</li> }).collect_view()
    };
    let apply = move || {
        let planned = planned.get_untracked();
        let Ok(extraction) = &*planned else { return };
        studio.shell.extract.set(false);
        studio.apply_extraction(extraction.clone(), name.get_untracked().trim());
    };
    view! {
        class = sheet,
        <form
            class="extract-body"
            on:submit=move |event| {
                event.prevent_default();
                apply();
            }
        >
            <label class="extract-name">
                <span class="extract-label">"Name of the nested workflow"</span>
                <input
                    node_ref=field
                    class="form-input"
                    type="text"
                    autocomplete="off"
                    aria-invalid=move || problem().is_some().then_some("true")
                    aria-describedby="extract-problem"
                    maxlength="80"
                    prop:value=move || name.get()
                    on:input=move |event| name.set(event_target_value(&event))
                />
            </label>
            {move || {
                problem()
                    .map(|problem| {
                        view! {
                            class = sheet,
                            <p class="extract-problem" id="extract-problem" role="alert">
                                {problem}
                            </p>
                        }
                    })
            }}
            <Show when=move || wider.with(Option::is_some)>
                <button
                    type="button"
                    class=format!("button extract-more {sheet}")
                    on:click=move |_| {
                        let keys = wider.get_untracked().unwrap_or_default();
                        studio.workspace.select(keys);
                        if let Some(field) = field.get_untracked() {
                            let _ = field.focus();
                        }
                    }
                >
                    {move || {
                        let now = studio.workspace.selection().len();
                        let count = wider.with(|wider| wider.as_ref().map_or(0, Vec::len)).saturating_sub(now);
                        if count == 1 {
                            "Extract the state that it leads to as well".to_owned()
                        } else {
                            format!("Extract the {count} states that they lead to as well")
                        }
                    }}
                </button>
            </Show>
            <Show when=move || problem().is_none()>
                <div class=format!("extract-columns {sheet}")>
                    <section class=format!("extract-part {sheet}") aria-label="What takes their place">
                        <h3>"What takes their place"</h3>
                        <pre class=format!("extract-text {sheet}") tabindex="0">{task}</pre>
                    </section>
                    <section class=format!("extract-part {sheet}") aria-label="The nested workflow">
                        <h3>"The nested workflow"</h3>
                        <pre class=format!("extract-text {sheet}") tabindex="0">{definition}</pre>
                    </section>
                </div>
                <ul class=format!("extract-notes {sheet}")>{notes}</ul>
            </Show>
            <div class="extract-actions">
                <button type="submit" class="button primary" disabled=move || problem().is_some()>
                    "Extract"
                </button>
                <button type="button" class="button" on:click=move |_| studio.shell.extract.set(false)>
                    "Cancel"
                </button>
            </div>
        </form>
    }
}
