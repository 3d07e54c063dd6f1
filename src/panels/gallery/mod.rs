mod card;
mod examples;
mod recent;

use std::collections::BTreeSet;

use catalogue::has_words;
use leptos::html;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use self::card::ExampleCard;
use self::examples::{Example, Filter};
use self::recent::RecentRow;
use crate::platform::dom;
use crate::state::{DraftSummary, Studio};
use crate::ui::{Dialog, Icon};

/// In the place of a category: the workflows that this browser keeps.
const RECENT: &str = "Recent in this browser";

/// On a narrower page a keyboard would come up over half of it.
const NARROW: f64 = 760.0;

/// Examples that came with the app, and the workflows that this browser keeps.
#[component]
pub fn Gallery() -> impl IntoView {
    let shell = Studio::of_app().shell;
    view! {
        <Dialog open=shell.gallery title="Open a workflow" look="gallery-dialog">
            <GalleryBody />
        </Dialog>
    }
}

/// The examples as they were loaded, and which of them are shown.
#[derive(Clone, Copy)]
struct Shown {
    examples: RwSignal<Option<Vec<Example>>>,
    filter: RwSignal<Filter>,
    /// The names of the examples that fit.
    names: Memo<BTreeSet<String>>,
}

#[component]
fn GalleryBody() -> impl IntoView {
    let sheet = style_sheet!("style/gallery.css");
    let examples = RwSignal::new(None::<Vec<Example>>);
    let filter = RwSignal::new(Filter::default());
    let names = Memo::new(move |_| {
        let filter = filter.get();
        examples.with(|examples| {
            let fitting = examples.iter().flatten().filter(|example| filter.fits(example));
            fitting.map(|example| example.name.clone()).collect::<BTreeSet<String>>()
        })
    });
    let shown = Shown { examples, filter, names };
    let drafts = RwSignal::new(DraftSummary::all());
    spawn_local(async move {
        let loaded = Example::load_all().await;
        let _ = examples.try_set(Some(loaded));
    });
    let is_recent = move || filter.with(|filter| filter.category == RECENT);
    let are_recent_shown = move || is_recent() || filter.with(|filter| filter.category.is_empty());
    let fits_query = move |draft: &DraftSummary| {
        filter.with(|filter| has_words(&draft.name.to_lowercase(), &filter.query))
    };
    let found_drafts = Memo::new(move |_| {
        let drafts = drafts.get().into_iter();
        drafts.filter(fits_query).map(|draft| draft.id).collect::<BTreeSet<String>>()
    });
    let is_nothing_shown = move || {
        examples.with(|examples| examples.as_ref().is_some_and(|examples| !examples.is_empty()))
            && names.with(BTreeSet::is_empty)
            && !is_recent()
    };
    let categories = Memo::new(move |_| {
        examples.with(|examples| {
            let mut categories: Vec<String> = Vec::new();
            for example in examples.iter().flatten() {
                if !categories.contains(&example.category) {
                    categories.push(example.category.clone());
                }
            }
            categories
        })
    });
    let of_category = move |category: &str| {
        let examples = examples.get_untracked().unwrap_or_default();
        examples.into_iter().filter(|example| example.category == category).collect::<Vec<Example>>()
    };
    let body = NodeRef::<html::Div>::new();
    view! {
        class = sheet,
        <div
            class="gallery"
            node_ref=body
            on:keydown=move |event| {
                if let Some(body) = body.get_untracked() {
                    go_by_key(&body, &event, filter);
                }
            }
        >
            <Finding shown=shown recent=Signal::derive(move || found_drafts.with(BTreeSet::len)) />
            <Categories shown=shown categories=categories recent=Signal::derive(move || drafts.with(Vec::len)) />
            <div class="gallery-shelves">
                <Show when=move || examples.with(Option::is_none)>
                    <p class="gallery-note">"Loading…"</p>
                </Show>
                <Show when=move || examples.with(|examples| examples.as_ref().is_some_and(Vec::is_empty))>
                    <p class="gallery-note" role="alert">
                        "The examples could not be loaded. Is the connection to the server still there?"
                    </p>
                </Show>
                <Show when=is_nothing_shown>
                    <p class="gallery-note">
                        "No example fits. "
                        <button type="button" class="button" on:click=move |_| filter.set(Filter::default())>
                            "Show all"
                        </button>
                    </p>
                </Show>
                <For each=move || categories.get() key=|category| category.clone() let(category)>
                    {
                        let of_it = of_category(&category);
                        let its_names: Vec<String> = of_it.iter().map(|example| example.name.clone()).collect();
                        let is_hidden = move || {
                            names.with(|names| !its_names.iter().any(|name| names.contains(name)))
                        };
                        view! {
                            class = sheet,
                            <section hidden=is_hidden aria-label=category>
                                <h3>{category.clone()}</h3>
                                <ul class="gallery-grid">
                                    {of_it
                                        .into_iter()
                                        .map(|example| {
                                            let name = example.name.clone();
                                            let is_hidden = move || names.with(|names| !names.contains(&name));
                                            view! {
                                                <li hidden=is_hidden>
                                                    <ExampleCard example=example />
                                                </li>
                                            }
                                        })
                                        .collect_view()}
                                </ul>
                            </section>
                        }
                    }
                </For>
                <section hidden=move || !are_recent_shown() aria-label=RECENT>
                    <h3>{RECENT}</h3>
                    <Show when=move || found_drafts.with(BTreeSet::is_empty)>
                        <p class="gallery-note">
                            {move || {
                                if drafts.with(Vec::is_empty) {
                                    "What you open or write is kept here."
                                } else {
                                    "None has this name."
                                }
                            }}
                        </p>
                    </Show>
                    <ul class="recent">
                        <For
                            each=move || {
                                let found = found_drafts.get();
                                drafts.get().into_iter().filter(move |draft| found.contains(&draft.id))
                            }
                            key=|draft| draft.id.clone()
                            let(draft)
                        >
                            <RecentRow draft=draft drafts=drafts />
                        </For>
                    </ul>
                </section>
            </div>
        </div>
    }
}

