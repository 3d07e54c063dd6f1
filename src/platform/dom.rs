//! Small questions to the page.

use std::borrow::Cow;

use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, Window};

pub fn window() -> Option<Window> {
    web_sys::window()
}

pub fn document() -> Option<web_sys::Document> {
    window()?.document()
}

pub fn element_by_id(id: &str) -> Option<HtmlElement> {
    document()?.get_element_by_id(id)?.dyn_into().ok()
}

/// Width and height of what is seen of the page, in CSS pixels.
pub fn page_size() -> (f64, f64) {
    let read = |value: Option<wasm_bindgen::JsValue>| value.and_then(|value| value.as_f64()).unwrap_or(0.0);
    let window = window();
    let width = window.as_ref().and_then(|window| window.inner_width().ok());
    (read(width), read(window.as_ref().and_then(|window| window.inner_height().ok())))
}

/// Milliseconds since the page was opened.
pub fn now_ms() -> f64 {
    window().and_then(|window| window.performance()).map_or(0.0, |performance| performance.now())
}

/// Opens the browser's dialog to print the page, and comes back when it is closed.
pub fn print() {
    if let Some(window) = window() {
        let _ = window.print();
    }
}

/// Lets the page do what else there is to do, such as drawing itself, before it goes on here.
pub async fn next_task() {
    let wait = js_sys::Promise::new(&mut |done, _| {
        if let Some(window) = window() {
            let _ = window.set_timeout_with_callback(&done);
        }
    });
    let _ = wasm_bindgen_futures::JsFuture::from(wait).await;
}

/// Puts a mark into the browser's record of the page's performance.
pub fn mark(name: &str) {
    if let Some(performance) = window().and_then(|window| window.performance()) {
        let _ = performance.mark(name);
    }
}

/// Milliseconds since 1970, by the browser's clock.
pub fn epoch_ms() -> f64 {
    js_sys::Date::now()
}

/// Pixels of the screen for one CSS pixel.
pub fn pixel_ratio() -> f64 {
    window().map_or(1.0, |window| window.device_pixel_ratio())
}

/// The colour that a custom property of the style sheets has at an element, as a canvas understands it.
pub fn colour_of(element: &HtmlElement, property: &str) -> String {
    let style = element.style();
    let _ = style.set_property("color", &format!("var({property})"));
    let computed = window().and_then(|window| window.get_computed_style(element).ok().flatten());
    let colour = computed.and_then(|computed| computed.get_property_value("color").ok());
    let _ = style.remove_property("color");
    colour.unwrap_or_default()
}

/// Whether keys are named as on Apple's systems.
pub fn is_apple() -> bool {
    let agent = window().and_then(|window| window.navigator().user_agent().ok()).unwrap_or_default();
    agent.contains("Mac") || agent.contains("iPhone") || agent.contains("iPad")
}

pub fn prefers_dark() -> bool {
    dark_query().is_some_and(|query| query.matches())
}

/// Tells whenever the system goes from light to dark or back.
pub fn on_colour_change(tell: impl Fn(bool) + 'static) {
    if let Some(query) = dark_query() {
        gloo::events::EventListener::new(&query, "change", move |_| tell(prefers_dark())).forget();
    }
}

fn dark_query() -> Option<web_sys::MediaQueryList> {
    window()?.match_media("(prefers-color-scheme: dark)").ok()?
}

/// How much wider the page's font is than the table that the layout measures with.
pub fn text_scale(weight: &str, font_px: f64) -> f64 {
    const SAMPLE: &str = "Validate order 0123, wait for settlement, then Fulfil it: $states.input.paid";
    let measure = || -> Option<f64> {
        let document = document()?;
        let family = window()?
            .get_computed_style(&document.body()?.into())
            .ok()??
            .get_property_value("font-family")
            .ok()?;
        let canvas: web_sys::HtmlCanvasElement = document.create_element("canvas").ok()?.dyn_into().ok()?;
        let context: web_sys::CanvasRenderingContext2d = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        context.set_font(&format!("{weight} {font_px}px {family}"));
        Some(context.measure_text(SAMPLE).ok()?.width() / layout::measure(SAMPLE, font_px))
    };
    measure().filter(|scale| scale.is_finite()).map_or(1.05, |scale| scale.clamp(0.8, 1.5))
}

