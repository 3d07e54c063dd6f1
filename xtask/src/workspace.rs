//! Where things are in the workspace.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::process;

/// The workspace's root folder.
pub fn root() -> PathBuf {
    // Cargo says at run time where the package is: a program in a shared target folder may come from another checkout.
    let xtask = env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    let xtask = Path::new(&xtask);
    xtask.parent().unwrap_or(xtask).to_owned()
}

/// Where cargo puts what it builds.
pub fn target_folder() -> Result<PathBuf, String> {
    let mut cargo = process::cargo();
    cargo.args(["metadata", "--no-deps", "--format-version", "1"]);
    let metadata = process::output(&mut cargo).ok_or("cargo metadata fails")?;
    let rest =
        metadata.split_once("\"target_directory\":\"").ok_or("cargo metadata names no target folder")?.1;
    let folder = rest.split('"').next().unwrap_or_default();
    Ok(PathBuf::from(folder.replace("\\\\", "\\")))
}

/// The names of the crates under `crates/`: each is called as its folder.
pub fn engine_crates() -> Result<Vec<String>, String> {
    let folder = root().join("crates");
    let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().join("Cargo.toml").is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// Packages with tests that run in a browser, and which tests of theirs.
pub fn browser_tests() -> Result<Vec<(String, Vec<String>)>, String> {
    let mut packages = vec![("stepglass".to_owned(), root())];
    packages.extend(engine_crates()?.into_iter().map(|name| {
        let folder = root().join("crates").join(&name);
        (name, folder)
    }));
    let tests = packages.into_iter().map(|(name, folder)| (name, web_tests(&folder)));
    Ok(tests.filter(|(_, tests)| !tests.is_empty()).collect())
}

/// What `cargo test` is to be told of a package's tests that run in a browser: they say so themselves.
fn web_tests(package: &Path) -> Vec<String> {
    let is_for_browser = |file: &Path| {
        fs::read_to_string(file).is_ok_and(|text| text.contains("wasm_bindgen_test_configure!("))
    };
    let mut names: Vec<String> = fs::read_dir(package.join("tests"))
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let file = if entry.path().is_dir() { entry.path().join("main.rs") } else { entry.path() };
            let name = entry.path().file_stem()?.to_string_lossy().into_owned();
            is_for_browser(&file).then_some(name)
        })
        .collect();
    names.sort();
    let mut told: Vec<String> = names.into_iter().flat_map(|name| ["--test".to_owned(), name]).collect();
    if is_for_browser(&package.join("src").join("lib.rs")) {
        told.insert(0, "--lib".to_owned());
    }
    told
}
