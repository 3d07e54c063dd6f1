//! JSONata expressions as what JSONPath has: paths, intrinsic functions, and templates of them.

use asl::forms::expression_text;
use json::{Map, Str, Value};
use jsonata::{AstId, AstKind, AstNode, Expression};

use crate::notes::{Notes, Unsupported};

const MAX_DEPTH: usize = 64;

/// What the parts of `$states` are called where an expression stands; none where JSONPath has no access.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Roots {
    pub input: Option<&'static str>,
    pub result: Option<&'static str>,
    pub error: Option<&'static str>,
}

/// An expression, or data with expressions in it.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Term {
    Literal(Value),
    /// A path, with the root that it has.
    Path(String),
    /// The call of an intrinsic function.
    Call(String),
    Object(Vec<(Str, Term)>),
    Array(Vec<Term>),
}

/// Where a path of JSONata begins.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Root {
    Input,
    Result,
    Error,
    Context,
    Variable(Str),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Name(Str),
    Item(i64),
}

/// A path through data, as both languages have it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct DataPath {
    pub root: Root,
    pub steps: Vec<Step>,
}

/// A parsed expression.
pub(super) struct Source {
    expression: Expression,
}

impl Source {
    /// The expression of a text `{% … %}`; none for another text.
    pub fn of(text: &str) -> Option<Result<Source, Unsupported>> {
        let inner = expression_text(text)?;
        let expression = Expression::parse(inner);
        Some(match expression.errors.first() {
            Some(error) => Err(Unsupported::new(format!("The expression can't be read: {}", error.message))),
            None => Ok(Source { expression }),
        })
    }

    pub fn root(&self) -> AstId {
        self.expression.root
    }

    pub fn node(&self, id: AstId) -> Result<&AstNode, Unsupported> {
        self.expression.node(id).ok_or_else(|| Unsupported::new("The expression can't be read."))
    }

    /// The node without parentheses around it.
    pub fn inner(&self, id: AstId) -> Result<(AstId, &AstNode), Unsupported> {
        let mut at = id;
        for _ in 0..MAX_DEPTH {
            let node = self.node(at)?;
            match &node.kind {
                AstKind::Block(items) if items.len() == 1 => at = items.first().copied().unwrap_or(at),
                _ => return Ok((at, node)),
            }
        }
        Err(too_deep())
    }

    /// A call of a function by its name.
    pub fn call<'s>(&'s self, node: &'s AstNode) -> Option<(&'s str, &'s [AstId])> {
        let AstKind::Call { procedure, arguments } = &node.kind else { return None };
        match &self.expression.node(*procedure)?.kind {
            AstKind::Variable(name) => Some((name, arguments)),
            _ => None,
        }
    }

    /// The path that an expression is; none if it is something else.
    pub fn path(&self, id: AstId) -> Result<Option<DataPath>, Unsupported> {
        let mut links = Vec::new();
        if !self.links(id, &mut links, 0)? {
            return Ok(None);
        }
        let mut links = links.into_iter();
        let Some(Link::Variable(variable)) = links.next() else { return Ok(None) };
        let mut steps = Vec::new();
        for link in links {
            steps.push(match link {
                Link::Name(name) => Step::Name(name),
                Link::Item(index) => Step::Item(index),
                Link::Variable(_) => return Ok(None),
            });
        }
        if variable.is_empty() || &*variable == "$" {
            return Err(Unsupported::new("$ and $$ have no counterpart in JSONPath."));
        }
        if &*variable != "states" {
            return Ok(Some(DataPath { root: Root::Variable(variable), steps }));
        }
        let first = if steps.is_empty() { None } else { Some(steps.remove(0)) };
        let root = match first {
            Some(Step::Name(name)) => match &*name {
                "input" => Root::Input,
                "result" => Root::Result,
                "errorOutput" => Root::Error,
                "context" => Root::Context,
                _ => return Err(Unsupported::new(format!("$states has no member {name}."))),
            },
            _ => return Err(Unsupported::new("JSONPath has nothing that is all of $states.")),
        };
        Ok(Some(DataPath { root, steps }))
    }

    /// Follows a chain of steps; false if there is something else in it.
    fn links(&self, id: AstId, out: &mut Vec<Link>, depth: usize) -> Result<bool, Unsupported> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let (_, node) = self.inner(id)?;
        if node.keep_array {
            return Ok(false);
        }
        match &node.kind {
            AstKind::Binary { operator: ".", left, right } => {
                Ok(self.links(*left, out, depth + 1)? && self.links(*right, out, depth + 1)?)
            }
            AstKind::Predicate { left, right } => {
                let Some(index) = self.whole_number(*right)? else { return Ok(false) };
                let is_chain = self.links(*left, out, depth + 1)?;
                out.push(Link::Item(index));
                Ok(is_chain)
            }
            AstKind::Variable(name) => {
                out.push(Link::Variable(name.clone()));
                Ok(true)
            }
            AstKind::Name(name) => {
                out.push(Link::Name(name.clone()));
                Ok(true)
            }
            AstKind::String(name) if !out.is_empty() => {
                out.push(Link::Name(name.clone()));
                Ok(true)
            }
            AstKind::Keyword(name) => {
                out.push(Link::Name((*name).into()));
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn whole_number(&self, id: AstId) -> Result<Option<i64>, Unsupported> {
        let (_, node) = self.inner(id)?;
        let (number, sign) = match &node.kind {
            AstKind::Number(number) => (*number, 1),
            AstKind::Negate(inner) => match &self.inner(*inner)?.1.kind {
                AstKind::Number(number) => (*number, -1),
                _ => return Ok(None),
            },
            _ => return Ok(None),
        };
        let is_whole = number.fract() == 0.0 && number.abs() < 1e15;
        Ok(is_whole.then_some(number as i64 * sign))
    }

    /// The expression as paths, calls and data.
    pub fn term(&self, id: AstId, roots: Roots, notes: &mut Notes) -> Result<Term, Unsupported> {
        Terms { source: self, roots, notes }.term(id, 0)
    }
}

enum Link {
    Variable(Str),
    Name(Str),
    Item(i64),
}

struct Terms<'t> {
    source: &'t Source,
    roots: Roots,
    notes: &'t mut Notes,
}

