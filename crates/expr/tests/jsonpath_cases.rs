//! The expressions of the shared JSONPath cases: results and errors of Jayway's JsonPath.

use std::path::Path as FilePath;

use expr::Path;
use json::{Value, parse};

#[test]
fn jayways_answers() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/jsonpath");
    let (Ok(document), Ok(cases)) = (
        std::fs::read_to_string(folder.join("document.json")),
        std::fs::read_to_string(folder.join("cases.jsonl")),
    ) else {
        println!("skipped: the shared JSONPath cases are not there");
        return;
    };
    let document = parse(&document).unwrap();
    let mut failures = Vec::new();
    let mut count = 0;
    for line in cases.lines().filter(|line| !line.is_empty()) {
        count += 1;
        let case = parse(line).unwrap();
        if let Some(difference) = difference(&document, &case) {
            failures.push(format!("{}: {difference}", case.get("path").unwrap()));
        }
    }
    assert!(failures.is_empty(), "{} of {count} differ:\n{}", failures.len(), failures.join("\n"));
}

fn difference(document: &Value, case: &Value) -> Option<String> {
    let path = Path::parse_jayway(case.get("path")?.as_str()?);
    let definite = case.get("def").and_then(Value::as_bool);
    if path.as_ref().ok().map(Path::is_definite) != definite {
        return Some(format!("definite: {path:?} instead of {definite:?}"));
    }
    let result = match &path {
        Ok(path) => path.get_in(document).map_err(|error| format!("PathNotFoundException: {error}")),
        Err(error) => Err(format!("InvalidPathException: {error}")),
    };
    let actual = match result {
        Ok(value) => value.to_text(),
        Err(message) => message,
    };
    let expected = match (case.get("ok"), case.get("err")) {
        (Some(value), _) => value.to_text(),
        (None, message) => message?.as_str()?.to_owned(),
    };
    (actual != expected).then(|| format!("{actual} instead of {expected}"))
}
