//! The tree of a text that was changed in one place, for less than reading all of it.
//!
//! Only the innermost value around the change is read, if what is outside of it can't make a difference: the value
//! began and ended with a bracket or a quote of its own before the change, and does so after it. All other nodes
//! stay, and move. The result is the tree that [`Tree::parse`] makes of the text.

use super::{MAX_PROBLEMS, Node, NodeId, NodeKind, Reader, Span, SyntaxProblem, Tree};
use crate::Str;

/// The one value, or the name of the one member, in which two trees differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reread {
    /// The value, or the member whose name changed. Its id is the same in both trees.
    pub node: NodeId,
    /// Nodes from it to the last one inside of it, before and after the change.
    pub count_before: usize,
    pub count_after: usize,
    /// Where it ended before the change, and where it ends after it.
    pub end_before: usize,
    pub end_after: usize,
}

impl Reread {
    /// The node in the tree after the change; none for those inside of what was read anew.
    pub fn node_after(&self, node: NodeId) -> Option<NodeId> {
        let distance = node.distance_from(self.node);
        if distance < 0 {
            return Some(node);
        }
        let grown = self.count_after as i64 - self.count_before as i64;
        (distance >= self.count_before as i64).then(|| node.at_distance(grown))
    }

    /// Whether a node of the tree after the change is, or is inside of, what was read anew.
    pub fn contains(&self, node: NodeId) -> bool {
        (0..self.count_after as i64).contains(&node.distance_from(self.node))
    }

    /// Where something outside of it is in the text after the change.
    pub fn offset_after(&self, offset: usize) -> usize {
        if offset < self.end_before { offset } else { offset - self.end_before + self.end_after }
    }

    pub fn span_after(&self, span: Span) -> Span {
        Span::new(self.offset_after(span.start), self.offset_after(span.end))
    }
}

/// How many bytes two texts have in common at their start and, of the rest, at their end. Both are at bounds of
/// characters.
pub fn common_ends(before: &str, after: &str) -> (usize, usize) {
    const BLOCK: usize = 256;
    let (old, new) = (before.as_bytes(), after.as_bytes());
    let blocks = old.chunks(BLOCK).zip(new.chunks(BLOCK)).take_while(|(old, new)| old == new).count();
    let at = (blocks * BLOCK).min(old.len()).min(new.len());
    let rest = old.iter().zip(new).skip(at).take_while(|(old, new)| old == new).count();
    let mut prefix = at + rest;
    while !before.is_char_boundary(prefix) || !after.is_char_boundary(prefix) {
        prefix -= 1;
    }
    let (old, new) = (old.get(prefix..).unwrap_or_default(), new.get(prefix..).unwrap_or_default());
    let blocks = old.rchunks(BLOCK).zip(new.rchunks(BLOCK)).take_while(|(old, new)| old == new).count();
    let at = (blocks * BLOCK).min(old.len()).min(new.len());
    let rest = old.iter().rev().zip(new.iter().rev()).skip(at).take_while(|(old, new)| old == new).count();
    let mut suffix = at + rest;
    while !before.is_char_boundary(before.len() - suffix) || !after.is_char_boundary(after.len() - suffix) {
        suffix -= 1;
    }
    (prefix, suffix)
}

impl Tree {
    /// The tree of a text that this tree's text was changed into. It is the same as [`Tree::parse`] gives; the second
    /// part says where it can differ from this one. That is none where all of the text was read.
    pub fn after(&self, text: impl Into<Str>) -> (Tree, Option<Reread>) {
        let text = text.into();
        match self.reread(&text) {
            Some((tree, reread)) => (tree, Some(reread)),
            None => (Tree::parse(text), None),
        }
    }

    fn reread(&self, text: &Str) -> Option<(Tree, Reread)> {
        let (prefix, suffix) = common_ends(&self.text, text);
        let changed = Span::new(prefix, self.text.len() - suffix);
        if self.problems.len() >= MAX_PROBLEMS {
            return None;
        }
        // From the inside out, and each time something much larger, so that all attempts together cost little.
        let mut tried = 0;
        let around = self.values_around(changed);
        for (depth, node) in around.into_iter().enumerate().rev() {
            let Some(data) = self.node(node) else { continue };
            if data.kind == NodeKind::Member {
                if let Some(found) = self.reread_name(text, node, changed) {
                    return Some(found);
                }
                continue;
            }
            if data.span.len() < tried * 4 {
                continue;
            }
            tried = data.span.len();
            let containers = depth - self.members_above(node);
            if let Some(found) = self.reread_value(text, node, containers) {
                return Some(found);
            }
        }
        None
    }

    /// The closed values, and at last perhaps the member with the name, inside of whose ends a span is; from the
    /// outside in. Members stand between values.
    fn values_around(&self, changed: Span) -> Vec<NodeId> {
        let is_within = |span: Span| span.start < changed.start && changed.end < span.end;
        let mut around = Vec::new();
        let mut next = self.root;
        while let Some(node) = next.filter(|node| is_within(self.span(*node))) {
            let Some(data) = self.node(node) else { break };
            around.push(node);
            next = self.siblings_from(data.first_child).find(|child| is_within(self.span(*child)));
        }
        around
    }

