//! The proleptic Gregorian calendar, and the components of a point in time.

pub(super) const MILLIS_IN_A_DAY: f64 = 86_400_000.0;

pub(super) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(super) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// JavaScript's times end this many milliseconds from 1970.
const MAX_TIME: f64 = 8.64e15;

/// The days from 1970-01-01 to a date (month from 0), by arithmetic on years of 400-year eras.
pub(super) fn days_from_civil(year: f64, month: f64, day: f64) -> f64 {
    let year = year + (month / 12.0).floor();
    let month = month.rem_euclid(12.0);
    let shifted = if month < 2.0 { year - 1.0 } else { year };
    let era = (shifted / 400.0).floor();
    let year_of_era = shifted - era * 400.0;
    let day_of_year = ((153.0 * ((month + 10.0) % 12.0) + 2.0) / 5.0).floor();
    let day_of_era =
        year_of_era * 365.0 + (year_of_era / 4.0).floor() - (year_of_era / 100.0).floor() + day_of_year;
    era * 146_097.0 + day_of_era - 719_468.0 + (day - 1.0)
}

/// `Date.UTC`: the milliseconds of a date (month from 0) and time; years from 0 to 99 are of the twentieth
/// century. Not a number where a part is none or the time is out of range.
pub(super) fn utc(year: f64, month: f64, day: f64, hour: f64, minute: f64, second: f64, milli: f64) -> f64 {
    let year = year.trunc();
    let year = if (0.0..=99.0).contains(&year) { 1900.0 + year } else { year };
    let days = days_from_civil(year, month.trunc(), day.trunc());
    let time =
        hour.trunc() * 3_600_000.0 + minute.trunc() * 60_000.0 + second.trunc() * 1000.0 + milli.trunc();
    clip(days * MILLIS_IN_A_DAY + time)
}

pub(super) fn clip(millis: f64) -> f64 {
    if millis.abs() <= MAX_TIME { millis.trunc() } else { f64::NAN }
}

/// A point in time in parts, all in UTC.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) millis: f64,
    pub(super) year: f64,
    /// From 0.
    pub(super) month: f64,
    pub(super) day: f64,
    pub(super) hour: f64,
    pub(super) minute: f64,
    pub(super) second: f64,
    pub(super) milli: f64,
}

impl Moment {
    pub(super) fn new(millis: f64) -> Moment {
        let millis = clip(millis);
        let days = (millis / MILLIS_IN_A_DAY).floor();
        let time = millis - days * MILLIS_IN_A_DAY;
        let shifted = days + 719_468.0;
        let era = (shifted / 146_097.0).floor();
        let day_of_era = shifted - era * 146_097.0;
        let year_of_era = ((day_of_era - (day_of_era / 1460.0).floor() + (day_of_era / 36_524.0).floor()
            - (day_of_era / 146_096.0).floor())
            / 365.0)
            .floor();
        let day_of_year =
            day_of_era - (365.0 * year_of_era + (year_of_era / 4.0).floor() - (year_of_era / 100.0).floor());
        let shifted_month = ((5.0 * day_of_year + 2.0) / 153.0).floor();
        let day = day_of_year - ((153.0 * shifted_month + 2.0) / 5.0).floor() + 1.0;
        let month = if shifted_month < 10.0 { shifted_month + 2.0 } else { shifted_month - 10.0 };
        let year = year_of_era + era * 400.0 + if month < 2.0 { 1.0 } else { 0.0 };
        Moment {
            millis,
            year,
            month,
            day,
            hour: (time / 3_600_000.0).floor(),
            minute: (time / 60_000.0).floor() % 60.0,
            second: (time / 1000.0).floor() % 60.0,
            milli: time % 1000.0,
        }
    }

    /// From 1, Monday.
    pub(super) fn weekday(&self) -> f64 {
        weekday(self.millis)
    }

    fn midnight(&self) -> f64 {
        utc(self.year, self.month, self.day, 0.0, 0.0, 0.0, 0.0)
    }

