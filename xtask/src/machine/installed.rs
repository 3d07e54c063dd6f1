//! Programs that come from a package registry: trunk and wasm-bindgen from crates.io, wasm-opt from npm.

use std::fs;
use std::path::{Path, PathBuf};

use super::{Found, cache, downloads_work};
use crate::process::{cargo, command, find, output, quiet, step};
use crate::versions;

pub fn trunk() -> Result<Found, String> {
    get("trunk", &["trunk"], versions::TRUNK)
}

/// wasm-bindgen for Trunk, which downloads it by itself where it can.
pub fn wasm_bindgen() -> Result<Found, String> {
    let version = versions::wasm_bindgen()?;
    if output(command("wasm-bindgen").arg("--version")).is_none_or(|text| !fits(&text, &version))
        && downloads_work()
    {
        return Ok(Found::default());
    }
    get("wasm-bindgen-cli", &["wasm-bindgen"], &version)
}

/// wasm-bindgen with the runner of browser tests, which Trunk doesn't bring.
pub fn wasm_bindgen_tests() -> Result<Found, String> {
    let programs = ["wasm-bindgen", "wasm-bindgen-test-runner"];
    let mut found = get("wasm-bindgen-cli", &programs, &versions::wasm_bindgen()?)?;
    found.variables.push(("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", "wasm-bindgen-test-runner".into()));
    Ok(found)
}

/// Binaryen's wasm-opt, which Trunk downloads by itself where it can; npm's runs on Node.js.
pub fn wasm_opt() -> Result<Found, String> {
    if wasm_opt_of_npm().is_none() && downloads_work() {
        return Ok(Found::default());
    }
    wasm_opt_program()
}

/// Binaryen's wasm-opt, also for others than Trunk.
pub fn wasm_opt_program() -> Result<Found, String> {
    let major = versions::BINARYEN.split('.').next().unwrap_or_default();
    if output(command("wasm-opt").arg("--version")).is_some_and(|text| fits(&text, major)) {
        return Ok(Found::default());
    }
    if wasm_opt_of_npm().is_none() {
        npm_packages(&binaryen(), &[("binaryen", versions::BINARYEN)])?;
    }
    let programs = wasm_opt_of_npm().ok_or("binaryen's wasm-opt does not run")?;
    Ok(Found { path: vec![programs], ..Found::default() })
}

fn binaryen() -> String {
    format!("binaryen-{}", versions::BINARYEN)
}

fn wasm_opt_of_npm() -> Option<PathBuf> {
    let programs = cache().join(binaryen()).join("node_modules").join(".bin");
    output(command(programs.join("wasm-opt")).arg("--version")).map(|_| programs)
}

/// Packages of npm in a folder of the cache, which has them under `node_modules`.
pub fn npm_packages(name: &str, packages: &[(&str, &str)]) -> Result<PathBuf, String> {
    let folder = cache().join(name);
    let is_there = |(package, version): &(&str, &str)| {
        let about = folder.join("node_modules").join(package).join("package.json");
        fs::read_to_string(about).is_ok_and(|text| text.contains(&format!("\"version\": \"{version}\"")))
    };
    if packages.iter().all(is_there) {
        return Ok(folder);
    }
    let wanted: Vec<String> =
        packages.iter().map(|(package, version)| format!("{package}@{version}")).collect();
    step(format!("npm install {}", wanted.join(" ")), || {
        fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let mut npm = command("npm");
        npm.args(["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund", "--prefix"]);
        quiet(&format!("npm-{name}"), npm.arg(&folder).args(&wanted)).map(drop)
    })?;
    Ok(folder)
}

/// Finds the programs of a crate in the wanted version on PATH or in the cache folder, or installs the crate there.
fn get(package: &str, programs: &[&str], version: &str) -> Result<Found, String> {
    let fitting = |folder: Option<&Path>| {
        programs.iter().all(|program| {
            let path = folder.map_or_else(|| program.into(), |folder| folder.join(program));
            output(command(path).arg("--version")).is_some_and(|text| fits(&text, version))
        })
    };
    if fitting(None) {
        return Ok(Found::default());
    }
    let root = cache().join(format!("{package}-{version}"));
    let folder = root.join("bin");
    if !fitting(Some(&folder)) {
        let found = programs.iter().find_map(|program| find(program));
        let why = if found.is_some() { "another version is on PATH" } else { "not on PATH" };
        step(format!("cargo install {package} {version} ({why}; takes some minutes)"), || {
            install(package, version, &root)?;
            if fitting(Some(&folder)) {
                Ok(())
            } else {
                Err(format!("{package} was installed, but does not run"))
            }
        })?;
    }
    Ok(Found { path: vec![folder], ..Found::default() })
}

/// A tool's own speed matters little beside the time it takes to build, hence the cheap profile: wasm-bindgen takes 0.7 s
/// for 15 MB of WebAssembly even so.
fn install(package: &str, version: &str, root: &Path) -> Result<(), String> {
    let build = root.join("build");
    let mut cargo = cargo();
    cargo.args(["install", package, "--locked", "--version", version, "--root"]).arg(root);
    cargo.env("CARGO_TARGET_DIR", &build);
    cargo.env_remove("RUSTC_BOOTSTRAP").env_remove("RUSTFLAGS");
    cargo.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0");
    cargo.env("CARGO_PROFILE_RELEASE_LTO", "off");
    cargo.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "256");
    cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    // Away from the workspace, whose `.cargo/config.toml` isn't meant for other projects.
    cargo.current_dir(super::cache().parent().filter(|folder| folder.is_dir()).unwrap_or(Path::new("/")));
    quiet(&format!("install-{package}"), &mut cargo)?;
    fs::remove_dir_all(&build).map_err(|error| format!("{}: {error}", build.display()))
}

/// Whether a program's `--version` names the version: `trunk 0.21.14`, `wasm-opt version 132 (version_132)`.
fn fits(text: &str, version: &str) -> bool {
    text.split_whitespace().any(|word| word == version)
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn versions_fit_as_whole_words() {
        assert!(fits("trunk 0.21.14", "0.21.14"));
        assert!(fits("wasm-opt version 132 (version_132)", "132"));
        assert!(!fits("wasm-bindgen 0.2.1260", "0.2.126"));
        assert!(!fits("", "1"));
    }
}
