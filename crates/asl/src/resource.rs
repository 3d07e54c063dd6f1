//! Amazon Resource Names, and what the resource of a task stands for.

/// An ARN in its six parts, `arn:<partition>:<service>:<region>:<account>:<resource>`, each as it stands in the text.
///
/// Parts may be empty, and placeholders count as ordinary characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    pub partition: &'a str,
    pub service: &'a str,
    pub region: &'a str,
    pub account: &'a str,
    /// The rest, colons included: `stateMachine:Orders:prod`, `table/Orders`.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// None for texts that don't have the six parts.
    pub fn parse(text: &'a str) -> Option<Arn<'a>> {
        let (partition, rest) = text.strip_prefix("arn:")?.split_once(':')?;
        let (service, rest) = rest.split_once(':')?;
        let (region, rest) = rest.split_once(':')?;
        let (account, resource) = rest.split_once(':')?;
        Some(Arn { partition, service, region, account, resource })
    }

    /// A part of the resource between colons: of `execution:Orders:e1`, 1 is the name of the state machine.
    pub fn resource_part(self, index: usize) -> Option<&'a str> {
        self.resource.split(':').nth(index)
    }
}

/// What stands behind the last colon: the name at the end of an ARN, or a text that is a mere name.
pub fn last_part(arn_or_name: &str) -> &str {
    arn_or_name.rsplit(':').next().unwrap_or_default()
}

/// How a task waits for the end of what it calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pattern<'a> {
    /// It goes on with the answer of the call.
    RequestResponse,
    /// `.sync`: it waits for the end of the job that the call started.
    Sync,
    /// `.sync:2`: as `.sync`, and the output of a nested execution comes as JSON.
    Sync2,
    /// `.waitForTaskToken`: it waits until somebody sends back the token that the call got.
    WaitForTaskToken,
    Unknown(&'a str),
}

