//! `cargo xtask fuzz`: the targets under `fuzz/`, built for libFuzzer with a nightly compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::process::{command, output, quiet, run, say, seconds, step};
use crate::workspace;

const USAGE: &str = "usage: cargo xtask fuzz [TARGET…] [--seconds NUMBER]   (without a target: all of them)";

/// What libFuzzer needs to see of a program. A sanitizer finds nothing in safe code.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Ccodegen-units=1";

/// Between the parts of an input of several.
const SEPARATOR: &str = "\u{1e}";

pub fn fuzz(arguments: &[String]) -> Result<(), String> {
    let mut time = Duration::from_secs(60);
    let mut wanted: Vec<String> = Vec::new();
    let mut rest = arguments.iter();
    while let Some(argument) = rest.next() {
        match argument.as_str() {
            "--seconds" => {
                let number = rest.next().and_then(|text| text.parse().ok()).ok_or(USAGE)?;
                time = Duration::from_secs(number);
            }
            option if option.starts_with('-') => return Err(USAGE.to_owned()),
            target => wanted.push(target.to_owned()),
        }
    }
    let folder = workspace::root().join("fuzz");
    let targets = targets(&folder)?;
    if let Some(unknown) = wanted.iter().find(|wanted| !targets.contains(wanted)) {
        return Err(format!("there is no target {unknown}; there are {}", targets.join(", ")));
    }
    let programs = step("build the fuzz targets", || build(&folder))?;
    let mut failed = Vec::new();
    for target in targets.iter().filter(|target| wanted.is_empty() || wanted.contains(target)) {
        let found = step(format!("fuzz {target} for {}", seconds(time)), || {
            let seeds = write_seeds(target)?;
            fuzz_one(target, &programs.join(target), &seeds, time)
        })?;
        if let Some(found) = found {
            failed.push(format!("{target}: {found}"));
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("\n")) }
}

/// The names of the targets, one a file.
fn targets(folder: &Path) -> Result<Vec<String>, String> {
    let files = files(&folder.join("fuzz_targets"))?;
    Ok(files.iter().filter_map(|file| Some(file.file_stem()?.to_str()?.to_owned())).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.sort();
    Ok(files)
}

/// The folder with the programs.
fn build(folder: &Path) -> Result<PathBuf, String> {
    let version = output(command("rustc").arg("+nightly").arg("-vV"))
        .ok_or("a nightly compiler is needed: rustup toolchain install nightly")?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or("rustc names no host")?;
    let target_folder = workspace::target_folder()?.join("fuzz");
    let mut cargo = command("cargo");
    // With a target named, the flags are not for build scripts and macros.
    cargo.args(["+nightly", "build", "--release", "--bins", "--target", host]).current_dir(folder);
    cargo.env("RUSTFLAGS", COVERAGE).env("CARGO_TARGET_DIR", &target_folder);
    quiet("fuzz-build", &mut cargo)?;
    Ok(target_folder.join(host).join("release"))
}

/// Writes a target's seeds: lines of its file under `fuzz/seeds`, and the examples of the gallery where they fit.
fn write_seeds(target: &str) -> Result<PathBuf, String> {
    let root = workspace::root();
    let mut seeds: Vec<Vec<u8>> = Vec::new();
    let list = match target {
        "jsonata_parse" | "jsonata_eval" => "jsonata",
        other => other,
    };
    let lines = fs::read_to_string(root.join("fuzz").join("seeds").join(format!("{list}.txt")));
    seeds.extend(lines.unwrap_or_default().lines().map(|line| line.as_bytes().to_owned()));
    if target == "parquet" {
        let reader = ["crates", "engine", "src", "execution", "distributed", "parquet", "fixtures"];
        for file in files(&reader.iter().fold(root.clone(), |folder, name| folder.join(name)))? {
            seeds.push(fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?);
        }
    }
    if matches!(target, "json_tree" | "asl" | "edits" | "runs") {
        for example in files(&root.join("assets").join("examples"))? {
            let read = |name: &str| fs::read_to_string(example.join(name)).unwrap_or_default();
            let definition = read("workflow.asl.json");
            match target {
                _ if definition.is_empty() => {}
                "runs" => {
                    let parts = [definition, read("input.json"), read("mocks.json")];
                    seeds.push(parts.join(SEPARATOR).into_bytes());
                }
                _ => seeds.push(definition.into_bytes()),
            }
        }
    }
    let folder = root.join("target").join("fuzz").join("seeds").join(target);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for (number, seed) in seeds.iter().enumerate() {
        let file = folder.join(number.to_string());
        fs::write(&file, seed).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    Ok(folder)
}

/// Runs a target; what it found, if it found something.
fn fuzz_one(target: &str, program: &Path, seeds: &Path, time: Duration) -> Result<Option<String>, String> {
    let found = workspace::root().join("target").join("fuzz");
    let corpus = found.join("corpus").join(target);
    let artifacts = found.join("artifacts").join(target);
    for folder in [&corpus, &artifacts] {
        fs::create_dir_all(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    }
    let mut fuzzer = command(program);
    fuzzer.args([&corpus, seeds]);
    fuzzer.arg(format!("-max_total_time={}", time.as_secs()));
    fuzzer.arg(format!("-artifact_prefix={}/", artifacts.display()));
    fuzzer.args(["-timeout=10", "-rss_limit_mb=2048", "-len_control=20", "-print_final_stats=1"]);
    let dictionary = workspace::root().join("fuzz").join("dictionaries").join(format!("{target}.dict"));
    if dictionary.is_file() {
        fuzzer.arg(format!("-dict={}", dictionary.display()));
    }
    let ended = run(&format!("fuzz-{target}"), &mut fuzzer, |line| line.starts_with("SUMMARY: "))?;
    let statistic = |name: &str| {
        let line = ended.text.lines().find(|line| line.starts_with(&format!("stat::{name}:")));
        line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or("?").to_owned()
    };
    say(format!(
        "  {} executions, {} a second, {} inputs kept, {} MB at most",
        statistic("number_of_executed_units"),
        statistic("average_exec_per_sec"),
        statistic("new_units_added"),
        statistic("peak_rss_mb")
    ));
    if ended.success {
        return Ok(None);
    }
    let line = ended.text.lines().find(|line| line.contains("Test unit written to"));
    Ok(Some(line.map_or_else(|| ended.failure(target), |line| format!("{line} ({})", ended.log.display()))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_is_a_program_with_seeds() {
        let folder = workspace::root().join("fuzz");
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for target in targets(&folder).unwrap() {
            assert!(manifest.contains(&format!("name = \"{target}\"")), "{target} is not in fuzz/Cargo.toml");
            let seeds = write_seeds(&target).unwrap();
            assert!(fs::read_dir(seeds).unwrap().count() > 2, "{target} has no seeds");
        }
    }
}
