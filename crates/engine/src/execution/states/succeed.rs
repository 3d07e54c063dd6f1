use crate::execution::run::Shared;
use crate::execution::turn::Exit;
use crate::execution::{Execution, Slot};
use crate::machine::{Next, StateDef};
use crate::query::{Fault, StateHost};

impl Execution {
    pub(crate) fn work_succeed(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let (next, exit) = succeed(state, &self.host(frame, shared, state))?;
        self.exit(slot, state, exit, next)
    }
}

/// What a Succeed state leaves with.
pub(crate) fn succeed<'s>(state: &'s StateDef, host: &StateHost<'_>) -> Result<(&'s Next, Exit), Fault> {
    let effective = state.data.input_path.view(host.input, host)?;
    Ok((&Next::End, Exit::without_result(&state.data, &effective, host)?))
}
