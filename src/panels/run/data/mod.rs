//! The data of the state that the cursor is in: its stages, its variables, the context, and ways of a value.

mod expression;
mod follow;
mod stage_card;
mod stages;
mod variables;

use json::Value;
use leptos::prelude::*;
use stylers_macro::style_sheet;

pub use self::expression::TracedText;
pub use self::stage_card::StageStrip;
pub use self::stages::short_text;

use self::follow::Follow;
use self::stages::Stages;
use self::variables::Variables;
use crate::canvas::type_icon;
use crate::state::{SharedData, Studio};
use crate::ui::{Icon, Json, JsonTree};
use debugger::duration_text;
use engine::Failure;

/// What follows a value: where it is, and which way.
#[derive(Clone, Debug, PartialEq)]
pub struct Followed {
    pub position: u32,
    pub pointer: String,
    pub is_forward: bool,
}

/// The run that is looked at, and where in it: what is typed there belongs there.
fn place_of(studio: Studio) -> (u32, u32) {
    let run = studio.runs.current.get_untracked().map_or(0, |run| run.0);
    (run, studio.runs.cursor.get_untracked().position)
}

/// The panel of the tab "Data".
#[component]
pub fn Data() -> impl IntoView {
    let sheet = style_sheet!("style/data.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let looked_at = Memo::new(move |_| studio.looked_at());
    let data = Memo::new(move |_| runs.data(looked_at.get()));
    let has_data = move || data.with(Option::is_some);
    let followed = RwSignal::new(None::<Followed>);
    let context = Signal::derive(move || {
        Json(data.with(|data| data.as_ref().map_or(Value::Null, |data| data.0.view.context.clone())))
    });
    view! {
        class = sheet,
        <div class="data">
            <SelectedElsewhere />
            <Show when=has_data fallback=|| view! { <NoState /> }>
                <Head data=data />
                <Stages data=data followed=followed />
                <Follow followed=followed />
                <Variables data=data />
                <details class="data-section">
                    <summary>"Context object"</summary>
                    <JsonTree value=context label=Signal::derive(|| "Context object".to_owned()) most_height=320.0 />
                </details>
            </Show>
        </div>
    }
}

/// The way to the state that is selected in the graph, where the cursor is in another one.
#[component]
pub fn SelectedElsewhere() -> impl IntoView {
    let sheet = style_sheet!("style/data.css");
    let studio = Studio::of_app();
    let found = Memo::new(move |_| {
        let (name, position) = studio.visit_of_selected()?;
        Some((name, position, studio.looked_at().is_some()))
    });
    let button = move || {
        let (name, position, is_shown) = found.get()?;
        // At the end of a run the state is shown already, and what is left to do is to take the graph there.
        let (title, words) = match is_shown {
            true => (
                "Graph, variables and events go back to where this state ended",
                "Go to this visit".to_owned(),
            ),
            false => ("The state that is selected in the graph", format!("Show the data of {name}")),
        };
        Some(view! {
            class = sheet,
            <button
                type="button"
                class="button to-state"
                title=title
                on:click=move |_| studio.runs.seek(position)
            >
                <Icon name=if is_shown { "arrow-right" } else { "data-table" } size=16 />
                {words}
            </button>
        })
    };
    let unvisited = move || {
        let name = studio.unvisited_selection()?;
        Some(view! {
            class = sheet,
            <p class="data-none">{format!("The run did not come to {name}.")}</p>
        })
    };
    view! {
        {button}
        {unvisited}
    }
}

/// The name of the state and how it fares.
#[component]
fn Head(data: Memo<Option<SharedData>>) -> impl IntoView {
    let sheet = style_sheet!("style/data_head.css");
    let content = move || {
        data.get().map(|SharedData(data)| {
            let mut facts = vec![data.state_type.name().to_owned(), format!("visit {}", data.number + 1)];
            if data.retries > 0 {
                facts.push(format!("attempt {}", data.retries + 1));
            }
            facts.push(duration_text(data.millis));
            let failure = data.view.failure.as_ref().map(failure_told);
            let disagreement = data.view.disagreement.as_ref().map(|failure| {
                let cause = failure.cause.as_deref().unwrap_or_default();
                view! {
                    class = sheet,
                    <p class="data-failure disagreement">
                        <strong>"The definition here is not the one that was recorded"</strong>
                        {format!("With it this state would fail, which it did not: {} {cause}", failure.name())}
                    </p>
                }
            });
            view! {
                class = sheet,
                <div class="data-head">
                    <Icon name=type_icon(Some(data.state_type)) size=20 />
                    <h3 data-testid="data-state">{data.name.to_string()}</h3>
                    <span class="data-status" data-status=crate::canvas::status_key(data.status)>
                        {data.status.name()}
                    </span>
                    <span class="data-facts">{facts.join(" · ")}</span>
                </div>
                {failure}
                {disagreement}
            }
        })
    };
    view! { {content} }
}

fn failure_told(failure: &Failure) -> impl IntoView + use<> {
    let sheet = style_sheet!("style/data_head.css");
    let name = failure.name().to_owned();
    let cause = failure.cause.as_deref().unwrap_or_default().to_owned();
    view! {
        class = sheet,
        <p class="data-failure">
            <strong>{name}</strong>
            {cause}
        </p>
    }
}

/// What there is to see at an event of no state: the data of the event itself, or the way to the state before it.
#[component]
fn NoState() -> impl IntoView {
    let sheet = style_sheet!("style/data.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let value = Memo::new(move |_| {
        if runs.is_running() {
            return None;
        }
        runs.with_picture(|run| {
            let details = &run.session.event()?.details;
            let of_input = details.input().map(|value| ("Input of the execution", Json(value.clone())));
            of_input
                .or_else(|| details.output().map(|value| ("Output of the execution", Json(value.clone()))))
        })?
    });
    let is_at_end = move || {
        runs.with_picture(|run| run.session.event().is_some_and(|event| event.event_type.is_terminal()))
            == Some(true)
    };
    let words = move || {
        if runs.is_running() {
            return "The run goes on: pause it to see its data.";
        }
        match runs.cursor.get().position {
            0 => "Run the workflow, or step into it, to see here what each state does to its data.",
            _ if value.with(Option::is_some) => "",
            _ if is_at_end() => "The execution ended here.",
            _ => "This event belongs to no state. Step on to see data.",
        }
    };
    let failure = move || {
        let event = runs.with_picture(|run| Some(failure_told(run.session.event()?.details.failure()?)));
        event.flatten()
    };
    // Where an execution ends one wants to know what its last state saw.
    let last_state = move || {
        if runs.is_running() || !is_at_end() || studio.visit_of_selected().is_some() {
            return None;
        }
        let (name, to) = runs.with_picture(|run| {
            let session = &run.session;
            let position = session.cursor().position;
            let (_, visit) = session.failed_visit(position).or_else(|| session.latest_visit(position))?;
            Some((visit.name.clone(), visit.exited.unwrap_or(visit.last)))
        })??;
        Some(view! {
            class = sheet,
            <button type="button" class="button to-state" on:click=move |_| runs.seek(to)>
                <Icon name="data-table" size=16 />
                {format!("Show the data of {name}")}
            </button>
        })
    };
    let tree = move || {
        value.get().map(|(title, value)| {
            view! {
                class = sheet,
                <section class="data-section">
                    <h4>{title}</h4>
                    <JsonTree
                        value=Signal::derive(move || value.clone())
                        label=Signal::derive(move || title.to_owned())
                        most_height=600.0
                    />
                </section>
            }
        })
    };
    view! {
        class = sheet,
        <p class="data-none">{words}</p>
        {failure}
        {last_state}
        {tree}
    }
}
