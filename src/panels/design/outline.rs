use std::collections::BTreeSet;

use diagram::OutlineItem;
use json::Str;
use leptos::prelude::*;
use stylers_macro::style_sheet;

use crate::canvas::{node_icon, status_look};
use crate::platform::dom;
use crate::state::{NodeStatus, Severity, Shared, Studio};
use crate::ui::{Icon, TreeRow, VirtualList};

const ROW_HEIGHT: f64 = 42.0;
/// Letters that follow each other within this many milliseconds are one word that is looked for.
const TYPING_PAUSE: f64 = 700.0;

/// The workflow as a tree, for those who would rather read than look at a picture.
#[component]
pub fn Outline() -> impl IntoView {
    let sheet = style_sheet!("style/outline.css");
    let tree = Tree::new(Studio::of_app());
    let count = Signal::derive(move || tree.rows.with(|rows| rows.len()));
    view! {
        class = sheet,
        <Show
            when=move || count.get() != 0
            fallback=move || view! { class = sheet, <p class="outline-empty">"There are no states yet."</p> }
        >
            <VirtualList
                count=count
                row_height=ROW_HEIGHT
                label="States in the order of execution".to_owned()
                selected=tree.active
                id="outline-tree"
                tree=Callback::new(move |position| tree.told(position))
                keys=Callback::new(move |event| tree.on_key(&event))
                row=move |position| view! { <OutlineRow tree=tree position=position /> }
            />
        </Show>
    }
}

/// The outline's rows, and which of them has the keys.
#[derive(Clone, Copy)]
struct Tree {
    studio: Studio,
    rows: Memo<Shared<Vec<OutlineItem>>>,
    /// The keys of the items that are closed.
    closed: RwSignal<BTreeSet<Str>>,
    /// The position of the row that has the keys, and the key of its item, which stays the same when rows come
    /// and go.
    active: RwSignal<Option<usize>>,
    active_key: RwSignal<Option<Str>>,
    /// What has been typed to find a state, and when the last letter was.
    typed: StoredValue<(String, f64)>,
}

impl Tree {
    fn new(studio: Studio) -> Tree {
        let workspace = studio.workspace;
        let closed = RwSignal::new(BTreeSet::<Str>::new());
        let items =
            Memo::new(move |_| Shared::new(workspace.shown.with(|document| diagram::outline(document))));
        let rows = Memo::new(move |_| {
            items.with(|items| closed.with(|closed| Shared::new(without_closed(items, closed))))
        });
        let tree = Tree {
            studio,
            rows,
            closed,
            active: RwSignal::new(None),
            active_key: RwSignal::new(None),
            typed: StoredValue::new((String::new(), 0.0)),
        };
        // What is selected elsewhere is shown here, whatever it is inside of.
        Effect::new(move |_| {
            let Some(key) = workspace.selected.get() else { return };
            let is_around = |around: &Str| key.len() > around.len() && key.starts_with(&**around);
            if closed.with_untracked(|closed| closed.iter().any(is_around)) {
                closed.update(|closed| closed.retain(|around| !is_around(around)));
            }
            tree.active_key.set(Some(key));
        });
        Effect::new(move |_| {
            let position = tree
                .active_key
                .with(|key| rows.with(|rows| rows.iter().position(|item| Some(&item.key) == key.as_ref())));
            if tree.active.get_untracked() != position {
                tree.active.set(position);
            }
        });
        Effect::new(move |_| {
            let Some(item) = tree.active.get().and_then(|position| tree.item_untracked(position)) else {
                return;
            };
            if tree.active_key.with_untracked(|key| key.as_ref() == Some(&item.key)) {
                return;
            }
            tree.active_key.set(Some(item.key.clone()));
            if !item.is_branch {
                studio.show_state(&item.key);
            }
        });
        tree
    }

    fn item(self, position: usize) -> Option<OutlineItem> {
        self.rows.with(|rows| rows.get(position).cloned())
    }

