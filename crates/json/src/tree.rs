//! The lossless tree of a text: every value with its span, however broken the text is.
//!
//! Reading never fails. Where the text is not JSON, the tree holds what can be made of it and
//! [`Tree::problems`] says what is wrong and where. Blanks, spellings and the order of members are
//! not stored: they are in the text, and the spans point there.

mod reread;

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

pub use self::reread::{Reread, common_ends};
use crate::{MAX_DEPTH, Map, Number, Str, Value};

/// A range of a text, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    pub fn empty_at(offset: usize) -> Span {
        Span { start: offset, end: offset }
    }

    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// Whether an offset lies in the span; its end counts, as a cursor can stand there.
    pub fn touches(self, offset: usize) -> bool {
        self.start <= offset && offset <= self.end
    }

    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    pub fn range(self) -> std::ops::Range<usize> {
        self.start..self.end
    }
}

/// A node of one [`Tree`]; meaningless in another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);

impl NodeId {
    fn position(self) -> usize {
        self.0 as usize
    }

    /// How many nodes stand between the start of another node and that of this one, in the order of the text.
    pub fn distance_from(self, other: NodeId) -> i64 {
        i64::from(self.0) - i64::from(other.0)
    }

    /// The node so far behind this one, or before it. There may be none.
    pub fn at_distance(self, distance: i64) -> NodeId {
        NodeId(u32::try_from(i64::from(self.0) + distance).unwrap_or(u32::MAX))
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Null,
    Bool(bool),
    Number,
    String,
    Array,
    Object,
    /// A member of an object: a name, and perhaps a value.
    Member,
    /// Text where a value should be that is none.
    Invalid,
}

/// Where a text is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxProblem {
    /// A sentence without a full stop.
    pub message: String,
    pub span: Span,
    /// What to write in the place of the span, where it is plain what was meant.
    pub mended: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Node {
    kind: NodeKind,
    /// Whether the bracket or the quote that ends it is there; false for what has none.
    is_closed: bool,
    span: Span,
    parent: Option<NodeId>,
    /// Of a container: its members or items. Of a member: its value.
    first_child: Option<NodeId>,
    next_sibling: Option<NodeId>,
    /// Of a member: the span of its name, quotes included.
    name: Span,
}

/// One member of an object.
#[derive(Clone, Debug)]
pub struct Member<'t> {
    pub node: NodeId,
    /// The name without quotes and escapes.
    pub name: Cow<'t, str>,
    /// The span of the name with its quotes.
    pub name_span: Span,
    /// None where the text has a name only.
    pub value: Option<NodeId>,
}

/// See the [module](self).
#[derive(Clone, Debug)]
pub struct Tree {
    text: Str,
    nodes: Vec<Node>,
    root: Option<NodeId>,
    problems: Vec<SyntaxProblem>,
    /// How far the text had been read when each problem was found.
    found_at: Vec<usize>,
}

/// Problems beyond this many are not recorded: nobody reads them, and a huge binary file would make millions.
const MAX_PROBLEMS: usize = 200;

