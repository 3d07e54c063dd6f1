//! Changes of a text around members and items, in the style of what stands there.

use std::borrow::Cow;

use json::{NodeId, NodeKind, Span, Tree, Value};

use crate::{Patch, Replacement};

pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// How a text is laid out.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Style {
    /// The line break; none in a text of one line.
    newline: Option<&'static str>,
    /// What one level is indented by.
    unit: String,
    /// Between a name and its value.
    colon: String,
    /// Between members on one line.
    comma: String,
}

impl Style {
    /// Learns from the root's first members; a text without any gets two blanks and line breaks.
    pub fn of(tree: &Tree) -> Style {
        let text = tree.text();
        let first_line = text.split_once('\n').map_or("", |(line, _)| line);
        let mut style = Style {
            newline: Some(if first_line.ends_with('\r') { "\r\n" } else { "\n" }),
            unit: "  ".to_owned(),
            colon: ": ".to_owned(),
            comma: ", ".to_owned(),
        };
        let Some(root) = tree.root() else { return style };
        let Some(first) = tree.members(root).next() else {
            if !text.contains('\n') && text.len() > 2 {
                style.newline = None;
            }
            return style;
        };
        if let Some(value) = first.value {
            let between = text.get(first.name_span.end..tree.span(value).start).unwrap_or_default();
            if between.trim_matches(BLANKS) == ":" && !between.contains('\n') {
                style.colon = between.to_owned();
            }
        }
        if on_own_line(tree, first.node) {
            let (outer, inner) = (indent_at(text, tree.span(root).start), indent_of(tree, first.node));
            if let Some(unit) = inner.strip_prefix(outer).filter(|unit| !unit.is_empty()) {
                style.unit = unit.to_owned();
            }
        } else if !text.contains('\n') {
            style.newline = None;
            if let Some(second) = tree.members(root).nth(1) {
                let between =
                    text.get(tree.span(first.node).end..tree.span(second.node).start).unwrap_or_default();
                if between.trim_matches(BLANKS) == "," {
                    style.comma = between.to_owned();
                }
            }
        }
        style
    }

    /// The same style, for values on a single line.
    pub fn inline(&self) -> Style {
        Style { newline: None, ..self.clone() }
    }

    pub fn unit(&self) -> &str {
        &self.unit
    }

    /// What stands between a comma and the next member of this indentation.
    pub fn between(&self, indent: &str) -> String {
        match self.newline {
            Some(newline) => format!("{newline}{indent}"),
            None => self.comma.trim_start_matches(',').to_owned(),
        }
    }

    /// Whether texts of this style are on one line.
    pub fn is_inline(&self) -> bool {
        self.newline.is_none()
    }

    /// Whether a text of the other style fits in as it is.
    pub fn is_like(&self, other: &Style) -> bool {
        self.newline == other.newline && self.unit == other.unit && self.colon == other.colon
    }

    /// A value, laid out as if it stood on a line of this indentation.
    pub fn render(&self, value: &Value, indent: &str) -> String {
        let mut out = String::new();
        self.render_into(value, indent, &mut out);
        out
    }

    /// `"name": value`.
    pub fn member(&self, name: &str, value: &str) -> String {
        format!("{}{}{value}", quoted(name), self.colon)
    }

    fn render_into(&self, value: &Value, indent: &str, out: &mut String) {
        let inner = format!("{indent}{}", self.unit);
        let separate = |out: &mut String, first: bool| {
            match self.newline {
                Some(newline) => {
                    out.push_str(if first { "" } else { "," });
                    out.push_str(newline);
                    out.push_str(&inner);
                }
                None if !first => out.push_str(&self.comma),
                None => {}
            };
        };
        let end = |out: &mut String| {
            if let Some(newline) = self.newline {
                out.push_str(newline);
                out.push_str(indent);
            }
        };
        match value {
            Value::Array(array) if !array.items().is_empty() => {
                out.push('[');
                for (position, item) in array.items().iter().enumerate() {
                    separate(out, position == 0);
                    self.render_into(item, &inner, out);
                }
                end(out);
                out.push(']');
            }
            Value::Object(object) if !object.members().is_empty() => {
                out.push('{');
                for (position, (name, value)) in object.members().iter().enumerate() {
                    separate(out, position == 0);
                    json::quote(name, out);
                    out.push_str(&self.colon);
                    self.render_into(value, &inner, out);
                }
                end(out);
                out.push('}');
            }
            _ => value.without_text().write_text(out),
        }
    }

