use std::sync::Arc;

use debugger::Place;
use engine::EventId;
use leptos::prelude::*;

use crate::platform::dom;
use crate::state::{RowMenuAt, RowOf, Studio, title_of};
use crate::ui::{Icon, Menu, MenuEntry, MenuItem, MenuPlace};

/// The menu of a row of events or steps. `list` is the id of the list that gets the focus back.
#[component]
pub fn RowMenu(list: &'static str) -> impl IntoView {
    let studio = Studio::of_app();
    let menu = studio.page.row_menu;
    on_cleanup(move || {
        let _ = menu.try_set(None);
    });
    view! {
        {move || {
            let RowMenuAt { row, x, y } = menu.get()?;
            let label = match &row {
                RowOf::Event(event) => {
                    let id = studio.page.model.with_untracked(|made| made.model.told_id(*event));
                    format!("Event {id}")
                }
                RowOf::Step { name, .. } => name.to_string(),
            };
            let entries = untrack(|| entries_of(studio, &row));
            let close = Callback::new(move |gives_back: bool| {
                menu.set(None);
                if gives_back {
                    dom::focus_soon(list);
                }
            });
            let place = MenuPlace { x, y, flip_x: x };
            Some(view! { <Menu label=label entries=entries place=place close=close /> })
        }}
    }
}

/// Opens the menu of a row beside the pointer.
pub fn open_at_pointer(studio: Studio, event: &leptos::ev::MouseEvent, row: RowOf) {
    event.prevent_default();
    event.stop_propagation();
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    studio.page.row_menu.set(Some(RowMenuAt { row, x, y }));
}

/// Opens the menu of a row at the first of several elements that is in the page.
pub fn open_at_element(studio: Studio, selectors: &[&str], row: RowOf) {
    let Some((x, y)) = dom::corner_of(selectors) else { return };
    studio.page.row_menu.set(Some(RowMenuAt { row, x, y }));
}

/// Whether a key asks for the menu of what is selected.
pub fn is_menu_key(event: &leptos::ev::KeyboardEvent) -> bool {
    let is_plain = !event.ctrl_key() && !event.alt_key() && !event.meta_key();
    is_plain && (event.key() == "ContextMenu" || (event.shift_key() && event.key() == "F10"))
}

fn entries_of(studio: Studio, row: &RowOf) -> Vec<MenuEntry> {
    let event = row.event();
    let again = studio.obstacle_of_run_again();
    let mut entries = Vec::new();
    match row {
        RowOf::Event(_) => {
            entries.push(item("Go to this event", "pointer", None, move || studio.page.go_to(event)))
        }
        RowOf::Step { first, last, .. } => {
            let (first, last) = (*first, *last);
            entries.push(item("Go to its first event", "jump-start", None, move || studio.page.go_to(first)));
            entries.push(item("Go to its last event", "jump-end", None, move || studio.page.go_to(last)));
        }
    }
    entries.push(item("Run to here", "run-to", studio.obstacle_of_run_to(event), move || {
        studio.run_to_event(event)
    }));
    entries.push(item("Run again from the start, up to here", "restart", again, move || {
        studio.run_again_to(event)
    }));
    if let RowOf::Step { visit: Some(visit), .. } = row
        && studio.place_of_map_run(*visit).is_some()
    {
        let visit = *visit;
        entries.push(item("Open its Map Run", "map", None, move || {
            studio.show_map_run_of(visit);
        }));
    }
    entries.push(MenuEntry::Divider);
    entries.extend(of_breakpoints(studio, row, event));
    entries.push(MenuEntry::Divider);
    let told = studio.page.model.with_untracked(|made| {
        let event_type = made.model.history().event(event).map(|told| told.event_type);
        let state = made.model.visit_of_event(event).map(|visit| visit.name.clone());
        (event_type, state)
    });
    if let (RowOf::Event(_), Some(event_type)) = (row, told.0) {
        let title = format!("Show {} events alone", event_type.name());
        entries.push(item(title, "filter", None, move || studio.show_events_like(Some(event_type), None)));
    }
    if let Some(state) = told.1 {
        let title = format!("Show the events of {state} alone");
        entries.push(item(title, "filter", None, move || studio.show_events_like(None, Some(state.clone()))));
    }
    entries.push(MenuEntry::Divider);
    let copied = row.clone();
    let title = match row {
        RowOf::Event(_) => "Copy event as JSON",
        RowOf::Step { .. } => "Copy its events as JSON",
    };
    entries.push(item(title, "copy", None, move || studio.copy_events(&copied)));
    entries.push(item("Copy link", "link", None, move || {
        if let Some(position) = studio.position_of_event(event) {
            studio.copy_link_to(position);
        }
    }));
    entries.push(item("Copy link to this time", "clock", None, move || {
        if let Some(position) = studio.position_of_event(event) {
            studio.copy_link_to_time(position);
        }
    }));
    entries
}

fn of_breakpoints(studio: Studio, row: &RowOf, event: EventId) -> Vec<MenuEntry> {
    let mut entries = Vec::new();
    let (event_type, visit) = studio.page.model.with_untracked(|made| {
        let event_type = made.model.history().event(event).map(|told| told.event_type);
        (event_type, made.model.visits().at(event.0))
    });
    let mut toggle = |place: Place, title: String| {
        let (title, icon) = match studio.has_breakpoint(&place) {
            true => (format!("Remove the breakpoint: {}", title_of(&place)), "breakpoint-disabled"),
            false => (title, "breakpoint"),
        };
        entries.push(item(title, icon, None, move || studio.toggle_breakpoint_at(place.clone())));
    };
    if let Some(event_type) = event_type {
        toggle(Place::Event(event_type), format!("Break on this event type: {}", event_type.name()));
    }
    let visit = match row {
        RowOf::Step { visit, .. } => *visit,
        RowOf::Event(_) => visit,
    };
    if let Some(place) = visit.and_then(|visit| studio.entry_of_visit(visit)) {
        let title = match &place {
            Place::Enter(key) => format!("Break when {} is entered", key.name()),
            _ => title_of(&place),
        };
        toggle(place, title);
    }
    if let Some(event_type) = event_type {
        let title = format!("Run on to the next {}", event_type.name());
        let reason = studio.obstacle_of_run_on();
        entries.insert(0, item(title, "step-over", reason, move || studio.run_to_event_type(event_type)));
    }
    entries
}

fn item(
    title: impl Into<String>,
    icon: &'static str,
    reason: Option<&str>,
    act: impl Fn() + Send + Sync + 'static,
) -> MenuEntry {
    MenuEntry::Item(MenuItem {
        title: title.into(),
        icon,
        keys: None,
        reason: reason.map(str::to_owned),
        act: Arc::new(act),
        children: Vec::new(),
    })
}

/// The button of a row that opens its menu, for the mouse and for fingers: by keyboard the list itself opens it.
pub fn row_more(open: impl Fn(leptos::ev::MouseEvent) + 'static) -> impl IntoView {
    view! {
        <button
            type="button"
            class="row-more"
            tabindex="-1"
            aria-hidden="true"
            title="What to do with it"
            on:click=open
        >
            <Icon name="more" size=16 />
        </button>
    }
}
