//! Editing on the canvas: by mouse, by keyboard and by ear, with one history for graph and text.

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

const THREE: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": {
      "Type": "Pass",
      "Next": "B"
    },
    "B": {
      "Type": "Wait",
      "Seconds": 1,
      "Next": "C"
    },
    "C": {
      "Type": "Succeed"
    }
  }
}
"#;

/// What is built by keyboard.
const BUILT: &str = r#"{
  "Comment": "A new workflow",
  "QueryLanguage": "JSONata",
  "StartAt": "Prepare",
  "States": {
    "Prepare": {
      "Type": "Pass",
      "Next": "Cool down"
    },
    "Cool down": {
      "Type": "Wait",
      "Seconds": 5,
      "Next": "Both"
    },
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {
          "StartAt": "Pass",
          "States": {
            "Pass": {
              "Type": "Pass",
              "End": true
            }
          }
        },
        {
          "StartAt": "Pass 2",
          "States": {
            "Pass 2": {
              "Type": "Pass",
              "End": true
            }
          }
        }
      ],
      "Catch": [
        {
          "ErrorEquals": [
            "States.ALL"
          ],
          "Next": "Broken"
        }
      ],
      "Next": "Done"
    },
    "Done": {
      "Type": "Succeed"
    },
    "Broken": {
      "Type": "Fail"
    }
  }
}
"#;

/// A page with a definition in the place of the first example.
fn open(definition: &str) -> Page {
    let page = Page::open("");
    page.wait_for("g.node");
    page.replace_text("#tab-definition", definition);
    page.wait_for_kept_definition(definition);
    page
}

fn node(name: &str) -> String {
    format!("g.node[data-name='{name}']")
}