    /// What stands between members of a container: a line break with its indentation, or a blank.
    fn separator(&self, tree: &Tree, container: NodeId) -> (Cow<'_, str>, String) {
        match self.inner_indent(tree, container) {
            Some(indent) => (format!("{}{indent}", self.newline.unwrap_or("\n")).into(), indent),
            None => (self.comma.trim_start_matches(',').into(), String::new()),
        }
    }

    /// The indentation of a container's members; none if they share its line.
    pub fn inner_indent(&self, tree: &Tree, container: NodeId) -> Option<String> {
        let text = tree.text();
        match children(tree, container).next() {
            Some(first) if on_own_line(tree, first) => Some(indent_of(tree, first).to_owned()),
            Some(_) => None,
            None => {
                self.newline?;
                Some(format!("{}{}", indent_at(text, tree.span(container).start), self.unit))
            }
        }
    }
}

/// Where in a container something new goes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Position {
    First,
    After(NodeId),
    Last,
}

/// Gives the text of something new, in a style and with an indentation.
pub(crate) type Text<'a> = dyn Fn(&Style, &str) -> String + 'a;

/// Inserts members or items. In a container of one line they are laid out on one line as well.
pub(crate) fn insert(
    tree: &Tree,
    style: &Style,
    container: NodeId,
    position: Position,
    texts: &[&Text<'_>],
) -> Replacement {
    let inline = style.inner_indent(tree, container).is_none();
    let inner = if inline { style.inline() } else { style.clone() };
    let (separator, indent) = style.separator(tree, container);
    let texts: Vec<String> = texts.iter().map(|text| text(&inner, &indent)).collect();
    let span = tree.span(container);
    let mut all = children(tree, container);
    let (first, last) = (all.next(), all.last());
    let last = last.or(first);
    let joined = texts.join(&format!(",{separator}"));
    match (position, first, last) {
        (Position::After(child), Some(_), _) => after(tree, child, &separator, &joined),
        (Position::Last, Some(_), Some(last)) => after(tree, last, &separator, &joined),
        (_, Some(first), _) => {
            let start = tree.span(first).start;
            Replacement { span: Span::empty_at(start), text: format!("{joined},{separator}") }
        }
        _ => {
            // The end of a broken container is not its bracket.
            let closed = tree.source(container).ends_with(['}', ']']) && span.len() > 1;
            let inner = Span::new(span.start + 1, if closed { span.end - 1 } else { span.end });
            let outer = indent_at(tree.text(), span.start);
            let text = match style.newline {
                Some(newline) => format!("{separator}{joined}{newline}{outer}"),
                None => joined,
            };
            Replacement { span: inner, text }
        }
    }
}

fn after(tree: &Tree, child: NodeId, separator: &str, text: &str) -> Replacement {
    Replacement { span: Span::empty_at(tree.span(child).end), text: format!(",{separator}{text}") }
}

/// Inserts a member with a value.
pub(crate) fn insert_member(
    tree: &Tree,
    style: &Style,
    object: NodeId,
    position: Position,
    name: &str,
    value: &Value,
) -> Replacement {
    insert(
        tree,
        style,
        object,
        position,
        &[&|style, indent| style.member(name, &style.render(value, indent))],
    )
}

/// Members of an object, items of an array.
pub(crate) fn children(tree: &Tree, container: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    tree.items(container).chain(tree.members(container).map(|member| member.node))
}

/// Removes children of a container, with their commas and blanks.
pub(crate) fn remove_children(tree: &Tree, container: NodeId, removed: &[NodeId]) -> Vec<Replacement> {
    let mut replacements: Vec<Replacement> = Vec::new();
    let mut survivor_end = None;
    let mut waiting: Option<(usize, usize)> = None;
    let mut push = |start, end| {
        replacements.push(Replacement { span: Span::new(start, end), text: String::new() });
    };
    for child in children(tree, container) {
        let span = tree.span(child);
        if removed.contains(&child) {
            let start = waiting.map_or(survivor_end.unwrap_or(span.start), |(start, _)| start);
            waiting = Some((start, span.end));
            continue;
        }
        if let Some((start, end)) = waiting.take() {
            // Without anything before them, they go with what separates them from the next one.
            push(start, if survivor_end.is_none() { span.start } else { end });
        }
        survivor_end = Some(span.end);
    }
    if let Some((start, end)) = waiting {
        if survivor_end.is_some() {
            push(start, end);
        } else {
            let span = tree.span(container);
            let closed = tree.source(container).ends_with(['}', ']']) && span.len() > 1;
            push(span.start + 1, if closed { span.end - 1 } else { span.end });
        }
    }
    replacements
}

/// Removes a member or an item. None for the root.
pub(crate) fn remove_member_patch(tree: &Tree, node: NodeId) -> Option<Patch> {
    let container = tree.parent(node)?;
    Some(Patch::new(remove_children(tree, container, &[node])))
}

/// Adds a field to a state, where the language's table has it.
pub(crate) fn add_field_patch(state: crate::State<'_>, field: &str, value: &Value) -> Option<Patch> {
    let tree = state.document().tree();
    let position = super::links::field_position(state, field);
    Some(Patch::new(vec![insert_member(tree, &Style::of(tree), state.node()?, position, field, value)]))
}

/// Adds a Pass state that ends to a scope.
pub(crate) fn add_state_patch(scope: crate::Scope<'_>, name: &str) -> Option<Patch> {
    let tree = scope.document().tree();
    let states = scope.field("States").filter(|states| tree.kind(*states) == NodeKind::Object)?;
    let state = Value::from_members([("Type", Value::from("Pass")), ("End", Value::from(true))]);
    Some(Patch::new(vec![insert_member(tree, &Style::of(tree), states, Position::Last, name, &state)]))
}

/// The source of a node, for another indentation.
pub(crate) fn reindented(tree: &Tree, node: NodeId, indent: &str, style: &Style) -> String {
    reindent(tree.source(node), indent_at(tree.text(), tree.span(node).start), indent, style)
}

/// A JSON text whose lines after the first start with one indentation, for another one.
/// No JSON text has a line break within a string.
pub(crate) fn reindent(source: &str, from: &str, to: &str, style: &Style) -> String {
    if !source.contains('\n') {
        return source.to_owned();
    }
    let newline = style.newline.unwrap_or("\n");
    let mut lines = source.lines();
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push_str(newline);
        match line.strip_prefix(from) {
            Some(rest) => {
                out.push_str(to);
                out.push_str(rest);
            }
            None => out.push_str(line.trim_start_matches(BLANKS)),
        }
    }
    out
}

