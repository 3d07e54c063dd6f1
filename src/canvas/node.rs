use asl::StateType;
use diagram::SceneNode;
use json::Str;
use layout::{MarkerKind, Rect};
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;

use super::breakpoint::NodeBreakpoint;
use crate::platform::dom;
use crate::state::{NodeStatus, Studio};
use crate::ui::icon_path;

/// How a status looks: a key for the style sheet, and a sign, so that colour never stands alone.
pub struct StatusLook {
    pub key: &'static str,
    pub icon: &'static str,
}

pub fn status_look(status: NodeStatus) -> StatusLook {
    let (key, icon) = match status {
        NodeStatus::Idle => ("idle", ""),
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

/// The icon of a state: that of the service that it calls, or of its type.
pub fn node_icon(node: &SceneNode) -> &'static str {
    node.service.as_deref().map_or_else(|| type_icon(node.state_type), catalogue::icon)
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

/// A state. Follows the scene as long as it has a state of this key.
#[component]
pub fn NodeView(key: Str) -> impl IntoView {
    let sheet = style_sheet!("style/node.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let id = element_id(&key);
    let status = RwSignal::from(studio.runs.status(&key));
    let is_here = studio.is_at_cursor(key.clone());
    let own_key = key.clone();
    let node = Memo::new({
        let key = key.clone();
        move |_| {
            workspace
                .scene
                .with(|scene| scene.index_of(&key).and_then(|index| scene.nodes.get(index).cloned()))
        }
    });
    let read = move |read: fn(&SceneNode) -> f64| move || node.with(|node| node.as_deref().map_or(0.0, read));
    let is_uncovered = Memo::new({
        let key = key.clone();
        move |_| studio.page.covered.with(|covered| covered.as_ref().is_some_and(|keys| !keys.contains(&key)))
    });
    let is_selected = Memo::new({
        let key = key.clone();
        move |_| workspace.is_selected(&key)
    });
    let problem = Memo::new({
        let key = key.clone();
        move |_| {
            workspace.problems.with(|problems| {
                let own = problems.iter().filter(|problem| problem.state.as_ref() == Some(&key));
                own.map(|problem| problem.severity).min()
            })
        }
    });
    let select = {
        let key = key.clone();
        move || workspace.select(vec![key.clone()])
    };
    let on_click = {
        let (select, key) = (select.clone(), key.clone());
        move |event: leptos::ev::MouseEvent| {
            if event.shift_key() || event.ctrl_key() || event.meta_key() {
                workspace.toggle(&key);
            } else {
                select();
            }
        }
    };
    // The focus selects, which would put an end to what is selected beside it.
    let on_press = |event: leptos::ev::MouseEvent| {
        if event.shift_key() || event.ctrl_key() || event.meta_key() {
            event.prevent_default();
        }
    };
    let on_focus = {
        let key = key.clone();
        move |_: leptos::ev::FocusEvent| {
            if !untrack(|| workspace.is_selected(&key)) {
                select();
            }
        }
    };
    let on_double_click = {
        let key = key.clone();
        move |event: leptos::ev::MouseEvent| {
            if !event.shift_key() && !event.ctrl_key() && !event.meta_key() {
                studio.editing.renaming.set(Some(key.clone()));
            }
        }
    };
    let hovered = studio.editing.hovered;
    let on_enter = {
        let key = key.clone();
        move |event: leptos::ev::PointerEvent| {
            if event.pointer_type() == "mouse" && event.buttons() == 0 {
                hovered.set(Some(key.clone()));
            }
        }
    };
    let legal = studio.editing.legal;
    let as_target = Memo::new({
        let key = key.clone();
        move |_| {
            legal.with(|legal| legal.as_ref().map(|legal| if legal.contains(&key) { "yes" } else { "no" }))
        }
    });
    let place = Memo::new({
        let key = key.clone();
        move |_| {
            workspace.scene.with(|scene| {
                let index = scene.index_of(&key)?;
                let order = &scene.geometry.reading_order;
                Some((order.iter().position(|at| *at == index)? + 1, order.len()))
            })
        }
    });
    // One state is reached by Tab from outside; from there, keys lead on.
    let is_tab_stop = Memo::new({
        let key = key.clone();
        move |_| match workspace.selected.get() {
            Some(selected) => selected == key,
            None => place.get().is_some_and(|(place, _)| place == 1),
        }
    });
    let label = move || {
        let (status, visits) = status.get();
        let mut label =
            node.with(|node| node.as_ref().map_or(String::new(), |node| node.description.clone()));
        if status != NodeStatus::Idle {
            label.push_str(&format!(". {}", status.name()));
        }
        if visits > 1 {
            label.push_str(&format!(", entered {visits} times"));
        }
        if let Some((place, count)) = place.get() {
            label.push_str(&format!(". {place} of {count}"));
        }
        if problem.get().is_some() {
            label.push_str(". Has problems");
        }
        label
    };
    let transform = move || {
        node.with(|node| {
            let rect = node.as_ref().map_or(Rect::default(), |node| node.rect);
            format!("translate({:.1} {:.1})", rect.x, rect.y)
        })
    };
    let card_height = read(|node| if node.is_container { 44.0 } else { node.rect.height });
    let tile_y = read(|node| if node.is_container { 7.0 } else { (node.rect.height - 34.0) / 2.0 });
    let icon_transform = move || {
        let (y, size) = (tile_y() + 8.0, 18.0 / 24.0);
        format!("translate(17 {y:.1}) scale({size})")
    };
    let icon = move || icon_path(node.with(|node| node.as_deref().map_or("", node_icon)));
    let lines = move || {
        let (lines, subtitle, height, is_container) = node.with(|node| {
            node.as_ref().map_or((Vec::new(), String::new(), 0.0, false), |node| {
                (node.lines.clone(), node.subtitle.clone(), node.rect.height, node.is_container)
            })
        });
        let height = if is_container { 48.0 } else { height };
        let block = 17.0 * lines.len() as f64 + 15.0;
        let top = (height - block) / 2.0 + 12.5;
        let count = lines.len() as f64;
        let names = lines
            .into_iter()
            .enumerate()
            .map(|(row, line)| {
                view! {
                    class = sheet,
                    <text class="node-name" x="52" y=top + 17.0 * row as f64>
                        {line}
                    </text>
                }
            })
            .collect_view();
        view! {
            class = sheet,
            {names}
            <text class="node-subtitle" x="52" y=top + 17.0 * count - 1.0>
                {subtitle}
            </text>
        }
    };
    let width = read(|node| node.rect.width);
    let badge = move || {
        let (status, visits) = status.get();
        (status != NodeStatus::Idle).then(|| {
            let look = status_look(status);
            let x = width();
            view! {
                class = sheet,
                <g class="badge" data-status=look.key transform=format!("translate({x:.1} 0)")>
                    <circle class="badge-disc" r="10"></circle>
                    <path class="badge-icon" transform="translate(-6.5 -6.5) scale(0.542)" d=icon_path(look.icon)></path>
                    {(visits > 1)
                        .then(|| {
                            let text = format!("×{visits}");
                            let extent = 10.0 + 6.6 * text.chars().count() as f64;
                            view! {
                                class = sheet,
                                <rect class="count-pill" x=-extent - 12.0 y="-9" width=extent height="18" rx="9"></rect>
                                <text class="count" x=-extent / 2.0 - 12.0 y="4">
                                    {text}
                                </text>
                            }
                        })}
                </g>
            }
        })
    };
    let fold_key = key.clone();
    let fold = move || {
        let (is_container, is_folded, name) = node.with(|node| {
            node.as_ref().map_or((false, false, Str::from("")), |node| {
                (node.is_container, node.is_folded, node.name.clone())
            })
        });
        (is_container || is_folded).then(|| {
            let key = fold_key.clone();
            let x = width() - 34.0;
            let y = tile_y() + 5.0;
            let title = if is_folded { format!("Unfold {name}") } else { format!("Fold {name}") };
            let icon = if is_folded { "chevron-right" } else { "chevron-down" };
            view! {
                class = sheet,
                <g
                    class="fold"
                    transform=format!("translate({x:.1} {y:.1})")
                    on:click=move |event: leptos::ev::MouseEvent| {
                        event.stop_propagation();
                        workspace.toggle_fold(&key);
                    }
                >
                    <title>{title}</title>
                    <rect class="fold-ground" width="24" height="24" rx="6"></rect>
                    <path class="fold-icon" transform="translate(4 4) scale(0.667)" d=icon_path(icon)></path>
                </g>
            }
        })
    };
    let warning = move || {
        problem.get().map(|severity| {
            let is_error = severity == crate::state::Severity::Error;
            let y = node.with(|node| node.as_ref().map_or(0.0, |node| if node.is_container { 44.0 } else { node.rect.height }));
            view! {
                class = sheet,
                <g class="badge" data-status=if is_error { "failed" } else { "caught" } transform=format!("translate({:.1} {y:.1})", width())>
                    <circle class="badge-disc hollow" r="9"></circle>
                    <text class="badge-sign" y="4.5">
                        "!"
                    </text>
                </g>
            }
        })
    };
    view! {
        class = sheet,
        <g
            id=id
            class="node"
            class:selected=move || is_selected.get()
            class:here=move || is_here.get()
            class:uncovered=move || is_uncovered.get()
            class:container=move || node.with(|node| node.as_ref().is_some_and(|node| node.is_container))
            class:unreachable=move || node.with(|node| node.as_ref().is_some_and(|node| !node.reachable))
            data-status=move || status_look(status.get().0).key
            data-type=move || type_key(node.with(|node| node.as_ref().and_then(|node| node.state_type)))
            data-name=move || node.with(|node| node.as_ref().map_or(String::new(), |node| node.name.to_string()))
            transform=transform
            role="button"
            tabindex=move || if is_tab_stop.get() { "0" } else { "-1" }
            data-target=move || as_target.get()
            aria-label=label
            aria-pressed=move || if is_selected.get() { "true" } else { "false" }
            on:click=on_click
            on:mousedown=on_press
            on:dblclick=on_double_click
            on:pointerenter=on_enter
            on:focus=on_focus
        >
            <rect class="node-card" width=width height=card_height rx="10"></rect>
            <rect class="node-tile" x="9" y=tile_y width="34" height="34" rx="8"></rect>
            <path class="node-icon" transform=icon_transform d=icon></path>
            {lines}
            {fold}
            {badge}
            {warning}
            <NodeBreakpoint key=own_key />
        </g>
    }
}

/// The body of a container, or the frame of one of its scopes.
#[component]
pub fn FrameView(rect: Rect, is_container: bool, key: Option<Str>) -> impl IntoView {
    let sheet = style_sheet!("style/frame.css");
    let studio = Studio::of_app();
    let status = key.map(|key| RwSignal::from(studio.runs.status(&key)));
    view! {
        class = sheet,
        <rect
            class="frame"
            class:outer=is_container
            data-status=move || status.map_or("idle", |status| status_look(status.get().0).key)
            x=rect.x
            y=rect.y
            width=rect.width
            height=rect.height
            rx=if is_container { 12.0 } else { 8.0 }
        ></rect>
    }
}

/// The start or the end of a scope, or a target that does not exist.
#[component]
pub fn MarkerView(rect: Rect, kind: Option<MarkerKind>, name: Option<String>) -> impl IntoView {
    let sheet = style_sheet!("style/marker.css");
    let text = match (&name, kind) {
        (Some(name), _) => layout::truncate(name, 11.5, (rect.width - 12.0).max(24.0)),
        (None, Some(MarkerKind::Start)) => "Start".to_owned(),
        (None, _) => "End".to_owned(),
    };
    let is_small = rect.width < 40.0;
    view! {
        class = sheet,
        <g class="marker" class:missing=name.is_some()>
            <rect x=rect.x y=rect.y width=rect.width height=rect.height rx=rect.height / 2.0></rect>
            {(!is_small)
                .then(|| {
                    view! {
                        class = sheet,
                        <text x=rect.x + rect.width / 2.0 y=rect.y + rect.height / 2.0 + 4.0>
                            {text}
                        </text>
                    }
                })}
        </g>
    }
}
