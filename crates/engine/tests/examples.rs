//! The gallery of examples, `assets/examples`: each definition is without problems, and runs on its input and its task
//! answers to the end that its `about.json` states, through the states that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use asl::Document;
use engine::mock::Replies;
use engine::{
    Budget, Execution, ExecutionType, Instant, Machine, MockHost, Options, Progress, TaskAnswer, TaskHost,
    TaskId, TaskRequest, VirtualS3, run_to_end,
};
use json::Value;

fn gallery() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/examples")
}

fn text(example: &str, file: &str) -> String {
    let path = gallery().join(example).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn value(example: &str, file: &str) -> Value {
    json::parse(&text(example, file)).unwrap_or_else(|error| panic!("{example}/{file}: {error}"))
}

fn member<'a>(value: &'a Value, name: &str) -> &'a Value {
    value.get(name).unwrap_or_else(|| panic!("no member {name} in {}", value.to_text()))
}

fn string<'a>(value: &'a Value, name: &str) -> &'a str {
    member(value, name).as_str().unwrap_or_else(|| panic!("{name} is no string"))
}

fn items<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value.get(name).and_then(Value::as_array).unwrap_or_default()
}

/// Compiles a definition that has to be without problems.
fn compile(example: &str, file: &str) -> Arc<Machine> {
    let document = Document::parse(&text(example, file));
    let problems: Vec<String> = document
        .problems()
        .iter()
        .map(|problem| format!("{}: {}", problem.location, problem.message))
        .collect();
    assert!(problems.is_empty(), "{example}/{file}:\n{}", problems.join("\n"));
    let machine =
        Machine::compile(&document).unwrap_or_else(|problems| panic!("{example}/{file}: {problems:?}"));
    assert!(machine.problems.is_empty(), "{example}/{file}: {:?}", machine.problems);
    machine.into()
}

fn objects(example: &str, start: Instant) -> VirtualS3 {
    let mut s3 = VirtualS3::default();
    if gallery().join(example).join("s3.json").exists() {
        for (bucket, keys) in value(example, "s3.json").as_object().expect("buckets").iter() {
            s3.add_bucket(bucket.clone());
            for (key, body) in keys.as_object().expect("objects").iter() {
                s3.put(bucket.clone(), key.clone(), body.as_str().expect("text").as_bytes(), start);
            }
        }
    }
    s3
}

fn options(example: &str, about: &Value) -> Options {
    let mut options = Options::default();
    options.execution_type = match string(about, "type") {
        "STANDARD" => ExecutionType::Standard,
        "EXPRESS" => ExecutionType::Express,
        other => panic!("unknown type {other}"),
    };
    options.s3 = objects(example, options.start_time);
    options
}

fn answers(example: &str, file: &str) -> MockHost {
    MockHost::from_json(&value(example, file)).unwrap_or_else(|error| panic!("{example}/{file}: {error}"))
}

/// Runs an example to the end that it states; the names of the states that were entered.
fn run(example: &str, about: &Value, host: &mut impl TaskHost) -> BTreeSet<String> {
    let machine = compile(example, "workflow.asl.json");
    let mut execution = Execution::start(machine, value(example, "input.json"), options(example, about));
    let outcome = match run_to_end(&mut execution, host, Budget { steps: 100_000 }) {
        Progress::Done(outcome) => outcome,
        other => panic!("{example}: the run did not end: {other:?}"),
    };

    let expected = member(about, "expected");
    let found = (outcome.status.name(), outcome.cause.as_deref(), outcome.error.as_deref());
    assert_eq!(outcome.status.name(), string(expected, "status"), "{example}: {found:?}");
    if let Some(output) = expected.get("output") {
        assert_eq!(outcome.output.as_ref(), Some(output), "{example}");
    } else {
        assert_eq!(outcome.error.as_deref(), Some(string(expected, "error")), "{example}: {found:?}");
        assert_eq!(outcome.cause.as_deref(), Some(string(expected, "cause")), "{example}");
    }
    entered(&execution)
}

