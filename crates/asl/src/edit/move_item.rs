use json::NodeKind;

use super::EditError;
use super::draft::Draft;
use crate::{Document, Patch, Replacement, StateId};

pub(super) fn plan(
    document: &Document,
    of: StateId,
    pointer: &str,
    from: usize,
    to: usize,
) -> Result<Patch, EditError> {
    let state = document.state(of).ok_or(EditError::Gone)?;
    let tree = document.tree();
    let mut list = state.node().ok_or(EditError::Gone)?;
    for step in pointer.split('/').skip(1) {
        let found = match tree.kind(list) {
            NodeKind::Array => step.parse().ok().and_then(|position| tree.items(list).nth(position)),
            _ => tree.get(list, &json::pointer::name(step)),
        };
        list = found.ok_or_else(|| EditError::NoSuchField(pointer.to_owned()))?;
    }
    let items: Vec<_> = tree.items(list).collect();
    if from >= items.len() || to >= items.len() {
        return Err(EditError::NoSuchItem);
    }
    // The items change places, and what stands between them stays.
    let mut order: Vec<usize> = (0..items.len()).collect();
    let moved = order.remove(from);
    order.insert(to, moved);
    let replacements = items.iter().zip(order).filter_map(|(place, item)| {
        let source = items.get(item)?;
        Some(Replacement { span: tree.span(*place), text: tree.source(*source).to_owned() })
    });
    let mut draft = Draft::new(document);
    draft.apply(replacements.collect());
    Ok(draft.finish())
}
