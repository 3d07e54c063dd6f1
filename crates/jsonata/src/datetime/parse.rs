//! Text as points in time.

use super::calendar::{DAYS, MONTHS, Moment, clip, days_from_civil, utc};
use super::integer::Style;
use super::picture::{self, Marker, Part};
use super::words;
use crate::errors::Fault;
use crate::eval::Outcome;
use crate::limits::Limit;
use crate::numbers;
use crate::values::Val;

/// A timestamp in ISO 8601. What looks like one but is none, as a thirteenth month, is not a number.
pub(crate) fn parse_iso(text: &str) -> Outcome<f64> {
    match read_iso(text) {
        Some(millis) => Ok(millis),
        None if is_date_with_offset(text) => Ok(f64::NAN),
        None => Err(Fault::new("D3110").value(Val::string(text))),
    }
}

/// A year or month with an offset and without a time passes for a timestamp, but is none.
fn is_date_with_offset(text: &str) -> bool {
    [4, 7].into_iter().any(|length| {
        let (Some(date), Some(offset)) = (text.get(..length), text.get(length..)) else { return false };
        let mut reader = Reader { bytes: offset.as_bytes() };
        let Some(sign @ (b'+' | b'-')) = offset.bytes().next() else { return false };
        let hours = reader.two(sign, b'2').is_some();
        reader.take(b':');
        read_iso(date).is_some() && hours && matches!(reader.bytes, [b'0'..=b'5', b'0'..=b'9'])
    })
}

struct Reader<'t> {
    bytes: &'t [u8],
}

impl Reader<'_> {
    fn digits(&mut self, count: usize) -> Option<f64> {
        let digits = self.bytes.get(..count)?;
        if !digits.iter().all(u8::is_ascii_digit) {
            return None;
        }
        self.bytes = &self.bytes[count..];
        Some(digits.iter().fold(0.0, |number, digit| number * 10.0 + f64::from(digit - b'0')))
    }

    fn take(&mut self, byte: u8) -> bool {
        let taken = self.bytes.first() == Some(&byte);
        if taken {
            self.bytes = &self.bytes[1..];
        }
        taken
    }

    /// Two digits after a separator, of which the first is at most `tens`.
    fn two(&mut self, separator: u8, tens: u8) -> Option<f64> {
        let plausible = self.bytes.first() == Some(&separator)
            && self.bytes.get(1).is_some_and(|digit| (b'0'..=tens).contains(digit))
            && self.bytes.get(2).is_some_and(u8::is_ascii_digit);
        if !plausible {
            return None;
        }
        self.bytes = &self.bytes[1..];
        self.digits(2)
    }
}

fn read_iso(text: &str) -> Option<f64> {
    let mut reader = Reader { bytes: text.as_bytes() };
    let year = reader.digits(4)?;
    let month = reader.two(b'-', b'1');
    let day = reader.two(b'-', b'3');
    let mut time = None;
    if reader.bytes.first() == Some(&b'T') {
        let hour = reader.two(b'T', b'2')?;
        let minute = reader.two(b':', b'5')?;
        let second = reader.two(b':', b'5')?;
        time = Some((hour, minute, second));
    }
    let mut milli = 0.0;
    let mut fraction = false;
    if reader.take(b'.') {
        fraction = true;
        let digits = reader.bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        // Digits beyond the third are cut off.
        for position in 0..3 {
            let digit = reader.bytes.get(position).filter(|_| position < digits);
            milli = milli * 10.0 + digit.map_or(0.0, |digit| f64::from(digit - b'0'));
        }
        reader.bytes = &reader.bytes[digits..];
    }
    let mut zone = None;
    if reader.take(b'Z') {
        zone = Some(0.0);
    } else if let Some(sign @ (b'+' | b'-')) = reader.bytes.first().copied() {
        let hours = reader.two(sign, b'2')?;
        reader.take(b':');
        if !reader.bytes.first().is_some_and(|digit| (b'0'..=b'5').contains(digit)) {
            return None;
        }
        let minutes = reader.digits(2)?;
        let offset = if hours > 23.0 || time.is_none() { f64::NAN } else { hours * 60.0 + minutes };
        zone = Some(if sign == b'-' { -offset } else { offset });
    }
    if !reader.bytes.is_empty() {
        return None;
    }
    let (hour, minute, second) = time.unwrap_or((0.0, 0.0, 0.0));
    let month_number = month.unwrap_or(1.0);
    let day_number = day.unwrap_or(1.0);
    let valid = (1.0..=12.0).contains(&month_number)
        && (1.0..=31.0).contains(&day_number)
        && (hour < 24.0 || (hour == 24.0 && minute == 0.0 && second == 0.0 && milli == 0.0))
        && !(fraction && time.is_none());
    if !valid {
        return Some(f64::NAN);
    }
    let days = days_from_civil(year, month_number - 1.0, day_number);
    let time = hour * 3_600_000.0 + minute * 60_000.0 + second * 1000.0 + milli;
    Some(clip(days * super::calendar::MILLIS_IN_A_DAY + time - zone.unwrap_or(0.0) * 60_000.0))
}

