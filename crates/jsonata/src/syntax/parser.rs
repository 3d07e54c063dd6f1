//! A recovering top-down operator precedence parser with jsonata's binding powers.
//!
//! The first error is the one that jsonata reports; after it the parser goes on, so that an editor gets
//! a tree from a half-typed text.

use json::{Span, Str, Value};

use super::lexer::{Lexer, Token, TokenKind};
use super::{AstId, AstKind, AstNode, SyntaxError};

/// Expressions within each other, so that no text can exhaust the stack.
const MAX_DEPTH: u32 = 200;
/// Left operands within left operands, which cost no stack while parsing but do later.
const MAX_TREE_DEPTH: u32 = 400;
const MAX_ERRORS: usize = 50;

/// What the parser makes of a text.
pub(crate) struct Parsed {
    pub(crate) nodes: Vec<AstNode>,
    pub(crate) root: AstId,
    pub(crate) errors: Vec<SyntaxError>,
}

/// Parses a text. Never fails: what is wrong is in the errors.
pub(crate) fn parse(text: &str) -> Parsed {
    let mut parser = Parser {
        lexer: Lexer::new(text),
        nodes: Vec::new(),
        current: Token { kind: TokenKind::End, span: Span { start: 0, end: 0 } },
        pending: None,
        previous_end: 0,
        depth: 0,
    };
    parser.advance(false);
    let mut root = parser.expression(0);
    if parser.current.kind != TokenKind::End {
        parser.unexpected("S0201");
        let mut parts = vec![root];
        while parser.current.kind != TokenKind::End {
            let start = parser.current.span.start;
            parser.advance(false);
            if parser.lexer.errors.len() > MAX_ERRORS {
                parser.lexer.skip_to_end();
                parser.pending = None;
                parser.advance(false);
                break;
            }
            if !parser.at_closer() && parser.current.kind != TokenKind::End {
                parts.push(parser.expression(0));
            }
            debug_assert!(parser.current.span.start >= start);
        }
        root = parser.add(AstKind::Broken(parts), 0);
    }
    let mut errors = parser.lexer.errors;
    errors.truncate(MAX_ERRORS);
    Parsed { nodes: parser.nodes, root, errors }
}

struct Parser<'t> {
    lexer: Lexer<'t>,
    nodes: Vec<AstNode>,
    current: Token,
    /// A token that was read and then put back.
    pending: Option<Token>,
    previous_end: usize,
    depth: u32,
}

fn binding_power(operator: &str) -> u32 {
    match operator {
        "[" | "(" | "@" | "#" => 80,
        "." => 75,
        "{" => 70,
        "*" | "/" | "%" => 60,
        "+" | "-" | "&" => 50,
        "=" | "<" | ">" | "^" | "!=" | "<=" | ">=" | "~>" | "?:" | "??" | "in" => 40,
        "and" => 30,
        "or" => 25,
        "?" => 20,
        ":=" => 10,
        _ => 0,
    }
}

