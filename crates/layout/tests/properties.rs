//! What holds for every graph, however odd.

mod recipe;
mod support;

use layout::{Direction, Options, Size, layout};
use proptest::prelude::*;
use recipe::{Recipe, graph_of, permuted};
use support::check;

fn recipes(most_nodes: usize) -> impl Strategy<Value = Recipe> {
    let nodes = prop::collection::vec(any::<(u8, u8, u16)>(), 0..most_nodes);
    nodes.prop_flat_map(|nodes| {
        let most_edges = nodes.len() * 2 + 1;
        let edges = prop::collection::vec(any::<(u16, u16, u8, u8)>(), 0..most_edges);
        let starts = prop::collection::vec(any::<u16>(), nodes.len() + 1);
        (Just(nodes), edges, starts).prop_map(|(nodes, edges, starts)| Recipe { nodes, edges, starts })
    })
}

fn options() -> impl Strategy<Value = Options> {
    (any::<bool>(), any::<bool>()).prop_map(|(right, markers)| Options {
        direction: if right { Direction::Right } else { Direction::Down },
        nested_marker_size: markers.then_some(Size::new(12.0, 12.0)),
        ..Options::default()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_layout_is_sound(recipe in recipes(40), options in options()) {
        let graph = graph_of(&recipe);
        let geometry = layout(&graph, &options);
        check(&graph, &geometry, &options);
        prop_assert_eq!(layout(&graph, &options), geometry);
    }

    #[test]
    fn the_order_of_nodes_does_not_matter(
        (recipe, permutation) in recipes(16).prop_flat_map(|recipe| {
            let order: Vec<usize> = (0..recipe.nodes.len()).collect();
            (Just(recipe), Just(order).prop_shuffle())
        })
    ) {
        let graph = graph_of(&recipe);
        let other = permuted(&graph, &permutation);
        let options = Options::default();
        let (a, b) = (layout(&graph, &options), layout(&other, &options));
        prop_assert_eq!(a.bounds, b.bounds);
        for (node, &moved) in permutation.iter().enumerate() {
            prop_assert_eq!(a.nodes[node], b.nodes[moved]);
        }
        let reading: Vec<usize> = a.reading_order.iter().map(|&node| permutation[node]).collect();
        prop_assert_eq!(&reading, &b.reading_order);
        let lines = |geometry: &layout::Geometry| {
            let mut lines: Vec<String> =
                geometry.edges.iter().map(|e| format!("{} {:?} {:?}", e.scope, e.points, e.label)).collect();
            lines.sort();
            lines
        };
        prop_assert_eq!(lines(&a), lines(&b));
    }
}
