//! The outline beside the picture, and the order on the canvas that is given by hand.

use e2e::{Axe, Page, Scheme, Viewport};
use fantoccini::key::Key;
use serde_json::{Value, json};

const ACTIVE: &str = "const tree = document.getElementById('outline-tree');
     const row = document.getElementById(tree.getAttribute('aria-activedescendant'));";

fn open(viewport: Viewport) -> Page {
    let page = Page::open_as("", viewport, Scheme::Light);
    e2e::scenes::started(&page);
    page.wait_for("g.node");
    page
}

/// The row that has the keys: an attribute of it.
fn active(page: &Page, attribute: &str) -> Value {
    page.script(&format!("{ACTIVE} return row?.getAttribute('{attribute}') ?? null"))
}

fn wait_for_active(page: &Page, start: &str) {
    page.until(&format!("{start:?} to have the keys"), || {
        active(page, "aria-label").as_str().filter(|label| label.starts_with(start)).map(|_| ())
    });
}

fn labels(page: &Page) -> Vec<String> {
    let labels = page.script(
        "return [...document.querySelectorAll('#outline-tree [role=treeitem]')].map(row => row.getAttribute('aria-label'))",
    );
    labels.as_array().into_iter().flatten().filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

#[test]
fn the_outline_is_walked_by_keys_and_says_what_the_picture_shows() {
    let page = open(Viewport::DESKTOP);
    page.press(&[Key::Alt], '0');
    page.wait_for_value("return document.activeElement?.id", &json!("outline-tree"));
    assert_eq!(page.attribute("#outline-tree", "role").as_deref(), Some("tree"));
    page.press(&[], Key::Home.into());
    wait_for_active(&page, "Validate order, Task state, leads to Choose payment, Notify rejection");
    assert_eq!(active(&page, "aria-level"), json!("1"));
    // Letters find a state.
    page.keys("ful");
    wait_for_active(&page, "Fulfil order, Parallel state");
    assert_eq!(active(&page, "aria-expanded"), json!("true"));
    // What has the keys is selected.
    page.wait_for_value(
        "return document.querySelector('.inspector .form-title')?.value",
        &json!("Fulfil order"),
    );
    let all = labels(&page).len();
    page.press(&[], Key::Left.into());
    page.until("the state to be closed", || (active(&page, "aria-expanded") == json!("false")).then_some(()));
    assert!(labels(&page).len() + 4 < all + 1, "{:?}", labels(&page));
    page.press(&[], Key::Right.into());
    page.press(&[], Key::Right.into());
    wait_for_active(&page, "Branch 1 of 2");
    assert_eq!(active(&page, "aria-level"), json!("2"));
    page.press(&[], Key::Right.into());
    wait_for_active(&page, "Reserve items, Map state");
    assert_eq!(active(&page, "aria-level"), json!("3"));
    page.press(&[], Key::Left.into());
    page.press(&[], Key::Left.into());
    wait_for_active(&page, "Branch 1 of 2");
    page.press(&[], Key::End.into());
    wait_for_active(&page, "Order rejected, Fail state");
    // A run is told, too.
    page.press(&[Key::Control], Key::Enter.into());
    page.wait_for_text("[data-testid=status]", "Succeeded");
    page.press(&[Key::Alt], 'd');
    page.press(&[Key::Alt], '0');
    page.wait_for("#outline-tree");
    page.until("the status in the outline", || {
        let labels = labels(&page);
        labels
            .iter()
            .any(|label| label == "Reserve item, Task state. Succeeded, entered 2 times")
            .then_some(())
    });
    page.assert_clean();
}

#[test]
fn what_is_selected_in_the_picture_is_shown_in_the_outline() {
    let page = open(Viewport::TABLET);
    page.press(&[Key::Alt], '0');
    page.wait_for_value("return document.activeElement?.id", &json!("outline-tree"));
    page.keys("f");
    wait_for_active(&page, "Fulfil order");
    page.press(&[], Key::Left.into());
    page.until("the state to be closed", || (active(&page, "aria-expanded") == json!("false")).then_some(()));
    // It is opened for what is inside of it.
    page.script(
        "document.querySelector(\"g.node[data-name='Reserve item']\").dispatchEvent(new MouseEvent('click', { bubbles: true }))",
    );
    wait_for_active(&page, "Reserve item, Task state");
    assert_eq!(active(&page, "aria-selected"), json!("true"));
    // Enter goes to the picture.
    page.click("#outline-tree");
    page.press(&[], Key::Home.into());
    wait_for_active(&page, "Validate order");
    page.press(&[], Key::Enter.into());
    page.wait_for_value("return document.activeElement?.dataset?.name", &json!("Validate order"));
    page.assert_clean();
}

fn x_of(page: &Page, name: &str) -> f64 {
    let script =
        format!("return document.querySelector(\"g.node[data-name='{name}']\").getBoundingClientRect().x");
    page.script(&script).as_f64().unwrap_or_default()
}

#[test]
fn branches_change_places_on_the_canvas_and_nowhere_else() {
    let page = open(Viewport::DESKTOP);
    let path = e2e::workspace().join("assets/examples/order-processing/workflow.asl.json");
    let before = std::fs::read_to_string(path).unwrap();
    page.script("document.querySelector(\"g.node[data-name='Create invoice']\").focus()");
    page.wait_for_value(
        "return document.querySelector('.inspector .form-title')?.value",
        &json!("Create invoice"),
    );
    assert!(x_of(&page, "Reserve items") < x_of(&page, "Create invoice"));
    page.press(&[Key::Alt, Key::Shift], Key::Left.into());
    let is_moved = |page: &Page| x_of(page, "Create invoice") < x_of(page, "Reserve items");
    page.until("the branches to change places", || is_moved(&page).then_some(()));
    // Kept beside the definition.
    page.until("the order to be kept", || {
        let kept = page.script(
            "const id = sessionStorage.getItem('stepglass.draft');
             return localStorage.getItem('stepglass.draft.' + id)?.includes('Branches/1') ?? false",
        );
        (kept == true).then_some(())
    });
    assert_eq!(page.kept_definition(), before);
    page.reload();
    e2e::scenes::started(&page);
    page.wait_for("g.node[data-name='Create invoice']");
    assert!(is_moved(&page));
    // There is nothing further on this side.
    page.script("document.querySelector(\"g.node[data-name='Create invoice']\").focus()");
    page.press(&[Key::Alt, Key::Shift], Key::Left.into());
    page.wait_for_text(".app", "Nothing stands to its left");
    page.press(&[Key::Control], 'k');
    page.wait_for(".palette-dialog[open] input");
    page.keys("Reset the order");
    page.wait_for_text(".palette-dialog[open] [role=option]", "Reset the order");
    page.press(&[], Key::Enter.into());
    page.until("the order of the definition", || (!is_moved(&page)).then_some(()));
    assert_eq!(page.kept_definition(), before);
    page.assert_clean();
}

#[test]
fn states_side_by_side_change_places() {
    let page = open(Viewport::DESKTOP);
    assert!(x_of(&page, "Notify customer") < x_of(&page, "Notify rejection"));
    page.script("document.querySelector(\"g.node[data-name='Notify customer']\").focus()");
    page.press(&[Key::Alt, Key::Shift], Key::Right.into());
    page.until("the states to change places", || {
        (x_of(&page, "Notify customer") > x_of(&page, "Notify rejection")).then_some(())
    });
    page.assert_clean();
}

/// What axe-core finds in the outline, and in each part of the page on a phone. Skipped where it is not installed.
#[test]
fn the_outline_and_a_phone_break_no_accessibility_rule() {
    let Some(axe) = Axe::load() else { return };
    for (viewport, scheme) in [(Viewport::DESKTOP, Scheme::Light), (Viewport::PHONE, Scheme::Dark)] {
        let page = Page::open_as("", viewport, scheme);
        e2e::scenes::started(&page);
        page.wait_for("g.node");
        // The outline, the graph, the definition and the problems.
        for key in ['0', '1', '2', '8'] {
            page.press(&[Key::Alt], key);
            page.settle();
            if key == '0' {
                page.wait_for("#outline-tree [role=treeitem]");
            }
            assert_eq!(axe.violations(&page), Vec::<String>::new(), "{viewport:?} {scheme:?} Alt+{key}");
        }
    }
}
