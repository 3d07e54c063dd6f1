//! `cargo xtask serve`: from a bare machine to the app in the browser.

use crate::machine::{self, Purpose};
use crate::process::{say, step};

pub fn serve(arguments: &[String]) -> Result<(), String> {
    let release = arguments.iter().any(|argument| argument == "--release");
    let machine = step("look for the tools", || machine::prepare(Purpose::Build { release }))?;
    say("→ build, then serve on http://127.0.0.1:8080 (Ctrl+C ends it)");
    let status = machine.command("trunk").arg("serve").args(arguments).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("trunk serve: {status}")),
        Err(error) => Err(format!("trunk: {error}")),
    }
}
