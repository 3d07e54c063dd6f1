//! The app in a browser, without a server: what the examples and the code editor come with is not there.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

use std::collections::HashSet;
use std::sync::Once;

use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Document, Element, HtmlElement, KeyboardEvent, KeyboardEventInit};

#[path = "../src/ui/icon_data.rs"]
mod icon_data;

wasm_bindgen_test_configure!(run_in_browser);

static STARTED: Once = Once::new();

fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Starts the app once for all tests of this file, which share the page.
async fn app() -> Element {
    STARTED.call_once(|| {
        let host = document().create_element("div").unwrap();
        host.set_id("app");
        document().body().unwrap().append_child(&host).unwrap();
        stepglass::start();
    });
    next_frame().await;
    document().get_element_by_id("app").unwrap()
}

async fn next_frame() {
    for _ in 0..3 {
        let frame = js_sys::Promise::new(&mut |resolve, _| {
            web_sys::window().unwrap().request_animation_frame(&resolve).unwrap();
        });
        wasm_bindgen_futures::JsFuture::from(frame).await.unwrap();
    }
}

fn press(key: &str, control: bool) {
    let init = KeyboardEventInit::new();
    init.set_key(key);
    init.set_ctrl_key(control);
    init.set_bubbles(true);
    init.set_cancelable(true);
    let event = KeyboardEvent::new_with_keyboard_event_init_dict("keydown", &init).unwrap();
    document().body().unwrap().dispatch_event(&event).unwrap();
}

fn all(selector: &str) -> Vec<Element> {
    let found = document().query_selector_all(selector).unwrap();
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

fn texts(selector: &str) -> Vec<String> {
    all(selector).into_iter().filter_map(|element| element.text_content()).collect()
}

fn click(selector: &str) {
    let element = document().query_selector(selector).unwrap().unwrap_or_else(|| panic!("no {selector}"));
    element.unchecked_into::<HtmlElement>().click();
}

#[wasm_bindgen_test]
async fn the_workbench_is_there() {
    let app = app().await;
    for part in ["header", "main", ".viewport svg", "[role=tablist]", "#side", "#dock"] {
        assert!(app.query_selector(part).unwrap().is_some(), "{part} is missing");
    }
    assert!(app.query_selector(".skeleton").unwrap().is_none());
}

#[wasm_bindgen_test]
async fn no_two_commands_share_a_key_and_all_have_a_title() {
    app().await;
    press("k", true);
    next_frame().await;
    let titles = texts(".palette-title");
    assert!(titles.len() > 20, "{titles:?}");
    assert!(titles.iter().all(|title| title.len() > 2), "{titles:?}");
    let keys = texts(".palette-row kbd");
    let different: HashSet<&String> = keys.iter().collect();
    assert_eq!(different.len(), keys.len(), "{keys:?}");
    click("dialog[open] input");
    document()
        .query_selector("dialog[open]")
        .unwrap()
        .unwrap()
        .unchecked_into::<web_sys::HtmlDialogElement>()
        .close();
    next_frame().await;
}

#[wasm_bindgen_test]
async fn a_new_workflow_is_drawn_and_runs() {
    app().await;
    click("button[aria-label='New workflow']");
    next_frame().await;
    assert_eq!(texts("g.node .node-name"), ["Start here"]);
    click("button[aria-label='Run']");
    next_frame().await;
    assert_eq!(texts("[data-testid=status]"), ["Succeeded"]);
    let status = all("g.node")[0].get_attribute("data-status");
    assert_eq!(status.as_deref(), Some("succeeded"));
}

#[wasm_bindgen_test]
fn icons_are_ordered_by_name_and_use_few_commands() {
    for pair in icon_data::ICONS.windows(2) {
        assert!(pair[0].0 < pair[1].0, "{} must stand before {}", pair[1].0, pair[0].0);
    }
    for (name, data) in icon_data::ICONS {
        assert!(data.starts_with('M'), "{name}");
        let odd = data.chars().find(|c| !(c.is_ascii_digit() || "MLHVACSmlhvacsz .-".contains(*c)));
        assert_eq!(odd, None, "{name}");
    }
}
