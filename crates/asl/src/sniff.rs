//! What a text is, when somebody opens it as a definition.

use json::{NodeId, NodeKind, Tree};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// JSON with `States` or `StartAt`, or something so broken that it may be one.
    Definition,
    /// The answer of GetExecutionHistory or DescribeMapRun, or the console's export.
    ExecutionHistory,
    /// A template of CloudFormation or SAM.
    Template,
    /// A MockConfigFile.json of Step Functions Local.
    MockConfig,
    /// One state without a machine around it.
    SingleState,
    /// Another JSON value.
    OtherJson,
    Yaml,
    Empty,
    /// Anything else.
    Other,
}

impl TextKind {
    /// What the text looks like, what was expected, and what to do.
    pub fn explanation(self) -> &'static str {
        match self {
            TextKind::Definition => "It looks like a definition in Amazon States Language.",
            TextKind::ExecutionHistory => {
                "It looks like an execution history (a list of events). A definition in Amazon States Language was \
                 expected: a JSON object with \"StartAt\" and \"States\"."
            }
            TextKind::Template => {
                "It looks like a CloudFormation or SAM template, and it has no state machine. A definition in Amazon \
                 States Language was expected: a JSON object with \"StartAt\" and \"States\", or a template with a \
                 state machine."
            }
            TextKind::MockConfig => {
                "It looks like a mock configuration of Step Functions Local. A definition was expected; paste this \
                 text into the task answers instead."
            }
            TextKind::SingleState => {
                "It looks like a single state. A whole definition was expected: a JSON object with \"StartAt\" and \
                 \"States\". Put the state under a name into \"States\"."
            }
            TextKind::OtherJson => {
                "It is JSON, but no definition in Amazon States Language: that is an object with \"StartAt\" and \
                 \"States\". If it is an input, paste it into the input's text."
            }
            TextKind::Yaml => {
                "It looks like YAML. A definition in JSON was expected: convert it to JSON first."
            }
            TextKind::Empty => "It is empty.",
            TextKind::Other => {
                "It does not look like JSON. A definition in Amazon States Language was expected: a JSON object with \
                 \"StartAt\" and \"States\"."
            }
        }
    }
}

/// Tells by what stands in it, however broken it is.
pub fn kind_of(text: &str) -> TextKind {
    let trimmed = text.trim_start_matches('\u{feff}').trim();
    if trimmed.is_empty() {
        return TextKind::Empty;
    }
    if !trimmed.starts_with(['{', '[', '"']) {
        let lines = trimmed.lines().take(200);
        let mut keys = lines.filter(|line| !line.starts_with(['#', '-', ' ']) && line.contains(':'));
        return if keys.next().is_some() && !trimmed.starts_with('<') {
            TextKind::Yaml
        } else {
            TextKind::Other
        };
    }
    let tree = Tree::parse(trimmed);
    let Some(root) = tree.root() else {
        return TextKind::Other;
    };
    if tree.kind(root) == NodeKind::Array {
        let has_events = tree.items(root).next().is_some_and(|item| is_event(&tree, item));
        return if has_events { TextKind::ExecutionHistory } else { TextKind::OtherJson };
    }
    let has = |name: &str| tree.get(root, name).is_some();
    if has("States") || has("StartAt") {
        TextKind::Definition
    } else if has("events") || has("mapRunArn") {
        TextKind::ExecutionHistory
    } else if has("Resources") || has("AWSTemplateFormatVersion") {
        TextKind::Template
    } else if has("StateMachines") || has("MockedResponses") {
        TextKind::MockConfig
    } else if has("Type") && (has("Next") || has("End") || has("Resource")) {
        TextKind::SingleState
    } else if tree.kind(root) == NodeKind::Object && !tree.problems().is_empty() && tree.len() <= 3 {
        // A definition that somebody has just begun to write.
        TextKind::Definition
    } else {
        TextKind::OtherJson
    }
}

fn is_event(tree: &Tree, item: NodeId) -> bool {
    tree.get(item, "type").is_some() && tree.get(item, "id").is_some()
}

#[cfg(test)]
mod tests {
    use super::{TextKind, kind_of};

    #[test]
    fn texts_are_told_apart() {
        let check = |text: &str, kind: TextKind| assert_eq!(kind_of(text), kind, "{text}");
        check("{\"StartAt\": \"A\", \"States\": {", TextKind::Definition);
        check("\u{feff}{\"States\": {}}", TextKind::Definition);
        check("{", TextKind::Definition);
        check("{\"events\": []}", TextKind::ExecutionHistory);
        check("[{\"id\": 1, \"type\": \"ExecutionStarted\"}]", TextKind::ExecutionHistory);
        check("{\"mapRunArn\": \"arn\", \"itemCounts\": {}}", TextKind::ExecutionHistory);
        check("{\"Resources\": {}}", TextKind::Template);
        check("{\"StateMachines\": {}}", TextKind::MockConfig);
        check("{\"Type\": \"Pass\", \"End\": true}", TextKind::SingleState);
        check("{\"orderId\": 7}", TextKind::OtherJson);
        check("[1, 2]", TextKind::OtherJson);
        check("StartAt: A\nStates:\n  A:\n    Type: Pass", TextKind::Yaml);
        check("  ", TextKind::Empty);
        check("<html>", TextKind::Other);
        check("hello", TextKind::Other);
    }
}
