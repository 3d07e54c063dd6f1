//! States and transitions are drawn by hand, not by a view each.
//!
//! They come and go while the picture is moved, many a second. A view costs an effect an attribute, which is ten times
//! what the browser needs for the element. So one effect draws all of a state, with the browser's parser, and changes
//! what has changed.

use std::borrow::Cow;
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
    effect: Option<Box<dyn std::any::Any>>,
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

    pub fn set_or_remove(&self, name: &str, value: Option<&str>) {
        match (value, &self.0) {
            (Some(value), _) => self.set(name, value),
            (None, Some(element)) => {
                let _ = element.remove_attribute(name);
            }
            (None, None) => {}
        }
    }

    /// Texts in it have to be [`escaped`].
    pub fn set_inner_html(&self, markup: &str) {
        if let Some(element) = &self.0 {
            element.set_inner_html(markup);
        }
    }
}

impl Drawing {
    /// A group with this in it, in which texts have to be [`escaped`].
    pub fn group(markup: &str) -> Drawing {
        let element = dom::document().and_then(|document| document.create_element_ns(Some(SVG), "g").ok());
        let element = Part(element);
        element.set_inner_html(markup);
        Drawing { element, effect: None }
    }

    /// Its first children.
    pub fn parts<const COUNT: usize>(&self) -> [Part; COUNT] {
        let mut next = self.element.0.as_ref().and_then(web_sys::Element::first_element_child);
        std::array::from_fn(|_| {
            let part = next.take();
            next = part.as_ref().and_then(web_sys::Element::next_element_sibling);
            Part(part)
        })
    }

    /// With what keeps it true; it is given what it answered the last time.
    pub fn following<T: 'static>(mut self, follow: impl FnMut(Option<T>) -> T + 'static) -> Drawing {
        self.effect = Some(Box::new(RenderEffect::new(follow)));
        self
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

/// A text as it may stand in markup.
pub fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '"']) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"))
}
