use std::sync::Arc;

use leptos::html;
use leptos::prelude::*;
use stylers_macro::style_sheet;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

use super::Icon;
use crate::platform::dom;

/// A line of a menu.
#[derive(Clone)]
pub enum MenuEntry {
    Item(MenuItem),
    Divider,
}

#[derive(Clone)]
pub struct MenuItem {
    pub title: String,
    pub icon: &'static str,
    /// The keys that do the same.
    pub keys: Option<String>,
    /// Why it can't be chosen now.
    pub reason: Option<String>,
    /// Not owned by the menu, which is gone when this is called.
    pub act: Arc<dyn Fn() + Send + Sync>,
    /// What it opens instead of acting.
    pub children: Vec<MenuEntry>,
}

/// Where a menu goes, in CSS pixels of the page: its corner, or its other corner where there is no room.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MenuPlace {
    pub x: f64,
    pub y: f64,
    /// The right end of what the menu is opened from, for menus that open to the left where there is no room.
    pub flip_x: f64,
}

/// A menu with submenus. It takes the focus, and is left by Escape, Tab, a click elsewhere or a choice.
#[component]
pub fn Menu(
    #[prop(into)] label: String,
    entries: Vec<MenuEntry>,
    place: MenuPlace,
    /// Closes the menu; told whether the focus is to go back to where it was.
    close: Callback<bool>,
    /// Closes this menu only, where it is a submenu.
    #[prop(optional)]
    back: Option<Callback<()>>,
) -> impl IntoView {
    let sheet = style_sheet!("style/menu.css");
    let list = NodeRef::<html::Ul>::new();
    // A finger that has opened the menu by holding is still down on it: letting go chooses nothing.
    let was_pressed = StoredValue::new(false);
    let corner = RwSignal::new((place.x, place.y));
    // The position of the open submenu, and where it goes.
    let open = RwSignal::new(None::<(usize, MenuPlace)>);
    Effect::new(move |_| {
        let Some(list) = list.get() else { return };
        let rect = list.get_bounding_client_rect();
        let (width, height) = dom::page_size();
        let x = if place.x + rect.width() > width - 8.0 { place.flip_x - rect.width() } else { place.x };
        let y = place.y.min(height - 8.0 - rect.height());
        corner.set((x.clamp(8.0, (width - rect.width() - 8.0).max(8.0)), y.max(8.0)));
        focus_item(&list, 0);
    });
    if back.is_none() {
        let on_press = window_event_listener(leptos::ev::pointerdown, move |event| {
            let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
            if target.is_none_or(|target| target.closest("[role=menu]").ok().flatten().is_none()) {
                close.run(false);
            }
        });
        on_cleanup(move || on_press.remove());
    }
    let open_sub = move |position: usize, element: &HtmlElement| {
        let rect = element.get_bounding_client_rect();
        let place = MenuPlace { x: rect.right() - 4.0, y: rect.top() - 5.0, flip_x: rect.left() + 4.0 };
        open.set(Some((position, place)));
    };
    let leave = move || match back {
        Some(back) => back.run(()),
        None => close.run(true),
    };
    let titles: Vec<String> = entries.iter().filter_map(item).map(|item| item.title.to_lowercase()).collect();
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        event.stop_propagation();
        let Some(list) = list.get_untracked() else { return };
        let items = items_of(&list);
        let active = dom::document().and_then(|document| document.active_element());
        let now = items.iter().position(|item| active.as_ref() == Some(item.as_ref()));
        let count = items.len().max(1);
        let go = |position: usize| focus_item(&list, position);
        let key = event.key();
        match &*key {
            "ArrowDown" => go(now.map_or(0, |now| (now + 1) % count)),
            "ArrowUp" => go(now.map_or(count - 1, |now| (now + count - 1) % count)),
            "Home" => go(0),
            "End" => go(count - 1),
            "ArrowRight" => {
                if let Some(item) = now.and_then(|now| items.get(now))
                    && item.has_attribute("aria-haspopup")
                {
                    item.click();
                }
            }
            "ArrowLeft" if back.is_some() => leave(),
            "Escape" => leave(),
            "Tab" => close.run(true),
            "Enter" | " " => {
                if let Some(item) = now.and_then(|now| items.get(now)) {
                    item.click();
                }
            }
            _ if key.chars().count() == 1 && !event.ctrl_key() && !event.meta_key() => {
                let letter = key.to_lowercase();
                let from = now.map_or(0, |now| now + 1);
                let order = (0..count).map(|step| (from + step) % count);
                let found = order
                    .into_iter()
                    .find(|at| titles.get(*at).is_some_and(|title| title.starts_with(&letter)));
                if let Some(found) = found {
                    go(found);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let mut position = 0;
    let lines: Vec<_> = entries
        .into_iter()
        .map(|entry| {
            let MenuEntry::Item(item) = entry else {
                return view! { class = sheet, <li class="menu-divider" role="separator"></li> }.into_any();
            };
            let at = position;
            position += 1;
            let MenuItem { title, icon, keys, reason, act, children } = item;
            let has_children = !children.is_empty();
            let is_off = reason.is_some();
            let on_click = move |event: leptos::ev::MouseEvent| {
                let element = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
                // Keys and scripts press nothing.
                if is_off || (event.detail() > 0 && !was_pressed.get_value()) {
                    return;
                }
                match element {
                    Some(element) if has_children => open_sub(at, &element),
                    _ => {
                        let act = act.clone();
                        close.run(true);
                        // The focus goes back first; what was chosen may then move it on.
                        request_animation_frame(move || act());
                    }
                }
            };
            let on_point = move |event: leptos::ev::PointerEvent| {
                if event.pointer_type() != "mouse" {
                    return;
                }
                let element = event.current_target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
                let Some(element) = element else { return };
                let is_open = open.with_untracked(|open| open.is_some_and(|(open, _)| open == at));
                if !is_open {
                    let _ = element.focus();
                    if has_children && !is_off {
                        open_sub(at, &element);
                    } else {
                        open.set(None);
                    }
                }
            };
            let label = title.clone();
            let sub = move || {
                let place = open.get().filter(|(open, _)| *open == at)?.1;
                let back = Callback::new(move |()| {
                    open.set(None);
                    if let Some(list) = list.get_untracked() {
                        focus_item(&list, at);
                    }
                });
                Some(
                    view! { <Menu label=label.clone() entries=children.clone() place=place close=close back=back /> }
                        .into_any(),
                )
            };
            view! {
                class = sheet,
                <li role="none">
                    <button
                        type="button"
                        class="menu-item"
                        role="menuitem"
                        tabindex="-1"
                        aria-disabled=is_off.then_some("true")
                        aria-haspopup=has_children.then_some("menu")
                        aria-expanded=move || {
                            has_children.then(|| if open.get().is_some_and(|(open, _)| open == at) { "true" } else { "false" })
                        }
                        on:click=on_click
                        on:pointermove=on_point
                    >
                        <Icon name=icon size=16 />
                        <span class="menu-words">
                            {title}
                            {reason.map(|reason| view! { class = sheet, <span class="menu-reason">{reason}</span> })}
                        </span>
                        {keys.map(|keys| view! { class = sheet, <kbd>{keys}</kbd> })}
                        {has_children.then(|| view! { <Icon name="chevron-right" size=14 /> })}
                    </button>
                    {sub}
                </li>
            }
            .into_any()
        })
        .collect();
    view! {
        class = sheet,
        <ul
            node_ref=list
            class="menu"
            role="menu"
            aria-label=label
            style:left=move || format!("{}px", corner.get().0)
            style:top=move || format!("{}px", corner.get().1)
            on:keydown=on_key
            on:pointerdown=move |_| was_pressed.set_value(true)
            on:contextmenu=move |event: leptos::ev::MouseEvent| event.prevent_default()
        >
            {lines}
        </ul>
    }
}

fn item(entry: &MenuEntry) -> Option<&MenuItem> {
    match entry {
        MenuEntry::Item(item) => Some(item),
        MenuEntry::Divider => None,
    }
}

/// The buttons of a menu itself, without those of its submenus.
fn items_of(list: &web_sys::HtmlUListElement) -> Vec<HtmlElement> {
    let lines = list.children();
    (0..lines.length())
        .filter_map(|at| lines.item(at)?.first_element_child()?.dyn_into::<HtmlElement>().ok())
        .collect()
}

fn focus_item(list: &web_sys::HtmlUListElement, position: usize) {
    if let Some(item) = items_of(list).get(position) {
        let _ = item.focus();
    }
}
