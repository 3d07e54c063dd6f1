//! From the syntax tree to the code that is evaluated: paths become lists of steps, variables become
//! symbols, parents are resolved and calls in tail position are marked.

mod path;

use std::collections::HashMap;
use std::sync::Arc;

use json::{Span, Str, Value};

use crate::code::{Call, Code, Group, Kind, Lambda, Node, NodeId, Operator, Path, Step, Symbol};
use crate::errors::CompileError;
use crate::functions;
use crate::program::CompileOptions;
use crate::regex::Regex;
use crate::signature::Signature;
use crate::syntax::{AstId, AstKind, AstNode};

type Result<T> = std::result::Result<T, Box<CompileError>>;
type SlotId = usize;

/// Compiles a tree without syntax errors. `symbols` are the names that are known already; where code
/// can be added while it runs (`open`), any variable may be bound at any time.
pub(crate) fn compile(
    ast: &[AstNode],
    root: AstId,
    symbols: Vec<Str>,
    options: CompileOptions,
) -> Result<Code> {
    let known = symbols.iter().enumerate().map(|(index, name)| (name.clone(), index)).collect();
    let mut compiler = Compiler {
        ast,
        nodes: Vec::with_capacity(ast.len() + 8),
        seeking: Vec::new(),
        slots: Vec::new(),
        ancestors: Vec::new(),
        parent_work: 0,
        symbols,
        known,
        bound: Vec::new(),
        binds: 0,
        open: options.eval,
    };
    let root = compiler.process(root)?;
    if compiler.is_parent(root) || !compiler.sought(root).is_empty() {
        return Err(no_parent(compiler.node(root).span));
    }
    Ok(compiler.finish(root, options))
}

/// A `%`: the label it is bound under, and how many steps up it still has to go.
struct Slot {
    label: Symbol,
    level: i32,
}

struct Compiler<'a> {
    ast: &'a [AstNode],
    nodes: Vec<Node>,
    /// The parents that a node needs and that are to be found in steps before it.
    seeking: Vec<Vec<SlotId>>,
    slots: Vec<Slot>,
    /// The steps whose context is bound for a `%`.
    ancestors: Vec<(NodeId, SlotId)>,
    /// How many steps were looked at for a `%`.
    parent_work: usize,
    symbols: Vec<Str>,
    known: HashMap<Str, usize>,
    /// Which symbols something in the expression binds.
    bound: Vec<bool>,
    /// Assignments in the block at hand.
    binds: usize,
    open: bool,
}

fn error<T>(code: &'static str, message: impl Into<String>, span: Span) -> Result<T> {
    Err(Box::new(CompileError { code, message: message.into(), span }))
}

fn no_parent(span: Span) -> Box<CompileError> {
    let message = "The object representing the 'parent' cannot be derived from this expression".to_owned();
    Box::new(CompileError { code: "S0217", message, span })
}

