//! Real workflows: converted in full, and the same when they run.

#![allow(clippy::unwrap_used)]

use std::path::{Path, PathBuf};

use asl::{Document, QueryLanguage, Severity};
use convert::{NoteKind, ProofOptions, Verdict, What, convert, prove, samples};
use engine::{Budget, Status};

fn definitions() -> Option<Vec<(String, String)>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return None;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    Some(paths.into_iter().map(read).collect())
}

fn errors(document: &Document) -> Vec<String> {
    let problems = document.problems().into_iter().filter(|problem| problem.severity == Severity::Error);
    problems.map(|problem| format!("{}: {}", problem.location, problem.message)).collect()
}

#[test]
fn the_corpus_is_converted_and_runs_the_same() {
    let Some(definitions) = definitions() else { return };
    let (mut total, mut complete, mut equal, mut runs, mut succeeded, mut entered) = (0, 0, 0, 0, 0, 0);
    let mut changed = 0;
    for (name, text) in definitions {
        let before = Document::parse(&text);
        let is_jsonpath = before.states().any(|state| state.language() == QueryLanguage::JsonPath);
        if !is_jsonpath || before.states().count() == 0 {
            continue;
        }
        total += 1;
        let conversion = convert(&before, &What::Whole);
        let (after_text, inverse) = conversion.patch.apply_to(&text);
        assert_eq!(inverse.apply_to(&after_text).0, text, "{name}");
        let after = Document::parse(&after_text);
        let new_errors: Vec<String> =
            errors(&after).into_iter().filter(|error| !errors(&before).contains(error)).collect();
        assert!(new_errors.is_empty(), "{name}: {new_errors:?}\n{after_text}");
        let again = convert(&after, &What::Whole);
        if conversion.is_complete() {
            complete += 1;
            assert!(again.patch.is_empty(), "{name}: {after_text}");
            assert!(after.states().all(|state| state.language() == QueryLanguage::Jsonata), "{name}");
        } else {
            for note in conversion.notes.iter().filter(|note| note.kind == NoteKind::NotConverted) {
                println!("{name}: {} {}: {}", note.state_name, note.field, note.message);
            }
        }
        let options = ProofOptions { budget: Budget { steps: 60_000 } };
        let proof = prove(&before, &after, &samples(&before), options);
        let mut is_equal = conversion.is_complete();
        for case in &proof.cases {
            runs += 1;
            entered += case.before.states_entered;
            succeeded += usize::from(case.before.status == Status::Succeeded);
            match &case.verdict {
                Verdict::Equal | Verdict::EqualButForTheError => {}
                Verdict::Different(difference) => {
                    is_equal = false;
                    let is_explained = conversion.notes.iter().any(|note| {
                        note.kind != NoteKind::Info
                            && difference.state.as_ref().is_none_or(|state| note.state_name == *state)
                    });
                    println!("{name} {} (explained: {is_explained}): {difference:?}", case.name);
                    changed += usize::from(!is_explained);
                }
            }
        }
        equal += usize::from(is_equal);
    }
    println!(
        "{complete} of {total} definitions converted in full, {equal} of them equal in all of {runs} runs; \
         {succeeded} runs succeeded, {entered} states were entered, {changed} differences without a note"
    );
    assert!(complete * 100 >= total * 95, "{complete} of {total} are converted");
    assert!(equal * 100 >= total * 95, "{equal} of {total} are equal");
    assert_eq!(changed, 0);
    // Runs that fail at their first state would prove nothing.
    assert!(succeeded * 2 >= runs, "{succeeded} of {runs} runs succeed");
}