    fn members_above(&self, node: NodeId) -> usize {
        let above = std::iter::successors(self.parent(node), |above| self.parent(*above));
        above.filter(|above| self.kind(*above) == NodeKind::Member).count()
    }

    /// Reads a value anew that begins where it did.
    fn reread_value(&self, text: &Str, node: NodeId, depth: usize) -> Option<(Tree, Reread)> {
        let before = self.node(node).filter(|node| node.is_closed)?;
        let end_after = (before.span.end + text.len()).checked_sub(self.text.len())?;
        let mut reader = Reader::new(text, before.span.start);
        (reader.depth, reader.limit) = (depth, end_after);
        reader.value();
        let is_closed = reader.nodes.first().is_some_and(|root| root.is_closed && root.span.end == end_after);
        if !is_closed || reader.asked_around || reader.at != end_after {
            return None;
        }
        let reread = Reread {
            node,
            count_before: self.count_of(node),
            count_after: reader.nodes.len(),
            end_before: before.span.end,
            end_after,
        };
        let start = before.span.start;
        self.with(text, reread, start, reader)
    }

    /// Reads the name of a member anew.
    fn reread_name(&self, text: &Str, node: NodeId, changed: Span) -> Option<(Tree, Reread)> {
        let before = self.node(node)?;
        let name = before.name;
        let is_quoted = self.text.get(name.range()).is_some_and(|name| name.starts_with('"'));
        if !is_quoted || changed.start <= name.start || changed.end >= name.end {
            return None;
        }
        let end_after = (name.end + text.len()).checked_sub(self.text.len())?;
        // Told as the member with all that is in it, as the way to what is in it has changed.
        let reread = Reread {
            node,
            count_before: self.count_of(node),
            count_after: self.count_of(node),
            end_before: name.end,
            end_after,
        };
        let mut reader = Reader::new(text, name.start);
        let (read, is_closed) = reader.string_token();
        if !is_closed || read.end != end_after || !self.ends_in_quote(name) {
            return None;
        }
        let only_name = Reread { count_before: 0, count_after: 0, ..reread };
        let (tree, _) = self.with(text, only_name, name.start, reader)?;
        Some((tree, reread))
    }

    /// Whether the token of a name has its closing quote: it is then read to the same end whatever follows.
    fn ends_in_quote(&self, name: Span) -> bool {
        let mut reader = Reader::new(&self.text, name.start);
        reader.string_token() == (name, true)
    }

    /// How many nodes a node is, with all that is inside of it.
    fn count_of(&self, node: NodeId) -> usize {
        let mut above = Some(node);
        while let Some(at) = above.and_then(|at| self.node(at)) {
            if let Some(next) = at.next_sibling {
                return next.position() - node.position();
            }
            above = at.parent;
        }
        self.nodes.len() - node.position()
    }

    /// This tree with what was read in the place of what was there.
    fn with(&self, text: &Str, reread: Reread, start: usize, reader: Reader<'_>) -> Option<(Tree, Reread)> {
        let first = reread.node.position();
        let moved_node = |node: NodeId| reread.node_after(node).unwrap_or(node);
        let moved = |node: &Node| Node {
            span: reread.span_after(node.span),
            name: reread.span_after(node.name),
            parent: node.parent.map(moved_node),
            first_child: node.first_child.map(moved_node),
            next_sibling: node.next_sibling.map(moved_node),
            ..*node
        };
        let mut nodes = Vec::with_capacity(self.nodes.len() + reread.count_after - reread.count_before);
        nodes.extend(self.nodes.get(..first)?.iter().map(moved));
        let old_root = self.node(reread.node)?;
        let inside = |node: NodeId| NodeId(node.0 + reread.node.0);
        for (position, node) in reader.nodes.into_iter().enumerate() {
            let is_root = position == 0;
            nodes.push(Node {
                parent: if is_root { old_root.parent } else { node.parent.map(inside) },
                first_child: node.first_child.map(inside),
                next_sibling: if is_root {
                    old_root.next_sibling.map(moved_node)
                } else {
                    node.next_sibling.map(inside)
                },
                ..node
            });
        }
        nodes.extend(self.nodes.get(first + reread.count_before..)?.iter().map(moved));

        let before = self.found_at.partition_point(|at| *at <= start);
        let after = self.found_at.partition_point(|at| *at < reread.end_before);
        let mut problems: Vec<SyntaxProblem> = Vec::new();
        let mut found_at = Vec::new();
        let keep = |range: std::ops::Range<usize>, found: &mut Vec<SyntaxProblem>| {
            let old = self.problems.get(range.clone()).unwrap_or_default();
            found.extend(old.iter().map(|problem| SyntaxProblem {
                mended: problem.mended.clone(),
                message: problem.message.clone(),
                span: reread.span_after(problem.span),
            }));
            self.found_at.get(range).unwrap_or_default().iter().map(|at| reread.offset_after(*at)).collect()
        };
        let earlier: Vec<usize> = keep(0..before, &mut problems);
        found_at.extend(earlier);
        problems.extend(reader.problems);
        found_at.extend(reader.found_at);
        let later: Vec<usize> = keep(after.max(before)..self.problems.len(), &mut problems);
        found_at.extend(later);
        if problems.len() >= MAX_PROBLEMS {
            return None;
        }
        Some((Tree { text: text.clone(), nodes, root: self.root, problems, found_at }, reread))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Tree, common_ends};

