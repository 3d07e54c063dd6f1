//! What a definition tells of a task's arguments.

use std::collections::HashMap;

use asl::{Document, QueryLanguage, State};
use json::{Map, Value};

use crate::text::Text;

/// What is known of a value before the workflow runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    Known(Text),
    /// Some of it, with `*` for what is only known at run time.
    Partly(Text),
    RunTime,
    Missing,
}

impl Given {
    pub fn known(&self) -> Option<&Text> {
        match self {
            Given::Known(text) => Some(text),
            _ => None,
        }
    }
}

/// The arguments of a task, or of a reader or a writer.
#[derive(Clone, Debug)]
pub struct Arguments<'d> {
    value: Option<Value>,
    language: QueryLanguage,
    constants: &'d Constants,
}

/// Variables that have one value only, which is told in the definition.
#[derive(Clone, Debug, Default)]
pub struct Constants {
    values: HashMap<String, Option<Text>>,
}

impl Constants {
    pub fn of(document: &Document) -> Constants {
        let mut values: HashMap<String, Option<Text>> = HashMap::new();
        let mut set = |name: &str, text: Option<Text>| {
            let entry = values.entry(name.to_owned());
            // A variable that is set twice may have either value.
            entry.and_modify(|known| *known = None).or_insert(text);
        };
        for state in document.states() {
            let catchers = state.value("Catch");
            let catchers = catchers.iter().flat_map(|catchers| catchers.as_array().unwrap_or_default());
            let assigned = catchers.filter_map(|catcher| catcher.get("Assign").cloned());
            let choices = state.value("Choices");
            let choices = choices.iter().flat_map(|choices| choices.as_array().unwrap_or_default());
            let chosen = choices.filter_map(|choice| choice.get("Assign").cloned());
            for assign in state.value("Assign").into_iter().chain(assigned).chain(chosen) {
                for (name, value) in assign.as_object().into_iter().flat_map(Map::iter) {
                    let name = name.strip_suffix(".$").unwrap_or(name);
                    let text = value.as_str().filter(|text| !text.trim_start().starts_with("{%"));
                    let is_literal = assign.get(&format!("{name}.$")).is_none();
                    set(name, text.filter(|_| is_literal).map(Text::parse));
                }
            }
        }
        Constants { values }
    }

    fn get(&self, name: &str) -> Option<&Text> {
        self.values.get(name).and_then(Option::as_ref)
    }
}

impl<'d> Arguments<'d> {
    pub fn of_task(state: State<'_>, constants: &'d Constants) -> Arguments<'d> {
        let field = match state.language() {
            QueryLanguage::JsonPath => "Parameters",
            QueryLanguage::Jsonata => "Arguments",
        };
        Arguments::new(state.value(field), state.language(), constants)
    }

    pub fn new(value: Option<Value>, language: QueryLanguage, constants: &'d Constants) -> Arguments<'d> {
        Arguments { value, language, constants }
    }

    /// The value of a member.
    pub fn get(&self, name: &str) -> Given {
        let Some(value) = &self.value else { return Given::RunTime };
        let Some(members) = value.as_object() else { return Given::RunTime };
        if let Some(value) = members.get(name) {
            return self.given(value);
        }
        match members.get(&format!("{name}.$")) {
            Some(value) => path(value, self.constants),
            None => Given::Missing,
        }
    }

    /// The first of several members that is there.
    pub fn first(&self, names: &[&str]) -> Given {
        let mut found = names.iter().map(|name| self.get(name));
        found.find(|given| *given != Given::Missing).unwrap_or(Given::Missing)
    }

    /// The arguments inside of a member.
    pub fn inner(&self, name: &str) -> Arguments<'d> {
        let members = self.value.as_ref().and_then(Value::as_object);
        let value = match members {
            Some(members) if members.contains_key(&format!("{name}.$")) => None,
            Some(members) => Some(members.get(name).cloned().unwrap_or_else(|| Map::new().into())),
            None => None,
        };
        Arguments { value, language: self.language, constants: self.constants }
    }

    /// The arguments of each item of a list; none if the list is only known at run time.
    pub fn items(&self, name: &str) -> Option<Vec<Arguments<'d>>> {
        let members = self.value.as_ref().and_then(Value::as_object)?;
        if members.contains_key(&format!("{name}.$")) {
            return None;
        }
        let Some(value) = members.get(name) else { return Some(Vec::new()) };
        let items = value.as_array()?;
        let of = |item: &Value| Arguments::new(Some(item.clone()), self.language, self.constants);
        Some(items.iter().map(of).collect())
    }

    /// The names of the members, and what they are; those that end in `.$` without that.
    pub fn members(&self) -> Vec<(String, Given)> {
        let members = self.value.as_ref().and_then(Value::as_object);
        let members = members.into_iter().flat_map(Map::iter);
        members
            .map(|(name, value)| match name.strip_suffix(".$") {
                Some(name) => (name.to_owned(), path(value, self.constants)),
                None => (name.to_string(), self.given(value)),
            })
            .collect()
    }

    /// The members that are lists of texts.
    pub fn list(&self, name: &str) -> Vec<Given> {
        let members = self.value.as_ref().and_then(Value::as_object);
        let Some(value) = members.and_then(|members| members.get(name)) else { return Vec::new() };
        value.as_array().unwrap_or_default().iter().map(|item| self.given(item)).collect()
    }

    /// Whether nothing is known of any member.
    pub fn is_run_time(&self) -> bool {
        self.value.as_ref().is_none_or(|value| value.as_object().is_none())
    }

    /// All texts in the arguments, at any depth, with the names that they stand under.
    pub fn texts(&self) -> Vec<(String, Given)> {
        let mut out = Vec::new();
        let mut waiting: Vec<(String, &Value)> =
            self.value.iter().map(|value| (String::new(), value)).collect();
        while let Some((name, value)) = waiting.pop() {
            match value {
                Value::Object(_) => {
                    let members = value.as_object().into_iter().flat_map(Map::iter);
                    let first = waiting.len();
                    waiting.extend(members.map(|(name, value)| (name.to_string(), value)));
                    if let Some(added) = waiting.get_mut(first..) {
                        added.reverse();
                    }
                }
                Value::Array(_) => {
                    let items = value.as_array().unwrap_or_default().iter().rev();
                    waiting.extend(items.map(|value| (name.clone(), value)));
                }
                Value::String(_) => out.push(match name.strip_suffix(".$") {
                    Some(short) => (short.to_owned(), path(value, self.constants)),
                    None => (name, self.given(value)),
                }),
                _ => {}
            }
        }
        out
    }

    fn given(&self, value: &Value) -> Given {
        match value {
            Value::String(text) => match (self.language, expression(text)) {
                (QueryLanguage::Jsonata, Some(expression)) => of_expression(expression, self.constants),
                _ => Given::Known(Text::parse(text)),
            },
            Value::Number(_) | Value::Bool(_) => Given::Known(Text::literal(value.to_text())),
            Value::Null => Given::Missing,
            Value::Array(_) | Value::Object(_) => Given::RunTime,
        }
    }
}

