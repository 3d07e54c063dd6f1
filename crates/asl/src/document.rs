//! A definition as a document: text, tree, scopes and states.

mod after;

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use json::{NodeId, NodeKind, Span, Str, Tree, Value};

use crate::memo::Memo;
use crate::transition::{self, Transition};
use crate::{QueryLanguage, StateType};

/// A state of one [`Document`]. Numbered scope by scope, so a state comes before those inside of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StateId(pub u32);

/// A scope of one [`Document`]: the machine itself, a branch of a Parallel state, the body of a Map state.
/// A transition never leaves its scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScopeId(pub u32);

/// What a scope is to the state that it belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The state machine itself.
    Machine,
    /// A branch of a Parallel state, counted from 0.
    Branch(usize),
    /// `ItemProcessor` of a Map state, or the older `Iterator`.
    ItemProcessor,
}

#[derive(Clone, Debug)]
struct StateEntry {
    name: Str,
    member: NodeId,
    name_span: Span,
    node: Option<NodeId>,
    scope: ScopeId,
    state_type: Option<StateType>,
    language: QueryLanguage,
    scopes: Vec<ScopeId>,
    /// What is known of the state as long as its text stays; see [`Document::after`].
    memo: Arc<Memo>,
}

#[derive(Clone, Debug)]
struct ScopeEntry {
    node: NodeId,
    role: Role,
    owner: Option<StateId>,
    states: Vec<StateId>,
    by_name: Arc<HashMap<Str, StateId>>,
    language: QueryLanguage,
    /// Whether nothing takes the place of the members that lead to it.
    counts: bool,
}

/// The text of a definition and what is derived from it.
#[derive(Clone, Debug)]
pub struct Document {
    tree: Tree,
    states: Vec<StateEntry>,
    scopes: Vec<ScopeEntry>,
}

impl Document {
    /// Reads any text. What is wrong with it is told by the tree's problems and by the rules.
    pub fn parse(text: &str) -> Document {
        Document::from_tree(Tree::parse(text))
    }

    pub fn from_tree(tree: Tree) -> Document {
        let mut document = Document { tree, states: Vec::new(), scopes: Vec::new() };
        document.index();
        document
    }

    /// The document of a text that this one's was changed into: what [`Document::parse`] makes of it, for less.
    ///
    /// Only what the change can have an effect on is read anew. States that it left as they were keep what is known
    /// of them, so that [`Document::problems`] looks at the others alone.
    pub fn after(&self, text: impl Into<Str>) -> Document {
        let (tree, reread) = self.tree.after(text);
        match reread {
            Some(reread) => after::of(self, tree, &reread),
            None => Document::from_tree(tree),
        }
    }

    pub fn text(&self) -> &str {
        self.tree.text()
    }

    pub fn tree(&self) -> &Tree {
        &self.tree
    }

