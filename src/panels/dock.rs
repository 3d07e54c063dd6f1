use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::problems::Problems;
use super::run::{Comparison, Events, MapRun, RunResult, Steps};
use crate::command::Command;
use crate::state::{DockTab, Studio};
use crate::ui::{CommandButton, Later, Tab, Tabs};

const TABS: [Tab<DockTab>; 6] = [
    Tab { value: DockTab::Result, title: "Result", icon: "check", id: "tab-result" },
    Tab { value: DockTab::Steps, title: "Steps", icon: "list", id: "tab-steps" },
    Tab { value: DockTab::Events, title: "Events", icon: "history", id: "tab-events" },
    Tab { value: DockTab::MapRun, title: "Map Run", icon: "map", id: "tab-map-run" },
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
        DockTab::Result | DockTab::Steps | DockTab::MapRun | DockTab::Compare => 0,
        DockTab::Events => studio.runs.event_count(),
        DockTab::Problems => studio.workspace.problems.with(|problems| problems.len()),
    };
    // Few workflows have a Map Run: its tab comes with one.
    let has_map_run = Memo::new(move |_| {
        // What tells it comes with the second module.
        tab.get() == DockTab::MapRun || (studio.runs.current.get().is_some() && studio.page.has_map_runs())
    });
    let tabs = Signal::derive(move || {
        let is_there = has_map_run.get();
        let there = TABS.into_iter().filter(|tab| is_there || tab.value != DockTab::MapRun);
        there.collect::<Vec<Tab<DockTab>>>()
    });
    let id = move || TABS.iter().find(|known| known.value == tab.get()).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <section class="dock" id="dock" tabindex="-1" aria-label="Run">
            <div class="dock-head">
                {move || view! { <Tabs tabs=tabs.get() selected=tab label="Run" count=count /> }}
                <CommandButton command=Command::FoldDock look="quiet wide-only" />
                <CommandButton command=Command::ToggleDock look="quiet" />
            </div>
            <div class="dock-panel" role="tabpanel" id=move || format!("{}-panel", id()) aria-labelledby=id>
                <Later>
                    {move || match tab.get() {
                        DockTab::Result => view! { <RunResult /> }.into_any(),
                        DockTab::Steps => view! { <Steps /> }.into_any(),
                        DockTab::MapRun => view! { <MapRun /> }.into_any(),
                        DockTab::Compare => view! { <Comparison /> }.into_any(),
                        DockTab::Events => view! { <Events /> }.into_any(),
                        DockTab::Problems => view! { <Problems /> }.into_any(),
                    }}
                </Later>
            </div>
        </section>
    }
}
