use std::sync::Arc;

use json::{Map, Names, Object, Str, Tally, Value};

use crate::error::EvalError;
use crate::expression::Expression;
use crate::java_order::sort_by_hash;
use crate::reference_path::check_depth;
use crate::references::References;
use crate::scope::Scope;

/// A compiled payload template: Parameters, ItemSelector, ResultSelector, Assign and their like.
///
/// Members whose name ends in `.$` are paths or calls, all else stands for itself. What has no such
/// member in it is shared by all results.
#[derive(Debug)]
pub struct Template {
    node: Node,
}

#[derive(Debug)]
enum Node {
    Static(Value),
    Dynamic {
        /// The name with its `.$`, for messages.
        field: Str,
        expression: Expression,
    },
    Object {
        /// Shared by all results.
        names: Names,
        /// As many as names.
        members: Box<[Node]>,
        /// The names, and the members that are always the same.
        unchanging: Tally,
    },
    Array(Box<[Node]>),
}

/// Something in a template that is refused when a state machine is created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateProblem {
    /// The names and indexes that lead to the object of the member.
    pub pointer: Vec<Str>,
    /// The member, with its `.$`.
    pub field: Str,
    /// AWS's message.
    pub message: String,
    /// What exactly is wrong with the member's text, and where in it, for tools that say more than AWS.
    pub detail: Option<(String, usize)>,
}

impl Template {
    /// Compiles a template.
    ///
    /// # Errors
    ///
    /// All members that are no path and no call, and all that collide once the `.$` is gone.
    pub fn compile(template: &Value) -> Result<Template, Vec<TemplateProblem>> {
        let mut compiler = Compiler { pointer: Vec::new(), problems: Vec::new() };
        let node = compiler.node(template);
        if compiler.problems.is_empty() { Ok(Template { node }) } else { Err(compiler.problems) }
    }

    /// Whether all evaluations give the same.
    pub fn is_static(&self) -> bool {
        matches!(self.node, Node::Static(_))
    }

