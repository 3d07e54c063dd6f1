use debugger::{Place, StateKey};
use diagram::SceneEdge;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::platform::by_hand::{Part, Template};
use crate::state::{BreakpointLook, Mode, Studio};

/// The dot at the corner of a node.
pub fn node_breakpoint_template() -> Template {
    let sheet = style_sheet!("style/breakpoint.css");
    Template::new(
        sheet,
        &[
            "g breakpoint aria-hidden true",
            " title breakpoint-tip",
            " circle breakpoint-target r 12",
            " circle breakpoint-dot r 6.5",
            " path breakpoint-sign d M-3-1.3h6M-3,1.3h6",
        ],
    )
}

/// Draws the breakpoints of a node, or where a click sets one.
pub fn add_node_breakpoint(template: &Template, around: &Part, look: Option<BreakpointLook>) {
    let dot = template.add_to(around);
    dot.set("data-look", look.map_or("none", |look| look.name()));
    let [tip] = dot.parts();
    match look {
        Some(look) => tip.set_text(&format!("Breakpoint ({}): click to remove it", look.name())),
        None => tip.set_text("Click to stop where this state is entered"),
    }
}

/// The middle of a line: its breakpoint, or where a click sets one.
#[component]
pub fn EdgeBreakpoint(edge: Memo<Option<SceneEdge>>) -> impl IntoView {
    let sheet = style_sheet!("style/breakpoint.css");
    let studio = Studio::of_app();
    let place = Memo::new(move |_| {
        edge.with(|edge| {
            let edge = edge.as_ref()?;
            studio.workspace.scene.with(|scene| {
                let key = |node: usize| scene.nodes.get(node).map(|node| StateKey(node.key.clone()));
                Some(Place::Transition { from: key(edge.from?)?, to: key(edge.to?)? })
            })
        })
    });
    let look = Memo::new(move |_| {
        place.with(|place| place.as_ref().and_then(|place| studio.runs.mark_of(|known| known == place)))
    });
    let is_offered =
        move || place.with(Option::is_some) && (look.get().is_some() || studio.shell.mode.get() == Mode::Run);
    let toggle = move |event: leptos::ev::MouseEvent| {
        event.stop_propagation();
        if let Some(place) = place.get_untracked() {
            studio.toggle_breakpoint_at(place);
        }
    };
    let path = move || edge.with(|edge| edge.as_ref().map_or(String::new(), |edge| edge.path.clone()));
    let spot = move || {
        let tip = edge.with(|edge| edge.as_ref().map(|edge| edge.tip));
        let (from, to) = tip.unwrap_or_default();
        let length = (to.x - from.x).hypot(to.y - from.y).max(0.001);
        // Beside the arrow, on its way.
        const BEFORE_TIP: f64 = 19.0;
        let (x, y) =
            (to.x - (to.x - from.x) / length * BEFORE_TIP, to.y - (to.y - from.y) / length * BEFORE_TIP);
        format!("translate({x:.1} {y:.1})")
    };
    view! {
        class = sheet,
        <Show when=is_offered>
            <g
                class="edge-breakpoint"
                data-look=move || look.get().map_or("none", |look| look.name())
                on:click=toggle
            >
                <title>"Click to stop where this way is taken"</title>
                <path class="edge-breakpoint-target" d=path></path>
                <g class="breakpoint" data-look=move || look.get().map_or("none", |look| look.name()) transform=spot>
                    <circle class="breakpoint-dot" r="5.5"></circle>
                    <path class="breakpoint-sign" d="M-2.5 -1.2h5M-2.5 1.2h5"></path>
                </g>
            </g>
        </Show>
    }
}
