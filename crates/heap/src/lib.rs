//! The allocator of the product's WebAssembly: free lists for what is small, the standard library's allocator for the rest.
//!
//! An execution allocates and frees small things of few sizes, some for each event. A free list by size makes that the
//! reading and writing of one word; the general allocator keeps its lists sorted and joins neighbours each time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::UnsafeCell;
use std::ptr;

/// What differs by less than this is of one size; also the alignment of all that comes from the lists.
const GRAIN: usize = 8;
/// What is larger comes from the standard library's allocator, in bytes.
const LARGEST: usize = 2048;
/// What the lists take from the standard library's allocator at a time, in bytes.
const BLOCK: usize = 16 * 1024;

/// Free lists in front of [`System`]. Memory that was small once stays with its size: it is used again, but for nothing
/// else.
///
/// It is for programs of one thread, as WebAssembly without shared memory is.
pub struct SmallFirst {
    lists: UnsafeCell<Lists>,
}

struct Lists {
    /// For each size a list of free places, each with the next one's address in it.
    free: [*mut Free; LARGEST / GRAIN],
    /// What is left of the block that was taken last.
    rest: *mut u8,
    rest_len: usize,
}

struct Free {
    next: *mut Free,
}

// SAFETY: there is one thread; see `SmallFirst`.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl Sync for SmallFirst {}

impl SmallFirst {
    pub const fn new() -> SmallFirst {
        let lists = Lists { free: [ptr::null_mut(); LARGEST / GRAIN], rest: ptr::null_mut(), rest_len: 0 };
        SmallFirst { lists: UnsafeCell::new(lists) }
    }
}

impl Default for SmallFirst {
    fn default() -> SmallFirst {
        SmallFirst::new()
    }
}

/// The list for a layout; none where the lists are not for it.
#[inline(always)]
fn list_of(size: usize, align: usize) -> Option<usize> {
    // A size of 0 never gets here; wrapping makes it too large.
    let list = size.wrapping_sub(1) / GRAIN;
    (list < LARGEST / GRAIN && align <= GRAIN).then_some(list)
}

// SAFETY: what is given out is a place of a block that nobody else has, of the size of its list, which holds the layout's,
// and aligned to `GRAIN`; all else is the standard library's allocator's.
unsafe impl GlobalAlloc for SmallFirst {
    #[inline(always)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let Some(list) = list_of(layout.size(), layout.align()) else {
            // SAFETY: the caller's promise is passed on.
            return unsafe { System.alloc(layout) };
        };
        // SAFETY: nobody else has a reference to the lists: there is one thread, and nothing in here allocates by them.
        // A place in a list is free, so its first word is the list's.
        unsafe {
            let lists = &mut *self.lists.get();
            let place = lists.free[list];
            if place.is_null() {
                return lists.cut(list);
            }
            lists.free[list] = (*place).next;
            place.cast()
        }
    }

    #[inline(always)]
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        let Some(list) = list_of(layout.size(), layout.align()) else {
            // SAFETY: the caller's promise is passed on; a place of such a layout came from there.
            return unsafe { System.dealloc(place, layout) };
        };
        // SAFETY: as in `alloc`; the place came from this list, and the caller does not use it any more.
        unsafe {
            let lists = &mut *self.lists.get();
            let place = place.cast::<Free>();
            (*place).next = lists.free[list];
            lists.free[list] = place;
        }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let old = list_of(layout.size(), layout.align());
        let new = list_of(new_size, layout.align());
        if old == new {
            return match old {
                Some(_) => place,
                // SAFETY: the caller's promise is passed on.
                None => unsafe { System.realloc(place, layout, new_size) },
            };
        }
        // SAFETY: the caller promises that the new size is one of a layout of this alignment.
        unsafe { self.move_to(place, layout, Layout::from_size_align_unchecked(new_size, layout.align())) }
    }
}

impl SmallFirst {
    /// # Safety
    ///
    /// As of [`GlobalAlloc::realloc`].
    #[inline(never)]
    unsafe fn move_to(&self, place: *mut u8, old: Layout, new: Layout) -> *mut u8 {
        // SAFETY: both places are at least as long as what is copied, and different ones; the old one is not used again.
        unsafe {
            let moved = self.alloc(new);
            if !moved.is_null() {
                ptr::copy_nonoverlapping(place, moved, old.size().min(new.size()));
                self.dealloc(place, old);
            }
            moved
        }
    }
}

