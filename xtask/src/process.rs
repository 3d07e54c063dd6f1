//! Starting other programs, and telling how long they took.

use std::env;
use std::ffi::OsStr;
use std::fmt::Display;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use crate::workspace;

/// A command in the workspace's root, without what `cargo run` put into the environment for xtask itself.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    for (name, value) in env::vars_os() {
        let Some(text) = name.to_str() else { continue };
        let of_xtask =
            ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_"].iter().any(|start| text.starts_with(start));
        if of_xtask || ["CARGO", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"].contains(&text) {
            command.env_remove(&name);
        }
        if text == "LD_LIBRARY_PATH" {
            // Another compiler must not find this one's libraries.
            let foreign = env::split_paths(&value).filter(|path| {
                !path.components().any(|part| part.as_os_str() == ".rustup" || part.as_os_str() == "deps")
            });
            match env::join_paths(foreign) {
                Ok(paths) if !paths.is_empty() => command.env(&name, paths),
                _ => command.env_remove(&name),
            };
        }
    }
    command
}

/// The cargo that runs xtask.
pub fn cargo() -> Command {
    command(
        env::var_os("CARGO").filter(|_| env::var_os("RUSTUP_TOOLCHAIN").is_none()).unwrap_or("cargo".into()),
    )
}

/// What a program prints, or nothing where it is missing or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// The full path of a program on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let name = format!("{program}{}", env::consts::EXE_SUFFIX);
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(&name)).find(|path| path.is_file())
}

/// Says what is being done, does it, and says how long it took.
pub fn step<T>(what: impl Display, work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    say(format!("→ {what}"));
    let start = Instant::now();
    let result = work();
    let sign = if result.is_ok() { "✓" } else { "✗" };
    say(format!("{sign} {what}: {}", seconds(start.elapsed())));
    result
}

pub fn say(message: impl Display) {
    eprintln!("{message}");
}

pub fn seconds(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 90.0 { format!("{seconds:.1} s") } else { format!("{:.1} min", seconds / 60.0) }
}

/// Runs a program whose output only matters when it fails. All of it goes to `target/xtask/NAME.log`.
pub fn quiet(name: &str, command: &mut Command) -> Result<String, String> {
    watched(name, command, |_| false)
}

/// Runs a program and shows the lines that `shown` picks; when it fails, the end of everything it printed.
/// Returns all that it printed, or an error.
pub fn watched(name: &str, command: &mut Command, shown: fn(&str) -> bool) -> Result<String, String> {
    let run = run(name, command, shown)?;
    if run.success { Ok(run.text) } else { Err(run.failure(name)) }
}

/// How a watched program ended.
pub struct Run {
    pub success: bool,
    pub text: String,
    pub log: PathBuf,
}

impl Run {
    /// The end of the output, for a person to read.
    pub fn failure(&self, name: &str) -> String {
        let lines: Vec<&str> = self.text.lines().collect();
        let end = lines.get(lines.len().saturating_sub(120)..).unwrap_or_default().join("\n");
        format!("{name} failed (all of its output: {})\n{end}", self.log.display())
    }
}

pub fn run(name: &str, command: &mut Command, shown: fn(&str) -> bool) -> Result<Run, String> {
    let folder = workspace::root().join("target").join("xtask");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let log = folder.join(format!("{name}.log"));
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let text = Mutex::new(String::new());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    thread::scope(|scope| {
        let errors = err.map(|pipe| scope.spawn(|| collect(pipe, shown, &text)));
        if let Some(pipe) = out {
            collect(pipe, shown, &text);
        }
        drop(errors);
    });
    let status = child.wait().map_err(|error| format!("{program}: {error}"))?;
    let text = text.into_inner().unwrap_or_default();
    write_log(&log, &text)?;
    Ok(Run { success: status.success(), text, log })
}

/// Both of a program's outputs go line by line into one text, in the order in which they came.
fn collect(pipe: impl Read, shown: fn(&str) -> bool, text: &Mutex<String>) {
    let mut reader = BufReader::new(pipe);
    let mut bytes = Vec::new();
    while reader.read_until(b'\n', &mut bytes).is_ok_and(|count| count > 0) {
        let line = String::from_utf8_lossy(&bytes);
        if shown(line.trim_end()) {
            say(format!("  {}", line.trim()));
        }
        if let Ok(mut text) = text.lock() {
            text.push_str(&line);
        }
        bytes.clear();
    }
}

fn write_log(path: &Path, text: &str) -> Result<(), String> {
    File::create(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| format!("{}: {error}", path.display()))
}

/// Waits for a program at most so long, then ends it. Nothing it prints is shown.
pub fn wait_at_most(command: &mut Command, limit: Duration) -> Option<ExitStatus> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < limit => thread::sleep(Duration::from_millis(100)),
            _ => {
                child.kill().ok()?;
                child.wait().ok()?;
                return None;
            }
        }
    }
}
