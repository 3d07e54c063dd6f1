//! `$formatNumber`: decimal pictures, as XPath's format-number has them and jsonata implements them.

use super::{Args, Site};
use crate::errors::Fault;
use crate::eval::{Machine, Outcome};
use crate::numbers;
use crate::values::Val;

pub(super) fn format_number(machine: &mut Machine<'_>, args: Args, _: &Site<'_>) -> Outcome<Val> {
    let Some(number) = args.number(0)? else { return Ok(Val::Undefined) };
    let picture = args.text(1)?.ok_or_else(|| super::wrong_type(&Val::Undefined, 1))?;
    let symbols = Symbols::new(args.get(2));
    machine.charge_text(picture.len() * 16)?;
    Ok(Val::string(format(number, picture, &symbols)?))
}

/// The characters that mean something in a picture.
struct Symbols {
    decimal: String,
    grouping: String,
    exponent: String,
    minus: String,
    percent: String,
    per_mille: String,
    zero: char,
    zero_text: String,
    digit: String,
    pattern: String,
}

impl Symbols {
    fn new(options: &Val) -> Symbols {
        let text = |name: &str, default: &str| match options.get(name).as_str() {
            Some(text) => text.to_owned(),
            None => default.to_owned(),
        };
        let zero_text = text("zero-digit", "0");
        Symbols {
            decimal: text("decimal-separator", "."),
            grouping: text("grouping-separator", ","),
            exponent: text("exponent-separator", "e"),
            minus: text("minus-sign", "-"),
            percent: text("percent", "%"),
            per_mille: text("per-mille", "\u{2030}"),
            zero: zero_text.chars().next().unwrap_or('0'),
            zero_text,
            digit: text("digit", "#"),
            pattern: text("pattern-separator", ";"),
        }
    }

    fn is_digit(&self, character: char) -> bool {
        let zero = self.zero as u32;
        (zero..zero + 10).contains(&(character as u32))
    }

    fn is(&self, symbol: &str, character: char) -> bool {
        let mut symbol = symbol.chars();
        symbol.next() == Some(character) && symbol.next().is_none()
    }

    fn is_active(&self, character: char) -> bool {
        self.is_digit(character)
            || [&self.decimal, &self.exponent, &self.grouping, &self.digit, &self.pattern]
                .into_iter()
                .any(|symbol| self.is(symbol, character))
    }

    fn is_place(&self, character: char) -> bool {
        self.is_digit(character) || self.is(&self.digit, character)
    }
}

/// A sub-picture in its parts.
struct Parts<'p> {
    prefix: &'p str,
    suffix: &'p str,
    active: &'p str,
    mantissa: &'p str,
    exponent: Option<&'p str>,
    integer: &'p str,
    fraction: &'p str,
    whole: &'p str,
}

impl<'p> Parts<'p> {
    fn split(whole: &'p str, symbols: &Symbols) -> Parts<'p> {
        let counts =
            |character: char| symbols.is_active(character) && !symbols.is(&symbols.exponent, character);
        let start = whole.char_indices().find(|(_, character)| counts(*character));
        let end = whole.char_indices().rev().find(|(_, character)| counts(*character));
        let prefix = start.map_or("", |(offset, _)| &whole[..offset]);
        let suffix = end.map_or("", |(offset, character)| &whole[offset + character.len_utf8()..]);
        let active = whole.get(prefix.len()..whole.len() - suffix.len()).unwrap_or_default();
        let exponent_at = whole
            .get(prefix.len()..)
            .and_then(|rest| rest.find(&symbols.exponent))
            .map(|at| at + prefix.len());
        let (mantissa, exponent) = match exponent_at {
            Some(at) if !symbols.exponent.is_empty() && at <= whole.len() - suffix.len() => {
                // jsonata measures from the start of the sub-picture here, not of the active part.
                let mantissa = active.get(..at).unwrap_or(active);
                (mantissa, Some(active.get(at + symbols.exponent.len()..).unwrap_or_default()))
            }
            _ => (active, None),
        };
        let (integer, fraction) = match mantissa.find(&symbols.decimal) {
            Some(at) if !symbols.decimal.is_empty() => {
                (&mantissa[..at], &mantissa[at + symbols.decimal.len()..])
            }
            _ => (mantissa, suffix),
        };
        Parts { prefix, suffix, active, mantissa, exponent, integer, fraction, whole }
    }

    /// The code of the last rule that the sub-picture breaks: the later ones win.
    fn problem(&self, symbols: &Symbols) -> Option<&'static str> {
        let twice = |symbol: &str| self.whole.find(symbol) != self.whole.rfind(symbol);
        let has = |symbol: &str| self.whole.contains(symbol);
        let digits_in = |text: &str| text.chars().any(|character| symbols.is_digit(character));
        let percent = has(&symbols.percent);
        let per_mille = has(&symbols.per_mille);
        let mut problem = None;
        let mut check = |broken: bool, code: &'static str| {
            if broken {
                problem = Some(code);
            }
        };
        check(twice(&symbols.decimal), "D3081");
        check(twice(&symbols.percent), "D3082");
        check(twice(&symbols.per_mille), "D3083");
        check(percent && per_mille, "D3084");
        check(!self.mantissa.chars().any(|character| symbols.is_place(character)), "D3085");
        check(self.active.chars().any(|character| !symbols.is_active(character)), "D3086");
        match self.whole.find(&symbols.decimal) {
            Some(at) => {
                let before = self.whole[..at].chars().next_back();
                let after = self.whole[at..].chars().nth(1);
                let groups = |character: Option<char>| {
                    character.is_some_and(|character| symbols.is(&symbols.grouping, character))
                };
                check(groups(before) || groups(after), "D3087");
            }
            None => {
                let last = self.integer.chars().next_back();
                check(last.is_some_and(|last| symbols.is(&symbols.grouping, last)), "D3088");
            }
        }
        check(has(&format!("{0}{0}", symbols.grouping)), "D3089");
        check(self.integer.find(&symbols.digit).is_some_and(|at| digits_in(&self.integer[..at])), "D3090");
        check(self.fraction.rfind(&symbols.digit).is_some_and(|at| digits_in(&self.fraction[at..])), "D3091");
        if let Some(exponent) = self.exponent {
            check(!exponent.is_empty() && (percent || per_mille), "D3092");
            check(
                exponent.is_empty() || exponent.chars().any(|character| !symbols.is_digit(character)),
                "D3093",
            );
        }
        problem
    }
}

