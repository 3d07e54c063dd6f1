//! The standard library for wasm32-unknown-unknown.
//!
//! Usually `rustup target add` brings it. Where rustup's server cannot be reached, Debian's compiler and its sources come
//! in: the library is built from them once, into a toolchain of its own (a compiler can't use another version's library).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{Found, cache, debian};
use crate::process::{cargo, command, find, output, quiet, say, step, wait_at_most};

const TARGET: &str = "wasm32-unknown-unknown";
/// The name under which rustup knows the toolchain, for whoever calls `trunk` without xtask.
const TOOLCHAIN: &str = "stepglass-wasm";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";

pub fn get() -> Result<Found, String> {
    if has_library("rustc".as_ref()) {
        return Ok(Found::default());
    }
    let toolchain = cache().join("wasm-toolchain");
    let rustc = toolchain.join("bin").join("rustc");
    if has_library(&rustc) && is_current(&toolchain) {
        return Ok(using(&rustc));
    }
    if add_target() {
        return Ok(Found::default());
    }
    say(format!("  rustup could not get {TARGET}: building it from Debian's packages instead"));
    if !Path::new(DEBIAN_RUSTC).is_file() || !debian_sources().is_dir() {
        debian::install(&["rustc-web", "rust-web-src"]).map_err(|error| {
            format!("no standard library for {TARGET}: rustup cannot get it, and {error}")
        })?;
    }
    step(format!("build the standard library for {TARGET}"), || {
        lay_out(&toolchain)?;
        build_library(&toolchain)
    })?;
    link(&toolchain);
    if has_library(&rustc) {
        Ok(using(&rustc))
    } else {
        Err(format!("the library for {TARGET} does not work"))
    }
}

fn using(rustc: &Path) -> Found {
    Found { variables: vec![("RUSTC", rustc.into())], ..Found::default() }
}

/// Whether a compiler has the target's library beside it.
fn has_library(rustc: &Path) -> bool {
    let folder = output(command(rustc).args(["--print", "target-libdir", "--target", TARGET]));
    let Some(Ok(files)) = folder.map(fs::read_dir) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
}

fn add_target() -> bool {
    if find("rustup").is_none() {
        return false;
    }
    let mut rustup = command("rustup");
    rustup.args(["target", "add", TARGET]);
    let add = step(format!("rustup target add {TARGET}"), || {
        let status = wait_at_most(&mut rustup, Duration::from_secs(120));
        if status.is_some_and(|status| status.success()) { Ok(()) } else { Err(String::new()) }
    });
    add.is_ok() && has_library("rustc".as_ref())
}

/// The sources have to be of the compiler's version.
fn debian_sources() -> PathBuf {
    Path::new("/usr/lib/rustlib/src/rust/library").to_owned()
}

fn version() -> String {
    output(command(DEBIAN_RUSTC).arg("-vV")).unwrap_or_default()
}

/// Whether the library was built by the compiler that the system has now.
fn is_current(toolchain: &Path) -> bool {
    fs::read_to_string(toolchain.join("built-by")).is_ok_and(|text| text == version())
}

/// A system root like Debian's, but in the cache folder, where a library can be added.
fn lay_out(toolchain: &Path) -> Result<(), String> {
    if toolchain.exists() {
        fs::remove_dir_all(toolchain).map_err(at(toolchain))?;
    }
    let host = version().lines().find_map(|line| line.strip_prefix("host: ").map(str::to_owned));
    let host = host.ok_or_else(|| format!("{DEBIAN_RUSTC} does not run"))?;
    let system = Path::new("/usr/lib/rustlib");
    let own = toolchain.join("lib").join("rustlib");
    let rust = output(command("rustc").args(["--print", "sysroot"])).ok_or("rustc does not run")?;
    let rust = Path::new(&rust);

    for folder in [toolchain.join("bin"), own.join(TARGET).join("lib"), own.join(&host)] {
        fs::create_dir_all(&folder).map_err(at(&folder))?;
    }
    symlink(&system.join("src"), &own.join("src"))?;
    symlink(&system.join(&host).join("lib"), &own.join(&host).join("lib"))?;
    // Debian's package has no linker for WebAssembly.
    symlink(&rust.join("lib").join("rustlib").join(&host).join("bin"), &own.join(&host).join("bin"))?;
    symlink(&rust.join("bin").join("cargo"), &toolchain.join("bin").join("cargo"))?;
    for program in ["rustc", "rustdoc"] {
        let script =
            format!("#!/bin/sh\nexec /usr/bin/{program} --sysroot '{}' \"$@\"\n", toolchain.display());
        write_program(&toolchain.join("bin").join(program), &script)?;
    }
    Ok(())
}

fn build_library(toolchain: &Path) -> Result<(), String> {
    let project = cache().join("build-std");
    let source = project.join("src");
    fs::create_dir_all(&source).map_err(at(&source))?;
    let manifest = "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[workspace]\n";
    fs::write(project.join("Cargo.toml"), manifest).map_err(at(&project))?;
    fs::write(source.join("lib.rs"), "").map_err(at(&source))?;

    let mut build = cargo();
    build.current_dir(&project).env("RUSTC", toolchain.join("bin").join("rustc")).env("RUSTC_BOOTSTRAP", "1");
    build.env_remove("RUSTFLAGS");
    build.args(["build", "-Zbuild-std=std,panic_abort,proc_macro,test", "--release", "--target", TARGET]);
    quiet("build-std", build.arg("--target-dir").arg(project.join("target")))?;

    let built = project.join("target").join(TARGET).join("release").join("deps");
    let library = toolchain.join("lib").join("rustlib").join(TARGET).join("lib");
    for file in fs::read_dir(&built).map_err(at(&built))?.flatten() {
        let name = file.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libnothing-") {
            fs::copy(file.path(), library.join(&name)).map_err(at(&library))?;
        }
    }
    fs::write(toolchain.join("built-by"), version()).map_err(at(toolchain))?;
    fs::remove_dir_all(&project).map_err(at(&project))
}

/// Lets `RUSTUP_TOOLCHAIN=stepglass-wasm trunk build` work too. Only a convenience, so its failure doesn't matter.
fn link(toolchain: &Path) {
    if output(command("rustup").args(["toolchain", "link", TOOLCHAIN]).arg(toolchain)).is_some() {
        say(format!("  without xtask: RUSTUP_TOOLCHAIN={TOOLCHAIN} trunk serve"));
    }
}

#[cfg(unix)]
fn symlink(original: &Path, link: &Path) -> Result<(), String> {
    std::os::unix::fs::symlink(original, link).map_err(at(link))
}

#[cfg(unix)]
fn write_program(path: &Path, text: &str) -> Result<(), String> {
    use std::os::unix::fs::PermissionsExt;
    fs::write(path, text).map_err(at(path))?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).map_err(at(path))
}

#[cfg(not(unix))]
fn symlink(_original: &Path, _link: &Path) -> Result<(), String> {
    Err(format!("only Debian has this way: please run `rustup target add {TARGET}`"))
}

#[cfg(not(unix))]
fn write_program(_path: &Path, _text: &str) -> Result<(), String> {
    Ok(())
}

fn at(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |error| format!("{path}: {error}")
}
