//! Edits of a definition: each is planned as a minimal patch of the text.
//!
//! [`Document::plan`] answers with the patch, or with the reason why it can't be done: menus and drop
//! targets ask it too. An edit changes what it has to and nothing else: unknown fields, the order of
//! members, indentation, line breaks and the spelling of numbers stay. What it adds is laid out like
//! its neighbours.

mod change_type;
mod connect;
mod draft;
mod exits;
mod extract;
mod format;
mod fragment;
mod insert;
mod links;
mod members;
mod move_item;
mod names;
mod remove;
mod rename;
mod set_fields;
mod text;
mod unwrap;
mod wrap;

use std::fmt;

use json::{Str, Value};

use crate::{Document, Patch, QueryLanguage, ScopeId, StateId, StateType, TransitionKind};

pub use extract::Extraction;
pub use members::MemberEdits;
pub use names::unique_name;
pub(crate) use text::{
    Style, add_field_patch, add_state_patch, indent_at, quoted, reindented_text, remove_member_patch,
};

/// A change of a definition. States and scopes are those of the document that it is planned for.
#[derive(Clone, Debug, PartialEq)]
pub enum Edit {
    /// Sets and removes fields of a state, or of a scope's own object.
    /// A field is a JSON pointer within the object, such as `/Retry/0/MaxAttempts`; parents that are
    /// missing are made, and the last step `-` appends to an array. None removes the field.
    SetFields { of: ObjectRef, fields: Vec<(String, Option<Value>)> },
    /// Adds a state. Its `Next` and `End` follow from the place.
    InsertState { place: Place, name: Str, state: Value },
    /// Adds the states of a text, as [`Document::copy`] gives it. Names that are taken become unique.
    Paste { place: Place, text: String },
    /// Removes states with everything inside of them.
    /// Ways to them lead on to where the states led if `relink` is set; else they end there.
    RemoveStates { states: Vec<StateId>, relink: bool },
    /// Renames a state and everything that names it.
    RenameState { state: StateId, name: Str },
    /// Moves states of one scope, with the ways between them, to another place.
    MoveStates { states: Vec<StateId>, place: Place },
    /// Adds copies of states after them.
    DuplicateStates { states: Vec<StateId> },
    /// Leads a way out of a state to another state of its scope.
    Connect { from: StateId, port: Port, to: StateId },
    /// Takes a way out of a state away: it then ends its scope, or the rule or catcher is removed.
    Disconnect { from: StateId, way: TransitionKind },
    /// Makes a state the one that its scope starts with.
    SetStart { state: StateId },
    /// Puts states of one scope into a new Parallel or Map state.
    WrapStates { states: Vec<StateId>, container: StateType },
    /// Puts the states of a Map state, or of one branch of a Parallel state, in its place.
    UnwrapState { state: StateId, branch: usize },
    /// Moves an item of an array of a state, such as `/Branches`, `/Choices` or `/Catch`.
    MoveItem { of: StateId, pointer: String, from: usize, to: usize },
    /// Makes a state one of another type. Fields that the type doesn't have go.
    ChangeType { state: StateId, to: StateType },
    /// Lays the whole text out anew, with an indentation of two blanks.
    Format,
}

/// An object that fields are set in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ObjectRef {
    State(StateId),
    /// The machine, a branch or the body of a Map state.
    Scope(ScopeId),
}

/// Where states go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In front of everything in a scope, or into a scope without states.
    Start(ScopeId),
    /// On a way out of a state: between it and where the way leads.
    On { from: StateId, way: TransitionKind },
    /// In front of a state: all ways to it lead to the new one.
    Before(StateId),
    /// In the place of a state, which goes: ways to it lead to the new one, which leads on to where it led.
    InPlaceOf(StateId),
    /// Into a new last branch of a Parallel state.
    NewBranch(StateId),
    /// Into a scope, without a way to it.
    Loose(ScopeId),
}

/// What a new way starts from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Port {
    /// A way that there is, or that the state can have: `Next`, `Default`, a rule, a catcher.
    Way(TransitionKind),
    /// A new last rule of a Choice state.
    NewRule,
    /// A new last catcher.
    NewCatcher,
}

/// Why an edit can't be done. Its text says it in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EditError {
    /// The state, scope or place is not in the document.
    Gone,
    /// The text around the place is broken.
    BrokenText,
    EmptyName,
    NameTooLong,
    NameTaken(Str),
    /// States of several scopes are selected.
    SeveralScopes,
    NothingSelected,
    /// The target is in another scope than the state.
    OtherScope {
        to: Str,
    },
    /// States of this type go nowhere by themselves.
    NoNext {
        state: Str,
        state_type: StateType,
    },
    /// A Choice can't end a scope, and without the way it would have to.
    ChoiceCannotEnd(Str),
    /// The state has no such way out.
    NoSuchWay(Str),
    /// It is the only state of a branch or of the body of a Map state.
    LastState(Str),
    /// States would go into themselves.
    IntoItself(Str),
    /// The place is on a way between the states that are to be moved.
    PlaceIsMoved,
    /// Ways from outside lead to several of the states.
    SeveralEntries(Str, Str),
    /// Ways from the states lead to several states outside.
    SeveralExits(Str, Str),
    /// A catcher or a rule of the state leads out, which it can't from within a container.
    LeadsOut(Str),
    /// Only Parallel and Map states hold states.
    NoContainer(Str),
    /// The state would end more than it does now.
    EndsTooMuch(Str),
    /// The state needs a target, and there is none.
    NeedsTarget(StateType),
    /// The value has no such field.
    NoSuchField(String),
    NoSuchItem,
    /// What is to be pasted holds no states.
    NoStates,
    /// States within the selection and others use the same variable, which a nested workflow doesn't see.
    SharesVariable(Str),
    /// States of the pasted text and the place are of different query languages.
    OtherLanguage(QueryLanguage),
}

