//! Made-up state machines of any size.

use layout::{Edge, EdgeKind, Graph, Node, NodeKind, Scope, Size, Target};

/// A stream of numbers that is always the same.
pub struct Numbers(pub u64);

impl Numbers {
    /// The next number below `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// A machine with `count` states in one scope: a main way with choices that go a few states ahead or back, and
/// handlers for errors.
pub fn flat(count: usize) -> Graph {
    let mut graph = Graph { nodes: Vec::new(), scopes: vec![Scope::default()] };
    let mut numbers = Numbers(7);
    fill(&mut graph, 0, count, &mut numbers);
    graph
}

/// A machine with about `count` states in scopes of 20, nested three deep.
pub fn nested(count: usize) -> Graph {
    let mut graph = Graph { nodes: Vec::new(), scopes: vec![Scope::default()] };
    let mut numbers = Numbers(11);
    let mut waiting = std::collections::VecDeque::from([(0usize, 0u32)]);
    while let Some((scope, depth)) = waiting.pop_front() {
        fill(&mut graph, scope, if depth == 0 { (count / 60).max(20) } else { 20 }, &mut numbers);
        if depth == 3 || graph.nodes.len() >= count {
            continue;
        }
        for at in 0..graph.scopes[scope].nodes.len() {
            let node = graph.scopes[scope].nodes[at];
            if graph.nodes.len() + waiting.len() * 20 < count
                && numbers.below(if depth == 0 { 2 } else { 6 }) == 0
            {
                let first = graph.scopes.len();
                graph.scopes.resize(first + 1 + numbers.below(3), Scope::default());
                let children: Vec<usize> = (first..graph.scopes.len()).collect();
                waiting.extend(children.iter().map(|&child| (child, depth + 1)));
                graph.nodes[node].kind = NodeKind::Container(children);
            }
        }
    }
    graph
}

fn fill(graph: &mut Graph, scope: usize, count: usize, numbers: &mut Numbers) {
    let first = graph.nodes.len();
    for at in first..first + count {
        let size = Size::new(140.0 + numbers.below(80) as f64, 56.0);
        graph.nodes.push(Node {
            key: at as u32,
            label: format!("State {at:06}"),
            size,
            kind: NodeKind::Plain,
            order: None,
        });
    }
    let last = first + count - 1;
    let scope = &mut graph.scopes[scope];
    scope.nodes = (first..=last).collect();
    scope.start = Some(Target::Node(first));
    for from in first..=last {
        let mut add = |to: Target, kind: EdgeKind, label: Option<Size>| {
            scope.edges.push(Edge { from, to, kind, label });
        };
        let ahead = |by: usize| if from + by > last { Target::End } else { Target::Node(from + by) };
        let label = |width: usize| Some(Size::new(40.0 + width as f64, 22.0));
        match numbers.below(9) {
            0..=5 => add(ahead(1), EdgeKind::Next, None),
            6 => {
                for _ in 0..1 + numbers.below(3) {
                    let by = 1 + numbers.below(8);
                    add(ahead(by), EdgeKind::Choice, label(numbers.below(100)));
                }
                add(ahead(1), EdgeKind::Default, label(15));
            }
            7 => {
                add(
                    Target::Node(from - numbers.below(6).min(from - first)),
                    EdgeKind::Choice,
                    label(numbers.below(100)),
                );
                add(ahead(1), EdgeKind::Default, label(15));
            }
            _ => {
                add(ahead(1), EdgeKind::Next, None);
                add(Target::Node((from + 10 - from % 10).min(last)), EdgeKind::Catch, None);
            }
        }
    }
}