impl Tree {
    /// Reads any text; linear in its length.
    pub fn parse(text: impl Into<Str>) -> Tree {
        let text = text.into();
        let mut reader = Reader::new(&text, 0);
        let root = reader.document();
        let Reader { nodes, problems, found_at, .. } = reader;
        Tree { text, nodes, root, problems, found_at }
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The text, shared.
    pub fn shared_text(&self) -> Str {
        self.text.clone()
    }

    pub fn problems(&self) -> &[SyntaxProblem] {
        &self.problems
    }

    /// The text with all that is wrong put right, where it is plain what was meant by each mistake.
    pub fn mended(&self) -> Option<String> {
        let mut problems: Vec<&SyntaxProblem> = self.problems.iter().collect();
        problems.sort_by_key(|problem| problem.span.start);
        let mut text = String::with_capacity(self.text.len());
        let mut at = 0;
        for problem in problems {
            text.push_str(self.text.get(at..problem.span.start)?);
            text.push_str(problem.mended.as_deref()?);
            at = problem.span.end;
        }
        text.push_str(self.text.get(at..)?);
        Some(text)
    }

    /// The value of the text; none where the text has nothing but blanks.
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    pub fn kind(&self, node: NodeId) -> NodeKind {
        self.node(node).map_or(NodeKind::Invalid, |node| node.kind)
    }

    pub fn span(&self, node: NodeId) -> Span {
        self.node(node).map_or(Span::default(), |node| node.span)
    }

    /// The bytes of a node, as they stand in the text.
    pub fn source(&self, node: NodeId) -> &str {
        self.text.get(self.span(node).range()).unwrap_or_default()
    }

    /// What of a span is between its quotes: a string at the end of a broken text may have none at its end.
    pub fn between_quotes(&self, span: Span) -> Span {
        let source = self.text.get(span.range()).unwrap_or_default();
        let Some(quote) = source.chars().next().filter(|first| matches!(first, '"' | '\'')) else {
            return span;
        };
        let rest = &source[1..];
        let escapes = |text: &str| text.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let is_closed = rest.strip_suffix(quote).is_some_and(|body| escapes(body) % 2 == 0);
        Span::new(span.start + 1, span.end - usize::from(is_closed))
    }

    /// The container or member that a node stands in.
    pub fn parent(&self, node: NodeId) -> Option<NodeId> {
        self.node(node)?.parent
    }

    /// The items of an array; nothing for any other node.
    pub fn items(&self, node: NodeId) -> impl Iterator<Item = NodeId> + '_ {
        let first = match self.kind(node) {
            NodeKind::Array => self.node(node).and_then(|node| node.first_child),
            _ => None,
        };
        self.siblings_from(first)
    }

    /// The members of an object, all of them, also those whose name occurs twice; nothing for any other node.
    pub fn members(&self, node: NodeId) -> impl Iterator<Item = Member<'_>> + '_ {
        let first = match self.kind(node) {
            NodeKind::Object => self.node(node).and_then(|node| node.first_child),
            _ => None,
        };
        self.siblings_from(first).filter_map(|member| self.member(member))
    }

    /// A member node as a member; none for any other node.
    pub fn member(&self, node: NodeId) -> Option<Member<'_>> {
        let data = self.node(node)?;
        if data.kind != NodeKind::Member {
            return None;
        }
        let name = unquote(self.text.get(data.name.range()).unwrap_or_default());
        Some(Member { node, name, name_span: data.name, value: data.first_child })
    }

    /// The member that a value belongs to; none for items and for the root.
    pub fn member_of(&self, value: NodeId) -> Option<Member<'_>> {
        self.member(self.parent(value)?)
    }

    /// The value of the last member with this name that has one, as JSON parsers take the last.
    pub fn get(&self, object: NodeId, name: &str) -> Option<NodeId> {
        let first = match self.kind(object) {
            NodeKind::Object => self.node(object).and_then(|node| node.first_child),
            _ => None,
        };
        let named = self.siblings_from(first).filter_map(|member| self.node(member)).filter(|member| {
            let literal = self.text.get(member.name.range()).unwrap_or_default();
            is_literal_of(literal, name)
        });
        named.filter_map(|member| member.first_child).last()
    }

    /// The text of a string node, without quotes and escapes.
    pub fn as_str(&self, node: NodeId) -> Option<Cow<'_, str>> {
        (self.kind(node) == NodeKind::String).then(|| unquote(self.source(node)))
    }

    pub fn as_bool(&self, node: NodeId) -> Option<bool> {
        match self.kind(node) {
            NodeKind::Bool(flag) => Some(flag),
            _ => None,
        }
    }

    pub fn as_number(&self, node: NodeId) -> Option<Number> {
        match self.kind(node) {
            NodeKind::Number => Number::from_text(self.source(node)),
            _ => None,
        }
    }

    /// The value of a node; what is not JSON becomes null or is left out.
    pub fn value(&self, node: NodeId) -> Value {
        let mut names = HashSet::new();
        self.value_at(node, 0, &mut names)
    }

    /// The innermost node at an offset.
    pub fn node_at(&self, offset: usize) -> Option<NodeId> {
        let mut found = self.root.filter(|root| self.span(*root).touches(offset))?;
        loop {
            let first = self.node(found)?.first_child;
            match self.siblings_from(first).find(|child| self.span(*child).touches(offset)) {
                Some(child) => found = child,
                None => return Some(found),
            }
        }
    }

    /// The way from the root to a node: names of members and positions of items, as a JSON Pointer (RFC 6901).
    pub fn pointer(&self, node: NodeId) -> String {
        let mut steps = Vec::new();
        let mut current = node;
        while let Some(parent) = self.parent(current) {
            match self.kind(parent) {
                NodeKind::Object => {
                    if let Some(member) = self.member(current) {
                        steps.push(crate::pointer::step(&member.name));
                    }
                }
                NodeKind::Array => {
                    let position = self.items(parent).position(|item| item == current).unwrap_or_default();
                    steps.push(position.to_string());
                }
                _ => {}
            }
            current = parent;
        }
        steps.iter().rev().fold(String::new(), |pointer, step| pointer + "/" + step)
    }

    fn value_at(&self, node: NodeId, depth: u32, names: &mut HashSet<Str>) -> Value {
        if depth > MAX_DEPTH {
            return Value::Null;
        }
        match self.kind(node) {
            NodeKind::Null | NodeKind::Invalid => Value::Null,
            NodeKind::Bool(flag) => Value::Bool(flag),
            NodeKind::Number => self.as_number(node).map_or(Value::Null, Value::Number),
            NodeKind::String => Value::String(unquote(self.source(node)).into()),
            NodeKind::Array => {
                Value::array(self.items(node).map(|item| self.value_at(item, depth + 1, names)).collect())
            }
            NodeKind::Object => {
                let mut map = Map::new();
                for member in self.members(node) {
                    if let Some(value) = member.value {
                        let name = match names.get(&*member.name) {
                            Some(known) => known.clone(),
                            None => {
                                let name: Str = member.name.into();
                                names.insert(name.clone());
                                name
                            }
                        };
                        let value = self.value_at(value, depth + 1, names);
                        map.insert(name, value);
                    }
                }
                Value::object(map)
            }
            NodeKind::Member => self
                .member(node)
                .and_then(|member| member.value)
                .map_or(Value::Null, |value| self.value_at(value, depth, names)),
        }
    }

    fn node(&self, node: NodeId) -> Option<&Node> {
        self.nodes.get(node.position())
    }

    fn siblings_from(&self, first: Option<NodeId>) -> impl Iterator<Item = NodeId> + '_ {
        std::iter::successors(first, |node| self.node(*node).and_then(|node| node.next_sibling))
    }
}