    /// Fills the template in.
    ///
    /// # Errors
    ///
    /// The first member that fails, or a result that is nested too deeply.
    #[inline(always)]
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        check_depth(match &self.node {
            Node::Static(value) => return Ok(value.clone()),
            Node::Object { names, members, unchanging } => {
                Value::Object(filled(names, members, unchanging, scope)?)
            }
            node => node.evaluate(scope)?,
        })
    }

    /// The members of a template that is an object, filled in: the variables of Assign.
    ///
    /// # Errors
    ///
    /// As [`Template::evaluate`].
    pub fn evaluate_members(&self, scope: &Scope<'_>) -> Result<Vec<(Str, Value)>, EvalError> {
        match &self.node {
            Node::Object { names, members, .. } => names
                .as_slice()
                .iter()
                .zip(members)
                .map(|(name, node)| Ok((name.clone(), check_depth(node.evaluate(scope)?)?)))
                .collect(),
            Node::Static(Value::Object(object)) => {
                Ok(object.members().iter().map(|(name, value)| (name.clone(), value.clone())).collect())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// Adds what the template reads.
    pub fn references(&self, references: &mut References) {
        self.node.references(references);
    }
}

impl Node {
    fn evaluate(&self, scope: &Scope<'_>) -> Result<Value, EvalError> {
        match self {
            Node::Static(value) => Ok(value.clone()),
            Node::Dynamic { field, expression } => {
                // What AWS builds is compact, also where the input was passed through with its blanks.
                expression.evaluate(field, scope).map(Value::into_without_text)
            }
            Node::Object { names, members, unchanging } => {
                Ok(Value::Object(filled(names, members, unchanging, scope)?))
            }
            Node::Array(items) => {
                let items: Result<Vec<Value>, EvalError> =
                    items.iter().map(|item| item.evaluate(scope)).collect();
                Ok(Value::array(items?))
            }
        }
    }

    fn references(&self, references: &mut References) {
        match self {
            Node::Static(_) => {}
            Node::Dynamic { expression, .. } => expression.references(references),
            Node::Object { members, .. } => members.iter().for_each(|node| node.references(references)),
            Node::Array(items) => items.iter().for_each(|node| node.references(references)),
        }
    }
}

/// The object of a template's members. It is not put into a [`Value`] here, which would go through memory.
fn filled(
    names: &Names,
    members: &[Node],
    unchanging: &Tally,
    scope: &Scope<'_>,
) -> Result<Arc<Object>, EvalError> {
    let mut filled = Vec::with_capacity(members.len());
    let mut tally = *unchanging;
    for node in members {
        match node {
            Node::Static(value) => filled.push(value.clone()),
            // By far the most members are paths of names in the input.
            Node::Dynamic { expression: Expression::Path(path), .. }
                if let Some(found) = path.find_plainly(scope.input)
                    && !found.holds_text() =>
            {
                tally.add(found);
                filled.push(found.clone());
            }
            Node::Dynamic { expression: Expression::Intrinsic(call), .. }
                if let Some(sum) = call.plain_sum(scope.input) =>
            {
                let sum = Value::int(sum);
                tally.add(&sum);
                filled.push(sum);
            }
            Node::Dynamic { expression: Expression::Intrinsic(call), .. } => {
                let value = call.evaluate(scope)?.into_without_text();
                tally.add(&value);
                filled.push(value);
            }
            node => {
                let value = node.evaluate(scope)?;
                tally.add(&value);
                filled.push(value);
            }
        }
    }
    Ok(Object::from_tally(names, filled, &tally))
}

/// How deep a template may nest; evaluation follows it.
const MAX_DEPTH: usize = 256;

struct Compiler {
    pointer: Vec<Str>,
    problems: Vec<TemplateProblem>,
}

impl Compiler {
    fn node(&mut self, template: &Value) -> Node {
        if self.pointer.len() > MAX_DEPTH {
            self.problem(
                &"".into(),
                format!("The template is nested more than {MAX_DEPTH} levels deep"),
                None,
            );
            return Node::Static(Value::Null);
        }
        match template {
            Value::Object(object) => self.object(object.members(), template),
            Value::Array(array) => {
                let items = array.items().iter().enumerate().map(|(position, item)| {
                    self.pointer.push(position.to_string().into());
                    let node = self.node(item);
                    self.pointer.pop();
                    node
                });
                let items: Vec<Node> = items.collect();
                if items.iter().all(|item| matches!(item, Node::Static(_))) {
                    return Node::Static(template.without_text());
                }
                Node::Array(items.into_boxed_slice())
            }
            scalar => Node::Static(scalar.clone()),
        }
    }

    fn object(&mut self, members: &Map, template: &Value) -> Node {
        let mut nodes: Vec<(Str, Node)> = Vec::new();
        let mut dynamic: Vec<(Str, Node)> = Vec::new();
        for (key, value) in members.iter() {
            let Some(name) = key.strip_suffix(".$") else {
                self.pointer.push(key.clone());
                nodes.push((key.clone(), self.node(value)));
                self.pointer.pop();
                continue;
            };
            let is_twice = members.contains_key(name);
            if is_twice {
                self.problem(
                    key,
                    format!("The field '{name}' is defined twice: with and without '.$'"),
                    None,
                );
            }
            match value {
                Value::String(text) => match Expression::parse(text) {
                    Ok(_) if is_twice => {}
                    Ok(expression) => {
                        dynamic.push((name.into(), Node::Dynamic { field: key.clone(), expression }));
                    }
                    Err(error) => self.problem(
                        key,
                        format!(
                            "The value for the field '{key}' must be a valid JSONPath or a valid intrinsic \
                             function call"
                        ),
                        Some((error.message, error.offset)),
                    ),
                },
                other => self.problem(
                    key,
                    format!(
                        "The value for the field '{key}' must be a STRING that contains a JSONPath but was {}",
                        java_node_type(other)
                    ),
                    None,
                ),
            }
        }
        if dynamic.is_empty() && nodes.iter().all(|(_, node)| matches!(node, Node::Static(_))) {
            return Node::Static(template.without_text());
        }
        // AWS writes the dynamic members after the others, in the order of a Java HashMap.
        sort_by_hash(&mut dynamic, |(name, _)| name);
        nodes.append(&mut dynamic);
        let (names, nodes): (Vec<Str>, Vec<Node>) = nodes.into_iter().unzip();
        let names_len: usize = names.iter().map(|name| json::quoted_len(name) + 1).sum();
        let mut unchanging = Tally::new(names_len + 1 + nodes.len());
        for node in &nodes {
            if let Node::Static(value) = node {
                unchanging.add(value);
            }
        }
        Node::Object { names: Names::from_distinct(names), members: nodes.into_boxed_slice(), unchanging }
    }

    fn problem(&mut self, field: &Str, message: String, detail: Option<(String, usize)>) {
        self.problems.push(TemplateProblem {
            pointer: self.pointer.clone(),
            field: field.clone(),
            message,
            detail,
        });
    }
}

/// The type of a value as AWS's messages name it, with an article.
fn java_node_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "a NULL",
        Value::Bool(_) => "a BOOLEAN",
        Value::Number(_) => "a NUMBER",
        Value::String(_) => "a STRING",
        Value::Array(_) => "an ARRAY",
        Value::Object(_) => "an OBJECT",
    }
}
