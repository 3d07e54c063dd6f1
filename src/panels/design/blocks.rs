use asl::StateType;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::type_icon;
use crate::state::Studio;
use crate::ui::Icon;

const TYPES: [(StateType, &str); 8] = [
    (StateType::Task, "Call a service"),
    (StateType::Pass, "Pass data on, or change it"),
    (StateType::Choice, "Go on by a condition"),
    (StateType::Wait, "Wait for a time"),
    (StateType::Parallel, "Run branches side by side"),
    (StateType::Map, "Run for each item"),
    (StateType::Succeed, "End well"),
    (StateType::Fail, "End with an error"),
];

/// What can be added to the workflow.
#[component]
pub fn Blocks() -> impl IntoView {
    let sheet = style_sheet!("style/blocks_panel.css");
    let studio = Studio::of_app();
    let rows = TYPES.map(|(state_type, about)| {
        view! {
            class = sheet,
            <li>
                <button type="button" class="block" on:click=move |_| studio.insert(state_type)>
                    <Icon name=type_icon(Some(state_type)) size=20 />
                    <span class="block-words">
                        <span class="block-title">{state_type.name()}</span>
                        <span class="block-about">{about}</span>
                    </span>
                </button>
            </li>
        }
    });
    view! {
        class = sheet,
        <ul class="block-list" aria-label="States to add after the selected one">
            {rows.into_iter().collect_view()}
        </ul>
    }
}
