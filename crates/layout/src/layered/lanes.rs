//! From ranks to layers: labels, lanes for what spans several layers, and the links between them.

use crate::sorting::sort_indices;
use std::collections::BTreeMap;

use super::{Bundle, Course, Item, Kind, LANE, Link, Net, Role, Unit, Vertex, Wire, priority};
use crate::geometry::Size;

/// Distance of a label from the line that turns beside it.
pub(super) const LABEL_TO_TURN: f64 = 10.0;

/// Builds the layers; their order is still arbitrary.
pub(super) fn build(vertices: &[Vertex], wires: &[Wire], ranks: &[usize]) -> Net {
    let layers = Layers::new(wires, ranks);
    let mut net = Net {
        items: Vec::new(),
        links: Vec::new(),
        layers: vec![Vec::new(); layers.count],
        bundles: Vec::new(),
        courses: vec![Course::default(); wires.len()],
        vertex_items: Vec::new(),
        priorities: priority::priorities(vertices, wires, ranks),
    };
    let mut unit_of_vertex = Vec::new();
    for (at, vertex) in vertices.iter().enumerate() {
        let layer = layers.of_vertex(at, ranks);
        let half = vertex.size.width / 2.0;
        let item = push_item(&mut net, Kind::Vertex(at), layer, (half, half), vertex.size.height);
        net.vertex_items.push(item);
        unit_of_vertex.push((layer, net.layers[layer].len()));
        net.layers[layer].push(Unit { core: item, ..Unit::default() });
    }
    add_bundles(&mut net, wires, ranks, &layers);
    for (at, wire) in wires.iter().enumerate() {
        add_head(&mut net, at, wire, &unit_of_vertex);
    }
    for bundle in 0..net.bundles.len() {
        add_entry(&mut net, bundle, &unit_of_vertex);
    }
    for (at, wire) in wires.iter().enumerate() {
        if wire.backward && wire.from != wire.to {
            net.courses[at].entry = net.courses[at].bundle_entry(&net.bundles);
        }
    }
    drop_empty_bundles(&mut net);
    share_beyond_budget(&mut net, vertices.len());
    add_lanes(&mut net);
    link(&mut net, wires);
    net
}

/// Lanes to the same vertex that are this near to each other in pixels merge in any case.
const NEAR: f64 = 100.0;

/// Merges what goes to the same place side by side, once the order and provisional positions are known.
///
/// Lanes that end at the same vertex become one where they meet, if that is no detour, and a wire that leaves from
/// the side turns straight into the lane of its bundle if no box stands between.
pub(super) fn merge(net: &mut Net, wires: &[Wire]) {
    merge_neighbours(net);
    join_bundles(net, wires);
    link(net, wires);
}

/// Which layers there are: one for each rank, and one for labels below each rank that needs it.
struct Layers {
    of_rank: Vec<usize>,
    count: usize,
}

impl Layers {
    fn new(wires: &[Wire], ranks: &[usize]) -> Layers {
        let rank_count = ranks.iter().max().map_or(0, |&rank| rank + 1);
        let mut labelled = vec![false; rank_count];
        for wire in wires.iter().filter(|w| leaves_at_bottom(w) && w.label.is_some()) {
            labelled[ranks[wire.from]] = true;
        }
        let mut of_rank = Vec::with_capacity(rank_count);
        let mut count = 0;
        for labelled in labelled {
            of_rank.push(count);
            count += if labelled { 2 } else { 1 };
        }
        Layers { of_rank, count }
    }

    fn of_vertex(&self, vertex: usize, ranks: &[usize]) -> usize {
        self.of_rank[ranks[vertex]]
    }
}

fn leaves_at_bottom(wire: &Wire) -> bool {
    !wire.catch && !wire.backward
}

fn push_item(net: &mut Net, kind: Kind, layer: usize, (left, right): (f64, f64), height: f64) -> usize {
    net.items.push(Item { kind, layer, left, right, height, x: 0.0 });
    net.items.len() - 1
}

