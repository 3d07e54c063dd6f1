//! TypeScript.

use json::Value;

use crate::export::plan::Plan;
use crate::node::Node;
use crate::text::{Piece, Text};

/// An expression, its further lines at an indentation.
pub fn expression(node: &Node, indent: usize) -> String {
    let mut out = String::new();
    write(node, indent, &mut out);
    out
}

fn write(node: &Node, indent: usize, out: &mut String) {
    let margin = " ".repeat(indent + 2);
    match node {
        Node::Raw(text) => out.push_str(text),
        Node::List(items) if items.is_empty() => out.push_str("[]"),
        Node::Object(members) if members.is_empty() => out.push_str("{}"),
        Node::List(items) => {
            out.push_str("[\n");
            for item in items {
                out.push_str(&margin);
                write(item, indent + 2, out);
                out.push_str(",\n");
            }
            out.push_str(&" ".repeat(indent));
            out.push(']');
        }
        Node::Object(members) => {
            out.push_str("{\n");
            for (name, item) in members {
                out.push_str(&margin);
                out.push_str(&key(name));
                out.push_str(": ");
                write(item, indent + 2, out);
                out.push_str(",\n");
            }
            out.push_str(&" ".repeat(indent));
            out.push('}');
        }
        Node::Value(Value::String(text)) => out.push_str(&literal(text)),
        Node::Value(value) => match Node::of_container(value) {
            Some(container) => write(&container, indent, out),
            None => value.write_text(out),
        },
    }
}

/// The name of a member.
pub fn key(name: &str) -> String {
    let is_word = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match name {
        // Without brackets it would be the object's prototype.
        "__proto__" => "['__proto__']".to_owned(),
        _ if is_word => name.to_owned(),
        _ => literal(name),
    }
}

/// A text in single quotes.
pub fn literal(text: &str) -> String {
    format!("'{}'", escaped(text, '\''))
}

fn escaped(text: &str, quote: char) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' if quote == '`' && rest.peek() == Some(&'{') => out.push_str("\\$"),
            letter if letter == quote => {
                out.push('\\');
                out.push(letter);
            }
            odd if odd.is_control() || matches!(odd, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", odd as u32));
            }
            other => out.push(other),
        }
    }
    out
}

/// A text with what the stack fills in.
pub fn text(text: &Text, plan: &Plan) -> Node {
    match text.pieces.as_slice() {
        [Piece::Literal(literal)] => Node::text(literal),
        [piece] => Node::raw(place(piece, plan)),
        _ => {
            let inside = text.write(|piece| match piece {
                Piece::Literal(text) => escaped(text, '`'),
                other => format!("${{{}}}", place(other, plan)),
            });
            Node::raw(format!("`{inside}`"))
        }
    }
}

/// The expression for a piece that is no text.
pub fn place(piece: &Piece, plan: &Plan) -> String {
    match piece {
        Piece::Literal(text) => literal(text),
        Piece::Partition => "cdk.Aws.PARTITION".to_owned(),
        Piece::Region => "cdk.Aws.REGION".to_owned(),
        Piece::Account => "cdk.Aws.ACCOUNT_ID".to_owned(),
        Piece::Placeholder(name) => {
            camel_case(plan.substitution(name).map_or(name.as_str(), |known| known.id.as_str()))
        }
    }
}

/// `chargeCardFunctionArn` of `ChargeCardFunctionArn`. A word of the language gets a stroke at its end.
pub fn camel_case(id: &str) -> String {
    let mut letters = id.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    let name: String = first.into_iter().chain(letters).collect();
    const WORDS: [&str; 48] = [
        "arguments",
        "await",
        "break",
        "case",
        "catch",
        "class",
        "const",
        "constructor",
        "continue",
        "debugger",
        "default",
        "delete",
        "do",
        "else",
        "enum",
        "eval",
        "export",
        "extends",
        "false",
        "finally",
        "for",
        "function",
        "if",
        "implements",
        "import",
        "in",
        "instanceof",
        "interface",
        "let",
        "new",
        "null",
        "package",
        "private",
        "protected",
        "public",
        "return",
        "static",
        "super",
        "switch",
        "this",
        "throw",
        "true",
        "try",
        "typeof",
        "var",
        "void",
        "while",
        "yield",
    ];
    const TAKEN: [&str; 9] = ["cdk", "iam", "kms", "logs", "sfn", "scope", "id", "props", "with"];
    if WORDS.contains(&&*name) || TAKEN.contains(&&*name) { format!("{name}_") } else { name }
}

#[cfg(test)]
mod tests {
    use super::{escaped, key, literal};

    #[test]
    fn texts_are_escaped() {
        assert_eq!(literal("it's \\ ${x} `\n"), "'it\\'s \\\\ ${x} `\\n'");
        assert_eq!(escaped("`${x}` $y \\", '`'), "\\`\\${x}\\` $y \\\\");
        assert_eq!(key("__proto__"), "['__proto__']");
        assert_eq!(key("a.$"), "'a.$'");
    }
}
