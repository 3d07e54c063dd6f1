use json::Str;

use crate::execution::failure::Origin;
use crate::execution::run::Shared;
use crate::execution::{Execution, Slot};
use crate::history::Failure;
use crate::machine::StateDef;
use crate::query::{Dynamic, Fault, StateHost, unexpected_type};

impl Execution {
    pub(crate) fn work_fail(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        error: Option<&Dynamic>,
        cause: Option<&Dynamic>,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let failure = failure_of(&frame.input, &host, error, cause)?;
        self.fail_state(slot, state, failure, Origin::State);
        Ok(())
    }
}

/// The failure that a Fail state describes.
pub(crate) fn failure_of(
    input: &json::Value,
    host: &StateHost<'_>,
    error: Option<&Dynamic>,
    cause: Option<&Dynamic>,
) -> Result<Failure, Fault> {
    let text = |field: Option<&Dynamic>| -> Result<Option<Str>, Fault> {
        let Some(field) = field else { return Ok(None) };
        let value = field.evaluate(input, host)?;
        match (value.as_str(), field) {
            (Some(text), _) => Ok(Some(text.into())),
            (None, Dynamic::Jsonata { field, expression }) => {
                Err(unexpected_type(&expression.text, field, "string", &value))
            }
            (None, _) => Ok(Some(value.to_text().into())),
        }
    };
    Ok(Failure { error: text(error)?, cause: text(cause)? })
}
