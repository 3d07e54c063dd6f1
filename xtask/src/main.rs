//! The project's chores: `cargo xtask COMMAND`.
//!
//! Needs no crates, so that the first call answers within seconds. What is slow or needs the engine's crates lives in
//! `tools/runner` and is only started from here.
#![allow(clippy::disallowed_methods, reason = "a build tool measures real time")]

mod bench;
mod catalogue;
mod dist;
mod first_picture;
mod fuzz;
mod machine;
mod process;
mod runner;
mod screenshots;
mod serve;
mod size;
mod test;
mod ui_bench;
mod versions;
mod web_server;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  serve [ARGUMENTS]    get what is missing, build, serve on http://127.0.0.1:8080 and rebuild on changes
                       (ARGUMENTS go to `trunk serve`: --release, --port 9000, --open, …)
  test [--fast]        every check and test; --fast leaves out what needs WebAssembly or a browser
  dist                 write the static site to dist/, and check its size
  first-picture        look which functions the first picture calls, and write tools/split/unneeded.txt
  size CRATE           after dist: how much of the WebAssembly is there for a crate, as `size jsonata`
  screenshots          build, and write pictures of the app to target/screenshots and docs/screenshot.png
  setup                only get what is missing
  catalogue [VERSION]  make assets/catalogue anew from the botocore package, the newest or that version

  fuzz [TARGET…] [--seconds NUMBER]
                       fuzz what reads texts of users, a minute each (needs a nightly compiler)
  bench [ARGUMENTS]    measure the engine in headless Chromium and natively, beside others (--help tells more)
  bench --ui [ARGUMENTS]
                       measure what the built site costs the browser, beside what it may (--help tells more)
  conformance | run | convert | export [ARGUMENTS]
                       the engine on this machine's own processor; `--help` after each tells more
";

fn main() -> ExitCode {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let command = if arguments.is_empty() { String::new() } else { arguments.remove(0) };
    let result = match command.as_str() {
        "serve" => serve::serve(&arguments),
        "test" => return test::test(&arguments),
        "dist" => dist::dist(),
        "first-picture" => first_picture::first_picture(),
        "size" => size::size(&arguments),
        "screenshots" => screenshots::screenshots(),
        "setup" => machine::setup(),
        "catalogue" => catalogue::catalogue(&arguments),
        "fuzz" => fuzz::fuzz(&arguments),
        "bench" => match arguments.iter().position(|argument| argument == "--ui") {
            Some(at) => {
                arguments.remove(at);
                return ui_bench::ui_bench(&arguments);
            }
            None => return bench::bench(&arguments),
        },
        "conformance" | "run" | "convert" | "export" => {
            arguments.insert(0, command);
            return runner::forward("runner", &arguments);
        }
        "" | "help" | "--help" | "-h" => {
            print!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => {
            eprint!("unknown command `{other}`\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("\nerror: {message}");
            ExitCode::FAILURE
        }
    }
}
