//! Questions about a finished layout: what is here, what is in view, what is next to this.

use crate::geometry::{Geometry, Point, Rect};

/// A grid over a geometry, for finding what is in view or under the pointer without looking at everything.
#[derive(Clone, Debug, Default)]
pub struct Index {
    origin: Point,
    cell: f64,
    columns: usize,
    rows: usize,
    nodes: Vec<Vec<u32>>,
    edges: Vec<Vec<u32>>,
    scopes: Vec<u32>,
}

/// What touches a rectangle, as indices into the lists of [`Geometry`], in ascending order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visible {
    /// Into [`Geometry::nodes`].
    pub nodes: Vec<usize>,
    /// Into [`Geometry::edges`].
    pub edges: Vec<usize>,
    /// Into [`Geometry::scopes`], without the outermost one.
    pub scopes: Vec<usize>,
    /// Into [`Geometry::markers`].
    pub markers: Vec<usize>,
    /// Into [`Geometry::stubs`].
    pub stubs: Vec<usize>,
}

/// What is at a point, as an index into the lists of [`Geometry`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hit {
    /// A node; the innermost one. Inside a container but outside its scopes, the container.
    Node(usize),
    /// The label of an edge.
    Label(usize),
    /// The line of an edge.
    Edge(usize),
    /// A start or end marker.
    Marker(usize),
    /// The stand-in for a missing target.
    Stub(usize),
    /// Nothing but the inside of a nested scope.
    Scope(usize),
}

/// A direction on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Heading {
    /// To smaller y.
    Up,
    /// To larger y.
    Down,
    /// To smaller x.
    Left,
    /// To larger x.
    Right,
}

/// The size of the index's cells in CSS pixels, unless the drawing is so large that they have to be larger.
const CELL: f64 = 512.0;
const MOST_CELLS: f64 = 65_536.0;

impl Index {
    /// Builds the index; takes time in proportion to the number of things and their extents in cells.
    pub fn new(geometry: &Geometry) -> Index {
        let bounds = geometry.bounds;
        let cell = CELL.max((bounds.width * bounds.height / MOST_CELLS).sqrt());
        let columns = cells(bounds.width, cell);
        let rows = cells(bounds.height, cell);
        let mut index = Index {
            origin: Point::new(bounds.x, bounds.y),
            cell,
            columns,
            rows,
            nodes: vec![Vec::new(); columns * rows],
            edges: vec![Vec::new(); columns * rows],
            scopes: Vec::new(),
        };
        for (at, node) in geometry.nodes.iter().enumerate().filter(|(_, node)| node.placed) {
            for cell in index.cells_of(&node.rect) {
                index.nodes[cell].push(at as u32);
            }
        }
        for (at, edge) in geometry.edges.iter().enumerate() {
            for pair in edge.points.windows(2) {
                let segment = Rect::new(pair[0].x, pair[0].y, 0.0, 0.0)
                    .union(&Rect::new(pair[1].x, pair[1].y, 0.0, 0.0));
                index.add_edge(at, &segment);
            }
            if let Some(label) = edge.label {
                index.add_edge(at, &label);
            }
        }
        let nested = geometry.scopes.iter().enumerate().filter(|(_, s)| s.placed && s.container.is_some());
        index.scopes = nested.map(|(at, _)| at as u32).collect();
        index
    }

    /// What touches a rectangle; `geometry` must be the one that the index was built from.
    pub fn visible(&self, geometry: &Geometry, rect: &Rect) -> Visible {
        let touches = |other: &Rect| {
            other.x <= rect.right()
                && rect.x <= other.right()
                && other.y <= rect.bottom()
                && rect.y <= other.bottom()
        };
        let mut nodes: Vec<usize> = self.in_cells(&self.nodes, rect);
        nodes.retain(|&at| geometry.nodes.get(at).is_some_and(|node| touches(&node.rect)));
        let mut edges: Vec<usize> = self.in_cells(&self.edges, rect);
        edges.retain(|&at| geometry.edges.get(at).is_some_and(|edge| touches(&edge.bounds())));
        let scopes = self.scopes.iter().map(|&at| at as usize);
        let scopes = scopes.filter(|&at| geometry.scopes.get(at).is_some_and(|scope| touches(&scope.frame)));
        let of_rects = |rects: &mut dyn Iterator<Item = Rect>| {
            rects.enumerate().filter(|(_, rect)| touches(rect)).map(|(at, _)| at).collect()
        };
        Visible {
            nodes,
            edges,
            scopes: scopes.collect(),
            markers: of_rects(&mut geometry.markers.iter().map(|m| m.rect)),
            stubs: of_rects(&mut geometry.stubs.iter().map(|s| s.rect)),
        }
    }

