//! The second WebAssembly module. A release is split in two (see `tools/split`): what the first picture needs, and the
//! rest, which arrives soon after it.
//!
//! Nothing breaks when a function of the rest is called too early, but the page then stands still until it has been
//! loaded. So what the page does by itself when it starts waits for [`is_complete`], and what a person asks for goes
//! through [`when_complete`].

use js_sys::{Promise, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

thread_local! {
    static IS_COMPLETE: ArcRwSignal<bool> = {
        let signal = ArcRwSignal::new(arrival().is_none());
        let signal_then = signal.clone();
        when_complete(move || signal_then.set(true));
        signal
    };
}

/// Whether all of the program is there; tracked. Always so in a build for development, which is one module.
pub fn is_complete() -> bool {
    IS_COMPLETE.with(Clone::clone).get()
}

/// Does something as soon as all of the program is there: at once, if it is.
pub fn when_complete(act: impl FnOnce() + 'static) {
    let Some(arrival) = arrival() else { return act() };
    leptos::task::spawn_local(async move {
        // It is kept, never broken: what loads the module tries until it has it.
        let _ = JsFuture::from(arrival).await;
        act();
    });
}

/// The promise that the rest arrives; none if it has, or if there is none. Made by `tools/rest-loader.js`.
fn arrival() -> Option<Promise> {
    let rest = get(&js_sys::global(), "stepglassRest")?;
    if get(&rest, "howLoaded").is_some() {
        return None;
    }
    get(&rest, "whenLoaded")?.dyn_into().ok()
}

/// A property that is neither missing nor null.
fn get(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &name.into()).ok().filter(|value| !value.is_null() && !value.is_undefined())
}
