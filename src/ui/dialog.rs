use leptos::html;
use leptos::prelude::*;

use super::Icon;

/// A modal dialog: the browser keeps the focus inside and closes it on Escape.
#[component]
pub fn Dialog(
    open: RwSignal<bool>,
    title: &'static str,
    /// A class for the size.
    #[prop(optional)]
    look: &'static str,
    /// Without it, the title is for assistive technology only.
    #[prop(default = true)]
    has_header: bool,
    children: ChildrenFn,
) -> impl IntoView {
    let element = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let open = open.get();
        if let Some(dialog) = element.get() {
            if open && !dialog.open() {
                let _ = dialog.show_modal();
            } else if !open && dialog.open() {
                dialog.close();
            }
        }
    });
    view! {
        <dialog
            node_ref=element
            class=look
            aria-label=title
            on:close=move |_| open.set(false)
            on:click=move |event| {
                // A click on the backdrop counts as one on the dialog itself.
                let target = event.target().map(wasm_bindgen::JsValue::from);
                let dialog = element.get_untracked().map(wasm_bindgen::JsValue::from);
                if target.is_some() && target == dialog {
                    open.set(false);
                }
            }
        >
            <Show when=move || open.get()>
                {has_header
                    .then(|| {
                        view! {
                            <header class="dialog-header">
                                <h2>{title}</h2>
                                <button
                                    type="button"
                                    class="button quiet icon-only"
                                    aria-label="Close"
                                    on:click=move |_| open.set(false)
                                >
                                    <Icon name="close" />
                                </button>
                            </header>
                        }
                    })}
                {children()}
            </Show>
        </dialog>
    }
}
