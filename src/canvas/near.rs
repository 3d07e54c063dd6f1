//! What of the picture is in the page. Of a large one that is what is near the screen: it comes and goes a few at a
//! time, so that no frame has much to do, and from far away the overview stands in for it.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::Arc;

use diagram::Scene;
use json::Str;
use layout::{Geometry, Point, Rect};
use leptos::prelude::*;

use crate::state::{Shared, Studio, View};

/// Below this many nodes all of them are in the page; above, those near the screen.
pub const CULL_ABOVE: usize = 400;
/// Below this zoom names can't be read.
pub const TINY_BELOW: f64 = 0.22;
/// While it is zoomed, states come into the page from this zoom on; below it the overview stands in until it rests.
const CLEAR_FROM: f64 = 0.35;
/// Parts of what is seen that have to be in the page beyond each side of it, and that are when it is looked at anew.
const LEAST_SPARE: f64 = 0.15;
const SPARE: f64 = 0.4;
/// How much more than is seen may stay.
const MOST_SPARE: f64 = 4.0;
/// What comes into the page in one frame: while the picture is zoomed, while it is moved, and while it rests.
const MOST_NEW_ZOOMING: usize = 2;
const MOST_NEW_MOVING: usize = 6;
const MOST_NEW_RESTING: usize = 10;
/// What leaves it in one frame.
const MOST_GONE: usize = 10;

/// What is in the page.
#[derive(Clone, Copy)]
pub struct Near {
    /// Nodes in the order in which they are read.
    pub nodes: Memo<Paced<Str>>,
    pub edges: Memo<Paced<String>>,
    /// Frames and markers are asked for that overlap this; all of them without it.
    pub window: Memo<Option<Rect>>,
    /// Whether states are too small to have elements of their own.
    pub is_overview: Memo<bool>,
    /// Whether the overview is seen: in the place of the states, or of those in sight that are still to come.
    pub shows_overview: Memo<bool>,
    pub is_large: Memo<bool>,
}

/// A node or an edge, and where it is.
#[derive(Clone, PartialEq)]
pub struct Placed<K> {
    pub key: K,
    rank: usize,
    rect: Rect,
}

/// A list on its way to another one.
#[derive(Clone)]
pub struct Paced<K> {
    pub items: Vec<Placed<K>>,
    /// Where those are that are to come.
    missing: Vec<Rect>,
    geometry: Arc<Geometry>,
    turn: u32,
}

impl<K: PartialEq> PartialEq for Paced<K> {
    fn eq(&self, other: &Paced<K>) -> bool {
        self.items == other.items && self.missing == other.missing
    }
}

impl Near {
    pub fn new(studio: Studio) -> Near {
        let (view, scene) = (studio.view, studio.workspace.scene);
        let is_large = Memo::new(move |_| scene.with(|scene| scene.nodes.len() > CULL_ABOVE));
        let is_unclear = Memo::new(move |_| view.is_zooming.get() && view.camera.get().zoom < CLEAR_FROM);
        let is_tiny = Memo::new(move |_| view.camera.get().zoom < TINY_BELOW);
        let is_overview = Memo::new(move |before: Option<&bool>| match before {
            _ if !is_large.get() => false,
            Some(before) if is_unclear.get() => *before,
            _ => is_tiny.get(),
        });
        // It stays as long as it has all that is seen, so that moving seldom changes it.
        let window = Memo::new(move |before: Option<&Option<Rect>>| {
            if !is_large.get() || is_overview.get() {
                return None;
            }
            // While it is zoomed more comes in sight than a frame has time for: the overview stands in for it.
            if let Some(before @ Some(_)) = before
                && view.is_zooming.get()
            {
                return *before;
            }
            let seen = view.seen();
            let beyond = |part: f64| {
                let (x, y) = (seen.width * part, seen.height * part);
                Rect::new(seen.x - x, seen.y - y, seen.width + 2.0 * x, seen.height + 2.0 * y)
            };
            let least = beyond(LEAST_SPARE);
            let is_enough =
                |before: &Rect| before.encloses(&least) && before.width <= seen.width * MOST_SPARE;
            Some(before.copied().flatten().filter(is_enough).unwrap_or_else(|| beyond(SPARE)))
        });
        let wanted_nodes = Memo::new(move |_| {
            let is_overview = is_overview.get();
            let window = window.get();
            // From far away: what is selected, and where the keyboard begins.
            let selection = if is_overview { studio.workspace.selection() } else { Vec::new() };
            let here = if is_overview { studio.runs.here.get() } else { None };
            scene.with(|scene| {
                let order = scene.geometry.reading_order.iter().enumerate();
                let placed = order.filter_map(|(rank, index)| Some((rank, scene.nodes.get(*index)?)));
                let near = placed.filter(|(rank, node)| match (is_overview, &window) {
                    (true, _) => {
                        *rank == 0 || selection.contains(&node.key) || here.as_ref() == Some(&node.key)
                    }
                    (false, Some(window)) => node.rect.overlaps(window),
                    (false, None) => true,
                });
                near.map(|(rank, node)| Placed { key: node.key.clone(), rank, rect: node.rect })
                    .collect::<Vec<_>>()
            })
        });
        let wanted_edges = Memo::new(move |_| {
            if is_overview.get() {
                return Vec::new();
            }
            let window = window.get();
            scene.with(|scene| {
                let near = scene.edges.iter().enumerate().filter(|(_, edge)| {
                    window.is_none_or(|window| edge.bounds.expanded(1.0).overlaps(&window))
                });
                near.map(|(rank, edge)| Placed { key: edge.key.clone(), rank, rect: edge.bounds })
                    .collect::<Vec<_>>()
            })
        });
        let selected = studio.workspace.selected;
        let nodes =
            paced(view, scene, wanted_nodes, is_large, move |key| selected.get().as_ref() == Some(key));
        let edges = paced(view, scene, wanted_edges, is_large, |_| false);
        let shows_overview = Memo::new(move |_| {
            if is_overview.get() {
                return true;
            }
            let Some(window) = window.get() else { return false };
            let seen = view.seen();
            !window.encloses(&seen)
                || nodes.with(|nodes| nodes.missing.iter().any(|rect| rect.overlaps(&seen)))
        });
        Near { nodes, edges, window, is_overview, shows_overview, is_large }
    }
}

