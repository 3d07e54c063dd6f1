//! Where something that is dragged over the picture can be dropped.

use asl::edit::Place;
use asl::{Document, ScopeId, StateId, StateType, TransitionKind};
use layout::{Direction, Point, Rect};

use crate::scene::{Scene, SceneEdge, SceneNode};

/// A place for something that is dragged. Whether it may go there, the document's edits say.
#[derive(Clone, Debug, PartialEq)]
pub struct DropZone {
    pub place: Place,
    pub mark: DropMark,
    /// In words: `Between Charge card and Ship`.
    pub label: String,
}

/// What shows where it will land.
#[derive(Clone, Debug, PartialEq)]
pub enum DropMark {
    /// A transition that is cut in two: its line, and where on it the new state is hinted at.
    Line { points: Vec<Point>, middle: Point },
    /// A border of a state, as a line.
    Border(Point, Point),
    /// All of an area: an empty scope, a state that is replaced, a container that gets a branch.
    Area(Rect),
    /// Beside everything: nothing leads there yet.
    Free(Point),
}

/// What the head of a container takes of its height, in CSS pixels; the views draw it so.
const CONTAINER_HEAD: f64 = 44.0;
/// How much of a state's extent along the flow, at each end, means before and after where its middle means more.
const END_SHARE: f64 = 0.3;

impl Scene {
    /// The places to light up while something is dragged: every transition, empty scopes, states that hold a place
    /// open, and Parallel states for a new branch.
    pub fn drop_zones(&self, document: &Document) -> Vec<DropZone> {
        let mut zones: Vec<DropZone> = (0..self.edges.len())
            .filter_map(|at| self.edge_zone(at))
            .filter(|zone| !matches!(zone.place, Place::On { from, .. } if is_terminal(document, from)))
            .collect();
        for node in self.nodes.iter().filter(|node| node.is_shown) {
            if is_placeholder(document, node.state) {
                zones.push(replacement(node));
            } else if node.is_container && node.state_type == Some(StateType::Parallel) {
                zones.push(new_branch(node));
            }
        }
        for scope in document.scopes().filter(|scope| scope.states().next().is_none()) {
            zones.extend(self.empty_scope_zone(document, scope.id()));
        }
        zones
    }

    /// The place for something that is dropped at a point. `reach` is how far from a line it still is on the line.
    /// None over the states that are dragged themselves.
    pub fn drop_zone_at(
        &self,
        document: &Document,
        dragged: &[StateId],
        point: Point,
        reach: f64,
    ) -> Option<DropZone> {
        let outer = self.outer_scope();
        if !self.nodes.iter().any(|node| node.is_shown) {
            let area =
                self.scope_frame(outer).unwrap_or(Rect::new(point.x - 90.0, point.y - 30.0, 180.0, 60.0));
            let label = "First state of the workflow".to_owned();
            return Some(DropZone { place: Place::Start(outer), mark: DropMark::Area(area), label });
        }
        let node = self.shown_node_at(point);
        if let Some(node) = node {
            if dragged.contains(&node.state) {
                return None;
            }
            if !node.is_container || point.y < node.rect.y + CONTAINER_HEAD {
                return Some(self.node_zone(document, node, point));
            }
        }
        let scope = self.scope_at(document, node, point);
        if let (Some(node), None) = (node, scope) {
            return Some(match node.state_type {
                Some(StateType::Parallel) => new_branch(node),
                _ => self.node_zone(document, node, point),
            });
        }
        let scope = scope.unwrap_or(outer);
        if document.scope(scope).is_some_and(|scope| scope.states().next().is_none()) {
            return self.empty_scope_zone(document, scope);
        }
        let far = if node.is_some() { f64::INFINITY } else { 2.5 * reach };
        let nearest = self.nearest_edge(scope, point).filter(|(_, distance)| *distance <= far);
        if let Some(zone) = nearest.and_then(|(at, _)| self.edge_zone(at)) {
            return Some(zone);
        }
        // In a scope without lines, the state beside the point is what is meant.
        if node.is_some()
            && let Some(beside) = self.nearest_node(document, scope, point)
        {
            return Some(match is_placeholder(document, beside.state) {
                true => replacement(beside),
                false => self.node_zone(document, beside, point),
            });
        }
        let label = "Not connected yet".to_owned();
        Some(DropZone { place: Place::Loose(scope), mark: DropMark::Free(point), label })
    }

