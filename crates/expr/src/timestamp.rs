//! Timestamps as text, as Wait and Choice states and the context object have them.

use std::fmt::Write;

/// A moment, to the nanosecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z; negative before it.
    pub epoch_seconds: i64,
    /// Nanoseconds after those seconds, below a thousand million.
    pub nanos: u32,
}

const SECONDS_PER_DAY: i64 = 86_400;

impl Timestamp {
    pub fn from_epoch_millis(millis: i64) -> Timestamp {
        Timestamp {
            epoch_seconds: millis.div_euclid(1000),
            nanos: (millis.rem_euclid(1000) * 1_000_000) as u32,
        }
    }

    /// Milliseconds since 1970, rounded down; saturating.
    pub fn epoch_millis(self) -> i64 {
        self.epoch_seconds.saturating_mul(1000).saturating_add(i64::from(self.nanos / 1_000_000))
    }

    /// The text in UTC with as many digits of the second's fraction as needed: `2024-05-01T08:00:00.25Z`.
    /// The context object has its times like that.
    pub fn to_text(self) -> String {
        let mut text = self.to_text_of_seconds();
        if self.nanos > 0 {
            let _ = write!(text, ".{:09}", self.nanos);
            text.truncate(text.trim_end_matches('0').len());
        }
        text.push('Z');
        text
    }

    /// The text in UTC with three digits of the second's fraction: `2024-05-01T08:00:00.250Z`.
    pub fn to_text_with_millis(self) -> String {
        format!("{}.{:03}Z", self.to_text_of_seconds(), self.nanos / 1_000_000)
    }

    fn to_text_of_seconds(self) -> String {
        let (year, month, day) = date_of_day(self.epoch_seconds.div_euclid(SECONDS_PER_DAY));
        let second = self.epoch_seconds.rem_euclid(SECONDS_PER_DAY);
        let mut text = String::with_capacity(30);
        if (0..=9999).contains(&year) {
            let _ = write!(text, "{year:04}");
        } else {
            let _ = write!(text, "{year:+05}");
        }
        let _ = write!(
            text,
            "-{month:02}-{day:02}T{:02}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        );
        text
    }
}

/// Reads an "ISO-8601 extended offset date-time" as Java does for TimestampPath: a date, `T`, a time
/// with or without seconds and a fraction of them, and an offset.
///
/// Recorded on AWS: the offset (`Z`, `+01:00`) is required; fractions of any length are fine.
pub fn parse(text: &str) -> Option<Timestamp> {
    let mut reader = Reader { rest: text.as_bytes(), is_strict: false };
    let timestamp = reader.timestamp()?;
    reader.rest.is_empty().then_some(timestamp)
}

/// Reads a timestamp as the States Language defines it for literals and for Choice rules: RFC 3339
/// with a capital `T` and `Z`.
pub fn parse_rfc3339(text: &str) -> Option<Timestamp> {
    let mut reader = Reader { rest: text.as_bytes(), is_strict: true };
    let timestamp = reader.timestamp()?;
    reader.rest.is_empty().then_some(timestamp)
}

struct Reader<'t> {
    rest: &'t [u8],
    /// Whether seconds and capital letters are required.
    is_strict: bool,
}

