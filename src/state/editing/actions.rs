//! What the commands on states come to: the edit for what is selected now, or why there is none.

use asl::edit::{Edit, Place, Port};
use asl::{Document, Role, StateId, StateMap, StateType, Target, TransitionKind};
use json::{Str, Value};
use leptos::prelude::*;

use crate::command::Command;
use crate::platform::rest;
use crate::state::editing::place_after;
use crate::state::studio::Studio;

/// An edit that is ready to be made.
pub struct Planned {
    pub edit: Edit,
    /// What was done, in the past tense.
    pub title: String,
    pub then: Then,
}

/// What is selected after an edit.
pub enum Then {
    /// What was selected, as far as it is still there.
    Same,
    /// The states that are new.
    New,
    /// States of these names.
    Named(Vec<String>),
    /// The first of these states that is still there.
    FirstOf(Vec<StateId>),
    /// This way out of the state that was selected.
    Way(TransitionKind),
}

const NOTHING: &str = "No state is selected";

impl Studio {
    /// Why a command on what is selected can't be carried out; none if it can.
    pub fn obstacle_of_edit(self, command: Command) -> Option<String> {
        // It takes the rest of the program to tell, and a command that comes earlier waits for it.
        if !rest::is_complete() {
            return None;
        }
        // What is asked here decides again when a text or the selection changes.
        self.workspace.document.track();
        self.workspace.selected.track();
        let planned = match self.planned(command)? {
            Ok(planned) => self.plan(&planned.edit).map_err(|error| error.to_string()),
            Err(reason) => return Some(reason),
        };
        match planned {
            Ok(patch) if patch.is_empty() => Some(nothing_to_do(command).to_owned()),
            Ok(_) => None,
            Err(reason) => Some(reason),
        }
    }

    /// Carries out a command that is an edit of what is selected.
    pub fn carry_out(self, command: Command) {
        match self.planned(command) {
            Some(Ok(planned)) => self.carry_out_planned(planned),
            Some(Err(reason)) => self.shell.say(reason),
            None => {}
        }
    }

    pub(super) fn carry_out_planned(self, planned: Planned) {
        let Planned { edit, title, then } = planned;
        let before: Vec<Str> = self
            .workspace
            .document
            .with_untracked(|document| document.states().map(|state| state.shared_name()).collect());
        let shown = self.workspace.document.get_untracked();
        let patch = match self.plan(&edit) {
            Ok(patch) => patch,
            Err(error) => return self.shell.say(error.to_string()),
        };
        self.apply_patch(patch.clone(), title);
        match then {
            Then::Same => {}
            Then::Way(way) => {
                if let Some(from) = self.workspace.selected.get_untracked() {
                    self.workspace.select_way(from, way);
                }
            }
            Then::FirstOf(states) => {
                let now = self.workspace.document.get_untracked();
                let map = StateMap::new(&shown, &patch, &now);
                let first = states.into_iter().find_map(|state| self.key_of(map.get(state)?));
                self.workspace.select(first.into_iter().collect());
            }
            Then::New => {
                let names = self.workspace.document.with_untracked(|document| new_names(document, &before));
                let names: Vec<&str> = names.iter().map(|name| &**name).collect();
                self.select_all_named(&names);
            }
            Then::Named(names) => {
                let names: Vec<&str> = names.iter().map(String::as_str).collect();
                self.select_all_named(&names);
            }
        }
        self.note_selection();
        self.reveal_selected();
    }