/// Names of the states in the picture that a selector finds, in the order of the page.
fn names(page: &Page, selector: &str) -> Vec<String> {
    let names = page.script(&format!(
        "return [...document.querySelectorAll(\"{selector}\")].map(node => node.dataset.name)"
    ));
    names.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Waits until the page has said something to assistive technology.
fn wait_to_hear(page: &Page, said: &str) {
    page.wait_for_value(
        &format!(
            "return [...document.querySelectorAll('[role=status]')].some(one => one.textContent.includes({}))",
            json!(said)
        ),
        &json!(true),
    );
}

fn wait_for_focus(page: &Page, name: &str) {
    page.wait_for_value("return document.activeElement?.dataset.name ?? null", &json!(name));
}

fn select(page: &Page, name: &str) {
    page.script(&format!("document.querySelector(\"{}\").focus()", node(name)));
    wait_for_focus(page, name);
    page.wait_for(&format!("{}.selected", node(name)));
}

/// The element in the menu that has the focus.
fn in_menu(page: &Page) -> String {
    let words = page.script("return document.activeElement?.querySelector('.menu-words')?.innerText ?? ''");
    words.as_str().unwrap_or_default().to_owned()
}

#[test]
fn one_history_for_graph_and_text_that_survives_a_reload() {
    let page = open(THREE);
    select(&page, "A");
    page.press(&[], Key::F2.into());
    page.wait_for(".rename-field");
    page.keys("First");
    page.press(&[], Key::Enter.into());
    let renamed = THREE.replace("\"A\"", "\"First\"");
    page.wait_for_kept_definition(&renamed);
    wait_for_focus(&page, "First");
    wait_to_hear(&page, "Renamed A to First");

    page.focus_editor("#tab-definition");
    page.press(&[Key::Control], Key::Home.into());
    page.press(&[], Key::Right.into());
    page.keys(" \"Version\": \"1.0\",");
    let typed = renamed.replacen('{', "{ \"Version\": \"1.0\",", 1);
    page.wait_for_kept_definition(&typed);

    // The burst of typing is one step, undone in the editor; the rename is the one before.
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(&renamed);
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    page.press(&[Key::Control], 'y');
    page.wait_for_kept_definition(&renamed);

    page.reload();
    page.wait_for(&node("First"));
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    wait_to_hear(&page, "Undone: Renamed A to First");
    page.press(&[Key::Control, Key::Shift], 'z');
    page.press(&[Key::Control, Key::Shift], 'z');
    page.wait_for_kept_definition(&typed);
    page.assert_clean();
}

#[test]
fn what_is_selected_follows_edits_of_the_text() {
    let page = open(THREE);
    select(&page, "B");
    // The editor has marked the name: typing replaces it. A broken text keeps graph and selection.
    page.focus_editor("#tab-definition");
    page.devtools("Input.insertText", json!({ "text": "Later\\" }));
    page.wait_for_text(".notice", "broken");
    assert_eq!(names(&page, "g.node.selected"), ["B"]);
    page.press(&[], Key::Backspace.into());
    page.wait_for(&format!("{}.selected", node("Later")));
    page.assert_clean();
}

/// So many states, one after the other.
fn chain(count: usize) -> String {
    let states = (1..=count).map(|number| {
        let way =
            if number == count { r#""End": true"#.into() } else { format!(r#""Next": "S{}""#, number + 1) };
        format!("    \"S{number}\": {{ \"Type\": \"Pass\", {way} }}")
    });
    let states: Vec<String> = states.collect();
    format!("{{\n  \"StartAt\": \"S1\",\n  \"States\": {{\n{}\n  }}\n}}\n", states.join(",\n"))
}

#[test]
fn the_picture_of_a_large_workflow_catches_up_with_the_text() {
    let text = chain(200);
    let page = open(&text);
    page.wait_for(&node("S3"));
    select(&page, "S3");
    page.focus_editor("#tab-definition");
    for letter in ["L", "a", "t", "e", "r"] {
        page.devtools("Input.insertText", json!({ "text": letter }));
    }
    page.wait_for(&format!("{}.selected", node("Later")));
    page.wait_for(&format!("{}.unreachable", node("Later")));
    assert_eq!(page.count(&node("S3")), 0);
    let typed = text.replace("\"S3\": {", "\"Later\": {");
    page.wait_for_kept_definition(&typed);

    // What is typed right before another change is in the picture of that one. It is a step of its own by then.
    page.pause(std::time::Duration::from_millis(1500));
    page.devtools("Input.insertText", json!({ "text": "!" }));
    page.script("document.querySelector('#stage').focus()");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(&typed);
    page.wait_for(&format!("{}.selected", node("Later")));
    page.press(&[Key::Control, Key::Shift], 'z');
    page.wait_for(&format!("{}.selected", node("Later!")));
    page.assert_clean();
}

#[test]
fn states_are_copied_to_another_place() {
    let page = open(THREE);
    select(&page, "A");
    page.script(&format!(
        "document.querySelector(\"{}\").dispatchEvent(new MouseEvent('click', {{ bubbles: true, shiftKey: true }}))",
        node("B")
    ));
    assert_eq!(names(&page, "g.node.selected"), ["A", "B"]);
    let copied = page.script(
        "const data = new DataTransfer();
         document.activeElement.dispatchEvent(new ClipboardEvent('copy', { bubbles: true, cancelable: true, clipboardData: data }));
         return data.getData('text/plain')",
    );
    let copied = copied.as_str().unwrap_or_default().to_owned();
    let read: Value = serde_json::from_str(&copied).expect("what is copied is JSON");
    assert_eq!(read["States"].as_object().map(serde_json::Map::len), Some(2), "{copied}");
    assert_eq!(read["States"]["A"]["Next"], "B");

    // Into another workflow, after its only state.
    page.press(&[Key::Alt], 'n');
    page.wait_for(&node("Start here"));
    select(&page, "Start here");
    page.script(&format!(
        "const data = new DataTransfer();
         data.setData('text/plain', {});
         document.activeElement.dispatchEvent(new ClipboardEvent('paste', {{ bubbles: true, cancelable: true, clipboardData: data }}));",
        json!(copied)
    ));
    page.wait_for(&node("B"));
    assert_eq!(names(&page, "g.node"), ["Start here", "A", "B"]);
    assert_eq!(names(&page, "g.node.selected"), ["A", "B"]);
    wait_to_hear(&page, "Pasted after Start here");
    page.press(&[Key::Control], 'z');
    page.wait_until_gone(&node("A"));
    page.assert_clean();
}

#[test]
fn a_way_is_drawn_from_a_port_to_a_state() {
    let page = open(THREE);
    page.press(&[], Key::Escape.into());
    select(&page, "A");
    page.settle();
    let port = page.middle("g.port-dot[data-port='Way(Next)'] .port-disc");
    let target = page.middle(&format!("{} .node-card", node("C")));
    page.drag(port, target);
    page.wait_for_kept_definition(&THREE.replacen("\"Next\": \"B\"", "\"Next\": \"C\"", 1));
    wait_to_hear(&page, "Connected A to C");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    page.assert_clean();
}

#[test]
fn everything_is_in_the_menu_and_the_menu_needs_no_mouse() {
    let page = open(THREE);
    select(&page, "B");
    page.press(&[Key::Shift], Key::F10.into());
    page.wait_for("[role=menu]");
    assert!(in_menu(&page).starts_with("Rename"), "{}", in_menu(&page));
    // Letters go to what begins with them, arrows into submenus and back.
    page.keys("c");
    assert!(in_menu(&page).starts_with("Connect"), "{}", in_menu(&page));
    page.keys("c");
    assert!(in_menu(&page).starts_with("Change its type"), "{}", in_menu(&page));
    page.press(&[], Key::Right.into());
    page.wait_for_value("return document.querySelectorAll('[role=menu]').length", &json!(2));
    page.press(&[], Key::Left.into());
    page.wait_for_value("return document.querySelectorAll('[role=menu]').length", &json!(1));
    page.press(&[], Key::Right.into());
    page.wait_for_value("return document.querySelectorAll('[role=menu]').length", &json!(2));
    // The type that it has is there, and says why it can't be chosen.
    page.keys("ccc");
    assert!(in_menu(&page).contains("It is of this type"), "{}", in_menu(&page));
    page.press(&[], Key::Up.into());
    page.press(&[], Key::Up.into());
    assert!(in_menu(&page).starts_with("Change to a Pass state"), "{}", in_menu(&page));
    page.press(&[], Key::Enter.into());
    page.wait_until_gone("[role=menu]");
    let changed = THREE.replace("\"Type\": \"Wait\",\n      \"Seconds\": 1,", "\"Type\": \"Pass\",");
    page.wait_for_kept_definition(&changed);
    wait_for_focus(&page, "B");
    // Escape leaves everything as it is, and gives the focus back.
    page.press(&[Key::Shift], Key::F10.into());
    page.wait_for("[role=menu]");
    page.press(&[], Key::Escape.into());
    page.wait_until_gone("[role=menu]");
    wait_for_focus(&page, "B");
    page.assert_clean();
}

#[test]
fn enter_opens_the_form_and_escape_leads_back() {
    let page = open(THREE);
    select(&page, "B");
    page.press(&[], Key::Enter.into());
    page.wait_for_value("return document.activeElement?.classList.contains('form-title')", &json!(true));
    page.keys("Pause");
    page.press(&[], Key::Enter.into());
    page.wait_for_kept_definition(&THREE.replace("\"B\"", "\"Pause\""));
    page.press(&[], Key::Escape.into());
    wait_for_focus(&page, "Pause");
    // Of a way, the menu says what it means there.
    let between = page.middle(&format!("{} .node-card", node("A")));
    let below = page.middle(&format!("{} .node-card", node("Pause")));
    let at = (between.0, (between.1 + below.1) / 2.0);
    for kind in ["mousePressed", "mouseReleased"] {
        let event = json!({"type": kind, "x": at.0, "y": at.1, "button": "right", "clickCount": 1});
        page.devtools("Input.dispatchMouseEvent", event);
    }
    page.wait_for("[role=menu]");
    assert!(in_menu(&page).starts_with("Add a state here"), "{}", in_menu(&page));
    page.assert_clean();
}

#[test]
fn several_states_are_deleted_at_once_and_come_back() {
    let page = open(THREE);
    select(&page, "A");
    page.script(&format!(
        "document.querySelector(\"{}\").dispatchEvent(new MouseEvent('click', {{ bubbles: true, ctrlKey: true }}))",
        node("B")
    ));
    page.press(&[], Key::Delete.into());
    page.wait_until_gone(&node("A"));
    assert_eq!(names(&page, "g.node"), ["C"]);
    wait_for_focus(&page, "C");
    wait_to_hear(&page, "Deleted ");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    assert_eq!(names(&page, "g.node.selected"), ["A", "B"]);
    page.press(&[Key::Control], 'a');
    page.press(&[], Key::Delete.into());
    page.wait_until_gone("g.node");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    // The same by the inspector's buttons: the form goes, and the graph has the focus.
    page.click(&format!("{} .node-card", node("B")));
    page.click("#tab-inspector");
    page.wait_for(".form-title");
    page.click(".form-tools button[aria-label=Duplicate]");
    wait_for_focus(&page, "B 2");
    page.click(".form-tools button[aria-label^=Delete]");
    page.wait_until_gone(&node("B 2"));
    page.wait_for_kept_definition(THREE);
    page.wait_for_value("return !!document.activeElement.closest('.stage, #stage')", &true.into());
    page.assert_clean();
}

#[test]
fn branches_change_places_and_the_definition_stays() {
    let text = r#"{"StartAt": "Both", "States": {"Both": {"Type": "Parallel", "End": true, "Branches": [
  {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": true}}},
  {"StartAt": "Two", "States": {"Two": {"Type": "Pass", "End": true}}},
  {"StartAt": "Three", "States": {"Three": {"Type": "Pass", "End": true}}}
]}}}
"#;
    let page = open(text);
    let wait_for_order = |order: [&str; 3]| {
        let left =
            "document.querySelector(`g.node[data-name='${name}'] .node-card`).getBoundingClientRect().left";
        let script = format!(
            "const left = (name) => {left};
             return ['One', 'Two', 'Three'].sort((one, other) => left(one) - left(other))"
        );
        page.wait_for_value(&script, &json!(order));
    };
    wait_for_order(["One", "Two", "Three"]);
    select(&page, "Three");
    page.press(&[Key::Alt, Key::Shift], Key::Left.into());
    wait_for_order(["One", "Three", "Two"]);
    page.press(&[Key::Alt, Key::Shift], Key::Left.into());
    wait_for_order(["Three", "One", "Two"]);
    assert_eq!(page.kept_definition(), text);
    // The order is the picture's: it comes back after a reload, and stays with its branches when another one comes.
    page.reload();
    page.wait_for(&node("Three"));
    wait_for_order(["Three", "One", "Two"]);
    let more = text.replace(
        "\n]}}}",
        ",\n  {\"StartAt\": \"Four\", \"States\": {\"Four\": {\"Type\": \"Pass\", \"End\": true}}}\n]}}}",
    );
    page.replace_text("#tab-definition", &more);
    page.wait_for(&node("Four"));
    wait_for_order(["Three", "One", "Two"]);
    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-dialog[open] input");
    page.keys("Reset the order");
    page.press(&[], Key::Enter.into());
    wait_for_order(["One", "Two", "Three"]);
    assert_eq!(page.kept_definition(), more);
    page.assert_clean();
}

