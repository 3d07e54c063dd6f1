//! Any path is refused or selects something; a reference path that is set can be read back.
#![no_main]

use expr::{Path, ReferencePath, Scope};
use json::Value;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let data = fuzz::data();
    let scope = Scope::new(&data, &fuzz::Host);
    for path in [Path::parse(text), Path::parse_jayway(text)].into_iter().flatten() {
        let _ = path.get(&scope);
        path.lookup(&scope);
        let _ = path.select(&scope);
        let _ = path.select_items(&scope);
        path.text_from_single_root();
        path.references(&mut Default::default());
    }
    if let Ok(path) = ReferencePath::parse(text)
        && let Ok(changed) = path.set(&data, Value::from("new"))
    {
        assert_eq!(path.get(&changed), Some(&Value::from("new")), "{text}");
    }
});
