//! Lines: ports, horizontal tracks between the layers, positions along the flow, and points.

use crate::sorting::sort_indices;
use std::collections::BTreeMap;

use super::lanes::LABEL_TO_TURN;
use super::tracks::{Span, assign};
use super::{Course, Drawing, DrawnWire, Kind, Link, Net, Unit, Vertex, Wire};
use crate::geometry::{Point, Rect, Size};
use crate::options::Options;

/// Distance of ports at the bottom of a vertex, if there is room.
const PORT_GAP: f64 = 28.0;
/// Ports do not come nearer to each other than this for a straight line, if there is room.
const LEAST_PORT_GAP: f64 = 10.0;
/// Distance of a port from the corner of its vertex, if there is room.
const CORNER: f64 = 16.0;
/// Ports at the bottom of a wide vertex stay this near to its middle, if there is room.
const PORT_RANGE: f64 = 160.0;
/// Ports at the side of a tall vertex stay in its upper part, this far down at most.
const SIDE_PORT_RANGE: f64 = 120.0;
/// Room for an arrowhead in front of what an edge enters.
const ARROW_ROOM: f64 = 22.0;
/// Room between what an edge leaves and its first turn.
const EXIT_ROOM: f64 = 14.0;

/// Turns a placed net into rectangles and lines.
pub(super) fn route(net: &Net, vertices: &[Vertex], wires: &[Wire], options: &Options) -> Drawing {
    let ports = Ports::new(net, vertices, wires);
    let tracks = route_gaps(net, &ports, options);
    let rows = Rows::new(net, &tracks, options);
    let drawing = Pen { net, wires, ports: &ports, tracks: &tracks, rows: &rows, bends: bends(net, &tracks) };

    let rects: Vec<Rect> = vertices
        .iter()
        .zip(&net.vertex_items)
        .map(|(vertex, &item)| {
            let Item { x, layer, .. } = place_of(net, item);
            Rect::new(x - vertex.size.width / 2.0, rows.top[layer], vertex.size.width, vertex.size.height)
        })
        .collect();
    let routes: Vec<DrawnWire> = (0..wires.len()).map(|at| drawing.wire(at)).collect();
    let reading_order = net
        .layers
        .iter()
        .flatten()
        .filter_map(|unit| match net.items[unit.core].kind {
            Kind::Vertex(vertex) => Some(vertex),
            _ => None,
        })
        .collect();
    normalized(Drawing { size: Size::default(), rects, routes, reading_order })
}

struct Item {
    x: f64,
    layer: usize,
}

fn place_of(net: &Net, item: usize) -> Item {
    Item { x: net.items[item].x, layer: net.items[item].layer }
}

/// Moves everything so that the top left corner is the origin.
fn normalized(mut drawing: Drawing) -> Drawing {
    let mut all: Option<Rect> = None;
    let mut add = |rect: Rect| all = Some(all.map_or(rect, |a| a.union(&rect)));
    drawing.rects.iter().for_each(|&rect| add(rect));
    for route in &drawing.routes {
        route.points.iter().for_each(|p| add(Rect::new(p.x, p.y, 0.0, 0.0)));
        route.label.into_iter().for_each(&mut add);
    }
    let all = all.unwrap_or_default();
    let by = Point::new(-all.x, -all.y);
    for rect in &mut drawing.rects {
        *rect = rect.shifted(by);
    }
    for route in &mut drawing.routes {
        route.points.iter_mut().for_each(|p| *p = p.shifted(by));
        route.label = route.label.map(|label| label.shifted(by));
    }
    drawing.size = Size::new(all.width, all.height);
    drawing
}

/// Where links and turns meet the vertices.
struct Ports {
    /// For each link, its x at the top and at the bottom.
    ends: Vec<(f64, f64)>,
    /// For wires that leave from the side, how far below the top of the vertex.
    exits: BTreeMap<usize, f64>,
    /// For items where wires turn into a vertex, how far below its top; for loops, that of the way back.
    entries: BTreeMap<usize, f64>,
}