    /// The edit that a command stands for now; none for commands that are no edits of what is selected.
    fn planned(self, command: Command) -> Option<Result<Planned, String>> {
        let way = self.workspace.selected_way_untracked();
        let states = self.selected_states();
        self.workspace.document.with_untracked(|document| {
            let main = states.first().and_then(|state| document.state(*state));
            let names = names_of(document, &states);
            let same = |edit, title: String| Ok(Planned { edit, title, then: Then::Same });
            let needs_one = || main.ok_or_else(|| NOTHING.to_owned());
            let planned = match command {
                Command::Delete | Command::DeleteApart => match way {
                    Some((_, way)) => needs_one().map(|state| {
                        // The state stays selected alone: the next Delete must not take the next way.
                        Planned {
                            edit: Edit::Disconnect { from: state.id(), way },
                            title: format!("Removed {} of {}", way_name(way), state.name()),
                            then: Then::FirstOf(vec![state.id()]),
                        }
                    }),
                    None if states.is_empty() => Err(NOTHING.to_owned()),
                    None => Ok(Planned {
                        edit: Edit::RemoveStates {
                            states: states.clone(),
                            relink: command == Command::Delete,
                        },
                        title: format!("Deleted {names}"),
                        then: Then::FirstOf(neighbours(document, &states)),
                    }),
                },
                Command::Disconnect => needs_one().and_then(|state| {
                    let ways = state.transitions();
                    let way = way.map(|(_, way)| way).or_else(|| {
                        let first = ways.iter().find(|way| way.target != Target::End);
                        first.map(|way| way.kind)
                    });
                    let way = way.ok_or_else(|| format!("No way leads out of {}", state.name()))?;
                    Ok(Planned {
                        edit: Edit::Disconnect { from: state.id(), way },
                        title: format!("Disconnected {} of {}", way_name(way), state.name()),
                        then: Then::FirstOf(vec![state.id()]),
                    })
                }),
                Command::Duplicate if states.is_empty() => Err(NOTHING.to_owned()),
                Command::Duplicate => Ok(Planned {
                    edit: Edit::DuplicateStates { states: states.clone() },
                    title: format!("Duplicated {names}"),
                    then: Then::New,
                }),
                Command::SetStart => needs_one().and_then(|state| {
                    let edit = Edit::SetStart { state: state.id() };
                    same(edit, format!("{} is the start now", state.name()))
                }),
                Command::WrapInParallel | Command::WrapInMap if states.is_empty() => Err(NOTHING.to_owned()),
                Command::WrapInParallel | Command::WrapInMap => {
                    let container =
                        if command == Command::WrapInMap { StateType::Map } else { StateType::Parallel };
                    let edit = Edit::WrapStates { states: states.clone(), container };
                    let title = format!("Put {names} into a {} state", container.name());
                    Ok(Planned { edit, title, then: Then::New })
                }
                Command::Unwrap => needs_one().map(|state| {
                    let inner = state.scopes().next();
                    let inner =
                        inner.map(|scope| scope.states().map(|state| state.name().to_owned()).collect());
                    Planned {
                        edit: Edit::UnwrapState { state: state.id(), branch: 0 },
                        title: format!("Took the states of {} out of it", state.name()),
                        then: Then::Named(inner.unwrap_or_default()),
                    }
                }),
                Command::ChangeType(to) => needs_one().and_then(|state| {
                    let edit = Edit::ChangeType { state: state.id(), to };
                    same(edit, format!("Changed {} to a {} state", state.name(), to.name()))
                }),
                Command::AddBranch => needs_one().map(|state| {
                    let name = asl::edit::unique_name("Pass", |name| document.state_named(name).is_some());
                    let pass = Value::from_members([("Type", Value::from("Pass"))]);
                    Planned {
                        edit: Edit::InsertState {
                            place: Place::NewBranch(state.id()),
                            name: name.as_str().into(),
                            state: pass,
                        },
                        title: format!("Added a branch to {}", state.name()),
                        then: Then::New,
                    }
                }),
                Command::MoveEarlier | Command::MoveLater => needs_one().and_then(|state| {
                    let by = if command == Command::MoveEarlier { -1 } else { 1 };
                    moved_item(document, state.id(), way.map(|(_, way)| way), by)
                }),
                Command::Format => {
                    let is_empty = document.text().trim().is_empty();
                    if is_empty {
                        Err("There is no workflow yet".to_owned())
                    } else {
                        same(Edit::Format, "Laid the text out anew".to_owned())
                    }
                }
                _ => return None,
            };
            Some(planned)
        })
    }

    /// The places at which something may come after what is selected, the best first.
    pub(super) fn places_after_selected(self) -> Vec<Place> {
        let main = self.selected_state();
        self.workspace.document.with_untracked(|document| {
            let state = main.and_then(|state| document.state(state));
            let machine = document.machine().map(|machine| machine.id());
            let scope = state.map(|state| state.scope().id()).or(machine);
            let is_bare = document.machine().is_none_or(|machine| machine.states().next().is_none());
            let after = state.and_then(|state| place_after(document, state.id()));
            let start = machine.filter(|_| is_bare).map(Place::Start);
            let loose = scope.map(Place::Loose);
            after.into_iter().chain(start).chain(loose).collect()
        })
    }
}

/// `A`, `A and B`, `5 states`.
pub(super) fn names_of(document: &Document, states: &[StateId]) -> String {
    let name = |state: &StateId| document.state(*state).map_or("", |state| state.name()).to_owned();
    match states {
        [one] => name(one),
        [one, other] => format!("{} and {}", name(one), name(other)),
        _ => format!("{} states", states.len()),
    }
}

/// How people call a way out of a state.
pub fn way_name(way: TransitionKind) -> String {
    match way {
        TransitionKind::Next => "Next".to_owned(),
        TransitionKind::Default => "Default".to_owned(),
        TransitionKind::Choice(position) => format!("rule {}", position + 1),
        TransitionKind::Catch(position) => format!("catcher {}", position + 1),
    }
}

