//! Places in a layer that were given by hand.

use layout::{Edge, EdgeKind, Graph, Node, NodeKind, Options, Scope, Size, Target, layout};

/// A fork into `count` nodes that lead to nodes of their own, which all lead on to the last one.
fn fork(count: usize, orders: &[Option<u32>]) -> Graph {
    let total = 2 + 2 * count;
    let node = |at: usize| Node {
        key: at as u32,
        label: format!("State {at}"),
        size: Size::new(120.0, 50.0),
        kind: NodeKind::Plain,
        order: orders.get(at).copied().flatten(),
    };
    let edge = |from, to, kind| Edge { from, to: Target::Node(to), kind, label: Some(Size::new(40.0, 18.0)) };
    let mut edges = Vec::new();
    for at in 1..=count {
        edges.push(edge(0, at, EdgeKind::Choice));
        edges.push(edge(at, at + count, EdgeKind::Next));
        edges.push(edge(at + count, total - 1, EdgeKind::Next));
    }
    let scope = Scope { nodes: (0..total).collect(), start: Some(Target::Node(0)), edges };
    Graph { nodes: (0..total).map(node).collect(), scopes: vec![scope] }
}

/// The nodes of a list from left to right.
fn from_left(graph: &Graph, nodes: std::ops::RangeInclusive<usize>) -> Vec<usize> {
    let geometry = layout(graph, &Options::default());
    let mut nodes: Vec<usize> = nodes.collect();
    nodes.sort_by(|a, b| geometry.nodes[*a].rect.x.total_cmp(&geometry.nodes[*b].rect.x));
    nodes
}

#[test]
fn without_places_branches_come_in_document_order() {
    assert_eq!(from_left(&fork(4, &[]), 1..=4), [1, 2, 3, 4]);
}

#[test]
fn places_given_by_hand_decide_and_what_follows_comes_along() {
    let graph = fork(4, &[None, Some(3), Some(2), Some(1), Some(0)]);
    assert_eq!(from_left(&graph, 1..=4), [4, 3, 2, 1]);
    assert_eq!(from_left(&graph, 5..=8), [8, 7, 6, 5]);
}

#[test]
fn what_has_no_place_stays() {
    let graph = fork(4, &[None, None, Some(1), None, Some(0)]);
    assert_eq!(from_left(&graph, 1..=4), [1, 4, 3, 2]);
}

#[test]
fn a_place_counts_even_where_lines_cross() {
    let mut orders = vec![None; 10];
    (orders[1], orders[2], orders[5], orders[6]) = (Some(0), Some(1), Some(3), Some(2));
    let graph = fork(4, &orders);
    let upper = from_left(&graph, 1..=4);
    let lower = from_left(&graph, 5..=8);
    let place = |list: &[usize], node| list.iter().position(|at| *at == node);
    assert!(place(&upper, 1) < place(&upper, 2), "{upper:?}");
    assert!(place(&lower, 6) < place(&lower, 5), "{lower:?}");
}
