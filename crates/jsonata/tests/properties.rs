//! Nothing that a person can type makes the parser or the evaluator panic, and limits hold.
//! `PROPTEST_FACTOR=60` runs so many times as many cases.

#![cfg(not(target_arch = "wasm32"))]

use jsonata::{
    CompileOptions, CompletionRequest, Context, Expression, Limit, Limits, Outcome, Random, Trace, complete,
};
use proptest::prelude::*;

const OPTIONS: CompileOptions = CompileOptions { step_functions: true, eval: true };

fn limits() -> Limits {
    Limits { steps: 50_000, depth: 200, sequence: 10_000, string: 100_000, regex_steps: 20_000, nesting: 100 }
}

fn data() -> json::Value {
    json::parse(
        r#"{"a": [{"b": 1, "c": "x"}, {"b": 2, "c": "y", "d": [1, [2, 3]]}, null], "s": "héllo 😀 wörld",
            "n": -1.5e3, "o": {"2": 1, "k": {"k": {}}}, "e": [], "t": "2024-02-29T12:00:00Z", "big": 12345678901234567890}"#,
    )
    .unwrap_or_default()
}

/// Parses, compiles, evaluates, traces and completes a text; the traced evaluation must come to the same.
fn exercise(text: &str) {
    let parsed = Expression::parse(text);
    for node in &parsed.nodes {
        assert!(node.span.start <= node.span.end && node.span.end <= text.len(), "{text:?}: {node:?}");
        assert!(text.is_char_boundary(node.span.start) && text.is_char_boundary(node.span.end), "{text:?}");
    }
    for error in &parsed.errors {
        assert!(error.span.start <= error.span.end && error.span.end <= text.len(), "{text:?}: {error:?}");
    }
    for offset in [0, text.len() / 2, text.len()] {
        let input = data();
        complete(&CompletionRequest {
            text,
            offset,
            options: OPTIONS,
            variables: &[("x", None)],
            input: Some(&input),
        });
    }
    let Ok(program) = Expression::compile(text, &OPTIONS) else { return };
    let bindings = |name: &str| (name == "x").then(data);
    let run = |trace: Option<&mut Trace>| {
        let mut random = Random::new(7);
        let mut context =
            Context { limits: limits(), now_millis: 0, random: &mut random, trace, steps_used: 0 };
        match program.evaluate(Some(&data()), &bindings, &mut context) {
            Ok(outcome) => Ok(outcome),
            Err(error) => {
                assert!(error.span.end <= text.len(), "{text:?}: {error:?}");
                Err(error)
            }
        }
    };
    let plain = run(None);
    let mut trace = Trace::new(500, 50);
    let traced = run(Some(&mut trace));
    assert!(trace.entries.len() <= 500);
    match (plain, traced) {
        (Ok(plain), Ok(traced)) => assert_eq!(plain, traced, "{text:?}"),
        (Err(plain), Err(traced)) if plain.limit.is_none() && traced.limit.is_none() => {
            assert_eq!(plain.code, traced.code, "{text:?}");
        }
        // A trace takes more steps and depth.
        (Err(error), _) | (_, Err(error)) => assert!(error.limit.is_some(), "{text:?}: {error}"),
    }
}

const WORDS: &[&str] = &[
    "a",
    "b",
    "c",
    "d",
    "s",
    "n",
    "o",
    "e",
    "k",
    "`x y`",
    "$",
    "$$",
    "$x",
    "$v",
    "$f",
    "%",
    "*",
    "**",
    "0",
    "1",
    "-1",
    "2.5",
    "1e9",
    "\"\"",
    "\"x\"",
    "'é😀'",
    "\"\\u00e9\"",
    "true",
    "false",
    "null",
    "and",
    "or",
    "in",
    "/a/",
    "/(x|y)+/i",
    "/(?<=h)é*/",
    "function",
    "λ",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ".",
    ",",
    ";",
    ":",
    "?",
    "+",
    "-",
    "*",
    "/",
    "%",
    "&",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    ":=",
    "~>",
    "..",
    "^",
    "@$v",
    "#$i",
    "|",
    "?:",
    "??",
    " ",
    "\n",
    "/* c */",
    "$sum",
    "$map",
    "$filter",
    "$reduce",
    "$sort",
    "$string",
    "$number",
    "$match",
    "$replace",
    "$split",
    "$eval",
    "$keys",
    "$merge",
    "$spread",
    "$zip",
    "$append",
    "$pad",
    "$formatNumber",
    "$formatInteger",
    "$parseInteger",
    "$fromMillis",
    "$toMillis",
    "$formatBase",
    "$round",
    "$power",
    "$distinct",
    "$single",
    "$sift",
    "$each",
    "$lookup",
    "$clone",
    "$partition",
    "$range",
    "$hash",
    "$parse",
    "$error",
    "$assert",
    "$type",
    "$exists",
    "$substring",
    "$contains",
    "!",
    "\\",
    "\"",
    "'",
    "`",
    "/",
    "é",
    "😀",
    "\u{0}",
];

