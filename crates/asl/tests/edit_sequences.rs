//! Any sequence of edits: valid definitions stay valid, and undoing gives the same bytes.
#![allow(clippy::unwrap_used)]

mod shared_data;

use std::fs;

use asl::edit::{Edit, ObjectRef, Place, Port};
use asl::{
    CheckOptions, Document, Patch, ScopeId, StateId, StateType, TransitionKind, ValidateOptions, validate,
};
use json::Value;
use proptest::prelude::*;

const JSON_PATH: &str = r#"{
  "Comment": "Orders",
  "StartAt": "Check",
  "States": {
    "Check": {
      "Type": "Choice",
      "Choices": [
        {"Variable": "$.total", "NumericGreaterThan": 100, "Next": "Approve"},
        {"Not": {"Variable": "$.total", "IsPresent": true}, "Next": "Refuse"}
      ],
      "Default": "Each"
    },
    "Approve": {
      "Type": "Task",
      "Resource": "arn:aws:states:::lambda:invoke",
      "Parameters": {"FunctionName": "f", "Payload.$": "$"},
      "Retry": [{"ErrorEquals": ["States.TaskFailed"], "MaxAttempts": 2}],
      "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": null, "Next": "Refuse"}],
      "Next": "Each"
    },
    "Each": {
      "Type": "Map",
      "ItemsPath": "$.items",
      "ItemProcessor": {
        "ProcessorConfig": {"Mode": "INLINE"},
        "StartAt": "Pack",
        "States": {
          "Pack": {"Type": "Pass", "Result": {"n": 1.50}, "Next": "Ship"},
          "Ship": {"Type": "Wait", "Seconds": 1, "End": true}
        }
      },
      "Next": "Both"
    },
    "Both": {
      "Type": "Parallel",
      "Branches": [
        {"StartAt": "Bill", "States": {"Bill": {"Type": "Pass", "End": true}}},
        {"StartAt": "Mail", "States": {"Mail": {"Type": "Succeed"}}}
      ],
      "End": true
    },
    "Refuse": {"Type": "Fail", "Error": "Refused"}
  }
}
"#;

const JSONATA: &str = "{\r\n\t\"QueryLanguage\": \"JSONata\",\r\n\t\"StartAt\": \"A\",\r\n\t\"States\": {\r\n\t\t\"A\": {\"Type\": \"Pass\", \"Output\": \"{% 1 %}\", \"Next\": \"B\"},\r\n\t\t\"B\": {\r\n\t\t\t\"Type\": \"Choice\",\r\n\t\t\t\"Choices\": [{\"Condition\": \"{% $x %}\", \"Next\": \"A\"}],\r\n\t\t\t\"Default\": \"C\"\r\n\t\t},\r\n\t\t\"C\": {\"Type\": \"Succeed\"}\r\n\t}\r\n}";

const ONE_LINE: &str =
    r#"{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"},"B":{"Type":"Wait","Seconds":1,"End":true}}}"#;

