//! From JSONPath to JSONata and back, and the proof that a workflow still does the same.
//!
//! [`convert_to`] plans a patch of a definition that turns states from one query language to the other,
//! and says what it could not convert and what to know about the rest. [`prove`] runs both versions with the same
//! input and the same answers of tasks, and names the first difference.

mod choice;
mod intrinsic;
mod jsonata;
mod notes;
mod path;
mod prove;
mod samples;
mod state;
mod template;
mod to_jsonpath;

use std::collections::BTreeSet;

use asl::edit::MemberEdits;
use asl::{Document, Patch, QueryLanguage, State, StateId};
use json::{NodeKind, Str, Value};

use notes::Notes;
pub use notes::{Note, NoteKind};
pub use prove::{CaseProof, Divergence, Proof, ProofCase, ProofOptions, RunSummary, Verdict, compare, prove};
pub use samples::samples;

/// What to convert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// All states, and the workflow's own query language if none is left in JSONPath.
    Whole,
    /// These states; those inside of them only if they are named too.
    States(Vec<StateId>),
}

/// A planned conversion.
#[derive(Clone, Debug)]
pub struct Conversion {
    /// Empty if there is nothing to convert.
    pub patch: Patch,
    /// In the order of the states.
    pub notes: Vec<Note>,
    /// The states that the patch converts.
    pub converted: Vec<StateId>,
}

impl Conversion {
    /// Whether every state that was asked for could be converted.
    pub fn is_complete(&self) -> bool {
        self.notes.iter().all(|note| note.kind != NoteKind::NotConverted)
    }
}

/// Plans the conversion of states to JSONata: see [`convert_to`].
pub fn convert(document: &Document, what: &What) -> Conversion {
    convert_to(document, what, QueryLanguage::Jsonata)
}

/// Plans the conversion of states to a query language. States that can't be converted stay as they
/// are and are listed: a workflow whose own language is JSONPath may have states in either language.
///
/// A text with mistakes in its JSON is left alone.
/// Everything that the conversion is not about keeps its bytes: unknown fields, order, layout.
pub fn convert_to(document: &Document, what: &What, to: QueryLanguage) -> Conversion {
    if !document.tree().problems().is_empty() || document.states().next().is_none() {
        return Conversion { patch: Patch::default(), notes: Vec::new(), converted: Vec::new() };
    }
    let mut edits = MemberEdits::new(document);
    let mut all_notes = Vec::new();
    let mut converted = Vec::new();
    let variables = assigned_variables(document);
    let is_asked = |state: &State<'_>| match what {
        What::Whole => true,
        What::States(states) => states.contains(&state.id()),
    };
    let is_other = |state: &State<'_>| state.language() != to;
    for state in document.states().filter(|state| is_asked(state) && is_other(state)) {
        let mut notes = Notes {
            state: state.id(),
            state_name: state.shared_name(),
            field: String::new(),
            span: state.name_span(),
            list: Vec::new(),
        };
        let before = edits.len();
        let result = match to {
            QueryLanguage::Jsonata => state::convert(state, &mut edits, &mut notes)
                .and_then(|()| check_functions(&edits, before, &variables)),
            QueryLanguage::JsonPath => to_jsonpath::convert(state, &mut edits, &mut notes),
        };
        match result {
            Ok(()) => converted.push(state.id()),
            Err(problem) => {
                edits.forget_after(before);
                notes.list.clear();
                notes.add(NoteKind::NotConverted, problem.message);
            }
        }
        all_notes.append(&mut notes.list);
    }
    let stays = document.states().any(|state| is_other(&state) && !converted.contains(&state.id()));
    match to {
        QueryLanguage::Jsonata if *what == What::Whole && !stays => set_whole_language(document, &mut edits),
        QueryLanguage::Jsonata => {
            for state in converted.iter().filter_map(|id| document.state(*id)) {
                set_language(document, state, QueryLanguage::Jsonata, &mut edits);
            }
        }
        QueryLanguage::JsonPath if converted.is_empty() => {}
        QueryLanguage::JsonPath => unset_language(document, &converted, &mut edits),
    }
    Conversion { patch: edits.finish(), notes: all_notes, converted }
}

/// The workflow itself is in JSONPath, the language that it has without saying so, for only then may a state be; the
/// states that stay in JSONata say so themselves.
fn unset_language(document: &Document, converted: &[StateId], edits: &mut MemberEdits<'_>) {
    let tree = document.tree();
    let Some(machine) = document.machine() else { return };
    if machine.language() == QueryLanguage::Jsonata
        && let Some(member) = machine.field("QueryLanguage").and_then(|node| tree.parent(node))
    {
        edits.remove(member);
    }
    for state in document.states() {
        let own = state.field("QueryLanguage").and_then(|node| tree.parent(node));
        match own {
            Some(member) if converted.contains(&state.id()) => edits.remove(member),
            None if state.language() == QueryLanguage::Jsonata && !converted.contains(&state.id()) => {
                set_language(document, state, QueryLanguage::Jsonata, edits);
            }
            _ => {}
        }
    }
}

/// The names of variables, which hide functions of the same name.
fn assigned_variables(document: &Document) -> BTreeSet<Str> {
    asl::variable_assignments(document).into_iter().map(|assignment| assignment.name).collect()
}

fn check_functions(
    edits: &MemberEdits<'_>,
    from: usize,
    variables: &BTreeSet<Str>,
) -> Result<(), notes::Unsupported> {
    let hidden = variables.iter().find(|name| {
        let call = format!("${name}(");
        edits.new_values().skip(from).any(|value| value.to_text().contains(&call))
    });
    match hidden {
        Some(name) => Err(notes::Unsupported::new(format!(
            "The workflow's variable ${name} hides the JSONata function of this name. Rename the variable first."
        ))),
        None => Ok(()),
    }
}

/// The workflow is in JSONata, and no state needs to say so.
fn set_whole_language(document: &Document, edits: &mut MemberEdits<'_>) {
    let tree = document.tree();
    let Some(machine) = document.machine() else { return };
    if machine.language() == QueryLanguage::Jsonata
        && document.states().all(|state| state.field("QueryLanguage").is_none())
    {
        return;
    }
    let jsonata = Value::from(QueryLanguage::Jsonata.name());
    match machine.field("QueryLanguage") {
        Some(node) if machine.language() == QueryLanguage::JsonPath => edits.set(node, jsonata),
        Some(_) => {}
        None => {
            let before = tree.members(machine.node()).find(|member| member.name == "Comment");
            let first = tree.members(machine.node()).next();
            let after = before.or(first).map(|member| member.node);
            edits.add(machine.node(), after, "QueryLanguage", jsonata);
        }
    }
    for state in document.states() {
        if let Some(member) = state.field("QueryLanguage").and_then(|node| tree.parent(node)) {
            edits.remove(member);
        }
    }
}

fn set_language(document: &Document, state: State<'_>, language: QueryLanguage, edits: &mut MemberEdits<'_>) {
    let tree = document.tree();
    let value = Value::from(language.name());
    match (state.field("QueryLanguage"), state.node()) {
        (Some(node), _) => edits.set(node, value),
        (None, Some(object)) if tree.kind(object) == NodeKind::Object => {
            let after = state.field("Type").and_then(|node| tree.parent(node));
            edits.add(object, after, "QueryLanguage", value);
        }
        _ => {}
    }
}
