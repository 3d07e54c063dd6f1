//! Drawing a way with a pointer from a port, or from the end of a way, to a state.

use std::collections::HashSet;
use std::sync::Arc;

use json::Str;
use layout::Point;
use leptos::prelude::*;

use super::Connecting;
use crate::state::studio::Studio;

/// A way on its way. Points are of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectDrag {
    pub connecting: Connecting,
    pub start: Point,
    pub at: Point,
    /// The key of the state under the pointer.
    pub over: Option<Str>,
    /// What letting go would do, or why it does nothing.
    pub hint: String,
    pub is_legal: bool,
}

impl Studio {
    /// Begins to draw a way from a place of the picture.
    pub fn begin_drag(self, connecting: Connecting, start: Point) {
        let legal: HashSet<Str> = self
            .connect_targets(&connecting)
            .into_iter()
            .filter(|target| target.reason.is_none())
            .filter_map(|target| target.key)
            .collect();
        self.editing.legal.set(Some(Arc::new(legal)));
        let drag =
            ConnectDrag { connecting, start, at: start, over: None, hint: String::new(), is_legal: false };
        self.editing.drag.set(Some(drag));
        self.drag_to(start);
    }

    pub fn drag_to(self, at: Point) {
        let Some(mut drag) = self.editing.drag.get_untracked() else { return };
        drag.at = at;
        let over = self.workspace.scene.with_untracked(|scene| {
            let node = scene.nodes.get(scene.node_at(at)?)?;
            // The body of a container is ground, except for its head.
            let on_head = !node.is_container || at.y < node.rect.y + 44.0;
            on_head.then(|| (node.key.clone(), node.name.clone()))
        });
        let legal = self.editing.legal.get_untracked();
        let is_legal = over.as_ref().is_some_and(|(key, _)| legal.is_some_and(|legal| legal.contains(key)));
        if drag.over.as_ref() != over.as_ref().map(|(key, _)| key) || drag.hint.is_empty() {
            drag.hint = match &over {
                Some((_, name)) if is_legal => format!("Connect to {name}"),
                Some((key, _)) => {
                    let targets = self.connect_targets(&drag.connecting);
                    let target = targets.into_iter().find(|target| target.key.as_ref() == Some(key));
                    target.and_then(|target| target.reason).unwrap_or_default()
                }
                None => "Drop on a state, or here to choose or add one".to_owned(),
            };
        }
        drag.over = over.map(|(key, _)| key);
        drag.is_legal = is_legal;
        self.editing.drag.set(Some(drag));
    }

    /// Lets go. Without having moved, and over the ground, the target is asked for in a list.
    pub fn end_drag(self, has_moved: bool) {
        let Some(drag) = self.editing.drag.get_untracked() else { return };
        self.cancel_drag();
        if !has_moved || drag.over.is_none() {
            self.editing.connecting.set(Some(drag.connecting));
        } else if drag.is_legal {
            self.connect(&drag.connecting, drag.over.as_deref());
        } else {
            self.shell.say(drag.hint);
        }
    }

    pub fn cancel_drag(self) {
        self.editing.drag.set(None);
        self.editing.legal.set(None);
    }
}
