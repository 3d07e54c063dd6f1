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

/// Two tasks that wait for a callback as long as it takes.
const WAITING: &str = r#"{
  "StartAt": "Ask",
  "States": {
    "Ask": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MessageBody": {"Token.$": "$$.Task.Token"}},
      "Next": "Ask again"
    },
    "Ask again": {
      "Type": "Task",
      "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      "Parameters": {"QueueUrl": "https://sqs.eu-west-1.amazonaws.com/1/q", "MessageBody": {"Token.$": "$$.Task.Token"}},
      "End": true
    }
  }
}
"#;

#[test]
fn advice_is_hidden_and_shown_again_one_by_one() {
    let page = open(WAITING);
    let listed = || {
        let rows = page.texts(".problem").into_iter().filter(|text| text.contains("waits for its token"));
        rows.count()
    };
    let wait_for_listed = |count: usize| page.until("so many problems", || (listed() == count).then_some(()));
    problems(&page, "waits for its token");
    wait_for_listed(2);
    let hide = |words: &str| {
        page.click(".problem-code[aria-label='About missing-timeout']");
        page.wait_for_text(".problem-hide", words);
        page.script(&format!(
            "[...document.querySelectorAll('.problem-hide button')].find(one => one.innerText === {}).click()",
            json!(words)
        ));
    };
    hide("Hide for this state");
    wait_for_listed(1);
    page.click("#problems-hidden");
    page.wait_for_text(".hidden-row", "Ask");

    // It is the state that is meant, whatever its name.
    page.script("document.querySelector(\"g.node[data-name='Ask']\").focus()");
    page.press(&[], Key::F2.into());
    page.wait_for(".rename-field");
    page.keys("Approve");
    page.press(&[], Key::Enter.into());
    page.wait_for_text(".hidden-row", "Approve");
    assert_eq!(listed(), 1);
    page.press(&[Key::Control], 'z');
    page.until("the old name", || {
        page.texts(".hidden-row").iter().all(|row| !row.contains("Approve")).then_some(())
    });
    assert_eq!(listed(), 1);

    page.click(".hidden-row button");
    wait_for_listed(2);
    page.wait_until_gone(".hidden-row");
    hide("Hide in this workflow");
    wait_for_listed(0);
    page.reload();
    page.wait_for("g.node[data-name='Ask again']");
    page.press(&[Key::Alt], '8');
    page.click("#problems-hidden");
    page.wait_for_text(".hidden-row", "Whole workflow");
    assert_eq!(listed(), 0);
    page.click(".hidden-row button");
    wait_for_listed(2);
    page.assert_clean();
}
