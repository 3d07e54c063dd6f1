//! `cargo xtask bench --ui`: what the built site costs the browser's main thread, measured by tests/e2e.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::dist;
use crate::machine::{self, Purpose};
use crate::process::step;

/// Builds the site, unless `--dist FOLDER` or `STEPGLASS_DIST` names one that is built, and measures it.
pub fn ui_bench(arguments: &[String]) -> ExitCode {
    let mut passed_on = arguments.to_vec();
    let mut site = std::env::var_os("STEPGLASS_DIST").map(PathBuf::from);
    if let Some(at) = passed_on.iter().position(|argument| argument == "--dist") {
        let Some(folder) = passed_on.get(at + 1) else {
            eprintln!("--dist needs a folder");
            return ExitCode::from(2);
        };
        site = Some(PathBuf::from(folder));
        passed_on.drain(at..=at + 1);
    }
    match run(site, &passed_on) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(site: Option<PathBuf>, arguments: &[String]) -> Result<bool, String> {
    let machine = step("look for the tools", || machine::prepare(Purpose::Test))?;
    let mut cargo = machine.command("cargo");
    match site {
        Some(site) => {
            let folder =
                std::path::absolute(&site).map_err(|error| format!("{}: {error}", site.display()))?;
            cargo.env("STEPGLASS_DIST", folder);
        }
        None if arguments.iter().any(|argument| argument == "--help") => {}
        None => dist::build(&machine)?,
    }
    cargo.args(["run", "--quiet", "--package", "e2e", "--bin", "ui_bench", "--"]).args(arguments);
    let status = cargo.status().map_err(|error| format!("cargo: {error}"))?;
    Ok(status.success())
}
