use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use leptos::html;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;

use super::row_window::{SPARE_ROWS, rows_for, stretch};
use crate::platform::by_hand::Part;
use crate::state::Studio;

/// No screen shows more rows than this; whatever a style sheet does to the list's height, the page stays light.
const MOST_ROWS: usize = 200;
/// Of these, so many can be in sight.
const MOST_SEEN: usize = MOST_ROWS - 10;

/// Numbers the lists of the page, so that their rows have ids of their own.
static NEXT_LIST: AtomicUsize = AtomicUsize::new(0);

/// What a row of a tree says of itself to assistive technology.
#[derive(Clone, Default, PartialEq)]
pub struct TreeRow {
    pub label: String,
    /// From 1.
    pub level: usize,
    /// Whether what is inside of it is shown; none where nothing is.
    pub is_open: Option<bool>,
    /// Among those beside it, from 1, and how many they are.
    pub position: usize,
    pub siblings: usize,
}

/// What the element of a row says.
#[derive(PartialEq)]
struct Told {
    /// Of the selected row alone, which the list names by it: to name others takes time while the list is scrolled.
    selected_id: Option<String>,
    /// In CSS pixels.
    top: f64,
    /// Among those beside it, from 1, and how many they are.
    place: usize,
    siblings: usize,
    tree_row: Option<TreeRow>,
}

impl Told {
    /// Changes what has changed.
    fn tell(&self, before: Option<&Told>, row: &Part) {
        if before.is_none_or(|before| before.top != self.top) {
            row.style("top", &format!("{}px", self.top));
        }
        if before.is_none_or(|before| before.place != self.place) {
            row.set("aria-posinset", &self.place.to_string());
        }
        if before.is_none_or(|before| before.siblings != self.siblings) {
            row.set("aria-setsize", &self.siblings.to_string());
        }
        if before.is_none_or(|before| before.selected_id != self.selected_id) {
            row.set("aria-selected", if self.selected_id.is_some() { "true" } else { "false" });
            match &self.selected_id {
                Some(id) => row.set("id", id),
                None => row.remove("id"),
            }
        }
        let Some(tree_row) = &self.tree_row else { return };
        if before.and_then(|before| before.tree_row.as_ref()) != Some(tree_row) {
            row.set("aria-label", &tree_row.label);
            row.set("aria-level", &tree_row.level.to_string());
            match tree_row.is_open {
                Some(is_open) => row.set("aria-expanded", if is_open { "true" } else { "false" }),
                None => row.remove("aria-expanded"),
            }
        }
    }
}

/// The places for rows in the page, each with the position of the row that it shows. A place is made when it is needed
/// first, and keeps its row until another one needs it, so that scrolling changes only what is new; of a change hears the
/// place that it is about.
#[derive(Clone, Copy)]
struct Places {
    /// How many there are at most.
    count: usize,
    taken: RwSignal<Vec<(usize, RwSignal<usize>)>>,
    /// Of the list; signals of places live as long as it.
    owner: StoredValue<Owner>,
}

impl Places {
    fn new(count: usize) -> Places {
        Places {
            count,
            taken: RwSignal::new(Vec::with_capacity(count)),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        }
    }

    /// Shows what is seen, and maybe more; answers what is shown.
    fn follow(self, before: Option<Range<usize>>, seen: Range<usize>, count: usize) -> Range<usize> {
        // A list that became shorter has no rows where some of the places are.
        let is_shorter = self
            .taken
            .with_untracked(|taken| taken.iter().any(|(_, position)| position.get_untracked() >= count));
        let rows = match is_shorter {
            true => stretch(seen.end, count, self.count),
            false => rows_for(seen, before, count, self.count),
        };
        self.show(rows.clone());
        rows
    }

    /// Shows rows, each at its place.
    fn show(self, rows: Range<usize>) {
        let mut new = Vec::new();
        self.taken.with_untracked(|taken| {
            for row in rows {
                let place = row % self.count.max(1);
                match taken.iter().find(|(known, _)| *known == place) {
                    Some((_, position)) if position.get_untracked() != row => position.set(row),
                    Some(_) => {}
                    None => new.push((place, row)),
                }
            }
        });
        if !new.is_empty() {
            let owner = self.owner.get_value();
            let new = new.into_iter().map(|(place, row)| (place, owner.with(|| RwSignal::new(row))));
            self.taken.update(|taken| {
                taken.extend(new);
                // So that a list that has not been scrolled far stands in the page in its order.
                taken.sort_unstable_by_key(|(place, _)| *place);
            });
        }
    }
}

