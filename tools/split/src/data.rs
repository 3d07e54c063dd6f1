//! Which data comes with the second module.
//!
//! A linked program says nowhere what its constants are for. But with `--no-merge-data-segments` the linker leaves each in
//! a segment of its own, and what the code says of addresses shows which of them it may reach: every number that could
//! be an address counts as one, in code and in data. So data that is moved although the first module uses it would have
//! to be reached by arithmetic from far away, and then only before the second module is there.

use std::collections::BTreeSet;

use crate::module::{Data, Module, Result};

/// How far before a table, in bytes, its base may lie: code that indexes from a number on takes it off the base.
const LARGEST_OFFSET: u32 = 128;

/// The places in [`Module::data`] of constants that what stays in the first module does not reach.
pub fn of_rest(module: &Module<'_>, moved: &BTreeSet<u32>) -> Result<BTreeSet<usize>> {
    let mut reached: Vec<bool> = module.data.iter().map(|data| !data.name.starts_with(".rodata")).collect();
    let mut open: Vec<usize> = (0..module.data.len()).filter(|place| reached[*place]).collect();
    let mut reach = |place: usize, open: &mut Vec<usize>| {
        if !std::mem::replace(&mut reached[place], true) {
            open.push(place);
        }
    };
    for (function, index) in module.functions.iter().zip(0..) {
        if moved.contains(&index) {
            continue;
        }
        for address in &function.uses.constants {
            at(module, *address).into_iter().for_each(|place| reach(place, &mut open));
        }
        for base in &function.uses.bases {
            at(module, *base).into_iter().for_each(|place| reach(place, &mut open));
            from(module, *base).for_each(|place| reach(place, &mut open));
        }
    }
    while let Some(place) = open.pop() {
        for address in words(&module.data[place]) {
            containing(module, address).into_iter().for_each(|place| reach(place, &mut open));
        }
    }
    Ok((0..module.data.len()).filter(|place| !reached[*place]).collect())
}

/// The data that an address in code may be of: the one that contains it, or, where none does, the one that ends there,
/// which is read backwards.
///
/// Most data ends where other data begins. Code that goes backwards from such an end names the beginning, too, where it
/// stops; so the end alone says nothing.
fn at(module: &Module<'_>, address: u32) -> Option<usize> {
    let place = last_from(module, address)?;
    let data = &module.data[place];
    (address - data.start <= data.bytes.len() as u32).then_some(place)
}

/// The data that an address in data is of: nothing points to an end from there.
fn containing(module: &Module<'_>, address: u32) -> Option<usize> {
    at(module, address)
        .filter(|place| (address - module.data[*place].start) < module.data[*place].bytes.len() as u32)
}

/// The last data that begins at an address or before it.
fn last_from(module: &Module<'_>, address: u32) -> Option<usize> {
    module.data.partition_point(|data| data.start <= address).checked_sub(1)
}

/// The data that begins soon after an address.
fn from<'m>(module: &'m Module<'_>, base: u32) -> impl Iterator<Item = usize> + use<'m> {
    let start = module.data.partition_point(|data| data.start < base);
    let is_known = module.data.first().is_some_and(|first| base >= first.start);
    let count = module.data[start..]
        .iter()
        .take_while(|data| is_known && data.start - base <= LARGEST_OFFSET)
        .count();
    start..start + count
}

/// All that may be addresses in data. What holds one begins where one can lie: a constant that does not is bytes.
fn words(data: &Data<'_>) -> impl Iterator<Item = u32> {
    let aligned = data.start.next_multiple_of(4) - data.start;
    let is_bytes = aligned > 0 && data.name.starts_with(".rodata");
    let bytes = data.bytes.get(aligned as usize..).filter(|_| !is_bytes).unwrap_or_default();
    bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word))
}
