//! Draws a state machine definition: `cargo run -p layout --example svg -- definition.json out.svg [right] [markers]`.

#[path = "../tests/asl/mod.rs"]
mod asl;

use std::fmt::Write;

use layout::{Direction, EdgeKind, Geometry, Graph, NodeKind, Options, Rect, Size, layout, svg_path, wrap};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, input, output, rest @ ..] = &arguments[..] else {
        eprintln!("usage: svg definition.json out.svg [right] [markers]");
        return;
    };
    let text = std::fs::read_to_string(input).expect("the definition can be read");
    let definition = serde_json::from_str(&text).expect("the definition is JSON");
    let (graph, labels) = asl::graph_of(&definition);
    let direction = if rest.iter().any(|a| a == "right") { Direction::Right } else { Direction::Down };
    let nested_marker_size = rest.iter().any(|a| a == "markers").then_some(Size::new(14.0, 14.0));
    let geometry = layout(&graph, &Options { direction, nested_marker_size, ..Options::default() });
    std::fs::write(output, draw(&graph, &labels, &geometry)).expect("the drawing can be written");
    println!("{} {}", geometry.bounds.width, geometry.bounds.height);
}

const STYLE: &str = "<style>
text{font:600 12.5px system-ui,sans-serif;fill:#1b2330;text-anchor:middle}
.l{font:11px system-ui,sans-serif;fill:#3b475a}
.n{fill:#fff;stroke:#9aa7b8;stroke-width:1.25}
.c{fill:#f3f6fa;stroke:#7b8aa0;stroke-width:1.25}
.f{fill:#fff;stroke:#b5c0cf;stroke-dasharray:5 4}
.m{fill:#1b2330}.mt{fill:#fff;font-size:12px}
.s{fill:#fff4f2;stroke:#d1432f;stroke-dasharray:4 3}
.u{opacity:.55}
path{fill:none;stroke:#5b6b80;stroke-width:1.5}
.catch{stroke:#c2571a;stroke-dasharray:6 4}.default{stroke:#5b6b80}.back{stroke:#4665c2}
.lb{fill:#fff;stroke:#c5cedb}
</style><defs><marker id='a' viewBox='0 0 10 10' refX='9' refY='5' markerWidth='7' markerHeight='7' orient='auto'>
<path d='M0 0L10 5L0 10z' style='fill:#5b6b80;stroke:none'/></marker></defs>";

fn draw(graph: &Graph, labels: &[Vec<String>], geometry: &Geometry) -> String {
    let mut svg = String::new();
    let Rect { width, height, .. } = geometry.bounds;
    let out = &mut svg;
    let w =
        |out: &mut String, text: std::fmt::Arguments| out.write_fmt(text).expect("strings take everything");
    w(
        out,
        format_args!(
            "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' width='{width}' height='{height}'>"
        ),
    );
    w(out, format_args!("{STYLE}<rect width='100%' height='100%' fill='#fbfcfd'/>"));
    // Scopes come parents first, so that inner frames cover outer ones.
    let mut containers: Vec<usize> =
        (0..graph.nodes.len()).filter(|&n| matches!(graph.nodes[n].kind, NodeKind::Container(_))).collect();
    containers.sort_by_key(|&n| geometry.nodes[n].depth);
    for node in containers {
        let Rect { x, y, width, height } = geometry.nodes[node].rect;
        w(out, format_args!("<rect class='c' x='{x}' y='{y}' width='{width}' height='{height}' rx='10'/>"));
        w(
            out,
            format_args!(
                "<text x='{}' y='{}'>{}</text>",
                x + width / 2.0,
                y + 29.0,
                escape(&graph.nodes[node].label)
            ),
        );
        for scope in geometry.scopes.iter().filter(|s| s.container == Some(node)) {
            let Rect { x, y, width, height } = scope.frame;
            w(
                out,
                format_args!("<rect class='f' x='{x}' y='{y}' width='{width}' height='{height}' rx='8'/>"),
            );
        }
    }
    for edge in &geometry.edges {
        let class = match edge.kind {
            EdgeKind::Catch => "catch",
            _ if edge.backward => "back",
            EdgeKind::Default => "default",
            _ => "",
        };
        w(
            out,
            format_args!("<path class='{class}' marker-end='url(#a)' d='{}'/>", svg_path(&edge.points, 9.0)),
        );
    }
    for edge in &geometry.edges {
        if let (Some(Rect { x, y, width, height }), layout::EdgeSource::Edge(index)) =
            (edge.label, edge.source)
        {
            w(
                out,
                format_args!("<rect class='lb' x='{x}' y='{y}' width='{width}' height='{height}' rx='11'/>"),
            );
            let text = &labels[edge.scope][index];
            w(
                out,
                format_args!(
                    "<text class='l' x='{}' y='{}'>{}</text>",
                    x + width / 2.0,
                    y + 15.0,
                    escape(text)
                ),
            );
        }
    }
    for (node, place) in graph.nodes.iter().zip(&geometry.nodes) {
        if node.kind != NodeKind::Plain {
            continue;
        }
        let Rect { x, y, width, height } = place.rect;
        let class = if place.reachable { "n" } else { "n u" };
        w(
            out,
            format_args!("<rect class='{class}' x='{x}' y='{y}' width='{width}' height='{height}' rx='8'/>"),
        );
        let lines = wrap(&node.label, 14.0, width - 24.0, 2);
        let first = y + height / 2.0 + 5.0 - (lines.len() - 1) as f64 * 9.0;
        for (at, line) in lines.iter().enumerate() {
            w(
                out,
                format_args!(
                    "<text x='{}' y='{}'>{}</text>",
                    x + width / 2.0,
                    first + at as f64 * 18.0,
                    escape(line)
                ),
            );
        }
    }
    for marker in &geometry.markers {
        let Rect { x, y, width, height } = marker.rect;
        w(
            out,
            format_args!(
                "<rect class='m' x='{x}' y='{y}' width='{width}' height='{height}' rx='{}'/>",
                height / 2.0
            ),
        );
        if width < 30.0 {
            continue;
        }
        w(
            out,
            format_args!(
                "<text class='mt' x='{}' y='{}'>{:?}</text>",
                x + width / 2.0,
                y + height / 2.0 + 4.0,
                marker.kind
            ),
        );
    }
    for stub in &geometry.stubs {
        let Rect { x, y, width, height } = stub.rect;
        w(out, format_args!("<rect class='s' x='{x}' y='{y}' width='{width}' height='{height}' rx='6'/>"));
        w(
            out,
            format_args!(
                "<text class='l' x='{}' y='{}'>{}</text>",
                x + width / 2.0,
                y + height / 2.0 + 4.0,
                escape(&stub.name)
            ),
        );
    }
    svg.push_str("</svg>");
    svg
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