impl Terms<'_> {
    fn term(&mut self, id: AstId, depth: usize) -> Result<Term, Unsupported> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        if let Some(path) = self.source.path(id)? {
            return Ok(Term::Path(path_text(&path, self.roots, self.notes)?));
        }
        let (_, node) = self.source.inner(id)?;
        match &node.kind {
            AstKind::String(text) => Ok(Term::Literal(Value::String(text.clone()))),
            AstKind::Number(number) => Ok(Term::Literal(number_value(*number))),
            AstKind::Value(value) => Ok(Term::Literal(value.clone())),
            AstKind::Negate(inner) => match self.term(*inner, depth + 1)? {
                Term::Literal(Value::Number(number)) => Ok(Term::Literal(number_value(-number.as_f64()))),
                _ => Err(Unsupported::new("JSONPath can't negate a number.")),
            },
            AstKind::Array(items) => {
                let items: Result<Vec<Term>, Unsupported> =
                    items.iter().map(|item| self.term(*item, depth + 1)).collect();
                let items = items?;
                if let [Term::Path(_)] = &*items {
                    return Err(Unsupported::new(
                        "A path in brackets gives all that it finds as one list, through lists on its way, too; States.Array would make a list of one item.",
                    ));
                }
                Ok(array_of(items))
            }
            AstKind::Object(pairs) => {
                let mut members = Vec::with_capacity(pairs.len());
                for (key, value) in pairs {
                    let AstKind::String(name) = &self.source.inner(*key)?.1.kind else {
                        return Err(Unsupported::new(
                            "Names of members that are computed have no counterpart in JSONPath.",
                        ));
                    };
                    members.push((name.clone(), self.term(*value, depth + 1)?));
                }
                Ok(object_of(members))
            }
            AstKind::Binary { operator, left, right } => self.binary(operator, *left, *right, depth),
            AstKind::Condition { .. } | AstKind::Elvis { .. } | AstKind::Coalesce { .. } => {
                Err(Unsupported::new("JSONPath has no conditions within data: a Choice state has to decide."))
            }
            AstKind::Predicate { .. } => Err(Unsupported::new(
                "Filters have no counterpart here: JSONPath's give lists, and compare otherwise.",
            )),
            AstKind::Call { .. } => match self.source.call(node) {
                Some((name, arguments)) => self.function(name, arguments, depth),
                None => Err(Unsupported::new("JSONPath has no functions of one's own.")),
            },
            AstKind::Lambda { .. } | AstKind::Partial { .. } | AstKind::Transform { .. } => {
                Err(Unsupported::new("JSONPath has no functions of one's own."))
            }
            AstKind::Block(_) => Err(Unsupported::new("JSONPath has no sequences of expressions.")),
            _ => Err(Unsupported::new("This expression has no counterpart in JSONPath.")),
        }
    }

    fn binary(
        &mut self,
        operator: &str,
        left: AstId,
        right: AstId,
        depth: usize,
    ) -> Result<Term, Unsupported> {
        match operator {
            "&" => {
                let mut parts = Vec::new();
                for side in [left, right] {
                    self.concatenated(side, &mut parts, depth + 1)?;
                }
                self.format(&parts)
            }
            "+" | "-" => {
                let (left, right) = (self.term(left, depth + 1)?, self.term(right, depth + 1)?);
                let right = match (operator, right) {
                    ("+", right) => right,
                    (_, Term::Literal(Value::Number(number))) => {
                        Term::Literal(number_value(-number.as_f64()))
                    }
                    _ => return Err(Unsupported::new("JSONPath can only take a fixed number away.")),
                };
                self.notes.changed("States.MathAdd works with whole numbers only, and rounds others.");
                self.call("States.MathAdd", &[left, right])
            }
            "in" => {
                let (item, list) = (self.term(left, depth + 1)?, self.term(right, depth + 1)?);
                self.call("States.ArrayContains", &[list, item])
            }
            "*" | "/" | "%" => Err(Unsupported::new(format!("JSONPath can't calculate with {operator}."))),
            _ => Err(Unsupported::new(format!(
                "The operator {operator} has no counterpart in JSONPath's data."
            ))),
        }
    }

    /// The operands of a chain of `&`.
    fn concatenated(&mut self, id: AstId, out: &mut Vec<Term>, depth: usize) -> Result<(), Unsupported> {
        if depth > MAX_DEPTH {
            return Err(too_deep());
        }
        let (_, node) = self.source.inner(id)?;
        if let AstKind::Binary { operator: "&", left, right } = &node.kind {
            self.concatenated(*left, out, depth + 1)?;
            return self.concatenated(*right, out, depth + 1);
        }
        // What is made a text here is one in a template as well.
        if let Some(("string", [only])) = self.source.call(node) {
            out.push(self.term(*only, depth + 1)?);
            return Ok(());
        }
        out.push(self.term(id, depth + 1)?);
        Ok(())
    }

    fn format(&mut self, parts: &[Term]) -> Result<Term, Unsupported> {
        let mut template = String::new();
        let mut arguments = Vec::new();
        for part in parts {
            match part {
                Term::Literal(Value::String(text)) => template.push_str(&escaped(text, true)),
                Term::Literal(value) => template.push_str(&escaped(&value.to_text(), true)),
                other => {
                    template.push_str("{}");
                    arguments.push(argument_text(other)?);
                }
            }
        }
        if arguments.is_empty() {
            let texts = parts.iter().map(|part| match part {
                Term::Literal(Value::String(text)) => text.to_string(),
                Term::Literal(value) => value.to_text(),
                _ => String::new(),
            });
            return Ok(Term::Literal(Value::from(texts.collect::<String>())));
        }
        self.notes
            .info("Where a value is missing, States.Format fails; before, nothing was put in its place.");
        checked(format!("States.Format('{template}', {})", arguments.join(", ")))
    }

    fn function(&mut self, name: &str, arguments: &[AstId], depth: usize) -> Result<Term, Unsupported> {
        let mut terms = Vec::with_capacity(arguments.len());
        for argument in arguments {
            terms.push(self.term(*argument, depth + 1)?);
        }
        match (name, terms.as_slice()) {
            ("uuid", []) => self.call("States.UUID", &[]),
            ("hash", [_, _]) => self.call("States.Hash", &terms),
            ("base64encode", [_]) => self.call("States.Base64Encode", &terms),
            ("base64decode", [_]) => self.call("States.Base64Decode", &terms),
            ("parse", [_]) => self.call("States.StringToJson", &terms),
            ("range", [_, _, _]) => self.call("States.ArrayRange", &terms),
            ("partition", [_, _]) => self.call("States.ArrayPartition", &terms),
            ("distinct", [_]) => self.call("States.ArrayUnique", &terms),
            ("count", [_]) => {
                self.notes.changed("States.ArrayLength fails where the value is missing or no list; before, it was counted as none or one.");
                self.call("States.ArrayLength", &terms)
            }
            ("string", [_]) => {
                self.notes.changed("States.JsonToString puts quotes around a value that is a text already.");
                self.call("States.JsonToString", &terms)
            }
            ("merge", [Term::Array(parts)]) if parts.len() == 2 => {
                let arguments = [parts.clone(), vec![Term::Literal(Value::from(false))]].concat();
                self.call("States.JsonMerge", &arguments)
            }
            ("split", [_, Term::Literal(Value::String(separator))]) if separator.chars().count() == 1 => {
                self.notes.changed("States.StringSplit leaves out empty parts.");
                self.call("States.StringSplit", &terms)
            }
            ("lookup", [Term::Path(path), Term::Literal(Value::String(name))]) => {
                Ok(Term::Path(format!("{path}{}", step_text(&Step::Name(name.clone())))))
            }
            _ => Err(Unsupported::new(format!("JSONPath has no function for ${name} as it is called here."))),
        }
    }

    fn call(&self, name: &str, arguments: &[Term]) -> Result<Term, Unsupported> {
        let texts: Result<Vec<String>, Unsupported> = arguments.iter().map(argument_text).collect();
        checked(format!("{name}({})", texts?.join(", ")))
    }
}

