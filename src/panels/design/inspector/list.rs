//! A list of objects, each with a line that says what it is, and a form.

use std::sync::Arc;

use asl::edit::{Edit, ObjectRef};
use asl::fields::ObjectType;
use json::Value;
use leptos::prelude::*;

use super::field::object_fields;
use super::form::Site;
use crate::platform::dom;
use crate::ui::Icon;

/// What a list says of itself.
#[derive(Clone)]
pub struct ListSpec {
    /// What one of its items is called: `retrier`.
    pub noun: &'static str,
    /// An item in a line.
    pub summary: fn(&Site) -> String,
    /// The form of an item.
    pub body: Arc<dyn Fn(Site) -> AnyView + Send + Sync>,
    /// What is added.
    pub new_item: fn(&Site) -> Value,
    /// Whether the last item can't be removed.
    pub keeps_one: bool,
}

/// A list of objects that no special editor is for.
pub fn plain_list(site: &Site, of: &'static ObjectType) -> AnyView {
    let spec = ListSpec {
        noun: of.name,
        summary: |site| site.value().map_or(String::new(), |value| value.to_text()),
        body: Arc::new(move |site| object_fields(&site, of)),
        new_item: |_| Value::from_members::<&str>([]),
        keeps_one: false,
    };
    object_list(site, spec)
}

pub fn object_list(site: &Site, spec: ListSpec) -> AnyView {
    let count = Memo::new({
        let site = site.clone();
        move |_| site.item_count()
    });
    // One item is open from the start; so is one that was just added.
    let open = RwSignal::new(untrack(|| (count.get() == 1).then_some(0_usize)));
    let add = {
        let (site, spec) = (site.clone(), spec.clone());
        move |_| {
            let item = (spec.new_item)(&site);
            let title = format!("Added a {}", spec.noun);
            let position = count.get_untracked();
            let field = if untrack(|| site.exists()) {
                (format!("{}/-", site.pointer), Some(item))
            } else {
                (site.pointer.to_string(), Some(Value::array(vec![item])))
            };
            site.form.change_or_say(vec![field], &title);
            open.set(Some(position));
            dom::focus_soon(item_id(&site, position, "toggle"));
        }
    };
    let items = {
        let (site, spec) = (site.clone(), spec.clone());
        move |position: usize| item(&site, &spec, position, count, open)
    };
    view! {
        <ol class="form-list">
            <For each=move || 0..count.get() key=|position| *position children=items />
        </ol>
        <button type="button" class="form-chip" id=item_id(site, 0, "add") on:click=add>
            <Icon name="plus" size=12 />
            {format!("Add a {}", spec.noun)}
        </button>
    }
    .into_any()
}

fn item_id(site: &Site, position: usize, part: &str) -> String {
    format!("item{}/{position}/{part}", site.pointer)
}

fn item(
    list: &Site,
    spec: &ListSpec,
    position: usize,
    count: Memo<usize>,
    open: RwSignal<Option<usize>>,
) -> AnyView {
    let site = list.item(position);
    let is_open = Memo::new(move |_| open.get() == Some(position));
    let summary = Memo::new({
        let (site, read) = (site.clone(), spec.summary);
        move |_| read(&site)
    });
    let has_error = Memo::new({
        let site = site.clone();
        move |_| site.problems().iter().any(|problem| problem.severity == crate::state::Severity::Error)
    });
    let move_to = {
        let list = list.clone();
        let noun = spec.noun;
        move |to: usize, part: &'static str| {
            let Some(ObjectRef::State(of)) =
                list.form.object.with_untracked(|object| object.as_ref().map(|located| located.of))
            else {
                return;
            };
            let edit = Edit::MoveItem { of, pointer: list.pointer.to_string(), from: position, to };
            if list.form.studio.edit(&edit, format!("Moved a {noun}")) {
                if open.get_untracked() == Some(position) {
                    open.set(Some(to));
                }
                // At an end of the list the button of this direction can't have the focus.
                let part = match part {
                    "up" if to == 0 => "down",
                    "down" if to + 1 == count.get_untracked() => "up",
                    part => part,
                };
                dom::focus_soon(item_id(&list, to, part));
            }
        }
    };
    let (up, down) = (move_to.clone(), move_to);
    let remove = {
        let (site, list) = (site.clone(), list.clone());
        let noun = spec.noun;
        move |_| {
            let is_last = count.get_untracked() == 1;
            let pointer = if is_last { list.pointer.to_string() } else { site.pointer.to_string() };
            site.form.change_or_say(vec![(pointer, None)], &format!("Removed a {noun}"));
            open.set(None);
            dom::focus_soon(match count.get_untracked().checked_sub(1) {
                Some(last) => item_id(&list, position.min(last), "toggle"),
                None => item_id(&list, 0, "add"),
            });
        }
    };
    let keeps_one = spec.keeps_one;
    let body = spec.body.clone();
    let body_id = item_id(list, position, "body");
    let title = format!("{} {}", spec.noun, position + 1);
    view! {
        <li class="form-item" class:open=move || is_open.get() class:invalid=move || has_error.get()>
            <div class="form-item-head">
                <button
                    type="button"
                    class="form-item-toggle"
                    id=item_id(list, position, "toggle")
                    aria-expanded=move || if is_open.get() { "true" } else { "false" }
                    aria-controls=body_id.clone()
                    on:click=move |_| open.set((!is_open.get_untracked()).then_some(position))
                >
                    <Icon name="chevron-right" size=14 />
                    <span class="visually-hidden">{title.clone()}": "</span>
                    <span class="form-item-summary">{move || summary.get()}</span>
                </button>
                <button
                    type="button"
                    class="form-icon-button"
                    id=item_id(list, position, "up")
                    aria-label=format!("Move {title} up")
                    title="Move up"
                    disabled=position == 0
                    on:click=move |_| up(position.saturating_sub(1), "up")
                >
                    <Icon name="arrow-up" size=14 />
                </button>
                <button
                    type="button"
                    class="form-icon-button"
                    id=item_id(list, position, "down")
                    aria-label=format!("Move {title} down")
                    title="Move down"
                    disabled=move || { position + 1 >= count.get() }
                    on:click=move |_| down(position + 1, "down")
                >
                    <Icon name="arrow-down" size=14 />
                </button>
                <button
                    type="button"
                    class="form-icon-button"
                    aria-label=format!("Remove {title}")
                    title="Remove"
                    disabled=move || { keeps_one && count.get() < 2 }
                    on:click=remove
                >
                    <Icon name="trash" size=14 />
                </button>
            </div>
            <div class="form-item-body" id=body_id hidden=move || !is_open.get()>
                {move || is_open.get().then(|| body(site.clone()))}
            </div>
        </li>
    }
    .into_any()
}