/// Whether [`unquote`] makes a text of a literal.
fn is_literal_of(literal: &str, text: &str) -> bool {
    // No literal is shorter than its text, but for the quotes that may be missing.
    if literal.len() < text.len() {
        return false;
    }
    match literal.strip_prefix('"').and_then(|content| content.strip_suffix('"')) {
        Some(content) if content == text && !text.contains('\\') => true,
        Some(content) if content != text && content.len() <= text.len() => false,
        _ => unquote(literal) == text,
    }
}

/// The content of a string literal, also of one without its closing quote or in single quotes. Invalid escapes stay
/// as they are.
pub fn unquote(literal: &str) -> Cow<'_, str> {
    if let Some(content) = literal.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return content.into();
    }
    let content = literal.strip_prefix('"').unwrap_or(literal);
    if !content.contains('\\') {
        return content.strip_suffix('"').unwrap_or(content).into();
    }
    let mut out = String::with_capacity(content.len());
    let mut rest = content;
    loop {
        match rest.find(['\\', '"']) {
            None => {
                out.push_str(rest);
                return out.into();
            }
            Some(stop) => {
                out.push_str(&rest[..stop]);
                rest = &rest[stop..];
                if rest.starts_with('"') {
                    return out.into();
                }
                match unescape(rest) {
                    Some((character, len)) => {
                        out.push(character);
                        rest = &rest[len..];
                    }
                    None => {
                        out.push('\\');
                        rest = &rest[1..];
                    }
                }
            }
        }
    }
}

