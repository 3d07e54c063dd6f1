//! What the expressions of a state read: the input, the result, variables, the context.

use asl::{QueryLanguage, State};
use json::{Str, Value};

/// What a reference starts from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Root {
    /// The input of the state.
    Input,
    /// The result of its task, branches or iterations.
    Result,
    Error,
    Context,
    Variable(Str),
}

/// A place in the data that an expression reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub root: Root,
    /// The members and indexes from the root on, as far as they are fixed.
    pub steps: Vec<Str>,
}

impl Reference {
    /// Whether it reads the value at a JSON pointer below its root, a part of it, or something around it.
    pub fn touches(&self, pointer: &str) -> bool {
        let mut wanted = pointer.split('/').skip(1).map(json::pointer::name);
        self.steps.iter().all(|step| wanted.next().is_none_or(|wanted| *wanted == **step))
    }

    /// Whether it takes the whole of its root.
    pub fn is_whole(&self) -> bool {
        self.steps.is_empty()
    }
}

/// An expression of a state.
#[derive(Clone, Debug, PartialEq)]
pub struct StateExpression {
    /// The field of the state that it is in: `Arguments`.
    pub field: Str,
    /// Where it is in the state, as a JSON pointer: `/Arguments/Payload`.
    pub pointer: String,
    /// As it stands in the definition.
    pub text: Str,
    pub references: Vec<Reference>,
}

/// Expressions of one state that are looked at.
const MOST_EXPRESSIONS: usize = 2_000;

/// The expressions of a state, in the order of its fields; not those of the states inside of it.
pub fn expressions_of(state: State<'_>) -> Vec<StateExpression> {
    const STRUCTURE: [&str; 8] =
        ["Type", "Comment", "Next", "QueryLanguage", "ItemProcessor", "Iterator", "Branches", "Resource"];
    let language = state.language();
    let base = match (language, state.string("InputPath")) {
        (QueryLanguage::JsonPath, Some(path)) => references(&path, language).into_iter().next(),
        _ => None,
    };
    let mut found = Vec::new();
    let Some(node) = state.node() else { return found };
    let tree = state.document().tree();
    for member in tree.members(node) {
        let name = Str::from(member.name.as_ref());
        if STRUCTURE.contains(&&*name) {
            continue;
        }
        let Some(value) = state.value(&name) else { continue };
        let mut waiting = vec![(format!("/{name}"), value)];
        while let Some((pointer, value)) = waiting.pop() {
            if found.len() >= MOST_EXPRESSIONS {
                return found;
            }
            match value {
                Value::String(text) if is_expression(&text, language) => {
                    let mut read = references(&text, language);
                    for reference in &mut read {
                        place(reference, &name, base.as_ref());
                    }
                    found.push(StateExpression { field: name.clone(), pointer, text, references: read });
                }
                Value::Array(items) => {
                    let items = items.items().iter().enumerate().rev();
                    waiting.extend(items.map(|(index, item)| (format!("{pointer}/{index}"), item.clone())));
                }
                Value::Object(members) => {
                    let members = members.members().iter().rev();
                    waiting.extend(
                        members.map(|(name, value)| (crate::diff::member(&pointer, name), value.clone())),
                    );
                }
                _ => {}
            }
        }
    }
    found
}

/// Whether a text of a state is evaluated.
pub fn is_expression(text: &str, language: QueryLanguage) -> bool {
    let trimmed = text.trim();
    match language {
        QueryLanguage::Jsonata => trimmed.starts_with("{%") && trimmed.ends_with("%}"),
        QueryLanguage::JsonPath => trimmed.starts_with('$') || trimmed.starts_with("States."),
    }
}

/// JSONPath's `$` means another thing in each field.
fn place(reference: &mut Reference, field: &str, base: Option<&Reference>) {
    if reference.root != Root::Input || field == "InputPath" {
        return;
    }
    match (field, base) {
        ("ResultSelector", _) => reference.root = Root::Result,
        ("OutputPath" | "ResultPath", _) => {}
        (_, Some(base)) => {
            let own = std::mem::take(&mut reference.steps);
            reference.root = base.root.clone();
            reference.steps = base.steps.iter().cloned().chain(own).collect();
        }
        _ => {}
    }
}

/// The references in the text of an expression.
pub fn references(text: &str, language: QueryLanguage) -> Vec<Reference> {
    let mut found: Vec<Reference> = Vec::new();
    let letters: Vec<char> = text.chars().collect();
    let mut at = 0;
    while let Some(letter) = letters.get(at) {
        match letter {
            '\'' | '"' => at = after_quote(&letters, at),
            '$' => {
                let (reference, next) = reference_at(&letters, at, language);
                found.extend(reference.filter(|reference| !found.contains(reference)));
                at = next.max(at + 1);
            }
            _ => at += 1,
        }
    }
    found
}

fn after_quote(letters: &[char], start: usize) -> usize {
    let quote = letters.get(start);
    let mut at = start + 1;
    while let Some(letter) = letters.get(at) {
        at += 1;
        if *letter == '\\' {
            at += 1;
        } else if Some(letter) == quote {
            break;
        }
    }
    at
}