/// Decides which lanes each wire uses; `Bundle::lanes` is filled in later.
fn add_bundles(net: &mut Net, wires: &[Wire], ranks: &[usize], layers: &Layers) {
    let mut shared: BTreeMap<(usize, Role), usize> = BTreeMap::new();
    for (at, wire) in wires.iter().enumerate() {
        if wire.from == wire.to {
            continue;
        }
        let (upper, lower) = (layers.of_vertex(wire.from, ranks), layers.of_vertex(wire.to, ranks));
        let role = match (wire.backward, wire.catch) {
            (false, false) => Role::Forward,
            (false, true) => Role::Catch,
            (true, false) => Role::Back,
            (true, true) => Role::BackCatch,
        };
        let course = &mut net.courses[at];
        if wire.backward {
            // From the layer above the source up to the one below the target; none if these are neighbours.
            (course.from_layer, course.to_layer) = (upper.saturating_sub(1), lower + 1);
        } else {
            let label = usize::from(role == Role::Forward && wire.label.is_some());
            (course.from_layer, course.to_layer) = (upper + 1 + label, lower.saturating_sub(1));
        }
        let (first, last) = if wire.backward {
            (course.to_layer, course.from_layer)
        } else {
            (course.from_layer, course.to_layer)
        };
        let count = (last + 1).saturating_sub(first);
        if count == 0 && role == Role::Forward {
            continue;
        }
        let new = Bundle { target: wire.to, role, first_layer: first, lanes: vec![0; count], entry: None };
        let next = net.bundles.len();
        let index = match role {
            Role::Forward | Role::Express => next,
            _ => *shared.entry((wire.to, role)).or_insert(next),
        };
        course.bundle = Some(index);
        if index == next {
            net.bundles.push(new);
        } else if count > 0 {
            let bundle = &mut net.bundles[index];
            widen(bundle, first, last);
        }
    }
}

/// Extends the layers of a bundle whose lanes do not exist yet.
fn widen(bundle: &mut Bundle, first: usize, last: usize) {
    let (mut low, mut high) = (first, last);
    if let Some(more) = bundle.lanes.len().checked_sub(1) {
        low = low.min(bundle.first_layer);
        high = high.max(bundle.first_layer + more);
    }
    bundle.first_layer = low;
    bundle.lanes.resize(high + 1 - low, 0);
}

/// The label of a wire that leaves at the bottom, or the turn beside the vertex of any other.
fn add_head(net: &mut Net, at: usize, wire: &Wire, units: &[(usize, usize)]) {
    let (layer, unit) = units[wire.from];
    let label = wire.label.map(Size::sane);
    if leaves_at_bottom(wire) {
        if let Some(label) = label {
            let half = label.width / 2.0;
            let item = push_item(net, Kind::Label, layer + 1, (half, half), label.height);
            net.layers[layer + 1].push(Unit { core: item, ..Unit::default() });
            net.courses[at].head = Some(item);
        }
        return;
    }
    let kind = if wire.from == wire.to { Kind::Loop } else { Kind::Side };
    let room = label.map_or(0.0, |label| label.width + LABEL_TO_TURN);
    let height = label.map_or(0.0, |label| label.height);
    let on_the_right = wire.catch || kind == Kind::Loop;
    let extent = if on_the_right { (room, 0.0) } else { (0.0, room) };
    let item = push_item(net, kind, layer, extent, height);
    let unit = &mut net.layers[layer][unit];
    match (kind, on_the_right) {
        (Kind::Loop, _) => unit.right.insert(0, item),
        (_, true) => unit.right.push(item),
        (_, false) => unit.left.push(item),
    }
    net.courses[at].head = Some(item);
}

/// The turn where a bundle against the flow reaches its target.
fn add_entry(net: &mut Net, bundle: usize, units: &[(usize, usize)]) {
    let Bundle { target, role, .. } = net.bundles[bundle];
    if !matches!(role, Role::Back | Role::BackCatch) {
        return;
    }
    let (layer, unit) = units[target];
    let item = push_item(net, Kind::Side, layer, (0.0, 0.0), 0.0);
    let unit = &mut net.layers[layer][unit];
    if role == Role::Back {
        unit.left.push(item)
    } else {
        unit.right.push(item)
    }
    net.bundles[bundle].entry = Some(item);
}

impl Course {
    fn bundle_entry(&self, bundles: &[Bundle]) -> Option<usize> {
        self.bundle.and_then(|b| bundles[b].entry)
    }
}

/// A wire between neighbouring layers needs no lane, whatever else is in its bundle.
fn drop_empty_bundles(net: &mut Net) {
    for course in &mut net.courses {
        let Some(bundle) = course.bundle else { continue };
        let bundle = &net.bundles[bundle];
        let upward = bundle.entry.is_some();
        let empty =
            if upward { course.from_layer < course.to_layer } else { course.from_layer > course.to_layer };
        course.joinable = course.bundle;
        if empty {
            course.bundle = None;
        }
    }
}

