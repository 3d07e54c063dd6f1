//! From an example to a finished run, by mouse and by keyboard; broken texts, foreign files, reloads, crashes.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

fn examples() -> PathBuf {
    e2e::workspace().join("assets/examples")
}

fn example(slug: &str, file: &str) -> String {
    let path = examples().join(slug).join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn about(slug: &str) -> Value {
    serde_json::from_str(&example(slug, "about.json")).expect("about.json is JSON")
}

fn open_example(page: &Page, slug: &str) {
    page.click("button[aria-label$='Open an example or a recent workflow']");
    page.click(&format!("[data-example='{slug}']"));
    page.wait_for_value(
        "return document.querySelector('.file-name')?.value",
        &json!(format!("{slug}.asl.json")),
    );
    page.wait_until_gone("dialog[open]");
    page.wait_for("g.node");
}

/// Names of states by the status that is painted on them.
fn painted(page: &Page, status: &str) -> BTreeSet<String> {
    let script = format!(
        "return [...document.querySelectorAll('g.node[data-status=\"{status}\"]')].map(node => node.dataset.name)"
    );
    let names = page.script(&script);
    strings(&names)
}

fn strings(list: &Value) -> BTreeSet<String> {
    list.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Compares what the page shows after a run with what the example says of itself.
fn check_run(page: &Page, slug: &str) {
    let about = about(slug);
    let title = if about["expected"]["status"] == "SUCCEEDED" { "Succeeded" } else { "Failed" };
    page.wait_for_text("[data-testid=status]", title);
    if let Some(expected) = about["expected"].get("output") {
        let output: Value =
            serde_json::from_str(&page.text("[data-testid=output]")).expect("the output is shown as JSON");
        assert_eq!(&output, expected, "{slug}");
    }
    let mut visited: BTreeSet<String> = BTreeSet::new();
    for status in ["succeeded", "caught", "failed"] {
        visited.extend(painted(page, status));
    }
    let names = page.script("return [...document.querySelectorAll('g.node')].map(node => node.dataset.name)");
    let drawn = strings(&names);
    for name in strings(&about["visited"]) {
        // States of a child workflow are named too, and are not in this picture.
        if drawn.contains(&name) {
            assert!(visited.contains(&name), "{slug}: {name} was visited but is not painted");
        }
    }
}

/// Two tests share the examples, the even positions of the index and the odd ones, so that they run side by side.
#[test]
fn every_example_at_an_even_position_runs_to_its_stated_end() {
    run_every_second_example(0);
}

#[test]
fn every_example_at_an_odd_position_runs_to_its_stated_end() {
    run_every_second_example(1);
}

fn run_every_second_example(first: usize) {
    let page = Page::open("");
    page.wait_for("g.node");
    let index = fs::read_to_string(examples().join("index.json")).expect("the index of the examples");
    let index: Value = serde_json::from_str(&index).expect("the index is JSON");
    let entries = index.as_array().expect("the index is a list");
    assert!(entries.len() > first, "the index has no example at position {first}");
    for entry in entries.iter().skip(first).step_by(2) {
        let slug = entry["name"].as_str().expect("an example has a name");
        open_example(&page, slug);
        page.click("button[aria-label='Run']");
        check_run(&page, slug);
        // The tab says how many problems there are; only where there are some is it opened.
        if page.text("#tab-problems").contains(|letter: char| letter.is_ascii_digit()) {
            page.click("#tab-problems");
            page.wait_for(".problem");
            let errors = page.texts(".problem[data-tone=failed]");
            assert!(errors.is_empty(), "{slug}: {errors:?}");
            page.click("#tab-result");
        }
    }
    page.assert_clean();
}

#[test]
fn an_example_is_opened_and_run_by_keyboard_alone() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.press(&[Key::Alt], 'g');
    page.wait_for("[data-example='saga']");
    // The search field has the focus; the arrows go through what was found, and letters go on searching.
    page.keys("undone in");
    page.wait_for_text(".finding-count", "1 example");
    page.press(&[], Key::Down.into());
    page.wait_for_value("return document.activeElement?.dataset.example", &json!("saga"));
    page.press(&[], Key::Enter.into());
    page.wait_for_value("return document.querySelector('.file-name')?.value", &json!("saga.asl.json"));
    page.wait_until_gone("dialog[open]");
    page.press(&[Key::Control], Key::Enter.into());
    check_run(&page, "saga");

    // The keyboard comes into the graph at the state where the run failed. From the first state Tab follows the order of
    // execution, and every stop says what it is and how it went.
    page.press(&[Key::Alt], '1');
    page.wait_for_value("return document.activeElement?.id", &json!("stage"));
    let mut heard = Vec::new();
    for key in [Key::Tab, Key::Home, Key::Tab, Key::Tab] {
        page.press(&[], key.into());
        page.settle();
        heard.push(page.script("return document.activeElement.getAttribute('aria-label')"));
    }
    let heard: Vec<&str> = heard.iter().filter_map(Value::as_str).collect();
    assert!(heard[0].starts_with("Booking failed, ") && heard[0].contains("Failed"), "{heard:?}");
    let heard = &heard[1..];
    assert!(
        heard[0].starts_with("Reserve flight, Task state") && heard[0].contains("Succeeded"),
        "{heard:?}"
    );
    assert!(heard[1].starts_with("Reserve hotel, "), "{heard:?}");
    assert!(heard[2].starts_with("Rent car, "), "{heard:?}");
    page.assert_clean();
}

#[test]
fn the_gallery_is_searched_filtered_and_walked_through_by_arrows() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.press(&[Key::Alt], 'g');
    page.wait_for("[data-example='order-processing']");
    let shown = |page: &Page| {
        strings(&page.script(
            "return [...document.querySelectorAll('.example')].filter(card => card.offsetParent).map(card => card.dataset.example)",
        ))
    };
    let entries: Value =
        serde_json::from_str(&fs::read_to_string(examples().join("index.json")).unwrap()).unwrap();
    let entries = entries.as_array().unwrap();
    assert_eq!(shown(&page).len(), entries.len());
    // One request has brought them all.
    let requests = page.script(
        "return performance.getEntriesByType('resource').filter(entry => entry.name.includes('/examples/') && entry.name.includes('about.json')).length",
    );
    assert!(requests.as_u64().unwrap() <= 1, "{requests}");

    let named = |name: &str, value: &str| -> BTreeSet<String> {
        let fitting = entries.iter().filter(|entry| entry[name] == value);
        fitting.map(|entry| entry["name"].as_str().unwrap().to_owned()).collect()
    };
    page.click(".category:nth-of-type(8)");
    assert_eq!(shown(&page), named("category", "Large scale"));
    page.click(".category:first-of-type");
    page.script(
        "const select = document.querySelector('select[aria-label=\"Query language\"]');
         select.value = 'JSONPath'; select.dispatchEvent(new Event('change', { bubbles: true }));",
    );
    assert_eq!(shown(&page), named("queryLanguage", "JSONPath"));

    // Words may stand anywhere: in the text, in the name of a service.
    page.fill("#gallery-search", "eventbridge lambda");
    let found = shown(&page);
    assert!(found.iter().all(|name| name.contains("invoice")) && !found.is_empty(), "{found:?}");
    page.fill("#gallery-search", "nothing has these words");
    page.wait_for_text(".gallery-note", "No example fits");
    page.click(".gallery-note .button");
    assert_eq!(shown(&page).len(), entries.len());

    page.script("document.getElementById('gallery-search').focus()");
    let focused = "return document.activeElement?.dataset.example ?? document.activeElement?.id";
    let mut way = Vec::new();
    for key in [Key::Down, Key::Right, Key::Down, Key::Up, Key::Left, Key::Up] {
        page.press(&[], key.into());
        page.settle();
        way.push(page.script(focused).as_str().unwrap_or_default().to_owned());
    }
    let first = entries[0]["name"].as_str().unwrap();
    let second = entries[1]["name"].as_str().unwrap();
    assert_eq!((&*way[0], &*way[1], &*way[3], &*way[4]), (first, second, second, first), "{way:?}");
    assert_ne!(way[2], way[1], "{way:?}");
    assert_eq!(way[5], "gallery-search", "{way:?}");
    page.assert_clean();
}

