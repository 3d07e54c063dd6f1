//! Left and right: the order inside each layer.
//!
//! The order begins as a depth-first walk in document order, which already draws trees without crossings, and
//! is changed only where that saves crossings, so that branches stay in document order and a small edit
//! moves little. What has a place that was given by hand keeps it, whatever that crosses.

use super::lanes::set_side;
use super::{Kind, Net, Role, Unit, Vertex, Wire};
use crate::sorting::sort_indices;

/// Orders the layers of a net.
pub(super) fn order(net: &mut Net, vertices: &[Vertex], wires: &[Wire]) {
    let by_hand = ByHand::new(net, vertices);
    let mut variation = Variation {
        on_the_right: vec![false; net.bundles.len()],
        reversed: vec![false; net.vertex_items.len()],
    };
    walk(net, wires, &variation, &by_hand);
    let mut work = Work::new(net, by_hand);
    if work.crossings(net) == 0 {
        return;
    }
    vary(net, wires, &mut work, &mut variation);
    let (sweeps, passes) = match net.links.len() {
        0..4_000 => (10, 6),
        4_000..20_000 => (5, 3),
        20_000..80_000 => (3, 1),
        _ => (1, 0),
    };
    work.transpose(net, passes);
    let crossings = work.crossings(net);
    let mut best = (crossings, net.layers.clone(), sides(net));
    let mut without_gain = 0;
    for sweep in 0..sweeps {
        work.sweep(net, sweep % 2 == 0);
        work.transpose(net, passes);
        let crossings = work.crossings(net);
        if crossings < best.0 {
            best = (crossings, net.layers.clone(), sides(net));
            without_gain = 0;
        } else {
            without_gain += 1;
        }
        if best.0 == 0 || without_gain == 4 {
            break;
        }
    }
    net.layers = best.1;
    for (item, (left, right)) in net.items.iter_mut().zip(best.2) {
        (item.left, item.right) = (left, right);
    }
}

fn sides(net: &Net) -> Vec<(f64, f64)> {
    net.items.iter().map(|item| (item.left, item.right)).collect()
}

/// A depth-first walk that departs from document order.
struct Variation {
    /// For each bundle of ways back: whether it runs on the right of what it goes around.
    on_the_right: Vec<bool>,
    /// For each vertex: whether its branches are taken from right to left.
    reversed: Vec<bool>,
}

/// Nets with more links, or with more to try, keep to document order.
const MOST_LINKS_TO_VARY: usize = 1_500;
const MOST_VARIATIONS: usize = 40;

/// Tries ways back on the other side and branches in the opposite order, one after the other, and keeps what saves
/// crossings.
fn vary(net: &mut Net, wires: &[Wire], work: &mut Work, variation: &mut Variation) {
    let back = (0..net.bundles.len()).filter(|&b| net.bundles[b].role == Role::Back);
    let mut branches = vec![0usize; net.vertex_items.len()];
    wires.iter().filter(|w| !w.catch && !w.backward).for_each(|wire| branches[wire.from] += 1);
    let forks = (0..branches.len()).filter(|&vertex| branches[vertex] > 1);
    let choices: Vec<(bool, usize)> = back.map(|b| (true, b)).chain(forks.map(|v| (false, v))).collect();
    if choices.is_empty() || choices.len() > MOST_VARIATIONS || net.links.len() > MOST_LINKS_TO_VARY {
        return;
    }
    let mut best = attempt(net, wires, work, variation);
    for (is_bundle, at) in choices {
        let switch = |variation: &mut Variation| {
            let of = if is_bundle { &mut variation.on_the_right } else { &mut variation.reversed };
            of[at] = !of[at];
        };
        switch(variation);
        let crossings = attempt(net, wires, work, variation);
        if crossings < best {
            best = crossings;
        } else {
            switch(variation);
        }
        if best == 0 {
            break;
        }
    }
    attempt(net, wires, work, variation);
}

/// Orders the net by a walk, improves it a little, and counts crossings.
fn attempt(net: &mut Net, wires: &[Wire], work: &mut Work, variation: &Variation) -> usize {
    for (at, wire) in wires.iter().enumerate().filter(|(_, w)| w.catch || w.backward) {
        let course = &net.courses[at];
        let right = wire.catch || course.joinable.is_some_and(|b| variation.on_the_right[b]);
        for (vertex, turn) in [(wire.from, course.head), (wire.to, course.entry)] {
            let Some(turn) = turn.filter(|&turn| net.items[turn].kind == Kind::Side) else { continue };
            let (layer, core) = (net.items[turn].layer, net.vertex_items[vertex]);
            if let Some(unit) = net.layers[layer].iter().position(|unit| unit.core == core) {
                set_side(net, layer, unit, turn, right);
            }
        }
    }
    walk(net, wires, variation, &work.by_hand);
    (0..net.layers.len()).for_each(|layer| work.renumber(net, layer));
    work.transpose(net, 2);
    work.crossings(net)
}

