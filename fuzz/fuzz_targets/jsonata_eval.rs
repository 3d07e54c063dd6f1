//! Any expression ends: with a value, with nothing or with an error; a trace does not change it.
#![no_main]

use jsonata::{CompileOptions, Context, EvalError, Expression, Limits, Random, Trace};

const LIMITS: Limits = Limits {
    steps: 200_000,
    depth: 500,
    sequence: 50_000,
    string: 1_000_000,
    regex_steps: 100_000,
    nesting: 1000,
};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let options = CompileOptions { step_functions: text.len() % 2 == 0, eval: true };
    let Ok(program) = Expression::compile(text, &options) else { return };
    let data = fuzz::data();
    let bindings = |name: &str| matches!(name, "x" | "states").then(|| data.clone());
    let evaluate = |trace: Option<&mut Trace>| {
        let mut random = Random::new(7);
        let mut context = Context {
            limits: LIMITS,
            now_millis: 1_700_000_000_000,
            random: &mut random,
            trace,
            steps_used: 0,
        };
        program.evaluate(Some(&data), &bindings, &mut context)
    };
    let plain = evaluate(None);
    if let Err(error) = &plain {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    let traced = evaluate(Some(&mut Trace::new(500, 50)));
    // A trace takes more steps and more depth.
    let is_limit = |result: &Result<_, EvalError>| result.as_ref().is_err_and(|error| error.limit.is_some());
    if !is_limit(&plain) && !is_limit(&traced) {
        assert_eq!(format!("{plain:?}"), format!("{traced:?}"));
    }
});