#[test]
fn a_broken_text_keeps_the_last_good_graph_and_says_what_is_wrong() {
    let page = Page::open("");
    page.wait_for("g.node");
    let good = r#"{"StartAt": "One", "States": {"One": {"Type": "Pass", "Next": "Two"}, "Two": {"Type": "Succeed"}}}"#;
    page.replace_text("#tab-definition", good);
    page.wait_for("g.node[data-name=Two]");
    page.replace_text("#tab-definition", &good[..good.len() - 20]);
    page.wait_for_text(".notice", "broken");
    assert_eq!(page.count("g.node"), 2);
    page.click("#tab-problems");
    page.wait_for(".problem");
    assert!(page.text(".problems").contains("Line 1"), "{}", page.text(".problems"));
    // Wrong, but not broken: the graph follows at once.
    page.replace_text("#tab-definition", &good.replace("\"Next\": \"Two\"", "\"Next\": \"Three\""));
    page.wait_for(".marker.missing");
    page.wait_for_text(".problems", "Three");
    page.assert_clean();
}

#[test]
fn what_was_typed_comes_back_after_a_reload_and_a_crash() {
    let page = Page::open("");
    page.wait_for("g.node");
    let text = r#"{"StartAt": "Kept", "States": {"Kept": {"Type": "Pass", "End": true}}}"#;
    page.replace_text("#tab-definition", text);
    page.wait_for("g.node[data-name=Kept]");
    // Reloading tells the page that it goes: nothing waits for the timer.
    page.reload();
    page.wait_for("g.node[data-name=Kept]");

    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-input");
    page.keys("crash");
    page.press(&[], Key::Enter.into());
    page.wait_for_text("#crash", "crashed on purpose");
    assert!(page.attribute("#crash a[download]", "href").unwrap().starts_with("blob:"));
    page.click("#crash a.primary");
    page.wait_for("g.node[data-name=Kept]");
}

