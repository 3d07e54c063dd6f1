//! `cargo xtask conformance | run | convert | export | bench`: what needs the engine, on this machine's own processor. Crates of their own,
//! so that xtask needs none.

use std::process::ExitCode;

use crate::process;

/// Runs a package's program from the folder where xtask was called, with its input, output and exit code.
pub fn forward(package: &str, arguments: &[String]) -> ExitCode {
    let mut cargo = process::cargo();
    cargo.args(["run", "--profile", "native", "--quiet", "--manifest-path"]);
    cargo.arg(crate::workspace::root().join("Cargo.toml")).args(["--package", package, "--"]).args(arguments);
    if let Ok(folder) = std::env::current_dir() {
        cargo.current_dir(folder);
    }
    match cargo.status() {
        Ok(status) => ExitCode::from(u8::try_from(status.code().unwrap_or(1)).unwrap_or(1)),
        Err(error) => {
            eprintln!("error: cargo: {error}");
            ExitCode::FAILURE
        }
    }
}
