use asl::edit::Place;
use asl::{Document, Scope, ScopeId, State, StateId, StateType, Target, TransitionKind};
use leptos::prelude::*;

use crate::command::Command;
use crate::state::shell::DesignTab;
use crate::state::studio::{BLANK_STATE, Studio};

impl Studio {
    /// Where the next block goes: onto the selected way, in front of the selected state where that was asked for, or
    /// after it; at the end of what is shown where nothing is selected.
    /// A state that only holds a container, or a new workflow, open gives its place away.
    pub fn place_of_insert(self) -> Place {
        let selected = self.workspace.selected.get_untracked();
        let state = selected.as_ref().and_then(|key| self.state_of(key));
        let is_before = selected.is_some() && self.editing.insert_before.get_untracked() == selected;
        let way = self.workspace.selected_way_untracked().map(|(_, way)| way);
        let root = self.workspace.root.get_untracked().and_then(|key| self.state_of(&key));
        self.workspace.document.with_untracked(|document| {
            let place = match (state.and_then(|id| document.state(id)), way) {
                (Some(from), Some(way)) => Some(Place::On { from: from.id(), way }),
                (Some(state), None) if is_before => Some(Place::Before(state.id())),
                (Some(state), None) if holds_container_open(document, state) => {
                    Some(Place::InPlaceOf(state.id()))
                }
                (Some(state), None) => place_after(document, state.id()),
                // As it was made, in whichever language and with whichever settings.
                (None, _) => document
                    .machine()
                    .and_then(|machine| machine.start())
                    .filter(|start| {
                        start.name() == BLANK_STATE && is_alone_and_does_nothing(document, *start)
                    })
                    .map(|start| Place::InPlaceOf(start.id())),
            };
            place.unwrap_or_else(|| {
                let body = root.and_then(|root| document.state(root)?.scopes().next());
                place_at_end(document, body.or_else(|| document.machine()))
            })
        })
    }

    /// Goes to the blocks to add, with the place for the next one.
    pub fn begin_inserting(self, command: Command) {
        let before = self.workspace.selected.get_untracked().filter(|_| command == Command::InsertBefore);
        self.editing.insert_before.set(before);
        self.shell.go_to_design(DesignTab::Blocks);
    }
}

/// Where something goes that is to come after a state.
pub fn place_after(document: &Document, state: StateId) -> Option<Place> {
    let way = match document.state(state)?.state_type() {
        Some(StateType::Choice) => TransitionKind::Default,
        Some(state_type) if state_type.is_terminal() => return Some(Place::Before(state)),
        _ => TransitionKind::Next,
    };
    Some(Place::On { from: state, way })
}

fn place_at_end(document: &Document, scope: Option<Scope<'_>>) -> Place {
    let start = Place::Start(scope.map_or(ScopeId(0), |scope| scope.id()));
    let last = scope.and_then(|scope| scope.start()).map(last_from);
    last.and_then(|last| place_after(document, last)).unwrap_or(start)
}

/// Whether a state is the only one of a container's scope, and does nothing.
fn holds_container_open(document: &Document, state: State<'_>) -> bool {
    state.scope().owner().is_some() && is_alone_and_does_nothing(document, state)
}

fn is_alone_and_does_nothing(document: &Document, state: State<'_>) -> bool {
    let tree = document.tree();
    state.scope().states().count() == 1
        && state.state_type() == Some(StateType::Pass)
        && state.node().is_some_and(|node| {
            tree.members(node).all(|member| matches!(&*member.name, "Type" | "Next" | "End"))
        })
}

/// The state that one comes to from another by the usual ways: `Next`, `Default`, else the first rule.
fn last_from(start: State<'_>) -> StateId {
    let document = start.document();
    let mut visited = vec![start.id()];
    let mut now = start;
    loop {
        let transitions = now.transitions();
        let usual = |kind: TransitionKind| !matches!(kind, TransitionKind::Catch(_));
        let next = transitions
            .iter()
            .filter(|transition| usual(transition.kind))
            .filter_map(|transition| match transition.target {
                Target::State(target) => document.state(target),
                _ => None,
            })
            .find(|target| !visited.contains(&target.id()));
        match next {
            Some(next) => {
                visited.push(next.id());
                now = next;
            }
            None => return now.id(),
        }
    }
}
