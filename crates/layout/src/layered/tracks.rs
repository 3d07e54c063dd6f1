//! Which horizontal line goes above which, between two layers.

use crate::sorting::sort_indices;

/// A horizontal line with the vertical lines that hang on it.
#[derive(Clone, Debug, Default)]
pub(super) struct Span {
    pub links: Vec<usize>,
    /// Where vertical lines come from above and below.
    tops: Vec<f64>,
    bottoms: Vec<f64>,
    low: f64,
    high: f64,
}

/// Two vertical lines on one another are as bad as this many crossings.
const OVERLAP_COST: usize = 100;
/// More lines than this in one gap are ordered by a simpler rule.
const MOST_COMPARED: usize = 300;

impl Span {
    /// Adds a link by its ends.
    pub fn add(&mut self, link: usize, top: f64, bottom: f64) {
        if self.links.is_empty() {
            (self.low, self.high) = (f64::INFINITY, f64::NEG_INFINITY);
        }
        self.links.push(link);
        self.low = self.low.min(top).min(bottom);
        self.high = self.high.max(top).max(bottom);
        for (list, x) in [(&mut self.tops, top), (&mut self.bottoms, bottom)] {
            if !list.contains(&x) {
                list.push(x);
            }
        }
    }

    fn is_straight(&self) -> bool {
        self.low == self.high
    }

    fn meets(&self, other: &Span, margin: f64) -> bool {
        self.low < other.high + margin && other.low < self.high + margin
    }

    /// Crossings if this line is above the other.
    fn cost_above(&self, other: &Span, near: f64) -> usize {
        let within = |span: &Span, x: &&f64| span.low < **x && **x < span.high;
        let crossings = other.tops.iter().filter(|x| within(self, x)).count()
            + self.bottoms.iter().filter(|x| within(other, x)).count();
        let on_another = |x: &f64| other.tops.iter().filter(|y| (x - **y).abs() < near).count();
        crossings + OVERLAP_COST * self.bottoms.iter().map(on_another).sum::<usize>()
    }
}

/// A track for each line, counted from the top, and how many there are; a straight link needs none.
pub(super) fn assign(spans: &[Span], lane_gap: f64) -> (Vec<Option<usize>>, usize) {
    let bent: Vec<usize> = (0..spans.len()).filter(|&at| !spans[at].is_straight()).collect();
    let count = bent.len();
    let mut tracks: Vec<Option<usize>> = vec![None; spans.len()];
    if count > MOST_COMPARED {
        let used = assign_simply(spans, &bent, lane_gap, &mut tracks);
        return (tracks, used);
    }
    // `above[i]` are the lines that `i` should be above, with how much that saves.
    let mut above: Vec<Vec<(usize, isize)>> = vec![Vec::new(); count];
    let mut balance = vec![0isize; count];
    let mut held_by = vec![0usize; count];
    for i in 0..count {
        for j in i + 1..count {
            let (a, b) = (&spans[bent[i]], &spans[bent[j]]);
            if !a.meets(b, lane_gap) {
                continue;
            }
            let gain = b.cost_above(a, lane_gap * 0.6) as isize - a.cost_above(b, lane_gap * 0.6) as isize;
            let (over, under) = if gain > 0 { (i, j) } else { (j, i) };
            if gain != 0 {
                above[over].push((under, gain.abs()));
                held_by[under] += 1;
                balance[over] += gain.abs();
                balance[under] -= gain.abs();
            }
        }
    }
    // Take what nothing has to be above; if there is a cycle, what it costs least to take.
    let mut placed: Vec<usize> = Vec::with_capacity(count);
    let mut least = vec![0usize; count];
    let mut done = vec![false; count];
    let mut used = 0;
    for _ in 0..count {
        let free = (0..count).filter(|&i| !done[i]);
        let Some(next) = free.max_by_key(|&i| (held_by[i] == 0, balance[i], std::cmp::Reverse(i))) else {
            break;
        };
        done[next] = true;
        let meets = |other: &&usize| spans[bent[**other]].meets(&spans[bent[next]], lane_gap);
        let mut taken: Vec<usize> =
            placed.iter().filter(meets).filter_map(|&other| tracks[bent[other]]).collect();
        taken.sort_unstable();
        let mut track = least[next];
        for other in taken {
            if other == track {
                track += 1;
            }
        }
        tracks[bent[next]] = Some(track);
        used = used.max(track + 1);
        placed.push(next);
        for &(under, gain) in &above[next] {
            held_by[under] = held_by[under].saturating_sub(1);
            balance[under] += gain;
            least[under] = least[under].max(track + 1);
        }
    }
    (tracks, used)
}

/// First fit from left to right, without looking at crossings.
fn assign_simply(spans: &[Span], bent: &[usize], lane_gap: f64, tracks: &mut [Option<usize>]) -> usize {
    let mut by_start = bent.to_vec();
    sort_indices(&mut by_start, &mut |a, b| spans[a].low.total_cmp(&spans[b].low));
    // The tracks in use by where they become free, and those that are free.
    let mut ends: Vec<(f64, usize)> = Vec::new();
    let mut used = 0;
    for at in by_start {
        let start = spans[at].low - lane_gap;
        let track = match ends.iter().position(|&(end, _)| end <= start) {
            Some(free) => ends.swap_remove(free).1,
            None => {
                used += 1;
                used - 1
            }
        };
        tracks[at] = Some(track);
        ends.push((spans[at].high, track));
    }
    used
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(links: &[(f64, f64)], expected: &[Option<usize>]) {
        let spans: Vec<Span> = links
            .iter()
            .enumerate()
            .map(|(at, &(top, bottom))| {
                let mut span = Span::default();
                span.add(at, top, bottom);
                span
            })
            .collect();
        assert_eq!(assign(&spans, 10.0).0, expected, "{links:?}");
    }

    #[test]
    fn lines_are_ordered_to_avoid_crossings() {
        check(&[(0.0, 0.0)], &[None]);
        check(&[(50.0, 0.0), (80.0, 150.0)], &[Some(0), Some(0)]);
        check(&[(0.0, 100.0), (50.0, 150.0)], &[Some(1), Some(0)]);
        check(&[(100.0, 0.0), (150.0, 50.0)], &[Some(0), Some(1)]);
    }

    #[test]
    fn many_lines_are_packed_without_overlaps() {
        let mut spans = Vec::new();
        for at in 0..400 {
            let mut span = Span::default();
            span.add(at, at as f64 * 10.0, at as f64 * 10.0 + 100.0);
            spans.push(span);
        }
        let (tracks, used) = assign(&spans, 10.0);
        assert!((11..20).contains(&used), "{used}");
        for (a, b) in (0..400).flat_map(|a| (a + 1..400).map(move |b| (a, b))) {
            assert!(tracks[a] != tracks[b] || !spans[a].meets(&spans[b], 10.0));
        }
    }
}
