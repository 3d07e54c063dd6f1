use debugger::{VariableChange, bytes_text};
use engine::FrameRole;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::place_of;
use super::stages::short_text;
use crate::state::{SharedData, Studio};
use crate::ui::{Json, JsonTree};

/// The variables by scope, and what became of them.
#[component]
pub fn Variables(data: Memo<Option<SharedData>>) -> impl IntoView {
    let sheet = style_sheet!("style/variables.css");
    let open = RwSignal::new(None::<(usize, String)>);
    let content = move || {
        let SharedData(data) = data.get()?;
        let is_entry = data.is_entry;
        let scopes = data.view.scopes.iter().enumerate().map(|(index, scope)| {
            let title = match scope.role {
                Some(FrameRole::Branch(number)) => format!("Branch {}", number + 1),
                Some(FrameRole::Iteration(number)) => format!("Iteration {number}"),
                _ => "Execution".to_owned(),
            };
            let rows = scope.variables.iter().map(|variable| {
                let name = variable.name.to_string();
                let (look, word, before) = match &variable.change {
                    VariableChange::Same => ("same", "", None),
                    VariableChange::New => ("added", "new", None),
                    VariableChange::Changed { from } => ("changed", "changed", Some(short_text(from, 80))),
                };
                let is_open = {
                    let name = name.clone();
                    Memo::new(move |_| {
                        open.with(|open| open.as_ref().is_some_and(|(at, known)| *at == index && *known == name))
                    })
                };
                let toggle = {
                    let name = name.clone();
                    move |_| {
                        let is_open = is_open.get_untracked();
                        open.set((!is_open).then(|| (index, name.clone())));
                    }
                };
                let value = Json(variable.value.clone());
                let label = name.clone();
                let edited = name.clone();
                view! {
                    class = sheet,
                    <li class="variable" data-look=look>
                        <button
                            type="button"
                            class="variable-row"
                            aria-expanded=move || if is_open.get() { "true" } else { "false" }
                            on:click=toggle
                        >
                            <span class="variable-name">{format!("${name}")}</span>
                            <code class="variable-value">{short_text(&variable.value, 120)}</code>
                            <span class="variable-change" title=before.clone().map(|before| format!("was {before}"))>
                                {word}
                            </span>
                            <span class="variable-size">{bytes_text(variable.value.text_len())}</span>
                        </button>
                        <Show when=move || is_open.get()>
                            {
                                let (value, label, edited) = (value.clone(), label.clone(), edited.clone());
                                let before = before.clone();
                                view! {
                                    class = sheet,
                                    {before.map(|before| view! { class = sheet, <p class="variable-before">"Was " <code>{before}</code></p> })}
                                    <JsonTree
                                        value=Signal::derive({ let value = value.clone(); move || value.clone() })
                                        label=Signal::derive(move || format!("Variable {label}"))
                                        most_height=220.0
                                    />
                                    {is_entry.then(|| view! { <EditVariable name=edited value=value /> })}
                                }
                            }
                        </Show>
                    </li>
                }
            });
            let rows = rows.collect_view();
            let is_empty = scope.variables.is_empty();
            view! {
                class = sheet,
                <h5>{title}</h5>
                {is_empty.then(|| view! { class = sheet, <p class="variable-none">"No variables of its own"</p> })}
                <ul>{rows}</ul>
            }
        });
        Some(scopes.collect_view())
    };
    let count = move || {
        data.with(|data| {
            let scopes =
                data.as_ref().map(|data| data.0.view.scopes.iter().map(|scope| scope.variables.len()).sum());
            scopes.unwrap_or(0_usize)
        })
    };
    view! {
        class = sheet,
        <details class="variables" open=true>
            <summary>{move || format!("Variables ({})", count())}</summary>
            {content}
        </details>
    }
}

/// Another value for a variable, from the state on that is entered at the cursor.
#[component]
fn EditVariable(name: String, value: Json) -> impl IntoView {
    let sheet = style_sheet!("style/edit_value.css");
    let studio = Studio::of_app();
    let (run, position) = place_of(studio);
    let form = format!("variable {name} {run} {position}");
    let text = studio.typed.field(&form, "value", value.0.without_text().to_pretty());
    let save = move |_| match text.with_untracked(|text| json::parse(text)) {
        Ok(value) => {
            studio.typed.forget(&form);
            studio.set_variable(&name, value);
        }
        Err(error) => studio.shell.fail(format!("The value is not JSON: {error}.")),
    };
    view! {
        class = sheet,
        <div class="edit-value">
            <textarea
                rows="3"
                spellcheck="false"
                aria-label="New value, as JSON"
                prop:value=move || text.get()
                on:input=move |event| text.set(event_target_value(&event))
            ></textarea>
            <button type="button" class="button" on:click=save>
                "Set from here on"
            </button>
        </div>
    }
}
