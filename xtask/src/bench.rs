//! `cargo xtask bench`: the engine in headless Chromium, then natively, and one table of both.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::machine::{self, Machine, Purpose};
use crate::process::{quiet, say, seconds, step};
use crate::web_server::{Answer, Request, WebServer};
use crate::{runner, workspace};

/// The browser is given up after this.
const LIMIT: Duration = Duration::from_secs(600);

const USAGE: &str = "\
usage: cargo xtask bench [OPTIONS]

  --ui                 the app in the browser instead of the engine: `cargo xtask bench --ui --help` tells more
  --workloads FOLDER   shared workloads in place of ../shared/workloads; left out where they are not there
  --only W1,EXPRESS,…   these workloads and expressions alone
  --seconds NUMBER     how long each is repeated (0.7)
  --native             without the browser
  --no-peers           without the peers from npm";

pub fn bench(arguments: &[String]) -> ExitCode {
    if arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let options = match Options::read(arguments) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut passed_on = vec!["--seconds".to_owned(), options.seconds.clone()];
    if let Some(only) = &options.only {
        passed_on.extend(["--only".to_owned(), only.clone()]);
    }
    passed_on.extend(["--workloads".to_owned(), options.workloads.display().to_string()]);
    if options.is_native_only {
        return runner::forward("bench", &passed_on);
    }
    match in_browser(&options) {
        Ok(results) => passed_on.extend(["--browser".to_owned(), results.display().to_string()]),
        Err(problem) => say(format!("the browser is left out: {problem}")),
    }
    runner::forward("bench", &passed_on)
}

struct Options {
    workloads: PathBuf,
    only: Option<String>,
    seconds: String,
    is_native_only: bool,
    has_peers: bool,
}

impl Options {
    fn read(arguments: &[String]) -> Result<Options, String> {
        let shared = workspace::root().join("..").join("shared").join("workloads");
        let mut options = Options {
            workloads: shared,
            only: None,
            seconds: "0.7".to_owned(),
            is_native_only: false,
            has_peers: true,
        };
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            let mut value = || rest.next().cloned().ok_or_else(|| format!("{argument} needs a value"));
            match argument.as_str() {
                "--workloads" => {
                    let folder = value()?;
                    options.workloads =
                        std::path::absolute(&folder).map_err(|error| format!("{folder}: {error}"))?;
                }
                "--only" => options.only = Some(value()?),
                "--seconds" => {
                    let text = value()?;
                    text.parse::<f64>().map_err(|_| format!("{text} is no number"))?;
                    options.seconds = text;
                }
                "--native" => options.is_native_only = true,
                "--no-peers" => options.has_peers = false,
                other => return Err(format!("unknown argument: {other}")),
            }
        }
        Ok(options)
    }
}

/// Measures in the browser; the file with the results.
fn in_browser(options: &Options) -> Result<PathBuf, String> {
    let machine = step("look for the tools", || machine::prepare(Purpose::Bench))?;
    let wasm = step("build the engine for WebAssembly", || build(&machine))?;
    let peers = if options.has_peers {
        step("look for the peers", machine::npm_peers)
    } else {
        Err("--no-peers".to_owned())
    };
    if let Err(problem) = &peers {
        say(format!("the peers from npm are left out: {problem}"));
    }
    let only: Vec<String> =
        options.only.iter().flat_map(|only| only.split(',')).map(|id| format!("\"{id}\"")).collect();
    let settings = format!(
        r#"{{"shared":{},"peers":{},"seconds":{},"only":[{}]}}"#,
        options.workloads.join("manifest.json").is_file(),
        peers.is_ok(),
        options.seconds,
        only.join(",")
    );
    let mut folders = vec![
        ("/page/", workspace::root().join("tools").join("bench").join("page")),
        ("/workloads/", options.workloads.clone()),
        ("/wasm/", wasm),
    ];
    folders.extend(peers.ok().map(|folder| ("/peers/", folder.join("node_modules"))));
    let results = step("measure in Chromium", || {
        visit(&machine, |request| match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/say") => {
                say(format!("  {}", String::from_utf8_lossy(&request.body)));
                Reply::Answer(Answer::empty())
            }
            ("POST", "/done") => Reply::Done(request.body.clone()),
            (_, "/") => Reply::Answer(Answer::file(&folders[0].1.join("index.html"))),
            (_, "/settings.json") => Reply::Answer(Answer::text("application/json", &settings)),
            (_, path) => {
                let found =
                    folders.iter().find_map(|(start, folder)| Some((folder, path.strip_prefix(start)?)));
                Reply::Answer(match found {
                    Some((folder, name)) if !name.contains("..") => Answer::file(&folder.join(name)),
                    _ => Answer::missing(),
                })
            }
        })
    })?;
    let file = workspace::root().join("target").join("xtask").join("bench-browser.json");
    fs::write(&file, results).map_err(|error| format!("{}: {error}", file.display()))?;
    Ok(file)
}

