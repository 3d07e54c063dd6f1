//! The code editor: a JavaScript module that is loaded when first needed.
//!
//! The module counts text in UTF-16 code units, everything here in bytes; this is where one becomes the other.

use std::cell::RefCell;
use std::rc::Rc;

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
    #[wasm_bindgen(method, js_name = replacePart)]
    fn replace_part_js(this: &Handle, from: u32, to: u32, insert: &str, length: u32) -> bool;
    #[wasm_bindgen(method, js_name = setDiagnostics)]
    fn set_diagnostics_js(this: &Handle, diagnostics: &Array);
    #[wasm_bindgen(method, js_name = moveDiagnostics)]
    fn move_diagnostics_js(this: &Handle, places: &[u32]);
    #[wasm_bindgen(method)]
    fn select(this: &Handle, from: u32, to: u32);
    /// The page keeps the text that stands in the editor: its own undo begins with it.
    #[wasm_bindgen(method, js_name = forgetHistory)]
    pub fn forget_history(this: &Handle);
    #[wasm_bindgen(method)]
    pub fn focus(this: &Handle);
    #[wasm_bindgen(method, js_name = setTheme)]
    pub fn set_theme(this: &Handle, dark: bool);
    #[wasm_bindgen(method, js_name = setLanguage)]
    pub fn set_language(this: &Handle, name: &str);
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
    /// The titles of what can be done about it.
    pub fixes: Vec<String>,
}

/// Answers what an editor asks for and what else a person does in it. Offsets are in bytes.
pub trait Assistant {
    /// What can stand at an offset of the text.
    fn complete(&self, text: &str, offset: usize) -> Completions;
    /// What the word at an offset means.
    fn explain(&self, text: &str, offset: usize) -> Option<Explanation>;
    /// The person chose a fix: the position of the diagnostic in the list that was given, and of its fix.
    fn fix(&self, diagnostic: usize, fix: usize);
    /// The person asked for what is named at an offset, or for the next place that names it.
    fn go_to(&self, offset: usize, next: bool);
}

/// What can stand at a place.
#[derive(Default)]
pub struct Completions {
    /// The part of the text that an option takes the place of.
    pub replaces: Span,
    pub options: Vec<CompletionOption>,
}

pub struct CompletionOption {
    pub label: String,
    pub apply: String,
    pub detail: String,
    pub info: String,
    /// Decides on the sign beside it: `property`, `keyword`, `function` and so on.
    pub kind: &'static str,
}

/// What a word means.
pub struct Explanation {
    pub span: Span,
    pub title: String,
    pub text: String,
}

/// What an editor tells.
pub struct Listeners {
    /// The person changed the text.
    pub on_change: Box<dyn Fn(String)>,
    /// The person moved the cursor: its offset in bytes.
    pub on_cursor: Box<dyn Fn(usize)>,
    /// Undo and redo of a history that is kept outside; without it the editor keeps one of its own.
    pub history: Option<OutsideHistory>,
}

/// Undo and redo as the page does them.
pub struct OutsideHistory {
    pub undo: Closure<dyn FnMut()>,
    pub redo: Closure<dyn FnMut()>,
    /// Whether the editor takes back by itself what the page doesn't have yet, see [`Handle::forget_history`].
    pub keeps_drafts: bool,
}

/// An editor and what keeps its listeners alive.
pub struct Editor {
    handle: Handle,
    /// What the module holds, for turning its positions into bytes.
    text: Rc<RefCell<String>>,
    _on_change: Closure<dyn FnMut(String, JsValue)>,
    _on_selection: Closure<dyn FnMut(u32, u32)>,
    _assistant: Option<AssistantClosures>,
    /// For each diagnostic that is shown, its position in the list that was given.
    shown: Rc<RefCell<Vec<usize>>>,
    /// The diagnostics that are shown, in the order of the text.
    told: RefCell<Vec<Diagnostic>>,
    _history: Option<OutsideHistory>,
}

struct AssistantClosures {
    complete: Closure<dyn FnMut(String, u32) -> JsValue>,
    explain: Closure<dyn FnMut(String, u32) -> JsValue>,
    fix: Closure<dyn FnMut(u32, u32)>,
    go_to: Closure<dyn FnMut(u32, bool)>,
}

