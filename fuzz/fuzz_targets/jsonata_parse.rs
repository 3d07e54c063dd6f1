//! Any text gives a syntax tree and errors with spans in the text; completions are inside of it.
#![no_main]

use jsonata::{CompileOptions, CompletionRequest, Expression, complete};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let parsed = Expression::parse(text);
    for node in &parsed.nodes {
        assert!(text.get(node.span.range()).is_some(), "{node:?}");
    }
    for error in &parsed.errors {
        assert!(text.get(error.span.range()).is_some(), "{error:?}");
    }
    for options in [CompileOptions::default(), CompileOptions::STEP_FUNCTIONS] {
        if let Err(error) = Expression::compile(text, &options) {
            assert!(text.get(error.span.range()).is_some(), "{error:?}");
        }
    }
    let data = fuzz::data();
    for offset in [0, text.len() / 3, text.len()] {
        let request = CompletionRequest {
            text,
            offset,
            options: CompileOptions::STEP_FUNCTIONS,
            variables: &[("states", Some(&data)), ("x", None)],
            input: Some(&data),
        };
        for completion in complete(&request) {
            assert!(text.get(completion.replaces.range()).is_some(), "{completion:?}");
        }
    }
});
