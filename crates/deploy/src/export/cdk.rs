//! A stack of the AWS CDK in TypeScript.

use crate::export::hcl::snake_case;
use crate::export::typescript::{camel_case, expression, key, literal, place, text};
use crate::export::{File, Parts};
use crate::iam::{capitalized, policy_node, trust_node};
use crate::node::Node;
use crate::settings::LogLevel;
use crate::text::Text;

/// The stack, and the definition where it is a file of its own.
pub fn stack(parts: &Parts<'_>) -> Vec<File> {
    let settings = parts.settings;
    let class = class_of(parts);
    let mut modules = vec!["import * as cdk from 'aws-cdk-lib';"];
    modules.push("import * as iam from 'aws-cdk-lib/aws-iam';");
    if !settings.encryption_key.is_empty() {
        modules.push("import * as kms from 'aws-cdk-lib/aws-kms';");
    }
    if settings.logs() {
        modules.push("import * as logs from 'aws-cdk-lib/aws-logs';");
    }
    modules.push("import * as sfn from 'aws-cdk-lib/aws-stepfunctions';");
    modules.push("import { Construct } from 'constructs';");
    let mut out = modules.join("\n");
    out.push_str("\n\n");
    let fields = fields(parts);
    let needs_props = fields.iter().any(|field| field.default.is_none());
    out.push_str(&format!("export interface {class}Props extends cdk.StackProps {{\n"));
    for field in &fields {
        let mark = if field.default.is_some() { "?" } else { "" };
        out.push_str(&format!("  /** {} */\n  readonly {}{mark}: string;\n", field.about, field.name));
    }
    out.push_str("}\n\n");
    let props = if needs_props { "props" } else { "props?" };
    out.push_str(&format!(
        "export class {class} extends cdk.Stack {{\n  public readonly stateMachine: sfn.StateMachine;\n\n  \
         constructor(scope: Construct, id: string, {props}: {class}Props) {{\n    super(scope, id, props);\n\n"
    ));
    let access = if needs_props { "props." } else { "props?." };
    for field in &fields {
        let default =
            field.default.as_ref().map(|default| format!(" ?? {}", literal(default))).unwrap_or_default();
        out.push_str(&format!("    const {} = {access}{}{default};\n", field.name, field.name));
    }
    if !fields.is_empty() {
        out.push('\n');
    }
    out.push_str(&role(parts));
    out.push_str(&log_group(parts));
    out.push_str(&machine(parts));
    out.push_str("  }\n}\n");
    let file = format!("{}-stack.ts", snake_case(&parts.name()).replace('_', "-"));
    let mut files = vec![File { name: file, text: out }];
    if !parts.options.is_inline {
        files.push(File { name: parts.definition_file(), text: parts.plan.text.clone() });
    }
    files
}

/// Something that the stack is given.
struct Field {
    name: String,
    about: String,
    default: Option<String>,
}

fn fields(parts: &Parts<'_>) -> Vec<Field> {
    let mut out: Vec<Field> = parts
        .plan
        .substitutions
        .iter()
        .filter(|substitution| substitution.is_parameter())
        .map(|substitution| Field {
            name: camel_case(&substitution.id),
            about: format!("The value of {} in the definition.", substitution.key),
            default: substitution.default.clone(),
        })
        .collect();
    if parts.asks_for_role() {
        let about = "The ARN of the role that executions take on.".to_owned();
        out.push(Field { name: "executionRoleArn".to_owned(), about, default: None });
    }
    if parts.asks_for_log_group() {
        let about = "The ARN of the log group.".to_owned();
        out.push(Field { name: "logGroupArn".to_owned(), about, default: None });
    }
    out
}

fn class_of(parts: &Parts<'_>) -> String {
    let name = capitalized(&parts.name());
    let name = name.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{}Stack", if name.is_empty() { "Workflow" } else { name })
}

