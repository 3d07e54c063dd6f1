//! What an expression is compiled to: an arena of nodes in the shape that the evaluator wants.

use std::sync::Arc;

use json::{Span, Str, Value};

use crate::regex::Regex;
use crate::signature::Signature;

pub(crate) type NodeId = u32;

/// A name of a variable, as an index into the list of the names of the evaluation.
pub(crate) type Symbol = u32;

#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) nodes: Vec<Node>,
    pub(crate) root: NodeId,
    pub(crate) symbols: Vec<Str>,
    /// The native functions that go by the names.
    pub(crate) natives: Vec<Option<u16>>,
}

#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    /// `[]`: a sequence of one item stays an array.
    pub(crate) keep_array: bool,
    /// There are predicates or a group that apply to the node's value.
    pub(crate) has_extras: bool,
    /// A chain of so many infix operators that it is evaluated in a loop.
    pub(crate) long_chain: bool,
    /// Of how many nodes it is, where it is an operator on numbers, texts and members of objects alone (and not part
    /// of another such operator): worth a try without making values. 0 for all else.
    pub(crate) scalar: u8,
    /// An array constructor that is the first or last step of a path, or a block that holds one.
    pub(crate) constructed: bool,
    /// Filters that belong to the value of the node.
    pub(crate) predicates: Vec<NodeId>,
    /// `{…}` after the node.
    pub(crate) group: Option<Box<Group>>,
    /// What the node is as a step of a path.
    pub(crate) step: Option<Box<Step>>,
}

/// The extras of a node that is a step of a path.
#[derive(Debug, Default)]
pub(crate) struct Step {
    pub(crate) stages: Vec<Stage>,
    /// `@$name`
    pub(crate) focus: Option<Symbol>,
    /// `#$name`
    pub(crate) index: Option<Symbol>,
    /// The name under which the step's context is bound for a `%` further on.
    pub(crate) ancestor: Option<Symbol>,
    /// From this step on the path is a stream of tuples.
    pub(crate) tuple: bool,
}

#[derive(Debug)]
pub(crate) enum Stage {
    Filter(NodeId),
    Index(Symbol),
}

#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) pairs: Vec<(NodeId, NodeId)>,
    /// The names, where all of them are literals, differ and need no care: then there is nothing to group on a
    /// single item.
    pub(crate) names: Option<json::Names>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concatenate,
    Range,
    In,
    And,
    Or,
}

impl Operator {
    /// Whether both operands are always evaluated.
    pub(crate) fn is_simple(self) -> bool {
        !matches!(self, Operator::And | Operator::Or)
    }

    pub(crate) fn is_arithmetic(self) -> bool {
        matches!(
            self,
            Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide | Operator::Remainder
        )
    }

    pub(crate) fn symbol(self) -> &'static str {
        match self {
            Operator::Add => "+",
            Operator::Subtract => "-",
            Operator::Multiply => "*",
            Operator::Divide => "/",
            Operator::Remainder => "%",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::LessOrEqual => "<=",
            Operator::Greater => ">",
            Operator::GreaterOrEqual => ">=",
            Operator::Concatenate => "&",
            Operator::Range => "..",
            Operator::In => "in",
            Operator::And => "and",
            Operator::Or => "or",
        }
    }
}

#[derive(Debug)]
pub(crate) enum Kind {
    Literal(Value),
    /// A number: apart from the other literals since as a predicate it is an index.
    Number(f64),
    Field(Str),
    Wildcard,
    Descendants,
    /// `%`, looked up under the name that the step before binds.
    Parent(Symbol),
    /// `$`
    Context,
    /// `$$`
    Root,
    /// A variable that something in the expression may bind.
    Local(Symbol),
    /// A variable that nothing in the expression binds.
    Global(Symbol),
    Path(Path),
    Binary(Operator, NodeId, NodeId),
    Negate(NodeId),
    /// Items with whether the item is an array constructor itself.
    Array(Vec<(NodeId, bool)>),
    Object(Group),
    Condition(NodeId, NodeId, Option<NodeId>),
    /// `left ?: right`
    Elvis(NodeId, NodeId),
    /// `left ?? right`
    Coalesce(NodeId, NodeId),
    Block {
        expressions: Vec<NodeId>,
        binds: bool,
    },
    Bind(Symbol, NodeId),
    Regex(Arc<Regex>),
    Call(Call),
    /// The arguments with holes.
    Partial(NodeId, Vec<Option<NodeId>>, Option<Str>),
    /// A call in tail position of a function.
    TailCall(NodeId),
    Lambda(Lambda),
    Apply(NodeId, NodeId),
    Transform {
        pattern: NodeId,
        update: NodeId,
        delete: Option<NodeId>,
    },
    Sort(Vec<(NodeId, bool)>),
    /// `?` outside of an argument list; it has no value.
    Placeholder,
}

#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) steps: Vec<NodeId>,
    pub(crate) keep_singleton: bool,
    /// The path yields its tuples: a step after it needs what they bind.
    pub(crate) tuple: bool,
    /// The path starts at a variable rather than at the context.
    pub(crate) from_variable: bool,
    /// So many steps at the beginning have no stages, bindings or other extras.
    pub(crate) plain: usize,
    /// All steps are plain; all but a variable at the beginning are names of members, and nothing is kept an
    /// array.
    pub(crate) members: bool,
}

#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) procedure: NodeId,
    pub(crate) arguments: Vec<NodeId>,
    /// The name that messages give to the function.
    pub(crate) name: Option<Str>,
    /// The function is named without a `$`: the symbol that was meant, for a hint.
    pub(crate) meant: Option<Symbol>,
}

#[derive(Debug)]
pub(crate) struct Lambda {
    pub(crate) parameters: Arc<[Symbol]>,
    pub(crate) signature: Option<Arc<Signature>>,
    pub(crate) body: NodeId,
}

impl Code {
    pub(crate) fn node(&self, id: NodeId) -> &Node {
        &self.nodes[id as usize]
    }
}
