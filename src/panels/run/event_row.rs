use debugger::event_groups::{EventLine, LineOf};
use debugger::{RowKind, StateStatus, duration_text, tone_of};
use engine::EventId;
use json::Str;
use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use super::row_menu::open_at_pointer;
use crate::canvas::status_look;
use crate::platform::by_hand::{Drawing, Part, Template};
use crate::platform::dom;
use crate::state::{RowOf, Studio};
use crate::ui::icon_path;

/// An event, or a group of them.
///
/// It is drawn by hand (see `platform::by_hand`): rows change while the list is scrolled, eight and more a frame.
#[component]
pub fn EventRow(line: Memo<Option<EventLine>>) -> impl IntoView {
    let sheet = style_sheet!("style/event_row.css");
    let studio = Studio::of_app();
    let row = ROW.with(Template::copy);
    let drawing = draw(studio, row.clone(), line);
    let drawing = StoredValue::new_local(drawing);
    on_cleanup(move || drawing.dispose());
    let host = NodeRef::<html::Div>::new();
    host.on_load(move |host| {
        // The element may have been that of another row before.
        let host = Part::from(&host);
        host.set_text("");
        host.append(&row);
    });
    let open_menu = move |event: &leptos::ev::MouseEvent| {
        if let Some(row) = row_of(studio, line.get_untracked()) {
            open_at_pointer(studio, event, row);
        }
    };
    let on_click = move |event: leptos::ev::MouseEvent| {
        if dom::is_within(&event, ".row-more") {
            open_menu(&event);
        } else if dom::is_within(&event, ".event-twisty") {
            // What is opened or closed is the group itself, not where it stands in the list.
            event.stop_propagation();
            studio.page.toggle_group(line.get_untracked());
        }
    };
    view! {
        class = sheet,
        <div
            node_ref=host
            class="event-host"
            on:click=on_click
            on:contextmenu=move |event| open_menu(&event)
        ></div>
    }
}

thread_local! {
    static ROW: Template = template();
}

fn template() -> Template {
    let row = Template::html(
        style_sheet!("style/event_row.css"),
        &[
            "div event-row",
            " span event-id",
            " span event-type",
            "  span event-twisty aria-hidden true",
            "   svg icon width 14 height 14 viewBox 0,0,24,24 aria-hidden true",
            "    path icon-line",
            "  span event-title",
            "  span event-note",
            " span event-state",
            "  svg icon width 13 height 13 viewBox 0,0,24,24 aria-hidden true",
            "   path icon-line",
            "  span event-name",
            "  span event-resource",
            " span event-time",
            " span event-delta",
            // By keyboard the list itself opens the menu.
            " button row-more type button tabindex -1 aria-hidden true",
            "  svg icon width 16 height 16 viewBox 0,0,24,24 aria-hidden true",
            "   path icon-line",
        ],
    )
    .copy();
    let [.., more] = row.parts::<6>();
    more.set("title", "What to do with it");
    icon_of(&more).set("d", icon_path("more"));
    Template::from(row)
}

/// The path of the icon that a part begins with.
fn icon_of(part: &Part) -> Part {
    let [icon] = part.parts();
    let [path] = icon.parts();
    path
}

fn draw(studio: Studio, row: Part, line: Memo<Option<EventLine>>) -> Drawing {
    let sheet = style_sheet!("style/event_row.css");
    let [id, kind, state, time, delta] = row.parts();
    let [twisty, title, note] = kind.parts();
    let [_, name, resource] = state.parts();
    let (twisty, status) = (icon_of(&twisty), icon_of(&state));
    Drawing::following(row.clone(), move |before: Option<Facts>| {
        let facts = line.get().and_then(|line| Facts::of(studio, line)).unwrap_or_default();
        let is_new = before.is_none();
        let before = before.unwrap_or_default();
        let write = |part: &Part, before: &str, now: &str| {
            if before != now {
                part.write(now);
            }
        };
        if is_new || (before.is_ahead, before.has_menu) != (facts.is_ahead, facts.has_menu) {
            let ahead = if facts.is_ahead { " ahead" } else { "" };
            let menu = if facts.has_menu { " has-menu" } else { "" };
            row.set("class", &format!("event-row {sheet}{ahead}{menu}"));
        }
        if is_new || before.tone != facts.tone {
            row.set("data-tone", facts.tone);
        }
        if is_new || before.status != facts.status {
            row.set("data-status", facts.status.slug());
            status.set("d", icon_path(status_look(facts.status).icon));
        }
        if is_new || before.id != facts.id {
            id.write(&if facts.id == 0 { String::new() } else { facts.id.to_string() });
        }
        if before.depth != facts.depth {
            kind.style("padding-left", &format!("{}px", 14 * facts.depth.min(12)));
        }
        if before.closed != facts.closed {
            let is_closed = facts.closed == Some(true);
            twisty.set("d", icon_path(if is_closed { "chevron-right" } else { "chevron-down" }));
        }
        write(&title, &before.title, &facts.title);
        write(&note, &before.note, &facts.note);
        write(&name, &before.state, &facts.state);
        write(&resource, &before.resource, &facts.resource);
        write(&time, &before.time, &facts.time);
        write(&delta, &before.delta, &facts.delta);
        facts
    })
}

