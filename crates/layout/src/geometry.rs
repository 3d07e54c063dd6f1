//! Where everything goes: absolute coordinates in CSS pixels, y pointing down.

use crate::graph::EdgeKind;
use crate::options::Direction;

/// The layout of a whole graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Geometry {
    /// The smallest rectangle around everything; its top left corner is the origin.
    pub bounds: Rect,
    /// The direction that the layout was made for.
    pub direction: Direction,
    /// One entry for each of [`Graph::nodes`](crate::Graph::nodes), in the same order.
    pub nodes: Vec<NodeGeometry>,
    /// One entry for each of [`Graph::scopes`](crate::Graph::scopes), in the same order.
    pub scopes: Vec<ScopeGeometry>,
    /// The edges of all placed scopes; see [`EdgeGeometry::source`] for which is which.
    pub edges: Vec<EdgeGeometry>,
    /// Start and end markers.
    pub markers: Vec<Marker>,
    /// Stand-ins for targets that do not exist.
    pub stubs: Vec<Stub>,
    /// Every placed node once, in the order in which to read them: along the flow, then across it, the
    /// contents of a container right after the container.
    pub reading_order: Vec<usize>,
}

/// Where a node is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct NodeGeometry {
    /// The border box.
    pub rect: Rect,
    /// The scope that it belongs to.
    pub scope: usize,
    /// How many containers it is inside.
    pub depth: u32,
    /// Whether a way leads to it from the start of its scope.
    pub reachable: bool,
    /// False only for nodes that no scope lists; their `rect` is empty.
    pub placed: bool,
}

/// Where a scope is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ScopeGeometry {
    /// The area of the scope, which contains all its nodes, edges and labels with some padding. The frames
    /// of a container's scopes have the same extent across the direction in which they are lined up.
    pub frame: Rect,
    /// The container that it belongs to; none for the outermost scope.
    pub container: Option<usize>,
    /// How many containers it is inside.
    pub depth: u32,
    /// False only for scopes that cannot be reached from the outermost one.
    pub placed: bool,
}

/// How an edge runs.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgeGeometry {
    /// The scope that it belongs to.
    pub scope: usize,
    /// Which edge of the scope it is.
    pub source: EdgeSource,
    /// What it stands for.
    pub kind: EdgeKind,
    /// The node that it leaves; none for the edge from the start marker.
    pub from: Option<usize>,
    /// Where it ends.
    pub to: EdgeEnd,
    /// Two or more points; segments are horizontal or vertical. The first lies on the border of what the
    /// edge leaves, the last on the border of what it enters, where the arrowhead goes.
    pub points: Vec<Point>,
    /// Where its label goes.
    pub label: Option<Rect>,
    /// Whether it runs against the flow: the way back of a loop.
    pub backward: bool,
}

/// Which edge of a scope this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EdgeSource {
    /// The edge from the start marker.
    Start,
    /// An index into [`Scope::edges`](crate::Scope::edges).
    Edge(usize),
}

/// Where an edge ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum EdgeEnd {
    /// A node, an index into [`Graph::nodes`](crate::Graph::nodes).
    Node(usize),
    /// The end marker of the scope.
    End,
    /// A stub, an index into [`Geometry::stubs`].
    Stub(usize),
}

/// The start or the end of a scope.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Marker {
    /// The scope that it belongs to.
    pub scope: usize,
    /// Start or end.
    pub kind: MarkerKind,
    /// Its border box.
    pub rect: Rect,
}

/// Start or end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MarkerKind {
    /// Where a scope begins.
    Start,
    /// Where a scope ends.
    End,
}

/// Stands for a target that does not exist.
#[derive(Clone, Debug, PartialEq)]
pub struct Stub {
    /// The scope that it belongs to.
    pub scope: usize,
    /// The name that nothing has.
    pub name: String,
    /// Its border box.
    pub rect: Rect,
}

/// A place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// Distance from the left, in CSS pixels.
    pub x: f64,
    /// Distance from the top, in CSS pixels.
    pub y: f64,
}

/// An extent in CSS pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Size {
    /// The extent from left to right.
    pub width: f64,
    /// The extent from top to bottom.
    pub height: f64,
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub x: f64,
    /// The top edge.
    pub y: f64,
    /// The extent to the right.
    pub width: f64,
    /// The extent downwards.
    pub height: f64,
}

