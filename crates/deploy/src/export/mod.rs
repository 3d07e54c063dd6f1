//! A workflow with its settings as what other tools deploy.

mod cdk;
mod cli;
mod cloudformation;
mod hcl;
mod plan;
mod serverless;
mod terraform;
mod typescript;
mod yaml_text;

use asl::Document;

pub use plan::{Substitution, places_of};

use crate::export::plan::Plan;
use crate::iam::{MAX_INLINE_POLICY, Permissions, Places, execution_role, policy_json};
use crate::settings::Settings;

/// What a workflow is exported as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    CloudFormationYaml,
    CloudFormationJson,
    Sam,
    /// `serverless.yml` with the plugin `serverless-step-functions`.
    Serverless,
    Terraform,
    /// A stack in TypeScript.
    Cdk,
    /// Commands of the AWS CLI in a script of bash.
    Cli,
}

impl Format {
    pub const ALL: [Format; 7] = [
        Format::CloudFormationYaml,
        Format::CloudFormationJson,
        Format::Sam,
        Format::Serverless,
        Format::Terraform,
        Format::Cdk,
        Format::Cli,
    ];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Makes a role with what the workflow needs; else one that exists is named.
    pub with_role: bool,
    /// Makes a log group where the workflow logs; else one that exists is named.
    pub with_log_group: bool,
    /// Puts the definition into the template; else it is a file beside it.
    pub is_inline: bool,
    pub arns: Arns,
    /// Lets only state machines of the own account take the role on.
    pub restricts_trust: bool,
    /// Changes a state machine that exists, where the format tells the two apart.
    pub updates: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            with_role: true,
            with_log_group: true,
            is_inline: true,
            arns: Arns::Keep,
            restricts_trust: true,
            updates: false,
        }
    }
}

/// What becomes of ARNs that stand in the definition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Arns {
    /// They stay as they are.
    Keep,
    /// Their region and account become those that the workflow is deployed to.
    Places,
    /// Each becomes a parameter, with the ARN as its default.
    Parameters,
}

/// What an export comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Export {
    /// The template first, the definition behind it where it is a file of its own.
    pub files: Vec<File>,
    /// What fills the placeholders in.
    pub substitutions: Vec<Substitution>,
    /// Sentences about what a person has to know.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    pub name: String,
    pub text: String,
}

/// Exports a workflow.
///
/// # Errors
///
/// Why the definition can't leave: it is no JSON, or no object. A sentence.
pub fn export(
    document: &Document,
    settings: &Settings,
    permissions: &Permissions,
    format: Format,
    options: &Options,
) -> Result<Export, String> {
    let plan = Plan::new(document, options.arns)?;
    let mut notes = Vec::new();
    let role = execution_role(&plan.document, settings, permissions);
    if options.with_role {
        let size = policy_json(&role.statements, &Places::default()).to_text().len();
        if size > MAX_INLINE_POLICY {
            notes.push(format!(
                "The policy has {size} characters, and a role's inline policies may have {MAX_INLINE_POLICY}: make managed policies of it."
            ));
        }
        for of in &role.task_roles {
            notes.push(format!(
                "Tasks take the role {} on: it has to trust this role, and needs permissions of its own, which are listed with the policy.",
                of.role
            ));
        }
    }
    let parts = Parts { plan: &plan, settings, role: &role, options };
    let files = match format {
        Format::CloudFormationYaml => cloudformation::template(&parts, false, true, &mut notes),
        Format::CloudFormationJson => cloudformation::template(&parts, false, false, &mut notes),
        Format::Sam => cloudformation::template(&parts, true, true, &mut notes),
        Format::Serverless => serverless::service(&parts, &mut notes),
        Format::Terraform => terraform::module(&parts),
        Format::Cdk => cdk::stack(&parts),
        Format::Cli => cli::script(&parts, &mut notes),
    };
    Ok(Export { files, substitutions: plan.substitutions, notes })
}

/// What all formats write.
struct Parts<'p> {
    plan: &'p Plan,
    settings: &'p Settings,
    role: &'p crate::iam::ExecutionRole,
    options: &'p Options,
}

impl Parts<'_> {
    fn name(&self) -> String {
        self.settings.machine_name()
    }

    /// `orders-state-machine.asl.json`
    fn definition_file(&self) -> String {
        format!("{}.asl.json", self.name())
    }

    fn log_group(&self) -> String {
        // The prefix keeps the policy of log deliveries short (developer guide, "Logging in CloudWatch Logs").
        format!("/aws/vendedlogs/states/{}", self.name())
    }

    fn makes_log_group(&self) -> bool {
        self.settings.logs() && self.options.with_log_group
    }

    /// Whether the ARN of a role has to be asked for.
    fn asks_for_role(&self) -> bool {
        !self.options.with_role && self.settings.role_arn.is_empty()
    }

    fn asks_for_log_group(&self) -> bool {
        self.settings.logs() && !self.options.with_log_group
    }

    fn about(&self) -> String {
        let comment = self.plan.value.get("Comment").and_then(json::Value::as_str).unwrap_or_default().trim();
        if comment.is_empty() {
            format!("The workflow {}", self.name())
        } else {
            comment.chars().take(1000).collect()
        }
    }
}
