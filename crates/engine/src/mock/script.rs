//! Scripts of answers, and their short form in JSON.

use std::sync::Arc;

use json::{Str, Value};

use super::{MockError, MockHost};
use crate::history::Failure;
use jsonata::Random;

/// One scripted call.
#[derive(Clone, Debug, PartialEq)]
pub struct MockEntry {
    pub answer: MockAnswer,
    /// Virtual latency.
    pub delay: Delay,
    /// The response of the call that a `.sync` or `.waitForTaskToken` task begins with. None: made up.
    pub submit: Option<Value>,
    /// The worker that takes an activity task.
    pub worker: Option<Str>,
    /// Fail instead, with a probability of 0 … 1.
    pub errors: Option<(f64, Failure)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum MockAnswer {
    Return(Value),
    Throw(Failure),
    TimeOut(Failure),
    /// The parameters come back as the result.
    Echo,
    /// The task stays open.
    Never,
}

/// Virtual milliseconds until an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Delay {
    #[default]
    None,
    Fixed(i64),
    /// Uniform between two values.
    Range(i64, i64),
    /// Normal, cut at 0.
    Normal {
        mean: f64,
        deviation: f64,
    },
    /// Exponential: many short ones, few long ones.
    Exponential {
        mean: f64,
    },
}

/// No latency is longer than a year.
const LONGEST_MILLIS: f64 = 31_536_000_000.0;

impl Delay {
    /// Whether it is another one each time.
    pub(super) fn is_random(self) -> bool {
        !matches!(self, Delay::None | Delay::Fixed(_))
    }

    pub(super) fn millis(self, random: &mut Random) -> i64 {
        let millis = match self {
            Delay::None => 0.0,
            Delay::Fixed(millis) => millis as f64,
            Delay::Range(from, to) => from as f64 + random.next_f64() * (to as f64 - from as f64),
            Delay::Normal { mean, deviation } => {
                // Box and Muller.
                let radius = (-2.0 * (1.0 - random.next_f64()).ln()).sqrt();
                mean + deviation * radius * (std::f64::consts::TAU * random.next_f64()).cos()
            }
            Delay::Exponential { mean } => -mean * (1.0 - random.next_f64()).ln(),
        };
        millis.clamp(0.0, LONGEST_MILLIS) as i64
    }

    fn from_json(value: &Value) -> Option<Delay> {
        if let Some(millis) = value.as_f64() {
            return Some(Delay::Fixed(millis as i64));
        }
        let number = |name: &str| value.get(name).and_then(Value::as_f64);
        match (number("min"), number("max"), number("mean"), number("deviation")) {
            (Some(min), Some(max), ..) => Some(Delay::Range(min as i64, max as i64)),
            (_, _, Some(mean), Some(deviation)) => Some(Delay::Normal { mean, deviation }),
            (_, _, Some(mean), None) => Some(Delay::Exponential { mean }),
            _ => None,
        }
    }

    fn to_json(self) -> Option<Value> {
        Some(match self {
            Delay::None => return None,
            Delay::Fixed(millis) => Value::int(millis),
            Delay::Range(min, max) => {
                Value::from_members([("min", Value::int(min)), ("max", Value::int(max))])
            }
            Delay::Normal { mean, deviation } => {
                Value::from_members([("mean", Value::float(mean)), ("deviation", Value::float(deviation))])
            }
            Delay::Exponential { mean } => Value::from_members([("mean", Value::float(mean))]),
        })
    }
}

impl MockEntry {
    pub fn new(answer: MockAnswer) -> MockEntry {
        MockEntry { answer, delay: Delay::None, submit: None, worker: None, errors: None }
    }

    /// Reads `{"Return": …}` or `{"Throw": {"Error": …, "Cause": …}}`, with `delayMs`, `never`,
    /// `callback`, `echo`, `timeout`, `submit`, `worker` and `errorRate`.
    pub fn from_json(value: &Value, at: &str) -> Result<MockEntry, MockError> {
        let wrong = |message: &str| MockError { message: message.to_owned(), at: at.to_owned() };
        if value.as_object().is_none() {
            return Err(wrong("An answer is an object with \"Return\" or \"Throw\"."));
        }
        // `callback` only says that the answer comes through the task token; it may hold the answer.
        let answered = match value.get("callback") {
            Some(callback) if callback.get("Return").is_some() || callback.get("Throw").is_some() => callback,
            _ => value,
        };
        let is_set = |name: &str| value.get(name).and_then(Value::as_bool) == Some(true);
        let error_rate = value.get("errorRate").and_then(Value::as_f64);
        let throw = answered.get("Throw").map(failure_from_json);
        let answer = match (answered.get("Return"), &throw) {
            _ if is_set("never") => MockAnswer::Never,
            _ if is_set("echo") => MockAnswer::Echo,
            _ if is_set("timeout") => {
                MockAnswer::TimeOut(Failure { error: Some("States.Timeout".into()), cause: None })
            }
            (Some(_), Some(_)) if error_rate.is_none() => {
                return Err(wrong("An answer has either \"Return\" or \"Throw\"."));
            }
            (Some(result), _) => MockAnswer::Return(result.clone()),
            (None, Some(failure)) if error_rate.is_none() => MockAnswer::Throw(failure.clone()),
            (None, Some(_)) => MockAnswer::Echo,
            (None, None) if value.get("callback").is_some() => MockAnswer::Never,
            (None, None) => return Err(wrong("An answer needs \"Return\" or \"Throw\".")),
        };
        let delay = match value.get("delayMs").or_else(|| answered.get("delayMs")) {
            Some(delay) => Delay::from_json(delay).ok_or_else(|| {
                wrong("delayMs is a number, {\"min\", \"max\"}, or {\"mean\", \"deviation\"}.")
            })?,
            None => Delay::None,
        };
        Ok(MockEntry {
            answer,
            delay,
            submit: value.get("submit").cloned(),
            worker: value.get("worker").and_then(|worker| worker.as_str().map(Str::from)),
            errors: error_rate.map(|rate| {
                (rate, throw.unwrap_or_else(|| Failure::new("States.TaskFailed", "A mocked failure.")))
            }),
        })
    }