/// What a sub-picture asks for.
struct Analysis<'p> {
    parts: Parts<'p>,
    integer_groups: Vec<usize>,
    regular: usize,
    fraction_groups: Vec<usize>,
    least_integer: usize,
    scaling: usize,
    least_fraction: usize,
    most_fraction: usize,
    least_exponent: usize,
}

fn analyse<'p>(parts: Parts<'p>, symbols: &Symbols) -> Analysis<'p> {
    let places = |text: &str| text.chars().filter(|character| symbols.is_place(*character)).count();
    let digits = |text: &str| text.chars().filter(|character| symbols.is_digit(*character)).count();
    let integer: Vec<char> = parts.integer.chars().collect();
    let groups = |text: &str, to_left: bool| {
        // jsonata looks for the further separators in the integer part even for the fraction.
        let characters: Vec<char> = text.chars().collect();
        let find = |characters: &[char], from: usize| {
            characters
                .iter()
                .enumerate()
                .skip(from)
                .find(|(_, character)| symbols.is(&symbols.grouping, **character))
                .map(|(at, _)| at)
        };
        let mut positions = Vec::new();
        let mut at = find(&characters, 0);
        while let Some(position) = at {
            let split = position.min(characters.len());
            let side: String =
                if to_left { &characters[..split] } else { &characters[split..] }.iter().collect();
            positions.push(places(&side));
            at = find(&integer, position + 1);
        }
        positions
    };
    let integer_groups = groups(parts.integer, false);
    let fraction_groups = groups(parts.fraction, true);
    let mut least_integer = digits(parts.integer);
    let scaling = least_integer;
    let mut least_fraction = digits(parts.fraction);
    let mut most_fraction = places(parts.fraction);
    if least_integer == 0 && most_fraction == 0 {
        if parts.exponent.is_some() {
            least_fraction = 1;
            most_fraction = 1;
        } else {
            least_integer = 1;
        }
    }
    if parts.exponent.is_some() && least_integer == 0 && parts.integer.contains(&symbols.digit) {
        least_integer = 1;
    }
    if least_integer == 0 && least_fraction == 0 {
        least_fraction = 1;
    }
    let least_exponent = parts.exponent.map_or(0, digits);
    Analysis {
        regular: regular(&integer_groups),
        parts,
        integer_groups,
        fraction_groups,
        least_integer,
        scaling,
        least_fraction,
        most_fraction,
        least_exponent,
    }
}

/// The interval of the grouping, where it is the same everywhere; else 0.
fn regular(positions: &[usize]) -> usize {
    fn divisor(a: usize, b: usize) -> usize {
        if b == 0 { a } else { divisor(b, a % b) }
    }
    let Some(interval) = positions.iter().copied().reduce(divisor) else { return 0 };
    if (1..=positions.len()).all(|index| positions.contains(&(index * interval))) { interval } else { 0 }
}