impl Ports {
    fn new(net: &Net, vertices: &[Vertex], wires: &[Wire]) -> Ports {
        let mut ends: Vec<(f64, f64)> =
            net.links.iter().map(|l| (net.items[l.upper].x, net.items[l.lower].x)).collect();
        let mut leaving: Vec<Vec<usize>> = vec![Vec::new(); vertices.len()];
        let mut entering: Vec<Vec<usize>> = vec![Vec::new(); vertices.len()];
        for (at, link) in net.links.iter().enumerate() {
            if let Kind::Vertex(vertex) = net.items[link.upper].kind {
                leaving[vertex].push(at);
            }
            if let Kind::Vertex(vertex) = net.items[link.lower].kind {
                entering[vertex].push(at);
            }
        }
        for (vertex, links) in leaving.iter_mut().enumerate() {
            // By where they lead; those that lead to one place, in document order.
            sort_indices(links, &mut |a, b| {
                let key = |at: usize| (net.items[net.links[at].lower].x, net.links[at].wire);
                let ((ax, aw), (bx, bw)) = (key(a), key(b));
                ax.total_cmp(&bx).then(aw.cmp(&bw))
            });
            let targets: Vec<f64> = links.iter().map(|&at| net.items[net.links[at].lower].x).collect();
            let center = net.items[net.vertex_items[vertex]].x;
            for (&at, x) in links.iter().zip(spread(&targets, center, vertices[vertex].size.width)) {
                ends[at].0 = x;
            }
        }
        for (vertex, links) in entering.iter().enumerate() {
            let center = net.items[net.vertex_items[vertex]].x;
            let catches: Vec<f64> =
                links.iter().filter(|&&at| net.links[at].catch).map(|&at| ends[at].0).collect();
            let x = if catches.len() == links.len() {
                center
            } else {
                catch_port(&catches, center, vertices[vertex].size.width)
            };
            for &at in links.iter().filter(|&&at| net.links[at].catch) {
                ends[at].1 = x;
            }
        }
        let (exits, entries) = side_ports(net, vertices, wires);
        Ports { ends, exits, entries }
    }
}

/// Ports at the bottom of a vertex for links that lead to these places, from left to right: straight above
/// where a link leads if that is possible, and the others beside, evenly spread.
fn spread(targets: &[f64], center: f64, width: f64) -> Vec<f64> {
    let reach = (width / 2.0 - CORNER).max(width / 4.0).min(PORT_RANGE);
    let off = |x: f64| (x - center).abs();
    let corner = |side: f64| center + side * (width / 2.0 - CORNER.min(width / 8.0));
    let count = targets.len() as f64;
    // Between the first that stands straight and the corners there has to be a place for each of the others.
    let least = (width / (count + 1.0)).min(LEAST_PORT_GAP);
    let has_room = |at: usize| {
        let (before, after) = (at as f64, count - 1.0 - at as f64);
        targets[at] - corner(-1.0) >= before * least && corner(1.0) - targets[at] >= after * least
    };
    let straight = (0..targets.len()).filter(|&at| off(targets[at]) <= reach && has_room(at));
    let anchor = straight.min_by(|&a, &b| off(targets[a]).total_cmp(&off(targets[b])));
    let Some(anchor) = anchor else {
        let gap = (width / (count + 1.0)).min(PORT_GAP);
        return (0..targets.len()).map(|at| center + (at as f64 - (count - 1.0) / 2.0) * gap).collect();
    };
    let mut ports = vec![targets[anchor]; targets.len()];
    let mut fill = |others: &mut dyn Iterator<Item = usize>, count: usize, side: f64| {
        let mut port = targets[anchor];
        for (done, at) in others.enumerate() {
            let left = (count - done) as f64;
            let gap = ((corner(side) - port) * side / left).clamp(0.0, PORT_GAP);
            let straight = (targets[at] - port) * side >= gap.min(LEAST_PORT_GAP)
                && (corner(side) - targets[at]) * side >= (left - 1.0) * gap.min(LEAST_PORT_GAP);
            port = if straight { targets[at] } else { port + side * gap };
            ports[at] = port;
        }
    };
    fill(&mut (0..anchor).rev(), anchor, -1.0);
    fill(&mut (anchor + 1..targets.len()), targets.len() - anchor - 1, 1.0);
    ports
}

