//! What this crate adds to the language as jsonata's suite knows it: spans, recovery, traces, Step Functions'
//! functions, messages.

use jsonata::{CompileOptions, Context, Expression, Outcome, Random, Trace, TracedOutcome};

fn run(text: &str) -> Result<Outcome, String> {
    let program =
        Expression::compile(text, &CompileOptions::STEP_FUNCTIONS).map_err(|error| error.to_string())?;
    let states = json::parse(r#"{"input": {"items": [{"n": 1}, {"n": 2}], "text": "{\"a\": [1]}"}}"#)
        .unwrap_or_default();
    let bindings = |name: &str| (name == "states").then(|| states.clone());
    let mut random = Random::new(42);
    program
        .evaluate(None, &bindings, &mut Context::new(1_700_000_000_000, &mut random))
        .map_err(|error| error.to_string())
}

fn check(text: &str, expected: &str) {
    let outcome = match run(text) {
        Ok(Outcome::Value(value)) => value.to_text(),
        Ok(Outcome::Undefined) => "undefined".to_owned(),
        Ok(Outcome::Function) => "function".to_owned(),
        Err(message) => message,
    };
    assert_eq!(outcome, expected, "{text}");
}

#[test]
fn step_functions_has_functions_of_its_own() {
    check("$partition([1..5], 2)", "[[1,2],[3,4],[5]]");
    check("$partition([1..5], 2.9)", "[[1,2],[3,4],[5]]");
    check("$partition([], 2)", "[]");
    check("$range(1, 9, 2)", "[1,3,5,7,9]");
    check("$range(5, 1, -2)", "[5,3,1]");
    check("$range(1, 9, 9)", "[1]");
    check("$hash('abc', 'SHA-1')", "\"a9993e364706816aba3e25717850c26c9cd0d89d\"");
    check("$hash('abc', 'MD5')", "\"900150983cd24fb0d6963f7d28e17f72\"");
    check("$parse($states.input.text)", "{\"a\":[1]}");
    check("$parse('-0')", "0");
    check("$parse('')", "null");
    check("$random(7) = $random(7)", "true");
    check("$random() = $random()", "false");
    check("$length($uuid())", "36");
    check(
        "$match($uuid(), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/).index",
        "0",
    );
    check("$now()", "\"2023-11-14T22:13:20.000Z\"");
    check("$millis()", "1700000000000");
    check("$eval('1')", "T1006: Attempted to invoke a non-function");
}

#[test]
fn outcomes_tell_nothing_from_null_and_functions() {
    check("$states.nothing", "undefined");
    check("null", "null");
    check("function($x){ $x }", "function");
    check("{\"f\": $sum}", "function");
    check("$fn := function($x){ $x }", "function");
}

#[test]
fn messages_are_those_of_jsonata() {
    check("$nope()", "T1006: Attempted to invoke a non-function");
    check("sum(1)", "T1005: Attempted to invoke a non-function. Did you mean $sum?");
    check("1 + 'a'", "T2002: The right side of the \"+\" operator must evaluate to a number");
    check("$sum('a')", "T0412: Argument 1 of function \"sum\" must be an array of \"numbers\"");
    check("$uppercase(1)", "T0410: Argument 1 of function \"uppercase\" does not match function signature");
    check("$error('my words')", "D3137: my words");
    check("$number('x')", "D3030: Unable to cast value to a number: \"x\"");
    check("(1", "S0203: Expected \")\" before end of expression");
    check("1 +", "S0207: Unexpected end of expression");
    check("[1, 2", "S0203: Expected \"]\" before end of expression");
    check("a ]", "S0201: Syntax error: \"]\"");
}

#[test]
fn errors_point_at_the_innermost_expression() {
    let point = |text: &str| -> String {
        let span = match Expression::compile(text, &CompileOptions::STEP_FUNCTIONS) {
            Err(error) => error.span,
            Ok(program) => {
                let mut random = Random::new(1);
                program.evaluate(None, &(), &mut Context::new(0, &mut random)).unwrap_err().span
            }
        };
        text[span.start..span.end].to_owned()
    };
    assert_eq!(point("[1, 2 + ('a' * 3)]"), "'a' * 3");
    assert_eq!(point("$map([1], function($v){ $uppercase($v) })"), "$uppercase($v)");
    assert_eq!(point("{\"a\": $nope(1)}"), "$nope(1)");
    assert_eq!(point("1 + / 2"), "/ 2");
    assert_eq!(point("[1, 2 3]"), "3");
}

#[test]
fn half_typed_texts_have_trees() {
    for (text, wanted) in [
        ("$sum($states.input.", "$states.input."),
        ("{\"a\": $states.inp", "$states.inp"),
        ("$map(x, function($v){ $v.", "$v."),
        ("x[y = ", "y = "),
        ("(a; b.c", "b.c"),
        ("a ? b : c.", "c."),
        ("[1, 2 3, x.y]", "x.y"),
    ] {
        let parsed = Expression::parse(text);
        assert!(!parsed.errors.is_empty(), "{text}");
        let found =
            parsed.nodes.iter().any(|node| text[node.span.start..node.span.end].trim() == wanted.trim());
        assert!(found, "{text}: {:?}", parsed.nodes);
    }
    let parsed = Expression::parse("$sum(1");
    assert_eq!(parsed.errors[0].expected, [")"]);
}

#[test]
fn traces_show_every_part() {
    let text = "$map($states.input.items, function($v){ $v.n * 2 })";
    let program = Expression::compile(text, &CompileOptions::STEP_FUNCTIONS).unwrap();
    let states = json::parse(r#"{"input": {"items": [{"n": 1}, {"n": 2}]}}"#).unwrap();
    let bindings = |name: &str| (name == "states").then(|| states.clone());
    let mut trace = Trace::default();
    let mut random = Random::new(1);
    let mut context = Context::new(0, &mut random);
    context.trace = Some(&mut trace);
    program.evaluate(None, &bindings, &mut context).unwrap();
    let part = |wanted: &str| {
        let start = text.find(wanted).unwrap();
        let span = jsonata::Span { start, end: start + wanted.len() };
        trace
            .at(span)
            .map(|entry| match &entry.outcome {
                TracedOutcome::Value(value) => (entry.call, entry.repetition, value.to_text()),
                outcome => (entry.call, entry.repetition, format!("{outcome:?}")),
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(part("$v.n * 2"), [(1, 0, "2".to_owned()), (2, 1, "4".to_owned())]);
    assert_eq!(part("$states.input.items"), [(0, 0, "[{\"n\":1},{\"n\":2}]".to_owned())]);
    assert_eq!(part(text), [(0, 0, "[2,4]".to_owned())]);
    let mut small = Trace::new(3, 1);
    let mut context = Context::new(0, &mut random);
    context.trace = Some(&mut small);
    program.evaluate(None, &bindings, &mut context).unwrap();
    assert!(small.entries.len() == 3 && small.dropped > 0);
}

#[test]
fn the_same_seed_gives_the_same_run() {
    let program =
        Expression::compile("[$random(), $uuid(), $shuffle([1..9])]", &CompileOptions::STEP_FUNCTIONS)
            .unwrap();
    let run = |seed| {
        let mut random = Random::new(seed);
        program.evaluate(None, &(), &mut Context::new(0, &mut random)).unwrap()
    };
    assert_eq!(run(5), run(5));
    assert_ne!(run(5), run(6));
}

#[test]
fn variables_are_known_before_a_run() {
    let text = "($a := $states.input; $map($limit, function($v){ $v + $a }))";
    let program = Expression::compile(text, &CompileOptions::STEP_FUNCTIONS).unwrap();
    let names: Vec<String> = program.variables().iter().map(|name| name.to_string()).collect();
    for name in ["states", "limit", "map"] {
        assert!(names.iter().any(|known| known == name), "{names:?}");
    }
}

#[test]
fn partially_applied_functions_take_what_javascript_takes() {
    check("($f := $substring(?, 0, ?); $g := $f(?, 'w'); $g('Hello World'))", "\"\"");
    check("($f := $substring(?, /o/, ?); $f('Hello', 2))", "\"\"");
    check("($f := $substring(?, true); $f('Hello'))", "\"ello\"");
    check("($f := $substringBefore(?, 5); $f('1.52'))", "\"1.\"");
    check("($f := $substringBefore(?, [1, [null, 2]]); $f('0,1,,2,3'))", "\"0,\"");
    check("($f := $substringAfter(?, 5); $f('1.52'))", "\"1.52\"");
    check("($f := $substringBefore(?, function($x){$x}); $f('a@b'))", "\"a@b\"");
    check("($f := $decodeUrl(?); $f([7, 3, 8]))", "\"7,3,8\"");
    check("($f := $power(?, ' 0x2 '); $f([3]))", "9");
    check("($f := $sqrt(?); $f(null))", "0");
    check("($f := $assert(?, 2); $f(3))", "undefined");
    assert_eq!(run("($f := $assert(?, 2); $f(''))").unwrap_err(), "D3141: 2");
    assert!(run("($f := $power(?, '('); $f(2))").unwrap_err().starts_with("D3061"));
    assert!(run("($f := $substring(?, 1); $f(5))").unwrap_err().starts_with("T0410"));
    // A function that is called as it is looks at its arguments.
    assert!(run("$substring('Hello', true)").unwrap_err().starts_with("T0410"));
}

#[test]
fn what_is_sorted_becomes_a_step_like_another() {
    check("1^($)", "1");
    let literal = |text: &str| run(text).unwrap_err().starts_with("S0213");
    assert!(literal("1^($).a") && literal("false^(>$).a") && literal("1#$i.a"));
    check("\"states\"^($).a", "undefined");
    check("$states.input.items^(>n).n", "[2,1]");
}

#[test]
fn numbers_are_written_as_jsonata_js_writes_them() {
    // Groups of unequal size, also where the number is shorter than the picture.
    check("$formatNumber(1234567.891, '#,##,##0.00')", "\"12,34,567.89\"");
    check("$formatNumber(4000, '#,##,##0')", "\"40,00,\"");
    check("$formatNumber(123, '#,##,##0')", "\"1,2,3\"");
    check("$formatNumber(21, ',#,##0.00')", "\",21.,00\"");
    check("$formatNumber(1234.5, '#,##0.00')", "\"1,234.50\"");
    // Digits that a float does not know are zeros.
    check("$formatBase(12345678901234567890, 36)", "\"2lsohxawjug00\"");
    check("$formatBase(9007199254740991, 16)", "\"1fffffffffffff\"");
    check("$formatBase(-255, 2)", "\"-11111111\"");
}

#[test]
fn what_a_matcher_returns_counts_unless_it_is_nothing() {
    check("$contains('ab', function($text) { $length($text) > 5 })", "true");
    check("$contains('', $uppercase)", "true");
    check("$contains('ab', function($text) { $text.nothing })", "false");
    assert!(run("$contains('ab', function($text) { true })").unwrap_err().contains("matcher function"));
}

#[test]
fn a_date_out_of_range_has_no_name() {
    check("$fromMillis(13596336000001359633600000, '[w] of [xNn]')", "\"NaN of undefined\"");
}
