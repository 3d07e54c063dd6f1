use std::cell::{Cell, RefCell};

use json::Value;

use super::function::{java_class, java_text};
use super::step::{Name, Step, Steps};
use super::{PathError, effective_index, follow};

/// How many values one evaluation may visit, all filters and scans included.
const MAX_VISITS: u32 = 2_000_000;

/// One evaluation of a path on a document.
pub(crate) struct Evaluation<'d> {
    /// What `$` means, in filters too.
    pub document: &'d Value,
    visits: Cell<u32>,
    /// What the paths from `$` in filters led to: they need no second evaluation for further items.
    known: RefCell<Vec<(*const Steps, Option<Value>)>>,
}

impl<'d> Evaluation<'d> {
    pub fn new(document: &'d Value) -> Evaluation<'d> {
        Evaluation { document, visits: Cell::new(0), known: RefCell::new(Vec::new()) }
    }

    /// The value of a definite path, or the array of the matches of an indefinite one.
    pub fn value_of(&self, steps: &Steps, start: &Value) -> Result<Value, PathError> {
        let mut results = self.matches_of(steps, start, false)?;
        if !steps.is_definite() {
            return Ok(Value::array(results));
        }
        results
            .pop()
            .ok_or_else(|| PathError::not_found(format!("No results for path: {}", steps.canonical())))
    }

    /// The value of a path in a filter; none where there is nothing.
    pub fn value_in_filter(&self, steps: &Steps, item: &Value) -> Result<Option<Value>, PathError> {
        let start = if steps.is_relative { item } else { self.document };
        if steps.is_plain {
            self.visit()?;
            return Ok(follow(&steps.steps, start).cloned());
        }
        let key: *const Steps = steps;
        if !steps.is_relative
            && let Some((_, value)) = self.known.borrow().iter().find(|(known, _)| std::ptr::eq(*known, key))
        {
            self.visit()?;
            return Ok(value.clone());
        }
        let value = match self.value_of(steps, start) {
            Ok(value) => Some(value),
            Err(error) if error.is_not_found => None,
            Err(error) => return Err(error),
        };
        if !steps.is_relative {
            self.known.borrow_mut().push((key, value.clone()));
        }
        Ok(value)
    }

    /// Whether a path in a filter leads anywhere. An indefinite path always does, unless a name in it is missing.
    pub fn exists_in_filter(&self, steps: &Steps, item: &Value) -> Result<bool, PathError> {
        let start = if steps.is_relative { item } else { self.document };
        if steps.is_plain {
            self.visit()?;
            return Ok(follow(&steps.steps, start).is_some());
        }
        match self.matches_of(steps, start, true) {
            Ok(matches) => Ok(!steps.is_definite() || !matches.is_empty()),
            Err(error) if error.is_not_found => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn matches_of(
        &self,
        steps: &Steps,
        start: &Value,
        names_are_required: bool,
    ) -> Result<Vec<Value>, PathError> {
        let mut walk = Walk { evaluation: self, steps, names_are_required, results: Vec::new() };
        walk.go(0, start)?;
        Ok(walk.results)
    }

    fn visit(&self) -> Result<(), PathError> {
        let visits = self.visits.get() + 1;
        self.visits.set(visits);
        if visits > MAX_VISITS {
            return Err(PathError::new(format!("The path visits more than {MAX_VISITS} values")));
        }
        Ok(())
    }
}

struct Walk<'w, 'd> {
    evaluation: &'w Evaluation<'d>,
    steps: &'w Steps,
    /// Whether a missing name is an error on an indefinite path too.
    names_are_required: bool,
    results: Vec<Value>,
}

impl Walk<'_, '_> {
    /// Applies the steps from one on. It calls itself only for steps that branch, of which a path
    /// has a limited number.
    fn go(&mut self, from: usize, value: &Value) -> Result<(), PathError> {
        let steps = self.steps;
        let mut value = value.clone();
        for (at, step) in steps.steps.iter().enumerate().skip(from) {
            self.evaluation.visit()?;
            let is_leaf = at + 1 == steps.steps.len();
            let upstream_is_definite = at <= steps.definite_prefix;
            match step {
                Step::Name(name) => match self.member(at, name, &value)? {
                    Some(member) => value = member,
                    None => return Ok(()),
                },
                Step::Names(names) => {
                    let Value::Object(object) = &value else { return self.not_an_object(at, &value) };
                    if is_leaf {
                        let present = names.iter().filter_map(|name| {
                            object.members().get(&name.text).map(|member| (name.text.clone(), member.clone()))
                        });
                        value = Value::from_members(present);
                        continue;
                    }
                    for name in names {
                        if let Some(member) = self.member(at, name, &value)? {
                            self.go(at + 1, &member)?;
                        }
                    }
                    return Ok(());
                }
                Step::Index(index) => {
                    let Some(items) = self.items(at, &value)? else { return Ok(()) };
                    let Some(item) =
                        effective_index(*index, items.len()).and_then(|position| items.get(position))
                    else {
                        return Ok(());
                    };
                    value = item.clone();
                }
                Step::Indexes(indexes) => {
                    let Some(items) = self.items(at, &value)? else { return Ok(()) };
                    for index in indexes {
                        if let Some(position) = effective_index(*index, items.len())
                            && let Some(item) = items.get(position)
                        {
                            self.go(at + 1, item)?;
                        }
                    }
                    return Ok(());
                }
                Step::Slice { from, to } => {
                    let Some(items) = self.items(at, &value)? else { return Ok(()) };
                    for index in slice(*from, *to, items.len()) {
                        if let Some(position) = effective_index(index, items.len())
                            && let Some(item) = items.get(position)
                        {
                            self.go(at + 1, item)?;
                        }
                    }
                    return Ok(());
                }
                Step::Wildcard => {
                    match &value {
                        Value::Object(object) => {
                            for member in object.members().values() {
                                self.go_leniently(at + 1, member)?;
                            }
                        }
                        Value::Array(array) => {
                            for item in array.items() {
                                self.go_leniently(at + 1, item)?;
                            }
                        }
                        _ => {}
                    }
                    return Ok(());
                }
                Step::Scan => return self.scan(at, &value),
                Step::Filter(filter) => {
                    match &value {
                        Value::Object(_) => {
                            if !filter.accepts(&value, self.evaluation)? {
                                return Ok(());
                            }
                            continue;
                        }
                        Value::Array(array) => {
                            for item in array.items() {
                                if filter.accepts(item, self.evaluation)? {
                                    self.go(at + 1, item)?;
                                }
                            }
                        }
                        _ if upstream_is_definite => {
                            return Err(PathError::new(format!(
                                "Filter: {} can not be applied to primitives. Current context is: {}",
                                self.fragments(at),
                                java_text(&value)
                            )));
                        }
                        _ => {}
                    }
                    return Ok(());
                }
                Step::Function(function) => {
                    let result = function.call(&value, self.evaluation)?;
                    if !is_leaf {
                        self.results.push(result.clone());
                    }
                    value = result;
                }
            }
        }
        self.evaluation.visit()?;
        self.results.push(value);
        Ok(())
    }

    /// A wildcard goes on with its other matches where one of them leads nowhere.
    fn go_leniently(&mut self, from: usize, value: &Value) -> Result<(), PathError> {
        match self.go(from, value) {
            Err(error) if error.is_not_found && !self.names_are_required => Ok(()),
            other => other,
        }
    }

    fn scan(&mut self, at: usize, start: &Value) -> Result<(), PathError> {
        let steps = self.steps;
        let Some(target) = steps.steps.get(at + 1) else { return Ok(()) };
        let target_is_leaf = at + 2 == steps.steps.len();
        let mut pending = vec![start.clone()];
        while let Some(value) = pending.pop() {
            self.evaluation.visit()?;
            match &value {
                Value::Object(object) => {
                    let members = object.members();
                    let matches = match target {
                        Step::Name(name) => self.names_are_required || members.contains_key(&name.text),
                        Step::Names(names) => {
                            self.names_are_required
                                || !target_is_leaf
                                || names.iter().all(|name| members.contains_key(&name.text))
                        }
                        Step::Wildcard => true,
                        Step::Filter(filter) => filter.accepts(&value, self.evaluation)?,
                        _ => false,
                    };
                    if matches {
                        self.go(at + 1, &value)?;
                    }
                    pending.extend(members.values().rev().filter(|member| is_container(member)).cloned());
                }
                Value::Array(array) => {
                    let matches = match target {
                        Step::Index(_) | Step::Indexes(_) | Step::Slice { .. } | Step::Wildcard => true,
                        Step::Filter(filter) => filter.accepts(&value, self.evaluation)?,
                        _ => false,
                    };
                    if matches && target_is_leaf {
                        self.go(at + 1, &value)?;
                    } else if matches {
                        // Jayway applies what follows to every item here, whatever the index says.
                        for item in array.items() {
                            self.go(at + 2, item)?;
                        }
                    }
                    pending.extend(array.items().iter().rev().filter(|item| is_container(item)).cloned());
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn member(&self, at: usize, name: &Name, value: &Value) -> Result<Option<Value>, PathError> {
        let Value::Object(object) = value else { return self.not_an_object(at, value) };
        if let Some(member) = object.members().get(&name.text) {
            return Ok(Some(member.clone()));
        }
        let place = || format!("{}['{}']", self.steps.place(at), name.text);
        let is_leaf = at + 1 == self.steps.steps.len();
        if is_leaf {
            if self.names_are_required {
                return Err(PathError::not_found(format!("No results for path: {}", place())));
            }
            return Ok(None);
        }
        if at < self.steps.definite_prefix || self.names_are_required {
            return Err(PathError::not_found(format!("Missing property in path {}", place())));
        }
        Ok(None)
    }

    fn not_an_object<T: Default>(&self, at: usize, value: &Value) -> Result<T, PathError> {
        if at > self.steps.definite_prefix {
            return Ok(T::default());
        }
        let mut fragment = String::new();
        if let Some(step) = self.steps.steps.get(at) {
            step.write_fragment(&mut fragment);
        }
        Err(PathError::not_found(format!(
            "Expected to find an object with property {fragment} in path {} but found '{}'. This is not a \
             json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'.",
            self.steps.place(at),
            java_class(value)
        )))
    }

    fn items<'v>(&self, at: usize, value: &'v Value) -> Result<Option<&'v [Value]>, PathError> {
        match value {
            Value::Array(array) => Ok(Some(array.items())),
            _ if at > self.steps.definite_prefix => Ok(None),
            Value::Null => Err(PathError::not_found(format!("The path {} is null", self.steps.place(at)))),
            other => Err(PathError::not_found(format!(
                "Filter: {} can only be applied to arrays. Current context is: {}",
                self.fragments(at),
                java_text(other)
            ))),
        }
    }

    fn fragments(&self, from: usize) -> String {
        let mut text = String::new();
        self.steps.write_fragments(from, &mut text);
        text
    }
}

fn is_container(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

/// The indexes of a slice. With both ends, a negative start is not counted from the end but walked
/// through, and a negative end matches nothing, as Jayway does it.
fn slice(from: Option<i64>, to: Option<i64>, length: usize) -> std::ops::Range<i64> {
    let length = length as i64;
    match (from, to) {
        (Some(from), None) => (if from < 0 { length.saturating_add(from) } else { from }).max(0)..length,
        (None, Some(to)) => 0..(if to < 0 { length.saturating_add(to) } else { to }).min(length),
        (Some(from), Some(to)) => from.max(-length)..to.min(length),
        (None, None) => 0..0,
    }
}
