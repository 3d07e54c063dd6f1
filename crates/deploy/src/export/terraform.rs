//! A module of Terraform.

use crate::export::hcl::{expression, literal, place, snake_case, template, text};
use crate::export::{File, Parts};
use crate::iam::{policy_node, trust_node};
use crate::node::Node;
use crate::text::Text;

/// `main.tf`, and the definition where it is a file of its own.
pub fn module(parts: &Parts<'_>) -> Vec<File> {
    let id = snake_case(&parts.name());
    let mut out = String::from(
        "terraform {\n  required_providers {\n    aws = {\n      source  = \"hashicorp/aws\"\n      version = \">= 5.70\"\n    }\n  }\n}\n\n",
    );
    let body =
        format!("{}{}{}{}", variables(parts), log_group(parts, &id), role(parts, &id), machine(parts, &id));
    for (mark, data) in [
        ("data.aws_partition.", "data \"aws_partition\" \"current\" {}\n"),
        ("data.aws_region.", "data \"aws_region\" \"current\" {}\n"),
        ("data.aws_caller_identity.", "data \"aws_caller_identity\" \"current\" {}\n"),
    ] {
        if body.contains(mark) {
            out.push_str(data);
        }
    }
    if body.contains("data.aws_") {
        out.push('\n');
    }
    out.push_str(&body);
    out.push_str(&format!("output \"state_machine_arn\" {{\n  value = aws_sfn_state_machine.{id}.arn\n}}\n"));
    let mut files = vec![File { name: "main.tf".to_owned(), text: out }];
    if !parts.options.is_inline {
        files.push(File { name: parts.definition_file(), text: template(&parts.plan.text, parts.plan) });
    }
    files
}

fn variables(parts: &Parts<'_>) -> String {
    let mut out = String::new();
    let mut add = |name: &str, about: &str, default: Option<&str>| {
        let default = default.map(|text| format!("  default     = {}\n", literal(text))).unwrap_or_default();
        out.push_str(&format!(
            "variable \"{name}\" {{\n  description = {}\n  type        = string\n{default}}}\n\n",
            literal(about)
        ));
    };
    for substitution in parts.plan.substitutions.iter().filter(|substitution| substitution.is_parameter()) {
        let about = format!("The value of {} in the definition", substitution.key);
        add(&snake_case(&substitution.id), &about, substitution.default.as_deref());
    }
    if parts.asks_for_role() {
        add("execution_role_arn", "The role that executions take on", None);
    }
    if parts.asks_for_log_group() {
        add("log_group_arn", "The log group, without :* at its end", None);
    }
    out
}

fn log_group(parts: &Parts<'_>, id: &str) -> String {
    if !parts.makes_log_group() {
        return String::new();
    }
    let name = literal(&parts.log_group());
    format!("resource \"aws_cloudwatch_log_group\" \"{id}\" {{\n  name = {name}\n}}\n\n")
}

fn role(parts: &Parts<'_>, id: &str) -> String {
    if !parts.options.with_role {
        return String::new();
    }
    let write = |value: &Text| text(value, parts.plan);
    let name: String = parts.name().chars().take(44).collect();
    let name = literal(&format!("{}-execution-role", name.trim_end_matches('-')));
    let trust = expression(&trust_node(parts.options.restricts_trust, &write), parts.plan, 2);
    let policy = expression(&policy_node(&parts.role.statements, &write), parts.plan, 2);
    format!(
        "resource \"aws_iam_role\" \"{id}\" {{\n  name = {name}\n\n  assume_role_policy = jsonencode({trust})\n}}\n\n\
         resource \"aws_iam_role_policy\" \"{id}\" {{\n  name = \"workflow\"\n  role = aws_iam_role.{id}.id\n\n  policy = jsonencode({policy})\n}}\n\n"
    )
}

fn machine(parts: &Parts<'_>, id: &str) -> String {
    let settings = parts.settings;
    let role = match (parts.options.with_role, parts.asks_for_role()) {
        (true, _) => format!("aws_iam_role.{id}.arn"),
        (false, true) => "var.execution_role_arn".to_owned(),
        (false, false) => expression(&text(&Text::parse(&settings.role_arn), parts.plan), parts.plan, 2),
    };
    let mut out = format!(
        "resource \"aws_sfn_state_machine\" \"{id}\" {{\n  name     = {}\n  type     = \"{}\"\n  role_arn = {role}\n\n",
        literal(&parts.name()),
        settings.type_name()
    );
    if parts.options.is_inline {
        let definition = expression(&Node::Value(parts.plan.value.without_text()), parts.plan, 2);
        out.push_str(&format!("  definition = jsonencode({definition})\n"));
    } else {
        let values: Vec<(String, Node)> = parts
            .plan
            .substitutions
            .iter()
            .map(|known| (known.key.clone(), Node::raw(place(&known.stands_for, parts.plan))))
            .collect();
        let values = expression(&Node::Object(values), parts.plan, 2);
        let path = format!("\"${{path.module}}/{}\"", parts.definition_file());
        out.push_str(&format!("  definition = templatefile({path}, {values})\n"));
    }
    if settings.logs() {
        let group = if parts.options.with_log_group {
            format!("aws_cloudwatch_log_group.{id}.arn")
        } else {
            "var.log_group_arn".to_owned()
        };
        out.push_str(&format!(
            "\n  logging_configuration {{\n    log_destination        = \"${{{group}}}:*\"\n    include_execution_data = {}\n    level                  = \"{}\"\n  }}\n",
            settings.log_data,
            settings.log_level.name()
        ));
    }
    if settings.tracing {
        out.push_str("\n  tracing_configuration {\n    enabled = true\n  }\n");
    }
    if !settings.encryption_key.is_empty() {
        let key = expression(&text(&Text::parse(&settings.encryption_key), parts.plan), parts.plan, 4);
        out.push_str(&format!(
            "\n  encryption_configuration {{\n    type       = \"CUSTOMER_MANAGED_KMS_KEY\"\n    kms_key_id = {key}\n  }}\n"
        ));
    }
    if !settings.tags.is_empty() {
        let tags = settings.tags.iter().map(|(name, value)| (name.clone(), Node::text(value)));
        let tags = expression(&Node::Object(tags.collect()), parts.plan, 2);
        out.push_str(&format!("\n  tags = {tags}\n"));
    }
    if parts.options.with_role {
        // The role has to allow what the state machine is checked for when it is made.
        out.push_str(&format!("\n  depends_on = [aws_iam_role_policy.{id}]\n"));
    }
    out.push_str("}\n\n");
    out
}