impl<'a> Compiler<'a> {
    fn ast(&self, id: AstId) -> &'a AstNode {
        &self.ast[id as usize]
    }

    fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }

    fn node_mut(&mut self, id: NodeId) -> &mut Node {
        &mut self.nodes[id as usize]
    }

    fn step_mut(&mut self, id: NodeId) -> &mut Step {
        self.node_mut(id).step.get_or_insert_default()
    }

    fn add(&mut self, kind: Kind, span: Span) -> NodeId {
        self.nodes.push(Node {
            kind,
            span,
            keep_array: false,
            has_extras: false,
            long_chain: false,
            scalar: 0,
            constructed: false,
            predicates: Vec::new(),
            group: None,
            step: None,
        });
        (self.nodes.len() - 1) as NodeId
    }

    fn symbol(&mut self, name: &str) -> Symbol {
        if let Some(symbol) = self.known.get(name) {
            return *symbol as Symbol;
        }
        let symbol = self.symbols.len() as Symbol;
        let name: Str = name.into();
        self.symbols.push(name.clone());
        self.known.insert(name, symbol as usize);
        symbol
    }

    fn bound_symbol(&mut self, name: &str) -> Symbol {
        let symbol = self.symbol(name);
        let index = symbol as usize;
        if self.bound.len() <= index {
            self.bound.resize(index + 1, false);
        }
        self.bound[index] = true;
        symbol
    }

    fn variable_name(&self, id: AstId) -> &'a str {
        match &self.ast(id).kind {
            AstKind::Variable(name) => name,
            _ => "",
        }
    }

    fn is_parent(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::Parent(_))
    }

    fn is_path(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, Kind::Path(_))
    }

    fn steps(&self, id: NodeId) -> &[NodeId] {
        match &self.node(id).kind {
            Kind::Path(path) => &path.steps,
            _ => &[],
        }
    }

    fn path_mut(&mut self, id: NodeId) -> Option<&mut Path> {
        match &mut self.node_mut(id).kind {
            Kind::Path(path) => Some(path),
            _ => None,
        }
    }

    fn new_path(&mut self, steps: Vec<NodeId>, span: Span) -> NodeId {
        let path = Path {
            steps,
            keep_singleton: false,
            tuple: false,
            from_variable: false,
            plain: 0,
            members: false,
        };
        self.add(Kind::Path(path), span)
    }

    fn last_step(&self, id: NodeId) -> NodeId {
        self.steps(id).last().copied().unwrap_or(id)
    }

    fn process_all(&mut self, ids: &[AstId], into: Option<NodeId>) -> Result<Vec<NodeId>> {
        let mut nodes = Vec::with_capacity(ids.len());
        for id in ids {
            let node = self.process(*id)?;
            if let Some(into) = into {
                self.push_ancestry(into, node);
            }
            nodes.push(node);
        }
        Ok(nodes)
    }

    fn process(&mut self, id: AstId) -> Result<NodeId> {
        let ast = self.ast(id);
        let span = ast.span;
        let node = match &ast.kind {
            AstKind::Binary { .. } => self.process_chain(id)?,
            AstKind::Name(name) => self.process_name(name, ast),
            AstKind::Keyword(name) => self.process_name(name, ast),
            AstKind::Variable(name) => {
                let kind = match &**name {
                    "" => Kind::Context,
                    "$" => Kind::Root,
                    name => Kind::Local(self.symbol(name)),
                };
                self.add(kind, span)
            }
            AstKind::String(text) => self.add(Kind::Literal(Value::String(text.clone())), span),
            AstKind::Number(number) => self.add(Kind::Number(*number), span),
            AstKind::Value(value) => self.add(Kind::Literal(value.clone()), span),
            AstKind::Regex(pattern, flags) => match Regex::new(pattern, flags) {
                Ok(regex) => self.add(Kind::Regex(Arc::new(regex)), span),
                Err(problem) => {
                    return error("S0303", format!("Invalid regular expression: {problem}"), span);
                }
            },
            AstKind::Wildcard => self.add(Kind::Wildcard, span),
            AstKind::Descendants => self.add(Kind::Descendants, span),
            AstKind::Parent => {
                let label = format!("!{}", self.slots.len());
                let label = self.bound_symbol(&label);
                self.slots.push(Slot { label, level: 1 });
                // The slot; its label is filled in at the end, when it is certain.
                self.add(Kind::Parent((self.slots.len() - 1) as Symbol), span)
            }
            AstKind::Placeholder => self.add(Kind::Placeholder, span),
            AstKind::Predicate { left, right } => self.process_predicate(*left, *right, span)?,
            AstKind::Negate(operand) => {
                let operand = self.process(*operand)?;
                if let Kind::Number(number) = &mut self.node_mut(operand).kind {
                    *number = -*number;
                    operand
                } else {
                    let node = self.add(Kind::Negate(operand), span);
                    self.push_ancestry(node, operand);
                    node
                }
            }
            AstKind::Array(items) => {
                let node = self.add(Kind::Array(Vec::new()), span);
                let items = self.process_all(items, Some(node))?;
                let items = items
                    .into_iter()
                    .map(|item| (item, matches!(self.node(item).kind, Kind::Array(_))))
                    .collect();
                self.node_mut(node).kind = Kind::Array(items);
                node
            }
            AstKind::Object(pairs) => {
                let node = self.add(Kind::Placeholder, span);
                let pairs = self.process_pairs(pairs, Some(node))?;
                self.node_mut(node).kind =
                    Kind::Object(Group { names: self.plain_names(&pairs), pairs, span });
                node
            }
            AstKind::Group { left, pairs } => {
                let left = self.process(*left)?;
                if self.node(left).group.is_some() {
                    return error("S0210", "Each step can only have one grouping expression", span);
                }
                let pairs = self.process_pairs(pairs, None)?;
                self.node_mut(left).group = Some(Box::new(Group { names: None, pairs, span }));
                left
            }
            AstKind::Sort { left, terms } => self.process_sort(*left, terms, span)?,
            AstKind::Call { procedure, arguments } => {
                let node = self.add(Kind::Placeholder, span);
                let arguments = self.process_all(arguments, Some(node))?;
                let procedure = self.process(*procedure)?;
                let (name, meant) = self.procedure_name(procedure);
                self.node_mut(node).kind = Kind::Call(Call { procedure, arguments, name, meant });
                node
            }
            AstKind::Partial { procedure, arguments } => {
                let node = self.add(Kind::Placeholder, span);
                let processed = self.process_all(arguments, Some(node))?;
                let holes = arguments
                    .iter()
                    .zip(processed)
                    .map(|(ast, node)| (!matches!(self.ast(*ast).kind, AstKind::Placeholder)).then_some(node))
                    .collect();
                let procedure = self.process(*procedure)?;
                let (name, _) = self.procedure_name(procedure);
                self.node_mut(node).kind = Kind::Partial(procedure, holes, name);
                node
            }
            AstKind::Lambda { parameters, signature, body } => {
                let outer = std::mem::take(&mut self.binds);
                let parameters: Vec<Symbol> = parameters
                    .iter()
                    .map(|parameter| {
                        let name = self.variable_name(*parameter);
                        self.bound_symbol(name)
                    })
                    .collect();
                let body = self.process(*body)?;
                self.binds = outer;
                let body = self.mark_tail_calls(body);
                let signature =
                    signature.as_ref().and_then(|(text, _)| Signature::parse(text).ok()).map(Arc::new);
                self.add(Kind::Lambda(Lambda { parameters: parameters.into(), signature, body }), span)
            }
            AstKind::Condition { condition, then, otherwise } => {
                let node = self.add(Kind::Placeholder, span);
                let condition = self.process(*condition)?;
                self.push_ancestry(node, condition);
                let then = self.process(*then)?;
                self.push_ancestry(node, then);
                let otherwise = match otherwise {
                    Some(otherwise) => {
                        let otherwise = self.process(*otherwise)?;
                        self.push_ancestry(node, otherwise);
                        Some(otherwise)
                    }
                    None => None,
                };
                self.node_mut(node).kind = Kind::Condition(condition, then, otherwise);
                node
            }
            AstKind::Elvis { left, right } | AstKind::Coalesce { left, right } => {
                let node = self.add(Kind::Placeholder, span);
                let left = self.process(*left)?;
                self.push_ancestry(node, left);
                let right = self.process(*right)?;
                self.push_ancestry(node, right);
                self.node_mut(node).kind = match ast.kind {
                    AstKind::Elvis { .. } => Kind::Elvis(left, right),
                    _ => Kind::Coalesce(left, right),
                };
                node
            }
            AstKind::Transform { pattern, update, delete } => {
                let pattern = self.process(*pattern)?;
                let update = self.process(*update)?;
                let delete = match delete {
                    Some(delete) => Some(self.process(*delete)?),
                    None => None,
                };
                self.add(Kind::Transform { pattern, update, delete }, span)
            }
            AstKind::Block(expressions) => {
                let node = self.add(Kind::Placeholder, span);
                let outer = std::mem::take(&mut self.binds);
                let expressions = self.process_all(expressions, Some(node))?;
                let binds = self.binds > 0 || self.open;
                self.binds = outer;
                let constructed = expressions.iter().any(|part| {
                    self.node(*part).constructed
                        || self.steps(*part).first().is_some_and(|first| self.node(*first).constructed)
                });
                self.node_mut(node).constructed = constructed;
                self.node_mut(node).kind = Kind::Block { expressions, binds };
                node
            }
            AstKind::Missing | AstKind::Broken(_) => {
                return error("S0207", "Unexpected end of expression", span);
            }
        };
        if ast.keep_array {
            self.node_mut(node).keep_array = true;
        }
        Ok(node)
    }

    fn process_name(&mut self, name: &str, ast: &AstNode) -> NodeId {
        let step = self.add(Kind::Field(name.into()), ast.span);
        self.node_mut(step).keep_array = ast.keep_array;
        let node = self.new_path(vec![step], ast.span);
        if let Some(path) = self.path_mut(node) {
            path.keep_singleton = ast.keep_array;
        }
        node
    }

    fn process_pairs(
        &mut self,
        pairs: &[(AstId, AstId)],
        into: Option<NodeId>,
    ) -> Result<Vec<(NodeId, NodeId)>> {
        let mut processed = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            let key = self.process(*key)?;
            if let Some(into) = into {
                self.push_ancestry(into, key);
            }
            let value = self.process(*value)?;
            if let Some(into) = into {
                self.push_ancestry(into, value);
            }
            processed.push((key, value));
        }
        Ok(processed)
    }

    fn plain_names(&self, pairs: &[(NodeId, NodeId)]) -> Option<json::Names> {
        let mut names: Vec<Str> = Vec::with_capacity(pairs.len());
        for (key, _) in pairs {
            let node = self.node(*key);
            let Kind::Literal(Value::String(name)) = &node.kind else { return None };
            let careful = name.starts_with("_jsonata_")
                || name.starts_with(|first: char| first.is_ascii_digit())
                || names.len() > MAX_PLAIN_NAMES
                || names.contains(name);
            if careful || !node.predicates.is_empty() || node.group.is_some() {
                return None;
            }
            names.push(name.clone());
        }
        Some(json::Names::from_distinct(names))
    }

    /// The name of what is called, and the variable that was meant where the `$` is missing.
    fn procedure_name(&mut self, procedure: NodeId) -> (Option<Str>, Option<Symbol>) {
        let named = match self.steps(procedure).first() {
            Some(first) => *first,
            None => procedure,
        };
        match &self.node(named).kind {
            Kind::Field(name) => {
                let name = name.clone();
                let symbol = self.symbol(&name);
                (Some(name), Some(symbol))
            }
            Kind::Local(symbol) => (self.symbols.get(*symbol as usize).cloned(), None),
            Kind::Literal(Value::String(text)) => (Some(text.clone()), None),
            Kind::Context => (Some("".into()), None),
            Kind::Root => (Some("$".into()), None),
            _ => (None, None),
        }
    }

    /// A chain of infix operators, from the innermost left operand outwards.
    fn process_chain(&mut self, id: AstId) -> Result<NodeId> {
        let mut chain = Vec::new();
        let mut leftmost = id;
        while let AstKind::Binary { left, .. } = &self.ast(leftmost).kind {
            chain.push(leftmost);
            leftmost = *left;
        }
        let outermost = chain.first().copied();
        let mut left = None;
        while let Some(link) = chain.pop() {
            let ast = self.ast(link);
            let AstKind::Binary { operator, left: left_ast, right } = &ast.kind else { continue };
            let processed = match (*operator, left) {
                (":=", _) => None,
                (_, Some(left)) => Some(left),
                (_, None) => Some(self.process(*left_ast)?),
            };
            let node = match (*operator, processed) {
                (".", Some(left)) => self.process_map(left, *right, ast.span)?,
                ("@", Some(left)) => self.process_focus(left, *right, ast)?,
                ("#", Some(left)) => self.process_index(left, *right, ast.span),
                ("~>", Some(left)) => {
                    let right = self.process(*right)?;
                    let keep = self.node(left).keep_array || self.node(right).keep_array;
                    let node = self.add(Kind::Apply(left, right), ast.span);
                    self.node_mut(node).keep_array = keep;
                    node
                }
                (":=", _) => {
                    let name = self.variable_name(*left_ast);
                    let symbol = self.bound_symbol(name);
                    self.binds += 1;
                    let right = self.process(*right)?;
                    let node = self.add(Kind::Bind(symbol, right), ast.span);
                    self.push_ancestry(node, right);
                    node
                }
                (operator, Some(left)) => {
                    let right = self.process(*right)?;
                    let node = self.add(Kind::Binary(operator_of(operator), left, right), ast.span);
                    self.push_ancestry(node, left);
                    self.push_ancestry(node, right);
                    node
                }
                (_, None) => return error("S0207", "Unexpected end of expression", ast.span),
            };
            if ast.keep_array && Some(link) != outermost {
                self.node_mut(node).keep_array = true;
            }
            left = Some(node);
        }
        match left {
            Some(node) => Ok(node),
            None => error("S0207", "Unexpected end of expression", self.ast(id).span),
        }
    }

    /// Marks the calls that are the last thing a function does.
    fn mark_tail_calls(&mut self, id: NodeId) -> NodeId {
        let node = self.node(id);
        match &node.kind {
            Kind::Call(_) if node.predicates.is_empty() => {
                let span = node.span;
                self.add(Kind::TailCall(id), span)
            }
            Kind::Condition(condition, then, otherwise) => {
                let (condition, then, otherwise) = (*condition, *then, *otherwise);
                let then = self.mark_tail_calls(then);
                let otherwise = otherwise.map(|otherwise| self.mark_tail_calls(otherwise));
                self.node_mut(id).kind = Kind::Condition(condition, then, otherwise);
                id
            }
            Kind::Elvis(left, right) => {
                let (left, right) = (*left, *right);
                let right = self.mark_tail_calls(right);
                self.node_mut(id).kind = Kind::Elvis(left, right);
                id
            }
            Kind::Coalesce(left, right) => {
                let (left, right) = (*left, *right);
                let right = self.mark_tail_calls(right);
                self.node_mut(id).kind = Kind::Coalesce(left, right);
                id
            }
            Kind::Block { expressions, .. } => {
                if let Some(last) = expressions.last().copied() {
                    let marked = self.mark_tail_calls(last);
                    if let Kind::Block { expressions, .. } = &mut self.node_mut(id).kind
                        && let Some(last) = expressions.last_mut()
                    {
                        *last = marked;
                    }
                }
                id
            }
            _ => id,
        }
    }

    fn mark_long_chains(&mut self) {
        let mut lengths = vec![0usize; self.nodes.len()];
        for index in 0..self.nodes.len() {
            let left = match &self.nodes[index].kind {
                Kind::Binary(_, left, _) | Kind::Apply(left, _) => *left as usize,
                _ => continue,
            };
            // A left operand is compiled before the operator.
            let length = lengths.get(left).copied().unwrap_or(0) + 1;
            lengths[index] = length;
            self.nodes[index].long_chain = length > SHORT_CHAIN;
        }
    }

    /// Marks the outermost of the operators that can be worked out without making values.
    fn mark_scalars(&mut self) {
        for index in 0..self.nodes.len() {
            let id = index as NodeId;
            let mut left = MAX_SCALAR;
            if matches!(self.node(id).kind, Kind::Binary(..)) && self.is_scalar(id, &mut left) {
                self.nodes[index].scalar = MAX_SCALAR - left;
            }
        }
        for index in 0..self.nodes.len() {
            if self.nodes[index].scalar > 0
                && let Kind::Binary(_, left, right) = self.nodes[index].kind
            {
                self.unmark_scalars(left);
                self.unmark_scalars(right);
            }
        }
    }

    /// The evaluator does not try again inside of what it has tried.
    fn unmark_scalars(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        node.scalar = 0;
        match &node.kind {
            Kind::Binary(_, left, right) => {
                let (left, right) = (*left, *right);
                self.unmark_scalars(left);
                self.unmark_scalars(right);
            }
            Kind::Block { expressions, .. } => {
                if let Some(only) = expressions.first().copied() {
                    self.unmark_scalars(only);
                }
            }
            _ => {}
        }
    }

    /// Whether a node is of operators on members, variables and literals alone, and of at most `left` nodes.
    fn is_scalar(&self, id: NodeId, left: &mut u8) -> bool {
        let Some(rest) = left.checked_sub(1) else { return false };
        *left = rest;
        let node = self.node(id);
        if node.has_extras || node.keep_array || node.long_chain || node.step.is_some() {
            return false;
        }
        match &node.kind {
            Kind::Number(_) | Kind::Literal(_) | Kind::Local(_) | Kind::Global(_) | Kind::Context => true,
            Kind::Path(path) => path.members,
            Kind::Block { expressions, binds: false } => match expressions.as_slice() {
                [only] => self.is_scalar(*only, left),
                _ => false,
            },
            Kind::Binary(operator, first, second) => {
                let concerns_others =
                    matches!(operator, Operator::Concatenate | Operator::Range | Operator::In);
                !concerns_others && self.is_scalar(*first, left) && self.is_scalar(*second, left)
            }
            _ => false,
        }
    }

    fn finish(mut self, root: NodeId, options: CompileOptions) -> Code {
        self.mark_long_chains();
        for (node, slot) in std::mem::take(&mut self.ancestors) {
            let label = self.slots[slot].label;
            self.step_mut(node).ancestor = Some(label);
        }
        for index in 0..self.nodes.len() {
            let node = &mut self.nodes[index];
            node.has_extras = !node.predicates.is_empty() || node.group.is_some();
            let kind = match &self.nodes[index].kind {
                Kind::Local(symbol)
                    if !self.open && !self.bound.get(*symbol as usize).is_some_and(|bound| *bound) =>
                {
                    Kind::Global(*symbol)
                }
                Kind::Parent(slot) => Kind::Parent(self.slots[*slot as SlotId].label),
                Kind::Path(path) => {
                    let first = path.steps.first().map(|step| &self.node(*step).kind);
                    let from_variable =
                        matches!(first, Some(Kind::Local(_) | Kind::Global(_) | Kind::Context | Kind::Root));
                    let is_plain = |step: &&NodeId| {
                        let node = self.node(**step);
                        node.step.is_none()
                            && node.predicates.is_empty()
                            && node.group.is_none()
                            && !matches!(node.kind, Kind::Sort(_))
                    };
                    let plain = path.steps.iter().take_while(is_plain).count();
                    let names = path.steps.iter().skip(usize::from(from_variable)).all(|step| {
                        let node = self.node(*step);
                        matches!(node.kind, Kind::Field(_))
                            && node.predicates.is_empty()
                            && node.group.is_none()
                    });
                    let first_is_bare = path.steps.first().is_none_or(|step| {
                        let node = self.node(*step);
                        node.predicates.is_empty() && node.group.is_none() && !node.keep_array
                    });
                    let node = self.node(index as NodeId);
                    let kept = path.keep_singleton || node.keep_array || node.group.is_some();
                    let members = plain == path.steps.len() && names && first_is_bare && !kept;
                    if let Some(path) = self.path_mut(index as NodeId) {
                        path.from_variable = from_variable;
                        path.plain = plain;
                        path.members = members;
                    }
                    continue;
                }
                _ => continue,
            };
            self.nodes[index].kind = kind;
        }
        self.mark_scalars();
        let natives = self.symbols.iter().map(|name| functions::find(name, options)).collect();
        Code { nodes: self.nodes, root, symbols: self.symbols, natives }
    }
}

/// Names are compared with each other up to this many.
const MAX_PLAIN_NAMES: usize = 200;

/// Operators of up to this many nodes are tried without making values.
const MAX_SCALAR: u8 = 16;

/// Chains up to this length are evaluated by recursion.
const SHORT_CHAIN: usize = 8;

fn operator_of(operator: &str) -> Operator {
    match operator {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "%" => Operator::Remainder,
        "=" => Operator::Equal,
        "!=" => Operator::NotEqual,
        "<" => Operator::Less,
        "<=" => Operator::LessOrEqual,
        ">" => Operator::Greater,
        ">=" => Operator::GreaterOrEqual,
        ".." => Operator::Range,
        "in" => Operator::In,
        "and" => Operator::And,
        "or" => Operator::Or,
        _ => Operator::Concatenate,
    }
}