    /// The short form of the entry.
    pub fn to_json(&self) -> Value {
        let mut members = json::Map::new();
        match &self.answer {
            MockAnswer::Return(result) => {
                members.insert("Return", result.clone());
            }
            MockAnswer::Throw(failure) => {
                members.insert("Throw", failure_to_json(failure));
            }
            MockAnswer::TimeOut(_) => {
                members.insert("timeout", Value::Bool(true));
            }
            MockAnswer::Echo => {
                members.insert("echo", Value::Bool(true));
            }
            MockAnswer::Never => {
                members.insert("never", Value::Bool(true));
            }
        }
        if let Some((rate, failure)) = &self.errors {
            members.insert("errorRate", Value::float(*rate));
            members.insert("Throw", failure_to_json(failure));
        }
        if let Some(delay) = self.delay.to_json() {
            members.insert("delayMs", delay);
        }
        if let Some(submit) = &self.submit {
            members.insert("submit", submit.clone());
        }
        if let Some(worker) = &self.worker {
            members.insert("worker", Value::String(worker.clone()));
        }
        Value::object(members)
    }
}

pub(super) fn failure_from_json(value: &Value) -> Failure {
    let text = |name: &str| match value.get(name) {
        Some(Value::String(text)) => Some(text.clone()),
        Some(Value::Null) | None => None,
        Some(other) => Some(other.to_text().into()),
    };
    Failure { error: text("Error"), cause: text("Cause") }
}

pub(super) fn failure_to_json(failure: &Failure) -> Value {
    let mut members = json::Map::new();
    for (name, text) in [("Error", &failure.error), ("Cause", &failure.cause)] {
        if let Some(text) = text {
            members.insert(name, Value::String(text.clone()));
        }
    }
    Value::object(members)
}

/// The host of the short form.
pub(super) fn host_of(value: &Value) -> Result<MockHost, MockError> {
    let Some(states) = value.as_object() else {
        return Err(MockError {
            message: "Mocks are an object with a list of answers for each state.".to_owned(),
            at: String::new(),
        });
    };
    let mut host = MockHost::default();
    for (state, entries) in states.iter() {
        let single = std::slice::from_ref(entries);
        let entries = entries.as_array().unwrap_or(single);
        let entries: Result<Vec<_>, _> = entries
            .iter()
            .enumerate()
            .map(|(position, entry)| MockEntry::from_json(entry, &format!("{state}/{position}")))
            .collect();
        Arc::make_mut(&mut host.scripts).insert(state.clone(), entries?);
    }
    Ok(host)
}

impl MockHost {
    /// The scripts in the short form.
    pub fn to_json(&self) -> Value {
        let states = self.scripts.iter().map(|(state, entries)| {
            (state.clone(), Value::array(entries.iter().map(MockEntry::to_json).collect()))
        });
        Value::object(states.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{Delay, host_of};
    use jsonata::Random;

    #[test]
    fn the_short_form_reads_back() {
        let text = concat!(
            r#"{"A":[{"Return":{"x":1},"delayMs":250},{"Throw":{"Error":"E","Cause":"c"}}],"#,
            r#""B":[{"never":true}],"C":[{"echo":true,"delayMs":{"min":1,"max":5}}],"#,
            r#""D":[{"Return":null,"errorRate":0.5,"Throw":{"Error":"E"}}],"E":[{"timeout":true}]}"#
        );
        let host = host_of(&json::parse(text).unwrap()).unwrap();
        assert_eq!(host.to_json().to_text(), text);
    }

    #[test]
    fn wrong_entries_are_refused_with_their_place() {
        let problem = |text: &str| host_of(&json::parse(text).unwrap()).unwrap_err();
        assert_eq!(problem(r#"{"A": [{}]}"#).at, "A/0");
        assert_eq!(problem(r#"{"A": [{"Return": 1}, {"Return": 1, "Throw": {}}]}"#).at, "A/1");
        assert_eq!(problem("[]").at, "");
    }

    #[test]
    fn delays_stay_in_their_range() {
        let mut random = Random::new(1);
        for _ in 0..100 {
            assert!((10..=20).contains(&Delay::Range(10, 20).millis(&mut random)));
            assert!(Delay::Normal { mean: 5.0, deviation: 50.0 }.millis(&mut random) >= 0);
            assert!(Delay::Exponential { mean: 5.0 }.millis(&mut random) >= 0);
        }
        assert_eq!(Delay::Fixed(7).millis(&mut random), 7);
    }
}