#[test]
fn a_finger_that_holds_a_state_opens_its_menu_and_chooses_nothing_by_letting_go() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Light);
    page.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": true, "maxTouchPoints": 2}));
    page.reload();
    page.wait_for("g.node");
    // What is held is watched by the second module, and lies where it is once the camera rests.
    e2e::scenes::started(&page);
    page.wait_until_gone(".viewport.settling");
    let place = format!(
        "const rect = document.querySelector(\"{} .node-card\").getBoundingClientRect();
         return {{ x: rect.x + rect.width / 2, y: rect.y + rect.height / 2 }}",
        node("Charge card")
    );
    // At the start the picture is fitted more than once: what surrounds it comes bit by bit.
    let card = page.until("the picture to rest", || {
        let before = page.script(&place);
        page.pause(std::time::Duration::from_millis(300));
        (page.script(&place) == before).then_some(before)
    });
    page.devtools("Input.dispatchTouchEvent", json!({"type": "touchStart", "touchPoints": [card]}));
    page.wait_for(".menu");
    page.devtools("Input.dispatchTouchEvent", json!({"type": "touchEnd", "touchPoints": []}));
    // What would have been chosen opens in the next frame.
    page.settle();
    page.settle();
    assert!(page.is_visible(".menu"));
    assert!(!page.is_visible("dialog[open]"));
    page.click(".menu [role=menuitem]:nth-of-type(1)");
    page.wait_until_gone(".menu");
    page.assert_clean();
}