/// Keeps the number of lanes linear in the number of vertices: the longest bundles of a graph that would need
/// more share one way.
fn share_beyond_budget(net: &mut Net, vertex_count: usize) {
    let budget = 5_000 + 12 * vertex_count;
    let total: usize = net.bundles.iter().map(|b| b.lanes.len()).sum();
    if total <= budget {
        return;
    }
    let mut by_length: Vec<usize> = (0..net.bundles.len()).collect();
    sort_indices(&mut by_length, &mut |a, b| {
        (net.bundles[a].lanes.len(), a).cmp(&(net.bundles[b].lanes.len(), b))
    });
    let express = net.bundles.len();
    let mut moved = vec![false; express];
    let mut way =
        Bundle { target: usize::MAX, role: Role::Express, first_layer: 0, lanes: Vec::new(), entry: None };
    let mut used = 0;
    for b in by_length {
        let bundle = &mut net.bundles[b];
        used += bundle.lanes.len();
        if used > budget {
            moved[b] = true;
            if let Some(more) = bundle.lanes.len().checked_sub(1) {
                widen(&mut way, bundle.first_layer, bundle.first_layer + more);
            }
            bundle.lanes.clear();
        }
    }
    net.bundles.push(way);
    for course in &mut net.courses {
        for bundle in [&mut course.bundle, &mut course.joinable] {
            if bundle.is_some_and(|b| moved[b]) {
                *bundle = Some(express);
            }
        }
    }
}

fn add_lanes(net: &mut Net) {
    for bundle in 0..net.bundles.len() {
        for step in 0..net.bundles[bundle].lanes.len() {
            let layer = net.bundles[bundle].first_layer + step;
            let item = push_item(net, Kind::Lane, layer, (0.0, 0.0), 0.0);
            net.layers[layer].push(Unit { core: item, ..Unit::default() });
            net.bundles[bundle].lanes[step] = item;
        }
    }
}

/// Makes all links anew from the courses and bundles.
fn link(net: &mut Net, wires: &[Wire]) {
    let mut links = Vec::new();
    for bundle in &net.bundles {
        for pair in bundle.lanes.windows(2) {
            let &[upper, lower] = pair else { continue };
            links.push(Link { upper, lower, wire: None, catch: false, priority: LANE });
        }
    }
    for (at, wire) in wires.iter().enumerate() {
        let course = &net.courses[at];
        let source = net.vertex_items[wire.from];
        let head = course.head.unwrap_or(source);
        let last = course.entry.unwrap_or(net.vertex_items[wire.to]);
        let lanes = course.bundle.map(|bundle| {
            let bundle = &net.bundles[bundle];
            (bundle.lane(course.from_layer), bundle.lane(course.to_layer))
        });
        if !course.joins {
            push_link(&mut links, net, at, wire, source, head);
        }
        match lanes {
            Some((Some(from), Some(to))) => {
                if !course.joins {
                    push_link(&mut links, net, at, wire, head, from);
                }
                push_link(&mut links, net, at, wire, to, last);
            }
            _ => push_link(&mut links, net, at, wire, head, last),
        }
    }
    // The same link of two wires keeps the higher priority.
    links.sort_by_key(|l| (l.upper, l.lower, l.wire, l.catch, std::cmp::Reverse(l.priority)));
    links.dedup_by_key(|l| (l.upper, l.lower, l.wire, l.catch));
    net.links = links;
}

fn push_link(links: &mut Vec<Link>, net: &Net, at: usize, wire: &Wire, a: usize, b: usize) {
    let (upper, lower) = if net.items[a].layer < net.items[b].layer { (a, b) } else { (b, a) };
    if net.items[upper].layer + 1 != net.items[lower].layer {
        // A turn beside a vertex is in the vertex's own layer; nothing connects it there.
        return;
    }
    let is_vertex = |item: usize| matches!(net.items[item].kind, Kind::Vertex(_));
    let is_line = |item: usize| matches!(net.items[item].kind, Kind::Lane | Kind::Side);
    let priority = if is_line(upper) && is_line(lower) { LANE } else { net.priorities[at] };
    links.push(Link {
        upper,
        lower,
        wire: is_vertex(upper).then_some(at),
        catch: is_vertex(lower) && wire.catch,
        priority,
    });
}

