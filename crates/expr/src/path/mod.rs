//! JSONPath in the dialect of Jayway's JsonPath, which Step Functions follows.
//!
//! A [`Path`] is compiled once. Following names and single indexes allocates nothing; the rest of
//! the language (wildcards, slices, unions, `..`, filters, functions) is evaluated by a walker that
//! is bounded in depth and in the number of values it visits.

mod evaluate;
mod filter;
mod filter_parse;
mod function;
mod parse;
mod regex;
mod step;

use std::borrow::Cow;
use std::fmt;

use json::{Str, Value};

pub(crate) use filter::java_order;
pub use filter::{Filter, Operand, Operator};
pub use function::{Argument as FunctionArgument, Function};
pub use step::{Name, Step, Steps};

use crate::error::{EvalError, REFERENCE_PATH_CONFLICT, SyntaxError};
use crate::references::References;
use crate::scope::{ContextMember, Scope};
use evaluate::Evaluation;

/// A compiled path: `$.order.items[0]`, `$$.State.Name`, `$variable.member`.
#[derive(Debug)]
pub struct Path {
    text: Str,
    root: Root,
    steps: Steps,
    /// Whether there are only names and single indexes, from the state's input.
    is_plain_in_input: bool,
    /// `Value` in `$$.Map.Item.Value.id`, which is among the paths that are evaluated most often.
    map_item_member: Option<Str>,
}

/// What a path starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// `$`: the data of the state.
    Input,
    /// `$$`: the context object.
    Context,
    /// `$name`: a variable.
    Variable(Str),
}

/// Why a path leads to no value, in Jayway's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PathError {
    pub message: String,
    /// Whether there simply was nothing at the end of the path.
    pub is_not_found: bool,
}

impl PathError {
    pub(crate) fn new(message: impl Into<String>) -> PathError {
        PathError { message: message.into(), is_not_found: false }
    }

    pub(crate) fn not_found(message: impl Into<String>) -> PathError {
        PathError { message: message.into(), is_not_found: true }
    }
}

impl fmt::Display for PathError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for PathError {}

impl Path {
    /// Compiles a path as the States Language has them: from `$`, `$$` or `$variable`.
    ///
    /// # Errors
    ///
    /// What Jayway says about a malformed path, or that it does not start with `$`.
    pub fn parse(text: &str) -> Result<Path, SyntaxError> {
        let Some(after_dollar) = text.strip_prefix('$') else {
            return Err(SyntaxError::new("Reference path didn't start with '$'", 0));
        };
        let (root, rest_at) = match after_dollar.chars().next() {
            Some('$') => (Root::Context, 2),
            Some(first) if is_name_start(first) => {
                let end = after_dollar
                    .find(|character: char| !is_name_start(character) && !character.is_numeric())
                    .unwrap_or(after_dollar.len());
                (Root::Variable(after_dollar[..end].into()), 1 + end)
            }
            _ => (Root::Input, 1),
        };
        let rest = text.get(rest_at..).unwrap_or_default();
        // Jayway knows one root only: it gets the rest with its `$`, and offsets are put back.
        let steps = parse::parse(&format!("${rest}")).map_err(|error| SyntaxError {
            offset: (error.offset + rest_at).saturating_sub(1).min(text.len()),
            ..error
        })?;
        let is_plain_in_input = steps.is_plain && root == Root::Input;
        let map_item_member = match &*steps.steps {
            [Step::Name(map), Step::Name(item), Step::Name(name), ..]
                if root == Root::Context
                    && steps.is_plain
                    && &*map.text == "Map"
                    && &*item.text == "Item" =>
            {
                Some(name.text.clone())
            }
            _ => None,
        };
        Ok(Path { text: text.into(), root, steps, is_plain_in_input, map_item_member })
    }

    /// Compiles a path of Jayway's own dialect, where `$.` may be left out and `@` is a root.
    ///
    /// # Errors
    ///
    /// As [`Path::parse`].
    pub fn parse_jayway(text: &str) -> Result<Path, SyntaxError> {
        let steps = parse::parse(text)?;
        let is_plain_in_input = steps.is_plain;
        Ok(Path { text: text.into(), root: Root::Input, steps, is_plain_in_input, map_item_member: None })
    }

