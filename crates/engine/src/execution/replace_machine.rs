//! Another definition for a run that stands still.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use asl::StateId;
use json::Str;

use crate::execution::{Execution, RunId};
use crate::machine::{Machine, Next};

/// States that the run is in and that are not in the new definition, or in another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingStates(pub Vec<Str>);

impl Execution {
    /// Goes on with another definition. States are found again by their names; all that the run is in
    /// have to be there, in branches of the same owners.
    pub fn replace_machine(&mut self, machine: Arc<Machine>) -> Result<(), MissingStates> {
        let Some(old) = self.machine().cloned() else { return Ok(()) };
        let mut moved: BTreeMap<StateId, StateId> = BTreeMap::new();
        for state in old.states() {
            let found = machine.states().find(|new| {
                new.name == state.name && owner_name(&old, state.id) == owner_name(&machine, new.id)
            });
            if let Some(found) = found {
                moved.insert(state.id, found.id);
            }
        }
        let is_ours = |run: RunId, execution: &Execution| {
            execution.run(run).is_some_and(|run| Arc::ptr_eq(&run.shared.machine, &old))
        };
        let mut missing = Vec::new();
        for frame in self.frames.iter().flatten().filter(|frame| is_ours(frame.run, self)) {
            let same_type = moved.get(&frame.state).and_then(|id| machine.state(*id)).is_some_and(|new| {
                old.state(frame.state).is_some_and(|state| state.state_type == new.state_type)
            });
            if !same_type && let Some(state) = old.state(frame.state) {
                missing.push(state.name.clone());
            }
        }
        if !missing.is_empty() {
            return Err(MissingStates(missing));
        }
        let ours: Vec<bool> = self.runs.iter().map(|run| Arc::ptr_eq(&run.shared.machine, &old)).collect();
        let of_ours = |run: RunId| ours.get(run.0 as usize) == Some(&true);
        for frame in self.frames.iter_mut().flatten().filter(|frame| of_ours(frame.run)) {
            if let Some(id) = moved.get(&frame.state) {
                frame.state = *id;
            }
        }
        for record in self.map_runs.iter_mut().filter(|record| of_ours(record.run)) {
            if let Some(id) = moved.get(&record.state) {
                record.state = *id;
            }
        }
        for index in 0..self.frame_infos.len() {
            let owner =
                self.frame_infos.get(index).filter(|info| of_ours(info.run)).and_then(|info| info.owner);
            let owner = owner.and_then(|owner| moved.get(&owner));
            if let (Some(owner), Some(info)) = (owner, self.frame_infos.get_mut(index)) {
                info.owner = Some(*owner);
            }
        }
        let leads_elsewhere: BTreeSet<StateId> = moved
            .iter()
            .filter(|(from, to)| !leads_alike(&old, &machine, **from, **to, &moved))
            .map(|(from, _)| *from)
            .collect();
        for run in self.runs.iter_mut().filter(|run| Arc::ptr_eq(&run.shared.machine, &old)) {
            run.history.move_states(&moved, &leads_elsewhere);
            Arc::make_mut(&mut run.shared).machine = machine.clone();
        }
        let mut invocations = vec![0; machine.states.len()];
        for (from, to) in &moved {
            if let (Some(count), Some(place)) =
                (self.invocations.get(from.0 as usize), invocations.get_mut(to.0 as usize))
            {
                *place = *count;
            }
        }
        self.invocations = invocations;
        Ok(())
    }
}

/// Whether the ways of a state lead where they led, each in its place.
fn leads_alike(
    old: &Machine,
    new: &Machine,
    from: StateId,
    to: StateId,
    moved: &BTreeMap<StateId, StateId>,
) -> bool {
    let (Some(from), Some(to)) = (old.state(from), new.state(to)) else { return false };
    let led = from.ways().map(|(way, next)| match next {
        Next::State(state) => (way, moved.get(state).map(|state| Next::State(*state))),
        other => (way, Some(other.clone())),
    });
    led.eq(to.ways().map(|(way, next)| (way, Some(next.clone()))))
}

/// The name of the Parallel or Map state that a state is in.
fn owner_name(machine: &Machine, state: StateId) -> Option<&Str> {
    let scope = machine.scope(machine.state(state)?.scope)?;
    Some(&machine.state(scope.owner?)?.name)
}
