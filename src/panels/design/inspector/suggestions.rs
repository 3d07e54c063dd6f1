//! What may stand in a path: the places of the data that the state last got, and the variables.

use json::Value;
use leptos::prelude::*;

use super::form::Form;

const MOST: usize = 80;

/// Paths into the state's data and the names of variables.
pub fn paths(form: Form) -> Signal<Vec<String>> {
    Signal::derive(move || {
        let mut paths = vec!["$".to_owned()];
        if let Some(sample) = sample(form) {
            add_paths("$", &sample, 0, &mut paths);
        }
        for name in variables(form) {
            paths.push(format!("${name}"));
        }
        paths.push("$$.Execution.Id".to_owned());
        paths.push("$$.Execution.Input".to_owned());
        paths.push("$$.State.EnteredTime".to_owned());
        paths
    })
}

/// The names of all variables that the definition assigns.
pub fn variables(form: Form) -> Vec<String> {
    form.object.with(|object| {
        let Some(located) = object else { return Vec::new() };
        let tree = located.document.tree();
        let mut names: Vec<String> = Vec::new();
        for state in located.document.states() {
            let Some(assign) = state.field("Assign") else { continue };
            for member in tree.members(assign) {
                let name = member.name.strip_suffix(".$").unwrap_or(&member.name).to_owned();
                if !names.contains(&name) {
                    names.push(name);
                }
            }
        }
        names
    })
}

/// What the state got when it was last entered.
pub fn sample(form: Form) -> Option<Value> {
    let name = form.object.with(|object| object.as_ref().map(|located| located.name.clone()))?;
    form.studio.runs.with_run(|run| {
        let visits = run.session.visits();
        let (_, visit) = visits.iter().rev().find(|(_, visit)| visit.name == name)?;
        run.event(visit.entered)?.0.details.input().cloned()
    })?
}

fn add_paths(path: &str, value: &Value, depth: usize, paths: &mut Vec<String>) {
    if paths.len() >= MOST || depth > 5 {
        return;
    }
    if let Some(members) = value.as_object() {
        for (name, inner) in members.iter().take(40) {
            let is_plain = name.chars().all(|c| c.is_alphanumeric() || c == '_');
            let path = if is_plain { format!("{path}.{name}") } else { format!("{path}['{name}']") };
            paths.push(path.clone());
            add_paths(&path, inner, depth + 1, paths);
        }
    } else if let Some(first) = value.at(0) {
        add_paths(&format!("{path}[0]"), first, depth + 1, paths);
    }
}
