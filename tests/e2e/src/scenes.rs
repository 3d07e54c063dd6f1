//! What `cargo xtask screenshots` takes pictures of. A new scene is one more entry.

use fantoccini::key::Key;

use crate::Page;

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
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.press(&[Key::Alt], '7');
}

/// Opens the gallery of examples.
fn gallery(page: &Page) {
    started(page);
    page.wait_for("g.node");
    page.press(&[Key::Alt], 'g');
    page.wait_for("[data-example]");
}
