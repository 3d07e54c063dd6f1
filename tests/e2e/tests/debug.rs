//! The debugger as a person uses it: breakpoints, steps both ways, other answers, time travel.

use std::time::Duration;

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

const COUNTING: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"},
        "Output": {"n": "{% ($exists($n) ? $n : 0) + 1 %}", "order": "{% $states.input.order %}"}, "Next": "More"},
    "More": {"Type": "Choice", "Choices": [{"Condition": "{% $states.input.n < 5 %}", "Next": "Ask"}], "Default": "Done"},
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {"FunctionName": "f", "Payload": {"n": "{% $states.input.n %}"}},
        "Output": {"n": "{% $states.input.n %}", "order": "{% $states.result.Payload %}"}, "Next": "Count"},
    "Done": {"Type": "Succeed"}}}"#;

const ANSWERS: &str = r#"{"Ask": [{"Return": {"Payload": "prepared"}}]}"#;

fn open(definition: &str, answers: &str) -> Page {
    let page = Page::open("");
    page.wait_for("g.node");
    put(&page, "#tab-definition", definition);
    put(&page, "#tab-answers", answers);
    page
}

/// Puts a text into the editor of a tab.
fn put(page: &Page, tab: &str, text: &str) {
    page.click(tab);
    page.wait_for(".side-panel:not([hidden]) .cm-content");
    page.click(".side-panel:not([hidden]) .cm-content");
    page.press(&[Key::Control], 'a');
    // Typing would close brackets: a paste is what it is.
    page.script(&format!(
        "const data = new DataTransfer(); data.setData('text/plain', {});
         const shown = [...document.querySelectorAll('.code-host')].filter((host) => host.offsetParent)[0];
         (shown.shadowRoot?.querySelector('.cm-content') ?? shown.querySelector('.cm-content'))
            .dispatchEvent(new ClipboardEvent('paste', {{ clipboardData: data, bubbles: true, cancelable: true }}));",
        json!(text)
    ));
}

fn standing(page: &Page) -> String {
    page.text("[data-testid=standing]")
}

fn wait_for_standing(page: &Page, text: &str) {
    page.wait_for_text("[data-testid=standing]", text);
}

fn place(page: &Page) -> u64 {
    let now = page.attribute("[data-testid=track]", "aria-valuenow").unwrap_or_default();
    now.parse().expect("a position")
}