fn reference_at(letters: &[char], start: usize, language: QueryLanguage) -> (Option<Reference>, usize) {
    let mut at = start + 1;
    let is_context = letters.get(at) == Some(&'$');
    if is_context {
        at += 1;
    }
    let name = word_at(letters, &mut at);
    if letters.get(at) == Some(&'(') {
        return (None, at);
    }
    let mut steps = Vec::new();
    loop {
        let before = at;
        match (letters.get(at), letters.get(at + 1)) {
            (Some('.'), Some('`')) => {
                at += 2;
                let from = at;
                while letters.get(at).is_some_and(|letter| *letter != '`') {
                    at += 1;
                }
                steps.push(letters.get(from..at).unwrap_or_default().iter().collect::<String>().into());
                at += 1;
            }
            (Some('.'), _) => {
                at += 1;
                let step = word_at(letters, &mut at);
                // A call after a dot works on what was read so far.
                if step.is_empty() || letters.get(at) == Some(&'(') {
                    at = before;
                    break;
                }
                steps.push(step.into());
            }
            (Some('['), Some('\'' | '"')) => {
                let end = after_quote(letters, at + 1);
                if letters.get(end) != Some(&']') {
                    break;
                }
                let inside = letters.get(at + 2..end.saturating_sub(1)).unwrap_or_default();
                steps.push(inside.iter().collect::<String>().into());
                at = end + 1;
            }
            (Some('['), Some(digit)) if digit.is_ascii_digit() => {
                at += 1;
                let step = word_at(letters, &mut at);
                if letters.get(at) != Some(&']') {
                    break;
                }
                steps.push(step.into());
                at += 1;
            }
            _ => break,
        }
        if at == before {
            break;
        }
    }
    let root = match (&*name, language) {
        ("", _) if is_context && language == QueryLanguage::JsonPath => Root::Context,
        ("", QueryLanguage::JsonPath) => Root::Input,
        ("", QueryLanguage::Jsonata) => return (None, at),
        ("states", QueryLanguage::Jsonata) => {
            let part = if steps.is_empty() { Str::from("input") } else { steps.remove(0) };
            match &*part {
                "result" => Root::Result,
                "errorOutput" => Root::Error,
                "context" => Root::Context,
                _ => Root::Input,
            }
        }
        _ => Root::Variable(name.as_str().into()),
    };
    (Some(Reference { root, steps }), at)
}

fn word_at(letters: &[char], at: &mut usize) -> String {
    let from = *at;
    while letters.get(*at).is_some_and(|letter| letter.is_alphanumeric() || *letter == '_') {
        *at += 1;
    }
    letters.get(from..*at).unwrap_or_default().iter().collect()
}

#[cfg(test)]
mod tests {
    use asl::QueryLanguage::{self, JsonPath, Jsonata};

    use super::{Reference, Root, expressions_of, references};

    fn told(text: &str, language: QueryLanguage) -> Vec<String> {
        let told = |reference: &Reference| format!("{:?} /{}", reference.root, reference.steps.join("/"));
        references(text, language).iter().map(told).collect()
    }

    #[test]
    fn references_are_found_in_both_languages() {
        assert_eq!(
            told("{% $sum($states.input.items.price) + $tax.`a b`[0] & '$no.thing' %}", Jsonata),
            ["Input /items/price", "Variable(\"tax\") /a b/0"]
        );
        assert_eq!(told("{% $states.result.Payload.$keys() %}", Jsonata), ["Result /Payload"]);
        assert_eq!(
            told("States.Format('{} $.x', $.order['id'], $$.Execution.Id)", JsonPath),
            ["Input /order/id", "Context /Execution/Id"]
        );
        assert_eq!(told("$.items[0].name", JsonPath), ["Input /items/0/name"]);
        assert_eq!(told("$.items[*].name", JsonPath), ["Input /items"]);
    }

    #[test]
    fn what_is_around_and_inside_touches() {
        let reference = Reference { root: Root::Input, steps: vec!["a".into(), "b".into()] };
        for (pointer, touches) in [("", true), ("/a", true), ("/a/b/c", true), ("/a/c", false), ("/b", false)]
        {
            assert_eq!(reference.touches(pointer), touches, "{pointer}");
        }
    }

    #[test]
    fn paths_are_told_from_the_input_of_the_state() {
        let document = asl::Document::parse(
            r#"{"StartAt":"A","States":{"A":{"Type":"Task","Resource":"r","InputPath":"$.in",
                "Parameters":{"x.$":"$.a","y":"$.no"},"ResultSelector":{"z.$":"$.r"},"End":true}}}"#,
        );
        let found = expressions_of(document.state_named("A").unwrap());
        let told: Vec<String> = found
            .iter()
            .map(|found| {
                format!(
                    "{} {:?} {}",
                    found.pointer,
                    found.references[0].root,
                    found.references[0].steps.join("/")
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "/InputPath Input in",
                "/Parameters/x.$ Input in/a",
                "/Parameters/y Input in/no",
                "/ResultSelector/z.$ Result r"
            ]
        );
    }
}
