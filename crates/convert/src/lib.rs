//! From JSONPath to JSONata, and the proof that a workflow still does the same.
//!
//! [`convert`] plans a patch of a definition that turns states from JSONPath to JSONata, and says what
//! it could not convert and what to know about the rest. [`prove`] runs both versions with the same
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

/// Plans the conversion of states that are in JSONPath. States that can't be converted stay as they
/// are and are listed: a JSONPath workflow may have states in either language.
///
/// A text with mistakes in its JSON is left alone.
/// Everything that the conversion is not about keeps its bytes: unknown fields, order, layout.
pub fn convert(document: &Document, what: &What) -> Conversion {
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
    let is_in_jsonpath = |state: &State<'_>| state.language() == QueryLanguage::JsonPath;
    for state in document.states().filter(|state| is_asked(state) && is_in_jsonpath(state)) {
        let mut notes = Notes {
            state: state.id(),
            state_name: state.shared_name(),
            field: String::new(),
            span: state.name_span(),
            list: Vec::new(),
        };
        let before = edits.len();
        let result = state::convert(state, &mut edits, &mut notes)
            .and_then(|()| check_functions(&edits, before, &variables));
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
    let stays = document.states().any(|state| is_in_jsonpath(&state) && !converted.contains(&state.id()));
    if *what == What::Whole && !stays {
        set_whole_language(document, &mut edits);
    } else {
        for state in converted.iter().filter_map(|id| document.state(*id)) {
            set_language(document, state, &mut edits);
        }
    }
    Conversion { patch: edits.finish(), notes: all_notes, converted }
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

fn set_language(document: &Document, state: State<'_>, edits: &mut MemberEdits<'_>) {
    let tree = document.tree();
    let jsonata = Value::from(QueryLanguage::Jsonata.name());
    match (state.field("QueryLanguage"), state.node()) {
        (Some(node), _) => edits.set(node, jsonata),
        (None, Some(object)) if tree.kind(object) == NodeKind::Object => {
            let after = state.field("Type").and_then(|node| tree.parent(node));
            edits.add(object, after, "QueryLanguage", jsonata);
        }
        _ => {}
    }
}
