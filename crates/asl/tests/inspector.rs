//! What the forms of the inspector write changes the bytes of its field alone, and undo restores them:
//! for every field of every state of every definition at hand.

#![allow(clippy::unwrap_used, reason = "a test that finds nothing has failed")]

mod shared_data;

use std::fs;
use std::path::{Path, PathBuf};

use asl::edit::{Edit, ObjectRef};
use asl::fields::{Field, Kind, MACHINE, ObjectType};
use asl::forms::{self, Payload};
use asl::{Document, Patch, QueryLanguage};
use json::{NodeId, NodeKind, Span, Value};

/// The definitions of the examples, and of the corpus where it is.
fn definitions() -> Vec<(PathBuf, String)> {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/examples");
    let examples =
        fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path().join("workflow.asl.json"));
    let corpus = shared_data::shared("corpus/definitions");
    let corpus = corpus.into_iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let all = examples.chain(corpus.map(|entry| entry.unwrap().path()));
    all.filter_map(|path| fs::read_to_string(&path).ok().map(|text| (path, text)))
        .filter(|(_, text)| Document::parse(text).tree().problems().is_empty())
        .collect()
}

/// A value that is not the one that is there and that a form could write.
fn other_value(field: &Field, language: QueryLanguage, now: &Value) -> Value {
    let other = match now {
        Value::Bool(flag) => Value::from(!flag),
        Value::String(text) => Value::from(format!("{text} é")),
        _ if now.as_number().is_some() => Value::from(now.as_i64().unwrap_or(7) + 1),
        _ => forms::initial_value(field, language, Some("Other")),
    };
    if other == *now { Value::from("other") } else { other }
}

/// Checks that a patch only touches a part of the text, and that it can be taken back.
#[track_caller]
fn check(text: &str, patch: &Patch, part: Span, what: &str) -> String {
    for replacement in &patch.replacements {
        assert!(part.contains(replacement.span), "{what}: {replacement:?} is outside of {part:?}");
    }
    let (after, inverse) = patch.apply_to(text);
    assert_eq!(inverse.apply_to(&after).0, text, "{what}: undo");
    // All that stands outside is as it was.
    assert!(after.starts_with(text.get(..part.start).unwrap()), "{what}: bytes before");
    assert!(after.ends_with(text.get(part.end..).unwrap()), "{what}: bytes after");
    after
}

struct Checked {
    changed: usize,
    added: usize,
    removed: usize,
    payloads: usize,
}

/// Changes, adds and removes every field of an object, one at a time, and goes into the objects in it.
fn check_object(
    document: &Document,
    of: ObjectRef,
    (node, pointer): (NodeId, String),
    (object_type, language): (&'static ObjectType, QueryLanguage),
    what: &str,
    checked: &mut Checked,
) {
    let tree = document.tree();
    let text = document.text();
    for control in forms::controls(object_type, language) {
        for field in [Some(control.field), control.path].into_iter().flatten() {
            if matches!(field.kind, Kind::States) {
                continue;
            }
            let what = format!("{what}{pointer}/{}", field.name);
            let place = format!("{pointer}/{}", json::pointer::step(field.name));
            let set = |value: Option<Value>| Edit::SetFields { of, fields: vec![(place.clone(), value)] };
            let Some(value) = tree.get(node, field.name) else {
                // What is added leaves all bytes where they are, and taking it out again leaves the text.
                let added = forms::initial_value(field, language, Some("Other"));
                let patch = document.plan(&set(Some(added.clone()))).unwrap();
                assert!(patch.replacements.iter().all(|replacement| replacement.span.is_empty()), "{what}");
                let after = check(text, &patch, tree.span(node), &what);
                let now = Document::parse(&after);
                let object = match of {
                    ObjectRef::State(state) => now.state(state).unwrap().node().unwrap(),
                    ObjectRef::Scope(scope) => now.scope(scope).unwrap().node(),
                };
                let there = forms::node_at(now.tree(), object, &place).unwrap();
                assert_eq!(now.tree().value(there), added, "{what}");
                let patch = now.plan(&set(None)).unwrap();
                assert_eq!(patch.apply_to(&after).0, text, "{what}: removing what was added");
                checked.added += 1;
                continue;
            };
            let now = tree.value(value);
            let other = other_value(field, language, &now);
            let patch = document.plan(&set(Some(other.clone()))).unwrap();
            let after = check(text, &patch, tree.span(value), &what);
            assert!(json::parse(&after).is_ok(), "{what}");
            checked.changed += 1;

            let patch = document.plan(&set(None)).unwrap();
            let after = check(text, &patch, tree.span(node), &what);
            let rest = |document: &Document, gone: &str| -> usize { document.text().matches(gone).count() };
            assert!(rest(&Document::parse(&after), field.name) < rest(document, field.name), "{what}");
            checked.removed += 1;

            if matches!(field.kind, Kind::Template | Kind::Assignments | Kind::Json) {
                let payload = Payload::of(tree, value);
                assert!(payload.patch(&payload.text).is_empty(), "{what}: nothing typed, nothing changed");
                let typed = match tree.kind(value) {
                    NodeKind::Object if payload.text.len() > 2 => {
                        payload.text.replacen('{', "{\n  \"typed\": [1,2],", 1)
                    }
                    _ => format!("[\n  {}\n]", payload.text),
                };
                let after = check(text, &payload.patch(&typed), tree.span(value), &what);
                assert_eq!(json::parse(&after).is_ok(), json::parse(&typed).is_ok(), "{what}");
                checked.payloads += 1;
            }
            match field.kind {
                Kind::Object(inner) if tree.kind(value) == NodeKind::Object => {
                    check_object(document, of, (value, place), (inner, language), "", checked);
                }
                Kind::Objects { of: inner, .. } => {
                    for (position, item) in tree.items(value).enumerate() {
                        if tree.kind(item) == NodeKind::Object {
                            let place = format!("{place}/{position}");
                            check_object(document, of, (item, place), (inner, language), "", checked);
                        }
                    }
                }
                _ => {}
            }
        }
    }
}

#[test]
fn a_field_that_is_changed_changes_its_own_bytes_alone() {
    let mut checked = Checked { changed: 0, added: 0, removed: 0, payloads: 0 };
    for (path, text) in definitions() {
        let document = Document::parse(&text);
        let name = path.to_string_lossy().into_owned();
        if let Some(machine) = document.machine() {
            let at = (machine.node(), String::new());
            let of = ObjectRef::Scope(machine.id());
            check_object(&document, of, at, (&MACHINE, machine.language()), &name, &mut checked);
        }
        for state in document.states() {
            let (Some(node), Some(state_type)) = (state.node(), state.state_type()) else { continue };
            let what = format!("{name} {}", state.name());
            let at = (node, String::new());
            let of = ObjectRef::State(state.id());
            check_object(
                &document,
                of,
                at,
                (state_type.object_type(), state.language()),
                &what,
                &mut checked,
            );
        }
    }
    println!(
        "{} changed, {} added, {} removed, {} payloads",
        checked.changed, checked.added, checked.removed, checked.payloads
    );
    assert!(checked.changed > 400 && checked.added > 1_000 && checked.payloads > 60);
}
