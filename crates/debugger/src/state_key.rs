//! Names of states that outlive an edit of the definition.

use std::collections::HashMap;

use asl::{Role, ScopeId, StateId};
use engine::Machine;
use json::Str;

/// A state by its place in the definition, as a JSON pointer: `/States/Each/ItemProcessor/States/Pay`.
/// A plain name without a slash in front means the state of that name, wherever it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateKey(pub Str);

impl StateKey {
    /// The name of the state.
    pub fn name(&self) -> String {
        let last = if self.0.starts_with('/') { self.0.rsplit('/').next() } else { Some(&*self.0) };
        unescape(last.unwrap_or_default())
    }

    /// The key after a state anywhere in its path was renamed; the same where it is another one.
    pub fn renamed(&self, old: &StateKey, new_name: &str) -> StateKey {
        let new_name = json::pointer::step(new_name);
        if *self == *old {
            return StateKey(match self.0.rsplit_once('/') {
                Some((before, _)) if self.0.starts_with('/') => format!("{before}/{new_name}").into(),
                _ => new_name.into(),
            });
        }
        let inside = self.0.strip_prefix(&*old.0).filter(|rest| rest.starts_with('/'));
        match (inside, old.0.rsplit_once('/')) {
            (Some(rest), Some((before, _))) => StateKey(format!("{before}/{new_name}{rest}").into()),
            _ => self.clone(),
        }
    }
}

/// The keys of the states of one machine.
#[derive(Clone, Debug, Default)]
pub struct StateKeys {
    keys: Vec<StateKey>,
    by_key: HashMap<Str, StateId>,
    by_name: HashMap<Str, Vec<StateId>>,
}

impl StateKeys {
    pub fn of(machine: &Machine) -> StateKeys {
        let mut found = StateKeys::default();
        // A state comes before those inside of it, so the key of an owner is known.
        for state in machine.states() {
            let scope = found.prefix(machine, state.scope);
            let name = json::pointer::step(&state.name);
            let key = Str::from(format!("{scope}/States/{name}"));
            found.by_key.insert(key.clone(), state.id);
            found.by_name.entry(state.name.clone()).or_default().push(state.id);
            found.keys.push(StateKey(key));
        }
        found
    }

    fn prefix(&self, machine: &Machine, scope: ScopeId) -> String {
        let Some(scope) = machine.scope(scope) else { return String::new() };
        let owner = scope.owner.and_then(|owner| self.keys.get(owner.0 as usize));
        let owner = owner.map_or("", |key| &*key.0);
        match scope.role {
            Role::Machine => String::new(),
            Role::Branch(index) => format!("{owner}/Branches/{index}"),
            Role::ItemProcessor => format!("{owner}/ItemProcessor"),
        }
    }

    pub fn key(&self, state: StateId) -> Option<&StateKey> {
        self.keys.get(state.0 as usize)
    }

    /// The state of a key; where there is none at its place, the only one of its name.
    pub fn find(&self, key: &StateKey) -> Option<StateId> {
        let at_place = self.by_key.get(&key.0).copied();
        at_place.or_else(|| match self.by_name.get(key.name().as_str()).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        })
    }
}

fn unescape(step: &str) -> String {
    json::pointer::name(step)
}

#[cfg(test)]
mod tests {
    use super::{StateKey, StateKeys};
    use engine::Machine;

    #[test]
    fn keys_find_their_states_after_a_move_and_a_rename() {
        let text = r#"{"StartAt":"P","States":{"P":{"Type":"Parallel","End":true,"Branches":[
            {"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}},
            {"StartAt":"B/x","States":{"B/x":{"Type":"Pass","End":true}}}]}}}"#;
        let machine = Machine::compile(&asl::Document::parse(text)).unwrap();
        let keys = StateKeys::of(&machine);
        let key = StateKey("/States/P/Branches/1/States/B~1x".into());
        let state = keys.find(&key).unwrap();
        assert_eq!(&*machine.state(state).unwrap().name, "B/x");
        assert_eq!(keys.key(state), Some(&key));
        assert_eq!(keys.find(&StateKey("/States/A".into())), keys.find(&StateKey("A".into())));
        assert_eq!(keys.find(&StateKey("/States/Gone".into())), None);
        let renamed = key.renamed(&StateKey("/States/P".into()), "Q");
        assert_eq!(&*renamed.0, "/States/Q/Branches/1/States/B~1x");
        assert_eq!(&*key.renamed(&key, "C").0, "/States/P/Branches/1/States/C");
    }
}
