//! The inspector: what is changed in a form is what changes in the definition.

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::json;

const STATE: &str = ".inspector .form-title";

fn open_example(page: &Page, slug: &str) {
    page.wait_for("g.node");
    page.click("button[aria-label$='Open an example or a recent workflow']");
    page.click(&format!("[data-example='{slug}']"));
    page.wait_for_value(
        "return document.querySelector('.file-name')?.value",
        &json!(format!("{slug}.asl.json")),
    );
    page.wait_until_gone("dialog[open]");
    page.wait_for_kept_definition(&example(slug));
}

fn example(slug: &str) -> String {
    let path = e2e::workspace().join("assets/examples").join(slug).join("workflow.asl.json");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Selects a state as a click on it does.
fn select(page: &Page, name: &str) {
    // What is clicked before the page has started, or while the picture moves, is lost.
    e2e::scenes::started(page);
    page.wait_for(&format!("g.node[data-name='{name}']"));
    page.wait_for_value("return document.querySelector('.viewport.settling')", &json!(null));
    let script = format!(
        "[...document.querySelectorAll('g.node')].find(node => node.dataset.name === '{name}')
            .dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
    );
    page.script(&script);
    page.wait_for_value(&format!("return document.querySelector('{STATE}')?.value"), &json!(name));
}

fn undo(page: &Page) {
    page.click("button[aria-label='Undo']");
}

/// The field of a form.
fn field(name: &str) -> String {
    format!(".inspector [data-field='{name}']")
}

#[test]
fn a_duration_is_typed_with_its_unit_and_taken_back() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    select(&page, "Wait for settlement");
    // 60 seconds are shown as a minute.
    let seconds = field("Seconds");
    page.wait_for_value(&format!("return document.querySelector(\"{seconds} input\").value"), &json!("1"));
    page.fill(&format!("{seconds} input"), "90");
    page.wait_for_kept_definition(&before.replace("\"Seconds\": 60", "\"Seconds\": 5400"));
    page.wait_for_text(&seconds, "5400 s = 1 h 30 min");
    undo(&page);
    page.wait_for_kept_definition(&before);
    page.assert_clean();
}

#[test]
fn a_name_that_is_taken_is_refused_and_a_new_one_goes_everywhere() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    select(&page, "Charge card");
    page.fill(STATE, "Validate order");
    page.wait_for_text(".inspector .form-header", "Another state is called Validate order");
    assert_eq!(page.attribute(STATE, "aria-invalid").as_deref(), Some("true"));
    assert_eq!(page.kept_definition(), before);
    page.fill(STATE, "Charge it");
    page.press(&[], Key::Enter.into());
    page.wait_for_kept_definition(&before.replace("\"Charge card\"", "\"Charge it\""));
    // The form stays, and so does the focus.
    page.wait_for_value("return document.activeElement?.classList.contains('form-title')", &json!(true));
    page.assert_clean();
}

#[test]
fn a_retrier_is_added_and_tells_its_schedule() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    select(&page, "Fulfil order");
    page.click(&format!("{} > .form-chip", field("Retry")));
    page.wait_for_text(&field("Retry"), "Any error: 1 s, 2 s, 4 s; gives up after 7 s");
    page.wait_for(".inspector svg.schedule[role=img]");
    page.fill(&format!("{} input", field("MaxAttempts")), "5");
    page.wait_for_text(".inspector figcaption", "1 s, 2 s, 4 s, 8 s, 16 s; gives up after 31 s");
    // Not a number: said beside it, and the definition keeps what it had.
    page.type_into(&format!("{} input", field("MaxAttempts")), "x");
    page.wait_for_text(&field("MaxAttempts"), "This is not a number.");
    page.until("the retrier in the text", || {
        page.kept_definition().contains("\"MaxAttempts\": 5").then_some(())
    });
    page.click(".inspector button[aria-label='Remove retrier 1']");
    page.wait_for_kept_definition(&before);
    page.assert_clean();
}

