//! Converting to JSONata, extracting a nested workflow, and the table of variables.

use std::fs;

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

/// A rule that JSONata can't say, for the number is a text.
const HALF: &str = r#"{
  "StartAt": "Take",
  "States": {
    "Take": {
      "Type": "Pass",
      "Parameters": {
        "id.$": "$.order.id"
      },
      "Next": "Pick"
    },
    "Pick": {
      "Type": "Choice",
      "Choices": [
        {
          "Variable": "$.id",
          "NumericEquals": "1",
          "Next": "Done"
        }
      ],
      "Default": "Done"
    },
    "Done": {
      "Type": "Succeed"
    }
  }
}
"#;

/// Three states in a row, of which the middle one sets no variables.
const ROW: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Assign": {
        "total": "{% $states.input.total %}",
        "limit": 10
      },
      "Next": "B"
    },
    "B": {
      "Type": "Pass",
      "Next": "C"
    },
    "C": {
      "Type": "Pass",
      "Output": "{% $total + $limit %}",
      "End": true
    }
  }
}
"#;

fn open(definition: &str, viewport: Viewport, scheme: Scheme) -> Page {
    let page = Page::open_as("", viewport, scheme);
    e2e::scenes::started(&page);
    page.wait_for_value("return document.querySelector('g.node') !== null", &json!(true));
    // On a phone the editors are a pane of their own.
    page.press(&[Key::Alt], '2');
    page.replace_text("#tab-definition", definition);
    page.wait_for_kept_definition(definition);
    page
}

/// Carries out a command by its title.
fn command(page: &Page, title: &str) {
    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-dialog[open] input");
    page.keys(title);
    page.wait_for_text(".palette-dialog[open] [role=option]", title);
    page.press(&[], Key::Enter.into());
    page.wait_for(".convert-dialog[open]");
    page.settle();
}

/// Selects a state as a click on it does.
fn select(page: &Page, name: &str) {
    page.script(&format!(
        "document.querySelector(\"g.node[data-name='{name}']\").dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
    ));
    page.wait_for_value("return document.querySelector('.inspector .form-title')?.value", &json!(name));
}

fn click_in_dialog(page: &Page, text: &str) {
    page.script(&format!(
        "[...document.querySelectorAll('dialog[open] button')].find(one => one.innerText.trim() === '{text}').click()"
    ));
}

#[test]
fn a_workflow_is_converted_and_the_proof_compares_both_versions() {
    let page = open(HALF, Viewport::DESKTOP, Scheme::Light);
    command(&page, "Convert to JSONata");
    // The focus begins with what there is to choose.
    page.wait_for_value("return document.activeElement?.name", &json!("convert-scope"));
    let words = page.text(".convert-dialog[open]");
    assert!(words.contains("2 states change to JSONata, 1 state stays as it is."), "{words}");
    let dialog = ".convert-dialog[open]";
    page.wait_for_text(dialog, "Not converted");
    page.wait_for_text(&format!("{dialog} .convert-case[data-tone=failed] .convert-state"), "Pick");
    assert!(page.text(&format!("{dialog} .convert-lines")).contains("{% $states.input.order.id %}"));
    // The input of the first example has no order: both versions fail there, each with its own error.
    let proof = format!("{dialog} .convert-part .convert-list");
    page.wait_for_text(&proof, "The current input and task answers: ");
    click_in_dialog(&page, "Run it on made-up data");
    page.wait_for_text(&proof, "Made-up data 1: the same. Both versions enter 2 states with the same data");
    click_in_dialog(&page, "Convert");
    page.wait_until_gone(dialog);
    page.until("the converted state", || {
        let text = page.kept_definition();
        (text.contains("\"id\": \"{% $states.input.order.id %}\"")
            && text.contains("\"NumericEquals\": \"1\""))
        .then_some(())
    });
    page.click("button[aria-label='Undo']");
    page.wait_for_kept_definition(HALF);
    page.assert_clean();
}

#[test]
fn what_is_not_converted_leads_to_its_state() {
    let page = open(HALF, Viewport::PHONE, Scheme::Dark);
    command(&page, "Convert to JSONata");
    let state = ".convert-dialog[open] .convert-case[data-tone=failed] .convert-state";
    page.wait_for(state);
    page.script(&format!("document.querySelector('{state}').scrollIntoView({{ block: 'center' }})"));
    page.click(state);
    page.wait_until_gone(".convert-dialog[open]");
    page.wait_for_value(
        "return document.querySelector('g.node.selected, g.node[aria-selected=true], g.node[data-selected]')?.dataset.name ?? null",
        &json!("Pick"),
    );
    assert_eq!(page.kept_definition(), HALF);
    page.assert_clean();
}

