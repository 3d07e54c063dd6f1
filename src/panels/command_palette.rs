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
        Command::Run => "execute start simulate play",
        Command::Debug => "debugger step breakpoint pause",
        Command::Continue => "resume go on",
        Command::TogglePlaying => "slow run speed animate replay recording pause",
        Command::StopRun => "abort cancel kill",
        Command::RestartRun => "restart rerun",
        Command::StepInto => "debug next into",
        Command::StepOver => "debug next over",
        Command::StepOut => "debug finish return",
        Command::StepBack | Command::StepBackOver | Command::StepBackOut => {
            "debug rewind reverse time travel"
        }
        Command::BackToBreakpoint => "debug reverse continue rewind",
        Command::ToggleBreakpoint | Command::ToggleExitBreakpoint | Command::ToggleEventBreakpoint => "debug",
        Command::RunToSelected | Command::RunAgainToHere => "debug cursor here",
        Command::ShowDebug => "debugger variables call stack locals",
        Command::ShowScratch => "console playground repl jsonata jsonpath data flow simulator",
        Command::ShowTasks => "tokens callbacks inbox answer mock",
        Command::ShowData => "variables input output context payload",
        Command::ShowRuns | Command::ShowEvents => "executions history",
        Command::ShowSteps => "table timeline gantt",
        Command::ShowComparison => "diff difference",
        Command::ShowInput => "payload json",
        Command::ShowObjects => "bucket files",
        Command::ShowGraph => "canvas diagram",
        Command::ShowDefinition => "code asl json yaml editor source",
        Command::ShowBlocks => "add palette insert state service",
        Command::ShowOutline => "tree structure",
        Command::NewWorkflow => "create empty blank",
        Command::CopyLink => "share link url",
        Command::OpenGallery => "gallery sample template",
        Command::OpenFile => "import load",
        Command::SaveFile => "download export asl",
        Command::ExportHistory => "export json csv",
        Command::TakeAnswers => "mocks record stub",
        Command::RedriveRun => "retry rerun failed",
        Command::FoldDock | Command::ToggleDock => "bottom collapse expand maximize hide",
        Command::ToggleLeft => "sidebar hide collapse",
        Command::WrapInParallel => "wrap group branch",
        Command::WrapInMap => "wrap group loop iterate each",
        Command::Unwrap => "ungroup",
        Command::AddCatcher => "catch error fallback",
        Command::AddRule => "choice condition if",
        Command::InsertAfter | Command::InsertBefore => "insert new state",
        Command::TestState => "try unit teststate",
        Command::ExtractWorkflow => "child nested refactor split",
        Command::SaveBlock => "reuse snippet template pattern own my blocks",
        Command::SetStart => "startat first",
        Command::Duplicate => "clone copy",
        Command::ZoomToFit => "center centre whole",
        Command::ExportDeployment => {
            "cloudformation sam terraform cdk cli iam role template deploy serverless"
        }
        Command::ToggleDirection => "horizontal vertical direction orientation",
        Command::SelectLeadingHere => "upstream predecessors ancestors select before",
        Command::SelectFollowing => "downstream successors descendants select after",
        Command::ExportPicture => "svg png image drawio diagrams.net",
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

/// The commands whose title, group or other words have every word of the query: those that begin with it first, then
/// those that have it in their title. Where none has them all, those that have most.
fn search(query: &str) -> Vec<Command> {
    let query = query.trim().to_lowercase();
    let words: Vec<&str> = catalogue::words_of(&query).collect();
    let mut found: Vec<(usize, u8, Command)> = Command::ALL
        .iter()
        .map(|command| {
            let spec = command.spec();
            let title = spec.title.to_lowercase();
            let text = format!("{title} {} {}", spec.group.to_lowercase(), other_words(*command));
            let missing = words.iter().filter(|word| !text.contains(**word)).count();
            let rank = match () {
                () if title.starts_with(&*query) => 0,
                () if words.iter().all(|word| title.contains(word)) => 1,
                () => 2,
            };
            (missing, rank, *command)
        })
        .collect();
    let fewest = found.iter().map(|(missing, ..)| *missing).min().unwrap_or_default();
    if fewest > 0 && fewest >= words.len() {
        return Vec::new();
    }
    found.retain(|(missing, ..)| *missing == fewest);
    found.sort_by_key(|(_, rank, _)| *rank);
    found.into_iter().map(|(.., command)| command).collect()
}

#[cfg(all(test, target_arch = "wasm32"))]
mod tests {
    use wasm_bindgen_test::wasm_bindgen_test;

    use super::search;
    use crate::command::Command;

    #[wasm_bindgen_test]
    fn commands_are_found_by_what_people_call_them() {
        for (query, command) in [
            ("debug", Command::Debug),
            ("run", Command::Run),
            ("execute", Command::Run),
            ("step back", Command::StepBack),
            ("Terraform", Command::ExportDeployment),
            ("mocks", Command::ShowAnswers),
            ("zoom fit please", Command::ZoomToFit),
        ] {
            assert_eq!(search(query).first(), Some(&command), "{query}");
        }
        assert_eq!(search("").len(), Command::ALL.len());
        assert_eq!(search("qqqq"), []);
    }
}