/// The character of the escape sequence that a text starts with, and the sequence's length in bytes.
/// A surrogate without its partner gives U+FFFD.
pub(crate) fn unescape(text: &str) -> Option<(char, usize)> {
    let hex = |at: usize| -> Option<u32> {
        let digits = text.get(at..at + 4)?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    };
    let simple = match text.as_bytes().get(1)? {
        b'"' => '"',
        b'\\' => '\\',
        b'/' => '/',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            let unit = hex(2)?;
            if (0xd800..0xdc00).contains(&unit)
                && text.get(6..8) == Some("\\u")
                && let Some(low @ 0xdc00..0xe000) = hex(8)
            {
                let character = char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00))?;
                return Some((character, 12));
            }
            return Some((char::from_u32(unit).unwrap_or('\u{fffd}'), 6));
        }
        _ => return None,
    };
    Some((simple, 2))
}

/// What a container that is being read waits for.
struct Open {
    node: NodeId,
    last_child: Option<NodeId>,
    /// The member whose value is being read.
    member: Option<NodeId>,
}

struct Reader<'a> {
    text: &'a Arc<str>,
    at: usize,
    nodes: Vec<Node>,
    problems: Vec<SyntaxProblem>,
    found_at: Vec<usize>,
    /// Containers that are open around what is read: none, unless a part of a text is read anew.
    depth: usize,
    /// Reading ends behind it.
    limit: usize,
    /// Whether it made a difference what is around the part that is read.
    asked_around: bool,
    /// The last comments in a row; empty if there were none.
    comments: Span,
}

