//! From an empty canvas to the gallery's order processing, to the byte: by mouse, by keyboard and by touch, on a phone too.
//!
//! `workflow.rs` says what is built, step by step; a file for each pair of hands says how the steps are done.
//! The definition's text is not touched by any of them.

mod hands;
mod keyboard;
mod mouse;
mod pointing;
mod touch;
mod workflow;

use e2e::{Page, Scheme, Viewport};
use serde_json::json;

use hands::Hands;
use keyboard::Keyboard;
use mouse::Mouse;
use touch::Touch;

#[test]
fn by_mouse() {
    let page = Page::open("");
    check(&page, &Mouse(&page));
}

#[test]
fn by_keyboard() {
    let page = Page::open("");
    // Nothing may hang on a pointer that has never been there.
    page.wait_for("g.node");
    page.script(
        "window.__pointers = 0;
         for (const kind of ['pointerdown', 'pointermove', 'mousedown', 'touchstart', 'wheel'])
             addEventListener(kind, () => { window.__pointers++ }, { capture: true, passive: true });",
    );
    check(&page, &Keyboard(&page));
    assert_eq!(page.script("return window.__pointers"), json!(0), "the keyboard was not alone");
}

#[test]
fn by_touch() {
    check_touch(Viewport::TABLET, false);
}

#[test]
fn by_touch_on_a_phone() {
    check_touch(Viewport::PHONE, true);
}

fn check_touch(viewport: Viewport, is_phone: bool) {
    let page = Page::open_as("", viewport, Scheme::Light);
    page.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": true, "maxTouchPoints": 2}));
    // Those of touch screens lie over the page; others would take hold of fingers.
    page.devtools("Emulation.setScrollbarsHidden", json!({"hidden": true}));
    page.reload();
    check(&page, &Touch { page: &page, is_phone });
}

/// Builds the workflow and compares its text with the gallery's.
fn check(page: &Page, hands: &dyn Hands) {
    page.wait_for("g.node");
    page.until("the palette", || {
        (page.script("return document.querySelector('.block') !== null") == json!(true)).then_some(())
    });
    workflow::build(hands);
    let path = e2e::workspace().join("assets/examples/order-processing/workflow.asl.json");
    let wanted = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    hands::settle(page);
    let text = page.kept_definition();
    for (number, (built, wanted)) in text.lines().zip(wanted.lines()).enumerate() {
        assert_eq!(built, wanted, "line {} of\n{text}", number + 1);
    }
    assert_eq!(text, wanted);
    page.assert_clean();
}