/// The same where empty lines stay empty, and lines that are indented by less stay as they are.
pub(crate) fn reindented_text(source: &str, from: &str, to: &str, newline: &str) -> String {
    let mut out = String::with_capacity(source.len());
    for (number, line) in source.split('\n').enumerate() {
        let line = if newline == "\r\n" { line.strip_suffix('\r').unwrap_or(line) } else { line };
        if number > 0 {
            out.push_str(newline);
        }
        match line.strip_prefix(from) {
            Some(rest) if number > 0 && !line.is_empty() => {
                out.push_str(to);
                out.push_str(rest);
            }
            _ => out.push_str(line),
        }
    }
    out
}

/// Whether nothing but blanks stands before a node on its line, and it isn't the first line.
fn on_own_line(tree: &Tree, node: NodeId) -> bool {
    let before = tree.text().get(..tree.span(node).start).unwrap_or_default();
    before.trim_end_matches([' ', '\t']).ends_with('\n')
}

fn indent_of(tree: &Tree, node: NodeId) -> &str {
    indent_at(tree.text(), tree.span(node).start)
}

/// The blanks that the line of an offset starts with.
pub(crate) fn indent_at(text: &str, offset: usize) -> &str {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.rfind('\n').map_or(0, |newline| newline + 1);
    let rest = text.get(line..).unwrap_or_default();
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest.get(..blanks).unwrap_or_default()
}

