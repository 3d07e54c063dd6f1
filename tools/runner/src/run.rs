//! One definition, run to its end.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use asl::{Document, Severity};
use engine::mock::run_to_end;
use engine::{
    Budget, Execution, ExecutionType, Machine, MockConfigFile, MockHost, Options, Progress, TimestampStyle,
    VirtualS3,
};
use json::{Map, Value};

/// A run that goes on for longer than this is stopped.
const STEPS: u64 = 50_000_000;

#[derive(Default)]
struct Arguments {
    definition: Option<PathBuf>,
    input: Option<PathBuf>,
    mocks: Option<PathBuf>,
    test_case: Option<String>,
    history: Option<PathBuf>,
    /// Buckets, keys and bodies for distributed Maps.
    s3: Option<PathBuf>,
    is_express: bool,
    /// Runs what can be run of a definition with errors.
    is_lenient: bool,
    seed: u64,
    /// How often an Express execution is started a second time, from 0 to 1.
    second_starts: f64,
}

/// `run DEFINITION [--input FILE] [--mocks FILE] [--case NAME] [--s3 FILE] [--history FILE] [--express] [--lenient]
/// [--seed NUMBER] [--second-starts RATE]`
pub fn command(arguments: &[String]) -> ExitCode {
    let arguments = match read_arguments(arguments) {
        Ok(arguments) => arguments,
        Err(problem) => return refuse(&problem),
    };
    match run(&arguments) {
        Ok(answer) => {
            println!("{}", answer.to_text());
            ExitCode::SUCCESS
        }
        Err(problem) => refuse(&problem),
    }
}

fn refuse(problem: &str) -> ExitCode {
    eprintln!("{problem}");
    ExitCode::from(2)
}

fn read_arguments(arguments: &[String]) -> Result<Arguments, String> {
    let mut read = Arguments::default();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        let mut value = || rest.next().cloned().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--input" => read.input = Some(value()?.into()),
            "--mocks" => read.mocks = Some(value()?.into()),
            "--case" => read.test_case = Some(value()?),
            "--history" => read.history = Some(value()?.into()),
            "--s3" => read.s3 = Some(value()?.into()),
            "--express" => read.is_express = true,
            "--lenient" => read.is_lenient = true,
            "--second-starts" => {
                let rate = value()?.parse().ok().filter(|rate| (0.0..=1.0).contains(rate));
                read.second_starts = rate.ok_or("--second-starts needs a number from 0 to 1")?;
            }
            "--seed" => read.seed = value()?.parse().map_err(|_| "--seed needs a number".to_owned())?,
            other if other.starts_with("--") => return Err(format!("unknown argument: {other}")),
            file if read.definition.is_none() => read.definition = Some(file.into()),
            other => return Err(format!("unknown argument: {other}")),
        }
    }
    Ok(read)
}

fn run(arguments: &Arguments) -> Result<Value, String> {
    let Some(definition) = &arguments.definition else {
        return Err(
            "usage: runner run DEFINITION [--input FILE] [--mocks FILE] [--s3 FILE] [--history FILE]"
                .to_owned(),
        );
    };
    let text = read(definition)?;
    let machine = match compile(&text) {
        Err(problems) if arguments.is_lenient => {
            eprintln!("{problems}");
            machine_of(&text)?
        }
        compiled => compiled?,
    };
    let input = match &arguments.input {
        Some(path) => engine::read_input(&read(path)?).map_err(|error| error.message)?,
        None => Value::object(Map::new()),
    };
    let mut host = match &arguments.mocks {
        Some(path) => read_mocks(&read(path)?, arguments.test_case.as_deref())?,
        None => MockHost::default(),
    };
    host.seed = arguments.seed;
    let mut options = Options {
        seed: arguments.seed,
        second_starts: arguments.second_starts,
        execution_type: if arguments.is_express { ExecutionType::Express } else { ExecutionType::Standard },
        ..Options::default()
    };
    if let Some(path) = &arguments.s3 {
        let buckets = json::parse(&read(path)?).map_err(|error| format!("{}: {error}", path.display()))?;
        options.s3 = VirtualS3::from_json(&buckets, options.start_time)
            .map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let started = options.start_time;
    let mut execution = Execution::start(Arc::new(machine), input, options);
    let progress = run_to_end(&mut execution, &mut host, Budget { steps: STEPS });
    if let Some(path) = &arguments.history {
        let history = execution.history().to_aws_json(TimestampStyle::Iso);
        std::fs::write(path, history.to_pretty()).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let mut answer = Map::new();
    match progress {
        Progress::Done(outcome) => {
            answer.insert("status", Value::from(outcome.status.name()));
            if let Some(output) = outcome.output {
                answer.insert("output", output.without_text());
            }
            for (name, text) in [("error", outcome.error), ("cause", outcome.cause)] {
                if let Some(text) = text {
                    answer.insert(name, Value::String(text));
                }
            }
        }
        Progress::Budget => {
            answer.insert("status", Value::from("RUNNING"));
            answer.insert("cause", Value::from(format!("The run did not end within {STEPS} steps.")));
        }
        Progress::NeedsTask(request) => {
            answer.insert("status", Value::from("RUNNING"));
            answer.insert("cause", Value::from(format!("The task '{}' has no mock.", request.state_name)));
        }
        Progress::Waiting => {
            answer.insert("status", Value::from("RUNNING"));
            answer.insert("cause", Value::from("The run waits for a task that never answers."));
        }
    }
    answer.insert("virtualDurationMs", Value::int(execution.now() - started));
    let transitions = i64::try_from(execution.transitions()).unwrap_or(i64::MAX);
    answer.insert("transitions", Value::int(transitions));
    Ok(Value::object(answer))
}

/// Compiles a definition without errors; the error lists what is wrong with another. Placeholders such as
/// `${FunctionArn}` are no errors here, though CreateStateMachine refuses them.
pub fn compile(text: &str) -> Result<Machine, String> {
    let document = Document::parse(text);
    let problems: Vec<String> = document
        .problems()
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| {
            format!("{} {}: {}", position(text, problem.span.start), problem.location, problem.message)
        })
        .collect();
    if !problems.is_empty() {
        return Err(problems.join("\n"));
    }
    machine_of(text)
}

fn machine_of(text: &str) -> Result<Machine, String> {
    Machine::compile(&Document::parse(text)).map_err(|problems| {
        let lines = problems.iter().map(|problem| {
            format!("{}: {}", position(text, problem.span.map_or(0, |span| span.start)), problem.message)
        });
        lines.collect::<Vec<_>>().join("\n")
    })
}

pub fn read_mocks(text: &str, test_case: Option<&str>) -> Result<MockHost, String> {
    let value = json::parse(text).map_err(|error| format!("the mocks are no JSON: {error}"))?;
    let Some(wanted) = test_case else {
        return MockHost::from_json(&value).map_err(|error| error.to_string());
    };
    let file = MockConfigFile::from_json(value).map_err(|error| error.to_string())?;
    let cases = file.test_cases();
    let found = cases.iter().find(|(_, case)| &**case == wanted);
    let (machine, case) = found.ok_or_else(|| format!("there is no test case '{wanted}'"))?;
    file.host(machine, case).map_err(|error| error.to_string())
}

pub fn read(path: &std::path::Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Line and column from 1, for an offset in bytes.
pub fn position(text: &str, offset: usize) -> String {
    let before = text.get(..offset).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("{line}:{column}")
}
