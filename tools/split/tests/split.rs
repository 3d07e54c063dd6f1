//! Splits a small program and runs both halves on Node.js.

use std::process::Command;

use std::collections::BTreeSet;

use split::{Module, Plan, Rules, Unneeded, split, unneeded, without};

const RULES: &str = "rest engine\nfirst app\nboth app::of_both\n";

fn halves(rules: &str) -> (Vec<u8>, Vec<u8>) {
    let bytes = wat::parse_str(include_str!("program.wat")).expect("the program is one");
    let module = Module::parse(&bytes).expect("a module");
    let plan =
        Plan::new(&module, &Rules::parse(rules).expect("rules"), &Unneeded::default()).expect("a plan");
    let halves = split(&module, &plan).expect("two modules");
    for half in [&halves.first, &halves.rest] {
        wasmparser::Validator::new().validate_all(half).expect("valid");
    }
    (halves.first, halves.rest)
}

/// Runs a script that finds the modules as `first` and `rest`, and returns what it prints.
fn run(script: &str) -> String {
    let (first, rest) = halves(RULES);
    let start = format!(
        "const first = new WebAssembly.Module(new Uint8Array({first:?}));
         const rest = new WebAssembly.Module(new Uint8Array({rest:?}));
         const notes = [];
         const note = (number) => notes.push(number);
         const glue = {{ note, note_later: note, of_table: (number) => number - 1 }};
         let loads = 0;
         const imports = {{ './glue.js': glue, rest: {{ load }} }};
         const program = new WebAssembly.Instance(first, imports).exports;
         function load() {{ loads += 1; new WebAssembly.Instance(rest, {{ ...imports, first: program }}); }}
         const memory = new Uint8Array(program.memory.buffer);
         const text = (at, length) => String.fromCharCode(...memory.subarray(at, at + length));"
    );
    let output = Command::new("node").args(["-e", &format!("{start}\n{script}")]).output().expect("Node.js");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_first_module_runs_without_the_second() {
    let printed = run(
        "console.log(program.start(), program.call(1, 5), program.call(3, 5), program.of_both(1), notes, loads)",
    );
    assert_eq!(printed, "42 6 4 2 [ 1 ] 0");
}

#[test]
fn a_moved_function_that_is_called_has_the_second_module_loaded_once() {
    // 4096 is the stack, of which the call takes 16 bytes.
    assert_eq!(run("console.log(program.work(1), loads, program.run(1), loads)"), "5082 1 5066 1");
    assert_eq!(run("console.log(program.run(1), loads)"), "5082 1");
    assert_eq!(
        run("console.log(program.call(2, 5), loads, program.call(2, 6), loads, notes)"),
        "500 1 600 1 [ 2, 3, 2, 3 ]"
    );
}

#[test]
fn a_second_module_that_comes_by_itself_is_not_loaded_again() {
    assert_eq!(
        run("load(); console.log(program.work(1), program.call(2, 5), program.call(4, 1), loads)"),
        "5082 500 2 1"
    );
}

#[test]
fn constants_that_only_moved_code_reaches_come_with_it() {
    let printed =
        run("const before = [memory[1024], memory[1032], text(1016, 4), text(1400, 4), memory[2000]];
         load();
         console.log(...before, memory[1024], memory[1032], text(1016, 8), text(1400, 8), memory[2000])");
    assert_eq!(printed, "22 232 \0\0\0\0 \0\0\0\0 5 22 232 neighbor only for 5");
}

#[test]
fn what_the_first_module_does_not_need_is_not_in_it() {
    let (first, rest) = halves(RULES);
    let has = |module: &[u8], text: &str| module.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has(&rest, "only for the second") && !has(&first, "only for the second"));
    assert!(has(&rest, "note_later") && !has(&first, "note_later"));
    assert!(!has(&first, "engine") && !has(&rest, "engine"), "there are no names");
    let (first, rest) = halves("first app");
    assert!(has(&first, "note_later") && !has(&rest, "note_later"));
}

#[test]
fn what_was_seen_not_to_be_called_comes_later_whatever_the_rules_say() {
    let bytes = wat::parse_str(include_str!("program.wat")).expect("the program is one");
    let module = Module::parse(&bytes).expect("a module");
    let place_of =
        |name: &str| module.functions.iter().position(|function| function.name == name).expect("it") as u32;
    let [run, start] = ["engine::run", "app::start"].map(place_of);
    let rules = Rules::parse("first engine\nfirst app").expect("rules");
    let moved = |calls: &[u32]| {
        let list =
            unneeded::list(&module, &rules, &BTreeSet::from_iter(calls.iter().copied())).expect("a list");
        Plan::new(&module, &rules, &Unneeded::parse(&list).expect("as it was written")).expect("a plan").moved
    };
    assert!(moved(&[start]).contains(&run));
    assert!(!moved(&[start, run]).contains(&run));
    assert!(!moved(&[]).contains(&start), "it is too short to be worth a stub");
}

#[test]
fn a_module_without_a_part_is_valid_and_smaller_by_it() {
    let bytes = wat::parse_str(include_str!("program.wat")).expect("the program is one");
    let module = Module::parse(&bytes).expect("a module");
    let less = |rules: &str| {
        let rules = Rules::parse(rules).expect("rules");
        let plan = Plan::new(&module, &rules, &Unneeded::default()).expect("a plan");
        let less = without(&bytes, &module, &plan).expect("a module");
        wasmparser::Validator::new().validate_all(&less).expect("valid");
        less
    };
    let (all, others) = (less(""), less("rest engine"));
    let left_out: usize = module
        .functions
        .iter()
        .filter(|function| function.name.contains("engine") || function.name == "core::only_of_rest")
        .filter_map(|function| function.body.as_ref())
        .map(|body| body.as_bytes().len())
        .sum();
    assert!(all.len() < bytes.len(), "names are left out");
    assert!(all.len() - others.len() > left_out / 2, "{} of {left_out}", all.len() - others.len());
    let bodies = |bytes: &[u8]| Module::parse(bytes).expect("a module").functions.len();
    assert_eq!(bodies(&all), bodies(&others));
}
