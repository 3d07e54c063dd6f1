//! Chromium and ChromeDriver, for tests in a browser.

use std::env;
use std::path::PathBuf;

use super::{Found, debian};
use crate::process::find;

/// The variable that names the browser.
pub const VARIABLE: &str = "STEPGLASS_BROWSER";

const BROWSERS: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

pub fn get() -> Result<Found, String> {
    if locate().is_none() {
        debian::install(&["chromium", "chromium-driver"])
            .map_err(|error| format!("no Chromium with ChromeDriver for the browser tests: {error}"))?;
    }
    let (driver, browser) = locate().ok_or("Chromium was installed, but is not on PATH")?;
    let configuration = crate::workspace::root().join("webdriver.json");
    let variables = vec![
        ("CHROMEDRIVER", driver.into()),
        (VARIABLE, browser.into()),
        ("WASM_BINDGEN_TEST_WEBDRIVER_JSON", configuration.into()),
    ];
    Ok(Found { variables, ..Found::default() })
}

fn locate() -> Option<(PathBuf, PathBuf)> {
    let driver = env::var_os("CHROMEDRIVER").map(PathBuf::from).or_else(|| find("chromedriver"))?;
    let browser = env::var_os(VARIABLE).map(PathBuf::from);
    let browser = browser.or_else(|| BROWSERS.iter().find_map(|name| find(name)))?;
    Some((driver, browser))
}
