//! The states and transitions of the picture as drawings by hand.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use leptos::prelude::*;
use leptos::svg;
use wasm_bindgen::JsCast;

use super::near::Paced;
use crate::platform::by_hand::Drawing;

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
            if let (false, Some(element)) = (stays, drawing.element.element()) {
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
            let element = drawing.element.element().and_then(|element| element.dyn_ref::<web_sys::Node>());
            if let (false, Some(element)) = (is_in_place, element) {
                let _ = group.insert_before(element, next.as_ref());
            }
            next = element.cloned();
        }
        *order = items;
    });
}
