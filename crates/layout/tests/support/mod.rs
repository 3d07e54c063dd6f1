//! What must hold for every layout.

use layout::{
    Direction, EdgeEnd, EdgeSource, Geometry, Graph, MarkerKind, NodeKind, Options, Point, Rect, Size, Target,
};

/// Coordinates are exact to this many pixels.
const EXACT: f64 = 1e-6;

/// Checks everything that a layout promises; panics with what is wrong.
pub fn check(graph: &Graph, geometry: &Geometry, options: &Options) {
    assert_eq!(geometry.nodes.len(), graph.nodes.len());
    assert_eq!(geometry.scopes.len(), graph.scopes.len());
    check_placement(graph, geometry);
    check_overlaps(geometry);
    check_edges(graph, geometry, options);
    check_labels(graph, geometry);
    check_order(geometry);
}

fn check_placement(graph: &Graph, geometry: &Geometry) {
    let bounds = geometry.bounds.expanded(EXACT);
    for (at, (node, place)) in graph.nodes.iter().zip(&geometry.nodes).enumerate() {
        assert!(place.placed, "node {at} is placed");
        assert!(place.rect.width >= node.size.width - EXACT && place.rect.height >= node.size.height - EXACT);
        let frame = geometry.scopes[place.scope].frame;
        assert!(frame.expanded(EXACT).encloses(&place.rect), "node {at} is inside its scope");
        if let NodeKind::Container(children) = &node.kind {
            let frames: Vec<Rect> = children.iter().map(|&child| geometry.scopes[child].frame).collect();
            for (frame, &child) in frames.iter().zip(children) {
                assert_eq!(geometry.scopes[child].container, Some(at));
                assert!(place.rect.expanded(EXACT).encloses(frame), "scope {child} is inside its container");
            }
            for pair in frames.windows(2) {
                let in_order = match geometry.direction {
                    Direction::Down => pair[0].right() <= pair[1].x + EXACT,
                    Direction::Right => pair[0].bottom() <= pair[1].y + EXACT,
                };
                assert!(in_order, "the scopes of node {at} are side by side in order");
            }
        }
    }
    for scope in &geometry.scopes {
        assert!(scope.placed && bounds.encloses(&scope.frame));
    }
}

/// The boxes of a scope, with a name for messages.
fn boxes(geometry: &Geometry) -> Vec<(usize, String, Rect)> {
    let nodes = geometry.nodes.iter().enumerate().map(|(at, n)| (n.scope, format!("node {at}"), n.rect));
    let markers = geometry.markers.iter().map(|m| (m.scope, format!("{:?}", m.kind), m.rect));
    let stubs = geometry.stubs.iter().map(|s| (s.scope, format!("stub {}", s.name), s.rect));
    nodes.chain(markers).chain(stubs).collect()
}

fn check_overlaps(geometry: &Geometry) {
    let mut boxes = boxes(geometry);
    let labels = geometry.edges.iter().enumerate();
    boxes.extend(labels.filter_map(|(at, edge)| Some((edge.scope, format!("label {at}"), edge.label?))));
    boxes.sort_by_key(|b| b.0);
    for scope in boxes.chunk_by(|a, b| a.0 == b.0) {
        for (at, (_, name, rect)) in scope.iter().enumerate() {
            for (_, other_name, other) in &scope[at + 1..] {
                assert!(!rect.expanded(-EXACT).overlaps(other), "{name} {rect:?} and {other_name} {other:?}");
            }
        }
    }
}

fn on_border(rect: &Rect, p: Point) -> bool {
    let inside = rect.expanded(EXACT).contains(p);
    let at_edge = [p.x - rect.x, p.x - rect.right(), p.y - rect.y, p.y - rect.bottom()];
    inside && at_edge.iter().any(|d| d.abs() < EXACT)
}

