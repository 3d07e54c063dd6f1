use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;
use std::sync::Arc;

use diagram::Scene;
use json::Str;
use layout::Rect;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::node::{status_look, type_key};
use crate::state::{NodeStatus, Shared, Studio};

/// Milliseconds after a picture has come in which the overview is not yet made.
const LATER_MS: u32 = 700;
/// Height of what one path has the states of, in the picture, so that the browser can leave out those out of sight.
const BAND: f64 = 6_000.0;

/// A path of the overview: its class, and the status and the type of the states that it draws.
#[derive(Clone, PartialEq)]
struct Shape {
    class: &'static str,
    status: Option<&'static str>,
    kind: Option<&'static str>,
    path: String,
}

/// The shapes, and what they were made from.
#[derive(Clone, Default)]
struct Made {
    scene: Option<Shared<Scene>>,
    statuses: Statuses,
    shapes: Arc<Vec<Shape>>,
}

impl PartialEq for Made {
    fn eq(&self, other: &Made) -> bool {
        Arc::ptr_eq(&self.shapes, &other.shapes)
    }
}

type Statuses = HashMap<Str, NodeStatus>;

/// A large workflow from far away: a shape a state, many states of one look in one path, and few paths of all lines.
/// An element a state would take the browser longer to draw than a frame lasts.
///
/// It is made when the page has nothing else to do, and from then on shown and hidden.
#[component]
pub fn Overview(is_shown: Memo<bool>) -> impl IntoView {
    let sheet = style_sheet!("style/overview.css");
    let studio = Studio::of_app();
    let scene = studio.workspace.scene;
    let is_time = RwSignal::new(false);
    gloo::timers::callback::Timeout::new(LATER_MS, move || {
        is_time.try_set(true);
    })
    .forget();
    let statuses = Memo::new(move |_| studio.runs.statuses_of_picture());
    // While it is hidden it stays as it was: what is typed meanwhile must not wait for it.
    let made = Memo::new(move |before: Option<&Made>| {
        let before = before.cloned().unwrap_or_default();
        if !is_shown.get() && (before.scene.is_some() || !is_time.get()) {
            return before;
        }
        let (scene, statuses) = (scene.get(), statuses.get());
        if before.scene.as_ref() == Some(&scene) && before.statuses == statuses {
            return before;
        }
        Made { shapes: Arc::new(shapes_of(&scene, &statuses)), scene: Some(scene), statuses }
    });
    let shapes = move || {
        let shapes = made.with(|made| made.shapes.clone());
        let views = shapes.iter().cloned().map(|Shape { class, status, kind, path }| {
            view! {
                class = sheet,
                <path class=class data-status=status data-type=kind d=path></path>
            }
        });
        views.collect_view()
    };
    view! {
        class = sheet,
        <g class="overview" class:hidden=move || !is_shown.get() aria-hidden="true">
            {shapes}
        </g>
    }
}

fn shapes_of(scene: &Scene, statuses: &Statuses) -> Vec<Shape> {
    let band = |rect: &Rect| (rect.y / BAND).floor() as i64;
    let mut frames: BTreeMap<i64, String> = BTreeMap::new();
    let containers = scene.nodes.iter().filter(|node| node.is_container && node.is_shown);
    for rect in containers.map(|node| node.rect).chain(scene.frames.iter().map(|frame| frame.rect)) {
        outline(frames.entry(band(&rect)).or_default(), rect);
    }
    let mut lines: BTreeMap<i64, String> = BTreeMap::new();
    for edge in scene.edges.iter() {
        lines.entry(band(&edge.bounds)).or_default().push_str(&edge.path);
    }
    let mut states: BTreeMap<(i64, &'static str, &'static str), String> = BTreeMap::new();
    for node in scene.nodes.iter().filter(|node| node.is_shown && !node.is_container) {
        let status = statuses.get(&node.key).copied().unwrap_or_default();
        let look = (band(&node.rect), status_look(status).key, type_key(node.state_type));
        outline(states.entry(look).or_default(), node.rect);
    }
    let plain = |class: &'static str, paths: BTreeMap<i64, String>| {
        paths.into_values().map(move |path| Shape { class, status: None, kind: None, path })
    };
    let states = states.into_iter().map(|((_, status, kind), path)| Shape {
        class: "far-states",
        status: Some(status),
        kind: Some(kind),
        path,
    });
    plain("far-frames", frames).chain(plain("far-lines", lines)).chain(states).collect()
}

fn outline(path: &mut String, Rect { x, y, width, height }: Rect) {
    // Writing to a text can't fail.
    let _ = write!(path, "M{x:.0} {y:.0}h{width:.0}v{height:.0}h-{width:.0}z");
}
