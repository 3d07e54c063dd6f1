//! Runs a file of cases: `cargo run -p jsonata --example suite -- FILE`.

use std::process::ExitCode;

use jsonata::suite::run_line;

fn main() -> ExitCode {
    let Some(path) = std::env::args().nth(1) else {
        eprintln!("usage: suite FILE");
        return ExitCode::FAILURE;
    };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) => {
            eprintln!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    let (mut passed, mut count) = (0, 0);
    for result in text.lines().filter_map(run_line) {
        count += 1;
        match &result.difference {
            None => passed += 1,
            Some(difference) => {
                let expression = result.expression.replace('\n', " ");
                println!("{}  {expression}  {difference}", result.id);
            }
        }
    }
    println!("jsonata: passed {passed} of {count}");
    if passed == count { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
