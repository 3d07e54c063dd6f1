//! The worst known expressions in a browser: each ends with an error that names a limit, and the page goes on.

#![cfg(target_arch = "wasm32")]

use jsonata::{CompileOptions, Context, Expression, Limit, Outcome, Random};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

fn run(text: &str) -> Result<Outcome, Option<Limit>> {
    let program = Expression::compile(text, &CompileOptions::STEP_FUNCTIONS).map_err(|_| None)?;
    let mut random = Random::new(1);
    program.evaluate(None, &(), &mut Context::new(0, &mut random)).map_err(|error| error.limit)
}

#[wasm_bindgen_test]
fn the_worst_expressions_end() {
    let worst = [
        ("($f := function($n){ 1 + $f($n) }; $f(1))", Limit::Depth),
        ("($f := function($n){ $map([1], function($x){ [$f($n)] }) }; $f(1))", Limit::Depth),
        ("($f := function($n){ $sort([1, 2], function($x, $y){ $f($n) }) }; $f(1))", Limit::Depth),
        ("($f := function($n){ [1, 2]^($f($n)) }; $f(1))", Limit::Depth),
        ("($f := function($n){ $replace(\"aa\", /a/, function($m){ $f($n) }) }; $f(1))", Limit::Depth),
        ("($f := function($n){ $n ~> $f ~> $f }; $f(1))", Limit::Depth),
        ("($f := function(){ $f() }; $f())", Limit::Steps),
        ("$reduce([1..40], function($a, $b){ $a & $a }, \"x\")", Limit::String),
        ("$pad(\"x\", 1e10)", Limit::String),
        ("$string([1..1e7])", Limit::String),
        ("[1..1e7].($ * 2)", Limit::Sequence),
        ("[1..1e7]", Limit::Sequence),
        ("$reduce([1..100000], function($a, $b){ {\"a\": [$a]} })", Limit::Nesting),
        ("$match(\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab\", /(a+)+$/)", Limit::RegexSteps),
    ];
    for (text, limit) in worst {
        match run(text) {
            Err(actual) => assert_eq!(actual, Some(limit), "{text}"),
            Ok(_) => panic!("{text} came to an end"),
        }
    }
    assert!(run("[1..1e9]").is_err());
    assert!(Expression::compile(&"[".repeat(100_000), &CompileOptions::STEP_FUNCTIONS).is_err());
    assert_eq!(run("1 + 1"), Ok(Outcome::Value(json::Value::int(2))));
}