/// What gets the selection when states are removed: what follows, what was before, what is around.
fn neighbours(document: &Document, removed: &[StateId]) -> Vec<StateId> {
    let Some(state) = removed.first().and_then(|state| document.state(*state)) else {
        return Vec::new();
    };
    let scope = state.scope();
    let next = state.transitions().into_iter().filter_map(|way| match way.target {
        Target::State(target) => Some(target),
        _ => None,
    });
    let before = scope
        .states()
        .filter(|other| other.transitions().iter().any(|way| way.target == Target::State(state.id())));
    let next: Vec<StateId> = next.collect();
    let before: Vec<StateId> = before.map(|state| state.id()).collect();
    let owner = std::iter::successors(scope.owner(), |owner| owner.scope().owner());
    let all = next.into_iter().chain(before).chain(scope.states().map(|state| state.id()));
    all.chain(owner.map(|owner| owner.id())).filter(|state| !removed.contains(state)).take(8).collect()
}

/// The names that are new in a document, without those inside of other new states.
fn new_names(document: &Document, before: &[Str]) -> Vec<Str> {
    let known: std::collections::HashSet<&str> = before.iter().map(|name| &**name).collect();
    let is_new = |name: &str| !known.contains(name);
    let new = document.states().filter(|state| is_new(state.name()));
    // The container is new when states are wrapped; what is in it is not.
    let outermost = new.filter(|state| !state.scope().owner().is_some_and(|owner| is_new(owner.name())));
    outermost.map(|state| state.shared_name()).collect()
}

/// Moves the selected rule or catcher of a state, or the branch that the state is in.
fn moved_item(
    document: &Document,
    state: StateId,
    way: Option<TransitionKind>,
    by: isize,
) -> Result<Planned, String> {
    let state = document.state(state).ok_or(NOTHING)?;
    let (of, pointer, from, what) = match way {
        Some(TransitionKind::Choice(position)) => (state, "/Choices", position, "rule"),
        Some(TransitionKind::Catch(position)) => (state, "/Catch", position, "catcher"),
        _ => match (state.scope().role(), state.scope().owner()) {
            (Role::Branch(position), Some(owner)) => (owner, "/Branches", position, "branch"),
            _ => return Err("Select a rule, a catcher, or a state in a branch".to_owned()),
        },
    };
    let count =
        of.field(pointer.trim_start_matches('/')).map_or(0, |list| document.tree().items(list).count());
    let to = from.checked_add_signed(by).filter(|to| *to < count);
    let to = to.ok_or_else(|| {
        let end = if by < 0 { "first" } else { "last" };
        format!("It is the {end} {what} of {}", of.name())
    })?;
    Ok(Planned {
        edit: Edit::MoveItem { of: of.id(), pointer: pointer.to_owned(), from, to },
        title: format!("Moved {what} {} of {} to place {}", from + 1, of.name(), to + 1),
        then: match way {
            Some(TransitionKind::Choice(_)) => Then::Way(TransitionKind::Choice(to)),
            Some(TransitionKind::Catch(_)) => Then::Way(TransitionKind::Catch(to)),
            _ => Then::Same,
        },
    })
}

fn nothing_to_do(command: Command) -> &'static str {
    match command {
        Command::SetStart => "It is the start",
        Command::ChangeType(_) => "It is of this type",
        Command::Disconnect => "It leads nowhere already",
        Command::Format => "The text is laid out already",
        _ => "There is nothing to change",
    }
}

/// What ways out of a state can start from, with names for the interface.
pub fn ports_of(document: &Document, state: StateId) -> Vec<(Port, String)> {
    let Some(state) = document.state(state) else { return Vec::new() };
    let mut ports = Vec::new();
    let way = |kind| {
        let label = diagram::transition_label(state, kind);
        let name = match kind {
            TransitionKind::Next | TransitionKind::Default => way_name(kind),
            TransitionKind::Choice(position) => format!("Rule {}: {label}", position + 1),
            TransitionKind::Catch(_) => label,
        };
        (Port::Way(kind), name)
    };
    let count = |field: &str| state.field(field).map_or(0, |list| document.tree().items(list).count());
    match state.state_type() {
        Some(StateType::Choice) => {
            ports.extend((0..count("Choices")).map(|position| way(TransitionKind::Choice(position))));
            ports.push(way(TransitionKind::Default));
            ports.push((Port::NewRule, "A new rule".to_owned()));
        }
        Some(state_type) if !state_type.has_next() => {}
        _ => ports.push(way(TransitionKind::Next)),
    }
    if state.state_type().is_some_and(StateType::handles_errors) {
        ports.extend((0..count("Catch")).map(|position| way(TransitionKind::Catch(position))));
        ports.push((Port::NewCatcher, "A new catcher".to_owned()));
    }
    ports
}
