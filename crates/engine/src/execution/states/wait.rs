use json::Value;

use crate::execution::run::Shared;
use crate::execution::timer::Timer;
use crate::execution::turn::Exit;
use crate::execution::{Execution, Phase, Slot};
use crate::machine::{StateDef, WaitDef};
use crate::query::{Dynamic, Fault, StateHost, plain_text};
use crate::time::{Instant, MILLIS_PER_SECOND};

/// AWS refuses delays of 2³¹ seconds and more: 24855 days wait in the recordings, 24856 do not.
const TOO_LONG_SECONDS: i64 = 1 << 31;

impl Execution {
    pub(crate) fn work_wait(
        &mut self,
        slot: Slot,
        shared: &Shared,
        state: &StateDef,
        wait: &WaitDef,
    ) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let effective = state.data.input_path.view(&frame.input, &host)?;
        let until = wait_until(wait, &effective, &host)?;
        if let Some(frame) = self.frame_mut(slot) {
            frame.phase = Phase::Wait;
            frame.until = Some(until);
        }
        self.set_timer(slot, until, Timer::Wake(slot));
        Ok(())
    }

    pub(crate) fn leave_wait(&mut self, slot: Slot, shared: &Shared, state: &StateDef) -> Result<(), Fault> {
        let Some(frame) = self.frame_at(slot) else { return Ok(()) };
        let host = self.host(frame, shared, state);
        let effective = state.data.input_path.view(&frame.input, &host)?;
        let exit = Exit::without_result(&state.data, &effective, &host)?;
        self.exit(slot, state, exit, &state.next)
    }
}

/// When a Wait state that starts now is over.
pub(crate) fn wait_until(wait: &WaitDef, input: &Value, host: &StateHost<'_>) -> Result<Instant, Fault> {
    let until = match wait {
        WaitDef::Seconds(field) => {
            let seconds = seconds_of(field, input, host)?;
            if seconds >= TOO_LONG_SECONDS {
                return Err(Fault::runtime("Wait state delay is too long."));
            }
            host.now.plus_seconds(seconds)
        }
        WaitDef::Timestamp(field) => timestamp_of(field, input, host)?,
    };
    if (until - host.now) / MILLIS_PER_SECOND >= TOO_LONG_SECONDS {
        return Err(Fault::runtime("Wait state delay is too long."));
    }
    Ok(until.max(host.now))
}

fn seconds_of(field: &Dynamic, input: &Value, host: &StateHost<'_>) -> Result<i64, Fault> {
    let Some(value) = field.lookup(input, host)? else {
        return Err(field.fault(
            |name, path| format!("The {name} parameter does not reference an input value: {path}"),
            String::new,
        ));
    };
    if value.is_null() && matches!(field, Dynamic::Path { .. }) {
        return Err(field.fault(
            |name, path| format!("The {name} parameter does not reference an input value: {path}"),
            String::new,
        ));
    }
    let seconds =
        value.as_number().filter(|number| number.is_spelled_as_integer()).and_then(|number| number.as_i64());
    match (seconds, field) {
        (Some(seconds), _) if seconds >= 0 => Ok(seconds),
        (Some(seconds), Dynamic::Jsonata { field, expression }) => Err(Fault::query(
            format!(
                "The JSONata expression '{}' specified for the field '{field}' returned a value that is out of \
                 range: {seconds}",
                expression.text
            ),
            *field,
        )),
        (Some(seconds), _) => Err(field.fault(
            |name, path| format!("The {name} parameter references a negative value: {path} == {seconds}"),
            || format!("Seconds cannot be negative: {seconds}"),
        )),
        // JSONata rounds numbers down where it takes integers.
        (None, Dynamic::Jsonata { .. }) => match value.as_f64() {
            Some(number) if number >= 0.0 => Ok(number.floor() as i64),
            _ => Err(field.unexpected_type("number", &value)),
        },
        (None, _) => Err(field.fault(
            |name, path| {
                format!(
                    "The {name} parameter cannot be parsed as a long value: {path} == {}",
                    plain_text(&value)
                )
            },
            || format!("Seconds is no integer: {value}"),
        )),
    }
}

fn timestamp_of(field: &Dynamic, input: &Value, host: &StateHost<'_>) -> Result<Instant, Fault> {
    let Some(value) = field.lookup(input, host)?.filter(|value| !value.is_null()) else {
        return Err(field.fault(
            |name, path| format!("The {name} parameter does not reference an input value: {path}"),
            String::new,
        ));
    };
    if matches!(field, Dynamic::Jsonata { .. }) && value.as_str().is_none() {
        return Err(field.unexpected_type("string", &value));
    }
    value.as_str().and_then(expr::timestamp::parse).map(|timestamp| instant_of(&timestamp)).ok_or_else(|| {
        field.fault(
            |name, path| {
                format!(
                    "The {name} parameter does not reference a valid ISO-8601 extended offset date-time format \
                     string: {path} == {}",
                    plain_text(&value)
                )
            },
            || {
                format!(
                    "The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: {}",
                    plain_text(&value)
                )
            },
        )
    })
}

fn instant_of(timestamp: &expr::timestamp::Timestamp) -> Instant {
    Instant(timestamp.epoch_millis())
}