    /// The value of a numeric component of a picture.
    pub(super) fn component(&self, component: char) -> f64 {
        let month = YearMonth { year: self.year, month: self.month };
        match component {
            'Y' => self.year,
            'M' => self.month + 1.0,
            'D' => self.day,
            'd' => (self.midnight() - utc(self.year, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0)) / MILLIS_IN_A_DAY + 1.0,
            'F' => self.weekday(),
            'W' => {
                let year = YearMonth { year: self.year, month: 0.0 };
                let next = YearMonth { year: self.year + 1.0, month: 0.0 };
                let previous = YearMonth { year: self.year - 1.0, month: 0.0 };
                self.week(year, next, previous, 52.0)
            }
            'w' => self.week(month, month.next(), month.previous(), 4.0),
            'X' => {
                let first = |year| YearMonth { year, month: 0.0 }.first_week();
                if self.millis < first(self.year) {
                    self.year - 1.0
                } else if self.millis >= first(self.year + 1.0) {
                    self.year + 1.0
                } else {
                    self.year
                }
            }
            'x' => {
                if self.millis < month.first_week() {
                    month.previous().month + 1.0
                } else if self.millis >= month.next().first_week() {
                    month.next().month + 1.0
                } else {
                    self.month + 1.0
                }
            }
            'H' => self.hour,
            'h' => {
                let hour = self.hour % 12.0;
                if hour == 0.0 { 12.0 } else { hour }
            }
            'm' => self.minute,
            's' => self.second,
            'f' => self.milli,
            _ => f64::NAN,
        }
    }

    /// The number of the week in a year or month, which begins with the week that has its first Thursday.
    fn week(&self, own: YearMonth, next: YearMonth, previous: YearMonth, usual: f64) -> f64 {
        let today = self.midnight();
        let weeks_since = |start: f64| (today - start) / (MILLIS_IN_A_DAY * 7.0) + 1.0;
        let mut week = weeks_since(own.first_week());
        if week > usual {
            if today >= next.first_week() {
                week = 1.0;
            }
        } else if week < 1.0 {
            week = weeks_since(previous.first_week());
        }
        week.floor()
    }
}

fn weekday(millis: f64) -> f64 {
    // 1970-01-01 was a Thursday.
    let days = (millis / MILLIS_IN_A_DAY).floor();
    (days + 3.0).rem_euclid(7.0) + 1.0
}

#[derive(Clone, Copy)]
struct YearMonth {
    year: f64,
    month: f64,
}

impl YearMonth {
    fn next(self) -> YearMonth {
        if self.month == 11.0 {
            YearMonth { year: self.year + 1.0, month: 0.0 }
        } else {
            YearMonth { year: self.year, month: self.month + 1.0 }
        }
    }

    fn previous(self) -> YearMonth {
        if self.month == 0.0 {
            YearMonth { year: self.year - 1.0, month: 11.0 }
        } else {
            YearMonth { year: self.year, month: self.month - 1.0 }
        }
    }

    /// The Monday of the week with the first Thursday.
    fn first_week(self) -> f64 {
        let first = utc(self.year, self.month, 1.0, 0.0, 0.0, 0.0, 0.0);
        let day = weekday(first);
        if day > 4.0 { first + (8.0 - day) * MILLIS_IN_A_DAY } else { first - (day - 1.0) * MILLIS_IN_A_DAY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_and_days_are_inverse() {
        for (millis, year, month, day) in [
            (0.0, 1970.0, 0.0, 1.0),
            (951_782_400_000.0, 2000.0, 1.0, 29.0),
            (-62_135_596_800_000.0, 1.0, 0.0, 1.0),
            (1_709_164_800_000.0, 2024.0, 1.0, 29.0),
            (-1.0, 1969.0, 11.0, 31.0),
        ] {
            let moment = Moment::new(millis);
            assert_eq!((moment.year, moment.month, moment.day), (year, month, day), "{millis}");
            let midnight = days_from_civil(year, month, day) * MILLIS_IN_A_DAY;
            assert_eq!(midnight, (millis / MILLIS_IN_A_DAY).floor() * MILLIS_IN_A_DAY);
        }
    }
}
