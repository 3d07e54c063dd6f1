//! Which functions come with the second module, by their names.

use crate::module::Result;

/// Paths of Rust items and which module what mentions them belongs to. The longest path that fits decides.
pub struct Rules(Vec<(Vec<String>, Place)>);

/// Where a function is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    First,
    Rest,
    /// In both: called often from the second module too, where a call to the first one would cost more.
    Both,
}

impl Rules {
    /// Reads lines of a place and a path: `rest engine`, `first debugger::status`. `#` begins a comment.
    ///
    /// # Errors
    ///
    /// Names the line that is something else.
    pub fn parse(text: &str) -> Result<Rules> {
        let mut rules = Vec::new();
        for line in text.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            let place = match line.split_whitespace().next() {
                None => continue,
                Some("first") => Place::First,
                Some("rest") => Place::Rest,
                Some("both") => Place::Both,
                Some(_) => return Err(format!("not a rule: {line}")),
            };
            let mut words = line.split_whitespace().skip(1);
            let (Some(path), None) = (words.next(), words.next()) else {
                return Err(format!("not a rule: {line}"));
            };
            rules.push((path.split("::").map(str::to_owned).collect(), place));
        }
        Ok(Rules(rules))
    }

    /// Where a function of this name belongs; none if no rule speaks of it.
    ///
    /// The name is a demangled one, so it mentions the types that a generic function was made for. One mention of what
    /// belongs to the rest is enough.
    pub fn place(&self, name: &str) -> Option<Place> {
        let mut found = None;
        for path in paths(name) {
            match self.place_of_path(&path) {
                Some(Place::Rest) => return Some(Place::Rest),
                Some(place) => found = found.or(Some(place)),
                None => {}
            }
        }
        found
    }

    /// Where the item belongs that has the function, whatever types it was made for.
    pub fn place_of_owner(&self, name: &str) -> Option<Place> {
        self.place_of_path(paths(name).first()?)
    }

    fn place_of_path(&self, path: &[&str]) -> Option<Place> {
        let fitting = self.0.iter().filter(|(start, _)| {
            start.len() <= path.len() && start.iter().zip(path).all(|(wanted, segment)| fits(wanted, segment))
        });
        fitting.max_by_key(|(start, _)| start.len()).map(|(_, place)| *place)
    }
}

/// The paths in a demangled name: `<engine::Machine as core::fmt::Debug>::fmt` has `engine::Machine`, `core::fmt::Debug`
/// and `fmt`. `<engine::Machine>::compile` is one path, like `engine::Machine::compile`.
fn paths(name: &str) -> Vec<Vec<&str>> {
    let mut paths = Vec::new();
    let mut path: Vec<&str> = Vec::new();
    let mut is_bracketed = false;
    let mut rest = name;
    while let Some(character) = rest.chars().next() {
        let end = rest.find(|character: char| !is_of_identifier(character)).unwrap_or(rest.len());
        if end == 0 {
            is_bracketed = character == '<';
            rest = &rest[character.len_utf8()..];
            continue;
        }
        let (identifier, after) = rest.split_at(end);
        path.push(identifier);
        // A crate's name is followed by its disambiguator.
        let after = match after.strip_prefix('[').and_then(|after| after.split_once(']')) {
            Some((_, after)) => after,
            None => after,
        };
        let goes_on = after.strip_prefix("::").or_else(|| after.strip_prefix(">::").filter(|_| is_bracketed));
        match goes_on.filter(|after| after.starts_with(is_of_identifier)) {
            Some(next) => {
                is_bracketed = is_bracketed && after.starts_with("::");
                rest = next;
            }
            None => {
                paths.push(std::mem::take(&mut path));
                is_bracketed = false;
                rest = after;
            }
        }
    }
    paths
}

/// Whether a segment of a path is the wanted one, or begins with what stands before `*`.
fn fits(wanted: &str, segment: &str) -> bool {
    wanted.strip_suffix('*').map_or(wanted == segment, |start| segment.starts_with(start))
}

fn is_of_identifier(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_found_in_what_stands_around_them() {
        assert_eq!(
            paths("<alloc[3c]::rc::Rc<engine[6e]::Machine> as core::ops::Drop>::drop::{closure#0}"),
            [
                vec!["alloc", "rc", "Rc"],
                vec!["engine", "Machine"],
                vec!["as"],
                vec!["core", "ops", "Drop"],
                vec!["drop"],
                vec!["closure"],
                vec!["0"]
            ]
        );
    }

    #[test]
    fn a_method_belongs_to_its_type() {
        assert_eq!(paths("<engine[6e]::Machine>::compile"), [vec!["engine", "Machine", "compile"]]);
        assert_eq!(
            paths("core::ptr::drop_in_place::<engine::Machine>"),
            [vec!["core", "ptr", "drop_in_place"], vec!["engine", "Machine"]]
        );
    }

    #[test]
    fn the_longest_path_decides_and_the_rest_wins() {
        let rules = Rules::parse("rest engine # all of it\nfirst engine::time\n\nboth json").unwrap();
        assert_eq!(rules.place("<engine::Machine>::compile"), Some(Place::Rest));
        assert_eq!(rules.place("engine::time::now"), Some(Place::First));
        assert_eq!(rules.place("<json::Value as core::clone::Clone>::clone"), Some(Place::Both));
        assert_eq!(rules.place("drop_in_place::<(json::Value, engine::Run)>"), Some(Place::Rest));
        assert_eq!(rules.place("engineering::time"), None);
        assert_eq!(rules.place("my::engine::time"), None);
        assert!(Rules::parse("last engine").is_err());
        assert!(Rules::parse("rest").is_err());
    }
}
