use asl::StateType;
use catalogue::{Hit, Target, has_words, search};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::groups::{STATES, service_group};
use super::row::BlockRow;
use crate::canvas::{type_icon, type_key};
use crate::state::{Source, Studio};

/// Hits of the catalogue that are shown at most.
const MOST_HITS: usize = 60;

/// What fits the words that are searched for: states, actions, blocks.
#[component]
pub fn Results(query: RwSignal<String>) -> impl IntoView {
    let sheet = style_sheet!("style/palette_results.css");
    let palette = Studio::of_app().palette;
    let hits = Memo::new(move |_| {
        palette.names.with(|names| query.with(|query| search(names.as_deref(), query, MOST_HITS)))
    });
    let states = move || {
        let query = query.get();
        STATES
            .into_iter()
            .filter(move |(state_type, about)| fits_state(*state_type, about, &query))
            .map(|(state_type, about)| {
                let kind = type_key(Some(state_type));
                let icon = type_icon(Some(state_type));
                view! { <BlockRow source=Source::State(state_type) title=state_type.name() about=about icon=icon kind=kind /> }
            })
            .collect_view()
    };
    let blocks = move || {
        let query = query.get();
        let ready = palette.ready.get();
        let fitting = ready.blocks.iter().filter(|block| block.fits(&query));
        fitting
            .map(|block| {
                let (title, about, icon) = (block.title.clone(), block.about.clone(), block.icon.clone());
                view! { <BlockRow source=Source::Ready(block.id.clone()) title=title about=about icon=icon kind="flow" /> }
            })
            .collect_view()
    };
    let saved = move || {
        let query = query.get();
        let saved = palette.saved.get();
        let fitting = saved.into_iter().filter(|block| has_words(&block.name.to_lowercase(), &query));
        fitting
            .map(|block| {
                let source = Source::Saved(block.name.clone());
                view! { <BlockRow source=source title=block.name about="A block of yours" icon="stack" kind="pass" /> }
            })
            .collect_view()
    };
    let none = move || hits.with(Vec::is_empty) && !anything_else(query, palette);
    view! {
        class = sheet,
        <ul class="block-list" aria-label="What was found">
            {states}
            {saved}
            {move || hits.get().into_iter().filter(is_optimized).map(hit_row).collect_view()}
            {blocks}
            {move || hits.get().into_iter().filter(|hit| !is_optimized(hit)).map(hit_row).collect_view()}
        </ul>
        <Show when=none>
            <p class="palette-none" role="status">
                {move || match palette.names.with(Option::is_none) {
                    true => "Loading the names of all services…",
                    false => "Nothing fits. Try fewer or other words: a service, an action, a pattern.",
                }}
            </p>
        </Show>
    }
}

fn anything_else(query: RwSignal<String>, palette: crate::state::Palette) -> bool {
    let query = query.get();
    STATES.iter().any(|(state_type, about)| fits_state(*state_type, about, &query))
        || palette.ready.with(|ready| ready.blocks.iter().any(|block| block.fits(&query)))
        || palette.saved.with(|saved| saved.iter().any(|block| has_words(&block.name.to_lowercase(), &query)))
}

fn fits_state(state_type: StateType, about: &str, query: &str) -> bool {
    has_words(&format!("{} {about} state flow", state_type.name()).to_lowercase(), query)
}

fn is_optimized(hit: &Hit) -> bool {
    matches!(hit.target, Target::Integration(_))
}

fn hit_row(hit: Hit) -> AnyView {
    let Hit { target, title, subtitle, icon, obstacle } = hit;
    let source = match target {
        Target::Service(name) => return service_group(&name, &title).into_any(),
        Target::Integration(integration) => Source::Integration(integration.service, integration.action),
        Target::Action { service, action } => Source::Action(service, action),
    };
    view! { <BlockRow source=source title=title about=subtitle icon=icon obstacle=obstacle /> }.into_any()
}
