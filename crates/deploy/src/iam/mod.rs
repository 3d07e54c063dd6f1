//! The role of an execution: who may take it, and what it allows, each statement with the states that need it.
//!
//! Which actions an integration needs is told by the developer guide's pages "IAM policies for integrated services",
//! what an action can be narrowed to by the Service Authorization Reference.

mod distributed;
mod document;
mod grants;
mod jobs;
mod merge;
mod optimized;
mod permissions;
mod sdk;

use asl::resource::{Pattern, Resource};
use asl::{Document, State, StateId, StateType};
use json::{Map, Str, Value};

pub use document::{Places, policy_json, trust_json};
pub(crate) use document::{policy_node, trust_node};
pub(crate) use merge::capitalized;
pub use permissions::Permissions;

use crate::given::{Arguments, Constants, Given};
use crate::iam::grants::Grants;
use crate::settings::Settings;
use crate::text::{Piece, Text};

/// The largest inline policies of a role, in characters without blanks (IAM quotas).
pub const MAX_INLINE_POLICY: usize = 10_240;

/// What an execution's role has to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExecutionRole {
    /// What the role allows, in the order of the states that need it.
    pub statements: Vec<Statement>,
    /// Roles that tasks take on themselves (`Credentials`), each with what it has to allow.
    pub task_roles: Vec<TaskRole>,
    pub notes: Vec<Note>,
}

/// A role that tasks take on instead of the execution's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskRole {
    pub role: Text,
    pub statements: Vec<Statement>,
}

/// A statement of a policy that allows something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Unique in the policy; letters and digits.
    pub sid: String,
    pub actions: Vec<String>,
    pub resources: Vec<Text>,
    pub conditions: Vec<Condition>,
    /// The states that need it; none where it is the workflow itself.
    pub states: Vec<Needed>,
    /// What it is for where it is the workflow itself: `Logging`.
    pub purpose: Option<&'static str>,
}

/// A state that needs something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Needed {
    pub id: StateId,
    pub name: Str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// `StringEquals`, `StringLike`, `ArnLike`, …
    pub operator: &'static str,
    pub key: String,
    pub values: Vec<Text>,
}

/// Something that a person should know of the policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    pub kind: NoteKind,
    pub message: String,
    /// None: it is about the workflow as a whole.
    pub state: Option<Needed>,
}

/// Those that weigh most come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// A permission may be missing: it can't be told from the definition.
    Missing,
    /// A permission is wider than the workflow needs.
    Wide,
    Info,
}

/// What an execution of a workflow has to be allowed. Never fails: what can't be told is noted.
pub fn execution_role(document: &Document, settings: &Settings, permissions: &Permissions) -> ExecutionRole {
    let constants = Constants::of(document);
    let mut grants = Grants::new(document, settings);
    for state in document.states() {
        grants.at(state);
        match state.state_type() {
            Some(StateType::Task) => task(state, &constants, permissions, &mut grants),
            Some(StateType::Map) => distributed::map(state, &constants, &mut grants),
            _ => {}
        }
    }
    grants.at_workflow();
    of_settings(settings, &mut grants);
    grants.into_role()
}

fn task(state: State<'_>, constants: &Constants, permissions: &Permissions, grants: &mut Grants) {
    let Some(resource) = state.string("Resource") else { return };
    let arguments = Arguments::of_task(state, constants);
    take_role(state, constants, grants);
    let text = Text::parse(&resource);
    // With colons in their names, CloudFormation's places would be taken for parts of the ARN.
    let plain = text.write(|piece| match piece {
        Piece::Literal(literal) => literal.clone(),
        Piece::Partition => "aws".to_owned(),
        Piece::Region | Piece::Account => "0".to_owned(),
        Piece::Placeholder(name) => format!("${{{name}}}"),
    });
    match Resource::parse(&plain) {
        _ if text.as_placeholder().is_some() => optimized::function(&Given::Known(text), "Resource", grants),
        Some(Resource::Lambda { .. }) => optimized::function(&Given::Known(text), "Resource", grants),
        Some(Resource::Activity { .. }) => grants.info(
            "The worker of the activity asks for tasks with its own permissions; the execution needs none for it.",
        ),
        Some(Resource::Integration { service, action, pattern }) => {
            if !optimized::integration(service, action, pattern, &arguments, grants) {
                grants.missing(format!(
                    "{service}:{action} is no integration that is known here: add its permissions by hand."
                ));
            }
            callback(pattern, grants);
        }
        Some(Resource::Sdk { service, action, pattern }) => {
            sdk::call(service, action, &arguments, permissions, grants);
            callback(pattern, grants);
        }
        Some(Resource::Other { service }) => grants.missing(format!(
            "A task can't call an ARN of {service} as such, so no permission can be told."
        )),
        None => grants.missing(format!("{resource} is no ARN, so no permission can be told.")),
    }
    grants.leave_role();
}