/// Catches enter beside the main way: straight below where they come from, or a little off the middle.
fn catch_port(from: &[f64], center: f64, width: f64) -> f64 {
    let mean = from.iter().sum::<f64>() / from.len().max(1) as f64;
    let off = (width / 4.0).min(PORT_GAP);
    let reach = (width / 2.0 - CORNER).max(off);
    if mean < center {
        mean.clamp(center - reach, center - off)
    } else {
        mean.clamp(center + off, center + reach)
    }
}

/// A port at the side of a vertex.
struct SidePort {
    /// Whether its line goes up (-1), both ways (0) or down (1).
    group: i8,
    /// The order in the group, from above.
    key: f64,
    owner: Owner,
}

#[derive(Clone, Copy)]
enum Owner {
    /// A wire that leaves here.
    Exit(usize),
    /// An item where wires turn to enter here.
    Entry(usize),
}

/// Ports at the sides of the vertices, ordered so that the lines do not cross beside the vertex: those whose lines
/// go up on top, the nearest first; below them those whose lines go down, the nearest last.
fn side_ports(
    net: &Net,
    vertices: &[Vertex],
    wires: &[Wire],
) -> (BTreeMap<usize, f64>, BTreeMap<usize, f64>) {
    let mut lists: BTreeMap<(usize, bool), Vec<SidePort>> = BTreeMap::new();
    let mut add = |vertex: usize, line: usize, group: i8, owner: Owner| {
        let distance = net.items[line].x - net.items[net.vertex_items[vertex]].x;
        let key = if group > 0 { -distance.abs() } else { distance.abs() };
        lists.entry((vertex, distance > 0.0)).or_default().push(SidePort { group, key, owner });
    };
    let mut entries_done = vec![false; net.items.len()];
    for (at, (wire, course)) in wires.iter().zip(&net.courses).enumerate() {
        if let Some(entry) = course.entry
            && !std::mem::replace(&mut entries_done[entry], true)
        {
            add(wire.to, entry, 1, Owner::Entry(entry));
        }
        let Some(head) = course.head else { continue };
        match net.items[head].kind {
            Kind::Loop => {
                add(wire.from, head, 0, Owner::Entry(head));
                add(wire.from, head, 0, Owner::Exit(at));
            }
            Kind::Side | Kind::Spacer => {
                let line = net.turn(course).unwrap_or(head);
                add(wire.from, line, if wire.backward { -1 } else { 1 }, Owner::Exit(at));
            }
            Kind::Lane | Kind::Label | Kind::Vertex(_) => {}
        }
    }
    let (mut exits, mut entries) = (BTreeMap::new(), BTreeMap::new());
    for ((vertex, _), mut list) in lists {
        list.sort_by(|a, b| a.group.cmp(&b.group).then(a.key.total_cmp(&b.key)));
        let step = vertices[vertex].size.height.min(SIDE_PORT_RANGE) / (list.len() as f64 + 1.0);
        for (at, SidePort { owner, .. }) in list.into_iter().enumerate() {
            let y = (at as f64 + 1.0) * step;
            match owner {
                Owner::Exit(wire) => exits.insert(wire, y),
                Owner::Entry(item) => entries.insert(item, y),
            };
        }
    }
    (exits, entries)
}

impl Net {
    /// The line into which a wire turns beside its vertex.
    fn turn(&self, course: &Course) -> Option<usize> {
        if course.joins {
            course.bundle.and_then(|b| self.bundles[b].lane(course.from_layer))
        } else {
            course.head
        }
    }

    fn find_link(&self, upper: usize, lower: usize, wire: usize, catch: bool) -> Option<usize> {
        let is_vertex = |item: usize| matches!(self.items[item].kind, Kind::Vertex(_));
        let key = (upper, lower, is_vertex(upper).then_some(wire), is_vertex(lower) && catch);
        self.links.binary_search_by_key(&key, |l: &Link| (l.upper, l.lower, l.wire, l.catch)).ok()
    }
}

/// The horizontal parts of the links.
struct Tracks {
    /// For each link, the number of its track, counted from the top of the gap; none if it is straight.
    of_link: Vec<Option<usize>>,
    /// For each gap below a layer.
    counts: Vec<usize>,
}

