use std::fmt::Write;
use std::rc::Rc;
use std::sync::Arc;

use asl::StateType;
use debugger::{Place, StateKey};
use diagram::SceneNode;
use json::Str;
use leptos::prelude::*;
use leptos::svg;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::breakpoint::{add_node_breakpoint, node_breakpoint_template};
use super::keep_drawn::keep_drawn;
use super::near::Paced;
use crate::platform::by_hand::{Drawing, Part, Template};
use crate::platform::dom;
use crate::state::{BreakpointLook, Mode, NodeStatus, Severity, Studio};
use crate::ui::icon_path;

/// From one line of a name to the next, in the picture.
const LINE_HEIGHT: f64 = 17.0;

/// How a status looks: a key for the style sheet, and a sign, so that colour never stands alone.
pub struct StatusLook {
    pub key: &'static str,
    pub icon: &'static str,
}

pub fn status_look(status: NodeStatus) -> StatusLook {
    let (key, icon) = match status {
        NodeStatus::Idle => ("idle", ""),
        NodeStatus::Waiting => ("waiting", "wait"),
        NodeStatus::Running => ("running", "play"),
        NodeStatus::Retrying => ("retrying", "retry"),
        NodeStatus::Succeeded => ("succeeded", "check"),
        NodeStatus::Caught => ("caught", "caught-error"),
        NodeStatus::Failed => ("failed", "close"),
        NodeStatus::Aborted => ("aborted", "stop"),
        NodeStatus::TimedOut => ("timed-out", "clock"),
    };
    StatusLook { key, icon }
}

/// The icon of a state in the picture: that of the service that it calls, or of its type.
pub fn node_icon(node: &SceneNode) -> &'static str {
    icon_of(node.state_type, node.service.as_deref())
}

/// The same icon, where there is no picture of the state.
pub fn state_icon(state: asl::State<'_>) -> &'static str {
    icon_of(state.state_type(), diagram::service_of(state).as_deref())
}

/// The icon of a state of a type that calls a service, or none.
pub fn icon_of(state_type: Option<StateType>, service: Option<&str>) -> &'static str {
    service.map_or_else(|| type_icon(state_type), catalogue::icon)
}

/// The icon of a state's type.
pub fn type_icon(state_type: Option<StateType>) -> &'static str {
    match state_type {
        Some(StateType::Pass) => "pass",
        Some(StateType::Task) => "task",
        Some(StateType::Choice) => "choice",
        Some(StateType::Wait) => "wait",
        Some(StateType::Succeed) => "succeed",
        Some(StateType::Fail) => "fail",
        Some(StateType::Parallel) => "parallel",
        Some(StateType::Map) => "map",
        None => "warning",
    }
}

pub fn type_key(state_type: Option<StateType>) -> &'static str {
    match state_type {
        Some(StateType::Task) => "task",
        Some(StateType::Choice | StateType::Parallel | StateType::Map) => "flow",
        Some(StateType::Wait) => "wait",
        Some(StateType::Succeed) => "end",
        Some(StateType::Fail) | None => "fail",
        Some(StateType::Pass) => "pass",
    }
}

/// The element of a node, where it is in the page.
pub fn element_of(key: &str) -> Option<web_sys::SvgElement> {
    dom::document()?.get_element_by_id(&element_id(key))?.dyn_into().ok()
}

fn element_id(key: &str) -> String {
    format!("node:{key}")
}

