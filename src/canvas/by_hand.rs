//! States and transitions are drawn by hand, not by a view each.
//!
//! They come and go while the picture is moved, many a second. A view costs an effect an attribute, which is ten times
//! what the browser needs for the element. So elements are copies of a template, and one effect draws all of a state
//! and changes what has changed.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use leptos::prelude::*;
use leptos::svg;
use wasm_bindgen::JsCast;

use super::near::Paced;
use crate::platform::dom;

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
    /// One element a line: blanks for how deep it is in the first one, its name, its class in a style sheet, and the
    /// names and values of attributes.
    pub fn new(sheet: &str, lines: &[&str]) -> Template {
        let mut open: Vec<Part> = Vec::new();
        for line in lines {
            let mut words = line.split_ascii_whitespace();
            let (Some(name), Some(class)) = (words.next(), words.next()) else { continue };
            let document = dom::document();
            let part = Part(document.and_then(|document| document.create_element_ns(Some(SVG), name).ok()));
            part.set("class", &format!("{class} {sheet}"));
            while let (Some(name), Some(value)) = (words.next(), words.next()) {
                part.set(name, value);
            }
            open.truncate(line.bytes().take_while(u8::is_ascii_whitespace).count());
            if let Some(around) = open.last() {
                around.append(&part);
            }
            open.push(part);
        }
        Template(open.into_iter().next().unwrap_or(Part(None)))
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

    fn append(&self, part: &Part) {
        if let (Some(element), Some(part)) = (&self.0, &part.0) {
            let _ = element.append_child(part);
        }
    }
}

/// Keeps a drawing a key in a group, in the order of a list.
pub fn keep_drawn<K>(group: NodeRef<svg::G>, keys: Memo<Paced<K>>, draw: impl Fn(&K) -> Drawing + 'static)
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
{
    let owner = Owner::current().unwrap_or_default();
    let drawn = RefCell::new((HashMap::<K, Drawing>::new(), Vec::<K>::new()));
    Effect::new(move |_| {
        let Some(group) = group.get() else { return };
        let Ok(mut drawn) = drawn.try_borrow_mut() else { return };
        let (drawings, order) = &mut *drawn;
        let items: Vec<K> = keys.with(|keys| keys.items.iter().map(|item| item.key.clone()).collect());
        let wanted: HashSet<&K> = items.iter().collect();
        drawings.retain(|key, drawing| {
            let stays = wanted.contains(key);
            if let (false, Some(element)) = (stays, &drawing.element.0) {
                element.remove();
            }
            stays
        });
        order.retain(|key| wanted.contains(key));
        // From the end: each stands before the one that comes after it.
        let mut next: Option<web_sys::Node> = None;
        for key in items.iter().rev() {
            let is_in_place = order.last() == Some(key);
            if is_in_place {
                order.pop();
            } else if drawings.contains_key(key) {
                order.retain(|known| known != key);
            }
            let drawing = drawings.entry(key.clone()).or_insert_with(|| untrack(|| owner.with(|| draw(key))));
            let element = drawing.element.0.as_ref().and_then(|element| element.dyn_ref::<web_sys::Node>());
            if let (false, Some(element)) = (is_in_place, element) {
                let _ = group.insert_before(element, next.as_ref());
            }
            next = element.cloned();
        }
        *order = items;
    });
}
