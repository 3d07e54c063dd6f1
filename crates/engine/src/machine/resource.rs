//! What a Task calls: the parts of its `Resource`.

use asl::resource::Arn;
use json::Str;

/// How a task ends (AWS: "service integration patterns").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern {
    /// With the response of the call.
    RequestResponse,
    /// When the job that the call started has ended (`.sync`).
    Sync,
    /// As `.sync`, with the job's output as JSON (`.sync:2`).
    Sync2,
    /// When somebody calls back with the task's token.
    WaitForTaskToken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ResourceKind {
    /// A Lambda function's ARN.
    Lambda,
    Activity,
    /// `arn:aws:states:::service:api`, an optimized integration.
    Optimized,
    /// `arn:aws:states:::aws-sdk:service:api`.
    AwsSdk,
    /// `arn:aws:states:::http:invoke`.
    Http,
    /// Nothing that is known.
    Other,
}

/// A parsed `Resource`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource {
    /// The text of the field.
    pub arn: Str,
    pub kind: ResourceKind,
    /// `resourceType` of events: `lambda`, `aws-sdk:dynamodb`.
    pub resource_type: Str,
    /// `resource` of events, the pattern's suffix included: `sendMessage.waitForTaskToken`.
    pub action: Str,
    pub pattern: Pattern,
}

impl Resource {
    pub fn parse(arn: &str) -> Resource {
        let (service, resource) = Arn::parse(arn).map_or(("", ""), |arn| (arn.service, arn.resource));
        let (first, rest) = resource.split_once(':').unwrap_or((resource, ""));
        let (kind, resource_type, action) = match (service, first) {
            ("lambda", "function") => (ResourceKind::Lambda, "lambda".into(), rest),
            ("states", "activity") => (ResourceKind::Activity, "activity".into(), rest),
            ("states", "aws-sdk") => {
                let (service, action) = rest.split_once(':').unwrap_or((rest, ""));
                (ResourceKind::AwsSdk, format!("aws-sdk:{service}").into(), action)
            }
            ("states", "http") => (ResourceKind::Http, "http".into(), rest),
            ("states", service) if !service.is_empty() => (ResourceKind::Optimized, service.into(), rest),
            _ => (ResourceKind::Other, service.into(), resource),
        };
        let pattern = match kind {
            ResourceKind::Lambda | ResourceKind::Activity => Pattern::RequestResponse,
            _ if action.ends_with(".sync:2") => Pattern::Sync2,
            _ if action.ends_with(".sync") => Pattern::Sync,
            _ if action.ends_with(".waitForTaskToken") => Pattern::WaitForTaskToken,
            _ => Pattern::RequestResponse,
        };
        Resource { arn: arn.into(), kind, resource_type, action: action.into(), pattern }
    }

    /// The resource as far as an event tells it: by `resourceType` and `resource`.
    pub fn from_event(resource_type: &str, action: &str) -> Resource {
        let parsed = Resource::parse(&format!("arn:aws:states:::{resource_type}:{action}"));
        Resource { resource_type: resource_type.into(), action: action.into(), ..parsed }
    }

    /// The action without the suffix of the pattern: `sendMessage`.
    pub fn api(&self) -> &str {
        self.action.split('.').next().unwrap_or_default()
    }

    /// The service without `aws-sdk:`: `dynamodb`.
    pub fn service(&self) -> &str {
        self.resource_type.strip_prefix("aws-sdk:").unwrap_or(&self.resource_type)
    }

    /// Whether a TaskSubmitted event tells the response of the call before the task ends.
    pub fn is_submitted(&self) -> bool {
        self.pattern != Pattern::RequestResponse
    }
}

#[cfg(test)]
mod tests {
    use super::{Pattern, Resource, ResourceKind};

    #[test]
    fn resources_are_taken_apart() {
        let parts = |arn: &str| {
            let resource = Resource::parse(arn);
            (resource.kind, resource.resource_type.to_string(), resource.action.to_string(), resource.pattern)
        };
        let owned = |kind, resource_type: &str, action: &str, pattern| {
            (kind, resource_type.to_owned(), action.to_owned(), pattern)
        };
        assert_eq!(
            parts("arn:aws:states:::sqs:sendMessage.waitForTaskToken"),
            owned(ResourceKind::Optimized, "sqs", "sendMessage.waitForTaskToken", Pattern::WaitForTaskToken)
        );
        assert_eq!(
            parts("arn:aws:states:::states:startExecution.sync:2"),
            owned(ResourceKind::Optimized, "states", "startExecution.sync:2", Pattern::Sync2)
        );
        assert_eq!(
            parts("arn:aws:states:::aws-sdk:dynamodb:putItem"),
            owned(ResourceKind::AwsSdk, "aws-sdk:dynamodb", "putItem", Pattern::RequestResponse)
        );
        assert_eq!(
            parts("arn:aws:states:us-east-1:123456789012:activity:work"),
            owned(ResourceKind::Activity, "activity", "work", Pattern::RequestResponse)
        );
        assert_eq!(parts("arn:aws:lambda:us-east-1:123456789012:function:f:1").0, ResourceKind::Lambda);
        assert_eq!(parts("${placeholder}").0, ResourceKind::Other);
    }
}
