//! The recorded JSONPath cases once more, in JSONata.

use std::sync::Arc;

use asl::{Document, QueryLanguage};
use convert::{NoteKind, Verdict, What, compare, convert};
use engine::mock::run_to_end;
use engine::{Budget, Execution, Machine, MockHost, Options};
use json::Value;

use super::host::CaseHost;
use super::{default_directory, definition_text, execution, read_cases, text};

#[derive(Default)]
struct Count {
    total: usize,
    converted: usize,
    equal: usize,
    renamed: usize,
    explained: usize,
    unexplained: Vec<String>,
}

impl Count {
    /// Converts a definition and runs both versions.
    fn check(&mut self, name: &str, definition: &str, run: impl Fn(Arc<Machine>) -> Option<Execution>) {
        let before = Document::parse(definition);
        if !before.states().any(|state| state.language() == QueryLanguage::JsonPath) {
            return;
        }
        let Ok(machine) = Machine::compile(&before) else { return };
        // What AWS refuses needs no conversion.
        if !machine.problems.is_empty() {
            return;
        }
        self.total += 1;
        let conversion = convert(&before, &What::Whole);
        self.converted += usize::from(conversion.is_complete());
        for note in conversion.notes.iter().filter(|note| note.kind == NoteKind::NotConverted) {
            println!("{name}: {} {}: {}", note.state_name, note.field, note.message);
        }
        let (after, _) = conversion.patch.apply_to(definition);
        let after = match Machine::compile(&Document::parse(&after)) {
            Ok(machine) if machine.problems.is_empty() => machine,
            other => {
                let problems = other.map_or_else(|problems| problems, |machine| machine.problems);
                self.unexplained.push(format!("{name}: {problems:?}\n{after}"));
                return;
            }
        };
        let (Some(before), Some(after)) = (run(Arc::new(machine)), run(Arc::new(after))) else { return };
        match compare(&before, &after) {
            Verdict::Equal => self.equal += 1,
            Verdict::EqualButForTheError => self.renamed += 1,
            Verdict::Different(difference) => {
                let is_explained = conversion.notes.iter().any(|note| {
                    note.kind != NoteKind::NotConverted
                        && difference.state.as_ref().is_none_or(|state| note.state_name == *state)
                });
                if is_explained {
                    self.explained += 1;
                } else {
                    self.unexplained.push(format!("{name}: {difference:?}\n{definition}"));
                }
            }
        }
    }
}

#[test]
fn recorded_cases_run_the_same_in_jsonata() {
    let Ok(cases) = read_cases(&default_directory()) else {
        println!("skipped: {} is not there", default_directory().display());
        return;
    };
    let mut count = Count::default();
    for case in &cases {
        let name = text(case, "name");
        match text(case, "kind").as_str() {
            "execution" => {
                count.check(&name, &definition_text(case), |machine| {
                    execution::run(case, machine, CaseHost::new(case)).ok().map(|(execution, _)| execution)
                });
            }
            "execution_table" => {
                let rows = case.get("rows").and_then(Value::as_array).unwrap_or_default();
                for (number, row) in rows.iter().enumerate() {
                    let input = row.get("input_text").and_then(Value::as_str);
                    let input = input.and_then(|text| json::parse(text).ok());
                    let input = input.or_else(|| row.get("input").cloned()).unwrap_or_default();
                    count.check(&format!("{name} {number}"), &definition_text(row), |machine| {
                        let mut execution = Execution::start(machine, input.clone(), Options::default());
                        run_to_end(&mut execution, &mut MockHost::default(), Budget { steps: 100_000 });
                        Some(execution)
                    });
                }
            }
            _ => {}
        }
    }
    let Count { total, converted, equal, renamed, explained, unexplained } = count;
    for difference in &unexplained {
        println!("{difference}");
    }
    println!(
        "{converted} of {total} recorded definitions converted in full; {equal} runs equal, {renamed} equal but for \
         the name of the error, {explained} different as noted, {} different without a note",
        unexplained.len()
    );
    assert!(converted * 100 >= total * 99, "{converted} of {total} are converted");
    assert!((equal + renamed) * 100 >= total * 95, "{equal} and {renamed} of {total} are equal");
    assert!(unexplained.is_empty());
}