    /// What is at a point, the topmost; `tolerance` is how far from a line still counts, in CSS pixels.
    pub fn hit(&self, geometry: &Geometry, point: Point, tolerance: f64) -> Option<Hit> {
        let near = Rect::new(point.x, point.y, 0.0, 0.0).expanded(tolerance.max(0.0));
        let visible = self.visible(geometry, &near);
        let innermost = visible
            .nodes
            .iter()
            .filter_map(|&at| geometry.nodes.get(at).map(|node| (node, at)))
            .filter(|(node, _)| node.rect.contains(point))
            .max_by_key(|(node, at)| (node.depth, *at));
        let scope = visible
            .scopes
            .iter()
            .filter_map(|&at| geometry.scopes.get(at).map(|scope| (scope, at)))
            .filter(|(scope, _)| scope.frame.contains(point))
            .max_by_key(|(scope, at)| (scope.depth, *at));
        // A scope of depth n is inside a node of depth n - 1, and around nodes of depth n.
        let node_is_inner = |node_depth: u32| scope.is_none_or(|(scope, _)| node_depth >= scope.depth);
        if let Some((_, at)) = innermost.filter(|(node, _)| node_is_inner(node.depth)) {
            return Some(Hit::Node(at));
        }
        let of_rect = |rect: Option<Rect>| rect.is_some_and(|rect| rect.contains(point));
        if let Some(&at) =
            visible.markers.iter().find(|&&at| of_rect(geometry.markers.get(at).map(|m| m.rect)))
        {
            return Some(Hit::Marker(at));
        }
        if let Some(&at) = visible.stubs.iter().find(|&&at| of_rect(geometry.stubs.get(at).map(|s| s.rect))) {
            return Some(Hit::Stub(at));
        }
        if let Some(&at) =
            visible.edges.iter().find(|&&at| of_rect(geometry.edges.get(at).and_then(|e| e.label)))
        {
            return Some(Hit::Label(at));
        }
        let nearest = visible
            .edges
            .iter()
            .filter_map(|&at| geometry.edges.get(at).map(|edge| (distance_to(&edge.points, point), at)))
            .filter(|&(distance, _)| distance <= tolerance)
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, at)) = nearest {
            return Some(Hit::Edge(at));
        }
        match (scope, innermost) {
            (Some((_, at)), _) => Some(Hit::Scope(at)),
            (None, Some((_, at))) => Some(Hit::Node(at)),
            (None, None) => None,
        }
    }

    fn add_edge(&mut self, edge: usize, rect: &Rect) {
        for cell in self.cells_of(rect) {
            let list = &mut self.edges[cell];
            if list.last() != Some(&(edge as u32)) {
                list.push(edge as u32);
            }
        }
    }

    fn cells_of(&self, rect: &Rect) -> Vec<usize> {
        if self.columns == 0 || self.rows == 0 {
            return Vec::new();
        }
        // Converting to an integer stops at the bounds of its type, so no rectangle is too far off.
        let column = |x: f64| (((x - self.origin.x) / self.cell) as usize).min(self.columns - 1);
        let row = |y: f64| (((y - self.origin.y) / self.cell) as usize).min(self.rows - 1);
        let columns = column(rect.x)..=column(rect.right());
        (row(rect.y)..=row(rect.bottom()))
            .flat_map(|row| columns.clone().map(move |column| row * self.columns + column))
            .collect()
    }

    fn in_cells(&self, lists: &[Vec<u32>], rect: &Rect) -> Vec<usize> {
        let cells = self.cells_of(rect);
        let mut found: Vec<usize> =
            cells.iter().filter_map(|&cell| lists.get(cell)).flatten().map(|&at| at as usize).collect();
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn cells(extent: f64, cell: f64) -> usize {
    (extent / cell) as usize + 1
}

fn distance_to(line: &[Point], point: Point) -> f64 {
    let segments = line.windows(2).map(|pair| {
        let (a, b) = (pair[0], pair[1]);
        let (dx, dy) = (b.x - a.x, b.y - a.y);
        let length = dx * dx + dy * dy;
        let share = if length > 0.0 { ((point.x - a.x) * dx + (point.y - a.y) * dy) / length } else { 0.0 };
        let share = share.clamp(0.0, 1.0);
        (point.x - a.x - share * dx).hypot(point.y - a.y - share * dy)
    });
    segments.fold(f64::INFINITY, f64::min)
}

/// The node that an arrow key leads to from `node`: the nearest one in that direction, where what lies straight
/// ahead counts as nearer than what lies to the side.
///
/// Looks at nodes of the same scope first; if there is none, out of a container to the container itself.
pub fn nearest_in_direction(geometry: &Geometry, node: usize, heading: Heading) -> Option<usize> {
    let from = geometry.nodes.get(node).filter(|n| n.placed)?;
    let here = from.rect;
    let nearest = geometry
        .nodes
        .iter()
        .enumerate()
        .filter(|(at, other)| other.placed && other.scope == from.scope && *at != node)
        .filter_map(|(at, other)| cost(&here, &other.rect, heading).map(|cost| (cost, at)))
        .min_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)))
        .map(|(_, at)| at);
    nearest.or_else(|| geometry.scopes.get(from.scope).and_then(|scope| scope.container))
}

/// How far away a rectangle is in a direction; none if it does not lie there.
fn cost(from: &Rect, to: &Rect, heading: Heading) -> Option<f64> {
    // As if heading down: `ahead` is the free distance, `aside` how far the extents miss each other.
    let (ahead, aside, offset) = match heading {
        Heading::Down => (
            to.y - from.bottom(),
            gap(from.x, from.right(), to.x, to.right()),
            to.center().x - from.center().x,
        ),
        Heading::Up => (
            from.y - to.bottom(),
            gap(from.x, from.right(), to.x, to.right()),
            to.center().x - from.center().x,
        ),
        Heading::Right => (
            to.x - from.right(),
            gap(from.y, from.bottom(), to.y, to.bottom()),
            to.center().y - from.center().y,
        ),
        Heading::Left => (
            from.x - to.right(),
            gap(from.y, from.bottom(), to.y, to.bottom()),
            to.center().y - from.center().y,
        ),
    };
    (ahead >= 0.0).then(|| ahead + 2.0 * aside + offset.abs() * 0.1)
}

fn gap(a_low: f64, a_high: f64, b_low: f64, b_high: f64) -> f64 {
    (b_low - a_high).max(a_low - b_high).max(0.0)
}
