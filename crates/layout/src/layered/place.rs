//! Positions across the flow, after U. Brandes and B. Köpf, "Fast and simple horizontal coordinate assignment"
//! (2001): four drawings, each as far to one side as it can be with as many links straight as possible, and the
//! average of the two in the middle.

use super::{Kind, LANE, Net, Unit};
use crate::options::Options;
use crate::sorting::sort_indices;

/// Sets `x` of every item.
pub(super) fn place(net: &mut Net, options: &Options) {
    place_roughly(net, options);
    let layers = flat_layers(net);
    tighten(net, &layers, options);
}

fn flat_layers(net: &Net) -> Vec<Vec<usize>> {
    net.layers.iter().map(|units| units.iter().flat_map(Unit::items).collect()).collect()
}

/// Sets `x` of every item so that nothing overlaps and the most important lines are straight.
pub(super) fn place_roughly(net: &mut Net, options: &Options) {
    let layers = flat_layers(net);
    let neighbours = Neighbours::new(net, &layers);
    let mut drawings: Vec<Vec<f64>> = Vec::with_capacity(4);
    for upwards in [false, true] {
        for leftwards in [false, true] {
            let alignment = neighbours.align(&layers, upwards, leftwards);
            drawings.push(compact(net, &layers, &alignment, leftwards, options));
        }
    }
    balance(net, &layers, drawings);
}

/// Least distance of the lines of two items side by side.
fn separation(net: &Net, left: usize, right: usize, options: &Options) -> f64 {
    let (a, b) = (&net.items[left], &net.items[right]);
    let is_box = |kind| matches!(kind, Kind::Vertex(_));
    let gap = match (is_box(a.kind), is_box(b.kind)) {
        (true, true) => options.node_gap,
        (false, false) => options.lane_gap,
        _ => options.clearance,
    };
    a.right + gap + b.left
}

struct Neighbours {
    /// The links worth being straight, for each item: places of the other ends, in order, with their items.
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
    at: Vec<usize>,
}

impl Neighbours {
    fn new(net: &Net, layers: &[Vec<usize>]) -> Neighbours {
        let count = net.items.len();
        let mut at = vec![0; count];
        for layer in layers {
            for (place, &item) in layer.iter().enumerate() {
                at[item] = place;
            }
        }
        // Each item aligns only along its most important links.
        let mut best_up = vec![0; count];
        let mut best_down = vec![0; count];
        for link in &net.links {
            best_up[link.lower] = link.priority.max(best_up[link.lower]);
            best_down[link.upper] = link.priority.max(best_down[link.upper]);
        }
        let crossing = crosses_lane(net, layers, &at);
        let mut up = vec![Vec::new(); count];
        let mut down = vec![Vec::new(); count];
        for (link, crossing) in net.links.iter().zip(crossing) {
            let matters = link.priority == best_up[link.lower] && link.priority == best_down[link.upper];
            if matters && !crossing {
                up[link.lower].push(link.upper);
                down[link.upper].push(link.lower);
            }
        }
        for side in [&mut up, &mut down] {
            for list in side.iter_mut() {
                sort_indices(list, &mut |a, b| at[a].cmp(&at[b]));
                list.dedup();
            }
        }
        Neighbours { up, down, at }
    }

    /// The items that are to be in line: the top of the line of each item.
    fn align(&self, layers: &[Vec<usize>], upwards: bool, leftwards: bool) -> Vec<usize> {
        let count = self.at.len();
        let mut root: Vec<usize> = (0..count).collect();
        let mut next: Vec<usize> = (0..count).collect();
        let side = if upwards { &self.down } else { &self.up };
        let mut visit = |layer: &[usize]| {
            let mut limit: Option<usize> = None;
            let mut visit_item = |item: usize| {
                let others = &side[item];
                let Some(last) = others.len().checked_sub(1) else { return };
                let medians = [last / 2, last.div_ceil(2)];
                let medians = if leftwards { [medians[1], medians[0]] } else { medians };
                for median in medians {
                    let other = others[median];
                    let place = self.at[other];
                    let free = limit.is_none_or(|l| if leftwards { place < l } else { place > l });
                    if next[item] == item && free {
                        next[other] = item;
                        root[item] = root[other];
                        next[item] = root[item];
                        limit = Some(place);
                    }
                }
            };
            if leftwards {
                layer.iter().rev().for_each(|&item| visit_item(item));
            } else {
                layer.iter().for_each(|&item| visit_item(item));
            }
        };
        if upwards {
            layers.iter().rev().for_each(|layer| visit(layer));
        } else {
            layers.iter().for_each(|layer| visit(layer));
        }
        root
    }
}

