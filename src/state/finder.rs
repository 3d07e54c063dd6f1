//! Looking for states: by name, type, resource, or anything that stands in them.

use std::collections::HashMap;

use json::Str;
use leptos::prelude::*;

use crate::state::studio::Studio;
use crate::state::workspace::{Shared, is_within};

#[derive(Clone, Copy)]
pub struct Finder {
    pub is_open: RwSignal<bool>,
    pub query: RwSignal<String>,
    /// The position among the matches that was gone to last.
    pub position: RwSignal<usize>,
}

impl Finder {
    pub fn new() -> Finder {
        Finder {
            is_open: RwSignal::new(false),
            query: RwSignal::new(String::new()),
            position: RwSignal::new(0),
        }
    }

    pub fn close(self) {
        self.is_open.set(false);
        self.query.set(String::new());
        self.position.set(0);
    }
}

impl Studio {
    /// The keys of the states in which the words of a query stand, in the order of the picture.
    pub fn matches_of(self, query: &str) -> Shared<Vec<Str>> {
        let words: Vec<String> = query.to_lowercase().split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return Shared::new(Vec::new());
        }
        let found = self.workspace.scene.with(|scene| {
            self.workspace.shown.with(|document| {
                let found = scene.nodes.iter().filter(|node| {
                    let Some(state) = document.state(node.state) else { return false };
                    let tree = document.tree();
                    // What stands inside of a container is found in the states there.
                    let text = match node.is_container || node.is_folded {
                        true => format!("{} {}", node.name, node.subtitle),
                        false => {
                            tree.text().get(tree.span(state.member()).range()).unwrap_or_default().to_owned()
                        }
                    };
                    let text = format!("{} {}", text, node.subtitle).to_lowercase();
                    words.iter().all(|word| text.contains(word))
                });
                let order = scene.geometry.reading_order.iter().enumerate();
                let places: HashMap<usize, usize> = order.map(|(place, index)| (*index, place)).collect();
                let mut keys: Vec<(usize, Str)> = found
                    .map(|node| {
                        let place = places.get(&(node.state.0 as usize)).copied();
                        (place.unwrap_or(usize::MAX), node.key.clone())
                    })
                    .collect();
                keys.sort();
                keys.into_iter().map(|(_, key)| key).collect()
            })
        });
        Shared::new(found)
    }

    /// Selects a state and brings it onto the screen: folded containers around it are opened.
    pub fn show_state(self, key: &Str) {
        let workspace = self.workspace;
        let is_around = |around: &str| is_within(key, around) && **key != *around;
        if workspace.root.with_untracked(|root| root.as_ref().is_some_and(|root| !is_within(key, root))) {
            workspace.root.set(None);
        }
        let folded = workspace.folded.get_untracked();
        if folded.iter().any(|known| is_around(known)) {
            workspace
                .folded
                .set(std::sync::Arc::new(folded.iter().filter(|known| !is_around(known)).cloned().collect()));
        }
        workspace.selected.set(Some(key.clone()));
        if let Some(rect) = workspace.selected_rect() {
            self.view.reveal(rect);
        }
    }

    /// Draws a container alone, or the whole workflow, and fits it.
    pub fn draw_alone(self, key: Option<Str>) {
        self.workspace.root.set(key);
        self.view.fit_when_known.set(true);
        self.shell.announce(match self.workspace.path_of_root().last() {
            Some((_, name)) => format!("The picture shows {name} alone."),
            None => "The picture shows the whole workflow.".to_owned(),
        });
    }

    /// The selected state if it is a container, or the container it is in.
    pub fn selected_container(self) -> Option<Str> {
        let key = self.workspace.selected.get()?;
        self.workspace.scene.with(|scene| {
            let containers = scene.nodes.iter().filter(|node| node.is_container || node.is_folded);
            let around = containers.filter(|node| is_within(&key, &node.key));
            around.max_by_key(|node| node.key.len()).map(|node| node.key.clone())
        })
    }

    /// Folds or unfolds the selected container, or the one around the selected state.
    pub fn toggle_fold(self) {
        if let Some(key) = self.selected_container() {
            self.workspace.toggle_fold(&key);
            self.workspace.selected.set(Some(key));
        }
    }
}
