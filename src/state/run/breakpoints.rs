//! Breakpoints: set for the workflow, kept with its draft, and put into every run of it.

use std::collections::HashMap;

use debugger::{Breakpoint, BreakpointId, Breakpoints, Place, StateKey};
use json::Str;
use leptos::prelude::*;

use super::{KeptRun, Runs};

impl KeptRun {
    /// The breakpoints of the workflow, with the names that its states have in this run's definition.
    fn take_breakpoints(&mut self, breakpoints: &Breakpoints) {
        let mut own = breakpoints.clone();
        own.resolve(self.session.machine.clone());
        let renamed: Vec<(BreakpointId, Breakpoint)> = own
            .iter()
            .filter_map(|(id, breakpoint)| {
                let mut renamed = breakpoint.clone();
                for key in keys_of(&mut renamed.place) {
                    *key = self.key_in_run(key);
                }
                (renamed != *breakpoint).then_some((id, renamed))
            })
            .collect();
        for (id, breakpoint) in renamed {
            own.set(id, breakpoint);
        }
        self.session.breakpoints = own;
    }

    /// The key that the state of a node has in the definition that runs.
    pub fn key_in_run(&self, key: &StateKey) -> StateKey {
        let state = self.nodes.state(&key.0);
        let known = state.and_then(|state| self.session.breakpoints.keys().key(state));
        known.unwrap_or(key).clone()
    }
}

/// The keys of the states that a breakpoint is about.
fn keys_of(place: &mut Place) -> Vec<&mut StateKey> {
    match place {
        Place::Enter(key)
        | Place::Exit(key)
        | Place::Retry(Some(key))
        | Place::Timer { state: Some(key), .. } => vec![key],
        Place::Transition { from, to } => vec![from, to],
        _ => Vec::new(),
    }
}

impl Runs {
    /// Changes the breakpoints, of the workflow and of its runs.
    pub fn change_breakpoints<T>(self, change: impl FnOnce(&mut Breakpoints) -> T) -> T {
        let mut changed = self.breakpoints.get_untracked();
        let answer = change(&mut changed);
        self.library.update_value(|library| {
            for run in &mut library.runs {
                run.take_breakpoints(&changed);
            }
        });
        self.breakpoints.set(changed);
        answer
    }

    /// Puts the breakpoints into the current run.
    pub fn give_breakpoints(self) {
        let breakpoints = self.breakpoints.get_untracked();
        self.touch(|run| run.take_breakpoints(&breakpoints));
    }

    /// Takes the breakpoints of a draft.
    pub fn load_breakpoints(self, text: &str) {
        let kept = json::parse(text).unwrap_or_default();
        self.change_breakpoints(|breakpoints| {
            breakpoints.clear();
            breakpoints.add_from_json(&kept);
        });
    }

    /// The breakpoints as a draft keeps them.
    pub fn breakpoints_text(self) -> String {
        self.breakpoints.with_untracked(|breakpoints| match breakpoints.is_empty() {
            true => String::new(),
            false => breakpoints.to_json().to_text(),
        })
    }

    /// Sets a plain breakpoint at a place, or takes the ones there away. Answers whether there is one now.
    pub fn toggle_breakpoint(self, place: Place) -> bool {
        self.change_breakpoints(|breakpoints| {
            let there: Vec<BreakpointId> =
                breakpoints.iter().filter(|(_, known)| known.place == place).map(|(id, _)| id).collect();
            for id in &there {
                breakpoints.remove(*id);
            }
            if there.is_empty() {
                breakpoints.add(Breakpoint::new(place));
            }
            there.is_empty()
        })
    }

    /// How the breakpoints of a place are drawn; none where there is none.
    pub fn mark_of(self, is_there: impl Fn(&Place) -> bool) -> Option<BreakpointLook> {
        self.breakpoints_verified.track();
        self.breakpoints.with(|breakpoints| {
            let there = breakpoints.iter().filter(|(_, breakpoint)| is_there(&breakpoint.place));
            there.map(|(id, breakpoint)| BreakpointLook::of(breakpoints, id, breakpoint)).min()
        })
    }