/// A list that follows another one a few at a time, the nearest first. What is asked for by name comes at once, and so
/// does all of a new picture.
fn paced<K>(
    view: View,
    scene: Memo<Shared<Scene>>,
    wanted: Memo<Vec<Placed<K>>>,
    is_large: Memo<bool>,
    is_asked_for: impl Fn(&K) -> bool + Send + Sync + 'static,
) -> Memo<Paced<K>>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    let turn = RwSignal::new(0_u32);
    let is_due = StoredValue::new(false);
    Memo::new(move |before: Option<&Paced<K>>| {
        let turn_now = turn.get();
        let geometry = scene.with(|scene| scene.geometry.clone());
        let wanted = wanted.get();
        let whole = |items, turn| Paced { items, missing: Vec::new(), geometry: geometry.clone(), turn };
        let Some(before) = before.filter(|before| is_large.get() && Arc::ptr_eq(&before.geometry, &geometry))
        else {
            return whole(wanted, turn_now);
        };
        let present: HashSet<&K> = before.items.iter().map(|item| &item.key).collect();
        let (mut items, mut missing): (Vec<_>, Vec<_>) =
            wanted.iter().cloned().partition(|item| present.contains(&item.key) || is_asked_for(&item.key));
        let is_turn = before.turn != turn_now;
        if is_turn {
            let most = match view.is_moving.get_untracked() {
                true if view.is_zooming.get_untracked() => MOST_NEW_ZOOMING,
                true => MOST_NEW_MOVING,
                false => MOST_NEW_RESTING,
            };
            let seen = untrack(|| view.seen());
            let middle = Point::new(seen.x + seen.width / 2.0, seen.y + seen.height / 2.0);
            missing.sort_by(|one, other| {
                distance_to(&one.rect, middle).total_cmp(&distance_to(&other.rect, middle))
            });
            items.extend(missing.drain(..most.min(missing.len())));
        }
        let kept: HashSet<&K> = wanted.iter().map(|item| &item.key).collect();
        let unwanted = before.items.iter().filter(|item| !kept.contains(&item.key));
        let mut leaves = unwanted.skip(if is_turn { MOST_GONE } else { 0 }).peekable();
        let is_settled = missing.is_empty() && leaves.peek().is_none();
        items.extend(leaves.cloned());
        items.sort_by_key(|item| item.rank);
        if !is_settled && !is_due.get_value() {
            is_due.set_value(true);
            request_animation_frame(move || {
                if is_due.try_get_value() == Some(true) {
                    is_due.set_value(false);
                    turn.update(|turn| *turn = turn.wrapping_add(1));
                }
            });
        }
        let missing = missing.into_iter().map(|item| item.rect).collect();
        Paced { items, missing, geometry, turn: turn_now }
    })
}

/// How far a rectangle's middle is from a point.
fn distance_to(rect: &Rect, point: Point) -> f64 {
    (rect.x + rect.width / 2.0 - point.x).hypot(rect.y + rect.height / 2.0 - point.y)
}