    /// The machine itself; none where the text holds no object.
    pub fn machine(&self) -> Option<Scope<'_>> {
        (!self.scopes.is_empty()).then_some(Scope { document: self, id: ScopeId(0) })
    }

    pub fn scope(&self, id: ScopeId) -> Option<Scope<'_>> {
        ((id.0 as usize) < self.scopes.len()).then_some(Scope { document: self, id })
    }

    pub fn scopes(&self) -> impl Iterator<Item = Scope<'_>> {
        (0..self.scopes.len() as u32).map(|id| Scope { document: self, id: ScopeId(id) })
    }

    pub fn state(&self, id: StateId) -> Option<State<'_>> {
        ((id.0 as usize) < self.states.len()).then_some(State { document: self, id })
    }

    /// All states, scope by scope; within a scope in the order of the text.
    pub fn states(&self) -> impl Iterator<Item = State<'_>> {
        (0..self.states.len() as u32).map(|id| State { document: self, id: StateId(id) })
    }

    pub fn state_count(&self) -> usize {
        self.states.len()
    }

    /// The first state of this name in any scope. Names are unique in a valid definition.
    pub fn state_named(&self, name: &str) -> Option<State<'_>> {
        self.states().find(|state| state.name() == name)
    }

    /// The state at a JSON pointer as [`State::pointer`] gives it.
    pub fn state_at_pointer(&self, pointer: &str) -> Option<State<'_>> {
        let name = pointer.rsplit('/').next()?.replace("~1", "/").replace("~0", "~");
        self.states().find(|state| state.name() == name && state.pointer() == pointer)
    }

    /// The innermost state whose text, name included, holds an offset.
    pub fn state_at(&self, offset: usize) -> Option<State<'_>> {
        let in_scope = |scope: &ScopeEntry| {
            let starts = |id: &StateId| self.state(*id).is_some_and(|state| state.span().start <= offset);
            let id = scope.states.get(scope.states.partition_point(starts).checked_sub(1)?)?;
            self.state(*id).filter(|state| state.span().touches(offset))
        };
        let mut found = in_scope(self.scopes.first()?)?;
        loop {
            let inside = found.entry().scopes.iter().filter_map(|id| self.scopes.get(id.0 as usize));
            match inside.filter_map(in_scope).next_back() {
                Some(inner) => found = inner,
                None => return Some(found),
            }
        }
    }

    /// Finds scopes and states without recursion, parents before children.
    fn index(&mut self) {
        let Some(root) = self.tree.root().filter(|root| self.tree.kind(*root) == NodeKind::Object) else {
            return;
        };
        let mut waiting = vec![(root, Role::Machine, None, QueryLanguage::default(), true)];
        while let Some((node, role, owner, language, counts)) = waiting.pop() {
            let scope = ScopeId(self.scopes.len() as u32);
            // Only the machine itself has the field: AWS refuses it in branches and map bodies.
            let own = if owner.is_none() { language_at(&self.tree, node) } else { None };
            let language = own.unwrap_or(language);
            let counts = counts && self.last_counts(node, "States");
            let mut by_name = HashMap::new();
            let entry = ScopeEntry {
                node,
                role,
                owner,
                states: Vec::new(),
                by_name: Arc::default(),
                language,
                counts,
            };
            self.scopes.push(entry);
            if let Some(owner) = owner {
                self.states[owner.0 as usize].scopes.push(scope);
            }
            let first_child = waiting.len();
            let Some(states) = self.tree.get(node, "States") else { continue };
            let members: Vec<_> = self
                .tree
                .members(states)
                .map(|member| (Str::from(member.name), member.node, member.name_span, member.value))
                .collect();
            for (name, member, name_span, value) in members {
                let state = StateId(self.states.len() as u32);
                let object = value.filter(|value| self.tree.kind(*value) == NodeKind::Object);
                let state_type = object.and_then(|object| type_at(&self.tree, object));
                let own = object.and_then(|object| language_at(&self.tree, object));
                let state_language = own.unwrap_or(language);
                self.states.push(StateEntry {
                    name: name.clone(),
                    member,
                    name_span,
                    node: object,
                    scope,
                    state_type,
                    language: state_language,
                    scopes: Vec::new(),
                    memo: Arc::default(),
                });
                self.scopes[scope.0 as usize].states.push(state);
                by_name.insert(name, state);
                let Some(object) = object else { continue };
                match state_type {
                    Some(StateType::Parallel) => {
                        if let Some(branches) = self.tree.get(object, "Branches") {
                            let counts = counts && self.last_counts(object, "Branches");
                            let bodies = self.tree.items(branches).enumerate();
                            let bodies = bodies.filter(|(_, body)| self.tree.kind(*body) == NodeKind::Object);
                            waiting.extend(bodies.map(|(branch, body)| {
                                (body, Role::Branch(branch), Some(state), language, counts)
                            }));
                        }
                    }
                    Some(StateType::Map) => {
                        let body = ["ItemProcessor", "Iterator"]
                            .into_iter()
                            .find_map(|field| Some((field, self.tree.get(object, field)?)))
                            .filter(|(_, body)| self.tree.kind(*body) == NodeKind::Object);
                        waiting.extend(body.map(|(field, body)| {
                            let counts = counts && self.last_counts(object, field);
                            (body, Role::ItemProcessor, Some(state), language, counts)
                        }));
                    }
                    _ => {}
                }
            }
            self.scopes[scope.0 as usize].by_name = Arc::new(by_name);
            // The stack gives back the last first: scopes are to be numbered in the order of the text.
            waiting[first_child..].reverse();
        }
    }

    /// Whether the last member of a name has a value: else it takes the place of one before it, without giving one.
    fn last_counts(&self, object: NodeId, name: &str) -> bool {
        let last = self.tree.members(object).filter(|member| member.name == name).last();
        last.is_none_or(|last| last.value.is_some())
    }
}

