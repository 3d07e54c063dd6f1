//! Terraform's language.

use json::Value;

use crate::export::plan::Plan;
use crate::node::Node;
use crate::text::{Part, Piece, Text, parts};

/// An expression, its further lines at an indentation.
pub fn expression(node: &Node, plan: &Plan, indent: usize) -> String {
    let mut out = String::new();
    write(node, plan, indent, &mut out);
    out
}

fn write(node: &Node, plan: &Plan, indent: usize, out: &mut String) {
    let margin = " ".repeat(indent + 2);
    let close = |out: &mut String, bracket: char| {
        out.push_str(&" ".repeat(indent));
        out.push(bracket);
    };
    match node {
        Node::Raw(text) => out.push_str(text),
        Node::List(items) if items.is_empty() => out.push_str("[]"),
        Node::Object(members) if members.is_empty() => out.push_str("{}"),
        Node::List(items) => {
            out.push_str("[\n");
            for item in items {
                out.push_str(&margin);
                write(item, plan, indent + 2, out);
                out.push_str(",\n");
            }
            close(out, ']');
        }
        Node::Object(members) => {
            out.push_str("{\n");
            // As `terraform fmt` does it: signs below each other, values of several lines by themselves.
            let lines: Vec<(String, String)> =
                members.iter().map(|(name, item)| (key(name), expression(item, plan, indent + 2))).collect();
            let is_long = |(_, item): &(String, String)| item.contains('\n');
            for group in lines.chunk_by(|a, b| !is_long(a) && !is_long(b)) {
                let width = group.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
                for (name, item) in group {
                    let gap = " ".repeat(width - name.chars().count());
                    out.push_str(&format!("{margin}{name}{gap} = {item}\n"));
                }
            }
            close(out, '}');
        }
        Node::Value(Value::String(text)) => out.push_str(&filled(text, plan)),
        Node::Value(value) => match Node::of_container(value) {
            Some(container) => write(&container, plan, indent, out),
            None => value.write_text(out),
        },
    }
}

/// The name of a member. What looks like a word is none where it means something: `null`, `for`.
fn key(name: &str) -> String {
    let is_word = name.bytes().next().is_some_and(|first| first.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let is_reserved =
        matches!(name, "for" | "if" | "null" | "true" | "false" | "in" | "else" | "endfor" | "endif");
    if is_word && !is_reserved { name.to_owned() } else { literal(name) }
}

/// A text as it is.
pub fn literal(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A text of the definition, its placeholders filled in.
fn filled(content: &str, plan: &Plan) -> String {
    let mut out = Text::default();
    for part in parts(content) {
        out.push(match part {
            Part::Placeholder(name) => match plan.substitution(name) {
                Some(known) => known.stands_for.clone(),
                None => Piece::Literal(format!("${{{name}}}")),
            },
            Part::Literal(literal) => Piece::Literal(literal.to_owned()),
        });
    }
    written(&out, plan)
}

/// A text with what Terraform fills in.
pub fn text(text: &Text, plan: &Plan) -> Node {
    Node::raw(written(text, plan))
}

fn written(text: &Text, plan: &Plan) -> String {
    if let [piece] = text.pieces.as_slice() {
        return place(piece, plan);
    }
    let mut out = String::from("\"");
    for piece in &text.pieces {
        match piece {
            Piece::Literal(text) => out.push_str(&escaped(text)),
            other => {
                guard(&mut out);
                out.push_str(&format!("${{{}}}", place(other, plan)));
            }
        }
    }
    out.push('"');
    out
}

/// A dollar sign in front of `${` would make a text of it.
fn guard(out: &mut String) {
    if out.ends_with('$') {
        out.pop();
        out.push_str("${\"$\"}");
    }
}

/// The expression for a piece that is no text.
pub fn place(piece: &Piece, plan: &Plan) -> String {
    match piece {
        Piece::Literal(text) => literal(text),
        Piece::Partition => "data.aws_partition.current.partition".to_owned(),
        Piece::Region => "data.aws_region.current.id".to_owned(),
        Piece::Account => "data.aws_caller_identity.current.account_id".to_owned(),
        Piece::Placeholder(name) => {
            let id = plan.substitution(name).map_or(name.as_str(), |known| known.id.as_str());
            format!("var.{}", snake_case(id))
        }
    }
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // `${` and `%{` begin a template.
            '$' | '%' if rest.peek() == Some(&'{') => {
                out.push(letter);
                out.push(letter);
            }
            control if control.is_control() => out.push_str(&format!("\\u{:04X}", control as u32)),
            other => out.push(other),
        }
    }
    out
}

/// A definition as a file that `templatefile` reads: all but its placeholders as it is.
pub fn template(text: &str, plan: &Plan) -> String {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Placeholder(name) if plan.substitution(name).is_some() => {
                guard(&mut out);
                out.push_str(&format!("${{{name}}}"));
            }
            Part::Placeholder(name) => out.push_str(&format!("$${{{name}}}")),
            Part::Literal(literal) => out.push_str(&literal.replace("${", "$${").replace("%{", "%%{")),
        }
    }
    out
}

/// `charge_card` of `ChargeCard`.
pub fn snake_case(name: &str) -> String {
    let mut out = String::new();
    let letters: Vec<char> = name.chars().collect();
    for (position, letter) in letters.iter().enumerate() {
        let before = position.checked_sub(1).and_then(|before| letters.get(before));
        let after = letters.get(position + 1);
        if !letter.is_ascii_alphanumeric() {
            if !out.ends_with('_') && !out.is_empty() {
                out.push('_');
            }
            continue;
        }
        let starts_word = letter.is_ascii_uppercase()
            && (before.is_some_and(|before| before.is_ascii_lowercase() || before.is_ascii_digit())
                || (before.is_some_and(char::is_ascii_uppercase)
                    && after.is_some_and(char::is_ascii_lowercase)));
        if starts_word && !out.ends_with('_') {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    let out = out.trim_matches('_').to_owned();
    match out.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() => out,
        _ => format!("workflow_{out}").trim_end_matches('_').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{escaped, snake_case};

    #[test]
    fn templates_are_escaped() {
        assert_eq!(escaped("a\"b\\n\n${x} %{y} $$ % {% z %}"), "a\\\"b\\\\n\\n$${x} %%{y} $$ % {% z %}");
    }

    #[test]
    fn names_are_in_snake_case() {
        let check = |name: &str, expected: &str| assert_eq!(snake_case(name), expected);
        check("ChargeCardFunctionArn", "charge_card_function_arn");
        check("SQSQueueURL", "sqs_queue_url");
        check("my-workflow_2", "my_workflow_2");
        check("2Orders", "workflow_2_orders");
    }
}
