//! How fast runs are on this machine's processor: the shared workloads, and short Express executions.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use engine::mock::run_to_end;
use engine::{Budget, Execution, ExecutionType, Machine, MockHost, Options, Progress};
use json::Value;

/// How long each workload is repeated.
const MEASURED: Duration = Duration::from_millis(700);

/// Transitions per second of peers in November 2026 on a machine of two shared cores: the JavaScript peer in
/// Chromium, LocalStack, and the best of all. None where the peer's output was wrong.
const PEERS: [(&str, Option<f64>, Option<f64>, f64); 10] = [
    ("W1", Some(22_800.0), Some(13.0), 284_000.0),
    ("W2", Some(21_600.0), Some(13.0), 108_000.0),
    ("W3", Some(9_700.0), Some(5.0), 9_700.0),
    ("W4", Some(28_000.0), Some(20.0), 70_600.0),
    ("W5", Some(20_000.0), Some(34.0), 24_500.0),
    ("W6", None, None, f64::NAN),
    ("W6B", None, Some(34.0), 34.0),
    ("W7", Some(5_400.0), Some(2.0), 5_600.0),
    ("W8", Some(13_600.0), Some(12.0), 20_200.0),
    ("W9", Some(187.0), Some(3.0), 193.0),
];

/// `bench [--workloads DIRECTORY]`
pub fn command(arguments: &[String]) -> ExitCode {
    let mut directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/workloads");
    if let [flag, value] = arguments
        && flag == "--workloads"
    {
        directory = PathBuf::from(value);
    }
    println!(
        "{:5} {:>11} {:>12} {:>11} {:>13} {:>9} {:>10} {:>9}  output",
        "", "transitions", "median µs", "compile µs", "transitions/s", "× browser", "× LocalStack", "× best"
    );
    let mut is_right = true;
    match workloads(&directory) {
        Ok(workloads) => {
            for workload in &workloads {
                is_right &= measure(workload);
            }
        }
        Err(problem) => println!("the shared workloads are left out: {problem}"),
    }
    express();
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

struct Workload {
    id: String,
    definition: String,
    input: Value,
    expected: Value,
    mocks: Option<Value>,
    transitions: u64,
}

fn workloads(directory: &Path) -> Result<Vec<Workload>, String> {
    let read = |name: &str| crate::run::read(&directory.join(name));
    let parse = |text: &str| json::parse(text).map_err(|error| error.to_string());
    let manifest = parse(&read("manifest.json")?)?;
    let mut workloads = Vec::new();
    for entry in manifest.as_array().unwrap_or_default() {
        let text = |name: &str| entry.get(name).and_then(Value::as_str).unwrap_or_default();
        let mocks = match entry.get("mocks").and_then(Value::as_str) {
            Some(name) => Some(parse(&read(name)?)?),
            None => None,
        };
        workloads.push(Workload {
            id: text("id").to_owned(),
            definition: read(text("definition"))?,
            input: parse(&read(text("input"))?)?,
            expected: parse(&read(text("expected"))?)?,
            mocks,
            transitions: entry.get("transitions").and_then(Value::as_i64).unwrap_or(0).unsigned_abs(),
        });
    }
    Ok(workloads)
}

/// Prints a line; false where the output is wrong.
fn measure(workload: &Workload) -> bool {
    let compile_started = now();
    let machine = match crate::run::compile(&workload.definition) {
        Ok(machine) => Arc::new(machine),
        Err(problem) => {
            println!("{:5} {problem}", workload.id);
            return false;
        }
    };
    let compile_time = compile_started.elapsed();
    let host = match workload.mocks.as_ref().map(MockHost::from_json) {
        Some(Ok(host)) => host,
        Some(Err(problem)) => {
            println!("{:5} {problem}", workload.id);
            return false;
        }
        None => MockHost::default(),
    };
    let run = |machine: &Arc<Machine>| {
        let mut execution = Execution::start(machine.clone(), workload.input.clone(), Options::default());
        let mut host = host.clone();
        let progress = run_to_end(&mut execution, &mut host, Budget::default());
        (execution, progress)
    };
    let (execution, progress) = run(&machine);
    let output = match progress {
        Progress::Done(outcome) => outcome.output.unwrap_or_default(),
        _ => Value::Null,
    };
    let is_right =
        is_expected(&workload.expected, &output) && execution.transitions() == workload.transitions;
    let mut times = Vec::new();
    let started = now();
    while started.elapsed() < MEASURED || times.len() < 3 {
        let each = now();
        let (execution, _) = run(&machine);
        times.push(each.elapsed());
        drop(execution);
    }
    times.sort_unstable();
    let median = times[times.len() / 2].as_secs_f64();
    let speed = workload.transitions as f64 / median;
    let peer = PEERS.iter().find(|(id, ..)| *id == workload.id);
    let ratio = |peer: Option<f64>| match peer.filter(|peer| !peer.is_nan()) {
        Some(peer) => format!("{:.0}", speed / peer),
        None => "–".to_owned(),
    };
    println!(
        "{:5} {:>11} {:>12.1} {:>11.0} {:>13.0} {:>9} {:>10} {:>9}  {}",
        workload.id,
        execution.transitions(),
        median * 1e6,
        compile_time.as_secs_f64() * 1e6,
        speed,
        ratio(peer.and_then(|peer| peer.1)),
        ratio(peer.and_then(|peer| peer.2)),
        ratio(peer.map(|peer| peer.3)),
        if is_right { "right" } else { "WRONG" }
    );
    is_right
}

/// The expected files hold the output itself, or an object with `status` and `output`.
fn is_expected(expected: &Value, output: &Value) -> bool {
    expected == output || expected.get("output").is_some_and(|inner| inner == output)
}

/// Executions per second of an Express workflow of three states, histories recorded.
fn express() {
    let definition = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Result": {"a": 1}, "ResultPath": "$.a", "Next": "B"},
        "B": {"Type": "Choice", "Choices": [{"Variable": "$.a.a", "NumericEquals": 1, "Next": "C"}], "Default": "C"},
        "C": {"Type": "Pass", "Parameters": {"x.$": "$.a.a"}, "End": true}}}"#;
    let Ok(machine) = crate::run::compile(definition) else { return };
    let machine = Arc::new(machine);
    let Ok(input) = json::parse("{}") else { return };
    let options = Options { execution_type: ExecutionType::Express, ..Options::default() };
    let started = now();
    let mut count = 0u32;
    let mut events = 0;
    while started.elapsed() < MEASURED {
        for _ in 0..100 {
            let mut execution = Execution::start(machine.clone(), input.clone(), options.clone());
            run_to_end(&mut execution, &mut MockHost::default(), Budget::default());
            events += execution.history().len();
        }
        count += 100;
    }
    let per_second = f64::from(count) / started.elapsed().as_secs_f64();
    println!(
        "Express executions of 3 states: {per_second:.0}/s ({:.0} events each)",
        events as f64 / f64::from(count)
    );
}

/// Measuring is what this program reads a clock for.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}
