//! Adding to a workflow: from the palette by mouse, keyboard and touch, and moving what is there.

use e2e::{Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

/// The ids of the nodes: `node:` and the state's JSON pointer, in the order of execution.
fn nodes(page: &Page) -> Vec<String> {
    let ids = page.script("return [...document.querySelectorAll('g.node')].map(node => node.id.slice(5))");
    ids.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn wait_for_node(page: &Page, pointer: &str) {
    page.until(pointer, || nodes(page).iter().any(|node| node == pointer).then_some(()));
}

/// The middle of the first row of the palette with this title.
fn row(page: &Page, title: &str, part: &str) -> (f64, f64) {
    let script = format!(
        "const item = [...document.querySelectorAll('.block-item')]
             .find(item => item.querySelector('.block-title').textContent === '{title}');
         if (!item) return null;
         item.scrollIntoView({{block: 'center'}});
         const rect = item.querySelector('{part}').getBoundingClientRect();
         return [rect.x + rect.width / 2, rect.y + rect.height / 2]"
    );
    let point = page.until(title, || Some(page.script(&script)).filter(Value::is_array));
    (point[0].as_f64().expect("a coordinate"), point[1].as_f64().expect("a coordinate"))
}

/// Halfway between two states, one under the other.
fn between(page: &Page, above: &str, below: &str) -> (f64, f64) {
    let (x, top) = node_point(page, above, 1.0);
    let (_, bottom) = node_point(page, below, 0.0);
    (x, (top + bottom) / 2.0)
}

/// A point of a state, from top (0) to bottom (1).
fn node_point(page: &Page, name: &str, along: f64) -> (f64, f64) {
    // Left of the middle, where its ports are not.
    let script = format!(
        "const rect = document.querySelector('g.node[data-name=\"{name}\"] .node-card').getBoundingClientRect();
         return [rect.x + rect.width * 0.35, rect.y + rect.height * {along}]"
    );
    page.wait_for(&format!("g.node[data-name='{name}']"));
    let point = page.script(&script);
    (point[0].as_f64().expect("a coordinate"), point[1].as_f64().expect("a coordinate"))
}

fn mouse(page: &Page, kind: &str, (x, y): (f64, f64)) {
    let buttons = i32::from(kind != "mouseReleased");
    page.devtools(
        "Input.dispatchMouseEvent",
        json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": buttons, "clickCount": 1}),
    );
}

fn open(page: &Page) {
    page.wait_for("g.node");
    page.wait_for(".block");
    page.settle();
}

#[test]
fn a_state_is_dragged_onto_a_transition_and_undone_as_one_step() {
    let page = Page::open("");
    open(&page);
    let before = nodes(&page);
    page.drag(row(&page, "Pass", ".block"), between(&page, "Charge card", "Wait for settlement"));
    wait_for_node(&page, "/States/Pass");
    let after = nodes(&page);
    let at = after.iter().position(|node| node == "/States/Pass").unwrap();
    assert_eq!((&*after[at - 1], &*after[at + 1]), ("/States/Charge card", "/States/Wait for settlement"));
    assert_eq!(
        page.script("return document.querySelector('g.node.selected')?.dataset.name"),
        json!("Pass"),
        "what was added is selected"
    );
    page.press(&[Key::Control], 'z');
    page.until("the state to go", || (nodes(&page) == before).then_some(()));
    page.assert_clean();
}

#[test]
fn enter_adds_after_the_selection() {
    let page = Page::open("");
    open(&page);
    page.click("g.node[data-name='Charge card']");
    page.press(&[Key::Alt], '9');
    page.wait_for_value("return document.activeElement?.id", &json!("palette-search"));
    page.keys("dynamo put");
    page.until("the first hit", || {
        (page.texts(".block-title").first().map(String::as_str) == Some("Put an item")).then_some(())
    });
    page.press(&[], Key::Enter.into());
    wait_for_node(&page, "/States/Put an item");
    let after = nodes(&page);
    let at = after.iter().position(|node| node == "/States/Put an item").unwrap();
    assert_eq!((&*after[at - 1], &*after[at + 1]), ("/States/Charge card", "/States/Wait for settlement"));

    // What was added has the focus. The rows are gone through by arrow keys.
    page.wait_for_value("return document.activeElement?.dataset.name", &json!("Put an item"));
    page.press(&[Key::Alt], '9');
    page.wait_for_value("return document.activeElement?.id", &json!("palette-search"));
    for _ in 0..2 {
        page.press(&[], Key::Down.into());
    }
    page.press(&[], Key::Up.into());
    let focused = page.script("return document.activeElement.querySelector('.block-title')?.textContent");
    assert_eq!(focused, json!("Put an item"));
    page.assert_clean();
}

#[test]
fn a_state_is_moved_into_a_branch() {
    let page = Page::open("");
    open(&page);
    let (x, y) = node_point(&page, "Create invoice", 0.95);
    page.drag(node_point(&page, "Wait for settlement", 0.5), (x, y));
    wait_for_node(&page, "/States/Fulfil order/Branches/1/States/Wait for settlement");
    page.assert_clean();
}

#[test]
fn escape_cancels_and_impossible_places_say_why() {
    let page = Page::open("");
    open(&page);
    let before = nodes(&page);
    let from = node_point(&page, "Fulfil order", 0.3);
    mouse(&page, "mousePressed", from);
    mouse(&page, "mouseMoved", (from.0 + 20.0, from.1 + 6.0));
    let inside = node_point(&page, "Reserve item", 0.95);
    mouse(&page, "mouseMoved", inside);
    page.wait_for(".drop-layer .drop-spot[data-kind='possible']");
    page.wait_for_text(".drag-words", "Fulfil order can't be moved into itself.");
    page.press(&[], Key::Escape.into());
    page.wait_until_gone(".drag-ghost");
    mouse(&page, "mouseReleased", inside);
    page.settle();
    assert_eq!(nodes(&page), before);
    page.press(&[Key::Control], 'z');
    page.settle();
    assert_eq!(nodes(&page), before, "no step was made");
    page.assert_clean();
}

#[test]
fn a_finger_drags_from_the_palette_to_the_graph() {
    let page = Page::open_as("", Viewport::PHONE, Scheme::Light);
    page.devtools("Emulation.setTouchEmulationEnabled", json!({"enabled": true, "maxTouchPoints": 2}));
    page.reload();
    page.wait_for("g.node");
    page.press(&[Key::Alt], '9');
    page.wait_for(".block");
    page.settle();
    let from = row(&page, "Wait", ".block-handle");
    let touch = |kind: &str, point: Option<(f64, f64)>| {
        let points: Vec<Value> = point.into_iter().map(|(x, y)| json!({"x": x, "y": y})).collect();
        page.devtools("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
    };
    touch("touchStart", Some(from));
    touch("touchMove", Some((from.0 - 12.0, from.1 + 4.0)));
    page.wait_for(".drag-ghost");
    page.settle();
    let to = between(&page, "Validate order", "Choose payment");
    touch("touchMove", Some((to.0 - 8.0, to.1)));
    touch("touchMove", Some(to));
    page.wait_for_text(".drag-words", "Between Validate order and Choose payment");
    touch("touchEnd", None);
    wait_for_node(&page, "/States/Wait");
    page.assert_clean();
}

#[test]
fn a_selection_is_kept_as_a_block() {
    let page = Page::open("");
    open(&page);
    page.click("g.node[data-name='Charge card']");
    page.press(&[Key::Shift], Key::F10.into());
    page.script(
        "[...document.querySelectorAll('.menu-item')].find(item => item.innerText.includes('Save as a block')).click()",
    );
    // It has the name of the state, which typing replaces.
    let mark = "const field = document.querySelector('#block-name');
         return field === document.activeElement && [field.value, field.selectionStart, field.selectionEnd]";
    page.wait_for_value(mark, &json!(["Charge card", 0, 11]));
    page.keys("Chrage");
    page.press(&[], Key::Enter.into());
    row(&page, "Chrage", ".block");
    // What another tab has saved meanwhile stays.
    page.script(
        "const kept = JSON.parse(localStorage.getItem('stepglass.blocks'));
         kept.push({ ...kept[0], name: 'Of another tab' });
         localStorage.setItem('stepglass.blocks', JSON.stringify(kept))",
    );
    page.click("button[aria-label='Rename the block Chrage']");
    page.wait_for_value(mark, &json!(["Chrage", 0, 6]));
    page.keys("Charge");
    page.press(&[], Key::Enter.into());
    row(&page, "Of another tab", ".block");
    let added = row(&page, "Charge", ".block");
    page.drag(added, between(&page, "Notify customer", "Order fulfilled"));
    wait_for_node(&page, "/States/Charge card 2");
    page.reload();
    page.wait_for(".block");
    row(&page, "Charge", ".block");
    let remove = "button[aria-label='Remove the block Charge']";
    page.click(remove);
    page.wait_until_gone(remove);
    page.script(
        "[...document.querySelectorAll('.toast button')].find(one => one.innerText === 'Undo').click()",
    );
    page.wait_for(remove);
    page.click(remove);
    page.wait_until_gone(remove);
    page.reload();
    page.wait_for(".block");
    row(&page, "Of another tab", ".block");
    assert_eq!(page.count(remove), 0);
    page.assert_clean();
}

#[test]
fn the_first_block_takes_the_place_of_what_held_the_workflow_open() {
    let page = Page::open("");
    open(&page);
    page.press(&[Key::Alt], 'n');
    wait_for_node(&page, "/States/Start here");
    page.fill("#palette-search", "wait");
    page.press(&[], Key::Enter.into());
    wait_for_node(&page, "/States/Wait");
    assert_eq!(nodes(&page), ["/States/Wait"]);
    page.press(&[Key::Control], 'z');
    page.until("the state to be back", || (nodes(&page) == ["/States/Start here"]).then_some(()));
    // Who has selected it means it.
    page.click("g.node");
    page.wait_for("g.node.selected");
    page.fill("#palette-search", "wait");
    page.press(&[], Key::Enter.into());
    page.until("both states", || (nodes(&page) == ["/States/Start here", "/States/Wait"]).then_some(()));
    page.assert_clean();
}
