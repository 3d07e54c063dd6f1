//! Opening and saving files: with a handle where the browser has the File System Access API, else by
//! a file input and a download.

use js_sys::{Array, Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, HtmlAnchorElement, HtmlInputElement, Url};

use crate::platform::picture::blob_of;

/// A file that was read.
pub struct OpenedFile {
    pub name: String,
    pub text: String,
    /// With it, saving writes back to the same file.
    pub handle: Option<JsValue>,
}

/// Files larger than this are refused: no definition comes near (AWS allows 1 MB), no history either.
const LARGEST_FILE: f64 = 64.0 * 1024.0 * 1024.0;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads a dropped or chosen file.
pub async fn read(file: &File) -> Result<String, String> {
    if file.size() > LARGEST_FILE {
        return Err(format!("{} is larger than 64 MB, so it was not opened.", file.name()));
    }
    // Its bytes: a text of JavaScript would have to be made of them first, and then be made to bytes again.
    let mut bytes = bytes(file).await?;
    if bytes.starts_with(BYTE_ORDER_MARK) {
        bytes.drain(..BYTE_ORDER_MARK.len());
    }
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// Reads a file as it is.
pub async fn bytes(file: &File) -> Result<Vec<u8>, String> {
    let buffer = JsFuture::from(file.array_buffer()).await;
    let buffer = buffer.map_err(|_| format!("{} could not be read.", file.name()))?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

/// Asks for a file and reads it. None: nothing was chosen.
pub async fn open() -> Result<Option<OpenedFile>, String> {
    match picker("showOpenFilePicker") {
        Some(pick) => open_with_handle(&pick).await,
        None => open_with_input().await,
    }
}

async fn open_with_handle(pick: &Function) -> Result<Option<OpenedFile>, String> {
    let Some(handles) = call_picker(pick, &Object::new()).await else {
        return Ok(None);
    };
    let handle = Array::from(&handles).get(0);
    let file: Option<File> = call(&handle, "getFile", None).await.and_then(|file| file.dyn_into().ok());
    let Some(file) = file else {
        return Err("The file could not be read.".into());
    };
    let text = read(&file).await?;
    Ok(Some(OpenedFile { name: file.name(), text, handle: Some(handle) }))
}

async fn open_with_input() -> Result<Option<OpenedFile>, String> {
    let input: Option<HtmlInputElement> = super::dom::document()
        .and_then(|document| document.create_element("input").ok())
        .and_then(|element| element.dyn_into().ok());
    let Some(input) = input else {
        return Err("This browser offers no way to choose a file; drop one on the page instead.".into());
    };
    input.set_type("file");
    input.set_accept(".json,.asl,.yaml,.yml,application/json");
    let chosen = Promise::new(&mut |resolve, _| {
        let done = Closure::once_into_js(move || resolve.call0(&JsValue::NULL));
        let done: &Function = done.unchecked_ref();
        let _ = input.add_event_listener_with_callback("change", done);
        let _ = input.add_event_listener_with_callback("cancel", done);
        input.click();
    });
    let _ = JsFuture::from(chosen).await;
    let Some(file) = input.files().and_then(|files| files.get(0)) else {
        return Ok(None);
    };
    let text = read(&file).await?;
    Ok(Some(OpenedFile { name: file.name(), text, handle: None }))
}

/// What saving came to.
pub enum Saved {
    /// Written to the file of this name.
    Written { name: String, handle: JsValue },
    /// Handed to the browser as a download.
    Downloaded,
    /// The person closed the dialog.
    Cancelled,
}

/// Writes a text back to the file it came from, or asks for a place, or downloads it.
pub async fn save(name: &str, text: &str, handle: Option<JsValue>) -> Result<Saved, String> {
    let handle = match (handle, picker("showSaveFilePicker")) {
        (Some(handle), _) => handle,
        (None, Some(pick)) => {
            let options = Object::new();
            let _ = Reflect::set(&options, &"suggestedName".into(), &name.into());
            match call_picker(&pick, &options).await {
                Some(handle) => handle,
                None => return Ok(Saved::Cancelled),
            }
        }
        (None, None) => {
            download(name, text)?;
            return Ok(Saved::Downloaded);
        }
    };
    let failed = || "The file could not be written: the browser or the system refused.".to_owned();
    let stream = call(&handle, "createWritable", None).await.ok_or_else(failed)?;
    call(&stream, "write", Some(&text.into())).await.ok_or_else(failed)?;
    call(&stream, "close", None).await.ok_or_else(failed)?;
    let name = Reflect::get(&handle, &"name".into()).ok().and_then(|name| name.as_string());
    Ok(Saved::Written { name: name.unwrap_or_default(), handle })
}

/// Hands a text to the browser as a download.
pub fn download(name: &str, text: &str) -> Result<(), String> {
    let blob = blob_of(text, "application/json").map_err(|_| DOWNLOAD_REFUSED)?;
    download_blob(name, &blob)
}

const DOWNLOAD_REFUSED: &str = "The browser refused the download.";

/// Hands a file to the browser as a download.
pub fn download_blob(name: &str, blob: &Blob) -> Result<(), String> {
    let try_it = || -> Result<(), JsValue> {
        let url = Url::create_object_url_with_blob(blob)?;
        let document = super::dom::document().ok_or(JsValue::NULL)?;
        let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
        // The browser has taken the bytes over once the click has been handled.
        gloo::timers::callback::Timeout::new(10_000, move || {
            let _ = Url::revoke_object_url(&url);
        })
        .forget();
        Ok(())
    };
    try_it().map_err(|_| DOWNLOAD_REFUSED.into())
}

/// An address under which the page can offer a text.
pub fn object_url(text: &str) -> Result<String, JsValue> {
    let blob = blob_of(text, "application/json")?;
    Url::create_object_url_with_blob(&blob)
}

/// The handle of a dropped file, where the browser gives one.
pub async fn handle_of(item: &web_sys::DataTransferItem) -> Option<JsValue> {
    let handle = call(item, "getAsFileSystemHandle", None).await?;
    let kind = Reflect::get(&handle, &"kind".into()).ok()?.as_string()?;
    (kind == "file").then_some(handle)
}

fn picker(name: &str) -> Option<Function> {
    let window = super::dom::window()?;
    Reflect::get(&window, &name.into()).ok()?.dyn_into().ok()
}

async fn call_picker(pick: &Function, options: &Object) -> Option<JsValue> {
    let promise: Promise = pick.call1(&super::dom::window()?.into(), options).ok()?.dyn_into().ok()?;
    JsFuture::from(promise).await.ok()
}

async fn call(object: &JsValue, method: &str, argument: Option<&JsValue>) -> Option<JsValue> {
    let function: Function = Reflect::get(object, &method.into()).ok()?.dyn_into().ok()?;
    let answer = match argument {
        Some(argument) => function.call1(object, argument),
        None => function.call0(object),
    };
    JsFuture::from(answer.ok()?.dyn_into::<Promise>().ok()?).await.ok()
}