    fn check(before: &Tree, text: &str) -> Tree {
        let (tree, reread) = before.after(text);
        let whole = Tree::parse(text);
        assert_eq!(tree.text(), text);
        let context = || format!("{:?} became {text:?}", before.text());
        assert_eq!(tree.nodes, whole.nodes, "{}", context());
        assert_eq!(tree.root, whole.root, "{}", context());
        assert_eq!(tree.problems, whole.problems, "{}", context());
        assert_eq!(tree.found_at, whole.found_at, "{}", context());
        if let Some(reread) = reread {
            for old in before
                .root()
                .into_iter()
                .chain((0..before.len() as i64).map(|at| reread.node.at_distance(at)))
            {
                if let Some(new) = reread.node_after(old).filter(|_| before.node(old).is_some()) {
                    assert_eq!(before.kind(old), tree.kind(new));
                    assert_eq!(before.pointer(old), tree.pointer(new));
                }
            }
        }
        tree
    }

    fn rereads(before: &str, after: &str) -> Option<String> {
        let (tree, reread) = Tree::parse(before).after(after);
        check(&Tree::parse(before), after);
        reread.map(|reread| tree.pointer(reread.node))
    }

    #[test]
    fn the_innermost_value_is_read() {
        let text = r#"{"a": {"b": "text", "c": [1, 22]}, "d": 4}"#;
        let after = |from: &str, to: &str| rereads(text, &text.replacen(from, to, 1));
        assert_eq!(after("ex", "rea").as_deref(), Some("/a/b"));
        assert_eq!(after("22", "2, {}").as_deref(), Some("/a/c"));
        assert_eq!(after("\"c\"", "\"cc\"").as_deref(), Some("/a/cc"));
        assert_eq!(after("22", "]").as_deref(), Some(""));
        assert_eq!(after("text", "te\"t").as_deref(), None);
        assert_eq!(after("1, 22", "1, \"22").as_deref(), None);
        assert_eq!(after("\"d\": 4", "\"d\": {").as_deref(), None);
    }

    #[test]
    fn ends_in_common() {
        assert_eq!(common_ends("", ""), (0, 0));
        assert_eq!(common_ends("aXb", "aYYb"), (1, 1));
        assert_eq!(common_ends("aaa", "aa"), (2, 0));
        assert_eq!(common_ends("é", "è"), (0, 0));
        let long = "0123456789".repeat(100);
        assert_eq!(common_ends(&format!("{long}x{long}"), &format!("{long}y{long}")), (1000, 1000));
        assert_eq!(common_ends(&long, &long), (1000, 0));
    }

    const PARTS: [&str; 29] = [
        "{",
        "}",
        "[",
        "]",
        "\"",
        ":",
        ",",
        " ",
        "\n",
        "\\",
        "\\u00",
        "a",
        "\"a\"",
        "\"b\": 1",
        "\"c\": {}",
        "[1, 2]",
        "12",
        "true",
        "é",
        "{\"a\": \"x\"}",
        "\"x\\q\"",
        ", ",
        "//",
        "/* ",
        "*/",
        "'",
        "\n",
        "\u{1}",
        "\"\"",
    ];

    fn text() -> impl Strategy<Value = String> {
        let leaf = prop::sample::select(
            &[
                "1",
                "\"x\"",
                "\"long text\"",
                "{}",
                "[]",
                "null",
                "\"\\n\"",
                "x",
                "",
                "[1,]",
                "{\"a\" 1}",
                "[{]",
                "\"open",
                "'y'",
                "1 // z\n",
                "/* z */ 2",
            ][..],
        )
        .prop_map(str::to_owned);
        leaf.prop_recursive(4, 40, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..5)
                    .prop_map(|items| format!("[{}]", items.join(", "))),
                prop::collection::vec((prop::sample::select(&["a", "b", "c d", "é"][..]), inner), 0..5)
                    .prop_map(|members| {
                        let members: Vec<String> = members
                            .into_iter()
                            .map(|(name, value)| format!("\n \"{name}\": {value}"))
                            .collect();
                        format!("{{{}}}", members.join(","))
                    }),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_changed_tree_is_the_tree_of_the_changed_text(
            text in text(),
            edits in prop::collection::vec((any::<u16>(), 0..4_usize, prop::sample::select(&PARTS[..])), 1..12),
        ) {
            let mut tree = Tree::parse(text.as_str());
            for (place, removed, inserted) in edits {
                let mut text: Vec<char> = tree.text().chars().collect();
                let start = usize::from(place) % (text.len() + 1);
                let end = (start + removed).min(text.len());
                text.splice(start..end, inserted.chars());
                tree = check(&tree, &text.into_iter().collect::<String>());
            }
        }
    }
}
