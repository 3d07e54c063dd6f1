//! The document of a changed text is the one that is read from it, whatever the change: problems, states and all.
#![allow(clippy::unwrap_used)]

mod shared_data;

use std::fs;
use std::path::Path;

use asl::{CheckOptions, Document, WorkflowType, variable_assignments, variable_references};
use json::Str;
use proptest::prelude::*;

const SMALL: &str = r#"{
  "Comment": "Orders", "StartAt": "Ask",
  "QueryLanguage": "JSONata",
  "States": {
    "Ask": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Arguments": {"FunctionName": "f"},
      "Assign": {"count": "{% $count + $sum %}"}, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Stop"}],
      "Next": "Each"}, "Each": {"Type": "Map",
      "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "In",
        "States": {"In": {"Type": "Pass", "Output": "{% ($count := 1; $count) %}", "Next": "Deep"},
          "Deep": {"Type": "Parallel", "End": true, "Branches": [
            {"StartAt": "L", "States": {"L": {"Type": "Wait", "Seconds": 0, "End": true}}},
            {"StartAt": "R", "States": {"R": {"Type": "Task", "Resource": "x", "QueryLanguage": "JSONPath",
              "Parameters": {"a.$": "$.b", "password": "abcdefgh12345"}}, "Ask": 5}}
          ]}}},
      "Label": "a b", "Next": "Gone"},
    "Stop": {"Type": "Fail", "Error": "States.Own"},
    "Loop": {"Type": "Choice", "Choices": [{"Condition": "{% $exists($count) %}", "Next": "Loop"}], "Dflt": "Ask"}
  },
  "TimeoutSeconds": "x"
}"#;

fn assert_same(changed: &Document, read: &Document) {
    let text = read.text();
    assert_eq!(changed.text(), text);
    let states = |document: &Document| -> Vec<String> {
        let of_state = document.states().map(|state| {
            let inner: Vec<_> = state.scopes().map(|scope| scope.id()).collect();
            let place = (state.id(), state.member(), state.node(), state.name_span(), state.scope().id());
            let found = (state.state_type(), state.language(), state.key(), state.pointer(), state.is_end());
            format!("{} {place:?} {found:?} {inner:?} {:?}", state.name(), state.transitions())
        });
        of_state.collect()
    };
    assert_eq!(states(changed), states(read), "{text}");
    let scopes = |document: &Document| -> Vec<String> {
        let of_scope = document.scopes().map(|scope| {
            let owner = scope.owner().map(|owner| owner.id());
            let states: Vec<_> = scope
                .states()
                .map(|state| (state.id(), scope.state_named(state.name()).map(|state| state.id())))
                .collect();
            format!("{:?} {:?} {owner:?} {:?} {states:?}", scope.node(), scope.role(), scope.language())
        });
        of_scope.collect()
    };
    assert_eq!(scopes(changed), scopes(read), "{text}");
    for (strict, workflow_type) in [(false, WorkflowType::Standard), (true, WorkflowType::Express)] {
        let options = CheckOptions { strict, workflow_type, advice: true, ..CheckOptions::default() };
        assert_eq!(changed.problems_with(&options), read.problems_with(&options), "{text}");
    }
    assert_eq!(changed.problems(), read.problems(), "{text}");
    assert_eq!(variable_references(changed), variable_references(read), "{text}");
    assert_eq!(variable_assignments(changed), variable_assignments(read), "{text}");
}

/// What people type, paste and remove, and what hurts a definition.
const TYPED: [&str; 38] = [
    "x",
    "\"",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    " ",
    "\n",
    "\\",
    "1",
    "é",
    "\"Type\"",
    "\"Next\": \"Ask\",",
    "\"End\": true",
    "\"A\": {\"Type\": \"Pass\"},",
    "{}",
    "[]",
    "\"States\": {\"N\": {\"Type\": \"Succeed\"}},",
    "States",
    "Branches",
    "ItemProcessor",
    "Iterator",
    "Map",
    "Parallel",
    "Pass",
    "Task",
    "JSONPath",
    "JSONata",
    "QueryLanguage",
    "null",
    "$count",
    ":=",
    "\"Assign\": {\"count\": 2},",
    "\"Error\": \"States.Own\",",
    "States.Own",
    "\"Branches\"",
];

#[derive(Clone, Debug)]
struct Change {
    place: u32,
    /// Whether it begins at a word or a bracket, where changes hurt most.
    at_word: bool,
    removed: usize,
    /// Whether all of the word goes.
    whole_word: bool,
    typed: &'static str,
}