/// Expressions that are right in form, of depth at most `depth`.
fn expression() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(&["a", "b", "c", "d", "s", "n", "o", "e", "t", "big"][..])
            .prop_map(str::to_owned),
        prop::sample::select(&["$", "$$", "$x", "$v", "$f", "$i", "*", "**", "%"][..])
            .prop_map(str::to_owned),
        prop::sample::select(
            &[
                "0",
                "1",
                "-1",
                "1.5",
                "3",
                "\"x\"",
                "\"#,##0.00\"",
                "\"[Y]-[M01]\"",
                "\"w\"",
                "true",
                "null",
                "[]",
                "{}"
            ][..]
        )
        .prop_map(str::to_owned),
        prop::sample::select(&["/l+/", "/(.)(.)?/", "/x|y/i", "/^$/"][..]).prop_map(str::to_owned),
        prop::sample::select(
            &[
                "$sum",
                "$uppercase",
                "$string",
                "$map",
                "$count",
                "$not",
                "$sort",
                "$reverse",
                "$keys",
                "$trim"
            ][..]
        )
        .prop_map(str::to_owned),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let two = (inner.clone(), inner.clone());
        prop_oneof![
            (
                two.clone(),
                prop::sample::select(
                    &["+", "-", "*", "/", "%", "&", "=", "!=", "<", ">", " and ", " or ", " in ", "??", "?:"]
                        [..]
                )
            )
                .prop_map(|((a, b), operator)| format!("({a}{operator}{b})")),
            two.clone().prop_map(|(a, b)| format!("{a}.{b}")),
            two.clone().prop_map(|(a, b)| format!("{a}[{b}]")),
            two.clone().prop_map(|(a, b)| format!("{a}^({b})")),
            two.clone().prop_map(|(a, b)| format!("{a}{{{b}: {a}}}")),
            two.clone().prop_map(|(a, b)| format!("{a}@$v.{b}")),
            two.clone().prop_map(|(a, b)| format!("{a}#$i.{b}")),
            two.clone().prop_map(|(a, b)| format!("($v := {a}; {b})")),
            two.clone().prop_map(|(a, b)| format!("({a} ~> {b})")),
            two.clone().prop_map(|(a, b)| format!("[{a}, {b}]")),
            two.clone().prop_map(|(a, b)| format!("[{a}..{b}]")),
            two.clone().prop_map(|(a, b)| format!("{{\"k\": {a}, \"l\": {b}}}")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            two.clone().prop_map(|(a, b)| format!("function($v, $i){{ {a} }}({b})")),
            two.clone().prop_map(|(a, b)| format!("($f := function($v){{ {a} }}; $map({b}, $f))")),
            two.clone().prop_map(|(a, b)| format!("$reduce({b}, function($v, $i){{ {a} }})")),
            two.clone().prop_map(|(a, b)| format!("{a} ~> |{b}|{{\"z\": {b}}}, [\"a\"]|")),
            (prop::sample::select(WORDS), prop::collection::vec(inner.clone(), 0..4))
                .prop_filter("a function", |(name, _)| name.starts_with('$') && name.len() > 2)
                .prop_map(|(name, arguments)| format!("{name}({})", arguments.join(", "))),
            (prop::sample::select(WORDS), inner.clone())
                .prop_filter("a function", |(name, _)| name.starts_with('$') && name.len() > 2)
                .prop_map(|(name, argument)| format!("{name}(?, {argument})({argument})")),
            inner.prop_map(|a| format!("{a}[]")),
        ]
    })
}

