//! What AWS was recorded to say of definitions, and the definitions of the corpus.

mod shared_data;

use std::fs;

use json::Value;
use shared_data::{cases, definition, shared, text_at, validate_case};

#[test]
fn validation_cases() {
    let mut counts = (0, 0);
    let mut failed = Vec::new();
    for (name, case) in cases("conformance/cases") {
        if text_at(&case, "kind") != Some("validation") {
            continue;
        }
        let validation = validate_case(&case, &definition(&case).unwrap());
        let expected = case.get("expect").unwrap();
        counts.1 += 1;
        let verdict = expected.get("valid").and_then(Value::as_bool) == Some(validation.is_valid());
        // LocalStack's own messages are not AWS's.
        let by_aws = case.get("source").and_then(|source| text_at(source, "oracle")) != Some("localstack");
        let words = !by_aws
            || match expected.get("error") {
                Some(error) => validation.error().is_some_and(|found| {
                    text_at(error, "code") == Some(found.code)
                        && text_at(error, "message") == Some(&found.message)
                }),
                None => {
                    let response = validation.to_json();
                    ["result", "diagnostics", "truncated"].into_iter().all(|name| {
                        expected.get(name).is_none_or(|wanted| response.get(name) == Some(wanted))
                    })
                }
            };
        if verdict && words {
            counts.0 += 1;
        } else {
            failed.push(format!("{name}: {} instead of {}", validation.to_json(), expected));
        }
    }
    println!("validation: passed {} of {}", counts.0, counts.1);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

#[test]
fn variable_reference_cases() {
    let mut count = 0;
    for (name, case) in cases("conformance/cases") {
        if text_at(&case, "kind") != Some("variable_references") {
            continue;
        }
        count += 1;
        let document = asl::Document::parse(&definition(&case).unwrap());
        let found: Vec<(String, Value)> = asl::variable_references(&document)
            .into_iter()
            .map(|(state, names)| {
                (state.to_string(), Value::array(names.into_iter().map(Value::from).collect()))
            })
            .collect();
        let expected = case.get("expect").and_then(|expect| expect.get("variableReferences")).unwrap();
        assert_eq!(&Value::from_members(found), expected, "{name}");
    }
    println!("variable_references: passed {count} of {count}");
}

#[test]
fn definitions_that_ran_on_aws_are_valid() {
    let mut count = 0;
    let mut failed = Vec::new();
    for (name, case) in cases("conformance/cases") {
        let rows = match text_at(&case, "kind") {
            Some("execution" | "start_error" | "variable_references") => vec![case.clone()],
            Some("execution_table") => case.get("rows").and_then(Value::as_array).unwrap().to_vec(),
            _ => continue,
        };
        for row in rows {
            count += 1;
            let definition = definition(&row).unwrap();
            if let Some(error) = validate_case(&case, &definition).error() {
                failed.push(format!("{name}: {}", error.message));
            }
        }
    }
    println!("definitions that ran: {} of {count} are valid", count - failed.len());
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What is really wrong with definitions of the corpus.
const CORPUS_PROBLEMS: [(&str, &str); 1] = [
    // QueryLanguage stands among the states, so the JSONata states are read as JSONPath.
    ("shared-fallback-state-jsonata__statemachine__statemachine", "wrong-type query-language"),
];

#[test]
fn corpus_definitions_list_only_true_problems() {
    let Some(path) = shared("corpus/definitions") else { return };
    let mut failed = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let known = CORPUS_PROBLEMS.iter().find(|(known, _)| *known == name).map_or("", |(_, codes)| codes);
        files += 1;
        for problem in asl::Document::parse(&fs::read_to_string(&path).unwrap()).problems() {
            if !known.split(' ').any(|code| code == problem.code) {
                failed.push(format!("{name}: {} {}: {}", problem.code, problem.location, problem.message));
            }
        }
    }
    println!("{files} definitions list only true problems");
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// A text that is being typed: every prefix of a definition is read, checked and kept to the byte.
#[test]
fn every_prefix_of_a_definition_is_read() {
    let mut texts: Vec<String> = cases("conformance/cases")
        .iter()
        .filter_map(|(_, case)| Some(case.get("definition")?.to_pretty()))
        .collect();
    if let Some(path) = shared("corpus/definitions") {
        texts.extend(
            fs::read_dir(path).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()),
        );
    }
    texts.sort();
    texts.dedup();
    let mut prefixes = 0;
    for text in &texts {
        // Every prefix of short texts, and as many of long ones as take the same time.
        let step = (text.len() * text.len() / 20_000_000).max(1);
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            let document = asl::Document::parse(&text[..end]);
            assert_eq!(document.text(), &text[..end]);
            prefixes += 1;
            if end % 7 == 0 {
                for problem in document.problems() {
                    assert!(problem.span.start <= problem.span.end && problem.span.end <= end, "{problem:?}");
                    assert!(text.get(problem.span.range()).is_some(), "{problem:?}");
                }
            }
        }
    }
    println!("{prefixes} prefixes of {} definitions", texts.len());
}
