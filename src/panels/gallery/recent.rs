use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::platform::dom;
use crate::state::{Draft, DraftSummary, Studio};
use crate::ui::{Icon, age_text};

/// A workflow that this browser keeps: opens it, or forgets it.
#[component]
pub fn RecentRow(draft: DraftSummary, drafts: RwSignal<Vec<DraftSummary>>) -> impl IntoView {
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
