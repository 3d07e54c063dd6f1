use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::Command;
use crate::state::{Mode, Studio, Theme};
use crate::ui::{CommandButton, Icon};

/// The bar at the top: what is open, and what is done most.
#[component]
pub fn TopBar() -> impl IntoView {
    let sheet = style_sheet!("style/top_bar.css");
    let studio = Studio::of_app();
    let workspace = studio.workspace;
    let theme_icon = move || match studio.shell.theme.get() {
        Theme::System => "auto-theme",
        Theme::Light => "sun",
        Theme::Dark => "moon",
    };
    view! {
        class = sheet,
        <header class="top-bar">
            <div class="brand">
                <img src="./favicon.svg" width="24" height="24" alt="" />
                <h1 class="brand-name">"Stepglass"</h1>
            </div>
            <label class="file">
                <span class="visually-hidden">"Name of the workflow's file"</span>
                <input
                    class="file-name"
                    prop:value=move || workspace.name.get()
                    on:change=move |event| studio.rename_file(&event_target_value(&event))
                    spellcheck="false"
                    autocomplete="off"
                />
                <Show when=move || workspace.has_unsaved_changes()>
                    <span class="unsaved" title="Changed since it was last saved to a file; kept in this browser">
                        "Edited"
                    </span>
                </Show>
            </label>
            <div class="actions middle" role="toolbar" aria-label="File">
                <CommandButton command=Command::ToggleLeft look="quiet wide-only" />
                <CommandButton command=Command::NewWorkflow look="quiet" />
                <CommandButton command=Command::OpenFile look="quiet" />
                <CommandButton command=Command::SaveFile look="quiet" />
                <CommandButton command=Command::OpenGallery label="Examples" look="quiet" />
                <CommandButton command=Command::Undo look="quiet" />
                <CommandButton command=Command::Redo look="quiet" />
            </div>
            <div class="modes" role="group" aria-label="Mode">
                <ModeButton mode=Mode::Design title="Design" command=Command::DesignMode />
                <ModeButton mode=Mode::Run title="Run" command=Command::RunMode />
            </div>
            <div class="actions end">
                <CommandButton command=Command::ShowPalette look="quiet" />
                <button
                    type="button"
                    class="theme button quiet icon-only"
                    title="Light, dark or the system's colours"
                    aria-label="Light, dark or the system's colours"
                    on:click=move |_| crate::command::dispatch(studio, Command::ToggleTheme)
                >
                    {move || view! { <Icon name=theme_icon() size=18 /> }}
                </button>
                // A run has its own controls.
                <Show when=move || studio.shell.mode.get() == Mode::Design>
                    <CommandButton command=Command::Debug label="Debug" look="quiet wide-only" />
                </Show>
                <Show
                    when=move || studio.runs.is_running()
                    fallback=|| view! { <CommandButton command=Command::Run label="Run" look="primary" /> }
                >
                    <CommandButton command=Command::StopRun label="Stop" look="danger" />
                </Show>
            </div>
        </header>
    }
}

/// Arranges the workbench for building, or for following a run.
#[component]
fn ModeButton(mode: Mode, title: &'static str, command: Command) -> impl IntoView {
    let sheet = style_sheet!("style/mode_button.css");
    let studio = Studio::of_app();
    let is_on = move || studio.shell.mode.get() == mode;
    view! {
        class = sheet,
        <button
            type="button"
            class="mode"
            aria-pressed=move || if is_on() { "true" } else { "false" }
            title=command.spec().title
            on:click=move |_| crate::command::dispatch(studio, command)
        >
            {title}
        </button>
    }
}
