use json::{NodeId, NodeKind, Span};

use super::{Context, Findings, Reach, Rule};
use crate::fields::TASK;
use crate::resource::Resource;
use crate::typed::TypedObject;

pub(super) static RULE: Rule = Rule {
    code: "required-parameters",
    title: "A parameter of the call is missing",
    explanation: "Service integrations need certain parameters, such as FunctionName for lambda:invoke. Credentials need the role to assume.",
    reach: Reach::State,
    check,
};

/// What the optimized integrations can't do without (the required members of the APIs that they call).
static REQUIRED: [(&str, &[&str]); 18] = [
    ("apigateway:invoke", &["ApiEndpoint", "Method"]),
    ("athena:getQueryExecution", &["QueryExecutionId"]),
    ("athena:getQueryResults", &["QueryExecutionId"]),
    ("athena:startQueryExecution", &["QueryString"]),
    ("athena:stopQueryExecution", &["QueryExecutionId"]),
    ("batch:submitJob", &["JobName", "JobQueue", "JobDefinition"]),
    ("codebuild:startBuild", &["ProjectName"]),
    ("dynamodb:deleteItem", &["TableName", "Key"]),
    ("dynamodb:getItem", &["TableName", "Key"]),
    ("dynamodb:putItem", &["TableName", "Item"]),
    ("dynamodb:updateItem", &["TableName", "Key"]),
    ("ecs:runTask", &["TaskDefinition"]),
    ("events:putEvents", &["Entries"]),
    ("glue:startJobRun", &["JobName"]),
    ("http:invoke", &["ApiEndpoint", "Method"]),
    ("lambda:invoke", &["FunctionName"]),
    ("sqs:sendMessage", &["QueueUrl", "MessageBody"]),
    ("states:startExecution", &["StateMachineArn"]),
];

/// The parameters that a call to an optimized integration needs.
fn required(service: &str, action: &str) -> &'static [&'static str] {
    REQUIRED
        .iter()
        .find(|(call, _)| call.split_once(':') == Some((service, action)))
        .map_or(&[], |(_, required)| required)
}

fn check(context: &Context<'_>, findings: &mut Findings) {
    for object in context.objects().iter().filter(|object| std::ptr::eq(object.of, &TASK)) {
        if let Some(credentials) = context.typed.member(object, "Credentials").and_then(|member| member.value)
        {
            report_missing(context, findings, object, credentials, &["RoleArn"], "Credentials");
        }
        let resource = context.typed.member(object, "Resource").and_then(|member| member.value);
        let Some(resource) = resource.and_then(|resource| context.text_of(resource)) else { continue };
        let Some(Resource::Integration { service, action, .. }) = Resource::parse(&resource) else {
            continue;
        };
        for field in ["Parameters", "Arguments"] {
            let Some(parameters) = context.typed.member(object, field).and_then(|member| member.value) else {
                continue;
            };
            report_missing(context, findings, object, parameters, required(service, action), field);
        }
    }
}

fn report_missing(
    context: &Context<'_>,
    findings: &mut Findings,
    object: &TypedObject,
    node: NodeId,
    required: &[&str],
    field: &str,
) {
    let tree = context.tree();
    if tree.kind(node) != NodeKind::Object {
        return;
    }
    let given = |name: &str| {
        tree.members(node).any(|member| member.name.strip_suffix(".$").unwrap_or(&member.name) == name)
    };
    for name in required.iter().filter(|name| !given(name)) {
        let start = tree.span(node).start;
        findings
            .at(context, &RULE, node, format!("{field} needs {name}."))
            .span(Span::new(start, start + 1))
            .state(object.state)
            .aws_schema(format!("The field '{name}' is required but was missing"))
            .push_to(findings);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, single};

    #[test]
    fn needed_parameters_are_missed() {
        check(
            "required-parameters",
            &single(
                r#""Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Credentials": {"x": 1},
                   "Parameters": {"QueueUrl.$": "$.queue"}"#,
            ),
            &[
                "/States/S/Credentials: Credentials needs RoleArn.",
                "/States/S/Parameters: Parameters needs MessageBody.",
            ],
        );
        check(
            "required-parameters",
            &single(r#""Type": "Task", "Resource": "arn:aws:states:::lambda:invoke""#),
            &[],
        );
    }
}