/// Which links cross one of the highest priority: those give way.
fn crosses_lane(net: &Net, layers: &[Vec<usize>], at: &[usize]) -> Vec<bool> {
    let mut lanes: Vec<Vec<(usize, usize)>> = vec![Vec::new(); layers.len()];
    for link in net.links.iter().filter(|l| l.priority == LANE) {
        lanes[net.items[link.upper].layer].push((at[link.upper], at[link.lower]));
    }
    // For each gap: how far right the lanes up to one reach, and how far left those from one on.
    let mut reach: Vec<(Vec<usize>, Vec<usize>)> = Vec::with_capacity(layers.len());
    for gap in &mut lanes {
        gap.sort_unstable();
        let mut furthest_right: Vec<usize> = gap.iter().map(|&(_, lower)| lower).collect();
        let mut furthest_left = furthest_right.clone();
        for i in 1..gap.len() {
            furthest_right[i] = furthest_right[i].max(furthest_right[i - 1]);
        }
        for i in (1..gap.len()).rev() {
            furthest_left[i - 1] = furthest_left[i - 1].min(furthest_left[i]);
        }
        reach.push((furthest_right, furthest_left));
    }
    let crosses = |link: &super::Link| {
        if link.priority == LANE {
            return false;
        }
        let gap = net.items[link.upper].layer;
        let (upper, lower) = (at[link.upper], at[link.lower]);
        let left_of = lanes[gap].partition_point(|&(u, _)| u < upper);
        let up_to = lanes[gap].partition_point(|&(u, _)| u <= upper);
        let (right, left) = &reach[gap];
        left_of.checked_sub(1).is_some_and(|i| right[i] > lower)
            || left.get(up_to).is_some_and(|&l| l < lower)
    };
    net.links.iter().map(crosses).collect()
}

/// One of the four drawings: every line of items as far to the left (or right) as it goes, then back towards
/// what is beside it.
fn compact(net: &Net, layers: &[Vec<usize>], root: &[usize], leftwards: bool, options: &Options) -> Vec<f64> {
    let count = root.len();
    let mut after: Vec<Vec<(usize, f64)>> = vec![Vec::new(); count];
    let mut waiting_for = vec![0usize; count];
    for layer in layers {
        for pair in layer.windows(2) {
            let &[left, right] = pair else { continue };
            after[root[left]].push((root[right], separation(net, left, right, options)));
            waiting_for[root[right]] += 1;
        }
    }
    let mut in_layers = vec![false; count];
    layers.iter().flatten().for_each(|&item| in_layers[item] = true);
    let mut sequence: Vec<usize> =
        (0..count).filter(|&i| in_layers[i] && root[i] == i && waiting_for[i] == 0).collect();
    let mut done = 0;
    while let Some(&line) = sequence.get(done) {
        done += 1;
        for &(next, _) in &after[line] {
            waiting_for[next] -= 1;
            if waiting_for[next] == 0 {
                sequence.push(next);
            }
        }
    }
    let mut x = vec![0.0f64; count];
    if leftwards {
        // As far right as possible, with the right edge at zero …
        for &line in sequence.iter().rev() {
            x[line] = after[line].iter().map(|&(next, gap)| x[next] - gap).fold(0.0, f64::min);
        }
        // … and back to the left where there is room.
        let mut before: Vec<f64> = vec![f64::NEG_INFINITY; count];
        for &line in &sequence {
            if before[line].is_finite() {
                x[line] = x[line].min(before[line]);
            }
            for &(next, gap) in &after[line] {
                before[next] = before[next].max(x[line] + gap);
            }
        }
    } else {
        for &line in &sequence {
            for &(next, gap) in &after[line] {
                x[next] = x[next].max(x[line] + gap);
            }
        }
        for &line in sequence.iter().rev() {
            let room = after[line].iter().map(|&(next, gap)| x[next] - gap).fold(f64::INFINITY, f64::min);
            if room.is_finite() {
                x[line] = x[line].max(room);
            }
        }
    }
    root.iter().map(|&line| x[line]).collect()
}

