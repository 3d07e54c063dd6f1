//! What a person sees if the app panics: what happened, and a way to take the work along.

use std::cell::RefCell;
use std::panic::PanicHookInfo;

use wasm_bindgen::JsValue;
use web_sys::{Document, Element};

thread_local! {
    /// The text that the crash dialog offers; kept apart from the reactive graph, which a panic may leave broken.
    static TEXT: RefCell<(String, String)> = const { RefCell::new((String::new(), String::new())) };
}

/// Remembers the text to offer in case of a crash.
pub fn keep(name: &str, text: &str) {
    TEXT.with(|kept| {
        if let Ok(mut kept) = kept.try_borrow_mut() {
            *kept = (name.to_owned(), text.to_owned());
        }
    });
}

pub fn install() {
    std::panic::set_hook(Box::new(|info| {
        web_sys::console::error_1(&info.to_string().into());
        let _ = show(info);
    }));
}

/// Plain elements and links: nothing here depends on code that may be what has just failed.
fn show(info: &PanicHookInfo<'_>) -> Result<(), JsValue> {
    let document = super::dom::document().ok_or(JsValue::NULL)?;
    if document.get_element_by_id("crash").is_some() {
        return Ok(());
    }
    let add = |parent: &Element, tag: &str, class: &str, text: &str| -> Result<Element, JsValue> {
        let element = document.create_element(tag)?;
        element.set_class_name(class);
        element.set_text_content(Some(text));
        parent.append_child(&element)?;
        Ok(element)
    };
    let body: Element = document.body().ok_or(JsValue::NULL)?.into();
    let cover = add(&body, "div", "crash", "")?;
    cover.set_id("crash");
    cover.set_attribute("role", "alertdialog")?;
    cover.set_attribute("aria-modal", "true")?;
    cover.set_attribute("aria-labelledby", "crash-title")?;
    let card = add(&cover, "div", "crash-card", "")?;
    add(&card, "h2", "", "Stepglass has crashed")?.set_id("crash-title");
    add(
        &card,
        "p",
        "",
        "This is a fault of the program. Your work is kept in this browser and comes back when you reload; to be safe, save the definition first.",
    )?;
    let pre = add(&card, "pre", "", &info.to_string())?;
    pre.set_attribute("tabindex", "0")?;
    let actions = add(&card, "div", "crash-actions", "")?;
    let reload = add(&actions, "a", "button primary", "Reload")?;
    reload.set_attribute("href", &address(&document))?;
    let (name, text) = TEXT.with(|kept| kept.try_borrow().map(|kept| kept.clone()).unwrap_or_default());
    if !text.is_empty() {
        let save = add(&actions, "a", "button", "Save the definition")?;
        save.set_attribute("href", &super::files::object_url(&text)?)?;
        save.set_attribute("download", &name)?;
    }
    if let Some(link) =
        super::dom::document().and_then(|document| document.query_selector("#crash a").ok()?)
    {
        let link: &web_sys::HtmlElement = wasm_bindgen::JsCast::unchecked_ref(&link);
        link.focus()?;
    }
    Ok(())
}

/// The page's own address without its fragment, so that the link loads it anew.
fn address(document: &Document) -> String {
    let location = document.location();
    location.and_then(|location| location.pathname().ok()).unwrap_or_else(|| "./".to_owned())
}