impl Lists {
    /// A place that was not used yet; null where there is no memory.
    #[cold]
    #[inline(never)]
    fn cut(&mut self, list: usize) -> *mut u8 {
        let size = (list + 1) * GRAIN;
        if self.rest_len < size {
            self.keep_rest();
            let Ok(block) = Layout::from_size_align(BLOCK, GRAIN) else { return ptr::null_mut() };
            // SAFETY: the layout's size is not 0.
            self.rest = unsafe { System.alloc(block) };
            if self.rest.is_null() {
                return self.rest;
            }
            self.rest_len = BLOCK;
        }
        let place = self.rest;
        self.rest_len -= size;
        // SAFETY: the rest is at least so long.
        self.rest = unsafe { self.rest.add(size) };
        place
    }

    /// Puts what is left of a block into the list of its size, for it is too short for what is asked.
    fn keep_rest(&mut self) {
        if let Some(list) = list_of(self.rest_len, GRAIN) {
            let place = self.rest.cast::<Free>();
            // SAFETY: the rest is a multiple of `GRAIN` long, aligned to it, and nobody else's.
            unsafe { (*place).next = self.free[list] };
            self.free[list] = place;
        }
        self.rest_len = 0;
    }
}

#[cfg(test)]
mod tests {
    use std::alloc::{GlobalAlloc, Layout};

    use super::{BLOCK, GRAIN, LARGEST, SmallFirst};

    /// A place with what was written all over it.
    struct Held {
        place: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl Held {
        fn new(heap: &SmallFirst, layout: Layout, mark: u8) -> Held {
            // SAFETY: no layout here has a size of 0.
            let place = unsafe { heap.alloc(layout) };
            let held = Held { place, layout, mark };
            held.fill();
            held
        }

        fn fill(&self) {
            assert!(!self.place.is_null());
            assert_eq!(self.place as usize % self.layout.align(), 0, "{:?}", self.layout);
            // SAFETY: the place is as long as its layout.
            unsafe { self.place.write_bytes(self.mark, self.layout.size()) };
        }

        /// Nobody else has written into the first bytes of it.
        fn assert_whole(&self, len: usize) {
            // SAFETY: the place was filled, and is at least so long.
            let bytes = unsafe { std::slice::from_raw_parts(self.place, len) };
            assert!(bytes.iter().all(|byte| *byte == self.mark), "{:?} {bytes:?}", self.layout);
        }

        fn resize(&mut self, heap: &SmallFirst, size: usize) {
            let kept = size.min(self.layout.size());
            // SAFETY: the place came from this heap with this layout.
            self.place = unsafe { heap.realloc(self.place, self.layout, size) };
            self.assert_whole(kept);
            self.layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            self.fill();
        }

        fn free(self, heap: &SmallFirst) {
            self.assert_whole(self.layout.size());
            // SAFETY: the place came from this heap with this layout.
            unsafe { heap.dealloc(self.place, self.layout) };
        }
    }

    #[test]
    fn places_are_apart_aligned_and_keep_what_is_in_them() {
        let heap = SmallFirst::new();
        let mut state = 1_u64;
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut held: Vec<Held> = Vec::new();
        for round in 0..40_000 {
            let most = if random(8) == 0 { 5000 } else { LARGEST + 40 };
            let size = 1 + random(most);
            match random(5) {
                0 | 1 => {
                    let layout = Layout::from_size_align(size, 1 << random(6)).unwrap();
                    held.push(Held::new(&heap, layout, round as u8));
                }
                2 if !held.is_empty() => {
                    let which = random(held.len());
                    held[which].resize(&heap, size);
                }
                _ if !held.is_empty() => {
                    let which = random(held.len());
                    held.swap_remove(which).free(&heap);
                }
                _ => {}
            }
        }
        held.into_iter().for_each(|held| held.free(&heap));
    }

    #[test]
    fn a_freed_place_is_the_next_one_of_its_size() {
        let heap = SmallFirst::new();
        let layout = |size| Layout::from_size_align(size, GRAIN).unwrap();
        let (first, other) = (Held::new(&heap, layout(33), 1), Held::new(&heap, layout(41), 2));
        let place = first.place;
        first.free(&heap);
        let again = Held::new(&heap, layout(40), 3);
        assert_eq!(again.place, place);
        again.free(&heap);
        other.free(&heap);
    }

    #[test]
    fn what_is_left_of_a_block_is_used() {
        let heap = SmallFirst::new();
        let most = Layout::from_size_align(LARGEST, GRAIN).unwrap();
        let odd = Held::new(&heap, Layout::from_size_align(GRAIN, GRAIN).unwrap(), 9);
        let held: Vec<Held> = (0..BLOCK / LARGEST).map(|index| Held::new(&heap, most, index as u8)).collect();
        let rest = Held::new(&heap, Layout::from_size_align(LARGEST - GRAIN, GRAIN).unwrap(), 7);
        assert_eq!(rest.place as usize, odd.place as usize + BLOCK - (LARGEST - GRAIN));
        held.into_iter().chain([odd, rest]).for_each(|held| held.free(&heap));
    }
}
