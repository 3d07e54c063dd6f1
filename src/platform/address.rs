//! The part of the page's address after `#`.

use wasm_bindgen::JsValue;

/// The fragment with its `#`; empty where there is none.
pub fn fragment() -> String {
    super::dom::window().and_then(|window| window.location().hash().ok()).unwrap_or_default()
}

/// The whole address with another fragment.
pub fn with_fragment(fragment: &str) -> String {
    let href = super::dom::window().and_then(|window| window.location().href().ok()).unwrap_or_default();
    let page = href.split('#').next().unwrap_or_default();
    if fragment.is_empty() { page.to_owned() } else { format!("{page}#{fragment}") }
}

/// Changes the fragment; as a step that the browser's Back undoes, or in the place of the present one.
pub fn set_fragment(fragment: &str, is_step: bool) {
    let Some(history) = super::dom::window().and_then(|window| window.history().ok()) else { return };
    let address = with_fragment(fragment);
    // Browsers refuse too many changes in a short time; the next one will do.
    let _ = match is_step {
        true => history.push_state_with_url(&JsValue::NULL, "", Some(&address)),
        false => history.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
    };
}

/// Calls back when a person goes back or forward, or edits the address.
pub fn on_change(tell: impl Fn() + 'static) {
    if let Some(window) = super::dom::window() {
        gloo::events::EventListener::new(&window, "hashchange", move |_| tell()).forget();
    }
}