    fn nearest_node(&self, document: &Document, scope: ScopeId, point: Point) -> Option<&SceneNode> {
        let is_in = |node: &&SceneNode| {
            node.is_shown && document.state(node.state).is_some_and(|state| state.scope().id() == scope)
        };
        let to_middle = |node: &SceneNode| distance(&[node.rect.center(), point]);
        let inside = self.nodes.iter().map(|node| &**node).filter(is_in);
        inside.min_by(|one, other| to_middle(one).total_cmp(&to_middle(other)))
    }

    /// The scope that everything in the picture is in.
    fn outer_scope(&self) -> ScopeId {
        let shown = self.nodes.iter().enumerate().filter(|(_, node)| node.is_shown);
        let of_all = shown.clone().find(|(_, node)| node.depth == 0);
        let outermost = of_all.or_else(|| shown.min_by_key(|(_, node)| node.depth));
        let geometry = outermost.and_then(|(at, _)| self.geometry.nodes.get(at));
        ScopeId(geometry.map_or(0, |node| node.scope as u32))
    }

    fn shown_node_at(&self, point: Point) -> Option<&SceneNode> {
        let hits = self.nodes.iter().filter(|node| node.is_shown && node.rect.contains(point));
        hits.max_by_key(|node| node.depth).map(|node| &**node)
    }

    fn scope_frame(&self, scope: ScopeId) -> Option<Rect> {
        let geometry = self.geometry.scopes.get(scope.0 as usize)?;
        (geometry.placed && geometry.frame.width > 0.0).then_some(geometry.frame)
    }

    /// The scope of a container that a point is in.
    fn scope_at(&self, document: &Document, container: Option<&SceneNode>, point: Point) -> Option<ScopeId> {
        let mut scopes = document.state(container?.state)?.scopes();
        scopes
            .find(|scope| self.scope_frame(scope.id()).is_some_and(|frame| frame.contains(point)))
            .map(|scope| scope.id())
    }

    /// Before or after a state, by which half the point is in; in the middle, more is possible.
    fn node_zone(&self, document: &Document, node: &SceneNode, point: Point) -> DropZone {
        let height = if node.is_container { CONTAINER_HEAD } else { node.rect.height };
        let along = match self.geometry.direction {
            Direction::Down => (point.y - node.rect.y) / height.max(1.0),
            Direction::Right => (point.x - node.rect.x) / node.rect.width.max(1.0),
        };
        let is_middle = (END_SHARE..=1.0 - END_SHARE).contains(&along);
        if is_middle && is_placeholder(document, node.state) {
            return replacement(node);
        }
        if node.is_container && along > END_SHARE {
            if node.state_type == Some(StateType::Parallel) {
                return new_branch(node);
            }
            let body = document.state(node.state).and_then(|state| state.scopes().next());
            if let Some(zone) = body.and_then(|scope| self.start_zone(document, scope.id())) {
                return zone;
            }
        }
        if along < 0.5 || is_terminal(document, node.state) {
            let mark = self.border(node, true);
            return DropZone {
                place: Place::Before(node.state),
                mark,
                label: format!("Before {}", node.name),
            };
        }
        let way = match node.state_type {
            Some(StateType::Choice) => TransitionKind::Default,
            _ => TransitionKind::Next,
        };
        let leaves = |edge: &SceneEdge| {
            let from = edge.from.and_then(|from| self.nodes.get(from));
            edge.way == Some(way) && from.is_some_and(|from| from.state == node.state)
        };
        let edge = self.edges.iter().position(leaves).and_then(|at| self.edge_zone(at));
        edge.unwrap_or_else(|| DropZone {
            place: Place::On { from: node.state, way },
            mark: self.border(node, false),
            label: format!("After {}", node.name),
        })
    }

    fn start_zone(&self, document: &Document, scope: ScopeId) -> Option<DropZone> {
        let starts = |edge: &SceneEdge| edge.from.is_none() && edge.scope == scope;
        let edge = self.edges.iter().position(starts).and_then(|at| self.edge_zone(at));
        edge.or_else(|| self.empty_scope_zone(document, scope))
    }

