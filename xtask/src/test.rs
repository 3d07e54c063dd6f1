//! `cargo xtask test`: every check, the cheap ones first; the first stage that fails ends it.

use std::env;
use std::process::{Command, ExitCode};
use std::time::Instant;

use crate::machine::{self, Machine, Purpose};
use crate::process::{self, command, run, say, seconds, step};
use crate::{dist, workspace};

pub fn test(arguments: &[String]) -> ExitCode {
    let fast = match arguments {
        [] => false,
        [only] if only == "--fast" => true,
        _ => {
            eprintln!("usage: cargo xtask test [--fast]");
            return ExitCode::from(2);
        }
    };
    let start = Instant::now();
    let mut totals = Totals::default();
    let result = native(&mut totals).and_then(|()| if fast { Ok(()) } else { web(&mut totals) });
    if let Err(message) = result {
        eprintln!("\n{message}\n");
        // A check that is no test, or a runner that never came to its closing line.
        totals.failed = totals.failed.max(1);
    }
    say(format!("all of it took {}", seconds(start.elapsed())));
    println!("{} passed, {} failed", totals.passed, totals.failed);
    if totals.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

#[derive(Default)]
struct Totals {
    passed: usize,
    failed: usize,
}

/// What this machine's own processor can check.
fn native(totals: &mut Totals) -> Result<(), String> {
    check("formatting", process::cargo().args(["fmt", "--all", "--check"]))?;
    let mut clippy = process::cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]);
    check("clippy", &mut clippy)?;
    let mut tests = process::cargo();
    // The app has tests in the browser only: built for this machine, its libraries take minutes.
    tests.args(["test", "--workspace", "--exclude", "e2e", "--exclude", "stepglass", "--no-fail-fast"]);
    suite("native-tests", &mut tests, totals)?;
    if !has_node() {
        say("  (no Node.js here: the editor's tests are left to the full run)");
        return Ok(());
    }
    check("editor-bundle", command("node").arg("editor/build.mjs"))?;
    suite("editor-tests", command("node").args(["--test", "--test-reporter=tap", "editor/test/"]), totals)
}

/// What needs WebAssembly or a browser.
fn web(totals: &mut Totals) -> Result<(), String> {
    let machine = step("look for the WebAssembly target", || machine::prepare(Purpose::Check))?;
    let mut crates = machine.command("cargo");
    crates.args(["check", "--quiet", "--target", "wasm32-unknown-unknown"]);
    for name in workspace::engine_crates()? {
        crates.args(["--package", &name]);
    }
    check("crates-for-wasm32", &mut crates)?;
    check("app-for-wasm32", &mut app_for_wasm(&machine))?;

    let machine = step("look for the tools", || machine::prepare(Purpose::Test))?;
    for (package, tests) in workspace::browser_tests()? {
        let mut cargo = machine.command("cargo");
        cargo.args(["test", "--target", "wasm32-unknown-unknown", "--no-fail-fast", "--package", &package]);
        cargo.args(&tests);
        suite(&format!("browser-tests-{package}"), &mut cargo, totals)?;
    }
    dist::build(&machine)?;
    suite(
        "end-to-end-tests",
        machine.command("cargo").args(["test", "--package", "e2e", "--no-fail-fast"]),
        totals,
    )
}

/// Clippy for the app as the browser gets it. With Debian's compiler there is no clippy, so the compiler's own warnings
/// have to do (clippy has then seen all that isn't for wasm32 alone).
fn app_for_wasm(machine: &Machine) -> Command {
    let mut cargo = machine.command("cargo");
    let other_compiler = cargo.get_envs().any(|(name, _)| name == "RUSTC");
    cargo.arg(if other_compiler { "check" } else { "clippy" });
    cargo.args(["--quiet", "--target", "wasm32-unknown-unknown", "--package", "stepglass", "--all-targets"]);
    if !other_compiler {
        cargo.args(["--", "-D", "warnings"]);
    }
    cargo
}

fn has_node() -> bool {
    process::find("node").is_some() && process::find("npm").is_some() || env::var_os("CI").is_some()
}

fn check(name: &str, command: &mut Command) -> Result<(), String> {
    step(name, || process::quiet(name, command).map(|_| ()))
}

/// Runs a test runner and adds what its closing lines say.
fn suite(name: &str, command: &mut Command, totals: &mut Totals) -> Result<(), String> {
    step(name, || {
        let run = run(name, command, |line| line.starts_with("test ") && line.ends_with("FAILED"))?;
        let (passed, failed) = closing_lines(&run.text);
        totals.passed += passed;
        totals.failed += failed;
        say(format!("  {passed} passed, {failed} failed"));
        if run.success && failed == 0 { Ok(()) } else { Err(run.failure(name)) }
    })
}

/// Adds up the closing lines of cargo's, wasm-bindgen's and Node.js's test runners.
fn closing_lines(text: &str) -> (usize, usize) {
    let mut totals = (0, 0);
    for line in text.lines() {
        let line = line.trim();
        let words: Vec<&str> = line.split([' ', ';']).filter(|word| !word.is_empty()).collect();
        if line.starts_with("test result: ") {
            totals.0 += before(&words, "passed");
            totals.1 += before(&words, "failed");
        }
        match words.as_slice() {
            ["#", "pass", count] => totals.0 += count.parse::<usize>().unwrap_or(0),
            ["#", "fail", count] => totals.1 += count.parse::<usize>().unwrap_or(0),
            _ => {}
        }
    }
    totals
}

fn before(words: &[&str], label: &str) -> usize {
    let at = words.iter().position(|word| *word == label);
    at.and_then(|at| words.get(at.checked_sub(1)?)).and_then(|word| word.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_added_up() {
        let text = "running 3 tests\ntest passed ... ok\n\
            test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 10 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out\n\
            # tests 5\n# pass 4\n# fail 1\nnot 7 passed; 8 failed\n";
        assert_eq!(closing_lines(text), (17, 3));
        assert_eq!(closing_lines(""), (0, 0));
    }

    /// The engine's crates know no browser, no clock and no source of randomness, here or in the browser.
    #[test]
    fn engine_crates_are_pure() {
        let forbidden = [
            "web-sys",
            "js-sys",
            "wasm-bindgen",
            "gloo",
            "leptos",
            "reactive_graph",
            "getrandom",
            "tokio",
            "async-std",
            "mio",
            "socket2",
            "chrono",
            "time",
            "instant",
            "web-time",
            "rustix",
            "libc",
            "windows-sys",
        ];
        let host = process::output(process::command("rustc").arg("-vV")).unwrap();
        let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned();
        let names = workspace::engine_crates().unwrap();
        assert!(names.contains(&"engine".to_owned()), "{names:?}");
        for name in names {
            for target in [host.as_str(), "wasm32-unknown-unknown"] {
                let mut tree = process::cargo();
                tree.args(["tree", "--locked", "--package", &name, "--edges", "normal", "--prefix", "none"]);
                tree.args(["--format", "{p}", "--target", target]);
                let tree =
                    process::output(&mut tree).unwrap_or_else(|| panic!("cargo tree of {name} failed"));
                assert!(tree.starts_with(&format!("{name} v")), "{tree}");
                for line in tree.lines() {
                    let package = line.split(' ').next().unwrap_or_default();
                    assert!(!forbidden.contains(&package), "{name} depends on {package} (for {target})");
                }
            }
        }
    }

    #[test]
    fn the_tests_of_every_stage_are_found() {
        let root = workspace::root();
        assert!(root.join("editor").join("test").is_dir());
        assert!(root.join("tests").join("e2e").join("Cargo.toml").is_file());
    }
}
