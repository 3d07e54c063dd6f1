use json::Value;
use leptos::prelude::*;
use leptos::task::spawn_local;
use stylers_macro::style_sheet;

use crate::platform::{dom, fetch};
use crate::state::{Draft, DraftSummary, Studio};
use crate::ui::{Dialog, Icon, age_text};

/// What the gallery says of an example.
#[derive(Clone, PartialEq)]
struct Example {
    slug: String,
    title: String,
    summary: String,
    language: String,
    is_express: bool,
}

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

#[component]
fn GalleryBody() -> impl IntoView {
    let sheet = style_sheet!("style/gallery.css");
    let examples = RwSignal::new(None::<Vec<Example>>);
    let drafts = RwSignal::new(DraftSummary::all());
    spawn_local(async move {
        let loaded = load_examples().await;
        let _ = examples.try_set(Some(loaded));
    });
    view! {
        class = sheet,
        <div class="gallery">
            <section>
                <h3>"Examples"</h3>
                <Show when=move || examples.with(Option::is_none)>
                    <p class="gallery-note">"Loading…"</p>
                </Show>
                <Show when=move || examples.with(|examples| examples.as_ref().is_some_and(Vec::is_empty))>
                    <p class="gallery-note" role="alert">
                        "The examples could not be loaded. Is the connection to the server still there?"
                    </p>
                </Show>
                <ul class="gallery-grid">
                    <For
                        each=move || examples.get().unwrap_or_default()
                        key=|example| example.slug.clone()
                        let(example)
                    >
                        <ExampleCard example=example />
                    </For>
                </ul>
            </section>
            <section>
                <h3>"Recent workflows in this browser"</h3>
                <Show when=move || drafts.with(Vec::is_empty)>
                    <p class="gallery-note">"What you open or write is kept here."</p>
                </Show>
                <ul class="recent">
                    <For each=move || drafts.get() key=|draft| draft.id.clone() let(draft)>
                        <RecentRow draft=draft drafts=drafts />
                    </For>
                </ul>
            </section>
        </div>
    }
}

#[component]
fn ExampleCard(example: Example) -> impl IntoView {
    let sheet = style_sheet!("style/example_card.css");
    let studio = Studio::of_app();
    let slug = example.slug.clone();
    let open = move |_| {
        let slug = slug.clone();
        studio.shell.show_gallery(false);
        spawn_local(async move { studio.open_example(&slug).await });
    };
    let kind = if example.is_express { "Express" } else { "Standard" };
    view! {
        class = sheet,
        <li>
            <button type="button" class="example" data-example=example.slug on:click=open>
                <span class="example-title">{example.title}</span>
                <span class="example-summary">{example.summary}</span>
                <span class="example-facts">
                    <span class="example-fact">{example.language}</span>
                    <span class="example-fact">{kind}</span>
                </span>
            </button>
        </li>
    }
}

#[component]
fn RecentRow(draft: DraftSummary, drafts: RwSignal<Vec<DraftSummary>>) -> impl IntoView {
    let sheet = style_sheet!("style/recent_row.css");
    let studio = Studio::of_app();
    let is_current = studio.workspace.draft_id.with_untracked(|id| *id == draft.id);
    let age = age_text(dom::epoch_ms() - draft.saved_at);
    let (id, deleted_id) = (draft.id.clone(), draft.id.clone());
    let name = if draft.name.is_empty() { "Unnamed".to_owned() } else { draft.name.clone() };
    let delete_label = format!("Delete {name}");
    let open = move |_| {
        studio.shell.show_gallery(false);
        if let Some(draft) = Draft::load(&id).filter(|_| !is_current) {
            studio.page.example.set(None);
            studio.workspace.open(draft);
        }
    };
    let delete = move |_| {
        Draft::delete(&deleted_id);
        drafts.update(|drafts| drafts.retain(|draft| draft.id != deleted_id));
    };
    view! {
        class = sheet,
        <li class="recent-row">
            <button type="button" class="button quiet recent-open" on:click=open>
                <Icon name="history" />
                <span class="recent-name">{name}</span>
                <span class="recent-age">{if is_current { "open now".to_owned() } else { age }}</span>
            </button>
            {(!is_current)
                .then(|| {
                    view! {
                        <button
                            type="button"
                            class="button quiet icon-only"
                            aria-label=delete_label.clone()
                            title=delete_label
                            on:click=delete
                        >
                            <Icon name="trash" />
                        </button>
                    }
                })}
        </li>
    }
}

async fn load_examples() -> Vec<Example> {
    let Some(index) = fetch::text("./examples/index.json").await.and_then(|text| json::parse(&text).ok())
    else {
        return Vec::new();
    };
    let slugs: Vec<String> =
        index.as_array().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect();
    let mut examples = Vec::new();
    for slug in slugs {
        let about = fetch::text(&format!("./examples/{slug}/about.json")).await;
        let Some(about) = about.and_then(|text| json::parse(&text).ok()) else { continue };
        let text = |name: &str| about.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        examples.push(Example {
            title: text("title"),
            summary: text("summary"),
            language: text("queryLanguage"),
            is_express: text("type") == "EXPRESS",
            slug,
        });
    }
    examples
}
