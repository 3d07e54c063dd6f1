//! `cargo xtask size`: how much larger one of its crates makes the app's WebAssembly.

use std::fs;

use crate::dist::brotli_sizes;
use crate::process::{cargo, quiet, say};
use crate::workspace;

const USAGE: &str = "usage: cargo xtask size CRATE [LIMIT in KB]   (after `cargo xtask dist`)";

/// The whole module of the last release is measured as it is and without the crate: without its functions, and without
/// the functions and constants that only they need.
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
    // Without nothing, the module loses its names alone, which no browser gets.
    let mut sizes = Vec::new();
    for (part, rule) in [("all", String::new()), ("others", format!("rest {name}\n"))] {
        let rules = own.join(format!("{part}.txt"));
        fs::write(&rules, rule).map_err(|error| format!("{}: {error}", rules.display()))?;
        let module = own.join(format!("{part}.wasm"));
        let mut split = cargo();
        split.current_dir(workspace::root()).args(["run", "--quiet", "--package", "split", "--", "without"]);
        quiet(&format!("size-{part}"), split.arg(&rules).arg(&whole).arg(&module))?;
        let raw = module.metadata().map_err(|error| error.to_string())?.len();
        let brotli = brotli_sizes(&own, &[format!("{part}.wasm")])?;
        sizes.push((raw, brotli.first().copied().ok_or("node answers no size")?));
    }
    let [(all, all_brotli), (others, others_brotli)] = sizes[..] else {
        return Err("sizes are missing".to_owned());
    };
    let [raw, brotli] =
        [(all, others), (all_brotli, others_brotli)].map(|(all, less)| all.saturating_sub(less));
    say(format!(
        "the app's WebAssembly: {all} bytes, {all_brotli} after brotli; without {name}: {others}, {others_brotli}"
    ));
    say(format!("{name} adds {raw} bytes, {brotli} after brotli"));
    match limit {
        Some(limit) if brotli > limit * 1024 => Err(format!("{name} adds more than {limit} KB after brotli")),
        _ => Ok(()),
    }
}