    fn item_untracked(self, position: usize) -> Option<OutlineItem> {
        self.rows.with_untracked(|rows| rows.get(position).cloned())
    }

    fn is_open(self, item: &OutlineItem) -> Option<bool> {
        item.has_items.then(|| self.closed.with(|closed| !closed.contains(&item.key)))
    }

    fn set_open(self, item: &OutlineItem, open: bool) {
        self.closed.update(|closed| {
            if open {
                closed.remove(&item.key);
            } else {
                closed.insert(item.key.clone());
            }
        });
    }

    /// What a row says.
    fn told(self, position: usize) -> TreeRow {
        let Some(item) = self.item(position) else { return TreeRow::default() };
        TreeRow {
            label: self.words(&item),
            level: item.depth + 1,
            is_open: self.is_open(&item),
            position: item.position,
            siblings: item.siblings,
        }
    }

    fn words(self, item: &OutlineItem) -> String {
        if item.is_branch {
            return format!("{} of {}", item.name, item.siblings);
        }
        let mut words = format!("{}, {} state", item.name, type_name(item));
        if !item.targets.is_empty() {
            words.push_str(&format!(", leads to {}", item.targets.join(", ")));
        }
        if let Some((_, count)) = self.problems_of(&item.key) {
            words.push_str(&format!(". {count} {}", if count == 1 { "problem" } else { "problems" }));
        }
        let (status, visits) = self.studio.runs.status(&item.key).get();
        if status != NodeStatus::Idle {
            words.push_str(&format!(". {}", status.name()));
        }
        if visits > 1 {
            words.push_str(&format!(", entered {visits} times"));
        }
        words
    }

    fn problems_of(self, key: &Str) -> Option<(Severity, usize)> {
        self.studio.workspace.problems_of_states.with(|problems| problems.get(key).copied())
    }

    fn go_to(self, position: Option<usize>) {
        if let Some(position) = position {
            self.active.set(Some(position));
        }
    }

    fn on_key(self, event: &leptos::ev::KeyboardEvent) -> bool {
        if event.alt_key() || event.ctrl_key() || event.meta_key() {
            return false;
        }
        let Some(position) = self.active.get_untracked() else {
            return self.on_letter(&event.key(), None);
        };
        let Some(item) = self.item_untracked(position) else { return false };
        let is_open = untrack(|| self.is_open(&item));
        match (&*event.key(), is_open) {
            ("ArrowRight", Some(false)) => self.set_open(&item, true),
            ("ArrowRight", Some(true)) => self.go_to(Some(position + 1)),
            ("ArrowLeft", Some(true)) => self.set_open(&item, false),
            ("ArrowLeft", _) => {
                let parent = self.rows.with_untracked(|rows| {
                    rows.get(..position)?.iter().rposition(|before| before.depth < item.depth)
                });
                self.go_to(parent);
            }
            ("ArrowRight", None) => {}
            ("Enter", _) if !item.is_branch => {
                self.studio.show_state(&item.key);
                self.studio.focus_selected();
            }
            ("Enter", Some(open)) => self.set_open(&item, !open),
            (key, _) => return self.on_letter(key, Some(position)),
        }
        true
    }

    /// Goes to the next state whose name begins with what is typed.
    fn on_letter(self, key: &str, position: Option<usize>) -> bool {
        let mut letters = key.chars();
        let (Some(letter), None) = (letters.next(), letters.next()) else { return false };
        let now = dom::now_ms();
        let (before, at) = self.typed.get_value();
        let goes_on = now - at < TYPING_PAUSE && !before.is_empty();
        if letter == ' ' && !goes_on {
            return false;
        }
        let word = if goes_on { before } else { String::new() } + &letter.to_lowercase().to_string();
        // A word that grows may still be the one of the present row.
        let first = position.map_or(0, |position| if goes_on { position } else { position + 1 });
        let found = self.rows.with_untracked(|rows| {
            let order = (first..rows.len()).chain(0..first.min(rows.len()));
            order
                .into_iter()
                .find(|at| rows.get(*at).is_some_and(|item| item.name.to_lowercase().starts_with(&word)))
        });
        self.typed.set_value((word, now));
        self.go_to(found);
        true
    }
}

