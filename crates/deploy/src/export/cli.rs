//! Commands of the AWS CLI, in a script of bash.

use json::Value;

use crate::export::{File, Parts};
use crate::iam::{policy_node, trust_node};
use crate::node::Node;
use crate::text::{Piece, Text};

/// The script, and the definition beside it.
pub fn script(parts: &Parts<'_>, notes: &mut Vec<String>) -> Vec<File> {
    let settings = parts.settings;
    let mut out = String::from("#!/usr/bin/env bash\nset -euo pipefail\n\n");
    let body = body(parts);
    if body.contains("${region}") {
        out.push_str("region=$(aws configure get region)\n");
    }
    if body.contains("${account}") {
        out.push_str("account=$(aws sts get-caller-identity --query Account --output text)\n");
    }
    if body.contains("${partition}") {
        out.push_str("partition=$(aws sts get-caller-identity --query Arn --output text | cut -d: -f2)\n");
    }
    if parts.asks_for_role() {
        out.push_str("role=''  # the ARN of the role that executions take on\n");
    }
    if parts.asks_for_log_group() {
        out.push_str("log_group=''  # the ARN of the log group, with :* at its end\n");
    }
    for substitution in parts.plan.substitutions.iter().filter(|known| known.is_parameter()) {
        let value = quoted(substitution.default.as_deref().unwrap_or_default());
        let mark = if substitution.default.is_some() { "" } else { "  # fill this in" };
        out.push_str(&format!("{}={value}{mark}\n", variable(&substitution.id)));
    }
    if parts.plan.substitutions.iter().any(|known| known.is_parameter() && known.default.is_none()) {
        notes.push("The script has values to fill in before it runs.".to_owned());
    }
    if settings.is_express && parts.options.updates {
        notes.push("The type of a state machine that exists can't be changed.".to_owned());
    }
    out.push('\n');
    out.push_str(&body);
    let mut files = vec![File { name: "deploy.sh".to_owned(), text: out }];
    if !parts.options.is_inline {
        files.push(File { name: parts.definition_file(), text: parts.plan.text.clone() });
    }
    files
}

fn body(parts: &Parts<'_>) -> String {
    let settings = parts.settings;
    let name = parts.name();
    let mut out = String::new();
    if parts.options.is_inline {
        out.push_str(&format!("definition={}\n", quoted(&parts.plan.value.without_text().to_pretty())));
    } else {
        out.push_str(&format!("definition=$(cat {})\n", quoted(&parts.definition_file())));
    }
    for substitution in &parts.plan.substitutions {
        let value = match &substitution.stands_for {
            Piece::Placeholder(_) => format!("${{{}}}", variable(&substitution.id)),
            other => shell_piece(other, parts),
        };
        out.push_str(&format!("definition=${{definition//'${{{}}}'/\"{value}\"}}\n", substitution.key));
    }
    out.push('\n');
    if parts.options.with_role {
        out.push_str(&role(parts));
    } else if !settings.role_arn.is_empty() {
        out.push_str(&format!("role={}\n\n", shell_text(&Text::parse(&settings.role_arn), parts)));
    }
    if parts.makes_log_group() {
        let group = quoted(&parts.log_group());
        out.push_str(&format!(
            "aws logs create-log-group --log-group-name {group} || true\nlog_group=\"arn:${{partition}}:logs:${{region}}:${{account}}:log-group:{}:*\"\n\n",
            parts.log_group()
        ));
    }
    let mut arguments: Vec<String> = Vec::new();
    if parts.options.updates {
        let arn = format!("arn:${{partition}}:states:${{region}}:${{account}}:stateMachine:{name}");
        arguments.push(format!("--state-machine-arn \"{arn}\""));
    } else {
        arguments.push(format!("--name {}", quoted(&name)));
        arguments.push(format!("--type {}", settings.type_name()));
    }
    arguments.push("--role-arn \"${role}\"".to_owned());
    arguments.push("--definition \"${definition}\"".to_owned());
    if settings.logs() {
        let level = settings.log_level.name();
        let data = settings.log_data;
        arguments.push(format!(
            "--logging-configuration \"level={level},includeExecutionData={data},destinations=[{{cloudWatchLogsLogGroup={{logGroupArn=${{log_group}}}}}}]\""
        ));
    }
    if settings.tracing {
        arguments.push("--tracing-configuration enabled=true".to_owned());
    }
    if !settings.encryption_key.is_empty() {
        let key = shell_text(&Text::parse(&settings.encryption_key), parts);
        let key = key.trim_matches(['"', '\'']).to_owned();
        arguments
            .push(format!("--encryption-configuration \"type=CUSTOMER_MANAGED_KMS_KEY,kmsKeyId={key}\""));
    }
    if !settings.tags.is_empty() && !parts.options.updates {
        let tags = settings.tags.iter().map(|(name, value)| {
            let tag = Value::from_members([
                ("key", Value::from(name.as_str())),
                ("value", Value::from(value.as_str())),
            ]);
            tag.to_text()
        });
        let tags = format!("[{}]", tags.collect::<Vec<_>>().join(","));
        arguments.push(format!("--tags {}", quoted(&tags)));
    }
    let command = if parts.options.updates { "update-state-machine" } else { "create-state-machine" };
    out.push_str(&format!("aws stepfunctions {command} \\\n  {}\n", arguments.join(" \\\n  ")));
    out
}

