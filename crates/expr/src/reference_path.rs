use json::{Guess, MAX_DEPTH, Map, Str, Value};

use crate::error::{EvalError, REFERENCE_PATH_CONFLICT, SyntaxError};
use crate::path::{Path, Root, Step};

/// A path that identifies one place, existing or to be made: the ResultPath of a state or a catcher.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReferencePath {
    text: Str,
    places: Box<[Place]>,
    /// Where the first place was, if it is a member.
    guess: Guess,
}

/// A step of a reference path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    Member(Str),
    Item(usize),
}

impl ReferencePath {
    /// Compiles a reference path: `$`, names in either notation, and indexes from 0.
    ///
    /// # Errors
    ///
    /// Why it is no reference path, as AWS says it after "Value is not a Reference Path: ".
    pub fn parse(text: &str) -> Result<ReferencePath, SyntaxError> {
        let path = parse_reference_path(text)?;
        if *path.root() != Root::Input {
            return Err(SyntaxError::new("The path must start from the state's input", 0));
        }
        let mut places = Vec::new();
        for step in path.steps() {
            places.push(match step {
                Step::Name(name) => Place::Member(name.text.clone()),
                Step::Index(index) => match usize::try_from(*index) {
                    Ok(index) => Place::Item(index),
                    Err(_) => return Err(SyntaxError::new("An index must not be negative", 0)),
                },
                _ => return Err(SyntaxError::new(NOT_SINGLE, 0)),
            });
        }
        if places.len() > MAX_DEPTH as usize {
            return Err(SyntaxError::new(format!("The path has more than {MAX_DEPTH} steps"), 0));
        }
        Ok(ReferencePath { text: text.into(), places: places.into_boxed_slice(), guess: Guess::default() })
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The steps after `$`.
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether it is `$`: the place of everything.
    pub fn is_root(&self) -> bool {
        self.places.is_empty()
    }

    /// What is at the place.
    pub fn get<'v>(&self, document: &'v Value) -> Option<&'v Value> {
        self.places.iter().try_fold(document, |value, place| match place {
            Place::Member(name) => value.get(name),
            Place::Item(index) => value.at(*index),
        })
    }

    /// The document with a value at the place. Objects that are missing on the way are made;
    /// everything beside the way is shared.
    ///
    /// # Errors
    ///
    /// A member of something that is no object, an item that is not there, or a result that is
    /// nested too deeply. AWS's documentation calls it `States.ResultPathMatchFailure`; executions
    /// end with `States.ReferencePathConflict`.
    #[inline(always)]
    pub fn set(&self, document: &Value, result: Value) -> Result<Value, EvalError> {
        // By far the most paths name a member of the input.
        if let ([Place::Member(name)], Value::Object(object)) = (&*self.places, document) {
            return check_depth(Value::Object(object.with_member(name, result, &self.guess)));
        }
        self.set_deep(document, result)
    }

    #[inline(never)]
    fn set_deep(&self, document: &Value, result: Value) -> Result<Value, EvalError> {
        check_depth(set_in(&self.places, Some(document), result)?)
    }
}

/// A container with a value at a place in it; none is an object that has to be made. As deep as the path is long, which
/// has a limit.
fn set_in(places: &[Place], container: Option<&Value>, result: Value) -> Result<Value, EvalError> {
    let Some((place, rest)) = places.split_first() else { return Ok(result) };
    match (place, container) {
        (Place::Member(name), None) => {
            let value = set_in(rest, None, result)?;
            Ok(Value::object(Map::from_distinct(vec![(name.clone(), value)])))
        }
        (Place::Member(name), Some(Value::Object(object))) => {
            // What is at the end of the path is replaced, so it is not looked for.
            let inner = if rest.is_empty() { None } else { object.members().get(name) };
            let value = set_in(rest, inner, result)?;
            Ok(Value::Object(object.with_member(name, value, &Guess::default())))
        }
        (Place::Item(index), Some(Value::Array(array))) if *index < array.items().len() => {
            let value = set_in(rest, array.items().get(*index), result)?;
            let mut items = array.items().to_vec();
            if let Some(item) = items.get_mut(*index) {
                *item = value;
            }
            Ok(Value::array(items))
        }
        _ => Err(conflict(place, container.unwrap_or(&Value::Null))),
    }
}

/// Refuses a value that is nested more deeply than JSON texts may be.
#[inline(always)]
pub(crate) fn check_depth(value: Value) -> Result<Value, EvalError> {
    if value.depth() > MAX_DEPTH {
        // What is handed on is a copy in memory, so that the value itself needs none.
        return Err(too_deep(value.into_place()));
    }
    Ok(value)
}

