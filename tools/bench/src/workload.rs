//! A workflow with its input, the answers of its tasks, and what it must end with.

use std::sync::Arc;

use asl::Document;
use engine::mock::run_to_end;
use engine::{Budget, Execution, ExecutionType, Machine, MockHost, Options, Progress, Status};
use json::Value;

/// A compiled workload.
pub struct Workload {
    machine: Arc<Machine>,
    input: Value,
    expected: Option<Value>,
    host: MockHost,
    options: Arc<Options>,
}

/// An execution that has ended, kept with its history.
pub struct Held {
    pub execution: Execution,
    pub status: Option<Status>,
    pub output: Option<Value>,
}

impl Workload {
    /// `expected` is the output, or an object with `status` and `output`. Empty texts stand for nothing.
    ///
    /// # Errors
    ///
    /// What is wrong with one of the texts.
    pub fn new(definition: &str, input: &str, expected: &str, mocks: &str) -> Result<Workload, String> {
        let host = match mocks {
            "" => MockHost::default(),
            mocks => MockHost::from_json(&parse(mocks)?).map_err(|error| error.to_string())?,
        };
        let machine = Machine::compile(&Document::parse(definition)).map_err(|problems| {
            problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>().join("\n")
        })?;
        Ok(Workload {
            machine: Arc::new(machine),
            input: parse(input)?,
            expected: if expected.is_empty() { None } else { Some(parse(expected)?) },
            host,
            options: Arc::new(Options::default()),
        })
    }

    /// The same as an Express workflow, its history recorded all the same.
    pub fn into_express(mut self) -> Workload {
        Arc::make_mut(&mut self.options).execution_type = ExecutionType::Express;
        self
    }

    /// One execution, to its end.
    pub fn run(&self) -> Held {
        let mut execution = Execution::start(self.machine.clone(), self.input.clone(), self.options.clone());
        let mut host = self.host.clone();
        match run_to_end(&mut execution, &mut host, Budget::default()) {
            Progress::Done(outcome) => {
                Held { execution, status: Some(outcome.status), output: outcome.output }
            }
            _ => Held { execution, status: None, output: None },
        }
    }

    /// Whether an execution ended as expected; where nothing is, whether it succeeded.
    pub fn is_right(&self, held: &Held) -> bool {
        match (&self.expected, &held.output) {
            (None, _) => held.status == Some(Status::Succeeded),
            (Some(expected), Some(output)) => {
                expected == output || expected.get("output").is_some_and(|inner| inner == output)
            }
            (Some(_), None) => false,
        }
    }
}

/// # Errors
///
/// Why a text is no JSON.
pub fn parse(text: &str) -> Result<Value, String> {
    json::parse(text).map_err(|error| error.to_string())
}
