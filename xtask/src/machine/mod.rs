//! What a machine needs to build and test the app, and how to get it.
//!
//! Everything is looked for first, then got the usual way, then, where a download server cannot be reached, another way.
//! What xtask installs itself goes under one cache folder ([`cache`]), except the system's packages.

mod browser;
mod debian;
mod installed;
mod wasm_target;

use std::env;
use std::ffi::OsString;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::thread;
use std::time::Duration;

use crate::{process, versions};

/// What a command is going to do, and so what it needs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Compile for WebAssembly.
    Check,
    /// Build the site for development, or as it is published.
    Build { release: bool },
    /// Build the site as it is published, and run it and the tests in a browser.
    Test,
    /// Build WebAssembly as it is published, and run it in a browser.
    Bench,
}

/// The tools, as the environment of the commands that use them.
#[derive(Default)]
pub struct Machine {
    path: Vec<PathBuf>,
    variables: Vec<(&'static str, OsString)>,
}

impl Machine {
    /// A command that finds the tools.
    pub fn command(&self, program: &str) -> Command {
        let mut command = if program == "cargo" { process::cargo() } else { process::command(program) };
        let inherited = env::var_os("PATH").unwrap_or_default();
        let paths = self.path.iter().cloned().chain(env::split_paths(&inherited));
        if let Ok(paths) = env::join_paths(paths) {
            command.env("PATH", paths);
        }
        command.env("TRUNK_SKIP_VERSION_CHECK", "true");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command that starts Chromium.
    pub fn browser(&self) -> Result<Command, String> {
        let program = self.variables.iter().find(|(name, _)| *name == browser::VARIABLE);
        program
            .map(|(_, program)| process::command(program))
            .ok_or_else(|| "no Chromium was looked for".to_owned())
    }

    fn add(&mut self, found: Found) {
        for folder in found.path {
            if !self.path.contains(&folder) {
                self.path.push(folder);
            }
        }
        self.variables.extend(found.variables);
    }
}

/// One tool that is there: folders for PATH, and variables.
#[derive(Default)]
struct Found {
    path: Vec<PathBuf>,
    variables: Vec<(&'static str, OsString)>,
}

/// Finds or gets what `purpose` needs. What takes long is done side by side.
pub fn prepare(purpose: Purpose) -> Result<Machine, String> {
    type Job = fn() -> Result<Found, String>;
    let mut jobs: Vec<Job> = vec![wasm_target::get];
    match purpose {
        Purpose::Check => {}
        Purpose::Build { release } => {
            jobs.extend([node as Job, installed::trunk, installed::wasm_bindgen]);
            if release {
                jobs.push(installed::wasm_opt);
            }
        }
        Purpose::Test => {
            let test: [Job; 5] =
                [node, installed::trunk, installed::wasm_bindgen_tests, installed::wasm_opt, browser::get];
            jobs.extend(test);
        }
        Purpose::Bench => {
            jobs.extend([
                node as Job,
                installed::wasm_bindgen_tests,
                installed::wasm_opt_program,
                browser::get,
            ]);
        }
    }
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = jobs.into_iter().map(|job| scope.spawn(job)).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err("xtask panicked".to_owned())))
            .collect()
    });
    let mut machine = Machine::default();
    for result in results {
        machine.add(result?);
    }
    Ok(machine)
}

/// The folder in which npm has installed the packages that benchmarks compare with.
pub fn npm_peers() -> Result<PathBuf, String> {
    node()?;
    installed::npm_packages("peers", &versions::PEERS)
}

/// `cargo xtask setup`.
pub fn setup() -> Result<(), String> {
    process::step("get what is missing", || prepare(Purpose::Test)).map(|_| ())
}

/// Where xtask keeps what it installs: `$STEPGLASS_CACHE`, or `stepglass` in the user's cache folder.
fn cache() -> PathBuf {
    if let Some(folder) = env::var_os("STEPGLASS_CACHE") {
        return folder.into();
    }
    let home = || env::var_os("HOME").or_else(|| env::var_os("USERPROFILE")).map(PathBuf::from);
    let caches =
        env::var_os("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| home().map(|home| home.join(".cache")));
    caches.unwrap_or_else(env::temp_dir).join("stepglass")
}

/// Whether Trunk can download its tools by itself: they are releases on GitHub.
fn downloads_work() -> bool {
    static ANSWER: OnceLock<bool> = OnceLock::new();
    *ANSWER.get_or_init(|| {
        let addresses = ("github.com", 443).to_socket_addrs();
        addresses.is_ok_and(|mut all| {
            all.next().is_some_and(|one| TcpStream::connect_timeout(&one, Duration::from_secs(3)).is_ok())
        })
    })
}

fn node() -> Result<Found, String> {
    for program in ["node", "npm"] {
        if process::find(program).is_none() {
            return Err(format!(
                "{program} is not on PATH: install Node.js 20 or newer (it bundles the code editor)"
            ));
        }
    }
    Ok(Found::default())
}
