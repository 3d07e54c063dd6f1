//! When a retrier tries again.

use json::Value;

use super::duration_text;

/// Retries beyond this many are counted and not listed.
const MOST_ATTEMPTS: usize = 200;
/// Waits that a sentence names one by one.
const NAMED_WAITS: usize = 5;

/// The waits of a retrier, if every attempt fails at once.
#[derive(Clone, Debug, PartialEq)]
pub struct RetrySchedule {
    /// The retries, the first attempt of all not among them.
    pub attempts: Vec<Attempt>,
    /// How many retries there are in all.
    pub count: u64,
    /// Whether each wait is a random part of its length.
    pub is_random: bool,
    /// The longest that all listed waits together take, in seconds.
    pub total: f64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Attempt {
    /// The longest wait before it, in seconds. With jitter the shortest is none.
    pub wait: f64,
    /// When it starts at the latest, in seconds from the first failure.
    pub at: f64,
    /// Whether `MaxDelaySeconds` made its wait shorter.
    pub is_capped: bool,
}

impl RetrySchedule {
    /// The schedule of a retrier. Fields that are missing, or are no numbers, have their defaults:
    /// one second, three attempts, a rate of two.
    pub fn of(retrier: &Value) -> RetrySchedule {
        let number = |name: &str, default: f64| {
            retrier.get(name).and_then(Value::as_f64).filter(|number| *number >= 0.0).unwrap_or(default)
        };
        let interval = number("IntervalSeconds", 1.0);
        let rate = number("BackoffRate", 2.0);
        let longest = retrier.get("MaxDelaySeconds").and_then(Value::as_f64).filter(|longest| *longest > 0.0);
        let count = number("MaxAttempts", 3.0) as u64;
        let mut attempts = Vec::new();
        let mut at = 0.0;
        for position in 0..count.min(MOST_ATTEMPTS as u64) {
            let grown = interval * rate.powf(position as f64);
            let wait = longest.map_or(grown, |longest| grown.min(longest));
            at += wait;
            attempts.push(Attempt { wait, at, is_capped: wait < grown });
        }
        let is_random = retrier.get("JitterStrategy").and_then(Value::as_str) == Some("FULL");
        RetrySchedule { attempts, count, is_random, total: at }
    }

    /// The schedule in a sentence: `1 s, 2 s, 4 s; gives up after 7 s`.
    pub fn sentence(&self) -> String {
        let Some(last) = self.attempts.last() else { return "Never retries".to_owned() };
        let mut waits: Vec<String> =
            self.attempts.iter().take(NAMED_WAITS).map(|attempt| duration_text(attempt.wait)).collect();
        let unnamed = self.count.saturating_sub(waits.len() as u64);
        if unnamed > 1 {
            waits.push("…".to_owned());
        }
        if unnamed > 0 {
            waits.push(duration_text(last.wait));
        }
        let waits = waits.join(", ");
        let within = if self.is_random { "up to " } else { "" };
        if self.count > self.attempts.len() as u64 {
            return format!("{within}{waits}; {} retries in all", self.count);
        }
        format!("{within}{waits}; gives up after {within}{}", duration_text(self.total))
    }
}

#[cfg(test)]
mod tests {
    use super::RetrySchedule;

    #[track_caller]
    fn check(retrier: &str, expected: &str) {
        assert_eq!(RetrySchedule::of(&json::parse(retrier).unwrap()).sentence(), expected);
    }

    #[test]
    fn schedules_are_told_in_a_sentence() {
        check("{}", "1 s, 2 s, 4 s; gives up after 7 s");
        check(r#"{"MaxAttempts": 0}"#, "Never retries");
        check(r#"{"IntervalSeconds": 30, "MaxAttempts": 1}"#, "30 s; gives up after 30 s");
        check(
            r#"{"MaxAttempts": 6, "BackoffRate": 1.5}"#,
            "1 s, 1.5 s, 2.25 s, 3.38 s, 5.06 s, 7.59 s; gives up after 20.8 s",
        );
        check(
            r#"{"MaxAttempts": 8, "MaxDelaySeconds": 10, "JitterStrategy": "FULL"}"#,
            "up to 1 s, 2 s, 4 s, 8 s, 10 s, …, 10 s; gives up after up to 55 s",
        );
        check(
            r#"{"MaxAttempts": 99999999, "BackoffRate": 1}"#,
            "1 s, 1 s, 1 s, 1 s, 1 s, …, 1 s; 99999999 retries in all",
        );
        check(r#"{"MaxAttempts": "${Times}", "IntervalSeconds": -1}"#, "1 s, 2 s, 4 s; gives up after 7 s");
    }

    #[test]
    fn a_longest_delay_caps_the_waits() {
        let retrier = json::parse(r#"{"MaxAttempts": 3, "MaxDelaySeconds": 3}"#).unwrap();
        let schedule = RetrySchedule::of(&retrier);
        let waits: Vec<(f64, bool)> =
            schedule.attempts.iter().map(|attempt| (attempt.wait, attempt.is_capped)).collect();
        assert_eq!(waits, [(1.0, false), (2.0, false), (3.0, true)]);
        assert_eq!(schedule.total, 6.0);
    }
}
