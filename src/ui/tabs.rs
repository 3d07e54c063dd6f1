use leptos::prelude::*;

use super::Icon;
use crate::platform::dom;

/// One tab of a row.
#[derive(Clone, Copy)]
pub struct Tab<T: 'static> {
    pub value: T,
    pub title: &'static str,
    pub icon: &'static str,
    /// The id of the tab's element; its panel has the same with `-panel`.
    pub id: &'static str,
}

/// A row of tabs: arrow keys move between them, Tab goes into the panel.
#[component]
pub fn Tabs<T>(
    tabs: Vec<Tab<T>>,
    selected: RwSignal<T>,
    label: &'static str,
    /// A number to show at a tab; 0 shows none.
    #[prop(into)]
    count: Callback<T, usize>,
) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    let all = StoredValue::new(tabs.clone());
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        // With a modifier the arrows are commands.
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let step: isize = match &*event.key() {
            "ArrowRight" | "ArrowDown" => 1,
            "ArrowLeft" | "ArrowUp" => -1,
            _ => return,
        };
        event.prevent_default();
        all.with_value(|tabs| {
            let now = selected.get_untracked();
            let position = tabs.iter().position(|tab| tab.value == now).unwrap_or(0) as isize;
            let next = (position + step).rem_euclid(tabs.len().max(1) as isize) as usize;
            if let Some(tab) = tabs.get(next) {
                selected.set(tab.value);
                dom::focus_soon(tab.id);
            }
        });
    };
    let buttons = tabs
        .into_iter()
        .map(|tab| {
            let is_selected = move || selected.get() == tab.value;
            view! {
                <button
                    type="button"
                    role="tab"
                    id=tab.id
                    class="tab"
                    aria-selected=move || if is_selected() { "true" } else { "false" }
                    aria-controls=format!("{}-panel", tab.id)
                    tabindex=move || if is_selected() { 0 } else { -1 }
                    on:click=move |_| selected.set(tab.value)
                    on:keydown=on_key
                >
                    <Icon name=tab.icon />
                    <span>{tab.title}</span>
                    {move || {
                        let count = count.run(tab.value);
                        (count > 0).then(|| view! { <span class="tab-count">{count}</span> })
                    }}
                </button>
            }
        })
        .collect_view();
    // In a narrow window the row scrolls: the selected tab is always in sight.
    Effect::new(move |_| {
        let selected = selected.get();
        if let Some(tab) = all.with_value(|tabs| tabs.iter().find(|tab| tab.value == selected).copied()) {
            dom::scroll_into_row_soon(tab.id);
        }
    });
    view! {
        <div class="tabs" role="tablist" aria-label=label>
            {buttons}
        </div>
    }
}
