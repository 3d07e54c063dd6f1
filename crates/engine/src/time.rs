//! Virtual time: what the engine knows of clocks is what the host tells it.

use std::fmt;
use std::ops::{Add, Sub};

use json::Value;

/// A point in virtual time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instant(pub i64);

pub const MILLIS_PER_SECOND: i64 = 1000;
const SECONDS_PER_DAY: i64 = 86_400;

impl Instant {
    /// 2024-01-01T00:00:00Z, where virtual clocks start unless told otherwise.
    pub const DEFAULT_START: Instant = Instant(1_704_067_200_000);

    pub fn plus_seconds(self, seconds: i64) -> Instant {
        Instant(self.0.saturating_add(seconds.saturating_mul(MILLIS_PER_SECOND)))
    }

    /// ISO 8601 in UTC as in the context object: a fraction only where it is not zero
    /// (`2024-01-01T00:00:00Z`, `2024-01-01T00:00:00.250Z`).
    pub fn to_iso(self) -> String {
        let millis = self.0.rem_euclid(MILLIS_PER_SECOND);
        let mut text = self.to_iso_seconds();
        if millis > 0 {
            text.push_str(&format!(".{millis:03}"));
        }
        text.push('Z');
        text
    }

    /// ISO 8601 in UTC with always three digits of fraction: `2024-01-01T00:00:00.000Z`.
    pub fn to_iso_millis(self) -> String {
        format!("{}.{:03}Z", self.to_iso_seconds(), self.0.rem_euclid(MILLIS_PER_SECOND))
    }

    fn to_iso_seconds(self) -> String {
        let seconds = self.0.div_euclid(MILLIS_PER_SECOND);
        let (year, month, day) = civil_from_days(seconds.div_euclid(SECONDS_PER_DAY));
        let of_day = seconds.rem_euclid(SECONDS_PER_DAY);
        format!(
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            of_day / 3600,
            of_day / 60 % 60,
            of_day % 60
        )
    }

    /// Reads ISO 8601 with an offset or `Z`, to milliseconds; finer digits are cut.
    pub fn from_iso(text: &str) -> Option<Instant> {
        let (date, rest) = text.split_once(['T', 't', ' '])?;
        let mut date_parts = date.splitn(3, '-');
        let year: i64 = date_parts.next()?.parse().ok()?;
        let month: i64 = two_digits(date_parts.next()?)?;
        let day: i64 = two_digits(date_parts.next()?)?;
        let zone_at = rest.find(['Z', 'z', '+', '-'])?;
        let (clock, zone) = rest.split_at(zone_at);
        let (clock, fraction) = clock.split_once('.').unwrap_or((clock, ""));
        let mut clock_parts = clock.splitn(3, ':');
        let hour = two_digits(clock_parts.next()?)?;
        let minute = two_digits(clock_parts.next()?)?;
        let second = clock_parts.next().map_or(Some(0), two_digits)?;
        if !(0..=9999).contains(&year) {
            return None;
        }
        if !(1..=12).contains(&month) || !(1..=31).contains(&day) || hour > 24 || minute > 59 || second > 60 {
            return None;
        }
        let mut millis = 0;
        for (position, digit) in fraction.bytes().take(3).enumerate() {
            millis += i64::from(digit.checked_sub(b'0').filter(|digit| *digit < 10)?)
                * [100, 10, 1].get(position).copied().unwrap_or(0);
        }
        let offset = match zone.as_bytes().first()? {
            b'Z' | b'z' => 0,
            sign => {
                let digits: String = zone.chars().skip(1).filter(|letter| *letter != ':').collect();
                let minutes = if digits.len() >= 4 { two_digits(digits.get(2..4)?)? } else { 0 };
                let total = two_digits(digits.get(0..2)?)? * 3600 + minutes * 60;
                if *sign == b'-' { -total } else { total }
            }
        };
        let seconds = days_from_civil(year, month, day)
            .checked_mul(SECONDS_PER_DAY)?
            .checked_add(hour * 3600 + minute * 60 + second - offset)?;
        Instant(seconds.checked_mul(MILLIS_PER_SECOND)?.checked_add(millis)?).if_written()
    }

    /// Reads what tells a time in AWS's answers: ISO 8601, seconds, or milliseconds.
    pub fn from_json(value: &Value) -> Option<Instant> {
        match value {
            Value::Number(number) => {
                let number = number.as_f64();
                // Milliseconds are told from seconds by their size: 10¹¹ seconds are in the year 5138.
                let millis = if number.abs() > 1e11 { number } else { number * 1000.0 };
                Instant(millis.round() as i64).if_written()
            }
            Value::String(text) => Instant::from_iso(text),
            _ => None,
        }
    }

    /// None outside of the years 0 to 9999, which ISO 8601 has no four digits for.
    fn if_written(self) -> Option<Instant> {
        const FIRST: Instant = Instant(-62_167_219_200_000);
        const LAST: Instant = Instant(253_402_300_799_999);
        (FIRST..=LAST).contains(&self).then_some(self)
    }
}

fn two_digits(text: &str) -> Option<i64> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

impl fmt::Display for Instant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.to_iso_millis())
    }
}

impl Sub for Instant {
    type Output = i64;

    /// Milliseconds between two instants.
    fn sub(self, earlier: Instant) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Add<i64> for Instant {
    type Output = Instant;

    /// Some milliseconds later.
    fn add(self, millis: i64) -> Instant {
        Instant(self.0.saturating_add(millis))
    }
}

/// Howard Hinnant's algorithms for the proleptic Gregorian calendar.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year - era * 400;
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::Instant;

    /// Found by fuzzing: a number far beyond became a year that no text can tell.
    #[test]
    fn only_years_of_four_digits_are_read() {
        let read = |text: &str| Instant::from_json(&json::parse(text).unwrap());
        assert_eq!(read("1704067200"), Some(Instant::DEFAULT_START));
        assert_eq!(read("1704067200000"), Some(Instant::DEFAULT_START));
        for edge in ["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"] {
            assert_eq!(Instant::from_iso(edge).unwrap().to_iso_millis(), edge);
        }
        for beyond in
            ["-1e300", "253402300800000", "\"0000-01-01T00:00:00+01:00\"", "\"10000-01-01T00:00:00Z\""]
        {
            assert_eq!(read(beyond), None, "{beyond}");
        }
    }

    #[test]
    fn iso_reads_back() {
        for text in ["2024-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2000-02-29T12:30:01.050Z"] {
            assert_eq!(Instant::from_iso(text).unwrap().to_iso_millis(), text);
        }
        assert_eq!(Instant::from_iso("2024-01-01T00:00:00Z"), Some(Instant::DEFAULT_START));
        assert_eq!(Instant::from_iso("2024-01-01T02:00:00+02:00"), Some(Instant::DEFAULT_START));
        assert_eq!(Instant::from_iso("2023-12-31T18:30:00.0009-05:30"), Some(Instant::DEFAULT_START));
        assert_eq!(Instant::from_iso("2024-01-01T00:00:00"), None);
        assert_eq!(Instant::from_iso("yesterday"), None);
        assert_eq!(Instant::from_iso("5070616376816813856-01-01T00:00:01Z"), None);
        assert_eq!(Instant::from_iso("-9223372036854775808-01-01T00:00:01Z"), None);
        assert_eq!(Instant::DEFAULT_START.to_iso(), "2024-01-01T00:00:00Z");
        assert_eq!((Instant::DEFAULT_START + 250).to_iso(), "2024-01-01T00:00:00.250Z");
    }
}
