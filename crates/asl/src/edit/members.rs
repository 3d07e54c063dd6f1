use json::{NodeId, Value};

use super::text::{Position, Style, indent_at, insert_member, quoted, remove_children};
use crate::{Document, Patch, Replacement};

/// Changes of members of a document's objects, gathered and then made one patch.
///
/// What isn't named stays byte for byte; what is new is laid out like its neighbours. Nothing is
/// checked: callers change each member once, and leave each object one of its members.
pub struct MemberEdits<'d> {
    document: &'d Document,
    style: Style,
    edits: Vec<MemberEdit>,
}

enum MemberEdit {
    Name { member: NodeId, name: String },
    Value { node: NodeId, value: Value },
    Member { member: NodeId, name: String, value: Value },
    Removed { member: NodeId },
    Added { object: NodeId, after: Option<NodeId>, name: String, value: Value },
}

impl<'d> MemberEdits<'d> {
    pub fn new(document: &'d Document) -> MemberEdits<'d> {
        MemberEdits { document, style: Style::of(document.tree()), edits: Vec::new() }
    }

    /// Gives a member another name.
    pub fn rename(&mut self, member: NodeId, name: impl Into<String>) {
        self.edits.push(MemberEdit::Name { member, name: name.into() });
    }

    /// Puts a value in the place of another.
    pub fn set(&mut self, node: NodeId, value: Value) {
        self.edits.push(MemberEdit::Value { node, value });
    }

    /// Puts a member in the place of another.
    pub fn replace(&mut self, member: NodeId, name: impl Into<String>, value: Value) {
        self.edits.push(MemberEdit::Member { member, name: name.into(), value });
    }

    pub fn remove(&mut self, member: NodeId) {
        self.edits.push(MemberEdit::Removed { member });
    }

    /// Adds a member to an object: after another one, or as the last.
    pub fn add(&mut self, object: NodeId, after: Option<NodeId>, name: impl Into<String>, value: Value) {
        self.edits.push(MemberEdit::Added { object, after, name: name.into(), value });
    }

    /// How many changes there are: what [`MemberEdits::forget_after`] goes back to.
    pub fn len(&self) -> usize {
        self.edits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// The value that each change brings; null for those without one.
    pub fn new_values(&self) -> impl Iterator<Item = &Value> {
        self.edits.iter().map(|edit| match edit {
            MemberEdit::Value { value, .. }
            | MemberEdit::Member { value, .. }
            | MemberEdit::Added { value, .. } => value,
            MemberEdit::Name { .. } | MemberEdit::Removed { .. } => &Value::Null,
        })
    }

    /// Drops all changes after the first so many.
    pub fn forget_after(&mut self, len: usize) {
        self.edits.truncate(len);
    }

    /// All changes as one patch.
    pub fn finish(self) -> Patch {
        let tree = self.document.tree();
        let style = &self.style;
        let mut replacements = Vec::new();
        let mut removed: Vec<(NodeId, Vec<NodeId>)> = Vec::new();
        for edit in &self.edits {
            match edit {
                MemberEdit::Name { member, name } => {
                    replacements.extend(
                        tree.member(*member)
                            .map(|member| Replacement { span: member.name_span, text: quoted(name) }),
                    );
                }
                MemberEdit::Value { node, value } => {
                    let span = tree.span(*node);
                    let text = style.render(value, indent_at(tree.text(), span.start));
                    replacements.push(Replacement { span, text });
                }
                MemberEdit::Member { member, name, value } => {
                    let span = tree.span(*member);
                    let shares_a_line =
                        tree.parent(*member).is_some_and(|object| style.inner_indent(tree, object).is_none());
                    let style = if shares_a_line { &style.inline() } else { style };
                    let value = style.render(value, indent_at(tree.text(), span.start));
                    replacements.push(Replacement { span, text: style.member(name, &value) });
                }
                MemberEdit::Removed { member } => {
                    let Some(object) = tree.parent(*member) else { continue };
                    match removed.iter_mut().find(|(known, _)| *known == object) {
                        Some((_, members)) => members.push(*member),
                        None => removed.push((object, vec![*member])),
                    }
                }
                MemberEdit::Added { object, after, name, value } => {
                    let position = after.map_or(Position::Last, Position::After);
                    replacements.push(insert_member(tree, style, *object, position, name, value));
                }
            }
        }
        for (object, members) in removed {
            replacements.extend(remove_children(tree, object, &members));
        }
        Patch::new(replacements)
    }
}
