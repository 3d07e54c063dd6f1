//! Mistakes are named where they are, with what to do, and nothing is lost by them.

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

fn open(definition: &str) -> Page {
    let page = Page::open("");
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    page.replace_text("#tab-definition", definition);
    page.wait_for_kept_definition(definition);
    page
}

/// What the list of problems says, of one kind.
fn problems(page: &Page, text: &str) -> String {
    page.press(&[Key::Alt], '8');
    page.wait_for_text(".problem", text);
    page.texts(".problem").join("\n")
}

/// Carries out a fix of the list by its title.
fn fix(page: &Page, title: &str) {
    page.script(&format!(
        "[...document.querySelectorAll('.problem-actions button')].find(one => one.innerText.trim() === {}).click()",
        json!(title)
    ));
}

fn paste(page: &Page, text: &str) {
    page.script("document.querySelector('#stage').focus()");
    page.script(&format!(
        "const data = new DataTransfer();
         data.setData('text/plain', {});
         document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{ bubbles: true, cancelable: true, clipboardData: data }}))",
        json!(text)
    ));
}

const PATHS: &str = r#"{
  "StartAt": "Take",
  "States": {
    "Take": {
      "Type": "Pass",
      "InputPath": "$.order[",
      "OutputPath": "$.order[x",
      "End": true
    }
  }
}
"#;

#[test]
fn bad_paths_say_how_to_write_them() {
    let page = open(PATHS);
    let told = problems(&page, "OutputPath");
    assert!(told.contains("Between [ and ] stands an index"), "{told}");
    assert!(
        told.contains("InputPath: The bracket is never closed, and the path is read as $.order."),
        "{told}"
    );
    assert!(told.contains("Line 7, column "), "{told}");
    fix(&page, "Change to $.order");
    page.wait_for_kept_definition(&PATHS.replace("$.order[\"", "$.order\""));
    page.assert_clean();
}

#[test]
fn a_bad_expression_is_told_and_gone_once_it_is_right() {
    let definition = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Take",
  "States": {"Take": {"Type": "Pass", "Output": "{% $states.input. %}", "End": true}}
}
"#;
    let page = open(definition);
    let told = problems(&page, "expression");
    assert!(told.contains("Line 4, column "), "{told}");
    // The picture stays.
    assert_eq!(page.count("g.node[data-name='Take']"), 1);
    let repaired = definition.replace("input. %", "input.order %");
    page.replace_text("#tab-definition", &repaired);
    page.wait_for_kept_definition(&repaired);
    page.press(&[Key::Alt], '8');
    page.until("the problem to be gone", || {
        page.texts(".problem").iter().all(|text| !text.contains("expression")).then_some(())
    });
    page.assert_clean();
}

#[test]
fn comments_and_other_quotes_are_put_right_one_by_one() {
    let definition =
        "{\n  // The first.\n  'StartAt': \"Take\",\n  \"States\": {\"Take\": {\"Type\": \"Succeed\"},}\n}\n";
    let page = open(definition);
    let told = problems(&page, "JSON has no comments");
    assert!(told.contains("JSON has double quotes only"), "{told}");
    let mut text = definition.to_owned();
    for (title, from, to) in [
        ("Remove the comment", "// The first.", ""),
        ("Change to \"StartAt\"", "'StartAt'", "\"StartAt\""),
        ("Remove the comma", "},}", "}}"),
    ] {
        fix(&page, title);
        text = text.replace(from, to);
        page.wait_for_kept_definition(&text);
    }
    page.wait_until_gone(".problem[data-tone=failed]");
    page.wait_for("g.node[data-name='Take']");
    page.assert_clean();
}

#[test]
fn what_is_pasted_onto_the_canvas_may_be_yaml_and_need_not_be_neat() {
    let page = open(PATHS);
    paste(&page, "Later:\n  Type: Wait # for a moment\n  Seconds: 3\n  End: true\n");
    page.wait_for("g.node[data-name='Later']");
    let kept = page.until("the state to be kept", || {
        let kept = page.kept_definition();
        kept.contains("\"Later\"").then_some(kept)
    });
    let read: serde_json::Value = serde_json::from_str(&kept).expect("it is JSON still");
    assert_eq!(read["States"]["Later"], json!({ "Type": "Wait", "Seconds": 3, "End": true }));
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(PATHS);

    // As chats write it: between fences, with a comment and a comma too many.
    paste(&page, "```json\n{\"Last\": {\"Type\": \"Succeed\",}} // done\n```\n");
    page.wait_for("g.node[data-name='Last']");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(PATHS);

    // What can't be read is told with its line, and nothing changes.
    paste(&page, "{\"StartAt\": \"Z\",\n \"States\": {\"Z\": {\"Type\": \"Pass\"");
    page.wait_for_text(".toast", "Nothing was pasted. The text is not JSON: Missing } at the end (line 1).");
    page.wait_for_kept_definition(PATHS);
    page.assert_clean();
}

#[test]
fn a_broken_file_in_yaml_is_opened_where_it_can_be_repaired() {
    let page = open(PATHS);
    page.drop_file("order.asl.yaml", "StartAt: A\nStates:\n\tA:\n\t\tType: Succeed\n");
    page.wait_for_value("return document.querySelector('.file-name')?.value", &json!("order.asl.yaml"));
    let told = problems(&page, "a tab can't indent YAML");
    assert!(told.contains("Line 3"), "{told}");
    page.assert_clean();
}
