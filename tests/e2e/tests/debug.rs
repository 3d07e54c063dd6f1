//! The debugger as a person uses it: breakpoints, steps both ways, other answers, time travel.

use std::time::Duration;

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::json;

const COUNTING: &str = r#"{"QueryLanguage": "JSONata", "StartAt": "Count", "States": {
    "Count": {"Type": "Pass", "Assign": {"n": "{% ($exists($n) ? $n : 0) + 1 %}"},
        "Output": {"n": "{% ($exists($n) ? $n : 0) + 1 %}", "order": "{% $exists($states.input.order) ? $states.input.order : 'none' %}"}, "Next": "More"},
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
    page.wait_for(&format!("{tab}-panel .code-host.ready"));
    page.script(&format!(
        "document.querySelector('{tab}-panel .code-host').shadowRoot.querySelector('.cm-content').focus()"
    ));
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": text }));
}

fn wait_for_standing(page: &Page, text: &str) {
    page.wait_for_text("[data-testid=standing]", text);
}

#[test]
fn breakpoints_come_back_after_a_reload() {
    let page = open(COUNTING, ANSWERS);
    page.wait_for("g.node[data-name=Done]");
    page.click("g.node[data-name=Done]");
    page.press(&[], Key::F9.into());
    page.wait_for("g.node[data-name=Done] .breakpoint[data-look=plain]");
    page.pause(Duration::from_millis(600));
    page.reload();
    page.wait_for("g.node[data-name=Done] .breakpoint[data-look=plain]");
    page.press(&[], Key::F8.into());
    wait_for_standing(&page, "Stopped by a breakpoint. Done");
    page.assert_clean();
}

#[test]
fn the_debugger_is_all_there_on_a_phone() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Dark);
    page.wait_for("g.node");
    page.press(&[Key::Control, Key::Shift], Key::Enter.into());
    page.wait_for(".controls");
    for (index, pane) in
        [(3, "#tab-data-panel"), (4, "#tab-debug-panel"), (5, "#tab-tasks-panel"), (2, "#stage")]
    {
        page.click(&format!(".pane-button:nth-of-type({index})"));
        page.wait_for(pane);
        page.wait_for("[data-testid=standing]");
    }
    page.assert_clean();
}
