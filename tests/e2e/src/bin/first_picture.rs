//! Looks which functions the app calls from its start until the second module would come: `first_picture CALLS.txt`.
//!
//! The site is one that notes calls (`STEPGLASS_NOTE_CALLS`, see tools/finish-dist.mjs). The file gets the index of each
//! function that was called, a line each.

use std::collections::BTreeSet;
use std::time::Duration;

use e2e::{Page, Scheme, Site, Viewport};
use fantoccini::key::Key;
use serde_json::json;

/// Keeps the program's exports, which Trunk's event tells.
const KEEP_PROGRAM: &str =
    "addEventListener('TrunkApplicationStarted', (event) => { window.program = event.detail.wasm; });";
const CALLS: &str = "const noted = new Uint8Array(window.program.calls.buffer);
    return Array.from(noted.keys()).filter((index) => noted[index])";
/// What a person may well click before the second module is there: it waits, and must not have it loaded at once.
const CLICK: &str = "document.querySelector('button[aria-label=Run]')?.click()";
/// Whatever a timer does after the first picture comes within it.
const A_WHILE: Duration = Duration::from_secs(3);

fn main() {
    let Some(file) = std::env::args_os().nth(1) else {
        eprintln!("usage: first_picture CALLS.txt");
        std::process::exit(2);
    };
    let mut calls = BTreeSet::new();
    for viewport in [Viewport::DESKTOP, Viewport::TABLET, Viewport::PHONE] {
        for (scheme, place) in [(Scheme::Light, ""), (Scheme::Dark, "#example=polling-loop")] {
            let page = Page::blank(Site::start());
            page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": KEEP_PROGRAM }));
            page.resize(viewport);
            page.emulate(scheme);
            page.go(place);
            look(&page, &mut calls);
            // A second visit opens what the first one has left.
            page.reload();
            look(&page, &mut calls);
            page.assert_clean();
        }
    }
    let lines: Vec<String> = calls.iter().map(u64::to_string).collect();
    std::fs::write(&file, lines.join("\n")).expect("the file can be written");
    println!("{} functions were called", calls.len());
}

/// Waits, moves about, and takes down what was called.
fn look(page: &Page, calls: &mut BTreeSet<u64>) {
    page.wait_for("g.node");
    page.pause(A_WHILE);
    let (x, y) = page.middle("g.node");
    page.hover((x, y));
    page.hover((x, y + 30.0));
    for modifiers in [0, 2] {
        let wheel = json!({ "type": "mouseWheel", "x": x, "y": y, "deltaX": 3, "deltaY": 40, "modifiers": modifiers });
        page.devtools("Input.dispatchMouseEvent", wheel);
    }
    page.script(CLICK);
    page.press(&[], Key::Tab.into());
    page.press(&[Key::Control], 'k');
    page.resize(Viewport { width: 900, height: 700 });
    page.pause(A_WHILE);
    let noted = page.script(CALLS);
    calls.extend(noted.as_array().into_iter().flatten().filter_map(|index| index.as_u64()));
}
