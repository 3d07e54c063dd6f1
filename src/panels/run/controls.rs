use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::command::Command;
use crate::state::{Mode, RunKey, Studio};
use crate::ui::{CommandButton, Icon};

/// The debugger's toolbar over the graph, and where the run stands.
#[component]
pub fn Controls() -> impl IntoView {
    let sheet = style_sheet!("style/controls.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let phase = Memo::new(move |_| runs.phase());
    let sentence = move || {
        let is_running = runs.is_running();
        runs.with_picture(|run| run.sentence(is_running)).unwrap_or_default()
    };
    view! {
        class = sheet,
        <div
            class="controls"
            data-phase=move || format!("{:?}", phase.get()).to_lowercase()
            hidden=move || studio.shell.mode.get() != Mode::Run
        >
            <div class="control-group" role="toolbar" aria-label="Run">
                <CommandButton command=Command::Debug look="quiet" />
                <Show
                    when=move || runs.is_running()
                    fallback=|| view! { <CommandButton command=Command::Continue look="quiet" /> }
                >
                    <CommandButton command=Command::Pause look="quiet" />
                </Show>
                <CommandButton command=Command::StopRun look="quiet" />
                <CommandButton command=Command::RestartRun look="quiet roomy" />
                <Show when=move || studio.obstacle_of_redrive().is_none()>
                    <CommandButton command=Command::RedriveRun label="Redrive" look="quiet" />
                </Show>
            </div>
            <div class="control-group" role="toolbar" aria-label="Step">
                <CommandButton command=Command::StepOver look="quiet" />
                <CommandButton command=Command::StepInto look="quiet" />
                <CommandButton command=Command::StepOut look="quiet" />
                <CommandButton command=Command::RunToSelected look="quiet" />
            </div>
            <div class="control-group" role="toolbar" aria-label="Step back">
                <CommandButton command=Command::StepBack look="quiet" />
                <CommandButton command=Command::StepBackOver look="quiet" />
                <CommandButton command=Command::BackToBreakpoint look="quiet" />
            </div>
            <p class="standing">
                <span class="phase">{move || if runs.playing.get() { "Playing" } else { phase.get().title() }}</span>
                <span class="standing-text" data-testid="standing" title=sentence>
                    {sentence}
                </span>
            </p>
            <RunChoice />
            <Show when=move || studio.is_run_outdated() && !runs.is_running()>
                <p class="outdated" role="status">
                    <Icon name="diff" />
                    <span>"The definition has changed since this run began."</span>
                    <CommandButton command=Command::GoOnWithDefinition label="Go on with the changed definition" />
                </p>
            </Show>
        </div>
    }
}

/// Which of the runs that are kept is looked at.
#[component]
fn RunChoice() -> impl IntoView {
    let sheet = style_sheet!("style/controls.css");
    let runs = Studio::of_app().runs;
    let list = Memo::new(move |_| runs.list());
    let on_change = move |event: leptos::ev::Event| {
        if let Ok(number) = event_target_value(&event).parse() {
            runs.choose(RunKey(number));
        }
    };
    view! {
        class = sheet,
        <Show when=move || !list.with(Vec::is_empty)>
            <div class="control-group of-runs">
                <CommandButton command=Command::ForkRun look="quiet" />
                <select
                    class="run-choice"
                    aria-label="Run to look at"
                    prop:value=move || runs.current.get().map_or(String::new(), |key| key.0.to_string())
                    on:change=on_change
                >
                    {move || {
                        list.get()
                            .into_iter()
                            .rev()
                            .map(|run| {
                                let is_current = runs.current.get() == Some(run.key);
                                view! {
                                    <option value=run.key.0.to_string() selected=is_current>
                                        {format!("{} · {}", run.name, run.phase.title())}
                                    </option>
                                }
                            })
                            .collect_view()
                    }}
                </select>
            </div>
        </Show>
    }
}
