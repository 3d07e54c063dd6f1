//! What is selected: one state that forms and text follow, and others beside it.

use asl::{Document, StateId, TransitionKind};
use json::Str;
use layout::Rect;
use leptos::prelude::*;

use crate::canvas::element_of;
use crate::state::studio::Studio;
use crate::state::workspace::Workspace;

/// What is selected beside a state. Selecting another one makes it void.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Beside {
    of: Option<Str>,
    others: Vec<Str>,
    /// A way out of the state.
    way: Option<TransitionKind>,
}

impl Workspace {
    /// The keys of all selected states, the main one first.
    pub fn selection(self) -> Vec<Str> {
        let selected = self.selected.get();
        self.beside.with(|beside| all(selected, beside))
    }

    pub fn selection_untracked(self) -> Vec<Str> {
        let selected = self.selected.get_untracked();
        self.beside.with_untracked(|beside| all(selected, beside))
    }

    /// Whether the state of this key is selected, alone or among others.
    pub fn is_selected(self, key: &Str) -> bool {
        self.selected.with(|selected| {
            selected.as_ref() == Some(key)
                || self.beside.with(|beside| beside.of == *selected && beside.others.contains(key))
        })
    }

    /// Selects states, the first as the main one.
    pub fn select(self, keys: Vec<Str>) {
        let mut keys = keys.into_iter();
        let main = keys.next();
        self.beside.set(Beside { of: main.clone(), others: keys.collect(), way: None });
        if self.selected.with_untracked(|selected| *selected != main) {
            self.selected.set(main);
        }
    }

    /// Adds a state to what is selected, as the main one, or takes it away.
    pub fn toggle(self, key: &Str) {
        let mut keys = self.selection_untracked();
        let before = keys.len();
        keys.retain(|known| known != key);
        if keys.len() == before {
            keys.insert(0, key.clone());
        }
        self.select(keys);
    }

    /// The selected way, with the key of the state that it leaves.
    pub fn selected_way(self) -> Option<(Str, TransitionKind)> {
        let selected = self.selected.get();
        self.beside.with(|beside| way(selected, beside))
    }

    pub fn selected_way_untracked(self) -> Option<(Str, TransitionKind)> {
        let selected = self.selected.get_untracked();
        self.beside.with_untracked(|beside| way(selected, beside))
    }

    /// Selects a way, and with it the state that it leaves.
    pub fn select_way(self, from: Str, way: TransitionKind) {
        self.beside.set(Beside { of: Some(from.clone()), others: Vec::new(), way: Some(way) });
        self.selected.set(Some(from));
    }
}

fn all(selected: Option<Str>, beside: &Beside) -> Vec<Str> {
    let others = if beside.of == selected { &beside.others[..] } else { &[] };
    selected.iter().chain(others).cloned().collect()
}

fn way(selected: Option<Str>, beside: &Beside) -> Option<(Str, TransitionKind)> {
    beside.way.filter(|_| beside.of == selected).and_then(|way| Some((selected?, way)))
}

impl Studio {
    /// The main selected state in the present document.
    pub fn selected_state(self) -> Option<StateId> {
        let key = self.workspace.selected.get_untracked()?;
        self.state_of(&key)
    }

    /// All selected states in the present document, the main one first.
    pub fn selected_states(self) -> Vec<StateId> {
        let keys = self.workspace.selection_untracked();
        keys.iter().filter_map(|key| self.state_of(key)).collect()
    }

    /// The state of a key in the present document.
    pub fn state_of(self, key: &str) -> Option<StateId> {
        if self.workspace.is_behind.get_untracked() {
            return self.workspace.document.with_untracked(|document| id_at(document, key));
        }
        self.shown_state_of(key)
    }

    /// The state of a key in the document that the scene is of.
    pub(super) fn shown_state_of(self, key: &str) -> Option<StateId> {
        let node = self.workspace.scene.with_untracked(|scene| {
            scene.index_of(key).and_then(|index| scene.nodes.get(index)).map(|node| node.state)
        });
        // What is folded away has no node.
        node.or_else(|| self.workspace.shown.with_untracked(|document| id_at(document, key)))
    }

    /// The key of a state of the present document.
    pub fn key_of(self, state: StateId) -> Option<Str> {
        self.workspace.document.with_untracked(|document| {
            let state = document.state(state)?;
            Some(Str::from(state.pointer()))
        })
    }

    /// Selects the state of a name, wherever it is.
    pub fn select_named(self, name: &str) {
        self.select_all_named(&[name]);
    }

    /// Selects states by their names, the first as the main one.
    pub fn select_all_named(self, names: &[&str]) {
        let keys = self.workspace.document.with_untracked(|document| {
            let keys = names.iter().filter_map(|name| {
                let state = document.state_named(name)?;
                Some(Str::from(state.pointer()))
            });
            keys.collect::<Vec<Str>>()
        });
        self.workspace.select(keys);
        self.note_selection();
        self.reveal_selected();
    }

