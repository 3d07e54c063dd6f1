use crate::execution::run::Shared;
use crate::execution::turn::Exit;
use crate::execution::{Execution, Slot};
use crate::machine::{Next, StateDef};
use crate::query::Fault;

impl Execution {
    pub(crate) fn work_succeed(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let effective = state.data.input_path.apply(&frame.input, &host)?;
        let exit = Exit::without_result(&state.data, &effective, &host)?;
        self.exit(slot, state, exit, &Next::End)
    }
}