/// The order of a depth-first walk.
fn walk(net: &mut Net, wires: &[Wire], variation: &Variation, by_hand: &ByHand) {
    enum Task {
        Vertex(usize),
        Wire(usize),
        Lanes(usize),
    }
    let vertex_count = net.vertex_items.len();
    let mut outgoing: Vec<Vec<usize>> = vec![Vec::new(); vertex_count];
    for (at, wire) in wires.iter().enumerate() {
        outgoing[wire.from].push(at);
    }
    for (wires_of, &reversed) in outgoing.iter_mut().zip(&variation.reversed) {
        if reversed {
            wires_of.reverse();
        }
        sort_indices(wires_of, &mut |a, b| wires[a].catch.cmp(&wires[b].catch));
        // Labels and lanes come in the order of what they lead to.
        by_hand.settle(wires_of, |&at| net.vertex_items[wires[at].to]);
    }
    // The bundles that run up to each vertex: on its left, and on its right.
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); vertex_count];
    let mut after: Vec<Vec<usize>> = vec![Vec::new(); vertex_count];
    for (b, bundle) in net.bundles.iter().enumerate() {
        match bundle.role {
            Role::Back if !variation.on_the_right[b] => before[bundle.target].push(b),
            Role::Back | Role::BackCatch => after[bundle.target].push(b),
            _ => {}
        }
    }
    let mut place = vec![usize::MAX; net.items.len()];
    let mut next_place = 0;
    let mut put = |item: usize| {
        if place[item] == usize::MAX {
            place[item] = next_place;
            next_place += 1;
        }
    };
    let mut visited = vec![false; vertex_count];
    let mut tasks: Vec<Task> = (0..vertex_count).rev().map(Task::Vertex).collect();
    while let Some(task) = tasks.pop() {
        match task {
            Task::Vertex(vertex) => {
                if std::mem::replace(&mut visited[vertex], true) {
                    continue;
                }
                put(net.vertex_items[vertex]);
                tasks.extend(after[vertex].iter().map(|&b| Task::Lanes(b)));
                tasks.extend(outgoing[vertex].iter().rev().map(|&at| Task::Wire(at)));
                tasks.extend(before[vertex].iter().map(|&b| Task::Lanes(b)));
            }
            Task::Wire(at) => {
                let wire = &wires[at];
                if wire.backward {
                    continue;
                }
                if let Some(head) = net.courses[at].head {
                    put(head);
                }
                if let Some(bundle) = net.courses[at].bundle {
                    net.bundles[bundle].lanes.iter().for_each(|&lane| put(lane));
                }
                tasks.push(Task::Vertex(wire.to));
            }
            Task::Lanes(bundle) => net.bundles[bundle].lanes.iter().for_each(|&lane| put(lane)),
        }
    }
    for layer in &mut net.layers {
        layer.sort_by_key(|unit| place[unit.core]);
        by_hand.settle(layer, |unit| unit.core);
    }
}

/// The places that were given by hand.
struct ByHand {
    /// For each item; empty where none has one.
    places: Vec<Option<u32>>,
}

impl ByHand {
    fn new(net: &Net, vertices: &[Vertex]) -> ByHand {
        if vertices.iter().all(|vertex| vertex.order.is_none()) {
            return ByHand { places: Vec::new() };
        }
        let mut places = vec![None; net.items.len()];
        for (vertex, &item) in vertices.iter().zip(&net.vertex_items) {
            places[item] = vertex.order;
        }
        ByHand { places }
    }

    fn place(&self, item: usize) -> Option<u32> {
        self.places.get(item).copied().flatten()
    }

