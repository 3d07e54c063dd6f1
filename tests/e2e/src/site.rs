//! The built site behind a small HTTP server, under a sub-path.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tiny_http::{Header, Method, Request, Response, Server};

use crate::workspace;

/// Where the site is served: addresses that only work at a host's root would break.
pub const SUB_PATH: &str = "/some/path/";

/// More than a browser opens connections to one host.
const THREADS: usize = 8;

/// A running server, which ends when it is dropped.
pub struct Site {
    server: Arc<Server>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Site {
    /// Serves the built site: `dist/`, or the folder that `$STEPGLASS_DIST` names.
    pub fn start() -> Self {
        let folder = std::env::var_os("STEPGLASS_DIST").map(PathBuf::from);
        let folder = folder.unwrap_or_else(|| workspace().join("dist"));
        let page = folder.join("index.html");
        assert!(page.is_file(), "{} is missing: run `cargo xtask dist` first", page.display());
        Self::of(folder)
    }

    /// Serves any folder.
    pub fn of(folder: PathBuf) -> Self {
        let server = Arc::new(Server::http("127.0.0.1:0").expect("a free port"));
        // A browser may read one answer only after it has another, so they can't be given one after the other.
        let threads = (0..THREADS).map(|_| {
            let (requests, folder) = (Arc::clone(&server), folder.clone());
            thread::spawn(move || {
                for request in requests.incoming_requests() {
                    answer(&folder, request);
                }
            })
        });
        Self { threads: threads.collect(), server }
    }

    /// The site's origin, without a slash at its end.
    pub fn origin(&self) -> String {
        let address = self.server.server_addr();
        format!("http://127.0.0.1:{}", address.to_ip().expect("a TCP port").port())
    }

    /// The address of something in the site: `""` is its first page, `"#/…"` a place in it.
    pub fn address(&self, what: &str) -> String {
        format!("{}{SUB_PATH}{what}", self.origin())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        for _ in &self.threads {
            self.server.unblock();
        }
        // Not waited for: one may still be writing to a browser that no longer reads.
    }
}

fn answer(folder: &Path, request: Request) {
    let address = request.url().split(['?', '#']).next().unwrap_or_default().to_owned();
    let name = address.strip_prefix(SUB_PATH).map(|name| if name.is_empty() { "index.html" } else { name });
    let contents = name.and_then(|name| {
        let path = Path::new(name);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        if inside { fs::read(folder.join(path)).ok() } else { None }
    });
    let result = match (request.method(), contents) {
        (Method::Get | Method::Head, Some(contents)) => {
            let header = Header::from_bytes("Content-Type", media_type(name.unwrap_or_default()));
            request.respond(Response::from_data(contents).with_header(header.expect("an ASCII header")))
        }
        _ => request.respond(Response::from_string("not found").with_status_code(404)),
    };
    // The browser may have gone already.
    drop(result);
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("webmanifest") => "application/manifest+json",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
