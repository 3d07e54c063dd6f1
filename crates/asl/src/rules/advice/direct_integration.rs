use super::super::{Context, Findings, Reach, Rule};
use crate::resource::Resource;
use crate::{QueryLanguage, Severity, State, StateType};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "direct-integration",
    title: "A function does what a service integration can do",
    explanation: "Step Functions calls over 200 services by itself. A Lambda function that only makes such a call costs another invocation, has a cold start, and is code to keep.",
    reach: Reach::State,
    check,
};

/// Names of functions that say which call they make, and the integration that makes it.
const CALLS: [(&[&str], &str); 14] = [
    (&["dynamodbputitem", "putitemdynamodb", "putdynamodbitem"], "dynamodb:putItem"),
    (&["dynamodbgetitem", "getitemdynamodb", "getdynamodbitem"], "dynamodb:getItem"),
    (&["dynamodbupdateitem", "updateitemdynamodb", "updatedynamodbitem"], "dynamodb:updateItem"),
    (&["dynamodbdeleteitem", "deleteitemdynamodb", "deletedynamodbitem"], "dynamodb:deleteItem"),
    (&["dynamodbquery", "querydynamodb"], "aws-sdk:dynamodb:query"),
    (&["sqssendmessage", "sendsqsmessage", "sendmessagetosqs"], "sqs:sendMessage"),
    (
        &["snspublish", "publishsns", "publishtosns", "sendsnsnotification", "publishsnsmessage"],
        "sns:publish",
    ),
    (&["eventbridgeputevents", "puteventbridgeevents", "puteventseventbridge"], "events:putEvents"),
    (&["s3getobject", "gets3object"], "aws-sdk:s3:getObject"),
    (&["s3putobject", "puts3object"], "aws-sdk:s3:putObject"),
    (&["s3copyobject", "copys3object"], "aws-sdk:s3:copyObject"),
    (&["s3listobjects", "lists3objects"], "aws-sdk:s3:listObjectsV2"),
    (&["startathenaquery", "athenastartquery"], "athena:startQueryExecution.sync"),
    (&["startgluejob", "gluestartjob"], "glue:startJobRun.sync"),
];

fn check(context: &Context<'_>, findings: &mut Findings) {
    for state in context.states().filter(|state| state.state_type() == Some(StateType::Task)) {
        let Some((name, node)) = function_name(context, state) else { continue };
        let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
        let plain = plain.to_ascii_lowercase();
        let call = CALLS.iter().find(|(names, _)| names.iter().any(|known| plain.contains(known)));
        let Some((_, call)) = call else { continue };
        let message = format!(
            "{} seems to call a function that makes a single call. arn:aws:states:::{call} makes it without one.",
            state.name()
        );
        findings
            .at(context, &RULE, node, message)
            .state(Some(state.id()))
            .severity(Severity::Advice)
            .push_to(findings);
    }
}

fn function_name<'d>(context: &Context<'d>, state: State<'d>) -> Option<(String, json::NodeId)> {
    let resource = state.string("Resource")?;
    match Resource::parse(&resource)? {
        Resource::Lambda { function } => {
            let name = function.split(':').next().unwrap_or_default();
            Some((name.to_owned(), state.field("Resource")?))
        }
        Resource::Integration { service: "lambda", .. } => {
            let field = match state.language() {
                QueryLanguage::JsonPath => "Parameters",
                QueryLanguage::Jsonata => "Arguments",
            };
            let node = context.tree().get(state.field(field)?, "FunctionName")?;
            let text = context.text_of(node)?;
            let name = match Resource::parse(&text) {
                Some(Resource::Lambda { function }) => {
                    function.split(':').next().unwrap_or_default().to_owned()
                }
                _ => text.into_owned(),
            };
            Some((name, node))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{check_advice, single};

    #[test]
    fn functions_that_only_call() {
        let task = |function: &str| {
            single(&format!(
                r#""Type": "Task", "End": true, "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {{"FunctionName": "{function}"}}"#
            ))
        };
        check_advice(
            "direct-integration",
            &task("arn:aws:lambda:us-east-1:111111111111:function:prod-dynamodb-put-item:live"),
            &[
                "/States/S/Parameters/FunctionName: S seems to call a function that makes a single call. arn:aws:states:::dynamodb:putItem makes it without one.",
            ],
        );
        check_advice("direct-integration", &task("process-order"), &[]);
        check_advice("direct-integration", &task("${ProcessFunction}"), &[]);
    }
}
