//! Places in a definition as AWS spells them.

use json::{NodeId, NodeKind, Tree};

/// The way to a node: `/States/X/Choices[0]/Next`; `/` for the root. Names are not escaped.
pub fn location(tree: &Tree, node: NodeId) -> String {
    let mut steps = Vec::new();
    let mut current = node;
    while let Some(parent) = tree.parent(current) {
        match tree.kind(parent) {
            NodeKind::Object => {
                steps.extend(tree.member(current).map(|member| format!("/{}", member.name)));
            }
            NodeKind::Array => {
                let position = tree.items(parent).position(|item| item == current).unwrap_or_default();
                steps.push(format!("[{position}]"));
            }
            _ => {}
        }
        current = parent;
    }
    if steps.is_empty() { "/".to_owned() } else { steps.into_iter().rev().collect() }
}

#[cfg(test)]
mod tests {
    use json::Tree;

    use super::location;

    #[test]
    fn locations_are_spelled_as_aws_does() {
        let text = r#"{"States": {"a/b": {"Choices": [1, {"Next": "x"}]}}}"#;
        let tree = Tree::parse(text);
        let at = |part: &str| location(&tree, tree.node_at(text.find(part).unwrap() + 1).unwrap());
        assert_eq!(at("\"x\""), "/States/a/b/Choices[1]/Next");
        assert_eq!(location(&tree, tree.root().unwrap()), "/");
    }
}