    /// Selects, beside the main selected state, those of its scope that it leads to, or that lead to it.
    pub fn select_reached(self, forwards: bool) {
        let Some(main) = self.selected_state() else { return };
        let names: Vec<String> = self.workspace.shown.with_untracked(|document| {
            let Some(state) = document.state(main) else { return Vec::new() };
            let scope = state.scope();
            let ways: Vec<(StateId, StateId)> = scope
                .states()
                .flat_map(|from| {
                    let ways = from.transitions();
                    let targets = ways.iter().filter_map(|way| match way.target {
                        asl::Target::State(to) => Some((from.id(), to)),
                        _ => None,
                    });
                    targets.collect::<Vec<_>>()
                })
                .map(|(from, to)| if forwards { (from, to) } else { (to, from) })
                .collect();
            let mut reached = vec![main];
            let mut at = 0;
            while let Some(here) = reached.get(at).copied() {
                at += 1;
                for (_, to) in ways.iter().filter(|(from, _)| *from == here) {
                    if !reached.contains(to) {
                        reached.push(*to);
                    }
                }
            }
            reached.into_iter().filter_map(|id| Some(document.state(id)?.name().to_owned())).collect()
        });
        self.select_all_named(&names.iter().map(String::as_str).collect::<Vec<&str>>());
    }

    /// Selects the states beside the main selected one; all states where those are selected already.
    pub fn select_all(self) {
        let selection = self.workspace.selection_untracked();
        let main = self.selected_state();
        let keys = self.workspace.shown.with_untracked(|document| {
            let key = |state: asl::State<'_>| Str::from(state.pointer());
            let scope = main.and_then(|state| document.state(state)).map(|state| state.scope());
            let siblings: Vec<Str> = match scope.or(document.machine()) {
                Some(scope) => scope.states().map(key).collect(),
                None => Vec::new(),
            };
            let has_all = siblings.iter().all(|key| selection.contains(key));
            if has_all { document.states().map(key).collect() } else { siblings }
        });
        let (main, others): (Vec<Str>, Vec<Str>) =
            keys.into_iter().partition(|key| selection.first() == Some(key));
        let keys: Vec<Str> = main.into_iter().chain(others).collect();
        self.shell.announce(match keys.len() {
            1 => "Selected 1 state".to_owned(),
            count => format!("Selected {count} states"),
        });
        self.workspace.select(keys);
    }

    /// Selects the states that a rectangle of the picture touches, containers only where it holds all of them.
    pub fn select_within(self, rect: Rect) {
        let keys: Vec<Str> = self.workspace.scene.with_untracked(|scene| {
            let order = scene.geometry.reading_order.iter().filter_map(|index| scene.nodes.get(*index));
            let inside = order.filter(|node| {
                node.is_shown
                    && if node.is_container { rect.encloses(&node.rect) } else { rect.overlaps(&node.rect) }
            });
            inside.map(|node| node.key.clone()).collect()
        });
        self.shell.announce(match keys.len() {
            1 => "Selected 1 state".to_owned(),
            count => format!("Selected {count} states"),
        });
        self.workspace.select(keys);
    }

    /// Selects the state that is so many places on in the order of execution, and gives it the focus.
    pub fn select_by(self, step: isize) {
        let key = self.workspace.scene.with_untracked(|scene| {
            let order = &scene.geometry.reading_order;
            let now = self.workspace.selected.get_untracked().and_then(|key| scene.index_of(&key));
            let position = order.iter().position(|index| Some(*index) == now);
            let next = match position {
                Some(position) => position.checked_add_signed(step)?,
                None => 0,
            };
            order.get(next).and_then(|index| scene.nodes.get(*index)).map(|node| node.key.clone())
        });
        match key {
            Some(key) => crate::canvas::focus_node(self, key),
            None => self.shell.announce(if step > 0 {
                "This is the last state"
            } else {
                "This is the first state"
            }),
        }
    }

    /// Brings the main selected state onto the screen.
    pub fn reveal_selected(self) {
        if let Some(rect) = self.workspace.selected_rect() {
            self.view.reveal(rect);
        }
    }

    /// Brings what was added onto the screen, and all of the workflow where there is room for it: the next thing is
    /// likely added at an end.
    pub fn reveal_added(self) {
        let (added, whole) = untrack(|| (self.workspace.selected_rect(), self.workspace.bounds()));
        self.view.reveal_added(added, whole);
    }

    /// Gives the focus to the main selected state, or to the graph where there is none.
    pub fn focus_selected(self) {
        // The second frame comes after the views have followed the scene.
        request_animation_frame(move || {
            request_animation_frame(move || {
                let key = self.workspace.selected.get_untracked();
                if let Some(key) = key {
                    if let Some(node) = element_of(&key) {
                        let _ = node.focus();
                    }
                } else if let Some(stage) = crate::platform::dom::element_by_id("stage") {
                    let _ = stage.focus();
                }
            });
        });
    }
}

fn id_at(document: &Document, key: &str) -> Option<StateId> {
    document.state_at_pointer(key).map(|state| state.id())
}