/// One way to read a part from a position on: where it ends.
type Ends = Vec<usize>;

/// A timestamp that follows a picture; none where it does not, or where the picture asks for nothing.
pub(crate) fn parse_by_picture(text: &str, picture: &str, now: f64, budget: u64) -> Outcome<Option<f64>> {
    let parts = picture::analyse(picture)?;
    for part in &parts {
        if let Part::Marker(marker) = part {
            check_readable(marker)?;
        }
    }
    let mut budget = budget;
    let mut ends = Vec::new();
    if !match_parts(text, &parts, &mut ends, &mut budget)? {
        return Ok(None);
    }
    let mut components = Components::default();
    let mut start = 0;
    for (part, end) in parts.iter().zip(&ends) {
        if let Part::Marker(marker) = part {
            let value = read_marker(marker, text.get(start..*end).unwrap_or_default())?;
            components.set(marker.component, value);
        }
        start = *end;
    }
    components.into_millis(now)
}

fn check_readable(marker: &Marker) -> Outcome<()> {
    match &marker.integer {
        Some(integer) if !matches!(marker.component, 'Z' | 'z' | 'f') => match &integer.style {
            Style::Unknown(token) => Err(Fault::new("D3130").value(Val::string(token.as_str()))),
            _ => Ok(()),
        },
        None if !matches!(marker.component, 'M' | 'x' | 'F' | 'P' | 'f' | 'Z' | 'z') => {
            Err(Fault::new("D3133").value(Val::string(marker.component.to_string())))
        }
        _ => Ok(()),
    }
}

/// Matches the parts one after the other, each as far as possible first, with backtracking.
fn match_parts(text: &str, parts: &[Part], ends: &mut Ends, budget: &mut u64) -> Outcome<bool> {
    // Per part: the position where it begins and the ends that are still to be tried, the longest last.
    let mut tries: Vec<Vec<usize>> = Vec::new();
    let mut position = 0;
    loop {
        *budget = budget.checked_sub(1).ok_or_else(|| Fault::limit(Limit::RegexSteps, 0))?;
        match parts.get(ends.len()) {
            None if position == text.len() => return Ok(true),
            None => {}
            Some(part) => tries.push(candidates(text, position, part, budget)?),
        }
        loop {
            // Going back: the part that was matched last is matched another way.
            ends.truncate(tries.len().saturating_sub(1));
            let Some(candidates) = tries.last_mut() else { return Ok(false) };
            match candidates.pop() {
                Some(end) => {
                    ends.push(end);
                    position = end;
                    break;
                }
                None => {
                    tries.pop();
                }
            }
        }
    }
}

/// The ends of all ways to read a part at a position, the longest last.
fn candidates(text: &str, position: usize, part: &Part, budget: &mut u64) -> Outcome<Vec<usize>> {
    let rest = text.get(position..).unwrap_or_default();
    let lengths: Vec<usize> = match part {
        Part::Literal(literal) => {
            let matched = rest
                .get(..literal.len())
                .is_some_and(|start| start == literal || start.to_lowercase() == literal.to_lowercase());
            if matched { vec![literal.len()] } else { Vec::new() }
        }
        Part::Marker(marker) => lengths_of_marker(rest, marker),
    };
    *budget = budget
        .checked_sub(lengths.len() as u64 + rest.len() as u64 / 64)
        .ok_or_else(|| Fault::limit(Limit::RegexSteps, 0))?;
    Ok(lengths.into_iter().map(|length| position + length).collect())
}