/// Whether the key press or the paste goes into a text.
pub fn is_in_text(target: Option<web_sys::EventTarget>) -> bool {
    let Some(element) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
        return false;
    };
    let name = element.tag_name();
    matches!(&*name, "INPUT" | "TEXTAREA" | "SELECT")
        || element.shadow_root().is_some()
        || element.closest("[contenteditable='true']").ok().flatten().is_some()
}

/// Whether the key press is for the graph, or a state in it.
pub fn is_in_graph(target: Option<web_sys::EventTarget>) -> bool {
    let element = target.and_then(|target| target.dyn_into::<Element>().ok());
    element.is_some_and(|element| {
        element.id() == "stage" || element.closest("#stage .viewport").ok().flatten().is_some()
    })
}

/// Whether an event's target is an element of this id, or inside of it.
pub fn is_in_element(target: Option<web_sys::EventTarget>, id: &str) -> bool {
    let target = target.and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.closest(&format!("#{id}")).ok().flatten().is_some())
}

/// How much of what a list of this id scrolls is out of sight, above and below, in CSS pixels.
pub fn hidden_of_list(id: &str) -> Option<(f64, f64)> {
    let list = element_by_id(id)?;
    let above = f64::from(list.scroll_top());
    Some((above, f64::from(list.scroll_height() - list.client_height()) - above))
}

/// Scrolls a list to its end, or to its beginning.
pub fn scroll_list_to_end(id: &'static str, to_start: bool) {
    leptos::prelude::request_animation_frame(move || {
        if let Some(list) = element_by_id(id) {
            list.set_scroll_top(if to_start { 0 } else { list.scroll_height() });
        }
    });
}

/// Puts the focus into a field of a dialog that opens, with its text marked, so that typing replaces it.
pub fn mark_field_soon(field: web_sys::HtmlInputElement) {
    // The dialog moves the focus, and the field gets its text, by then.
    leptos::prelude::request_animation_frame(move || {
        let _ = field.focus();
        field.select();
    });
}

/// Scrolls to the end of an element that is not in sight down to there.
pub fn bring_to_sight_soon(element: HtmlElement) {
    leptos::prelude::request_animation_frame(move || {
        let Some(list) = scroller_of(&element) else { return };
        if element.get_bounding_client_rect().bottom() > list.get_bounding_client_rect().bottom() {
            element.scroll_into_view_with_bool(false);
        }
    });
}

/// What an element is scrolled in, if it is out of its sight in part.
fn scroller_of(element: &Element) -> Option<Element> {
    std::iter::successors(element.parent_element(), |around| around.parent_element())
        .find(|around| around.scroll_height() > around.client_height())
}

/// The lower left corner of an element that a selector finds, in CSS pixels of the page; of the first of several
/// selectors that finds one.
pub fn corner_of(selectors: &[&str]) -> Option<(f64, f64)> {
    let document = document()?;
    let mut found = selectors.iter().filter_map(|selector| document.query_selector(selector).ok()?);
    let rect = found.next()?.get_bounding_client_rect();
    Some((rect.left(), rect.bottom()))
}

/// Where a pointer is across the first element that a selector finds: 0 at its left end, 1 at its right.
pub fn share_across(event: &web_sys::MouseEvent, selector: &str) -> Option<f64> {
    let rect = document()?.query_selector(selector).ok()??.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| ((f64::from(event.client_x()) - rect.left()) / rect.width()).clamp(0.0, 1.0))
}

/// Whether the focus is on an element of this id or inside of it.
pub fn is_focus_within(id: &str) -> bool {
    let active = document().and_then(|document| document.active_element());
    active.is_some_and(|active| element_by_id(id).is_some_and(|element| element.contains(Some(&active))))
}

/// Whether a part of the page's text is marked.
pub fn has_marked_text() -> bool {
    let selection = window().and_then(|window| window.get_selection().ok()?);
    selection.is_some_and(|selection| !selection.is_collapsed())
}

/// Whether a dialog lies over the page.
pub fn is_dialog_open() -> bool {
    document().and_then(|document| document.query_selector("dialog[open]").ok()?).is_some()
}

/// Sets `data-theme` of the whole page; none leaves it to the system.
pub fn set_theme(theme: Option<&str>) {
    let Some(root) = document().and_then(|document| document.document_element()) else {
        return;
    };
    let _ = match theme {
        Some(theme) => root.set_attribute("data-theme", theme),
        None => root.remove_attribute("data-theme"),
    };
}