/// A list of rows of equal height of which only those in sight are in the page.
///
/// Rows are told their position as a signal, so that scrolling re-points a fixed pool of rows (see [`rows_for`]). In the
/// page they do not stand in the order of the list: each says its position.
#[component]
pub fn VirtualList<V>(
    #[prop(into)] count: Signal<usize>,
    /// In CSS pixels.
    row_height: f64,
    #[prop(into)] label: Signal<String>,
    /// The row that is to be in sight and has the keys.
    selected: RwSignal<Option<usize>>,
    /// The id of its element.
    #[prop(optional)]
    id: Option<&'static str>,
    /// With it, the rows are those of a tree.
    #[prop(optional)]
    tree: Option<Callback<usize, TreeRow>>,
    /// Gets the keys first, and answers whether it had a use for one.
    #[prop(optional)]
    keys: Option<Callback<leptos::ev::KeyboardEvent, bool>>,
    /// Rows that are made ready in the direction in which the list is scrolled. For lists whose rows do not change all at
    /// once while they are looked at.
    #[prop(optional)]
    ahead: usize,
    /// While it is so, the list stays where it is, whatever is selected.
    #[prop(optional, into)]
    holds: Signal<bool>,
    /// Makes the row that shows whatever position the signal has.
    row: impl Fn(Signal<usize>) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView
where
    V: IntoView + 'static,
{
    let own = NEXT_LIST.fetch_add(1, Ordering::Relaxed);
    let element = NodeRef::<html::Div>::new();
    let scroll = RwSignal::new(0.0);
    let height = RwSignal::new(400.0);
    let is_measured = StoredValue::new(false);
    let pool = Memo::new(move |_| {
        let most_seen = (height.get() / row_height).ceil() as usize + 1;
        (most_seen + 2 * SPARE_ROWS + ahead).min(MOST_ROWS).min(count.get())
    });
    let seen = Memo::new(move |_| {
        let (top, count) = (scroll.get(), count.get());
        let end = ((top + height.get()) / row_height).ceil() as usize;
        let start = (top / row_height) as usize;
        let end = end.min(count).min(start + MOST_SEEN);
        (start.min(end), end)
    });
    Effect::new(move |_| {
        let Some(list) = element.get() else { return };
        let on_resize = Closure::<dyn FnMut()>::new({
            let list = list.clone();
            move || {
                let _ = height.try_set(f64::from(list.client_height()));
                is_measured.try_set_value(true);
            }
        });
        if let Ok(observer) = web_sys::ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
            observer.observe(&list);
            let kept = StoredValue::new_local((observer, on_resize));
            on_cleanup(move || {
                let _ = kept.try_with_value(|(observer, _)| observer.disconnect());
            });
        }
    });
    let reveal = move || {
        if holds.try_get_untracked() == Some(true) {
            return;
        }
        let Some(Some(position)) = selected.try_get_untracked() else { return };
        let Some(list) = element.try_get_untracked().flatten() else { return };
        let top = position as f64 * row_height;
        // As the page told last: asking it now would have it lay everything out.
        let seen = scroll.get_untracked();
        let height = match is_measured.get_value() {
            true => height.get_untracked(),
            false => f64::from(list.client_height()),
        };
        let go_to = |top: f64| {
            list.set_scroll_top(top as i32);
            scroll.set(top.trunc());
        };
        if top < seen {
            go_to(top);
        } else if top + row_height > seen + height {
            go_to(top + row_height - height);
        }
    };
    // In the next frame: rows that came together with the selection are in the page by then, so that there is something
    // to scroll to.
    Effect::new(move |_| {
        if selected.get().is_some() {
            request_animation_frame(reveal);
        }
    });
    let active = move || {
        let position = selected.get()?;
        let (start, end) = seen.get();
        (start..end).contains(&position).then(|| format!("row-{own}-{position}"))
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let count = count.get_untracked();
        if count == 0 {
            return;
        }
        if keys.is_some_and(|keys| keys.run(event.clone())) {
            event.prevent_default();
            event.stop_propagation();
            return;
        }
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return;
        }
        let page = ((height.get_untracked() / row_height) as usize).max(1);
        let now = selected.get_untracked();
        let has_letters = Studio::of_app().shell.letters.get_untracked();
        let next = match &*event.key() {
            "j" if has_letters => now.map_or(0, |now| now + 1),
            "k" if has_letters => now.map_or(0, |now| now.saturating_sub(1)),
            "ArrowDown" => now.map_or(0, |now| now + 1),
            "ArrowUp" => now.map_or(0, |now| now.saturating_sub(1)),
            "PageDown" => now.map_or(0, |now| now + page),
            "PageUp" => now.map_or(0, |now| now.saturating_sub(page)),
            "Home" => 0,
            "End" => count - 1,
            _ => return,
        };
        event.prevent_default();
        // To the page, j and k are other commands.
        event.stop_propagation();
        selected.set(Some(next.min(count - 1)));
    };
    // The row below the pointer, which is told when the pointer moves, not when rows move below it.
    let pointed = StoredValue::new_local(None::<web_sys::Element>);
    let point_at = move |row: Option<web_sys::Element>| {
        pointed.update_value(|pointed| {
            if *pointed == row {
                return;
            }
            for (row, is_pointed) in [(&*pointed, false), (&row, true)] {
                if let Some(row) = row {
                    let _ = row.class_list().toggle_with_force("pointed", is_pointed);
                }
            }
            *pointed = row;
        });
    };
    let on_point = move |event: leptos::ev::PointerEvent| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let is_finger = event.pointer_type() == "touch";
        let row = target.filter(|_| !is_finger).and_then(|target| target.closest(".virtual-row").ok()?);
        point_at(row);
    };
    let told_of = move |position: usize| {
        let tree_row = tree.map(|tree| tree.run(position));
        Told {
            selected_id: (selected.get() == Some(position)).then(|| format!("row-{own}-{position}")),
            top: position as f64 * row_height,
            place: tree_row.as_ref().map_or(position + 1, |row| row.position),
            siblings: tree_row.as_ref().map_or_else(|| count.get(), |row| row.siblings),
            tree_row,
        }
    };
    let rows = move || {
        let row = row.clone();
        let places = Places::new(pool.get());
        Effect::new(move |before: Option<Range<usize>>| {
            let (start, end) = seen.get();
            places.follow(before, start..end, count.get())
        });
        let children = move |(_, position): (usize, RwSignal<usize>)| {
            let shown = NodeRef::<html::Div>::new();
            // One effect for all that a row says of itself: an effect an attribute would take most of a frame.
            Effect::new(move |before: Option<Option<Told>>| {
                let row = shown.get()?;
                let now = told_of(position.get());
                now.tell(before.flatten().as_ref(), &Part::from(&row));
                Some(now)
            });
            view! {
                <div
                    node_ref=shown
                    class="virtual-row"
                    role=if tree.is_some() { "treeitem" } else { "option" }
                    style:height=format!("{row_height}px")
                    on:click=move |_| selected.set(Some(position.get_untracked()))
                >
                    {row(position.into())}
                </div>
            }
        };
        view! { <For each=move || places.taken.get() key=|(place, _)| *place children=children /> }
    };
    view! {
        <div
            node_ref=element
            class="virtual-list"
            id=id
            role=if tree.is_some() { "tree" } else { "listbox" }
            tabindex="0"
            aria-label=move || label.get()
            aria-activedescendant=active
            on:pointermove=on_point
            on:pointerleave=move |_| point_at(None)
            on:scroll=move |_| {
                // Asked first: after a change the page would be laid out for the answer.
                let top = element.get_untracked().map(|list| f64::from(list.scroll_top()));
                point_at(None);
                if let Some(top) = top {
                    scroll.set(top);
                }
            }
            on:keydown=on_key
        >
            <div class="virtual-spacer" style:height=move || format!("{}px", count.get() as f64 * row_height)>
                {rows}
            </div>
        </div>
    }
}
