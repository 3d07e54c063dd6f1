//! Definitions that AWS publishes as examples: every path, template and rule in them compiles.

#![allow(clippy::unwrap_used)]

use std::path::Path as FilePath;

use expr::{ChoiceRule, Expression, Path, ReferencePath, Template};
use json::{Value, parse};

#[test]
fn published_definitions_compile() {
    let folder = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = std::fs::read_dir(folder) else {
        println!("skipped: the corpus is not there");
        return;
    };
    let mut checker = Checker::default();
    for entry in entries.flatten() {
        checker.file = entry.file_name().to_string_lossy().into_owned();
        let Ok(definition) = parse(&std::fs::read_to_string(entry.path()).unwrap()) else { continue };
        checker.scope(&definition, false);
    }
    println!("{} expressions", checker.checked);
    assert!(checker.failures.is_empty(), "{}", checker.failures.join("\n"));
    assert!(checker.checked > 0);
}

#[derive(Default)]
struct Checker {
    file: String,
    checked: usize,
    failures: Vec<String>,
}

impl Checker {
    fn scope(&mut self, scope: &Value, outer_is_jsonata: bool) {
        let is_jsonata = query_language(scope).unwrap_or(outer_is_jsonata);
        let Some(states) = scope.get("States").and_then(Value::as_object) else { return };
        for state in states.values() {
            let is_jsonata = query_language(state).unwrap_or(is_jsonata);
            for (field, value) in state.as_object().into_iter().flat_map(|members| members.iter()) {
                match &**field {
                    "Branches" => {
                        value.as_array().unwrap().iter().for_each(|branch| self.scope(branch, is_jsonata));
                    }
                    "ItemProcessor" | "Iterator" => self.scope(value, is_jsonata),
                    _ if is_jsonata => {}
                    field => self.field(field, value),
                }
            }
        }
    }

    fn field(&mut self, field: &str, value: &Value) {
        match (field, value) {
            ("Choices", Value::Array(rules)) => {
                for rule in rules.items() {
                    let result = ChoiceRule::compile(rule);
                    self.result(field, rule, result.map_err(|problems| format!("{problems:?}")));
                }
            }
            ("Parameters" | "Assign" | "ItemSelector" | "ResultSelector", _) => {
                let result = Template::compile(value);
                self.result(field, value, result.map_err(|problems| format!("{problems:?}")));
            }
            ("ResultPath", Value::String(text)) => {
                self.result(field, value, ReferencePath::parse(text).map_err(|error| error.to_string()));
            }
            ("ErrorPath" | "CausePath", Value::String(text)) => {
                self.result(field, value, Expression::parse(text).map_err(|error| error.to_string()));
            }
            (_, Value::String(text)) if field.ends_with("Path") => {
                self.result(field, value, Path::parse(text).map_err(|error| error.to_string()));
            }
            _ => {}
        }
    }

    fn result<T>(&mut self, field: &str, value: &Value, result: Result<T, String>) {
        self.checked += 1;
        if let Err(message) = result {
            self.failures.push(format!("{}: {field} {value}: {message}", self.file));
        }
    }
}

fn query_language(value: &Value) -> Option<bool> {
    value.get("QueryLanguage").and_then(Value::as_str).map(|language| language == "JSONata")
}
