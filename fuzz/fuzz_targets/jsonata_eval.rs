//! Any expression ends: with a value, with nothing or with an error; a trace changes none of it.
#![no_main]

use jsonata::{CompileOptions, Context, Expression, Limits, Random, Trace};

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
        let result = program.evaluate(Some(&data), &bindings, &mut context);
        (result, context.steps_used)
    };
    let (plain, steps) = evaluate(None);
    if let Err(error) = &plain {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    let (traced, traced_steps) = evaluate(Some(&mut Trace::new(500, 50)));
    assert_eq!(format!("{plain:?}"), format!("{traced:?}"));
    assert_eq!(steps, traced_steps);
});
