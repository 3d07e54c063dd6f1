use std::cmp::Ordering;
use std::fmt::{self, Write};

use crate::Str;

/// A JSON number that prints as it was spelled.
#[derive(Clone)]
pub enum Number {
    /// An integer that prints in its usual decimal form.
    Int(i64),
    /// A finite float; prints shortest, with `.0` where it has no fraction.
    Float(f64),
    /// Any other spelling (`1e3`, `1.50`, `-0`, integers beyond 64 bits), kept as text.
    Spelled(Str),
}

/// Integers beyond this magnitude are not all representable as a float.
const EXACT_FLOAT: f64 = 9_007_199_254_740_992.0;

impl Number {
    /// A float, or none where it is not finite.
    pub fn from_f64(number: f64) -> Option<Number> {
        number.is_finite().then_some(Number::Float(number))
    }

    /// The float where it is one, as an integer where it has no fraction and is exact.
    pub fn from_f64_as_integer_where_exact(number: f64) -> Option<Number> {
        if number.fract() == 0.0 && number.abs() <= EXACT_FLOAT {
            return Some(Number::Int(number as i64));
        }
        Number::from_f64(number)
    }

    /// Reads a text that follows JSON's grammar of numbers; none where it does not.
    pub fn from_text(text: &str) -> Option<Number> {
        if !is_number(text) {
            return None;
        }
        let digits = text.strip_prefix('-').unwrap_or(text);
        if digits.len() <= 18 && digits.bytes().all(|byte| byte.is_ascii_digit()) && text != "-0" {
            return text.parse().ok().map(Number::Int);
        }
        let mut printed = String::new();
        if let Ok(integer) = text.parse::<i64>() {
            let _ = write!(printed, "{integer}");
            if printed == text {
                return Some(Number::Int(integer));
            }
        } else if let Ok(float) = text.parse::<f64>()
            && float.is_finite()
        {
            let _ = write!(printed, "{float:?}");
            if printed == text {
                return Some(Number::Float(float));
            }
        }
        Some(Number::Spelled(text.into()))
    }

    /// The nearest float; infinite for a spelling beyond the range of floats.
    pub fn as_f64(&self) -> f64 {
        match self {
            Number::Int(integer) => *integer as f64,
            Number::Float(float) => *float,
            Number::Spelled(text) => text.parse().unwrap_or(f64::NAN),
        }
    }

    /// The integer where the number has no fraction and fits into 64 bits.
    pub fn as_i64(&self) -> Option<i64> {
        match self {
            Number::Int(integer) => Some(*integer),
            Number::Float(float) => integral(*float),
            Number::Spelled(text) => match text.parse::<i64>() {
                Ok(integer) => Some(integer),
                Err(_) => integral(text.parse().ok()?),
            },
        }
    }

    /// Whether the spelling is an integer's: no point and no exponent.
    pub fn is_spelled_as_integer(&self) -> bool {
        match self {
            Number::Int(_) => true,
            Number::Float(_) => false,
            Number::Spelled(text) => !text.contains(['.', 'e', 'E']),
        }
    }
}

fn integral(float: f64) -> Option<i64> {
    let in_range = float >= i64::MIN as f64 && float < i64::MAX as f64;
    (float.fract() == 0.0 && in_range).then_some(float as i64)
}

/// Whether a text follows JSON's grammar of numbers.
fn is_number(text: &str) -> bool {
    let digits = |bytes: &[u8]| bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut rest = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let whole = digits(rest);
    if whole == 0 || (whole > 1 && rest[0] == b'0') {
        return false;
    }
    rest = &rest[whole..];
    if let Some((b'.', fraction)) = rest.split_first() {
        let count = digits(fraction);
        if count == 0 {
            return false;
        }
        rest = &fraction[count..];
    }
    if let Some((b'e' | b'E', exponent)) = rest.split_first() {
        let unsigned = match exponent.split_first() {
            Some((b'+' | b'-', unsigned)) => unsigned,
            _ => exponent,
        };
        let count = digits(unsigned);
        if count == 0 {
            return false;
        }
        rest = &unsigned[count..];
    }
    rest.is_empty()
}

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => a == b,
            (Number::Spelled(a), Number::Spelled(b)) if a == b => true,
            _ => self.partial_cmp(other) == Some(Ordering::Equal),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Number) -> Option<Ordering> {
        if let (Number::Int(a), Number::Int(b)) = (self, other) {
            return Some(a.cmp(b));
        }
        if let (Some(a), Some(b)) = (self.as_i64(), other.as_i64()) {
            return Some(a.cmp(&b));
        }
        self.as_f64().partial_cmp(&other.as_f64())
    }
}

impl fmt::Display for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Number::Int(integer) => write!(formatter, "{integer}"),
            Number::Float(float) => write!(formatter, "{float:?}"),
            Number::Spelled(text) => formatter.write_str(text),
        }
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::Number;

    #[test]
    fn numbers_keep_their_spelling() {
        for text in
            ["0", "-0", "1", "1.0", "1.50", "1e3", "1E+3", "123456789012345678901234567890", "0.1", "-7"]
        {
            assert_eq!(Number::from_text(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "-", "01", "1.", ".5", "1e", "+1", "1x", "NaN"] {
            assert!(Number::from_text(text).is_none(), "{text}");
        }
    }

    #[test]
    fn comparison_is_exact_for_big_integers() {
        let number = |text| Number::from_text(text).unwrap();
        assert!(number("9007199254740993") > number("9007199254740992"));
        assert_eq!(number("1"), number("1.0"));
        assert_eq!(number("100"), number("1e2"));
    }
}
