//! `cargo xtask serve`: from a bare machine to the app in the browser.

use crate::machine::{self, Purpose};
use crate::process::{say, step};

pub fn serve(arguments: &[String]) -> Result<(), String> {
    let release = arguments.iter().any(|argument| argument == "--release");
    let machine = step("look for the tools", || machine::prepare(Purpose::Build { release }))?;
    say(format!("→ build, then serve on http://127.0.0.1:{} (Ctrl+C ends it)", port(arguments)));
    let status = machine.command("trunk").arg("serve").args(arguments).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("trunk serve: {status}")),
        Err(error) => Err(format!("trunk: {error}")),
    }
}

/// The port that Trunk is going to use: its own option's, or Trunk.toml's.
fn port(arguments: &[String]) -> &str {
    let after = arguments.iter().position(|argument| argument == "--port" || argument == "-p");
    let joined = arguments.iter().find_map(|argument| argument.strip_prefix("--port="));
    joined.or_else(|| arguments.get(after? + 1).map(String::as_str)).unwrap_or("8080")
}

#[cfg(test)]
mod tests {
    use super::port;

    #[test]
    fn the_port_is_trunks() {
        let port = |text: &str| port(&text.split(' ').map(str::to_owned).collect::<Vec<_>>()).to_owned();
        assert_eq!(port("--release"), "8080");
        assert_eq!(port("--port 9000 --open"), "9000");
        assert_eq!(port("--open --port=9001"), "9001");
        assert_eq!(port("--port"), "8080");
    }
}