/// The value of a field, with the expressions in it.
pub(super) fn term_of_value(
    value: &Value,
    roots: Roots,
    notes: &mut Notes,
    depth: usize,
) -> Result<Term, Unsupported> {
    if depth > MAX_DEPTH {
        return Err(too_deep());
    }
    match value {
        Value::String(text) => match Source::of(text) {
            Some(source) => {
                let source = source?;
                source.term(source.root(), roots, notes)
            }
            None => Ok(Term::Literal(value.clone())),
        },
        Value::Object(members) => {
            let mut terms = Vec::with_capacity(members.members().len());
            for (name, value) in members.members().iter() {
                terms.push((name.clone(), term_of_value(value, roots, notes, depth + 1)?));
            }
            Ok(object_of(terms))
        }
        Value::Array(items) => {
            let terms: Result<Vec<Term>, Unsupported> =
                items.items().iter().map(|item| term_of_value(item, roots, notes, depth + 1)).collect();
            Ok(array_of(terms?))
        }
        _ => Ok(Term::Literal(value.clone())),
    }
}

/// A member of a template for a term: the name, with `.$` where the value is computed, and the value.
pub(super) fn member_of(name: &str, term: &Term) -> Result<(String, Value), Unsupported> {
    if name.ends_with(".$") {
        return Err(Unsupported::new(format!("The name {name} would make its value a path in JSONPath.")));
    }
    match term {
        Term::Path(text) | Term::Call(text) => Ok((format!("{name}.$"), Value::from(text.as_str()))),
        Term::Array(items) if items.iter().any(is_computed) => {
            Ok((format!("{name}.$"), Value::from(argument_text(&Term::Array(items.clone()))?)))
        }
        other => Ok((name.to_owned(), template_of(other)?)),
    }
}

