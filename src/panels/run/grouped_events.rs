use debugger::count_text;
use debugger::event_groups::LineOf;
use leptos::prelude::*;

use super::event_row::EventRow;
use super::events::{LIST, ROW_HEIGHT, ROWS_AHEAD, menu_by_key};
use crate::state::Studio;
use crate::ui::{Icon, TreeRow, VirtualList};

/// The events inside of the visits, attempts, branches and iterations that they belong to.
#[component]
pub fn GroupedEvents(label: Signal<String>, holds: RwSignal<bool>) -> impl IntoView {
    let studio = Studio::of_app();
    let page = studio.page;
    page.follow_groups();
    let count = Signal::derive(move || page.lines.with(|lines| lines.len()));
    let tree = Callback::new(move |index: usize| tree_row(studio, index).unwrap_or_default());
    let keys = Callback::new(move |event: leptos::ev::KeyboardEvent| {
        menu_by_key(studio, &event) || key_of_tree(studio, &event)
    });
    let row = move |index: Signal<usize>| {
        let line = Memo::new(move |_| page.lines.with(|lines| lines.get(index.get()).copied()));
        view! { <EventRow line=line /> }
    };
    view! {
        <VirtualList
            count=count
            row_height=ROW_HEIGHT
            label=label
            selected=page.selected_line
            id=LIST
            tree=tree
            keys=keys
            holds=holds
            ahead=ROWS_AHEAD
            row=row
        />
    }
}

/// Switches between groups and a flat list, and closes or opens all groups.
#[component]
pub fn GroupTools() -> impl IntoView {
    let page = Studio::of_app().page;
    let title = "Group events by the states that they belong to";
    view! {
        <button
            type="button"
            class="button quiet icon-only"
            data-testid="group-events"
            aria-pressed=move || if page.is_grouped.get() { "true" } else { "false" }
            title=title
            aria-label=title
            on:click=move |_| page.set_grouped(!page.is_grouped.get_untracked())
        >
            <Icon name="tree" />
        </button>
        <Show when=move || page.is_grouped.get()>
            <button
                type="button"
                class="button quiet icon-only"
                title="Close all groups"
                aria-label="Close all groups"
                on:click=move |_| page.groups.update(|groups| groups.set_all(true))
            >
                <Icon name="collapse" />
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                title="Open all groups"
                aria-label="Open all groups"
                on:click=move |_| page.groups.update(|groups| groups.set_all(false))
            >
                <Icon name="expand" />
            </button>
        </Show>
    }
}

fn tree_row(studio: Studio, index: usize) -> Option<TreeRow> {
    let page = studio.page;
    let line = page.lines.with(|lines| lines.get(index).copied())?;
    page.model.with(|made| {
        let (label, is_open) = match line.what {
            LineOf::Event(position) => {
                let event = made.model.history().get(position)?;
                (format!("{} {}", made.model.told_id(event.id), event.event_type.name()), None)
            }
            LineOf::Group { row, count, is_closed } => {
                let told = made.model.rows().get(row)?;
                let kind = match told.kind {
                    debugger::RowKind::Attempt(_, number) => format!(", attempt {}", number + 1),
                    _ => String::new(),
                };
                let label = format!(
                    "{}{kind}, {}, {} events",
                    told.name,
                    told.status.name(),
                    count_text(count.into())
                );
                (label, Some(!is_closed))
            }
        };
        Some(TreeRow {
            label,
            level: usize::from(line.depth) + 1,
            is_open,
            position: line.position as usize,
            siblings: line.siblings as usize,
        })
    })
}

/// As in every tree: the arrow keys open, close and go outwards, Enter opens or closes.
fn key_of_tree(studio: Studio, event: &leptos::ev::KeyboardEvent) -> bool {
    let page = studio.page;
    if event.alt_key() || event.ctrl_key() || event.meta_key() {
        return false;
    }
    let Some(index) = page.selected_line.get_untracked() else { return false };
    let Some(line) = page.lines.with_untracked(|lines| lines.get(index).copied()) else { return false };
    let is_closed = match line.what {
        LineOf::Group { is_closed, .. } => Some(is_closed),
        LineOf::Event(_) => None,
    };
    match (&*event.key(), is_closed) {
        ("ArrowRight", Some(true)) | ("ArrowLeft", Some(false)) | ("Enter" | " ", Some(_)) => {
            page.toggle_group(Some(line));
        }
        ("ArrowRight", Some(false)) => page.selected_line.set(Some(index + 1)),
        ("ArrowLeft", _) => {
            let outer = page.lines.with_untracked(|lines| {
                let before = lines.get(..index)?;
                before.iter().rposition(|outer| outer.depth < line.depth)
            });
            if outer.is_some() {
                page.selected_line.set(outer);
            }
        }
        ("ArrowRight", None) => {}
        _ => return false,
    }
    true
}