#[test]
fn a_target_is_chosen_from_a_list_by_its_name() {
    let page = open(THREE);
    select(&page, "B");
    page.keys("c");
    page.wait_for(".target-field");
    page.keys("A");
    page.press(&[], Key::Enter.into());
    page.wait_until_gone(".target-field");
    page.wait_for_kept_definition(&THREE.replace("\"Next\": \"C\"", "\"Next\": \"A\""));
    wait_for_focus(&page, "B");
    page.press(&[Key::Control], 'z');
    page.wait_for_kept_definition(THREE);
    page.assert_clean();
}

/// Adds what a search finds first after the selected state, which gets the name.
fn add(page: &Page, words: &str, added: &str, name: &str) {
    page.keys("a");
    page.wait_for_value("return document.activeElement?.id ?? null", &json!("palette-search"));
    page.keys(words);
    page.settle();
    page.press(&[], Key::Enter.into());
    wait_for_focus(page, added);
    if name != added {
        rename(page, name);
    }
}

fn rename(page: &Page, name: &str) {
    page.press(&[], Key::F2.into());
    page.wait_for_value("return document.activeElement?.classList.contains('rename-field')", &json!(true));
    page.press(&[Key::Control], 'a');
    page.keys(name);
    page.press(&[], Key::Enter.into());
    wait_for_focus(page, name);
}