pub fn set_title(title: &str) {
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Moves the focus to an element of this id, once the page has been drawn anew.
pub fn focus_soon(id: impl Into<Cow<'static, str>>) {
    let id = id.into();
    leptos::prelude::request_animation_frame(move || {
        if let Some(element) = element_by_id(&id) {
            let _ = element.focus();
        }
    });
}

/// Moves the focus to an element of this id at once, so that the next key is about it already; and once the page has
/// been drawn anew where it could not be had before.
pub fn focus_now_or_soon(id: &'static str) {
    let has_focus =
        || document().and_then(|document| document.active_element()).is_some_and(|at| at.id() == id);
    if let Some(element) = element_by_id(id) {
        let _ = element.focus();
    }
    if !has_focus() {
        focus_soon(id);
    }
}

/// Scrolls the row that an element is in so far sideways that the element is in sight, once the page has been
/// drawn anew.
pub fn scroll_into_row_soon(id: &'static str) {
    leptos::prelude::request_animation_frame(move || {
        let row = |element: &HtmlElement| element.parent_element();
        let Some(element) = element_by_id(id) else { return };
        let Some(row) = row(&element) else { return };
        let (seen, room) = (row.scroll_left(), row.client_width());
        // Its offset would be that from whatever is positioned around both.
        let from_edge = element.get_bounding_client_rect().left() - row.get_bounding_client_rect().left();
        let (start, width) = (from_edge.round() as i32 - row.client_left() + seen, element.offset_width());
        // The ends of a row fade where there is more of it.
        let fade = 32;
        if start - fade < seen {
            row.set_scroll_left(start - fade);
        } else if start + width + fade > seen + room {
            row.set_scroll_left(start + width + fade - room);
        }
    });
}

/// Moves the focus to the first control in what a selector finds, once the page has been drawn anew.
pub fn focus_first_in_soon(selector: String) {
    const CONTROLS: &str = "input, textarea, select, .code-host";
    let focus = move || {
        let find = || {
            let place = document()?.query_selector(&selector).ok()??;
            let (rect, (_, height)) = (place.get_bounding_client_rect(), page_size());
            // What is in sight already stays where it is.
            if rect.top() < 0.0 || rect.bottom() > height {
                place.scroll_into_view_with_bool(false);
            }
            let control = place.query_selector(CONTROLS).ok()?;
            // What is still empty has only a button that begins it.
            control.or_else(|| place.query_selector(".form-chip").ok()?)?.dyn_into::<HtmlElement>().ok()
        };
        let Some(element) = find() else { return };
        if element.class_list().contains("code-host") {
            let text = element.shadow_root().and_then(|root| root.query_selector(".cm-content").ok()?);
            let _ = match text.and_then(|text| text.dyn_into::<HtmlElement>().ok()) {
                Some(text) => text.focus(),
                // An editor that is still loading takes the focus when it is there.
                None => element.set_attribute(WANTS_FOCUS, ""),
            };
            return;
        }
        let _ = element.focus();
        // What is typed takes the place of what was there.
        if let Some(input) = element.dyn_ref::<web_sys::HtmlInputElement>() {
            input.select();
        } else if let Some(area) = element.dyn_ref::<web_sys::HtmlTextAreaElement>() {
            area.select();
        }
    };
    // The second frame comes after panels have been shown.
    leptos::prelude::request_animation_frame(move || leptos::prelude::request_animation_frame(focus));
}

/// The same for the part of a form that is about a place of the definition, a JSON pointer.
pub fn focus_place_soon(pointer: &str) {
    let pointer = pointer.replace('\\', "\\\\").replace('\'', "\\'");
    focus_first_in_soon(format!("[data-place='{pointer}']"));
}

/// On an editor that is to have the focus as soon as it is there.
const WANTS_FOCUS: &str = "data-wants-focus";

/// Whether an editor that has just been made is to have the focus, also because what stands in for it has it; asked
/// once.
pub fn takes_focus(host: &Element) -> bool {
    let wants = host.has_attribute(WANTS_FOCUS);
    let _ = host.remove_attribute(WANTS_FOCUS);
    let active = document().and_then(|document| document.active_element());
    wants || host.parent_element().is_some_and(|around| around.contains(active.as_deref()))
}

/// Whether an event is about something inside of an element that a selector finds, or about that element.
pub fn is_within(event: &web_sys::Event, selector: &str) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
}
