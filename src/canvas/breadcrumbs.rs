use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;
use crate::ui::Icon;

/// Where the container is that is drawn alone, and the way out of it.
#[component]
pub fn Breadcrumbs() -> impl IntoView {
    let sheet = style_sheet!("style/breadcrumbs.css");
    let studio = Studio::of_app();
    let path = Memo::new(move |_| studio.workspace.path_of_root());
    let steps = move || {
        let path = path.get();
        let last = path.len().saturating_sub(1);
        path.into_iter()
            .enumerate()
            .map(|(position, (key, name))| {
                view! {
                    class = sheet,
                    <li class="crumb">
                        <Icon name="chevron-right" size=14 />
                        <button
                            type="button"
                            class="crumb-button"
                            aria-current=(position == last).then_some("location")
                            on:click=move |_| studio.draw_alone(Some(key.clone()))
                        >
                            {name.to_string()}
                        </button>
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        <Show when=move || path.with(|path| !path.is_empty())>
            <nav class=format!("breadcrumbs {sheet}") aria-label="Containers around the picture">
                <ol class=format!("crumbs {sheet}")>
                    <li class=format!("crumb {sheet}")>
                        <button type="button" class=format!("crumb-button {sheet}") on:click=move |_| studio.draw_alone(None)>
                            "Workflow"
                        </button>
                    </li>
                    {steps}
                </ol>
            </nav>
        </Show>
    }
}