impl Parser<'_> {
    fn add(&mut self, kind: AstKind, start: usize) -> AstId {
        let span = Span { start, end: self.previous_end.max(start) };
        self.add_with_span(kind, span)
    }

    fn add_with_span(&mut self, kind: AstKind, span: Span) -> AstId {
        let flat = |id: AstId| self.nodes.get(id as usize).map_or(0, |node| node.depth);
        let depth = match &kind {
            // Chains of operators are evaluated in a loop.
            AstKind::Binary { left, right, .. } => flat(*left).max(flat(*right) + 1),
            kind => kind.children().into_iter().map(flat).max().map_or(0, |depth| depth + 1),
        };
        if depth > MAX_TREE_DEPTH && depth % MAX_TREE_DEPTH == 1 {
            self.too_deep(span);
        }
        self.nodes.push(AstNode { kind, span, keep_array: false, depth });
        (self.nodes.len() - 1) as AstId
    }

    fn too_deep(&mut self, span: Span) {
        let message = "The expression is nested too deeply".to_owned();
        self.lexer.errors.push(SyntaxError { code: "S0218", message, span, expected: Vec::new() });
        self.lexer.skip_to_end();
        self.pending = None;
    }

    fn start_of(&self, id: AstId) -> usize {
        self.nodes.get(id as usize).map_or(0, |node| node.span.start)
    }

    fn kind_of(&self, id: AstId) -> Option<&AstKind> {
        self.nodes.get(id as usize).map(|node| &node.kind)
    }

    fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        expected: &[&'static str],
    ) {
        let error = SyntaxError { code, message: message.into(), span, expected: expected.to_vec() };
        self.lexer.errors.push(error);
    }

    /// The value of a token as messages show it.
    fn shown(&self, token: &Token) -> String {
        let mut shown = String::new();
        match &token.kind {
            TokenKind::End => shown.push_str("\"(end)\""),
            TokenKind::Operator(operator) => json::quote(operator, &mut shown),
            TokenKind::Name(text) | TokenKind::Variable(text) | TokenKind::String(text) => {
                json::quote(text, &mut shown)
            }
            TokenKind::Number(number) => shown.push_str(&crate::numbers::to_js_string(*number)),
            TokenKind::Value(value) => shown = value.to_text(),
            TokenKind::Regex(..) => shown.push_str("{}"),
        }
        shown
    }

    fn unexpected(&mut self, code: &'static str) {
        let shown = self.shown(&self.current);
        let span = self.current.span;
        let message = match code {
            "S0204" => format!("Unknown operator: {shown}"),
            "S0211" => format!("The symbol {shown} cannot be used as a unary operator"),
            _ => format!("Syntax error: {shown}"),
        };
        self.error(code, message, span, &["an operator", "the end of the expression"]);
    }

    /// Takes the current token and reads the next one.
    fn advance(&mut self, infix: bool) -> Token {
        let next = match self.pending.take() {
            Some(token) => token,
            None => self.lexer.next(infix),
        };
        let taken = std::mem::replace(&mut self.current, next);
        self.previous_end = taken.span.end;
        if self.current.is("!") || self.current.is("~") {
            self.unexpected("S0204");
        }
        taken
    }

    /// Takes the token that has to stand here. Where another one stands, what cannot belong to anything
    /// is skipped, and the missing token is imagined.
    fn expect(&mut self, operator: &'static str, infix: bool) {
        if self.current.is(operator) {
            self.advance(infix);
            return;
        }
        let span = self.current.span;
        if self.current.kind == TokenKind::End {
            let message = format!("Expected \"{operator}\" before end of expression");
            self.error("S0203", message, span, &[operator]);
            return;
        }
        let message = format!("Expected \"{operator}\", got {}", self.shown(&self.current));
        self.error("S0202", message, span, &[operator]);
        while !self.at_closer() && self.current.kind != TokenKind::End {
            self.advance(true);
        }
        if self.current.is(operator) {
            self.advance(infix);
        }
    }

    fn at_closer(&self) -> bool {
        matches!(self.current.kind, TokenKind::Operator(")" | "]" | "}" | "," | ";" | ":"))
    }

    fn expression(&mut self, right_binding_power: u32) -> AstId {
        if self.depth >= MAX_DEPTH {
            let span = self.current.span;
            self.too_deep(span);
            self.advance(false);
            return self.add_with_span(AstKind::Broken(Vec::new()), span);
        }
        self.depth += 1;
        let token = self.advance(true);
        let mut left = self.prefix(token);
        while let TokenKind::Operator(operator) = self.current.kind {
            if binding_power(operator) <= right_binding_power {
                break;
            }
            let token = self.advance(false);
            left = self.infix(operator, left, &token);
        }
        self.depth -= 1;
        left
    }

    /// An expression that begins with a token, which is taken already.
    fn prefix(&mut self, token: Token) -> AstId {
        let start = token.span.start;
        let kind = match token.kind {
            TokenKind::End => {
                self.previous_end = token.span.end;
                return self.add_with_span(AstKind::Missing, token.span);
            }
            TokenKind::Name(name) => AstKind::Name(name),
            TokenKind::Variable(name) => AstKind::Variable(name),
            TokenKind::String(text) => AstKind::String(text),
            TokenKind::Number(number) => AstKind::Number(number),
            TokenKind::Value(value) => AstKind::Value(value),
            TokenKind::Regex(pattern, flags) => AstKind::Regex(pattern, flags),
            TokenKind::Operator(operator) => match operator {
                "and" | "or" | "in" => AstKind::Keyword(operator),
                "*" => AstKind::Wildcard,
                "**" => AstKind::Descendants,
                "%" => AstKind::Parent,
                "-" => {
                    let operand = self.expression(70);
                    return self.add(AstKind::Negate(operand), start);
                }
                "(" => {
                    let expressions = self.block();
                    return self.add(AstKind::Block(expressions), start);
                }
                "[" => {
                    let items = self.array();
                    return self.add(AstKind::Array(items), start);
                }
                "{" => {
                    let pairs = self.pairs();
                    return self.add(AstKind::Object(pairs), start);
                }
                "|" => return self.transform(start),
                _ => return self.misplaced(operator, token.span),
            },
        };
        self.add_with_span(kind, token.span)
    }

    /// An operator where an operand should be.
    fn misplaced(&mut self, operator: &'static str, span: Span) -> AstId {
        let message = format!("The symbol \"{operator}\" cannot be used as a unary operator");
        self.error("S0211", message, span, &["an expression"]);
        let node =
            self.add_with_span(AstKind::Broken(Vec::new()), Span { start: span.start, end: span.start });
        if matches!(operator, ")" | "]" | "}" | "," | ";" | ":") && self.pending.is_none() {
            let token = Token { kind: TokenKind::Operator(operator), span };
            let next = std::mem::replace(&mut self.current, token);
            self.pending = Some(next);
            self.previous_end = span.start;
        }
        node
    }

    fn block(&mut self) -> Vec<AstId> {
        let mut expressions = Vec::new();
        while !self.current.is(")") {
            expressions.push(self.expression(0));
            if !self.current.is(";") {
                break;
            }
            self.advance(false);
        }
        self.expect(")", true);
        expressions
    }

    fn array(&mut self) -> Vec<AstId> {
        let mut items = Vec::new();
        if !self.current.is("]") {
            loop {
                let mut item = self.expression(0);
                if self.current.is("..") {
                    self.advance(false);
                    let start = self.start_of(item);
                    let right = self.expression(0);
                    item = self.add(AstKind::Binary { operator: "..", left: item, right }, start);
                }
                items.push(item);
                if !self.current.is(",") {
                    break;
                }
                self.advance(false);
            }
        }
        self.expect("]", true);
        items
    }

    fn pairs(&mut self) -> Vec<(AstId, AstId)> {
        let mut pairs = Vec::new();
        if !self.current.is("}") {
            loop {
                let key = self.expression(0);
                self.expect(":", false);
                let value = if self.at_closer() && !self.lexer.errors.is_empty() {
                    let at = self.previous_end;
                    self.add_with_span(AstKind::Missing, Span { start: at, end: at })
                } else {
                    self.expression(0)
                };
                pairs.push((key, value));
                if !self.current.is(",") {
                    break;
                }
                self.advance(false);
            }
        }
        self.expect("}", true);
        pairs
    }

    fn transform(&mut self, start: usize) -> AstId {
        let pattern = self.expression(0);
        self.expect("|", false);
        let update = self.expression(0);
        let mut delete = None;
        if self.current.is(",") {
            self.advance(false);
            delete = Some(self.expression(0));
        }
        self.expect("|", false);
        self.add(AstKind::Transform { pattern, update, delete }, start)
    }

    /// What an infix operator makes of the expression on its left; the operator is taken already.
    fn infix(&mut self, operator: &'static str, left: AstId, token: &Token) -> AstId {
        let start = self.start_of(left);
        match operator {
            "(" => self.call(left),
            "[" => {
                if self.current.is("]") {
                    let mut step = left;
                    while let Some(AstKind::Predicate { left, .. }) = self.kind_of(step) {
                        step = *left;
                    }
                    if let Some(node) = self.nodes.get_mut(step as usize) {
                        node.keep_array = true;
                    }
                    self.advance(false);
                    return left;
                }
                let right = self.expression(0);
                self.expect("]", true);
                self.add(AstKind::Predicate { left, right }, start)
            }
            "{" => {
                let pairs = self.pairs();
                self.add(AstKind::Group { left, pairs }, start)
            }
            "^" => {
                let terms = self.sort_terms();
                self.add(AstKind::Sort { left, terms }, start)
            }
            ":=" => {
                if !matches!(self.kind_of(left), Some(AstKind::Variable(_))) {
                    let span = self.nodes.get(left as usize).map_or(token.span, |node| node.span);
                    let message = "The left side of := must be a variable name (start with $)";
                    self.error("S0212", message, span, &["a variable"]);
                }
                let right = self.expression(9);
                self.add(AstKind::Binary { operator, left, right }, start)
            }
            "@" | "#" => {
                let right = self.expression(80);
                if !matches!(self.kind_of(right), Some(AstKind::Variable(_))) {
                    let span = self.nodes.get(right as usize).map_or(token.span, |node| node.span);
                    let message =
                        format!("The right side of \"{operator}\" must be a variable name (start with $)");
                    self.error("S0214", message, span, &["a variable"]);
                }
                self.add(AstKind::Binary { operator, left, right }, start)
            }
            "?" => {
                let then = self.expression(0);
                let mut otherwise = None;
                if self.current.is(":") {
                    self.advance(false);
                    otherwise = Some(self.expression(0));
                }
                self.add(AstKind::Condition { condition: left, then, otherwise }, start)
            }
            "?:" => {
                let right = self.expression(0);
                self.add(AstKind::Elvis { left, right }, start)
            }
            "??" => {
                let right = self.expression(0);
                self.add(AstKind::Coalesce { left, right }, start)
            }
            _ => {
                let right = self.expression(binding_power(operator));
                self.add(AstKind::Binary { operator, left, right }, start)
            }
        }
    }

    fn sort_terms(&mut self) -> Vec<(AstId, bool)> {
        self.expect("(", false);
        let mut terms = Vec::new();
        loop {
            let descending = self.current.is(">");
            if descending || self.current.is("<") {
                self.advance(false);
            }
            terms.push((self.expression(0), descending));
            if !self.current.is(",") {
                break;
            }
            self.advance(false);
        }
        self.expect(")", false);
        terms
    }

    fn call(&mut self, left: AstId) -> AstId {
        let start = self.start_of(left);
        let mut partial = false;
        let mut arguments = Vec::new();
        if !self.current.is(")") {
            loop {
                if self.current.is("?") {
                    partial = true;
                    let span = self.current.span;
                    arguments.push(self.add_with_span(AstKind::Placeholder, span));
                    self.advance(false);
                } else {
                    arguments.push(self.expression(0));
                }
                if !self.current.is(",") {
                    break;
                }
                self.advance(false);
            }
        }
        self.expect(")", true);
        let is_lambda =
            matches!(self.kind_of(left), Some(AstKind::Name(name)) if matches!(&**name, "function" | "λ"));
        if is_lambda {
            return self.lambda(start, arguments);
        }
        let kind = if partial {
            AstKind::Partial { procedure: left, arguments }
        } else {
            AstKind::Call { procedure: left, arguments }
        };
        self.add(kind, start)
    }

    fn lambda(&mut self, start: usize, parameters: Vec<AstId>) -> AstId {
        for (index, parameter) in parameters.iter().enumerate() {
            let Some(node) = self.nodes.get(*parameter as usize) else { continue };
            if !matches!(node.kind, AstKind::Variable(_)) {
                let span = node.span;
                let message = format!(
                    "Parameter {} of function definition must be a variable name (start with $)",
                    index + 1
                );
                self.error("S0208", message, span, &["a parameter"]);
            }
        }
        let signature = if self.current.is("<") { self.signature() } else { None };
        self.expect("{", false);
        let body = self.expression(0);
        self.expect("}", false);
        self.add(AstKind::Lambda { parameters, signature, body }, start)
    }

    /// The signature of a function: the values of its tokens, joined.
    fn signature(&mut self) -> Option<(Str, Span)> {
        let start = self.current.span.start;
        let mut text = String::from("<");
        let mut depth = 1;
        while depth > 0 && !self.current.is("{") && self.current.kind != TokenKind::End {
            self.advance(false);
            if self.current.is(">") {
                depth -= 1;
            } else if self.current.is("<") {
                depth += 1;
            }
            match &self.current.kind {
                TokenKind::Operator(operator) => text.push_str(operator),
                TokenKind::Name(name) | TokenKind::Variable(name) | TokenKind::String(name) => {
                    text.push_str(name)
                }
                TokenKind::Number(number) => text.push_str(&crate::numbers::to_js_string(*number)),
                TokenKind::Value(Value::Bool(flag)) => text.push_str(if *flag { "true" } else { "false" }),
                TokenKind::Value(_) => text.push_str("null"),
                TokenKind::Regex(..) | TokenKind::End => {}
            }
        }
        self.expect(">", false);
        let span = Span { start, end: self.previous_end };
        if let Err(error) = crate::signature::Signature::parse(&text) {
            let message = match error.code {
                "S0402" => "Choice groups containing parameterized types are not supported",
                _ => "Type parameters can only be applied to functions and arrays",
            };
            self.error(error.code, message, span, &[]);
            return None;
        }
        Some((text.into(), span))
    }
}