#[test]
fn states_become_a_workflow_of_their_own_that_can_be_opened() {
    let page = open(ROW, Viewport::DESKTOP, Scheme::Light);
    page.click("#tab-inspector");
    select(&page, "A");
    command(&page, "Extract into a nested workflow");
    let dialog = ".convert-dialog[open]";
    // A nested execution shares no variables: what it reads is passed in, what it sets does not come out.
    page.wait_for_text(&format!("{dialog} [role=alert]"), "limit");
    assert_eq!(
        page.script(&format!("return document.querySelector('{dialog} [type=submit]').disabled")),
        json!(true)
    );
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(dialog);
    select(&page, "B");
    command(&page, "Extract into a nested workflow");
    let name = format!("{dialog} input");
    page.wait_for_value(
        "return document.activeElement === document.querySelector('.convert-dialog[open] input')",
        &json!(true),
    );
    page.fill(&name, " ");
    page.wait_for(&format!("{dialog} [role=alert]"));
    page.fill(&name, "Do it");
    page.wait_for_text(&format!("{dialog} .extract-columns"), "states:startExecution.sync:2");
    page.press(&[], Key::Enter.into());
    page.wait_until_gone(dialog);
    page.until("the task that starts it", || {
        let text = page.kept_definition();
        (text.contains("\"Do it\": {") && text.contains("${DoItStateMachineArn}") && !text.contains("\"B\""))
            .then_some(())
    });
    page.until("the offer to open it", || {
        let clicked = page.script(
            "const open = [...document.querySelectorAll('button')].find(one => one.innerText.trim() === 'Open it');
             open?.click();
             return !!open",
        );
        (clicked == true).then_some(())
    });
    page.wait_for_value("return document.querySelector('.file-name')?.value", &json!("Do it.asl.json"));
    page.until("the nested workflow", || page.kept_definition().contains("\"Take the input\"").then_some(()));
    page.assert_clean();
}

#[test]
fn a_selection_that_is_too_small_is_widened() {
    let text = ROW.replace(
        "\"Type\": \"Pass\",\n      \"Next\": \"C\"",
        "\"Type\": \"Choice\",\n      \"Choices\": [\n        {\n          \"Condition\": \"{% true %}\",\n          \"Next\": \"D\"\n        }\n      ],\n      \"Default\": \"E\"",
    );
    let text = text.replace(
        "\"C\": {\n      \"Type\": \"Pass\",\n      \"Output\": \"{% $total + $limit %}\",",
        "\"E\": {\n      \"Type\": \"Succeed\"\n    },\n    \"D\": {\n      \"Type\": \"Pass\",",
    );
    let page = open(&text, Viewport::DESKTOP, Scheme::Dark);
    page.click("#tab-inspector");
    select(&page, "B");
    command(&page, "Extract into a nested workflow");
    // It leads on to two states, which a Choice behind the Task goes on with.
    page.wait_for_text(".convert-dialog[open] .extract-columns", "\"After Nested workflow\"");
    page.wait_for_text(".convert-dialog[open] .extract-columns", "\"Go on with D\"");
    click_in_dialog(&page, "Extract the 2 states that they lead to as well");
    page.wait_for_value(
        "return document.querySelector('.convert-dialog[open] .extract-columns').innerText.includes('After Nested workflow')",
        &json!(false),
    );
    assert!(!page.is_visible(".convert-dialog[open] [role=alert]"));
    page.assert_clean();
}

