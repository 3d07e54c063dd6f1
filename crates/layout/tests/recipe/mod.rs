//! Graphs made from numbers.

use layout::{Edge, EdgeKind, Graph, Node, NodeKind, Scope, Size, Target};

/// A recipe for a graph: numbers from which nodes, scopes and edges follow.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// For each node: its size, how many scopes it has inside, and which scope it goes to.
    pub nodes: Vec<(u8, u8, u16)>,
    /// Source, target, kind and label width.
    pub edges: Vec<(u16, u16, u8, u8)>,
    /// For each scope, its start.
    pub starts: Vec<u16>,
}

/// Builds the graph of a recipe.
pub fn graph_of(recipe: &Recipe) -> Graph {
    let mut graph = Graph { nodes: Vec::new(), scopes: vec![Scope::default()] };
    for (at, &(size, children, scope)) in recipe.nodes.iter().enumerate() {
        let scope = usize::from(scope) % graph.scopes.len();
        let size = Size::new(60.0 + f64::from(size % 16) * 12.0, 30.0 + f64::from(size / 16) * 5.0);
        let kind = match children % 12 {
            few @ 1..=3 => {
                let first = graph.scopes.len();
                graph.scopes.resize(first + usize::from(few), Scope::default());
                NodeKind::Container((first..graph.scopes.len()).collect())
            }
            _ => NodeKind::Plain,
        };
        graph.scopes[scope].nodes.push(at);
        graph.nodes.push(Node { key: at as u32, label: format!("State {at}"), size, kind, order: None });
    }
    let scope_of: Vec<usize> = (0..graph.nodes.len())
        .map(|node| {
            graph.scopes.iter().position(|s| s.nodes.contains(&node)).expect("every node has a scope")
        })
        .collect();
    for &(from, to, kind, label) in &recipe.edges {
        if graph.nodes.is_empty() {
            break;
        }
        let from = usize::from(from) % graph.nodes.len();
        let scope = &mut graph.scopes[scope_of[from]];
        // Mostly forward, sometimes anywhere, sometimes nowhere.
        let place = scope.nodes.iter().position(|&node| node == from).expect("it is in its scope");
        let to = match to % 16 {
            0 => Target::End,
            1 => Target::Missing(format!("Nowhere {}", to / 16 % 3)),
            2..=5 => Target::Node(scope.nodes[usize::from(to) % scope.nodes.len()]),
            ahead => Target::Node(scope.nodes[(place + usize::from(ahead) - 5).min(scope.nodes.len() - 1)]),
        };
        let kind =
            [EdgeKind::Next, EdgeKind::Choice, EdgeKind::Default, EdgeKind::Catch][usize::from(kind % 4)];
        let label = (label % 3 == 0).then(|| Size::new(20.0 + f64::from(label), 20.0));
        scope.edges.push(Edge { from, to, kind, label });
    }
    for (at, scope) in graph.scopes.iter_mut().enumerate() {
        let start = recipe.starts.get(at).copied().unwrap_or_default();
        scope.start = match start % 8 {
            0 => None,
            1 => Some(Target::Missing("Nothing".to_owned())),
            _ => scope.nodes.get(usize::from(start / 64)).or(scope.nodes.first()).map(|&n| Target::Node(n)),
        };
    }
    graph
}

/// The same graph with its nodes and scopes' lists in another order; `permutation[old]` is the new index.
pub fn permuted(graph: &Graph, permutation: &[usize]) -> Graph {
    let mut nodes: Vec<Option<Node>> = vec![None; graph.nodes.len()];
    for (node, &to) in graph.nodes.iter().zip(permutation) {
        nodes[to] = Some(node.clone());
    }
    let target = |target: &Target| match target {
        Target::Node(node) => Target::Node(permutation[*node]),
        other => other.clone(),
    };
    let scopes = graph.scopes.iter().map(|scope| {
        let mut nodes: Vec<usize> = scope.nodes.iter().map(|&node| permutation[node]).collect();
        nodes.sort_unstable();
        let mut edges: Vec<Edge> = scope
            .edges
            .iter()
            .map(|edge| Edge { from: permutation[edge.from], to: target(&edge.to), ..edge.clone() })
            .collect();
        // A stable sort keeps the document order of those from one node.
        edges.sort_by_key(|edge| edge.from);
        Scope { nodes, start: scope.start.as_ref().map(target), edges }
    });
    Graph { scopes: scopes.collect(), nodes: nodes.into_iter().map(|n| n.expect("a permutation")).collect() }
}
