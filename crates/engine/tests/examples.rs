//! The gallery of examples, `assets/examples`: each definition is without problems, and runs on its input and its task
//! answers to the end that its `about.json` states, through the states that it names. `UPDATE_EXPECT=1` writes both.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use asl::{CheckOptions, Document, WorkflowType};
use engine::{
    Budget, Execution, ExecutionType, Instant, Machine, MockHost, Options, Outcome, Progress, TaskHost,
    VirtualS3, run_to_end,
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

/// Compiles a definition that has to be without problems, and that no advice is to be given about but what the
/// example is about (`advice`).
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
        .filter(|problem| !items(about, "advice").iter().any(|code| code.as_str() == Some(problem.code)))
        .map(|problem| format!("{}: {}", problem.location, problem.message))
        .collect();
    assert!(problems.is_empty(), "{example}/{file}:\n{}", problems.join("\n"));
    let machine =
        Machine::compile(&document).unwrap_or_else(|problems| panic!("{example}/{file}: {problems:?}"));
    assert!(machine.problems.is_empty(), "{example}/{file}: {:?}", machine.problems);
    machine.into()
}

fn objects(example: &str, about: &Value, start: Instant) -> VirtualS3 {
    let has_objects = gallery().join(example).join("s3.json").exists();
    assert_eq!(
        about.get("s3").and_then(Value::as_bool).unwrap_or(false),
        has_objects,
        "{example}/about.json"
    );
    if !has_objects {
        return VirtualS3::default();
    }
    VirtualS3::from_json(&value(example, "s3.json"), start)
        .unwrap_or_else(|error| panic!("{example}: {error}"))
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
fn run(example: &str, about: &Value, host: &mut impl TaskHost) -> Vec<Value> {
    let machine = compile(example, "workflow.asl.json", about);
    let mut execution = Execution::start(machine, value(example, "input.json"), options(example, about));
    let outcome = match run_to_end(&mut execution, host, Budget { steps: 100_000 }) {
        Progress::Done(outcome) => outcome,
        other => panic!("{example}: the run did not end: {other:?}"),
    };
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        update(example, about, &outcome, &execution);
        return entered(&execution);
    }

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
fn entered(execution: &Execution) -> Vec<Value> {
    execution
        .runs()
        .flat_map(|run| run.history.iter())
        .filter(|event| event.event_type.name().ends_with("StateEntered"))
        .filter_map(|event| event.details.name().map(|name| Value::from(name.to_string())))
        .collect()
}

/// The states of a run in the order in which they were entered first.
fn in_order_of_entry(execution: &Execution) -> Vec<Value> {
    let mut names: Vec<Value> = Vec::new();
    for name in entered(execution) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Writes into `about.json` how the example ended.
fn update(example: &str, about: &Value, outcome: &Outcome, execution: &Execution) {
    let mut expected = vec![("status", Value::from(outcome.status.name()))];
    if let Some(output) = &outcome.output {
        expected.push(("output", output.clone()));
    } else {
        for (name, text) in [("error", &outcome.error), ("cause", &outcome.cause)] {
            expected.push((name, Value::from(text.as_deref().unwrap_or_default())));
        }
    }
    let mut updated = about.as_object().expect("an object").clone();
    updated.insert("expected", Value::from_members(expected));
    updated.insert("visited", Value::array(in_order_of_entry(execution)));
    let text = format!("{}\n", Value::object(updated).to_pretty());
    fs::write(gallery().join(example).join("about.json"), text).expect("about.json is written");
}

fn check(example: &str) {
    let about = value(example, "about.json");
    let visited = run(example, &about, &mut answers(example, "mocks.json"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    for name in items(&about, "visited") {
        assert!(visited.contains(name), "{example}: {} was not visited, only {visited:?}", name.to_text());
    }
    let language = value(example, "workflow.asl.json");
    let language = language.get("QueryLanguage").and_then(Value::as_str).unwrap_or("JSONPath");
    assert_eq!(language, string(&about, "queryLanguage"), "{example}");
}

/// The names of the folders.
fn examples() -> Vec<String> {
    let entries = fs::read_dir(gallery()).expect("the gallery").flatten();
    let folders = entries.filter(|entry| entry.path().is_dir());
    let mut names: Vec<String> =
        folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// Runs a check on each example, and fails once with all that went wrong.
fn check_each(check: impl Fn(&str)) {
    let failed: Vec<String> = examples()
        .into_iter()
        .filter(|example| catch_unwind(AssertUnwindSafe(|| check(example))).is_err())
        .collect();
    assert!(failed.is_empty(), "see above for what is wrong with {failed:?}");
}

#[test]
fn every_example_runs_to_its_stated_end() {
    assert!(examples().len() >= 42, "{:?}", examples());
    check_each(check);
}

#[test]
fn each_example_ends_the_same_when_the_workflows_that_it_starts_are_run() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return;
    }
    let mut names = Vec::new();
    for example in examples() {
        let about = value(&example, "about.json");
        let children = items(&about, "children");
        if children.is_empty() {
            continue;
        }
        let mut host = answers(&example, "mocks.json");
        for child in children {
            let machine = compile(&example, string(child, "definition"), child);
            host.machines.insert(Str::from(string(child, "stateMachineArn")), machine);
            let scripts = answers(&example, string(child, "mocks")).scripts;
            Arc::make_mut(&mut host.scripts).extend(Arc::unwrap_or_clone(scripts));
            for state in items(child, "startedBy") {
                Arc::make_mut(&mut host.scripts).remove(state.as_str().expect("a name"));
            }
        }
        let visited = run(&example, &about, &mut host);
        for state in children.iter().flat_map(|child| items(child, "visited")) {
            assert!(visited.contains(state), "{example}: {} was not visited", state.to_text());
        }
        names.push(example);
    }
    assert!(names.contains(&"nested-workflows".to_owned()), "{names:?}");
}
