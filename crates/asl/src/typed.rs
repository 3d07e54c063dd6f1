//! The objects of a definition, each with what the language's table says about it.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use json::{NodeId, NodeKind, Span};

use crate::fields::{Field, Kind, MACHINE, ObjectType, UNKNOWN_STATE};
use crate::{Document, QueryLanguage, ScopeId, State, StateId};

pub(crate) struct TypedObject {
    pub node: NodeId,
    pub of: &'static ObjectType,
    /// The innermost state that the object is, or is part of.
    pub state: Option<StateId>,
    pub language: QueryLanguage,
    members: Range<usize>,
}

pub(crate) struct TypedMember {
    pub object: usize,
    pub node: NodeId,
    pub name_span: Span,
    pub value: Option<NodeId>,
    pub field: Option<&'static Field>,
    /// Whether a later member of the same name takes its place.
    pub shadowed: bool,
}

/// All objects that the table knows, parents before children, and their members.
#[derive(Default)]
pub(crate) struct Typed {
    pub objects: Vec<TypedObject>,
    pub members: Vec<TypedMember>,
}

struct Waiting {
    node: NodeId,
    of: &'static ObjectType,
    state: Option<StateId>,
    language: QueryLanguage,
}

impl Typed {
    /// Linear in the number of nodes.
    pub fn new(document: &Document) -> Typed {
        let mut typed = Typed::default();
        let Some(machine) = document.machine() else { return typed };
        let scopes: HashMap<NodeId, ScopeId> =
            document.scopes().map(|scope| (scope.node(), scope.id())).collect();
        let root = Waiting { node: machine.node(), of: &MACHINE, state: None, language: machine.language() };
        let mut waiting = vec![root];
        while let Some(next) = waiting.pop() {
            typed.add(document, Some(&scopes), next, &mut waiting);
        }
        typed
    }

    /// The objects of a state alone, or of the machine, without the states inside of it.
    pub fn of_part(document: &Document, state: Option<State<'_>>) -> Typed {
        let mut typed = Typed::default();
        let first = match state {
            Some(state) if state.scope().counts() => state.node().map(|node| Waiting {
                node,
                of: state.state_type().map_or(&UNKNOWN_STATE, |known| known.object_type()),
                state: Some(state.id()),
                language: state.language(),
            }),
            Some(_) => None,
            None => document.machine().map(|machine| Waiting {
                node: machine.node(),
                of: &MACHINE,
                state: None,
                language: machine.language(),
            }),
        };
        let mut waiting: Vec<Waiting> = first.into_iter().collect();
        while let Some(next) = waiting.pop() {
            typed.add(document, None, next, &mut waiting);
        }
        typed
    }

    pub fn members_of(&self, object: &TypedObject) -> &[TypedMember] {
        self.members.get(object.members.clone()).unwrap_or_default()
    }

    /// The member of this name that counts.
    pub fn member(&self, object: &TypedObject, field: &str) -> Option<&TypedMember> {
        self.members_of(object)
            .iter()
            .find(|member| !member.shadowed && member.field.is_some_and(|known| known.name == field))
    }

    pub fn has(&self, object: &TypedObject, field: &str) -> bool {
        self.member(object, field).is_some()
    }

    fn add(
        &mut self,
        document: &Document,
        scopes: Option<&HashMap<NodeId, ScopeId>>,
        next: Waiting,
        waiting: &mut Vec<Waiting>,
    ) {
        let tree = document.tree();
        let object = self.objects.len();
        let first = self.members.len();
        for member in tree.members(next.node) {
            let field = next.of.field(&member.name);
            self.members.push(TypedMember {
                object,
                node: member.node,
                name_span: member.name_span,
                value: member.value,
                field,
                shadowed: false,
            });
        }
        let members = first..self.members.len();
        self.mark_shadowed(document, members.clone());
        for member in self.members.get(members.clone()).unwrap_or_default() {
            let (Some(field), Some(value), false) = (member.field, member.value, member.shadowed) else {
                continue;
            };
            match (field.kind, tree.kind(value)) {
                (Kind::Object(of), NodeKind::Object) => {
                    waiting.push(Waiting { node: value, of, state: next.state, language: next.language });
                }
                (Kind::Objects { of, .. }, NodeKind::Array) => {
                    let items = tree.items(value).filter(|item| tree.kind(*item) == NodeKind::Object);
                    waiting.extend(items.map(|node| Waiting {
                        node,
                        of,
                        state: next.state,
                        language: next.language,
                    }));
                }
                (Kind::States, NodeKind::Object) => {
                    let id = scopes.and_then(|scopes| scopes.get(&next.node));
                    let scope = id.and_then(|id| document.scope(*id));
                    for state in scope.into_iter().flat_map(|scope| scope.states()) {
                        let of = state.state_type().map_or(&UNKNOWN_STATE, |known| known.object_type());
                        waiting.extend(state.node().map(|node| Waiting {
                            node,
                            of,
                            state: Some(state.id()),
                            language: state.language(),
                        }));
                    }
                }
                _ => {}
            }
        }
        self.objects.push(TypedObject {
            node: next.node,
            of: next.of,
            state: next.state,
            language: next.language,
            members,
        });
    }

    fn mark_shadowed(&mut self, document: &Document, members: Range<usize>) {
        const FEW: usize = 16;
        let tree = document.tree();
        let Some(members) = self.members.get_mut(members) else { return };
        let names: Vec<_> =
            members.iter().map(|member| tree.member(member.node).map(|member| member.name)).collect();
        if names.len() <= FEW {
            for (position, member) in members.iter_mut().enumerate() {
                let name = names.get(position);
                member.shadowed = names.iter().skip(position + 1).any(|later| Some(later) == name);
            }
            return;
        }
        let mut later = HashSet::new();
        for (member, name) in members.iter_mut().zip(names).rev() {
            member.shadowed = !later.insert(name);
        }
    }
}