/// A term as a payload template. One that is computed as a whole has to be a member of an object.
pub(super) fn template_of(term: &Term) -> Result<Value, Unsupported> {
    match term {
        Term::Literal(value) => {
            check_names(value)?;
            Ok(value.clone())
        }
        Term::Object(members) => {
            let mut out = Map::new();
            for (name, member) in members {
                let (name, value) = member_of(name, member)?;
                out.insert(name, value);
            }
            Ok(Value::object(out))
        }
        Term::Array(items) => {
            let items: Result<Vec<Value>, Unsupported> = items.iter().map(template_of).collect();
            Ok(Value::array(items?))
        }
        Term::Path(_) | Term::Call(_) => {
            Err(Unsupported::new("In JSONPath, only members of objects can be computed, not items of lists."))
        }
    }
}

/// Literal data must have no names that are paths in JSONPath.
fn check_names(value: &Value) -> Result<(), Unsupported> {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        waiting.extend(value.as_array().unwrap_or_default());
        if let Some(members) = value.as_object() {
            for (name, value) in members.iter() {
                if name.ends_with(".$") {
                    return Err(Unsupported::new(format!(
                        "The name {name} would make its value a path in JSONPath."
                    )));
                }
                waiting.push(value);
            }
        }
    }
    Ok(())
}

