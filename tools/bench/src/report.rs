//! The tables.

use std::fmt::{Display, Formatter, Result};

use json::Value;

use crate::peers::recorded_of;

/// A median, and whether what was measured gave what it should.
#[derive(Clone, Copy, Default)]
pub struct Measured {
    pub seconds: f64,
    pub is_right: bool,
}

pub struct WorkloadRow {
    pub id: String,
    pub transitions: u64,
    pub compile_seconds: f64,
    pub native: Measured,
}

pub struct ExpressionRow {
    pub name: &'static str,
    pub native: Measured,
    pub core_seconds: f64,
}

#[derive(Default)]
pub struct Report {
    pub workloads: Vec<WorkloadRow>,
    /// Executions of three states as an Express workflow.
    pub express: Option<Measured>,
    pub expressions: Vec<ExpressionRow>,
    /// What the page posted; null without a browser.
    pub browser: Value,
}

/// Executions of a three-state Express workflow per second that AWS names for the service.
const EXPRESS_PER_SECOND: f64 = 100_000.0;
const TRANSITIONS_PER_SECOND: f64 = 1_000_000.0;
const TIMES_JAVASCRIPT: f64 = 50.0;
const TIMES_LOCALSTACK: f64 = 1000.0;
const TIMES_EMPTY_PAYLOAD: f64 = 3.0;
const MEMORY: f64 = 64.0 * 1024.0 * 1024.0;
const TIMES_NPM_JSONATA: f64 = 20.0;

impl Report {
    /// Whether every output was the expected one.
    pub fn is_right(&self) -> bool {
        let in_browser = |row: &WorkloadRow| self.web("workloads", &row.id).is_none_or(|web| web.is_right);
        self.workloads.iter().all(|row| row.native.is_right && in_browser(row))
            && self.expressions.iter().all(|row| row.native.is_right)
            && self.express.is_none_or(|express| express.is_right)
    }

    /// A measurement of the page.
    fn web(&self, group: &str, name: &str) -> Option<Measured> {
        measured(self.browser.get(group)?.get(name)?)
    }

