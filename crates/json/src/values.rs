//! The values of an object's members, a few of them without memory of their own.

use std::ops::{Deref, DerefMut};

use crate::Value;

/// Most objects that a workflow makes have no more members than this.
const FEW: usize = 3;

/// A list that has room for a few values in itself.
#[derive(Clone)]
pub struct Values(Room);

#[derive(Clone)]
enum Room {
    /// So many of them are there, the others are null.
    Few(u8, [Value; FEW]),
    Many(Vec<Value>),
}

impl Default for Values {
    fn default() -> Values {
        Values::with_capacity(0)
    }
}

impl Values {
    #[inline]
    pub fn with_capacity(capacity: usize) -> Values {
        Values(match capacity {
            0..=FEW => Room::Few(0, [const { Value::Null }; FEW]),
            _ => Room::Many(Vec::with_capacity(capacity)),
        })
    }

    #[inline]
    pub fn push(&mut self, value: Value) {
        match &mut self.0 {
            Room::Few(count, values) => match values.get_mut(usize::from(*count)) {
                Some(place) => {
                    *place = value;
                    *count += 1;
                }
                None => self.push_to_many(value),
            },
            Room::Many(values) => values.push(value),
        }
    }

    #[cold]
    #[inline(never)]
    fn push_to_many(&mut self, value: Value) {
        let mut many = Vec::with_capacity(2 * FEW);
        many.extend(self.iter_mut().map(std::mem::take));
        many.push(value);
        self.0 = Room::Many(many);
    }

    /// Takes a value out; null where there is none at this place.
    pub(crate) fn remove(&mut self, position: usize) -> Value {
        match &mut self.0 {
            Room::Few(count, values) => {
                let there =
                    values.get_mut(..usize::from(*count)).and_then(|values| values.get_mut(position..));
                let Some(there) = there.filter(|there| !there.is_empty()) else { return Value::Null };
                *count -= 1;
                there.rotate_left(1);
                there.last_mut().map(std::mem::take).unwrap_or_default()
            }
            Room::Many(values) if position < values.len() => values.remove(position),
            Room::Many(_) => Value::Null,
        }
    }
}

impl Deref for Values {
    type Target = [Value];

    #[inline]
    fn deref(&self) -> &[Value] {
        match &self.0 {
            Room::Few(count, values) => values.get(..usize::from(*count)).unwrap_or_default(),
            Room::Many(values) => values,
        }
    }
}

impl DerefMut for Values {
    #[inline]
    fn deref_mut(&mut self) -> &mut [Value] {
        match &mut self.0 {
            Room::Few(count, values) => values.get_mut(..usize::from(*count)).unwrap_or_default(),
            Room::Many(values) => values,
        }
    }
}

impl From<Vec<Value>> for Values {
    fn from(values: Vec<Value>) -> Values {
        if values.len() > FEW { Values(Room::Many(values)) } else { values.into_iter().collect() }
    }
}

impl FromIterator<Value> for Values {
    #[inline]
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Values {
        let values = values.into_iter();
        let mut collected = Values::with_capacity(values.size_hint().0);
        values.for_each(|value| collected.push(value));
        collected
    }
}

#[cfg(test)]
mod tests {
    use super::Values;
    use crate::Value;

    #[test]
    fn few_and_many_are_alike() {
        for count in 0..8 {
            let list: Vec<Value> = (0..count).map(Value::int).collect();
            let mut values: Values = list.iter().cloned().collect();
            assert_eq!(*values, *list);
            assert_eq!(*Values::from(list.clone()), *list);
            values.push(Value::Null);
            assert_eq!(values.len(), list.len() + 1);
            assert_eq!(*values.clone(), *values);
            for position in 0..list.len() {
                let (mut less, mut fewer) = (list.clone(), Values::from(list.clone()));
                assert_eq!(fewer.remove(position), less.remove(position));
                assert_eq!(*fewer, *less);
            }
            assert_eq!(values.remove(100), Value::Null);
            assert_eq!(values.len(), list.len() + 1);
        }
    }
}