/// The names of the states that were entered, those of child executions included.
fn entered(execution: &Execution) -> BTreeSet<String> {
    execution
        .runs()
        .flat_map(|run| run.history.iter())
        .filter(|event| event.event_type.name().ends_with("StateEntered"))
        .filter_map(|event| event.details.name().map(|name| name.to_string()))
        .collect()
}

fn check(example: &str) {
    let about = value(example, "about.json");
    let visited = run(example, &about, &mut answers(example, "mocks.json"));
    for name in items(&about, "visited") {
        let name = name.as_str().expect("a name");
        assert!(visited.contains(name), "{example}: {name} was not visited, only {visited:?}");
    }
    let language = value(example, "workflow.asl.json");
    let language = language.get("QueryLanguage").and_then(Value::as_str).unwrap_or("JSONPath");
    assert_eq!(language, string(&about, "queryLanguage"), "{example}");
    for text in ["title", "summary"] {
        assert!(!string(&about, text).is_empty(), "{example}");
    }
}

macro_rules! examples {
    ($($test:ident: $folder:literal,)*) => {
        const TESTED: &[&str] = &[$($folder),*];

        $(#[test]
        fn $test() {
            check($folder);
        })*
    };
}

examples! {
    order_processing: "order-processing",
    service_orchestration: "service-orchestration",
    human_approval: "human-approval",
    saga: "saga",
    etl_pipeline: "etl-pipeline",
    train_and_deploy: "train-and-deploy",
    distributed_map_csv: "distributed-map-csv",
    polling_loop: "polling-loop",
    nested_workflows: "nested-workflows",
    order_pricing: "order-pricing",
    error_handling: "error-handling",
    supplier_quotes: "supplier-quotes",
    log_archive: "log-archive",
    review_moderation: "review-moderation",
    intrinsic_functions: "intrinsic-functions",
}

#[test]
fn the_index_lists_every_example_and_every_one_is_tested() {
    let index = fs::read_to_string(gallery().join("index.json")).unwrap();
    let index = json::parse(&index).unwrap();
    let index: Vec<&str> = index.as_array().unwrap().iter().filter_map(Value::as_str).collect();
    assert_eq!(index, TESTED);
    let mut folders: Vec<String> = fs::read_dir(gallery())
        .unwrap()
        .flatten()
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    folders.sort();
    let mut listed = index.clone();
    listed.sort_unstable();
    assert_eq!(folders, listed);
}

/// Starts the inner workflows of an example; what these and the example itself call is answered by mocks.
struct Nested {
    machines: BTreeMap<String, Arc<Machine>>,
    starts: Replies,
    mocks: MockHost,
}

impl TaskHost for Nested {
    fn request(&mut self, request: &TaskRequest, now: Instant) -> bool {
        let arn = request.parameters.get("StateMachineArn").and_then(Value::as_str);
        let Some(machine) = arn.and_then(|arn| self.machines.get(arn)) else {
            return self.mocks.request(request, now);
        };
        let input = member(&request.parameters, "Input").clone();
        let start = TaskAnswer::StartMachine { machine: machine.clone(), name: None, input };
        self.starts.add(now, request.id, start);
        true
    }

    fn next_due(&self) -> Option<Instant> {
        self.starts.next_due().into_iter().chain(self.mocks.next_due()).min()
    }

    fn pop_due(&mut self, now: Instant) -> Option<(TaskId, TaskAnswer)> {
        self.starts.pop_due(now).or_else(|| self.mocks.pop_due(now))
    }
}

#[test]
fn nested_workflows_end_the_same_when_the_inner_workflow_is_run() {
    let example = "nested-workflows";
    let about = value(example, "about.json");
    let mut host = Nested {
        machines: BTreeMap::new(),
        starts: Replies::default(),
        mocks: answers(example, "mocks.json"),
    };
    for child in items(&about, "children") {
        let machine = compile(example, string(child, "definition"));
        host.machines.insert(string(child, "stateMachineArn").to_owned(), machine);
        host.mocks.scripts.extend(answers(example, string(child, "mocks")).scripts);
    }
    let visited = run(example, &about, &mut host);
    for name in ["Check document", "Screen watch lists", "Score"] {
        assert!(visited.contains(name), "{name} was not visited, only {visited:?}");
    }
}