    fn workload_table(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "{:8} {:>6} {:>8} {:>10} {:>10} {:>10} {:>10} {:>11} {:>8} {:>12} {:>7}  output",
            "workload",
            "states",
            "compile",
            "native",
            "per s",
            "browser",
            "per s",
            "JS peer/s",
            "× JS",
            "× LocalStack",
            "× best"
        )?;
        for row in &self.workloads {
            let web = self.web("workloads", &row.id);
            let per_second = |time: f64| row.transitions as f64 / time;
            let web_speed = web.map(|web| per_second(web.seconds));
            // The first is what this table compares; without a browser, the native one.
            let speed = web_speed.unwrap_or_else(|| per_second(row.native.seconds));
            let (javascript, is_recorded) = self.javascript(row);
            let recorded = recorded_of(&row.id);
            let is_right = row.native.is_right && web.is_none_or(|web| web.is_right);
            writeln!(
                f,
                "{:8} {:>6} {:>8} {:>10} {:>10} {:>10} {:>10} {:>11} {:>8} {:>12} {:>7}  {}",
                row.id,
                row.transitions,
                time(row.compile_seconds),
                time(row.native.seconds),
                count(per_second(row.native.seconds)),
                or_dash(web.map(|web| time(web.seconds))),
                or_dash(web_speed.map(count)),
                or_dash(javascript.map(|peer| count(peer) + if is_recorded { "*" } else { "" })),
                or_dash(javascript.map(|peer| ratio(speed / peer))),
                or_dash(recorded.and_then(|peer| peer.localstack).map(|peer| ratio(speed / peer))),
                or_dash(recorded.and_then(|peer| peer.best).map(|peer| ratio(speed / peer))),
                if is_right { "right" } else { "WRONG" }
            )?;
        }
        writeln!(
            f,
            "Times are medians of one execution, its history recorded; ratios are {}. LocalStack and best (of six): figures of November 2026{}.",
            if self.browser == Value::Null { "native" } else { "the browser's" },
            if self.workloads.iter().any(|row| self.javascript(row).1) { ", as those with *" } else { "" }
        )
    }

    /// The JavaScript peer's transitions per second, and whether that is a recorded figure.
    fn javascript(&self, row: &WorkloadRow) -> (Option<f64>, bool) {
        if self.browser.get("peer").is_some() {
            let web = self.web("peer", &row.id).filter(|web| web.is_right);
            return (web.map(|web| row.transitions as f64 / web.seconds), false);
        }
        let recorded = recorded_of(&row.id).and_then(|peer| peer.javascript);
        (recorded, recorded.is_some())
    }

    fn expression_table(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "\n{:20} {:>10} {:>13} {:>6} {:>10} {:>11} {:>7}  result",
            "JSONata", "native", "jsonata-core", "×", "browser", "npm jsonata", "×"
        )?;
        for row in &self.expressions {
            let web = self.web("expressions", row.name);
            let npm = self.web("jsonata", row.name).filter(|npm| npm.is_right);
            let times = web.and_then(|web| Some(npm?.seconds / web.seconds));
            writeln!(
                f,
                "{:20} {:>10} {:>13} {:>6} {:>10} {:>11} {:>7}  {}",
                row.name,
                time(row.native.seconds),
                time(row.core_seconds),
                ratio(row.core_seconds / row.native.seconds),
                or_dash(web.map(|web| time(web.seconds))),
                or_dash(npm.map(|npm| time(npm.seconds))),
                or_dash(times.map(ratio)),
                if row.native.is_right { "equal" } else { "DIFFERENT" }
            )?;
        }
        Ok(())
    }

    fn targets(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "\nTargets")?;
        if self.browser == Value::Null {
            let express = self.express.map_or(0.0, |express| 1.0 / express.seconds);
            let express = count(express);
            return writeln!(
                f,
                "  (they are the browser's) Express executions of 3 states, natively: {express}/s"
            );
        }
        if let Some(express) = self.browser.get("express").and_then(measured) {
            let title = "Express executions of 3 states per second";
            target(f, title, 1.0 / express.seconds, EXPRESS_PER_SECOND, At::Least)?;
        }
        for (id, what) in [
            ("W1", "Pass chain"),
            ("W2", "Choice loop"),
            ("CHAIN", "own Pass chain"),
            ("LOOP", "own Choice loop"),
        ] {
            if let (Some(row), Some(web)) = (self.row(id), self.web("workloads", id)) {
                let title = format!("transitions per second of the {what} ({id})");
                let speed = row.transitions as f64 / web.seconds;
                target(f, &title, speed, TRANSITIONS_PER_SECOND, At::Least)?;
            }
        }
        for row in &self.workloads {
            let Some(web) = self.web("workloads", &row.id) else { continue };
            let speed = row.transitions as f64 / web.seconds;
            if let (Some(peer), _) = self.javascript(row) {
                target(
                    f,
                    &format!("times the JavaScript peer, {}", row.id),
                    speed / peer,
                    TIMES_JAVASCRIPT,
                    At::Least,
                )?;
            }
            if let Some(peer) = recorded_of(&row.id).and_then(|peer| peer.localstack) {
                target(
                    f,
                    &format!("times LocalStack, {}", row.id),
                    speed / peer,
                    TIMES_LOCALSTACK,
                    At::Least,
                )?;
            }
        }
        let per_state =
            |id: &str| Some(self.web("workloads", id)?.seconds / self.row(id)?.transitions as f64);
        for id in ["W9", "LARGE"] {
            if let (Some(large), Some(empty)) = (per_state(id), per_state("EMPTY")) {
                let title = format!("time of a state with 200 KB over one with nothing, {id}");
                target(f, &title, large / empty, TIMES_EMPTY_PAYLOAD, At::Most)?;
            }
        }
        let memory = self.browser.get("memory");
        let number = |name: &str| memory.and_then(|memory| memory.get(name)).and_then(Value::as_f64);
        if let (Some(events), Some(bytes)) = (number("events"), number("bytes")) {
            let title = format!("bytes of WebAssembly memory with a history of {events} events");
            target(f, &title, bytes, MEMORY, At::Most)?;
        }
        for row in &self.expressions {
            let npm = self.web("jsonata", row.name).filter(|npm| npm.is_right);
            if let (Some(web), Some(npm)) = (self.web("expressions", row.name), npm) {
                let title = format!("times npm jsonata, {}", row.name);
                target(f, &title, npm.seconds / web.seconds, TIMES_NPM_JSONATA, At::Least)?;
            }
            let title = format!("times jsonata-core natively, {}", row.name);
            target(f, &title, row.core_seconds / row.native.seconds, 1.0, At::Least)?;
        }
        Ok(())
    }

    fn row(&self, id: &str) -> Option<&WorkloadRow> {
        self.workloads.iter().find(|row| row.id == id)
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(browser) = self.browser.get("browser").and_then(Value::as_str) {
            writeln!(f, "browser: {browser}")?;
        }
        self.workload_table(f)?;
        self.expression_table(f)?;
        self.targets(f)
    }
}