/// How many times all lines are moved towards what they connect.
const TIGHTENING_PASSES: usize = 4;
/// Less than this aside, a line looks like a mistake; in pixels.
const SHORT_JOG: f64 = 30.0;
/// At most so many lines move together.
const MOST_PUSHED: usize = 12;

/// Moves whole straight lines of items sideways where that shortens the links at their sides: the average of four
/// drawings leaves slack that none of them has.
fn tighten(net: &mut Net, layers: &[Vec<usize>], options: &Options) {
    let passes = if net.items.len() > 20_000 { 1 } else { TIGHTENING_PASSES };
    let pulls = pulls(net);
    // At first, lines that are as well in one place as in another stay where they are; then they go to the middle.
    for center in [false, true] {
        for pass in 0..passes {
            let lines = Lines::new(net, layers, &pulls);
            let mut moved = false;
            for step in 0..lines.members.len() {
                let line = if pass % 2 == 0 { step } else { lines.members.len() - 1 - step };
                moved |= lines.shift(net, line, &pulls, center, options);
            }
            if !moved {
                break;
            }
        }
    }
}

/// What pulls two items together, with its weight, for each item.
fn pulls(net: &Net) -> Vec<Vec<(usize, f64)>> {
    let mut pulls = vec![Vec::new(); net.items.len()];
    let mut pull = |a: usize, b: usize, weight: f64| {
        pulls[a].push((b, weight));
        pulls[b].push((a, weight));
    };
    for link in &net.links {
        pull(link.upper, link.lower, 0.5 + 0.5 * f64::from(link.priority));
    }
    // Turns stay near their vertices.
    for unit in net.layers.iter().flatten() {
        unit.left.iter().chain(&unit.right).for_each(|&turn| pull(unit.core, turn, 0.5));
    }
    for course in net.courses.iter().filter(|course| course.joins) {
        let lane = course.bundle.and_then(|b| net.bundles[b].lane(course.from_layer));
        if let (Some(lane), Some(source)) = (lane, course.source) {
            pull(source, lane, 0.5);
        }
    }
    pulls
}

/// Items that are linked and in line.
struct Lines {
    members: Vec<Vec<usize>>,
    of: Vec<usize>,
    /// Neighbours in the layer, for each item.
    left: Vec<Option<usize>>,
    right: Vec<Option<usize>>,
}

impl Lines {
    fn new(net: &Net, layers: &[Vec<usize>], pulls: &[Vec<(usize, f64)>]) -> Lines {
        let count = net.items.len();
        let mut lines = Lines {
            members: Vec::new(),
            of: vec![usize::MAX; count],
            left: vec![None; count],
            right: vec![None; count],
        };
        for pair in layers.iter().flat_map(|layer| layer.windows(2)) {
            lines.right[pair[0]] = Some(pair[1]);
            lines.left[pair[1]] = Some(pair[0]);
        }
        for &item in layers.iter().flatten() {
            if lines.of[item] != usize::MAX {
                continue;
            }
            let line = lines.members.len();
            lines.of[item] = line;
            let mut members = vec![item];
            let mut done = 0;
            while let Some(&member) = members.get(done) {
                done += 1;
                for &(other, _) in &pulls[member] {
                    if lines.of[other] == usize::MAX && net.items[other].x == net.items[member].x {
                        lines.of[other] = line;
                        members.push(other);
                    }
                }
            }
            lines.members.push(members);
        }
        lines
    }

    /// Moves a line towards the weighted median of what it is connected to, together with the lines that stand in its
    /// way if they all together want to.
    fn shift(
        &self,
        net: &mut Net,
        line: usize,
        pulls: &[Vec<(usize, f64)>],
        center: bool,
        options: &Options,
    ) -> bool {
        let mut group = vec![line];
        let wish = self.wish(net, &group, pulls, center);
        let mut by = self.room(net, &group, wish, options);
        if by.abs() < 1.0 && wish.abs() >= 1.0 {
            self.push(net, &mut group, wish > 0.0, options);
            let together = self.wish(net, &group, pulls, center);
            if group.len() > 1 && together * wish > 0.0 {
                by = self.room(net, &group, together, options);
            }
        }
        let by = by.trunc();
        for &item in group.iter().flat_map(|&line| &self.members[line]) {
            net.items[item].x += by;
        }
        by != 0.0
    }

