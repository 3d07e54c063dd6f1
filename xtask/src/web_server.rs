//! A server on this machine for one page of ours, one request at a time.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

/// More than any page of ours posts.
const MOST_BYTES: usize = 1 << 24;

pub struct WebServer(TcpListener);

impl WebServer {
    /// On a free port.
    pub fn start() -> Result<WebServer, String> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).map_err(|error| format!("no port: {error}"))?;
        listener.set_nonblocking(true).map_err(|error| error.to_string())?;
        Ok(WebServer(listener))
    }

    pub fn address(&self) -> String {
        let port = self.0.local_addr().map_or(0, |address| address.port());
        format!("http://127.0.0.1:{port}/")
    }

    /// Waits for a connection, but not for longer than that.
    pub fn next(&self, limit: Duration) -> Option<Connection> {
        let start = Instant::now();
        loop {
            if let Ok((stream, _)) = self.0.accept() {
                stream.set_nonblocking(false).ok()?;
                stream.set_read_timeout(Some(Duration::from_millis(500))).ok()?;
                return Some(Connection(stream));
            }
            if start.elapsed() > limit {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }
}

pub struct Connection(TcpStream);

/// What a browser asks.
pub struct Request {
    pub method: String,
    /// Without the query.
    pub path: String,
    pub body: Vec<u8>,
}

impl Connection {
    /// None where nothing comes: browsers open connections in advance.
    pub fn read(&self) -> Option<Request> {
        let mut reader = BufReader::new(&self.0);
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let mut words = line.split_whitespace();
        let (method, address) = (words.next()?.to_owned(), words.next()?);
        let path = address.split('?').next().unwrap_or_default().to_owned();
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).ok()?;
            match header.split_once(':') {
                Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                    length = value.trim().parse().ok()?;
                }
                Some(_) => {}
                None => break,
            }
        }
        let mut body = vec![0; Some(length).filter(|length| *length <= MOST_BYTES)?];
        reader.read_exact(&mut body).ok()?;
        Some(Request { method, path, body })
    }

    pub fn answer(mut self, answer: &Answer) {
        // Isolated from other origins, a page's clock has steps of 5 µs rather than 100.
        let head = format!(
            "HTTP/1.1 {}\r\nContent-Type: {}\r\nContent-Length: {}\r\nConnection: close\r\nCache-Control: no-store\r\n\
             Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n\r\n",
            answer.status,
            answer.content_type,
            answer.body.len()
        );
        // A browser that has gone away needs no answer.
        self.0.write_all(head.as_bytes()).and_then(|()| self.0.write_all(&answer.body)).ok();
    }
}

pub struct Answer {
    status: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
}

impl Answer {
    pub fn empty() -> Answer {
        Answer::text("text/plain", "")
    }

    pub fn missing() -> Answer {
        Answer { status: "404 Not Found", ..Answer::empty() }
    }

    pub fn text(content_type: &'static str, body: &str) -> Answer {
        Answer { status: "200 OK", content_type, body: body.as_bytes().to_vec() }
    }

    pub fn file(path: &Path) -> Answer {
        let content_type = match path.extension().and_then(|extension| extension.to_str()) {
            Some("html") => "text/html",
            Some("js" | "mjs") => "text/javascript",
            Some("wasm") => "application/wasm",
            Some("json") => "application/json",
            _ => "application/octet-stream",
        };
        match fs::read(path) {
            Ok(body) => Answer { status: "200 OK", content_type, body },
            Err(_) => Answer::missing(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_gets_its_answer() {
        let server = WebServer::start().unwrap();
        let address = server.address();
        let port = address.trim_end_matches('/').rsplit(':').next().unwrap().parse::<u16>().unwrap();
        let client = thread::spawn(move || {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
            stream.write_all(b"POST /a/b?c HTTP/1.1\r\nHost: x\r\ncontent-length: 5\r\n\r\nhello").unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        });
        let connection = server.next(Duration::from_secs(5)).unwrap();
        let request = connection.read().unwrap();
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/a/b"));
        assert_eq!(request.body, b"hello");
        connection.answer(&Answer::text("text/plain", "yes"));
        let answer = client.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("\r\n\r\nyes"), "{answer}");
    }
}
