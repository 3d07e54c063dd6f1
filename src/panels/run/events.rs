use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::result::duration_text;
use crate::state::Studio;
use crate::ui::VirtualList;

const ROW_HEIGHT: f64 = 30.0;

/// The history of the run: every event, and the details of the selected one.
#[component]
pub fn Events() -> impl IntoView {
    let sheet = style_sheet!("style/events.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let count = Signal::derive(move || runs.event_count());
    let details = move || {
        let position = runs.selected_event.get()?;
        runs.with_event(position, |event, _| {
            let value = engine::history::event_to_json(event, engine::TimestampStyle::Iso);
            (format!("{} {}", event.id.0, event.event_type.name()), value.to_pretty())
        })
    };
    view! {
        class = sheet,
        <div class="events" class:split=move || runs.selected_event.get().is_some()>
            <Show
                when=move || count.get() != 0
                fallback=move || {
                    view! {
                        class = sheet,
                        <p class="events-none">"No events yet: run the workflow."</p>
                    }
                }
            >
                <div class="events-list">
                    <div class="event-head" aria-hidden="true">
                        <span class="event-id">"ID"</span>
                        <span class="event-type">"Type"</span>
                        <span class="event-state">"State"</span>
                        <span class="event-time">"Time"</span>
                    </div>
                    <VirtualList
                        count=count
                        row_height=ROW_HEIGHT
                        label=Signal::derive(move || format!("{} events", count.get()))
                        selected=runs.selected_event
                        row=|position| view! { <EventRow position=position /> }
                    />
                </div>
                {move || {
                    details()
                        .map(|(title, text)| {
                            view! {
                                class = sheet,
                                <div class="event-details">
                                    <h3>{title}</h3>
                                    <pre tabindex="0">{text}</pre>
                                </div>
                            }
                        })
                }}
            </Show>
        </div>
    }
}

#[component]
fn EventRow(position: Memo<usize>) -> impl IntoView {
    let sheet = style_sheet!("style/event_row.css");
    let studio = Studio::of_app();
    let facts = Memo::new(move |_| {
        studio.runs.with_event(position.get(), |event, execution| {
            let start = execution.history().get(0).map_or(event.timestamp, |first| first.timestamp);
            let name = event.details.name().cloned().or_else(|| {
                event
                    .state
                    .and_then(|state| execution.machine()?.state(state))
                    .map(|state| state.name.clone())
            });
            let tone = match event.event_type {
                event_type if event_type.is_failure() => "failed",
                event_type if event_type.name().ends_with("Succeeded") => "succeeded",
                event_type if event_type.is_state_entered() => "entered",
                _ => "plain",
            };
            (
                event.id.0,
                event.event_type.name(),
                name.unwrap_or_default(),
                format!("+{}", duration_text(event.timestamp.0 - start.0)),
                tone,
            )
        })
    });
    let read = move |part: fn(&(u32, &'static str, json::Str, String, &'static str)) -> String| {
        move || facts.with(|facts| facts.as_ref().map_or(String::new(), part))
    };
    view! {
        class = sheet,
        <div class="event-row" data-tone=read(|facts| facts.4.to_owned())>
            <span class="event-id">{read(|facts| facts.0.to_string())}</span>
            <span class="event-type">{read(|facts| facts.1.to_owned())}</span>
            <span class="event-state">{read(|facts| facts.2.to_string())}</span>
            <span class="event-time">{read(|facts| facts.3.clone())}</span>
        </div>
    }
}
