//! Recorded behaviour of Step Functions that can be checked without an engine: Choice tables and
//! machines of one Pass state with Parameters.

#![allow(clippy::unwrap_used)]

use std::path::{Path as FilePath, PathBuf};

use expr::{ChoiceRule, Expression, Host, References, Scope, Template};
use json::{Map, Value, parse};

#[test]
fn choice_tables() {
    let Some(cases) = cases("execution_table") else { return };
    let mut rows_checked = 0;
    for (name, case) in &cases {
        for row in case.get("rows").and_then(Value::as_array).unwrap_or_default() {
            let definition = row.get("definition").unwrap();
            let states = definition.get("States").and_then(Value::as_object).unwrap();
            let Some(choice) = states.values().find(|state| text(state, "Type") == Some("Choice")) else {
                continue;
            };
            let input = parse(text(row, "input_text").unwrap()).unwrap();
            let expected = row.get("expect").and_then(|expect| expect.get("output")).unwrap();
            let next = next_state(choice, &input, definition).unwrap();
            let output = states.get(next.as_str()).and_then(|state| state.get("Result")).unwrap();
            assert_eq!(output, expected, "{name}: {input} with {choice}");
            rows_checked += 1;
        }
    }
    println!("{rows_checked} rows in {} cases", cases.len());
    assert!(rows_checked > 0);
}

#[test]
fn pass_states_with_parameters() {
    let Some(cases) = cases("execution") else { return };
    let mut checked = 0;
    let mut failures = Vec::new();
    for (name, case) in &cases {
        let Some(parameters) = only_parameters(case) else { continue };
        let input = parse(text(case, "input_text").unwrap()).unwrap();
        let host = RecordedHost { case };
        let expect = case.get("expect").unwrap();
        let result = match Template::compile(parameters) {
            Ok(template) => template.evaluate(&Scope::new(&input, &host)),
            Err(problems) => {
                failures.push(format!("{name}: {problems:?}"));
                continue;
            }
        };
        checked += 1;
        match (text(expect, "status"), result) {
            (Some("SUCCEEDED"), Ok(output)) => {
                let expected = expect.get("output").unwrap();
                if !fits(expected, &output) {
                    failures.push(format!("{name}: {output} instead of {expected}"));
                } else if !same_order(expected, &output) {
                    failures.push(format!("{name}: another order: {output} instead of {expected}"));
                }
            }
            (Some("FAILED"), Err(error)) => {
                let cause = text(expect, "cause").unwrap_or_default();
                let inner = cause.split_once("). ").map_or(cause, |(_, inner)| inner);
                let inner = inner.split('<').next().unwrap_or_default();
                if text(expect, "error") != Some(error.name) || !error.cause.starts_with(inner) {
                    failures.push(format!("{name}: {error} instead of {cause}"));
                }
            }
            (status, result) => failures.push(format!("{name}: {result:?} instead of {status:?}")),
        }
    }
    println!("{checked} cases");
    assert!(failures.is_empty(), "{} of {checked} differ:\n{}", failures.len(), failures.join("\n"));
    assert!(checked > 0);
}

/// The context object as far as a case tells it.
struct RecordedHost<'c> {
    case: &'c Value,
}

impl Host for RecordedHost<'_> {
    fn context_object(&self) -> Value {
        let input = parse(text(self.case, "input_text").unwrap()).unwrap();
        let arn = |field| {
            let context = self.case.get("context");
            context.and_then(|context| context.get(field)).cloned().unwrap_or_default()
        };
        let machine = arn("stateMachineArn");
        let name = machine.as_str().and_then(|arn| arn.rsplit(':').next()).unwrap_or_default().to_owned();
        Value::from_members([
            ("Execution", Value::from_members([("Input", input), ("Id", arn("executionArn"))])),
            ("StateMachine", Value::from_members([("Id", machine), ("Name", Value::string(name))])),
        ])
    }

    fn variable(&self, _name: &str) -> Option<Value> {
        None
    }

    fn random(&self) -> u64 {
        7
    }
}

/// The Parameters of a machine that consists of one Pass state with nothing else.
fn only_parameters(case: &Value) -> Option<&Value> {
    if text(case, "query_language") != Some("JSONPath") {
        return None;
    }
    let states = case.get("definition")?.get("States")?.as_object()?;
    let (_, state) = states.entry_at(0)?;
    let plain =
        state.as_object()?.keys().all(|field| matches!(&**field, "Type" | "Parameters" | "End" | "Comment"));
    (states.len() == 1 && plain && text(state, "Type") == Some("Pass")).then(|| state.get("Parameters"))?
}