/// An edit, drawn from numbers.
fn edit(document: &Document, numbers: [usize; 5]) -> Option<Edit> {
    let [kind, one, other, third, fourth] = numbers;
    let states = document.state_count();
    let scopes = document.scopes().count();
    if states == 0 || scopes == 0 {
        let state = Value::from_members([("Type", Value::from("Pass"))]);
        return Some(Edit::InsertState { place: Place::Start(ScopeId(0)), name: "First".into(), state });
    }
    let state = |number: usize| StateId((number % states) as u32);
    let scope = |number: usize| ScopeId((number % scopes) as u32);
    let way = |number: usize| match number % 5 {
        0 | 1 => TransitionKind::Next,
        2 => TransitionKind::Default,
        3 => TransitionKind::Choice(number % 3),
        _ => TransitionKind::Catch(number % 2),
    };
    let place = match third % 7 {
        0 => Place::Start(scope(other)),
        1 => Place::Before(state(other)),
        2 => Place::NewBranch(state(other)),
        3 => Place::InPlaceOf(state(other)),
        4 => Place::Loose(scope(other)),
        _ => Place::On { from: state(other), way: way(fourth) },
    };
    let name = document.state(state(one))?.shared_name();
    // Neighbours in the text, so that they are often of one scope.
    let several: Vec<StateId> = (0..=fourth % 3).map(|more| state(one + more)).collect();
    let new_state = || match fourth % 6 {
        0 => json::parse(r#"{"Type": "Pass"}"#),
        1 => json::parse(r#"{"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke"}"#),
        2 => json::parse(r#"{"Type": "Wait", "Seconds": 5}"#),
        3 => json::parse(r#"{"Type": "Succeed"}"#),
        4 => json::parse(
            r#"{"Type": "Parallel", "Branches": [{"StartAt": "In", "States": {"In": {"Type": "Fail"}}}]}"#,
        ),
        _ => json::parse(r#"{"Type": "Pass", "Comment": "x"}"#),
    };
    Some(match kind % 16 {
        0 => Edit::InsertState { place, name: format!("New {one}").into(), state: new_state().unwrap() },
        1 => Edit::RemoveStates { states: several, relink: fourth % 2 == 0 },
        2 => Edit::RenameState { state: state(one), name: format!("{name} é\"{other}").into() },
        3 => Edit::MoveStates { states: several, place },
        4 => Edit::DuplicateStates { states: several },
        5 => {
            let port = match third % 6 {
                0 => Port::NewRule,
                1 => Port::NewCatcher,
                _ => Port::Way(way(fourth)),
            };
            Edit::Connect { from: state(one), port, to: state(other) }
        }
        6 => Edit::Disconnect { from: state(one), way: way(fourth) },
        7 => Edit::SetStart { state: state(one) },
        8 => {
            let container = if third % 2 == 0 { StateType::Parallel } else { StateType::Map };
            Edit::WrapStates { states: several, container }
        }
        9 => Edit::UnwrapState { state: state(one), branch: other % 2 },
        10 => Edit::MoveItem {
            of: state(one),
            pointer: ["/Choices", "/Branches", "/Catch"][third % 3].to_owned(),
            from: other % 3,
            to: fourth % 3,
        },
        11 => Edit::ChangeType { state: state(one), to: StateType::ALL[other % 8] },
        12 => Edit::Format,
        13 => Edit::Paste { place, text: document.copy(&several).ok()? },
        _ => Edit::SetFields {
            of: if third % 3 == 0 { ObjectRef::Scope(scope(one)) } else { ObjectRef::State(state(one)) },
            fields: vec![
                ("/Comment".to_owned(), (other % 2 == 0).then(|| Value::from("note"))),
                ("/Comment".to_owned(), (fourth % 2 == 0).then(|| Value::from("other"))),
            ],
        },
    })
}

/// What numbers stand for: mostly an edit, sometimes states that become a nested workflow.
fn planned(document: &Document, numbers: [usize; 5]) -> Option<(String, Patch)> {
    let [kind, one, _, third, fourth] = numbers;
    let states = document.state_count();
    if kind % 17 == 16 && states > 0 {
        let selected: Vec<StateId> =
            (0..=fourth % 3).map(|more| StateId(((one + more) % states) as u32)).collect();
        let extraction = document.plan_extraction(&selected, &format!("Nested {third}")).ok()?;
        let nested = Document::parse(&extraction.definition);
        assert!(nested.tree().problems().is_empty(), "{}", extraction.definition);
        if errors(document).is_empty() {
            let found = errors(&nested);
            assert!(found.is_empty(), "{found:?}\n{}\n{}", document.text(), extraction.definition);
        }
        return Some((format!("extracted {selected:?}"), extraction.patch));
    }
    let edit = edit(document, numbers)?;
    let patch = document.plan(&edit).ok()?;
    Some((format!("{edit:?}"), patch))
}

/// What AWS refuses, but for states without a way to them or an end: leading ways elsewhere can do that.
fn errors(document: &Document) -> Vec<String> {
    validate(document.text(), &ValidateOptions::default())
        .diagnostics
        .into_iter()
        .map(|found| found.diagnostic)
        .filter(|found| !found.message.ends_with("is not reachable.") && found.code != "MISSING_END_STATE")
        .map(|found| format!("{} {} {:?}", found.code, found.message, found.location))
        .collect()
}

fn check_sequence(text: &str, steps: &[[usize; 5]]) {
    let mut document = Document::parse(text);
    let mut undo: Vec<(Patch, String)> = Vec::new();
    let before = errors(&document);
    for numbers in steps {
        let Some((edit, patch)) = planned(&document, *numbers) else { continue };
        let old = document.text().to_owned();
        let inverse = document.apply(&patch);
        assert!(document.tree().problems().is_empty(), "{edit}\n{old}\n{}", document.text());
        if document.state_count() > 0 && before.is_empty() {
            let found = errors(&document);
            assert!(found.is_empty(), "{edit}\n{found:?}\n{old}\n{}", document.text());
        }
        undo.push((inverse, old));
    }
    while let Some((inverse, old)) = undo.pop() {
        document.apply(&inverse);
        assert_eq!(document.text(), old);
    }
    assert_eq!(document.text(), text);
}

fn numbers() -> impl Strategy<Value = [usize; 5]> {
    prop::array::uniform5(0..1000_usize)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sequences_keep_definitions_valid_and_can_be_undone(
        text in prop::sample::select(vec![JSON_PATH, JSONATA, ONE_LINE]),
        steps in prop::collection::vec(numbers(), 1..12),
    ) {
        check_sequence(text, &steps);
    }

    /// A text that is being typed: parts are missing, or something stands where it doesn't belong.
    #[test]
    fn broken_texts_are_checked_and_edited(
        text in prop::sample::select(vec![JSON_PATH, JSONATA, ONE_LINE]),
        cuts in prop::collection::vec((0..2000_usize, 0..30_usize, 0..9_usize), 1..4),
        steps in prop::collection::vec(numbers(), 1..6),
    ) {
        let mut broken = text.to_owned();
        for (at, len, with) in cuts {
            let start = at % broken.len().max(1);
            let end = (start + len).min(broken.len());
            let with = ["", "{", "}", "[", "]", ",", "\"", ": null", "é"][with];
            if broken.is_char_boundary(start) && broken.is_char_boundary(end) {
                broken.replace_range(start..end, with);
            }
        }
        let mut document = Document::parse(&broken);
        for numbers in steps {
            for problem in document.problems_with(&CheckOptions { advice: true, ..CheckOptions::default() }) {
                assert!(document.text().get(problem.span.range()).is_some(), "{problem:?}");
                for fix in &problem.fixes {
                    let (fixed, inverse) = fix.patch.apply_to(document.text());
                    assert_eq!(inverse.apply_to(&fixed).0, document.text());
                }
            }
            let Some(edit) = edit(&document, numbers) else { continue };
            if let Ok(patch) = document.plan(&edit) {
                let old = document.text().to_owned();
                let mistakes = document.tree().problems().len();
                let inverse = document.apply(&patch);
                assert!(document.tree().problems().len() <= mistakes, "{edit:?}\n{old}\n{}", document.text());
                assert_eq!(inverse.apply_to(document.text()).0, old);
            }
        }
    }
}

#[test]
fn huge_and_deep_texts_are_checked() {
    let rule = |depth: usize| {
        let nested = format!(
            "{}{}{}",
            "{\"Not\": ".repeat(depth),
            "{\"Variable\": \"$.x\", \"IsNull\": true}",
            "}".repeat(depth)
        );
        format!(
            "{{\"StartAt\": \"C\", \"States\": {{\"C\": {{\"Type\": \"Choice\", \"Choices\": [{nested}]}}}}}}"
        )
    };
    let deep = "{\"Type\": \"Map\", \"ItemProcessor\": {\"States\": {\"A\": ".repeat(200);
    let many: String =
        (0..30_000).map(|number| format!("\"{number}\": {{\"Next\": \"x{number}\"}},")).collect();
    for text in [
        rule(900),
        rule(2000),
        format!("{{\"States\": {{\"A\": {deep}"),
        format!("{{\"StartAt\": \"1\", \"States\": {{{many}\"z\": 1}}}}"),
        "[".repeat(1_000_000),
    ] {
        let document = Document::parse(&text);
        assert!(!document.problems().is_empty());
        assert!(!validate(&text, &ValidateOptions::default()).is_valid());
        let _ = document.plan(&Edit::Format);
    }
}

#[test]
fn edits_of_the_corpus_can_be_undone() {
    let Some(path) = shared_data::shared("corpus/definitions") else { return };
    let mut seed = 1_usize;
    let mut next = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        seed >> 33
    };
    for entry in fs::read_dir(path).unwrap() {
        let text = fs::read_to_string(entry.unwrap().path()).unwrap();
        let steps: Vec<[usize; 5]> = (0..15).map(|_| [next(), next(), next(), next(), next()]).collect();
        check_sequence(&text, &steps);
    }
}

#[test]
fn a_field_of_the_corpus_changes_its_bytes_alone() {
    let Some(path) = shared_data::shared("corpus/definitions") else { return };
    let mut fields = 0;
    for entry in fs::read_dir(path).unwrap() {
        let document = Document::parse(&fs::read_to_string(entry.unwrap().path()).unwrap());
        let tree = document.tree();
        for state in document.states() {
            for member in state.node().into_iter().flat_map(|node| tree.members(node)) {
                let span = tree.span(member.value.unwrap());
                let pointer = format!("/{}", member.name.replace('~', "~0").replace('/', "~1"));
                let set = |value| Edit::SetFields {
                    of: ObjectRef::State(state.id()),
                    fields: vec![(pointer.clone(), value)],
                };
                let patch = document.plan(&set(Some(Value::from("changed")))).unwrap();
                assert!(
                    patch.replacements.iter().all(|replacement| span.contains(replacement.span)),
                    "{pointer}"
                );
                let (text, inverse) = patch.apply_to(document.text());
                assert_eq!(inverse.apply_to(&text).0, document.text());
                let removed = document.plan(&set(None)).unwrap().apply_to(document.text()).0;
                let rest = Document::parse(&removed);
                assert!(rest.tree().problems().is_empty());
                assert!(
                    rest.states()
                        .all(|other| other.name() != state.name() || other.field(&member.name).is_none())
                );
                fields += 1;
            }
        }
    }
    println!("{fields} fields");
}
