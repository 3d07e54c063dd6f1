use leptos::prelude::*;

use super::Icon;
use crate::command::{Command, dispatch};
use crate::platform::dom;
use crate::state::Studio;

/// A button for a command: its icon, its title and keys as a tip, and grey with the reason when it can't be used.
#[component]
pub fn CommandButton(
    command: Command,
    /// The words on the button; without them the icon stands alone.
    #[prop(optional)]
    label: &'static str,
    /// More classes: `primary`, `quiet`.
    #[prop(optional)]
    look: &'static str,
) -> impl IntoView {
    let studio = Studio::of_app();
    let spec = command.spec();
    let keys = spec.keys.first().map(|key| format!(" ({})", key.label(dom::is_apple()))).unwrap_or_default();
    let tip = move || match command.obstacle(studio) {
        Some(obstacle) => format!("{}{keys}: {obstacle}", spec.title),
        None => format!("{}{keys}", spec.title),
    };
    // The name begins with the words that are seen, for those who say them.
    let title = spec.title.trim_end_matches('…');
    let has_words = title.to_lowercase().contains(&label.trim_end_matches('…').to_lowercase());
    let name = if has_words { title.to_owned() } else { format!("{label}: {title}") };
    let icon_only = if label.is_empty() { " icon-only" } else { "" };
    view! {
        <button
            type="button"
            class=format!("button {look}{icon_only}")
            title=tip
            aria-label=name
            aria-disabled=move || command.obstacle(studio).is_some().then_some("true")
            on:click=move |_| dispatch(studio, command)
        >
            <Icon name=spec.icon size=18 />
            {(!label.is_empty()).then_some(label)}
        </button>
    }
}
