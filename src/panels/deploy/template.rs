use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use crate::state::Studio;
use crate::ui::{Dialog, Icon};

/// Asks which state machine of a template is to be opened.
#[component]
pub fn TemplateDialog() -> impl IntoView {
    let shell = Studio::of_app().shell;
    let open = RwSignal::new(false);
    Effect::new(move |_| open.set(shell.template.with(Option::is_some)));
    Effect::new(move |before: Option<bool>| {
        let is_open = open.get();
        if before == Some(true) && !is_open {
            shell.template.set(None);
        }
        is_open
    });
    view! {
        <Dialog open=open title="Open a state machine of the template" look="export-dialog">
            <Machines />
        </Dialog>
    }
}

#[component]
fn Machines() -> impl IntoView {
    let sheet = style_sheet!("style/template.css");
    let studio = Studio::of_app();
    let list = NodeRef::<html::Ul>::new();
    // The dialog begins with what there is to choose.
    Effect::new(move |_| {
        let first = list.get().and_then(|list| list.query_selector("button:enabled").ok().flatten());
        if let Some(button) = first.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = button.focus();
        }
    });
    let rows = move || {
        let (_, machines) = studio.shell.template.get().unwrap_or_default();
        let rows = machines.into_iter().map(|machine| {
            let why = machine.definition.as_ref().err().cloned();
            let is_usable = why.is_none();
            let about = match why {
                Some(why) => why,
                None if machine.settings.is_express => "Express".to_owned(),
                None => "Standard".to_owned(),
            };
            let id = machine.id.clone();
            view! {
                class = sheet,
                <li>
                    <button
                        type="button"
                        class="template-machine"
                        disabled=!is_usable
                        on:click=move |_| {
                            studio.shell.template.set(None);
                            let file = studio.shell.template_file.try_update_value(Option::take).flatten();
                            if let Some(file) = file {
                                studio.open_machine(file, &machine);
                            }
                        }
                    >
                        <Icon name="workflow" />
                        <span class="template-words">
                            <strong>{id}</strong>
                            <span class="template-about">{about}</span>
                        </span>
                    </button>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        class = sheet,
        <div class="template-body">
            <p class="template-hint">"It opens as a copy: saving it does not change the template. What the template fills in becomes placeholders."</p>
            <ul class="template-list" node_ref=list>{rows}</ul>
        </div>
    }
}
