//! Real definitions are drawn whole and without overlap. They stand beside the repository; without them this passes.

use std::fs;
use std::path::Path;

use asl::Document;
use diagram::{Scene, SceneOptions};
use layout::Direction;

#[test]
fn every_definition_is_drawn_without_overlap() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus/definitions");
    let Ok(entries) = fs::read_dir(&folder) else {
        println!("skipped: {} is not there", folder.display());
        return;
    };
    let mut drawn = 0;
    for entry in entries {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let document = Document::parse(&text);
        for direction in [Direction::Down, Direction::Right] {
            let scene = Scene::new(&document, SceneOptions { direction, ..SceneOptions::default() });
            check(&document, &scene, &path.display().to_string());
        }
        drawn += 1;
    }
    assert!(drawn > 100, "{drawn}");
}

fn check(document: &Document, scene: &Scene, name: &str) {
    assert_eq!(scene.nodes.len(), document.state_count(), "{name}");
    for (position, node) in scene.nodes.iter().enumerate() {
        assert!(node.rect.width > 0.0 && node.rect.height > 0.0, "{name}: {}", node.name);
        for other in &scene.nodes[position + 1..] {
            let is_in = |inner: &str, outer: &str| inner.starts_with(&format!("{outer}/"));
            let nested = is_in(&node.key, &other.key) || is_in(&other.key, &node.key);
            if nested {
                let (outer, inner) = if node.depth < other.depth { (node, other) } else { (other, node) };
                assert!(outer.rect.encloses(&inner.rect), "{name}: {} in {}", inner.name, outer.name);
            } else {
                assert!(!node.rect.overlaps(&other.rect), "{name}: {} and {}", node.name, other.name);
            }
        }
        for (text, label) in scene.edges.iter().filter_map(|edge| edge.label.as_ref()) {
            let overlaps = !node.is_container && node.rect.overlaps(label);
            assert!(!overlaps, "{name}: the label {text} lies on {}", node.name);
        }
    }
}
