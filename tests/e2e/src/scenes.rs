//! What `cargo xtask screenshots` takes pictures of. A new scene is one more entry.

use fantoccini::key::Key;

use crate::Page;

/// The command palette's field.
const PALETTE: &str = ".palette-input";

/// A state of the app worth a picture.
pub struct Scene {
    /// The picture's file name starts with it.
    pub name: &'static str,
    /// Where the page opens: `""` or `"#/…"`.
    pub place: &'static str,
    /// Brings the app there, once the page is open.
    pub prepare: fn(&Page),
}

/// All scenes; the first one is also the README's picture.
pub const SCENES: &[Scene] = &[
    Scene { name: "run", place: "", prepare: ran },
    Scene { name: "start", place: "", prepare: started },
    Scene { name: "gallery", place: "", prepare: gallery },
    Scene { name: "inspector-task", place: "", prepare: |page| inspected(page, "Charge card") },
    Scene { name: "inspector-choice", place: "", prepare: |page| inspected(page, "Choose payment") },
    Scene { name: "inspector-map", place: "", prepare: |page| inspected(page, "Reserve items") },
    Scene { name: "definition", place: "", prepare: |page| shown(page, "Go to the definition") },
    Scene { name: "outline", place: "", prepare: |page| shown(page, "Go to the outline") },
    Scene { name: "problems", place: "", prepare: |page| shown(page, "Go to the problems") },
    Scene { name: "palette", place: "", prepare: palette },
    Scene { name: "keys", place: "", prepare: |page| shown(page, "Keyboard shortcuts") },
    Scene {
        name: "convert",
        place: "#example=intrinsic-functions",
        prepare: |page| shown(page, "Convert to JSONata…"),
    },
    Scene { name: "steps", place: "", prepare: |page| ran_and_shown(page, "Go to the steps") },
    Scene { name: "result", place: "", prepare: |page| ran_and_shown(page, "Go to the result") },
    Scene { name: "runs", place: "", prepare: |page| ran_and_shown(page, "Go to the runs") },
    Scene {
        name: "details",
        place: "",
        prepare: |page| ran_and_shown(page, "Go to the details of the state"),
    },
    Scene { name: "data", place: "", prepare: stepped_back },
    Scene {
        name: "debug",
        place: "",
        prepare: |page| ran_and_shown(page, "Go to watches, frames and breakpoints"),
    },
];

/// Waits until the app has replaced the page's static placeholder, and all of its program is there.
pub fn started(page: &Page) {
    page.until("the app to start", || {
        let is_there = "return document.querySelector('main, [role=main], [role=application]') !== null
            && globalThis.stepglassRest?.howLoaded !== null";
        (page.script(is_there) == true).then_some(())
    });
}

/// Runs the workflow that the app starts with and shows its events.
fn ran(page: &Page) {
    started(page);
    page.wait_for("g.node");
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for_text("[data-testid=standing]", "succeeded");
    page.press(&[Key::Alt], '7');
}

/// Starts, and calls a command by its title.
fn shown(page: &Page, title: &str) {
    started(page);
    page.wait_for("g.node");
    call(page, title);
}

/// Runs the workflow, and calls a command by its title.
fn ran_and_shown(page: &Page, title: &str) {
    ran(page);
    call(page, title);
}

/// Goes back to where a card was charged, and shows its data.
fn stepped_back(page: &Page) {
    ran_and_shown(page, "Go to the graph");
    page.click("g.node[data-name='Charge card']");
    call(page, "Go to the next visit of the selected state");
    call(page, "Go to the data");
}

/// Chooses a state, and shows its form.
fn inspected(page: &Page, state: &str) {
    started(page);
    page.click(&format!("g.node[data-name='{state}']"));
    page.script("document.getElementById('tab-inspector').click()");
}

/// Opens the command palette.
fn palette(page: &Page) {
    started(page);
    page.wait_for("g.node");
    page.press(&[Key::Control], 'k');
    page.wait_for(PALETTE);
}

/// Calls a command from the palette.
fn call(page: &Page, title: &str) {
    page.press(&[Key::Control], 'k');
    page.wait_for(PALETTE);
    page.keys(title);
    page.press(&[], Key::Enter.into());
    page.wait_until_gone(PALETTE);
}

/// Opens the gallery of examples.
fn gallery(page: &Page) {
    started(page);
    page.wait_for("g.node");
    page.press(&[Key::Alt], 'g');
    page.wait_for("[data-example]");
}
