//! What the debugger watches and stops at: watches, frames, breakpoints, and lines of log points.

mod breakpoint_form;
mod breakpoints;
mod frames;
mod grid;
mod log;
mod scratch;
mod watches;

use leptos::prelude::*;
use stylers_macro::style_sheet;

use self::breakpoints::BreakpointList;
use self::frames::Frames;
use self::grid::Grid;
use self::log::Log;
use self::scratch::Scratch;
use self::watches::Watches;

/// The panel of the tab "Debug".
#[component]
pub fn Debug() -> impl IntoView {
    let sheet = style_sheet!("style/debug.css");
    view! {
        class = sheet,
        <div class="debug">
            <details class="debug-section" open=true>
                <summary>"Evaluate"</summary>
                <Scratch />
            </details>
            <details class="debug-section" open=true>
                <summary>"Watches"</summary>
                <Watches />
            </details>
            <details class="debug-section" open=true>
                <summary>"Call stack and lanes"</summary>
                <Frames />
                <Grid />
            </details>
            <details class="debug-section" open=true>
                <summary>"Breakpoints"</summary>
                <BreakpointList />
            </details>
            <Log />
        </div>
    }
}
