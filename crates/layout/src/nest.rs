//! Scopes in containers in scopes: each scope is drawn by itself, the innermost first.

use crate::sorting::sort_indices;
use std::collections::BTreeMap;

use crate::geometry::{
    EdgeEnd, EdgeGeometry, EdgeSource, Geometry, Marker, MarkerKind, NodeGeometry, Point, Rect,
    ScopeGeometry, Size, Stub,
};
use crate::graph::{EdgeKind, Graph, NodeKind, Target};
use crate::layered::{Vertex, Wire, draw};
use crate::options::{Direction, Options};

/// Computes where everything in a graph goes.
///
/// The result depends on nothing but the arguments, and not on the order in which nodes are listed.
/// The work is bounded: a graph with very many nodes or very long edges gets less refinement, and nesting may be
/// as deep as it likes.
pub fn layout(graph: &Graph, options: &Options) -> Geometry {
    let options = options.sane();
    let tree = Tree::new(graph);
    let mut drawn: Vec<Option<DrawnScope>> = (0..graph.scopes.len()).map(|_| None).collect();
    let mut containers: Vec<Option<Container>> = (0..graph.nodes.len()).map(|_| None).collect();
    let mut sizes: Vec<Size> = graph.nodes.iter().map(|node| node.size.sane()).collect();
    // Parents come before children in the tree's order, so that the reverse meets children first.
    for &scope in tree.scopes.iter().rev() {
        for &node in &tree.members[scope] {
            let children = &tree.children[node];
            if !children.is_empty() {
                let inner: Vec<Size> = children
                    .iter()
                    .map(|&child| drawn[child].as_ref().map(|d| d.size).unwrap_or_default())
                    .collect();
                let container = Container::new(sizes[node], &inner, &options);
                sizes[node] = container.size;
                containers[node] = Some(container);
            }
        }
        let problem = ScopeProblem::new(graph, &tree, scope, &sizes, &options);
        drawn[scope] = Some(problem.draw(&options));
    }
    assemble(graph, &tree, &drawn, &containers, &options)
}

/// Which scope and container everything belongs to, cleared of contradictions.
struct Tree {
    /// Placed scopes, parents before children.
    scopes: Vec<usize>,
    /// For each scope.
    members: Vec<Vec<usize>>,
    container: Vec<Option<usize>>,
    depth: Vec<u32>,
    /// For each node.
    children: Vec<Vec<usize>>,
    scope_of: Vec<Option<usize>>,
}

impl Tree {
    fn new(graph: &Graph) -> Tree {
        let (node_count, scope_count) = (graph.nodes.len(), graph.scopes.len());
        let mut tree = Tree {
            scopes: Vec::new(),
            members: vec![Vec::new(); scope_count],
            container: vec![None; scope_count],
            depth: vec![0; scope_count],
            children: vec![Vec::new(); node_count],
            scope_of: vec![None; node_count],
        };
        let mut seen = vec![false; scope_count];
        let mut waiting: Vec<usize> = Vec::new();
        if let Some(root) = seen.first_mut() {
            *root = true;
            waiting.push(0);
        }
        while let Some(scope) = waiting.pop() {
            tree.scopes.push(scope);
            for &node in &graph.scopes[scope].nodes {
                if node >= node_count || tree.scope_of[node].is_some() {
                    continue;
                }
                tree.scope_of[node] = Some(scope);
                tree.members[scope].push(node);
                let NodeKind::Container(children) = &graph.nodes[node].kind else { continue };
                for &child in children {
                    if child < scope_count && !std::mem::replace(&mut seen[child], true) {
                        tree.container[child] = Some(node);
                        tree.depth[child] = tree.depth[scope].saturating_add(1);
                        tree.children[node].push(child);
                        waiting.push(child);
                    }
                }
            }
        }
        tree
    }
}

/// The inside of a container.
struct Container {
    size: Size,
    /// The frame of each child scope, relative to the container.
    frames: Vec<Rect>,
}

