use std::fmt::Write;

use json::{Guess, Str};

use super::filter::Filter;
use super::function::Function;

/// A compiled path without its root: what follows `$` or `@`.
#[derive(Debug)]
pub struct Steps {
    pub steps: Box<[Step]>,
    /// How many steps at the beginning lead to one value each.
    pub definite_prefix: usize,
    /// Whether there are only names and single indexes, which need no machinery to follow.
    pub is_plain: bool,
    /// Whether the path is relative to the item of a filter (`@`).
    pub is_relative: bool,
    /// Whether the text goes on after the steps with a character that Jayway doesn't look at.
    pub has_ignored_end: bool,
}

/// One step of a path.
#[derive(Debug)]
pub enum Step {
    Name(Name),
    Names(Box<[Name]>),
    Index(i64),
    Indexes(Box<[i64]>),
    Slice {
        from: Option<i64>,
        to: Option<i64>,
    },
    Wildcard,
    /// `..`: what follows is looked for at every depth.
    Scan,
    Filter(Box<Filter>),
    Function(Box<Function>),
}

/// The name of a member, with the quotes that it was written in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    pub text: Str,
    pub quote: char,
    /// Where it was among the names of an object.
    pub place: Guess,
}

impl Steps {
    pub fn new(steps: Vec<Step>, is_relative: bool) -> Steps {
        let last = steps.len().wrapping_sub(1);
        let is_definite = |position: usize, step: &Step| match step {
            Step::Name(_) | Step::Index(_) | Step::Function(_) => true,
            // Several names at the end give one object, elsewhere several values.
            Step::Names(_) => position == last,
            _ => false,
        };
        let definite_prefix = steps
            .iter()
            .enumerate()
            .position(|(position, step)| !is_definite(position, step))
            .unwrap_or(steps.len());
        let is_plain = steps.iter().all(|step| matches!(step, Step::Name(_) | Step::Index(_)));
        Steps {
            steps: steps.into_boxed_slice(),
            definite_prefix,
            is_plain,
            is_relative,
            has_ignored_end: false,
        }
    }

    /// Whether the path leads to at most one value.
    pub fn is_definite(&self) -> bool {
        self.definite_prefix == self.steps.len()
    }

    /// The path in canonical notation, as messages show it: `$['a'][0]`.
    pub fn canonical(&self) -> String {
        let mut text = String::from(if self.is_relative { "@" } else { "$" });
        self.write_fragments(0, &mut text);
        text
    }

    /// The canonical notation of the steps from one on.
    pub fn write_fragments(&self, from: usize, out: &mut String) {
        for step in self.steps.iter().skip(from) {
            step.write_fragment(out);
        }
    }

    /// Where the evaluation stands before a step, as messages show it (names are not escaped there).
    pub fn place(&self, before: usize) -> String {
        let mut text = String::from(if self.is_relative { "@" } else { "$" });
        for step in self.steps.iter().take(before) {
            match step {
                Step::Name(name) => {
                    let _ = write!(text, "['{}']", name.text);
                }
                Step::Function(_) => {}
                other => other.write_fragment(&mut text),
            }
        }
        text
    }
}

impl Step {
    pub fn write_fragment(&self, out: &mut String) {
        match self {
            Step::Name(name) => write_names(std::slice::from_ref(name), out),
            Step::Names(names) => write_names(names, out),
            Step::Index(index) => {
                let _ = write!(out, "[{index}]");
            }
            Step::Indexes(indexes) => {
                out.push('[');
                for (position, index) in indexes.iter().enumerate() {
                    if position > 0 {
                        out.push(',');
                    }
                    let _ = write!(out, "{index}");
                }
                out.push(']');
            }
            Step::Slice { from, to } => {
                out.push('[');
                if let Some(from) = from {
                    let _ = write!(out, "{from}");
                }
                out.push(':');
                if let Some(to) = to {
                    let _ = write!(out, "{to}");
                }
                out.push(']');
            }
            Step::Wildcard => out.push_str("[*]"),
            Step::Scan => out.push_str(".."),
            Step::Filter(_) => out.push_str("[?]"),
            Step::Function(function) => {
                let _ = write!(out, ".{}", function.name);
                out.push_str(if function.arguments.is_empty() { "()" } else { "(...)" });
            }
        }
    }
}

fn write_names(names: &[Name], out: &mut String) {
    out.push('[');
    for (position, name) in names.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        out.push(name.quote);
        for character in name.text.chars() {
            if matches!(character, '\\' | '\'') {
                out.push('\\');
            }
            out.push(character);
        }
        out.push(name.quote);
    }
    out.push(']');
}
