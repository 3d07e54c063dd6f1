//! ChromeDriver and one headless Chromium.

use std::env;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// A browser with its driver. All calls wait for the answer.
pub struct Browser {
    runtime: Runtime,
    client: Client,
    driver: Child,
}

impl Browser {
    pub fn start() -> Self {
        let (driver, port) = start_driver();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let address = format!("http://127.0.0.1:{port}");
        let client = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder.capabilities(capabilities()).connect(&address).await
        });
        let client = client.unwrap_or_else(|error| panic!("Chromium does not start: {error}"));
        Self { runtime, client, driver }
    }

    /// Does something with the client and waits for it.
    pub fn run<T, E: std::fmt::Display>(
        &self,
        what: &str,
        work: impl AsyncFnOnce(&Client) -> Result<T, E>,
    ) -> T {
        self.try_run(work).unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    pub fn try_run<T, E>(&self, work: impl AsyncFnOnce(&Client) -> Result<T, E>) -> Result<T, E> {
        self.runtime.block_on(work(&self.client))
    }

    pub fn wait(&self, time: Duration) {
        self.runtime.block_on(async { tokio::time::sleep(time).await });
    }

    /// A command of the Chrome DevTools Protocol.
    pub fn devtools(&self, method: &str, parameters: Value) -> Value {
        let command = Post { path: "goog/cdp/execute", body: json!({ "cmd": method, "params": parameters }) };
        self.run(method, async |client| client.issue_cmd(command).await)
    }

    /// What the browser logged since the last call: `"browser"` (its console) or `"performance"` (DevTools events).
    pub fn log(&self, kind: &str) -> Vec<Value> {
        let command = Post { path: "se/log", body: json!({ "type": kind }) };
        match self.run("the log", async |client| client.issue_cmd(command).await) {
            Value::Array(entries) => entries,
            other => panic!("not a log: {other}"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // A browser that is already gone needs no closing.
        let _ = self.runtime.block_on(self.client.clone().close());
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// How often ChromeDriver is started before it is given up.
const DRIVER_STARTS: usize = 8;

/// Starts ChromeDriver on a free port, which it chooses and prints.
///
/// It takes one port for both IPv4 and IPv6, and ends when another program has it for one of them, which happens
/// where several start at once.
fn start_driver() -> (Child, u16) {
    (0..DRIVER_STARTS).find_map(|_| try_start_driver()).expect("ChromeDriver says its port")
}

fn try_start_driver() -> Option<(Child, u16)> {
    let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
    let child = Command::new(&program).arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut child = child.unwrap_or_else(|error| {
        panic!("{}: {error} (`cargo xtask setup` installs it)", Path::new(&program).display());
    });
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
    let mut port = None;
    let mut line = String::new();
    while port.is_none() && output.read_line(&mut line).is_ok_and(|length| length > 0) {
        let end =
            line.split_once("started successfully on port ").map(|(_, end)| end.trim().trim_end_matches('.'));
        port = end.and_then(|port| port.parse().ok());
        line.clear();
    }
    let Some(port) = port else {
        let _ = child.kill();
        let _ = child.wait();
        return None;
    };
    // Read on to its end: ChromeDriver would stop when nobody takes what it writes.
    thread::spawn(move || io::copy(&mut output, &mut io::sink()));
    Some((child, port))
}

/// The project's `webdriver.json`, with logs of what the page writes and requests.
fn capabilities() -> Capabilities {
    let mut capabilities: Capabilities =
        serde_json::from_str(include_str!("../../../webdriver.json")).expect("webdriver.json is JSON");
    if let Some(options) = capabilities.get_mut("goog:chromeOptions").and_then(Value::as_object_mut)
        && let Ok(browser) = env::var("STEPGLASS_BROWSER")
    {
        options.insert("binary".into(), browser.into());
    }
    capabilities.insert("goog:loggingPrefs".into(), json!({ "browser": "ALL", "performance": "ALL" }));
    capabilities
}

#[derive(Debug)]
struct Post {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for Post {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _address: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.body.to_string()))
    }
}
