//! Joins the components' style sheets into `style/components.css`, which Trunk puts into the page.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

/// Sheets of plain rules that belong to no component.
const PLAIN_SHEETS: [&str; 5] = ["tokens.css", "base.css", "blocks.css", "forms.css", "components.css"];

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=style");
    if env::var("PROFILE").is_ok_and(|profile| profile == "release") {
        // Each constant stays a segment of its own, so that tools/split can tell which of them are for later.
        println!("cargo::rustc-link-arg-bins=--no-merge-data-segments");
        // No data at 0x110000: Rust writes that number for "no char", and tools/split would take each for an address.
        // The last `-z stack-size` counts; Rust's own is 1 MiB.
        println!("cargo::rustc-link-arg-bins=-zstack-size=1179648");
    }
    refuse_equal_lengths();
    let joined = PathBuf::from(env::var("OUT_DIR").expect("cargo sets OUT_DIR")).join("components.css");
    stylers::build(Some(joined.to_string_lossy().into_owned()));
    let css = fs::read_to_string(&joined).expect("stylers writes the joined sheet");
    let target = Path::new("style/components.css");
    // Written only when it differs: Trunk watches the folder.
    if fs::read_to_string(target).ok().as_deref() != Some(&css) {
        // Trunk may have taken the file already: what it builds then has sheets that do not fit the code.
        println!("cargo::warning=style/components.css has changed: build once more");
        fs::write(target, css).expect("the folder `style` can be written to");
    }
}

/// Stylers names a sheet's class by nothing but the number of its characters that are not blank,
/// so two sheets of one length would get each other's rules.
fn refuse_equal_lengths() {
    let mut lengths: HashMap<usize, String> = HashMap::new();
    let mut names: Vec<String> = fs::read_dir("style")
        .expect("the folder `style` is there")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| name.ends_with(".css") && !PLAIN_SHEETS.contains(&&**name))
        .collect();
    names.sort();
    for name in names {
        let css = fs::read_to_string(Path::new("style").join(&name)).expect("a style sheet can be read");
        let length = css.chars().filter(|character| !character.is_whitespace()).count();
        if let Some(other) = lengths.insert(length, name.clone()) {
            panic!(
                "style/{name} and style/{other} both have {length} characters that are not blank, so stylers would give \
                 them the same class; make one of them longer or shorter"
            );
        }
    }
}
