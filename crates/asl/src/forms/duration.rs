//! Seconds for people.

/// A unit in which people state a duration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    Seconds,
    Minutes,
    Hours,
    Days,
}

impl TimeUnit {
    pub const ALL: [TimeUnit; 4] = [TimeUnit::Seconds, TimeUnit::Minutes, TimeUnit::Hours, TimeUnit::Days];

    pub fn name(self) -> &'static str {
        match self {
            TimeUnit::Seconds => "seconds",
            TimeUnit::Minutes => "minutes",
            TimeUnit::Hours => "hours",
            TimeUnit::Days => "days",
        }
    }

    /// Its length in seconds.
    pub fn seconds(self) -> i64 {
        match self {
            TimeUnit::Seconds => 1,
            TimeUnit::Minutes => 60,
            TimeUnit::Hours => 3_600,
            TimeUnit::Days => 86_400,
        }
    }

    /// What a person may write behind a number: `s`, `min`, `hours`.
    fn from_word(word: &str) -> Option<TimeUnit> {
        Some(match word {
            "s" | "sec" | "second" | "seconds" => TimeUnit::Seconds,
            "m" | "min" | "minute" | "minutes" => TimeUnit::Minutes,
            "h" | "hour" | "hours" => TimeUnit::Hours,
            "d" | "day" | "days" => TimeUnit::Days,
            _ => return None,
        })
    }

    /// A number with its unit, such as `90 s` or `2h`; none where there is no unit behind it.
    pub fn split(text: &str) -> Option<(&str, TimeUnit)> {
        let text = text.trim();
        let word = text.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let unit = TimeUnit::from_word(&word.to_ascii_lowercase())?;
        Some((text.strip_suffix(word)?.trim_end(), unit))
    }

    /// The largest unit of which a number of seconds is a multiple.
    pub fn of(seconds: i64) -> TimeUnit {
        TimeUnit::ALL
            .into_iter()
            .rev()
            .find(|unit| seconds != 0 && seconds % unit.seconds() == 0)
            .unwrap_or(TimeUnit::Seconds)
    }
}

/// A number of seconds in its two largest units: `1 h 30 min`. Seconds below ten keep two decimals.
pub fn duration_text(seconds: f64) -> String {
    const NAMES: [(TimeUnit, &str); 3] =
        [(TimeUnit::Days, "d"), (TimeUnit::Hours, "h"), (TimeUnit::Minutes, "min")];
    if !seconds.is_finite() {
        return "forever".to_owned();
    }
    if seconds < 60.0 {
        let decimals = if seconds < 10.0 { 100.0 } else { 10.0 };
        return format!("{} s", (seconds * decimals).round() / decimals);
    }
    let mut rest = seconds.round() as i64;
    let mut parts = Vec::new();
    for (unit, name) in NAMES {
        if rest >= unit.seconds() && parts.len() < 2 {
            parts.push(format!("{} {name}", rest / unit.seconds()));
            rest %= unit.seconds();
        }
    }
    if parts.len() < 2 && rest > 0 {
        parts.push(format!("{rest} s"));
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::{TimeUnit, duration_text};

    #[test]
    fn durations_have_two_units() {
        assert_eq!(duration_text(0.0), "0 s");
        assert_eq!(duration_text(1.5), "1.5 s");
        assert_eq!(duration_text(59.96), "60 s");
        assert_eq!(duration_text(90.0), "1 min 30 s");
        assert_eq!(duration_text(3_600.0), "1 h");
        assert_eq!(duration_text(90_061.0), "1 d 1 h");
        assert_eq!(duration_text(f64::INFINITY), "forever");
    }

    #[test]
    fn a_unit_is_read_behind_its_number() {
        assert_eq!(TimeUnit::split("90 s"), Some(("90", TimeUnit::Seconds)));
        assert_eq!(TimeUnit::split(" 2H "), Some(("2", TimeUnit::Hours)));
        assert_eq!(TimeUnit::split("1 minute"), Some(("1", TimeUnit::Minutes)));
        assert_eq!(TimeUnit::split("3 days"), Some(("3", TimeUnit::Days)));
        assert_eq!(TimeUnit::split("90"), None);
        assert_eq!(TimeUnit::split("90 sheep"), None);
        assert_eq!(TimeUnit::split(""), None);
    }

    #[test]
    fn the_unit_is_the_largest_that_divides() {
        assert_eq!(TimeUnit::of(0), TimeUnit::Seconds);
        assert_eq!(TimeUnit::of(90), TimeUnit::Seconds);
        assert_eq!(TimeUnit::of(120), TimeUnit::Minutes);
        assert_eq!(TimeUnit::of(7_200), TimeUnit::Hours);
        assert_eq!(TimeUnit::of(172_800), TimeUnit::Days);
    }
}