impl Container {
    fn new(least: Size, inner: &[Size], options: &Options) -> Container {
        let (pad, header) = (options.container_padding, options.header_height);
        let tallest = inner.iter().map(|s| s.height).fold(0.0, f64::max);
        let widest = inner.iter().map(|s| s.width).fold(0.0, f64::max);
        let gaps = pad * inner.len().saturating_sub(1) as f64;
        let stacked = options.direction == Direction::Right;
        let content = if stacked {
            Size::new(widest, inner.iter().map(|s| s.height).sum::<f64>() + gaps)
        } else {
            Size::new(inner.iter().map(|s| s.width).sum::<f64>() + gaps, tallest)
        };
        let size = Size::new(
            least.width.max(content.width + 2.0 * pad),
            least.height.max(header + content.height + pad),
        );
        let mut at = Point::new((size.width - content.width) / 2.0, header);
        if stacked {
            at.x = pad;
        }
        let mut frames = Vec::with_capacity(inner.len());
        for inner in inner {
            let frame = if stacked {
                Rect::new(at.x, at.y, size.width - 2.0 * pad, inner.height)
            } else {
                Rect::new(at.x, at.y, inner.width, size.height - header - pad)
            };
            frames.push(frame);
            if stacked {
                at.y += inner.height + pad;
            } else {
                at.x += inner.width + pad;
            }
        }
        Container { size, frames }
    }
}

/// A scope drawn by itself, in its own coordinates.
struct DrawnScope {
    /// With padding.
    size: Size,
    nodes: Vec<(usize, Rect)>,
    reachable: Vec<bool>,
    markers: Vec<(MarkerKind, Rect)>,
    stubs: Vec<(String, Rect)>,
    edges: Vec<DrawnEdge>,
}

struct DrawnEdge {
    source: EdgeSource,
    kind: EdgeKind,
    from: Option<usize>,
    /// As in the result, but with stubs counted in the scope.
    to: EdgeEnd,
    points: Vec<Point>,
    label: Option<Rect>,
    backward: bool,
}

/// What a vertex of the drawing stands for.
#[derive(Clone, Debug)]
enum Meaning {
    Start,
    Node(usize),
    Stub(String),
    End,
}

/// A scope as vertices and wires in canonical order.
struct ScopeProblem {
    meanings: Vec<Meaning>,
    vertices: Vec<Vertex>,
    wires: Vec<Wire>,
    /// For each wire.
    sources: Vec<(EdgeSource, EdgeKind)>,
    padding: f64,
    empty_size: Size,
}

/// An edge with its ends as places in the scope's list of members.
struct LocalEdge {
    index: usize,
    to: LocalTarget,
}

#[derive(Clone, PartialEq, Eq)]
enum LocalTarget {
    Member(usize),
    End,
    Missing(String),
}

