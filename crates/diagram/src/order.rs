//! An order that was given by hand: keys of states and of branches, which are JSON pointers, followed over edits.

use std::collections::{HashMap, HashSet};

use json::Str;

/// An order after an edit; `states` has the key of each state before it, and the one after it.
pub fn followed_order(order: &[Str], states: &[(Str, Option<Str>)]) -> Vec<Str> {
    let known: HashMap<&str, Option<&Str>> = states.iter().map(|(old, new)| (&**old, new.as_ref())).collect();
    let mut seen = HashSet::new();
    let new = |key: &Str| match branch_around(key) {
        Some((parallel, position)) if key.len() == branch_key(parallel, position).len() => {
            new_branch(key, states)
        }
        // The key of a state that is gone is kept: undo may bring it back.
        _ => Some(known.get(&**key).copied().flatten().unwrap_or(key).clone()),
    };
    order.iter().filter_map(new).filter(|key| seen.insert(key.clone())).collect()
}

/// What a branch is called after an edit: where most of its states are. None if all of them are gone, for its number
/// may be that of another branch by now.
fn new_branch(key: &Str, states: &[(Str, Option<Str>)]) -> Option<Str> {
    let scope = format!("{key}/States");
    let own: Vec<&Option<Str>> =
        states.iter().filter(|(old, _)| scope_of(old) == scope).map(|(_, new)| new).collect();
    if own.is_empty() {
        return Some(key.clone());
    }
    let mut votes: Vec<(Str, usize)> = Vec::new();
    for new in own.into_iter().flatten() {
        let Some((parallel, position)) = branch_around(new) else { continue };
        let branch = branch_key(parallel, position);
        match votes.iter_mut().find(|(known, _)| *known == branch) {
            Some((_, count)) => *count += 1,
            None => votes.push((branch, 1)),
        }
    }
    // Of as many, the one that is called as before.
    votes.into_iter().max_by_key(|(branch, count)| (*count, branch == key)).map(|(branch, _)| branch)
}

fn branch_key(parallel: &str, position: usize) -> Str {
    format!("{parallel}/Branches/{position}").into()
}

/// The key of a state without its name: that of its scope's states.
pub fn scope_of(key: &str) -> &str {
    key.rsplit_once('/').map_or("", |(scope, _)| scope)
}

/// The Parallel state around a key, and in which of its branches the key is.
pub fn branch_around(key: &str) -> Option<(&str, usize)> {
    let mut end = key.len();
    while let Some(at) = key.get(..end)?.rfind("/Branches/") {
        let position = key.get(at + "/Branches/".len()..)?.split('/').next()?;
        if let Ok(position) = position.parse() {
            return Some((key.get(..at)?, position));
        }
        end = at;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{Str, followed_order};

    const FIRST: &str = "/States/P/Branches/0";
    const SECOND: &str = "/States/P/Branches/1";
    const THIRD: &str = "/States/P/Branches/2";

    /// Each state is a branch and a name, before and after.
    fn check(order: &[&str], states: &[(&str, &str, Option<&str>)], expected: &[&str]) {
        let keys = |keys: &[&str]| keys.iter().map(|key| Str::from(*key)).collect::<Vec<Str>>();
        let key = |branch: &str, name: &str| Str::from(format!("{branch}/States/{name}"));
        let states: Vec<(Str, Option<Str>)> = states
            .iter()
            .map(|(before, name, after)| (key(before, name), after.map(|after| key(after, name))))
            .collect();
        assert_eq!(followed_order(&keys(order), &states), keys(expected));
    }

    #[test]
    fn a_branch_is_the_one_that_its_states_are_in() {
        // The first branch goes: the others move up, and keep their order.
        let gone = [(FIRST, "A", None), (SECOND, "B", Some(FIRST)), (THIRD, "C", Some(SECOND))];
        check(&[THIRD, SECOND], &gone, &[SECOND, FIRST]);
        check(&[THIRD, FIRST, SECOND], &gone, &[SECOND, FIRST]);
        // One comes in front.
        let added = [(FIRST, "A", Some(SECOND)), (SECOND, "B", Some(THIRD))];
        check(&[SECOND, FIRST], &added, &[THIRD, SECOND]);
        // One state goes to another branch, and the others stay.
        let moved = [(FIRST, "A", Some(SECOND)), (FIRST, "D", Some(FIRST)), (SECOND, "B", Some(SECOND))];
        check(&[SECOND, FIRST], &moved, &[SECOND, FIRST]);
        // The Parallel state has another name.
        let other = "/States/Q/Branches/0";
        check(&[SECOND, FIRST], &[(FIRST, "A", Some(other)), (SECOND, "B", Some(SECOND))], &[SECOND, other]);
    }
}