    fn border(&self, node: &SceneNode, before: bool) -> DropMark {
        let rect = node.rect;
        match self.geometry.direction {
            Direction::Down => {
                let y = if before { rect.y } else { rect.bottom() };
                DropMark::Border(Point::new(rect.x, y), Point::new(rect.right(), y))
            }
            Direction::Right => {
                let x = if before { rect.x } else { rect.right() };
                DropMark::Border(Point::new(x, rect.y), Point::new(x, rect.bottom()))
            }
        }
    }

    fn empty_scope_zone(&self, document: &Document, scope: ScopeId) -> Option<DropZone> {
        let frame = self.scope_frame(scope)?;
        let owner = document.scope(scope)?.owner();
        let label = owner.map_or("First state of the workflow".to_owned(), |owner| {
            format!("First state inside of {}", owner.name())
        });
        Some(DropZone { place: Place::Start(scope), mark: DropMark::Area(frame), label })
    }

    fn edge_zone(&self, at: usize) -> Option<DropZone> {
        let edge = self.edges.get(at)?;
        let points = self.points(at)?;
        let from = edge.from.and_then(|from| self.nodes.get(from));
        let to = edge.to.and_then(|to| self.nodes.get(to));
        let place = match (from, edge.way) {
            (Some(from), Some(way)) => Place::On { from: from.state, way },
            (None, _) => Place::Start(edge.scope),
            (Some(_), None) => return None,
        };
        let label = match (from, to) {
            (Some(from), Some(to)) => format!("Between {} and {}", from.name, to.name),
            (Some(from), None) => format!("After {}", from.name),
            (None, Some(to)) => format!("Before {}", to.name),
            (None, None) => "At the start".to_owned(),
        };
        let mark = DropMark::Line { points: points.to_vec(), middle: middle(points) };
        Some(DropZone { place, mark, label })
    }

    fn nearest_edge(&self, scope: ScopeId, point: Point) -> Option<(usize, f64)> {
        // The scene's edges are those of the geometry that have a line, in the same order.
        let lines =
            self.geometry.edges.iter().map(|edge| &edge.points[..]).filter(|points| points.len() >= 2);
        let mut nearest: Option<(usize, f64, f64)> = None;
        for ((at, edge), points) in self.edges.iter().enumerate().zip(lines) {
            let least = nearest.map_or(f64::INFINITY, |(.., rank)| rank);
            if edge.scope != scope || distance_to_rect(&edge.bounds, point) > least {
                continue;
            }
            let to_line = distance_to(points, point);
            // Where lines run together, the one whose middle is nearer is meant.
            let rank = to_line + 0.05 * distance(&[middle(points), point]);
            if rank < least {
                nearest = Some((at, to_line, rank));
            }
        }
        nearest.map(|(at, to_line, _)| (at, to_line))
    }

    /// The line of an edge. The scene's edges are those of the geometry that have a line, in the same order.
    fn points(&self, at: usize) -> Option<&[Point]> {
        let same = self.edges.len() == self.geometry.edges.len();
        let edge = match same {
            true => self.geometry.edges.get(at),
            false => self.geometry.edges.iter().filter(|edge| edge.points.len() >= 2).nth(at),
        };
        edge.map(|edge| &edge.points[..]).filter(|points| points.len() >= 2)
    }
}

/// Whether a state does nothing but hold a place open: it is there because a scope needs one.
fn is_placeholder(document: &Document, state: StateId) -> bool {
    document.state(state).is_some_and(|state| {
        let tree = document.tree();
        state.state_type() == Some(StateType::Pass)
            && state.node().is_some_and(|node| {
                tree.members(node)
                    .all(|member| matches!(&*member.name, "Type" | "Next" | "End" | "QueryLanguage"))
            })
    })
}

fn is_terminal(document: &Document, state: StateId) -> bool {
    document.state(state).and_then(|state| state.state_type()).is_some_and(StateType::is_terminal)
}

fn replacement(node: &SceneNode) -> DropZone {
    let label = format!("In the place of {}", node.name);
    DropZone { place: Place::InPlaceOf(node.state), mark: DropMark::Area(node.rect), label }
}

