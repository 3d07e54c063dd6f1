//! With the mouse; the keyboard only types what stands in fields.

use e2e::Page;
use serde_json::json;

use crate::hands::{self, Control, Hands};
use crate::pointing::Pointing;

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
}

impl Pointing for Mouse<'_> {
    const BLOCK: &'static str = ".block";

    fn page(&self) -> &Page {
        self.0
    }

    fn hit(&self, at: (f64, f64)) {
        self.click(at);
    }

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

    fn port(&self, name: &str, port: &str) -> (f64, f64) {
        self.select(name);
        self.fit();
        self.send("mouseMoved", hands::on_node(self.0, name, 0.4), 0);
        let port = format!("document.querySelector('.port-dot[data-port=\"{port}\"] .port-disc')");
        hands::middle(self.0, "a port", &port)
    }

    fn ask_for_target(&self, port: (f64, f64)) {
        let ground = "return (() => {
            const rect = document.querySelector('.viewport').getBoundingClientRect();
            return [rect.x + 30, rect.y + 60] })()";
        let ground = hands::point(self.0, "the ground", ground);
        self.drag(port, ground, ".connect-hint", "or here to choose or add one");
    }

    fn mark_search(&self) {
        self.click_thrice(hands::middle(self.0, "the search", "document.querySelector('#palette-search')"));
    }

    fn mark_name(&self) {
        let title = "document.querySelector('.inspector .form-title')";
        self.click_thrice(hands::middle(self.0, "the name", title));
    }

    fn focus(&self, control: &Control) {
        self.click(self.scroll_to(control));
    }

    fn mark(&self, control: &Control) {
        self.click_thrice(self.scroll_to(control));
    }
}
