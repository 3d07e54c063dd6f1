//! Pictures for elsewhere: SVG texts become PNG files.

use js_sys::{Array, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, CanvasRenderingContext2d, HtmlCanvasElement, Url};

/// Pixels along one side that browsers refuse to draw beyond.
const MOST_PIXELS: f64 = 16_000.0;

/// Draws an SVG of this size in CSS pixels as a PNG file, `scale` times as large.
///
/// # Errors
///
/// A sentence for the person, where the browser can't.
pub async fn png_of(svg: &str, width: f64, height: f64, scale: f64) -> Result<Blob, String> {
    let (wide, high) = ((width * scale).ceil(), (height * scale).ceil());
    if wide > MOST_PIXELS || high > MOST_PIXELS {
        return Err(format!(
            "The picture would have {wide:.0} × {high:.0} pixels, more than browsers draw. Choose a smaller scale, or SVG."
        ));
    }
    let failed = |_| "The browser could not draw the picture. SVG works without drawing it.".to_owned();
    draw(svg, wide, high).await.map_err(failed)
}

async fn draw(svg: &str, wide: f64, high: f64) -> Result<Blob, JsValue> {
    let document = super::dom::document().ok_or(JsValue::NULL)?;
    let url = Url::create_object_url_with_blob(&blob_of(svg, "image/svg+xml")?)?;
    let image = document.create_element("img")?;
    let loaded = Promise::new(&mut |resolve, reject| {
        let _ = image.add_event_listener_with_callback("load", &resolve);
        let _ = image.add_event_listener_with_callback("error", &reject);
    });
    image.set_attribute("src", &url)?;
    let loaded = JsFuture::from(loaded).await;
    let _ = Url::revoke_object_url(&url);
    loaded?;
    let canvas: HtmlCanvasElement = document.create_element("canvas")?.unchecked_into();
    canvas.set_width(wide as u32);
    canvas.set_height(high as u32);
    let context: CanvasRenderingContext2d = canvas.get_context("2d")?.ok_or(JsValue::NULL)?.unchecked_into();
    context.draw_image_with_html_image_element_and_dw_and_dh(image.unchecked_ref(), 0.0, 0.0, wide, high)?;
    let made = Promise::new(&mut |resolve, _| {
        let _ = canvas.to_blob(&resolve);
    });
    JsFuture::from(made).await?.dyn_into()
}

/// Puts a PNG on the clipboard; answers whether the browser allowed it.
pub async fn copy_png(png: &Blob) -> bool {
    let write = async || -> Result<(), JsValue> {
        let window = super::dom::window().ok_or(JsValue::NULL)?;
        let item_type = Reflect::get(&window, &"ClipboardItem".into())?;
        let items = Object::new();
        Reflect::set(&items, &"image/png".into(), png)?;
        let item = Reflect::construct(&item_type.dyn_into::<js_sys::Function>()?, &Array::of1(&items))?;
        let clipboard: JsValue = window.navigator().clipboard().into();
        let write: js_sys::Function = Reflect::get(&clipboard, &"write".into())?.dyn_into()?;
        let written: Promise = write.call1(&clipboard, &Array::of1(&item))?.dyn_into()?;
        JsFuture::from(written).await.map(|_| ())
    };
    write().await.is_ok()
}

/// An address for an SVG, to be shown until its owner is cleaned up; empty where the browser gives none.
pub fn address_of(svg: &str) -> String {
    let url = blob_of(svg, "image/svg+xml").and_then(|blob| Url::create_object_url_with_blob(&blob));
    let url = url.unwrap_or_default();
    let kept = url.clone();
    leptos::prelude::on_cleanup(move || {
        let _ = Url::revoke_object_url(&kept);
    });
    url
}

/// A text as a file of a type.
pub fn blob_of(text: &str, media_type: &str) -> Result<Blob, JsValue> {
    blob_of_parts(&Array::of1(&text.into()), media_type)
}

/// Bytes as a file of a type.
pub fn blob_of_bytes(bytes: &[u8], media_type: &str) -> Result<Blob, JsValue> {
    blob_of_parts(&Array::of1(&Uint8Array::from(bytes).into()), media_type)
}

fn blob_of_parts(parts: &Array, media_type: &str) -> Result<Blob, JsValue> {
    let options = BlobPropertyBag::new();
    options.set_type(media_type);
    Blob::new_with_str_sequence_and_options(parts, &options)
}
