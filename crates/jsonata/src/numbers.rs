//! Numbers as JavaScript prints, rounds and reads them.

use std::fmt::Write;

/// The text of a number as JavaScript's `String(number)` has it: the shortest digits that read back
/// as the same number, with an exponent below 1e-6 and from 1e21.
pub(crate) fn to_js_string(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity".to_owned() } else { "-Infinity".to_owned() };
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    if number.fract() == 0.0 && number.abs() < 1e15 {
        return (number as i64).to_string();
    }
    let scientific = format!("{:e}", number.abs());
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    let digits: String = mantissa.chars().filter(|character| *character != '.').collect();
    let mut text = String::new();
    if number < 0.0 {
        text.push('-');
    }
    let count = digits.len() as i32;
    if (0..21).contains(&exponent) {
        if count <= exponent + 1 {
            text.push_str(&digits);
            text.extend(std::iter::repeat_n('0', (exponent + 1 - count) as usize));
        } else {
            let (whole, fraction) = digits.split_at((exponent + 1) as usize);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
    } else if (-6..0).contains(&exponent) {
        text.push_str("0.");
        text.extend(std::iter::repeat_n('0', (-exponent - 1) as usize));
        text.push_str(&digits);
    } else {
        let (first, rest) = digits.split_at(1);
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        let _ = write!(text, "e{}{}", if exponent < 0 { '-' } else { '+' }, exponent.abs());
    }
    text
}

/// The number rounded to so many significant digits, as `Number(number.toPrecision(digits))`.
pub(crate) fn round_to_precision(number: f64, digits: usize) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    // The shortest form is exact enough to tell that nothing is to be rounded.
    let shortest = format!("{number:e}");
    let significant = shortest.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).count();
    if significant <= digits {
        return number;
    }
    let mut text = format!("{:.*e}", digits - 1, number);
    // Rust rounds an exact tie to even, JavaScript up.
    let exact = format!("{:.*e}", digits + 40, number);
    if is_tie(&exact, digits) {
        let nudged = f64::from_bits(number.to_bits() + 1);
        text = format!("{:.*e}", digits - 1, nudged);
    }
    text.parse().unwrap_or(number)
}

/// Whether the digits after the first `keep` ones are exactly a half.
fn is_tie(scientific: &str, keep: usize) -> bool {
    let mut digits =
        scientific.bytes().take_while(|byte| *byte != b'e').filter(u8::is_ascii_digit).skip(keep);
    digits.next() == Some(b'5') && digits.all(|digit| digit == b'0')
}

/// `number.toFixed(places)` of a number that is not negative.
pub(crate) fn to_fixed(number: f64, places: usize) -> String {
    if number >= 1e21 || !number.is_finite() {
        return to_js_string(number);
    }
    let places = places.min(100);
    let text = format!("{number:.places$}");
    let exact = format!("{:.*}", places + 60, number);
    let Some(point) = exact.find('.') else { return text };
    let tail = &exact.as_bytes()[point + 1 + places..];
    let tie = tail.first() == Some(&b'5') && tail[1..].iter().all(|digit| *digit == b'0');
    if tie { format!("{:.places$}", f64::from_bits(number.to_bits() + 1)) } else { text }
}

/// `Math.round(number)`: to the nearest integer, halves towards positive infinity.
pub(crate) fn js_round(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Rounds half to even at a number of decimal places (negative: tens, hundreds).
pub(crate) fn round_half_even(number: f64, precision: f64) -> f64 {
    let shift = |value: f64, by: f64| -> f64 {
        let text = to_js_string(value);
        let (mantissa, exponent) = match text.split_once('e') {
            Some((mantissa, exponent)) => (mantissa, exponent.parse::<f64>().unwrap_or(0.0)),
            None => (text.as_str(), 0.0),
        };
        format!("{mantissa}e{}", to_js_string(exponent + by)).parse().unwrap_or(f64::NAN)
    };
    let shifts = precision != 0.0 && !precision.is_nan();
    let value = if shifts { shift(number, precision) } else { number };
    let mut result = js_round(value);
    if (result - value).abs() == 0.5 && (result % 2.0).abs() == 1.0 {
        result -= 1.0;
    }
    if shifts {
        result = shift(result, -precision);
    }
    if result == 0.0 { 0.0 } else { result }
}

/// `number.toString(radix)`, with at most 52 digits of fraction.
pub(crate) fn to_radix(number: f64, radix: u32) -> String {
    if radix == 10 || !number.is_finite() {
        return to_js_string(number);
    }
    let mut whole = number.abs().trunc();
    let base = f64::from(radix);
    let mut digits = Vec::new();
    // Digits beyond what a float knows are zeros in JavaScript.
    while whole / base >= 9_007_199_254_740_992.0 {
        digits.push('0');
        whole /= base;
    }
    loop {
        let digit = whole % base;
        digits.push(char::from_digit(digit as u32, radix).unwrap_or('0'));
        whole = (whole - digit) / base;
        if whole <= 0.0 {
            break;
        }
    }
    if number < 0.0 {
        digits.push('-');
    }
    digits.iter().rev().collect()
}

/// `parseInt(text)`: leading blanks, a sign and decimal digits; none (NaN) where there is no digit.
pub(crate) fn parse_int(text: &str) -> Option<f64> {
    let text = text.trim_start();
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let end = digits.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
    let value: f64 = digits.get(..end)?.parse().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_print_as_in_javascript() {
        for (number, text) in [
            (1e21, "1e+21"),
            (1e20, "100000000000000000000"),
            (123456789012345680000.0, "123456789012345680000"),
            (0.000001, "0.000001"),
            (0.0000001, "1e-7"),
            (1.5e-9, "1.5e-9"),
            (-1234.5, "-1234.5"),
            (0.1 + 0.2, "0.30000000000000004"),
            (-0.0, "0"),
        ] {
            assert_eq!(to_js_string(number), text);
        }
    }

    #[test]
    fn rounding_follows_javascript() {
        assert_eq!(round_to_precision(0.1 + 0.2, 15), 0.3);
        assert_eq!(round_to_precision(1234567890123.125, 15), 1234567890123.13);
        assert_eq!(round_to_precision(1.0 / 3.0, 15), 0.333333333333333);
        assert_eq!(to_fixed(2.5, 0), "3");
        assert_eq!(to_fixed(1.005, 2), "1.00");
        assert_eq!(round_half_even(2.5, 0.0), 2.0);
        assert_eq!(round_half_even(1.235, 2.0), 1.24);
        assert_eq!(round_half_even(-2.5, 0.0), -2.0);
        assert_eq!(to_radix(255.0, 16), "ff");
    }
}
