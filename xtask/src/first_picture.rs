//! `cargo xtask first-picture`: which functions the first picture calls, for the list by which the module is split.

use crate::machine::{self, Purpose};
use crate::process::{quiet, step};
use crate::workspace;

/// Where the site is built that notes its calls.
const NOTING: &str = "target/noting";
const CALLS: &str = "target/split/calls.txt";

pub fn first_picture() -> Result<(), String> {
    let machine = step("look for the tools", || machine::prepare(Purpose::Test))?;
    step("build the site so that it notes its calls", || {
        let mut trunk = machine.command("trunk");
        trunk.args(["build", "--release", "--color", "never", "--dist", NOTING]);
        quiet("trunk-noting", trunk.env("STEPGLASS_NOTE_CALLS", "1"))
    })?;
    step("look at the first picture", || {
        let mut cargo = machine.command("cargo");
        cargo.args(["run", "--quiet", "--package", "e2e", "--bin", "first_picture", "--", CALLS]);
        quiet("first-picture", cargo.env("STEPGLASS_DIST", workspace::root().join(NOTING)))
    })?;
    step("write tools/split/unneeded.txt", || {
        let mut cargo = machine.command("cargo");
        cargo.args(["run", "--quiet", "--package", "split", "--", "list", "tools/split/rules.txt"]);
        quiet("split-list", cargo.args(["target/split/whole.wasm", CALLS, "tools/split/unneeded.txt"]))
    })?;
    Ok(())
}
