use debugger::{Breakpoint, BreakpointId, Place, StateKey};
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::breakpoint_form::BreakpointForm;
use crate::state::{BreakpointLook, Studio, details_of, title_of};
use crate::ui::Icon;

/// A breakpoint as its row shows it.
#[derive(Clone, PartialEq)]
struct Listed {
    id: BreakpointId,
    breakpoint: Breakpoint,
    look: BreakpointLook,
    problem: Option<String>,
}

/// All breakpoints: switched on and off, edited, removed.
#[component]
pub fn BreakpointList() -> impl IntoView {
    let sheet = style_sheet!("style/breakpoint_list.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let editing = studio.typed.field("breakpoints", "editing", None::<Option<BreakpointId>>);
    let list = Memo::new(move |_| {
        runs.breakpoints_verified.track();
        runs.breakpoints.with(|breakpoints| {
            let listed = breakpoints.iter().map(|(id, breakpoint)| Listed {
                id,
                breakpoint: breakpoint.clone(),
                look: BreakpointLook::of(breakpoints, id, breakpoint),
                problem: breakpoints.verify(id).err(),
            });
            listed.collect::<Vec<Listed>>()
        })
    });
    let any_enabled = move || list.with(|list| list.iter().any(|listed| listed.breakpoint.enabled));
    let enable_all = move |_| {
        let enabled = !any_enabled();
        runs.change_breakpoints(|breakpoints| {
            let ids: Vec<BreakpointId> = breakpoints.iter().map(|(id, _)| id).collect();
            for id in ids {
                breakpoints.enable(id, enabled);
            }
        });
    };
    let has_any = move || list.with(|list| !list.is_empty());
    view! {
        class = sheet,
        <div class="breakpoints">
            <div class="breakpoint-tools">
                <button type="button" class="button" on:click=move |_| editing.set(Some(None))>
                    <Icon name="plus" />
                    "Add a breakpoint"
                </button>
                <Show when=has_any>
                    <button type="button" class="button quiet" on:click=enable_all>
                        {move || if any_enabled() { "Disable all" } else { "Enable all" }}
                    </button>
                    <button
                        type="button"
                        class="button quiet"
                        on:click=move |_| runs.change_breakpoints(|breakpoints| breakpoints.clear())
                    >
                        "Remove all"
                    </button>
                </Show>
            </div>
            {move || {
                editing
                    .get()
                    .map(|id| view! { <BreakpointForm id=id close=Callback::new(move |()| editing.set(None)) /> })
            }}
            <Show when=move || !has_any()>
                <p class="breakpoint-none">
                    "Click the dot at a state's corner, or press F9 on it, to stop there. Conditions, errors, retries, events and log points: add them here."
                </p>
            </Show>
            <ul aria-label="Breakpoints">
                <For each=move || list.get() key=|listed| (listed.id, format!("{:?}{:?}", listed.breakpoint, listed.problem)) let(listed)>
                    <BreakpointRow listed=listed editing=editing />
                </For>
            </ul>
        </div>
    }
}

#[component]
fn BreakpointRow(listed: Listed, editing: RwSignal<Option<Option<BreakpointId>>>) -> impl IntoView {
    let sheet = style_sheet!("style/breakpoint_row.css");
    let studio = Studio::of_app();
    let runs = studio.runs;
    let Listed { id, breakpoint, look, problem } = listed;
    let title = title_of(&breakpoint.place);
    let details = details_of(&breakpoint).join(", ");
    let place = breakpoint.place.clone();
    let go = move |_| {
        if let Some(StateKey(key)) = state_of(&place) {
            studio.workspace.selected.set(Some(key.clone()));
            if let Some(rect) = studio.workspace.selected_rect() {
                studio.view.reveal(rect);
            }
        }
    };
    let (enable_label, edit_label, remove_label) =
        (format!("{title}: on or off"), format!("Edit {title}"), format!("Remove {title}"));
    view! {
        class = sheet,
        <li class="breakpoint-row" data-look=look.name()>
            <input
                type="checkbox"
                aria-label=enable_label
                prop:checked=breakpoint.enabled
                on:change=move |event| {
                    let enabled = event_target_checked(&event);
                    runs.change_breakpoints(|breakpoints| breakpoints.enable(id, enabled));
                }
            />
            <span class="breakpoint-sign" aria-hidden="true"></span>
            <button type="button" class="breakpoint-title" on:click=go>
                <span>{title}</span>
                <span class="breakpoint-details">{details}</span>
                {problem.map(|problem| view! { class = sheet, <span class="breakpoint-problem">{problem}</span> })}
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                aria-label=edit_label.clone()
                title=edit_label
                on:click=move |_| editing.set(Some(Some(id)))
            >
                <Icon name="edit" />
            </button>
            <button
                type="button"
                class="button quiet icon-only"
                aria-label=remove_label.clone()
                title=remove_label
                on:click=move |_| {
                    runs.change_breakpoints(|breakpoints| breakpoints.remove(id));
                }
            >
                <Icon name="trash" />
            </button>
        </li>
    }
}

fn state_of(place: &Place) -> Option<&StateKey> {
    match place {
        Place::Enter(key) | Place::Exit(key) | Place::Retry(Some(key)) => Some(key),
        Place::Transition { to, .. } => Some(to),
        _ => None,
    }
}
