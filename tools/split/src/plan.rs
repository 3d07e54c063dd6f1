//! Which function goes where, and what the two modules need of each other.

use std::collections::{BTreeMap, BTreeSet};

use crate::data;
use crate::module::{Module, Result};
use crate::rules::{Place, Rules};
use crate::unneeded::Unneeded;

/// A function of fewer bytes is about as long as its stub.
pub const WORTH_A_STUB: usize = 100;
/// The compiler makes one function of several that come out the same, and the name that is left says nothing of the other
/// types it now serves. Long functions are hardly ever the same, so only those are trusted to be what their types say.
const WORTH_A_RISK: usize = 600;

/// Where in a table a moved function is going to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// A table of the program itself, which refers to the function by this place.
    Own { table: u32, offset: u32 },
    /// The table that is there for moved functions.
    OfRest(u32),
}

/// The decision. All indices are those of the module that is split.
pub struct Plan {
    /// Functions that the first module has, and imports that it calls.
    pub first: BTreeSet<u32>,
    /// Functions that only the second module has.
    pub moved: BTreeSet<u32>,
    /// Functions that both modules have.
    pub copied: BTreeSet<u32>,
    /// Moved functions that the first module still refers to, with the places from which their stubs call them.
    pub stubs: BTreeMap<u32, Slot>,
    /// How many places the table for moved functions has.
    pub table_size: u32,
    /// Functions of the first module, and imports, that the second one calls.
    pub needed: BTreeSet<u32>,
    /// Data that only the second module has, by their places in [`Module::data`].
    pub moved_data: BTreeSet<usize>,
}

impl Plan {
    /// Decides by the rules and the list, and by what is reached without what they move.
    ///
    /// # Errors
    ///
    /// Says what is not as it should be in the module.
    pub fn new(module: &Module<'_>, rules: &Rules, unneeded: &Unneeded) -> Result<Plan> {
        let places: Vec<Option<Place>> =
            module.functions.iter().map(|function| rules.place(&function.name)).collect();
        let owners: Vec<Option<Place>> =
            module.functions.iter().map(|function| rules.place_of_owner(&function.name)).collect();
        let is_cut = |index: u32| {
            let Some(function) = module.functions.get(index as usize) else { return false };
            let size = function.body.as_ref().map_or(0, |body| body.as_bytes().len());
            let is_of_rest = |places: &[Option<Place>]| places[index as usize] == Some(Place::Rest);
            size >= WORTH_A_STUB
                && module.start != Some(index)
                && (is_of_rest(&owners)
                    || size >= WORTH_A_RISK && is_of_rest(&places)
                    || unneeded.contains(&function.name))
        };
        let named_by_module = module
            .exports
            .iter()
            .filter(|export| export.kind == wasmparser::ExternalKind::Func)
            .map(|export| export.index)
            .chain(module.start)
            .chain(module.elements.iter().flat_map(|element| element.functions.iter().copied()));
        let roots: BTreeSet<u32> = named_by_module.collect();

        let mut stubbed: BTreeSet<u32> = BTreeSet::new();
        let mut first: BTreeSet<u32> = BTreeSet::new();
        let mut open: Vec<u32> = roots.into_iter().collect();
        while let Some(index) = open.pop() {
            if is_cut(index) {
                stubbed.insert(index);
            } else if first.insert(index) {
                open.extend(&module.function(index)?.uses.functions);
            }
        }
        let moved: BTreeSet<u32> = module
            .functions
            .iter()
            .zip(0..)
            .filter(|(function, index)| function.body.is_some() && !first.contains(index))
            .map(|(_, index)| index)
            .collect();

        let mut copied = BTreeSet::new();
        let mut needed = BTreeSet::new();
        let mut open: Vec<u32> = moved.iter().copied().collect();
        while let Some(index) = open.pop() {
            for callee in &module.function(index)?.uses.functions {
                let function = module.function(*callee)?;
                if moved.contains(callee) || copied.contains(callee) || needed.contains(callee) {
                    continue;
                }
                let is_copied = function.body.is_some() && owners[*callee as usize] == Some(Place::Both);
                if is_copied {
                    copied.insert(*callee);
                    open.push(*callee);
                } else {
                    needed.insert(*callee);
                }
            }
        }

        let mut own_slots = BTreeMap::new();
        for element in &module.elements {
            for (index, offset) in element.functions.iter().zip(element.offset..) {
                own_slots.entry(*index).or_insert(Slot::Own { table: element.table, offset });
            }
        }
        let mut table_size = 0;
        let mut stubs = BTreeMap::new();
        for index in stubbed {
            let slot = own_slots.get(&index).copied().unwrap_or_else(|| {
                table_size += 1;
                Slot::OfRest(table_size - 1)
            });
            stubs.insert(index, slot);
        }
        let moved_data = data::of_rest(module, &moved)?;
        Ok(Plan { first, moved, copied, stubs, table_size, needed, moved_data })
    }
}
