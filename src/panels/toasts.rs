use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;
use crate::ui::Icon;

/// Notices at the bottom of the page. What they say is also announced, so they are no live region themselves.
#[component]
pub fn Toasts() -> impl IntoView {
    let sheet = style_sheet!("style/toasts.css");
    let shell = Studio::of_app().shell;
    view! {
        class = sheet,
        <div class="toasts">
            <For each=move || shell.toasts.get() key=|toast| toast.id let(toast)>
                <div class="toast" class:error=toast.is_error>
                    <Icon name=if toast.is_error { "error-circle" } else { "info" } size=18 />
                    <p>{toast.text.clone()}</p>
                    {toast
                        .offer
                        .map(|(label, act)| {
                            view! {
                                <button
                                    type="button"
                                    class="button"
                                    on:click=move |_| {
                                        shell.close_toast(toast.id);
                                        act();
                                    }
                                >
                                    {label}
                                </button>
                            }
                        })}
                    <button
                        type="button"
                        class="button quiet icon-only"
                        aria-label="Close the notice"
                        on:click=move |_| shell.close_toast(toast.id)
                    >
                        <Icon name="close" />
                    </button>
                </div>
            </For>
        </div>
    }
}