/// The states. They are drawn by hand (see `platform::by_hand`), and their events are heard here.
#[component]
pub fn NodeLayer(nodes: Memo<Paced<Str>>) -> impl IntoView {
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let group = NodeRef::<svg::G>::new();
    // The place of each node in the order in which they are read, from 1; 0 for those that are not in it.
    let places = Memo::new(move |_| {
        workspace.scene.with(|scene| {
            let mut places = vec![0; scene.nodes.len()];
            for (place, index) in scene.geometry.reading_order.iter().enumerate() {
                if let Some(own) = places.get_mut(*index) {
                    *own = place + 1;
                }
            }
            Arc::new(places)
        })
    });
    let templates = Rc::new(Templates::new(style_sheet!("style/node.css")));
    keep_drawn(group, nodes, move |key| draw(studio, &templates, key.clone(), places));
    let adds = |event: &web_sys::MouseEvent| event.shift_key() || event.ctrl_key() || event.meta_key();
    let on_click = move |event: leptos::ev::MouseEvent| {
        let Some(key) = key_at(&event) else { return };
        if dom::is_within(&event, ".fold") {
            event.stop_propagation();
            workspace.toggle_fold(&key);
        } else if dom::is_within(&event, ".breakpoint") {
            event.stop_propagation();
            studio.toggle_breakpoint_at(Place::Enter(StateKey(key)));
        } else if adds(&event) {
            workspace.toggle(&key);
        } else {
            workspace.select(vec![key]);
        }
    };
    // The focus selects, which would put an end to what is selected beside it.
    let on_press = move |event: leptos::ev::MouseEvent| {
        if adds(&event) {
            event.prevent_default();
        }
    };
    let on_double_click = move |event: leptos::ev::MouseEvent| {
        if let Some(key) = key_at(&event).filter(|_| !adds(&event)) {
            studio.editing.renaming.set(Some(key));
        }
    };
    let on_over = move |event: leptos::ev::PointerEvent| {
        // What passes under the pointer while the picture is moved is not meant.
        let is_meant = event.buttons() == 0 && !studio.view.is_moving.get_untracked();
        if event.pointer_type() == "mouse" && is_meant {
            let key = key_at(&event);
            if key.is_some() && studio.editing.hovered.with_untracked(|hovered| *hovered != key) {
                studio.editing.hovered.set(key);
            }
        }
    };
    view! {
        <g
            node_ref=group
            on:click=on_click
            on:mousedown=on_press
            on:dblclick=on_double_click
            on:pointerover=on_over
        ></g>
    }
}

/// What has the focus is selected. To be heard outside of the picture: an SVG group that hears of the focus can have it.
pub fn select_focused(studio: Studio, event: &web_sys::FocusEvent) {
    if let Some(key) = key_at(event)
        && !untrack(|| studio.workspace.is_selected(&key))
    {
        studio.workspace.select(vec![key]);
    }
}

/// The key of the node that an event is about.
fn key_at(event: &web_sys::Event) -> Option<Str> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest(".node").ok()??.id().strip_prefix("node:").map(Str::from)
}

/// All that a state's picture follows from.
#[derive(Clone, Default, PartialEq)]
struct Look {
    node: Option<Arc<SceneNode>>,
    /// Its place in the order of reading, and how many there are.
    place: (usize, usize),
    status: (NodeStatus, u32),
    is_here: bool,
    is_uncovered: bool,
    is_selected: bool,
    is_tab_stop: bool,
    problem: Option<Severity>,
    /// While a way is drawn: whether it may end here.
    as_target: Option<bool>,
    breakpoint: Option<BreakpointLook>,
    takes_breakpoints: bool,
}

impl Look {
    fn now(studio: Studio, key: &Str, status: &ArcRwSignal<(NodeStatus, u32)>, places: &Places) -> Look {
        let workspace = studio.workspace;
        let (node, place) = workspace.scene.with(|scene| {
            let index = scene.index_of(key);
            let place = index.and_then(|index| places.get(index).copied()).unwrap_or(0);
            let node = index.and_then(|index| scene.nodes.get(index).cloned());
            (node, (place, scene.geometry.reading_order.len()))
        });
        let is_run = studio.shell.mode.get() == Mode::Run;
        let own = StateKey(key.clone());
        Look {
            node,
            place,
            status: status.get(),
            is_here: is_run && studio.runs.here.with(|here| here.as_ref() == Some(key)),
            is_uncovered: studio
                .page
                .covered
                .with(|covered| covered.as_ref().is_some_and(|keys| !keys.contains(key))),
            is_selected: workspace.is_selected(key),
            // One state is reached by Tab from outside; from there, keys lead on.
            is_tab_stop: workspace
                .selected
                .with(|selected| selected.as_ref().map_or(place.0 == 1, |selected| selected == key)),
            problem: workspace.problems_of_states.with(|problems| problems.get(key).map(|(worst, _)| *worst)),
            as_target: studio.editing.legal.with(|legal| legal.as_ref().map(|legal| legal.contains(key))),
            breakpoint: studio.runs.mark_of(|place| match place {
                Place::Enter(known) | Place::Exit(known) | Place::Retry(Some(known)) => *known == own,
                _ => false,
            }),
            takes_breakpoints: is_run,
        }
    }

