//! Object constructors and grouping.

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use json::{Map, Names, Number, Str, Value};

use super::{Machine, Outcome};
use crate::code::{Code, Group};
use crate::errors::Fault;
use crate::functions::array::append;
use crate::values::{Flags, Frame, Tuple, Val, order_as_in_javascript};

/// The items that fell under one key.
struct Bucket {
    pair: usize,
    items: Vec<Val>,
}

/// So many keys are searched in order.
const FEW: usize = 16;

impl Machine<'_> {
    /// An object of the members that are not undefined; plain JSON where everything in it is.
    fn object_of(&self, mut members: Vec<(Str, Val)>) -> Outcome<Val> {
        let is_plain = |value: &Val| match value {
            Val::Undefined | Val::Json(_) => true,
            Val::Number(number) => number.is_finite(),
            _ => false,
        };
        if !members.iter().all(|(_, value)| is_plain(value)) {
            members.retain(|(_, value)| !value.is_undefined());
            return Ok(Val::object(members));
        }
        let mut map = Map::with_capacity(members.len());
        for (name, value) in members {
            let value = match value {
                Val::Json(value) => value,
                Val::Number(number) => {
                    Number::from_f64_as_integer_where_exact(number).map_or(Value::Null, Value::Number)
                }
                _ => continue,
            };
            map.insert(name, value);
        }
        let object = Val::Json(Value::object(map));
        self.check_nesting(&object)?;
        Ok(object)
    }

    /// `{…}` on a context. The usual one, with names that are literals on a single item, needs no groups.
    pub(super) fn eval_object(
        &mut self,
        code: &Arc<Code>,
        group: &Group,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let Some(names) = group.names.as_ref().filter(|_| !input.is_array() && !self.tracing()) else {
            return self.eval_group(code, group, input, env);
        };
        let list = names.as_slice();
        let mut values: Vec<Value> = Vec::with_capacity(list.len());
        // The names of the members so far, once there is one that is undefined.
        let mut kept: Option<Vec<Str>> = None;
        for (index, (name, (_, value))) in list.iter().zip(&group.pairs).enumerate() {
            let value = match self.eval(code, *value, input, env)? {
                Val::Undefined => {
                    kept.get_or_insert_with(|| list.iter().take(index).cloned().collect());
                    continue;
                }
                Val::Json(value) => value,
                Val::Number(number) if number.is_finite() => {
                    Number::from_f64_as_integer_where_exact(number).map_or(Value::Null, Value::Number)
                }
                other => {
                    // What JSON cannot hold: the object becomes one of any values.
                    let before = kept.as_deref().unwrap_or(list).iter().cloned();
                    let mut members: Vec<(Str, Val)> =
                        before.zip(values.into_iter().map(Val::Json)).collect();
                    members.push((name.clone(), other));
                    let rest = list.iter().zip(&group.pairs).skip(index + 1);
                    for (name, (_, value)) in rest {
                        let value = self.eval(code, *value, input, env)?;
                        if !value.is_undefined() {
                            members.push((name.clone(), value));
                        }
                    }
                    return Ok(Val::object(members));
                }
            };
            values.push(value);
            if let Some(kept) = &mut kept {
                kept.push(name.clone());
            }
        }
        // The compiler has made sure that the names differ.
        let map = match kept {
            Some(kept) => Map::from_names(&Names::from_distinct(kept), values),
            None => Map::from_names(names, values),
        };
        let object = Val::Json(Value::object(map));
        self.check_nesting(&object)?;
        Ok(object)
    }

    /// Groups the items of an array by the values of key expressions, and evaluates for each key the
    /// value expression on the items under it.
    pub(super) fn eval_group(
        &mut self,
        code: &Arc<Code>,
        group: &Group,
        input: &Val,
        env: &Rc<Frame>,
    ) -> Outcome<Val> {
        let is_stream = input.flags().has(Flags::TUPLES);
        self.charge_items(input.len())?;
        let mut items: Vec<Val> = input.items().collect();
        if items.is_empty() && !is_stream {
            items.push(Val::Undefined);
        }
        let mut order: Vec<(Str, Bucket)> = Vec::new();
        let mut known: HashMap<Str, usize> = HashMap::new();
        for item in items {
            for (pair, (key, _)) in group.pairs.iter().enumerate() {
                let name = match &item {
                    Val::Tuple(tuple) => {
                        let frame = Frame::new(Some(env.clone()), tuple.bindings.clone());
                        self.eval(code, *key, &tuple.context, &frame)?
                    }
                    item => self.eval(code, *key, item, env)?,
                };
                if name.is_undefined() {
                    continue;
                }
                let Some(name) = name.as_shared_str().cloned() else {
                    return Err(Fault::new("T1003").value(name).at(group.span));
                };
                if matches!(&*name, "_jsonata_lambda" | "_jsonata_function") {
                    return Err(Fault::new("D1013").value(Val::string(name)).at(group.span));
                }
                let index = if order.len() < FEW {
                    order.iter().position(|(known, _)| *known == name)
                } else {
                    if known.is_empty() {
                        known
                            .extend(order.iter().enumerate().map(|(index, (name, _))| (name.clone(), index)));
                    }
                    known.get(&name).copied()
                };
                match index.and_then(|index| order.get_mut(index)) {
                    None => {
                        if !known.is_empty() {
                            known.insert(name.clone(), order.len());
                        }
                        order.push((name, Bucket { pair, items: vec![item.clone()] }));
                    }
                    Some((_, bucket)) if bucket.pair != pair => {
                        return Err(Fault::new("D1009").value(Val::string(name)).at(group.span));
                    }
                    Some((_, bucket)) => {
                        if item.len() > 1 {
                            self.charge_items(item.len())?;
                        }
                        if bucket.items.len() == 1
                            && let Some(first) = bucket.items.first().filter(|first| first.is_array())
                        {
                            bucket.items = first.items().collect();
                        }
                        bucket.items.extend(item.items());
                    }
                }
            }
        }
        order_as_in_javascript(&mut order);
        let mut members = Vec::with_capacity(order.len());
        for (name, mut bucket) in order {
            let Some((_, value)) = group.pairs.get(bucket.pair) else { continue };
            let result = if is_stream {
                let count = bucket.items.iter().map(tuple_size).fold(0, usize::saturating_add);
                self.charge_items(count)?;
                let tuple = reduce_tuples(bucket.items);
                let frame = Frame::new(Some(env.clone()), tuple.bindings);
                self.eval(code, *value, &tuple.context, &frame)?
            } else {
                let context = match bucket.items.len() {
                    1 => bucket.items.pop().unwrap_or_default(),
                    _ => Val::list(bucket.items),
                };
                self.eval(code, *value, &context, env)?
            };
            if !result.is_undefined() {
                members.push((name, result));
            }
        }
        self.object_of(members)
    }
}

