//! Graphs that nobody draws by hand: the layout stays sound, and does not recurse, panic or take for ever.

mod machines;
mod support;

use layout::{Edge, EdgeKind, Graph, Node, NodeKind, Options, Scope, Size, Target, layout};
use machines::Numbers;

fn plain(count: usize) -> Graph {
    let node = |key: usize| Node {
        key: key as u32,
        label: format!("State {key:05}"),
        size: Size::new(120.0, 50.0),
        kind: NodeKind::Plain,
        order: None,
    };
    let scope = Scope { nodes: (0..count).collect(), start: Some(Target::Node(0)), edges: Vec::new() };
    Graph { nodes: (0..count).map(node).collect(), scopes: vec![scope] }
}

fn edge(from: usize, to: Target, kind: EdgeKind) -> Edge {
    Edge { from, to, kind, label: None }
}

fn check(graph: &Graph) {
    let options = Options::default();
    support::check(graph, &layout(graph, &options), &options);
}

#[test]
fn an_empty_graph_is_empty() {
    assert!(layout(&Graph::default(), &Options::default()).bounds.width == 0.0);
    check(&plain(0));
}

#[test]
fn nesting_may_be_thousands_deep() {
    let depth = 4_000;
    let mut graph = plain(depth);
    graph.scopes = (0..=depth)
        .map(|at| Scope {
            nodes: (at < depth).then_some(at).into_iter().collect(),
            start: (at < depth).then_some(Target::Node(at)),
            edges: Vec::new(),
        })
        .collect();
    for at in 0..depth {
        graph.nodes[at].kind = NodeKind::Container(vec![at + 1]);
    }
    let geometry = layout(&graph, &Options::default());
    for at in 1..depth {
        assert!(geometry.nodes[at - 1].rect.encloses(&geometry.nodes[at].rect));
    }
    assert_eq!(geometry.reading_order, (0..depth).collect::<Vec<_>>());
}

#[test]
fn everything_may_fail_into_one_handler() {
    let count = 1_500;
    let mut graph = plain(count);
    for at in 0..count - 1 {
        graph.scopes[0].edges.push(edge(at, Target::Node(at + 1), EdgeKind::Next));
        graph.scopes[0].edges.push(edge(at, Target::Node(count - 1), EdgeKind::Catch));
    }
    graph.scopes[0].edges.push(edge(count - 1, Target::End, EdgeKind::Next));
    let geometry = layout(&graph, &Options::default());
    // They share a lane, so the drawing is no wider for it.
    assert!(geometry.bounds.width < 500.0, "{:?}", geometry.bounds);
}

#[test]
fn very_many_long_edges_share_a_way() {
    let count = 600;
    let mut graph = plain(count);
    let mut numbers = Numbers(3);
    for at in 0..count - 1 {
        graph.scopes[0].edges.push(edge(at, Target::Node(at + 1), EdgeKind::Default));
        for _ in 0..3 {
            graph.scopes[0].edges.push(edge(at, Target::Node(numbers.below(count)), EdgeKind::Choice));
        }
    }
    check(&graph);
}

#[test]
fn a_choice_may_have_hundreds_of_rules() {
    let count = 400;
    let mut graph = plain(count);
    for at in 1..count {
        let mut rule = edge(0, Target::Node(at), EdgeKind::Choice);
        rule.label = Some(Size::new(90.0, 20.0));
        graph.scopes[0].edges.push(rule);
        graph.scopes[0].edges.push(edge(at, Target::End, EdgeKind::Next));
    }
    check(&graph);
}

#[test]
fn unreachable_nodes_go_in_rows_below() {
    let mut graph = plain(40);
    graph.scopes[0].edges.push(edge(0, Target::Node(1), EdgeKind::Next));
    graph.scopes[0].edges.push(edge(5, Target::Node(1), EdgeKind::Next));
    check(&graph);
    let geometry = layout(&graph, &Options::default());
    let lowest_reachable = geometry.nodes[1].rect.bottom();
    assert!(geometry.nodes.iter().filter(|n| !n.reachable).all(|n| n.rect.y > lowest_reachable));
    assert_eq!(geometry.nodes.iter().filter(|n| n.reachable).count(), 2);
    assert!(geometry.bounds.width < 1_200.0);
}

#[test]
fn contradictions_are_tolerated() {
    let mut graph = plain(6);
    graph.scopes.push(Scope { nodes: vec![2, 0, 99], start: Some(Target::Node(77)), edges: Vec::new() });
    graph.scopes[0].nodes = vec![0, 0, 1, 50];
    graph.scopes[0].edges = vec![
        edge(0, Target::Node(2), EdgeKind::Next),
        edge(0, Target::Node(88), EdgeKind::Next),
        edge(3, Target::End, EdgeKind::Next),
        edge(1, Target::Node(1), EdgeKind::Next),
    ];
    graph.nodes[0].kind = NodeKind::Container(vec![1, 0, 1, 44]);
    graph.nodes[1].size = Size::new(f64::NAN, f64::INFINITY);
    let geometry = layout(&graph, &Options::default());
    let placed: Vec<bool> = geometry.nodes.iter().map(|n| n.placed).collect();
    assert_eq!(placed, [true, true, true, false, false, false]);
    let all_finite = |r: &layout::Rect| [r.x, r.y, r.width, r.height].iter().all(|v| v.is_finite());
    assert!(geometry.nodes.iter().all(|n| all_finite(&n.rect)));
    assert_eq!(geometry.stubs.len(), 1, "a node of another scope is as good as missing");
}

#[test]
fn senseless_distances_are_tolerated() {
    let mut options =
        Options { node_gap: f64::NAN, layer_gap: -5.0, lane_gap: f64::INFINITY, ..Options::default() };
    options.stub_size = Size::new(f64::NAN, -1.0);
    for graph in [machines::flat(50), machines::nested(200)] {
        let geometry = layout(&graph, &options);
        assert!(geometry.bounds.width.is_finite() && geometry.bounds.height.is_finite());
    }
}
