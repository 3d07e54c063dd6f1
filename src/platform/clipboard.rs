//! The system's clipboard.

use wasm_bindgen_futures::JsFuture;

/// Puts a text on the clipboard; answers whether the browser allowed it.
pub async fn write(text: String) -> bool {
    let Some(window) = super::dom::window() else {
        return false;
    };
    JsFuture::from(window.navigator().clipboard().write_text(&text)).await.is_ok()
}

/// The clipboard's text; none where the browser or the person refuses.
pub async fn read() -> Option<String> {
    let window = super::dom::window()?;
    JsFuture::from(window.navigator().clipboard().read_text()).await.ok()?.as_string()
}
