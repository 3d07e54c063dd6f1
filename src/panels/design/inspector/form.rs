//! What a form reads from the definition, and how it writes to it.

use asl::edit::{Edit, ObjectRef};
use asl::fields::{MACHINE, ObjectType, UNKNOWN_STATE};
use asl::forms::{self, Payload};
use asl::{Document, Patch, QueryLanguage, StateType};
use json::{NodeId, Span, Str, Tree, Value};
use leptos::prelude::*;

use crate::state::{Listed, Shared, Studio};

/// Where the object of a form is in the present definition.
#[derive(Clone, PartialEq)]
pub struct Located {
    pub document: Shared<Document>,
    pub of: ObjectRef,
    pub node: NodeId,
    /// The state's name; empty for the machine.
    pub name: Str,
}

/// A form for a state, or for the machine. It follows the definition, whoever changes it.
#[derive(Clone, Copy)]
pub struct Form {
    pub studio: Studio,
    /// None while the definition is broken in a way that hides the object.
    pub object: Memo<Option<Located>>,
    /// The problems of the object itself, not of states inside of it.
    pub problems: Memo<Vec<Listed>>,
    pub object_type: &'static ObjectType,
    pub language: QueryLanguage,
}

impl Form {
    /// A form for the selected state.
    pub fn of_state(studio: Studio, state_type: Option<StateType>, language: QueryLanguage) -> Form {
        let workspace = studio.workspace;
        let object = Memo::new(move |_| {
            let document = workspace.document.get();
            let key = workspace.selected.get()?;
            let located = {
                let tree = document.tree();
                let node = forms::node_at(tree, tree.root()?, &key)?;
                let state = document.states().find(|state| state.node() == Some(node))?;
                (ObjectRef::State(state.id()), node, state.shared_name())
            };
            let (of, node, name) = located;
            Some(Located { document, of, node, name })
        });
        let problems = Memo::new(move |_| {
            let key = workspace.selected.get();
            workspace.problems.with(|problems| {
                problems.iter().filter(|problem| problem.state == key).cloned().collect::<Vec<_>>()
            })
        });
        let object_type = state_type.map_or(&UNKNOWN_STATE, StateType::object_type);
        Form { studio, object, problems, object_type, language }
    }

    /// A form for the machine as a whole.
    pub fn of_machine(studio: Studio) -> Form {
        let workspace = studio.workspace;
        let object = Memo::new(move |_| {
            let document = workspace.document.get();
            let machine = document.machine().map(|machine| (machine.id(), machine.node()));
            let (id, node) = machine?;
            Some(Located { document, of: ObjectRef::Scope(id), node, name: Str::from("") })
        });
        let problems = Memo::new(move |_| {
            workspace.problems.with(|problems| {
                problems.iter().filter(|problem| problem.state.is_none()).cloned().collect::<Vec<_>>()
            })
        });
        Form { studio, object, problems, object_type: &MACHINE, language: QueryLanguage::JsonPath }
    }

    pub fn root(self) -> Site {
        Site { form: self, pointer: Str::from("") }
    }

    /// Sets and removes fields, each a JSON pointer in the form's object. Changes with the same `merge` that
    /// follow each other soon are one step.
    pub fn change(
        self,
        fields: Vec<(String, Option<Value>)>,
        title: &str,
        merge: Option<&str>,
    ) -> Result<(), String> {
        let located =
            self.object.get_untracked().ok_or("The text is broken at this place. Repair it first.")?;
        let edit = Edit::SetFields { of: located.of, fields };
        let patch = self.studio.plan(&edit).map_err(|error| error.to_string())?;
        self.apply(patch, title, merge);
        Ok(())
    }

    /// As [`Form::change`] for changes that have no control of their own to complain beside.
    pub fn change_or_say(self, fields: Vec<(String, Option<Value>)>, title: &str) {
        if let Err(message) = self.change(fields, title, None) {
            self.studio.shell.say(message);
        }
    }

    pub fn apply(self, patch: Patch, title: &str, merge: Option<&str>) {
        let name = self.object.with_untracked(|object| {
            object.as_ref().map_or_else(|| Str::from(""), |located| located.name.clone())
        });
        let title = if name.is_empty() { title.to_owned() } else { format!("{title} of {name}") };
        match merge {
            Some(key) => self.studio.apply_patch_merging(patch, title, &format!("{name} {key}")),
            None => self.studio.apply_patch(patch, title),
        }
    }