fn next_state(choice: &Value, input: &Value, definition: &Value) -> Option<String> {
    let host = RecordedHost { case: definition };
    for rule in choice.get("Choices")?.as_array()? {
        let compiled = ChoiceRule::compile(rule).unwrap();
        if compiled.matches(&Scope::new(input, &host)).unwrap() {
            return text(rule, "Next").map(str::to_owned);
        }
    }
    text(choice, "Default").map(str::to_owned)
}

/// Equality, except where the recording left something out.
fn fits(expected: &Value, actual: &Value) -> bool {
    if expected.get("$ignore").is_some() {
        return true;
    }
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            let actual = actual.members();
            expected.members().len() == actual.len()
                && expected
                    .members()
                    .iter()
                    .all(|(name, value)| actual.get(name).is_some_and(|actual| fits(value, actual)))
        }
        (Value::Array(expected), Value::Array(actual)) => {
            expected.items().len() == actual.items().len()
                && expected
                    .items()
                    .iter()
                    .zip(actual.items())
                    .all(|(expected, actual)| fits(expected, actual))
        }
        (Value::String(text), _) if text.starts_with('<') => actual.as_str().is_some(),
        _ => expected.to_text() == actual.to_text(),
    }
}

fn same_order(expected: &Value, actual: &Value) -> bool {
    match (expected.as_object(), actual.as_object()) {
        (Some(expected), Some(actual)) if expected.get("$ignore").is_none() => {
            expected.keys().eq(actual.keys())
                && expected
                    .values()
                    .zip(actual.values())
                    .all(|(expected, actual)| same_order(expected, actual))
        }
        _ => true,
    }
}

fn text<'v>(value: &'v Value, field: &str) -> Option<&'v str> {
    value.get(field).and_then(Value::as_str)
}

fn cases(kind: &str) -> Option<Vec<(String, Value)>> {
    let folder: PathBuf = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/conformance/cases");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: the recorded cases are not there");
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let case = parse(&std::fs::read_to_string(&path).ok()?).ok()?;
        let name = path.file_stem()?.to_str()?.to_owned();
        (text(&case, "kind") == Some(kind)).then_some((name, case))
    };
    Some(paths.into_iter().filter_map(read).collect())
}

#[test]
fn variable_references() {
    let Some(cases) = cases("variable_references") else { return };
    for (name, case) in &cases {
        if text(case, "query_language") != Some("JSONPath") {
            continue;
        }
        let mut found = Map::new();
        collect_references(case.get("definition").unwrap(), &mut found);
        let expected = case.get("expect").and_then(|expect| expect.get("variableReferences")).unwrap();
        assert_eq!(&Value::object(found), expected, "{name}");
    }
}

/// The variables that each state of a scope and the scopes in it read.
fn collect_references(scope: &Value, found: &mut Map) {
    for (name, state) in scope.get("States").and_then(Value::as_object).unwrap().iter() {
        let mut references = References::default();
        for (field, value) in state.as_object().unwrap().iter() {
            match &**field {
                "Choices" => {
                    for rule in value.as_array().unwrap_or_default() {
                        ChoiceRule::compile(rule).unwrap().references(&mut references);
                    }
                }
                "Branches" => value.as_array().unwrap_or_default().iter().for_each(|branch| {
                    collect_references(branch, found);
                }),
                "ItemProcessor" | "Iterator" => collect_references(value, found),
                "Parameters" | "Assign" | "ItemSelector" | "ResultSelector" => {
                    Template::compile(value).unwrap().references(&mut references);
                }
                "Result" => {}
                _ => collect_paths(field, value, &mut references),
            }
        }
        if !references.variables.is_empty() {
            let variables = references.variables.into_iter().map(Value::from).collect();
            found.insert(name.clone(), Value::array(variables));
        }
    }
}

fn collect_paths(field: &str, value: &Value, references: &mut References) {
    match value {
        Value::String(text) if field.ends_with("Path") => {
            Expression::parse(text).unwrap().references(references);
        }
        Value::Object(object) => {
            object.members().iter().for_each(|(field, value)| collect_paths(field, value, references));
        }
        _ => {}
    }
}

#[test]
fn static_parts_are_shared() {
    let definition = parse(r#"{"big":{"list":[1,2,3]},"x.$":"$.a"}"#).unwrap();
    let template = Template::compile(&definition).unwrap();
    let input = Value::object(Map::from_iter([("a", Value::int(1))]));
    let evaluate = || template.evaluate(&Scope::new(&input, &expr::NoHost)).unwrap();
    let (first, second) = (evaluate(), evaluate());
    assert!(first.get("big").unwrap().is_same(second.get("big").unwrap()));
}
