//! Policies as documents.

use json::Value;

use crate::iam::{Condition, Statement};
use crate::node::Node;
use crate::text::{Piece, Text};

/// Where a workflow goes: what stands in ARNs for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Places {
    /// Any region if it is empty.
    pub region: String,
    /// Any account if it is empty.
    pub account: String,
}

impl Places {
    /// A text for a document that stands for itself. `${Name}` stays, for whoever fills it in.
    pub fn write(&self, text: &Text) -> String {
        text.write(|piece| match piece {
            Piece::Literal(text) => text.clone(),
            Piece::Partition => match self.region.as_str() {
                region if region.starts_with("cn-") => "aws-cn".to_owned(),
                region if region.starts_with("us-gov-") => "aws-us-gov".to_owned(),
                _ => "aws".to_owned(),
            },
            Piece::Region if self.region.is_empty() => "*".to_owned(),
            Piece::Region => self.region.clone(),
            Piece::Account if self.account.is_empty() => "*".to_owned(),
            Piece::Account => self.account.clone(),
            Piece::Placeholder(name) => format!("${{{name}}}"),
        })
    }
}

/// A policy by itself, as IAM takes it.
pub fn policy_json(statements: &[Statement], places: &Places) -> Value {
    policy_node(statements, &|text| Node::text(places.write(text))).to_value()
}

/// Who may take the role on. Executions of other accounts' state machines are kept from it where the account is
/// known (developer guide, "Cross-service confused deputy prevention").
pub fn trust_json(places: &Places, is_restricted: bool) -> Value {
    let is_restricted = is_restricted && !places.account.is_empty();
    trust_node(is_restricted, &|text| Node::text(places.write(text))).to_value()
}

pub(crate) fn policy_node(statements: &[Statement], text: &dyn Fn(&Text) -> Node) -> Node {
    let statements: Vec<Node> = match statements {
        // AWS's own answer to a workflow that calls nothing: a policy has to have a statement.
        [] => vec![Node::object([
            ("Sid", Node::text("NothingNeeded")),
            ("Effect", Node::text("Deny")),
            ("Action", Node::text("*")),
            ("Resource", Node::text("*")),
        ])],
        statements => statements.iter().map(|statement| statement_node(statement, text)).collect(),
    };
    Node::object([("Version", Node::text("2012-10-17")), ("Statement", Node::List(statements))])
}

fn statement_node(statement: &Statement, text: &dyn Fn(&Text) -> Node) -> Node {
    let actions = statement.actions.iter().map(Node::text).collect();
    let resources = statement.resources.iter().map(text).collect();
    let mut members = vec![
        ("Sid".to_owned(), Node::text(&statement.sid)),
        ("Effect".to_owned(), Node::text("Allow")),
        ("Action".to_owned(), one_or_list(actions)),
        ("Resource".to_owned(), one_or_list(resources)),
    ];
    if !statement.conditions.is_empty() {
        members.push(("Condition".to_owned(), conditions_node(&statement.conditions, text)));
    }
    Node::Object(members)
}

fn conditions_node(conditions: &[Condition], text: &dyn Fn(&Text) -> Node) -> Node {
    let mut sorted: Vec<&Condition> = conditions.iter().collect();
    sorted.sort_by_key(|condition| condition.rank());
    let mut out: Vec<(String, Node)> = Vec::new();
    for condition in sorted {
        let value = one_or_list(condition.values.iter().map(text).collect());
        let member = (condition.key.clone(), value);
        match out.iter_mut().find(|(operator, _)| operator == condition.operator) {
            Some((_, Node::Object(members))) => members.push(member),
            _ => out.push((condition.operator.to_owned(), Node::Object(vec![member]))),
        }
    }
    Node::Object(out)
}

pub(crate) fn trust_node(is_restricted: bool, text: &dyn Fn(&Text) -> Node) -> Node {
    let mut members = vec![
        ("Effect".to_owned(), Node::text("Allow")),
        ("Principal".to_owned(), Node::object([("Service", Node::text("states.amazonaws.com"))])),
        ("Action".to_owned(), Node::text("sts:AssumeRole")),
    ];
    if is_restricted {
        let conditions = [
            Condition {
                operator: "ArnLike",
                key: "aws:SourceArn".to_owned(),
                values: vec![Text::pattern("arn:$P:states:$R:$A:stateMachine:*")],
            },
            Condition {
                operator: "StringEquals",
                key: "aws:SourceAccount".to_owned(),
                values: vec![Text { pieces: vec![Piece::Account] }],
            },
        ];
        members.push(("Condition".to_owned(), conditions_node(&conditions, text)));
    }
    Node::object([
        ("Version", Node::text("2012-10-17")),
        ("Statement", Node::List(vec![Node::Object(members)])),
    ])
}

fn one_or_list(mut nodes: Vec<Node>) -> Node {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => Node::List(nodes),
    }
}