fn run_of(text: &str, accepts: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|byte| accepts(*byte)).count()
}

fn lengths_of_marker(rest: &str, marker: &Marker) -> Vec<usize> {
    let digit = |byte: u8| byte.is_ascii_digit();
    if matches!(marker.component, 'Z' | 'z') {
        let prefix = if marker.component == 'z' { "GMT" } else { "" };
        let begins = rest.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
        if !begins {
            return Vec::new();
        }
        let after = &rest[prefix.len()..];
        if !after.starts_with(['+', '-']) {
            return Vec::new();
        }
        let hours = run_of(&after[1..], digit);
        return match marker.offset_separator() {
            None => (1..=hours).map(|count| prefix.len() + 1 + count).collect(),
            Some(separator) => {
                let before = prefix.len() + 1 + hours;
                let Some(minutes) = rest[before..].strip_prefix(separator) else { return Vec::new() };
                if hours == 0 {
                    return Vec::new();
                }
                let from = before + separator.len_utf8();
                (1..=run_of(minutes, digit)).map(|count| from + count).collect()
            }
        };
    }
    if marker.component == 'f' {
        return (1..=run_of(rest, digit)).collect();
    }
    let Some(integer) = &marker.integer else {
        return (1..=run_of(rest, |byte| byte.is_ascii_alphabetic())).collect();
    };
    match integer.style {
        Style::Letters => (1..=run_of(rest, |byte| byte.is_ascii_alphabetic())).collect(),
        Style::Roman => (1..=run_of(rest, |byte| b"MDCLXVI".contains(&byte.to_ascii_uppercase()))).collect(),
        Style::Words => (1..=rest.len().min(200))
            .filter(|length| rest.get(..*length).is_some_and(words::is_words))
            .collect(),
        Style::Decimal | Style::Unknown(_) => {
            let available = run_of(rest, digit);
            let counts = match integer.parse_width {
                Some(width) if width <= available => vec![width],
                Some(_) => Vec::new(),
                None => (1..=available).collect(),
            };
            if !integer.ordinal {
                return counts;
            }
            counts
                .into_iter()
                .filter(|count| {
                    rest.get(*count..count + 2).is_some_and(|suffix| {
                        ["th", "st", "nd", "rd"].iter().any(|known| known.eq_ignore_ascii_case(suffix))
                    })
                })
                .map(|count| count + 2)
                .collect()
        }
    }
}

/// The value of what stands for a component; none where a name is unknown.
fn read_marker(marker: &Marker, text: &str) -> Outcome<Option<f64>> {
    let int = |text: &str| numbers::parse_int(text).unwrap_or(f64::NAN);
    Ok(match (marker.component, &marker.integer) {
        ('Z' | 'z', _) => {
            let text = if marker.component == 'z' { text.get(3..).unwrap_or_default() } else { text };
            let (hours, minutes) = match marker.offset_separator() {
                Some(separator) => {
                    let (hours, minutes) = text.split_once(separator).unwrap_or((text, ""));
                    (int(hours), int(minutes))
                }
                None if text.len() - 1 <= 2 => (int(text), 0.0),
                None => (int(text.get(..3).unwrap_or_default()), int(text.get(3..).unwrap_or_default())),
            };
            Some(hours * 60.0 + minutes)
        }
        ('f', _) => {
            let digits = text.get(..3).unwrap_or(text);
            Some(format!("0.{digits}").parse::<f64>().unwrap_or(f64::NAN) * 1000.0)
        }
        (_, Some(integer)) => Some(integer.parse(text)?),
        (component, None) => {
            let find = |names: &[&str]| {
                let width = marker.max_width.filter(|width| *width > 0.0).unwrap_or(f64::INFINITY);
                let shortened = |name: &str| name.chars().take(width.min(100.0) as usize).collect::<String>();
                // The last of equal abbreviations counts.
                names.iter().rposition(|name| shortened(name) == text).map(|index| index as f64 + 1.0)
            };
            match component {
                'M' | 'x' => find(&MONTHS),
                'F' => find(&DAYS),
                'P' => match text {
                    "am" | "AM" => Some(0.0),
                    "pm" | "PM" => Some(1.0),
                    _ => None,
                },
                _ => None,
            }
        }
    })
}

