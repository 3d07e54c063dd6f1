use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::{DockTab, Pane, Studio};
use crate::ui::Icon;

/// On a narrow screen: which of the panes has it.
#[component]
pub fn PaneBar() -> impl IntoView {
    let sheet = style_sheet!("style/pane_bar.css");
    let shell = Studio::of_app().shell;
    const PANES: [(Pane, Option<DockTab>, &str, &str); 5] = [
        (Pane::Left, None, "Add", "plus"),
        (Pane::Stage, None, "Graph", "graph"),
        (Pane::Side, None, "Details", "settings"),
        (Pane::Dock, Some(DockTab::Result), "Result", "check"),
        (Pane::Dock, Some(DockTab::Events), "Events", "history"),
    ];
    let buttons = PANES
        .into_iter()
        .map(|(pane, tab, title, icon)| {
            let is_shown =
                move || shell.pane.get() == pane && tab.is_none_or(|tab| shell.dock_tab.get() == tab);
            view! {
                class = sheet,
                <button
                    type="button"
                    class="pane-button"
                    aria-pressed=move || if is_shown() { "true" } else { "false" }
                    on:click=move |_| {
                        if let Some(tab) = tab {
                            shell.dock_tab.set(tab);
                        }
                        shell.pane.set(pane);
                    }
                >
                    <Icon name=icon size=20 />
                    {title}
                </button>
            }
        })
        .collect_view();
    view! {
        class = sheet,
        <nav class="pane-bar" aria-label="Panes">
            {buttons}
        </nav>
    }
}
