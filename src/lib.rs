//! The web app: views, and the browser's input and output. What can be known without a browser is in `crates/`.

mod app;
mod canvas;
mod command;
mod keymap;
mod panels;
mod platform;
mod state;
mod ui;

#[cfg(all(test, target_arch = "wasm32"))]
wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static HEAP: heap::SmallFirst = heap::SmallFirst::new();

/// Starts the app in the page: takes the skeleton away and puts the workbench in its place.
pub fn start() {
    platform::crash::install();
    let Some(host) = platform::dom::element_by_id("app") else {
        return;
    };
    host.set_inner_html("");
    leptos::mount::mount_to(host, app::App).forget();
    platform::dom::mark("interactive");
}
