//! The picture of the workflow: `viewport` moves it, `node` draws a state, `edge` a transition.

mod breadcrumbs;
mod connect;
mod context_menu;
mod edge;
mod finder;
mod minimap;
mod node;
mod rename;
mod stage;
mod viewport;

pub use node::{element_of, status_look, type_icon};
pub use stage::Stage;
pub use viewport::focus_node;