/// None where `Type` is missing or none of the eight types.
fn type_at(tree: &Tree, object: NodeId) -> Option<StateType> {
    StateType::from_name(&tree.as_str(tree.get(object, "Type")?)?)
}

/// As AWS resolves it: any value but exactly `JSONPath` stands for JSONata.
fn language_at(tree: &Tree, object: NodeId) -> Option<QueryLanguage> {
    let node = tree.get(object, "QueryLanguage")?;
    let is_json_path = tree.as_str(node).as_deref() == Some(QueryLanguage::JsonPath.name());
    Some(if is_json_path { QueryLanguage::JsonPath } else { QueryLanguage::Jsonata })
}

/// The view of a scope.
#[derive(Clone, Copy)]
pub struct Scope<'d> {
    document: &'d Document,
    id: ScopeId,
}

impl<'d> Scope<'d> {
    pub fn id(self) -> ScopeId {
        self.id
    }

    pub fn document(self) -> &'d Document {
        self.document
    }

    /// The object with `StartAt` and `States`.
    pub fn node(self) -> NodeId {
        self.entry().node
    }

    pub fn role(self) -> Role {
        self.entry().role
    }

    /// The Parallel or Map state that the scope belongs to; none for the machine.
    pub fn owner(self) -> Option<State<'d>> {
        self.entry().owner.and_then(|owner| self.document.state(owner))
    }

    /// The query language of states that set none.
    pub fn language(self) -> QueryLanguage {
        self.entry().language
    }

    /// Whether the language's table leads to the scope: no later member takes the place of one on the way to it.
    pub(crate) fn counts(self) -> bool {
        self.entry().counts
    }

    pub fn states(self) -> impl Iterator<Item = State<'d>> {
        self.entry().states.iter().map(move |id| State { document: self.document, id: *id })
    }

    pub fn state_named(self, name: &str) -> Option<State<'d>> {
        self.entry().by_name.get(name).map(|id| State { document: self.document, id: *id })
    }

    pub fn start_at(self) -> Option<Cow<'d, str>> {
        self.string("StartAt")
    }

    /// The state that `StartAt` names, if there is one.
    pub fn start(self) -> Option<State<'d>> {
        self.state_named(&self.start_at()?)
    }

    pub fn field(self, name: &str) -> Option<NodeId> {
        self.document.tree.get(self.node(), name)
    }

    pub fn string(self, name: &str) -> Option<Cow<'d, str>> {
        self.document.tree.as_str(self.field(name)?)
    }

    pub fn value(self, name: &str) -> Option<Value> {
        self.field(name).map(|node| self.document.tree.value(node))
    }

    fn entry(self) -> &'d ScopeEntry {
        &self.document.scopes[self.id.0 as usize]
    }
}

/// The view of a state. Getters answer with an option, as any part of a text may be missing.
#[derive(Clone, Copy)]
pub struct State<'d> {
    document: &'d Document,
    id: StateId,
}

impl<'d> State<'d> {
    pub fn id(self) -> StateId {
        self.id
    }