#[test]
fn five_states_are_built_and_connected_without_a_mouse() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.press(&[Key::Alt], 'n');
    page.wait_for(&node("Start here"));
    page.press(&[Key::Alt], '1');
    page.wait_for_value("return document.activeElement?.id ?? null", &json!("stage"));
    page.press(&[], Key::Tab.into());
    wait_for_focus(&page, "Start here");
    rename(&page, "Prepare");
    add(&page, "wait", "Wait", "Cool down");
    add(&page, "parallel", "Parallel", "Both");
    add(&page, "succeed", "Succeed", "Done");
    // Back to the container around a state, whose errors lead to a state that is made for them.
    for name in ["Pass 2", "Pass", "Both"] {
        page.keys("k");
        wait_for_focus(&page, name);
    }
    page.keys("e");
    page.wait_for(".target-field");
    page.keys("Broken");
    for _ in 0..10 {
        let active = page.text(".target.active");
        if active.contains("A new Fail state") {
            break;
        }
        page.press(&[], Key::Down.into());
    }
    page.press(&[], Key::Enter.into());
    wait_for_focus(&page, "Broken");
    wait_to_hear(&page, "Connected Both to the new state Broken");
    page.wait_for_kept_definition(BUILT);
    // All of it in the order of execution, each with what it is, where it leads, and its place.
    page.press(&[], Key::Home.into());
    wait_for_focus(&page, "Prepare");
    let heard = page.script("return document.activeElement.getAttribute('aria-label')");
    assert_eq!(heard, "Prepare, Pass state, next Cool down. 1 of 7");
    page.assert_clean();
}

/// What axe-core finds with everything for editing in sight. Skipped where it is not installed.
#[test]
fn no_violation_of_accessibility_rules_in_both_themes() {
    let Some(axe) = Axe::load() else { return };
    for scheme in [Scheme::Light, Scheme::Dark] {
        let page = Page::open_as("", Viewport::DESKTOP, scheme);
        page.wait_for("g.node");
        page.focus_editor("#tab-definition");
        for scene in ["", "menu", "rename", "connect"] {
            page.script("document.querySelector('g.node').focus()");
            match scene {
                "menu" => page.press(&[Key::Shift], Key::F10.into()),
                "rename" => page.press(&[], Key::F2.into()),
                "connect" => page.keys("c"),
                _ => {}
            }
            assert_eq!(axe.violations(&page), Vec::<String>::new(), "{scheme:?} {scene}");
            page.press(&[], Key::Escape.into());
            page.settle();
        }
    }
}
