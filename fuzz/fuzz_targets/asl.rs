//! Any text is a document with problems in it; nothing about it panics.
#![no_main]

use asl::{Document, ValidateOptions, validate, variable_references};
use engine::Machine;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let document = Document::parse(text);
    for problem in document.problems() {
        assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
    }
    for state in document.states() {
        assert!(text.get(state.span().range()).is_some());
        state.transitions();
        state.depth();
    }
    for offset in [0, text.len() / 2, text.len()] {
        document.state_at(offset);
    }
    let validation = validate(text, &ValidateOptions::default());
    validation.to_json();
    validation.error();
    variable_references(&document);
    asl::sniff::kind_of(text);
    let _ = Machine::compile(&document);
});