    /// How far a group of lines would like to move.
    fn wish(&self, net: &Net, group: &[usize], pulls: &[Vec<(usize, f64)>], center: bool) -> f64 {
        let mut wishes: Vec<(f64, f64)> = Vec::new();
        for &item in group.iter().flat_map(|&line| &self.members[line]) {
            let outside = pulls[item].iter().filter(|(other, _)| !group.contains(&self.of[*other]));
            wishes.extend(outside.map(|&(other, weight)| (net.items[other].x - net.items[item].x, weight)));
        }
        let (from, to) = median(&mut wishes);
        let nearest = if from.abs() < to.abs() { from } else { to };
        match center {
            // The middle of little room would make two short jogs out of one straight line.
            true if nearest.abs() <= SHORT_JOG => nearest,
            true => (from + to) / 2.0,
            false => 0.0f64.clamp(from, to),
        }
    }

    /// As much of a move as there is room for.
    fn room(&self, net: &Net, group: &[usize], wish: f64, options: &Options) -> f64 {
        let mut room = f64::INFINITY;
        for &item in group.iter().flat_map(|&line| &self.members[line]) {
            let neighbour = if wish > 0.0 { self.right[item] } else { self.left[item] };
            if let Some(neighbour) = neighbour.filter(|&n| !group.contains(&self.of[n])) {
                room = room.min(free(net, item, neighbour, wish > 0.0, options));
            }
        }
        wish.signum() * wish.abs().min(room.max(0.0))
    }

    /// Adds the lines that leave no room on one side to a group, up to a limit.
    fn push(&self, net: &Net, group: &mut Vec<usize>, rightwards: bool, options: &Options) {
        let mut done = 0;
        while let Some(&line) = group.get(done) {
            done += 1;
            for &item in &self.members[line] {
                let Some(neighbour) = (if rightwards { self.right[item] } else { self.left[item] }) else {
                    continue;
                };
                let line = self.of[neighbour];
                if free(net, item, neighbour, rightwards, options) < 1.0 && !group.contains(&line) {
                    if group.len() == MOST_PUSHED {
                        return;
                    }
                    group.push(line);
                }
            }
        }
    }
}

/// The room between an item and its neighbour beyond what they have to keep.
fn free(net: &Net, item: usize, neighbour: usize, rightwards: bool, options: &Options) -> f64 {
    let (left, right) = if rightwards { (item, neighbour) } else { (neighbour, item) };
    net.items[right].x - net.items[left].x - separation(net, left, right, options)
}

/// The values that split the weights evenly: from one to the other.
fn median(wishes: &mut [(f64, f64)]) -> (f64, f64) {
    wishes.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = wishes.iter().map(|w| w.1).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    for (at, &(value, weight)) in wishes.iter().enumerate() {
        sum += weight;
        if sum >= half {
            let next = wishes.get(at + 1).filter(|_| sum == half).map_or(value, |w| w.0);
            return (value, next);
        }
    }
    (0.0, 0.0)
}

/// Brings the drawings together at the narrowest one and takes the middle.
fn balance(net: &mut Net, layers: &[Vec<usize>], mut drawings: Vec<Vec<f64>>) {
    let extents: Vec<(f64, f64)> = drawings
        .iter()
        .map(|x| {
            layers.iter().flatten().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &item| {
                (low.min(x[item] - net.items[item].left), high.max(x[item] + net.items[item].right))
            })
        })
        .collect();
    let narrowest = extents.iter().copied().min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0)));
    let (low, high) = narrowest.unwrap_or_default();
    for (at, x) in drawings.iter_mut().enumerate() {
        // The drawings alternate between left and right.
        let shift = if at % 2 == 0 { low - extents[at].0 } else { high - extents[at].1 };
        x.iter_mut().for_each(|x| *x += shift);
    }
    for &item in layers.iter().flatten() {
        let mut values: Vec<f64> = drawings.iter().map(|x| x[item]).collect();
        values.sort_by(f64::total_cmp);
        net.items[item].x = ((values[1] + values[2]) / 2.0).round();
    }
}
