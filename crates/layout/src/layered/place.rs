//! Positions across the flow, after U. Brandes and B. Köpf, "Fast and simple horizontal coordinate assignment"
//! (2001): four drawings, each as far to one side as it can be with as many links straight as possible, and the
//! average of the two in the middle.

use super::{Kind, Net, Unit};
use crate::options::Options;

/// Sets `x` of every item.
pub(super) fn place(net: &mut Net, options: &Options) {
    let layers: Vec<Vec<usize>> =
        net.layers.iter().map(|units| units.iter().flat_map(Unit::items).collect()).collect();
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
                list.sort_by_key(|&item| at[item]);
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
                    if next[item] == item && next[other] == other && free {
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
    for link in net.links.iter().filter(|l| l.priority == 3) {
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
        if link.priority == 3 {
            return false;
        }
        let gap = net.items[link.upper].layer;
        let (upper, lower) = (at[link.upper], at[link.lower]);
        let left_of = lanes[gap].partition_point(|&(u, _)| u < upper);
        let up_to = lanes[gap].partition_point(|&(u, _)| u <= upper);
        let (right, left) = &reach[gap];
        left_of.checked_sub(1).is_some_and(|i| right[i] > lower) || left.get(up_to).is_some_and(|&l| l < lower)
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
