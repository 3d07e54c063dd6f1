//! With fingers: taps, swipes and drags; what is typed comes from the keyboard of the screen.

use e2e::Page;
use serde_json::{Value, json};

use crate::hands::{self, Block, Control, Hands, Place};

pub struct Touch<'p>(pub &'p Page);

impl Touch<'_> {
    fn send(&self, kind: &str, at: Option<(f64, f64)>) {
        let points: Vec<Value> = at.into_iter().map(|(x, y)| json!({"x": x, "y": y})).collect();
        self.0.devtools("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
    }

    fn tap(&self, at: (f64, f64)) {
        self.send("touchStart", Some(at));
        self.send("touchEnd", None);
    }

    /// Drags until the page says what letting go would do, and lets go.
    fn drag(&self, from: (f64, f64), to: (f64, f64), words: &str, said: &str) {
        self.send("touchStart", Some(from));
        for part in [0.1, 0.3, 0.6, 0.9, 1.0] {
            self.send("touchMove", Some((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)));
        }
        self.0.wait_for_text(words, said);
        self.send("touchEnd", None);
    }

    /// Swipes over the inspector until a control is in sight.
    fn scroll_to(&self, control: &Control) -> (f64, f64) {
        hands::bring_into_sight(self.0, control, |(x, y), down| {
            let way = down.clamp(-240.0, 240.0);
            let start = y + way / 2.0;
            self.send("touchStart", Some((x, start)));
            for part in [0.1, 0.3, 0.6, 0.8, 0.95, 1.0] {
                self.send("touchMove", Some((x, start - way * part)));
            }
            self.send("touchEnd", None);
            self.0.settle();
        })
    }

    fn fit(&self) {
        let fit = "document.querySelector('#stage button[aria-label^=\"Zoom to fit\"]')";
        self.tap(hands::middle(self.0, "the button that shows all", fit));
        hands::wait_for_rest(self.0);
    }

    /// The handle of a selected state from which a way is drawn.
    fn port(&self, name: &str, port: &str) -> (f64, f64) {
        self.select(name);
        let port = format!("document.querySelector('.port-dot[data-port=\"{port}\"] .port-disc')");
        hands::middle(self.0, "a port", &port)
    }
}

impl Hands for Touch<'_> {
    fn page(&self) -> &Page {
        self.0
    }

    fn begin(&self) {
        self.tap(hands::middle(
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
        // The field marks what was searched for before when it gets the focus.
        self.tap(hands::middle(page, "the ground beside it", "document.querySelector('.palette-glass')"));
        self.tap(hands::middle(page, "the search", "document.querySelector('#palette-search')"));
        page.wait_for_value("return document.activeElement?.id ?? null", &json!("palette-search"));
        page.script("return document.activeElement.select()");
        hands::insert(page, block.search);
        let before = hands::names(page);
        let from = hands::middle(page, block.title, &hands::row(block.title, ".block-handle"));
        let (to, said) = hands::target(page, place);
        self.drag(from, to, ".drag-words", &said);
        hands::wait_for_new(page, &before);
        hands::wait_for_rest(page);
    }

    fn name(&self, name: &str) {
        let page = self.0;
        self.tap(hands::middle(page, "the name", "document.querySelector('.inspector .form-title')"));
        page.wait_for_value(
            "return document.activeElement?.classList.contains('form-title') ?? false",
            &json!(true),
        );
        page.script("return document.activeElement.select()");
        hands::insert(page, &format!("{name}\n"));
        hands::wait_for_selected(page, name);
    }

    fn select(&self, name: &str) {
        self.fit();
        self.tap(hands::on_node(self.0, name, 0.4));
        hands::wait_for_selected(self.0, name);
    }

    fn catch(&self, from: &str, to: &str) {
        let port = self.port(from, "NewCatcher");
        self.drag(port, hands::on_node(self.0, to, 0.5), ".connect-hint", &format!("Connect to {to}"));
        hands::wait_for_rest(self.0);
    }

    fn catch_in_new_fail(&self, from: &str, name: &str) {
        let page = self.0;
        self.tap(self.port(from, "NewCatcher"));
        page.wait_for(".target-field");
        hands::insert(page, name);
        let row = "[...document.querySelectorAll('.target')].find((row) => row.innerText.includes('A new Fail state'))";
        self.tap(hands::middle(page, "the row of a new state", row));
        hands::wait_for_selected(page, name);
        hands::wait_for_rest(page);
    }

    fn lead_first_rule(&self, from: &str, to: &str) {
        let port = self.port(from, "Way(Choice(0))");
        self.drag(port, hands::on_node(self.0, to, 0.5), ".connect-hint", &format!("Connect to {to}"));
        hands::wait_for_rest(self.0);
    }

    fn press(&self, control: &Control) {
        self.tap(self.scroll_to(control));
    }

    fn fill(&self, control: &Control, text: &str) {
        self.focus(control);
        self.0.script("return document.activeElement.select()");
        hands::insert(self.0, text);
    }

    fn choose(&self, control: &Control, option: &str) {
        self.scroll_to(control);
        hands::choose(self.0, control, option);
    }

    fn write_json(&self, control: &Control, text: &str) {
        self.focus(control);
        self.0.press(&[fantoccini::key::Key::Control], 'a');
        hands::insert(self.0, text);
    }

    fn open_first(&self, list: &[&str]) {
        if let Some(toggle) = hands::closed_first(self.0, list) {
            self.press(&toggle);
        }
    }
}

impl Touch<'_> {
    fn focus(&self, control: &Control) {
        let element = control.element();
        self.0.until("the focus", || {
            self.tap(self.scroll_to(control));
            (self.0.script(&format!("return document.activeElement === {element}")) == json!(true))
                .then_some(())
        });
    }
}