impl fmt::Display for EditError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EditError::Gone => formatter.write_str("What is to be changed is no longer there."),
            EditError::BrokenText => {
                formatter.write_str("The text is not JSON at this place. Repair it first.")
            }
            EditError::EmptyName => formatter.write_str("A state needs a name."),
            EditError::NameTooLong => formatter.write_str("The name of a state has at most 80 characters."),
            EditError::NameTaken(name) => {
                write!(formatter, "Another state is called {name}. Names are unique in the whole machine.")
            }
            EditError::SeveralScopes => {
                formatter.write_str("The selected states are in different branches. Select states of one.")
            }
            EditError::NothingSelected => formatter.write_str("No state is selected."),
            EditError::OtherScope { to } => {
                write!(formatter, "{to} is in another branch. Transitions stay within theirs.")
            }
            EditError::NoNext { state, state_type } => {
                write!(formatter, "{state} is a {} state, and nothing follows it.", state_type.name())
            }
            EditError::ChoiceCannotEnd(name) => {
                write!(formatter, "{name} is a Choice state: its rules must lead to a state.")
            }
            EditError::NoSuchWay(name) => write!(formatter, "{name} has no such way out."),
            EditError::LastState(name) => {
                write!(
                    formatter,
                    "{name} is the only state here, and there must be one. Remove what holds it instead."
                )
            }
            EditError::IntoItself(name) => write!(formatter, "{name} can't be moved into itself."),
            EditError::PlaceIsMoved => formatter.write_str("The place belongs to what is moved."),
            EditError::SeveralEntries(one, other) => {
                write!(
                    formatter,
                    "Ways from outside lead to {one} and to {other}. Select states with one entry."
                )
            }
            EditError::SeveralExits(one, other) => {
                write!(
                    formatter,
                    "The selected states lead on to {one} and to {other}. Select states with one way out."
                )
            }
            EditError::LeadsOut(name) => {
                write!(
                    formatter,
                    "A rule or catcher of {name} leads out of the selection. Select its target as well."
                )
            }
            EditError::NoContainer(name) => write!(formatter, "{name} is no Parallel or Map state."),
            EditError::EndsTooMuch(name) => {
                write!(
                    formatter,
                    "{name} would end the whole workflow instead of its branch. Change it first."
                )
            }
            EditError::NeedsTarget(state_type) => {
                write!(
                    formatter,
                    "A {} state needs a state to go on with. Connect it first.",
                    state_type.name()
                )
            }
            EditError::NoSuchField(field) => write!(formatter, "There is no field {field}."),
            EditError::NoSuchItem => formatter.write_str("There is no such item."),
            EditError::NoStates => formatter.write_str("The text holds no states of Amazon States Language."),
            EditError::SharesVariable(name) => {
                write!(
                    formatter,
                    "The variable ${name} is set on one side and read on the other, and workflows share no variables. Select all states that use it, or pass it in the data."
                )
            }
            EditError::OtherLanguage(language) => {
                write!(formatter, "The states are in {}, which can't be used here.", language.name())
            }
        }
    }
}

impl std::error::Error for EditError {}

impl Document {
    /// The patch that an edit comes to; empty if there is nothing to change.
    ///
    /// # Errors
    ///
    /// The reason why the edit can't be done.
    pub fn plan(&self, edit: &Edit) -> Result<Patch, EditError> {
        let patch = match edit {
            Edit::SetFields { of, fields } => set_fields::plan(self, *of, fields),
            Edit::InsertState { place, name, state } => insert::plan(self, *place, name, state),
            Edit::Paste { place, text } => insert::plan_paste(self, *place, text),
            Edit::RemoveStates { states, relink } => remove::plan(self, states, *relink),
            Edit::RenameState { state, name } => rename::plan(self, *state, name),
            Edit::MoveStates { states, place } => insert::plan_move(self, states, *place),
            Edit::DuplicateStates { states } => insert::plan_duplicate(self, states),
            Edit::Connect { from, port, to } => connect::plan(self, *from, *port, *to),
            Edit::Disconnect { from, way } => connect::plan_disconnect(self, *from, *way),
            Edit::SetStart { state } => connect::plan_start(self, *state),
            Edit::WrapStates { states, container } => wrap::plan(self, states, *container),
            Edit::UnwrapState { state, branch } => unwrap::plan(self, *state, *branch),
            Edit::MoveItem { of, pointer, from, to } => move_item::plan(self, *of, pointer, *from, *to),
            Edit::ChangeType { state, to } => change_type::plan(self, *state, *to),
            Edit::Format => format::plan(self),
        }?;
        self.refuse_if_broken(patch)
    }

    /// Applies a patch and gives the one that undoes it.
    pub fn apply(&mut self, patch: &Patch) -> Patch {
        let (text, inverse) = patch.apply_to(self.text());
        *self = self.after(text);
        inverse
    }

    /// States of one scope as a text that can be pasted: a definition of these states alone.
    ///
    /// # Errors
    ///
    /// If no states, or states of several scopes are given.
    pub fn copy(&self, states: &[StateId]) -> Result<String, EditError> {
        Ok(fragment::Fragment::of(self, states)?.to_text(self))
    }

    /// In a text with mistakes a patch may hit the wrong place. It is taken if it adds no mistake.
    fn refuse_if_broken(&self, patch: Patch) -> Result<Patch, EditError> {
        let before = self.tree().problems().len();
        if before > 0 {
            let (text, _) = patch.apply_to(self.text());
            if json::Tree::parse(text).problems().len() > before {
                return Err(EditError::BrokenText);
            }
        }
        Ok(patch)
    }
}
