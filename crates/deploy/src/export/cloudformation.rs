//! Templates of CloudFormation and of AWS SAM.

use json::{Map, Value};

use crate::export::{File, Parts, yaml_text};
use crate::iam::{policy_node, trust_node};
use crate::node::Node;
use crate::text::{Piece, Text};

/// How a format writes what it fills in.
pub(super) struct Words<'w> {
    pub text: &'w dyn Fn(&Text) -> Node,
    /// A parameter by its name.
    pub parameter: &'w dyn Fn(&str) -> Node,
}

/// The template, and the definition where it is a file of its own.
pub fn template(parts: &Parts<'_>, is_sam: bool, is_yaml: bool, notes: &mut Vec<String>) -> Vec<File> {
    // SAM's own resource has no encryption key; CloudFormation's has, and SAM takes that, too.
    let is_serverless = is_sam && parts.settings.encryption_key.is_empty();
    if is_sam && !is_serverless {
        notes.push(
            "AWS::Serverless::StateMachine has no encryption key, so the template has an AWS::StepFunctions::StateMachine."
                .to_owned(),
        );
    }
    let words = Words { text: &|value| text(parts, value), parameter: &reference };
    let can_be_object = !has_functions(&parts.plan.value);
    let mut is_inline = parts.options.is_inline;
    if is_inline && is_serverless && !can_be_object {
        is_inline = false;
        notes.push(
            "The definition has members that CloudFormation would take for its own functions (Ref, Fn::…), so it is a file beside the template."
                .to_owned(),
        );
    }
    let mut root = vec![("AWSTemplateFormatVersion".to_owned(), Node::text("2010-09-09"))];
    if is_sam {
        root.push(("Transform".to_owned(), Node::text("AWS::Serverless-2016-10-31")));
    }
    root.push(("Description".to_owned(), Node::text(parts.about())));
    let parameters = parameters(parts);
    if !parameters.is_empty() {
        root.push(("Parameters".to_owned(), Node::Object(parameters)));
    }
    let mut resources = Vec::new();
    let machine = if is_serverless {
        serverless(parts, is_inline, &words)
    } else {
        let mut definition = vec![definition(parts, is_inline, can_be_object, is_yaml)];
        definition.extend(substitutions(parts));
        plain(parts, definition, &words)
    };
    resources.push(("StateMachine".to_owned(), machine));
    if parts.options.with_role {
        resources.push(("ExecutionRole".to_owned(), role(parts, &words)));
    }
    if parts.makes_log_group() {
        resources.push(("LogGroup".to_owned(), log_group(parts)));
    }
    root.push(("Resources".to_owned(), Node::Object(resources)));
    let output = Node::object([
        ("Description", Node::text("The state machine")),
        ("Value", reference("StateMachine")),
    ]);
    root.push(("Outputs".to_owned(), Node::object([("StateMachineArn", output)])));
    let value = Node::Object(root).to_value();
    let (name, text) = match (is_sam, is_yaml) {
        (_, false) => ("template.json".to_owned(), value.to_pretty() + "\n"),
        (_, true) => ("template.yaml".to_owned(), yaml_text::written(&value)),
    };
    let mut files = vec![File { name, text }];
    if !is_inline {
        files.push(File { name: parts.definition_file(), text: parts.plan.text.clone() });
    }
    files
}

/// `AWS::Logs::LogGroup`
pub(super) fn log_group(parts: &Parts<'_>) -> Node {
    resource("AWS::Logs::LogGroup", Node::object([("LogGroupName", Node::text(parts.log_group()))]))
}

fn resource(kind: &str, properties: Node) -> Node {
    Node::object([("Type", Node::text(kind)), ("Properties", properties)])
}

fn reference(name: &str) -> Node {
    Node::object([("Ref", Node::text(name))])
}

fn attribute(resource: &str, name: &str) -> Node {
    Node::object([("Fn::GetAtt", Node::List(vec![Node::text(resource), Node::text(name)]))])
}