/// How many items a tuple adds to those that it is appended to.
fn tuple_size(tuple: &Val) -> usize {
    match tuple {
        Val::Tuple(tuple) => tuple
            .bindings
            .iter()
            .map(|(_, value)| value.len())
            .fold(tuple.context.len(), usize::saturating_add),
        _ => 0,
    }
}

/// One tuple whose context and bindings are those of all tuples, appended.
fn reduce_tuples(tuples: Vec<Val>) -> Tuple {
    let mut tuples = tuples.into_iter().filter_map(|tuple| match tuple {
        Val::Tuple(tuple) => Some(Rc::unwrap_or_clone(tuple)),
        _ => None,
    });
    let mut contexts = Appender::default();
    let mut bindings: Vec<(u32, Appender)> = Vec::new();
    for tuple in &mut tuples {
        contexts.push(tuple.context);
        for (symbol, value) in tuple.bindings {
            match bindings.iter_mut().find(|(known, _)| *known == symbol) {
                Some((_, appender)) => appender.push(value),
                None => {
                    let mut appender = Appender::default();
                    appender.push(value);
                    bindings.push((symbol, appender));
                }
            }
        }
    }
    Tuple {
        context: contexts.finish(),
        bindings: bindings.into_iter().map(|(symbol, appender)| (symbol, appender.finish())).collect(),
    }
}

/// Values appended to each other, as `$append` does with two.
#[derive(Default)]
struct Appender {
    first: Option<Val>,
    items: Vec<Val>,
}

impl Appender {
    fn push(&mut self, value: Val) {
        if value.is_undefined() {
            return;
        }
        match self.first.take() {
            None if self.items.is_empty() => self.first = Some(value),
            None => self.items.extend(value.items()),
            Some(first) => {
                self.items.extend(first.items());
                self.items.extend(value.items());
            }
        }
    }

    fn finish(self) -> Val {
        match self.first {
            Some(first) => append(first, Val::Undefined),
            None if self.items.is_empty() => Val::Undefined,
            None => Val::list(self.items),
        }
    }
}