fn route_gaps(net: &Net, ports: &Ports, options: &Options) -> Tracks {
    let mut by_gap: Vec<Vec<usize>> = vec![Vec::new(); net.layers.len()];
    for (at, link) in net.links.iter().enumerate() {
        by_gap[net.items[link.upper].layer].push(at);
    }
    let mut tracks = Tracks { of_link: vec![None; net.links.len()], counts: vec![0; net.layers.len()] };
    for (gap, links) in by_gap.iter().enumerate() {
        let spans = spans(net, ports, links);
        let (numbers, count) = assign(&spans, options.lane_gap);
        tracks.counts[gap] = count;
        for (span, number) in spans.iter().zip(numbers) {
            for &link in &span.links {
                let (top, bottom) = ports.ends[link];
                tracks.of_link[link] = number.filter(|_| top != bottom);
            }
        }
    }
    tracks
}

/// Links that share a port share a horizontal line.
fn spans(net: &Net, ports: &Ports, links: &[usize]) -> Vec<Span> {
    let mut group: Vec<usize> = (0..links.len()).collect();
    fn find(group: &mut [usize], mut at: usize) -> usize {
        while group[at] != at {
            group[at] = group[group[at]];
            at = group[at];
        }
        at
    }
    let mut by_lower: BTreeMap<(usize, bool), usize> = BTreeMap::new();
    let mut by_upper: BTreeMap<usize, usize> = BTreeMap::new();
    for (at, &link) in links.iter().enumerate() {
        let link = &net.links[link];
        let first = *by_lower.entry((link.lower, link.catch)).or_insert(at);
        let (a, b) = (find(&mut group, first), find(&mut group, at));
        group[b.max(a)] = b.min(a);
        if link.wire.is_none() {
            let first = *by_upper.entry(link.upper).or_insert(at);
            let (a, b) = (find(&mut group, first), find(&mut group, at));
            group[b.max(a)] = b.min(a);
        }
    }
    let mut spans: BTreeMap<usize, Span> = BTreeMap::new();
    for (at, &link) in links.iter().enumerate() {
        let root = find(&mut group, at);
        let (top, bottom) = ports.ends[link];
        spans.entry(root).or_default().add(link, top, bottom);
    }
    spans.into_values().collect()
}

/// Positions along the flow.
struct Rows {
    /// The top of each layer.
    top: Vec<f64>,
    height: Vec<f64>,
    /// The y of the first track below each layer.
    first_track: Vec<f64>,
    track_gap: f64,
}

impl Rows {
    fn new(net: &Net, tracks: &Tracks, options: &Options) -> Rows {
        let count = net.layers.len();
        let mut rows = Rows {
            top: Vec::with_capacity(count),
            height: Vec::with_capacity(count),
            first_track: Vec::with_capacity(count),
            track_gap: options.lane_gap,
        };
        let of_labels =
            |layer: usize| net.layers.get(layer).is_some_and(|units| units.iter().all(|u| is_line(net, u)));
        let mut y = 0.0;
        for (layer, units) in net.layers.iter().enumerate() {
            let height = units.iter().flat_map(Unit::items).map(|i| net.items[i].height).fold(0.0, f64::max);
            let (above, below) = match (of_labels(layer), of_labels(layer + 1)) {
                (false, true) => (EXIT_ROOM, EXIT_ROOM),
                (true, false) => (EXIT_ROOM, ARROW_ROOM),
                _ => (EXIT_ROOM, ARROW_ROOM),
            };
            let least = if of_labels(layer) || of_labels(layer + 1) {
                options.layer_gap * 0.6
            } else {
                options.layer_gap
            };
            let used = tracks.counts[layer].saturating_sub(1) as f64 * options.lane_gap;
            let gap =
                (above + used + below).max(if tracks.counts[layer] == 0 { least } else { least.max(0.0) });
            let spare = gap - above - used - below;
            rows.top.push(y);
            rows.height.push(height);
            rows.first_track.push(y + height + above + spare / 2.0);
            y += height + gap;
        }
        rows
    }
}