impl ScopeProblem {
    fn new(graph: &Graph, tree: &Tree, scope: usize, sizes: &[Size], options: &Options) -> ScopeProblem {
        let nested = tree.container[scope].is_some();
        let marker_size = if nested { options.nested_marker_size } else { Some(options.marker_size) };
        let local = LocalScope::new(graph, tree, scope);
        let walk = Walk::new(graph, &local);
        let turn = |size: Size| if options.direction == Direction::Right { size.transposed() } else { size };

        let mut problem = ScopeProblem {
            meanings: Vec::new(),
            vertices: Vec::new(),
            wires: Vec::new(),
            sources: Vec::new(),
            padding: if nested { options.frame_padding } else { options.margin },
            empty_size: if nested { options.empty_scope_size } else { Size::default() },
        };
        let start = marker_size.map(|size| problem.add(Meaning::Start, turn(size), true));
        let mut vertex_of = vec![0; local.members.len()];
        for &member in &walk.order {
            let node = local.members[member];
            vertex_of[member] = problem.add(Meaning::Node(node), turn(sizes[node]), walk.reachable[member]);
            problem.vertices[vertex_of[member]].order = graph.nodes[node].order;
        }
        let mut stubs: BTreeMap<String, usize> = BTreeMap::new();
        let mut end = None;
        // Targets that are not nodes get their vertices in the order in which the walk meets them.
        let mut vertex_for = |problem: &mut ScopeProblem, to: &LocalTarget, reachable: bool| match to {
            LocalTarget::Member(member) => Some(vertex_of[*member]),
            LocalTarget::Missing(name) => Some(*stubs.entry(name.clone()).or_insert_with(|| {
                problem.add(Meaning::Stub(name.clone()), turn(options.stub_size), reachable)
            })),
            LocalTarget::End => marker_size.map(|size| {
                *end.get_or_insert_with(|| {
                    let end = problem.add(Meaning::End, turn(size), true);
                    problem.vertices[end].last = true;
                    end
                })
            }),
        };
        let to_start = match &local.start {
            None if local.members.is_empty() => Some(LocalTarget::End),
            start => start.clone(),
        };
        if let (Some(from), Some(target)) = (start, to_start)
            && let Some(to) = vertex_for(&mut problem, &target, true)
        {
            problem.wires.push(Wire { from, to, catch: false, backward: false, label: None });
            problem.sources.push((EdgeSource::Start, EdgeKind::Start));
        }
        for &member in &walk.order {
            for (edge, &closes_loop) in local.edges[member].iter().zip(&walk.backward[member]) {
                let given = &graph.scopes[scope].edges[edge.index];
                let Some(to) = vertex_for(&mut problem, &edge.to, walk.reachable[member]) else { continue };
                // Unreachable nodes are drawn below the others, so what leads from there to the others goes up.
                let target = &problem.vertices[to];
                let rises = !walk.reachable[member] && target.reachable && !target.last;
                let backward = closes_loop || rises;
                let catch = given.kind == EdgeKind::Catch;
                let label = given.label.map(|label| turn(label.sane()));
                problem.wires.push(Wire { from: vertex_of[member], to, catch, backward, label });
                problem.sources.push((EdgeSource::Edge(edge.index), given.kind));
            }
        }
        problem
    }

    fn add(&mut self, meaning: Meaning, size: Size, reachable: bool) -> usize {
        self.meanings.push(meaning);
        self.vertices.push(Vertex { size, reachable, last: false, order: None });
        self.vertices.len() - 1
    }

    fn draw(self, options: &Options) -> DrawnScope {
        let drawing = draw(&self.vertices, &self.wires, options);
        let transposed = options.direction == Direction::Right;
        let at = Point::new(self.padding, self.padding);
        let rect = |r: &Rect| {
            let r = if transposed { Rect::new(r.y, r.x, r.height, r.width) } else { *r };
            r.shifted(at)
        };
        let point = |p: &Point| (if transposed { Point::new(p.y, p.x) } else { *p }).shifted(at);
        let content = if transposed { drawing.size.transposed() } else { drawing.size };
        let content = if self.vertices.is_empty() { self.empty_size } else { content };
        let mut scope = DrawnScope {
            size: Size::new(content.width + 2.0 * self.padding, content.height + 2.0 * self.padding),
            nodes: Vec::new(),
            reachable: Vec::new(),
            markers: Vec::new(),
            stubs: Vec::new(),
            edges: Vec::new(),
        };
        let mut ends: Vec<Option<EdgeEnd>> = vec![None; self.vertices.len()];
        for &vertex in &drawing.reading_order {
            let rect = rect(&drawing.rects[vertex]);
            match &self.meanings[vertex] {
                Meaning::Start => scope.markers.push((MarkerKind::Start, rect)),
                Meaning::End => {
                    scope.markers.push((MarkerKind::End, rect));
                    ends[vertex] = Some(EdgeEnd::End);
                }
                Meaning::Node(node) => {
                    scope.nodes.push((*node, rect));
                    scope.reachable.push(self.vertices[vertex].reachable);
                    ends[vertex] = Some(EdgeEnd::Node(*node));
                }
                Meaning::Stub(name) => {
                    ends[vertex] = Some(EdgeEnd::Stub(scope.stubs.len()));
                    scope.stubs.push((name.clone(), rect));
                }
            }
        }
        for ((wire, route), (source, kind)) in self.wires.iter().zip(&drawing.routes).zip(self.sources) {
            let from = match self.meanings[wire.from] {
                Meaning::Node(node) => Some(node),
                _ => None,
            };
            let Some(to) = ends[wire.to] else { continue };
            scope.edges.push(DrawnEdge {
                source,
                kind,
                from,
                to,
                points: route.points.iter().map(point).collect(),
                label: route.label.as_ref().map(rect),
                backward: wire.backward,
            });
        }
        scope
    }
}

