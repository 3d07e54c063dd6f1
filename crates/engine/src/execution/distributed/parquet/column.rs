//! A column: its type, and what its values become in JSON.

use json::Value;

use super::thrift::Thrift;
use crate::time::Instant;

/// How values are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Physical {
    Boolean,
    Int32,
    Int64,
    /// A time of the day in nanoseconds, and a Julian day.
    Int96,
    Float,
    Double,
    ByteArray,
    FixedBytes(usize),
}

/// What values mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Logical {
    None,
    Decimal {
        scale: u32,
    },
    Date,
    /// Since 1970; so many units make a second.
    Timestamp {
        units: i64,
    },
    Unsigned,
    Uuid,
}

#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) is_optional: bool,
    pub(super) physical: Physical,
    logical: Logical,
}

impl Column {
    /// A column from its element of the schema.
    ///
    /// # Errors
    ///
    /// Why it cannot be read: only flat schemas can.
    pub(super) fn new(element: &Thrift<'_>) -> Result<Column, String> {
        const REPEATED: i64 = 2;
        let name = element.text(4).unwrap_or_default().to_owned();
        if element.size(5).unwrap_or(0) > 0 || element.int(3) == Some(REPEATED) {
            return Err(format!("the column '{name}' is nested; only flat columns can be read here"));
        }
        let physical = match element.int(1) {
            Some(0) => Physical::Boolean,
            Some(1) => Physical::Int32,
            Some(2) => Physical::Int64,
            Some(3) => Physical::Int96,
            Some(4) => Physical::Float,
            Some(5) => Physical::Double,
            Some(6) => Physical::ByteArray,
            Some(7) => {
                let length = element.size(2).filter(|length| (1..=1 << 16).contains(length));
                Physical::FixedBytes(length.ok_or("its schema is broken")?)
            }
            _ => return Err(format!("the column '{name}' has an unknown type")),
        };
        let is_optional = element.int(3) == Some(1);
        Ok(Column { name, is_optional, physical, logical: logical_of(element) })
    }

    /// So many values that stand one after the other. None where the bytes don't hold them.
    pub(super) fn plain(&self, bytes: &mut &[u8], count: usize) -> Option<Vec<Value>> {
        if self.physical == Physical::Boolean {
            let bit = |index: usize| Some(Value::Bool(bytes.get(index / 8)? >> (index % 8) & 1 == 1));
            return (0..count).map(bit).collect();
        }
        let mut values = Vec::with_capacity(count.min(bytes.len()));
        for _ in 0..count {
            let length = match self.physical {
                Physical::Boolean => 1,
                Physical::Int32 | Physical::Float => 4,
                Physical::Int64 | Physical::Double => 8,
                Physical::Int96 => 12,
                Physical::FixedBytes(length) => length,
                Physical::ByteArray => {
                    let (length, rest) = bytes.split_first_chunk()?;
                    *bytes = rest;
                    u32::from_le_bytes(*length) as usize
                }
            };
            let (value, rest) = bytes.split_at_checked(length)?;
            *bytes = rest;
            values.push(self.value(value)?);
        }
        Some(values)
    }

