//! The code editor: a JavaScript module that is loaded when first needed.
//!
//! The module counts text in UTF-16 code units, everything here in bytes; this is where one becomes the other.

use js_sys::{Array, Object, Reflect};
use json::Span;
use wasm_bindgen::prelude::*;
use web_sys::{HtmlElement, HtmlMetaElement};

#[wasm_bindgen(
    inline_js = "export function load_module(url) { return import(new URL(url, document.baseURI).href); }"
)]
extern "C" {
    #[wasm_bindgen(catch)]
    async fn load_module(url: &str) -> Result<JsValue, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    type Module;
    #[wasm_bindgen(method, catch)]
    fn create(this: &Module, host: &HtmlElement, options: &Object) -> Result<Handle, JsValue>;

    /// One editor in the page.
    #[derive(Clone)]
    pub type Handle;
    #[wasm_bindgen(method, js_name = setText)]
    fn set_text_js(this: &Handle, text: &str);
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics_js(this: &Handle, diagnostics: &Array);
    #[wasm_bindgen(method)]
    fn select(this: &Handle, from: u32, to: u32);
    #[wasm_bindgen(method)]
    pub fn focus(this: &Handle);
    #[wasm_bindgen(method, js_name = setTheme)]
    pub fn set_theme(this: &Handle, dark: bool);
    #[wasm_bindgen(method)]
    pub fn destroy(this: &Handle);
}

/// A mark in the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    pub span: Span,
    /// `error`, `warning` or `info`.
    pub severity: &'static str,
    pub message: String,
}

/// What an editor tells.
pub struct Listeners {
    /// The person changed the text.
    pub on_change: Box<dyn Fn(String)>,
    /// The person moved the cursor: its offset in bytes.
    pub on_cursor: Box<dyn Fn(usize)>,
}

/// An editor and what keeps its listeners alive.
pub struct Editor {
    handle: Handle,
    text: String,
    _on_change: Closure<dyn FnMut(String, JsValue)>,
    _on_selection: Closure<dyn FnMut(u32, u32)>,
}

impl Editor {
    /// Loads the module where that has not been done and puts an editor into `host`.
    pub async fn open(
        host: &HtmlElement,
        label: &str,
        text: &str,
        dark: bool,
        listeners: Listeners,
    ) -> Result<Editor, String> {
        let failed = |error: JsValue| format!("The code editor could not be loaded: {error:?}");
        let url = module_url().ok_or("The page does not say where the code editor is.")?;
        let module: Module = load_module(&url).await.map_err(failed)?.unchecked_into();
        let Listeners { on_change, on_cursor } = listeners;
        let changed = std::rc::Rc::new(std::cell::RefCell::new(text.to_owned()));
        let current = changed.clone();
        let on_change = Closure::new(move |text: String, _changes: JsValue| {
            if let Ok(mut current) = current.try_borrow_mut() {
                current.clone_from(&text);
            }
            on_change(text);
        });
        let on_selection = Closure::new(move |from: u32, _to: u32| {
            let offset = changed.try_borrow().map(|text| byte_offset(&text, from as usize));
            if let Ok(offset) = offset {
                on_cursor(offset);
            }
        });
        let options = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
        set("text", &text.into()).map_err(failed)?;
        set("label", &label.into()).map_err(failed)?;
        set("dark", &dark.into()).map_err(failed)?;
        set("onChange", on_change.as_ref()).map_err(failed)?;
        set("onSelection", on_selection.as_ref()).map_err(failed)?;
        let handle = module.create(host, &options).map_err(failed)?;
        Ok(Editor { handle, text: text.to_owned(), _on_change: on_change, _on_selection: on_selection })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Shows another text; what is the same stays untouched, and with it the cursor.
    pub fn set_text(&mut self, text: &str) {
        self.text = text.to_owned();
        self.handle.set_text_js(text);
    }

    /// Takes note of what the person has typed.
    pub fn note_text(&mut self, text: &str) {
        self.text = text.to_owned();
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn select(&self, span: Span) {
        let [from, to] = [span.start, span.end].map(|offset| utf16_offset(&self.text, offset) as u32);
        self.handle.select(from, to);
    }

    pub fn set_diagnostics(&self, diagnostics: &[Diagnostic]) {
        let mut offsets = Utf16Offsets::new(&self.text);
        let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
        sorted.sort_by_key(|diagnostic| (diagnostic.span.start, diagnostic.span.end));
        let list = Array::new();
        for diagnostic in sorted {
            let item = Object::new();
            let from = offsets.at(diagnostic.span.start);
            let length = self.text.get(diagnostic.span.range()).map_or(0, |text| text.encode_utf16().count());
            let _ = Reflect::set(&item, &"from".into(), &(from as u32).into());
            let _ = Reflect::set(&item, &"to".into(), &((from + length) as u32).into());
            let _ = Reflect::set(&item, &"severity".into(), &diagnostic.severity.into());
            let _ = Reflect::set(&item, &"message".into(), &diagnostic.message.as_str().into());
            list.push(&item);
        }
        self.handle.set_diagnostics_js(&list);
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        self.handle.destroy();
    }
}

/// Offsets in bytes, asked for in ascending order, as offsets in UTF-16 code units; linear in the text.
struct Utf16Offsets<'t> {
    text: &'t str,
    byte: usize,
    unit: usize,
}

impl<'t> Utf16Offsets<'t> {
    fn new(text: &'t str) -> Utf16Offsets<'t> {
        Utf16Offsets { text, byte: 0, unit: 0 }
    }

    fn at(&mut self, offset: usize) -> usize {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        if let Some(between) = self.text.get(self.byte..offset) {
            self.unit += between.encode_utf16().count();
            self.byte = offset;
        }
        self.unit
    }
}

fn utf16_offset(text: &str, offset: usize) -> usize {
    Utf16Offsets::new(text).at(offset)
}

fn byte_offset(text: &str, unit: usize) -> usize {
    let mut units = 0;
    for (offset, character) in text.char_indices() {
        if units >= unit {
            return offset;
        }
        units += character.len_utf16();
    }
    text.len()
}

fn module_url() -> Option<String> {
    let meta = super::dom::document()?.query_selector("meta[name=editor-module]").ok()??;
    let url = meta.dyn_into::<HtmlMetaElement>().ok()?.content();
    (!url.is_empty()).then_some(url)
}