#[test]
fn a_rule_is_a_sentence_and_its_comparison_is_changed() {
    let page = Page::open("");
    open_example(&page, "polling-loop");
    let before = page.kept_definition();
    select(&page, "Job done");
    let rules = page.texts(".inspector .form-item-summary");
    assert_eq!(rules.len(), 3, "{rules:?}");
    assert_eq!(rules[2], "If $polls ≥ 40 → Gave up");
    page.script("document.querySelectorAll('.inspector .form-item-toggle')[2].click()");
    let comparison = ".inspector .form-comparison select";
    page.wait_for(comparison);
    page.script(&format!(
        "const select = document.querySelector('{comparison}');
         select.value = 'NumericGreaterThan';
         select.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ));
    let changed = before.replace("\"NumericGreaterThanEquals\": 40", "\"NumericGreaterThan\": 40");
    assert_ne!(changed, before);
    page.wait_for_kept_definition(&changed);
    page.wait_for_text(".inspector .form-list", "If $polls > 40 → Gave up");
    undo(&page);
    page.wait_for_kept_definition(&before);
    page.assert_clean();
}

#[test]
fn a_payload_that_is_half_typed_is_kept_and_said() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    select(&page, "Fulfil order");
    let host = format!("{} .code-host", field("Output"));
    page.wait_for(&format!("{host}.ready"));
    let focus = format!("document.querySelector(\"{host}\").shadowRoot.querySelector('.cm-content').focus()");
    page.script(&focus);
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": "{\"reservations\": [1" }));
    page.wait_for_text(&field("Output"), "This is not JSON yet");
    assert_eq!(page.kept_definition(), before);
    page.devtools("Input.insertText", json!({ "text": "]}" }));
    page.until("the payload in the text", || {
        page.kept_definition().contains("\"Output\": {\"reservations\": [1]}").then_some(())
    });
    assert!(!page.text(&field("Output")).contains("not JSON"));
    page.assert_clean();
}

#[test]
fn undo_in_a_field_goes_on_with_the_definition() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    select(&page, "Fulfil order");
    let output = field("Output");
    let host = format!("{output} .code-host");
    page.wait_for(&format!("{host}.ready"));
    let content = format!("document.querySelector(\"{host}\").shadowRoot.querySelector('.cm-content')");
    page.script(&format!("{content}.focus()"));
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": "{\"list\": []}" }));
    let is_kept = || page.kept_definition().contains("\"Output\": {\"list\": []}").then_some(());
    page.until("the payload in the text", is_kept);
    let shows = |text: &str| {
        page.wait_for_value(&format!("return {content}.innerText.trim()"), &json!(text));
    };
    page.devtools("Input.insertText", json!({ "text": ", and" }));
    page.wait_for_text(&output, "This is not JSON yet");
    // First what the definition never had, then what it has.
    page.press(&[Key::Control], 'z');
    shows("{\"list\": []}");
    page.wait_for_value(
        &format!("return document.querySelector(\"{output}\").innerText.includes('not JSON')"),
        &json!(false),
    );
    page.until("the payload in the text", is_kept);
    page.press(&[Key::Control], 'y');
    shows("{\"list\": []}, and");
    page.press(&[Key::Control], 'z');
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(&before);
    page.press(&[Key::Control], 'y');
    page.until("the payload in the text", is_kept);
    shows("{\"list\": []}");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(&before);
    // A field without an editor has no history of its own.
    select(&page, "Wait for settlement");
    page.fill(&format!("{} input", field("Seconds")), "90");
    page.wait_for_kept_definition(&before.replace("\"Seconds\": 60", "\"Seconds\": 5400"));
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(&before);
    page.press(&[Key::Control], 'y');
    page.wait_for_kept_definition(&before.replace("\"Seconds\": 60", "\"Seconds\": 5400"));
    page.assert_clean();
}

#[test]
fn an_expression_completes_variables() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    select(&page, "Validate order");
    let area = format!("{} textarea", field("Output"));
    page.fill(&area, "$sta");
    let options = ".inspector .form-options:not([hidden])";
    page.wait_for(options);
    assert!(page.text(options).contains("$states"));
    page.press(&[], Key::Enter.into());
    page.until("the completed expression", || {
        page.kept_definition().contains("\"Output\": \"{% $states").then_some(())
    });
    page.assert_clean();
}

#[test]
fn who_asks_for_an_expression_types_it() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    select(&page, "Notify customer");
    page.wait_for(".inspector button[aria-label='Add PhoneNumber']");
    page.click(".inspector button[aria-label='Add PhoneNumber']");
    page.wait_for(&format!("{} input", field("PhoneNumber")));
    page.script(&format!(
        "[...document.querySelectorAll(\"{} .form-segment\")].at(-1).click()",
        field("PhoneNumber")
    ));
    page.wait_for_value("return document.activeElement?.tagName", &json!("TEXTAREA"));
    page.keys("$states.input.phone");
    page.until("the expression in the text", || {
        page.kept_definition().contains("\"PhoneNumber\": \"{% $states.input.phone %}\"").then_some(())
    });
    // A letter and Delete are no commands to the graph while a button of the form has the focus.
    let before = page.kept_definition();
    page.script("document.querySelector('.inspector .form-fold, .inspector .form-segment').focus()");
    page.keys("p");
    page.press(&[], Key::Delete.into());
    page.settle();
    assert_eq!(page.kept_definition(), before);
    page.assert_clean();
}

