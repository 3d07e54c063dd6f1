//! What is to be drawn.

use crate::geometry::Size;

/// A graph of nested scopes.
///
/// `scopes[0]` is the outermost scope; every other scope belongs to the container node that lists it.
/// Indices that point nowhere, nodes listed twice and scopes that contain themselves are tolerated: the first
/// mention counts, later ones are ignored, and what is left over is not placed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph {
    /// All nodes of all scopes; the other types refer to a node by its index here.
    pub nodes: Vec<Node>,
    /// All scopes; containers refer to a scope by its index here.
    pub scopes: Vec<Scope>,
}

/// A box with a name; in a workflow, a state.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The caller's own number for this node. Layout only uses it to order nodes that have the same label.
    pub key: u32,
    /// The name, which orders nodes that cannot be reached from the start.
    pub label: String,
    /// The size in CSS pixels. For a container this is the least size; it grows with its contents.
    pub size: Size,
    /// Whether the node has scopes inside.
    pub kind: NodeKind,
    /// A place that was given by hand: of the nodes in one layer that have one, those with lower numbers come
    /// first, from the left where the flow goes down, whatever crosses. The others keep their places.
    pub order: Option<u32>,
}

/// Whether a node has scopes inside.
#[derive(Clone, Debug, PartialEq)]
pub enum NodeKind {
    /// A box of fixed size; also a collapsed container.
    Plain,
    /// A frame around scopes (indices into [`Graph::scopes`]), drawn side by side in this order: the branches
    /// of a Parallel state, or the one body of a Map state.
    Container(Vec<usize>),
}

/// A set of nodes and the transitions between them; a transition never leaves its scope.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scope {
    /// The nodes, as indices into [`Graph::nodes`]; their order has no influence on the geometry.
    pub nodes: Vec<usize>,
    /// Where the scope begins.
    pub start: Option<Target>,
    /// The transitions. Only the relative order of those with the same `from` matters: it is the document
    /// order, in which branches are drawn from left to right where that costs no crossings.
    pub edges: Vec<Edge>,
}

/// A transition.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// The node that it leaves, an index into [`Graph::nodes`].
    pub from: usize,
    /// Where it leads.
    pub to: Target,
    /// What it stands for, which decides how it is routed.
    pub kind: EdgeKind,
    /// The size of its label in CSS pixels, if it has one; layout keeps room for it.
    pub label: Option<Size>,
}

/// Where an edge leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A node of the same scope, an index into [`Graph::nodes`].
    Node(usize),
    /// The end of the scope.
    End,
    /// A name that nothing in the scope has; drawn as a stub.
    Missing(String),
}

/// What an edge stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeKind {
    /// From the start marker to the first node. Layout makes these itself from [`Scope::start`].
    Start,
    /// The way on, also the way to the end.
    Next,
    /// The way on if a choice rule matches.
    Choice,
    /// The way on if no choice rule matches.
    Default,
    /// The way on after an error: leaves from the node's side and runs in a lane of its own.
    Catch,
}
