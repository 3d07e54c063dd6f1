//! Changes of a text around members and items, in the style of what stands there.

use json::{NodeId, Span, Tree};

use crate::Patch;

/// Removes a member or an item together with one comma and the blanks that belong to it.
/// None for the root.
pub(crate) fn remove_member_patch(tree: &Tree, node: NodeId) -> Option<Patch> {
    tree.parent(node)?;
    Some(Patch::replace(removal_span(tree, node), ""))
}

/// From the end of what stands before the node, if that is a comma, or else up to what follows.
pub(crate) fn removal_span(tree: &Tree, node: NodeId) -> Span {
    let text = tree.text();
    let span = tree.span(node);
    let before = text.get(..span.start).unwrap_or_default().trim_end_matches(BLANKS);
    let after = text.get(span.end..).unwrap_or_default();
    let blanks_after = after.len() - after.trim_start_matches(BLANKS).len();
    if let Some(comma) = before.strip_suffix(',') {
        return Span::new(comma.len(), span.end);
    }
    let next = span.end + blanks_after;
    if text.get(next..).is_some_and(|rest| rest.starts_with(',')) {
        let rest = text.get(next + 1..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches(BLANKS).len();
        return Span::new(span.start, next + 1 + blanks);
    }
    Span::new(before.len(), next)
}

pub(crate) const BLANKS: [char; 4] = [' ', '\t', '\n', '\r'];

/// A text as a JSON literal.
pub(crate) fn quoted(text: &str) -> String {
    let mut literal = String::with_capacity(text.len() + 2);
    json::quote(text, &mut literal);
    literal
}
