//! The picture of a definition: which boxes, lines and words are drawn, and where.
//!
//! [`Scene::new`] turns a document into a graph, has it laid out, and names every part so that a view
//! only has to draw. Nothing here knows of a browser.

mod describe;
mod drop_targets;
pub mod export;
pub mod order;
mod outline;
mod scene;

pub use describe::{choice_rule, resource, service_of, subtitle, transition_label};
pub use drop_targets::{DropMark, DropZone};
pub use outline::{OutlineItem, outline};
pub use scene::{NAME_FONT, SMALL_FONT, Scene, SceneEdge, SceneFrame, SceneNode, SceneOptions};