/// Whether a container stands on one line.
pub(crate) fn is_inline(tree: &Tree, node: NodeId) -> bool {
    matches!(tree.kind(node), NodeKind::Object | NodeKind::Array) && !tree.source(node).contains('\n')
}

/// A text as a JSON literal.
pub(crate) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    json::quote(text, &mut literal);
    literal
}

#[cfg(test)]
mod tests {
    use json::{NodeId, Tree, Value};

    use super::{Position, Style, children, insert_member, remove_children};
    use crate::Patch;

    fn root(tree: &Tree) -> NodeId {
        tree.root().unwrap()
    }

    #[test]
    fn members_are_inserted_in_the_style_of_their_neighbours() {
        let check = |text: &str, expected: &str| {
            let tree = Tree::parse(text);
            let value = json::parse(r#"{"b":[1]}"#).unwrap();
            let last = children(&tree, root(&tree)).last();
            let positions = [Position::Last, Position::First, last.map_or(Position::Last, Position::After)];
            let found: Vec<String> = positions
                .into_iter()
                .map(|position| {
                    let replacement =
                        insert_member(&tree, &Style::of(&tree), root(&tree), position, "n", &value);
                    Patch::new(vec![replacement]).apply_to(text).0
                })
                .collect();
            assert_eq!(found.first().unwrap(), expected);
            assert_eq!(found.last().unwrap(), expected);
            for text in found {
                assert!(json::parse(&text).is_ok(), "{text}");
            }
        };
        check("{}", "{\n  \"n\": {\n    \"b\": [\n      1\n    ]\n  }\n}");
        check("{\"a\":1}", "{\"a\":1, \"n\":{\"b\":[1]}}");
        check("{\"a\":1,\"c\":2}", "{\"a\":1,\"c\":2,\"n\":{\"b\":[1]}}");
        check("{\n\t\"a\" : 1\n}", "{\n\t\"a\" : 1,\n\t\"n\" : {\n\t\t\"b\" : [\n\t\t\t1\n\t\t]\n\t}\n}");
        check(
            "{\r\n \"a\": 1\r\n}\r\n",
            "{\r\n \"a\": 1,\r\n \"n\": {\r\n  \"b\": [\r\n   1\r\n  ]\r\n }\r\n}\r\n",
        );
    }

    #[test]
    fn removing_leaves_the_rest_as_it_was() {
        let check = |text: &str, removed: &[usize], expected: &str| {
            let tree = Tree::parse(text);
            let all: Vec<NodeId> = children(&tree, root(&tree)).collect();
            let removed: Vec<NodeId> = removed.iter().map(|position| all[*position]).collect();
            let patch = Patch::new(remove_children(&tree, root(&tree), &removed));
            let (after, inverse) = patch.apply_to(text);
            assert_eq!(after, expected);
            assert_eq!(inverse.apply_to(&after).0, text);
        };
        let text = "{\n  \"a\": 1,\n  \"b\": 2,\n  \"c\": 3\n}";
        check(text, &[0], "{\n  \"b\": 2,\n  \"c\": 3\n}");
        check(text, &[1], "{\n  \"a\": 1,\n  \"c\": 3\n}");
        check(text, &[2], "{\n  \"a\": 1,\n  \"b\": 2\n}");
        check(text, &[0, 1], "{\n  \"c\": 3\n}");
        check(text, &[1, 2], "{\n  \"a\": 1\n}");
        check(text, &[0, 2], "{\n  \"b\": 2\n}");
        check(text, &[0, 1, 2], "{}");
        check("[1, 2, 3]", &[0, 2], "[2]");
    }

    #[test]
    fn values_are_rendered() {
        let tree = Tree::parse("{\n  \"a\": 1\n}");
        let style = Style::of(&tree);
        assert_eq!(
            style.render(&json::parse("{\"a\":[],\"b\":{},\"c\":1.50}").unwrap(), ""),
            "{\n  \"a\": [],\n  \"b\": {},\n  \"c\": 1.50\n}"
        );
        assert_eq!(style.render(&Value::Null, "  "), "null");
    }
}