fn merge_neighbours(net: &mut Net) {
    let mut bundle_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (b, bundle) in net.bundles.iter().enumerate().filter(|(_, b)| b.role == Role::Forward) {
        bundle_of.extend(bundle.lanes.iter().map(|&lane| (lane, b)));
    }
    let mut replaced: Vec<usize> = (0..net.items.len()).collect();
    for layer in 0..net.layers.len() {
        let mut previous: Option<usize> = None;
        for unit in 0..net.layers[layer].len() {
            let item = net.layers[layer][unit].core;
            if replaced[item] != item {
                continue;
            }
            let Some(&bundle) = bundle_of.get(&item) else {
                previous = None;
                continue;
            };
            let together = previous.filter(|&other| net.bundles[other].target == net.bundles[bundle].target);
            previous = Some(match together.and_then(|other| survivor(net, layer, other, bundle)) {
                Some((kept, dropped)) => {
                    for at in layer..net.layers.len() {
                        let (Some(old), Some(new)) =
                            (net.bundles[dropped].lane(at), net.bundles[kept].lane(at))
                        else {
                            break;
                        };
                        replaced[old] = new;
                    }
                    kept
                }
                None => bundle,
            });
        }
    }
    for lane in net.bundles.iter_mut().flat_map(|bundle| &mut bundle.lanes) {
        while replaced[*lane] != *lane {
            *lane = replaced[*lane];
        }
    }
    for layer in &mut net.layers {
        layer.retain(|unit| replaced[unit.core] == unit.core);
    }
}

/// Which of two bundles should end at the other's lane in a layer, and at which; none if that is a detour.
fn survivor(net: &Net, layer: usize, a: usize, b: usize) -> Option<(usize, usize)> {
    let place = |bundle: usize| net.bundles[bundle].lane(layer).map(|lane| net.items[lane].x);
    let target = net.items[net.vertex_items[net.bundles[a].target]].x;
    let (x_a, x_b) = (place(a)?, place(b)?);
    let a_is_nearer = (x_a - target).abs() <= (x_b - target).abs();
    let same_side = (x_a - target) * (x_b - target) >= 0.0;
    let merges = same_side || (x_a - x_b).abs() <= NEAR;
    merges.then_some(if a_is_nearer { (a, b) } else { (b, a) })
}

fn join_bundles(net: &mut Net, wires: &[Wire]) {
    let mut unit_of = vec![usize::MAX; net.items.len()];
    for layer in &net.layers {
        for (at, unit) in layer.iter().enumerate() {
            unit_of[unit.core] = at;
        }
    }
    for (at, wire) in wires.iter().enumerate() {
        let course = &net.courses[at];
        let (Some(head), Some(bundle)) = (course.head, course.joinable) else { continue };
        if net.items[head].kind != Kind::Side {
            continue;
        }
        let layer = net.items[head].layer;
        let Some(lane) = net.bundles[bundle].lane(layer) else { continue };
        let (own, other) = (unit_of[net.vertex_items[wire.from]], unit_of[lane]);
        let between = &net.layers[layer][own.min(other) + 1..own.max(other)];
        if !between.iter().all(|unit| net.items[unit.core].kind == Kind::Lane) {
            continue;
        }
        set_side(net, layer, own, head, other > own);
        let course = &mut net.courses[at];
        course.bundle = Some(bundle);
        course.from_layer = layer;
        course.joins = true;
        course.source = Some(net.vertex_items[wire.from]);
        let unit = &mut net.layers[layer][own];
        if net.items[head].left + net.items[head].right > 0.0 {
            net.items[head].kind = Kind::Spacer;
        } else {
            unit.left.retain(|&item| item != head);
            unit.right.retain(|&item| item != head);
        }
    }
}

/// Moves a turn to the left or right of its vertex.
pub(super) fn set_side(net: &mut Net, layer: usize, unit: usize, item: usize, right: bool) {
    let unit = &mut net.layers[layer][unit];
    if unit.right.contains(&item) == right {
        return;
    }
    let Item { left, right: r, .. } = &mut net.items[item];
    std::mem::swap(left, r);
    unit.left.retain(|&other| other != item);
    unit.right.retain(|&other| other != item);
    if right { unit.right.push(item) } else { unit.left.insert(0, item) }
}
