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
    /// A configuration of Terraform, which may have a definition in it.
    Terraform,
    /// A program of the AWS CDK, which makes a template.
    CdkProgram,
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
                "It may be YAML, but it is no definition in Amazon States Language: that has \"StartAt\" and \
                 \"States\" at its top."
            }
            TextKind::Terraform => {
                "It looks like Terraform, which can't be opened. Open the file that templatefile or file names, or paste \
                 the text between the marks of the heredoc; what jsonencode makes is shown by terraform show -json."
            }
            TextKind::CdkProgram => {
                "It looks like a program of the AWS CDK. Run cdk synth, and open the template that it writes into the \
                 folder cdk.out."
            }
            TextKind::Empty => "It is empty.",
            TextKind::Other => {
                "It is neither JSON nor YAML. A definition in Amazon States Language was expected: an object with \
                 \"StartAt\" and \"States\"."
            }
        }
    }
}

/// Tells by what stands in it, however broken it is.
pub fn kind_of(text: &str) -> TextKind {
    let trimmed = without_comments(text.trim_start_matches('\u{feff}').trim());
    if trimmed.is_empty() {
        return TextKind::Empty;
    }
    if !trimmed.starts_with(['{', '[', '"']) {
        let lines = trimmed.lines().take(200);
        if lines.clone().any(is_of_terraform) {
            return TextKind::Terraform;
        }
        if lines.clone().any(|line| line.contains("aws-cdk") || line.contains("aws_cdk"))
            && !is_yaml_like(trimmed)
        {
            return TextKind::CdkProgram;
        }
        let mut keys = lines.filter(|line| !line.starts_with(['#', '-', ' ']) && line.contains(':'));
        return if keys.next().is_some() && !trimmed.starts_with('<') {
            TextKind::Yaml
        } else {
            TextKind::Other
        };
    }
    let mut length = FIRST_PIECE;
    while length < trimmed.len() {
        let piece = trimmed.get(..trimmed.floor_char_boundary(length)).unwrap_or(trimmed);
        if let Some(kind) = of_beginning(&Tree::parse(piece)) {
            return kind;
        }
        length = length.saturating_mul(16);
    }
    of_whole(&Tree::parse(trimmed))
}

/// Whether a text begins with a key of YAML, as a list of packages of the CDK may.
fn is_yaml_like(text: &str) -> bool {
    text.split_once(':').is_some_and(|(key, _)| !key.contains([' ', '(', '\n', '"']))
}

/// A text without the comments before it, which JSON has not and people write all the same.
fn without_comments(text: &str) -> &str {
    let mut rest = text;
    loop {
        let after = if rest.starts_with("//") {
            rest.split_once('\n')
        } else if rest.starts_with("/*") {
            rest.split_once("*/")
        } else {
            None
        };
        match after {
            Some((_, after)) => rest = after.trim_start(),
            None => return rest,
        }
    }
}

/// The text inside of a fenced code block of Markdown, as chats and web pages hand it over; else the text itself.
pub fn without_fence(text: &str) -> &str {
    let trimmed = text.trim();
    let inside = trimmed.strip_prefix("```").and_then(|rest| rest.strip_suffix("```"));
    inside.and_then(|inside| inside.split_once('\n')).map_or(text, |(_, code)| code)
}

/// Of a long text, this many bytes are looked at first: a recording may have tens of megabytes, and the names that
/// tell nearly always stand in front.
const FIRST_PIECE: usize = 16 * 1024;

/// The kind, where the beginning of a text tells it.
fn of_beginning(tree: &Tree) -> Option<TextKind> {
    let root = tree.root()?;
    if tree.kind(root) != NodeKind::Array {
        return of_names(tree, root);
    }
    // The first item may go on beyond the end of the piece.
    let mut items = tree.items(root);
    let first = items.next()?;
    if is_event(tree, first) {
        return Some(TextKind::ExecutionHistory);
    }
    items.next().map(|_| TextKind::OtherJson)
}

/// Whether a line opens a block of Terraform's language.
fn is_of_terraform(line: &str) -> bool {
    let line = line.trim_end();
    let has_label = ["resource", "module", "variable", "provider", "output", "data"]
        .iter()
        .any(|block| line.strip_prefix(block).is_some_and(|rest| rest.trim_start().starts_with('"')));
    line.ends_with('{') && (has_label || line.starts_with("terraform ") || line.starts_with("locals "))
}

