//! What JSONata becomes in JSONPath, and that it runs the same.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use asl::{Document, QueryLanguage, Severity};
use convert::{
    Conversion, NoteKind, ProofCase, ProofOptions, Verdict, What, convert, convert_to, prove, samples,
};
use engine::{Budget, MockHost, Options};
use json::Value;

fn machine(state: &str) -> String {
    format!(
        r#"{{"QueryLanguage": "JSONata", "StartAt": "S", "States": {{"S": {{{state}, "Next": "N"}}, "N": {{"Type": "Succeed"}}}}}}"#
    )
}

fn whole(text: &str) -> (String, Conversion) {
    let conversion = convert_to(&Document::parse(text), &What::Whole, QueryLanguage::JsonPath);
    let (after, inverse) = conversion.patch.apply_to(text);
    assert_eq!(inverse.apply_to(&after).0, text);
    (after, conversion)
}

fn errors(text: &str) -> Vec<String> {
    let problems = Document::parse(text).problems();
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    errors.map(|problem| problem.message.clone()).collect()
}

/// Checks the text of a converted state; both are given without braces and `Next`.
fn check(before: &str, after: &str) {
    let (text, conversion) = whole(&machine(before));
    assert!(conversion.is_complete(), "{before}: {:?}", conversion.notes);
    assert_eq!(text, machine(after).replace(r#""QueryLanguage": "JSONata", "#, ""));
    assert_eq!(errors(&text), Vec::<String>::new(), "{text}");
}

/// Checks what an expression becomes as a member of a payload.
fn check_expression(expression: &str, after: &str) {
    let quote = |text: &str| Value::from(text).to_text();
    check(
        &format!(r#""Type": "Pass", "Output": {{"x": {}}}"#, quote(&format!("{{% {expression} %}}"))),
        &format!(r#""Type": "Pass", "Parameters": {{"x.$": {}}}"#, quote(after)),
    );
}

/// Checks what the only condition of a Choice state becomes.
fn check_rule(condition: &str, rule: &str) {
    let text = |rule: &str| {
        format!(
            r#"{{"QueryLanguage": "JSONata", "StartAt": "C", "States": {{"C": {{"Type": "Choice", "Choices": [{{{rule}, "Next": "N"}}], "Default": "N"}}, "N": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let condition = Value::from(format!("{{% {condition} %}}")).to_text();
    let (after, conversion) = whole(&text(&format!(r#""Condition": {condition}"#)));
    assert!(conversion.is_complete(), "{condition}: {:?}", conversion.notes);
    assert_eq!(after, text(rule).replace(r#""QueryLanguage": "JSONata", "#, ""));
    assert_eq!(errors(&after), Vec::<String>::new(), "{after}");
}

/// Checks that a state stays as it is, and why.
fn check_refused(state: &str, reason: &str) {
    let text = machine(state);
    let (after, conversion) = whole(&text);
    let refused: Vec<&str> = conversion
        .notes
        .iter()
        .filter(|note| note.kind == NoteKind::NotConverted)
        .map(|note| note.message.as_str())
        .collect();
    assert!(refused.len() == 1 && refused[0].contains(reason), "{state}: {refused:?}");
    // The other state is converted, and this one says its language itself.
    assert!(after.contains(r#", "QueryLanguage": "JSONata""#), "{after}");
    assert!(!after.starts_with(r#"{"QueryLanguage""#), "{after}");
    assert_eq!(errors(&after), Vec::<String>::new(), "{after}");
}

#[test]
fn paths_literals_and_functions() {
    check_expression("$states.input.order.id", "$.order.id");
    check_expression("$states.input.items[0].`unit price`", "$.items[0]['unit price']");
    check_expression("$states.context.Execution.Id", "$$.Execution.Id");
    check_expression("$total", "$total");
    check_expression("'Order ' & $states.input.id & '!'", "States.Format('Order {}!', $.id)");
    check_expression("$states.input.n + 1", "States.MathAdd($.n, 1)");
    check_expression("$states.input.n - 1", "States.MathAdd($.n, -1)");
    check_expression("$uuid()", "States.UUID()");
    check_expression("$hash($states.input.a, 'SHA-256')", "States.Hash($.a, 'SHA-256')");
    check_expression("$parse($states.input.text)", "States.StringToJson($.text)");
    check_expression("$count($states.input.items)", "States.ArrayLength($.items)");
    check_expression("$partition($states.input.items, 4)", "States.ArrayPartition($.items, 4)");
    check_expression("$states.input.a in $states.input.list", "States.ArrayContains($.list, $.a)");
    check_expression(r#"[$states.input.a, "it's" & $b]"#, r"States.Array($.a, States.Format('it\'s{}', $b))");
    check_expression("$merge([$states.input.a, $states.input.b])", "States.JsonMerge($.a, $.b, false)");
}

#[test]
fn data_flow_of_a_task() {
    let task = r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke""#;
    let check = |before: &str, after: &str| check(&format!("{task}{before}"), &format!("{task}{after}"));
    let arguments = r#", "Arguments": {"FunctionName": "f", "Payload": {"a": "{% $states.input.a %}", "b": [1, {"c": "{% $v %}"}]}}"#;
    let parameters =
        r#", "Parameters": {"FunctionName": "f", "Payload": {"a.$": "$.a", "b": [1, {"c.$": "$v"}]}}"#;
    check(arguments, parameters);
    let with =
        |before: &str, after: &str| check(&format!("{arguments}{before}"), &format!("{parameters}{after}"));
    with(r#", "Output": "{% $states.result %}""#, "");
    with(r#", "Output": "{% $states.result.Payload %}""#, r#", "OutputPath": "$.Payload""#);
    with(r#", "Output": "{% $states.input %}""#, r#", "ResultPath": null"#);
    with(
        r#", "Output": {"id": "{% $states.result.Payload.id %}", "kind": "order"}"#,
        r#", "ResultSelector": {"id.$": "$.Payload.id", "kind": "order"}"#,
    );
    with(
        r#", "Output": "{% $merge([$states.input, {'paid': $states.result}]) %}""#,
        r#", "ResultPath": "$.paid""#,
    );
    with(
        r#", "Assign": {"id": "{% $states.result.Payload.id %}"}"#,
        r#", "Assign": {"id.$": "$.Payload.id"}"#,
    );
    with(r#", "TimeoutSeconds": "{% $states.input.limit %}""#, r#", "TimeoutSecondsPath": "$.limit""#);
    with(
        r#", "Catch": [{"ErrorEquals": ["E"], "Output": "{% $merge([$states.input, {'error': $states.errorOutput}]) %}", "Assign": {"e": "{% $states.errorOutput.Error %}"}, "Next": "N"}]"#,
        r#", "Catch": [{"ErrorEquals": ["E"], "ResultPath": "$.error", "Assign": {"e.$": "$.Error"}, "Next": "N"}]"#,
    );
}

#[test]
fn what_assign_needs_of_the_result_is_kept_for_it() {
    let (after, conversion) = whole(&machine(
        r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "Output": {"id": "{% $states.result.id %}"}, "Assign": {"all": "{% $states.result.list %}"}"#,
    ));
    assert!(conversion.is_complete(), "{:?}", conversion.notes);
    let state = json::parse(&after).unwrap();
    let state = state.get("States").unwrap().get("S").unwrap();
    assert_eq!(
        state.get("ResultSelector").unwrap().to_text(),
        r#"{"output":{"id.$":"$.id"},"result.$":"$"}"#
    );
    assert_eq!(state.get("OutputPath").unwrap().to_text(), r#""$.output""#);
    assert_eq!(state.get("Assign").unwrap().to_text(), r#"{"all.$":"$.result.list"}"#);
}

#[test]
fn other_states() {
    check(r#""Type": "Pass", "Output": {"a": 1}"#, r#""Type": "Pass", "Result": {"a": 1}"#);
    check(r#""Type": "Pass", "Output": "{% $states.input.a %}""#, r#""Type": "Pass", "OutputPath": "$.a""#);
    check(
        r#""Type": "Pass", "Output": "{% {'a': $states.input.b} %}""#,
        r#""Type": "Pass", "Parameters": {"a.$": "$.b"}"#,
    );
    check(
        r#""Type": "Pass", "Output": "{% $merge([$states.input, {'k': {'n': 1}}]) %}""#,
        r#""Type": "Pass", "ResultPath": "$.k", "Result": {"n": 1}"#,
    );
    check(r#""Type": "Wait", "Seconds": "{% $states.input.s %}""#, r#""Type": "Wait", "SecondsPath": "$.s""#);
    let map = |items: &str, selector: &str| {
        format!(
            r#""Type": "Map", {items}, {selector}, "ItemProcessor": {{"StartAt": "P", "States": {{"P": {{"Type": "Pass", "End": true}}}}}}"#
        )
    };
    check(
        &map(
            r#""Items": "{% $states.input.list %}""#,
            r#""ItemSelector": {"item": "{% $states.context.Map.Item.Value %}", "all": "{% $states.input.id %}"}"#,
        ),
        &map(
            r#""ItemsPath": "$.list""#,
            r#""ItemSelector": {"item.$": "$$.Map.Item.Value", "all.$": "$.id"}"#,
        ),
    );
}

#[test]
fn conditions_are_rules() {
    check_rule("$states.input.n > 5", r#""Variable": "$.n", "NumericGreaterThan": 5"#);
    check_rule("5 > $states.input.n", r#""Variable": "$.n", "NumericLessThan": 5"#);
    check_rule("$states.input.paid", r#""Variable": "$.paid", "BooleanEquals": true"#);
    check_rule("$v != 'x'", r#""Not": {"Variable": "$v", "StringEquals": "x"}"#);
    check_rule("$states.input.a = null", r#""Variable": "$.a", "IsNull": true"#);
    check_rule(
        "$exists($states.input.a) and $states.input.a <= 2 and $not($states.input.b)",
        r#""And": [{"Variable": "$.a", "IsPresent": true}, {"Variable": "$.a", "NumericLessThanEquals": 2}, {"Not": {"Variable": "$.b", "BooleanEquals": true}}]"#,
    );
    check_rule(
        "$states.input.kind in ['a', 'b']",
        r#""Or": [{"Variable": "$.kind", "StringEquals": "a"}, {"Variable": "$.kind", "StringEquals": "b"}]"#,
    );
    check_rule(
        "$states.input.a < $states.input.b",
        r#""Or": [{"Variable": "$.a", "NumericLessThanPath": "$.b"}, {"Variable": "$.a", "StringLessThanPath": "$.b"}]"#,
    );
    check_rule("$contains($states.input.t, 'a*')", r#""Variable": "$.t", "StringMatches": "*a\\**""#);
    check_rule("$type($states.input.t) = 'string'", r#""Variable": "$.t", "IsString": true"#);
    check_rule(
        "$toMillis($states.input.t) > $toMillis('2026-01-01T00:00:00Z')",
        r#""Variable": "$.t", "TimestampGreaterThan": "2026-01-01T00:00:00Z""#,
    );
}

#[test]
fn what_jsonpath_can_not_say_is_listed() {
    check_refused(
        r#""Type": "Pass", "Output": {"a": "{% $states.input.n * 2 %}"}"#,
        "can't calculate with *",
    );
    check_refused(
        r#""Type": "Pass", "Output": {"a": "{% $uppercase($states.input.n) %}"}"#,
        "no function for $uppercase",
    );
    check_refused(
        r#""Type": "Pass", "Output": {"a": "{% $states.input.n ? 1 : 2 %}"}"#,
        "a Choice state has to decide",
    );
    check_refused(
        r#""Type": "Pass", "Output": {"a": "{% [$states.input.rows.name] %}"}"#,
        "would make a list of one item",
    );
    check_refused(r#""Type": "Wait", "Seconds": 1, "Output": {"a": "{% $v %}"}"#, "a Pass state can");
    check_refused(
        r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"}, "Output": {"a": "{% $states.input.a %}", "b": "{% $states.result %}"}"#,
        "can't read the state's input",
    );
}

#[test]
fn the_examples_run_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/examples");
    let (mut states, mut converted, mut runs) = (0, 0, 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path().join("workflow.asl.json");
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        let before = Document::parse(&text);
        states += before.states().filter(|state| state.language() == QueryLanguage::Jsonata).count();
        let conversion = convert_to(&before, &What::Whole, QueryLanguage::JsonPath);
        converted += conversion.converted.len();
        let (after_text, inverse) = conversion.patch.apply_to(&text);
        assert_eq!(inverse.apply_to(&after_text).0, text);
        let known = errors(&text);
        let new: Vec<String> =
            errors(&after_text).into_iter().filter(|error| !known.contains(error)).collect();
        assert!(new.is_empty(), "{}: {new:?}\n{after_text}", path.display());
        let after = Document::parse(&after_text);
        let input = std::fs::read_to_string(path.with_file_name("input.json")).unwrap();
        let mocks = std::fs::read_to_string(path.with_file_name("mocks.json")).unwrap();
        let mut host = MockHost::from_json(&json::parse(&mocks).unwrap()).unwrap();
        host.unmocked = engine::Unmocked::Succeed;
        let own = ProofCase {
            name: "its own input".to_owned(),
            input: json::parse_keeping_text(&input).unwrap(),
            host,
            options: Options::default(),
        };
        let mut cases = samples(&after);
        cases.push(own);
        let options = ProofOptions { budget: Budget { steps: 60_000 } };
        for case in prove(&before, &after, &cases, options).cases {
            runs += 1;
            if let Verdict::Different(difference) = &case.verdict {
                let is_explained = conversion.notes.iter().any(|note| {
                    note.kind != NoteKind::NotConverted
                        && difference.state.as_ref().is_none_or(|state| note.state_name == *state)
                });
                assert!(is_explained, "{} {}: {difference:?}\n{after_text}", path.display(), case.name);
                assert_ne!(case.name, "its own input", "{}: {difference:?}\n{after_text}", path.display());
            }
        }
    }
    println!("{converted} of {states} states converted, {runs} runs");
    assert!(converted * 2 > states, "{converted} of {states}");
}

/// Definitions of others, where they are beside the project: nothing gets broken, and both versions run the same.
#[test]
fn the_corpus_is_converted_and_runs_the_same() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let (mut states, mut converted, mut runs) = (0, 0, 0);
    for entry in entries {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let before = Document::parse(&text);
        let count = before.states().filter(|state| state.language() == QueryLanguage::Jsonata).count();
        if count == 0 {
            continue;
        }
        states += count;
        let conversion = convert_to(&before, &What::Whole, QueryLanguage::JsonPath);
        converted += conversion.converted.len();
        let (after_text, inverse) = conversion.patch.apply_to(&text);
        assert_eq!(inverse.apply_to(&after_text).0, text);
        let known = errors(&text);
        let new: Vec<String> =
            errors(&after_text).into_iter().filter(|error| !known.contains(error)).collect();
        assert!(new.is_empty(), "{}: {new:?}\n{after_text}", path.display());
        let after = Document::parse(&after_text);
        let options = ProofOptions { budget: Budget { steps: 60_000 } };
        for case in prove(&before, &after, &samples(&after), options).cases {
            runs += 1;
            if let Verdict::Different(difference) = &case.verdict {
                let is_explained = conversion.notes.iter().any(|note| {
                    note.kind != NoteKind::NotConverted
                        && difference.state.as_ref().is_none_or(|state| note.state_name == *state)
                });
                assert!(is_explained, "{} {}: {difference:?}\n{after_text}", path.display(), case.name);
            }
        }
    }
    println!("{converted} of {states} states converted, {runs} runs");
}

#[test]
fn what_became_jsonata_becomes_jsonpath_again() {
    let text = r#"{"StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f", "Payload": {"id.$": "$.order.id", "text.$": "States.Format('Order {}', $.order.id)"}}, "ResultPath": "$.answer", "Next": "C"}, "C": {"Type": "Choice", "Choices": [{"Variable": "$.answer.ok", "BooleanEquals": true, "Next": "N"}], "Default": "N"}, "N": {"Type": "Succeed"}}}"#;
    let there = convert(&Document::parse(text), &What::Whole);
    assert!(there.is_complete());
    let (jsonata, _) = there.patch.apply_to(text);
    let (back, conversion) = whole(&jsonata);
    assert!(conversion.is_complete(), "{jsonata} {:?}", conversion.notes);
    assert_eq!(back, text, "{jsonata}");
}
