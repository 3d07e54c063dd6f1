//! JSONata's own test suite, and comparisons with it: files of one case a line.

use std::path::Path;

/// Runs a file; answers how many of its cases passed, and how many there are.
pub fn run(path: &Path, lists_failures: bool) -> Result<(usize, usize), String> {
    let text = crate::run::read(path)?;
    let (mut passed, mut total) = (0, 0);
    for result in text.lines().filter_map(jsonata::suite::run_line) {
        total += 1;
        if result.passed {
            passed += 1;
        } else if lists_failures {
            let difference = result.difference.unwrap_or_default();
            println!("{} {}\n    {difference}", result.id, result.expression.replace('\n', " "));
        }
    }
    Ok((passed, total))
}