fn change() -> impl Strategy<Value = Change> {
    let typed = prop_oneof![prop::sample::select(&TYPED[..]), Just("")];
    (any::<u32>(), any::<bool>(), 0..3_usize, any::<bool>(), typed).prop_map(
        |(place, at_word, removed, whole_word, typed)| Change { place, at_word, removed, whole_word, typed },
    )
}

fn changed(text: &str, change: &Change) -> String {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let bounds: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let mut start = bounds[change.place as usize % bounds.len()];
    if change.at_word {
        start = text[start..].find(is_word).map_or(start, |found| start + found);
    }
    let mut end = text[start..].char_indices().nth(change.removed).map_or(text.len(), |(at, _)| start + at);
    if change.whole_word {
        end = text[start..].find(|character| !is_word(character)).map_or(text.len(), |found| start + found);
    }
    format!("{}{}{}", &text[..start], change.typed, &text[end..])
}

/// Makes changes one after the other, and undoes each of some at once.
fn check(text: &str, changes: &[Change]) {
    let mut document = Document::parse(text);
    let options = CheckOptions { advice: true, ..CheckOptions::default() };
    document.problems_with(&options);
    for change in changes {
        let before: Str = document.text().into();
        let text = changed(&before, change);
        let next = document.after(text.as_str());
        assert_same(&next, &Document::parse(&text));
        if change.place % 3 == 0 {
            document = next.after(before.clone());
            assert_same(&document, &Document::parse(&before));
        } else {
            document = next;
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_document_is_the_one_of_the_changed_text(changes in prop::collection::vec(change(), 1..25)) {
        check(SMALL, &changes);
    }

    #[test]
    fn so_it_is_on_one_line(changes in prop::collection::vec(change(), 1..12)) {
        check(&SMALL.replace('\n', ""), &changes);
    }
}

/// A few changes of each definition of a folder, the same in every run.
fn check_all(folder: &Path, depth: usize) {
    let mut paths = vec![folder.to_owned()];
    for _ in 0..depth {
        paths = paths
            .into_iter()
            .flat_map(|path| match fs::read_dir(&path) {
                Ok(entries) => entries.map(|entry| entry.unwrap().path()).collect(),
                Err(_) => vec![path],
            })
            .collect();
    }
    paths.sort();
    let mut number = 1_u32;
    let mut next = move || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        number >> 8
    };
    for path in paths {
        let Ok(text) = fs::read_to_string(&path) else { continue };
        let changes: Vec<Change> = (0..8)
            .map(|_| Change {
                place: next(),
                at_word: next() % 2 == 0,
                removed: next() as usize % 3,
                whole_word: next() % 3 == 0,
                typed: if next() % 3 == 0 { "" } else { TYPED[next() as usize % TYPED.len()] },
            })
            .collect();
        check(&text, &changes);
    }
}

#[test]
fn the_examples_change_as_they_should() {
    check_all(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/examples"), 2);
}

#[test]
fn the_corpus_changes_as_it_should() {
    let Some(folder) = shared_data::shared("corpus/definitions") else { return };
    check_all(&folder, 1);
}

#[test]
fn a_state_that_stays_keeps_its_version() {
    let same = |from: &str, to: &str| -> Vec<String> {
        let before = Document::parse(SMALL);
        let after = before.after(SMALL.replacen(from, to, 1));
        let others = after.states().zip(before.states()).filter(|(new, old)| new.version() == old.version());
        others.map(|(state, _)| state.name().to_owned()).collect()
    };
    assert_eq!(same("\"f\"", "\"ff\""), ["Each", "Stop", "Loop", "In", "Deep", "L", "R", "Ask"]);
    assert_eq!(same("Orders", "Other"), ["Ask", "Each", "Stop", "Loop", "In", "Deep", "L", "R", "Ask"]);
    assert_eq!(same("Seconds\": 0", "Seconds\": 10"), ["Ask", "Stop", "Loop", "In", "R", "Ask"]);
    assert_eq!(same("\"End\": true}}},", "\"End\": true, }}},"), ["Ask", "Stop", "Loop", "In", "R", "Ask"]);
    // The language of the machine is that of most states.
    assert_eq!(same("JSONata", "JSONPath"), ["R"]);
    // A quote that is missing leaves nothing to go by.
    assert!(same("\"f\"", "\"f").is_empty());
}