fn format(number: f64, picture: &str, symbols: &Symbols) -> Outcome<String> {
    let pictures: Vec<&str> =
        if symbols.pattern.is_empty() { vec![picture] } else { picture.split(&symbols.pattern).collect() };
    if pictures.len() > 2 {
        return Err(Fault::new("D3080"));
    }
    let parts: Vec<Parts<'_>> = pictures.iter().map(|picture| Parts::split(picture, symbols)).collect();
    for part in &parts {
        if let Some(code) = part.problem(symbols) {
            return Err(Fault::new(code));
        }
    }
    let mut analyses: Vec<Analysis<'_>> = parts.into_iter().map(|parts| analyse(parts, symbols)).collect();
    let positive = number >= 0.0;
    let single = analyses.len() == 1;
    let analysis = match (positive || single, analyses.pop(), analyses.pop()) {
        (true, Some(_), Some(first)) => first,
        (_, Some(last), _) => last,
        _ => return Err(Fault::new("D3085")),
    };
    let mut text = String::new();
    if !positive && single {
        text.push_str(&symbols.minus);
    }
    text.push_str(analysis.parts.prefix);
    let (body, exponent) = format_mantissa(number, &analysis, symbols);
    text.extend(body);
    if let Some(exponent) = exponent {
        text.push_str(&symbols.exponent);
        if exponent < 0.0 {
            text.push_str(&symbols.minus);
        }
        let digits = to_digits(exponent, 0, symbols);
        for _ in digits.len()..analysis.least_exponent {
            text.push_str(&symbols.zero_text);
        }
        text.extend(digits);
    }
    text.push_str(analysis.parts.suffix);
    Ok(text)
}

/// The digits of a number without its sign, in the family of the picture.
fn to_digits(number: f64, places: usize, symbols: &Symbols) -> Vec<char> {
    numbers::to_fixed(number.abs(), places)
        .chars()
        .map(|character| match character.to_digit(10) {
            Some(digit) => char::from_u32(symbols.zero as u32 + digit).unwrap_or(character),
            None => character,
        })
        .collect()
}

fn format_mantissa(number: f64, analysis: &Analysis<'_>, symbols: &Symbols) -> (Vec<char>, Option<f64>) {
    let mut mantissa = number;
    if analysis.parts.whole.contains(&symbols.percent) {
        mantissa *= 100.0;
    } else if analysis.parts.whole.contains(&symbols.per_mille) {
        mantissa *= 1000.0;
    }
    let mut exponent = None;
    if analysis.least_exponent > 0 {
        let most = 10f64.powi(analysis.scaling.min(400) as i32);
        let least = 10f64.powi(analysis.scaling.min(400) as i32 - 1);
        let mut power = 0.0;
        if mantissa != 0.0 && mantissa.is_finite() {
            while mantissa.abs() < least && power > -1000.0 {
                mantissa *= 10.0;
                power -= 1.0;
            }
            while mantissa.abs() > most && power < 1000.0 {
                mantissa /= 10.0;
                power += 1.0;
            }
        }
        exponent = Some(power);
    }
    let rounded = numbers::round_half_even(mantissa, analysis.most_fraction as f64);
    let digits = to_digits(rounded, analysis.most_fraction, symbols);
    (placed(&digits, analysis, symbols), exponent)
}

/// Digits with the separators of the picture in their places. What a place is where the number has fewer digits than
/// the picture, jsonata-js decides by cutting texts at positions that count from the end where they are negative.
fn placed(digits: &[char], analysis: &Analysis<'_>, symbols: &Symbols) -> Vec<char> {
    let separator: Vec<char> = symbols.grouping.chars().collect();
    let decimal: Vec<char> = symbols.decimal.chars().collect();
    let point = digits.iter().position(|character| *character == '.');
    let (integer, fraction) = match point {
        Some(point) => (&digits[..point], &digits[point + 1..]),
        None => (digits, &[][..]),
    };
    let leading = integer.iter().take_while(|digit| **digit == symbols.zero).count();
    let trailing = fraction.iter().rev().take_while(|digit| **digit == symbols.zero).count();
    let (integer, fraction) = (&integer[leading..], &fraction[..fraction.len() - trailing]);
    let mut text = vec![symbols.zero; analysis.least_integer.saturating_sub(integer.len())];
    text.extend(integer);
    let mut point = text.len() as isize;
    text.extend(&decimal);
    text.extend(fraction);
    text.extend(vec![symbols.zero; analysis.least_fraction.saturating_sub(fraction.len())]);

    let insert = |text: &mut Vec<char>, at: isize| {
        let length = text.len() as isize;
        let at = if at < 0 { (length + at).max(0) } else { at.min(length) } as usize;
        text.splice(at..at, separator.iter().copied());
    };
    let find = |text: &[char]| {
        let place = text.windows(decimal.len().max(1)).position(|part| part == decimal);
        place.map_or(-1, |place| place as isize)
    };
    if analysis.regular > 0 {
        let size = analysis.regular as isize;
        for group in 1..=(point - 1).div_euclid(size) {
            insert(&mut text, point - group * size);
        }
    } else {
        for position in &analysis.integer_groups {
            insert(&mut text, point - *position as isize);
            // The separator that is in shifts the decimal point.
            point += 1;
        }
    }
    let point = find(&text);
    for position in &analysis.fraction_groups {
        insert(&mut text, *position as isize + point + 1);
    }
    if !analysis.parts.whole.contains(&symbols.decimal) || find(&text) == text.len() as isize - 1 {
        text.pop();
    }
    text
}
