//! Any regular expression on any text ends. The input is a pattern and a text, which the pattern searches.
#![no_main]

use json::Value;
use jsonata::{CompileOptions, Context, Expression, Limits, Random};

libfuzzer_sys::fuzz_target!(|input: &str| {
    let [pattern, subject] = fuzz::parts(input);
    let subject = Value::from(subject);
    let bindings = |name: &str| (name == "subject").then(|| subject.clone());
    for call in ["$match($subject, /P/)", "$replace($subject, /P/i, \"[$0|$1]\")", "$split($subject, /P/m)"] {
        let text = call.replace('P', pattern);
        let Ok(program) = Expression::compile(&text, &CompileOptions::default()) else { return };
        let mut random = Random::new(7);
        let limits = Limits { regex_steps: 200_000, steps: 500_000, ..Limits::default() };
        let mut context = Context { limits, now_millis: 0, random: &mut random, trace: None, steps_used: 0 };
        let _ = program.evaluate(None, &bindings, &mut context);
    }
});