impl AssistantClosures {
    fn new(
        assistant: Rc<dyn Assistant>,
        text: Rc<RefCell<String>>,
        shown: Rc<RefCell<Vec<usize>>>,
    ) -> AssistantClosures {
        let [for_complete, for_explain, for_fix] = [&assistant; 3].map(Rc::clone);
        let complete = Closure::new(move |text: String, unit: u32| {
            let Completions { replaces, options } =
                for_complete.complete(&text, byte_offset(&text, unit as usize));
            let list = Array::new();
            for option in options {
                let item = object([
                    ("label", option.label.into()),
                    ("apply", option.apply.into()),
                    ("type", option.kind.into()),
                ]);
                for (name, value) in [("detail", option.detail), ("info", option.info)] {
                    if !value.is_empty() {
                        let _ = Reflect::set(&item, &name.into(), &value.into());
                    }
                }
                list.push(&item);
            }
            let from = utf16_offset(&text, replaces.start) as u32;
            let to = utf16_offset(&text, replaces.end) as u32;
            object([("from", from.into()), ("to", to.into()), ("options", list.into())]).into()
        });
        let explain = Closure::new(move |text: String, unit: u32| {
            let Some(explanation) = for_explain.explain(&text, byte_offset(&text, unit as usize)) else {
                return JsValue::NULL;
            };
            let from = utf16_offset(&text, explanation.span.start) as u32;
            let to = utf16_offset(&text, explanation.span.end) as u32;
            object([
                ("from", from.into()),
                ("to", to.into()),
                ("title", explanation.title.into()),
                ("text", explanation.text.into()),
            ])
            .into()
        });
        let fix = Closure::new(move |index: u32, which: u32| {
            let position = shown.try_borrow().ok().and_then(|shown| shown.get(index as usize).copied());
            if let Some(position) = position {
                for_fix.fix(position, which as usize);
            }
        });
        let go_to = Closure::new(move |unit: u32, is_reference: bool| {
            let offset = text.try_borrow().map(|text| byte_offset(&text, unit as usize));
            if let Ok(offset) = offset {
                assistant.go_to(offset, is_reference);
            }
        });
        AssistantClosures { complete, explain, fix, go_to }
    }

    fn give_to(&self, options: &Object) {
        for (name, closure) in [
            ("complete", self.complete.as_ref()),
            ("hover", self.explain.as_ref()),
            ("onFix", self.fix.as_ref()),
            ("onGoTo", self.go_to.as_ref()),
        ] {
            let _ = Reflect::set(options, &name.into(), closure);
        }
    }
}

fn object<const N: usize>(members: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        let _ = Reflect::set(&object, &name.into(), &value);
    }
    object
}

impl Editor {
    /// Loads the module where that has not been done and puts an editor into `host`.
    pub async fn open(
        host: &HtmlElement,
        label: &str,
        text: &str,
        dark: bool,
        tab_leaves: bool,
        listeners: Listeners,
        assistant: Option<Rc<dyn Assistant>>,
    ) -> Result<Editor, String> {
        let failed = |error: JsValue| format!("The code editor could not be loaded: {error:?}");
        let url = module_url().ok_or("The page does not say where the code editor is.")?;
        let module: Module = load_module(&url).await.map_err(failed)?.unchecked_into();
        let Listeners { on_change, on_cursor, history } = listeners;
        let held = Rc::new(RefCell::new(text.to_owned()));
        let (current, seen) = (held.clone(), held.clone());
        let shown = Rc::new(RefCell::new(Vec::new()));
        let assistant =
            assistant.map(|assistant| AssistantClosures::new(assistant, held.clone(), shown.clone()));
        let on_change = Closure::new(move |text: String, _changes: JsValue| {
            if let Ok(mut current) = current.try_borrow_mut() {
                current.clone_from(&text);
            }
            on_change(text);
        });
        let on_selection = Closure::new(move |from: u32, _to: u32| {
            let offset = seen.try_borrow().map(|text| byte_offset(&text, from as usize));
            if let Ok(offset) = offset {
                on_cursor(offset);
            }
        });
        let options = Object::new();
        let set = |name: &str, value: &JsValue| Reflect::set(&options, &name.into(), value);
        set("text", &text.into()).map_err(failed)?;
        set("label", &label.into()).map_err(failed)?;
        set("dark", &dark.into()).map_err(failed)?;
        set("tabLeaves", &tab_leaves.into()).map_err(failed)?;
        set("onChange", on_change.as_ref()).map_err(failed)?;
        set("onSelection", on_selection.as_ref()).map_err(failed)?;
        if let Some(assistant) = &assistant {
            assistant.give_to(&options);
        }
        if let Some(OutsideHistory { undo, redo, keeps_drafts }) = &history {
            set("keepsDrafts", &(*keeps_drafts).into()).map_err(failed)?;
            set("onUndo", undo.as_ref()).map_err(failed)?;
            set("onRedo", redo.as_ref()).map_err(failed)?;
        }
        let handle = module.create(host, &options).map_err(failed)?;
        Ok(Editor {
            handle,
            text: held,
            _on_change: on_change,
            _on_selection: on_selection,
            _history: history,
            _assistant: assistant,
            shown,
            told: RefCell::default(),
        })
    }

    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Shows another text; what is the same stays untouched, and with it the cursor.
    pub fn set_text(&mut self, text: &str) {
        let before = std::mem::take(&mut *self.text.borrow_mut());
        self.note_text(text);
        // The whole text is much to hand over, and to compare, for a change of a letter.
        let (prefix, suffix) = json::tree::common_ends(&before, text);
        let replaced = before.get(prefix..before.len() - suffix);
        let (Some(replaced), Some(insert)) = (replaced, text.get(prefix..text.len() - suffix)) else {
            return self.handle.set_text_js(text);
        };
        let has_return = [&*before, insert].iter().any(|text| text.contains('\r'));
        let mut offsets = Utf16Offsets::new(&before);
        let [from, length] = [prefix, before.len()].map(|offset| offsets.at(offset));
        let to = from + utf16_len(replaced);
        if has_return || !self.handle.replace_part_js(from as u32, to as u32, insert, length as u32) {
            self.handle.set_text_js(text);
        }
    }