/// The search field, the filters, and how many fit.
#[component]
fn Finding(
    shown: Shown,
    /// How many of the workflows that this browser keeps fit.
    recent: Signal<usize>,
) -> impl IntoView {
    let sheet = style_sheet!("style/gallery_finding.css");
    let filter = shown.filter;
    let search = NodeRef::<html::Input>::new();
    Effect::new(move |_| {
        if let Some(search) = search.get().filter(|_| dom::page_size().0 > NARROW) {
            let _ = search.focus();
        }
    });
    let count = move || {
        let all = shown.examples.with(|examples| examples.as_ref().map_or(0, Vec::len));
        match shown.names.with(BTreeSet::len) {
            _ if filter.with(|filter| filter.category == RECENT) => match recent.get() {
                1 => "1 workflow".to_owned(),
                found => format!("{found} workflows"),
            },
            1 if all > 1 => "1 example".to_owned(),
            found => format!("{found} examples"),
        }
    };
    view! {
        class = sheet,
        <div class="finding">
            <div class="finding-search">
                <span class="finding-glass">
                    <Icon name="search" />
                </span>
                <input
                    node_ref=search
                    id="gallery-search"
                    type="text"
                    aria-label="Find an example"
                    placeholder="Find by name, purpose or service"
                    autocomplete="off"
                    spellcheck="false"
                    prop:value=move || filter.with(|filter| filter.query.clone())
                    on:input=move |event| filter.update(|filter| filter.query = event_target_value(&event))
                />
            </div>
            <select
                aria-label="Query language"
                prop:value=move || filter.with(|filter| filter.language.clone())
                on:change=move |event| filter.update(|filter| filter.language = event_target_value(&event))
            >
                <option value="">"Any language"</option>
                <option value="JSONata">"JSONata"</option>
                <option value="JSONPath">"JSONPath"</option>
            </select>
            <select
                aria-label="Type of workflow"
                prop:value=move || {
                    match filter.with(|filter| filter.is_express) {
                        None => "",
                        Some(false) => "Standard",
                        Some(true) => "Express",
                    }
                }
                on:change=move |event| {
                    filter
                        .update(|filter| {
                            filter.is_express = match &*event_target_value(&event) {
                                "Standard" => Some(false),
                                "Express" => Some(true),
                                _ => None,
                            };
                        });
                }
            >
                <option value="">"Any type"</option>
                <option value="Standard">"Standard"</option>
                <option value="Express">"Express"</option>
            </select>
            <p class="finding-count" role="status">
                {count}
            </p>
        </div>
    }
}

