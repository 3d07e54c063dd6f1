//! What mouse and fingers do alike: they hit places on the screen, drag between them, and type into what they marked.

use e2e::Page;
use fantoccini::key::Key;

use crate::hands::{self, Block, Control, Hands, Place};

/// A part of the page, which has all of it on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pane {
    Palette,
    Graph,
    Inspector,
}

/// Hands that point at what they mean.
pub trait Pointing {
    /// What of a block is taken hold of.
    const BLOCK: &'static str;

    fn page(&self) -> &Page;

    /// Goes to a part of the page, where not all of them are in sight.
    fn show(&self, _pane: Pane) {}

    /// A click, or a tap.
    fn hit(&self, at: (f64, f64));

    /// Drags until the page says what letting go would do, and lets go.
    fn drag(&self, from: (f64, f64), to: (f64, f64), words: &str, said: &str);

    /// Scrolls the inspector until a control is in sight.
    fn scroll_to(&self, control: &Control) -> (f64, f64);

    /// The handle of a state from which a way is drawn.
    fn port(&self, name: &str, port: &str) -> (f64, f64);

    /// Asks for a list of where a handle's way could lead.
    fn ask_for_target(&self, port: (f64, f64));

    /// Marks all that stands in the palette's search.
    fn mark_search(&self);

    /// Marks the selected state's name in its form.
    fn mark_name(&self);

    /// Gives a control the focus.
    fn focus(&self, control: &Control);

    /// Marks all that stands in a field.
    fn mark(&self, control: &Control);

    /// Shows the whole graph.
    fn fit(&self) {
        self.show(Pane::Graph);
        let fit = "document.querySelector('#stage button[aria-label^=\"Zoom to fit\"]')";
        self.hit(hands::middle(self.page(), "the button that shows all", fit));
        hands::wait_for_rest(self.page());
    }

    fn draw_way(&self, from: &str, port: &str, to: &str) {
        let port = self.port(from, port);
        self.drag(port, hands::on_node(self.page(), to, 0.5), ".connect-hint", &format!("Connect to {to}"));
        hands::wait_for_rest(self.page());
    }
}

impl<P: Pointing> Hands for P {
    fn page(&self) -> &Page {
        Pointing::page(self)
    }

    fn begin(&self) {
        let page = Pointing::page(self);
        let button = "document.querySelector('button[aria-label=\"New workflow\"]')";
        self.hit(hands::middle(page, "the button", button));
        page.wait_for(&hands::node("Start here"));
        hands::wait_for_rest(page);
    }

    fn put(&self, block: Block, place: Place) {
        let page = Pointing::page(self);
        self.fit();
        self.show(Pane::Palette);
        self.mark_search();
        hands::insert(page, block.search);
        let before = hands::names(page);
        let from = hands::middle(page, block.title, &hands::row(block.title, P::BLOCK));
        let (to, said) = hands::target(page, place);
        self.drag(from, to, ".drag-words", &said);
        hands::wait_for_new(page, &before);
        hands::wait_for_rest(page);
    }

    fn name(&self, name: &str) {
        self.show(Pane::Inspector);
        self.mark_name();
        hands::insert(Pointing::page(self), &format!("{name}\n"));
        hands::wait_for_selected(Pointing::page(self), name);
    }

    fn select(&self, name: &str) {
        self.fit();
        self.hit(hands::on_node(Pointing::page(self), name, 0.4));
        hands::wait_for_selected(Pointing::page(self), name);
    }

    fn catch(&self, from: &str, to: &str) {
        self.draw_way(from, "NewCatcher", to);
    }

    fn catch_in_new_fail(&self, from: &str, name: &str) {
        let page = Pointing::page(self);
        self.ask_for_target(self.port(from, "NewCatcher"));
        page.wait_for(".target-field");
        hands::insert(page, name);
        let row = "[...document.querySelectorAll('.target')].find((row) => row.innerText.includes('A new Fail state'))";
        self.hit(hands::middle(page, "the row of a new state", row));
        hands::wait_for_selected(page, name);
        hands::wait_for_rest(page);
    }

    fn lead_first_rule(&self, from: &str, to: &str) {
        self.draw_way(from, "Way(Choice(0))", to);
    }

    fn press(&self, control: &Control) {
        self.show(Pane::Inspector);
        hands::wait_for_click(Pointing::page(self), control, || self.hit(self.scroll_to(control)));
    }

    fn fill(&self, control: &Control, text: &str) {
        self.show(Pane::Inspector);
        self.mark(control);
        hands::insert(Pointing::page(self), text);
    }

    fn choose(&self, control: &Control, option: &str) {
        self.show(Pane::Inspector);
        self.scroll_to(control);
        // The list is the browser's own, outside of the page: the driver chooses in it.
        hands::choose(Pointing::page(self), control, option);
    }

    fn write_json(&self, control: &Control, text: &str) {
        self.show(Pane::Inspector);
        self.focus(control);
        Pointing::page(self).press(&[Key::Control], 'a');
        hands::insert(Pointing::page(self), text);
    }

    fn open_first(&self, list: &[&str]) {
        self.show(Pane::Inspector);
        if let Some(toggle) = hands::closed_first(Pointing::page(self), list) {
            self.press(&toggle);
        }
    }
}
