//! The functions that Step Functions adds to the language.
//!
//! Source: AWS's guide "Transforming data with JSONata in Step Functions" and the recorded cases.
//! Numbers that have to be whole are rounded down.

use json::{Number, Value};
use md5::{Digest, Md5};
use sha1::Sha1;
use sha2::{Sha256, Sha384, Sha512};

use super::{Args, Site, wrong_type};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::random::Random;
use crate::values::Val;

/// The most items that `$range` makes, as `States.ArrayRange`.
const MAX_RANGE: f64 = 1000.0;

fn refused(message: impl Into<String>) -> Box<Fault> {
    Fault::new("D3200").detail(message.into())
}

pub(super) fn partition(machine: &mut Machine<'_>, mut args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(array) = args.array(0)? else { return Ok(Val::Undefined) };
    let Some(size) = args.number(1)? else { return Ok(Val::Undefined) };
    let size = size.floor();
    if size.is_nan() || size < 1.0 {
        return Err(refused("The second argument of the partition function must be a positive integer"));
    }
    machine.charge_items(array.len())?;
    let items: Vec<Val> = array.items().collect();
    let size = if size >= items.len() as f64 { items.len().max(1) } else { size as usize };
    Ok(Val::list(items.chunks(size).map(|chunk| Val::list(chunk.to_vec())).collect()))
}

pub(super) fn range(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let (Some(first), Some(last), Some(step)) = (args.number(0)?, args.number(1)?, args.number(2)?) else {
        return Ok(Val::Undefined);
    };
    let (first, last, step) = (first.floor(), last.floor(), step.floor());
    if step == 0.0 || !(first.is_finite() && last.is_finite() && step.is_finite()) {
        return Err(refused("The third argument of the range function must not be zero"));
    }
    let count = ((last - first) / step).floor() + 1.0;
    if count > MAX_RANGE {
        return Err(refused("The range function must not make more than 1000 items"));
    }
    machine.charge_items(count.max(0.0) as usize)?;
    let items = (0..count.max(0.0) as usize).map(|index| Val::Number(first + step * index as f64)).collect();
    Ok(Val::list(items))
}

pub(super) fn hash(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    fn hex(digest: &[u8]) -> String {
        digest.iter().map(|byte| format!("{byte:02x}")).collect()
    }
    let (Some(text), Some(algorithm)) = (args.text(0)?, args.text(1)?) else { return Ok(Val::Undefined) };
    machine.charge(text.len() as u64 / 8)?;
    let bytes = text.as_bytes();
    Ok(Val::string(match algorithm {
        "MD5" => hex(&Md5::digest(bytes)),
        "SHA-1" => hex(&Sha1::digest(bytes)),
        "SHA-256" => hex(&Sha256::digest(bytes)),
        "SHA-384" => hex(&Sha384::digest(bytes)),
        "SHA-512" => hex(&Sha512::digest(bytes)),
        _ => return Err(refused(format!("Unknown hash algorithm {algorithm:?}"))),
    }))
}

/// With a seed always the same number.
pub(super) fn random(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::Number(match args.number(0)? {
        Some(seed) => Random::new(seed.floor() as i64 as u64).next_f64(),
        None => machine.random.next_f64(),
    }))
}

pub(super) fn uuid(machine: &mut Machine<'_>, _: Args, _: &Site<'_>) -> Outcome<Val> {
    Ok(Val::string(machine.random.uuid()))
}

/// Nothing but blanks is null, as with `States.StringToJson`.
pub(super) fn parse(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(text) = args.text(0)? else { return Ok(Val::Undefined) };
    machine.charge_text(text.len())?;
    if text.trim().is_empty() {
        return Ok(Val::NULL);
    }
    match json::parse(text) {
        Ok(value @ Value::Number(Number::Spelled(_))) => Ok(match value.as_f64() {
            Some(number) => Val::Number(number),
            None => Val::Json(value),
        }),
        Ok(value) => Ok(Val::Json(value)),
        Err(error) => match args.get(0) {
            value if value.as_str().is_some() => Err(refused(format!("The text is not JSON: {error}"))),
            value => Err(wrong_type(value, 0)),
        },
    }
}
