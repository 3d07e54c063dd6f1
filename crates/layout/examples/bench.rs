//! Times the layout and compares it with a port of dagre:
//! `cargo run -p layout --profile native --example bench`.

#[path = "../tests/machines/mod.rs"]
mod machines;

use std::collections::BTreeMap;

use dugong::graphlib::{Graph as DagreGraph, GraphOptions};
use dugong::{EdgeLabel, GraphLabel, NodeLabel};
use layout::{Geometry, Graph, Options, Point, Target, layout};

fn main() {
    for (name, graph) in [
        ("flat 100", machines::flat(100)),
        ("flat 1,000", machines::flat(1_000)),
        ("flat 5,000", machines::flat(5_000)),
        ("nested 1,000", machines::nested(1_000)),
        ("nested 5,000", machines::nested(5_000)),
    ] {
        let edges: usize = graph.scopes.iter().map(|scope| scope.edges.len()).sum();
        println!("{name}: {} nodes, {edges} edges, {} scopes", graph.nodes.len(), graph.scopes.len());
        let options = Options::default();
        let ours = median_ms(|| drop(layout(&graph, &options)));
        let geometry = layout(&graph, &options);
        report("layout", ours, geometry.bounds.width, geometry.bounds.height, crossings(&lines(&geometry)));
        if graph.scopes.len() == 1 {
            let theirs = median_ms(|| drop(dagre(&graph)));
            let (width, height, lines) = dagre(&graph);
            report("dugong", theirs, width, height, crossings(&lines));
        }
    }
}

fn report(name: &str, ms: f64, width: f64, height: f64, crossings: usize) {
    let area = width * height / 1e6;
    println!(
        "  {name}: {ms:.1} ms, {width:.0} × {height:.0} px = {area:.1} million px², {crossings} crossings"
    );
}

fn median_ms(mut run: impl FnMut()) -> f64 {
    let mut times: Vec<f64> = (0..7)
        .map(|_| {
            #[expect(clippy::disallowed_methods, reason = "a benchmark is about real time")]
            let start = std::time::Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1000.0
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Lines with their ends, so that those that share one are not counted as crossing.
type Line = (String, String, Vec<Point>);

fn lines(geometry: &Geometry) -> Vec<Line> {
    let line = |edge: &layout::EdgeGeometry| {
        let from = edge.from.map_or_else(|| "start".to_owned(), |node| node.to_string());
        (from, format!("{:?}", edge.to), edge.points.clone())
    };
    geometry.edges.iter().map(line).collect()
}

fn dagre(graph: &Graph) -> (f64, f64, Vec<Line>) {
    let options = GraphOptions { directed: true, multigraph: true, ..GraphOptions::default() };
    let mut dagre: DagreGraph<NodeLabel, EdgeLabel, GraphLabel> = DagreGraph::new(options);
    dagre.set_graph(GraphLabel { nodesep: 40.0, ranksep: 44.0, edgesep: 14.0, ..GraphLabel::default() });
    for (at, node) in graph.nodes.iter().enumerate() {
        let label = NodeLabel { width: node.size.width, height: node.size.height, ..NodeLabel::default() };
        dagre.set_node(at.to_string(), label);
    }
    dagre.set_node("end".to_owned(), NodeLabel { width: 64.0, height: 32.0, ..NodeLabel::default() });
    for (at, edge) in graph.scopes[0].edges.iter().enumerate() {
        let to = match edge.to {
            Target::Node(node) => node.to_string(),
            _ => "end".to_owned(),
        };
        let size = edge.label.unwrap_or_default();
        let label = EdgeLabel {
            width: size.width,
            height: size.height,
            minlen: 1,
            weight: 1.0,
            ..EdgeLabel::default()
        };
        dagre.set_edge_named(edge.from.to_string(), to, Some(at.to_string()), Some(label));
    }
    dugong::layout(&mut dagre).expect("dugong lays out made-up graphs");
    let mut lines = Vec::new();
    for key in dagre.edge_keys() {
        if let Some(label) = dagre.edge_by_key(&key) {
            let points = label.points.iter().map(|p| Point::new(p.x, p.y)).collect();
            lines.push((key.v.clone(), key.w.clone(), points));
        }
    }
    (dagre.graph().width, dagre.graph().height, lines)
}

/// How often lines without a common end cross.
fn crossings(lines: &[Line]) -> usize {
    const BAND: f64 = 200.0;
    let mut bands: BTreeMap<i64, Vec<(usize, Point, Point)>> = BTreeMap::new();
    for (at, (_, _, points)) in lines.iter().enumerate() {
        for pair in points.windows(2) {
            let (a, b) = (pair[0], pair[1]);
            for band in (a.y.min(b.y) / BAND) as i64..=(a.y.max(b.y) / BAND) as i64 {
                bands.entry(band).or_default().push((at, a, b));
            }
        }
    }
    let mut crossing: std::collections::BTreeSet<(usize, usize)> = std::collections::BTreeSet::new();
    for segments in bands.values() {
        for (at, &(i, a, b)) in segments.iter().enumerate() {
            for &(j, c, d) in &segments[at + 1..] {
                let apart = i != j && lines[i].0 != lines[j].0 && lines[i].1 != lines[j].1;
                if apart && side(a, b, c) * side(a, b, d) < 0.0 && side(c, d, a) * side(c, d, b) < 0.0 {
                    crossing.insert((i.min(j), i.max(j)));
                }
            }
        }
    }
    crossing.len()
}

fn side(a: Point, b: Point, p: Point) -> f64 {
    (b.x - a.x) * (p.y - a.y) - (b.y - a.y) * (p.x - a.x)
}