fn is_line(net: &Net, unit: &Unit) -> bool {
    matches!(net.items[unit.core].kind, Kind::Label | Kind::Lane)
}

struct Pen<'a> {
    net: &'a Net,
    wires: &'a [Wire],
    ports: &'a Ports,
    tracks: &'a Tracks,
    rows: &'a Rows,
    bends: Vec<Vec<usize>>,
}

/// For each bundle, the links between its lanes that are not straight, from the top. So a wire that runs along a
/// bundle costs no more than its bends, however long it is.
fn bends(net: &Net, tracks: &Tracks) -> Vec<Vec<usize>> {
    let bent_link = |pair: &[usize]| {
        let &[upper, lower] = pair else { return None };
        net.find_link(upper, lower, 0, false).filter(|&link| tracks.of_link[link].is_some())
    };
    net.bundles.iter().map(|bundle| bundle.lanes.windows(2).filter_map(bent_link).collect()).collect()
}

impl Pen<'_> {
    fn wire(&self, at: usize) -> DrawnWire {
        let (net, rows) = (self.net, self.rows);
        let (wire, course) = (&self.wires[at], &net.courses[at]);
        let source = net.vertex_items[wire.from];
        let head = course.head.map(|head| (head, net.items[head].kind));
        let mut points: Vec<Point> = Vec::new();
        if let Some((head, Kind::Side | Kind::Loop | Kind::Spacer)) = head {
            let line = net.turn(course).unwrap_or(head);
            let y =
                rows.top[net.items[source].layer] + self.ports.exits.get(&at).copied().unwrap_or_default();
            points.push(Point::new(self.border(source, line), y));
            points.push(Point::new(net.items[line].x, y));
        }
        let mut previous = source;
        let mut go_to = |item: usize, points: &mut Vec<Point>| {
            self.step(at, previous, item, points);
            previous = item;
        };
        if let Some((head, _)) = head.filter(|_| !course.joins) {
            go_to(head, &mut points);
        }
        if let Some(bundle) = course.bundle
            && let (Some(first), Some(last)) =
                (net.bundles[bundle].lane(course.from_layer), net.bundles[bundle].lane(course.to_layer))
        {
            go_to(first, &mut points);
            self.along(bundle, course, &mut points);
            previous = last;
        }
        let target = net.vertex_items[wire.to];
        if let Some(entry) = course.entry {
            self.step(at, previous, entry, &mut points);
        } else {
            self.step(at, previous, target, &mut points);
        }
        let turned_into = course.entry.or(head.filter(|h| h.1 == Kind::Loop).map(|h| h.0));
        if let Some(entry) = turned_into {
            let y = rows.top[net.items[target].layer]
                + self.ports.entries.get(&entry).copied().unwrap_or_default();
            points.push(Point::new(net.items[entry].x, y));
            points.push(Point::new(self.border(target, entry), y));
        }
        DrawnWire { points: simplified(points), label: self.label(at) }
    }

    /// The bends of a bundle between the layers where a wire joins and leaves it.
    fn along(&self, bundle: usize, course: &Course, points: &mut Vec<Point>) {
        let bends = &self.bends[bundle];
        let layer_of = |link: usize| self.net.items[self.net.links[link].upper].layer;
        let place = |layer: usize| bends.partition_point(|&link| layer_of(link) < layer);
        let (from, to) = (course.from_layer, course.to_layer);
        let passed = &bends[place(from.min(to))..place(from.max(to))];
        if from <= to {
            points.extend(passed.iter().filter_map(|&link| self.crossbar(link)).flatten());
        } else {
            for &link in passed.iter().rev() {
                points.extend(self.crossbar(link).map(|[top, bottom]| [bottom, top]).into_iter().flatten());
            }
        }
    }

    /// The horizontal part of a link: where it leaves the way from above, and where it meets the way down.
    fn crossbar(&self, link: usize) -> Option<[Point; 2]> {
        let track = self.tracks.of_link[link]?;
        let layer = self.net.items[self.net.links[link].upper].layer;
        let (top, bottom) = self.ports.ends[link];
        let y = self.rows.first_track[layer] + track as f64 * self.rows.track_gap;
        Some([Point::new(top, y), Point::new(bottom, y)])
    }

    /// The x of the side of a vertex that faces a line.
    fn border(&self, vertex: usize, line: usize) -> f64 {
        let vertex = &self.net.items[vertex];
        if self.net.items[line].x < vertex.x { vertex.x - vertex.left } else { vertex.x + vertex.right }
    }

    /// The way from one item to the next, which is in a neighbouring layer, or else the way is drawn elsewhere.
    fn step(&self, at: usize, from: usize, to: usize, points: &mut Vec<Point>) {
        let (net, rows) = (self.net, self.rows);
        let down = net.items[from].layer < net.items[to].layer;
        let (upper, lower) = if down { (from, to) } else { (to, from) };
        let (layer, below) = (net.items[upper].layer, net.items[lower].layer);
        if layer + 1 != below {
            return;
        }
        let Some(link) = net.find_link(upper, lower, at, self.wires[at].catch) else { return };
        let (top, bottom) = self.ports.ends[link];
        let bottom_of_upper = match net.items[upper].kind {
            Kind::Vertex(_) => Some(rows.top[layer] + net.items[upper].height),
            _ => None,
        };
        let mut way: Vec<Point> = Vec::with_capacity(4);
        way.extend(bottom_of_upper.map(|y| Point::new(top, y)));
        way.extend(self.crossbar(link).into_iter().flatten());
        if matches!(net.items[lower].kind, Kind::Vertex(_)) {
            way.push(Point::new(bottom, rows.top[below]));
        }
        if !down {
            way.reverse();
        }
        points.extend(way);
    }

    fn label(&self, at: usize) -> Option<Rect> {
        let net = self.net;
        let size = self.wires[at].label?.sane();
        let head = net.courses[at].head?;
        let item = &net.items[head];
        let (top, height) = (self.rows.top[item.layer], self.rows.height[item.layer]);
        if item.kind == Kind::Label {
            return Some(Rect::new(
                item.x - size.width / 2.0,
                top + (height - size.height) / 2.0,
                size.width,
                size.height,
            ));
        }
        // Beside the vertex, on the line, between the vertex and the turn.
        let x = if item.left > 0.0 { item.x - LABEL_TO_TURN - size.width } else { item.x + LABEL_TO_TURN };
        let y = self.ports.exits.get(&at)? - size.height / 2.0;
        Some(Rect::new(x, top + y.clamp(0.0, (height - size.height).max(0.0)), size.width, size.height))
    }
}

