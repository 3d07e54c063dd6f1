//! Results and messages of expressions, by example.

#![allow(clippy::unwrap_used)]

use std::cell::Cell;

use expr::{
    ChoiceRule, ContextMember, Expression, Host, Path, References, Scope, Template, parse_reference_path,
};
use json::{Value, parse};

/// A host with a context object, the variable `x`, and counted randomness.
#[derive(Default)]
struct TestHost {
    draws: Cell<u64>,
    whole_context_was_built: Cell<bool>,
}

impl Host for TestHost {
    fn context_object(&self) -> Value {
        self.whole_context_was_built.set(true);
        parse(r#"{"State":{"Name":"S","RetryCount":0},"Task":{"Token":"T"}}"#).unwrap()
    }

    fn context_member(&self, group: &str, name: &str) -> ContextMember {
        match (group, name) {
            ("State", "Name") => ContextMember::Found(Value::from("S")),
            ("State", "Missing") => ContextMember::Missing,
            _ => ContextMember::Whole,
        }
    }

    fn variable(&self, name: &str) -> Option<Value> {
        (name == "x").then(|| parse(r#"{"a":[1,2,{"b":"c"}]}"#).unwrap())
    }

    fn random(&self) -> u64 {
        self.draws.set(self.draws.get() + 1);
        self.draws.get()
    }
}

const INPUT: &str = r#"{"a":1,"o":{"k":"v"},"l":[1,2.0,"x"],"s":"it's","n":null,"f":1e10,"e":[],"b":[1,1.0,{"p":1,"q":2},{"q":2,"p":1}]}"#;

/// The text of the result, or the error.
fn evaluated(expression: &str) -> String {
    let input = parse(INPUT).unwrap();
    let host = TestHost::default();
    let scope = Scope::new(&input, &host);
    match Expression::parse(expression).map(|parsed| parsed.evaluate("v.$", &scope)) {
        Ok(Ok(value)) => value.to_text(),
        Ok(Err(error)) => error.to_string().replace(&input.to_text(), "INPUT"),
        Err(error) => format!("at {}: {error}", error.offset),
    }
}

#[track_caller]
fn check(cases: &[(&str, &str)]) {
    for (expression, expected) in cases {
        assert_eq!(evaluated(expression), *expected, "{expression}");
    }
}

#[test]
fn roots() {
    check(&[
        ("$.o.k", r#""v""#),
        ("$x", r#"{"a":[1,2,{"b":"c"}]}"#),
        ("$x.a[-1].b", r#""c""#),
        ("$x.a[*].b", r#"["c"]"#),
        ("$$.State.Name", r#""S""#),
        ("$$.Task.Token", r#""T""#),
        ("$$.State", r#"{"Name":"S","RetryCount":0}"#),
        ("$['o']['k']", r#""v""#),
        ("$.missing[*].x", "[]"),
        ("$.l[?(@ > 1)]", "[2.0]"),
    ]);
}

#[test]
fn missing_members_of_templates() {
    let message = |path: &str| {
        format!(
            "States.Runtime: The JSONPath '{path}' specified for the field 'v.$' could not be found in the input 'INPUT'"
        )
    };
    for path in ["$.x", "$.a.b", "$y", "$x.b", "$$.State.Missing", "$$.Nothing", "$.l[7]"] {
        assert_eq!(evaluated(path), message(path));
    }
}

#[test]
fn one_path_fields_fail_in_jayways_words() {
    let input = parse(INPUT).unwrap();
    let host = TestHost::default();
    let scope = Scope::new(&input, &host);
    for (path, expected) in [
        ("$.x", "Invalid path '$.x' : No results for path: $['x']"),
        ("$.x.y", "Invalid path '$.x.y' : Missing property in path $['x']"),
        ("$.l[7]", "Invalid path '$.l[7]' : No results for path: $['l'][7]"),
        ("$.n[0]", "Invalid path '$.n[0]' : The path $['n'] is null"),
        (
            "$.s[0]",
            "Invalid path '$.s[0]' : Filter: [0] can only be applied to arrays. Current context is: it's",
        ),
    ] {
        assert_eq!(Path::parse(path).unwrap().select(&scope).unwrap_err().cause, expected);
    }
    let null = scope.with_input(&Value::Null);
    assert_eq!(Path::parse("$").unwrap().select(&null), Ok(Value::Null));
    assert!(Path::parse("$.a").unwrap().select(&null).is_err());
}

#[test]
fn items_have_to_be_an_array() {
    let input = parse(INPUT).unwrap();
    let host = TestHost::default();
    let scope = Scope::new(&input, &host);
    let items =
        |path: &str| Path::parse(path).unwrap().select_items(&scope).map_err(|error| error.to_string());
    assert_eq!(items("$.e"), Ok(Value::array(Vec::new())));
    assert_eq!(
        items("$$.State"),
        Err(r#"States.Runtime: Reference path "$.State" must point to array."#.to_owned())
    );
    let missing = items("$.o.items").unwrap_err();
    assert!(
        missing.starts_with(r#"States.ReferencePathConflict: Unable to apply step "items" to input {"a":1"#)
    );
}

#[test]
fn common_context_paths_do_not_build_the_context_object() {
    let host = TestHost::default();
    let scope = Scope::new(&Value::Null, &host);
    Path::parse("$$.State.Name").unwrap().get(&scope).unwrap();
    assert!(!host.whole_context_was_built.get());
    Path::parse("$$.Task.Token").unwrap().get(&scope).unwrap();
    assert!(host.whole_context_was_built.get());
}

#[test]
fn functions_of_intrinsics() {
    check(&[
        ("States.Array()", "[]"),
        ("States.Array($.a, 'b', null, true, -2.50)", r#"[1,"b",null,true,-2.50]"#),
        ("States.ArrayContains($.b, $.b[3])", "true"),
        ("States.ArrayContains($.l, 2)", "false"),
        ("States.ArrayContains($.l, 2.0)", "true"),
        ("States.ArrayGetItem($.l, 2)", r#""x""#),
        ("States.ArrayLength($.l)", "3"),
        ("States.ArrayPartition($.l, 2)", r#"[[1,2.0],["x"]]"#),
        ("States.ArrayPartition($.l, 1.5)", r#"[[1,2.0],["x"]]"#),
        ("States.ArrayRange(1, 9, 2)", "[1,3,5,7,9]"),
        ("States.ArrayRange(9, 1, -4)", "[9,5,1]"),
        ("States.ArrayRange(1, 9, -1)", "[]"),
        ("States.ArrayUnique($.b)", r#"[1,1.0,{"p":1,"q":2}]"#),
        ("States.Base64Encode($.s)", r#""aXQncw==""#),
        ("States.Base64Decode('aXQncw==')", r#""it's""#),
        ("States.Hash('abc', 'SHA-1')", r#""a9993e364706816aba3e25717850c26c9cd0d89d""#),
        ("States.JsonMerge($.o, $.o, false)", r#"{"k":"v"}"#),
        ("States.JsonToString($.o)", r#""{\"k\":\"v\"}""#),
        (
            "States.StringToJson('[-0, 1e3, 1.50, 12345678901234567890]')",
            "[0,1000.0,1.5,12345678901234567890]",
        ),
        ("States.StringToJson(' ')", "null"),
        ("States.MathAdd(-0.5, 0.5)", "1"),
        ("States.MathAdd($.a, -1)", "0"),
        ("States.StringSplit('a,b;;c', ',;')", r#"["a","b","c"]"#),
        ("States.StringSplit(',,', ',')", "[]"),
        ("States.UUID()", r#""00000000-0000-4001-8000-000000000002""#),
        ("States.Format('{}-{}', $.s, States.MathAdd(1, 2))", r#""it's-3""#),
        ("States.Format($.s)", r#""it's""#),
        (r"States.Format('\{\}\'\\ {}', $.o)", r#""{}'\\ {k=v}""#),
        ("States.Format('{} {} {}', $.n, $.l, $.f)", r#""null [1, 2.0, x] 1.0E10""#),
        ("States.ArrayLength($.l[?(@ == 'x' || @ == 1)])", "2"),
        ("States.ArrayGetItem(States.StringSplit($$.State.Name, ','), 0)", r#""S""#),
    ]);
}

#[test]
fn sums_are_the_same_in_templates() {
    let numbers = ["0", "-7", "1.5", "1e2", "2147483647", "2147483648", "-2147483648", "-2147483649", "1e30"];
    let operands = numbers.iter().chain(&["$.n", "$.o.n", "$.l[1]", "$.l[-1]", "$.s", "$.none", "$['n']"]);
    let operands = operands.copied().chain(["$.l[*]", "$..n", "$$.State.RetryCount", "States.MathAdd(1, 2)"]);
    let operands: Vec<&str> = operands.collect();
    let input = parse(r#"{"n":3,"o":{"n":2147483647},"l":[1,2.5],"s":"4"}"#).unwrap();
    let (host, mut sums, mut failures) = (TestHost::default(), 0, 0);
    let scope = Scope::new(&input, &host);
    for (first, second) in
        operands.iter().flat_map(|first| operands.iter().map(move |second| (first, second)))
    {
        let call = format!("States.MathAdd({first}, {second})");
        let alone = Expression::parse(&call).unwrap().evaluate("v.$", &scope);
        let template =
            Template::compile(&Value::from_members([("v.$", Value::from(call.as_str()))])).unwrap();
        let filled = template.evaluate(&scope);
        match alone {
            Ok(sum) => {
                sums += 1;
                let filled = filled.unwrap();
                assert_eq!(filled.to_text(), format!("{{\"v\":{sum}}}"), "{call}");
                assert_eq!(filled.text_len(), filled.to_text().len(), "{call}");
            }
            Err(error) => {
                failures += 1;
                assert_eq!(filled.unwrap_err(), error, "{call}");
            }
        }
    }
    assert!(sums > 60 && failures > 60, "{sums} {failures}");
}

#[test]
fn failing_intrinsics() {
    let failure = |call: &str, detail: &str| {
        assert_eq!(
            evaluated(call),
            format!("States.IntrinsicFailure: The function '{call}' had the following error: {detail}")
        );
    };
    failure(
        "States.Format('{} {}', $.a)",
        "Invalid arguments in States.Format: number of arguments do not match the occurrences of {}.",
    );
    failure("States.Format('{', $.a)", "Invalid template in States.Format: matching '}' not found for '{'.");
    failure(
        "States.ArrayLength($.a)",
        "Invalid arguments in States.ArrayLength: argument 1 must be an array, but was of type number",
    );
    failure(
        "States.ArrayGetItem($.l, 3)",
        "Invalid arguments in States.ArrayGetItem: the index 3 is out of range",
    );
    for call in [
        "States.ArrayGetItem($.l, -1)",
        "States.ArrayPartition($.l, 0)",
        "States.ArrayRange(1, 1001, 1)".replace("1001", "1002").as_str(),
        "States.ArrayRange(1, 2, 0)",
        "States.Hash('a', 'CRC32')",
        "States.JsonMerge($.o, $.o, true)",
        "States.JsonMerge($.o, $.l, false)",
        "States.MathAdd(2147483647, 1)",
        "States.MathAdd(2147483648, 0)",
        "States.MathRandom(2, 2)",
        "States.StringToJson('{')",
        "States.Base64Decode('*')",
        "States.StringSplit($.l, ',')",
    ] {
        assert!(evaluated(call).starts_with("States.IntrinsicFailure: "), "{call}: {}", evaluated(call));
    }
    assert_eq!(evaluated("States.ArrayLength(States.ArrayRange(1, 1000, 1))"), "1000");
    // A missing argument is no failure of the function, and the whole call is named (observed on AWS).
    assert_eq!(
        evaluated("States.Array(States.Format('{}', $.nope))"),
        "States.Runtime: The function 'States.Array(States.Format('{}', $.nope))' had the following error: The \
         JsonPath argument for the field '$.nope' could not be found in the input 'INPUT'"
    );
}

#[test]
fn limits_of_texts() {
    let host = TestHost::default();
    for (length, is_fine) in [(10_000, true), (10_001, false)] {
        let input = Value::string("é".repeat(length));
        let scope = Scope::new(&input, &host);
        for call in ["States.Base64Encode($)", "States.Hash($, 'MD5')"] {
            assert_eq!(Expression::parse(call).unwrap().evaluate("v.$", &scope).is_ok(), is_fine, "{call}");
        }
    }
    let large = Value::array(vec![Value::from("0123456789"); 30_000]);
    let length = Expression::parse("States.ArrayLength($)").unwrap();
    assert!(length.evaluate("v.$", &Scope::new(&large, &host)).is_err());
}

#[test]
fn malformed_expressions() {
    for expression in [
        "",
        "ipsum",
        "23",
        "$$23",
        "$.",
        "$a b",
        "States.Xyz($.a)",
        "States.Array",
        "States.Array(",
        "States.Array($.a",
        "States.Array($.a,)",
        "States.Array() x",
        "States.MathAdd(1,'-1')",
        "States.MathAdd(1)",
        "States.UUID(1)",
        r"States.Format('a\n')",
        r#"States.StringToJson('{\"a\":1}')"#,
        "States.ArrayLength('a')",
        "States.JsonMerge($.o, $.o, 'false')",
        "States.Base64Encode(5)",
        "States.Format(1)",
        "States.Format(\"a\")",
    ] {
        assert!(Expression::parse(expression).is_err(), "{expression}");
    }
    let offset = |text| Expression::parse(text).unwrap_err().offset;
    assert_eq!(offset("States.Array($.a, $.b[)"), 21);
    assert_eq!(offset(r"States.Format('a\n')"), 16);
    assert_eq!(offset("$$.é b"), 5);
}

#[test]
fn template_problems() {
    let template = parse(r#"{"a":{"b.$":"b","c":[{"d.$":5}]},"e":1,"e.$":"$.e"}"#).unwrap();
    let problems = Template::compile(&template).unwrap_err();
    let described: Vec<String> = problems
        .iter()
        .map(|problem| format!("/{}: {}", problem.pointer.join("/"), problem.message))
        .collect();
    assert_eq!(
        described,
        [
            "/a: The value for the field 'b.$' must be a valid JSONPath or a valid intrinsic function call",
            "/a/c/0: The value for the field 'd.$' must be a STRING that contains a JSONPath but was a NUMBER",
            "/: The field 'e' is defined twice: with and without '.$'",
        ]
    );
}

#[test]
fn templates_are_compact_and_ordered_as_on_aws() {
    let template =
        parse(r#"{"FunctionName.$":"$.f","encoded.$":"$","decoded.$":"$.f","Payload":{"x.$":"$.f"}}"#)
            .unwrap();
    let input = json::parse_keeping_text(r#"{ "f" : 1 }"#).unwrap();
    let result = Template::compile(&template).unwrap().evaluate(&Scope::new(&input, &TestHost::default()));
    assert_eq!(
        result.unwrap().to_text(),
        r#"{"Payload":{"x":1},"FunctionName":1,"decoded":1,"encoded":{"f":1}}"#
    );
}

#[test]
fn templates_cannot_nest_without_end() {
    let template = Template::compile(&parse(r#"{"a.$":"$"}"#).unwrap()).unwrap();
    let mut value = Value::Null;
    let host = TestHost::default();
    let mut levels = 0;
    while let Ok(next) = template.evaluate(&Scope::new(&value, &host)) {
        value = next;
        levels += 1;
        assert!(levels <= json::MAX_DEPTH);
    }
    assert_eq!(levels, json::MAX_DEPTH);
}

fn holds(rule: &str) -> Result<bool, String> {
    let input =
        parse(r#"{"n":5,"s":"B","t":"2024-05-01T10:00:00+02:00","z":null,"f":false,"m":"a*b"}"#).unwrap();
    let rule = ChoiceRule::compile(&parse(rule).unwrap()).map_err(|problems| format!("{problems:?}"))?;
    rule.matches(&Scope::new(&input, &TestHost::default())).map_err(|error| error.to_string())
}

#[test]
fn choice_rules() {
    for (rule, expected) in [
        (r#"{"Variable":"$.n","NumericEquals":5.0,"Next":"X"}"#, true),
        (r#"{"Variable":"$.n","NumericGreaterThan":4.99}"#, true),
        (r#"{"Variable":"$.s","NumericEquals":5}"#, false),
        (r#"{"Variable":"$.s","StringLessThan":"BA"}"#, true),
        (r#"{"Variable":"$.n","StringEquals":"5"}"#, false),
        (r#"{"Variable":"$.t","TimestampEquals":"2024-05-01T08:00:00Z"}"#, true),
        (r#"{"Variable":"$.t","TimestampLessThan":"2024-05-01T08:00:00.001Z"}"#, true),
        (r#"{"Variable":"$.s","TimestampLessThan":"2024-05-01T08:00:00Z"}"#, false),
        (r#"{"Variable":"$.m","StringMatches":"a\\*b"}"#, true),
        (r#"{"Variable":"$.f","BooleanEquals":false}"#, true),
        (r#"{"Variable":"$.z","IsNull":true}"#, true),
        (r#"{"Variable":"$.z","IsPresent":true}"#, true),
        (r#"{"Variable":"$.y","IsPresent":false}"#, true),
        (r#"{"Variable":"$.t","IsTimestamp":true}"#, true),
        (r#"{"Variable":"$.s","IsTimestamp":false}"#, true),
        (r#"{"Variable":"$$.State.Name","StringEquals":"S"}"#, true),
        (r#"{"Variable":"$x.a[0]","NumericLessThanPath":"$x.a[1]"}"#, true),
        (r#"{"Not":{"Variable":"$.n","NumericEquals":5}}"#, false),
        (r#"{"And":[{"Variable":"$.y","IsPresent":true},{"Variable":"$.y","NumericEquals":1}]}"#, false),
        (r#"{"Or":[{"Variable":"$.n","IsNumeric":true},{"Variable":"$.y","NumericEquals":1}]}"#, true),
    ] {
        assert_eq!(holds(rule), Ok(expected), "{rule}");
    }
    let message = |path: &str| {
        format!(
            "States.Runtime: Invalid path '{path}': The choice state's condition path references an invalid value."
        )
    };
    assert_eq!(holds(r#"{"Variable":"$.y","IsNull":true}"#), Err(message("$.y")));
    assert_eq!(holds(r#"{"Variable":"$.n","NumericEqualsPath":"$.y"}"#), Err(message("$.y")));
}

#[test]
fn choice_rules_that_are_refused() {
    for rule in [
        r#"{"Variable":"$.n"}"#,
        r#"{"Variable":"$.n","IsNull":true,"IsNumeric":true}"#,
        r#"{"NumericEquals":1}"#,
        r#"{"Variable":"n","NumericEquals":1}"#,
        r#"{"Variable":"$.n[*]","NumericEquals":1}"#,
        r#"{"Variable":"$.n","NumericEquals":"1"}"#,
        r#"{"Variable":"$.n","TimestampEquals":"yesterday"}"#,
        r#"{"And":[]}"#,
        r#"{"Not":[]}"#,
        "5",
    ] {
        assert!(ChoiceRule::compile(&parse(rule).unwrap()).is_err(), "{rule}");
    }
}

#[test]
fn reference_paths_in_aws_words() {
    let message = |text| parse_reference_path(text).map(|_| ()).map_err(|error| error.message);
    assert_eq!(message("States.ArrayLength($.a)"), Err("Reference path didn't start with '$'".to_owned()));
    assert_eq!(message("$.a[$$.b]S"), Err("'[' must be followed by ' or '['".to_owned()));
    for text in ["$", "$$.Map.Item.Value", "$x.a[0]", "$.a['b c'].d-e"] {
        assert_eq!(message(text), Ok(()));
    }
    for text in ["$.a[*]", "$..a", "$.a[0:2]", "$.a.length()", "$.a[?(@.b)]"] {
        assert!(message(text).is_err(), "{text}");
    }
}

#[test]
fn references_are_found() {
    let template = parse(
        r#"{"a.$":"$x.b","c":[{"d.$":"States.Format('{}{}', $y, $$.Task.Token)"}],"e":"$z","f.$":"$$","g.$":"$.h"}"#,
    );
    let mut references = References::default();
    Template::compile(&template.unwrap()).unwrap().references(&mut references);
    assert!(references.variables.iter().map(|name| &**name).eq(["x", "y"]));
    assert!(references.context.iter().map(|name| &**name).eq(["", "Task.Token"]));
    assert!(references.input);
}

#[test]
fn calls_of_literals_give_the_same_each_time_and_random_ones_do_not() {
    let host = TestHost::default();
    let twice = |text: &str| {
        let expression = Expression::parse(text).unwrap();
        ["{\"a\":1}", "{\"a\":2}"].map(|input| {
            let input = parse(input).unwrap();
            let scope = Scope::new(&input, &host);
            expression.evaluate("v.$", &scope).map_or_else(|error| error.to_string(), |value| value.to_text())
        })
    };
    for (text, expected) in [
        ("States.ArrayRange(1, 4, 1)", "[1,2,3,4]"),
        (
            "States.Format('{}-{}', 1, States.ArrayLength(States.ArrayPartition(States.ArrayRange(0, 9, 1), 3)))",
            "\"1-4\"",
        ),
        ("States.StringToJson('{\"b\": [1]}')", "{\"b\":[1]}"),
    ] {
        assert_eq!(twice(text), [expected, expected], "{text}");
    }
    // More than is kept, what depends on the input, and what fails.
    let [first, second] = twice("States.ArrayRange(1, 900, 1)");
    assert!(first == second && first.ends_with(",900]"));
    assert_eq!(twice("States.Array(States.Format('{}', $.a), 3)"), ["[\"1\",3]", "[\"2\",3]"]);
    let [first, second] = twice("States.ArrayGetItem(States.Array(1), 5)");
    assert!(first == second && first.contains("index"), "{first}");
    for random in ["States.UUID()", "States.Array(States.UUID(), 1)"] {
        let [first, second] = twice(random);
        assert_ne!(first, second, "{random}");
    }
}