#[test]
fn a_rule_that_grows_moves_every_way() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.click("button[aria-label^='New workflow']");
    page.wait_for("g.node[data-name='Start here']");
    page.script("document.querySelector('g.node').focus()");
    page.fill("#palette-search", "choice");
    page.wait_for_value("return document.querySelector('.block-title')?.textContent", &json!("Choice"));
    page.click(".block");
    select(&page, "Choice");
    page.fill(&format!("{} textarea", field("Condition")), "$states.input.order.total > 100");
    page.until("the rule in the text", || page.kept_definition().contains("total > 100").then_some(()));
    // The line from the start begins below the middle of its marker.
    let apart = "const [line, marker] = ['[data-key=\"0::start\"] .edge-line', '.marker rect']
            .map(selector => document.querySelector(selector).getBoundingClientRect());
        return Math.abs(line.x + line.width / 2 - marker.x - marker.width / 2) < 1";
    page.wait_for_value(apart, &json!(true));
    page.assert_clean();
}

#[test]
fn parameters_of_a_service_are_a_form() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    select(&page, "Notify customer");
    // The shape of the service is fetched when the form is first shown.
    page.wait_for(".inspector button[aria-label='Add PhoneNumber']");
    page.click(".inspector button[aria-label='Add PhoneNumber']");
    page.fill(&format!("{} input", field("PhoneNumber")), "+49301234");
    page.until("the parameter in the text", || {
        page.kept_definition().contains("\"PhoneNumber\": \"+49301234\"").then_some(())
    });
    page.assert_clean();
}

#[test]
fn settings_of_the_workflow_are_kept_beside_the_definition() {
    let page = Page::open("");
    open_example(&page, "order-processing");
    let before = page.kept_definition();
    page.wait_for_text(".inspector h2", "Workflow");
    let role = "//label[normalize-space()='Role ARN']/following-sibling::input";
    let find = format!(
        "document.evaluate(\"{role}\", document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue"
    );
    page.script(&format!("{find}.focus()"));
    page.keys("arn:aws:iam::1:role/R");
    page.fill(&format!("{} textarea", field("Comment")), "Changed");
    page.until("the comment in the text", || {
        page.kept_definition().contains("\"Comment\": \"Changed\"").then_some(())
    });
    page.reload();
    page.wait_for("g.node");
    page.wait_for_value(&format!("return {find}.value"), &json!("arn:aws:iam::1:role/R"));
    undo(&page);
    page.wait_for_kept_definition(&before);
    page.assert_clean();
}

#[test]
fn no_form_is_wider_than_a_narrow_panel() {
    let page = Page::open_as("", Viewport { width: 1024, height: 768 }, Scheme::Dark);
    page.script("localStorage['stepglass.sizes'] = '320 200'");
    page.reload();
    for example in ["order-processing", "log-archive", "polling-loop", "distributed-map-csv"] {
        open_example(&page, example);
        let names =
            page.script("return [...document.querySelectorAll('g.node')].map(node => node.dataset.name)");
        for name in names.as_array().into_iter().flatten().filter_map(|name| name.as_str()) {
            select(&page, name);
            page.script("document.querySelectorAll('.form-item-toggle[aria-expanded=false]').forEach(one => one.click())");
            page.settle();
            let wide = page.script(
                "const inspector = document.querySelector('.inspector');
                 return inspector.scrollWidth > inspector.clientWidth ? inspector.scrollWidth : 0",
            );
            assert_eq!(wide, json!(0), "{example}: {name}");
            // Every control has a name.
            let nameless = page.script(
                "return [...document.querySelectorAll('.inspector :is(input, select, textarea, button)')]
                    .filter(one => !one.closest('[hidden]'))
                    .filter(one => !(one.labels?.length || one.getAttribute('aria-label') || one.innerText.trim()))
                    .map(one => one.outerHTML.slice(0, 120))",
            );
            assert_eq!(nameless, json!([]), "{example}: {name}");
        }
    }
    page.assert_clean();
}
