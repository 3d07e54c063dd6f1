use leptos::prelude::*;

use crate::platform::rest;

/// Shows its children once all of the program is there. For whatever the first picture can do without: its code then
/// belongs to the second module (`tools/split/rules.txt`).
#[component]
pub fn Later(children: ChildrenFn) -> impl IntoView {
    view! { <Show when=rest::is_complete>{children()}</Show> }
}
