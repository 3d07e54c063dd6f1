use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::{env, fs};

use split::{Module, Plan, Result, Rules, Split, Unneeded, profile, unneeded, without};

const USAGE: &str = "\
usage: split RULES LIST WHOLE.wasm FIRST.wasm REST.wasm NAMES.txt
       split note-calls WHOLE.wasm NOTING.wasm
       split list RULES WHOLE.wasm CALLS.txt LIST
       split without RULES WHOLE.wasm LESS.wasm";

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("split: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["note-calls", whole, noting] => {
            let bytes = read(whole)?;
            write(noting, &profile::note_calls(&bytes, &Module::parse(&bytes)?)?)
        }
        ["list", rules, whole, calls, list] => {
            let bytes = read(whole)?;
            let calls = String::from_utf8_lossy(&read(calls)?).into_owned();
            let calls = calls.lines().map(str::parse).collect::<std::result::Result<_, _>>();
            let calls = calls.map_err(|error| format!("a line is not the index of a function: {error}"))?;
            write(list, unneeded::list(&Module::parse(&bytes)?, &read_rules(rules)?, &calls)?.as_bytes())
        }
        ["without", rules, whole, less] => {
            let bytes = read(whole)?;
            let module = Module::parse(&bytes)?;
            let plan = Plan::new(&module, &read_rules(rules)?, &Unneeded::default())?;
            write(less, &without(&bytes, &module, &plan)?)
        }
        [rules, list, whole, first, rest, names] => {
            let unneeded = Unneeded::parse(&String::from_utf8_lossy(&read(list)?))?;
            split_in_two(&read_rules(rules)?, &unneeded, whole, [first, rest, names])
        }
        _ => Err(USAGE.to_owned()),
    }
}

fn split_in_two(
    rules: &Rules,
    unneeded: &Unneeded,
    whole: &str,
    [first, rest, names]: [&str; 3],
) -> Result<()> {
    let bytes = read(whole)?;
    let module = Module::parse(&bytes)?;
    let plan = Plan::new(&module, rules, unneeded)?;
    let split = split::split(&module, &plan)?;
    write(first, &split.first)?;
    write(rest, &split.rest)?;
    write(names, describe(&module, &plan, &split).as_bytes())?;
    println!(
        "{} functions moved, {} copied, {} stubs, {} exported for the rest, {} of {} bytes of data moved",
        plan.moved.len(),
        plan.copied.len(),
        plan.stubs.len(),
        plan.needed.len(),
        plan.moved_data
            .iter()
            .filter_map(|place| module.data.get(*place))
            .map(|data| data.bytes.len())
            .sum::<usize>(),
        module.data.iter().map(|data| data.bytes.len()).sum::<usize>()
    );
    Ok(())
}

/// What became of each function, a line each: its index before and in the first module, where it is now, its size in
/// bytes, and its name.
fn describe(module: &Module<'_>, plan: &Plan, split: &Split) -> String {
    let mut lines = String::new();
    for (function, index) in module.functions.iter().zip(0..) {
        let place = match plan.stubs.get(&index) {
            _ if function.body.is_none() => continue,
            Some(_) => "stub",
            None if plan.moved.contains(&index) => "rest",
            None if plan.copied.contains(&index) => "both",
            None => "first",
        };
        let size = function.body.as_ref().map_or(0, |body| body.as_bytes().len());
        let in_first = split.indices.get(&index).map_or_else(|| "-".to_owned(), u32::to_string);
        let _ = writeln!(lines, "{index} {in_first} {place} {size} {}", function.name);
    }
    lines
}

fn read_rules(path: &str) -> Result<Rules> {
    Rules::parse(&String::from_utf8_lossy(&read(path)?))
}

fn read(path: &str) -> Result<Vec<u8>> {
    fs::read(path).map_err(|error| format!("{path}: {error}"))
}

fn write(path: impl AsRef<Path>, bytes: &[u8]) -> Result<()> {
    fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.as_ref().display()))
}