fn cases(count: u32) -> ProptestConfig {
    let factor = std::env::var("PROPTEST_FACTOR").ok().and_then(|factor| factor.parse().ok()).unwrap_or(1);
    ProptestConfig { cases: count * factor, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(2000))]

    #[test]
    fn well_formed_expressions_never_panic(text in expression()) {
        exercise(&text);
    }

    #[test]
    fn mutilated_expressions_never_panic(text in expression(), cut in any::<prop::sample::Index>(), word in prop::sample::select(WORDS), keep in any::<bool>()) {
        let mut at = cut.index(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        let (before, after) = text.split_at(at);
        exercise(&format!("{before}{word}{}", if keep { after } else { "" }));
    }

    #[test]
    fn words_in_any_order_never_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..25)) {
        exercise(&words.concat());
    }

    #[test]
    fn any_text_never_panics(text in ".{0,60}") {
        exercise(&text);
    }

    #[test]
    fn any_picture_never_panics(picture in "[\\[\\]YMDdFWwXxHhPmsfZzCENnot0-9#,.;%e‰ *-]{0,16}", number in any::<f64>()) {
        let quoted = picture.replace('\\', "");
        for call in ["$formatNumber(n, \"P\")", "$formatInteger(n, \"P\")", "$parseInteger(s, \"P\")", "$fromMillis(n, \"P\")", "$toMillis(s, \"P\")", "$toMillis(\"2024\", \"P\")"] {
            exercise(&call.replace('P', &quoted));
            exercise(&call.replace('P', &quoted).replace('n', &format!("({number})")));
        }
    }

    #[test]
    fn any_pattern_never_panics(pattern in "[ab.*+?()|^$\\[\\]{}0-3,\\\\dwsbk<>=!:é-]{1,16}", text in "[ab01 é😀]{0,12}") {
        exercise(&format!("$match(\"{text}\", /{pattern}/)"));
        exercise(&format!("$replace(\"{text}\", /{pattern}/i, \"[$1$0]\")"));
    }
}

fn check_limit(text: &str, limit: Limit) {
    let program = Expression::compile(text, &OPTIONS).unwrap_or_else(|error| panic!("{text}: {error}"));
    let mut random = Random::new(1);
    let mut context = Context::new(0, &mut random);
    match program.evaluate(None, &(), &mut context) {
        Err(error) => assert_eq!(error.limit, Some(limit), "{text}: {error}"),
        Ok(outcome) => panic!("{text}: {outcome:?}"),
    }
}

#[test]
fn the_worst_expressions_are_stopped_by_name() {
    check_limit("($f := function($n){ 1 + $f($n) }; $f(1))", Limit::Depth);
    check_limit("($f := function($n){ $map([1], function($x){ [$f($n)] }) }; $f(1))", Limit::Depth);
    check_limit("($f := function(){ $f() }; $f())", Limit::Steps);
    check_limit("$reduce([1..40], function($a, $b){ $a & $a }, \"x\")", Limit::String);
    check_limit("$pad(\"x\", 1e10)", Limit::String);
    check_limit("[1..1e7].($ * 2)", Limit::Sequence);
    check_limit("$reduce([1..100000], function($a, $b){ [[$a]] })", Limit::Nesting);
    check_limit("$reduce([1..100000], function($a, $b){ {\"a\": $a} })", Limit::Nesting);
    check_limit("$match(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", /(a+)+$/)", Limit::RegexSteps);
    check_limit("($f := function($t){ $f($t & $t) }; $f(\"x\"))", Limit::String);
}

#[test]
fn long_texts_cost_no_stack() {
    for text in [
        "1".to_owned() + &"+1".repeat(20_000),
        "a".to_owned() + &".a".repeat(20_000),
        "\"a\"".to_owned() + &"&1".repeat(20_000),
        "true".to_owned() + &" and true".repeat(20_000),
        "1".to_owned() + &" ~> $string".repeat(5000),
        "a".to_owned() + &"[0]".repeat(5000),
        "[".repeat(100_000),
        "(".repeat(190) + "1" + &")".repeat(190),
        "-".repeat(100_000) + "1",
        "a ? b : ".repeat(50_000),
        "$f(".repeat(100_000),
        "a[".repeat(100_000),
        "a.(".repeat(100_000),
        "a^(b{".repeat(50_000),
        "%.".repeat(200_000) + "%",
        "a.%.".repeat(200_000) + "a",
    ] {
        exercise(&text);
    }
}

#[test]
fn long_chains_of_closures_are_taken_apart() {
    for text in [
        "($f := function($n, $g){ $n = 0 ? 1 : $f($n - 1, function(){ $g() }) }; $f(100000, function(){ 1 }))",
        "($f := function($n, $g){ $n = 0 ? 1 : $f($n - 1, $g ~> $trim) }; $f(100000, $uppercase))",
        "($f := function($n, $g){ $n = 0 ? 1 : $f($n - 1, $g(?)) }; $f(100000, function($x){ $x }))",
    ] {
        let program = Expression::compile(text, &OPTIONS).unwrap();
        let mut random = Random::new(1);
        let outcome = program.evaluate(None, &(), &mut Context::new(0, &mut random)).unwrap();
        assert_eq!(outcome, Outcome::Value(json::Value::int(1)), "{text}");
    }
}
