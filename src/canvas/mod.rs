//! The picture of the workflow: `viewport` moves it, `near` says what of it is in the page, `node` draws a state,
//! `edge` a transition.

mod breadcrumbs;
mod breakpoint;
mod connect;
mod context_menu;
mod drag;
mod edge;
mod finder;
mod gesture;
mod keep_drawn;
mod layers;
mod minimap;
mod near;
mod node;
mod overview;
mod rename;
mod stage;
mod viewport;

pub use drag::{DragGhost, Grip, Press, watch_press};
pub use node::{element_of, icon_of, node_icon, state_icon, status_look, type_icon, type_key};
pub use stage::Stage;
pub use viewport::focus_node;

/// The key under which the style sheets know a status.
pub fn status_key(status: crate::state::NodeStatus) -> &'static str {
    status_look(status).key
}
