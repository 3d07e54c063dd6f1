//! What fields, paths, functions and rules become.

#![allow(clippy::unwrap_used)]

use asl::Document;
use convert::{Conversion, NoteKind, ProofCase, ProofOptions, Verdict, What, convert, prove};
use engine::{MockHost, Options};
use json::Value;

fn machine(state: &str) -> String {
    format!(r#"{{"StartAt": "S", "States": {{"S": {{{state}, "Next": "N"}}, "N": {{"Type": "Succeed"}}}}}}"#)
}

fn whole(text: &str) -> (String, Conversion) {
    let conversion = convert(&Document::parse(text), &What::Whole);
    let (after, inverse) = conversion.patch.apply_to(text);
    assert_eq!(inverse.apply_to(&after).0, text);
    (after, conversion)
}

/// Checks the text of a converted state; both are given without braces and `Next`.
fn check(before: &str, after: &str) {
    let (text, conversion) = whole(&machine(before));
    assert!(conversion.is_complete(), "{before}: {:?}", conversion.notes);
    let expected =
        machine(after).replace(r#""StartAt": "S","#, r#""StartAt": "S", "QueryLanguage": "JSONata","#);
    assert_eq!(text, expected);
    assert_eq!(Document::parse(&text).problems(), [], "{text}");
}

/// Checks what a member `x.$` of a payload becomes.
fn check_expression(expression: &str, after: &str) {
    let quoted = Value::from(expression).to_text();
    let expected = Value::from(format!("{{% {after} %}}")).to_text();
    check(
        &format!(r#""Type": "Pass", "Parameters": {{"x.$": {quoted}}}"#),
        &format!(r#""Type": "Pass", "Output": {{"x": {expected}}}"#),
    );
}

/// Checks what the only rule of a Choice state becomes.
fn check_rule(rule: &str, condition: &str) {
    let text = |rule: &str| {
        format!(
            r#"{{"StartAt": "C", "States": {{"C": {{"Type": "Choice", "Choices": [{{{rule}, "Next": "N"}}], "Default": "N"}}, "N": {{"Type": "Succeed"}}}}}}"#
        )
    };
    let (after, conversion) = whole(&text(rule));
    assert!(conversion.is_complete(), "{rule}: {:?}", conversion.notes);
    let condition = Value::from(format!("{{% {condition} %}}")).to_text();
    let expected = text(&format!(r#""Condition": {condition}"#))
        .replace(r#""StartAt": "C","#, r#""StartAt": "C", "QueryLanguage": "JSONata","#);
    assert_eq!(after, expected);
    assert_eq!(Document::parse(&after).problems(), [], "{after}");
}

#[test]
fn data_flow_of_a_task() {
    let task = r#""Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:f""#;
    let check = |before: &str, after: &str| check(&format!("{task}{before}"), &format!("{task}{after}"));
    check("", "");
    check(
        r#", "Parameters": {"FunctionName": "f", "Payload": {"a.$": "$.a", "b": [1, {"c.$": "$$.Execution.Id"}]}}"#,
        r#", "Arguments": {"FunctionName": "f", "Payload": {"a": "{% $states.input.a %}", "b": [1, {"c": "{% $states.context.Execution.Id %}"}]}}"#,
    );
    check(
        r#", "InputPath": "$.order", "Parameters": {"id.$": "$.id"}"#,
        r#", "Arguments": {"id": "{% $states.input.order.id %}"}"#,
    );
    check(r#", "InputPath": "$.order""#, r#", "Arguments": "{% $states.input.order %}""#);
    check(r#", "InputPath": null"#, r#", "Arguments": {}"#);
    check(r#", "ResultPath": null"#, r#", "Output": "{% $states.input %}""#);
    check(r#", "ResultPath": "$""#, "");
    check(
        r#", "ResultPath": "$.a.b""#,
        r#", "Output": "{% $merge([$states.input, {'a': $merge([$states.input.a, {'b': $states.result}])}]) %}""#,
    );
    check(r#", "OutputPath": "$.Payload""#, r#", "Output": "{% $states.result.Payload %}""#);
    check(r#", "ResultPath": "$.r", "OutputPath": "$.r.x""#, r#", "Output": "{% $states.result.x %}""#);
    check(r#", "ResultPath": "$.r", "OutputPath": "$.other""#, r#", "Output": "{% $states.input.other %}""#);
    check(r#", "ResultPath": "$.r", "OutputPath": null"#, r#", "Output": {}"#);
    check(
        r#", "ResultSelector": {"n.$": "$.Payload.n", "k": 1}"#,
        r#", "Output": {"n": "{% $states.result.Payload.n %}", "k": 1}"#,
    );
    check(
        r#", "ResultSelector": {"n.$": "$.Payload.n", "k": 1}, "ResultPath": "$.r""#,
        r#", "Output": "{% $merge([$states.input, {'r': {'n': $states.result.Payload.n, 'k': 1}}]) %}""#,
    );
    check(
        r#", "ResultSelector": {"n.$": "$.Payload.n"}, "OutputPath": "$.n", "Assign": {"v.$": "$.n", "w.$": "$$.State.Name"}"#,
        r#", "Output": "{% $states.result.Payload.n %}", "Assign": {"v": "{% $states.result.Payload.n %}", "w": "{% $states.context.State.Name %}"}"#,
    );
    check(
        r#", "TimeoutSecondsPath": "$.t", "HeartbeatSecondsPath": "$$.Execution.Input.h", "Credentials": {"RoleArn.$": "$.role"}"#,
        r#", "TimeoutSeconds": "{% $states.input.t %}", "HeartbeatSeconds": "{% $states.context.Execution.Input.h %}", "Credentials": {"RoleArn": "{% $states.input.role %}"}"#,
    );
    check(
        r#", "Catch": [{"ErrorEquals": ["A"], "Next": "N", "ResultPath": "$.e"}, {"ErrorEquals": ["B"], "Next": "N", "ResultPath": null}, {"ErrorEquals": ["C"], "ResultPath": "$", "Next": "N", "Assign": {"c.$": "$.Cause"}}]"#,
        r#", "Catch": [{"ErrorEquals": ["A"], "Next": "N", "Output": "{% $merge([$states.input, {'e': $states.errorOutput}]) %}"}, {"ErrorEquals": ["B"], "Next": "N", "Output": "{% $states.input %}"}, {"ErrorEquals": ["C"], "Next": "N", "Assign": {"c": "{% $states.errorOutput.Cause %}"}}]"#,
    );
}

#[test]
fn data_flow_of_other_states() {
    check(r#""Type": "Pass", "Result": {"a.$": "$.b"}"#, r#""Type": "Pass", "Output": {"a.$": "$.b"}"#);
    check(
        r#""Type": "Pass", "Result": "{% 1 %}", "ResultPath": "$.x""#,
        r#""Type": "Pass", "Output": "{% $merge([$states.input, {'x': '{% 1 %}'}]) %}""#,
    );
    check(r#""Type": "Pass", "Result": ["{% 1 %}"]"#, r#""Type": "Pass", "Output": ["{% '{% 1 %}' %}"]"#);
    check(r#""Type": "Pass", "InputPath": "$.a""#, r#""Type": "Pass", "Output": "{% $states.input.a %}""#);
    check(r#""Type": "Wait", "SecondsPath": "$.s""#, r#""Type": "Wait", "Seconds": "{% $states.input.s %}""#);
    check(
        r#""Type": "Wait", "InputPath": "$.a", "TimestampPath": "$.t", "OutputPath": "$.b""#,
        r#""Type": "Wait", "Output": "{% $states.input.a.b %}", "Timestamp": "{% $states.input.a.t %}""#,
    );
    let body = r#""ItemProcessor": {"StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}"#;
    check(
        &format!(
            r#""Type": "Map", {body}, "ItemsPath": "$.l", "Parameters": {{"v.$": "$$.Map.Item.Value", "a.$": "$.a"}}, "MaxConcurrencyPath": "$.m""#
        ),
        &format!(
            r#""Type": "Map", {body}, "Items": "{{% $states.input.l %}}", "ItemSelector": {{"v": "{{% $states.context.Map.Item.Value %}}", "a": "{{% $states.input.a %}}"}}, "MaxConcurrency": "{{% $states.input.m %}}""#
        ),
    );
    let body = r#""ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, "StartAt": "I", "States": {"I": {"Type": "Pass", "End": true}}}"#;
    check(
        &format!(
            r#""Type": "Map", {body}, "ItemReader": {{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {{"InputType": "JSON", "MaxItemsPath": "$.m"}}, "Parameters": {{"Bucket.$": "$.b", "Key": "k"}}}}, "ItemBatcher": {{"MaxItemsPerBatchPath": "$.n", "BatchInput": {{"x.$": "$.x"}}}}, "ResultWriter": {{"Resource": "arn:aws:states:::s3:putObject", "Parameters": {{"Bucket.$": "$.b"}}}}"#
        ),
        &format!(
            r#""Type": "Map", {body}, "ItemReader": {{"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {{"InputType": "JSON", "MaxItems": "{{% $states.input.m %}}"}}, "Arguments": {{"Bucket": "{{% $states.input.b %}}", "Key": "k"}}}}, "ItemBatcher": {{"MaxItemsPerBatch": "{{% $states.input.n %}}", "BatchInput": {{"x": "{{% $states.input.x %}}"}}}}, "ResultWriter": {{"Resource": "arn:aws:states:::s3:putObject", "Arguments": {{"Bucket": "{{% $states.input.b %}}"}}}}"#
        ),
    );
    let text = r#"{"StartAt": "F", "States": {"F": {"Type": "Fail", "ErrorPath": "$.e", "CausePath": "States.Format('{}!', $.c)"}}}"#;
    assert_eq!(
        whole(text).0,
        r#"{"StartAt": "F", "QueryLanguage": "JSONata", "States": {"F": {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% $states.input.c & '!' %}"}}}"#
    );
}

#[test]
fn paths() {
    check_expression("$", "$states.input");
    check_expression("$$", "$states.context");
    check_expression("$v.a[1]", "$v.a[1]");
    check_expression("$.a['b c'].and", "$states.input.a.`b c`.`and`");
    check_expression("$.a[-1]", "$states.input.a[-1]");
    check_expression("$['a`b'].c", "$lookup($states.input, 'a`b').c");
    check_expression("$.a[*].b", "[$states.input.a.b]");
    check_expression("$.a[*]", "[$states.input.a]");
    check_expression("$[*][*]", "[$states.input.*]");
    check_expression("$..b", "[$states.input.**.b]");
    check_expression("$.a[1:3]", "[$states.input.a[[1..2]]]");
    check_expression("$.a[-2:]", "[$states.input.a[[-2..-1]]]");
    check_expression("$.a[:2].b", "[$states.input.a[[0..1]].b]");
    check_expression(
        "$.a[1:]",
        "[$filter($states.input.a, function($item, $index, $array) { $index >= 1 })]",
    );
    check_expression("$.a[0,2]", "[$states.input.a[[0, 2]]]");
    check_expression("$.a[2,0]", "[$states.input.a[2], $states.input.a[0]]");
    check_expression("$.a[?(@.b == 'x' && @.c > 1)].d", "[$states.input.a[b = 'x' and c > 1].d]");
    check_expression("$.a[?(@.b != null || !@.c)]", "[$states.input.a[$not(b = null) or $not($exists(c))]]");
    check_expression("$.a[?(@.b in ['x', 'y'])]", "[$states.input.a[b in ['x', 'y']]]");
    check_expression("$.a[?(@.id == $.id)]", "[$states.input.a[id = $states.input.id]]");
    check_expression(
        "$['a', 'b']",
        "$merge([$sift($states.input, function($value, $name) { $name in ['a', 'b'] })])",
    );
}

#[test]
fn intrinsic_functions() {
    let check = check_expression;
    check("States.Format('{} of {}', $.a, 3)", "$states.input.a & ' of ' & 3");
    check("States.Format('{}', $.a)", "$string($states.input.a)");
    check(r"States.Format('it\'s \{\}')", r#""it's {}""#);
    check("States.StringToJson($.a)", "$parse($states.input.a)");
    check("States.JsonToString($.a)", "$string($states.input.a)");
    check("States.ArrayPartition($.a, 2)", "$partition($states.input.a, 2)");
    check("States.ArrayContains($.a, 'x')", "'x' in $states.input.a");
    check("States.ArrayRange(1, 9, 2)", "$range(1, 9, 2)");
    check("States.ArrayGetItem($.a, 1)", "$states.input.a[1]");
    check("States.ArrayGetItem($.a, $.i)", "$states.input.a[$states.input.i]");
    check("States.ArrayLength($.a)", "$count($states.input.a)");
    check("States.ArrayUnique($.a)", "$distinct($states.input.a)");
    check("States.Base64Encode($.a)", "$base64encode($states.input.a)");
    check("States.Base64Decode($.a)", "$base64decode($states.input.a)");
    check("States.Hash($.a, 'SHA-256')", "$hash($states.input.a, 'SHA-256')");
    check("States.JsonMerge($.a, $.b, false)", "$merge([$states.input.a, $states.input.b])");
    check("States.MathRandom(1, 9)", "1 + $floor($random() * (9 - 1))");
    check("States.MathAdd($.a, -1)", "$states.input.a + -1");
    check("States.StringSplit($.a, ',')", "[$split($states.input.a, ',')[$ != '']]");
    check("States.StringSplit($.a, ',;')", "[$split($states.input.a, /[,;]/)[$ != '']]");
    check("States.UUID()", "$uuid()");
    check(
        "States.ArrayLength(States.Array($.a, 'b'))",
        "$count([($type($states.input.a) = 'array' ? [[$states.input.a]] : $states.input.a), 'b'])",
    );
    // At the top, an array is an array of the payload.
    crate::check(
        r#""Type": "Pass", "Parameters": {"x.$": "States.Array($.a, States.Array(1))"}"#,
        r#""Type": "Pass", "Output": {"x": ["{% $states.input.a %}", [1]]}"#,
    );
}

#[test]
fn rules() {
    let check = check_rule;
    check(r#""Variable": "$.a", "StringEquals": "it's""#, r#"$states.input.a = "it's""#);
    check(r#""Variable": "$.a", "NumericGreaterThanEquals": 1.5"#, "$states.input.a >= 1.5");
    check(
        r#""Variable": "$.a", "BooleanEqualsPath": "$$.Execution.Input.b""#,
        "$states.input.a = $states.context.Execution.Input.b",
    );
    check(
        r#""Variable": "$.a", "TimestampLessThan": "2024-01-01T00:00:00Z""#,
        "$toMillis($states.input.a) < $toMillis('2024-01-01T00:00:00Z')",
    );
    check(r#""Variable": "$.a", "IsPresent": false"#, "$not($exists($states.input.a))");
    check(r#""Variable": "$.a", "IsNull": true"#, "$states.input.a = null");
    check(r#""Variable": "$.a", "IsNumeric": false"#, "$type($states.input.a) != 'number'");
    check(r#""Variable": "$.a", "StringMatches": "*.txt""#, r"$contains($states.input.a, /\.txt$/)");
    check(r#""Variable": "$.a", "StringMatches": "a*b""#, r"$contains($states.input.a, /^a[\s\S]*b$/)");
    check(r#""Variable": "$.a", "StringMatches": "*x*""#, "$contains($states.input.a, 'x')");
    check(r#""Variable": "$.a", "StringMatches": "\\*""#, "$states.input.a = '*'");
    check(
        r#""And": [{"Variable": "$.a", "IsPresent": true}, {"Or": [{"Variable": "$.a", "StringEquals": "x"}, {"Not": {"Variable": "$.b", "NumericLessThan": 2}}]}]"#,
        "$exists($states.input.a) and ($states.input.a = 'x' or $not($states.input.b < 2))",
    );
    let (text, _) = whole(
        r#"{"StartAt": "C", "States": {"C": {"Type": "Choice", "InputPath": "$.x", "Choices": [{"Variable": "$.a", "IsNull": true, "Next": "N", "Assign": {"v.$": "$.a"}}], "Default": "N"}, "N": {"Type": "Succeed"}}}"#,
    );
    assert_eq!(
        text,
        r#"{"StartAt": "C", "QueryLanguage": "JSONata", "States": {"C": {"Type": "Choice", "Output": "{% $states.input.x %}", "Choices": [{"Condition": "{% $states.input.x.a = null %}", "Next": "N", "Assign": {"v": "{% $states.input.x.a %}"}, "Output": "{% $states.input.x %}"}], "Default": "N"}, "N": {"Type": "Succeed"}}}"#
    );
}

/// Every operator has a condition that compiles.
#[test]
fn all_operators_are_converted() {
    for operator in expr::choice::OPERATORS {
        let operand = match operator {
            "StringMatches" => r#""a*""#,
            name if name.ends_with("Path") => r#""$.b""#,
            name if name.starts_with("Is") || name.starts_with("Boolean") => "true",
            name if name.starts_with("Numeric") => "1",
            name if name.starts_with("Timestamp") => r#""2024-01-01T00:00:00Z""#,
            _ => r#""x""#,
        };
        let text = format!(
            r#"{{"StartAt": "C", "States": {{"C": {{"Type": "Choice", "Choices": [{{"Variable": "$.a", "{operator}": {operand}, "Next": "N"}}]}}, "N": {{"Type": "Succeed"}}}}}}"#
        );
        let (after, conversion) = whole(&text);
        assert!(conversion.is_complete() && after.contains("Condition"), "{after}");
        assert_eq!(Document::parse(&after).problems(), [], "{after}");
    }
}

#[test]
fn layout_and_unknown_fields_stay() {
    let before = "{\n\t\"Comment\": \"x\",\n\t\"StartAt\": \"A\",\n\t\"States\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"Task\",\n\t\t\t\"x-note\":   [1,   2.50],\n\t\t\t\"Resource\": \"arn:aws:states:::sns:publish\",\n\t\t\t\"Parameters\": {\n\t\t\t\t\"Message.$\": \"$.m\",  \"TopicArn\": \"${Topic}\"\n\t\t\t},\n\t\t\t\"ResultPath\": \"$.sent\",\n\t\t\t\"OutputPath\": \"$\",\n\t\t\t\"End\": true\n\t\t}\n\t}\n}\n";
    let after = "{\n\t\"Comment\": \"x\",\n\t\"QueryLanguage\": \"JSONata\",\n\t\"StartAt\": \"A\",\n\t\"States\": {\n\t\t\"A\": {\n\t\t\t\"Type\": \"Task\",\n\t\t\t\"x-note\":   [1,   2.50],\n\t\t\t\"Resource\": \"arn:aws:states:::sns:publish\",\n\t\t\t\"Arguments\": {\n\t\t\t\t\"Message\": \"{% $states.input.m %}\",  \"TopicArn\": \"${Topic}\"\n\t\t\t},\n\t\t\t\"Output\": \"{% $merge([$states.input, {'sent': $states.result}]) %}\",\n\t\t\t\"End\": true\n\t\t}\n\t}\n}\n";
    assert_eq!(whole(before).0, after);
}

#[test]
fn single_states_say_their_language() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$.a", "Next": "B"}, "B": {"Type": "Pass", "OutputPath": "$.b", "End": true}}}"#;
    let document = Document::parse(text);
    let conversion = convert(&document, &What::States(vec![document.state_named("B").unwrap().id()]));
    assert_eq!(
        conversion.patch.apply_to(text).0,
        text.replace(
            r#""Type": "Pass", "OutputPath": "$.b""#,
            r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.b %}""#
        )
    );
}

#[test]
fn what_cannot_be_converted_stays_and_is_listed() {
    let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Result": 1, "ResultPath": "$.list[0]", "Next": "B"}, "B": {"Type": "Pass", "OutputPath": "$.b", "End": true}}}"#;
    let (after, conversion) = whole(text);
    assert!(!conversion.is_complete());
    assert_eq!(
        after,
        text.replace(
            r#""Type": "Pass", "OutputPath": "$.b""#,
            r#""Type": "Pass", "QueryLanguage": "JSONata", "Output": "{% $states.input.b %}""#
        )
    );
    let notes: Vec<_> = conversion.notes.iter().filter(|note| note.kind == NoteKind::NotConverted).collect();
    assert_eq!(notes.len(), 1);
    assert_eq!((&*notes[0].state_name, notes[0].field.as_str()), ("A", "ResultPath"));
    assert_eq!(&text[notes[0].span.range()], r#""$.list[0]""#);
    let hidden = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Assign": {"merge": 1}, "Result": 1, "ResultPath": "$.x", "End": true}}}"#;
    assert_eq!(whole(hidden).0, hidden);
    for broken in [
        "",
        "{",
        "[]",
        r#"{"States": 1}"#,
        r#"{"States": {"A": 5}}"#,
        r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "InputPath": "$[", "End": true}}}"#,
    ] {
        assert_eq!(whole(broken).0, broken);
    }
}

/// Values on which the two languages disagree most easily.
#[test]
fn both_versions_agree_on_awkward_data() {
    let text = r#"{"StartAt": "P", "States": {
        "P": {"Type": "Pass", "Parameters": {
            "empty.$": "$.empty", "one.$": "$.one", "nested.$": "$.nested", "null.$": "$.null", "first.$": "$.nested[0]",
            "ids.$": "$.things[*].id", "none.$": "$.things[?(@.id > 9)].id", "single.$": "$.things[?(@.id == 2)].id",
            "tail.$": "$.one[1:]", "array.$": "States.Array($.one, $.empty, $.null)",
            "length.$": "States.ArrayLength(States.Array($.one, $.nested))", "parts.$": "States.StringSplit(',a,,b,', ',')",
            "lone.$": "States.StringSplit('a', ',')", "partition.$": "States.ArrayPartition($.one, 4)",
            "unique.$": "States.ArrayUnique($.one)", "deep.$": "$..id", "odd.$": "$['a b']['c-d']"},
            "ResultPath": "$.made", "Next": "Q"},
        "Q": {"Type": "Pass", "InputPath": "$.made.one", "ResultPath": "$.made.again.and", "Next": "R"},
        "R": {"Type": "Pass", "OutputPath": "$.made.again", "End": true}
    }}"#;
    let input = r#"{"empty": [], "one": [7], "nested": [[1], [2, 3]], "null": null, "a b": {"c-d": [[]]},
        "things": [{"id": 1}, {"id": 2}, {"other": 3}]}"#;
    let (after, conversion) = whole(text);
    assert!(conversion.is_complete(), "{:?}", conversion.notes);
    let case = ProofCase {
        name: "awkward".to_owned(),
        input: json::parse(input).unwrap(),
        host: MockHost::default(),
        options: Options::default(),
    };
    let proof = prove(&Document::parse(text), &Document::parse(&after), &[case], ProofOptions::default());
    assert_eq!(proof.cases[0].verdict, Verdict::Equal, "{after}\n{proof:?}");
    assert_eq!(proof.cases[0].before.status.name(), "SUCCEEDED", "{proof:?}");
    assert!(proof.holds());
}

#[test]
fn the_first_difference_is_named() {
    let before = machine(r#""Type": "Pass", "Result": {"a": 1}"#);
    let after = before.replace("1", "2");
    let case = ProofCase {
        name: "case".to_owned(),
        input: Value::Null,
        host: MockHost::default(),
        options: Options::default(),
    };
    let proof = prove(&Document::parse(&before), &Document::parse(&after), &[case], ProofOptions::default());
    let Verdict::Different(difference) = &proof.cases[0].verdict else { panic!("{proof:?}") };
    assert_eq!((difference.state.as_deref(), difference.what), (Some("S"), "output"));
    assert_eq!((difference.before.as_str(), difference.after.as_str()), (r#"{"a":1}"#, r#"{"a":2}"#));
    assert!(!proof.holds());
}
