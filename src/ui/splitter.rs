use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Pixels by which an arrow key moves a splitter.
const KEY_STEP: f64 = 24.0;

/// A bar between two panes that is dragged, or moved with the arrow keys.
#[component]
pub fn Splitter(
    label: &'static str,
    /// Whether the bar stands upright, between panes side by side.
    is_vertical: bool,
    /// The size of the pane after the bar, in CSS pixels.
    size: RwSignal<f64>,
    /// Sets the size.
    #[prop(into)]
    resize: Callback<f64>,
) -> impl IntoView {
    let dragging = RwSignal::new(None::<(f64, f64)>);
    let place = move |event: &leptos::ev::PointerEvent| {
        f64::from(if is_vertical { event.client_x() } else { event.client_y() })
    };
    let on_down = move |event: leptos::ev::PointerEvent| {
        event.prevent_default();
        if let Some(bar) =
            event.current_target().and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        {
            let _ = bar.set_pointer_capture(event.pointer_id());
        }
        dragging.set(Some((place(&event), size.get_untracked())));
    };
    let on_move = move |event: leptos::ev::PointerEvent| {
        if let Some((start, before)) = dragging.get_untracked() {
            resize.run(before - (place(&event) - start));
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let step = match &*event.key() {
            "ArrowLeft" | "ArrowUp" => KEY_STEP,
            "ArrowRight" | "ArrowDown" => -KEY_STEP,
            _ => return,
        };
        event.prevent_default();
        resize.run(size.get_untracked() + step);
    };
    view! {
        <div
            class="splitter"
            class:vertical=is_vertical
            class:dragging=move || dragging.get().is_some()
            role="separator"
            tabindex="0"
            aria-label=label
            aria-orientation=if is_vertical { "vertical" } else { "horizontal" }
            aria-valuenow=move || size.get().round().to_string()
            aria-valuemin="96"
            aria-valuemax="1400"
            on:pointerdown=on_down
            on:pointermove=on_move
            on:pointerup=move |_| dragging.set(None)
            on:pointercancel=move |_| dragging.set(None)
            on:keydown=on_key
        ></div>
    }
}
