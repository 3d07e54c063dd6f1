use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use super::examples::Example;
use crate::state::Studio;
use crate::ui::{Icon, known_icon};

/// So many services are named on a card; the others are counted.
const MOST_SERVICES: usize = 4;

/// An example: what it shows, and what it calls. A click opens it.
#[component]
pub fn ExampleCard(example: Example) -> impl IntoView {
    let sheet = style_sheet!("style/example_card.css");
    let studio = Studio::of_app();
    let name = example.name.clone();
    let open = move |_| {
        let name = name.clone();
        studio.shell.show_gallery(false);
        spawn_local(async move { studio.open_example(&name).await });
    };
    let kind = example.kind();
    let title_id = format!("example-{}", example.name);
    let text_id = format!("{title_id}-text");
    let more = example.services.len().saturating_sub(MOST_SERVICES);
    let hidden: Vec<String> =
        example.services.iter().skip(MOST_SERVICES).map(|service| service.title.clone()).collect();
    let services = example.services.into_iter().take(MOST_SERVICES).map(|service| {
        let icon = known_icon(catalogue::icon(&service.name));
        view! {
            class = sheet,
            <span class="example-service">
                <Icon name=icon size=13 />
                {service.title}
            </span>
        }
    });
    view! {
        class = sheet,
        <button
            type="button"
            class="example"
            data-example=example.name
            aria-labelledby=title_id
            aria-describedby=text_id
            on:click=open
        >
            <span class="example-title" id=title_id.clone()>
                {example.title}
            </span>
            <span class="example-text" id=text_id.clone()>
                <span class="example-summary">{example.summary}</span>
                <span class="example-services">
                    {services.collect_view()}
                    {(more > 0)
                        .then(|| {
                            view! {
                                class = sheet,
                                <span class="example-service" title=hidden.join(", ")>
                                    {format!("+{more}")}
                                </span>
                            }
                        })}
                </span>
                <span class="example-facts">
                    {format!("{} · {kind} · {} states", example.language, example.states)}
                </span>
            </span>
        </button>
    }
}