fn new_branch(node: &SceneNode) -> DropZone {
    let label = format!("New branch of {}", node.name);
    let head = Rect::new(node.rect.x, node.rect.y, node.rect.width, CONTAINER_HEAD);
    DropZone { place: Place::NewBranch(node.state), mark: DropMark::Area(head), label }
}

/// The point halfway along a line.
fn middle(points: &[Point]) -> Point {
    let lengths = points.windows(2).map(distance);
    let mut rest = lengths.sum::<f64>() / 2.0;
    for pair in points.windows(2) {
        let [from, to] = pair else { continue };
        let length = distance(pair);
        if rest <= length {
            let share = if length > 0.0 { rest / length } else { 0.0 };
            return Point::new(from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share);
        }
        rest -= length;
    }
    points.last().copied().unwrap_or_default()
}

fn distance(pair: &[Point]) -> f64 {
    match pair {
        [from, to] => (to.x - from.x).hypot(to.y - from.y),
        _ => 0.0,
    }
}

/// No point in a rectangle is nearer.
fn distance_to_rect(rect: &Rect, point: Point) -> f64 {
    let beyond = |at: f64, from: f64, to: f64| (from - at).max(at - to).max(0.0);
    beyond(point.x, rect.x, rect.right()).hypot(beyond(point.y, rect.y, rect.bottom()))
}

