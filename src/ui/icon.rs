use leptos::prelude::*;

use super::icon_data::ICONS;

/// The path data of an icon on a field of 24 × 24; empty for a name that no icon has.
pub fn icon_path(name: &str) -> &'static str {
    ICONS.iter().find(|(known, _)| *known == name).map_or("", |(_, path)| path)
}

/// The name of an icon as the table has it; that of services in general for a name that no icon has.
pub fn known_icon(name: &str) -> &'static str {
    ICONS.iter().find(|(known, _)| *known == name).map_or("service", |(known, _)| known)
}

/// A drawing beside words that say the same: assistive technology passes it over.
#[component]
pub fn Icon(
    name: &'static str,
    /// Width and height in CSS pixels.
    #[prop(default = 16)]
    size: u32,
) -> impl IntoView {
    view! {
        <svg class="icon" width=size height=size viewBox="0 0 24 24" aria-hidden="true">
            <path d=icon_path(name)></path>
        </svg>
    }
}
