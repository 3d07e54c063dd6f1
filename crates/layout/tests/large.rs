//! Layouts of large machines keep their promises, and a small edit moves little.

mod machines;
mod support;

use layout::{
    Direction, Edge, EdgeKind, Graph, Heading, Hit, Index, Node, NodeKind, Options, Rect, Size, Target,
};
use layout::{layout, nearest_in_direction};

#[test]
fn large_machines_are_laid_out_soundly() {
    for graph in [machines::flat(600), machines::nested(800)] {
        for direction in [Direction::Down, Direction::Right] {
            let options = Options { direction, ..Options::default() };
            support::check(&graph, &layout(&graph, &options), &options);
        }
    }
}

#[test]
fn what_is_in_view_is_found() {
    let geometry = layout(&machines::nested(800), &Options::default());
    let index = Index::new(&geometry);
    let view = Rect::new(geometry.bounds.width / 3.0, geometry.bounds.height / 2.0, 1400.0, 900.0);
    let visible = index.visible(&geometry, &view);
    let expected: Vec<usize> =
        (0..geometry.nodes.len()).filter(|&at| geometry.nodes[at].rect.overlaps(&view)).collect();
    assert_eq!(visible.nodes, expected);
    assert!(!visible.nodes.is_empty() && visible.nodes.len() < geometry.nodes.len() / 4);
    let crosses = |edge: &layout::EdgeGeometry| {
        edge.points.windows(2).any(|pair| {
            let at = |p: layout::Point| Rect::new(p.x, p.y, 0.0, 0.0);
            at(pair[0]).union(&at(pair[1])).overlaps(&view)
        })
    };
    for (at, edge) in geometry.edges.iter().enumerate().filter(|(_, edge)| crosses(edge)) {
        assert!(visible.edges.contains(&at), "edge {at} {:?}", edge.points);
    }
    let everything = index.visible(&geometry, &geometry.bounds);
    assert_eq!(everything.nodes.len(), geometry.nodes.len());
    assert_eq!(everything.edges.len(), geometry.edges.len());
}

#[test]
fn the_innermost_thing_is_hit() {
    let graph = machines::nested(300);
    let geometry = layout(&graph, &Options::default());
    let index = Index::new(&geometry);
    for (at, node) in geometry.nodes.iter().enumerate() {
        let in_header = layout::Point::new(node.rect.center().x, node.rect.y + 4.0);
        assert_eq!(index.hit(&geometry, in_header, 4.0), Some(Hit::Node(at)));
    }
    for (at, edge) in geometry.edges.iter().enumerate() {
        if let Some(label) = edge.label {
            assert_eq!(index.hit(&geometry, label.center(), 4.0), Some(Hit::Label(at)));
        }
    }
    assert_eq!(index.hit(&geometry, layout::Point::new(1.0, 1.0), 4.0), None);
}

#[test]
fn arrow_keys_follow_the_flow() {
    let graph = chain(&["A", "B", "C"]);
    let geometry = layout(&graph, &Options::default());
    assert_eq!(nearest_in_direction(&geometry, 0, Heading::Down), Some(1));
    assert_eq!(nearest_in_direction(&geometry, 2, Heading::Up), Some(1));
    assert_eq!(nearest_in_direction(&geometry, 2, Heading::Down), None);
    assert_eq!(nearest_in_direction(&geometry, 1, Heading::Left), None);
    assert_eq!(nearest_in_direction(&geometry, 9, Heading::Left), None);
}

#[test]
fn a_state_added_at_the_end_moves_nothing_else() {
    let before = chain(&["A", "B", "C", "D"]);
    let after = chain(&["A", "B", "C", "D", "E"]);
    let (a, b) = (layout(&before, &Options::default()), layout(&after, &Options::default()));
    for at in 0..4 {
        assert_eq!(a.nodes[at].rect, b.nodes[at].rect);
    }
}

#[test]
fn a_state_added_in_the_middle_only_shifts_what_follows() {
    // A choice with a way back after C, and a handler for all errors beside.
    let build = |names: &[&str], check: usize| {
        let mut graph = chain(names);
        let handler = names.len();
        graph.nodes.push(Node { key: 99, label: "Handler".to_owned(), ..graph.nodes[0].clone() });
        graph.scopes[0].nodes.push(handler);
        let to_handler = |from| Edge { from, to: Target::Node(handler), kind: EdgeKind::Catch, label: None };
        let catches: Vec<Edge> = (0..check).map(to_handler).collect();
        graph.scopes[0].edges.extend(catches);
        let label = Some(Size::new(80.0, 22.0));
        graph.scopes[0].edges.push(Edge { from: check, to: Target::Node(1), kind: EdgeKind::Choice, label });
        let end = Edge { from: handler, to: Target::End, kind: EdgeKind::Next, label: None };
        graph.scopes[0].edges.push(end);
        layout(&graph, &Options::default())
    };
    let before = build(&["A", "B", "C", "Check", "D"], 3);
    let after = build(&["A", "B", "New", "C", "Check", "D"], 4);
    let shift = after.nodes[3].rect.y - before.nodes[2].rect.y;
    assert!(shift > 0.0);
    for (old, new, expected) in
        [(0, 0, 0.0), (1, 1, 0.0), (2, 3, shift), (3, 4, shift), (4, 5, shift), (5, 6, shift)]
    {
        let (a, b) = (before.nodes[old].rect, after.nodes[new].rect);
        assert_eq!((a.x, a.y + expected), (b.x, b.y), "node {old}");
    }
}

#[test]
fn a_renamed_state_leaves_the_rest_in_place() {
    let before = machines::flat(60);
    let mut after = before.clone();
    after.nodes[30].label = "Another name".to_owned();
    assert_eq!(layout(&before, &Options::default()), layout(&after, &Options::default()));
}

#[test]
fn the_main_way_is_straight() {
    let mut graph = chain(&["A", "B", "C", "D", "Handler"]);
    let end = graph.scopes[0].edges.iter().position(|e| e.from == 3).expect("D leads on");
    graph.scopes[0].edges[end].to = Target::End;
    for from in 0..4 {
        graph.scopes[0].edges.push(Edge { from, to: Target::Node(4), kind: EdgeKind::Catch, label: None });
    }
    let geometry = layout(&graph, &Options::default());
    let main = geometry.nodes[0].rect.center().x;
    assert!((0..4).all(|at| geometry.nodes[at].rect.center().x == main));
    assert!(geometry.nodes[4].rect.x > main, "the handler is beside the main way");
    assert!(geometry.markers.iter().all(|m| m.rect.center().x == main));
    for edge in geometry.edges.iter().filter(|e| e.kind == EdgeKind::Catch) {
        let node = geometry.nodes[edge.from.expect("catches leave nodes")].rect;
        assert_eq!(edge.points[0].x, node.right(), "catches leave at the side");
    }
}

fn chain(names: &[&str]) -> Graph {
    let node = |(key, name): (usize, &&str)| Node {
        key: key as u32,
        label: (*name).to_owned(),
        size: Size::new(160.0, 56.0),
        kind: NodeKind::Plain,
        order: None,
    };
    let to = |at: usize| if at + 1 < names.len() { Target::Node(at + 1) } else { Target::End };
    let edges = (0..names.len()).map(|from| Edge { from, to: to(from), kind: EdgeKind::Next, label: None });
    Graph {
        nodes: names.iter().enumerate().map(node).collect(),
        scopes: vec![layout::Scope {
            nodes: (0..names.len()).collect(),
            start: Some(Target::Node(0)),
            edges: edges.collect(),
        }],
    }
}