/// A scope with its own numbering of nodes.
struct LocalScope {
    members: Vec<usize>,
    start: Option<LocalTarget>,
    /// For each member, in document order.
    edges: Vec<Vec<LocalEdge>>,
    catches: Vec<Vec<bool>>,
}

impl LocalScope {
    fn new(graph: &Graph, tree: &Tree, scope: usize) -> LocalScope {
        let members = tree.members[scope].clone();
        let member_of: BTreeMap<usize, usize> =
            members.iter().enumerate().map(|(m, &node)| (node, m)).collect();
        let given = &graph.scopes[scope];
        let target = |target: &Target| match target {
            Target::Node(node) => match (member_of.get(node), graph.nodes.get(*node)) {
                (Some(&member), _) => Some(LocalTarget::Member(member)),
                // A transition cannot leave its scope.
                (None, Some(node)) => Some(LocalTarget::Missing(node.label.clone())),
                (None, None) => None,
            },
            Target::End => Some(LocalTarget::End),
            Target::Missing(name) => Some(LocalTarget::Missing(name.clone())),
        };
        let mut edges: Vec<Vec<LocalEdge>> = members.iter().map(|_| Vec::new()).collect();
        let mut catches: Vec<Vec<bool>> = vec![Vec::new(); members.len()];
        for (index, edge) in given.edges.iter().enumerate() {
            if let (Some(&from), Some(to)) = (member_of.get(&edge.from), target(&edge.to)) {
                edges[from].push(LocalEdge { index, to });
                catches[from].push(edge.kind == EdgeKind::Catch);
            }
        }
        LocalScope { members, start: given.start.as_ref().and_then(target), edges, catches }
    }
}

/// A depth-first walk in document order, errors last: it decides the canonical order of the nodes and which edges
/// close a loop.
struct Walk {
    order: Vec<usize>,
    /// For each member.
    reachable: Vec<bool>,
    /// For each member, for each of its edges.
    backward: Vec<Vec<bool>>,
}

impl Walk {
    fn new(graph: &Graph, local: &LocalScope) -> Walk {
        let count = local.members.len();
        let mut walk = Walk {
            order: Vec::with_capacity(count),
            reachable: vec![false; count],
            backward: local.edges.iter().map(|edges| vec![false; edges.len()]).collect(),
        };
        let sequence: Vec<Vec<usize>> = local
            .catches
            .iter()
            .map(|catches| {
                let mut sequence: Vec<usize> = (0..catches.len()).collect();
                sort_indices(&mut sequence, &mut |a, b| catches[a].cmp(&catches[b]));
                sequence
            })
            .collect();
        let mut progress = vec![Progress::Unseen; count];
        if let Some(LocalTarget::Member(start)) = local.start {
            walk.from(start, local, &sequence, &mut progress);
        }
        let mut reached = vec![false; count];
        for &member in &walk.order {
            reached[member] = true;
        }
        walk.reachable.clone_from(&reached);

        // The rest by name, those that nothing leads to first.
        let mut entered = vec![false; count];
        for (from, edges) in local.edges.iter().enumerate().filter(|&(from, _)| !reached[from]) {
            for edge in edges {
                if let LocalTarget::Member(to) = edge.to {
                    entered[to] |= to != from;
                }
            }
        }
        let mut rest: Vec<usize> = (0..count).filter(|&member| !reached[member]).collect();
        sort_indices(&mut rest, &mut |a, b| {
            let key = |member: usize| {
                let node = &graph.nodes[local.members[member]];
                (entered[member], node.label.as_str(), node.key)
            };
            key(a).cmp(&key(b))
        });
        for member in rest {
            if progress[member] == Progress::Unseen {
                walk.from(member, local, &sequence, &mut progress);
            }
        }
        walk
    }

