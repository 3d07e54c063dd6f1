//! The built site behind a small HTTP server, under a sub-path.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::workspace;

/// Where the site is served: addresses that only work at a host's root would break.
pub const SUB_PATH: &str = "/some/path/";

/// A running server, which ends when it is dropped.
pub struct Site {
    port: u16,
    is_over: Arc<AtomicBool>,
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
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("a bound port").port();
        let is_over = Arc::new(AtomicBool::new(false));
        let ending = Arc::clone(&is_over);
        thread::spawn(move || {
            for connection in listener.incoming() {
                if ending.load(Ordering::Relaxed) {
                    break;
                }
                // A thread for each: a browser may read one answer only after it has another, and it opens
                // connections on which it asks for nothing.
                if let Ok(connection) = connection {
                    let folder = folder.clone();
                    thread::spawn(move || answer(&folder, connection));
                }
            }
        });
        Self { port, is_over }
    }

    /// The site's origin, without a slash at its end.
    pub fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The address of something in the site: `""` is its first page, `"#/…"` a place in it.
    pub fn address(&self, what: &str) -> String {
        format!("{}{SUB_PATH}{what}", self.origin())
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}

/// Answers one request and closes the connection. The browser may have gone already: then nothing is to be done.
fn answer(folder: &Path, mut connection: TcpStream) {
    let _ = connection.set_read_timeout(Some(Duration::from_secs(60)));
    let Some(request) = read_head(&mut connection) else {
        return;
    };
    let mut words = request.split(' ');
    let (method, url) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let address = url.split(['?', '#']).next().unwrap_or_default();
    let name = address.strip_prefix(SUB_PATH).map(|name| if name.is_empty() { "index.html" } else { name });
    let contents = name.and_then(|name| {
        let path = Path::new(name);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_)));
        if inside { fs::read(folder.join(path)).ok() } else { None }
    });
    let (status, media_type, contents) = match contents {
        Some(contents) => ("200 OK", media_type(name.unwrap_or_default()), contents),
        None => ("404 Not Found", "text/plain", b"not found".to_vec()),
    };
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {media_type}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        contents.len()
    );
    let _ = connection.write_all(head.as_bytes());
    if method != "HEAD" {
        let _ = connection.write_all(&contents);
    }
}

/// The first line of a request, once all of its head has come.
fn read_head(connection: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut part = [0; 4096];
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") {
        match connection.read(&mut part) {
            Ok(count) if count > 0 && head.len() < 64 * 1024 => head.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
    String::from_utf8_lossy(&head).lines().next().map(str::to_owned)
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
