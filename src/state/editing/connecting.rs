//! Leading ways to other states, with the state chosen from a list or by pointing at it.

use asl::edit::{Edit, Place, Port};
use asl::{StateId, StateType, Target, TransitionKind};
use json::Str;
use leptos::prelude::*;

use super::Connecting;
use super::actions::{ports_of, way_name};
use crate::command::Command;
use crate::state::studio::Studio;

/// What a way may lead to that is not there yet. A Choice would need targets of its own.
const NEW_TYPES: [StateType; 7] = [
    StateType::Task,
    StateType::Pass,
    StateType::Wait,
    StateType::Parallel,
    StateType::Map,
    StateType::Succeed,
    StateType::Fail,
];

/// A state, or the end, that a way may be led to.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectTarget {
    /// The key of the state; none for the end.
    pub key: Option<Str>,
    pub name: String,
    pub state_type: Option<StateType>,
    /// Why the way can't lead there.
    pub reason: Option<String>,
    /// Whether it leads there now.
    pub is_current: bool,
    /// Whether there is no such state yet: it is made when it is chosen.
    pub is_new: bool,
}

impl Studio {
    /// Why no way out of the selected state can be led elsewhere.
    pub fn obstacle_of_connecting(self, command: Command) -> Option<&'static str> {
        self.workspace.document.track();
        let state = self.selected_state()?;
        self.workspace.document.with_untracked(|document| {
            let state_type = document.state(state)?.state_type();
            match command {
                Command::AddRule if state_type != Some(StateType::Choice) => {
                    Some("Only Choice states have rules")
                }
                Command::AddCatcher if !state_type.is_some_and(StateType::handles_errors) => {
                    Some("Only Task, Parallel and Map states catch errors")
                }
                Command::Connect if ports_of(document, state).is_empty() => {
                    Some("Nothing follows this state")
                }
                _ => None,
            }
        })
    }

    /// Asks for a target for a way out of the selected state.
    pub fn begin_connecting(self, command: Command) {
        let Some(from) = self.workspace.selected.get_untracked() else { return };
        let port = match (command, self.workspace.selected_way_untracked()) {
            (Command::AddRule, _) => Port::NewRule,
            (Command::AddCatcher, _) => Port::NewCatcher,
            (_, Some((_, way))) => Port::Way(way),
            _ => {
                let ports = self.ports(&from);
                // Of a Choice what always holds comes first; of the others the only way there is.
                let usual = [Port::Way(TransitionKind::Next), Port::Way(TransitionKind::Default)];
                let usual = usual.into_iter().find(|port| ports.iter().any(|(known, _)| known == port));
                let Some(port) = usual.or_else(|| ports.first().map(|(port, _)| *port)) else { return };
                port
            }
        };
        self.editing.connecting.set(Some(Connecting { from, port }));
    }

    /// What ways can start from at the state of a key, with their names.
    pub fn ports(self, key: &str) -> Vec<(Port, String)> {
        let Some(state) = self.state_of(key) else { return Vec::new() };
        self.workspace.document.with_untracked(|document| ports_of(document, state))
    }

    /// Where a way may lead: the states of its scope, those of other scopes with the reason why not, the end.
    pub fn connect_targets(self, connecting: &Connecting) -> Vec<ConnectTarget> {
        let Some(from) = self.state_of(&connecting.from) else { return Vec::new() };
        let Connecting { port, .. } = *connecting;
        self.workspace.document.with_untracked(|document| {
            let Some(source) = document.state(from) else { return Vec::new() };
            let own = source.scope().id();
            let now = match port {
                Port::Way(way) => source.transitions().into_iter().find(|known| known.kind == way),
                _ => None,
            };
            let now = now.map(|way| way.target);
            let target = |state: asl::State<'_>| ConnectTarget {
                key: Some(Str::from(state.pointer())),
                name: state.name().to_owned(),
                state_type: state.state_type(),
                reason: (state.scope().id() != own)
                    .then(|| "In another branch: transitions stay within theirs".to_owned()),
                is_current: now == Some(Target::State(state.id())),
                is_new: false,
            };
            let mut targets: Vec<ConnectTarget> = source.scope().states().map(target).collect();
            // To itself is possible, and seldom meant.
            let itself = targets.iter().position(|target| target.name == source.name());
            if let Some(itself) = itself {
                let itself = targets.remove(itself);
                targets.push(itself);
            }
            if let Port::Way(way) = port {
                let plan = document.plan(&Edit::Disconnect { from, way });
                targets.push(ConnectTarget {
                    key: None,
                    name: "End".to_owned(),
                    state_type: Some(StateType::Succeed),
                    reason: plan.err().map(|error| error.to_string()),
                    is_current: now == Some(Target::End),
                    is_new: false,
                });
            }
            targets.extend(document.states().filter(|state| state.scope().id() != own).map(target));
            targets
        })
    }

    /// States of all types that a way can be led to as well, called as told, or after their type.
    pub fn new_targets(self, name: &str) -> Vec<ConnectTarget> {
        self.workspace.document.with_untracked(|document| {
            let is_taken = |name: &str| document.state_named(name).is_some();
            if is_taken(name) {
                return Vec::new();
            }
            let target = |state_type: StateType| {
                let name = if name.is_empty() { state_type.name() } else { name };
                ConnectTarget {
                    key: None,
                    name: asl::edit::unique_name(name, is_taken),
                    state_type: Some(state_type),
                    reason: None,
                    is_current: false,
                    is_new: true,
                }
            };
            NEW_TYPES.into_iter().map(target).collect()
        })
    }

    /// Adds a state and leads a way to it, in one step. Answers whether it could be done.
    pub fn connect_to_new(self, connecting: &Connecting, name: &str, state_type: StateType) -> bool {
        let Some(from) = self.state_of(&connecting.from) else { return false };
        let Some((scope, language, from_name)) = self.workspace.document.with_untracked(|document| {
            let state = document.state(from)?;
            Some((state.scope().id(), state.scope().language(), state.name().to_owned()))
        }) else {
            return false;
        };
        let title = format!("Connected {from_name} to the new state {name}");
        let state = catalogue::flow_state(state_type, language);
        let insert = Edit::InsertState { place: Place::Loose(scope), name: name.into(), state };
        self.begin_mark(&title);
        let is_done = self.edit(&insert, &*title) && {
            let key = self.workspace.document.with_untracked(|document| {
                let state = document.state_named(name)?;
                Some(Str::from(state.pointer()))
            });
            self.connect(connecting, key.as_deref())
        };
        if is_done {
            self.end_mark();
            self.select_named(name);
            self.shell.announce(title);
        } else {
            self.bail();
        }
        is_done
    }

    /// Leads a way to the state of a key, or to the end. Answers whether it could be done.
    pub fn connect(self, connecting: &Connecting, to: Option<&str>) -> bool {
        let Some(from) = self.state_of(&connecting.from) else { return false };
        let name_of = |state: StateId| {
            self.workspace.document.with_untracked(|document| {
                document.state(state).map_or(String::new(), |state| state.name().to_owned())
            })
        };
        let name = name_of(from);
        match (to, connecting.port) {
            (Some(to), port) => {
                let Some(to) = self.state_of(to) else { return false };
                let what = match port {
                    Port::Way(TransitionKind::Next) => String::new(),
                    Port::Way(way) => format!(" by {}", way_name(way)),
                    Port::NewRule => " by a new rule".to_owned(),
                    Port::NewCatcher => " by a new catcher".to_owned(),
                };
                let title = format!("Connected {name} to {}{what}", name_of(to));
                self.edit(&Edit::Connect { from, port, to }, title)
            }
            (None, Port::Way(way)) => {
                let title = format!("Disconnected {} of {name}", way_name(way));
                self.edit(&Edit::Disconnect { from, way }, title)
            }
            (None, _) => false,
        }
    }
}