    fn from(&mut self, root: usize, local: &LocalScope, sequence: &[Vec<usize>], progress: &mut [Progress]) {
        let mut stack: Vec<(usize, usize)> = vec![(root, 0)];
        progress[root] = Progress::Open;
        self.order.push(root);
        while let Some((member, step)) = stack.last_mut() {
            let member = *member;
            let Some(&at) = sequence[member].get(*step) else {
                progress[member] = Progress::Done;
                stack.pop();
                continue;
            };
            *step += 1;
            let LocalTarget::Member(to) = local.edges[member][at].to else { continue };
            match progress[to] {
                Progress::Unseen => {
                    progress[to] = Progress::Open;
                    self.order.push(to);
                    stack.push((to, 0));
                }
                Progress::Open => self.backward[member][at] = true,
                Progress::Done => {}
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Unseen,
    Open,
    Done,
}

/// From scopes drawn by themselves to absolute coordinates.
fn assemble(
    graph: &Graph,
    tree: &Tree,
    drawn: &[Option<DrawnScope>],
    containers: &[Option<Container>],
    options: &Options,
) -> Geometry {
    let mut geometry = Geometry {
        direction: options.direction,
        nodes: vec![NodeGeometry::default(); graph.nodes.len()],
        scopes: vec![ScopeGeometry::default(); graph.scopes.len()],
        ..Geometry::default()
    };
    if let Some(root) = drawn.first().and_then(Option::as_ref) {
        geometry.bounds = Rect::new(0.0, 0.0, root.size.width, root.size.height);
        geometry.scopes[0].frame = geometry.bounds;
    }
    for &scope in &tree.scopes {
        let Some(drawn) = &drawn[scope] else { continue };
        let frame = geometry.scopes[scope].frame;
        geometry.scopes[scope] =
            ScopeGeometry { frame, container: tree.container[scope], depth: tree.depth[scope], placed: true };
        // Frames side by side are as long as the longest; contents begin where the flow begins, in the middle of
        // what is across it.
        let at = match options.direction {
            Direction::Down => Point::new(frame.x + (frame.width - drawn.size.width) / 2.0, frame.y),
            Direction::Right => Point::new(frame.x, frame.y + (frame.height - drawn.size.height) / 2.0),
        };
        for (&(node, rect), &reachable) in drawn.nodes.iter().zip(&drawn.reachable) {
            let rect = rect.shifted(at);
            geometry.nodes[node] =
                NodeGeometry { rect, scope, depth: tree.depth[scope], reachable, placed: true };
            let frames = containers[node].iter().flat_map(|container| &container.frames);
            for (&child, frame) in tree.children[node].iter().zip(frames) {
                geometry.scopes[child].frame = frame.shifted(Point::new(rect.x, rect.y));
            }
        }
        geometry.markers.extend(drawn.markers.iter().map(|&(kind, rect)| Marker {
            scope,
            kind,
            rect: rect.shifted(at),
        }));
        let first_stub = geometry.stubs.len();
        geometry.stubs.extend(drawn.stubs.iter().map(|(name, rect)| Stub {
            scope,
            name: name.clone(),
            rect: rect.shifted(at),
        }));
        geometry.edges.extend(drawn.edges.iter().map(|edge| EdgeGeometry {
            scope,
            source: edge.source,
            kind: edge.kind,
            from: edge.from,
            to: match edge.to {
                EdgeEnd::Stub(stub) => EdgeEnd::Stub(first_stub + stub),
                to => to,
            },
            points: edge.points.iter().map(|p| p.shifted(at)).collect(),
            label: edge.label.map(|label| label.shifted(at)),
            backward: edge.backward,
        }));
    }
    geometry.reading_order = reading_order(tree, drawn);
    geometry
}

fn reading_order(tree: &Tree, drawn: &[Option<DrawnScope>]) -> Vec<usize> {
    let nodes_of =
        |scope: usize| drawn[scope].iter().flat_map(|d| d.nodes.iter().map(|&(node, _)| node)).rev();
    let mut order = Vec::new();
    let mut waiting: Vec<usize> =
        tree.scopes.first().map(|&root| nodes_of(root).collect()).unwrap_or_default();
    while let Some(node) = waiting.pop() {
        order.push(node);
        for &child in tree.children[node].iter().rev() {
            waiting.extend(nodes_of(child));
        }
    }
    order
}
