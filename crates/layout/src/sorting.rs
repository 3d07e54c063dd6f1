//! Sorting of indices, once for the whole crate: each use of the standard library's sort is another 3 KB of WebAssembly,
//! and the browser waits for them.

use std::cmp::Ordering;

/// Sorts indices by what `compare` says of two of them. Those that are equal keep their order.
#[inline(never)]
pub(crate) fn sort_indices(indices: &mut [usize], compare: &mut dyn FnMut(usize, usize) -> Ordering) {
    indices.sort_by(|&a, &b| compare(a, b));
}