fn check_edges(graph: &Graph, geometry: &Geometry, options: &Options) {
    let boxes = boxes(geometry);
    for edge in &geometry.edges {
        let what = format!("edge {:?} of scope {}: {:?}", edge.source, edge.scope, edge.points);
        assert!(edge.points.len() >= 2, "{what} has points");
        let (first, last) = (edge.points[0], edge.points[edge.points.len() - 1]);
        let marker = |kind| geometry.markers.iter().find(|m| m.scope == edge.scope && m.kind == kind);
        let from = match edge.from {
            Some(node) => geometry.nodes[node].rect,
            None => marker(MarkerKind::Start).expect("edges from a marker have one").rect,
        };
        let to = match edge.to {
            EdgeEnd::Node(node) => geometry.nodes[node].rect,
            EdgeEnd::Stub(stub) => geometry.stubs[stub].rect,
            EdgeEnd::End => marker(MarkerKind::End).expect("edges to the end have a marker").rect,
        };
        assert!(on_border(&from, first), "{what} begins at its source {from:?}");
        assert!(on_border(&to, last), "{what} ends at its target {to:?}");
        let frame = geometry.scopes[edge.scope].frame.expanded(EXACT);
        assert!(edge.points.iter().all(|&p| frame.contains(p)), "{what} stays in its scope {frame:?}");
        for pair in edge.points.windows(2) {
            assert!(pair[0].x == pair[1].x || pair[0].y == pair[1].y, "{what} has right angles");
            assert!(pair[0] != pair[1], "{what} has no empty segments");
            let segment =
                Rect::new(pair[0].x, pair[0].y, 0.0, 0.0).union(&Rect::new(pair[1].x, pair[1].y, 0.0, 0.0));
            for (_, name, rect) in boxes.iter().filter(|b| b.0 == edge.scope) {
                assert!(!rect.expanded(-EXACT).overlaps(&segment), "{what} passes through {name} {rect:?}");
            }
        }
    }
    check_ports(geometry);
    // Every edge is there, but for those to markers that nested scopes do not have.
    let mut expected: Vec<(usize, EdgeSource)> = Vec::new();
    for (at, scope) in graph.scopes.iter().enumerate() {
        let markers = at == 0 || options.nested_marker_size.is_some();
        if markers && (scope.start.is_some() || scope.nodes.is_empty()) {
            expected.push((at, EdgeSource::Start));
        }
        let drawn = scope.edges.iter().enumerate().filter(|(_, e)| markers || e.to != Target::End);
        expected.extend(drawn.map(|(index, _)| (at, EdgeSource::Edge(index))));
    }
    let mut found: Vec<(usize, EdgeSource)> = geometry.edges.iter().map(|e| (e.scope, e.source)).collect();
    found.sort();
    expected.sort();
    assert_eq!(found, expected);
}

/// No two edges leave a node at the same place.
fn check_ports(geometry: &Geometry) {
    let mut ports: Vec<(usize, Point)> =
        geometry.edges.iter().filter_map(|edge| Some((edge.from?, edge.points[0]))).collect();
    ports.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.x.total_cmp(&b.1.x)).then(a.1.y.total_cmp(&b.1.y)));
    for pair in ports.windows(2) {
        assert!(pair[0] != pair[1], "two edges leave node {} at {:?}", pair[0].0, pair[0].1);
    }
}

fn check_labels(graph: &Graph, geometry: &Geometry) {
    for edge in &geometry.edges {
        let EdgeSource::Edge(index) = edge.source else { continue };
        let given = graph.scopes[edge.scope].edges[index].label;
        assert_eq!(edge.label.map(|l| Size::new(l.width, l.height)), given);
        if let Some(label) = edge.label {
            assert!(geometry.scopes[edge.scope].frame.expanded(EXACT).encloses(&label));
        }
    }
}

/// Edges that are not backward lead along the flow; every node is read once.
fn check_order(geometry: &Geometry) {
    for edge in geometry.edges.iter().filter(|edge| !edge.backward) {
        let (Some(from), EdgeEnd::Node(to)) = (edge.from, edge.to) else { continue };
        let (a, b) = (geometry.nodes[from].rect, geometry.nodes[to].rect);
        let along = match geometry.direction {
            Direction::Down => a.bottom() <= b.y,
            Direction::Right => a.right() <= b.x,
        };
        assert!(along, "node {from} comes before node {to}");
    }
    let mut order = geometry.reading_order.clone();
    order.sort_unstable();
    assert_eq!(order, (0..geometry.nodes.len()).collect::<Vec<_>>());
}