    /// Puts those that have a place in their order, into the slots that they have together.
    fn settle<T>(&self, list: &mut [T], item: impl Fn(&T) -> usize) {
        if self.places.is_empty() {
            return;
        }
        let slots: Vec<usize> = (0..list.len()).filter(|&at| self.place(item(&list[at])).is_some()).collect();
        // The lists are as long as a layer is wide: each round brings one to its slot.
        for round in 0..slots.len() {
            let least = slots[round..].iter().copied().min_by_key(|&at| self.place(item(&list[at])));
            // What stands between keeps its order.
            let Some(least) = least else { break };
            let from = slots.iter().position(|&at| at == least).unwrap_or(round);
            for step in (round..from).rev() {
                list.swap(slots[step], slots[step + 1]);
            }
        }
    }

    /// Whether two items have places, so that they must not be swapped.
    fn holds(&self, a: usize, b: usize) -> bool {
        self.place(a).is_some() && self.place(b).is_some()
    }
}

struct Work {
    /// Neighbours in the layer above and below, for each item.
    up: Vec<Vec<usize>>,
    down: Vec<Vec<usize>>,
    /// The place of each item in its layer.
    at: Vec<usize>,
    by_hand: ByHand,
}

impl Work {
    fn new(net: &Net, by_hand: ByHand) -> Work {
        let mut up = vec![Vec::new(); net.items.len()];
        let mut down = vec![Vec::new(); net.items.len()];
        for link in &net.links {
            up[link.lower].push(link.upper);
            down[link.upper].push(link.lower);
        }
        let mut work = Work { up, down, at: vec![0; net.items.len()], by_hand };
        for layer in 0..net.layers.len() {
            work.renumber(net, layer);
        }
        work
    }

    fn renumber(&mut self, net: &Net, layer: usize) {
        for (place, item) in net.layers[layer].iter().flat_map(Unit::items).enumerate() {
            self.at[item] = place;
        }
    }

    /// How many pairs of links cross.
    fn crossings(&self, net: &Net) -> usize {
        let mut by_gap: Vec<Vec<(usize, usize)>> = vec![Vec::new(); net.layers.len()];
        for link in &net.links {
            by_gap[net.items[link.upper].layer].push((self.at[link.upper], self.at[link.lower]));
        }
        by_gap
            .into_iter()
            .map(|mut gap| {
                gap.sort_unstable();
                inversions(gap.iter().map(|&(_, lower)| lower))
            })
            .sum()
    }

    /// Reorders every layer by the average place of its neighbours in the one before.
    fn sweep(&mut self, net: &mut Net, downwards: bool) {
        let count = net.layers.len();
        for step in 1..count {
            let layer = if downwards { step } else { count - 1 - step };
            let neighbours = if downwards { &self.up } else { &self.down };
            let average = |items: &mut dyn Iterator<Item = usize>| {
                let places = items.flat_map(|item| &neighbours[item]).map(|&other| self.at[other] as f64);
                let (sum, n) = places.fold((0.0, 0usize), |(sum, n), place| (sum + place, n + 1));
                (n > 0).then(|| sum / n as f64)
            };
            let units = &mut net.layers[layer];
            let mut keys: Vec<(f64, usize)> = Vec::new();
            let mut slots: Vec<usize> = Vec::new();
            for (slot, unit) in units.iter().enumerate() {
                let key = average(&mut std::iter::once(unit.core)).or_else(|| average(&mut unit.items()));
                if let Some(key) = key {
                    keys.push((key, slot));
                    slots.push(slot);
                }
            }
            // What has no neighbours stays where it is.
            keys.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut sorted: Vec<Unit> =
                keys.iter().map(|&(_, slot)| std::mem::take(&mut units[slot])).collect();
            for unit in &mut sorted {
                for turns in [&mut unit.left, &mut unit.right] {
                    turns.sort_by_cached_key(|&item| {
                        let key = average(&mut std::iter::once(item)).unwrap_or(self.at[item] as f64);
                        (key * 1024.0) as i64
                    });
                }
            }
            for (slot, unit) in slots.into_iter().zip(sorted) {
                units[slot] = unit;
            }
            self.by_hand.settle(units, |unit| unit.core);
            self.renumber(net, layer);
        }
    }

    /// Swaps neighbours, and turns beside vertices from one side to the other, as long as that saves crossings.
    fn transpose(&mut self, net: &mut Net, passes: usize) {
        for _ in 0..passes {
            let mut improved = false;
            for layer in 0..net.layers.len() {
                improved |= self.transpose_units(net, layer);
                improved |= self.transpose_turns(net, layer);
            }
            if !improved {
                break;
            }
        }
    }