fn callback(pattern: Pattern<'_>, grants: &mut Grants) {
    if pattern == Pattern::WaitForTaskToken {
        grants.info(
            "Whoever sends the task token back needs states:SendTaskSuccess, states:SendTaskFailure and, for heartbeats, \
             states:SendTaskHeartbeat in a role of their own; the execution does not.",
        );
    }
}

/// `Credentials`: the task runs with the permissions of another role, and the execution may take that role on.
fn take_role(state: State<'_>, constants: &Constants, grants: &mut Grants) {
    let Some(credentials) = state.value("Credentials") else { return };
    let credentials = Arguments::new(Some(credentials), state.language(), constants);
    let given = credentials.get("RoleArn");
    let role = grants.named(&grants::ROLE, &given, "RoleArn of Credentials");
    grants.allow(&["sts:AssumeRole"], vec![role.clone()]);
    grants.take_role(role);
}

fn of_settings(settings: &Settings, grants: &mut Grants) {
    if settings.logs() {
        grants.purpose = Some("Logging");
        // Deliveries of logs can't be narrowed to a log group.
        let actions = [
            "logs:CreateLogDelivery",
            "logs:CreateLogStream",
            "logs:GetLogDelivery",
            "logs:UpdateLogDelivery",
            "logs:DeleteLogDelivery",
            "logs:ListLogDeliveries",
            "logs:PutLogEvents",
            "logs:PutResourcePolicy",
            "logs:DescribeResourcePolicies",
            "logs:DescribeLogGroups",
        ];
        grants.allow(&actions, vec![Text::literal("*")]);
    }
    if settings.tracing {
        grants.purpose = Some("Tracing");
        let actions = [
            "xray:PutTraceSegments",
            "xray:PutTelemetryRecords",
            "xray:GetSamplingRules",
            "xray:GetSamplingTargets",
        ];
        grants.allow(&actions, vec![Text::literal("*")]);
    }
    if !settings.encryption_key.is_empty() {
        grants.purpose = Some("Encryption");
        let key = grants.named(
            &grants::KEY,
            &Given::Known(Text::parse(&settings.encryption_key)),
            "Encryption key",
        );
        let condition = Condition {
            operator: "StringEquals",
            key: "kms:EncryptionContext:aws:states:stateMachineArn".to_owned(),
            values: vec![grants.own_arn()],
        };
        grants.allow_if(&["kms:Decrypt", "kms:GenerateDataKey"], vec![key], vec![condition]);
        if settings.logs() {
            let condition = Condition {
                operator: "StringEquals",
                key: "kms:EncryptionContext:SourceArn".to_owned(),
                values: vec![Text::pattern("arn:$P:logs:$R:$A:*")],
            };
            let key = grants.named(
                &grants::KEY,
                &Given::Known(Text::parse(&settings.encryption_key)),
                "Encryption key",
            );
            grants.allow_if(&["kms:GenerateDataKey"], vec![key], vec![condition]);
            grants.info(
                "Where the log group is encrypted with the key, too, its policy has to let delivery.logs.amazonaws.com decrypt.",
            );
        }
    }
    grants.purpose = None;
}

/// Whether an object has nothing in it.
pub(crate) fn is_blank(value: &Value) -> bool {
    value.as_object().is_some_and(Map::is_empty)
}
