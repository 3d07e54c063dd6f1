//! A group of fields that can be folded away.

use leptos::prelude::*;

use crate::platform::storage;
use crate::ui::Icon;

/// Which sections are folded stays as it is from state to state, and from visit to visit.
pub fn section(title: &'static str, id: &'static str, body: AnyView) -> AnyView {
    let key = format!("stepglass.folded.{id}");
    let is_open = RwSignal::new(storage::read(&key).is_none());
    let toggle = move |_| {
        is_open.update(|open| *open = !*open);
        if is_open.get_untracked() {
            storage::remove(&key);
        } else {
            // A fold that is forgotten is no loss.
            let _ = storage::write(&key, "1");
        }
    };
    let body_id = format!("section-{id}");
    view! {
        <section class="form-section" class:open=move || is_open.get() data-section=id>
            <h2>
                <button
                    type="button"
                    class="form-section-toggle"
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls=body_id.clone()
                    on:click=toggle
                >
                    <Icon name="chevron-right" size=14 />
                    {title}
                </button>
            </h2>
            <div class="form-section-body" id=body_id hidden=move || !is_open.get()>
                {body}
            </div>
        </section>
    }
    .into_any()
}
