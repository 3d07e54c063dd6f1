use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::problems::Problems;
use super::run::{Comparison, Events, RunResult, Steps};
use crate::command::Command;
use crate::state::{DockTab, Studio};
use crate::ui::{CommandButton, Later, Tab, Tabs};

const TABS: [Tab<DockTab>; 5] = [
    Tab { value: DockTab::Result, title: "Result", icon: "check", id: "tab-result" },
    Tab { value: DockTab::Steps, title: "Steps", icon: "list", id: "tab-steps" },
    Tab { value: DockTab::Events, title: "Events", icon: "history", id: "tab-events" },
    Tab { value: DockTab::Compare, title: "Compare", icon: "compare", id: "tab-compare" },
    Tab { value: DockTab::Problems, title: "Problems", icon: "warning", id: "tab-problems" },
];

/// The panel below the graph: what came out of the run, and what is wrong with the definition.
#[component]
pub fn Dock() -> impl IntoView {
    let sheet = style_sheet!("style/dock.css");
    let studio = Studio::of_app();
    let tab = studio.shell.dock_tab;
    let count = move |tab: DockTab| match tab {
        DockTab::Result | DockTab::Steps | DockTab::Compare => 0,
        DockTab::Events => studio.runs.event_count(),
        DockTab::Problems => studio.workspace.problems.with(|problems| problems.len()),
    };
    let id = move || TABS.iter().find(|known| known.value == tab.get()).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <section class="dock" id="dock" tabindex="-1" aria-label="Run">
            <div class="dock-head">
                <Tabs tabs=TABS.to_vec() selected=tab label="Run" count=count />
                <CommandButton command=Command::ToggleDock look="quiet" />
            </div>
            <div class="dock-panel" role="tabpanel" id=move || format!("{}-panel", id()) aria-labelledby=id>
                <Later>
                    {move || match tab.get() {
                        DockTab::Result => view! { <RunResult /> }.into_any(),
                        DockTab::Steps => view! { <Steps /> }.into_any(),
                        DockTab::Compare => view! { <Comparison /> }.into_any(),
                        DockTab::Events => view! { <Events /> }.into_any(),
                        DockTab::Problems => view! { <Problems /> }.into_any(),
                    }}
                </Later>
            </div>
        </section>
    }
}
