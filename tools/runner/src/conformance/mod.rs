//! Recorded cases: run each, compare with what AWS answered.

#[cfg(test)]
mod conversions;
mod execution;
mod host;
mod jsonata;
mod matcher;
mod static_analysis;
mod test_state;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use engine::Instant;
use json::Value;

/// `conformance [--cases DIRECTORY] [--filter TEXT] [--verbose]`, or `conformance --jsonata FILE`
pub fn command(arguments: &[String]) -> ExitCode {
    let mut directory = default_directory();
    // JSONata's files are part of the whole, not of a selection of cases.
    let mut has_jsonata = true;
    let mut filter = String::new();
    let mut is_verbose = false;
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--cases" => {
                directory = rest.next().map(PathBuf::from).unwrap_or_default();
                has_jsonata = false;
            }
            "--filter" => {
                filter = rest.next().cloned().unwrap_or_default();
                has_jsonata = false;
            }
            "--jsonata" => return jsonata_command(&rest.next().map(PathBuf::from).unwrap_or_default()),
            "--verbose" => is_verbose = true,
            other => {
                eprintln!("unknown argument: {other}");
                return ExitCode::from(2);
            }
        }
    }
    let cases = match read_cases(&directory) {
        Ok(cases) => cases,
        Err(error) => {
            eprintln!("{}: {error}", directory.display());
            return ExitCode::from(2);
        }
    };
    if has_jsonata {
        for name in ["suite.jsonl", "differential.jsonl"] {
            match jsonata::run(&shared().join("jsonata").join(name), false) {
                Ok((passed, total)) => println!("jsonata {name:24} {passed:4} of {total:4}"),
                Err(problem) => println!("jsonata {name} is left out: {problem}"),
            }
        }
    }
    report(&cases, &filter, is_verbose)
}

fn jsonata_command(path: &Path) -> ExitCode {
    match jsonata::run(path, true) {
        Ok((passed, total)) => {
            println!("jsonata: passed {passed} of {total}");
            if passed == total { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(2)
        }
    }
}

/// The data beside the repository, where it is.
fn shared() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared")
}

fn default_directory() -> PathBuf {
    shared().join("conformance/cases")
}

fn read_cases(directory: &Path) -> std::io::Result<Vec<Value>> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(directory)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    paths.sort();
    let mut cases = Vec::with_capacity(paths.len());
    for path in paths {
        let text = std::fs::read_to_string(&path)?;
        match json::parse(&text) {
            Ok(case) => cases.push(case),
            Err(error) => eprintln!("{}: {error}", path.display()),
        }
    }
    Ok(cases)
}

fn report(cases: &[Value], filter: &str, is_verbose: bool) -> ExitCode {
    let mut counts: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    let mut failures = Vec::new();
    let (mut passed, mut total) = (0, 0);
    for case in cases {
        let name = text(case, "name");
        if !name.contains(filter) {
            continue;
        }
        let key = (text(case, "kind"), text(case, "query_language"));
        let differences = differences(case);
        total += 1;
        let count = counts.entry(key.clone()).or_default();
        count.1 += 1;
        if differences.is_empty() {
            count.0 += 1;
            passed += 1;
        } else {
            failures.push((key.0, name, differences));
        }
    }
    for ((kind, language), (passed, total)) in &counts {
        println!("{kind:20} {language:10} {passed:4} of {total:4}");
    }
    if !failures.is_empty() {
        println!("\nfailing:");
    }
    for (kind, name, differences) in &failures {
        println!("{kind} {name}");
        let most = if is_verbose { usize::MAX } else { 2 };
        for difference in differences.iter().take(most) {
            println!("    {difference}");
        }
    }
    println!("conformance: passed {passed} of {total}");
    if passed == total { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn differences(case: &Value) -> Vec<String> {
    match text(case, "kind").as_str() {
        "execution" => execution::differences(case),
        "start_error" => static_analysis::start_error_differences(case),
        "test_state" => test_state::differences(case),
        "validation" => static_analysis::validation_differences(case),
        "variable_references" => static_analysis::reference_differences(case),
        "execution_table" => execution::table_differences(case),
        other => vec![format!("cases of the kind '{other}' are not run yet")],
    }
}

fn text(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn definition_text(case: &Value) -> String {
    match case.get("definition") {
        Some(definition) => definition.to_text(),
        None => text(case, "definition_text"),
    }
}

fn placeholders(case: &Value) -> Vec<String> {
    let tokens = case.get("placeholders").and_then(Value::as_array).unwrap_or_default();
    tokens.iter().filter_map(|token| token.as_str().map(str::to_owned)).collect()
}

/// The day of the recording: AWS changed over time. Written as `20-11-2024, 14:37:26`.
fn recorded_on(case: &Value) -> Option<Instant> {
    let recorded = case.get("source")?.get("recorded")?.as_str()?;
    let (date, time) = recorded.split_once(", ")?;
    let mut parts = date.split('-');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    Instant::from_iso(&format!("{year}-{month}-{day}T{time}Z"))
}
