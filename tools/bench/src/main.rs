//! The native half of `cargo xtask bench`, and the tables of both halves beside others' figures.

mod peers;
mod report;

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use bench::expressions::{Compiled, EXPRESSIONS, states};
use bench::{Workload, own, parse};
use json::Value;
use jsonata_core::evaluator::{Context as CoreContext, Evaluator};
use jsonata_core::value::JValue;
use report::{ExpressionRow, Measured, Report, WorkloadRow};

const USAGE: &str = "usage: bench [--workloads FOLDER] [--only W1,W2,…] [--seconds NUMBER] [--browser FILE]";

/// The name of the executions of three states.
const EXPRESS: &str = "EXPRESS";

struct Arguments {
    workloads: PathBuf,
    only: Vec<String>,
    measured: Duration,
    /// What the browser's half found.
    browser: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = match read_arguments() {
        Ok(arguments) => arguments,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match measure_all(&arguments) {
        Ok(report) => {
            print!("{report}");
            if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn read_arguments() -> Result<Arguments, String> {
    let mut read = Arguments {
        workloads: Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/workloads"),
        only: Vec::new(),
        measured: Duration::from_millis(700),
        browser: None,
    };
    let mut rest = std::env::args().skip(1);
    while let Some(argument) = rest.next() {
        let value = rest.next().ok_or_else(|| format!("{argument} needs a value"))?;
        match argument.as_str() {
            "--workloads" => read.workloads = value.into(),
            "--only" => read.only = value.split(',').map(str::to_owned).collect(),
            "--browser" => read.browser = Some(value.into()),
            "--seconds" => {
                let seconds =
                    value.parse().ok().and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
                read.measured = seconds.ok_or_else(|| format!("{value} is no number of seconds"))?;
            }
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    Ok(read)
}

fn measure_all(arguments: &Arguments) -> Result<Report, String> {
    let browser = match &arguments.browser {
        Some(file) => parse(&read(file)?)?,
        None => Value::Null,
    };
    if let Some(problem) = browser.get("error").and_then(Value::as_str) {
        return Err(format!("the page failed: {problem}"));
    }
    let mut texts: Vec<Texts> = Vec::new();
    match shared(&arguments.workloads) {
        Ok(shared) => texts.extend(shared),
        Err(problem) => eprintln!("the shared workloads are left out: {problem}"),
    }
    texts.extend(own::workloads().into_iter().map(|own| Texts {
        id: own.id.to_owned(),
        definition: own.definition,
        input: own.input,
        expected: own.expected,
        mocks: String::new(),
        transitions: own.transitions,
    }));
    let is_wanted =
        |name: &str| arguments.only.is_empty() || arguments.only.iter().any(|wanted| wanted == name);
    texts.retain(|texts| is_wanted(&texts.id));
    let mut report = Report { browser, ..Report::default() };
    for texts in &texts {
        report.workloads.push(workload(texts, arguments.measured)?);
    }
    if is_wanted(EXPRESS) {
        let express = Workload::new(own::EXPRESS, "{}", r#"{"x":1}"#, "")?.into_express();
        report.express = Some(Measured {
            seconds: measure(arguments.measured, || drop(black_box(express.run()))),
            is_right: express.is_right(&express.run()),
        });
    }
    for (name, text) in EXPRESSIONS.into_iter().filter(|(name, _)| is_wanted(name)) {
        report.expressions.push(expression(name, text, arguments.measured)?);
    }
    Ok(report)
}

/// A workload's texts.
struct Texts {
    id: String,
    definition: String,
    input: String,
    expected: String,
    mocks: String,
    transitions: u64,
}

fn shared(folder: &Path) -> Result<Vec<Texts>, String> {
    let manifest = parse(&read(&folder.join("manifest.json"))?)?;
    let mut workloads = Vec::new();
    for entry in manifest.as_array().unwrap_or_default() {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let file = |name: &str| match text(name) {
            "" => Ok(String::new()),
            file => read(&folder.join(file)),
        };
        workloads.push(Texts {
            id: text("id").to_owned(),
            definition: file("definition")?,
            input: file("input")?,
            expected: file("expected")?,
            mocks: file("mocks")?,
            transitions: entry.get("transitions").and_then(Value::as_i64).unwrap_or(0).unsigned_abs(),
        });
    }
    Ok(workloads)
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

fn workload(texts: &Texts, measured: Duration) -> Result<WorkloadRow, String> {
    let started = now();
    let workload = Workload::new(&texts.definition, &texts.input, &texts.expected, &texts.mocks)
        .map_err(|problem| format!("{}: {problem}", texts.id))?;
    let compile_seconds = started.elapsed().as_secs_f64();
    let held = workload.run();
    let is_right = workload.is_right(&held) && held.execution.transitions() == texts.transitions;
    Ok(WorkloadRow {
        id: texts.id.clone(),
        transitions: texts.transitions,
        compile_seconds,
        native: Measured { seconds: measure(measured, || drop(black_box(workload.run()))), is_right },
    })
}

fn expression(name: &'static str, text: &str, measured: Duration) -> Result<ExpressionRow, String> {
    let states = states();
    let compiled = Compiled::new(text, &states)?;
    let result = compiled.evaluate().unwrap_or_default();
    let ours = measure(measured / 2, || drop(black_box(compiled.evaluate())));
    // jsonata-core gets its data in its own form, converted beforehand.
    let problem = |error: &dyn std::fmt::Display| format!("jsonata-core: {name}: {error}");
    let tree = jsonata_core::parser::parse(text).map_err(|error| problem(&error))?;
    let data = JValue::from_json_str(&states).map_err(|error| problem(&error))?;
    let evaluate = || {
        let mut context = CoreContext::new();
        context.bind("states".to_owned(), data.clone());
        Evaluator::with_context(context).evaluate(&tree, &JValue::Undefined)
    };
    let theirs = evaluate().map_err(|error| problem(&error))?;
    let theirs = parse(&theirs.to_json_string().map_err(|error| problem(&error))?)?;
    let is_right = result == theirs;
    let core = measure(measured / 2, || drop(black_box(evaluate())));
    Ok(ExpressionRow { name, native: Measured { seconds: ours, is_right }, core_seconds: core })
}

/// Seconds of one call, the median of rounds.
fn measure(measured: Duration, mut run: impl FnMut()) -> f64 {
    let mut times = 1u32;
    loop {
        let started = now();
        (0..times).for_each(|_| run());
        let spent = started.elapsed();
        if spent > Duration::from_millis(2) {
            break;
        }
        times = times.saturating_mul(2);
    }
    let mut rounds = Vec::new();
    let started = now();
    while started.elapsed() < measured || rounds.len() < 5 {
        let round = now();
        (0..times).for_each(|_| run());
        rounds.push(round.elapsed().as_secs_f64() / f64::from(times));
    }
    rounds.sort_by(f64::total_cmp);
    rounds[rounds.len() / 2]
}

/// Measuring is what this program reads a clock for.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}
