//! A graph in, geometry out: the layered drawing of a workflow.
//!
//! [`layout`] takes nested scopes of nodes and edges ([`Graph`]) and answers with rectangles, lines and label
//! places in absolute CSS pixels ([`Geometry`]). It knows nothing of workflows beyond the kinds of edges, reads
//! no fonts ([`measure`] has widths built in), and gives the same result for the same graph however its nodes
//! are listed.
//!
//! How it is done, for each scope from the innermost outwards:
//! 1. A depth-first walk in document order finds the loops and the canonical order of the nodes.
//! 2. Every node gets a rank, as near to the start as its predecessors allow.
//! 3. Labels and edges that span several ranks get places in the layers between; edges on the same errand
//!    (all catches to one handler, all ways back to one node) share a lane.
//! 4. The layers are ordered so that few lines cross.
//! 5. Positions across the flow make long lines and chains straight.
//! 6. Lines are routed at right angles between the layers.

#![deny(missing_docs)]

mod geometry;
mod graph;
mod layered;
mod nest;
mod options;
mod path;
mod query;
mod sorting;
mod text;

pub use geometry::{
    EdgeEnd, EdgeGeometry, EdgeSource, Geometry, Marker, MarkerKind, NodeGeometry, Point, Rect,
    ScopeGeometry, Size, Stub,
};
pub use graph::{Edge, EdgeKind, Graph, Node, NodeKind, Scope, Target};
pub use nest::layout;
pub use options::{Direction, Options};
pub use path::svg_path;
pub use query::{Heading, Hit, Index, Visible, nearest_in_direction};
pub use text::{measure, truncate, wrap};
