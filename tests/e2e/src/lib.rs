//! End-to-end tests: the built site in headless Chromium, driven over WebDriver.
//!
//! ```no_run
//! let page = e2e::Page::open("");
//! page.click("button.run");
//! page.wait_for("[data-status=succeeded]");
//! page.assert_clean();
//! ```
//!
//! Every [`Page`] has a browser and a server of its own, which end with it. The site is served under a sub-path, as a
//! project page would be. `cargo xtask test` builds the site first; by hand: `cargo xtask dist`, then
//! `cargo test -p e2e`.
//!
//! Everything here panics with a message that says what was waited for, because it only serves tests.
#![allow(clippy::disallowed_methods, reason = "a browser takes real time")]

mod axe;
mod browser;
mod editing;
mod page;
mod runs;
pub mod scenes;
mod site;

use std::env;
use std::path::PathBuf;

pub use axe::Axe;
pub use page::{Page, Scheme, Viewport};
pub use site::{SUB_PATH, Site};

/// The workspace's root folder.
///
/// Cargo says at run time where the package is: a program in a shared target folder may come from another checkout.
pub fn workspace() -> PathBuf {
    let package = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    PathBuf::from(package).join("..").join("..")
}