#[test]
fn a_file_that_is_no_definition_is_named_for_what_it_is() {
    let page = Page::open("");
    page.wait_for("g.node");
    let before = page.count("g.node");
    for (name, text, said) in [
        ("history.json", r#"{"events": []}"#, "no execution"),
        ("template.json", r#"{"Resources": {}}"#, "CloudFormation"),
        ("input.json", r#"{"orderId": 1}"#, "no definition"),
        ("notes.txt", "hello", "is neither JSON nor YAML"),
    ] {
        let script = format!(
            "const data = new DataTransfer();
             data.items.add(new File([{}], {}, {{ type: 'application/json' }}));
             document.body.dispatchEvent(new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
            json!(text),
            json!(name)
        );
        page.script(&script);
        page.wait_for_text(".toasts", said);
    }
    assert_eq!(page.count("g.node"), before);
    page.assert_clean();
}

#[test]
fn a_dropped_definition_opens_and_hostile_names_stay_text() {
    let page = Page::open("");
    page.wait_for("g.node");
    let name = "<img src=x onerror=alert(1)>";
    let text =
        json!({"StartAt": name, "States": {name: {"Type": "Pass", "End": true, "Comment": "</script>"}}});
    let script = format!(
        "const data = new DataTransfer();
         data.items.add(new File([{}], 'hostile.asl.json'));
         document.body.dispatchEvent(new DragEvent('drop', {{ bubbles: true, cancelable: true, dataTransfer: data }}));",
        json!(text.to_string())
    );
    page.script(&script);
    page.wait_for_value("return document.querySelector('g.node')?.dataset.name", &json!(name));
    assert_eq!(page.count("img[src=x]"), 0);
    page.assert_clean();
}

#[test]
fn a_task_without_an_answer_asks_for_one_and_the_answer_is_kept() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.replace_text(
        "#tab-definition",
        r#"{"StartAt": "Ask", "States": {"Ask": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:getObject",
           "Parameters": {"Bucket": "b", "Key": "k"}, "End": true}}}"#,
    );
    page.wait_for("g.node[data-name=Ask]");
    page.click("#tab-answers");
    page.click("button[aria-label='Run']");
    // The first example's answers are still there, but none for this state.
    page.wait_for_text("[data-testid=status]", "Waiting for a task's answer");
    page.fill(".answer textarea", "{\"Body\": \"hello\"}");
    page.click(".answer .button.primary");
    page.wait_for_text("[data-testid=output]", "hello");
    page.click("button[aria-label='Run']");
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.assert_clean();
}

