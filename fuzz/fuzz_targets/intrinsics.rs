//! Any call of an intrinsic function is refused or gives a value or an error.
#![no_main]

use expr::{Intrinsic, Scope};

libfuzzer_sys::fuzz_target!(|text: &str| {
    // What is fuzzed most is what is called, so calls start as they should.
    let called = format!("States.{text}");
    for text in [text, &called] {
        let Ok(intrinsic) = Intrinsic::parse(text) else { continue };
        let data = fuzz::data();
        let result = intrinsic.evaluate(&Scope::new(&data, &fuzz::Host));
        if let Ok(result) = result {
            assert_eq!(json::parse(&result.to_text()).as_ref(), Ok(&result));
        }
        intrinsic.references(&mut Default::default());
    }
});
