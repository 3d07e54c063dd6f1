//! The gallery of examples, `assets/examples`: each definition is without problems, and runs on its input and its task
//! answers to the end that its `about.json` states, through the states that it names.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use asl::{CheckOptions, Document, WorkflowType};
use engine::{
    Budget, Execution, ExecutionType, Instant, Machine, MockHost, Options, Progress, TaskHost, VirtualS3,
    run_to_end,
};
use json::{Str, Value};

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

fn workflow_type(about: &Value) -> WorkflowType {
    match string(about, "type") {
        "STANDARD" => WorkflowType::Standard,
        "EXPRESS" => WorkflowType::Express,
        other => panic!("unknown type {other}"),
    }
}

/// Compiles a definition that has to be without problems, and that no advice is to be given about.
fn compile(example: &str, file: &str, about: &Value) -> Arc<Machine> {
    let document = Document::parse(&text(example, file));
    let check = CheckOptions {
        workflow_type: workflow_type(about),
        strict: true,
        advice: true,
        ..CheckOptions::default()
    };
    let problems: Vec<String> = document
        .problems_with(&check)
        .iter()
        .map(|problem| format!("{}: {}", problem.location, problem.message))
        .collect();
    assert!(problems.is_empty(), "{example}/{file}:\n{}", problems.join("\n"));
    let machine =
        Machine::compile(&document).unwrap_or_else(|problems| panic!("{example}/{file}: {problems:?}"));
    assert!(machine.problems.is_empty(), "{example}/{file}: {:?}", machine.problems);
    machine.into()
}

fn objects(example: &str, about: &Value, start: Instant) -> VirtualS3 {
    let mut s3 = VirtualS3::default();
    let has_objects = gallery().join(example).join("s3.json").exists();
    assert_eq!(
        about.get("s3").and_then(Value::as_bool).unwrap_or(false),
        has_objects,
        "{example}/about.json"
    );
    if has_objects {
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
    options.execution_type = match workflow_type(about) {
        WorkflowType::Standard => ExecutionType::Standard,
        WorkflowType::Express => ExecutionType::Express,
    };
    options.s3 = objects(example, about, options.start_time);
    options
}

fn answers(example: &str, file: &str) -> MockHost {
    MockHost::from_json(&value(example, file)).unwrap_or_else(|error| panic!("{example}/{file}: {error}"))
}

/// Runs an example to the end that it states; the names of the states that were entered.
fn run(example: &str, about: &Value, host: &mut impl TaskHost) -> BTreeSet<String> {
    let machine = compile(example, "workflow.asl.json", about);
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

#[test]
fn nested_workflows_end_the_same_when_the_inner_workflow_is_run() {
    let example = "nested-workflows";
    let about = value(example, "about.json");
    let mut host = answers(example, "mocks.json");
    for child in items(&about, "children") {
        let machine = compile(example, string(child, "definition"), &about);
        host.machines.insert(Str::from(string(child, "stateMachineArn")), machine);
        let child = answers(example, string(child, "mocks"));
        Arc::make_mut(&mut host.scripts).extend(Arc::unwrap_or_clone(child.scripts));
    }
    Arc::make_mut(&mut host.scripts).remove("Check identity");
    let visited = run(example, &about, &mut host);
    for name in ["Check document", "Screen watch lists", "Score"] {
        assert!(visited.contains(name), "{name} was not visited, only {visited:?}");
    }
}
