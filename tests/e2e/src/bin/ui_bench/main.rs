//! `cargo xtask bench --ui`: what the built site costs the browser's main thread, beside what it may cost.
//!
//! Times are processor time of the page's main thread, not of the clock on the wall: a busy machine makes them a little
//! larger, not many times. Start-up alone is a time of the clock, as that is what a person waits for.

mod debugger;
mod designer;
mod meter;
mod report;
mod start;
mod workflows;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use crate::report::Report;

const USAGE: &str = "\
usage: cargo xtask bench --ui [OPTIONS]

  --dist FOLDER   a site that is built already, in place of building it
  --strict        fail where a budget is missed
  --only TEXT     the groups alone whose name has this text: start, designer, debugger
  --rounds COUNT  how often each group is measured, in a browser of its own (3)";

type Measure = fn(&mut Report);

fn main() -> ExitCode {
    let mut is_strict = false;
    let mut only = String::new();
    let mut rounds = 3;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.len()) {
            ("--strict", _) => is_strict = true,
            ("--only", 1..) => only = arguments.next().unwrap_or_default(),
            ("--rounds", 1..) => {
                rounds = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(rounds);
            }
            _ => {
                eprintln!("{USAGE}");
                return ExitCode::from(if argument == "--help" { 0 } else { 2 });
            }
        }
    }
    let mut report = Report::default();
    let groups: [(&str, Measure); 4] = [
        ("start", start::measure),
        ("designer 1,000", designer::measure_1000),
        ("designer 5,000", designer::measure_5000),
        ("debugger", debugger::measure),
    ];
    let mut has_failed = false;
    for round in 1..=rounds {
        for (name, measure) in groups.iter().filter(|(name, _)| name.contains(&only)) {
            eprintln!("round {round} of {rounds}: {name}");
            // What was measured before is still told.
            has_failed |= catch_unwind(AssertUnwindSafe(|| measure(&mut report))).is_err();
        }
    }
    print!("{report}");
    if has_failed || is_strict && report.misses() > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