fn role(parts: &Parts<'_>) -> String {
    if !parts.options.with_role {
        let arn = match parts.asks_for_role() {
            true => Node::raw("executionRoleArn"),
            false => text(&Text::parse(&parts.settings.role_arn), parts.plan),
        };
        return format!("    const role = iam.Role.fromRoleArn(this, 'Role', {});\n\n", expression(&arn, 4));
    }
    let write = |value: &Text| text(value, parts.plan);
    let trust = trust_node(parts.options.restricts_trust, &write);
    let condition = condition_of(&trust);
    let conditions = condition
        .map(|node| format!(", {{\n        conditions: {},\n      }}", expression(&node, 8)))
        .unwrap_or_default();
    let policy = expression(&policy_node(&parts.role.statements, &write), 8);
    format!(
        "    const role = new iam.Role(this, 'Role', {{\n      assumedBy: new iam.ServicePrincipal('states.amazonaws.com'{conditions}),\n      \
         inlinePolicies: {{\n        Workflow: iam.PolicyDocument.fromJson({policy}),\n      }},\n    }});\n\n"
    )
}

fn member<'n>(node: &'n Node, name: &str) -> Option<&'n Node> {
    match node {
        Node::Object(members) => members.iter().find(|(known, _)| known == name).map(|(_, node)| node),
        _ => None,
    }
}

/// The conditions of a trust policy.
fn condition_of(trust: &Node) -> Option<Node> {
    match member(trust, "Statement")? {
        Node::List(statements) => member(statements.first()?, "Condition").cloned(),
        _ => None,
    }
}

fn log_group(parts: &Parts<'_>) -> String {
    if !parts.settings.logs() {
        return String::new();
    }
    if parts.options.with_log_group {
        let name = literal(&parts.log_group());
        return format!(
            "    const logGroup = new logs.LogGroup(this, 'LogGroup', {{\n      logGroupName: {name},\n    }});\n\n"
        );
    }
    "    const logGroup = logs.LogGroup.fromLogGroupArn(this, 'LogGroup', logGroupArn);\n\n".to_owned()
}

fn machine(parts: &Parts<'_>) -> String {
    let settings = parts.settings;
    let kind = if settings.is_express { "EXPRESS" } else { "STANDARD" };
    let definition = if parts.options.is_inline {
        let value = expression(&Node::Value(parts.plan.value.without_text()), 6);
        format!("sfn.DefinitionBody.fromString(JSON.stringify({value}))")
    } else {
        format!("sfn.DefinitionBody.fromFile({})", literal(&parts.definition_file()))
    };
    let mut out = format!(
        "    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {{\n      stateMachineName: {},\n      stateMachineType: sfn.StateMachineType.{kind},\n      role,\n      definitionBody: {definition},\n",
        literal(&parts.name())
    );
    if !parts.plan.substitutions.is_empty() {
        out.push_str("      definitionSubstitutions: {\n");
        for substitution in &parts.plan.substitutions {
            let value = place(&substitution.stands_for, parts.plan);
            out.push_str(&format!("        {}: {value},\n", key(&substitution.key)));
        }
        out.push_str("      },\n");
    }
    if settings.logs() {
        let level = match settings.log_level {
            LogLevel::Off => "OFF",
            LogLevel::Error => "ERROR",
            LogLevel::Fatal => "FATAL",
            LogLevel::All => "ALL",
        };
        out.push_str(&format!(
            "      logs: {{\n        destination: logGroup,\n        level: sfn.LogLevel.{level},\n        includeExecutionData: {},\n      }},\n",
            settings.log_data
        ));
    }
    if settings.tracing {
        out.push_str("      tracingEnabled: true,\n");
    }
    if !settings.encryption_key.is_empty() {
        let arn = expression(&text(&Text::parse(&settings.encryption_key), parts.plan), 6);
        out.push_str(&format!(
            "      encryptionConfiguration: new sfn.CustomerManagedEncryptionConfiguration(\n        kms.Key.fromKeyArn(this, 'Key', {arn}),\n      ),\n"
        ));
    }
    out.push_str("    });\n");
    for (name, value) in &settings.tags {
        out.push_str(&format!(
            "    cdk.Tags.of(this.stateMachine).add({}, {});\n",
            literal(name),
            literal(value)
        ));
    }
    out
}