#[test]
fn variables_are_assigned_in_a_table() {
    let page = open(ROW, Viewport::DESKTOP, Scheme::Light);
    page.click("#tab-inspector");
    select(&page, "A");
    let row = |number: usize| format!(".inspector [data-row='{number}']");
    page.wait_for(&row(1));
    // Another name, in the place of the old one.
    page.fill(&format!("{} .form-variable input", row(0)), "sum");
    page.press(&[], Key::Enter.into());
    page.wait_for_kept_definition(
        &ROW.replace("\"total\": \"{% $states.input.total %}\"", "\"sum\": \"{% $states.input.total %}\""),
    );
    page.wait_for_value(
        "return document.activeElement?.closest('.form-table-value') !== null && document.activeElement?.closest('[data-row]')?.dataset.row",
        &json!("0"),
    );
    // A name that is there already is refused, with the reason beside it.
    page.fill(&format!("{} .form-variable input", row(0)), "limit");
    page.press(&[], Key::Enter.into());
    page.wait_for_text(&row(0), "$limit is assigned here already.");
    page.click("button[aria-label='Undo']");
    page.wait_for_kept_definition(ROW);
    // The expression completes.
    let area = format!("{} textarea", row(0));
    page.fill(&area, "$states.input.amount + $li");
    page.wait_for_text(".inspector .form-options:not([hidden])", "$limit");
    page.press(&[], Key::Enter.into());
    page.until("the completed value", || {
        page.kept_definition().contains("\"total\": \"{% $states.input.amount + $limit %}\"").then_some(())
    });
    // A new row, and one that goes.
    page.script("[...document.querySelectorAll('.inspector .form-chip')].find(one => one.innerText.trim() === 'Add a variable').click()");
    page.until("the new variable", || {
        page.kept_definition().contains("\"variable\": \"{% $states.input %}\"").then_some(())
    });
    page.wait_for_value("return document.activeElement?.value", &json!("variable"));
    page.click(".inspector button[aria-label='Remove $limit']");
    page.until("the variable to be gone", || {
        (!page.kept_definition().contains("\"limit\": 10")).then_some(())
    });
    page.assert_clean();
}

#[test]
fn a_workflow_is_converted_to_jsonpath() {
    let page = open(ROW, Viewport::DESKTOP, Scheme::Light);
    command(&page, "Convert to JSONPath");
    let dialog = ".convert-dialog[open]";
    page.wait_for_text(dialog, "3 states change to JSONPath.");
    click_in_dialog(&page, "Run it on made-up data");
    page.wait_for_text(
        &format!("{dialog} .convert-part .convert-list"),
        "both versions fail at the same state, with States.QueryEvaluationError before",
    );
    click_in_dialog(&page, "Convert");
    page.wait_until_gone(dialog);
    page.until("the definition to be in JSONPath", || {
        let text = page.kept_definition();
        let is_there = text.contains("\"output.$\": \"States.MathAdd($total, $limit)\"");
        (is_there && !text.contains("QueryLanguage")).then_some(())
    });
    page.assert_clean();
}

/// What axe-core finds in each dialog. Skipped where it is not installed.
#[test]
fn assistive_technology_gets_the_dialogs_and_the_table() {
    let axe = e2e::workspace().join("editor/node_modules/axe-core/axe.min.js");
    let Ok(axe) = fs::read_to_string(&axe) else {
        println!("skipped: {} is missing (npm ci in editor/)", axe.display());
        return;
    };
    for scheme in [Scheme::Light, Scheme::Dark] {
        let page = open(HALF, Viewport::DESKTOP, scheme);
        let check = |what: &str| {
            page.settle();
            let violations = page.async_script(&format!(
                "const done = arguments[arguments.length - 1];
                 if (!window.axe) {{ {axe} }}
                 const rules = {{ 'label-content-name-mismatch': {{ enabled: false }} }};
                 axe.run(document, {{ rules, runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }}).then(
                     (found) => done(found.violations.map((one) => `${{one.id}}: ${{one.nodes.map((node) => node.html).slice(0, 3).join(' | ')}}`)),
                     (error) => done([String(error)]));"
            ));
            assert_eq!(violations, Value::Array(Vec::new()), "{scheme:?}, {what}");
        };
        command(&page, "Convert to JSONata");
        check("converting");
        page.press(&[], Key::Escape.into());
        page.wait_until_gone(".convert-dialog[open]");
        page.click("#tab-inspector");
        select(&page, "Take");
        command(&page, "Extract into a nested workflow");
        check("extracting");
        page.press(&[], Key::Escape.into());
        page.wait_until_gone(".convert-dialog[open]");
        page.press(&[Key::Alt], '8');
        page.wait_for(".problem-code");
        page.click(".problem-code");
        check("problems");
        page.click(".inspector button[aria-label='Add Assign']");
        page.wait_for(".inspector .form-table");
        page.script("[...document.querySelectorAll('.inspector .form-chip')].find(one => one.innerText.trim() === 'Add a variable').click()");
        page.wait_for(".inspector .form-table-row");
        check("the table of variables");
        page.assert_clean();
    }
}
