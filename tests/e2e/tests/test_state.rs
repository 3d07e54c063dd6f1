//! Testing one state by itself.

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::json;

const DIALOG: &str = ".test-dialog[open]";
const STATUS: &str = ".test-dialog[open] [data-testid=test-status]";

/// Opens the first example and tests one of its states.
fn open(state: &str, viewport: Viewport, scheme: Scheme) -> Page {
    let page = Page::open_as("", viewport, scheme);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    begin(&page, state);
    page
}

fn begin(page: &Page, state: &str) {
    page.script(&format!(
        "document.querySelector(\"g.node[data-name='{state}']\").dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
    ));
    page.wait_for_value("return document.querySelector('.inspector .form-title')?.value", &json!(state));
    page.script("document.querySelector('g.node.selected, #stage').focus()");
    page.press(&[], 't');
    page.wait_for(STATUS);
}

/// Replaces what an editor of the dialog has.
fn write(page: &Page, label: &str, text: &str) {
    page.until("the editor to be there", || {
        let focus = format!(
            "const field = [...document.querySelectorAll('{DIALOG} .form-field')]
                .find((one) => one.querySelector('.form-label')?.textContent === '{label}');
             field.closest('details')?.setAttribute('open', '');
             const content = field.querySelector('.code-host.ready')?.shadowRoot.querySelector('.cm-content');
             content?.focus();
             return content != null"
        );
        (page.script(&focus) == true).then_some(())
    });
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": text }));
}

fn click(page: &Page, text: &str) {
    page.script(&format!(
        "[...document.querySelectorAll('{DIALOG} button')].find(one => one.innerText.trim() === '{text}').click()"
    ));
}

#[test]
fn a_state_is_tested_while_its_data_is_typed() {
    let page = open("Charge card", Viewport::DESKTOP, Scheme::Light);
    // It reads a variable that nothing has set, and catches every error.
    page.wait_for_text(STATUS, "CAUGHT_ERROR");
    page.wait_for_text(DIALOG, "Notify rejection");
    write(&page, "Variables", r#"{"orderId": "A-1", "total": 12}"#);
    page.wait_for_text(STATUS, "SUCCEEDED");
    page.wait_for_text(DIALOG, "Goes on with Wait for settlement");
    // Text that is no JSON is said beside its field, and what came of the last good one stays.
    write(&page, "Input", "{\"card\": ");
    page.wait_for_text(&format!("{DIALOG} .form-problem"), "This is not JSON yet");
    assert_eq!(page.text(STATUS), "SUCCEEDED");
    write(&page, "Input", "{\"card\": \"tok\"}");
    page.wait_until_gone(&format!("{DIALOG} .form-problem"));
    // A result that the service does not give is refused, unless it is not checked.
    write(&page, "Mocked result", r#"{"StatusCode": "many"}"#);
    page.wait_for_text(&format!("{DIALOG} .form-problem"), "Mock result schema validation error");
    click(&page, "NONE");
    page.wait_until_gone(&format!("{DIALOG} .form-problem"));
    // An error is retried, and then caught.
    click(&page, "Error");
    page.wait_for_text(STATUS, "RETRIABLE");
    page.fill(&format!("{DIALOG} .trial-numbers input"), "9");
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for_text(STATUS, "CAUGHT_ERROR");
    page.assert_clean();
}

#[test]
fn a_test_goes_on_with_the_next_state_and_leaves_as_a_command() {
    let page = open("Validate order", Viewport::DESKTOP, Scheme::Light);
    page.wait_for_text(STATUS, "SUCCEEDED");
    page.script(
        "window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text) }",
    );
    click(&page, "Copy as an AWS CLI command");
    page.wait_for_value("return window.copied.length", &json!(1));
    let command = page.script("return window.copied[0]");
    let command = command.as_str().unwrap();
    assert!(
        command.starts_with("aws stepfunctions test-state \\\n  --definition '{\"Type\":\"Task\""),
        "{command}"
    );
    assert!(command.contains("\n  --inspection-level DEBUG \\\n"), "{command}");
    assert!(command.contains("\n  --mock '{\"result\":"), "{command}");
    click(&page, "Test it on this output");
    page.wait_for_text(&format!("{DIALOG} .test-words strong"), "Choose payment");
    page.wait_for(STATUS);
    // Each stage of the data is there; the first level shows the output alone.
    assert!(page.text(&format!("{DIALOG} .stage-chips")).contains("State input"));
    click(&page, "INFO");
    page.wait_until_gone(&format!("{DIALOG} .stage-chips"));
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(DIALOG);
    page.wait_for_value(
        "return document.querySelector('.inspector .form-title')?.value",
        &json!("Choose payment"),
    );
    page.assert_clean();
}

#[test]
fn each_level_tells_more_and_data_is_completed() {
    let page = Page::open_as("", Viewport::DESKTOP, Scheme::Light);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    let definition = r#"{"StartAt": "Call", "States": {"Call": {"Type": "Task", "End": true,
  "Resource": "arn:aws:states:::http:invoke", "Parameters": {
    "ApiEndpoint": "https://api.example.com/orders", "Method": "POST", "RequestBody.$": "$.order",
    "Authentication": {"ConnectionArn": "arn:aws:events:us-east-1:123456789012:connection/c/1"}}}}}
