//! The ready blocks, `assets/blocks.json`: each can be put into an empty workflow and into a chain, is then without
//! errors, and runs on the example that stands beside it.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use asl::edit::{Edit, Place};
use asl::{CheckOptions, Document, QueryLanguage, ScopeId, TransitionKind, WorkflowType};
use catalogue::{Block, Blocks};
use engine::{Budget, Execution, Machine, MockHost, Options, Progress, VirtualS3, run_to_end};
use json::Value;

const LANGUAGES: [QueryLanguage; 2] = [QueryLanguage::JsonPath, QueryLanguage::Jsonata];

fn text() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/blocks.json")).unwrap()
}

fn empty(language: QueryLanguage) -> Document {
    let name = language.name();
    Document::parse(&format!(
        "{{\n  \"QueryLanguage\": \"{name}\",\n  \"StartAt\": \"\",\n  \"States\": {{}}\n}}\n"
    ))
}

fn chain(language: QueryLanguage) -> Document {
    let name = language.name();
    Document::parse(&format!(
        "{{\n  \"QueryLanguage\": \"{name}\",\n  \"StartAt\": \"First\",\n  \"States\": {{\n    \"First\": {{\n      \"Type\": \"Pass\",\n      \"Next\": \"Last\"\n    }},\n    \"Last\": {{\n      \"Type\": \"Succeed\"\n    }}\n  }}\n}}\n"
    ))
}

fn pasted(mut document: Document, place: Place, block: &Block, language: QueryLanguage) -> Document {
    let edit = Edit::Paste { place, text: block.definition(language) };
    let patch = document.plan(&edit).unwrap_or_else(|error| panic!("{} in {language:?}: {error}", block.id));
    document.apply(&patch);
    let options = CheckOptions {
        workflow_type: WorkflowType::Standard,
        strict: true,
        advice: true,
        ..CheckOptions::default()
    };
    let problems: Vec<String> = document
        .problems_with(&options)
        .iter()
        .map(|problem| format!("{}: {}", problem.location, problem.message))
        .collect();
    assert!(
        problems.is_empty(),
        "{} in {language:?}:\n{}\n{}",
        block.id,
        problems.join("\n"),
        document.text()
    );
    document
}

/// Runs a definition on a block's example; the names of the states that were entered.
fn run(document: &Document, example: &Value, what: &str) -> BTreeSet<String> {
    let machine = Machine::compile(document).unwrap_or_else(|problems| panic!("{what}: {problems:?}"));
    let host = example.get("mocks").cloned().unwrap_or_default();
    let mut host = MockHost::from_json(&host).unwrap_or_else(|error| panic!("{what}: {error}"));
    let mut options = Options { s3: VirtualS3::default(), ..Options::default() };
    for (bucket, keys) in
        example.get("objects").and_then(Value::as_object).into_iter().flat_map(|all| all.iter())
    {
        options.s3.add_bucket(bucket.clone());
        for (key, body) in keys.as_object().unwrap().iter() {
            options.s3.put(
                bucket.clone(),
                key.clone(),
                body.as_str().unwrap().as_bytes(),
                options.start_time,
            );
        }
    }
    let input = example.get("input").cloned().unwrap();
    let mut execution = Execution::start(machine.into(), input, options);
    match run_to_end(&mut execution, &mut host, Budget { steps: 20_000 }) {
        Progress::Done(outcome) => {
            let (error, cause) = (outcome.error.clone(), outcome.cause.clone());
            assert_eq!(outcome.status.name(), "SUCCEEDED", "{what}: {error:?} {cause:?}");
        }
        other => panic!("{what} did not end: {other:?}"),
    }
    execution
        .runs()
        .flat_map(|run| run.history.iter())
        .filter(|event| event.event_type.name().ends_with("StateEntered"))
        .filter_map(|event| event.details.name().map(|name| name.to_string()))
        .collect()
}

fn check_everywhere(place_of: impl Fn(QueryLanguage) -> (Document, Place)) {
    let text = text();
    let examples = json::parse(&text).unwrap();
    let blocks = Blocks::parse(&text).blocks;
    assert_eq!(blocks.len(), examples.as_array().unwrap().len());
    for (block, example) in blocks.iter().zip(examples.as_array().unwrap()) {
        let example = example.get("example").unwrap();
        for language in LANGUAGES {
            let (document, place) = place_of(language);
            let document = pasted(document, place, block, language);
            let entered = run(&document, example, &format!("{} in {language:?}", block.id));
            for state in example.get("visits").and_then(Value::as_array).unwrap() {
                let state = state.as_str().unwrap();
                assert!(entered.contains(state), "{} in {language:?}: {state} of {entered:?}", block.id);
            }
        }
    }
}

#[test]
fn they_make_a_workflow() {
    check_everywhere(|language| (empty(language), Place::Start(ScopeId(0))));
}

#[test]
fn they_go_between_two_states() {
    check_everywhere(|language| {
        let document = chain(language);
        let from = document.state_named("First").unwrap().id();
        (document, Place::On { from, way: TransitionKind::Next })
    });
}

#[test]
fn they_can_be_found() {
    let blocks = Blocks::parse(&text()).blocks;
    for (query, id) in [
        ("csv", "csv-from-s3"),
        ("approval human", "human-approval"),
        ("poll", "poll-until-done"),
        ("compensation", "saga-step"),
        ("rate limit", "http-call"),
        ("fan-out", "fan-out-gather"),
    ] {
        assert!(blocks.iter().any(|block| block.id == id && block.fits(query)), "{query}");
    }
    assert!(blocks.iter().all(|block| !block.fits("zzz")));
}