    /// What is told by signs on the card.
    fn signs(&self) -> impl PartialEq + use<> {
        (self.status, self.problem, self.breakpoint, self.takes_breakpoints)
    }

    fn class(&self, sheet: &str) -> String {
        let mut class = format!("node {sheet}");
        let node = self.node.as_ref();
        for (name, is_so) in [
            (" selected", self.is_selected),
            (" here", self.is_here),
            (" uncovered", self.is_uncovered),
            (" container", node.is_some_and(|node| node.is_container)),
            (" unreachable", node.is_some_and(|node| !node.reachable)),
        ] {
            if is_so {
                class.push_str(name);
            }
        }
        class
    }

    /// For the ear.
    fn label(&self) -> String {
        let (status, visits) = self.status;
        let mut label = self.node.as_ref().map_or(String::new(), |node| node.description.clone());
        // Writing to a text can't fail.
        if status != NodeStatus::Idle {
            let _ = write!(label, ". {}", status.name());
        }
        if visits > 1 {
            let _ = write!(label, ", entered {visits} times");
        }
        if let (place @ 1.., count) = self.place {
            let _ = write!(label, ". {place} of {count}");
        }
        if let Some(severity) = self.problem {
            label.push_str(if severity == Severity::Info { ". Has advice" } else { ". Has problems" });
        }
        label
    }
}

type Places = Arc<Vec<usize>>;

fn card_height(node: &SceneNode) -> f64 {
    if node.is_container { 44.0 } else { node.rect.height }
}

fn tile_y(node: &SceneNode) -> f64 {
    if node.is_container { 7.0 } else { (node.rect.height - 34.0) / 2.0 }
}

struct Templates {
    node: Template,
    name: Template,
    fold: Template,
    badge: Template,
    count: Template,
    problem: Template,
    breakpoint: Template,
}

impl Templates {
    fn new(sheet: &str) -> Templates {
        let template = |lines: &[&str]| Template::new(sheet, lines);
        Templates {
            node: template(&[
                "g node role button",
                " rect node-card rx 10",
                " rect node-tile x 9 width 34 height 34 rx 8",
                " path node-icon",
                " g node-names",
                " text node-subtitle x 52",
                " g node-signs",
            ]),
            name: template(&["text node-name x 52"]),
            fold: template(&[
                "g fold",
                " title fold-tip",
                " rect fold-ground width 24 height 24 rx 6",
                " path fold-icon transform translate(4,4)scale(0.667)",
            ]),
            badge: template(&[
                "g badge",
                " circle badge-disc r 10",
                " path badge-icon transform translate(-6.5,-6.5)scale(0.542)",
            ]),
            count: template(&["g node-count", " rect count-pill y -9 height 18 rx 9", " text count y 4"]),
            problem: template(&["g badge", " circle badge-disc r 9", " text badge-sign y 4.5"]),
            breakpoint: node_breakpoint_template(),
        }
    }
}

