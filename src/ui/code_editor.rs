use std::rc::Rc;

use json::{Span, Str};
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;

use crate::platform::dom;
use crate::platform::editor::{Assistant, Diagnostic, Editor, Listeners, OutsideHistory};
use crate::state::Studio;

/// An editor for JSON. Until its module has arrived, and where it can't be loaded, a plain text field does the work.
#[component]
pub fn CodeEditor(
    label: &'static str,
    #[prop(into)] text: Signal<Str>,
    #[prop(into)] on_change: Callback<String>,
    #[prop(into)] diagnostics: Signal<Vec<Diagnostic>>,
    /// Told the offset of the cursor in bytes whenever the person moves it.
    #[prop(optional, into)]
    on_cursor: Option<Callback<usize>>,
    /// A part of the text to select and show.
    #[prop(optional, into)]
    reveal: Option<RwSignal<Option<Span>>>,
    /// Whether the text is YAML; JSON otherwise.
    #[prop(optional, into)]
    is_yaml: Signal<bool>,
    /// Completes and explains what is typed.
    #[prop(optional)]
    assistant: Option<Rc<dyn Assistant>>,
    /// Whether undo and redo are the page's, which has one history for text, forms and graph.
    #[prop(optional)]
    shares_history: bool,
    /// Whether what stands in it is not in the definition. Undo and redo are the page's too, once what was typed
    /// since then is taken back.
    #[prop(optional, into)]
    has_draft: Option<Signal<bool>>,
    /// Where it is a field of a form: as high as its text, up to this many lines, and Tab goes on to the next field.
    #[prop(optional)]
    most_lines: Option<usize>,
) -> impl IntoView {
    let studio = Studio::of_app();
    let host = NodeRef::<html::Div>::new();
    let editor = StoredValue::new_local(None::<Editor>);
    let is_ready = RwSignal::new(false);
    let has_begun = StoredValue::new(false);
    let assistant = StoredValue::new_local(assistant);
    let is_field = most_lines.is_some();
    let forget_kept = move || {
        if has_draft.is_some_and(|has_draft| has_draft.try_get_untracked() == Some(false)) {
            editor.try_with_value(|editor| {
                if let Some(editor) = editor {
                    editor.handle().forget_history();
                }
            });
        }
    };
    Effect::new(move |_| {
        let Some(element) = host.get() else { return };
        if has_begun.get_value() {
            return;
        }
        has_begun.set_value(true);
        let assistant = assistant.try_update_value(Option::take).flatten();
        spawn_local(async move {
            let Some(start) = text.try_get_untracked() else { return };
            let listeners = Listeners {
                on_change: Box::new(move |changed| {
                    editor.try_update_value(|editor| {
                        if let Some(editor) = editor {
                            editor.note_text(&changed);
                        }
                    });
                    on_change.run(changed);
                    forget_kept();
                }),
                on_cursor: Box::new(move |offset| {
                    if let Some(on_cursor) = on_cursor {
                        on_cursor.run(offset);
                    }
                }),
                history: (shares_history || has_draft.is_some()).then(|| OutsideHistory {
                    undo: Closure::new(move || studio.undo()),
                    redo: Closure::new(move || studio.redo()),
                    keeps_drafts: has_draft.is_some(),
                }),
            };
            let dark = studio.shell.is_dark.get_untracked();
            match Editor::open(&element, label, &start, dark, is_field, listeners, assistant).await {
                Ok(opened) => {
                    if dom::takes_focus(&element) {
                        // What is hidden can't have it.
                        let _ = element.class_list().add_1("ready");
                        opened.handle().focus();
                    }
                    let _ = editor.try_set_value(Some(opened));
                    let _ = is_ready.try_set(true);
                }
                Err(message) => studio.shell.fail(format!("{message} A plain text field takes its place.")),
            }
        });
    });
    Effect::new(move |_| {
        let text = text.get();
        if is_ready.get() {
            editor.update_value(|editor| {
                if let Some(editor) = editor
                    && !editor.is_text(&text)
                {
                    editor.set_text(&text);
                }
            });
            forget_kept();
        }
    });
    Effect::new(move |_| {
        let diagnostics = diagnostics.get();
        if is_ready.get() {
            editor.with_value(|editor| {
                if let Some(editor) = editor {
                    editor.set_diagnostics(&diagnostics);
                }
            });
        }
    });
    Effect::new(move |_| {
        let language = if is_yaml.get() { "yaml" } else { "json" };
        if is_ready.get() {
            editor.with_value(|editor| {
                if let Some(editor) = editor {
                    editor.handle().set_language(language);
                }
            });
        }
    });
    Effect::new(move |_| {
        let dark = studio.shell.is_dark.get();
        if is_ready.get() {
            editor.with_value(|editor| {
                if let Some(editor) = editor {
                    editor.handle().set_theme(dark);
                }
            });
        }
    });
    Effect::new(move |_| {
        let span = reveal.and_then(|reveal| reveal.get());
        if let Some(span) = span.filter(|_| is_ready.get_untracked()) {
            editor.with_value(|editor| {
                if let Some(editor) = editor {
                    editor.select(span);
                }
            });
        }
    });
    view! {
        <div
            class="code-editor"
            class:fitted=is_field
            style:--code-most-lines=most_lines.map(|lines| lines.to_string())
        >
            <div
                node_ref=host
                class="code-host"
                class:ready=move || is_ready.get()
            ></div>
            <Show when=move || !is_ready.get()>
                <textarea
                    class="code-fallback mono"
                    aria-label=label
                    spellcheck="false"
                    rows=move || Some(text.with(|text| text.split('\n').count()).clamp(2, most_lines?))
                    prop:value=move || text.get().to_string()
                    on:input=move |event| on_change.run(event_target_value(&event))
                ></textarea>
            </Show>
        </div>
    }
}
