use diagram::SceneEdge;
use diagram::export::arrow;
use layout::{EdgeKind, Rect};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::state::Studio;

/// A transition: its line, its arrow and its label.
#[component]
pub fn EdgeView(edge: Memo<Option<SceneEdge>>) -> impl IntoView {
    let sheet = style_sheet!("style/edge.css");
    let studio = Studio::of_app();
    let is_taken = Memo::new(move |_| {
        edge.with(|edge| {
            let Some(edge) = edge else { return false };
            let key = |node: Option<usize>| {
                studio
                    .workspace
                    .scene
                    .with(|scene| node.and_then(|node| scene.nodes.get(node)).map(|node| node.key.clone()))
            };
            let (from, to) = (key(edge.from), key(edge.to));
            (edge.to.is_some() || edge.to_end) && studio.runs.is_taken(from.as_ref(), to.as_ref())
        })
    });
    let kind = move || {
        edge.with(|edge| match edge.as_ref().map(|edge| edge.kind) {
            Some(EdgeKind::Catch) => "catch",
            Some(EdgeKind::Choice) => "choice",
            Some(EdgeKind::Default) => "default",
            _ => "next",
        })
    };
    let label = move || {
        let (text, rect) = edge.with(|edge| edge.as_ref().and_then(|edge| edge.label.clone()))?;
        let Rect { x, y, width, height } = rect;
        Some(view! {
            class = sheet,
            <rect class="edge-label-card" x=x y=y width=width height=height rx="5"></rect>
            <text class="edge-label" x=x + width / 2.0 y=y + height / 2.0 + 4.0>
                {text}
            </text>
        })
    };
    let way = Memo::new(move |_| {
        let (from, way) = edge.with(|edge| edge.as_ref().map(|edge| (edge.from, edge.way)))?;
        let key = studio.workspace.scene.with(|scene| Some(scene.nodes.get(from?)?.key.clone()));
        Some((key?, way?))
    });
    // A state that no run has reached is marked itself: of its ways nothing more is to be said.
    let is_uncovered = Memo::new(move |_| {
        studio.page.covered.with(|covered| {
            let Some(covered) = covered else { return false };
            match way.get() {
                Some(way) => {
                    !covered.contains(&way.0) || studio.page.uncovered_ways.with(|ways| ways.contains(&way))
                }
                None => {
                    let to = edge.with(|edge| edge.as_ref().and_then(|edge| edge.to));
                    let scene = studio.workspace.scene;
                    scene.with(|scene| {
                        to.and_then(|to| scene.nodes.get(to)).is_some_and(|to| !covered.contains(&to.key))
                    })
                }
            }
        })
    });
    let is_selected =
        Memo::new(move |_| way.with(|way| way.is_some() && studio.workspace.selected_way() == *way));
    let select = move || {
        if let Some((from, way)) = way.get_untracked() {
            studio.workspace.select_way(from, way);
        }
    };
    view! {
        class = sheet,
        <g
            class="edge"
            class:taken=move || is_taken.get()
            class:uncovered=move || is_uncovered.get()
            class:chosen=move || is_selected.get()
            data-kind=kind
            on:click=move |_| select()
            on:contextmenu=move |_| select()
        >
            <path
                class="edge-hit"
                d=move || edge.with(|edge| edge.as_ref().map_or(String::new(), |edge| edge.path.clone()))
            ></path>
            <path
                class="edge-line"
                d=move || edge.with(|edge| edge.as_ref().map_or(String::new(), |edge| edge.path.clone()))
            ></path>
            <path
                class="edge-tip"
                d=move || edge.with(|edge| edge.as_ref().map_or(String::new(), |edge| arrow(edge.tip.0, edge.tip.1)))
            ></path>
            {label}
        </g>
    }
}
