//! The engine on the command line: one definition, the recorded cases.

mod conformance;
mod convert;
mod export;
mod run;

use std::process::ExitCode;

const USAGE: &str = "usage: runner COMMAND
  conformance [--cases DIRECTORY] [--filter TEXT]   run recorded cases, print what passes and what fails
  conformance --jsonata FILE                        run a file of JSONata cases
  run DEFINITION [--input FILE] [--mocks FILE] [--s3 FILE] [--history FILE]   run a definition, print how it ends as JSON
  convert DEFINITION [--input FILE] [--mocks FILE]   print a JSONPath definition in JSONata, what to know about it, and the proof
  export DEFINITION --format cfn|cfn-json|sam|serverless|terraform|cdk|cli|iam [--out DIRECTORY]   what other tools deploy, or the role's policy";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    match command.as_str() {
        "conformance" => conformance::command(&rest),
        "run" => run::command(&rest),
        "convert" => convert::command(&rest),
        "export" => export::command(&rest),
        _ => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}
