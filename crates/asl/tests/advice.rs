//! Advice on real workflows.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use asl::{CheckOptions, Document, Severity};

/// Advice that every other workflow gets is noise. The hits themselves were looked at: printed by
/// `cargo test -p asl --test advice -- --nocapture`.
#[test]
fn the_corpus_gets_advice_with_measure() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut total = 0;
    for path in paths {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let document = Document::parse(&text);
        let options = CheckOptions { advice: true, ..CheckOptions::default() };
        let mut codes = Vec::new();
        for problem in document.problems_with(&options) {
            if problem.severity == Severity::Error {
                continue;
            }
            println!("{name} {} {}: {}", problem.code, problem.location, problem.message);
            codes.push(problem.code);
            for fix in &problem.fixes {
                let fixed = fix.patch.apply_to(&text).0;
                let left = Document::parse(&fixed).problems_with(&options);
                let is_left = left.iter().any(|other| {
                    other.code == problem.code
                        && other.location == problem.location
                        && other.message == problem.message
                });
                assert!(!is_left, "{name}: {} leaves {}", fix.title, problem.message);
            }
        }
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            *counts.entry(code).or_default() += 1;
        }
        total += 1;
    }
    for (code, count) in &counts {
        println!("{code}: {count} of {total}");
    }
    for (code, most) in
        [("missing-catch", 12), ("history-limit", 15), ("could-be-express", 5), ("secret-in-text", 2)]
    {
        assert!(counts.get(code).copied().unwrap_or(0) * 100 <= total * most, "{code}: {counts:?}");
    }
}