    /// The names of the states that a way from here can lead to.
    pub fn targets(self) -> Vec<String> {
        self.object.with(|object| {
            let Some(located) = object else { return Vec::new() };
            let scope = match located.of {
                ObjectRef::State(state) => located.document.state(state).map(|state| state.scope()),
                ObjectRef::Scope(scope) => located.document.scope(scope),
            };
            scope.map_or_else(Vec::new, |scope| scope.states().map(|state| state.name().to_owned()).collect())
        })
    }

    /// A state to lead to at first: the next one in the text, or any other.
    pub fn default_target(self) -> Option<String> {
        let own = self.object.with_untracked(|object| object.as_ref().map(|located| located.name.clone()));
        let targets = untrack(|| self.targets());
        let own = own.as_deref().unwrap_or_default();
        let position = targets.iter().position(|name| name == own);
        let next = position.and_then(|position| targets.get(position + 1));
        next.or_else(|| targets.iter().find(|name| *name != own)).or(targets.first()).cloned()
    }
}

/// A place in the object of a form.
#[derive(Clone)]
pub struct Site {
    pub form: Form,
    /// The JSON pointer within the object.
    pub pointer: Str,
}

impl Site {
    pub fn child(&self, name: &str) -> Site {
        let pointer = format!("{}/{}", self.pointer, json::pointer::step(name));
        Site { form: self.form, pointer: pointer.into() }
    }

    pub fn item(&self, position: usize) -> Site {
        Site { form: self.form, pointer: format!("{}/{position}", self.pointer).into() }
    }

    /// Reads what is at the place; follows changes.
    pub fn read<T>(&self, read: impl FnOnce(&Tree, NodeId) -> T) -> Option<T> {
        self.form.object.with(|object| {
            let located = object.as_ref()?;
            let tree = located.document.tree();
            Some(read(tree, forms::node_at(tree, located.node, &self.pointer)?))
        })
    }

    pub fn exists(&self) -> bool {
        self.read(|_, _| ()).is_some()
    }

    pub fn value(&self) -> Option<Value> {
        self.read(|tree, node| tree.value(node))
    }

    pub fn text(&self) -> Option<String> {
        self.read(|tree, node| tree.as_str(node).map(|text| text.into_owned()))?
    }

    pub fn value_memo(&self) -> Memo<Option<Value>> {
        let site = self.clone();
        Memo::new(move |_| site.value())
    }

    pub fn payload(&self) -> Option<Payload> {
        self.read(Payload::of)
    }

    pub fn item_count(&self) -> usize {
        self.read(|tree, node| tree.items(node).count()).unwrap_or(0)
    }

    /// Sets the value as a part of a burst of typing.
    pub fn set_typed(&self, value: Value) -> Result<(), String> {
        let title = format!("Changed {}", self.name());
        self.form.change(vec![(self.pointer.to_string(), Some(value))], &title, Some(&self.pointer))
    }

    pub fn set(&self, value: Value) {
        let title = format!("Changed {}", self.name());
        self.form.change_or_say(vec![(self.pointer.to_string(), Some(value))], &title);
    }

    pub fn remove(&self) {
        let title = format!("Removed {}", self.name());
        self.form.change_or_say(vec![(self.pointer.to_string(), None)], &title);
    }

    /// The last name on the way: `Retry` of `/Retry/0`.
    pub fn name(&self) -> String {
        let steps = self.pointer.rsplit('/');
        let name = steps.into_iter().find(|step| step.parse::<usize>().is_err() && *step != "-");
        json::pointer::name(name.unwrap_or_default())
    }

    /// The part of the definition that it is, with its name.
    fn span(&self) -> Option<Span> {
        self.read(|tree, node| tree.span(tree.member_of(node).map_or(node, |member| member.node)))
    }

    /// The problems of it and of everything in it.
    pub fn problems(&self) -> Vec<Listed> {
        let Some(span) = self.span() else { return Vec::new() };
        self.form
            .problems
            .with(|problems| problems.iter().filter(|problem| span.contains(problem.span)).cloned().collect())
    }

    /// The problems of it that belong to none of its members or items.
    pub fn own_problems(&self) -> Vec<Listed> {
        let inner: Vec<Span> = self
            .read(|tree, node| {
                let members = tree.members(node).map(|member| tree.span(member.node));
                members.chain(tree.items(node).map(|item| tree.span(item))).collect()
            })
            .unwrap_or_default();
        let mut problems = self.problems();
        problems.retain(|problem| !inner.iter().any(|span| span.contains(problem.span)));
        problems
    }
}