    fn transpose_units(&mut self, net: &mut Net, layer: usize) -> bool {
        let mut improved = false;
        for right in 1..net.layers[layer].len() {
            let units = &net.layers[layer];
            if self.by_hand.holds(units[right - 1].core, units[right].core) {
                continue;
            }
            let gain: isize = units[right - 1]
                .items()
                .flat_map(|a| units[right].items().map(move |b| (a, b)))
                .map(|(a, b)| self.swap_gain(a, b))
                .sum();
            if gain > 0 {
                net.layers[layer].swap(right - 1, right);
                self.renumber_two(net, layer, right);
                improved = true;
            }
        }
        improved
    }

    /// After two units changed places: only their items have new places.
    fn renumber_two(&mut self, net: &Net, layer: usize, right: usize) {
        let pair = &net.layers[layer][right - 1..=right];
        let first = pair.iter().flat_map(Unit::items).map(|item| self.at[item]).min().unwrap_or(0);
        for (place, item) in pair.iter().flat_map(Unit::items).enumerate() {
            self.at[item] = first + place;
        }
    }

    fn transpose_turns(&mut self, net: &mut Net, layer: usize) -> bool {
        let mut improved = false;
        for unit in 0..net.layers[layer].len() {
            let Unit { left, core, right } = &net.layers[layer][unit];
            if left.is_empty() && right.is_empty() {
                continue;
            }
            let core = *core;
            let mut items: Vec<usize> = net.layers[layer][unit].items().collect();
            let first = items.iter().map(|&item| self.at[item]).min().unwrap_or(0);
            let mut changed = false;
            for _ in 0..items.len() {
                let mut again = false;
                for at in 1..items.len() {
                    if self.swap_gain(items[at - 1], items[at]) > 0 {
                        items.swap(at - 1, at);
                        again = true;
                    }
                }
                changed |= again;
                if !again {
                    break;
                }
            }
            if !changed {
                continue;
            }
            improved = true;
            let middle = items.iter().position(|&item| item == core).unwrap_or(0);
            for (at, &item) in items.iter().enumerate() {
                if item != core && net.items[item].kind == Kind::Side {
                    set_side(net, layer, unit, item, at > middle);
                }
                self.at[item] = first + at;
            }
            let unit = &mut net.layers[layer][unit];
            unit.left = items[..middle].to_vec();
            unit.right = items[middle + 1..].to_vec();
        }
        improved
    }

    /// How many crossings fewer there are if `left` and `right`, now side by side in this order, change places.
    fn swap_gain(&self, left: usize, right: usize) -> isize {
        let side = |of: &Vec<Vec<usize>>| {
            let (a, b) = (&of[left], &of[right]);
            if a.is_empty() || b.is_empty() {
                return 0;
            }
            self.pairs_in_order(b, a) - self.pairs_in_order(a, b)
        };
        side(&self.up) + side(&self.down)
    }

    /// The number of pairs of which the first is left of the second.
    fn pairs_in_order(&self, first: &[usize], second: &[usize]) -> isize {
        if first.len() * second.len() <= 16 {
            let count = first
                .iter()
                .map(|&a| second.iter().filter(|&&b| self.at[a] < self.at[b]).count())
                .sum::<usize>();
            return count as isize;
        }
        let mut places: Vec<usize> = second.iter().map(|&item| self.at[item]).collect();
        places.sort_unstable();
        let after = |a: &usize| places.len() - places.partition_point(|&place| place <= self.at[*a]);
        first.iter().map(after).sum::<usize>() as isize
    }
}

/// The number of pairs in a sequence of which the first is larger.
fn inversions(sequence: impl Iterator<Item = usize> + Clone) -> usize {
    let size = sequence.clone().max().map_or(0, |max| max + 1);
    let mut counts = vec![0usize; size + 1];
    let mut total = 0;
    for (seen, value) in sequence.enumerate() {
        let mut not_larger = 0;
        let mut at = value + 1;
        while at > 0 {
            not_larger += counts[at];
            at &= at - 1;
        }
        total += seen - not_larger;
        let mut at = value + 1;
        while at <= size {
            counts[at] += 1;
            at += at & at.wrapping_neg();
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::inversions;

    #[test]
    fn inversions_are_counted() {
        let check = |values: &[usize], expected| assert_eq!(inversions(values.iter().copied()), expected);
        check(&[], 0);
        check(&[0, 1, 2], 0);
        check(&[2, 1, 0], 3);
        check(&[1, 1, 0, 0], 4);
        check(&[3, 0, 3, 1], 3);
    }
}
