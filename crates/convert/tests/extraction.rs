//! Workflows whose states were extracted do the same.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use asl::Document;
use engine::mock::run_to_end;
use engine::{Budget, Execution, Machine, MockHost, Options, Outcome};
use json::{Str, Value};

fn run(definition: &str, nested: Option<(&str, &str)>, input: &str) -> Outcome {
    let compile = |text: &str| Arc::new(Machine::compile(&Document::parse(text)).unwrap());
    let mut host = MockHost::default();
    if let Some((arn, definition)) = nested {
        host.machines.insert(Str::from(arn), compile(definition));
    }
    let mut execution =
        Execution::start(compile(definition), json::parse(input).unwrap(), Options::default());
    run_to_end(&mut execution, &mut host, Budget::default());
    execution.outcome().unwrap().clone()
}

fn check(text: &str, states: &[&str], input: &str, output: &str) {
    let document = Document::parse(text);
    let states: Vec<_> = states.iter().map(|name| document.state_named(name).unwrap().id()).collect();
    let extraction = document.plan_extraction(&states, "Part of it").unwrap();
    let (after, _) = extraction.patch.apply_to(text);
    let before = run(text, None, input);
    let nested = run(&after, Some(("${PartOfItStateMachineArn}", &extraction.definition)), input);
    assert_eq!(before.output, Some(json::parse(output).unwrap()), "{before:?}");
    assert_eq!(nested.output, before.output, "{nested:?}\n{after}\n{}", extraction.definition);
    assert_eq!(nested.status, before.status);
    for text in [&after, &extraction.definition] {
        assert_eq!(Document::parse(text).problems(), [], "{text}");
    }
}

const SUM: &str = r#"{"StartAt": "A", "States": {
    "A": {"Type": "Pass", "Next": "B"},
    "B": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 5, "Next": "Big"}], "Default": "Small"},
    "Big": {"Type": "Pass", "Result": "big", "ResultPath": "$.size", "Next": "M"},
    "Small": {"Type": "Pass", "Result": "small", "ResultPath": "$.size", "Next": "M"},
    "M": {"Type": "Map", "ItemsPath": "$.list", "ResultPath": "$.twice", "Next": "Z", "ItemProcessor": {
        "StartAt": "I", "States": {"I": {"Type": "Pass", "Parameters": {"v.$": "States.MathAdd($, $)"}, "End": true}}}},
    "Z": {"Type": "Pass", "OutputPath": "$", "End": true}
}}"#;

#[test]
fn the_data_flows_as_before() {
    let input = r#"{"n": 7, "list": [1, 2]}"#;
    let output = r#"{"n": 7, "list": [1, 2], "size": "big", "twice": [{"v": 2}, {"v": 4}]}"#;
    check(SUM, &["B", "Big", "Small"], input, output);
    check(SUM, &["B", "Big", "Small", "M"], input, output);
    check(SUM, &["M", "Z"], input, output);
    check(SUM, &["A", "B", "Big", "Small", "M", "Z"], input, output);
    let document = Document::parse(SUM);
    let conversion = convert::convert(&document, &convert::What::Whole);
    let jsonata = conversion.patch.apply_to(SUM).0;
    check(&jsonata, &["B", "Big", "Small"], input, output);
    check(&jsonata, &["M"], input, output);
}

#[test]
fn inputs_of_any_type_get_through() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"}, "B": {"Type": "Pass", "End": true}}}"#;
    for value in ["[1, [2]]", "\"text\"", "{}", "{\"Input\": 1}"] {
        check(text, &["B"], value, value);
    }
    assert_eq!(run(text, None, "5").output, Some(Value::int(5)));
}
