use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::{DockTab, Mode, Pane, SideTab, Studio};
use crate::ui::Icon;

/// What a button of the bar shows.
#[derive(Clone, Copy)]
enum Place {
    Pane(Pane),
    Side(SideTab),
    Dock(DockTab),
}

const DESIGN: [(Place, &str, &str); 5] = [
    (Place::Pane(Pane::Left), "Add", "plus"),
    (Place::Pane(Pane::Stage), "Graph", "graph"),
    (Place::Pane(Pane::Side), "Details", "settings"),
    (Place::Dock(DockTab::Result), "Result", "check"),
    (Place::Dock(DockTab::Events), "Events", "history"),
];
const RUN: [(Place, &str, &str); 7] = [
    (Place::Pane(Pane::Left), "Runs", "list"),
    (Place::Pane(Pane::Stage), "Graph", "graph"),
    (Place::Side(SideTab::Data), "Data", "data-table"),
    (Place::Side(SideTab::Debug), "Debug", "watch"),
    (Place::Side(SideTab::Tasks), "Tasks", "inbox"),
    (Place::Dock(DockTab::Result), "Result", "check"),
    (Place::Dock(DockTab::Events), "Events", "history"),
];

/// On a narrow screen: which of the panes has it.
#[component]
pub fn PaneBar() -> impl IntoView {
    let sheet = style_sheet!("style/pane_bar.css");
    let shell = Studio::of_app().shell;
    let panes = move || match shell.mode.get() {
        Mode::Design => DESIGN.to_vec(),
        Mode::Run => RUN.to_vec(),
    };
    let buttons = move || {
        let buttons = panes().into_iter().map(|(place, title, icon)| {
            let is_shown = move || match place {
                Place::Pane(pane) => shell.pane.get() == pane,
                Place::Side(tab) => shell.pane.get() == Pane::Side && shell.side_tab.get() == tab,
                Place::Dock(tab) => shell.pane.get() == Pane::Dock && shell.dock_tab.get() == tab,
            };
            let go = move |_| match place {
                Place::Pane(pane) => shell.pane.set(pane),
                Place::Side(tab) => {
                    shell.side_tab.set(tab);
                    shell.pane.set(Pane::Side);
                }
                Place::Dock(tab) => {
                    shell.dock_tab.set(tab);
                    shell.pane.set(Pane::Dock);
                }
            };
            view! {
                class = sheet,
                <button
                    type="button"
                    class="pane-button"
                    aria-pressed=move || if is_shown() { "true" } else { "false" }
                    on:click=go
                >
                    <Icon name=icon size=20 />
                    {title}
                </button>
            }
        });
        buttons.collect_view()
    };
    view! {
        class = sheet,
        <nav class="pane-bar" aria-label="Panes">
            {buttons}
        </nav>
    }
}
