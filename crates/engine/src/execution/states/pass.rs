use json::Value;

use crate::execution::run::Shared;
use crate::execution::turn::Exit;
use crate::execution::{Execution, Slot};
use crate::machine::{Next, StateDef};
use crate::query::{Fault, StateHost};

impl Execution {
    pub(crate) fn work_pass(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        result: Option<&Value>,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let (next, exit) = pass(state, result, &self.host(frame, shared, state))?;
        self.exit(slot, state, exit, next)
    }
}

/// What a Pass state leaves with, and for where.
#[inline(always)]
pub(crate) fn pass<'s>(
    state: &'s StateDef,
    result: Option<&Value>,
    host: &StateHost<'_>,
) -> Result<(&'s Next, Exit), Fault> {
    if state.is_jsonata() {
        return Ok((&state.next, Exit::without_result(&state.data, host.input, host)?));
    }
    let random = *host.random.borrow();
    let effective = state.data.input_path.apply(host.input, host)?;
    let result = match (result, &state.data.arguments) {
        (Some(result), _) => result.clone(),
        (None, Some(parameters)) => parameters.evaluate("Parameters", &effective, host)?,
        (None, None) => effective,
    };
    // What comes after the state's work draws from the beginning again.
    host.random.replace(random);
    Ok((&state.next, Exit::with_result(state, host, result)?))
}
