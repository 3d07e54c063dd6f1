//! A release is two WebAssembly modules (see `tools/split`): the second one comes soon after the first picture.

use std::fs;

use e2e::{Page, Scheme, Site, Viewport};
use serde_json::{Value, json};

/// How the second module was loaded: `soon` after the first picture, or `at-once` because something could not wait.
const HOW: &str = "return globalThis.stepglassRest?.howLoaded ?? null";

/// The classes of components in the page for which no style sheet has a rule.
const WITHOUT_RULES: &str = "
    const rules = [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules]).map((rule) => rule.cssText).join();
    const classes = [...document.querySelectorAll('[class]')].flatMap((element) => [...element.classList]);
    return [...new Set(classes)].filter((name) => /^l-+\\d+$/.test(name) && !rules.includes('.' + name));";

#[test]
fn the_first_picture_needs_nothing_of_the_second_module() {
    for (viewport, scheme) in [(Viewport::DESKTOP, Scheme::Dark), (Viewport::PHONE, Scheme::Light)] {
        let page = Page::open_as("", viewport, scheme);
        page.wait_for("g.node");
        assert_waited(&page);
        // A second visit opens what the first one has left.
        page.reload();
        page.wait_for("g.node");
        assert_waited(&page);
        page.assert_clean();
    }
}

#[test]
fn a_click_before_the_second_module_is_there_waits_for_it() {
    let page = open_with(
        "const real = window.fetch;
         window.fetch = async (address, ...others) => {
             if (String(address).includes('-rest-')) await new Promise((done) => { window.letItCome = done; });
             return real(address, ...others);
         };",
    );
    page.wait_for("g.node");
    page.until("the second module to be asked for", || {
        (page.script("return !!window.letItCome") == true).then_some(())
    });
    assert_eq!(page.script(WITHOUT_RULES), json!([]));
    page.click("button[aria-label='Run']");
    assert_eq!(page.script(HOW), Value::Null);
    page.script("window.letItCome()");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    assert_eq!(page.script(HOW), json!("soon"));
    assert_eq!(page.script(WITHOUT_RULES), json!([]));
    page.assert_clean();
}

#[test]
fn what_cannot_wait_loads_the_second_module_at_once() {
    let page = open_with(
        "const real = window.fetch;
         window.fetch = (address, ...others) =>
             String(address).includes('-rest-') ? new Promise(() => {}) : real(address, ...others);",
    );
    page.wait_for("g.node");
    assert_eq!(page.script(HOW), Value::Null);
    let text = json!({ "StartAt": "Dropped", "States": { "Dropped": { "Type": "Pass", "End": true } } });
    page.script(&format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], 'dropped.asl.json'));
         document.body.dispatchEvent(new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
        json!(text.to_string())
    ));
    page.wait_for("g.node[data-name=Dropped]");
    page.wait_for_value(HOW, &json!("at-once"));
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.assert_clean();
}

/// Opens the site with a script that runs before its own.
fn open_with(script: &str) -> Page {
    let page = Page::blank(Site::start());
    page.resize(Viewport::DESKTOP);
    page.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    page.go("");
    page
}

/// Waits for the second module, and says which function was called too early if one was.
fn assert_waited(page: &Page) {
    page.wait_for_value("return globalThis.stepglassRest?.howLoaded != null", &json!(true));
    if page.script(HOW) != "soon" {
        let stack = page.script("return globalThis.stepglassRest.stack");
        panic!(
            "the page called a function of the second module before it was there. Show it inside of `Later`, or name \
             it in tools/split/rules.txt, or have it seen by `cargo xtask first-picture`:\n{}",
            named(stack.as_str().unwrap_or_default())
        );
    }
}

/// The functions of a stack, the innermost first, by their names in the build that was split last.
fn named(stack: &str) -> String {
    let list = fs::read_to_string(e2e::workspace().join("target/split/names.txt")).unwrap_or_default();
    let names =
        stack.split("wasm-function[").skip(1).filter_map(|rest| rest.split(']').next()).map(|index| {
            let line = list.lines().find(|line| line.split(' ').nth(1) == Some(index));
            line.map_or(index, |line| line.splitn(5, ' ').nth(4).unwrap_or_default())
        });
    names.collect::<Vec<_>>().join("\n")
}