/// A text with what CloudFormation fills in.
fn text(parts: &Parts<'_>, text: &Text) -> Node {
    if let Some(literal) = text.as_literal() {
        return Node::text(literal);
    }
    let id = |name: &str| parts.plan.substitution(name).map_or(name, |known| known.id.as_str()).to_owned();
    match text.pieces.as_slice() {
        [Piece::Placeholder(name)] => return reference(&id(name)),
        [Piece::Partition] => return reference("AWS::Partition"),
        [Piece::Region] => return reference("AWS::Region"),
        [Piece::Account] => return reference("AWS::AccountId"),
        _ => {}
    }
    let text = text.write(|piece| match piece {
        Piece::Literal(literal) => literal.replace("${", "${!"),
        Piece::Partition => "${AWS::Partition}".to_owned(),
        Piece::Region => "${AWS::Region}".to_owned(),
        Piece::Account => "${AWS::AccountId}".to_owned(),
        Piece::Placeholder(name) => format!("${{{}}}", id(name)),
    });
    Node::object([("Fn::Sub", Node::text(text))])
}

fn parameters(parts: &Parts<'_>) -> Vec<(String, Node)> {
    let parameter = |about: String, default: Option<&str>| {
        let mut members =
            vec![("Type".to_owned(), Node::text("String")), ("Description".to_owned(), Node::text(about))];
        members.extend(default.map(|default| ("Default".to_owned(), Node::text(default))));
        Node::Object(members)
    };
    let mut out: Vec<(String, Node)> = parts
        .plan
        .substitutions
        .iter()
        .filter(|substitution| substitution.is_parameter())
        .map(|substitution| {
            let about = format!("The value of {} in the definition", substitution.key);
            (substitution.id.clone(), parameter(about, substitution.default.as_deref()))
        })
        .collect();
    if parts.asks_for_role() {
        out.push((
            "ExecutionRoleArn".to_owned(),
            parameter("The role that executions take on".to_owned(), None),
        ));
    }
    if parts.asks_for_log_group() {
        let about = "The ARN of the log group, with :* at its end".to_owned();
        out.push(("LogGroupArn".to_owned(), parameter(about, None)));
    }
    out
}

fn substitutions(parts: &Parts<'_>) -> Option<(String, Node)> {
    let members: Vec<(String, Node)> = parts
        .plan
        .substitutions
        .iter()
        .map(|substitution| {
            let value = match &substitution.stands_for {
                Piece::Placeholder(_) => reference(&substitution.id),
                Piece::Partition => reference("AWS::Partition"),
                Piece::Region => reference("AWS::Region"),
                Piece::Account => reference("AWS::AccountId"),
                Piece::Literal(text) => Node::text(text),
            };
            (substitution.key.clone(), value)
        })
        .collect();
    (!members.is_empty()).then(|| ("DefinitionSubstitutions".to_owned(), Node::Object(members)))
}

/// The definition as a property of the resource.
fn definition(parts: &Parts<'_>, is_inline: bool, can_be_object: bool, is_yaml: bool) -> (String, Node) {
    let value = &parts.plan.value;
    if !is_inline {
        // `aws cloudformation package` uploads the file and puts its place in S3 here.
        return ("DefinitionS3Location".to_owned(), Node::text(parts.definition_file()));
    }
    if can_be_object {
        return ("Definition".to_owned(), Node::Value(value.without_text()));
    }
    let text = if is_yaml { value.without_text().to_pretty() } else { value.without_text().to_text() };
    ("DefinitionString".to_owned(), Node::text(text))
}

/// `AWS::StepFunctions::StateMachine`, with the properties that define it.
pub(super) fn plain(parts: &Parts<'_>, definition: Vec<(String, Node)>, words: &Words<'_>) -> Node {
    let settings = parts.settings;
    let mut members = vec![
        ("StateMachineName".to_owned(), Node::text(parts.name())),
        ("StateMachineType".to_owned(), Node::text(settings.type_name())),
        ("RoleArn".to_owned(), role_arn(parts, words)),
    ];
    members.extend(definition);
    members.extend(logging(parts, words).map(|logging| ("LoggingConfiguration".to_owned(), logging)));
    if settings.tracing {
        let enabled = Node::object([("Enabled", Node::Value(Value::from(true)))]);
        members.push(("TracingConfiguration".to_owned(), enabled));
    }
    if !settings.encryption_key.is_empty() {
        let configuration = Node::object([
            ("Type", Node::text("CUSTOMER_MANAGED_KMS_KEY")),
            ("KmsKeyId", (words.text)(&Text::parse(&settings.encryption_key))),
        ]);
        members.push(("EncryptionConfiguration".to_owned(), configuration));
    }
    if !settings.tags.is_empty() {
        let tags = settings.tags.iter();
        let tags = tags
            .map(|(name, value)| {
                let [name, value] = [name, value].map(|text| (words.text)(&Text::literal(text)));
                Node::object([("Key", name), ("Value", value)])
            })
            .collect();
        members.push(("Tags".to_owned(), Node::List(tags)));
    }
    resource("AWS::StepFunctions::StateMachine", Node::Object(members))
}

