//! Edits of any text either are refused, or can be undone.
#![no_main]

use asl::edit::{Edit, ObjectRef, Place, Port};
use asl::{Document, ScopeId, StateId, StateType, TransitionKind};
use json::Value;

libfuzzer_sys::fuzz_target!(|data: (&str, &[u8])| {
    let (text, bytes) = data;
    let mut document = Document::parse(text);
    let mut numbers = fuzz::numbers(bytes);
    let mut undo = Vec::new();
    for _ in 0..bytes.len().div_ceil(5).min(8) {
        let mut next = || numbers.next().unwrap_or_default();
        let Ok(patch) = document.plan(&edit(&document, &mut next)) else { continue };
        undo.push(document.apply(&patch));
        document.problems();
        if document.text().len() > 1 << 16 {
            break;
        }
    }
    for patch in undo.iter().rev() {
        document.apply(patch);
    }
    assert_eq!(document.text(), text);
});

fn edit(document: &Document, next: &mut impl FnMut() -> usize) -> Edit {
    let states = document.state_count().max(1);
    let scopes = document.scopes().count().max(1);
    let kind = next() % 15;
    let state = |number: usize| StateId((number % states) as u32);
    let scope = |number: usize| ScopeId((number % scopes) as u32);
    let way = |number: usize| match number % 5 {
        0 | 1 => TransitionKind::Next,
        2 => TransitionKind::Default,
        3 => TransitionKind::Choice(number % 3),
        _ => TransitionKind::Catch(number % 2),
    };
    let [one, other, third, fourth] = [next(), next(), next(), next()];
    let place = match third % 6 {
        0 => Place::Start(scope(other)),
        1 => Place::Before(state(other)),
        2 => Place::NewBranch(state(other)),
        3 => Place::Loose(scope(other)),
        _ => Place::On { from: state(other), way: way(fourth) },
    };
    let several: Vec<StateId> = (0..=fourth % 3).map(|more| state(one + more)).collect();
    let value = || Value::from_members([("Type", Value::from(["Pass", "Map", "Fail", ""][fourth % 4]))]);
    match kind {
        0 => Edit::InsertState { place, name: format!("New {one}").into(), state: value() },
        1 => Edit::RemoveStates { states: several, relink: fourth % 2 == 0 },
        2 => Edit::RenameState { state: state(one), name: format!("é\"{other}").into() },
        3 => Edit::MoveStates { states: several, place },
        4 => Edit::DuplicateStates { states: several },
        5 => {
            let port = [Port::NewRule, Port::NewCatcher, Port::Way(way(fourth))][third % 3];
            Edit::Connect { from: state(one), port, to: state(other) }
        }
        6 => Edit::Disconnect { from: state(one), way: way(fourth) },
        7 => Edit::SetStart { state: state(one) },
        8 => Edit::WrapStates { states: several, container: StateType::ALL[third % 8] },
        9 => Edit::UnwrapState { state: state(one), branch: other % 2 },
        10 => {
            let pointer = ["/Choices", "/Branches", "/Catch", "/"][third % 4].to_owned();
            Edit::MoveItem { of: state(one), pointer, from: other % 3, to: fourth % 3 }
        }
        11 => Edit::ChangeType { state: state(one), to: StateType::ALL[other % 8] },
        12 => Edit::Paste { place, text: document.copy(&several).unwrap_or_else(|_| "{".to_owned()) },
        13 => Edit::Format,
        _ => {
            let pointers =
                ["/Comment", "/Retry/0/MaxAttempts", "/Retry/-", "/A/-/b", "", "/~1~", "/States", "/Type"];
            let fields = [(other, third), (fourth, one)].map(|(pointer, value)| {
                let value = (value % 3 != 0).then(|| Value::int(value as i64));
                (pointers[pointer % pointers.len()].to_owned(), value)
            });
            let of = if third % 3 == 0 { ObjectRef::Scope(scope(one)) } else { ObjectRef::State(state(one)) };
            Edit::SetFields { of, fields: fields.to_vec() }
        }
    }
}