/// Builds tools/bench as the product is built. The folder with `bench.js` and `bench_bg.wasm`.
fn build(machine: &Machine) -> Result<PathBuf, String> {
    let mut cargo = machine.command("cargo");
    cargo.args(["build", "--release", "--lib", "--package", "bench", "--target", "wasm32-unknown-unknown"]);
    quiet("bench-build", &mut cargo)?;
    let built = workspace::target_folder()?.join("wasm32-unknown-unknown").join("release").join("bench.wasm");
    let folder = workspace::root().join("target").join("xtask").join("bench");
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut bindgen = machine.command("wasm-bindgen");
    bindgen.args(["--target", "web", "--no-typescript", "--out-dir"]).arg(&folder).arg(&built);
    quiet("bench-bindgen", &mut bindgen)?;
    optimize(machine, &folder.join("bench_bg.wasm"))?;
    Ok(folder)
}

/// What Trunk has wasm-opt do to the app.
fn optimize(machine: &Machine, wasm: &Path) -> Result<(), String> {
    let page = workspace::root().join("index.html");
    let page = fs::read_to_string(&page).map_err(|error| format!("{}: {error}", page.display()))?;
    let level = setting(&page, "data-wasm-opt").unwrap_or("z");
    let mut opt = machine.command("wasm-opt");
    opt.arg(format!("-O{level}")).arg(wasm).arg("-o").arg(wasm);
    opt.args(setting(&page, "data-wasm-opt-params").unwrap_or_default().split_whitespace());
    quiet("bench-wasm-opt", &mut opt).map(drop)
}

/// A setting of the page for Trunk.
fn setting<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    page.split_once(&format!("{name}=\""))?.1.split('"').next()
}

enum Reply {
    Answer(Answer),
    Done(Vec<u8>),
}

/// Opens the server's page in headless Chromium and serves it until it is done.
fn visit(machine: &Machine, reply: impl Fn(&Request) -> Reply) -> Result<Vec<u8>, String> {
    let server = WebServer::start()?;
    let profile = std::env::temp_dir().join(format!("stepglass-bench-{}", std::process::id()));
    let mut browser = machine.browser()?;
    browser.args([
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
    ]);
    browser.args([
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
    ]);
    browser.arg(format!("--user-data-dir={}", profile.display())).arg(server.address());
    let mut child = browser
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("Chromium: {error}"))?;
    let start = Instant::now();
    let mut results = Err(format!("no results after {}", seconds(LIMIT)));
    while start.elapsed() < LIMIT {
        if let Ok(Some(status)) = child.try_wait() {
            results = Err(format!("Chromium ended by itself: {status}"));
            break;
        }
        let Some(connection) = server.next(Duration::from_millis(200)) else { continue };
        let Some(request) = connection.read() else { continue };
        match reply(&request) {
            Reply::Answer(answer) => connection.answer(&answer),
            Reply::Done(body) => {
                connection.answer(&Answer::empty());
                results = Ok(body);
                break;
            }
        }
    }
    // It is ours alone; its own processes go with it.
    child.kill().ok();
    child.wait().ok();
    fs::remove_dir_all(&profile).ok();
    results
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_the_page_are_read() {
        let page = r#"<link data-trunk data-wasm-opt="z" data-wasm-opt-params="--a --b">"#;
        assert_eq!(setting(page, "data-wasm-opt"), Some("z"));
        assert_eq!(setting(page, "data-wasm-opt-params"), Some("--a --b"));
        assert_eq!(setting(page, "data-other"), None);
    }

    #[test]
    fn arguments_are_checked() {
        let read =
            |text: &str| Options::read(&text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert!(read("--seconds 0.2 --only W1 --native").is_ok());
        assert!(read("--seconds soon").is_err());
        assert!(read("--only").is_err());
        assert!(read("--fast").is_err());
    }
}
