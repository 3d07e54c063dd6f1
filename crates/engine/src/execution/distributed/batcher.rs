//! ItemBatcher: several items for one child execution.

use json::{Map, Value};

use super::ReadError;
use crate::execution::Options;
use crate::execution::states::integer;
use crate::machine::BatcherDef;
use crate::query::{Fault, StateHost};

/// The children's inputs, and how many items are in each.
pub(super) fn batch(
    definition: &BatcherDef,
    items: Vec<Value>,
    effective: &Value,
    host: &StateHost<'_>,
    options: &Options,
) -> Result<(Vec<Value>, Vec<u64>), ReadError> {
    let positive = |field: &Option<crate::query::Dynamic>, name: &str| -> Result<Option<usize>, Fault> {
        let Some(field) = field else { return Ok(None) };
        let number = integer(field, effective, host)?;
        let problem = || format!("{name} must be positive, but was {number}.");
        match usize::try_from(number) {
            Ok(number) if number > 0 => Ok(Some(number)),
            _ => Err(field.fault(|_, _| problem(), problem)),
        }
    };
    let most_items = positive(&definition.max_items, "MaxItemsPerBatch")?.unwrap_or(usize::MAX);
    let most_bytes = positive(&definition.max_bytes, "MaxInputBytesPerBatch")?
        .unwrap_or(usize::MAX)
        .min(options.quotas.payload_bytes);
    let batch_input = match &definition.batch_input {
        Some(template) => Some(template.evaluate("ItemBatcher/BatchInput", effective, host)?),
        None => None,
    };
    // `{"BatchInput":…,"Items":[…]}`
    let frame_bytes = r#"{"Items":[]}"#.len()
        + batch_input.as_ref().map_or(0, |input| r#""BatchInput":,"#.len() + input.text_len());
    let mut batches: Vec<Vec<Value>> = Vec::new();
    let mut bytes = 0;
    for item in items {
        let item_bytes = item.text_len() + 1;
        match batches.last_mut() {
            Some(batch) if batch.len() < most_items && bytes + item_bytes <= most_bytes => {
                bytes += item_bytes;
                batch.push(item);
            }
            _ => {
                bytes = frame_bytes + item_bytes;
                batches.push(vec![item]);
            }
        }
    }
    let sizes = batches.iter().map(|batch| batch.len() as u64).collect();
    let inputs = batches
        .into_iter()
        .map(|items| {
            let mut members = Map::with_capacity(2);
            if let Some(input) = &batch_input {
                members.insert("BatchInput", input.clone());
            }
            members.insert("Items", Value::array(items));
            Value::object(members)
        })
        .collect();
    Ok((inputs, sizes))
}
