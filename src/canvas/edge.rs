use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use asl::TransitionKind;
use diagram::SceneEdge;
use diagram::export::arrow;
use json::Str;
use layout::{EdgeKind, Rect};
use leptos::prelude::*;
use leptos::svg;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::keep_drawn::keep_drawn;
use super::near::Paced;
use crate::platform::by_hand::{Drawing, Template};
use crate::state::Studio;

/// Where each edge stands in the scene of the moment.
pub type EdgeIndex = Memo<Arc<HashMap<String, usize>>>;

/// The transitions. They are drawn by hand (see `platform::by_hand`), and their events are heard here.
#[component]
pub fn EdgeLayer(edges: Memo<Paced<String>>, index: EdgeIndex) -> impl IntoView {
    let studio = Studio::of_app();
    let group = NodeRef::<svg::G>::new();
    let templates = Rc::new(Templates::new());
    keep_drawn(group, edges, move |key| draw(studio, &templates, key.clone(), index));
    let select = move |event: leptos::ev::MouseEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let edge = target.and_then(|target| target.closest(".edge").ok().flatten());
        let Some(key) = edge.and_then(|edge| edge.get_attribute("data-key")) else { return };
        if let Some((from, way)) =
            untrack(|| edge_of(studio, &key, index)).and_then(|edge| way_of(studio, &edge))
        {
            studio.workspace.select_way(from, way);
        }
    };
    view! { <g node_ref=group on:click=select on:contextmenu=select></g> }
}

fn edge_of(studio: Studio, key: &str, index: EdgeIndex) -> Option<SceneEdge> {
    // The scene before the index, which is made of it: an effect that asks the index first, and finds it as it was, does
    // not notice that the scene is another one (reactive_graph 0.2.16, `EffectInner::update_if_necessary`).
    studio.workspace.scene.with(|scene| {
        let index = index.with(|index| index.get(key).copied())?;
        scene.edges.get(index).cloned()
    })
}

/// The key of the state that an edge leaves, and which of its ways it is.
fn way_of(studio: Studio, edge: &SceneEdge) -> Option<(Str, TransitionKind)> {
    Some((key_of(studio, edge.from)?, edge.way?))
}

fn key_of(studio: Studio, node: Option<usize>) -> Option<Str> {
    untrack(|| studio.workspace.scene.with(|scene| Some(scene.nodes.get(node?)?.key.clone())))
}

fn is_taken(studio: Studio, edge: &SceneEdge) -> bool {
    let (from, to) = (key_of(studio, edge.from), key_of(studio, edge.to));
    // Without a twin the ends say enough, also where the definition was changed since.
    let way = edge.way.filter(|_| edge.has_twin);
    (edge.to.is_some() || edge.to_end) && studio.runs.is_taken(from.as_ref(), to.as_ref(), way)
}

/// A state that no run has reached is marked itself: of its ways nothing more is to be said.
fn is_uncovered(studio: Studio, edge: &SceneEdge, way: Option<&(Str, TransitionKind)>) -> bool {
    studio.page.covered.with(|covered| {
        let Some(covered) = covered else { return false };
        match way {
            Some(way) => {
                !covered.contains(&way.0) || studio.page.uncovered_ways.with(|ways| ways.contains(way))
            }
            None => key_of(studio, edge.to).is_some_and(|to| !covered.contains(&to)),
        }
    })
}

fn kind_name(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Catch => "catch",
        EdgeKind::Choice => "choice",
        EdgeKind::Default => "default",
        _ => "next",
    }
}

struct Templates {
    edge: Template,
    label: Template,
}

impl Templates {
    fn new() -> Templates {
        let sheet = style_sheet!("style/edge.css");
        Templates {
            edge: Template::new(
                sheet,
                &["g edge", " path edge-hit", " path edge-line", " path edge-tip", " g edge-words"],
            ),
            label: Template::new(sheet, &["g edge-words", " rect edge-label-card rx 5", " text edge-label"]),
        }
    }
}

/// Draws a transition: its line, its arrow and its label; and follows the scene as long as it has it.
fn draw(studio: Studio, templates: &Rc<Templates>, key: String, index: EdgeIndex) -> Drawing {
    let sheet = style_sheet!("style/edge.css");
    let templates = templates.clone();
    let own = templates.edge.copy();
    let [hit, line, tip, words] = own.parts();
    own.set("data-key", &key);
    let mut class_before = String::new();
    Drawing::following(own.clone(), move |before: Option<Option<SceneEdge>>| {
        let edge = edge_of(studio, &key, index);
        let Some(now) = &edge else { return edge };
        let way = way_of(studio, now);
        let mut class = format!("edge {sheet}");
        for (name, is_so) in [
            (" taken", is_taken(studio, now)),
            (" uncovered", is_uncovered(studio, now, way.as_ref())),
            (" chosen", way.is_some() && studio.workspace.selected_way() == way),
        ] {
            if is_so {
                class.push_str(name);
            }
        }
        if class != class_before {
            own.set("class", &class);
            class_before = class;
        }
        let before = before.flatten();
        if before.as_ref() == Some(now) {
            return edge;
        }
        own.set("data-kind", kind_name(now.kind));
        hit.set("d", &now.path);
        line.set("d", &now.path);
        tip.set("d", &arrow(now.tip.0, now.tip.1));
        let is_same = match &before {
            Some(before) => before.label == now.label,
            None => now.label.is_none(),
        };
        if !is_same {
            words.set_text("");
            if let Some((text, Rect { x, y, width, height })) = &now.label {
                let label = templates.label.add_to(&words);
                label.move_to(*x, *y);
                let [card, text_on_card] = label.parts();
                card.set_number("width", *width);
                card.set_number("height", *height);
                text_on_card.set_number("x", width / 2.0);
                text_on_card.set_number("y", height / 2.0 + 4.0);
                text_on_card.set_text(text);
            }
        }
        edge
    })
}
