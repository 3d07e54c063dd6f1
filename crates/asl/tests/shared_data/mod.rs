//! The data beside the repository that recorded cases come from.
// Each test file uses a part of it.
#![allow(dead_code, clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use asl::{ValidateOptions, Validation, WorkflowType, validate};
use json::Value;

/// The folder of shared data; tests pass without it.
pub fn shared(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(folder);
    if !path.is_dir() {
        println!("skipped: {folder} is not here");
        return None;
    }
    Some(path)
}

/// The cases of a folder, by name.
pub fn cases(folder: &str) -> Vec<(String, Value)> {
    let Some(path) = shared(folder) else { return Vec::new() };
    let mut cases: Vec<(String, Value)> = fs::read_dir(path)
        .unwrap()
        .filter_map(|entry| {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            let case = json::parse(&text).unwrap();
            Some((text_at(&case, "name")?.to_owned(), case))
        })
        .collect();
    cases.sort_by(|(one, _), (other, _)| one.cmp(other));
    cases
}

pub fn text_at<'v>(value: &'v Value, name: &str) -> Option<&'v str> {
    value.get(name)?.as_str()
}

pub fn definition(case: &Value) -> Option<String> {
    match case.get("definition_text") {
        Some(text) => text.as_str().map(str::to_owned),
        None => case.get("definition").map(Value::to_text),
    }
}

pub fn validate_case(case: &Value, definition: &str) -> Validation {
    let workflow_type = match text_at(case, "type") {
        Some("EXPRESS") => WorkflowType::Express,
        _ => WorkflowType::Standard,
    };
    validate(definition, &ValidateOptions { workflow_type, ..ValidateOptions::default() })
}
