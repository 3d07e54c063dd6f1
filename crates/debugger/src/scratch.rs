//! Trying expressions on the data at a position: what can stand at the cursor, from the data that is there.

use asl::QueryLanguage;
use engine::TaskHost;
use json::{Map, Span, Str, Value};
use jsonata::{CompileOptions, CompletionKind, CompletionRequest};

use crate::query::{Env, Query};
use crate::session::Session;

/// Something that can stand at the cursor.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// What is written in place of [`Suggestions::replaces`].
    pub text: String,
    /// A sample of the value, or a signature.
    pub detail: String,
    pub documentation: &'static str,
    pub kind: SuggestionKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SuggestionKind {
    Function,
    Variable,
    Member,
    Word,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Suggestions {
    /// The part of the text that is written anew, in bytes.
    pub replaces: Span,
    pub options: Vec<Suggestion>,
}

/// Letters of a sample.
const MOST_LETTERS: usize = 60;

impl<H: TaskHost + Clone> Session<H> {
    /// What can stand at an offset of an expression that is tried at the cursor.
    pub fn suggestions(&self, text: &str, offset: usize, language: QueryLanguage) -> Suggestions {
        match self.env(self.cursor().position) {
            Some(env) => suggestions(&env, text, offset, language),
            None => Suggestions { replaces: Span::empty_at(offset), options: Vec::new() },
        }
    }
}

/// What can stand at an offset of an expression that sees what is given.
pub fn suggestions(env: &Env<'_>, text: &str, offset: usize, language: QueryLanguage) -> Suggestions {
    let typed = text.get(..offset).unwrap_or(text);
    // In `{% … %}` the language is JSONata in any case, also inside of a template.
    let begun = typed.rfind("{%").map(|at| at + 2);
    let is_open = begun.is_some_and(|begun| !typed.get(begun..).unwrap_or_default().contains("%}"));
    match (language, begun.filter(|_| is_open)) {
        (_, Some(begun)) => {
            let rest = text.get(begun..).unwrap_or_default();
            let body = rest.split("%}").next().unwrap_or(rest);
            in_jsonata(env, body, offset - begun, begun)
        }
        (QueryLanguage::Jsonata, None) => in_jsonata(env, text, offset, 0),
        (QueryLanguage::JsonPath, None) => in_jsonpath(env, typed, text),
    }
}

fn in_jsonata(env: &Env<'_>, text: &str, offset: usize, shift: usize) -> Suggestions {
    let states = env.states_object(true);
    let known = variables_of(env);
    let mut variables: Vec<(&str, Option<&Value>)> = vec![("states", Some(&states))];
    variables.extend(known.iter().map(|(name, value)| (&***name, Some(*value))));
    let options = CompileOptions::STEP_FUNCTIONS;
    let request = CompletionRequest { text, offset, options, variables: &variables, input: Some(env.data) };
    let found = jsonata::complete(&request);
    let replaces = found.first().map_or(Span::empty_at(offset), |first| first.replaces);
    let options = found.into_iter().map(|found| Suggestion {
        kind: match found.kind {
            CompletionKind::Function => SuggestionKind::Function,
            CompletionKind::Variable => SuggestionKind::Variable,
            CompletionKind::Member => SuggestionKind::Member,
            CompletionKind::Keyword => SuggestionKind::Word,
        },
        text: found.text,
        detail: found.detail,
        documentation: found.documentation,
    });
    Suggestions {
        replaces: Span::new(replaces.start + shift, replaces.end + shift),
        options: options.collect(),
    }
}

fn in_jsonpath(env: &Env<'_>, typed: &str, text: &str) -> Suggestions {
    // The operand that the cursor ends: after whatever can't be in a path of plain names.
    let start = typed
        .rfind(['(', ',', ' ', '"', ':', '=', '<', '>', '!', '\n', '\t', '{'])
        .map_or(0, |position| position + 1);
    let operand = typed.get(start..).unwrap_or_default();
    let mut options = Vec::new();
    let begun = match operand.rfind('.') {
        Some(dot) if operand.starts_with('$') => {
            let parent = operand.get(..dot).unwrap_or_default();
            let value = Query::compile(parent, QueryLanguage::JsonPath).ok();
            let value = value.and_then(|query| query.evaluate(env).ok().flatten());
            // What stands in a list is of one kind, as a rule.
            let value = match &value {
                Some(Value::Array(items)) => items.items().first().cloned(),
                _ => value,
            };
            let members = value.as_ref().and_then(Value::as_object).into_iter().flat_map(Map::iter);
            for (name, value) in members {
                if name.chars().all(|letter| letter.is_alphanumeric() || letter == '_') {
                    options.push(suggestion(SuggestionKind::Member, name, short(value)));
                }
            }
            dot + 1
        }
        _ => {
            options.push(suggestion(SuggestionKind::Variable, "$", short(env.data)));
            options.push(suggestion(SuggestionKind::Variable, "$$", "the context object".to_owned()));
            for (name, value) in variables_of(env) {
                options.push(suggestion(SuggestionKind::Variable, &format!("${name}"), short(value)));
            }
            for function in expr::intrinsic::Function::ALL {
                let detail = "intrinsic function".to_owned();
                options.push(suggestion(SuggestionKind::Function, &format!("{}(", function.name()), detail));
            }
            0
        }
    };
    let end = typed.len()
        + text
            .get(typed.len()..)
            .and_then(|rest| rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_'))
            .unwrap_or(text.len() - typed.len());
    Suggestions { replaces: Span::new(start + begun, end), options }
}

fn suggestion(kind: SuggestionKind, text: &str, detail: String) -> Suggestion {
    Suggestion { text: text.to_owned(), detail, documentation: "", kind }
}

/// The variables, those that were assigned last first, each once.
fn variables_of<'a>(env: &Env<'a>) -> Vec<(&'a Str, &'a Value)> {
    let mut found: Vec<(&Str, &Value)> = Vec::new();
    for (name, value) in env.assigned.iter().chain(env.variables) {
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, value));
        }
    }
    found
}

fn short(value: &Value) -> String {
    let text = match value {
        Value::Array(items) => return format!("[ {} items ]", items.items().len()),
        Value::Object(members) => return format!("{{ {} fields }}", members.members().len()),
        scalar => scalar.to_text(),
    };
    match text.char_indices().nth(MOST_LETTERS) {
        None => text,
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

/// The word for a value's type, with how much is in it: `object of 3 fields`.
pub fn type_words(value: &Value) -> String {
    let counted = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) => "boolean".to_owned(),
        Value::Number(_) => "number".to_owned(),
        Value::String(text) => format!("string of {}", counted(text.chars().count(), "letter", "letters")),
        Value::Array(items) => format!("array of {}", counted(items.items().len(), "item", "items")),
        Value::Object(members) => {
            format!("object of {}", counted(members.members().len(), "field", "fields"))
        }
    }
}