impl Reader<'_> {
    fn timestamp(&mut self) -> Option<Timestamp> {
        let year = self.digits(4)?;
        self.byte(b'-')?;
        let month = self.digits(2)?;
        self.byte(b'-')?;
        let day = self.digits(2)?;
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        self.one_of(if self.is_strict { b"T" } else { b"Tt" })?;
        let hour = self.digits(2)?;
        self.byte(b':')?;
        let minute = self.digits(2)?;
        let mut second = 0;
        let mut nanos = 0;
        if self.is_strict || self.rest.first() == Some(&b':') {
            self.byte(b':')?;
            second = self.digits(2)?;
            if self.byte(b'.').is_some() {
                nanos = self.fraction()?;
            }
        }
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let offset = self.offset()?;
        let epoch_seconds =
            day_of_date(year, month, day) * SECONDS_PER_DAY + hour * 3600 + minute * 60 + second - offset;
        Some(Timestamp { epoch_seconds, nanos })
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        self.one_of(&[wanted]).map(|_| ())
    }

    fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        if !wanted.contains(first) {
            return None;
        }
        self.rest = rest;
        Some(*first)
    }

    fn digits(&mut self, count: usize) -> Option<i64> {
        let (digits, rest) = self.rest.split_at_checked(count)?;
        let number = digits.iter().try_fold(0, |number, digit| {
            digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0'))
        })?;
        self.rest = rest;
        Some(number)
    }

    /// The digits after the point; those beyond nanoseconds are not looked at.
    fn fraction(&mut self) -> Option<u32> {
        let mut nanos = 0;
        let mut weight = 100_000_000;
        let mut count = 0;
        while let Some((digit, rest)) = self.rest.split_first() {
            if !digit.is_ascii_digit() {
                break;
            }
            nanos += u32::from(digit - b'0') * weight;
            weight /= 10;
            count += 1;
            self.rest = rest;
        }
        (count > 0).then_some(nanos)
    }

    fn offset(&mut self) -> Option<i64> {
        match self.one_of(if self.is_strict { b"Z+-" } else { b"Z+-z" })? {
            sign @ (b'+' | b'-') => {
                let hours = self.digits(2)?;
                self.byte(b':')?;
                let minutes = self.digits(2)?;
                if hours > 18 || minutes > 59 {
                    return None;
                }
                let seconds = hours * 3600 + minutes * 60;
                Some(if sign == b'-' { -seconds } else { seconds })
            }
            _ => Some(0),
        }
    }
}

fn is_leap_year(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap_year(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// The day since 1970-01-01 of a date of the Gregorian calendar, counted in years that begin in March.
fn day_of_date(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

fn date_of_day(day: i64) -> (i64, i64, i64) {
    let day = day.saturating_add(719_468);
    let era = day.div_euclid(146_097);
    let day_of_era = day.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day_of_year - (153 * shifted_month + 2) / 5 + 1)
}

#[cfg(test)]
mod tests {
    use super::{Timestamp, parse, parse_rfc3339};

    #[test]
    fn known_moments() {
        let seconds = |text| parse(text).map(|timestamp| timestamp.epoch_seconds);
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2000-02-29T12:34:56Z"), Some(951_827_696));
        assert_eq!(seconds("2012-10-09T19:00:55+01:00"), seconds("2012-10-09T18:00:55Z"));
        assert_eq!(seconds("1969-12-31T23:59:59Z"), Some(-1));
        assert_eq!(parse("2016-12-05T21:29:29.25Z").map(|moment| moment.nanos), Some(250_000_000));
    }

    #[test]
    fn what_is_no_timestamp() {
        for text in [
            "",
            "2012-10-09",
            "2012-10-09T19:00:55",
            "2016-12-05T25:29:29Z",
            "05-12-2016T21:29:29Z",
            "2016-02-30T00:00:00Z",
            "2016-12-05T21:29:29.Z",
            "2016-12-05 21:29:29Z",
            "2016-12-05T21:29:29Z ",
            "2016-12-05T21:29:29+1",
            "2016-13-05T21:29:29Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn literals_are_read_strictly() {
        for text in ["2016-12-05T21:29Z", "2016-12-05t21:29:29Z", "2016-12-05T21:29:29z"] {
            assert!(parse(text).is_some(), "{text}");
            assert_eq!(parse_rfc3339(text), None, "{text}");
        }
        assert!(parse_rfc3339("2016-12-05T21:29:29.000-08:00").is_some());
    }

    #[test]
    fn texts_read_back() {
        for millis in [0, 1, -1, 951_827_696_120, 1_700_000_000_000, -62_135_596_800_000, 253_402_300_799_999]
        {
            let timestamp = Timestamp::from_epoch_millis(millis);
            assert_eq!(timestamp.epoch_millis(), millis);
            assert_eq!(parse(&timestamp.to_text()), Some(timestamp), "{}", timestamp.to_text());
            assert_eq!(parse(&timestamp.to_text_with_millis()), Some(timestamp));
        }
        assert_eq!(Timestamp::from_epoch_millis(951_827_696_120).to_text(), "2000-02-29T12:34:56.12Z");
    }
}
