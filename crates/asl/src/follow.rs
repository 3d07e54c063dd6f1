//! Which state of one document is which of the next: what is selected, or has run, stays what it is.

use std::collections::{HashMap, HashSet};

use crate::{Document, Patch, State, StateId};

/// For each state of a document, the state of the document after an edit that it has become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StateMap(Vec<Option<StateId>>);

impl StateMap {
    /// `patch` makes the text of `before` that of `after`.
    ///
    /// A state is the same as long as the bytes are kept in which its object begins, whatever its name
    /// becomes. One whose text was moved or written anew is found by its name.
    pub fn new(before: &Document, patch: &Patch, after: &Document) -> StateMap {
        let begins = |state: State<'_>| match state.node() {
            Some(node) => state.document().tree().span(node).start,
            None => state.name_span().start,
        };
        let by_offset: HashMap<usize, StateId> =
            after.states().map(|state| (begins(state), state.id())).collect();
        let mut offsets: Vec<(usize, StateId)> =
            before.states().map(|state| (begins(state), state.id())).collect();
        offsets.sort_unstable();
        let mut map = vec![None; before.state_count()];
        let kept = patch.map_kept(offsets.iter().map(|(offset, _)| *offset));
        let mut found = HashSet::new();
        for ((_, id), offset) in offsets.iter().zip(kept) {
            let Some(state) = offset.and_then(|offset| by_offset.get(&offset)) else { continue };
            if let Some(place) = map.get_mut(id.0 as usize) {
                *place = Some(*state);
                found.insert(*state);
            }
        }
        if map.iter().any(Option::is_none) {
            let mut by_name: HashMap<&str, StateId> = HashMap::new();
            for state in after.states().filter(|state| !found.contains(&state.id())) {
                by_name.entry(state.name()).or_insert(state.id());
            }
            for (state, place) in before.states().zip(&mut map) {
                if place.is_none() {
                    *place = by_name.remove(state.name());
                }
            }
        }
        StateMap(map)
    }

    /// What the state has become; none if it is gone.
    pub fn get(&self, state: StateId) -> Option<StateId> {
        self.0.get(state.0 as usize).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::StateMap;
    use crate::edit::{Edit, Place};
    use crate::{Document, ScopeId, StateId, StateType, TransitionKind};

    const TEXT: &str = r#"{
  "StartAt": "A",
  "States": {
    "A": { "Type": "Pass", "Next": "B" },
    "B": { "Type": "Pass", "Next": "M" },
    "M": { "Type": "Map", "End": true, "ItemProcessor": {
      "StartAt": "C", "States": { "C": { "Type": "Pass", "End": true } }
    } }
  }
}"#;

    /// The names of the states that those of `TEXT` become, in the order of its ids.
    fn after(edit: &Edit) -> Vec<Option<String>> {
        let before = Document::parse(TEXT);
        let patch = before.plan(edit).unwrap();
        let after = Document::parse(&patch.apply_to(TEXT).0);
        let map = StateMap::new(&before, &patch, &after);
        let name = |id| Some(after.state(map.get(id)?)?.name().to_owned());
        before.states().map(|state| name(state.id())).collect()
    }

    fn names(names: [&str; 4]) -> Vec<Option<String>> {
        names.map(|name| (!name.is_empty()).then(|| name.to_owned())).to_vec()
    }

    #[test]
    fn states_stay_what_they_are() {
        let [a, b, m, c] = [0, 1, 2, 3].map(StateId);
        let rename = Edit::RenameState { state: b, name: "A longer name".into() };
        assert_eq!(after(&rename), names(["A", "A longer name", "M", "C"]));
        let remove = Edit::RemoveStates { states: vec![a], relink: true };
        assert_eq!(after(&remove), names(["", "B", "M", "C"]));
        let change = Edit::ChangeType { state: m, to: StateType::Parallel };
        assert_eq!(after(&change), names(["A", "B", "M", "C"]));
        let into_map = Place::On { from: c, way: TransitionKind::Next };
        let moved = Edit::MoveStates { states: vec![b], place: into_map };
        assert_eq!(after(&moved), names(["A", "B", "M", "C"]));
        let wrap = Edit::WrapStates { states: vec![a, b], container: StateType::Parallel };
        assert_eq!(after(&wrap), names(["A", "B", "M", "C"]));
        assert_eq!(after(&Edit::UnwrapState { state: m, branch: 0 }), names(["A", "B", "", "C"]));
        assert_eq!(after(&Edit::Format), names(["A", "B", "M", "C"]));
        let state = json::parse(r#"{"Type": "Pass"}"#).unwrap();
        let insert = Edit::InsertState { place: Place::Start(ScopeId(0)), name: "0".into(), state };
        assert_eq!(after(&insert), names(["A", "B", "M", "C"]));
    }

    #[test]
    fn a_state_that_takes_the_name_of_a_removed_one_is_another() {
        let before = Document::parse(TEXT);
        let text = TEXT
            .replace("\"A\": { \"Type\": \"Pass\", \"Next\": \"B\" },\n    ", "")
            .replace("\"B\": {", "\"A\": {");
        let after = Document::parse(&text);
        // As one replacement the texts differ in the first state's object and the second one's name.
        let patch = crate::Patch::between(TEXT, &text);
        let map = StateMap::new(&before, &patch, &after);
        let held = [StateId(0), StateId(1)].map(|id| map.get(id));
        assert_eq!(held.iter().flatten().count(), 1);
    }
}
