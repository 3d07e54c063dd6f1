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

/// Apart from the rest, so that this works on what it makes without a place in memory.
#[inline(never)]
fn pass_jsonata(state: &StateDef, host: &StateHost<'_>) -> Result<Exit, Fault> {
    Exit::without_result(&state.data, host.input, host)
}

/// What a Pass state leaves with, and for where.
#[inline(always)]
pub(crate) fn pass<'s>(
    state: &'s StateDef,
    result: Option<&Value>,
    host: &StateHost<'_>,
) -> Result<(&'s Next, Exit), Fault> {
    if state.is_jsonata() {
        return Ok((&state.next, pass_jsonata(state, host)?));
    }
    let random = *host.random.borrow();
    let effective = state.data.input_path.view(host.input, host)?;
    let result = match (result, &state.data.arguments) {
        (Some(result), _) => result.clone(),
        (None, Some(parameters)) => parameters.evaluate("Parameters", &effective, host)?,
        (None, None) => effective.into_owned(),
    };
    // What comes after the state's work draws from the beginning again.
    host.random.replace(random);
    Ok((&state.next, Exit::with_result_jsonpath(&state.data, host, result)?))
}
