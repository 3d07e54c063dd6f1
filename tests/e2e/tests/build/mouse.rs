//! With the mouse; the keyboard only types what stands in fields.

use e2e::Page;
use fantoccini::key::Key;
use serde_json::json;

use crate::hands::{self, Block, Control, Hands, Place};

pub struct Mouse<'p>(pub &'p Page);

impl Mouse<'_> {
    fn send(&self, kind: &str, (x, y): (f64, f64), clicks: u32) {
        let buttons = i32::from(kind != "mouseReleased" && clicks > 0);
        let button = if clicks > 0 { "left" } else { "none" };
        self.0.devtools(
            "Input.dispatchMouseEvent",
            json!({"type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": clicks}),
        );
    }

    fn click(&self, at: (f64, f64)) {
        self.send("mouseMoved", at, 0);
        self.send("mousePressed", at, 1);
        self.send("mouseReleased", at, 1);
    }

    /// Marks all that stands in a field.
    fn click_thrice(&self, at: (f64, f64)) {
        self.send("mouseMoved", at, 0);
        for clicks in 1..=3 {
            self.send("mousePressed", at, clicks);
            self.send("mouseReleased", at, clicks);
        }
    }

    /// Drags until the page says what letting go would do, and lets go.
    fn drag(&self, from: (f64, f64), to: (f64, f64), words: &str, said: &str) {
        self.send("mouseMoved", from, 0);
        self.send("mousePressed", from, 1);
        for part in [0.2, 0.6, 0.9, 1.0] {
            self.send("mouseMoved", (from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part), 1);
        }
        self.0.wait_for_text(words, said);
        self.send("mouseReleased", to, 1);
    }

    /// Turns the wheel over the inspector until a control is in sight.
    fn scroll_to(&self, control: &Control) -> (f64, f64) {
        hands::bring_into_sight(self.0, control, |(x, y), down| {
            let wheel = json!({"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": down});
            self.0.devtools("Input.dispatchMouseEvent", wheel);
        })
    }

    fn fit(&self) {
        let fit = "document.querySelector('.stage button[aria-label^=\"Zoom to fit\"], #stage button[aria-label^=\"Zoom to fit\"]')";
        self.click(hands::middle(self.0, "the button that shows all", fit));
        hands::wait_for_rest(self.0);
    }

    /// The handle of a selected state from which a way is drawn.
    fn port(&self, name: &str, port: &str) -> (f64, f64) {
        self.select(name);
        self.fit();
        self.send("mouseMoved", hands::on_node(self.0, name, 0.4), 0);
        let port = format!("document.querySelector('.port-dot[data-port=\"{port}\"] .port-disc')");
        hands::middle(self.0, "a port", &port)
    }
}

impl Hands for Mouse<'_> {
    fn page(&self) -> &Page {
        self.0
    }

    fn begin(&self) {
        self.click(hands::middle(
            self.0,
            "the button",
            "document.querySelector('button[aria-label=\"New workflow\"]')",
        ));
        self.0.wait_for(&hands::node("Start here"));
        hands::wait_for_rest(self.0);
    }

    fn put(&self, block: Block, place: Place) {
        let page = self.0;
        self.fit();
        self.click_thrice(hands::middle(page, "the search", "document.querySelector('#palette-search')"));
        hands::insert(page, block.search);
        let before = hands::names(page);
        let from = hands::middle(page, block.title, &hands::row(block.title, ".block"));
        let (to, said) = hands::target(page, place);
        self.drag(from, to, ".drag-words", &said);
        hands::wait_for_new(page, &before);
        hands::wait_for_rest(page);
    }

    fn name(&self, name: &str) {
        let title = "document.querySelector('.inspector .form-title')";
        self.click_thrice(hands::middle(self.0, "the name", title));
        hands::insert(self.0, &format!("{name}\n"));
        hands::wait_for_selected(self.0, name);
    }

    fn select(&self, name: &str) {
        self.fit();
        self.click(hands::on_node(self.0, name, 0.4));
        hands::wait_for_selected(self.0, name);
    }

    fn catch(&self, from: &str, to: &str) {
        let port = self.port(from, "NewCatcher");
        self.drag(port, hands::on_node(self.0, to, 0.5), ".connect-hint", &format!("Connect to {to}"));
        hands::wait_for_rest(self.0);
    }

    fn catch_in_new_fail(&self, from: &str, name: &str) {
        let page = self.0;
        let port = self.port(from, "NewCatcher");
        let ground = "return (() => {
            const rect = document.querySelector('.viewport').getBoundingClientRect();
            return [rect.x + 30, rect.y + 60] })()";
        let ground = hands::point(page, "the ground", ground);
        self.drag(port, ground, ".connect-hint", "or here to choose or add one");
        page.wait_for(".target-field");
        hands::insert(page, name);
        let row = "[...document.querySelectorAll('.target')].find((row) => row.innerText.includes('A new Fail state'))";
        self.click(hands::middle(page, "the row of a new state", row));
        hands::wait_for_selected(page, name);
        hands::wait_for_rest(page);
    }

    fn lead_first_rule(&self, from: &str, to: &str) {
        let port = self.port(from, "Way(Choice(0))");
        self.drag(port, hands::on_node(self.0, to, 0.5), ".connect-hint", &format!("Connect to {to}"));
        hands::wait_for_rest(self.0);
    }

    fn press(&self, control: &Control) {
        self.click(self.scroll_to(control));
    }

    fn fill(&self, control: &Control, text: &str) {
        self.click_thrice(self.scroll_to(control));
        hands::insert(self.0, text);
    }

    fn choose(&self, control: &Control, option: &str) {
        self.scroll_to(control);
        // The list is the browser's own, outside of the page: the driver chooses in it.
        hands::choose(self.0, control, option);
    }

    fn write_json(&self, control: &Control, text: &str) {
        self.click(self.scroll_to(control));
        self.0.press(&[Key::Control], 'a');
        hands::insert(self.0, text);
    }

    fn open_first(&self, list: &[&str]) {
        if let Some(toggle) = hands::closed_first(self.0, list) {
            self.press(&toggle);
        }
    }
}
