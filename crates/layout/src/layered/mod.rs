//! One scope as a layered drawing, flowing downwards: ranks, lanes, order, positions, routes.
//!
//! The coordinates here are local to the scope, with "x" across the flow and "y" along it.

mod lanes;
mod order;
mod place;
mod priority;
mod rank;
mod route;
mod tracks;

use crate::geometry::{Point, Rect, Size};
use crate::options::Options;

/// A box to place. Vertices come in canonical order: whatever depends on order depends on this one.
pub(crate) struct Vertex {
    pub size: Size,
    pub reachable: bool,
    /// Goes below everything else.
    pub last: bool,
    /// A place in its layer that was given by hand.
    pub order: Option<u32>,
}

/// A connection to draw. The wires of one vertex come in document order.
pub(crate) struct Wire {
    pub from: usize,
    pub to: usize,
    /// Leaves from the side and keeps apart from the other wires.
    pub catch: bool,
    /// Closes a loop, so it is not allowed to influence ranks.
    pub backward: bool,
    pub label: Option<Size>,
}

/// Where everything goes.
pub(crate) struct Drawing {
    pub size: Size,
    /// For each vertex.
    pub rects: Vec<Rect>,
    /// For each wire.
    pub routes: Vec<DrawnWire>,
    /// All vertices, by layer and then from left to right.
    pub reading_order: Vec<usize>,
}

pub(crate) struct DrawnWire {
    pub points: Vec<Point>,
    pub label: Option<Rect>,
}

/// Draws a scope. Every `backward` wire must lead to an equal or lower rank once the others are ranked, which
/// holds for the wires that close a loop of a depth-first search and for those from unreachable vertices to
/// reachable ones.
pub(crate) fn draw(vertices: &[Vertex], wires: &[Wire], options: &Options) -> Drawing {
    let ranks = rank::ranks(vertices, wires);
    let mut net = lanes::build(vertices, wires, &ranks);
    order::order(&mut net, vertices, wires);
    place::place_roughly(&mut net, options);
    lanes::merge(&mut net, wires);
    place::place(&mut net, options);
    route::route(&net, vertices, wires, options)
}

/// What occupies a place in a layer: a vertex, a label, or a point where wires pass.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub kind: Kind,
    pub layer: usize,
    /// Extent to the left of `x`.
    pub left: f64,
    /// Extent to the right of `x`.
    pub right: f64,
    pub height: f64,
    /// The centre of a vertex or label, the line of anything else.
    pub x: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Vertex(usize),
    /// A vertical line that passes through the layer.
    Lane,
    /// The label of a wire that leaves its vertex at the bottom.
    Label,
    /// A vertical line right beside a vertex, into or out of which a wire turns; a label sits between the two.
    Side,
    /// As `Side`, for a wire from a vertex to itself.
    Loop,
    /// Only keeps room for a label beside a vertex; the wire turns into a lane further away.
    Spacer,
}

/// A part of one or more wires between two layers that follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Link {
    pub upper: usize,
    pub lower: usize,
    /// The wire, if it leaves a vertex at the bottom here; wires that share a way further on do not share a port.
    pub wire: Option<usize>,
    /// Enters a vertex at the top by its port for catch wires.
    pub catch: bool,
    /// How much it should be straight; higher is more. Up to [`LANE`].
    pub priority: u8,
}

/// The priority of a link between two lanes.
pub(crate) const LANE: u8 = 5;

/// A way through the layers, shared by all wires of a kind to the same vertex, or used by one wire alone.
#[derive(Clone, Debug)]
pub(crate) struct Bundle {
    pub target: usize,
    pub role: Role,
    pub first_layer: usize,
    /// The lane in each layer from `first_layer` on.
    pub lanes: Vec<usize>,
    /// Where wires against the flow turn towards their target.
    pub entry: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    Forward,
    Catch,
    Back,
    BackCatch,
    /// What is left when a hostile graph would need too many lanes: one way for everything.
    Express,
}

/// How one wire gets from its vertex to the next.
#[derive(Clone, Debug, Default)]
pub(crate) struct Course {
    /// The label or side item that comes first.
    pub head: Option<usize>,
    pub bundle: Option<usize>,
    /// The bundle of its kind and target, even if the wire is too short to need a lane of it.
    pub joinable: Option<usize>,
    /// The lanes used, by layer, in the order of the wire.
    pub from_layer: usize,
    pub to_layer: usize,
    /// Where a wire against the flow turns towards its target.
    pub entry: Option<usize>,
    /// The wire turns into a lane of its bundle at the height of its vertex.
    pub joins: bool,
    /// The item that the wire leaves, once it is known that it joins.
    pub source: Option<usize>,
}

/// What stays together in a layer: an item, or a vertex with the turns beside it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Unit {
    /// From left to right.
    pub left: Vec<usize>,
    pub core: usize,
    /// From left to right.
    pub right: Vec<usize>,
}

impl Unit {
    pub fn items(&self) -> impl Iterator<Item = usize> + '_ {
        self.left.iter().copied().chain(std::iter::once(self.core)).chain(self.right.iter().copied())
    }
}

/// The layered graph while it is worked on.
pub(crate) struct Net {
    pub items: Vec<Item>,
    /// Sorted, each once.
    pub links: Vec<Link>,
    pub layers: Vec<Vec<Unit>>,
    pub bundles: Vec<Bundle>,
    /// For each wire.
    pub courses: Vec<Course>,
    /// The item of each vertex.
    pub vertex_items: Vec<usize>,
    /// For each wire, the priority of its links outside of lanes.
    pub priorities: Vec<u8>,
}

impl Bundle {
    pub fn lane(&self, layer: usize) -> Option<usize> {
        layer.checked_sub(self.first_layer).and_then(|at| self.lanes.get(at)).copied()
    }
}