impl<'a> Reader<'a> {
    fn new(text: &'a Arc<str>, at: usize) -> Reader<'a> {
        Reader {
            text,
            at,
            nodes: Vec::new(),
            problems: Vec::new(),
            found_at: Vec::new(),
            depth: 0,
            limit: text.len(),
            asked_around: false,
            comments: Span::default(),
        }
    }

    fn document(&mut self) -> Option<NodeId> {
        if self.text.starts_with('\u{feff}') {
            self.at = '\u{feff}'.len_utf8();
        }
        self.blanks();
        if self.at == self.text.len() {
            self.problem("The text is empty", Span::empty_at(0));
            return None;
        }
        let root = self.value();
        self.blanks();
        if self.at < self.text.len() {
            self.problem(
                "Unexpected text after the end of the JSON value",
                Span::new(self.at, self.text.len()),
            );
        }
        Some(root)
    }

    /// Reads a value with all that is in it, without recursion.
    fn value(&mut self) -> NodeId {
        let mut open: Vec<Open> = Vec::new();
        let root = self.start_value(&mut open);
        while let Some(container) = open.last().filter(|_| self.at <= self.limit) {
            let (node, member, first) = (container.node, container.member, container.last_child.is_none());
            if let Some(member) = member {
                self.end_of_member(member, &mut open);
                continue;
            }
            let is_object = self.nodes[node.position()].kind == NodeKind::Object;
            let close = if is_object { b'}' } else { b']' };
            self.blanks();
            match self.peek() {
                None => {
                    let bracket = if is_object { "}" } else { "]" };
                    let opened = self.nodes[node.position()].span.start;
                    self.problem(format!("Missing {bracket} at the end"), Span::new(opened, opened + 1));
                    self.close(&mut open);
                }
                Some(byte) if byte == close => {
                    self.at += 1;
                    self.nodes[node.position()].is_closed = true;
                    self.close(&mut open);
                }
                Some(b'}' | b']') => self.wrong_bracket(is_object, &mut open),
                Some(b',') => {
                    self.mendable("Unexpected comma", Span::new(self.at, self.at + 1), "");
                    self.at += 1;
                }
                Some(b':') => {
                    self.problem("Unexpected colon", Span::new(self.at, self.at + 1));
                    self.at += 1;
                }
                Some(_) => {
                    if !first && !self.comma_before() {
                        self.mendable("Missing comma", Span::empty_at(self.end_of_last_token()), ",");
                    }
                    if is_object {
                        self.start_member(node, &mut open);
                    } else {
                        let item = self.start_value(&mut open);
                        self.end_of_item(item, &mut open);
                    }
                }
            }
        }
        root
    }

    /// After an item that is complete at once; a container's end is handled when it closes.
    fn end_of_item(&mut self, item: NodeId, open: &mut [Open]) {
        let is_open = open.last().is_some_and(|innermost| innermost.node == item);
        let holder = open.len().checked_sub(if is_open { 2 } else { 1 });
        if let Some(container) = holder.and_then(|position| open.get_mut(position)) {
            link(&mut self.nodes, container, item);
        }
        if !is_open {
            self.comma();
        }
    }

    fn start_member(&mut self, object: NodeId, open: &mut Vec<Open>) {
        let start = self.at;
        let name = match self.peek() {
            Some(b'"') => self.string_token().0,
            Some(b'\'') if self.single_quoted() => Span::new(start, self.at),
            _ => {
                let span = self.bare_token();
                let mended = format!("\"{}\"", &self.text[span.range()]);
                if mended.contains(['\\', '\'']) {
                    self.problem("Expected a name in double quotes", span);
                } else {
                    self.mendable("Expected a name in double quotes", span, mended);
                }
                span
            }
        };
        let member = self.push(NodeKind::Member, Span::new(start, name.end), Some(object));
        self.nodes[member.position()].name = name;
        if let Some(container) = open.last_mut() {
            link(&mut self.nodes, container, member);
            container.member = Some(member);
        }
        self.blanks();
        if self.peek() != Some(b':') {
            self.problem("Missing colon and value after the name", name);
            // A value right behind the name is taken as the member's.
            if !matches!(self.peek(), Some(b'{' | b'[' | b'"' | b'-' | b'0'..=b'9'))
                || self.line_break_before()
            {
                self.finish_member(open);
                return;
            }
        } else {
            self.at += 1;
            self.blanks();
        }
        if matches!(self.peek(), None | Some(b'}' | b']' | b',')) {
            self.problem("Missing value", Span::new(name.start, self.end_of_last_token()));
            self.nodes[member.position()].span.end = self.end_of_last_token();
            self.finish_member(open);
            return;
        }
        let value = self.start_value(open);
        self.nodes[value.position()].parent = Some(member);
        self.nodes[member.position()].first_child = Some(value);
        self.nodes[member.position()].span.end = self.nodes[value.position()].span.end;
        let is_open = open.last().is_some_and(|innermost| innermost.node == value);
        if !is_open {
            self.finish_member(open);
        }
    }

    /// A container that was the value of a member has closed.
    fn end_of_member(&mut self, member: NodeId, open: &mut [Open]) {
        if let Some(value) = self.nodes[member.position()].first_child {
            self.nodes[member.position()].span.end = self.nodes[value.position()].span.end;
        }
        self.finish_member(open);
    }

    fn finish_member(&mut self, open: &mut [Open]) {
        if let Some(container) = open.last_mut() {
            container.member = None;
        }
        self.comma();
    }

    fn close(&mut self, open: &mut Vec<Open>) {
        if let Some(closed) = open.pop() {
            self.nodes[closed.node.position()].span.end = self.at;
        }
        let in_array = open.last().is_some_and(|holder| holder.member.is_none());
        if in_array {
            self.comma();
        }
    }

    /// A closing bracket of the other kind: it closes an outer container if one waits for it, else it is skipped.
    fn wrong_bracket(&mut self, is_object: bool, open: &mut Vec<Open>) {
        let other = if is_object { NodeKind::Array } else { NodeKind::Object };
        let (expected, found) = if is_object { ("}", "]") } else { ("]", "}") };
        self.problem(format!("Expected {expected}, found {found}"), Span::new(self.at, self.at + 1));
        if open.iter().any(|container| self.nodes[container.node.position()].kind == other) {
            self.close(open);
        } else {
            self.asked_around |= self.depth > 0;
            self.at += 1;
        }
    }

    /// Reads a scalar whole, or opens a container.
    fn start_value(&mut self, open: &mut Vec<Open>) -> NodeId {
        let parent = open.last().map(|container| container.node);
        let start = self.at;
        let kind = match self.peek() {
            Some(bracket @ (b'{' | b'[')) => {
                self.at += 1;
                let kind = if bracket == b'{' { NodeKind::Object } else { NodeKind::Array };
                let node = self.push(kind, Span::new(start, self.at), parent);
                if open.len() + self.depth == MAX_DEPTH as usize {
                    let message = format!("The text is nested deeper than {MAX_DEPTH} levels");
                    self.problem(message, Span::new(start, self.text.len()));
                    self.at = self.text.len();
                    self.nodes[node.position()].span.end = self.at;
                    return node;
                }
                open.push(Open { node, last_child: None, member: None });
                return node;
            }
            Some(b'"') => {
                let is_closed = self.string_token().1;
                let node = self.push(NodeKind::String, Span::new(start, self.at), parent);
                self.nodes[node.position()].is_closed = is_closed;
                return node;
            }
            Some(b'\'') if self.single_quoted() => NodeKind::String,
            _ => {
                let span = self.bare_token();
                let token = &self.text[span.range()];
                match token {
                    "true" => NodeKind::Bool(true),
                    "false" => NodeKind::Bool(false),
                    "null" => NodeKind::Null,
                    _ if Number::from_text(token).is_some() => NodeKind::Number,
                    _ => {
                        self.problem(format!("{} is not a JSON value", shortened(token)), span);
                        NodeKind::Invalid
                    }
                }
            }
        };
        self.push(kind, Span::new(start, self.at), parent)
    }

    /// A text in quotes, and whether the closing one is there.
    fn string_token(&mut self) -> (Span, bool) {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut at = start + 1;
        let is_closed = loop {
            match bytes.get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    break true;
                }
                Some(b'\\') => {
                    let escape = bytes.get(at + 1).copied();
                    let valid = match escape {
                        Some(b'u') => {
                            bytes.get(at + 2..at + 6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit))
                        }
                        Some(byte) => b"\"\\/bfnrt".contains(&byte),
                        None => true,
                    };
                    if !valid {
                        let end = at + 1 + self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                        self.at = at;
                        self.problem("The escape sequence is not valid", Span::new(at, end));
                    }
                    at += if matches!(escape, Some(b'"' | b'\\')) { 2 } else { 1 };
                }
                // A string does not go over the end of its line: a missing quote must not swallow the file.
                None | Some(b'\n' | b'\r') => {
                    self.at = at.min(bytes.len());
                    self.problem("Missing closing quote", Span::new(start, self.at));
                    break false;
                }
                Some(0x00..=0x1f) => {
                    self.at = at;
                    self.problem("A control character stands in a string", Span::new(at, at + 1));
                    at += 1;
                }
                Some(_) => at += 1,
            }
        };
        (Span::new(start, self.at), is_closed)
    }

    /// A text in single quotes, as Python and JavaScript write it, which ends on its line.
    fn single_quoted(&mut self) -> bool {
        let start = self.at;
        let rest = &self.text[start + 1..];
        // Not over the beginning of a value with ends of its own: what is inside of it must not matter here.
        let end = rest.find(['\'', '\n', '\r', '"', '\\', '{', '}', '[', ']']);
        let Some(len) = end.filter(|len| rest[*len..].starts_with('\'')) else { return false };
        let span = Span::new(start, start + len + 2);
        self.at = span.end;
        let mended = format!("\"{}\"", &rest[..len]);
        self.mendable("JSON has double quotes only", span, mended);
        true
    }

    /// Everything up to a blank or a character with a meaning of its own; at least one character.
    fn bare_token(&mut self) -> Span {
        let start = self.at;
        let rest = &self.text[start..];
        let len = rest
            .char_indices()
            .find(|(_, character)| {
                matches!(character, ' ' | '\t' | '\n' | '\r' | ',' | ':' | '{' | '}' | '[' | ']' | '"')
            })
            .map_or(rest.len(), |(offset, _)| offset);
        let len = len.max(rest.chars().next().map_or(0, char::len_utf8));
        self.at += len;
        Span::new(start, self.at)
    }

    /// After a member or an item: a comma, if one is there. A comma before a closing bracket is a problem.
    fn comma(&mut self) {
        self.blanks();
        if self.peek() != Some(b',') {
            return;
        }
        let comma = Span::new(self.at, self.at + 1);
        self.at += 1;
        self.blanks();
        if matches!(self.peek(), Some(b'}' | b']')) {
            self.mendable("Comma after the last element", comma, "");
        }
    }

    fn comma_before(&self) -> bool {
        self.text[..self.end_of_last_token()].ends_with(',')
    }

    fn line_break_before(&self) -> bool {
        let before = &self.text[..self.at];
        before[before.trim_end_matches([' ', '\t', '\n', '\r']).len()..].contains('\n')
    }

    fn end_of_last_token(&self) -> usize {
        let end_before = |at: usize| self.text[..at].trim_end_matches([' ', '\t', '\n', '\r']).len();
        let end = end_before(self.at);
        if !self.comments.is_empty() && end_before(self.comments.end) == end {
            end_before(self.comments.start)
        } else {
            end
        }
    }

    fn push(&mut self, kind: NodeKind, span: Span, parent: Option<NodeId>) -> NodeId {
        let node = NodeId(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        self.nodes.push(Node {
            kind,
            is_closed: false,
            span,
            parent,
            first_child: None,
            next_sibling: None,
            name: Span::default(),
        });
        node
    }

    fn problem(&mut self, message: impl Into<String>, span: Span) {
        self.report(message.into(), span, None);
    }

    /// A problem that is gone once something else stands in its place.
    fn mendable(&mut self, message: &str, span: Span, mended: impl Into<String>) {
        self.report(message.to_owned(), span, Some(mended.into()));
    }

    fn report(&mut self, message: String, span: Span, mended: Option<String>) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(SyntaxProblem { message, span, mended });
            self.found_at.push(self.at);
        }
    }

    fn blanks(&mut self) {
        loop {
            match self.peek() {
                Some(b' ' | b'\t' | b'\n' | b'\r') => self.at += 1,
                Some(b'/') if self.comment() => {}
                _ => return,
            }
        }
    }

    /// Skips a comment as JavaScript has them: what is around it can still be read.
    fn comment(&mut self) -> bool {
        let start = self.at;
        let rest = &self.text[start..];
        let len = if rest.starts_with("//") {
            rest.find(['\n', '\r']).unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else {
            return false;
        };
        let goes_on = !self.comments.is_empty()
            && self.text[self.comments.end..start].trim_matches([' ', '\t', '\n', '\r']).is_empty();
        self.at = start + len;
        self.comments = Span::new(if goes_on { self.comments.start } else { start }, self.at);
        self.mendable("JSON has no comments: a field Comment can hold it", Span::new(start, self.at), "");
        true
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }
}

