use json::Value;

use crate::execution::run::Shared;
use crate::execution::turn::Exit;
use crate::execution::{Execution, Slot};
use crate::machine::StateDef;
use crate::query::Fault;

impl Execution {
    pub(crate) fn work_pass(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        result: Option<&Value>,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let exit = if state.is_jsonata() {
            Exit::without_result(&state.data, &frame.input, &host)?
        } else {
            let effective = state.data.input_path.apply(&frame.input, &host)?;
            let result = match (result, &state.data.arguments) {
                (Some(result), _) => result.clone(),
                (None, Some(parameters)) => parameters.evaluate("Parameters", &effective, &host)?,
                (None, None) => effective,
            };
            self.exit_of(frame, shared, state, result)?
        };
        self.exit(slot, state, exit, &state.next)
    }
}