/// `AWS::Serverless::StateMachine`
fn serverless(parts: &Parts<'_>, is_inline: bool, words: &Words<'_>) -> Node {
    let settings = parts.settings;
    let definition = match is_inline {
        true => ("Definition".to_owned(), Node::Value(parts.plan.value.without_text())),
        false => ("DefinitionUri".to_owned(), Node::text(parts.definition_file())),
    };
    let mut members = vec![
        ("Name".to_owned(), Node::text(parts.name())),
        ("Type".to_owned(), Node::text(settings.type_name())),
        ("Role".to_owned(), role_arn(parts, words)),
        definition,
    ];
    members.extend(substitutions(parts));
    members.extend(logging(parts, words).map(|logging| ("Logging".to_owned(), logging)));
    if settings.tracing {
        let enabled = Node::object([("Enabled", Node::Value(Value::from(true)))]);
        members.push(("Tracing".to_owned(), enabled));
    }
    if !settings.tags.is_empty() {
        let tags = settings.tags.iter().map(|(name, value)| (name.clone(), Node::text(value)));
        members.push(("Tags".to_owned(), Node::Object(tags.collect())));
    }
    resource("AWS::Serverless::StateMachine", Node::Object(members))
}

pub(super) fn role_arn(parts: &Parts<'_>, words: &Words<'_>) -> Node {
    match (parts.options.with_role, parts.asks_for_role()) {
        (true, _) => attribute("ExecutionRole", "Arn"),
        (false, true) => (words.parameter)("ExecutionRoleArn"),
        (false, false) => (words.text)(&Text::parse(&parts.settings.role_arn)),
    }
}

pub(super) fn log_group_arn(parts: &Parts<'_>, words: &Words<'_>) -> Node {
    match parts.options.with_log_group {
        // The attribute has the `:*` that the state machine asks for.
        true => attribute("LogGroup", "Arn"),
        false => (words.parameter)("LogGroupArn"),
    }
}

fn logging(parts: &Parts<'_>, words: &Words<'_>) -> Option<Node> {
    if !parts.settings.logs() {
        return None;
    }
    let group = log_group_arn(parts, words);
    let destination = Node::object([("CloudWatchLogsLogGroup", Node::object([("LogGroupArn", group)]))]);
    Some(Node::object([
        ("Level", Node::text(parts.settings.log_level.name())),
        ("IncludeExecutionData", Node::Value(Value::from(parts.settings.log_data))),
        ("Destinations", Node::List(vec![destination])),
    ]))
}

/// `AWS::IAM::Role`
pub(super) fn role(parts: &Parts<'_>, words: &Words<'_>) -> Node {
    let policy = Node::object([
        ("PolicyName", Node::text("Workflow")),
        ("PolicyDocument", policy_node(&parts.role.statements, words.text)),
    ]);
    let properties = Node::object([
        ("AssumeRolePolicyDocument", trust_node(parts.options.restricts_trust, words.text)),
        ("Policies", Node::List(vec![policy])),
    ]);
    resource("AWS::IAM::Role", properties)
}

/// Whether a definition has members that CloudFormation takes for its own functions.
pub(super) fn has_functions(value: &Value) -> bool {
    let mut waiting = vec![value];
    while let Some(value) = waiting.pop() {
        for (name, value) in value.as_object().into_iter().flat_map(Map::iter) {
            if &**name == "Ref" || name.starts_with("Fn::") {
                return true;
            }
            waiting.push(value);
        }
        waiting.extend(value.as_array().unwrap_or_default());
    }
    false
}
