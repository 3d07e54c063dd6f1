//! `cargo xtask dist`: the static site, as it is published.

use std::fs;
use std::path::Path;

use crate::machine::{self, Machine, Purpose};
use crate::process::{command, output, quiet, say, step};
use crate::workspace;

/// What may load before the first picture, in bytes after brotli: more fails.
const LIMIT: u64 = 360 * 1024;
/// What it is meant to stay below: more warns.
const TARGET: u64 = 350 * 1024;

pub fn dist() -> Result<(), String> {
    let machine = step("look for the tools", || machine::prepare(Purpose::Build { release: true }))?;
    build(&machine)
}

/// Builds the site into `dist/` and checks its size.
pub fn build(machine: &Machine) -> Result<(), String> {
    let sheet = || fs::read(workspace::root().join("style/components.css")).ok();
    let build = || {
        step("trunk build --release", || {
            quiet("trunk-build", machine.command("trunk").args(["build", "--release", "--color", "never"]))
        })
    };
    let before = sheet();
    build()?;
    // A component's style sheet was edited: Trunk may have taken the joined sheet before it was written anew.
    if sheet() != before {
        build()?;
    }
    check_size(&workspace::root().join("dist"))
}

struct File {
    name: String,
    raw: u64,
    brotli: u64,
    first: bool,
}

impl File {
    /// What loads right after the first picture: the second module with its style sheet, and the editor.
    fn is_next(&self) -> bool {
        let has_start = |start: &str| self.name.starts_with(start);
        !self.first && (self.name.ends_with(".wasm") || has_start("editor-") || has_start("later-"))
    }

    fn sign(&self) -> &'static str {
        match (self.first, self.is_next()) {
            (true, _) => "*",
            (_, true) => "+",
            _ => " ",
        }
    }
}

fn check_size(site: &Path) -> Result<(), String> {
    let html = site.join("index.html");
    let html = fs::read_to_string(&html).map_err(|error| format!("{}: {error}", html.display()))?;
    let first = loaded_first(&html);
    let mut names = Vec::new();
    list(site, "", &mut names)?;
    names.sort();
    let mut brotli = brotli_sizes(site, &names)?.into_iter();
    let mut files: Vec<File> = Vec::new();
    for name in names {
        let path = site.join(&name);
        let raw = path.metadata().map_err(|error| format!("{}: {error}", path.display()))?.len();
        let brotli = brotli.next().ok_or("too few sizes")?;
        let first = name == "index.html" || first.contains(&name);
        files.push(File { name, raw, brotli, first });
    }
    if let Some(missing) = first.iter().find(|name| files.iter().all(|file| file.name != **name)) {
        return Err(format!("index.html loads {missing}, which is not in dist/"));
    }

    say("        raw     brotli   (* = loaded before the first picture, + = right after it)");
    files.sort_by_key(|file| (!file.first, !file.is_next(), std::cmp::Reverse(file.brotli)));
    // Hundreds of small files: a line for all of them.
    let (shapes, others): (Vec<&File>, Vec<&File>) =
        files.iter().partition(|file| file.name.starts_with("catalogue/shapes/"));
    for file in others {
        say(format!("{} {:>9}  {:>9}   {}", file.sign(), file.raw, file.brotli, file.name));
    }
    let [raw, brotli] = [|file: &&File| file.raw, |file: &&File| file.brotli]
        .map(|size: fn(&&File) -> u64| shapes.iter().map(size).sum::<u64>());
    say(format!("  {raw:>9}  {brotli:>9}   catalogue/shapes/, {} files", shapes.len()));
    let sum = |is_meant: fn(&File) -> bool| -> u64 {
        files.iter().filter(|file| is_meant(file)).map(|file| file.brotli).sum()
    };
    let total = sum(|file| file.first);
    let [kilobytes, limit, next] = [total, LIMIT, sum(File::is_next)].map(|bytes| bytes / 1024);
    say(format!(
        "before the first picture: {kilobytes} KB after brotli (limit {limit} KB); right after it: {next} KB"
    ));
    if total > LIMIT {
        return Err(format!(
            "the site loads {kilobytes} KB before the first picture: the limit is {limit} KB. \
             target/split/names.txt tells which functions those are, tools/split/rules.txt decides, and \
             `cargo xtask first-picture` lists anew which of them are not called"
        ));
    }
    if total > TARGET {
        say(format!("warning: that is {} KB over the target", (total - TARGET) / 1024));
    }
    Ok(())
}

/// The files that `index.html` has the browser load at once: scripts, style sheets, and what is preloaded.
fn loaded_first(html: &str) -> Vec<String> {
    let mut names = Vec::new();
    for tag in html.split('<').filter_map(|rest| rest.split('>').next()) {
        let address = match tag.split_whitespace().next() {
            Some("script") => attribute(tag, "src"),
            Some("link") => match attribute(tag, "rel") {
                Some("stylesheet" | "preload" | "modulepreload") => attribute(tag, "href"),
                _ => None,
            },
            _ => None,
        };
        names.extend(address.map(|address| address.trim_start_matches("./").to_owned()));
    }
    names.sort();
    names.dedup();
    names
}

/// An attribute's value, quoted or not.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let starts = [format!(" {name}="), format!("\n{name}=")];
    let rest = starts.iter().find_map(|start| tag.split_once(start.as_str()).map(|(_, rest)| rest))?;
    match rest.chars().next()? {
        quote @ ('"' | '\'') => rest.get(1..)?.split(quote).next(),
        _ => rest.split_whitespace().next(),
    }
}

fn list(folder: &Path, prefix: &str, names: &mut Vec<String>) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    for entry in entries.flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            list(&entry.path(), &format!("{name}/"), names)?;
        } else {
            names.push(name);
        }
    }
    Ok(())
}

/// Node.js has brotli built in, and is needed for the editor anyway.
pub fn brotli_sizes(site: &Path, names: &[String]) -> Result<Vec<u64>, String> {
    let script = "const { readFileSync } = require('node:fs');\n\
        const { brotliCompressSync } = require('node:zlib');\n\
        for (const name of process.argv.slice(1)) console.log(brotliCompressSync(readFileSync(name)).length);";
    let mut node = command("node");
    let sizes =
        output(node.current_dir(site).args(["-e", script, "--"]).args(names)).ok_or("node does not run")?;
    Ok(sizes.lines().filter_map(|line| line.parse().ok()).collect())
}

#[cfg(test)]
mod tests {
    use super::loaded_first;

    #[test]
    fn what_loads_first_is_read_from_the_page() {
        let html = r#"<!doctype html><link href=./a.css integrity=sha384-x rel=stylesheet>
            <link rel="icon" href="./icon.svg"><link rel="modulepreload" href="./b.js"><link as=fetch href=./c.wasm
            rel=preload><script src='./b.js' type=module></script><script type=module>import './d.js'</script>
            <meta name=editor-module content="./editor.js"><link rel=manifest href=m.json>"#;
        assert_eq!(loaded_first(html), ["a.css", "b.js", "c.wasm"]);
    }
}