    /// States have other keys after an edit: breakpoints go with them.
    pub(super) fn follow_keys_of_breakpoints(self, renamed: &HashMap<Str, Str>) {
        let changed: Vec<(BreakpointId, Breakpoint)> = self.breakpoints.with_untracked(|breakpoints| {
            let all = breakpoints.iter().map(|(id, breakpoint)| (id, breakpoint.clone()));
            let moved = all.filter_map(|(id, mut breakpoint)| {
                let mut is_moved = false;
                for key in keys_of(&mut breakpoint.place) {
                    if let Some(new) = renamed.get(&key.0) {
                        key.0.clone_from(new);
                        is_moved = true;
                    }
                }
                is_moved.then_some((id, breakpoint))
            });
            moved.collect()
        });
        if !changed.is_empty() {
            self.change_breakpoints(|breakpoints| {
                for (id, breakpoint) in changed {
                    breakpoints.set(id, breakpoint);
                }
            });
        }
    }
}

/// How a breakpoint is drawn, the most telling look first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BreakpointLook {
    /// Stops, always.
    Plain,
    /// Stops under a condition, or at some of its hits.
    Conditional,
    /// Writes a line.
    Log,
    /// Can't be hit: its state is gone, or its expression has an error.
    Unverified,
    Disabled,
}

impl BreakpointLook {
    pub fn of(breakpoints: &Breakpoints, id: BreakpointId, breakpoint: &Breakpoint) -> BreakpointLook {
        match breakpoint {
            _ if !breakpoint.enabled => BreakpointLook::Disabled,
            _ if breakpoints.verify(id).is_err() => BreakpointLook::Unverified,
            _ if breakpoint.log.is_some() => BreakpointLook::Log,
            _ if breakpoint.condition.is_some() || breakpoint.hits.is_some() => BreakpointLook::Conditional,
            _ => BreakpointLook::Plain,
        }
    }

    /// The key for the style sheets.
    pub fn name(self) -> &'static str {
        match self {
            BreakpointLook::Plain => "plain",
            BreakpointLook::Conditional => "conditional",
            BreakpointLook::Log => "log",
            BreakpointLook::Unverified => "unverified",
            BreakpointLook::Disabled => "disabled",
        }
    }
}

/// A breakpoint's condition, log line and so on for people.
pub fn details_of(breakpoint: &Breakpoint) -> Vec<String> {
    let mut details = Vec::new();
    if let Some(condition) = &breakpoint.condition {
        details.push(format!("if {condition}"));
    }
    if let Some(hits) = breakpoint.hits {
        details.push(format!("hits {}", hits.to_text()));
    }
    if let Some(log) = &breakpoint.log {
        details.push(format!("logs “{log}”"));
    }
    details
}

/// What a breakpoint waits for, for people.
pub fn title_of(place: &Place) -> String {
    match place {
        Place::Enter(key) => format!("Enter {}", key.name()),
        Place::Exit(key) => format!("Exit {}", key.name()),
        Place::Transition { from, to } => format!("{} → {}", from.name(), to.name()),
        Place::Event(event_type) => format!("Event {}", event_type.name()),
        Place::Error { caught, uncaught, name } => {
            let which = match (caught, uncaught) {
                (true, false) => "Caught error",
                (false, true) => "Uncaught error",
                _ => "Any error",
            };
            match name {
                Some(name) => format!("{which} {name}"),
                None => which.to_owned(),
            }
        }
        Place::Retry(Some(key)) => format!("Retry of {}", key.name()),
        Place::Retry(None) => "Any retry".to_owned(),
        Place::AnyState => "Any state".to_owned(),
        Place::Timer { kinds, state } => {
            let words = [
                (kinds.wait, "wait ends"),
                (kinds.backoff, "back-off is over"),
                (kinds.timeout, "timeout"),
                (kinds.heartbeat, "missed heartbeat"),
            ];
            let words: Vec<&str> =
                words.into_iter().filter_map(|(is_on, word)| is_on.then_some(word)).collect();
            let of = state.as_ref().map_or(String::new(), |key| format!(" of {}", key.name()));
            match words.len() {
                4 => format!("Any timer{of} is about to fire"),
                0 => format!("No timer{of}"),
                _ => format!("Timer{of} is about to fire: {}", words.join(", ")),
            }
        }
    }
}
