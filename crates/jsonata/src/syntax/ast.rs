//! The syntax tree of an expression, as it is written.

use json::{Span, Str, Value};

/// The index of a node in [`crate::Expression::nodes`].
pub type AstId = u32;

/// A node of the syntax tree.
#[derive(Clone, Debug)]
pub struct AstNode {
    pub kind: AstKind,
    /// Where, in bytes of the text, with everything that belongs to the node.
    pub span: Span,
    /// `[]` follows: a sequence of one item stays an array.
    pub keep_array: bool,
    /// The levels of nodes below.
    pub(crate) depth: u32,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum AstKind {
    Name(Str),
    /// `$name`; an empty name is the context `$`, the name `$` the root `$$`.
    Variable(Str),
    String(Str),
    Number(f64),
    /// `true`, `false`, `null`.
    Value(Value),
    /// `/pattern/flags`
    Regex(Str, Str),
    Wildcard,
    Descendants,
    Parent,
    /// `and`, `or`, `in` where a name is expected.
    Keyword(&'static str),
    /// `?` in an argument list.
    Placeholder,
    /// An infix operator without a node of its own: `.`, arithmetic, comparison, `:=`, `@`, `#`, `~>`, `..`.
    Binary {
        operator: &'static str,
        left: AstId,
        right: AstId,
    },
    /// `left[right]`
    Predicate {
        left: AstId,
        right: AstId,
    },
    Negate(AstId),
    Array(Vec<AstId>),
    Object(Vec<(AstId, AstId)>),
    /// `left{…}`
    Group {
        left: AstId,
        pairs: Vec<(AstId, AstId)>,
    },
    /// `left^(…)`, with whether a term is descending.
    Sort {
        left: AstId,
        terms: Vec<(AstId, bool)>,
    },
    Call {
        procedure: AstId,
        arguments: Vec<AstId>,
    },
    /// A call with placeholders.
    Partial {
        procedure: AstId,
        arguments: Vec<AstId>,
    },
    Lambda {
        parameters: Vec<AstId>,
        signature: Option<(Str, Span)>,
        body: AstId,
    },
    /// `condition ? then : otherwise`
    Condition {
        condition: AstId,
        then: AstId,
        otherwise: Option<AstId>,
    },
    /// `left ?: right`
    Elvis {
        left: AstId,
        right: AstId,
    },
    /// `left ?? right`
    Coalesce {
        left: AstId,
        right: AstId,
    },
    Transform {
        pattern: AstId,
        update: AstId,
        delete: Option<AstId>,
    },
    Block(Vec<AstId>),
    /// The end of the text stands where an expression should.
    Missing,
    /// What could not be understood, with the parts that could.
    Broken(Vec<AstId>),
}

impl AstKind {
    /// The nodes directly below, in the order of the text.
    pub fn children(&self) -> Vec<AstId> {
        match self {
            AstKind::Name(_)
            | AstKind::Variable(_)
            | AstKind::String(_)
            | AstKind::Number(_)
            | AstKind::Value(_)
            | AstKind::Regex(..)
            | AstKind::Wildcard
            | AstKind::Descendants
            | AstKind::Parent
            | AstKind::Keyword(_)
            | AstKind::Placeholder
            | AstKind::Missing => Vec::new(),
            AstKind::Binary { left, right, .. }
            | AstKind::Predicate { left, right }
            | AstKind::Elvis { left, right }
            | AstKind::Coalesce { left, right } => vec![*left, *right],
            AstKind::Negate(operand) => vec![*operand],
            AstKind::Array(items) | AstKind::Block(items) | AstKind::Broken(items) => items.clone(),
            AstKind::Object(pairs) => pairs.iter().flat_map(|(key, value)| [*key, *value]).collect(),
            AstKind::Group { left, pairs } => {
                std::iter::once(*left).chain(pairs.iter().flat_map(|(key, value)| [*key, *value])).collect()
            }
            AstKind::Sort { left, terms } => {
                std::iter::once(*left).chain(terms.iter().map(|(term, _)| *term)).collect()
            }
            AstKind::Call { procedure, arguments } | AstKind::Partial { procedure, arguments } => {
                std::iter::once(*procedure).chain(arguments.iter().copied()).collect()
            }
            AstKind::Lambda { parameters, body, .. } => {
                parameters.iter().copied().chain(std::iter::once(*body)).collect()
            }
            AstKind::Condition { condition, then, otherwise } => {
                [*condition, *then].into_iter().chain(*otherwise).collect()
            }
            AstKind::Transform { pattern, update, delete } => {
                [*pattern, *update].into_iter().chain(*delete).collect()
            }
        }
    }
}
