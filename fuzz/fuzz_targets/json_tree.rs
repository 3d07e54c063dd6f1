//! Any text is read into a tree that is that text; what it says agrees with the strict reader.
#![no_main]

use json::{NodeId, Tree};

libfuzzer_sys::fuzz_target!(|text: &str| {
    let tree = Tree::parse(text);
    assert_eq!(tree.text(), text);
    let mut nodes: Vec<NodeId> = tree.root().into_iter().collect();
    while let Some(node) = nodes.pop() {
        let span = tree.span(node);
        assert!(text.get(span.range()).is_some(), "{span:?}");
        nodes.extend(tree.items(node));
        nodes.extend(tree.members(node).filter_map(|member| member.value));
    }
    for problem in tree.problems() {
        assert!(text.get(problem.span.range()).is_some(), "{:?}", problem.span);
    }
    for offset in [0, text.len() / 2, text.len()] {
        if let Some(node) = tree.node_at(offset) {
            tree.pointer(node);
        }
    }
    if let Ok(value) = json::parse(text) {
        assert!(tree.problems().is_empty(), "{:?}", tree.problems());
        let root = tree.root().expect("a value has a root");
        assert_eq!(tree.value(root), value);
        let written = value.to_text();
        assert_eq!(json::parse(&written).expect("what was written can be read"), value);
        assert_eq!(json::parse(&value.to_pretty()).expect("also when it is pretty"), value);
    }
});