impl Point {
    /// The point with these coordinates.
    pub const fn new(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    pub(crate) fn shifted(self, by: Point) -> Point {
        Point::new(self.x + by.x, self.y + by.y)
    }
}

impl Size {
    /// The size with these extents.
    pub const fn new(width: f64, height: f64) -> Size {
        Size { width, height }
    }

    pub(crate) fn transposed(self) -> Size {
        Size::new(self.height, self.width)
    }

    /// Finite and not negative, whatever the caller gave.
    pub(crate) fn sane(self) -> Size {
        let sane = |v: f64| if v.is_finite() { v.clamp(0.0, 1e6) } else { 0.0 };
        Size::new(sane(self.width), sane(self.height))
    }
}

impl Rect {
    /// The rectangle with this corner and these extents.
    pub const fn new(x: f64, y: f64, width: f64, height: f64) -> Rect {
        Rect { x, y, width, height }
    }

    /// The right edge.
    pub fn right(&self) -> f64 {
        self.x + self.width
    }

    /// The bottom edge.
    pub fn bottom(&self) -> f64 {
        self.y + self.height
    }

    /// The middle.
    pub fn center(&self) -> Point {
        Point::new(self.x + self.width / 2.0, self.y + self.height / 2.0)
    }

    /// Whether the point lies inside or on the border.
    pub fn contains(&self, point: Point) -> bool {
        self.x <= point.x && point.x <= self.right() && self.y <= point.y && point.y <= self.bottom()
    }

    /// Whether the other rectangle lies inside, borders included.
    pub fn encloses(&self, other: &Rect) -> bool {
        self.x <= other.x
            && other.right() <= self.right()
            && self.y <= other.y
            && other.bottom() <= self.bottom()
    }

    /// Whether the two have a point in common that is not only on their borders.
    pub fn overlaps(&self, other: &Rect) -> bool {
        self.x < other.right() && other.x < self.right() && self.y < other.bottom() && other.y < self.bottom()
    }

    /// The rectangle that is larger by `by` on every side.
    pub fn expanded(&self, by: f64) -> Rect {
        Rect::new(self.x - by, self.y - by, self.width + 2.0 * by, self.height + 2.0 * by)
    }

    /// The smallest rectangle around both.
    pub fn union(&self, other: &Rect) -> Rect {
        let x = self.x.min(other.x);
        let y = self.y.min(other.y);
        Rect::new(x, y, self.right().max(other.right()) - x, self.bottom().max(other.bottom()) - y)
    }

    pub(crate) fn shifted(&self, by: Point) -> Rect {
        Rect::new(self.x + by.x, self.y + by.y, self.width, self.height)
    }
}

impl EdgeGeometry {
    /// The point that is this share of the way along the line: 0 is where it begins, 1 where it ends.
    ///
    /// The middle (0.5) is a place for a handle; a share that grows with time moves a token.
    pub fn point_at(&self, share: f64) -> Point {
        let length = |pair: &[Point]| (pair[1].x - pair[0].x).abs() + (pair[1].y - pair[0].y).abs();
        let total: f64 = self.points.windows(2).map(length).sum();
        let mut left = total * share.clamp(0.0, 1.0);
        for pair in self.points.windows(2) {
            let length = length(pair);
            if left <= length && length > 0.0 {
                let part = left / length;
                let along = |from: f64, to: f64| from + (to - from) * part;
                return Point::new(along(pair[0].x, pair[1].x), along(pair[0].y, pair[1].y));
            }
            left -= length;
        }
        self.points.last().copied().unwrap_or_default()
    }

    /// The smallest rectangle around the line and its label.
    pub fn bounds(&self) -> Rect {
        let mut points = self.points.iter().map(|p| Rect::new(p.x, p.y, 0.0, 0.0)).chain(self.label);
        let first = points.next().unwrap_or_default();
        points.fold(first, |all, rect| all.union(&rect))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_along_a_line_are_found() {
        let edge = EdgeGeometry {
            scope: 0,
            source: EdgeSource::Start,
            kind: EdgeKind::Start,
            from: None,
            to: EdgeEnd::End,
            points: vec![Point::new(0.0, 0.0), Point::new(0.0, 10.0), Point::new(30.0, 10.0)],
            label: None,
            backward: false,
        };
        let check = |share, x, y| assert_eq!(edge.point_at(share), Point::new(x, y), "{share}");
        check(0.0, 0.0, 0.0);
        check(0.25, 0.0, 10.0);
        check(0.5, 10.0, 10.0);
        check(1.0, 30.0, 10.0);
        check(7.0, 30.0, 10.0);
        check(-1.0, 0.0, 0.0);
    }
}