#[cold]
#[inline(never)]
fn too_deep(value: Value) -> EvalError {
    EvalError::runtime(format!(
        "Document nesting depth ({}) exceeds the maximum allowed ({MAX_DEPTH})",
        value.depth()
    ))
}

fn conflict(place: &Place, input: &Value) -> EvalError {
    let step = match place {
        Place::Member(name) => name.to_string(),
        Place::Item(index) => index.to_string(),
    };
    EvalError {
        name: REFERENCE_PATH_CONFLICT,
        cause: format!("Unable to apply step \"{step}\" to input {}", input.to_text()),
    }
}

const NOT_SINGLE: &str = "The path must identify a single node";

/// Compiles a path that has to be a reference path but may start from `$$` or a variable: Variable
/// and the `…Path` fields of Choice rules, ItemsPath, SecondsPath and their like.
///
/// # Errors
///
/// Why it is no reference path, as AWS says it after "Value is not a Reference Path: ".
pub fn parse_reference_path(text: &str) -> Result<Path, SyntaxError> {
    if let Some(offset) = bracket_without_index(text) {
        return Err(SyntaxError::new("'[' must be followed by ' or '['", offset));
    }
    let path = Path::parse(text)?;
    if !path.is_reference_path() {
        return Err(SyntaxError::new(NOT_SINGLE, 0));
    }
    Ok(path)
}

/// The offset of a bracket, outside of quotes, that neither a quote nor an index follows.
fn bracket_without_index(text: &str) -> Option<usize> {
    let mut characters = text.char_indices().peekable();
    while let Some((offset, character)) = characters.next() {
        if character != '[' {
            continue;
        }
        match characters.peek() {
            Some((_, quote @ ('\'' | '"'))) => {
                let quote = *quote;
                characters.next();
                let mut escaped = false;
                for (_, inner) in characters.by_ref() {
                    if inner == quote && !escaped {
                        break;
                    }
                    escaped = inner == '\\' && !escaped;
                }
            }
            Some((_, first)) if first.is_ascii_digit() || matches!(first, '-' | ' ') => {}
            _ => return Some(offset),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use json::parse;

    use super::ReferencePath;

    fn set(path: &str, document: &str, value: &str) -> Result<String, String> {
        let path = ReferencePath::parse(path).map_err(|error| error.to_string())?;
        let set = path.set(&parse(document).unwrap(), parse(value).unwrap());
        set.map(|value| value.to_text()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_value_is_put_in_its_place() {
        let cases = [
            ("$", r#"{"a":1}"#, r#"[2]"#),
            ("$.a", r#"{"a":1,"b":2}"#, r#"{"a":[2],"b":2}"#),
            ("$.c", r#"{"a":1}"#, r#"{"a":1,"c":[2]}"#),
            ("$.c.d['e f']", r#"{"a":1}"#, r#"{"a":1,"c":{"d":{"e f":[2]}}}"#),
            ("$.a[1].b", r#"{"a":[0,{"x":1}]}"#, r#"{"a":[0,{"x":1,"b":[2]}]}"#),
            ("$[0]", r#"[7,8]"#, r#"[[2],8]"#),
        ];
        for (path, document, expected) in cases {
            assert_eq!(set(path, document, "[2]").as_deref(), Ok(expected), "{path}");
        }
    }

    #[test]
    fn what_does_not_fit_is_a_conflict() {
        let cases = [
            ("$.a", r#""text""#, r#"Unable to apply step "a" to input "text""#),
            ("$.a.b", r#"{"a":[1]}"#, r#"Unable to apply step "b" to input [1]"#),
            ("$.a[1]", r#"{"a":[1]}"#, r#"Unable to apply step "1" to input [1]"#),
            ("$.a", "null", r#"Unable to apply step "a" to input null"#),
        ];
        for (path, document, expected) in cases {
            let error = set(path, document, "1").unwrap_err();
            assert_eq!(error, format!("States.ReferencePathConflict: {expected}"), "{path}");
        }
    }

    #[test]
    fn only_single_nodes_can_be_referenced() {
        for path in [
            "",
            "a",
            "$.a[*]",
            "$..a",
            "$.a[0:1]",
            "$.a[0,1]",
            "$.a[?(@.b)]",
            "$$.a",
            "$.a[-1]",
            "$['a','b']",
            "$name",
            "$.a.length()",
        ] {
            assert!(ReferencePath::parse(path).is_err(), "{path}");
        }
    }
}
