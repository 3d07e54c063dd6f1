use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::breadcrumbs::Breadcrumbs;
use super::connect::ConnectHint;
use super::context_menu::ContextMenu;
use super::finder::FinderBar;
use super::minimap::Minimap;
use super::rename::RenameField;
use super::viewport::Viewport;
use crate::command::Command;
use crate::state::{NodeStatus, Studio};
use crate::ui::{CommandButton, Icon};

/// The canvas with what floats over it: notices, the legend and the zoom buttons.
#[component]
pub fn Stage() -> impl IntoView {
    let sheet = style_sheet!("style/stage.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let has_run = move || studio.runs.event_count() > 0;
    let is_bare = move || workspace.scene.with(|scene| scene.nodes.is_empty());
    view! {
        class = sheet,
        <section class="stage" id="stage" tabindex="-1" aria-label="Graph">
            <Viewport />
            <ConnectHint />
            <RenameField />
            <ContextMenu />
            <Breadcrumbs />
            <FinderBar />
            <Minimap />
            <Show when=move || workspace.is_stale.get()>
                <p class="notice" role="status">
                    <Icon name="warning" />
                    "The definition is broken at the moment. This is the graph of its last good text."
                </p>
            </Show>
            <Show when=is_bare>
                <div class="bare">
                    <p>"There are no states to draw."</p>
                    <div class="bare-actions">
                        <CommandButton command=Command::OpenGallery label="Open an example…" look="primary" />
                        <CommandButton command=Command::NewWorkflow label="New workflow" />
                        <CommandButton command=Command::OpenFile label="Open a file…" />
                    </div>
                </div>
            </Show>
            <Show when=has_run>
                <Legend />
            </Show>
            <div class="zoom" role="toolbar" aria-label="Zoom">
                <CommandButton command=Command::ZoomOut look="quiet" />
                <span class="zoom-level" aria-label="Zoom">
                    {move || format!("{:.0} %", studio.view.told.get().zoom * 100.0)}
                </span>
                <CommandButton command=Command::ZoomIn look="quiet" />
                <CommandButton command=Command::ZoomToFit look="quiet" />
            </div>
        </section>
    }
}

/// What the colours and signs mean that are in the picture now.
#[component]
fn Legend() -> impl IntoView {
    let sheet = style_sheet!("style/legend.css");
    let runs = Studio::of_app().runs;
    let present = Memo::new(move |_| runs.present_statuses());
    let entry = move |status: NodeStatus| {
        let look = super::node::status_look(status);
        view! {
            class = sheet,
            <li class="legend-entry" data-status=look.key>
                <Icon name=look.icon size=14 />
                {status.name()}
            </li>
        }
    };
    let entries = move || present.get().into_iter().map(entry).collect_view();
    view! {
        class = sheet,
        <ul class="legend" aria-label="Legend">
            {entries}
        </ul>
    }
}
