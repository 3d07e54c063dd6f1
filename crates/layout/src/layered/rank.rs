//! Which vertex goes how far down.

use super::{Vertex, Wire};

/// More vertices than this that nothing leads to go into rows below each other.
const MOST_UNREACHABLE_IN_A_ROW: usize = 6;

/// The rank of each vertex: as near to the start as its predecessors allow.
///
/// What cannot be reached comes below everything that can, so that it has an area of its own and does not move
/// the rest; vertices marked `last` come below everything.
pub(super) fn ranks(vertices: &[Vertex], wires: &[Wire]) -> Vec<usize> {
    let mut ranks = vec![0; vertices.len()];
    raise(vertices, wires, &mut ranks, |v| v.reachable && !v.last);
    let reached = deepest(vertices, &ranks, |v| v.reachable && !v.last);
    let base = reached.map_or(0, |rank| rank + 1);
    let mut entered = vec![false; vertices.len()];
    wires.iter().filter(|w| !w.backward).for_each(|wire| entered[wire.to] = true);
    let unreachable = (0..vertices.len()).filter(|&v| !vertices[v].reachable && !vertices[v].last);
    for (at, vertex) in unreachable.filter(|&v| !entered[v]).enumerate() {
        ranks[vertex] = base + at / MOST_UNREACHABLE_IN_A_ROW;
    }
    raise(vertices, wires, &mut ranks, |v| !v.reachable && !v.last);
    if let Some(base) = deepest(vertices, &ranks, |v| !v.last) {
        for (rank, vertex) in ranks.iter_mut().zip(vertices) {
            if vertex.last {
                *rank = base + 1;
            }
        }
    }
    ranks
}

fn deepest(vertices: &[Vertex], ranks: &[usize], of: impl Fn(&Vertex) -> bool) -> Option<usize> {
    vertices.iter().zip(ranks).filter(|(v, _)| of(v)).map(|(_, &rank)| rank).max()
}

/// Longest paths among some vertices, in topological order.
fn raise(vertices: &[Vertex], wires: &[Wire], ranks: &mut [usize], of: impl Fn(&Vertex) -> bool) {
    let counts = |w: &&Wire| !w.backward && of(&vertices[w.from]) && of(&vertices[w.to]);
    let mut outgoing: Vec<Vec<usize>> = vec![Vec::new(); vertices.len()];
    let mut waiting_for = vec![0usize; vertices.len()];
    for wire in wires.iter().filter(counts) {
        outgoing[wire.from].push(wire.to);
        waiting_for[wire.to] += 1;
    }
    let mut ready: Vec<usize> =
        (0..vertices.len()).filter(|&v| waiting_for[v] == 0 && of(&vertices[v])).collect();
    while let Some(vertex) = ready.pop() {
        for &next in &outgoing[vertex] {
            ranks[next] = ranks[next].max(ranks[vertex] + 1);
            waiting_for[next] -= 1;
            if waiting_for[next] == 0 {
                ready.push(next);
            }
        }
    }
}
