//! Elements that are drawn by hand, not by a view each.
//!
//! States come and go while the picture is moved, rows of a list change while it is scrolled, many a second. A view
//! costs an effect an attribute, which is ten times what the browser needs for the element. So elements are copies of a
//! template, and one effect draws all of a thing and changes what has changed.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

use crate::platform::dom;

const HTML: &str = "http://www.w3.org/1999/xhtml";
const SVG: &str = "http://www.w3.org/2000/svg";

/// What is drawn for one key, and what keeps it true.
pub struct Drawing {
    pub element: Part,
    _effect: Box<dyn std::any::Any>,
}

impl Drawing {
    /// With an effect that is given what it answered the last time.
    pub fn following<T: 'static>(element: Part, follow: impl FnMut(Option<T>) -> T + 'static) -> Drawing {
        Drawing { element, _effect: Box::new(RenderEffect::new(follow)) }
    }
}

/// An element that is made once, and copied wherever it is drawn.
pub struct Template(Part);

impl Template {
    /// Of SVG. One element a line: blanks for how deep it is in the first one, its name, its class in a style sheet, and
    /// the names and values of attributes.
    pub fn new(sheet: &str, lines: &[&str]) -> Template {
        Template::of(sheet, lines, true)
    }

    /// As [`Template::new`], of HTML, but for elements `svg` and what is in them.
    pub fn html(sheet: &str, lines: &[&str]) -> Template {
        Template::of(sheet, lines, false)
    }

    fn of(sheet: &str, lines: &[&str], is_svg: bool) -> Template {
        let mut open: Vec<(Part, bool)> = Vec::new();
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            let (Some(name), Some(class)) = (words.next(), words.next()) else { continue };
            open.truncate(line.bytes().take_while(u8::is_ascii_whitespace).count());
            let is_svg = name == "svg" || open.last().map_or(is_svg, |(_, is_svg)| *is_svg);
            let namespace = if is_svg { SVG } else { HTML };
            let document = dom::document();
            let part =
                Part(document.and_then(|document| document.create_element_ns(Some(namespace), name).ok()));
            part.set("class", &format!("{class} {sheet}"));
            while let (Some(name), Some(value)) = (words.next(), words.next()) {
                part.set(name, value);
            }
            if let Some((around, _)) = open.last() {
                around.append(&part);
            }
            open.push((part, is_svg));
        }
        Template(open.into_iter().next().map_or(Part(None), |(part, _)| part))
    }

    pub fn copy(&self) -> Part {
        let copy = self.0.0.as_ref().and_then(|element| element.clone_node_with_deep(true).ok());
        Part(copy.and_then(|copy| copy.dyn_into().ok()))
    }

    /// A copy at the end of a part.
    pub fn add_to(&self, around: &Part) -> Part {
        let copy = self.copy();
        around.append(&copy);
        copy
    }
}

impl From<Part> for Template {
    fn from(part: Part) -> Template {
        Template(part)
    }
}

/// An element of a drawing. What can't be set is left as it was: there is nobody to tell.
#[derive(Clone)]
pub struct Part(Option<web_sys::Element>);

impl Part {
    pub fn set(&self, name: &str, value: &str) {
        if let Some(element) = &self.0 {
            let _ = element.set_attribute(name, value);
        }
    }

    pub fn set_number(&self, name: &str, value: f64) {
        self.set(name, &format!("{value:.1}"));
    }

    pub fn move_to(&self, x: f64, y: f64) {
        self.set("transform", &format!("translate({x:.1} {y:.1})"));
    }

    pub fn remove(&self, name: &str) {
        if let Some(element) = &self.0 {
            let _ = element.remove_attribute(name);
        }
    }

    pub fn style(&self, name: &str, value: &str) {
        if let Some(element) = self.0.as_ref().and_then(|element| element.dyn_ref::<web_sys::HtmlElement>()) {
            let _ = element.style().set_property(name, value);
        }
    }

    /// As [`Part::set_text`], in an element that never has anything but a text: faster.
    pub fn write(&self, text: &str) {
        let Some(element) = &self.0 else { return };
        match element.first_child() {
            Some(known) => known.set_node_value(Some(text)),
            None => element.set_text_content(Some(text)),
        }
    }

    /// In the place of all that is in it.
    pub fn set_text(&self, text: &str) {
        if let Some(element) = &self.0 {
            element.set_text_content(Some(text));
        }
    }

    /// Its first children.
    pub fn parts<const COUNT: usize>(&self) -> [Part; COUNT] {
        let mut next = self.0.as_ref().and_then(web_sys::Element::first_element_child);
        std::array::from_fn(|_| {
            let part = next.take();
            next = part.as_ref().and_then(web_sys::Element::next_element_sibling);
            Part(part)
        })
    }

    pub fn element(&self) -> Option<&web_sys::Element> {
        self.0.as_ref()
    }

    pub fn append(&self, part: &Part) {
        if let (Some(element), Some(part)) = (&self.0, &part.0) {
            let _ = element.append_child(part);
        }
    }
}

impl<E: AsRef<web_sys::Element>> From<&E> for Part {
    fn from(element: &E) -> Part {
        Part(Some(element.as_ref().clone()))
    }
}
