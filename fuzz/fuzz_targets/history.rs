//! Any JSON is refused as a history, or kept as it is; what is exported of it can be read again.
#![no_main]

use engine::TimestampStyle;
use engine::history::ImportedHistory;

libfuzzer_sys::fuzz_target!(|text: &str| {
    let Ok(value) = json::parse(text) else { return };
    let Ok(imported) = ImportedHistory::from_json(&value, None) else { return };
    assert_eq!(imported.to_json(), value);
    let exported = imported.history.to_aws_json(TimestampStyle::Iso);
    let again = ImportedHistory::from_json(&exported, None).expect("our own export");
    assert_eq!(again.history.to_aws_json(TimestampStyle::Iso).to_text(), exported.to_text());
});