/// What stands between `{%` and `%}`.
pub fn expression(text: &str) -> Option<&str> {
    text.trim().strip_prefix("{%")?.strip_suffix("%}").map(str::trim)
}

/// Literals, variables that are constant, and what begins with one of these: `'a-' & $x`.
fn of_expression(expression: &str, constants: &Constants) -> Given {
    let mut out = Text::default();
    let mut rest = expression;
    loop {
        let part = rest.trim_start();
        let quote = part.chars().next().unwrap_or_default();
        let end = if quote == '\'' || quote == '"' {
            let Some(literal) = part.get(1..).and_then(|inside| inside.split(quote).next()) else { break };
            if literal.contains('\\') || part.len() < literal.len() + 2 {
                break;
            }
            out.push_text(&Text::parse(literal));
            literal.len() + 2
        } else if let Some(name) = part.strip_prefix('$') {
            let length =
                name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            let Some(value) = name.get(..length).and_then(|name| constants.get(name)) else { break };
            out.push_text(value);
            length + 1
        } else {
            break;
        };
        let after = part.get(end..).unwrap_or_default().trim_start();
        if after.is_empty() {
            return Given::Known(out);
        }
        match after.strip_prefix('&') {
            Some(next) => rest = next,
            // What is calculated with the part may be anything.
            None => return Given::RunTime,
        }
    }
    partly(out)
}

fn partly(mut text: Text) -> Given {
    if text.pieces.is_empty() {
        return Given::RunTime;
    }
    text.push(crate::text::Piece::Literal("*".to_owned()));
    Given::Partly(text)
}

/// What a path or an intrinsic function gives: a variable that is constant, or `States.Format` of a known text.
fn path(value: &Value, constants: &Constants) -> Given {
    let Some(text) = value.as_str().map(str::trim) else { return Given::RunTime };
    if let Some(name) =
        text.strip_prefix('$').filter(|name| !name.is_empty() && !name.starts_with(['.', '$', '[']))
    {
        return constants.get(name).map_or(Given::RunTime, |text| Given::Known(text.clone()));
    }
    let Some(inside) = text.strip_prefix("States.Format(") else { return Given::RunTime };
    let format = inside.trim_start().strip_prefix('\'').and_then(|rest| rest.split('\'').next());
    match format {
        Some(format) if !format.contains('\\') && format.contains("{}") && !format.starts_with("{}") => {
            let text = Text::parse(format);
            Given::Partly(text.map_literals(|literal| literal.replace("{}", "*")))
        }
        _ => Given::RunTime,
    }
}
