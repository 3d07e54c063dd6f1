use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::{Command, dispatch};
use crate::platform::dom;
use crate::state::Studio;
use crate::ui::{Dialog, Icon};

/// Every command, found by typing a part of its words.
#[component]
pub fn CommandPalette() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.palette title="All commands" look="palette-dialog" has_header=false>
            <PaletteBody />
        </Dialog>
    }
}

#[component]
fn PaletteBody() -> impl IntoView {
    let sheet = style_sheet!("style/command_palette.css");
    let studio = Studio::of_app();
    let query = RwSignal::new(String::new());
    let active = RwSignal::new(0_usize);
    let input = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(input) = input.get() {
            let _ = input.focus();
        }
    });
    let found = Memo::new(move |_| query.with(|query| search(query)));
    let choose = move |position: usize| {
        if let Some(command) = found.with_untracked(|found| found.get(position).copied()) {
            studio.shell.show_palette(false);
            // The dialog gives the focus back first; the command may then move it on.
            request_animation_frame(move || dispatch(studio, command));
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = found.with_untracked(Vec::len).max(1);
        let now = active.get_untracked();
        match &*event.key() {
            "ArrowDown" => active.set((now + 1) % count),
            "ArrowUp" => active.set((now + count - 1) % count),
            "Enter" => choose(now),
            _ => return,
        }
        event.prevent_default();
    };
    let apple = dom::is_apple();
    let rows = move || {
        found
            .get()
            .into_iter()
            .enumerate()
            .map(|(position, command)| {
                let spec = command.spec();
                let is_active = move || active.get() == position;
                let obstacle = command.obstacle(studio);
                let is_off = obstacle.is_some();
                let key = spec.keys.first().map(|key| view! { <kbd>{key.label(apple)}</kbd> });
                view! {
                    class = sheet,
                    <li
                        class="palette-row"
                        class:active=is_active
                        class:unavailable=is_off
                        role="option"
                        id=format!("palette-{position}")
                        aria-selected=move || if is_active() { "true" } else { "false" }
                        aria-disabled=is_off.then_some("true")
                        on:pointermove=move |_| active.set(position)
                        on:click=move |_| choose(position)
                    >
                        <Icon name=spec.icon size=18 />
                        <span class="palette-title">
                            {spec.title}
                            {obstacle.map(|reason| view! { class = sheet, <span class="palette-reason">{reason}</span> })}
                        </span>
                        <span class="palette-group">{spec.group}</span>
                        {key}
                    </li>
                }
            })
            .collect_view()
    };
    view! {
        class = sheet,
        <div class="palette">
            <input
                node_ref=input
                class="palette-input"
                type="text"
                role="combobox"
                aria-label="Find a command"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", active.get())
                placeholder="Find a command"
                autocomplete="off"
                spellcheck="false"
                prop:value=move || query.get()
                on:input=move |event| {
                    query.set(event_target_value(&event));
                    active.set(0);
                }
                on:keydown=on_key
            />
            <ul class="palette-list" id="palette-list" role="listbox" aria-label="Commands">
                {rows}
            </ul>
            <Show when=move || found.with(Vec::is_empty)>
                <p class="palette-none">"No command has these words."</p>
            </Show>
        </div>
    }
}

/// Words by which people look for a command, beside those of its title.
fn other_words(command: Command) -> &'static str {
    match command {
        Command::CopyLink => "share link url",
        Command::OpenGallery => "gallery sample template",
        Command::OpenFile => "import load",
        Command::SaveFile => "download",
        Command::ExportDeployment => "cloudformation sam terraform cdk cli iam role template deploy",
        Command::ExportPicture => "svg png image",
        Command::ShowShortcuts => "help keys",
        Command::ShowProblems => "errors warnings lint",
        Command::ShowAnswers => "mocks",
        Command::Format => "format pretty print indent",
        Command::ToggleTheme => "theme mode appearance",
        Command::Disconnect | Command::Delete => "remove",
        Command::ConvertToJsonata | Command::ConvertToJsonpath => "query language",
        _ => "",
    }
}

/// The commands whose title, group or other words have every word of the query, those that begin with it first.
fn search(query: &str) -> Vec<Command> {
    let query = query.trim().to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    let mut found: Vec<(bool, Command)> = Command::ALL
        .iter()
        .filter_map(|command| {
            let spec = command.spec();
            let text = format!("{} {} {}", spec.title, spec.group, other_words(*command)).to_lowercase();
            words.iter().all(|word| text.contains(word)).then(|| (!text.starts_with(&*query), *command))
        })
        .collect();
    found.sort_by_key(|(later, _)| *later);
    found.into_iter().map(|(_, command)| command).collect()
}
