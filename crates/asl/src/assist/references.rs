use json::Span;

use crate::{Document, StateId, Target};

/// Where a state is named: its own name first, then every `StartAt`, `Next` and `Default` that leads to it,
/// in the order of the text. Spans are without the quotes.
pub fn references(document: &Document, state: StateId) -> Vec<Span> {
    let Some(view) = document.state(state) else { return Vec::new() };
    let tree = document.tree();
    let mut named: Vec<Span> = places_of(document)
        .filter(|(_, target)| *target == state)
        .map(|(node, _)| tree.between_quotes(tree.span(node)))
        .collect();
    named.sort_by_key(|span| span.start);
    named.insert(0, tree.between_quotes(view.name_span()));
    named
}

/// The state whose name stands at an offset, where a transition or a scope names it.
pub fn target_at(document: &Document, offset: usize) -> Option<StateId> {
    let tree = document.tree();
    places_of(document).find(|(node, _)| tree.span(*node).touches(offset)).map(|(_, target)| target)
}

/// The values that name states, with the states.
fn places_of(document: &Document) -> impl Iterator<Item = (json::NodeId, StateId)> + '_ {
    let starts = document.scopes().filter_map(|scope| {
        let node = scope.field("StartAt")?;
        Some((node, scope.start()?.id()))
    });
    let ways = document.states().flat_map(|state| state.transitions());
    let ways = ways.filter_map(|transition| match transition.target {
        Target::State(target) => Some((transition.node?, target)),
        _ => None,
    });
    starts.chain(ways)
}

#[cfg(test)]
mod tests {
    use super::{Document, references, target_at};

    #[test]
    fn every_place_that_names_a_state_is_found() {
        let text = r#"{"StartAt": "A", "States": {"A": {"Type": "Pass", "Next": "B"},
            "B": {"Type": "Choice", "Choices": [{"Condition": "{% true %}", "Next": "A"}], "Default": "B"}}}"#;
        let document = Document::parse(text);
        let count = |name: &str| {
            let state = document.state_named(name).unwrap().id();
            let places = references(&document, state);
            assert!(places.iter().all(|span| text.get(span.range()) == Some(name)), "{name}: {places:?}");
            places.len()
        };
        assert_eq!((count("A"), count("B")), (3, 3));
        let start = text.find("\"A\"").unwrap();
        assert_eq!(target_at(&document, start + 1), document.state_named("A").map(|state| state.id()));
        assert_eq!(target_at(&document, 1), None);
    }
}