fn is_computed(term: &Term) -> bool {
    matches!(term, Term::Path(_) | Term::Call(_))
}

fn object_of(members: Vec<(Str, Term)>) -> Term {
    let mut literal = Map::new();
    for (name, member) in &members {
        let Term::Literal(value) = member else { return Term::Object(members) };
        literal.insert(name.clone(), value.clone());
    }
    Term::Literal(Value::object(literal))
}

fn array_of(items: Vec<Term>) -> Term {
    let mut literal = Vec::with_capacity(items.len());
    for item in &items {
        let Term::Literal(value) = item else { return Term::Array(items) };
        literal.push(value.clone());
    }
    Term::Literal(Value::array(literal))
}

/// A path as JSONPath writes it.
pub(super) fn path_text(path: &DataPath, roots: Roots, notes: &mut Notes) -> Result<String, Unsupported> {
    let missing = |what: &str| Err(Unsupported::new(format!("JSONPath can't read {what} in this field.")));
    let root = match &path.root {
        Root::Input => match roots.input {
            Some(root) => root.to_owned(),
            None => return missing("the state's input ($states.input)"),
        },
        Root::Result => match roots.result {
            Some(root) => root.to_owned(),
            None => return missing("the result ($states.result)"),
        },
        Root::Error => match roots.error {
            Some(root) => root.to_owned(),
            None => return missing("the error ($states.errorOutput)"),
        },
        Root::Context => "$$".to_owned(),
        Root::Variable(name) => format!("${name}"),
    };
    let is_data = !matches!(path.root, Root::Context);
    if is_data && path.steps.iter().filter(|step| matches!(step, Step::Name(_))).count() > 1 {
        notes.info(
            "Where a path meets a list, JSONata goes on in each of its items; JSONPath finds nothing there.",
        );
    }
    let steps: String = path.steps.iter().map(step_text).collect();
    Ok(format!("{root}{steps}"))
}

fn step_text(step: &Step) -> String {
    match step {
        Step::Item(index) => format!("[{index}]"),
        Step::Name(name) => {
            let mut letters = name.chars();
            let is_plain = letters.next().is_some_and(|letter| letter.is_ascii_alphabetic() || letter == '_')
                && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
            if is_plain { format!(".{name}") } else { format!("['{}']", escaped(name, false)) }
        }
    }
}

/// A term as an argument of an intrinsic function.
fn argument_text(term: &Term) -> Result<String, Unsupported> {
    match term {
        Term::Literal(Value::String(text)) => Ok(format!("'{}'", escaped(text, false))),
        Term::Literal(Value::Array(items)) => {
            let items: Vec<Term> = items.items().iter().cloned().map(Term::Literal).collect();
            argument_text(&Term::Array(items))
        }
        Term::Literal(value @ Value::Object(_)) => {
            Ok(format!("States.StringToJson('{}')", escaped(&value.to_text(), false)))
        }
        Term::Literal(value) => Ok(value.to_text()),
        Term::Path(text) | Term::Call(text) => Ok(text.clone()),
        Term::Array(items) => {
            let texts: Result<Vec<String>, Unsupported> = items.iter().map(argument_text).collect();
            Ok(format!("States.Array({})", texts?.join(", ")))
        }
        Term::Object(_) => Err(Unsupported::new(
            "An object with computed members can't be an argument of an intrinsic function.",
        )),
    }
}

/// A text within the quotes of a path or of an argument.
fn escaped(text: &str, is_template: bool) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\'' | '\\') || is_template && matches!(letter, '{' | '}') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

/// A call that the language takes.
fn checked(text: String) -> Result<Term, Unsupported> {
    match expr::Expression::parse(&text) {
        Ok(_) => Ok(Term::Call(text)),
        Err(error) => Err(Unsupported::new(format!("JSONPath does not take {text}: {}", error.message))),
    }
}

fn number_value(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 1e15 {
        Value::int(number as i64)
    } else {
        Value::float(number)
    }
}

pub(super) fn too_deep() -> Unsupported {
    Unsupported::new("The expression is nested too deeply.")
}
