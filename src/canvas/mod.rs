//! The picture of the workflow: `viewport` moves it, `node` draws a state, `edge` a transition.

mod edge;
mod node;
mod stage;
mod viewport;

pub use node::type_icon;
pub use stage::Stage;