fn distance_to(points: &[Point], point: Point) -> f64 {
    let segments = points.windows(2).filter_map(|pair| match pair {
        [from, to] => {
            let (dx, dy) = (to.x - from.x, to.y - from.y);
            let length = dx * dx + dy * dy;
            let along = ((point.x - from.x) * dx + (point.y - from.y) * dy) / length.max(f64::EPSILON);
            let along = along.clamp(0.0, 1.0);
            Some((point.x - from.x - dx * along).hypot(point.y - from.y - dy * along))
        }
        _ => None,
    });
    segments.fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use asl::edit::Place;
    use asl::{Document, ScopeId, TransitionKind};
    use layout::{Direction, Point};

    use super::{DropMark, DropZone};
    use crate::{Scene, SceneOptions};

    const TEXT: &str = r#"{"StartAt": "Check", "States": {
        "Check": {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsPresent": true, "Next": "Both"}], "Default": "Done"},
        "Both": {"Type": "Parallel", "Next": "Done", "Branches": [
            {"StartAt": "L", "States": {"L": {"Type": "Wait", "Seconds": 5, "End": true}}},
            {"StartAt": "", "States": {}},
            {"StartAt": "P", "States": {"P": {"Type": "Pass", "End": true}}}]},
        "Done": {"Type": "Succeed"}}}"#;

    struct Fixture {
        document: Document,
        scene: Scene,
    }

    impl Fixture {
        fn new(text: &str) -> Fixture {
            let document = Document::parse(text);
            let scene = Scene::new(&document, SceneOptions::default());
            Fixture { document, scene }
        }

        fn at(&self, point: Point) -> DropZone {
            self.scene.drop_zone_at(&self.document, &[], point, 20.0).unwrap()
        }

        fn rect(&self, name: &str) -> layout::Rect {
            self.scene.nodes.iter().find(|node| &*node.name == name).unwrap().rect
        }

        fn label(&self, name: &str, across: f64, along: f64) -> String {
            let rect = self.rect(name);
            self.at(Point::new(rect.x + rect.width * across, rect.y + rect.height * along)).label
        }

        fn way(&self, from: &str, to: &str) -> DropZone {
            let label = format!("Between {from} and {to}");
            self.scene.drop_zones(&self.document).into_iter().find(|zone| zone.label == label).unwrap()
        }
    }

    #[test]
    fn transitions_are_places() {
        let fixture = Fixture::new(TEXT);
        let DropZone { place, mark: DropMark::Line { middle, .. }, .. } = fixture.way("Both", "Done") else {
            panic!()
        };
        let both = fixture.document.state_named("Both").unwrap().id();
        assert_eq!(place, Place::On { from: both, way: TransitionKind::Next });
        assert_eq!(fixture.at(middle).place, place);
        assert_eq!(fixture.at(Point::new(middle.x + 15.0, middle.y)).place, place);
    }

    #[test]
    fn states_are_places_before_and_after() {
        let fixture = Fixture::new(TEXT);
        assert_eq!(fixture.label("Check", 0.5, 0.1), "Before Check");
        assert_eq!(fixture.label("Check", 0.5, 0.9), "Between Check and Done");
        assert_eq!(fixture.label("Done", 0.5, 0.9), "Before Done");
        assert_eq!(fixture.label("P", 0.5, 0.5), "In the place of P");
        assert_eq!(fixture.label("P", 0.5, 0.95), "After P");
        assert_eq!(fixture.label("L", 0.5, 0.6), "After L");
        let both = fixture.rect("Both");
        assert_eq!(fixture.at(Point::new(both.x + 50.0, both.y + 3.0)).label, "Before Both");
        assert_eq!(fixture.at(Point::new(both.x + 50.0, both.y + 30.0)).label, "New branch of Both");
    }

    #[test]
    fn beside_a_state_in_a_branch_without_lines_the_state_is_meant() {
        let fixture = Fixture::new(TEXT);
        let beside = |name: &str, along: f64| {
            let rect = fixture.rect(name);
            fixture.at(Point::new(rect.x - 4.0, rect.y + rect.height * along)).label
        };
        assert_eq!(beside("P", 0.5), "In the place of P");
        assert_eq!((&*beside("L", 0.2), &*beside("L", 0.8)), ("Before L", "After L"));
    }

    #[test]
    fn empty_scopes_are_places() {
        let fixture = Fixture::new(TEXT);
        let zones = fixture.scene.drop_zones(&fixture.document);
        let zone = zones.iter().find(|zone| zone.label == "First state inside of Both").unwrap();
        assert_eq!(zone.place, Place::Start(ScopeId(2)));
        let DropMark::Area(frame) = zone.mark else { panic!() };
        assert_eq!(&fixture.at(frame.center()), zone);
        let empty = Fixture::new("{}");
        assert_eq!(empty.at(Point::new(40.0, 40.0)).place, Place::Start(ScopeId(0)));
        assert_eq!(Fixture::new("").at(Point::new(40.0, 40.0)).place, Place::Start(ScopeId(0)));
    }

    #[test]
    fn beside_everything_nothing_is_connected() {
        let fixture = Fixture::new(TEXT);
        let zone = fixture.at(Point::new(-400.0, 30.0));
        assert_eq!((zone.place, &*zone.label), (Place::Loose(ScopeId(0)), "Not connected yet"));
    }

    #[test]
    fn inside_of_a_container_there_is_always_a_place_in_it() {
        for direction in [Direction::Down, Direction::Right] {
            let document = Document::parse(TEXT);
            let scene = Scene::new(&document, SceneOptions { direction, ..SceneOptions::default() });
            let both = scene.nodes.iter().find(|node| &*node.name == "Both").unwrap();
            let inner = both.rect.expanded(-2.0);
            for step in 0..400 {
                let (x, y) = (f64::from(step % 20) / 19.0, f64::from(step / 20) / 19.0);
                let point = Point::new(inner.x + inner.width * x, inner.y + 46.0 + (inner.height - 46.0) * y);
                let zone = scene.drop_zone_at(&document, &[], point, 10.0).unwrap();
                let owner = match zone.place {
                    Place::Start(scope) | Place::Loose(scope) => document.scope(scope).unwrap().owner(),
                    Place::On { from: state, .. } | Place::Before(state) | Place::InPlaceOf(state) => {
                        document.state(state).unwrap().scope().owner()
                    }
                    Place::NewBranch(state) => document.state(state),
                };
                assert_eq!(owner.map(|owner| owner.name()), Some("Both"), "{direction:?} {point:?} {zone:?}");
            }
        }
    }

    #[test]
    fn what_is_dragged_is_no_place() {
        let fixture = Fixture::new(TEXT);
        let state = fixture.document.state_named("L").unwrap().id();
        let over = fixture.rect("L").center();
        assert_eq!(fixture.scene.drop_zone_at(&fixture.document, &[state], over, 20.0), None);
    }
}
