use debugger::OriginKind;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::Followed;
use super::stages::short_text;
use crate::state::Studio;
use crate::ui::Icon;

/// A place on a value's way.
#[derive(Clone, PartialEq)]
struct Step {
    position: u32,
    name: String,
    what: String,
    note: &'static str,
}

/// Where a value came from, or who reads it.
#[component]
pub fn Follow(followed: RwSignal<Option<Followed>>) -> impl IntoView {
    let sheet = style_sheet!("style/follow.css");
    let runs = Studio::of_app().runs;
    let steps = Memo::new(move |_| {
        let followed = followed.get()?;
        runs.with_run(|run| {
            let session = &run.session;
            let name =
                |visit| session.visits().get(visit).map_or(String::new(), |visit| visit.name.to_string());
            if followed.is_forward {
                let document = run.document()?;
                let readers = session.readers(&document, followed.position, &followed.pointer);
                let steps = readers.into_iter().map(|reader| Step {
                    position: reader.position,
                    name: name(reader.visit),
                    what: format!(
                        "{} reads {}",
                        reader.place.trim_start_matches('/'),
                        match &reader.variable {
                            Some(variable) => format!("it as ${variable}: {}", reader.text),
                            None => format!("it: {}", reader.text),
                        }
                    ),
                    note: if reader.is_whole { "with all around it" } else { "" },
                });
                return Some(steps.collect::<Vec<Step>>());
            }
            let origins = session.origins(followed.position, &followed.pointer);
            let steps = origins.into_iter().map(|origin| {
                let place = match origin.pointer.is_empty() {
                    true => "all of it".to_owned(),
                    false => origin.pointer.clone(),
                };
                let (what, name) = match (origin.kind, origin.visit) {
                    (OriginKind::Input, Some(visit)) => {
                        (format!("passed on from the input, {place}"), name(visit))
                    }
                    (OriginKind::Result, Some(visit)) => (format!("result, {place}"), name(visit)),
                    (OriginKind::Made, Some(visit)) => {
                        (format!("made by an expression, {place}"), name(visit))
                    }
                    _ => (place, "Input of the execution".to_owned()),
                };
                Step {
                    position: origin.position,
                    name,
                    what,
                    note: if origin.is_certain { "" } else { "likely: an equal value" },
                }
            });
            Some(steps.collect())
        })?
    });
    let head = move || {
        followed.get().map(|followed| {
            let value = runs.with_run_untracked(|run| {
                let details = &run.session.event_at(followed.position)?.details;
                let all = details.output().or_else(|| details.input())?;
                debugger::diff::value_at(all, &followed.pointer).map(|value| short_text(value, 60))
            });
            let title = if followed.is_forward { "Who reads" } else { "Where does it come from:" };
            let place = if followed.pointer.is_empty() { "$".to_owned() } else { followed.pointer };
            (title, place, value.flatten().unwrap_or_default())
        })
    };
    let rows = move || {
        steps.get().map(|steps| {
            let is_empty = steps.is_empty();
            let rows = steps.into_iter().map(|step| {
                view! {
                    class = sheet,
                    <li>
                        <button type="button" class="follow-step" on:click=move |_| runs.seek(step.position)>
                            <strong>{step.name}</strong>
                            <span>{step.what}</span>
                            <em>{step.note}</em>
                        </button>
                    </li>
                }
            });
            let rows = rows.collect_view();
            view! {
                class = sheet,
                <ol>{rows}</ol>
                {is_empty.then(|| view! { class = sheet, <p class="follow-none">"No expression of this run so far."</p> })}
            }
        })
    };
    view! {
        class = sheet,
        <Show when=move || followed.with(Option::is_some)>
            <section class="follow" aria-label="Way of a value">
                <div class="follow-head">
                    {move || {
                        head()
                            .map(|(title, place, value)| {
                                view! {
                                    class = sheet,
                                    <h4>{title} " " <code>{place}</code></h4>
                                    <code class="follow-value">{value}</code>
                                }
                            })
                    }}
                    <button
                        type="button"
                        class="button quiet icon-only"
                        aria-label="Close"
                        on:click=move |_| followed.set(None)
                    >
                        <Icon name="close" />
                    </button>
                </div>
                {rows}
            </section>
        </Show>
    }
}
