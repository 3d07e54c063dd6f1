use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::node_icon;
use crate::state::Studio;
use crate::ui::Icon;

/// The states as a list in the order of execution, indented by what holds them.
#[component]
pub fn Outline() -> impl IntoView {
    let sheet = style_sheet!("style/outline.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let rows = move || {
        workspace.scene.with(|scene| {
            let order = scene.geometry.reading_order.iter();
            let nodes = order.filter_map(|index| scene.nodes.get(*index));
            let rows = nodes.map(|node| {
                let key = node.key.clone();
                let is_selected = {
                    let key = key.clone();
                    move || workspace.selected.with(|selected| selected.as_ref() == Some(&key))
                };
                let on_click = move |_| {
                    studio.show_state(&key);
                };
                view! {
                    class = sheet,
                    <li>
                        <button
                            type="button"
                            class="outline-row"
                            aria-current=move || is_selected().then_some("true")
                            style:padding-left=format!("{}px", 12 + 16 * node.depth)
                            on:click=on_click
                        >
                            <Icon name=node_icon(node) />
                            {node.name.to_string()}
                        </button>
                    </li>
                }
            });
            rows.collect_view()
        })
    };
    view! {
        class = sheet,
        <ul class="outline" aria-label="States in the order of execution">{rows}</ul>
    }
}
