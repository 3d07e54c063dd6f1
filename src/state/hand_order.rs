//! The order in which states stand side by side, where it was given by hand. It is kept beside the definition.

use std::collections::HashMap;

use diagram::order::{branch_around, followed_order, scope_of};
use json::{Map, Str, Value};
use layout::{Direction, Rect};
use leptos::prelude::*;

use crate::command::Command;
use crate::state::studio::Studio;
use crate::state::workspace::Workspace;

/// Where it is kept among the settings.
const ORDER: &str = "order";

/// More places than this are not kept: the oldest go first.
const MOST_PLACES: usize = 2_000;

/// What changes places: two states, or two branches.
struct Swap {
    /// The keys of everything in the row, in its new order.
    row: Vec<Str>,
    /// What is moved.
    name: String,
}

impl Studio {
    /// Why the selected state, or the branch that it is in, can't be moved on the canvas.
    pub fn obstacle_of_order(self, command: Command) -> Option<&'static str> {
        if command == Command::ResetOrder {
            let is_set = self.workspace.settings.with(|settings| settings.get(ORDER).is_some());
            return (!is_set).then_some("Nothing was moved by hand");
        }
        if self.workspace.selected.with(Option::is_none) {
            return Some("No state is selected");
        }
        let is_left = command == Command::MoveLeft;
        let reason = if is_left { "Nothing stands to its left" } else { "Nothing stands to its right" };
        self.swap(is_left).is_none().then_some(reason)
    }

    /// Moves the selected state, or else the branch that it is in, past what stands beside it. The definition stays
    /// as it is.
    pub fn move_on_canvas(self, command: Command) {
        if command == Command::ResetOrder {
            self.workspace.settings.update(|settings| {
                settings.remove(ORDER);
            });
            self.shell.announce("The order is that of the definition");
            return;
        }
        let is_left = command == Command::MoveLeft;
        let Some(Swap { row, name }) = untrack(|| self.swap(is_left)) else { return };
        self.workspace.settings.update(|settings| {
            let mut order = order_in(settings);
            order.retain(|key| !row.contains(key));
            order.extend(row);
            set_order(settings, order);
        });
        let side = if is_left { "left" } else { "right" };
        self.shell.announce(format!("Moved {name} to the {side}. The definition is as it was."));
        self.reveal_selected();
    }

    /// The row of the selected state with the state moved by one; the row of its branch, or of the next branch
    /// around, where it has nothing beside it.
    fn swap(self, is_left: bool) -> Option<Swap> {
        let key = self.workspace.selected.get()?;
        let is_down = self.workspace.direction.get() == Direction::Down;
        self.workspace.scene.with(|scene| {
            let node = scene.nodes.get(scene.index_of(&key)?).filter(|node| node.is_shown)?;
            let across = |rect: &Rect| if is_down { rect.x } else { rect.y };
            let share_a_layer = |a: &Rect, b: &Rect| match is_down {
                true => a.y < b.bottom() && b.y < a.bottom(),
                false => a.x < b.right() && b.x < a.right(),
            };
            let scope = scope_of(&key);
            let beside = scene.nodes.iter().filter(|other| {
                other.is_shown && scope_of(&other.key) == scope && share_a_layer(&other.rect, &node.rect)
            });
            let row = beside.map(|other| (across(&other.rect), other.key.clone())).collect();
            if let Some(row) = moved(row, &key, is_left) {
                return Some(Swap { row, name: node.name.to_string() });
            }
            // Branches, from the inside out.
            let mut inner: &str = &key;
            while let Some((parallel, position)) = branch_around(inner) {
                let container = scene.index_of(parallel).and_then(|index| scene.nodes.get(index));
                if let Some(container) = container.filter(|container| container.is_shown) {
                    let branches = scene.nodes.iter().filter(|other| other.is_shown);
                    // A branch stands where the first of its states does.
                    let mut places: HashMap<usize, f64> = HashMap::new();
                    for other in branches {
                        if let Some(branch) = branch_in(&other.key, parallel) {
                            let place = places.entry(branch).or_insert(f64::INFINITY);
                            *place = place.min(across(&other.rect));
                        }
                    }
                    let key_of = |branch: usize| Str::from(format!("{parallel}/Branches/{branch}"));
                    let row = places.into_iter().map(|(branch, place)| (place, key_of(branch))).collect();
                    if let Some(row) = moved(row, &key_of(position), is_left) {
                        let name = format!("branch {} of {}", position + 1, container.name);
                        return Some(Swap { row, name });
                    }
                }
                inner = parallel;
            }
            None
        })
    }
}

/// A row in its order with one moved by one place; none where it is at the end already.
fn moved(mut row: Vec<(f64, Str)>, key: &Str, is_left: bool) -> Option<Vec<Str>> {
    row.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut row: Vec<Str> = row.into_iter().map(|(_, key)| key).collect();
    let at = row.iter().position(|other| other == key)?;
    let to = if is_left { at.checked_sub(1)? } else { at + 1 };
    (to < row.len()).then(|| row.swap(at, to))?;
    Some(row)
}

/// In which branch of a Parallel state a key is.
fn branch_in(key: &str, parallel: &str) -> Option<usize> {
    key.strip_prefix(parallel)?.strip_prefix("/Branches/")?.split('/').next()?.parse().ok()
}

/// The keys among settings, in the order that was given by hand.
pub(super) fn order_in(settings: &Map) -> Vec<Str> {
    let keys = settings.get(ORDER).and_then(Value::as_array).unwrap_or_default();
    keys.iter().filter_map(|key| key.as_str().map(Str::from)).collect()
}

fn set_order(settings: &mut Map, mut order: Vec<Str>) {
    order.drain(..order.len().saturating_sub(MOST_PLACES));
    settings.insert(ORDER, Value::array(order.into_iter().map(Value::String).collect()));
}

impl Workspace {
    /// Whether an order was given by hand.
    pub(super) fn has_order(self) -> bool {
        self.settings.with_untracked(|settings| settings.get(ORDER).is_some())
    }

    /// States have other keys after an edit, or are gone. A branch is the one that its states are in, whatever number
    /// it has.
    pub(super) fn follow_order(self, states: &[(Str, Option<Str>)]) {
        let order = self.settings.with_untracked(order_in);
        let followed = followed_order(&order, states);
        if followed != order {
            self.settings.update(|settings| set_order(settings, followed));
        }
    }
}
