//! Any payload template is refused or gives a value or an error, the same each time.
#![no_main]

use expr::{Scope, Template};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(value) = json::parse(text) else { return };
    let Ok(template) = Template::compile(&value) else { return };
    let data = fuzz::data();
    let scope = Scope::new(&data, &fuzz::Host);
    let result = template.evaluate(&scope);
    assert_eq!(result.is_ok(), template.evaluate(&scope).is_ok());
    if let Ok(result) = result {
        assert_eq!(json::parse(&result.to_text()).as_ref(), Ok(&result));
    }
    let _ = template.evaluate_members(&scope);
    template.references(&mut Default::default());
});
