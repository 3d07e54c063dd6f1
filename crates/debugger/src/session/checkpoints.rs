//! Checkpoints along a recording: near enough to each other for going anywhere at once, few enough
//! for the memory.

use std::sync::Arc;

use super::world::World;

/// Events between checkpoints while a run is short.
const FIRST_SPACING: u32 = 128;
const MOST: usize = 256;
/// The sum of live frames and executions over all checkpoints that is worth keeping: each costs some
/// hundred bytes.
const MOST_WEIGHT: usize = 120_000;

#[derive(Clone, Debug)]
pub(crate) struct Checkpoints<H> {
    kept: Vec<Kept<H>>,
    spacing: u32,
    next: u32,
}

#[derive(Clone, Debug)]
struct Kept<H> {
    world: Arc<World<H>>,
    weight: usize,
}

impl<H> Checkpoints<H> {
    pub fn new() -> Checkpoints<H> {
        Checkpoints { kept: Vec::new(), spacing: FIRST_SPACING, next: FIRST_SPACING }
    }

    pub fn len(&self) -> usize {
        self.kept.len()
    }

    /// The last checkpoint at or before a position.
    pub fn before(&self, position: u32) -> Option<&Arc<World<H>>> {
        let after = self.kept.partition_point(|kept| kept.world.position <= position);
        self.kept.get(after.checked_sub(1)?).map(|kept| &kept.world)
    }

    /// Whether it is time for another one.
    pub fn is_due(&self, position: u32) -> bool {
        position >= self.next
    }

    /// How many events there may be until it is; at least 1.
    pub fn events_until_due(&self, position: u32) -> u64 {
        u64::from(self.next.saturating_sub(position).max(1))
    }

    pub fn forget_after(&mut self, position: u32) {
        self.kept.retain(|kept| kept.world.position <= position);
        self.next = position.saturating_add(self.spacing);
    }
}

impl<H: Clone> Checkpoints<H> {
    pub fn add(&mut self, world: &World<H>) {
        let weight = 8 + world.execution.open_frames().len() + world.execution.runs().count();
        self.next = world.position.saturating_add(self.spacing);
        self.kept.push(Kept { world: Arc::new(world.clone()), weight });
        while self.kept.len() > MOST
            || (self.kept.len() > 4 && self.kept.iter().map(|kept| kept.weight).sum::<usize>() > MOST_WEIGHT)
        {
            let mut number = 0;
            self.kept.retain(|_| {
                number += 1;
                number % 2 == 0
            });
            self.spacing = self.spacing.saturating_mul(2);
        }
    }
}
