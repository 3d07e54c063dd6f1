//! A service of the Serverless Framework, with the plugin `serverless-step-functions`.
//!
//! The framework fills in `${type:address}` in every text of its configuration, also in files that it reads for it.
//! Placeholders become such variables, so that neither CloudFormation nor the plugin has to fill anything in.
//! A backslash before `${` keeps it as it is, and backslashes before that are doubled.

use std::cell::Cell;

use json::Value;

use crate::export::cloudformation::{Words, has_functions, log_group, log_group_arn, plain, role, role_arn};
use crate::export::plan::places_of;
use crate::export::{File, Parts, yaml_text};
use crate::node::Node;
use crate::text::{Piece, Text};

/// What the service calls its state machine.
const MACHINE: &str = "StateMachine";
/// Parameters of our own. No other one's name has a hyphen.
const PARTITION: &str = "aws-partition";
const DOLLAR: &str = "dollar-sign";

/// `serverless.yml`, and the definition where it is a file of its own.
pub fn service(parts: &Parts<'_>, notes: &mut Vec<String>) -> Vec<File> {
    let writer = Writer { parts, uses_partition: Cell::new(false), uses_dollar: Cell::new(false) };
    let words = Words {
        text: &|text| Node::text(writer.text(text)),
        parameter: &|name| Node::text(format!("${{param:{name}}}")),
    };
    // The plugin would take them for functions of CloudFormation, and it spoils a definition that is a text.
    let is_plain = has_functions(&parts.plan.value);
    if is_plain {
        notes.push(
            "The definition has members that the plugin would take for functions of CloudFormation (Ref, Fn::…), so the state machine is a resource, without the plugin."
                .to_owned(),
        );
    } else if parts.plan.text.contains("#{") {
        notes.push("The plugin fills in #{…} in the definition itself.".to_owned());
    }
    let plan = parts.plan;
    let mut machines = Vec::new();
    let mut resources = Vec::new();
    let mut beside = None;
    if is_plain {
        let text = plan.parsed(&plan.value.without_text().to_pretty());
        let definition = ("DefinitionString".to_owned(), Node::text(writer.text(&text)));
        resources.push((MACHINE.to_owned(), plain(parts, vec![definition], &words)));
    } else {
        let text = plan.rewritten(|text| writer.text(&plan.parsed(text)));
        let definition = match parts.options.is_inline {
            true => Node::Value(json::parse(&text).unwrap_or_default().without_text()),
            false => {
                let name = parts.definition_file();
                let definition = Node::text(format!("${{file(./{name})}}"));
                beside = Some(File { name, text });
                definition
            }
        };
        machines.push((MACHINE.to_owned(), machine(parts, definition, &words)));
    }
    if parts.options.with_role {
        resources.push(("ExecutionRole".to_owned(), role(parts, &words)));
    }
    if parts.makes_log_group() {
        resources.push(("LogGroup".to_owned(), log_group(parts)));
    }

    let mut provider = vec![("name".to_owned(), Node::text("aws"))];
    // Otherwise it is us-east-1.
    let region = places_of(&parts.plan.document).region;
    if !region.is_empty() {
        provider.push(("region".to_owned(), Node::text(region)));
    }
    let mut root = vec![
        ("service".to_owned(), Node::text(service_name(&parts.name()))),
        ("provider".to_owned(), Node::Object(provider)),
    ];
    if !machines.is_empty() {
        root.push(("plugins".to_owned(), Node::List(vec![Node::text("serverless-step-functions")])));
    }
    let defaults = writer.defaults();
    if !defaults.is_empty() {
        root.push(("params".to_owned(), Node::object([("default", Node::Object(defaults))])));
    }
    if !machines.is_empty() {
        let machines = Node::object([("stateMachines", Node::Object(machines))]);
        root.push(("stepFunctions".to_owned(), machines));
    }
    if !resources.is_empty() {
        root.push(("resources".to_owned(), Node::object([("Resources", Node::Object(resources))])));
    }
    let asked = asked(parts);
    if let Some(first) = asked.first() {
        notes.push(format!(
            "A deployment has to say what there is for {}, each as in --param=\"{first}=…\".",
            asked.join(", ")
        ));
    }
    let text = yaml_text::written(&Node::Object(root).to_value());
    let mut files = vec![File { name: "serverless.yml".to_owned(), text }];
    files.extend(beside);
    files
}

/// A service's name has letters, digits and hyphens, and begins with a letter.
fn service_name(name: &str) -> String {
    let name = name.replace('_', "-");
    if name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        name
    } else {
        format!("workflow-{name}")
    }
}