"#;
    page.replace_text("#tab-definition", definition);
    page.wait_for_kept_definition(definition);
    page.click("#tab-inspector");
    page.wait_for("g.node[data-name='Call']");
    begin(&page, "Call");
    write(&page, "Input", r#"{"order": {"id": "o-77"}}"#);
    page.wait_for_text(STATUS, "SUCCEEDED");
    let chips = format!("{DIALOG} .stage-chips");
    click(&page, "INFO");
    page.wait_until_gone(&chips);
    click(&page, "DEBUG");
    page.wait_for_text(&chips, "State input");
    assert!(!page.text(DIALOG).contains("HTTP request"));
    click(&page, "TRACE");
    page.wait_for_text(DIALOG, "HTTP request");
    assert!(page.text(DIALOG).contains("https://api.example.com/orders"));
    // What the state reads is offered where data is typed.
    write(&page, "Input", "{");
    page.keys("\"or");
    page.wait_for_value(
        &format!(
            "const field = [...document.querySelectorAll('{DIALOG} .form-field')]
                .find((one) => one.querySelector('.form-label')?.textContent === 'Input');
             return [...field.querySelector('.code-host').shadowRoot.querySelectorAll('.cm-completionLabel')]
                .map((one) => one.textContent).includes('order')"
        ),
        &json!(true),
    );
    page.assert_clean();
}

#[test]
fn a_test_begins_with_what_the_run_gave_the_state() {
    let page = Page::open_as("", Viewport::DESKTOP, Scheme::Light);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for_text("[data-testid=standing]", "succeeded");
    page.press(&[Key::Alt], 'd');
    begin(&page, "Charge card");
    page.wait_for_text(STATUS, "SUCCEEDED");
    assert!(page.text(&format!("{DIALOG} .trial")).contains("Visit 1 in the run"));
    click(&page, "Nothing");
    page.wait_for_text(STATUS, "CAUGHT_ERROR");
    page.assert_clean();
}

/// What axe-core finds in the dialog. Skipped where it is not installed.
#[test]
fn testing_a_state_breaks_no_accessibility_rule() {
    let Some(axe) = Axe::load() else { return };
    for (viewport, scheme) in [
        (Viewport::DESKTOP, Scheme::Light),
        (Viewport::DESKTOP, Scheme::Dark),
        (Viewport::PHONE, Scheme::Dark),
    ] {
        let page = open("Charge card", viewport, scheme);
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
        write(&page, "Input", "{");
        page.wait_for(&format!("{DIALOG} .form-problem"));
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
    }
}
