//! With fingers: taps, swipes and drags; what is typed comes from the keyboard of the screen.

use std::time::Duration;

use e2e::Page;
use serde_json::{Value, json};

use crate::hands::{self, Control, Hands};
use crate::pointing::{Pane, Pointing};

pub struct Touch<'p> {
    pub page: &'p Page,
    /// Whether the screen is that of a phone, where one part of the page has it all.
    pub is_phone: bool,
}

impl Touch<'_> {
    fn send(&self, kind: &str, at: Option<(f64, f64)>) {
        let points: Vec<Value> = at.into_iter().map(|(x, y)| json!({"x": x, "y": y})).collect();
        self.page.devtools("Input.dispatchTouchEvent", json!({"type": kind, "touchPoints": points}));
    }

    fn tap(&self, at: (f64, f64)) {
        self.send("touchStart", Some(at));
        self.send("touchEnd", None);
    }

    fn mark_focused(&self) {
        self.page.script("return document.activeElement.select()");
    }
}

impl Pointing for Touch<'_> {
    const BLOCK: &'static str = ".block-handle";

    fn page(&self) -> &Page {
        self.page
    }

    fn show(&self, pane: Pane) {
        if !self.is_phone {
            return;
        }
        let title = match pane {
            Pane::Palette => "Add",
            Pane::Graph => "Graph",
            Pane::Inspector => "Details",
        };
        let button = format!(
            "[...document.querySelectorAll('.pane-button')].find((button) => button.innerText.trim() === '{title}')"
        );
        let is_shown = format!("return {button}?.getAttribute('aria-pressed') ?? null");
        if self.page.script(&is_shown) != json!("true") {
            self.tap(hands::middle(self.page, title, &button));
            self.page.wait_for_value(&is_shown, &json!("true"));
        }
    }

    fn hit(&self, at: (f64, f64)) {
        self.tap(at);
    }

    fn drag(&self, from: (f64, f64), to: (f64, f64), words: &str, said: &str) {
        self.send("touchStart", Some(from));
        for part in [0.1, 0.3, 0.6, 0.9, 1.0] {
            self.send("touchMove", Some((from.0 + (to.0 - from.0) * part, from.1 + (to.1 - from.1) * part)));
        }
        self.page.wait_for_text(words, said);
        self.send("touchEnd", None);
    }

    /// Swipes over the inspector until a control is in sight.
    fn scroll_to(&self, control: &Control) -> (f64, f64) {
        hands::bring_into_sight(self.page, control, |(x, y), down| {
            let way = down.clamp(-240.0, 240.0);
            let start = y + way / 2.0;
            self.send("touchStart", Some((x, start)));
            for part in [0.1, 0.3, 0.6, 0.8, 0.95, 1.0] {
                self.send("touchMove", Some((x, start - way * part)));
            }
            // A finger that rests before it leaves lets nothing glide on: a tap on what glides would only stop it.
            self.page.pause(Duration::from_millis(60));
            self.send("touchMove", Some((x, start - way)));
            self.send("touchEnd", None);
            self.page.settle();
        })
    }

    fn port(&self, name: &str, port: &str) -> (f64, f64) {
        self.select(name);
        let port = format!("document.querySelector('.port-dot[data-port=\"{port}\"] .port-disc')");
        hands::middle(self.page, "a port", &port)
    }

    fn ask_for_target(&self, port: (f64, f64)) {
        self.tap(port);
    }

    fn mark_search(&self) {
        // The field marks what was searched for before when it gets the focus.
        self.tap(hands::middle(
            self.page,
            "the ground beside it",
            "document.querySelector('.palette-glass')",
        ));
        self.tap(hands::middle(self.page, "the search", "document.querySelector('#palette-search')"));
        self.page.wait_for_value("return document.activeElement?.id ?? null", &json!("palette-search"));
        self.mark_focused();
    }

    fn mark_name(&self) {
        self.tap(hands::middle(self.page, "the name", "document.querySelector('.inspector .form-title')"));
        self.page.wait_for_value(
            "return document.activeElement?.classList.contains('form-title') ?? false",
            &json!(true),
        );
        self.mark_focused();
    }

    fn focus(&self, control: &Control) {
        let element = control.element();
        self.page.until("the focus", || {
            self.tap(self.scroll_to(control));
            (self.page.script(&format!("return document.activeElement === {element}")) == json!(true))
                .then_some(())
        });
    }

    fn mark(&self, control: &Control) {
        self.focus(control);
        self.mark_focused();
    }
}