    /// Takes note of what the person has typed.
    pub fn note_text(&mut self, text: &str) {
        if let Ok(mut held) = self.text.try_borrow_mut() {
            text.clone_into(&mut held);
        }
    }

    pub fn is_text(&self, text: &str) -> bool {
        *self.text.borrow() == text
    }

    pub fn select(&self, span: Span) {
        let text = self.text.borrow();
        let [from, to] = [span.start, span.end].map(|offset| utf16_offset(&text, offset) as u32);
        drop(text);
        self.handle.select(from, to);
    }

    pub fn set_diagnostics(&self, diagnostics: &[Diagnostic]) {
        let text = self.text.borrow();
        let mut offsets = Utf16Offsets::new(&text);
        let mut sorted: Vec<(usize, &Diagnostic)> = diagnostics.iter().enumerate().collect();
        sorted.sort_by_key(|(_, diagnostic)| (diagnostic.span.start, diagnostic.span.end));
        if let Ok(mut shown) = self.shown.try_borrow_mut() {
            *shown = sorted.iter().map(|(position, _)| *position).collect();
        }
        let places: Vec<u32> = sorted
            .iter()
            .flat_map(|(_, diagnostic)| {
                let from = offsets.at(diagnostic.span.start);
                let length = text.get(diagnostic.span.range()).map_or(0, utf16_len);
                [from as u32, (from + length) as u32]
            })
            .collect();
        drop(text);
        let says_the_same = |one: &Diagnostic, other: &Diagnostic| {
            one.severity == other.severity && one.message == other.message && one.fixes == other.fixes
        };
        let mut told = self.told.borrow_mut();
        if told.len() == sorted.len()
            && told.iter().zip(&sorted).all(|(told, (_, diagnostic))| says_the_same(told, diagnostic))
        {
            drop(told);
            return self.handle.move_diagnostics_js(&places);
        }
        *told = sorted.iter().map(|(_, diagnostic)| (*diagnostic).clone()).collect();
        drop(told);
        let list = Array::new();
        for ((_, diagnostic), place) in sorted.into_iter().zip(places.chunks(2)) {
            let [from, to] = [0, 1].map(|end| place.get(end).copied().unwrap_or(0));
            let item = Object::new();
            let _ = Reflect::set(&item, &"from".into(), &from.into());
            let _ = Reflect::set(&item, &"to".into(), &to.into());
            let _ = Reflect::set(&item, &"severity".into(), &diagnostic.severity.into());
            let _ = Reflect::set(&item, &"message".into(), &diagnostic.message.as_str().into());
            if !diagnostic.fixes.is_empty() {
                let fixes: Array = diagnostic.fixes.iter().map(|fix| JsValue::from(fix.as_str())).collect();
                let _ = Reflect::set(&item, &"fixes".into(), &fixes);
            }
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
            self.unit += utf16_len(between);
            self.byte = offset;
        }
        self.unit
    }
}

/// How many UTF-16 code units a text has. Most texts are ASCII, which is told at once.
fn utf16_len(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

fn utf16_offset(text: &str, offset: usize) -> usize {
    Utf16Offsets::new(text).at(offset)
}

/// The offset in bytes of one in UTF-16 code units.
pub fn byte_offset(text: &str, unit: usize) -> usize {
    if text.as_bytes().get(..unit).is_some_and(<[u8]>::is_ascii) {
        return unit;
    }
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
