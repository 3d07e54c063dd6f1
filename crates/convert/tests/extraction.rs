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

/// A catcher whose target others lead to as well, a rule that leads out, and a Succeed state among them.
const SHARED: &str = r#"{"StartAt": "First", "States": {
    "First": {"Type": "Pass", "Next": "Check"},
    "Check": {"Type": "Choice", "Choices": [
        {"Variable": "$.n", "NumericEquals": 1, "Next": "Split"},
        {"Variable": "$.n", "NumericEquals": 2, "Next": "Enough"},
        {"Variable": "$.n", "NumericEquals": 3, "Next": "Clean up"}
    ], "Default": "Charge"},
    "Split": {"Type": "Pass", "Parameters": {"parts.$": "States.ArrayPartition($.list, 2)"}, "Next": "Charge",
        "ResultPath": "$.split"},
    "Charge": {"Type": "Map", "ItemsPath": "$.list", "ResultPath": "$.sizes",
        "ItemProcessor": {"StartAt": "Size", "States": {"Size": {"Type": "Pass",
            "Parameters": {"size.$": "States.MathAdd($, 1)"}, "End": true}}},
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Clean up"}], "Next": "Ship"},
    "Enough": {"Type": "Succeed", "OutputPath": "$.n"},
    "Ship": {"Type": "Pass", "Result": true, "ResultPath": "$.shipped", "End": true},
    "Clean up": {"Type": "Pass", "Result": true, "ResultPath": "$.cleaned", "End": true}
}}"#;

/// The output without the numbers of events, which causes of errors name and which differ in an execution of its own.
fn told(outcome: &Outcome) -> Option<String> {
    let text = outcome.output.as_ref()?.to_text();
    let mut parts = text.split("event id #");
    let first = parts.next()?.to_owned();
    Some(parts.fold(first, |told, part| told + part.trim_start_matches(|one: char| one.is_ascii_digit())))
}

#[test]
fn ways_to_several_places_are_kept() {
    let inputs = [
        r#"{"n": 0, "list": [1, 2]}"#,
        r#"{"n": 0, "list": ["no number"]}"#,
        r#"{"n": 1, "list": [1, 2, 3]}"#,
        r#"{"n": 1, "list": "no list"}"#,
        r#"{"n": 2, "list": []}"#,
        r#"{"n": 3, "list": []}"#,
    ];
    let jsonata = convert::convert(&Document::parse(SHARED), &convert::What::Whole).patch.apply_to(SHARED).0;
    for text in [SHARED, &jsonata] {
        for input in inputs {
            // `Split` has no catcher, so both executions fail. JSONata makes a list of what is none.
            let is_failing = input.contains("no list") && text == SHARED;
            let before = run(text, None, input);
            assert_eq!(before.output.is_none(), is_failing, "{before:?}");
            for states in [
                &["Charge"][..],
                &["Check", "Split", "Charge"],
                &["Check", "Split", "Charge", "Enough"],
                &["Charge", "Ship"],
                &["Charge", "Ship", "Clean up", "Check", "Split", "Enough"],
                // Several ways lead into these.
                &["Charge", "Enough"],
                &["Split", "Charge", "Clean up"],
                &["Check", "Clean up"],
            ] {
                let document = Document::parse(text);
                let ids: Vec<_> =
                    states.iter().map(|name| document.state_named(name).unwrap().id()).collect();
                let extraction = document.plan_extraction(&ids, "Part of it").unwrap();
                let (after, inverse) = extraction.patch.apply_to(text);
                assert_eq!(inverse.apply_to(&after).0, text);
                let nested = run(&after, Some(("${PartOfItStateMachineArn}", &extraction.definition)), input);
                assert_eq!(
                    told(&nested),
                    told(&before),
                    "{states:?} {nested:?}\n{after}\n{}",
                    extraction.definition
                );
                assert_eq!(nested.status, before.status);
                for text in [&after, &extraction.definition] {
                    assert_eq!(Document::parse(text).problems(), [], "{text}");
                }
            }
        }
    }
}

#[test]
fn variables_and_loops_get_through_several_entries() {
    // Back and forth between inside and outside, until it is enough.
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"step": 2}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% $states.input + $step %}", "Next": "C"},
        "C": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input > 10 %}", "Next": "E"}], "Default": "D"},
        "D": {"Type": "Pass", "Output": "{% $states.input * $step %}", "Next": "F"},
        "F": {"Type": "Pass", "Output": "{% $states.input + 1 %}", "Next": "B"},
        "E": {"Type": "Succeed"}
    }}"#;
    for states in [&["B", "D"][..], &["B", "D", "E"], &["C", "F"], &["F", "E"]] {
        check(text, states, "1", "21");
    }
    let names = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input = 1 %}", "Next": "Say \"it\""}],
            "Default": "Other"},
        "Say \"it\"": {"Type": "Pass", "Output": "said", "End": true},
        "Other": {"Type": "Pass", "Output": "other", "End": true}
    }}"#;
    check(names, &["Say \"it\"", "Other"], "1", "\"said\"");
    check(names, &["Say \"it\"", "Other"], "2", "\"other\"");
}

#[test]
fn variables_that_are_read_are_passed_in() {
    let text = r#"{"QueryLanguage": "JSONata", "StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x": 2, "y": "{% $states.input.n %}"}, "Next": "B"},
        "B": {"Type": "Pass", "Output": "{% $x * $states.input.n + $y %}", "Next": "C"},
        "C": {"Type": "Pass", "Output": "{% $states.input + $x %}", "End": true}
    }}"#;
    check(text, &["B"], "{\"n\": 5}", "17");
    check(text, &["B", "C"], "{\"n\": 5}", "17");
    let text = r#"{"StartAt": "A", "States": {
        "A": {"Type": "Pass", "Assign": {"x.$": "$.n"}, "Next": "B"},
        "B": {"Type": "Pass", "Parameters": {"sum.$": "States.MathAdd($x, $.n)", "x.$": "$x"}, "End": true}
    }}"#;
    check(text, &["B"], "{\"n\": 5}", "{\"sum\": 10, \"x\": 5}");
}
