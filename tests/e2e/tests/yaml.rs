//! A definition in YAML gets the same help as one in JSON.

use std::time::Duration;

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

const DEFINITION: &str = "# Takes orders.
StartAt: Take
QueryLanguage: JSONata
States:
  Take:
    Type: Pass
    Assign:
      total: 3
    Next: Send it
  Send it:
    Type: Succeed
    Output: '{% $total %}'
";

/// A page with a definition in YAML.
fn open(text: &str) -> Page {
    let page = Page::open("");
    e2e::scenes::started(&page);
    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-dialog[open] input");
    page.keys("Write in YAML");
    page.wait_for_text(".palette-dialog[open] [role=option]", "Write in YAML");
    page.press(&[], Key::Enter.into());
    page.wait_for_value(
        "return document.querySelector('.file-name')?.value",
        &json!("order-processing.asl.yaml"),
    );
    write(&page, text);
    page
}

/// Writes another text in the place of the one that is there.
fn write(page: &Page, text: &str) {
    page.replace_text("#tab-definition", text);
    page.wait_for_kept_definition(text);
}

const CONTENT: &str =
    "document.querySelector('#tab-definition-panel .code-host').shadowRoot.querySelector('.cm-content')";

/// Puts the cursor at the end of a line, counted from 1.
fn go_to_end_of_line(page: &Page, line: usize) {
    page.focus_editor("#tab-definition");
    page.press(&[Key::Control], Key::Home.into());
    for _ in 1..line {
        page.press(&[], Key::Down.into());
    }
    page.press(&[], Key::End.into());
}

/// Types, and takes what is offered once it has a label.
fn take(page: &Page, typed: &str, label: &str) {
    page.keys(typed);
    let offered = "return [...document.querySelector('#tab-definition-panel .code-host').shadowRoot
            .querySelectorAll('.cm-tooltip-autocomplete li .cm-completionLabel')].map(one => one.textContent)";
    page.until(&format!("{label} to be offered"), || {
        let labels = page.script(offered);
        (labels.as_array()?.first()? == label).then_some(())
    });
    // CodeMirror takes no key for a list that has only just come.
    page.pause(Duration::from_millis(150));
    page.press(&[], Key::Enter.into());
}

#[test]
fn fields_targets_and_expressions_complete() {
    let page = open(DEFINITION);
    // A field, where the line was no YAML yet.
    go_to_end_of_line(&page, 6);
    page.press(&[], Key::Enter.into());
    take(&page, "Comm", "Comment");
    page.keys("x");
    page.wait_for_kept_definition(
        &DEFINITION.replace("    Type: Pass\n", "    Type: Pass\n    Comment: x\n"),
    );
    write(&page, DEFINITION);
    // A state.
    go_to_end_of_line(&page, 9);
    for _ in 0.."end it".len() {
        page.press(&[], Key::Backspace.into());
    }
    take(&page, "en", "Send it");
    page.wait_for_kept_definition(DEFINITION);
    // A variable in an expression between single quotes.
    go_to_end_of_line(&page, 12);
    for _ in 0..4 {
        page.press(&[], Key::Left.into());
    }
    take(&page, " + $tot", "$total");
    page.wait_for_kept_definition(&DEFINITION.replace("$total %", "$total + $total %"));
    page.assert_clean();
}

#[test]
fn problems_have_their_lines_and_their_fixes() {
    let broken = DEFINITION.replace("Next: Send it", "Next: Nowhere # soon");
    let page = open(&broken);
    page.press(&[Key::Alt], '8');
    page.wait_for_text(".problem", "There is no state Nowhere");
    let places = page.texts(".problem");
    assert!(places.iter().any(|text| text.contains("Line 9, column 11")), "{places:?}");
    // The fix changes what it is about; the comment stays.
    page.script(
        "[...document.querySelectorAll('.problem-actions button')].find(one => one.innerText.trim() === 'Add a state Nowhere').click()",
    );
    page.until("the state to be added", || {
        let text = page.kept_definition();
        (text.contains("\n  Nowhere:\n")
            && text.contains("Next: Nowhere # soon")
            && text.starts_with("# Takes"))
        .then_some(())
    });
    page.assert_clean();
}

#[test]
fn a_text_that_is_no_yaml_is_a_problem_of_the_list() {
    let page = open(&DEFINITION.replace("QueryLanguage: JSONata", "QueryLanguage: [JSONata"));
    page.press(&[Key::Alt], '8');
    page.wait_for(".problem[data-tone=failed]");
    page.wait_for_text("#tab-definition", "1");
    page.click(".problem[data-tone=failed]");
    page.assert_clean();
}

#[test]
fn words_are_explained() {
    let page = open(DEFINITION);
    let place = page.script(&format!(
        "const line = [...{CONTENT}.querySelectorAll('.cm-line')].find(one => one.textContent.startsWith('    Assign'));
         const range = document.createRange();
         range.selectNodeContents(line);
         const {{ right, top, bottom }} = range.getBoundingClientRect();
         return [right - 20, (top + bottom) / 2]"
    ));
    let at = |position: usize| place[position].as_f64().unwrap_or_default();
    page.hover((at(0), at(1)));
    page.until("the explanation", || {
        let text = page.script(
            "return document.querySelector('#tab-definition-panel .code-host').shadowRoot.querySelector('.cm-tooltip-hover')?.textContent ?? ''",
        );
        text.as_str()?.contains("Assign").then_some(())
    });
    page.assert_clean();
}