fn of_whole(tree: &Tree) -> TextKind {
    let Some(root) = tree.root() else {
        return TextKind::Other;
    };
    if tree.kind(root) == NodeKind::Array {
        let has_events = tree.items(root).next().is_some_and(|item| is_event(tree, item));
        return if has_events { TextKind::ExecutionHistory } else { TextKind::OtherJson };
    }
    if let Some(kind) = of_names(tree, root) {
        return kind;
    }
    let has = |name: &str| tree.get(root, name).is_some();
    if has("Type") && (has("Next") || has("End") || has("Resource")) {
        TextKind::SingleState
    } else if tree.kind(root) == NodeKind::Object && !tree.problems().is_empty() && tree.len() <= 3 {
        // A definition that somebody has just begun to write.
        TextKind::Definition
    } else {
        TextKind::OtherJson
    }
}

/// The kind of an object that one of its names alone tells.
fn of_names(tree: &Tree, root: NodeId) -> Option<TextKind> {
    let has = |name: &str| tree.get(root, name).is_some();
    if has("States") || has("StartAt") {
        Some(TextKind::Definition)
    } else if has("events") || has("mapRunArn") {
        Some(TextKind::ExecutionHistory)
    } else if has("Resources") || has("AWSTemplateFormatVersion") {
        Some(TextKind::Template)
    } else if has("StateMachines") || has("MockedResponses") {
        Some(TextKind::MockConfig)
    } else {
        None
    }
}

fn is_event(tree: &Tree, item: NodeId) -> bool {
    tree.get(item, "type").is_some() && tree.get(item, "id").is_some()
}

#[cfg(test)]
mod tests {
    use super::{TextKind, kind_of, without_fence};

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
        check("# Names\nlocals {\n  a = 1\n}\n", TextKind::Terraform);
        check(
            "resource \"aws_sfn_state_machine\" \"m\" {\n  definition = <<EOF\n{\"StartAt\": \"A\"}\nEOF\n}\n",
            TextKind::Terraform,
        );
        check("resource: \"a {\"\nlocals: {", TextKind::Yaml);
        check("// My workflow\n/* draft */\n{\"StartAt\": \"A\"}", TextKind::Definition);
        check("import * as cdk from 'aws-cdk-lib';\n", TextKind::CdkProgram);
        check("from aws_cdk import Stack\n\nclass A(Stack):\n  pass\n", TextKind::CdkProgram);
        check("  ", TextKind::Empty);
        check("<html>", TextKind::Other);
        check("hello", TextKind::Other);
    }

    #[test]
    fn fences_are_taken_off() {
        assert_eq!(without_fence(" ```json\n{}\n```\n"), "{}\n");
        assert_eq!(without_fence("```\na: b\n```"), "a: b\n");
        assert_eq!(without_fence("{\"a\": \"```\"}"), "{\"a\": \"```\"}");
    }

    #[test]
    fn of_long_texts_the_beginning_tells_the_kind() {
        let filling = "\u{e9}x, ".repeat(20_000);
        let check = |text: String, kind: TextKind| {
            assert!(text.len() > 4 * super::FIRST_PIECE);
            assert_eq!(kind_of(&text), kind, "{}", text.get(..80).unwrap_or_default());
        };
        check(
            format!("{{\"events\": [{{\"input\": \"{filling}\"}}], \"a\": 1}}"),
            TextKind::ExecutionHistory,
        );
        check(
            format!("[{{\"id\": 1, \"type\": \"ExecutionStarted\", \"input\": \"{filling}\"}}]"),
            TextKind::ExecutionHistory,
        );
        // What tells stands behind the piece that is looked at first.
        check(
            format!("[{{\"input\": \"{filling}\", \"id\": 1, \"type\": \"ExecutionStarted\"}}]"),
            TextKind::ExecutionHistory,
        );
        check(format!("{{\"Comment\": \"{filling}\", \"States\": {{}}}}"), TextKind::Definition);
        check(format!("{{\"Comment\": \"{filling}\", \"events\": []}}"), TextKind::ExecutionHistory);
        check(
            format!("{{\"Type\": \"Pass\", \"Result\": \"{filling}\", \"End\": true}}"),
            TextKind::SingleState,
        );
        check(
            format!("{{\"Type\": \"Pass\", \"End\": true, \"Comment\": \"{filling}\", \"StartAt\": \"A\"}}"),
            TextKind::Definition,
        );
        check(format!("[\"{filling}\", {{\"id\": 1, \"type\": \"x\"}}]"), TextKind::OtherJson);
        check(format!("{{\"order\": \"{filling}\"}}"), TextKind::OtherJson);
        // Text behind the root value, and a text that ends nowhere.
        check(format!("{{\"order\": 1, \"lines\": []}} {filling}"), TextKind::OtherJson);
        check(format!("{{\"StartAt\": \"{filling}"), TextKind::Definition);
    }
}