/// The values of the components of a picture.
#[derive(Default)]
struct Components {
    values: Vec<(char, Option<f64>)>,
}

impl Components {
    fn set(&mut self, component: char, value: Option<f64>) {
        match self.values.iter_mut().find(|(known, _)| *known == component) {
            Some((_, slot)) => *slot = value,
            None => self.values.push((component, value)),
        }
    }

    fn get(&self, component: char) -> Option<f64> {
        self.values.iter().find(|(known, _)| *known == component).and_then(|(_, value)| *value)
    }

    /// Whether there is a component whose value JavaScript takes for true.
    fn has(&self, component: char) -> bool {
        self.get(component).is_some_and(|value| value != 0.0 && !value.is_nan())
    }

    /// Whether the components that are there belong to a way of giving a date or time.
    fn is_given_by(&self, all: &str, way: &str) -> bool {
        let given = || all.chars().filter(|component| self.has(*component));
        given().any(|component| way.contains(component)) && given().all(|component| way.contains(component))
    }

    fn into_millis(mut self, now: f64) -> Outcome<Option<f64>> {
        if self.values.is_empty() {
            return Ok(None);
        }
        let (dates, times) = ("YXMxWwdD", "PHhmsf");
        let by_month = self.is_given_by(dates, "YMD");
        let by_day_of_year = !by_month && self.is_given_by(dates, "Yd");
        let by_week_of_month = self.is_given_by(dates, "Xxw");
        let by_week = !by_week_of_month && self.is_given_by(dates, "XW");
        let by_24_hours = self.is_given_by(times, "Hmsf");
        let by_12_hours = !by_24_hours && self.is_given_by(times, "Phmsf");
        let date = if by_day_of_year {
            "YD"
        } else if by_week_of_month {
            "XxwF"
        } else if by_week {
            "XWF"
        } else {
            "YMD"
        };
        let time = if by_12_hours { "Phmsf" } else { "Hmsf" };
        // What is more significant than anything given is now, what is less is zero, and there must be no gap.
        let now = Moment::new(now);
        let (mut started, mut ended) = (false, false);
        for component in date.chars().chain(time.chars()) {
            if self.get(component).is_some() {
                started = true;
                if ended {
                    return Err(Fault::new("D3136"));
                }
                continue;
            }
            let value = if started {
                ended = true;
                if "MDd".contains(component) { 1.0 } else { 0.0 }
            } else {
                // The half of the day is a name there, and no number.
                if component == 'P' { 0.0 } else { now.component(component) }
            };
            self.set(component, Some(value));
        }
        if by_week_of_month || by_week {
            return Err(Fault::new("D3136"));
        }
        let value = |component: char| self.get(component).unwrap_or(f64::NAN);
        let year = value('Y');
        let mut month = self.get('M').filter(|month| *month > 0.0).map_or(0.0, |month| month - 1.0);
        let mut day = value('D');
        if by_day_of_year {
            let first = utc(year, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0);
            let moment = Moment::new(first + (value('d') - 1.0) * super::calendar::MILLIS_IN_A_DAY);
            (month, day) = (moment.month, moment.day);
        }
        let mut hour = value('H');
        if by_12_hours {
            hour = if value('h') == 12.0 { 0.0 } else { value('h') };
            if value('P') == 1.0 {
                hour += 12.0;
            }
        }
        let mut millis = utc(year, month, day, hour, value('m'), value('s'), value('f'));
        if let Some(offset) =
            ['Z', 'z'].into_iter().find(|zone| self.has(*zone)).and_then(|zone| self.get(zone))
        {
            millis -= offset * 60_000.0;
        }
        Ok(Some(millis))
    }
}