/// A parsed resource. The parts are those of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource<'a> {
    /// An optimized integration: `arn:aws:states:::<service>:<action>[.<pattern>]`.
    Integration { service: &'a str, action: &'a str, pattern: Pattern<'a> },
    /// `arn:aws:states:::aws-sdk:<service>:<action>[.<pattern>]`.
    Sdk { service: &'a str, action: &'a str, pattern: Pattern<'a> },
    /// The ARN of a function.
    Lambda { function: &'a str },
    /// The ARN of an activity.
    Activity { name: &'a str },
    /// Any other ARN.
    Other { service: &'a str },
}

impl<'a> Resource<'a> {
    /// None for texts that are no ARN. Placeholders count as ordinary characters.
    pub fn parse(text: &'a str) -> Option<Resource<'a>> {
        let Arn { partition, service, resource, .. } = Arn::parse(text)?;
        if partition.is_empty()
            || service.is_empty()
            || resource.is_empty()
            || text.contains(char::is_whitespace)
        {
            return None;
        }
        Some(match (service, resource.split_once(':')) {
            ("states", Some(("activity", name))) => Resource::Activity { name },
            ("states", Some(("aws-sdk", call))) => {
                let (service, action) = call.split_once(':')?;
                let (action, pattern) = split_pattern(action);
                Resource::Sdk { service, action, pattern }
            }
            ("states", Some((service, action))) => {
                let (action, pattern) = split_pattern(action);
                Resource::Integration { service, action, pattern }
            }
            ("lambda", Some(("function", function))) => Resource::Lambda { function },
            (service, _) => Resource::Other { service },
        })
    }

    pub fn pattern(self) -> Pattern<'a> {
        match self {
            Resource::Integration { pattern, .. } | Resource::Sdk { pattern, .. } => pattern,
            _ => Pattern::RequestResponse,
        }
    }

    /// `<service>:<action>` of an optimized integration without a pattern.
    pub(crate) fn integration_text(self) -> Option<&'a str> {
        match self {
            Resource::Integration { service, action, pattern: Pattern::RequestResponse } => {
                SHORT_RESOURCES.into_iter().find(|short| short.split_once(':') == Some((service, action)))
            }
            _ => None,
        }
    }
}

const SHORT_RESOURCES: [&str; 3] = ["s3:getObject", "s3:listObjectsV2", "s3:putObject"];

fn split_pattern(action: &str) -> (&str, Pattern<'_>) {
    match action.split_once('.') {
        None => (action, Pattern::RequestResponse),
        Some((action, "sync")) => (action, Pattern::Sync),
        Some((action, "sync:2")) => (action, Pattern::Sync2),
        Some((action, "waitForTaskToken")) => (action, Pattern::WaitForTaskToken),
        Some((action, other)) => (action, Pattern::Unknown(other)),
    }
}

/// An optimized integration.
#[derive(Debug)]
pub struct Optimized {
    /// As in the resource: `lambda`.
    pub service: &'static str,
    pub actions: &'static [&'static str],
    /// Whether any of its actions has `.sync`.
    pub sync: bool,
    /// Whether any of its actions has `.waitForTaskToken`.
    pub token: bool,
}

/// The optimized integrations (developer guide, "Integrating optimized services").
pub static OPTIMIZED: [Optimized; 22] = [
    Optimized { service: "apigateway", actions: &["invoke"], sync: false, token: true },
    Optimized {
        service: "athena",
        actions: &["startQueryExecution", "stopQueryExecution", "getQueryExecution", "getQueryResults"],
        sync: true,
        token: false,
    },
    Optimized { service: "batch", actions: &["submitJob"], sync: true, token: true },
    Optimized {
        service: "bedrock",
        actions: &["invokeModel", "createModelCustomizationJob"],
        sync: true,
        token: true,
    },
    Optimized { service: "bedrockagentcore", actions: &["invokeHarness"], sync: false, token: false },
    Optimized {
        service: "codebuild",
        actions: &[
            "startBuild",
            "startBuildBatch",
            "stopBuild",
            "stopBuildBatch",
            "batchDeleteBuilds",
            "batchGetReports",
            "retryBuildBatch",
            "deleteBuildBatch",
        ],
        sync: true,
        token: false,
    },
    Optimized { service: "databrew", actions: &["startJobRun"], sync: true, token: false },
    Optimized {
        service: "dynamodb",
        actions: &["getItem", "putItem", "updateItem", "deleteItem"],
        sync: false,
        token: false,
    },
    Optimized { service: "ecs", actions: &["runTask"], sync: true, token: true },
    Optimized {
        service: "eks",
        actions: &[
            "call",
            "runJob",
            "createCluster",
            "deleteCluster",
            "createNodegroup",
            "deleteNodegroup",
            "createFargateProfile",
            "deleteFargateProfile",
        ],
        sync: true,
        token: true,
    },
    Optimized {
        service: "elasticmapreduce",
        actions: &[
            "createCluster",
            "terminateCluster",
            "addStep",
            "cancelStep",
            "setClusterTerminationProtection",
            "modifyInstanceFleetByName",
            "modifyInstanceGroupByName",
        ],
        sync: true,
        token: false,
    },
    Optimized {
        service: "emr-containers",
        actions: &["createVirtualCluster", "deleteVirtualCluster", "startJobRun"],
        sync: true,
        token: false,
    },
    Optimized {
        service: "emr-serverless",
        actions: &[
            "createApplication",
            "startApplication",
            "stopApplication",
            "deleteApplication",
            "startJobRun",
            "cancelJobRun",
        ],
        sync: true,
        token: false,
    },
    Optimized { service: "events", actions: &["putEvents"], sync: false, token: true },
    Optimized { service: "glue", actions: &["startJobRun"], sync: true, token: false },
    Optimized { service: "http", actions: &["invoke"], sync: false, token: false },
    Optimized { service: "lambda", actions: &["invoke"], sync: false, token: true },
    Optimized { service: "mediaconvert", actions: &["createJob"], sync: true, token: false },
    Optimized {
        service: "sagemaker",
        actions: &[
            "createTrainingJob",
            "createTransformJob",
            "createProcessingJob",
            "createLabelingJob",
            "createHyperParameterTuningJob",
            "createEndpoint",
            "createEndpointConfig",
            "createModel",
            "updateEndpoint",
        ],
        sync: true,
        token: false,
    },
    Optimized { service: "sns", actions: &["publish"], sync: false, token: true },
    Optimized { service: "sqs", actions: &["sendMessage"], sync: false, token: true },
    Optimized { service: "states", actions: &["startExecution"], sync: true, token: true },
];

pub fn optimized(service: &str) -> Option<&'static Optimized> {
    OPTIMIZED.iter().find(|known| known.service == service)
}

#[cfg(test)]
mod tests {
    use super::{Arn, Pattern, Resource, last_part};

    #[test]
    fn arns_have_six_parts() {
        let arn = Arn::parse("arn:aws-cn:states:cn-north-1:111122223333:execution:Orders:e1").unwrap();
        assert_eq!((arn.partition, arn.service, arn.region), ("aws-cn", "states", "cn-north-1"));
        assert_eq!((arn.account, arn.resource), ("111122223333", "execution:Orders:e1"));
        assert_eq!((arn.resource_part(1), arn.resource_part(3)), (Some("Orders"), None));
        assert_eq!(Arn::parse("arn:aws:s3:::bucket").map(|arn| arn.account), Some(""));
        for bad in ["", "Orders", "arn:aws:states:us-east-1:1", "urn:a:b:c:d:e"] {
            assert_eq!(Arn::parse(bad), None, "{bad}");
        }
        assert_eq!(last_part("arn:aws:states:us-east-1:1:stateMachine:Orders"), "Orders");
        assert_eq!(last_part("Orders"), "Orders");
    }

    #[test]
    fn resources_are_told_apart() {
        assert_eq!(
            Resource::parse("arn:aws:states:::states:startExecution.sync:2"),
            Some(Resource::Integration {
                service: "states",
                action: "startExecution",
                pattern: Pattern::Sync2
            })
        );
        assert_eq!(
            Resource::parse("arn:aws:states:::aws-sdk:sfn:sendTaskSuccess"),
            Some(Resource::Sdk {
                service: "sfn",
                action: "sendTaskSuccess",
                pattern: Pattern::RequestResponse
            })
        );
        assert_eq!(
            Resource::parse("arn:aws:lambda:eu-west-1:1:function:f:$LATEST"),
            Some(Resource::Lambda { function: "f:$LATEST" })
        );
        for bad in
            ["", "arn", "arn:aws:states", "arn:aws:states:::", "arn:aws::r:a:x", "arn:aws:states:::a b:c"]
        {
            assert_eq!(Resource::parse(bad), None, "{bad}");
        }
    }
}
