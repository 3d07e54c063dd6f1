//! jsonata's own test suite and a comparison with it, where the files are there.

use std::path::PathBuf;

use jsonata::suite::{CaseResult, run_line};

fn run(name: &str) -> Option<Vec<CaseResult>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/jsonata").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {name} is not there");
        return None;
    };
    let results: Vec<CaseResult> = text.lines().filter_map(run_line).collect();
    for result in results.iter().filter(|result| !result.passed) {
        let difference = result.difference.as_deref().unwrap_or_default();
        let difference: String = difference.chars().take(300).collect();
        println!("{}  {}  {difference}", result.id, result.expression.replace('\n', " "));
    }
    let passed = results.iter().filter(|result| result.passed).count();
    println!("jsonata: passed {passed} of {}", results.len());
    Some(results)
}

#[test]
fn the_suite_passes() {
    let Some(results) = run("suite.jsonl") else { return };
    // Two cases hold lone surrogates, which no text here can.
    let failed: Vec<&str> =
        results.iter().filter(|result| !result.passed).map(|result| result.id.as_str()).collect();
    assert!(results.len() >= 1342 && failed.is_empty(), "{failed:?}");
}

/// What differs: seven results are functions, which the file holds as JavaScript's objects or as its failure to write
/// them down, and six are errors of JavaScript itself, without a code, in whose place there is one of JSONata.
#[test]
fn nearly_everything_is_as_in_javascript() {
    let Some(results) = run("differential.jsonl") else { return };
    let passed = results.iter().filter(|result| result.passed).count();
    assert!(passed * 100 >= results.len() * 99, "{passed} of {}", results.len());
}