    fn value(&self, bytes: &[u8]) -> Option<Value> {
        Some(match self.physical {
            Physical::Boolean => Value::Bool(bytes.first()? & 1 == 1),
            Physical::Int32 => {
                let number = i32::from_le_bytes(bytes.try_into().ok()?);
                match self.logical {
                    Logical::Unsigned => Value::int(i64::from(number as u32)),
                    _ => self.integer(i64::from(number)),
                }
            }
            Physical::Int64 => self.integer(i64::from_le_bytes(bytes.try_into().ok()?)),
            Physical::Int96 => {
                const JULIAN_DAY_OF_1970: i64 = 2_440_588;
                let (nanos, day) = bytes.split_first_chunk()?;
                let day = i64::from(u32::from_le_bytes(day.try_into().ok()?)) - JULIAN_DAY_OF_1970;
                timestamp(day * 86_400_000 + i64::from_le_bytes(*nanos) / 1_000_000)
            }
            Physical::Float => {
                let number = f32::from_le_bytes(bytes.try_into().ok()?);
                // The digits of the short number, not those that it has as a long one.
                number.to_string().parse().map_or(Value::Null, Value::float)
            }
            Physical::Double => Value::float(f64::from_le_bytes(bytes.try_into().ok()?)),
            Physical::ByteArray | Physical::FixedBytes(_) => match self.logical {
                Logical::Decimal { scale } => {
                    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
                    let start = if negative { -1i128 } else { 0 };
                    // 128 bits are 38 digits, the most that a decimal of SQL has.
                    let significant = bytes.get(bytes.len().saturating_sub(16)..)?;
                    decimal(
                        significant.iter().fold(start, |number, byte| number << 8 | i128::from(*byte)),
                        scale,
                    )
                }
                Logical::Uuid if bytes.len() == 16 => {
                    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                    let groups = [0..8, 8..12, 12..16, 16..20, 20..32].map(|group| digits.get(group));
                    Value::from(groups.into_iter().flatten().collect::<Vec<_>>().join("-"))
                }
                _ => Value::from(String::from_utf8_lossy(bytes).into_owned()),
            },
        })
    }

    fn integer(&self, number: i64) -> Value {
        match self.logical {
            Logical::Decimal { scale } => decimal(i128::from(number), scale),
            Logical::Date => {
                let text = Instant(number.saturating_mul(86_400_000)).to_iso();
                Value::from(text.split('T').next().unwrap_or_default())
            }
            Logical::Timestamp { units } => timestamp(match units {
                1000 => number,
                units => number.div_euclid(units / 1000),
            }),
            Logical::Unsigned => decimal(i128::from(number as u64), 0),
            _ => Value::int(number),
        }
    }
}

fn logical_of(element: &Thrift<'_>) -> Logical {
    let scale = |from: &Thrift<'_>, field: i16| from.size(field).map_or(0, |scale| scale.min(1000) as u32);
    if let Some(logical) = element.field(10) {
        if let Some(decimal) = logical.field(5) {
            return Logical::Decimal { scale: scale(decimal, 1) };
        }
        if logical.field(6).is_some() {
            return Logical::Date;
        }
        if let Some(unit) = logical.field(8).and_then(|timestamp| timestamp.field(2)) {
            let units = [(1, 1000), (2, 1_000_000), (3, 1_000_000_000)];
            let found = units.into_iter().find(|(field, _)| unit.field(*field).is_some());
            return found.map_or(Logical::None, |(_, units)| Logical::Timestamp { units });
        }
        if logical.field(10).is_some_and(|integer| integer.bool(2) == Some(false)) {
            return Logical::Unsigned;
        }
        if logical.field(14).is_some() {
            return Logical::Uuid;
        }
    }
    // The older way to say it.
    match element.int(6) {
        Some(5) => Logical::Decimal { scale: scale(element, 7) },
        Some(6) => Logical::Date,
        Some(9) => Logical::Timestamp { units: 1000 },
        Some(10) => Logical::Timestamp { units: 1_000_000 },
        Some(11..=14) => Logical::Unsigned,
        _ => Logical::None,
    }
}

fn timestamp(millis: i64) -> Value {
    Value::from(Instant(millis).to_iso_millis())
}

/// A number of so many digits after the point, exactly.
fn decimal(unscaled: i128, scale: u32) -> Value {
    let scale = scale as usize;
    let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
    let sign = if unscaled < 0 { "-" } else { "" };
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let text = if scale == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") };
    json::parse(&text).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn decimals_are_exact() {
        assert_eq!(decimal(12345, 2).to_text(), "123.45");
        assert_eq!(decimal(-5, 3).to_text(), "-0.005");
        assert_eq!(decimal(i128::from(u64::MAX), 0).to_text(), "18446744073709551615");
    }
}
