use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::design::{Blocks, Outline};
use super::run::KeptRuns;
use crate::state::{DesignTab, Mode, Studio};
use crate::ui::{Later, Tab, Tabs};

const DESIGN_TABS: [Tab<DesignTab>; 2] = [
    Tab { value: DesignTab::Blocks, title: "Add", icon: "plus", id: "tab-blocks" },
    Tab { value: DesignTab::Outline, title: "Outline", icon: "list", id: "tab-outline" },
];

/// The panel left of the graph: what a workflow is built from, or the runs of it.
#[component]
pub fn Left() -> impl IntoView {
    let sheet = style_sheet!("style/left.css");
    let shell = Studio::of_app().shell;
    let tab = shell.design_tab;
    let id = move || DESIGN_TABS.iter().find(|known| known.value == tab.get()).map_or("", |tab| tab.id);
    view! {
        class = sheet,
        <aside
            class="left"
            id="left"
            tabindex="-1"
            aria-label=move || if shell.mode.get() == Mode::Design { "Building" } else { "Runs" }
            hidden=move || !shell.left_open.get()
        >
            <Show
                when=move || shell.mode.get() == Mode::Design
                fallback=|| view! { <KeptRuns /> }
            >
            <Tabs tabs=DESIGN_TABS.to_vec() selected=tab label="Building" count=|_| 0 />
            <div class="left-panel" role="tabpanel" id=move || format!("{}-panel", id()) aria-labelledby=id>
                <Later>
                    {move || match tab.get() {
                        DesignTab::Blocks => view! { <Blocks /> }.into_any(),
                        DesignTab::Outline => view! { <Outline /> }.into_any(),
                    }}
                </Later>
            </div>
            </Show>
        </aside>
    }
}