#[test]
fn an_endless_loop_leaves_the_page_usable_and_stops() {
    let page = Page::open("");
    page.wait_for("g.node");
    page.replace_text(
        "#tab-definition",
        r#"{"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 1, "Next": "B"}, "B": {"Type": "Pass", "Next": "A"}}}"#,
    );
    page.wait_for("g.node[data-name=B]");
    page.click("button[aria-label='Run']");
    // Either it is stopped by hand or it has met AWS's limit of 25,000 events; the page answers all along.
    page.pause(Duration::from_millis(150));
    if page.is_visible("button[aria-label='Stop the run']") {
        page.press(&[Key::Shift], Key::F8.into());
    }
    page.wait_for_value(
        "return ['Aborted', 'Failed'].includes(document.querySelector('[data-testid=status]')?.innerText.trim())",
        &json!(true),
    );
    page.assert_clean();
}

#[test]
fn no_pane_is_out_of_reach_on_a_phone() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Dark);
    page.wait_for("g.node");
    for (button, pane) in
        [("Details", "#side"), ("Result", "#dock"), ("Events", "#dock"), ("Graph", "#stage")]
    {
        page.script(&format!(
            "[...document.querySelectorAll('.pane-button')].find(button => button.innerText.trim() === '{button}').click()"
        ));
        page.wait_for(pane);
        // It has the whole width, and nothing lies over its corners and its middle.
        let shown = page.script(&format!(
            "const box = document.querySelector('{pane}').getBoundingClientRect();
             const points = [[8, 60], [box.width - 8, 60], [box.width / 2, box.height / 2]];
             return box.width === innerWidth
                && points.every(([x, y]) => document.elementFromPoint(box.x + x, box.y + y).closest('{pane}') !== null)"
        ));
        assert_eq!(shown, true, "{button}");
    }
    let overflow = page.script("return document.documentElement.scrollWidth - innerWidth");
    assert_eq!(overflow, json!(0));
    page.assert_clean();
}

#[test]
fn the_run_panel_is_folded_until_there_is_something_to_show_or_a_person_opens_it() {
    let page = Page::open("");
    page.wait_for("g.node");
    let height = || page.script("return document.querySelector('#dock').offsetHeight").as_f64().unwrap();
    page.wait_for(".app[data-dock=folded]");
    let folded = height();
    assert!(folded < 60.0, "only its tabs take room: {folded}");

    // What somebody opens stays open, and what somebody folds stays folded, over a reload as well.
    page.press(&[Key::Control], 'j');
    page.wait_for(".app[data-dock=part]");
    let open = height();
    assert!(open > 200.0, "{open}");
    page.reload();
    page.wait_for(".app[data-dock=part]");
    page.press(&[Key::Control], 'j');
    page.wait_for(".app[data-dock=folded]");
    page.reload();
    page.wait_for("g.node");
    page.wait_for(".app[data-dock=folded]");

    // A tab shows what it holds; so does a run.
    page.click("#tab-problems");
    page.wait_for(".app[data-dock=part]");
    page.press(&[Key::Alt], 'j');
    page.wait_for(".app[data-dock=folded]");
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for(".app[data-dock=part]");
    page.wait_for("[data-testid=status]");
    page.assert_clean();
}

/// Prints how long the page took until it could be used; the bound is wide, as machines that test are slow and busy.
#[test]
fn the_page_can_be_used_soon() {
    let mut times: Vec<f64> = (0..5)
        .map(|_| {
            let page = Page::open("");
            page.wait_for("g.node");
            page.script("return performance.getEntriesByName('interactive')[0].startTime").as_f64().unwrap()
        })
        .collect();
    times.sort_by(f64::total_cmp);
    println!("load to interactive: median {:.0} ms of {times:.0?}", times[2]);
    assert!(times[2] < 5_000.0, "{times:?}");
}

#[test]
fn letters_alone_need_not_be_shortcuts() {
    let page = Page::open("#example=order-processing");
    page.wait_for("g.node");
    let dialog = "dialog.shortcuts-dialog[open]";
    page.press(&[], '?');
    page.wait_for(dialog);
    page.click(&format!("{dialog} .shortcut-choice input"));
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(dialog);

    page.reload();
    page.wait_for("g.node");
    page.press(&[], '?');
    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-input");
    assert_eq!(page.count(dialog), 0, "a sign alone was no command");
    page.keys("Keyboard shortcuts");
    page.press(&[], Key::Enter.into());
    page.wait_for(dialog);
    page.click(&format!("{dialog} .shortcut-choice input"));
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(dialog);
    page.press(&[], '?');
    page.wait_for(dialog);
    page.assert_clean();
}