/// What the shelves are about: everything, one category, or what this browser keeps.
#[component]
fn Categories(shown: Shown, categories: Memo<Vec<String>>, recent: Signal<usize>) -> impl IntoView {
    let sheet = style_sheet!("style/gallery_categories.css");
    let filter = shown.filter;
    let choice = move |category: String, label: String, count: Signal<usize>| {
        let own = category.clone();
        let is_chosen = Memo::new(move |_| filter.with(|filter| filter.category == own));
        view! {
            class = sheet,
            <button
                type="button"
                class="category"
                class:chosen=is_chosen
                aria-pressed=move || if is_chosen.get() { "true" } else { "false" }
                on:click=move |_| filter.update(|filter| filter.category = category.clone())
            >
                {label}
                <span class="category-count">{count}</span>
            </button>
        }
    };
    let count_of = move |category: String| {
        Signal::derive(move || {
            shown.examples.with(|examples| {
                let all = examples.iter().flatten();
                all.filter(|example| category.is_empty() || example.category == category).count()
            })
        })
    };
    view! {
        class = sheet,
        <div class="categories" role="group" aria-label="Category">
            {choice(String::new(), "All examples".to_owned(), count_of(String::new()))}
            <For each=move || categories.get() key=|category| category.clone() let(category)>
                {choice(category.clone(), category.clone(), count_of(category))}
            </For>
            {choice(RECENT.to_owned(), "Recent".to_owned(), recent)}
        </div>
    }
}

/// Arrow keys go through the cards as they lie, from and to the search field; letters go on searching.
fn go_by_key(body: &HtmlElement, event: &web_sys::KeyboardEvent, filter: RwSignal<Filter>) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(element) = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok()) else {
        return;
    };
    let cards = cards_in(body);
    let now = cards.iter().position(|card| *card == element);
    let in_search = element.id() == "gallery-search";
    if !in_search && now.is_none() {
        return;
    }
    let has_query = filter.with_untracked(|filter| !filter.query.is_empty());
    let key = event.key();
    let focus = |card: Option<&HtmlElement>| {
        if let Some(card) = card {
            let _ = card.focus();
        }
    };
    match (&*key, now) {
        ("ArrowDown", None) => focus(cards.first()),
        ("ArrowDown", Some(_)) => focus(beside(&cards, &element, 1.0)),
        ("ArrowUp", Some(_)) => match beside(&cards, &element, -1.0) {
            Some(card) => focus(Some(card)),
            None => dom::focus_soon("gallery-search"),
        },
        ("ArrowRight", Some(now)) => focus(cards.get(now + 1)),
        ("ArrowLeft", Some(now)) => focus(now.checked_sub(1).and_then(|before| cards.get(before))),
        ("Home", Some(_)) => focus(cards.first()),
        ("End", Some(_)) => focus(cards.last()),
        ("Enter", None) if has_query => {
            if let Some(card) = cards.first() {
                card.click();
            }
        }
        ("Escape", _) if has_query => {
            filter.update(|filter| filter.query.clear());
            dom::focus_soon("gallery-search");
        }
        (letter, Some(_)) if letter.chars().count() == 1 && letter != " " => {
            filter.update(|filter| filter.query.push_str(letter));
            dom::focus_soon("gallery-search");
        }
        _ => return,
    }
    event.prevent_default();
    event.stop_propagation();
}

/// The cards that are shown, in their order.
fn cards_in(body: &HtmlElement) -> Vec<HtmlElement> {
    let Ok(found) = body.query_selector_all(".example") else { return Vec::new() };
    (0..found.length())
        .filter_map(|index| found.get(index)?.dyn_into::<HtmlElement>().ok())
        .filter(|card| card.offset_parent().is_some())
        .collect()
}

/// The card in the row below (1) or above (-1) that is the closest sideways.
fn beside<'a>(cards: &'a [HtmlElement], from: &HtmlElement, direction: f64) -> Option<&'a HtmlElement> {
    let place = |card: &HtmlElement| {
        let bounds = card.get_bounding_client_rect();
        (bounds.top() * direction, bounds.left())
    };
    let (row, left) = place(from);
    let beyond = |card: &&HtmlElement| place(card).0 > row + 4.0;
    let next_row = cards.iter().filter(beyond).map(|card| place(card).0).min_by(f64::total_cmp)?;
    let in_row = cards.iter().filter(|card| (place(card).0 - next_row).abs() < 4.0);
    in_row.min_by(|one, other| (place(one).1 - left).abs().total_cmp(&(place(other).1 - left).abs()))
}