    pub fn document(self) -> &'d Document {
        self.document
    }

    pub fn name(self) -> &'d str {
        &self.entry().name
    }

    pub fn shared_name(self) -> Str {
        self.entry().name.clone()
    }

    /// None where `Type` is missing or none of the eight types.
    pub fn state_type(self) -> Option<StateType> {
        self.entry().state_type
    }

    /// The query language in force: the state's own, or its scope's.
    pub fn language(self) -> QueryLanguage {
        self.entry().language
    }

    pub fn scope(self) -> Scope<'d> {
        Scope { document: self.document, id: self.entry().scope }
    }

    /// The branches of a Parallel state or the body of a Map state.
    pub fn scopes(self) -> impl Iterator<Item = Scope<'d>> {
        self.entry().scopes.iter().map(move |id| Scope { document: self.document, id: *id })
    }

    /// The state's object; none where something else stands in its place.
    pub fn node(self) -> Option<NodeId> {
        self.entry().node
    }

    /// The member of `States` that the state is.
    pub fn member(self) -> NodeId {
        self.entry().member
    }

    /// The JSON pointer of that member: the same as long as the state keeps its name and its scope.
    pub fn pointer(self) -> String {
        self.document.tree.pointer(self.member())
    }

    /// As [`State::pointer`], shared.
    pub fn key(self) -> Str {
        self.memo().key(|| self.pointer().into())
    }

    /// What stands for the state as it is, with all that is inside of it: if a state of a document that was made by
    /// [`Document::after`] has the same one as a state of the document before, nothing of it has changed but its place
    /// in the text.
    pub fn version(self) -> StateVersion {
        StateVersion(self.entry().memo.clone())
    }

    pub(crate) fn memo(self) -> &'d Memo {
        &self.entry().memo
    }

    /// The span of the name with its quotes.
    pub fn name_span(self) -> Span {
        self.entry().name_span
    }

    /// The span of the whole member: name and object.
    pub fn span(self) -> Span {
        self.document.tree.span(self.entry().member)
    }

    pub fn field(self, name: &str) -> Option<NodeId> {
        self.document.tree.get(self.node()?, name)
    }

    pub fn string(self, name: &str) -> Option<Cow<'d, str>> {
        self.document.tree.as_str(self.field(name)?)
    }

    pub fn value(self, name: &str) -> Option<Value> {
        self.field(name).map(|node| self.document.tree.value(node))
    }

    pub fn is_end(self) -> bool {
        self.field("End").and_then(|node| self.document.tree.as_bool(node)) == Some(true)
    }

    /// The ways out of the state, in the order of the text within each kind: `Next` or `End`,
    /// the rules of a Choice, its `Default`, the catchers.
    pub fn transitions(self) -> Vec<Transition<'d>> {
        transition::of(self)
    }

    /// How many scopes the state is nested in, the machine not counted.
    pub fn depth(self) -> usize {
        let owners = std::iter::successors(self.scope().owner(), |owner| owner.scope().owner());
        owners.count()
    }

    fn entry(self) -> &'d StateEntry {
        &self.document.states[self.id.0 as usize]
    }
}

/// See [`State::version`].
#[derive(Clone, Debug)]
pub struct StateVersion(Arc<Memo>);

impl PartialEq for StateVersion {
    fn eq(&self, other: &StateVersion) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Document, Role};
    use crate::{QueryLanguage, StateType};

    const NESTED: &str = r#"{
  "StartAt": "P",
  "QueryLanguage": "JSONata",
  "States": {
    "P": {"Type": "Parallel", "Next": "M", "Branches": [
      {"StartAt": "A", "States": {"A": {"Type": "Pass", "End": true}}},
      {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": true}}}
    ]},
    "M": {"Type": "Map", "End": true, "QueryLanguage": "JSONPath", "ItemProcessor": {
      "StartAt": "C", "States": {"C": {"Type": "Nonsense"}}
    }}
  }
}"#;

    #[test]
    fn scopes_and_states_are_found_in_order() {
        let document = Document::parse(NESTED);
        let names: Vec<_> = document.states().map(|state| (state.name(), state.depth())).collect();
        assert_eq!(names, [("P", 0), ("M", 0), ("A", 1), ("B", 1), ("C", 1)]);
        let roles: Vec<_> = document.scopes().map(|scope| scope.role()).collect();
        assert_eq!(roles, [Role::Machine, Role::Branch(0), Role::Branch(1), Role::ItemProcessor]);
        let map = document.state_named("M").unwrap();
        assert_eq!(map.state_type(), Some(StateType::Map));
        assert_eq!(map.language(), QueryLanguage::JsonPath);
        assert_eq!(map.scopes().next().unwrap().language(), QueryLanguage::Jsonata);
        let inner = document.state_named("C").unwrap();
        assert_eq!(inner.state_type(), None);
        assert_eq!(inner.scope().owner().unwrap().name(), "M");
    }

    #[test]
    fn an_offset_finds_the_innermost_state() {
        let document = Document::parse(NESTED);
        let at = |text| document.state_at(NESTED.find(text).unwrap()).map(|state| state.name());
        assert_eq!(at("Seconds"), Some("B"));
        assert_eq!(at("Branches"), Some("P"));
        assert_eq!(at("\"QueryLanguage\": \"JSONata\""), None);
    }

    #[test]
    fn every_prefix_reads() {
        for end in 0..NESTED.len() {
            let document = Document::parse(&NESTED[..end]);
            assert_eq!(document.text(), &NESTED[..end]);
            for state in document.states() {
                state.transitions();
            }
        }
    }
}