/// Draws a state, and follows the scene as long as it has a state of this key.
fn draw(studio: Studio, templates: &Rc<Templates>, key: Str, places: Memo<Places>) -> Drawing {
    let sheet = style_sheet!("style/node.css");
    let templates = templates.clone();
    let own = templates.node.copy();
    let [card, tile, icon, names, subtitle, signs] = own.parts();
    own.set("id", &element_id(&key));
    let status = studio.runs.status(&key);
    Drawing::following(own.clone(), move |before: Option<Look>| {
        // The scene before the places, which are made of it: see `edge_of`.
        studio.workspace.scene.track();
        let look = places.with(|places| Look::now(studio, &key, &status, places));
        let is_new = before.is_none();
        let before = before.unwrap_or_default();
        if !is_new && before == look {
            return look;
        }
        own.set("class", &look.class(sheet));
        own.set("aria-label", &look.label());
        let node = look.node.as_ref();
        let is_other_node = is_new || before.node != look.node;
        if let Some(node) = node.filter(|_| is_other_node) {
            let tile_y = tile_y(node);
            own.set("data-type", type_key(node.state_type));
            own.set("data-name", &node.name);
            own.move_to(node.rect.x, node.rect.y);
            card.set_number("width", node.rect.width);
            card.set_number("height", card_height(node));
            tile.set_number("y", tile_y);
            icon.set("transform", &format!("translate(17 {:.1}) scale(0.75)", tile_y + 8.0));
            icon.set("d", icon_path(node_icon(node)));
            let height = if node.is_container { 48.0 } else { node.rect.height };
            let block = LINE_HEIGHT * node.lines.len() as f64 + 15.0;
            let mut y = (height - block) / 2.0 + 12.5;
            names.set_text("");
            for line in &node.lines {
                let name = templates.name.add_to(&names);
                name.set_number("y", y);
                name.set_text(line);
                y += LINE_HEIGHT;
            }
            subtitle.set_number("y", y - 1.0);
            subtitle.set_text(&node.subtitle);
        }
        if is_new || before.status != look.status {
            own.set("data-status", status_look(look.status.0).key);
        }
        if is_new || before.is_tab_stop != look.is_tab_stop {
            own.set("tabindex", if look.is_tab_stop { "0" } else { "-1" });
        }
        if is_new || before.is_selected != look.is_selected {
            own.set("aria-pressed", if look.is_selected { "true" } else { "false" });
        }
        if before.as_target != look.as_target {
            match look.as_target {
                Some(is_legal) => own.set("data-target", if is_legal { "yes" } else { "no" }),
                None => own.remove("data-target"),
            }
        }
        if let Some(node) = node.filter(|_| is_other_node || before.signs() != look.signs()) {
            signs.set_text("");
            add_signs(&templates, &signs, node, &look);
        }
        look
    })
}

/// Draws what may be on a card beside its name.
fn add_signs(templates: &Templates, signs: &Part, node: &SceneNode, look: &Look) {
    let width = node.rect.width;
    if node.is_container || node.is_folded {
        let (verb, icon) = match node.is_folded {
            true => ("Unfold", "chevron-right"),
            false => ("Fold", "chevron-down"),
        };
        let fold = templates.fold.add_to(signs);
        fold.move_to(width - 34.0, tile_y(node) + 5.0);
        let [tip, _, path] = fold.parts();
        tip.set_text(&format!("{verb} {}", node.name));
        path.set("d", icon_path(icon));
    }
    let (status, visits) = look.status;
    if status != NodeStatus::Idle {
        let look = status_look(status);
        let badge = templates.badge.add_to(signs);
        badge.set("data-status", look.key);
        badge.move_to(width, 0.0);
        let [_, path] = badge.parts();
        path.set("d", icon_path(look.icon));
        if visits > 1 {
            let text = format!("×{visits}");
            let extent = 10.0 + 6.6 * text.chars().count() as f64;
            let [pill, count] = templates.count.add_to(&badge).parts();
            pill.set_number("x", -extent - 12.0);
            pill.set_number("width", extent);
            count.set_number("x", -extent / 2.0 - 12.0);
            count.set_text(&text);
        }
    }
    if let Some(severity) = look.problem {
        let problem = templates.problem.add_to(signs);
        let (status, mark) = match severity {
            Severity::Error => ("failed", "!"),
            Severity::Warning => ("caught", "!"),
            Severity::Info => ("running", "i"),
        };
        problem.set("data-status", status);
        problem.move_to(width, card_height(node));
        let [_, sign] = problem.parts();
        sign.set_text(mark);
    }
    if look.breakpoint.is_some() || look.takes_breakpoints {
        add_node_breakpoint(&templates.breakpoint, signs, look.breakpoint);
    }
}