    /// The path as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The path as Jayway gets it, from a single `$`; AWS shows it so in some messages.
    pub fn text_from_single_root(&self) -> Cow<'_, str> {
        match &self.root {
            Root::Input => Cow::Borrowed(&*self.text),
            Root::Context => Cow::Borrowed(self.text.get(1..).unwrap_or_default()),
            Root::Variable(name) => {
                Cow::Owned(format!("${}", self.text.get(1 + name.len()..).unwrap_or_default()))
            }
        }
    }

    /// Whether the path leads to at most one value; other paths lead to an array of matches.
    pub fn is_definite(&self) -> bool {
        self.steps.is_definite()
    }

    /// Whether the path is `$`.
    pub fn is_identity(&self) -> bool {
        self.root == Root::Input && self.steps.steps.is_empty()
    }

    /// Whether there are only names and single indexes, so that the path can identify one node.
    pub fn is_reference_path(&self) -> bool {
        self.steps.is_plain
    }

    /// Whether a function of Jayway's (`.length()`) occurs; AWS documents that it has none.
    pub fn has_function(&self) -> bool {
        self.steps.steps.iter().any(|step| matches!(step, Step::Function(_)))
    }

    /// Whether the last character of the text means nothing: `$.a[` is read as `$.a`, as Jayway does it.
    pub fn has_ignored_end(&self) -> bool {
        self.steps.has_ignored_end
    }

    /// What follows the root.
    pub fn steps(&self) -> &[Step] {
        &self.steps.steps
    }

    /// The value that the path leads to: for an indefinite path the array of all matches, which is
    /// empty where nothing matches (recorded on AWS also where a parent is missing).
    ///
    /// # Errors
    ///
    /// A definite path that leads nowhere, or a path that visits too many values.
    pub fn get<'a>(&self, scope: &Scope<'a>) -> Result<Cow<'a, Value>, PathError> {
        match &self.root {
            Root::Input => self.get_in(scope.input),
            Root::Context => self.get_in_context(scope).map(Cow::Owned),
            Root::Variable(name) => match scope.host.variable(name) {
                Some(value) => self.get_in(&value).map(|found| Cow::Owned(found.into_owned())),
                None => Err(PathError::not_found(format!("No results for path: $['{name}']"))),
            },
        }
    }

    /// As [`Path::get`] where only success is of interest; builds no message for a plain path.
    pub fn lookup<'a>(&self, scope: &Scope<'a>) -> Option<Cow<'a, Value>> {
        if self.steps.is_plain {
            match &self.root {
                Root::Input => return follow(&self.steps.steps, scope.input).map(Cow::Borrowed),
                Root::Variable(name) => {
                    let value = scope.host.variable(name)?;
                    return follow(&self.steps.steps, &value).cloned().map(Cow::Owned);
                }
                Root::Context => {}
            }
        }
        self.get(scope).ok()
    }

    /// The value that the path leads to in a document, whatever its root is called.
    ///
    /// # Errors
    ///
    /// As [`Path::get`].
    pub fn get_in<'v>(&self, document: &'v Value) -> Result<Cow<'v, Value>, PathError> {
        if self.steps.is_plain
            && let Some(found) = follow(&self.steps.steps, document)
        {
            return Ok(Cow::Borrowed(found));
        }
        match Evaluation::new(document).value_of(&self.steps, document) {
            Err(error) if error.is_not_found && !self.steps.is_definite() => {
                Ok(Cow::Owned(Value::array(Vec::new())))
            }
            other => other.map(Cow::Owned),
        }
    }

    fn get_in_context(&self, scope: &Scope<'_>) -> Result<Value, PathError> {
        if let Some(name) = &self.map_item_member
            && let ContextMember::Found(member) = scope.host.map_item_member(name)
            && let Some(found) = follow(self.steps.steps.get(3..).unwrap_or_default(), &member)
        {
            return Ok(found.clone());
        }
        if let [Step::Name(group), Step::Name(name), rest @ ..] = &*self.steps.steps
            && self.steps.is_plain
            && let ContextMember::Found(member) = scope.host.context_member(&group.text, &name.text)
            && let Some(found) = follow(rest, &member)
        {
            return Ok(found.clone());
        }
        let object = scope.host.context_object();
        self.get_in(&object).map(Cow::into_owned)
    }

    /// The value for InputPath, OutputPath and the other fields that are one path.
    ///
    /// # Errors
    ///
    /// `States.Runtime`, "Invalid path '$.x' : …" with Jayway's words.
    pub fn select(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        if self.is_identity() {
            return Ok(scope.input.clone());
        }
        if self.root == Root::Input && scope.input.is_null() {
            return Err(EvalError::runtime("Unable to apply Path transformation to null or empty input."));
        }
        match self.get(scope) {
            Ok(found) => Ok(found.into_owned()),
            Err(error) => {
                Err(EvalError::runtime(format!("Invalid path '{}' : {}", self.text, error.message)))
            }
        }
    }

    /// What a path of names and indexes in the input leads to; none for every other path too.
    #[inline]
    pub(crate) fn find_plainly<'v>(&self, input: &'v Value) -> Option<&'v Value> {
        if self.is_plain_in_input { follow(&self.steps.steps, input) } else { None }
    }

    /// The array for ItemsPath.
    ///
    /// # Errors
    ///
    /// `States.Runtime`, "Reference path \"$.x\" must point to array." (recorded), or
    /// `States.ReferencePathConflict` where there is nothing (observed on AWS).
    pub fn select_items(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        match self.get(scope) {
            Ok(found) if found.as_array().is_some() => Ok(found.into_owned()),
            Ok(_) => Err(EvalError::runtime(format!(
                "Reference path \"{}\" must point to array.",
                self.text_from_single_root()
            ))),
            Err(error) => {
                // The step that fails is the one after the longest prefix that leads somewhere.
                let steps = &self.steps.steps;
                let failing = (0..steps.len())
                    .find(|end| follow(steps.get(..=*end).unwrap_or_default(), scope.input).is_none());
                match failing.and_then(|position| steps.get(position)) {
                    Some(Step::Name(name)) if self.root == Root::Input => Err(EvalError {
                        name: REFERENCE_PATH_CONFLICT,
                        cause: format!(
                            "Unable to apply step \"{}\" to input {}",
                            name.text,
                            scope.input.to_text()
                        ),
                    }),
                    _ => Err(EvalError::runtime(format!("Invalid path '{}' : {}", self.text, error.message))),
                }
            }
        }
    }

    /// The value for a member of a payload template, ErrorPath or CausePath.
    ///
    /// # Errors
    ///
    /// `States.Runtime`, with the words that AWS has for these fields.
    pub fn select_for_field(&self, field: &str, scope: &Scope<'_>) -> Result<Value, EvalError> {
        if let Some(found) = self.find_plainly(scope.input) {
            return Ok(found.clone());
        }
        match self.get(scope) {
            Ok(found) => Ok(found.into_owned()),
            Err(_) => Err(EvalError::runtime(format!(
                "The JSONPath '{}' specified for the field '{field}' could not be found in the input '{}'",
                self.text,
                scope.input.to_text()
            ))),
        }
    }

    /// Adds what the path reads.
    pub fn references(&self, references: &mut References) {
        match &self.root {
            Root::Input => references.input = true,
            Root::Variable(name) => {
                references.variables.insert(name.clone());
            }
            Root::Context => {
                let mut field = String::new();
                for step in &self.steps.steps {
                    let Step::Name(name) = step else { break };
                    if !field.is_empty() {
                        field.push('.');
                    }
                    field.push_str(&name.text);
                }
                references.context.insert(field.into());
            }
        }
    }
}

/// Follows names and single indexes; none where something is missing or another kind of step stands.
pub(crate) fn follow<'v>(steps: &[Step], document: &'v Value) -> Option<&'v Value> {
    let mut value = document;
    for step in steps {
        value = match (step, value) {
            (Step::Name(name), Value::Object(object)) => {
                object.members().get_near(&name.text, &name.place)?
            }
            (Step::Index(index), Value::Array(array)) => {
                let items = array.items();
                items.get(effective_index(*index, items.len())?)?
            }
            _ => return None,
        };
    }
    Some(value)
}

/// A negative index counts from the end.
pub(crate) fn effective_index(index: i64, length: usize) -> Option<usize> {
    usize::try_from(if index < 0 { index.checked_add(length as i64)? } else { index }).ok()
}

fn is_name_start(character: char) -> bool {
    character.is_alphabetic() || character == '_'
}