fn role(parts: &Parts<'_>) -> String {
    let base: String = parts.name().chars().take(44).collect();
    let name = format!("{}-execution-role", base.trim_end_matches('-'));
    let policy = here_document(|text| policy_node(&parts.role.statements, text), parts);
    let mut out = String::new();
    if !parts.options.updates {
        let trust = here_document(|text| trust_node(parts.options.restricts_trust, text), parts);
        out.push_str(&format!(
            "aws iam create-role --role-name {} --assume-role-policy-document \"$(cat <<EOF\n{trust}\nEOF\n)\"\n\n",
            quoted(&name)
        ));
    }
    out.push_str(&format!(
        "aws iam put-role-policy --role-name {} --policy-name workflow --policy-document \"$(cat <<EOF\n{policy}\nEOF\n)\"\n\n",
        quoted(&name)
    ));
    out.push_str(&format!("role=\"arn:${{partition}}:iam::${{account}}:role/{name}\"\n"));
    if !parts.options.updates {
        out.push_str("sleep 10  # a new role can be taken on only after a while\n");
    }
    out.push('\n');
    out
}

/// A policy in a here document, with what the script fills in. The places are marked while JSON and then the shell
/// escape all else.
fn here_document(write: impl Fn(&dyn Fn(&Text) -> Node) -> Node, parts: &Parts<'_>) -> String {
    let pieces = std::cell::RefCell::new(Vec::new());
    let node = write(&|text| {
        Node::text(text.write(|piece| match piece {
            Piece::Literal(literal) => literal.replace([OPEN, CLOSE], ""),
            other => {
                let mut pieces = pieces.borrow_mut();
                pieces.push(shell_piece(other, parts));
                format!("{OPEN}{}{CLOSE}", pieces.len() - 1)
            }
        }))
    });
    let mut out = escaped(&node.to_value().to_pretty());
    for (number, piece) in pieces.into_inner().iter().enumerate() {
        out = out.replace(&format!("{OPEN}{number}{CLOSE}"), piece);
    }
    out
}

/// Characters for private use, which mark the places.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// As it stands in double quotes and in here documents.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for letter in text.chars() {
        if matches!(letter, '$' | '`' | '\\') {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

fn shell_piece(piece: &Piece, parts: &Parts<'_>) -> String {
    match piece {
        Piece::Literal(text) => escaped(text),
        Piece::Partition => "${partition}".to_owned(),
        Piece::Region => "${region}".to_owned(),
        Piece::Account => "${account}".to_owned(),
        Piece::Placeholder(name) => {
            let id = parts.plan.substitution(name).map_or(name.as_str(), |known| known.id.as_str());
            format!("${{{}}}", variable(id))
        }
    }
}

fn shell_text(text: &Text, parts: &Parts<'_>) -> String {
    match text.as_literal() {
        Some(literal) => quoted(literal),
        None => format!("\"{}\"", text.write(|piece| shell_piece(piece, parts)).replace('"', "\\\"")),
    }
}

/// The script's variable for a parameter, which none of its own is called.
fn variable(id: &str) -> String {
    format!("p_{id}")
}

/// A word of the shell.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./:@%+,".contains(&byte));
    if is_plain { text.to_owned() } else { format!("'{}'", text.replace('\'', "'\\''")) }
}
