//! Any sequence of changes, undone and redone, gives the same bytes.
#![allow(clippy::unwrap_used)]

use asl::history::Change;
use asl::{History, Patch, Replacement};
use json::Span;
use proptest::prelude::*;

/// A patch of a text, drawn from numbers: replacements in ascending order that don't overlap.
fn patch(text: &str, cuts: &[(usize, usize, String)]) -> Patch {
    let mut at = 0;
    let mut replacements = Vec::new();
    for (skip, remove, insert) in cuts {
        let boundary = |offset: usize| {
            (offset.min(text.len())..=text.len()).find(|offset| text.is_char_boundary(*offset)).unwrap()
        };
        let start = boundary(at + skip);
        let end = boundary(start + remove);
        replacements.push(Replacement { span: Span::new(start, end), text: insert.clone() });
        at = end + 1;
        if at > text.len() {
            break;
        }
    }
    Patch { replacements }
}

fn cuts() -> impl Strategy<Value = Vec<(usize, usize, String)>> {
    prop::collection::vec((0..12_usize, 0..6_usize, "[a-cé€]{0,4}"), 0..5)
}

proptest! {
    #[test]
    fn two_patches_are_one(text in "[a-zé€]{0,40}", first in cuts(), second in cuts()) {
        let one = patch(&text, &first);
        let (between, one_back) = one.apply_to(&text);
        let other = patch(&between, &second);
        let (after, other_back) = other.apply_to(&between);
        let both = one.then(&other, &between);
        prop_assert_eq!(&both.apply_to(&text).0, &after);
        let back = other_back.then(&one_back, &between);
        prop_assert_eq!(&back.apply_to(&after).0, &text);
        prop_assert_eq!(Patch::between(&text, &after).apply_to(&text).0, after);
    }

    #[test]
    fn kept_characters_are_found_again(text in "[a-zé€]{0,40}", cuts in cuts()) {
        let patch = patch(&text, &cuts);
        let after = patch.apply_to(&text).0;
        let offsets: Vec<usize> = text.char_indices().map(|(offset, _)| offset).collect();
        let kept = patch.map_kept(offsets.iter().copied());
        let removed: usize = patch.replacements.iter().map(|one| text[one.span.range()].chars().count()).sum();
        prop_assert_eq!(kept.iter().filter(|place| place.is_none()).count(), removed);
        for (offset, place) in offsets.into_iter().zip(kept) {
            if let Some(place) = place {
                prop_assert_eq!(text[offset..].chars().next(), after[place..].chars().next());
            }
        }
    }

    #[test]
    fn undoing_and_redoing_gives_the_same_bytes(
        text in "[a-zé€]{0,40}",
        changes in prop::collection::vec((cuts(), 0..4_usize, 0..2_000_u32), 1..20),
    ) {
        let mut history = History::default();
        let mut now = text.clone();
        let mut now_ms = 0.0;
        for (cuts, kind, pause) in &changes {
            now_ms += f64::from(*pause);
            match kind {
                0 => {
                    if let Some(travel) = history.undo(&now) {
                        let again = history.redo(&travel.text).unwrap();
                        prop_assert_eq!(&again.text, &now);
                        now = history.undo(&now).unwrap().text;
                    }
                }
                1 => {
                    history.begin_mark("Marked");
                    let inside = history.apply(&now, &patch(&now, cuts), Change { now_ms, ..Change::default() });
                    prop_assert_eq!(history.bail(&inside).unwrap().text, now.clone());
                }
                _ => {
                    let merge = (*kind == 2).then_some("burst");
                    let change = Change { title: "Changed", merge, now_ms, ..Change::default() };
                    now = history.apply(&now, &patch(&now, cuts), change);
                }
            }
        }
        let kept = History::from_text(&history.to_text(&now, 1 << 20), &now).unwrap();
        for mut history in [history, kept] {
            let mut seen = vec![now.clone()];
            while let Some(travel) = history.undo(seen.last().unwrap()) {
                seen.push(travel.text);
            }
            prop_assert_eq!(seen.last().unwrap(), &text);
            while let Some(text) = seen.pop().filter(|_| !seen.is_empty()) {
                let travel = history.redo(&text).unwrap();
                prop_assert_eq!(Some(&travel.text), seen.last());
            }
        }
    }
}
