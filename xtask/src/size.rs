//! `cargo xtask size`: how much of the app's WebAssembly is there for one of its crates.

use std::fs;

use crate::dist::brotli_sizes;
use crate::process::{cargo, quiet, say};
use crate::workspace;

const USAGE: &str = "usage: cargo xtask size CRATE [LIMIT in KB]   (after `cargo xtask dist`)";

/// The whole module of the last release is taken apart at the crate: its functions, and what only they need, make a
/// module of their own.
pub fn size(arguments: &[String]) -> Result<(), String> {
    let (name, limit) = match arguments {
        [name] => (name, None),
        [name, limit] => (name, Some(limit.parse::<u64>().map_err(|_| USAGE)?)),
        _ => return Err(USAGE.to_owned()),
    };
    if !name.chars().all(|character| character.is_ascii_alphanumeric() || "_:".contains(character)) {
        return Err(USAGE.to_owned());
    }
    let folder = workspace::root().join("target").join("split");
    let whole = folder.join("whole.wasm");
    if !whole.is_file() {
        return Err(format!("{} is not there: `cargo xtask dist` writes it", whole.display()));
    }
    let own = folder.join("size");
    fs::create_dir_all(&own).map_err(|error| format!("{}: {error}", own.display()))?;
    let rules = own.join("rules.txt");
    // Nothing else comes later than the first picture here.
    let list = own.join("list.txt");
    for (file, text) in [(&rules, format!("rest {name}\n")), (&list, String::new())] {
        fs::write(file, text).map_err(|error| format!("{}: {error}", file.display()))?;
    }
    let mut split = cargo();
    split.current_dir(workspace::root()).args(["run", "--quiet", "--package", "split", "--"]);
    split.arg(&rules).arg(&list).arg(&whole);
    split.args(["others.wasm", "crate.wasm", "names.txt"].map(|file| own.join(file)));
    quiet("size-split", &mut split)?;
    let sizes = brotli_sizes(&own, &["crate.wasm".to_owned()])?;
    let brotli = sizes.first().copied().ok_or("node answers no size")?;
    let raw = own.join("crate.wasm").metadata().map_err(|error| error.to_string())?.len();
    say(format!("{name}: {raw} bytes of the app's WebAssembly, {brotli} after brotli"));
    match limit {
        Some(limit) if brotli > limit * 1024 => {
            Err(format!("{name} takes more than {limit} KB after brotli"))
        }
        _ => Ok(()),
    }
}
