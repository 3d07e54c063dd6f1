//! Parameters of tasks whose shape has structures, lists and maps within each other.

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::json;

const WORKFLOW: &str = r#"{
  "QueryLanguage": "JSONata",
  "StartAt": "Put",
  "States": {
    "Put": {
      "Type": "Task",
      "Resource": "arn:aws:states:::dynamodb:putItem",
      "Arguments": {
        "TableName": "orders",
        "Item": {}
      },
      "Next": "Tell"
    },
    "Tell": {
      "Type": "Task",
      "Resource": "arn:aws:states:::events:putEvents",
      "Arguments": {
        "Entries": [
          { "Source": "shop",   "Detail": "{% $states.input %}" }
        ]
      },
      "End": true
    }
  }
}
"#;

fn open(viewport: Viewport, scheme: Scheme) -> Page {
    let page = Page::open_as("", viewport, scheme);
    e2e::scenes::started(&page);
    page.wait_for_value("return document.querySelector('g.node') !== null", &json!(true));
    page.press(&[Key::Alt], '2');
    page.wait_for("#tab-definition-panel .code-host.ready");
    page.script(
        "document.querySelector('#tab-definition-panel .code-host').shadowRoot.querySelector('.cm-content').focus()",
    );
    page.press(&[Key::Control], 'a');
    page.devtools("Input.insertText", json!({ "text": WORKFLOW }));
    page.until("the definition to be taken", || (definition(&page) == WORKFLOW).then_some(()));
    page
}

/// The definition as it is kept for the next visit.
fn definition(page: &Page) -> String {
    let script = "const id = sessionStorage.getItem('stepglass.draft');
         const draft = localStorage.getItem('stepglass.draft.' + id);
         return draft === null ? null : JSON.parse(draft).definition";
    page.script(script).as_str().unwrap_or_default().to_owned()
}

fn wait_for_definition(page: &Page, from: &str, to: &str) {
    let expected = WORKFLOW.replace(from, to);
    page.until(&format!("the definition to have {to}"), || (definition(page) == expected).then_some(()));
}

fn select(page: &Page, name: &str) {
    page.script(&format!(
        "document.querySelector(\"g.node[data-name='{name}']\").dispatchEvent(new MouseEvent('click', {{ bubbles: true }}))"
    ));
    page.script("[...document.querySelectorAll('[role=tab]')].find(one => one.innerText.trim().startsWith('Inspector'))?.click()");
    page.wait_for_value("return document.querySelector('.inspector .form-title')?.value", &json!(name));
}

/// The row of a parameter.
fn place(pointer: &str) -> String {
    format!(".inspector [data-place='{pointer}']")
}

#[test]
fn names_of_a_map_have_structures_of_their_own() {
    let page = open(Viewport::DESKTOP, Scheme::Light);
    select(&page, "Put");
    let item = place("/Arguments/Item");
    page.wait_for(&format!("{item} .form-fold"));
    page.script(&format!(
        "[...document.querySelectorAll(\"{item} .form-chip\")].find(one => one.innerText.trim() === 'Add a name').click()"
    ));
    let name = "return document.activeElement?.getAttribute('aria-label')";
    page.wait_for_value(name, &json!("Name of name"));
    page.press(&[Key::Control], 'a');
    page.keys("id");
    page.press(&[], Key::Tab.into());
    let id = place("/Arguments/Item/id");
    page.wait_for(&id);
    page.script(&format!("document.querySelector(\"{id} button[aria-label='Add S']\").click()"));
    page.wait_for(&format!("{id} [data-field=S] input"));
    page.fill(&format!("{id} [data-field=S] input"), "a-1");
    let put = |item: &str| format!("\"Item\": {item}");
    wait_for_definition(
        &page,
        &put("{}"),
        &put("{\n          \"id\": {\n            \"S\": \"a-1\"\n          }\n        }"),
    );
    // What one of a few can stand in is chosen.
    page.script("document.querySelector(\".inspector button[aria-label='Add ReturnValues']\").click()");
    let select = ".inspector [data-field=ReturnValues] select";
    page.wait_for(select);
    page.script(&format!(
        "const field = document.querySelector('{select}'); field.value = 'ALL_OLD';
         field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    ));
    page.until("the choice in the text", || {
        definition(&page).contains("\"ReturnValues\": \"ALL_OLD\"").then_some(())
    });
    page.assert_clean();
}

#[test]
fn items_of_a_list_are_added_and_removed_and_the_rest_keeps_its_bytes() {
    let page = open(Viewport::DESKTOP, Scheme::Light);
    select(&page, "Tell");
    let entries = place("/Arguments/Entries");
    let first = place("/Arguments/Entries/0");
    page.wait_for(&format!("{first} [data-field=Source] input"));
    page.fill(&format!("{first} [data-field=Source] input"), "till");
    wait_for_definition(&page, "\"shop\"", "\"till\"");
    page.script(&format!(
        "[...document.querySelectorAll(\"{entries} .form-chip\")].findLast(one => one.innerText.trim() === 'Add an item').click()"
    ));
    let second = place("/Arguments/Entries/1");
    page.wait_for(&second);
    page.script(&format!("document.querySelector(\"{second} button[aria-label='Remove Item 2']\").click()"));
    page.wait_until_gone(&second);
    page.until("the focus to be in the item that is left", || {
        let script = format!("return document.querySelector(\"{first}\").contains(document.activeElement)");
        (page.script(&script) == true).then_some(())
    });
    wait_for_definition(&page, "\"shop\"", "\"till\"");
    // A group folds, and is JSON for those who like.
    page.script(&format!("document.querySelector(\"{entries} .form-fold\").click()"));
    page.until("the group to be folded", || (!page.is_visible(&first)).then_some(()));
    page.script(&format!(
        "document.querySelector(\"{entries} button[aria-label='Entries as JSON']\").click()"
    ));
    page.wait_for(&format!("{entries} .code-host.ready"));
    page.assert_clean();
}

/// What axe-core finds in nested forms. Skipped where it is not installed.
#[test]
fn nested_forms_break_no_accessibility_rule() {
    let Some(axe) = Axe::load() else { return };
    for (viewport, scheme) in [(Viewport::DESKTOP, Scheme::Light), (Viewport::DESKTOP, Scheme::Dark)] {
        let page = open(viewport, scheme);
        select(&page, "Tell");
        page.wait_for(&place("/Arguments/Entries/0"));
        assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?}");
    }
}
