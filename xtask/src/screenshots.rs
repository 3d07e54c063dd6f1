//! `cargo xtask screenshots`: pictures of the built site, taken by the end-to-end tests' harness.

use crate::machine::{self, Purpose};
use crate::process::step;
use crate::{dist, workspace};

pub fn screenshots() -> Result<(), String> {
    let machine = step("look for the tools", || machine::prepare(Purpose::Test))?;
    dist::build(&machine)?;
    step("take the pictures", || {
        let mut cargo = machine.command("cargo");
        cargo.args(["run", "--quiet", "--package", "e2e", "--bin", "screenshots", "--"]);
        cargo.arg(workspace::root().join("target").join("screenshots"));
        cargo.arg(workspace::root().join("docs").join("screenshot.png"));
        match cargo.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => Err(format!("screenshots: {status}")),
            Err(error) => Err(format!("cargo: {error}")),
        }
    })
}