/// What a row shows.
#[derive(Clone, Default, PartialEq)]
struct Facts {
    id: u32,
    /// The first event of the row.
    event: u32,
    depth: u16,
    /// Of a group: whether it is closed.
    closed: Option<bool>,
    title: Str,
    /// How many events a group has.
    note: String,
    state: String,
    resource: String,
    time: String,
    delta: String,
    tone: &'static str,
    status: StateStatus,
    /// Whether it comes after the cursor.
    is_ahead: bool,
    /// Whether its menu is open.
    has_menu: bool,
}

impl Facts {
    fn of(studio: Studio, line: EventLine) -> Option<Facts> {
        let mut facts = Facts::of_line(studio, line)?;
        facts.has_menu = studio
            .page
            .row_menu
            .with(|menu| menu.as_ref().is_some_and(|menu| menu.row.event().0 == facts.event));
        Some(facts)
    }

    fn of_line(studio: Studio, line: EventLine) -> Option<Facts> {
        let cursor = studio.runs.cursor.get().position;
        studio.page.model.with(|made| {
            let model = &made.model;
            let start = model.history().get(0).map(|first| first.timestamp).unwrap_or_default();
            let depth = line.depth;
            match line.what {
                LineOf::Event(position) => {
                    let event = model.history().get(position)?;
                    let before = position.checked_sub(1).and_then(|before| model.history().get(before));
                    let delta = before.map_or(0, |before| event.timestamp - before.timestamp);
                    let visit = model.visit_of_event(event.id);
                    Some(Facts {
                        id: model.told_id(event.id),
                        event: event.id.0,
                        depth,
                        closed: None,
                        title: event.event_type.name().into(),
                        note: String::new(),
                        state: visit.map(|visit| visit.name.to_string()).unwrap_or_default(),
                        resource: event.details.resource().map_or(String::new(), |resource| {
                            format!("{}:{}", resource.resource_type, resource.action)
                        }),
                        time: format!("+{}", duration_text(event.timestamp - start)),
                        delta: if delta == 0 { String::new() } else { format!("+{}", duration_text(delta)) },
                        tone: tone_of(event.event_type),
                        status: StateStatus::Idle,
                        is_ahead: made.is_only && event.id.0 > cursor,
                        has_menu: false,
                    })
                }
                LineOf::Group { row, count, is_closed } => {
                    let told = model.rows().get(row)?;
                    let title = match told.kind {
                        RowKind::Attempt(_, number) => format!("Attempt {}", number + 1).into(),
                        _ => told.name.clone(),
                    };
                    let events = match count {
                        1 => "1 event".to_owned(),
                        count => format!("{} events", debugger::count_text(u64::from(count))),
                    };
                    let took = (told.to.unwrap_or(made.now) - told.from).max(0);
                    Some(Facts {
                        id: model.told_id(EventId(told.first)),
                        event: told.first,
                        depth,
                        closed: Some(is_closed),
                        title,
                        note: format!(" · {events}"),
                        state: told.status.name().to_owned(),
                        resource: String::new(),
                        time: format!("+{}", duration_text(told.from - start)),
                        delta: duration_text(took),
                        tone: "group",
                        status: told.status,
                        is_ahead: made.is_only && told.first > cursor,
                        has_menu: false,
                    })
                }
            }
        })
    }
}

/// What the menu of a line is about.
fn row_of(studio: Studio, line: Option<EventLine>) -> Option<RowOf> {
    match line?.what {
        LineOf::Event(position) => Some(RowOf::Event(EventId(u32::try_from(position + 1).ok()?))),
        LineOf::Group { row, .. } => studio.page.step_of_row(row),
    }
}
