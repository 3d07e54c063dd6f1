use std::collections::BTreeMap;
use std::fmt::Write;

use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::node::{status_look, type_key};
use crate::state::Studio;

/// A large workflow from far away: a shape a state, all states of one look in one path, and one path of all lines.
/// An element a state would take the browser longer to draw than a frame lasts.
#[component]
pub fn Overview() -> impl IntoView {
    let sheet = style_sheet!("style/overview.css");
    let studio = Studio::of_app();
    let scene = studio.workspace.scene;
    let lines = move || {
        scene.with(|scene| scene.edges.iter().map(|edge| edge.path.as_str()).collect::<Vec<_>>().join(""))
    };
    let shapes = Memo::new(move |_| {
        let statuses = studio.runs.statuses_of_picture();
        scene.with(|scene| {
            let mut paths: BTreeMap<(&'static str, &'static str), String> = BTreeMap::new();
            for node in scene.nodes.iter().filter(|node| node.is_shown && !node.is_container) {
                let status = statuses.get(&node.key).copied().unwrap_or_default();
                let look = (status_look(status).key, type_key(node.state_type));
                let (rect, path) = (node.rect, paths.entry(look).or_default());
                let _ = write!(
                    path,
                    "M{:.0} {:.0}h{:.0}v{:.0}h-{:.0}z",
                    rect.x, rect.y, rect.width, rect.height, rect.width
                );
            }
            paths
        })
    });
    let shapes = move || {
        let shapes = shapes.get().into_iter().map(|((status, kind), path)| {
            view! {
                class = sheet,
                <path class="far-states" data-status=status data-type=kind d=path></path>
            }
        });
        shapes.collect_view()
    };
    view! {
        class = sheet,
        <g class="overview" aria-hidden="true">
            <path class="far-lines" d=lines></path>
            {shapes}
        </g>
    }
}