/// The state machine as the plugin has it.
fn machine(parts: &Parts<'_>, definition: Node, words: &Words<'_>) -> Node {
    let settings = parts.settings;
    let flag = |value: bool| Node::Value(Value::from(value));
    let mut members = vec![
        ("id".to_owned(), Node::text(MACHINE)),
        ("name".to_owned(), Node::text(parts.name())),
        ("type".to_owned(), Node::text(settings.type_name())),
        ("role".to_owned(), role_arn(parts, words)),
    ];
    if settings.logs() {
        let logging = Node::object([
            ("level", Node::text(settings.log_level.name())),
            ("includeExecutionData", flag(settings.log_data)),
            ("destinations", Node::List(vec![log_group_arn(parts, words)])),
        ]);
        members.push(("loggingConfig".to_owned(), logging));
    }
    if settings.tracing {
        members.push(("tracingConfig".to_owned(), Node::object([("enabled", flag(true))])));
    }
    if !settings.encryption_key.is_empty() {
        let encryption = Node::object([
            ("Type", Node::text("CUSTOMER_MANAGED_KMS_KEY")),
            ("KmsKeyId", (words.text)(&Text::parse(&settings.encryption_key))),
        ]);
        members.push(("encryptionConfig".to_owned(), encryption));
    }
    if !settings.tags.is_empty() {
        let tags = settings.tags.iter();
        let tags = tags.map(|(name, value)| (name.clone(), (words.text)(&Text::literal(value))));
        members.push(("tags".to_owned(), Node::Object(tags.collect())));
    }
    members.push(("definition".to_owned(), definition));
    Node::Object(members)
}

/// The parameters that have no value of their own.
fn asked(parts: &Parts<'_>) -> Vec<String> {
    let substitutions = parts.plan.substitutions.iter();
    let open = substitutions.filter(|known| known.is_parameter() && known.default.is_none());
    let mut out: Vec<String> = open.map(|known| known.id.clone()).collect();
    if parts.asks_for_role() {
        out.push("ExecutionRoleArn".to_owned());
    }
    if parts.asks_for_log_group() {
        out.push("LogGroupArn".to_owned());
    }
    out
}

/// Writes texts with the framework's variables.
struct Writer<'p> {
    parts: &'p Parts<'p>,
    uses_partition: Cell<bool>,
    uses_dollar: Cell<bool>,
}

impl Writer<'_> {
    fn text(&self, text: &Text) -> String {
        let mut out = String::new();
        for (at, piece) in text.pieces.iter().enumerate() {
            match piece {
                Piece::Literal(literal) => {
                    let is_last = at + 1 == text.pieces.len();
                    out.push_str(&self.literal(literal, !is_last));
                }
                piece => out.push_str(&self.variable(piece)),
            }
        }
        out
    }

    fn variable(&self, piece: &Piece) -> String {
        match piece {
            Piece::Literal(literal) => literal.clone(),
            Piece::Region => "${aws:region}".to_owned(),
            Piece::Account => "${aws:accountId}".to_owned(),
            Piece::Partition => {
                self.uses_partition.set(true);
                format!("${{param:{PARTITION}}}")
            }
            Piece::Placeholder(name) => {
                let known = self.parts.plan.substitution(name);
                format!("${{param:{}}}", known.map_or(name, |known| &known.id))
            }
        }
    }

    /// A text that is to stay as it is, with or without a variable behind it.
    fn literal(&self, literal: &str, is_before_variable: bool) -> String {
        let mut out = String::new();
        let mut rest = literal;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(&self.before_opening(before));
            out.push_str("\\${");
            rest = after;
        }
        match is_before_variable {
            true => out.push_str(&self.before_opening(rest)),
            false => out.push_str(rest),
        }
        out
    }

    /// What comes before `${`: the framework would halve backslashes there, and take a dollar sign for a part of it.
    fn before_opening(&self, text: &str) -> String {
        let mut tail: Vec<String> = Vec::new();
        let mut head = text;
        loop {
            if let Some(shorter) = head.strip_suffix('$') {
                self.uses_dollar.set(true);
                tail.push(format!("${{param:{DOLLAR}}}"));
                head = shorter;
                continue;
            }
            let shorter = head.trim_end_matches('\\');
            tail.push("\\".repeat(2 * (head.len() - shorter.len())));
            let is_done = shorter.len() == head.len() || !shorter.ends_with('$');
            head = shorter;
            if is_done {
                break;
            }
        }
        tail.push(head.to_owned());
        tail.into_iter().rev().collect()
    }

    /// Parameters that have a value unless a deployment says otherwise.
    fn defaults(&self) -> Vec<(String, Node)> {
        let substitutions = self.parts.plan.substitutions.iter();
        let known = substitutions.filter(|known| known.is_parameter());
        let known = known.filter_map(|known| Some((known.id.clone(), known.default.as_deref()?)));
        let mut out: Vec<(String, Node)> =
            known.map(|(id, value)| (id, Node::text(self.literal(value, false)))).collect();
        if self.uses_partition.get() {
            out.push((PARTITION.to_owned(), Node::text("aws")));
        }
        if self.uses_dollar.get() {
            out.push((DOLLAR.to_owned(), Node::text("$")));
        }
        out
    }
}
