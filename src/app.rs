use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::{DragGhost, Stage};
use crate::command::dispatch;
use crate::keymap::command_of;
use crate::panels::{
    CommandPalette, ConnectDialog, Controls, Convert, DeployDialog, Dock, Export, Extract, Gallery, Left,
    PaneBar, PrintedExecution, SaveBlock, Scrubber, Shortcuts, Side, TemplateDialog, TestState, Toasts,
    TopBar,
};
use crate::platform::dom;
use crate::state::{DockRoom, Mode, Pane, Studio};
use crate::ui::{Later, Splitter};

/// The workbench: top bar, graph, the texts beside it, the run below.
#[component]
pub fn App() -> impl IntoView {
    let sheet = style_sheet!("style/app.css");
    let studio = Studio::new();
    provide_context(studio);
    studio.begin();
    listen(studio);
    let shell = studio.shell;
    let pane = move || match shell.pane.get() {
        Pane::Left => "left",
        Pane::Stage => "stage",
        Pane::Side => "side",
        Pane::Dock => "dock",
    };
    let dock = move || match shell.dock_room.get() {
        DockRoom::Folded => "folded",
        DockRoom::Part => "part",
        DockRoom::Whole => "whole",
    };
    view! {
        class = sheet,
        <div
            class="app"
            data-pane=pane
            data-mode=move || if shell.mode.get() == Mode::Run { "run" } else { "design" }
            data-dock=dock
            style:--side-width=move || format!("{}px", shell.side_width.get())
            style:--dock-height=move || format!("{}px", shell.dock_height.get())
        >
            <button type="button" class="skip" on:click=move |_| shell.go_to(Pane::Stage)>
                "Skip to the graph"
            </button>
            <TopBar />
            <Later>
                <Controls />
            </Later>
            <main class="work">
                <Left />
                <div class="middle">
                    <Stage />
                    <Later>
                        <Scrubber />
                    </Later>
                    <Splitter
                        label="Height of the run panel"
                        is_vertical=false
                        size=shell.dock_height
                        resize=move |height: f64| shell.resize(shell.side_width.get_untracked(), height)
                    />
                    <Dock />
                </div>
                <Splitter
                    label="Width of the text panel"
                    is_vertical=true
                    size=shell.side_width
                    resize=move |width: f64| shell.resize(width, shell.dock_height.get_untracked())
                />
                <Side />
            </main>
            <PaneBar />
            <Later>
                <Gallery />
                <CommandPalette />
                <ConnectDialog />
                <Export />
                <Convert />
                <Extract />
                <SaveBlock />
                <DeployDialog />
                <TemplateDialog />
                <TestState />
                <Shortcuts />
                <DragGhost />
                <PrintedExecution />
            </Later>
            <Toasts />
            <div class="visually-hidden" role="status" aria-live="polite">
                {move || shell.announcement.get()}
            </div>
        </div>
    }
}

/// Keys, drops and pastes that concern the page as a whole.
fn listen(studio: Studio) {
    let on_key = window_event_listener(leptos::ev::keydown, move |event| {
        if event.default_prevented() || dom::is_dialog_open() {
            return;
        }
        let in_text = dom::is_in_text(event.target());
        if let Some(command) = command_of(&event, in_text, studio.shell.letters.get_untracked()) {
            event.prevent_default();
            dispatch(studio, command);
        }
    });
    let on_drag_over = window_event_listener(leptos::ev::dragover, |event| event.prevent_default());
    let on_drop = window_event_listener(leptos::ev::drop, move |event| {
        event.prevent_default();
        let Some(data) = event.data_transfer() else { return };
        let file = data.files().and_then(|files| files.get(0));
        let item = data.items().get(0);
        if let Some(file) = file {
            leptos::task::spawn_local(async move {
                let handle = match item {
                    Some(item) => crate::platform::files::handle_of(&item).await,
                    None => None,
                };
                match crate::platform::files::read(&file).await {
                    Ok(text) => studio.open_text(&file.name(), &text, handle),
                    Err(message) => studio.shell.fail(message),
                }
            });
        } else if let Ok(text) = data.get_data("text/plain")
            && !text.is_empty()
        {
            studio.open_text("dropped.asl.json", &text, None);
        }
    });
    let on_paste = window_event_listener(leptos::ev::paste, move |event| {
        if dom::is_in_text(event.target()) || dom::is_dialog_open() {
            return;
        }
        let text =
            event.clipboard_data().and_then(|data| data.get_data("text/plain").ok()).unwrap_or_default();
        if !text.trim().is_empty() {
            event.prevent_default();
            studio.paste_text(&text);
        }
    });
    // What is copied is states, unless a part of the page is marked or the focus is in a text.
    let put_on_clipboard = move |event: &web_sys::ClipboardEvent| {
        if dom::is_in_text(event.target()) || dom::is_dialog_open() || dom::has_marked_text() {
            return false;
        }
        let (Ok(text), Some(data)) = (studio.copied_text(), event.clipboard_data()) else { return false };
        event.prevent_default();
        let is_set = data.set_data("text/plain", &text).is_ok();
        studio.note_copied(text);
        is_set
    };
    let on_copy = window_event_listener(leptos::ev::copy, move |event| {
        put_on_clipboard(&event);
    });
    let on_cut = window_event_listener(leptos::ev::cut, move |event| {
        if put_on_clipboard(&event) {
            studio.take_out();
        }
    });
    on_cleanup(move || {
        on_key.remove();
        on_drag_over.remove();
        on_drop.remove();
        on_paste.remove();
        on_copy.remove();
        on_cut.remove();
    });
}