/// Without points that add nothing.
fn simplified(points: Vec<Point>) -> Vec<Point> {
    let mut kept: Vec<Point> = Vec::with_capacity(points.len());
    for point in points {
        if kept.last() == Some(&point) {
            continue;
        }
        if let [.., a, b] = kept[..] {
            let (on_x, on_y) = (a.x == b.x && b.x == point.x, a.y == b.y && b.y == point.y);
            if on_x || on_y {
                kept.pop();
            }
        }
        kept.push(point);
    }
    kept
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::spread;

    #[test]
    fn what_leads_to_below_a_corner_leaves_room_beside_it() {
        assert_eq!(spread(&[412.0, 412.0], 308.0, 240.0), [384.0, 412.0]);
        // One has the corner for itself.
        assert_eq!(spread(&[412.0], 308.0, 240.0), [412.0]);
        assert_eq!(spread(&[308.0, 412.0], 308.0, 240.0), [308.0, 412.0]);
    }

    proptest! {
        #[test]
        fn each_has_a_port_of_its_own(mut targets in prop::collection::vec(-40_i32..40, 1..12), width in 6_u32..60) {
            targets.sort_unstable();
            let (targets, width): (Vec<f64>, f64) =
                (targets.into_iter().map(|target| f64::from(target) * 8.0).collect(), f64::from(width) * 8.0);
            let ports = spread(&targets, 0.0, width);
            for pair in ports.windows(2) {
                prop_assert!(pair[1] - pair[0] > 0.5, "{ports:?}");
            }
            for port in &ports {
                prop_assert!(port.abs() <= width / 2.0, "{ports:?}");
            }
        }
    }
}
