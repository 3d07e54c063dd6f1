//! Which wires make up the main way, so should be straight.

use super::{Vertex, Wire};
use crate::sorting::sort_indices;

/// After an error.
const CATCH: u8 = 1;
/// The way on from what only an error leads to.
const AFTER_CATCH: u8 = 2;
const NORMAL: u8 = 3;
/// The main way: goes on from the start, and at a choice much further than the other branches.
const MAIN: u8 = 4;

/// The priority of each wire.
pub(super) fn priorities(vertices: &[Vertex], wires: &[Wire], ranks: &[usize]) -> Vec<u8> {
    let mut outgoing: Vec<Vec<usize>> = vec![Vec::new(); vertices.len()];
    for (at, wire) in wires.iter().enumerate().filter(|(_, w)| !w.catch && !w.backward) {
        outgoing[wire.from].push(at);
    }
    let mut by_rank: Vec<usize> = (0..vertices.len()).collect();
    sort_indices(&mut by_rank, &mut |a, b| ranks[a].cmp(&ranks[b]));

    // What can be reached without an error; unreachable vertices count as such if nothing leads to them.
    let mut normal = vec![true; vertices.len()];
    for wire in wires.iter().filter(|w| !w.backward) {
        normal[wire.to] = false;
    }
    for &vertex in by_rank.iter().filter(|&&v| !outgoing[v].is_empty()) {
        if normal[vertex] {
            outgoing[vertex].iter().for_each(|&at| normal[wires[at].to] = true);
        }
    }
    // How many vertices may follow.
    let mut depth = vec![1usize; vertices.len()];
    for &vertex in by_rank.iter().rev() {
        let below = outgoing[vertex].iter().map(|&at| depth[wires[at].to]).max();
        depth[vertex] = below.map_or(1, |below| below + 1);
    }
    let mut priorities: Vec<u8> = wires
        .iter()
        .map(|wire| match (wire.catch, normal[wire.from]) {
            (true, _) => CATCH,
            (false, false) => AFTER_CATCH,
            (false, true) => NORMAL,
        })
        .collect();
    for outgoing in &outgoing {
        let deepest = outgoing.iter().copied().max_by_key(|&at| (depth[wires[at].to], std::cmp::Reverse(at)));
        let Some(first) = deepest.filter(|&at| priorities[at] == NORMAL && outgoing.len() > 1) else {
            continue;
        };
        // The others end much sooner, or are short cuts to something further on.
        let is_aside = |at: usize| {
            let to = wires[at].to;
            2 * depth[to] <= depth[wires[first].to] || ranks[to] > ranks[wires[first].to]
        };
        if outgoing.iter().all(|&at| at == first || is_aside(at)) {
            priorities[first] = MAIN;
        }
    }
    // From the start along the main way, for as long as it is clear where it goes.
    let mut at = 0;
    while let Some(outgoing) = outgoing.get(at) {
        let main = outgoing.iter().find(|&&wire| priorities[wire] == MAIN).or(match &outgoing[..] {
            [only] if priorities[*only] == NORMAL => Some(only),
            _ => None,
        });
        let Some(&main) = main else { break };
        priorities[main] = MAIN;
        at = wires[main].to;
    }
    priorities
}
