use std::collections::BTreeMap;

use layout::Rect;
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
    let frames = move || {
        scene.with(|scene| {
            let containers = scene.nodes.iter().filter(|node| node.is_container && node.is_shown);
            let rects = containers.map(|node| node.rect).chain(scene.frames.iter().map(|frame| frame.rect));
            rects.fold(String::new(), |path, rect| path + &outline(rect))
        })
    };
    let shapes = Memo::new(move |_| {
        let statuses = studio.runs.statuses_of_picture();
        scene.with(|scene| {
            let mut paths: BTreeMap<(&'static str, &'static str), String> = BTreeMap::new();
            for node in scene.nodes.iter().filter(|node| node.is_shown && !node.is_container) {
                let status = statuses.get(&node.key).copied().unwrap_or_default();
                let look = (status_look(status).key, type_key(node.state_type));
                paths.entry(look).or_default().push_str(&outline(node.rect));
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
            <path class="far-frames" d=frames></path>
            <path class="far-lines" d=lines></path>
            {shapes}
        </g>
    }
}

fn outline(Rect { x, y, width, height }: Rect) -> String {
    format!("M{x:.0} {y:.0}h{width:.0}v{height:.0}h-{width:.0}z")
}