fn link(nodes: &mut [Node], container: &mut Open, child: NodeId) {
    match container.last_child {
        None => nodes[container.node.position()].first_child = Some(child),
        Some(last) => nodes[last.position()].next_sibling = Some(child),
    }
    container.last_child = Some(child);
}

fn shortened(token: &str) -> String {
    match token.char_indices().nth(30) {
        None => token.to_owned(),
        Some((offset, _)) => format!("{}…", &token[..offset]),
    }
}

#[cfg(test)]
mod tests {
    use super::{NodeKind, Span, Tree};
    use crate::parse;

    fn check(text: &str, value: &str, problems: &[&str]) {
        let tree = Tree::parse(text);
        let found: Vec<String> = tree
            .problems()
            .iter()
            .map(|problem| format!("{}..{} {}", problem.span.start, problem.span.end, problem.message))
            .collect();
        assert_eq!(found, problems, "problems of {text:?}");
        let read = tree.root().map_or("nothing".to_owned(), |root| tree.value(root).to_text());
        assert_eq!(read, value, "value of {text:?}");
    }

    #[test]
    fn correct_texts_have_no_problems() {
        for text in [
            r#"{"a":{"b":[1,2.50,{"c":null}],"d":"x\ny"},"e":[],"f":{}}"#,
            "[[[]],[{}],true,false]",
            "\"text\"",
            "-1e5",
        ] {
            check(text, &parse(text).unwrap().to_text(), &[]);
        }
        check(" \n{ \"a\" : [ 1 , 2 ] } \n", r#"{"a":[1,2]}"#, &[]);
    }

    #[test]
    fn a_text_is_what_is_between_its_quotes_also_without_the_last_one() {
        for (text, expected) in [
            (r#""abc""#, "abc"),
            (r#""""#, ""),
            (r#""añ"#, "añ"),
            (r#"""#, ""),
            (r#""a\\""#, r"a\\"),
            (r#""a\""#, r#"a\""#),
            ("'abc'", "abc"),
            ("12", "12"),
        ] {
            let tree = Tree::parse(text);
            let span = tree.between_quotes(tree.span(tree.root().unwrap()));
            assert_eq!(text.get(span.range()), Some(expected), "{text}");
        }
    }

    #[test]
    fn broken_texts_keep_what_makes_sense() {
        check("", "nothing", &["0..0 The text is empty"]);
        check("{\"a\": 1", r#"{"a":1}"#, &["0..1 Missing } at the end"]);
        check("{\"a\": 1,}", r#"{"a":1}"#, &["7..8 Comma after the last element"]);
        check("{\"a\": 1 \"b\": 2}", r#"{"a":1,"b":2}"#, &["7..7 Missing comma"]);
        check("{\"a\": [1, 2}", r#"{"a":[1,2]}"#, &["11..12 Expected ], found }"]);
        check("{\"a\": }", "{}", &["1..5 Missing value"]);
        check("{\"a\"}", "{}", &["1..4 Missing colon and value after the name"]);
        check("{\"a\": x}", r#"{"a":null}"#, &["6..7 x is not a JSON value"]);
        check("{a: 1}", r#"{"a":1}"#, &["1..2 Expected a name in double quotes"]);
        check("{\"a\": \"x\n, \"b\": 2}", r#"{"a":"x","b":2}"#, &["6..8 Missing closing quote"]);
        check("{} {}", "{}", &["3..5 Unexpected text after the end of the JSON value"]);
        check("[1,,2]", "[1,2]", &["3..4 Unexpected comma"]);
        check("[1 2]", "[1,2]", &["2..2 Missing comma"]);
    }

    #[test]
    fn what_other_languages_write_is_read_too() {
        let comment = "JSON has no comments: a field Comment can hold it";
        check(
            "// a\n{\"a\": 1, // b\n/* c */ \"b\" /* d */: 2 // e\n, \"f\": 3,\n// g\n} // h",
            r#"{"a":1,"b":2,"f":3}"#,
            &[
                &format!("0..4 {comment}"),
                &format!("14..18 {comment}"),
                &format!("19..26 {comment}"),
                &format!("31..38 {comment}"),
                &format!("42..46 {comment}"),
                &format!("57..61 {comment}"),
                "55..56 Comma after the last element",
                &format!("64..68 {comment}"),
            ],
        );
        check("[1 // a\n 2]", "[1,2]", &[&format!("3..7 {comment}"), "2..2 Missing comma"]);
        check("[1] /* a", "[1]", &[&format!("4..8 {comment}")]);
        check("[1/2]", "[null]", &["1..4 1/2 is not a JSON value"]);
        let quotes = "JSON has double quotes only";
        check(
            "{'a b': ['c', '', 'd\n]}",
            r#"{"a b":["c","",null]}"#,
            &[
                &format!("1..6 {quotes}"),
                &format!("9..12 {quotes}"),
                &format!("14..16 {quotes}"),
                "18..20 'd is not a JSON value",
            ],
        );
        let tree = Tree::parse("{'a': 1, b: 2,}");
        assert_eq!(tree.mended().as_deref(), Some(r#"{"a": 1, "b": 2}"#));
        assert_eq!(Tree::parse("{'a': x,}").mended(), None);
    }

    #[test]
    fn nodes_know_their_place() {
        let text = r#"{"States": {"A": {"Type": "Pass"}}, "L": [1, [2]]}"#;
        let tree = Tree::parse(text);
        let node = tree.node_at(text.find("Pass").unwrap()).unwrap();
        assert_eq!(tree.kind(node), NodeKind::String);
        assert_eq!(tree.pointer(node), "/States/A/Type");
        assert_eq!(tree.source(node), "\"Pass\"");
        assert_eq!(tree.member_of(node).unwrap().name, "Type");
        let two = tree.node_at(text.find('2').unwrap()).unwrap();
        assert_eq!(tree.pointer(two), "/L/1/0");
        let root = tree.root().unwrap();
        assert_eq!(tree.span(root), Span::new(0, text.len()));
        let member = tree.members(root).next().unwrap();
        assert_eq!(&text[tree.span(member.node).range()], r#""States": {"A": {"Type": "Pass"}}"#);
    }

    #[test]
    fn deep_and_hostile_texts_end_soon() {
        for text in
            ["[".repeat(100_000), "{\"a\":".repeat(100_000), "]".repeat(10_000), "\"\\".repeat(10_000)]
        {
            let tree = Tree::parse(text);
            assert!(!tree.problems().is_empty());
        }
    }
}