/// The items that are inside of no closed one.
fn without_closed(items: &[OutlineItem], closed: &BTreeSet<Str>) -> Vec<OutlineItem> {
    let mut hidden_below = None;
    let mut rows = Vec::with_capacity(items.len());
    for item in items {
        if hidden_below.is_some_and(|depth| item.depth > depth) {
            continue;
        }
        hidden_below = closed.contains(&item.key).then_some(item.depth);
        rows.push(item.clone());
    }
    rows
}

fn type_name(item: &OutlineItem) -> &'static str {
    item.state_type.map_or("Unknown", asl::StateType::name)
}

/// The row that shows whatever position the signal has.
#[component]
fn OutlineRow(tree: Tree, position: Signal<usize>) -> impl IntoView {
    let sheet = style_sheet!("style/outline.css");
    let Tree { studio, .. } = tree;
    let item = Memo::new(move |_| tree.item(position.get()));
    let indent = move || item.with(|item| item.as_ref().map_or(0, |item| item.depth.min(12)));
    let icon = move || {
        item.with(|item| {
            let Some(item) = item else { return "" };
            if item.is_branch {
                return "parallel";
            }
            studio.workspace.scene.with(|scene| {
                scene
                    .index_of(&item.key)
                    .and_then(|index| scene.nodes.get(index))
                    .map_or("", |node| node_icon(node))
            })
        })
    };
    let second = move || {
        item.with(|item| match item {
            Some(item) if item.is_branch => String::new(),
            Some(item) if item.targets.is_empty() => type_name(item).to_owned(),
            Some(item) => format!("{} → {}", type_name(item), item.targets.join(", ")),
            None => String::new(),
        })
    };
    let toggle = move || {
        item.with(|item| {
            let item = item.as_ref()?;
            let open = tree.is_open(item)?;
            let icon = if open { "chevron-down" } else { "chevron-right" };
            Some(view! {
                class = sheet,
                <span
                    class="outline-toggle"
                    aria-hidden="true"
                    on:click=move |event: leptos::ev::MouseEvent| {
                        event.stop_propagation();
                        if let Some(item) = tree.item_untracked(position.get_untracked()) {
                            tree.set_open(&item, !open);
                        }
                    }
                >
                    <Icon name=icon size=14 />
                </span>
            })
        })
    };
    let problem = move || {
        let key = item.with(|item| item.as_ref().map(|item| item.key.clone()))?;
        let (severity, _) = tree.problems_of(&key)?;
        let (icon, tone) = match severity {
            Severity::Error => ("error-circle", "failed"),
            Severity::Warning => ("warning", "caught"),
            Severity::Info => ("info", "running"),
        };
        Some(view! {
            class = sheet,
            <span class="outline-sign" data-tone=tone>
                <Icon name=icon size=16 />
            </span>
        })
    };
    let status = move || {
        let key = item.with(|item| item.as_ref().map(|item| item.key.clone()))?;
        let (status, _) = studio.runs.status(&key).get();
        let look = status_look(status);
        (status != NodeStatus::Idle).then(|| {
            view! {
                class = sheet,
                <span class="outline-status" data-status=look.key>
                    <Icon name=look.icon size=12 />
                </span>
            }
        })
    };
    view! {
        class = sheet,
        <span class="outline-row" style:padding-left=move || format!("{}px", 8 + 14 * indent())>
            <span class="outline-open">{toggle}</span>
            {move || view! { <Icon name=icon() size=16 /> }}
            <span class="outline-words">
                <span class="outline-name">{move || item.with(|item| item.as_ref().map_or(String::new(), |item| item.name.to_string()))}</span>
                <span class="outline-second">{second}</span>
            </span>
            {problem}
            {status}
        </span>
    }
}