fn measured(entry: &Value) -> Option<Measured> {
    let is_right = entry.get("right").and_then(Value::as_bool)?;
    // What is wrong has no time.
    let seconds = entry.get("seconds").and_then(Value::as_f64).unwrap_or(f64::NAN);
    Some(Measured { seconds, is_right })
}

#[derive(Clone, Copy)]
enum At {
    Least,
    Most,
}

fn target(f: &mut Formatter<'_>, title: &str, value: f64, wanted: f64, at: At) -> Result {
    let (is_met, word) = match at {
        At::Least => (value >= wanted, "at least"),
        At::Most => (value <= wanted, "at most"),
    };
    let verdict = if is_met { "met   " } else { "MISSED" };
    writeln!(f, "  {verdict} {title}: {} ({word} {})", ratio(value), ratio(wanted))
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s >= 0.1 => format!("{s:.2} s"),
        s if s >= 1e-4 => format!("{:.2} ms", s * 1e3),
        s => format!("{:.2} µs", s * 1e6),
    }
}

fn count(number: f64) -> String {
    let digits = format!("{number:.0}");
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn ratio(number: f64) -> String {
    if number < 20.0 { format!("{number:.1}") } else { count(number) }
}

fn or_dash(text: Option<String>) -> String {
    text.unwrap_or_else(|| "–".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(count(1_234_567.0), "1,234,567");
        assert_eq!(count(999.0), "999");
        assert_eq!(ratio(2.04), "2.0");
        assert_eq!(time(0.000_012_3), "12.30 µs");
        assert_eq!(time(0.0123), "12.30 ms");
    }

    #[test]
    fn a_wrong_output_is_told() {
        let row = |is_right| WorkloadRow {
            id: "CHAIN".to_owned(),
            transitions: 100,
            compile_seconds: 0.001,
            native: Measured { seconds: 0.0001, is_right },
        };
        let browser = json::parse(r#"{"workloads":{"CHAIN":{"seconds":0.0002,"right":true}}}"#).unwrap();
        let express = Measured { seconds: 1e-6, is_right: true };
        let report =
            Report { workloads: vec![row(true)], express: Some(express), browser, ..Report::default() };
        assert!(report.is_right());
        assert!(
            report
                .to_string()
                .contains("MISSED transitions per second of the own Pass chain (CHAIN): 500,000")
        );
        let report = Report { workloads: vec![row(false)], ..report };
        assert!(!report.is_right());
        assert!(report.to_string().contains("WRONG"));
    }
}
