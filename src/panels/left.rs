use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::design::{Blocks, Outline};
use crate::state::{DesignTab, Mode, Studio};
use crate::ui::{Tab, Tabs};

const DESIGN_TABS: [Tab<DesignTab>; 2] = [
    Tab { value: DesignTab::Blocks, title: "Add", icon: "plus", id: "tab-blocks" },
    Tab { value: DesignTab::Outline, title: "Outline", icon: "list", id: "tab-outline" },
];

/// The panel left of the graph: what a workflow is built from.
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
            aria-label="Building"
            hidden=move || shell.mode.get() != Mode::Design || !shell.left_open.get()
        >
            <Tabs tabs=DESIGN_TABS.to_vec() selected=tab label="Building" count=|_| 0 />
            <div class="left-panel" role="tabpanel" id=move || format!("{}-panel", id()) aria-labelledby=id>
                {move || match tab.get() {
                    DesignTab::Blocks => view! { <Blocks /> }.into_any(),
                    DesignTab::Outline => view! { <Outline /> }.into_any(),
                }}
            </div>
        </aside>
    }
}
